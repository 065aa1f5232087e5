//! `close`: how the server ended the connection.

use super::{Expectation, Found, Kind, Observation, ObservationKind, Subject};
use crate::{
    syntax::shape::{Shape, list, optional},
    syntax::template::Scope,
};

pub const KIND: Kind = Kind {
    key: "close",
    text: "the close frame's code is one of `codes`; `clean`: there was a close frame before the end",
    shape: || {
        Shape::Record(vec![
            optional("codes", list(Shape::Integer), "the codes, one of which is expected"),
            optional("clean", Shape::Bool, "a close frame came before the end"),
        ])
    },
    options: Vec::new,
    sees: &[ObservationKind::Closing],
    needs_bytes: true,
    read: |reader| {
        let node = reader.member("close")?;
        let codes = node.member("codes").map(|codes| {
            let codes = codes.items().iter().filter_map(|code| code.as_integer());
            codes.filter_map(|code| u16::try_from(code).ok()).collect()
        });
        Some(Box::new(ClosedWith {
            codes,
            clean: node.member("clean").and_then(|clean| clean.as_bool()).unwrap_or(false),
        }))
    },
};

#[derive(Debug)]
struct ClosedWith {
    codes: Option<Vec<u16>>,
    clean: bool,
}

impl Expectation for ClosedWith {
    fn judge(&self, subject: &Subject, seen: &Observation<'_>, _: &dyn Scope) -> Found {
        let Observation::Closing(closing) = seen else {
            return Found::Unknown("the connection's end was not seen".into());
        };
        if let Some(codes) = &self.codes
            && !closing.code().is_some_and(|code| codes.contains(&code))
        {
            let codes: Vec<String> = codes.iter().map(u16::to_string).collect();
            return subject.fails(format!("a close frame with code {}", codes.join(" or ")), seen.show());
        }
        if self.clean && closing.frame.is_none() {
            return subject.fails("a close frame before the connection's end", seen.show());
        }
        Found::Holds
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{closing, found, of_text};
    use wire::{
        event::{Ended, Received},
        frame::Opcode,
    };

    #[test]
    fn the_code_is_one_of_the_codes() {
        let frame = Received::new(Opcode::Close, [0x03, 0xf3]);
        let seen = closing(Some(&frame), Some(&Ended::Eof));
        assert_eq!(
            found(r#"{"close": {"codes": [1000, 1011], "clean": true}}"#, &seen),
            "holds"
        );
        assert_eq!(
            found(r#"{"close": {"codes": [1000, 1001]}}"#, &seen),
            "fails: expected a close frame with code 1000 or 1001; seen a close frame with code 1011; the connection was finished"
        );
    }

    #[test]
    fn an_end_without_a_close_frame_is_not_clean() {
        let seen = closing(None, Some(&Ended::Reset));
        assert_eq!(found(r#"{"close": {}}"#, &seen), "holds");
        assert_eq!(
            found(r#"{"close": {"clean": true}}"#, &seen),
            "fails: expected a close frame before the connection's end; seen no close frame; the connection was reset"
        );
        assert_eq!(
            of_text(r#"{"close": {}}"#, "x"),
            "mistake: `close` can't be asked here: this step shows a message"
        );
    }
}
