//! Credentials: where a secret is found, and what can't be one. A secret that the operator failed to supply would be refused by
//! the server, and the refusal held against it.

use std::{fmt, path::PathBuf};

use secrecy::{ExposeSecret, SecretString};

use crate::{
    syntax::diagnostic::Diagnostic,
    syntax::json::Node,
    syntax::source::{Place, Source},
};

/// Where a secret is found.
#[derive(Clone)]
pub enum Origin {
    Value(SecretString),
    Environment(String),
    File(PathBuf),
}

/// One credential.
#[derive(Clone)]
pub struct Credential {
    pub origin: Origin,
    /// Credentials of one account are never used at once; its own if not said.
    pub account: Option<String>,
    /// Blanks at its ends are part of it, as they are of a password.
    pub keeps_blanks: bool,
    pub place: Option<Place>,
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(_) => f.write_str("Value(..)"),
            Self::Environment(name) => write!(f, "Environment({name})"),
            Self::File(path) => write!(f, "File({})", path.display()),
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

impl Credential {
    /// Reads `"TEXT"` or `{value = "TEXT", account = "NAME"}`.
    pub fn read(source: &Source, node: &Node, keeps_blanks: bool, found: &mut Vec<Diagnostic>) -> Option<Self> {
        let value = node.member("value").unwrap_or(node);
        let text = value.as_str()?;
        if let Some(meant) = misspelt(text) {
            let place = source.place(value.span.clone());
            found.push(
                Diagnostic::at(place, "this would be sent as it stands", format!("expected {meant}"))
                    .help("a secret that really reads so can be given by `env:NAME` or `file:PATH`"),
            );
        }
        let origin = if let Some(name) = text.strip_prefix("env:") {
            Origin::Environment(name.to_owned())
        } else if let Some(path) = text.strip_prefix("file:") {
            Origin::File(PathBuf::from(path))
        } else {
            Origin::Value(SecretString::from(text))
        };
        Some(Self {
            origin,
            account: node.member("account").and_then(Node::as_str).map(str::to_owned),
            keeps_blanks,
            place: Some(source.place(value.span.clone())),
        })
    }

    /// The secret, once [`Self::supply`] has fetched it.
    pub fn secret(&self) -> Option<&str> {
        match &self.origin {
            Origin::Value(secret) => Some(secret.expose_secret()),
            _ => None,
        }
    }

