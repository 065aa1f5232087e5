//! The interfaces that can be called. Each says what becomes of a call that has passed every check; none may look at the
//! token, the clock or the mark.

use std::time::Duration;

use super::{Disconnect, ErrorCode, Rejection, Service, Session, WsCall, WsOutcome};
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
    pub act: WsAct,
}

/// What an interface does.
#[derive(Clone, Copy)]
pub enum WsAct {
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
    Disconnect(Disconnect),
}

const fn action(controller: &'static str, name: &'static str, act: WsAct) -> Action {
    Action { controller, name, act }
}

/// Every interface.
pub const ACTIONS: &[Action] = &[
    action("api", "index", WsAct::Index),
    action("api", "push_subscribe", WsAct::Subscribe),
    action("api", "push_unsubscribe", WsAct::Unsubscribe),
    action("api", "get_push_list", WsAct::ListEvents),
    action("data", "unknown_error", WsAct::Fail(ErrorCode::Unknown)),
    action("data", "illegal_1", WsAct::Fail(ErrorCode::Illegal1)),
    action("data", "illegal_2", WsAct::Fail(ErrorCode::Illegal2)),
    action("data", "illegal_3", WsAct::Fail(ErrorCode::Illegal3)),
    action("data", "offline", WsAct::Fail(ErrorCode::Offline)),
    action("data", "maintenance", WsAct::Fail(ErrorCode::Maintenance)),
    action("data", "forbidden", WsAct::Fail(ErrorCode::Unauthorized)),
    action("data", "restricted", WsAct::Fail(ErrorCode::Restricted)),
    action("data", "nodata", WsAct::Fail(ErrorCode::NoData)),
    action("data", "other", WsAct::Fail(ErrorCode::Other)),
    action("data", "slow", WsAct::Slow),
    action("data", "paid", WsAct::Paid),
    action("debug", "push", WsAct::Push),
    action("debug", "offline", WsAct::Disconnect(Disconnect::ForcedOffline)),
    action("debug", "other_error", WsAct::Disconnect(Disconnect::OtherError)),
];

/// The interface that a call names. A controller or action that is missing or no string names none.
pub fn find(call: &WsCall) -> Result<WsAct, Rejection> {
    ACTIONS
        .iter()
        .find(|action| {
            call.controller.as_deref() == Some(action.controller) && call.action.as_deref() == Some(action.name)
        })
        .map(|action| action.act)
        .ok_or(Rejection::NoSuchInterface)
}

/// Does what the call asks for.
pub fn perform(act: WsAct, service: &Service, session: &Session, call: &WsCall) -> WsOutcome {
    match act {
        WsAct::Index => {
            let names = ACTIONS
                .iter()
                .filter(|action| action.controller == "api")
                .map(|action| action.name);
            // WS-RES-6
            WsOutcome::Success(Node::object([
                ("controller", Node::text("api")),
                ("interface", Node::texts(names)),
            ]))
        }
        WsAct::Subscribe => turn(session, call, true),
        WsAct::Unsubscribe => turn(session, call, false),
        WsAct::ListEvents => {
            let on = EVENTS.iter().copied().filter(|event| session.subscribed(event));
            WsOutcome::Success(Node::object([("push", Node::texts(on)), ("list", Node::texts(EVENTS))]))
        }
        WsAct::Fail(code) => WsOutcome::Failure(code),
        WsAct::Slow => match slowness(call) {
            Some(delay) => WsOutcome::Success(Node::object([("delay_ms", Node::raw(delay.as_millis().to_string()))])),
            None => WsOutcome::Failure(ErrorCode::Illegal2),
        },
        WsAct::Paid => WsOutcome::Success(Node::object([("paid", Node::raw("true"))])),
        WsAct::Push => match event(call) {
            Some(Some(event)) => {
                let delivered = service.push(session, call, event, call.param("data").unwrap_or("{}"));
                WsOutcome::Success(Node::object([("delivered", Node::number(delivered))]))
            }
            Some(None) => WsOutcome::Failure(ErrorCode::NoData),
            None => WsOutcome::Failure(ErrorCode::Illegal2),
        },
        WsAct::Disconnect(disconnect) => WsOutcome::Disconnect(disconnect),
    }
}

/// How long the call takes.
pub fn delay(act: WsAct, call: &WsCall) -> Duration {
    match act {
        WsAct::Slow => slowness(call).unwrap_or_default(),
        _ => Duration::ZERO,
    }
}

fn slowness(call: &WsCall) -> Option<Duration> {
    let asked = match call.param("delay_ms") {
        Some(raw) => raw.parse().ok()?,
        None => SLOW,
    };
    (asked <= SLOWEST).then(|| Duration::from_millis(asked))
}

/// `status` is 1 when the subscription is as asked, even if it was so before, and -1 when there is no such event.
fn turn(session: &Session, call: &WsCall, on: bool) -> WsOutcome {
    let custom = call.param("custom").is_none_or(|raw| raw.starts_with('['));
    let Some(event) = event(call).filter(|_| custom) else {
        return WsOutcome::Failure(ErrorCode::Illegal2);
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
    WsOutcome::Success(Node::object([
        ("status", Node::number(status)),
        ("receipt", Node::text(&receipt)),
    ]))
}

/// The event that the call names: `None` if it names none, `Some(None)` if it names one that does not exist.
fn event(call: &WsCall) -> Option<Option<&'static str>> {
    let name = call.text_param("event")?;
    Some(EVENTS.into_iter().find(|event| *event == name))
}
