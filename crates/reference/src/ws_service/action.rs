//! The interfaces that can be called. Each says what becomes of a call that has passed every check; none may look at the
//! token, the clock or the mark.

use std::time::Duration;

use super::{Call, ErrorCode, Outcome, Parting, Rejection, Service, Session};
use crate::json::Node;

/// The events that can be subscribed to.
pub const EVENTS: [&str; 10] = [
    "disaster",
    "temblor",
    "article",
    "kaifu",
    "fuyao",
    "horse",
    "firework",
    "serendipity",
    "systemMsg",
    "playerMsg",
];
/// How long a slow call takes unless it says; long enough to be overtaken by a call sent after it.
const SLOW: u64 = 40;
/// The longest a slow call may ask for.
const SLOWEST: u64 = 2000;

/// An interface: the controller and action that name it (compared exactly), and what it does.
pub struct Action {
    pub controller: &'static str,
    pub name: &'static str,
    pub act: Act,
}

/// What an interface does.
#[derive(Clone, Copy)]
pub enum Act {
    Index,
    Subscribe,
    Unsubscribe,
    ListEvents,
    /// Always fails, for want of a real reason to.
    Fail(ErrorCode),
    /// Answers after a while; calls sent later overtake it.
    Slow,
    /// Answers at once, to those who have paid.
    Paid,
    /// Delivers an event to the caller's connections.
    Push,
    Part(Parting),
}

const fn action(controller: &'static str, name: &'static str, act: Act) -> Action {
    Action { controller, name, act }
}

/// Every interface.
pub const ACTIONS: &[Action] = &[
    action("api", "index", Act::Index),
    action("api", "push_subscribe", Act::Subscribe),
    action("api", "push_unsubscribe", Act::Unsubscribe),
    action("api", "get_push_list", Act::ListEvents),
    action("data", "unknown_error", Act::Fail(ErrorCode::Unknown)),
    action("data", "illegal_1", Act::Fail(ErrorCode::Illegal1)),
    action("data", "illegal_2", Act::Fail(ErrorCode::Illegal2)),
    action("data", "illegal_3", Act::Fail(ErrorCode::Illegal3)),
    action("data", "offline", Act::Fail(ErrorCode::Offline)),
    action("data", "maintenance", Act::Fail(ErrorCode::Maintenance)),
    action("data", "forbidden", Act::Fail(ErrorCode::Unauthorized)),
    action("data", "restricted", Act::Fail(ErrorCode::Restricted)),
    action("data", "nodata", Act::Fail(ErrorCode::NoData)),
    action("data", "other", Act::Fail(ErrorCode::Other)),
    action("data", "slow", Act::Slow),
    action("data", "paid", Act::Paid),
    action("debug", "push", Act::Push),
    action("debug", "offline", Act::Part(Parting::ForcedOffline)),
    action("debug", "other_error", Act::Part(Parting::OtherError)),
];

/// The interface that a call names. A controller or action that is missing or no string names none.
pub fn find(call: &Call) -> Result<Act, Rejection> {
    ACTIONS
        .iter()
        .find(|action| {
            call.controller.as_deref() == Some(action.controller) && call.action.as_deref() == Some(action.name)
        })
        .map(|action| action.act)
        .ok_or(Rejection::NoSuchInterface)
}

/// Does what the call asks for.
pub fn perform(act: Act, service: &Service, session: &Session, call: &Call) -> Outcome {
    match act {
        Act::Index => {
            let names = ACTIONS
                .iter()
                .filter(|action| action.controller == "api")
                .map(|action| action.name);
            // WS-RES-6
            Outcome::Success(Node::object([
                ("controller", Node::text("api")),
                ("interface", Node::texts(names)),
            ]))
        }
        Act::Subscribe => turn(session, call, true),
        Act::Unsubscribe => turn(session, call, false),
        Act::ListEvents => {
            let on = EVENTS.iter().copied().filter(|event| session.subscribed(event));
            Outcome::Success(Node::object([("push", Node::texts(on)), ("list", Node::texts(EVENTS))]))
        }
        Act::Fail(code) => Outcome::Failure(code),
        Act::Slow => match slowness(call) {
            Some(delay) => Outcome::Success(Node::object([("delay_ms", Node::raw(delay.as_millis().to_string()))])),
            None => Outcome::Failure(ErrorCode::Illegal2),
        },
        Act::Paid => Outcome::Success(Node::object([("paid", Node::raw("true"))])),
        Act::Push => match event(call) {
            Some(Some(event)) => {
                let delivered = service.push(session, call, event, call.param("data").unwrap_or("{}"));
                Outcome::Success(Node::object([("delivered", Node::number(delivered))]))
            }
            Some(None) => Outcome::Failure(ErrorCode::NoData),
            None => Outcome::Failure(ErrorCode::Illegal2),
        },
        Act::Part(parting) => Outcome::Parting(parting),
    }
}

/// How long the call takes.
pub fn delay(act: Act, call: &Call) -> Duration {
    match act {
        Act::Slow => slowness(call).unwrap_or_default(),
        _ => Duration::ZERO,
    }
}

fn slowness(call: &Call) -> Option<Duration> {
    let asked = match call.param("delay_ms") {
        Some(raw) => raw.parse().ok()?,
        None => SLOW,
    };
    (asked <= SLOWEST).then(|| Duration::from_millis(asked))
}

/// `status` is 1 when the subscription is as asked, even if it was so before, and -1 when there is no such event.
fn turn(session: &Session, call: &Call, on: bool) -> Outcome {
    let custom = call.param("custom").is_none_or(|raw| raw.starts_with('['));
    let Some(event) = event(call).filter(|_| custom) else {
        return Outcome::Failure(ErrorCode::Illegal2);
    };
    let (status, receipt) = match event {
        Some(event) => {
            session.subscribe(event, on);
            (
                1,
                format!("{} {event}", if on { "subscribed to" } else { "unsubscribed from" }),
            )
        }
        None => (-1, "no such event".to_owned()),
    };
    Outcome::Success(Node::object([
        ("status", Node::number(status)),
        ("receipt", Node::text(&receipt)),
    ]))
}

/// The event that the call names: `None` if it names none, `Some(None)` if it names one that does not exist.
fn event(call: &Call) -> Option<Option<&'static str>> {
    let name = call.text_param("event")?;
    Some(EVENTS.into_iter().find(|event| *event == name))
}
