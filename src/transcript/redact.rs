//! Replaces secrets by their names, in every form in which a peer may send them back.

use std::sync::{Arc, OnceLock};

use super::{
    StepOutcome, WireEvent,
    forms::{Form, Forms, SHORTEST},
};
use wire::{
    event::{Ended, Excerpt, Failure},
    http::{Field, Request, Response},
};

/// Shorter secrets of other rows are not looked for: they may be words that replies are made of.
const SHORTEST_OF_OTHERS: usize = 8;

/// What stands in a transcript for a secret.
pub fn placeholder(name: &str) -> String {
    format!("‹{name}›")
}

/// Knows the secrets of one row, and those of the whole target: a server may say to one what it was told by another.
#[derive(Default)]
pub struct Redactor {
    secrets: Vec<Secret>,
    /// Made anew on first use after a secret was added.
    forms: OnceLock<Option<Forms>>,
    /// Used by many rows.
    shared: bool,
    others: Option<Arc<Redactor>>,
    /// What some of the others' secrets, by number, are called here.
    names: Vec<(usize, String)>,
}

struct Secret {
    name: String,
    value: String,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redactor({} secrets)", self.secrets.len())
    }
}

impl Redactor {
    /// One that knows all the secrets of a target, by name, and may be shared by rows.
    pub fn of_target<'s>(secrets: impl IntoIterator<Item = (&'s str, &'s str)>) -> Arc<Self> {
        let mut redactor = Self {
            shared: true,
            ..Self::default()
        };
        for (name, secret) in secrets {
            if secret.len() >= SHORTEST_OF_OTHERS {
                redactor.hide(name, secret);
            }
        }
        Arc::new(redactor)
    }

    /// Looks for these too, after its own. What is known there already is looked for once, under the name it has here.
    pub fn and(&mut self, others: Arc<Self>) {
        let own = std::mem::take(&mut self.secrets);
        self.forms.take();
        self.others = Some(others);
        for secret in own {
            self.hide(&secret.name, &secret.value);
        }
    }

    /// Adds a secret under the name that will stand for it.
    pub fn hide(&mut self, name: &str, secret: &str) {
        if secret.len() < SHORTEST || self.secrets.iter().any(|known| known.value == secret) {
            return;
        }
        let others = self.others.as_ref().map(|others| &others.secrets);
        let known = others.and_then(|others| others.iter().position(|known| known.value == secret));
        match known {
            Some(number) if self.names.iter().any(|(named, _)| *named == number) => {}
            Some(number) => self.names.push((number, name.to_owned())),
            None => {
                self.secrets.push(Secret {
                    name: name.to_owned(),
                    value: secret.to_owned(),
                });
                self.forms.take();
            }
        }
    }

    fn forms(&self) -> Option<&Forms> {
        if self.secrets.is_empty() {
            return None;
        }
        let secrets = || self.secrets.iter().map(|secret| secret.value.as_str());
        self.forms.get_or_init(|| Forms::of(secrets(), self.shared)).as_ref()
    }

    /// The bytes without secrets.
    pub fn bytes<B: AsRef<[u8]> + From<Vec<u8>>>(&self, bytes: &mut B) {
        self.replace(bytes, &[]);
        if let Some(others) = &self.others {
            others.replace(bytes, &self.names);
        }
    }

    /// Puts names in the place of secrets: for some, by number, another than their own.
    fn replace<B: AsRef<[u8]> + From<Vec<u8>>>(&self, bytes: &mut B, names: &[(usize, String)]) {
        let shown = |form: &Form| {
            let own = names.iter().find(|(number, _)| *number == form.secret);
            let name = own.map_or(&self.secrets[form.secret].name, |(_, name)| name);
            if form.encoded {
                placeholder(&format!("{name}, encoded"))
            } else {
                placeholder(name)
            }
        };
        if let Some(replaced) = self.forms().and_then(|forms| forms.replace(bytes.as_ref(), shown)) {
            *bytes = replaced.into();
        }
    }

    /// The text without secrets.
    pub fn text(&self, text: &mut String) {
        let mut bytes = std::mem::take(text).into_bytes();
        self.bytes(&mut bytes);
        // Secrets and placeholders are UTF-8, and a match begins and ends at the borders of its characters.
        *text = String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    }

    fn fields(&self, fields: &mut [Field]) {
        for (name, value) in fields {
            self.text(name);
            self.text(value);
        }
    }

    fn response(&self, response: &mut Response) {
        self.text(&mut response.reason);
        self.fields(&mut response.headers);
        self.bytes(&mut response.body);
    }

    fn request(&self, request: &mut Request) {
        self.text(&mut request.method);
        self.text(&mut request.url);
        self.fields(&mut request.headers);
        self.bytes(&mut request.body);
    }

    fn failure(&self, failure: &mut Failure) {
        self.text(&mut failure.text);
        self.cut(failure.cut.as_mut());
    }

    fn ended(&self, ended: &mut Ended) {
        if let Ended::Unreadable { why, cut } = ended {
            self.text(why);
            self.cut(cut.as_mut());
        }
    }

    /// What was given up, without secrets, and without the part of one at which the reading stopped.
    fn cut(&self, cut: Option<&mut Excerpt>) {
        let Some(cut) = cut else { return };
        let has_its_end = cut.last.is_empty() || !cut.is_short();
        self.bytes(&mut cut.first);
        self.bytes(&mut cut.last);
        if has_its_end {
            let end = if cut.last.is_empty() {
                &mut cut.first
            } else {
                &mut cut.last
            };
            let others = self.others.as_ref().and_then(|others| others.forms());
            let forms = self.forms().into_iter().chain(others).flat_map(Forms::iter);
            let parts = forms.map(|form| part_at_the_end(end, &form.bytes));
            let length = end.len() - parts.max().unwrap_or_default();
            end.truncate(length);
        }
        cut.shorten();
    }
}

