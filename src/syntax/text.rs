//! Small texts that every kind of file has: sentences in two languages, durations with a unit, lists of strings.
//!
//! This room never chooses a language by itself: who shows a text says which one is wanted.

use std::time::Duration;

use super::{json::Node, shape::milliseconds};

/// A language for people. What a finding says stays English: it is evidence, not prose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    En,
    Zh,
}

impl Language {
    /// The language of a code such as `zh` or `zh_CN.UTF-8`; English if it is another.
    pub fn from_code(code: &str) -> Self {
        match code.get(..2) {
            Some(code) if code.eq_ignore_ascii_case("zh") => Self::Zh,
            _ => Self::En,
        }
    }

    /// One of two texts.
    pub fn pick<'t>(self, en: &'t str, zh: &'t str) -> &'t str {
        match self {
            Self::En => en,
            Self::Zh => zh,
        }
    }

    /// A text of a suite; the other language rather than nothing.
    pub fn of(self, text: &Bilingual) -> &str {
        let chosen = self.pick(&text.en, &text.zh);
        if chosen.is_empty() {
            self.pick(&text.zh, &text.en)
        } else {
            chosen
        }
    }
}

/// A text in the two languages of the product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bilingual {
    pub en: String,
    pub zh: String,
}

impl Bilingual {
    /// Reads `{"en": .., "zh": ..}`.
    pub fn read(node: &Node) -> Self {
        let text = |key| node.member(key).and_then(Node::as_str).unwrap_or_default().to_owned();
        Self {
            en: text("en"),
            zh: text("zh"),
        }
    }
}

/// The strings of a list, or the one string.
pub fn strings(node: Option<&Node>) -> Vec<String> {
    let one = node.and_then(Node::as_str).into_iter();
    let items = node.map(Node::items).unwrap_or_default().iter();
    one.chain(items.filter_map(Node::as_str)).map(str::to_owned).collect()
}

/// A duration with its unit.
pub fn duration(text: &str) -> Option<Duration> {
    milliseconds(text)
        .and_then(|ms| u64::try_from(ms).ok())
        .map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::json::parse;

    #[test]
    fn the_other_language_is_better_than_nothing() {
        let text = Bilingual {
            en: "one".into(),
            zh: String::new(),
        };
        assert_eq!(Language::from_code("zh_CN.UTF-8").of(&text), "one");
        assert_eq!(Language::from_code("fr").pick("one", "一"), "one");
    }

    #[test]
    fn a_string_is_a_list_of_one() {
        let read = |text| strings(parse(text).ok().as_ref());
        assert_eq!(read(r#""a""#), ["a"]);
        assert_eq!(read(r#"["a", "b"]"#), ["a", "b"]);
        assert_eq!(strings(None), Vec::<String>::new());
        assert_eq!(duration("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(duration("250"), None);
    }
}
