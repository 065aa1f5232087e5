//! A text that somebody wrote, with its name and lines.

use std::{borrow::Cow, ops::Range, sync::Arc};

/// A text and the name to show for it. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Source {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    name: String,
    /// What is built in is not copied.
    text: Cow<'static, str>,
    /// What is shown of the text if not all of it may be; every byte is where it was.
    shown: Option<String>,
}

impl Source {
    /// A text under the name that diagnostics show.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::of(name.into(), Cow::Owned(text.into()))
    }

    /// The same for a text that is part of the program.
    pub fn built_in(name: impl Into<String>, text: &'static str) -> Self {
        Self::of(name.into(), Cow::Borrowed(text))
    }

    fn of(name: String, text: Cow<'static, str>) -> Self {
        Self {
            inner: Arc::new(Inner {
                name,
                text,
                shown: None,
            }),
        }
    }

    /// The same text, of which mistakes show only what `mask` leaves. It must keep every byte in its place.
    #[must_use]
    pub fn masked(&self, mask: impl Fn(&str) -> String) -> Self {
        Self {
            inner: Arc::new(Inner {
                name: self.inner.name.clone(),
                text: self.inner.text.clone(),
                shown: Some(mask(&self.inner.text)),
            }),
        }
    }

    /// What of the text may be shown.
    pub fn shown(&self) -> &str {
        self.inner.shown.as_deref().unwrap_or(&self.inner.text)
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

    /// Whether it is part of the program: a test has found it sound, and no run need wait for that again.
    pub fn is_built_in(&self) -> bool {
        matches!(self.inner.text, Cow::Borrowed(_)) && !self.inner.text.is_empty()
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
