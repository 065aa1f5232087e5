//! Calls that are hardly ones: which texts count as JSON, which names are names (AMB-A10, AMB-A11). No suite may find a
//! violation under any of these readings.

use std::{collections::HashSet, fmt, sync::Arc};

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Value, value::RawValue};

use crate::{
    Reading,
    json::Node,
    variant::Subject,
    ws_service::{ErrorCode, HonestWs, Rejection, Session, WsBehaviour, WsCall, WsOutcome},
};

pub(super) const READINGS: &[Reading] = &[
    Reading {
        name: "ws/json-lenient",
        text: "A byte order mark is skipped, NaN is a number, and what follows the first JSON value is not looked at.",
        shows: &[("WS-CALL-4", "accepted"), ("WS-CALL-4", "other-error")],
        behaviour: Subject::WsService(|| Arc::new(Read(lenient))),
    },
    Reading {
        name: "ws/json-any-value",
        text: "Blank texts and JSON values that are no object are calls of an interface without a name.",
        shows: &[("WS-CALL-4", "other-error"), ("WS-CALL-12", "refused-14xx")],
        behaviour: Subject::WsService(|| Arc::new(Read(any_value))),
    },
    Reading {
        name: "ws/names-folded",
        text: "Controller and action are trimmed and read in any letter case.",
        shows: &[("WS-CALL-13", "same-name")],
        behaviour: Subject::WsService(|| Arc::new(Read(folded))),
    },
    Reading {
        name: "ws/json-duplicates-refused",
        text: "A call in which a name occurs twice in an object is no JSON.",
        shows: &[("WS-TS-8", "other"), ("WS-MARK-14", "other")],
        behaviour: Subject::WsService(|| Arc::new(Read(unrepeated))),
    },
    Reading {
        name: "ws/json-numbers-bounded",
        text: "A ts that no double can hold is no JSON.",
        shows: &[("WS-TS-7", "unparsable")],
        behaviour: Subject::WsService(|| Arc::new(Read(bounded))),
    },
    Reading {
        name: "ws/members-further-refused",
        text: "A call with members that the document does not name is refused as no call.",
        shows: &[("WS-CALL-8", "extra-members-refused")],
        behaviour: Subject::WsService(|| Arc::new(Members)),
    },
    Reading {
        name: "ws/nameless-illegal",
        text: "A call without controller or action is an illegal request.",
        shows: &[("WS-CALL-12", "illegal-request")],
        behaviour: Subject::WsService(|| Arc::new(Nameless(-10001))),
    },
    Reading {
        name: "ws/nameless-unknown-error",
        text: "A call without controller or action fails with -10000.",
        shows: &[("WS-CALL-12", "other-error")],
        behaviour: Subject::WsService(|| Arc::new(Nameless(-10000))),
    },
    Reading {
        name: "ws/nameless-minus-10009",
        text: "A call without controller or action fails with -10009, which a later revision defines.",
        shows: &[("WS-CALL-12", "other-error"), ("WS-RES-8", "minus-10009")],
        behaviour: Subject::WsService(|| Arc::new(Nameless(-10009))),
    },
    Reading {
        name: "ws/nameless-minus-7000",
        text: "A call without controller or action fails with -7000, as the http service has it.",
        shows: &[("WS-CALL-12", "other-error"), ("WS-RES-8", "sibling-protocol")],
        behaviour: Subject::WsService(|| Arc::new(Nameless(-7000))),
    },
    Reading {
        name: "ws/nameless-minus-10042",
        text: "A call without controller or action fails with -10042, where the table is open.",
        shows: &[("WS-CALL-12", "other-error"), ("WS-RES-8", "beyond-the-table")],
        behaviour: Subject::WsService(|| Arc::new(Nameless(-10042))),
    },
];

/// How a text is read.
struct Read(fn(&str) -> Option<WsCall>);

impl WsBehaviour for Read {
    fn read(&self, _session: &Session, text: &str, nth: u64) -> Option<WsCall> {
        let mut call = self.0(text)?;
        call.nth = nth;
        Some(call)
    }
}

