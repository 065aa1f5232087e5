//! A peer of dice, and a row played against it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use crate::{
    plan::Plan,
    replay::{
        Machine,
        io::{Action, Event, Now, Replay, Write},
    },
    transcript::Transcript,
};
use wire::{
    event::{Ended, Excerpt, Failure, FailureKind, Received},
    frame::Opcode,
    http::Response,
};

/// Bytes as decisions; zeros when there are no more.
pub struct Dice<'d>(pub &'d [u8]);

impl Dice<'_> {
    pub fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().map_or((0, self.0), |(first, rest)| (*first, rest));
        self.0 = rest;
        first
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (usize::from(self.byte()) << 8 | usize::from(self.byte())) % bound.max(1)
    }

    pub fn bytes(&mut self) -> Vec<u8> {
        let length = usize::from(self.byte() % 64).min(self.0.len());
        let (bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        bytes.to_vec()
    }
}

/// What a peer might say to a message.
fn reply(dice: &mut Dice<'_>, last: &str) -> Received {
    let last: serde_json::Value = serde_json::from_str(last).unwrap_or_default();
    let params = &last["params"];
    let (mark, ts, trace) = (&params["mark"], &params["ts"], &last["header"]["trace"]);
    let text = match dice.byte() % 12 {
        0 | 1 => format!(r#"{{"code":200,"result":{{"data":{{}},"extra":{{"mark":{mark},"ts":{ts}}}}},"msg":"ok"}}"#),
        2 => format!(
            r#"{{"code":200,"result":{{"error":"e","errorCode":-{},"errorExtra":{{"mark":{mark},"ts":{ts}}}}},"msg":""}}"#,
            dice.below(20_000)
        ),
        3 => format!(r#"{{"code":14{:02},"result":{{}},"msg":"no"}}"#, dice.byte() % 10),
        4 => format!(
            r#"{{"header":{{"trace":{trace},"bizType":"pong"}},"body":{{"code":"0","ok":true,"tm":1,"data":null,"trace":{trace}}}}}"#
        ),
        5 => "pong".into(),
        6 => r#"{"code":1200,"result":{"event":"e","data":[]},"msg":"event"}"#.into(),
        7 => "[".repeat(dice.below(3000)),
        8 => format!("{{\"code\":{}}}", "9".repeat(dice.below(400))),
        9 => return Received::new(Opcode::Close, dice.bytes()),
        10 => return Received::new(Opcode::Ping, dice.bytes()),
        _ => {
            return Received::new(
                [Opcode::Text, Opcode::Binary, Opcode::Pong][dice.below(3)],
                dice.bytes(),
            );
        }
    };
    Received::new(Opcode::Text, text)
}

fn response(dice: &mut Dice<'_>, upgrade: bool) -> Response {
    let status = match dice.byte() % 4 {
        0 | 1 if upgrade => 101,
        0..=2 => 200,
        _ => 100 + u16::from(dice.byte()) * 2,
    };
    let name = ["date", "content-type", "sec-websocket-accept", "connection", "upgrade"][dice.below(5)];
    let value = String::from_utf8_lossy(&dice.bytes()).into_owned();
    Response {
        status,
        reason: String::new(),
        headers: vec![(name.to_owned(), value)],
        body: reply(dice, "").payload,
    }
}

fn failure(dice: &mut Dice<'_>) -> Failure {
    let kinds = [
        FailureKind::Unreachable,
        FailureKind::Tls,
        FailureKind::Closed,
        FailureKind::Reset,
        FailureKind::Timeout,
        FailureKind::Malformed,
        FailureKind::TooLong,
        FailureKind::Harness,
    ];
    Failure {
        kind: kinds[dice.below(kinds.len())],
        text: "failed".into(),
        cut: None,
    }
}

/// Plays a row against a peer of dice; gives what was seen.
pub fn play(plan: &Arc<Plan>, dice: &mut Dice<'_>) -> Transcript {
    let mut supplies = Vec::new();
    for (name, count) in plan.leases() {
        for number in 1..=count {
            let name = if number == 1 {
                name.to_owned()
            } else {
                format!("{name}.{number}")
            };
            supplies.push((name.clone(), format!("secret-of-{name}")));
        }
    }
    let mut machine = Machine::new(plan.clone(), supplies, 1);
    let mut now = Now {
        elapsed: Duration::ZERO,
        unix: Duration::from_secs(1_700_000_000),
    };
    let mut pending: Vec<Event> = Vec::new();
    let mut last: BTreeMap<usize, String> = BTreeMap::new();
    let mut silent = false;
    for round in 0..200_000 {
        if round > 5_000 {
            silent = true;
        }
        match machine.poll(now) {
            Action::Done => return machine.into_transcript(),
            Action::Wait { until } => {
                let event = if silent || pending.is_empty() {
                    None
                } else {
                    Some(pending.remove(dice.below(pending.len())))
                };
                match (event, until) {
                    (Some(event), _) => machine.handle(now, event),
                    (None, Some(until)) => {
                        now.unix += until.saturating_sub(now.elapsed);
                        now.elapsed = until.max(now.elapsed);
                    }
                    (None, None) => panic!("{}: the machine waits for nothing, for ever", plan.row.id),
                }
            }
            Action::Open { connection, .. } => pending.push(match dice.byte() % 8 {
                0 => Event::OpenFailed {
                    connection,
                    failure: failure(dice),
                },
                _ => Event::Opened {
                    connection,
                    response: response(dice, true),
                },
            }),
            Action::Write { connection, write } => {
                let sent = match write {
                    Write::Message(_, bytes) | Write::Bytes { bytes, .. } => bytes,
                };
                last.insert(connection, String::from_utf8_lossy(&sent).into_owned());
                for _ in 0..dice.byte() % 4 {
                    let connection = if dice.byte() == 255 { dice.below(9) } else { connection };
                    let said = last.get(&connection).map(String::as_str).unwrap_or_default();
                    pending.push(match dice.byte() % 16 {
                        0 => Event::Ended {
                            connection,
                            ended: [
                                Ended::Eof,
                                Ended::Reset,
                                Ended::Unreadable {
                                    why: "no frame".into(),
                                    cut: Some(Excerpt::new(vec![b'x'; 500])),
                                },
                            ][dice.below(3)]
                            .clone(),
                        },
                        _ => Event::Received {
                            connection,
                            received: reply(dice, said),
                        },
                    });
                }
            }
            Action::Exchange { exchange, .. } => pending.push(match dice.byte() % 8 {
                0 => Event::ExchangeFailed {
                    exchange,
                    failure: failure(dice),
                },
                _ => Event::Responded {
                    exchange,
                    response: response(dice, false),
                },
            }),
            Action::Hook { hook, .. } => pending.push(Event::Hooked {
                hook,
                outcome: if dice.byte() < 128 { Ok(()) } else { Err("no".into()) },
            }),
            Action::Drop { .. } => {}
        }
    }
    panic!("{}: the row does not end", plan.row.id);
}
