//! A text that somebody wrote, with its name and lines.

use std::{ops::Range, sync::Arc};

/// A text and the name to show for it. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Source {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    name: String,
    text: String,
}

impl Source {
    /// A text under the name that diagnostics show.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            inner: Arc::new(Inner {
                name: name.into(),
                text: text.into(),
            }),
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.inner.text
    }

    /// The line, from 1, on which a byte stands.
    pub fn line(&self, at: usize) -> usize {
        let end = at.min(self.inner.text.len());
        1 + self.inner.text.as_bytes()[..end]
            .iter()
            .filter(|b| **b == b'\n')
            .count()
    }

    /// A place in this text.
    pub fn place(&self, span: Range<usize>) -> Place {
        Place {
            source: self.clone(),
            span,
        }
    }
}

/// Where something stands: a span of bytes in a source.
#[derive(Clone, Debug)]
pub struct Place {
    pub source: Source,
    pub span: Range<usize>,
}

impl Place {
    /// `file:line`.
    pub fn line(&self) -> String {
        format!("{}:{}", self.source.name(), self.source.line(self.span.start))
    }
}
