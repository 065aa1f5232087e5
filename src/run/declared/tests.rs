use super::*;
use crate::transcript::{Entry, Transcript};
use wire::{
    event::{Ended, Received},
    http::Response,
};

fn refused(events: Vec<WireEvent>) -> Option<String> {
    let mut transcript = Transcript::new("t/declared/token#0");
    transcript.entries = events.into_iter().map(|what| Entry { at: 0, what }).collect();
    refusal(&transcript)
}

fn opened(status: u16) -> WireEvent {
    WireEvent::Opened {
        connection: "a".into(),
        response: Response {
            status,
            ..Response::default()
        },
    }
}

fn heard(opcode: Opcode, payload: &[u8]) -> WireEvent {
    WireEvent::Received {
        connection: "a".into(),
        received: Received::new(opcode, payload),
    }
}

#[test]
fn a_status_or_a_close_code_that_says_so_is_a_refusal() {
    for (status, said) in [(401, "status 401"), (403, "status 403")] {
        assert_eq!(refused(vec![opened(status)]).as_deref(), Some(said));
    }
    for code in [1008u16, 3000, 3003, 4001] {
        let close = heard(Opcode::Close, &code.to_be_bytes());
        let said = format!("a close with code {code}");
        assert_eq!(refused(vec![opened(101), close]), Some(said));
    }
}

#[test]
fn whatever_else_goes_wrong_is_a_matter_for_rows() {
    for status in [101, 200, 302, 400, 404, 426, 500, 503] {
        assert_eq!(refused(vec![opened(status)]), None, "{status}");
    }
    for code in [1000u16, 1001, 1006, 1011, 3001, 5000] {
        assert_eq!(
            refused(vec![opened(101), heard(Opcode::Close, &code.to_be_bytes())]),
            None,
            "{code}"
        );
    }
    assert_eq!(refused(vec![opened(101), heard(Opcode::Close, &[])]), None);
    assert_eq!(
        refused(vec![opened(101), heard(Opcode::Text, &1008u16.to_be_bytes())]),
        None
    );
    // It hangs up without a word.
    let ended = WireEvent::Ended {
        connection: "a".into(),
        ended: Ended::Eof,
    };
    assert_eq!(refused(vec![opened(101), ended]), None);
    assert_eq!(refused(Vec::new()), None);
}
