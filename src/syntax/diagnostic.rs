//! What an author must mend: where, what is wrong, what was expected, and what to do.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::syntax::source::Place;

/// One mistake in a text that somebody wrote.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Where, if it has a place in a text.
    pub place: Option<Place>,
    /// What is wrong, as a sentence fragment in lower case.
    pub what: String,
    /// What was expected at the place.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A mistake at a place.
    pub fn at(place: Place, what: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            place: Some(place),
            what: what.into(),
            label: label.into(),
            help: None,
        }
    }

    /// A mistake with no place in a text: a missing file, a wrong argument.
    pub fn plain(what: impl Into<String>) -> Self {
        Self {
            place: None,
            what: what.into(),
            label: String::new(),
            help: None,
        }
    }

    /// The same with a line that says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Whether the other says the same of the same place.
    pub fn is_same(&self, other: &Self) -> bool {
        let place = |diagnostic: &Self| {
            let place = diagnostic.place.as_ref();
            place.map(|place| (place.source.name().to_owned(), place.span.clone()))
        };
        self.what == other.what && place(self) == place(other)
    }

    /// The diagnostic as text: file, line, caret, label and help.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let title = Level::ERROR.primary_title(self.what.as_str());
        let mut group = match &self.place {
            Some(place) => {
                let text = place.source.shown();
                // A parser may stop within a character; a caret can't.
                let border = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
                let (start, end) = (border(place.span.start), border(place.span.end));
                let span = start.min(end).unwrap_or_default()..end.unwrap_or_default();
                // A whole object is pointed at where it begins: carets under all its lines would point at nothing.
                let span = match text.get(span.clone()) {
                    // Before a line's end, where a text stops too early.
                    Some(part) if part.starts_with('\n') => span.start..span.start,
                    Some(part) if part.contains('\n') => {
                        span.start..span.start + part.chars().next().map_or(0, char::len_utf8)
                    }
                    _ => span,
                };
                let annotation = AnnotationKind::Primary.span(span).label(self.label.as_str());
                title.element(Snippet::source(text).path(place.source.name()).annotation(annotation))
            }
            None => Group::with_title(title),
        };
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        renderer.render(&[group])
    }
}

/// What was read, if nothing is wrong with it.
///
/// # Errors
/// Every mistake.
pub fn whole<T>((draft, found): (Option<T>, Vec<Diagnostic>)) -> Result<T, Vec<Diagnostic>> {
    match draft {
        Some(read) if found.is_empty() => Ok(read),
        _ => Err(found),
    }
}

/// The nearest of `known` to a misspelt `word`, if one is near enough to be meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance between two words, without regard to case.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.to_lowercase().chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::source::Source;

    #[test]
    fn a_diagnostic_shows_file_line_caret_label_and_help() {
        let source = Source::new("a.json", "{\n  \"重复 expct\": 1\n}");
        let text = Diagnostic::at(source.place(4..19), "unknown key", "not a key of a case")
            .help("did you mean `expect`?")
            .render(false);
        for part in [
            "error: unknown key",
            "a.json:2:3",
            "^^^",
            "not a key of a case",
            "did you mean",
        ] {
            assert!(text.contains(part), "{part} is not in:\n{text}");
        }
    }

    #[test]
    fn the_nearest_word_is_near() {
        assert_eq!(nearest("expct", ["expect", "send"]), Some("expect"));
        assert_eq!(nearest("zebra", ["expect", "send"]), None);
    }
}
