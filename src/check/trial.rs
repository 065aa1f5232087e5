//! For the tests of checks: one check, read as from a file, asked of one thing, and its answer as a text.
//!
//! It is compiled for tests alone.

use super::{Answer, Check, Closing, Handshake, Observation, ObservationKind, Refusal, read};
use crate::{
    syntax::json::{Node, parse},
    syntax::schema::Schemas,
    syntax::source::Source,
    syntax::template::Scope,
};
use wire::{
    event::{Ended, Received},
    frame::Opcode,
    http::Response,
};

/// `${five}` is 5, `${ts}` is 1700000000, `${word}` is the text `word`; nothing else has a value.
struct TrialNames;

impl Scope for TrialNames {
    fn lookup(&self, name: &str) -> Option<Node> {
        match name {
            "five" => Some(Node::integer(5)),
            "ts" => Some(Node::integer(1_700_000_000)),
            "word" => Some(Node::text("word")),
            _ => None,
        }
    }
}

fn kind(seen: &Observation<'_>) -> ObservationKind {
    match seen {
        Observation::Message(..) => ObservationKind::Message,
        Observation::Response(..) => ObservationKind::Response,
        Observation::Handshake(_) => ObservationKind::Handshake,
        Observation::Closing(_) => ObservationKind::Closing,
        Observation::Values => ObservationKind::Values,
    }
}

/// A suite's schemas: `s/word`, a string.
fn schemas() -> Schemas {
    let text = r#"{"type": "string"}"#;
    let all = [("s/word".to_owned(), Source::new("schemas/s/word.json", text))];
    Schemas::read(all).unwrap_or_else(|found| panic!("{}", found[0].render(false)))
}

/// A check as it is read where this is looked at, or the first mistake in it.
pub fn compiled(check: &str, looks_at: ObservationKind) -> Result<Check, String> {
    let source = Source::new("check.json", check);
    let node = parse(check).unwrap_or_else(|error| panic!("{error}: {check}"));
    let mut mistakes = Vec::new();
    let read = read(&source, &node, looks_at, &schemas(), &mut mistakes);
    match mistakes.first() {
        Some(mistake) => Err(format!("mistake: {}: {}", mistake.what, mistake.label)),
        None => Ok(read.unwrap_or_else(|| panic!("no check: {check}"))),
    }
}

/// What a check says of a thing.
pub fn found(check: &str, seen: &Observation<'_>) -> String {
    let compiled = match compiled(check, kind(seen)) {
        Ok(compiled) => compiled,
        Err(mistake) => return mistake,
    };
    match compiled.judge(seen, &TrialNames) {
        Answer::Holds => "holds".into(),
        Answer::Reading(name) => format!("reading {name}"),
        Answer::Unknown(why) => format!("unknown: {why}"),
        Answer::Fails(mismatches) => {
            let each = mismatches.iter().map(|mismatch| {
                let at = match mismatch.at.as_str() {
                    "" => String::new(),
                    at => format!(" at {at}"),
                };
                format!("fails{at}: expected {}; seen {}", mismatch.expected, mismatch.seen)
            });
            each.collect::<Vec<_>>().join(" | ")
        }
    }
}

/// What a check says of a text message.
pub fn of_text(check: &str, text: &str) -> String {
    let received = Received::new(Opcode::Text, text);
    found(check, &Observation::message(&received))
}

/// What reading a check says where nothing but values is shown.
pub fn of_values(check: &str) -> String {
    found(check, &Observation::Values)
}

/// A response with a body.
pub fn response(status: u16, body: &str) -> Response {
    Response {
        status,
        body: body.into(),
        ..Response::default()
    }
}

/// A handshake with a response; the key is that of RFC 6455 §1.3.
pub fn handshake(response: &Response, refusal: Option<Refusal>) -> Observation<'_> {
    Observation::Handshake(Handshake {
        response: Some(response),
        refusal,
        key: Some("dGhlIHNhbXBsZSBub25jZQ=="),
        note: "",
    })
}

/// A handshake without a response.
pub fn no_response(note: &str) -> Observation<'_> {
    Observation::Handshake(Handshake {
        response: None,
        refusal: Some(Refusal::NoResponse),
        key: None,
        note,
    })
}

/// The end of a connection.
pub fn closing<'a>(frame: Option<&'a Received>, ended: Option<&'a Ended>) -> Observation<'a> {
    Observation::Closing(Closing { frame, ended })
}
