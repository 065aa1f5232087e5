//! The languages of `msg` (B:37).

/// A language that is spoken here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// The default (B:37, GW-HDR-9).
    #[default]
    ZhCn,
    EnUs,
    ZhHk,
}

impl Language {
    /// The language that `tag` names, its case ignored (RFC 5646 §2.1.1). Any other is the default, because a language is
    /// no reason to fail a call.
    pub fn of(tag: Option<&str>) -> Self {
        [Self::EnUs, Self::ZhHk]
            .into_iter()
            .find(|language| tag.is_some_and(|tag| tag.eq_ignore_ascii_case(language.tag())))
            .unwrap_or_default()
    }

    /// Its tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::EnUs => "en-US",
            Self::ZhHk => "zh-HK",
        }
    }
}

/// One text in every language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Texts {
    pub zh_cn: &'static str,
    pub en_us: &'static str,
    pub zh_hk: &'static str,
}

impl Texts {
    /// The text in `language`.
    pub const fn of(self, language: Language) -> &'static str {
        match language {
            Language::ZhCn => self.zh_cn,
            Language::EnUs => self.en_us,
            Language::ZhHk => self.zh_hk,
        }
    }
}

/// Writes a [`Texts`] in the order of its fields.
pub const fn texts(zh_cn: &'static str, en_us: &'static str, zh_hk: &'static str) -> Texts {
    Texts { zh_cn, en_us, zh_hk }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_language_is_the_default() {
        for (tag, language) in [
            (None, Language::ZhCn),
            (Some(""), Language::ZhCn),
            (Some("xx"), Language::ZhCn),
            (Some("zh-CN"), Language::ZhCn),
            (Some("EN-us"), Language::EnUs),
            (Some("zh-HK"), Language::ZhHk),
        ] {
            assert_eq!(Language::of(tag), language, "{tag:?}");
        }
    }
}
