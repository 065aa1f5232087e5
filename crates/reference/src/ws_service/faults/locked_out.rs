//! A worker that dies of something and takes its account with it: the account's next handshake is refused. No fault
//! here may refuse an account that did nothing odd.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    Fault,
    variant::Subject,
    websocket::{Out, ProtocolError},
    ws_service::{Account, Accounts, HonestWs, Session, WsBehaviour, WsCall},
};

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "ws/breach-locks-out",
        text: "Frames that break the framing are an exception that nobody catches: the account's next handshake is refused.",
        breaks: &["WS-FRAME-8"],
        behaviour: Subject::WsService(|| LockedOut::behaviour(Cause::ProtocolError)),
    },
    Fault {
        name: "ws/unfinished-locks-out",
        text: "A client that leaves in the middle of a message stays logged in: its next handshake is refused.",
        breaks: &["WS-FRAME-8"],
        behaviour: Subject::WsService(|| LockedOut::behaviour(Cause::Amid)),
    },
    Fault {
        name: "ws/flood-locks-out",
        text: "A hundred equal calls in a row count as an attack, and the account's next handshake is refused.",
        breaks: &["WS-FRAME-8"],
        behaviour: Subject::WsService(|| LockedOut::behaviour(Cause::Flood)),
    },
    Fault {
        name: "ws/name-long-locks-out",
        text: "An action of thousands of characters overflows a column of the log, and the account's next handshake is refused.",
        breaks: &["WS-FRAME-8"],
        behaviour: Subject::WsService(|| LockedOut::behaviour(Cause::Text(is_long_name))),
    },
    Fault {
        name: "ws/ts-huge-locks-out",
        text: "A ts beyond 64 bits is an overflow that nobody catches: the account's next handshake is refused.",
        breaks: &["WS-FRAME-8"],
        behaviour: Subject::WsService(|| LockedOut::behaviour(Cause::Text(is_huge_ts))),
    },
    Fault {
        name: "ws/mark-odd-locks-out",
        text: "A long, deep or disputed mark kills the worker that echoes it: the account's next handshake is refused.",
        breaks: &["WS-MARK-9"],
        behaviour: Subject::WsService(|| LockedOut::behaviour(Cause::Text(is_odd_mark))),
    },
    Fault {
        name: "ws/ping-like-locks-out",
        text: "A text that resembles ping confuses the heartbeat for good: the account's next handshake is refused.",
        breaks: &["WS-CALL-11"],
        behaviour: Subject::WsService(|| LockedOut::behaviour(Cause::Text(is_like_ping))),
    },
];

/// How many equal calls in a row are an attack.
const FLOOD_OF: u64 = 100;

fn is_long_name(text: &str) -> bool {
    let call = WsCall::read(text, 0);
    call.and_then(|call| call.action)
        .is_some_and(|action| action.len() > 4096)
}

fn is_huge_ts(text: &str) -> bool {
    let call = WsCall::read(text, 0);
    let ts = call.as_ref().and_then(|call| call.param("ts"));
    ts.is_some_and(|raw| {
        let number = raw.trim_start_matches('-');
        let starts = number.starts_with(|first: char| first.is_ascii_digit());
        starts && (number.len() > 19 || number.contains("e400")) && raw.parse::<i64>().is_err()
    })
}

fn is_odd_mark(text: &str) -> bool {
    let deep = |text: &str| text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count() >= 100;
    let disputed = ["1e400", "1e999", "\\ud800", "\\ude00\\ud83d", "__proto__", "prototype"];
    match WsCall::read(text, 0) {
        Some(call) => call.mark().is_some_and(|raw| {
            let has = |odd: &&str| raw.contains(*odd);
            raw.len() > 1500 || deep(raw) || disputed.iter().any(has)
        }),
        None => deep(text),
    }
}

fn is_like_ping(text: &str) -> bool {
    let word = text.trim().trim_matches('"');
    text != "ping" && (word.eq_ignore_ascii_case("ping") || word == "pong")
}

/// What the worker dies of.
enum Cause {
    ProtocolError,
    Amid,
    Flood,
    Text(fn(&str) -> bool),
}

struct LockedOut {
    cause: Cause,
    /// The tokens whose worker is dead.
    down: Mutex<HashSet<String>>,
    /// The latest text of each connection, and how often it came in a row.
    latest: Mutex<HashMap<u64, (String, u64)>>,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl LockedOut {
    fn behaviour(cause: Cause) -> Arc<dyn WsBehaviour> {
        Arc::new(Self {
            cause,
            down: Mutex::default(),
            latest: Mutex::default(),
        })
    }

    fn lock_out(&self, session: &Session) {
        held(&self.down).insert(session.account.token.clone());
    }

    fn count(&self, session: &Session, text: &str) -> u64 {
        let mut latest = held(&self.latest);
        let (last, times) = latest.entry(session.number).or_default();
        if last != text {
            text.clone_into(last);
            *times = 0;
        }
        *times += 1;
        *times
    }
}

impl WsBehaviour for LockedOut {
    fn identify(&self, accounts: &Accounts, token: &str) -> Option<Arc<Account>> {
        let down = held(&self.down).remove(token);
        if down { None } else { HonestWs.identify(accounts, token) }
    }

    fn fail(&self, session: &Session, error: ProtocolError) -> Vec<Out> {
        if matches!(self.cause, Cause::ProtocolError) {
            self.lock_out(session);
        }
        HonestWs.fail(session, error)
    }

    fn left(&self, session: &Session, amid: bool) {
        if amid && matches!(self.cause, Cause::Amid) {
            self.lock_out(session);
        }
    }

    fn read(&self, session: &Session, text: &str, nth: u64) -> Option<WsCall> {
        let dies = match self.cause {
            Cause::Flood => self.count(session, text) == FLOOD_OF,
            Cause::Text(kills) => kills(text),
            Cause::ProtocolError | Cause::Amid => false,
        };
        if dies {
            self.lock_out(session);
        }
        HonestWs.read(session, text, nth)
    }
}