fn lenient(text: &str) -> Option<WsCall> {
    let text = text
        .trim_start_matches('\u{feff}')
        .replace("NaN", "null")
        .replace("-Infinity", "null");
    WsCall::read(&text, 0).or_else(|| {
        // Not for what is too deep: then nothing is read.
        let mut values = serde_json::Deserializer::from_str(&text).into_iter::<Box<RawValue>>();
        let first = values.next()?.ok()?;
        (text.len() < 64).then(|| WsCall::read(first.get(), 0).or_else(|| WsCall::read("{}", 0)))?
    })
}

fn any_value(text: &str) -> Option<WsCall> {
    let is_value = || text.len() < 4096 && serde_json::from_str::<Value>(text).is_ok();
    WsCall::read(text, 0).or_else(|| (text.trim().is_empty() || is_value()).then(|| WsCall::read("{}", 0))?)
}

fn folded(text: &str) -> Option<WsCall> {
    let mut call = WsCall::read(text, 0)?;
    for name in [&mut call.controller, &mut call.action].into_iter().flatten() {
        *name = name.trim().to_ascii_lowercase();
    }
    Some(call)
}

/// A JSON value in which no object has two members of the same name.
struct Unique;

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Names)
    }
}

/// Remembers the names of an object.
struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = Unique;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON without repeated names")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unique, A::Error> {
        let mut names = HashSet::new();
        while let Some((name, _)) = map.next_entry::<String, Unique>()? {
            if !names.insert(name) {
                return Err(A::Error::custom("a name occurs twice"));
            }
        }
        Ok(Unique)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Unique, A::Error> {
        while list.next_element::<Unique>()?.is_some() {}
        Ok(Unique)
    }

    fn visit_unit<E>(self) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_str<E>(self, _: &str) -> Result<Unique, E> {
        Ok(Unique)
    }
}

fn unrepeated(text: &str) -> Option<WsCall> {
    let call = WsCall::read(text, 0)?;
    // What is no Unicode is no name at all, and disputed for another reason.
    let repeats = serde_json::from_str::<Unique>(text).is_err_and(|error| error.to_string().contains("twice"));
    (!repeats).then_some(call)
}

fn bounded(text: &str) -> Option<WsCall> {
    let call = WsCall::read(text, 0)?;
    let holds = |raw: &str| raw.parse::<f64>().map_or(true, f64::is_finite);
    call.param("ts").is_none_or(holds).then_some(call)
}

struct Members;

impl WsBehaviour for Members {
    fn decide(&self, _session: &Session, call: &WsCall, honest: WsOutcome) -> WsOutcome {
        let documented = |name: &String| matches!(name.as_str(), "controller" | "action" | "params");
        match honest {
            WsOutcome::Success(_) if !call.members.keys().all(documented) => WsOutcome::Rejection(Rejection::Malformed),
            other => other,
        }
    }
}

/// The code of the failure.
struct Nameless(i64);

fn is_nameless(call: &WsCall) -> bool {
    let missing = |name: &Option<String>| name.as_deref().is_none_or(str::is_empty);
    missing(&call.controller) || missing(&call.action)
}

impl WsBehaviour for Nameless {
    fn decide(&self, _session: &Session, call: &WsCall, honest: WsOutcome) -> WsOutcome {
        match (honest, self.0) {
            (WsOutcome::Rejection(Rejection::NoSuchInterface), code) if is_nameless(call) => {
                WsOutcome::Failure(match code {
                    -10000 => ErrorCode::Unknown,
                    -10001 => ErrorCode::Illegal1,
                    _ => ErrorCode::Other,
                })
            }
            (other, _) => other,
        }
    }

    fn change_reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, reply: &mut Node) {
        HonestWs.change_reply(session, call, outcome, reply);
        if let (WsOutcome::Failure(_), Some(result)) = (outcome, reply.at(&["result"]))
            && call.is_some_and(is_nameless)
        {
            result.set("errorCode", Node::number(self.0));
        }
    }
}