/// How many bytes of the beginning of `form` stand at the end of `bytes`.
fn part_at_the_end(bytes: &[u8], form: &[u8]) -> usize {
    let longest = form.len().min(bytes.len() + 1);
    (1..longest)
        .rev()
        .find(|length| bytes.ends_with(&form[..*length]))
        .unwrap_or_default()
}

impl WireEvent {
    /// Takes the secrets out.
    pub(super) fn redact(&mut self, redactor: &Redactor) {
        match self {
            Self::Opening { request, .. } => redactor.bytes(request),
            Self::Opened { response, .. } | Self::Responded { response, .. } => redactor.response(response),
            Self::OpenFailed { failure, .. } | Self::NoResponse { failure, .. } => redactor.failure(failure),
            Self::Sent { bytes, .. } => redactor.bytes(bytes),
            Self::Received { received, .. } => redactor.bytes(&mut received.payload),
            Self::Ended { ended, .. } => redactor.ended(ended),
            Self::Fenced(_) => {}
            Self::Requested { request, .. } => redactor.request(request),
            Self::Hooked { outcome, .. } => {
                if let Err(why) = outcome {
                    redactor.text(why);
                }
            }
            Self::Step(finished) => {
                finished.values.iter_mut().for_each(|(_, value)| redactor.text(value));
                finished.outcome.redact(redactor);
            }
        }
    }
}

impl StepOutcome {
    fn redact(&mut self, redactor: &Redactor) {
        match self {
            Self::Failed(failure) => redactor.failure(failure),
            Self::Closed { ended: Some(ended), .. } => redactor.ended(ended),
            Self::Lost { why, .. } | Self::Broken(why) | Self::Skipped(why) => redactor.text(why),
            Self::Accepted { key, .. } | Self::Declined { key, .. } => {
                key.iter_mut().for_each(|key| redactor.text(key))
            }
            Self::Done
            | Self::Took(_)
            | Self::Nothing { .. }
            | Self::Quiet
            | Self::Disturbed(_)
            | Self::Closed { ended: None, .. }
            | Self::Span { .. }
            | Self::Leftover(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use super::{super::forms::percent, *};

    #[test]
    fn a_secret_is_found_in_every_form() {
        let secret = "aB3+d/Zq\"é9876543210";
        let mut redactor = Redactor::default();
        redactor.hide("token", secret);
        let json = crate::syntax::json::Node::text(secret).to_string();
        for text in [
            secret.to_owned(),
            format!("before{secret}after"),
            json,
            String::from_utf8_lossy(&percent(secret.as_bytes(), true, false)).into_owned(),
            String::from_utf8_lossy(&percent(secret.as_bytes(), false, true)).into_owned(),
            STANDARD.encode(secret),
            STANDARD.encode(format!("x{secret}")),
            STANDARD.encode(format!("user:{secret}:more")),
        ] {
            let mut hidden = text.clone();
            redactor.text(&mut hidden);
            assert!(hidden.contains("‹token"), "{text} became {hidden}");
            assert!(
                !hidden.contains("Zq") || !hidden.contains("aB3"),
                "{text} became {hidden}"
            );
        }
    }

    #[test]
    fn what_is_cut_keeps_its_ends_and_no_part_of_a_secret() {
        let mut redactor = Redactor::default();
        redactor.hide("token", "0123456789abcdef");
        let bytes = [
            b"begin 0123456789abcdef".to_vec(),
            vec![b'x'; 1000],
            b"end 0123456789".to_vec(),
        ]
        .concat();
        let mut cut = Excerpt::new(bytes);
        redactor.cut(Some(&mut cut));
        assert_eq!(cut.length, 1036);
        assert!(cut.first.starts_with("begin ‹token›xxx".as_bytes()));
        assert!(cut.last.ends_with(b"xxxend "));
        assert_eq!((cut.first.len(), cut.last.len()), (64, 64));
        let again = cut.clone();
        redactor.cut(Some(&mut cut));
        assert_eq!(cut, again);
        let long = vec![b'x'; 1000];
        let first = [b"begin 0123456789abcdef", &long[..]].concat();
        let last = [&long[..], b"0123456789abcdef 01234"].concat();
        let mut cut = Excerpt::of(5000, &[], first, last);
        redactor.cut(Some(&mut cut));
        assert_eq!(
            String::from_utf8_lossy(&cut.first),
            format!("begin ‹token›{}", "x".repeat(64 - 17))
        );
        assert!(cut.last.ends_with("xxx‹token› ".as_bytes()));
        assert_eq!(cut.last.len(), 64);
        let again = cut.clone();
        redactor.cut(Some(&mut cut));
        assert_eq!(cut, again);
    }

    #[test]
    fn what_is_no_secret_stays() {
        let mut redactor = Redactor::default();
        redactor.hide("short", "abc");
        redactor.hide("token", "0123456789");
        let mut text = String::from("abc 012345678 x");
        redactor.text(&mut text);
        assert_eq!(text, "abc 012345678 x");
        assert_eq!(format!("{redactor:?}").find("0123456789"), None);
    }
}