    /// Puts the secret in the place of its name.
    ///
    /// # Errors
    /// When there is none, or what is there can't be one.
    pub fn supply(&mut self, fetch: impl Fn(&Origin) -> Result<String, String>) -> Result<(), Diagnostic> {
        let fetched = match &self.origin {
            Origin::Value(secret) => Ok(secret.expose_secret().to_owned()),
            named => fetch(named),
        };
        let told = |what: &str, why: String| match &self.place {
            Some(place) => Diagnostic::at(place.clone(), what, why),
            None => Diagnostic::plain(format!("{what}: {why}")),
        };
        let mut text = fetched.map_err(|why| told("the credential can't be read", why))?;
        if text.ends_with('\n') {
            text.pop();
            if text.ends_with('\r') {
                text.pop();
            }
        }
        if let Some(why) = unsound(&text, self.keeps_blanks) {
            return Err(told("this is no secret that could be sent", why)
                .help("what the profile lacks is not assessed: leave a credential out that you do not have"));
        }
        self.origin = Origin::Value(SecretString::from(text));
        Ok(())
    }
}

/// What somebody meant who wrote this for a secret: a reference in the spelling of another tool, or in none.
fn misspelt(text: &str) -> Option<String> {
    let is_name = |name: &str| {
        let mut letters = name.chars();
        letters.next().is_some_and(|c| c.is_ascii_uppercase() || c == '_')
            && letters.all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    };
    let braced = |open: &str, close: &str| Some(text.strip_prefix(open)?.strip_suffix(close)?.trim());
    let reference = braced("${{", "}}")
        .or_else(|| braced("${", "}"))
        .or_else(|| braced("{{", "}}"))
        .or_else(|| braced("%", "%").filter(|name| is_name(name)))
        .or_else(|| text.strip_prefix('$').filter(|name| is_name(name)));
    // A name is shown only where it can't be the secret itself.
    let shown = |name: &str| {
        if is_name(name) {
            name.to_owned()
        } else {
            "NAME".to_owned()
        }
    };
    if let Some(name) = reference {
        return Some(format!("`env:{}`", shown(name.rsplit('.').next().unwrap_or(name))));
    }
    let (word, rest) = text.split_once(':')?;
    let known = ["env", "file"]
        .into_iter()
        .find(|known| word.trim().eq_ignore_ascii_case(known))?;
    let name = rest.trim();
    if name.is_empty() {
        return Some(format!("a name after `{known}:`"));
    }
    (word != known || name != rest).then(|| match known {
        "env" => format!("`env:{}`", shown(name)),
        _ => format!("`{known}:PATH`, without a blank after the colon"),
    })
}

/// Why a text can't be a secret. It must never say the text.
fn unsound(text: &str, keeps_blanks: bool) -> Option<String> {
    if text.is_empty() {
        return Some("it is empty".into());
    }
    if text.starts_with('\u{feff}') {
        return Some("it begins with a byte order mark: save it without one".into());
    }
    if let Some((line, _)) = text.split_once(['\n', '\r']) {
        let at = line.chars().count() + 1;
        return Some(format!(
            "it has a second line, after character {at}: only the last line end is taken away"
        ));
    }
    if let Some((at, c)) = text
        .chars()
        .enumerate()
        .find(|(_, c)| c.is_control() || is_invisible(*c))
    {
        return Some(format!(
            "character {} of it can't be seen: U+{:04X}",
            at + 1,
            u32::from(c)
        ));
    }
    if keeps_blanks {
        return None;
    }
    match (
        text.starts_with(char::is_whitespace),
        text.ends_with(char::is_whitespace),
    ) {
        (false, false) => None,
        (true, false) => Some("it begins with a blank".into()),
        (false, true) => Some("it ends with a blank".into()),
        (true, true) => Some("it begins and ends with blanks".into()),
    }
}

/// What is copied from a page or a chat with a text and is no part of it.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn supplied(text: &str, keeps_blanks: bool) -> Result<String, String> {
        let mut credential = Credential {
            origin: Origin::Environment("A".into()),
            account: None,
            keeps_blanks,
            place: None,
        };
        match credential.supply(|_| Ok(text.to_owned())) {
            Ok(()) => Ok(credential.secret().unwrap_or_default().to_owned()),
            Err(told) => Err(told.render(false)),
        }
    }

    #[test]
    fn one_final_line_end_is_no_part_of_a_secret() {
        for text in ["t0ken", "t0ken\n", "t0ken\r\n"] {
            assert_eq!(supplied(text, false).as_deref(), Ok("t0ken"));
        }
    }

    #[test]
    fn what_can_not_be_a_secret_is_refused_and_never_told() {
        let refused = [
            ("", "it is empty"),
            ("\n", "it is empty"),
            ("\u{feff}t0ken", "byte order mark"),
            ("t0ken\n\n", "a second line, after character 6"),
            ("t0ken\nt0ken", "a second line, after character 6"),
            ("t0ken\r", "a second line"),
            ("t0\tken", "character 3 of it can't be seen: U+0009"),
            ("t0ken\0", "character 6 of it can't be seen: U+0000"),
            ("t0\u{200b}ken", "character 3 of it can't be seen: U+200B"),
            ("t0ken\u{85}", "character 6 of it can't be seen: U+0085"),
            (" t0ken", "begins with a blank"),
            ("t0ken ", "ends with a blank"),
            ("\u{a0}t0ken\u{3000}", "begins and ends with blanks"),
        ];
        for (text, why) in refused {
            let told = supplied(text, false).err().unwrap_or_default();
            assert!(told.contains(why) && !told.contains("t0"), "{text:?}: {told}");
        }
    }

    #[test]
    fn a_password_keeps_its_blanks_and_nothing_else() {
        assert_eq!(supplied(" pass word ", true).as_deref(), Ok(" pass word "));
        assert_eq!(supplied(" ", true).as_deref(), Ok(" "));
        assert!(supplied("", true).is_err());
        assert!(supplied("pass\tword", true).is_err());
    }

    #[test]
    fn a_reference_in_the_spelling_of_another_tool_is_no_secret() {
        let meant = [
            ("$TOKEN", "`env:TOKEN`"),
            ("${TOKEN}", "`env:TOKEN`"),
            ("${{ secrets.TOKEN }}", "`env:TOKEN`"),
            ("{{ TOKEN }}", "`env:TOKEN`"),
            ("%TOKEN%", "`env:TOKEN`"),
            ("ENV:X", "`env:X`"),
            ("Env: X", "`env:X`"),
            ("env: X", "`env:X`"),
            ("Env: x", "`env:NAME`"),
            ("FILE:a/b", "`file:PATH`, without a blank after the colon"),
            ("env:", "a name after `env:`"),
            ("file: ", "a name after `file:`"),
        ];
        for (text, expected) in meant {
            assert_eq!(misspelt(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "env:X", "file:a b", "$ecret", "$ECRET!", "100%", "%41%42", "a:b", "t0ken", "$",
        ] {
            assert_eq!(misspelt(text), None, "{text}");
        }
    }
}
