//! Events (WS-PUSH): whom they reach, and what they look like. No fault here may touch who is subscribed.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    Fault,
    json::Node,
    variant::Subject,
    websocket::Out,
    ws_service::{HonestWs, Session, WsBehaviour, WsCall, WsOutcome},
};
use wire::frame::{Frame, Opcode};

pub(super) const FAULTS: &[Fault] = &[
    // The codes of a later revision of the document, in which 1200 is success.
    Fault {
        name: "ws/reply-code-1200",
        text: "The reply to a subscription has the code of a push.",
        breaks: &["WS-PUSH-3"],
        behaviour: Subject::WsService(|| Arc::new(ReplyCode1200)),
    },
    // One function that sends everything, with one code.
    Fault {
        name: "ws/push-code-200",
        text: "A push has the code of a reply.",
        breaks: &["WS-PUSH-1"],
        behaviour: Subject::WsService(|| Arc::new(PushCode200)),
    },
    // One function that sends everything, with one text.
    Fault {
        name: "ws/push-msg-ok",
        text: "The msg of a push is \"ok\" instead of the name of its event.",
        breaks: &["WS-PUSH-2"],
        behaviour: Subject::WsService(|| Arc::new(PushMsgOk)),
    },
    // A context that follows the event out of the call. Clients tell replies from pushes by the mark.
    Fault {
        name: "ws/push-mark",
        text: "A push carries the mark of the call that triggered it.",
        breaks: &["WS-MARK-10"],
        behaviour: Subject::WsService(|| Arc::new(PushMark)),
    },
    // A list of receivers from which nobody is ever taken off, beside one that is right.
    Fault {
        name: "ws/push-after-unsubscribe",
        text: "An event is still delivered after its subscription has ended.",
        breaks: &["WS-PUSH-4"],
        behaviour: Subject::WsService(|| Arc::new(PushAfterUnsubscribe)),
    },
    // A connection that sends one message for each it receives, and the push was it.
    Fault {
        name: "ws/push-takes-reply",
        text: "A call that triggers a push to its own connection is not answered.",
        breaks: &["WS-PUSH-5"],
        behaviour: Subject::WsService(|| Arc::new(PushTakesReply)),
    },
    // Events that don't arrive, arrive in another form or at others.
    Fault {
        name: "ws/push-never",
        text: "No event is ever pushed.",
        breaks: &["WS-PUSH-1"],
        behaviour: Subject::WsService(|| Arc::new(Never)),
    },
    Fault {
        name: "ws/push-once",
        text: "A subscription ends with its first event.",
        breaks: &["WS-PUSH-1"],
        behaviour: Subject::WsService(|| Arc::new(Once::default())),
    },
    Fault {
        name: "ws/push-binary",
        text: "Events are pushed in binary frames.",
        breaks: &["WS-PUSH-1"],
        behaviour: Subject::WsService(|| Arc::new(Binary)),
    },
    Fault {
        name: "ws/push-everybody",
        text: "An event goes to every account that ever asked about it, be it to cancel the subscription.",
        breaks: &["WS-PUSH-4"],
        behaviour: Subject::WsService(|| Arc::new(Everybody)),
    },
    Fault {
        name: "ws/push-nameless",
        text: "The msg of a push is an object that holds the event's name.",
        breaks: &["WS-PUSH-2"],
        behaviour: Subject::WsService(|| Arc::new(Nameless)),
    },
];

struct ReplyCode1200;

impl WsBehaviour for ReplyCode1200 {
    fn change_reply(&self, _session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, reply: &mut Node) {
        let subscribes = call.and_then(|call| call.action.as_deref()) == Some("push_subscribe");
        if subscribes && matches!(outcome, WsOutcome::Success(_)) {
            reply.set("code", Node::number(1200));
        }
    }
}

struct PushCode200;

impl WsBehaviour for PushCode200 {
    fn push(&self, receiver: &Session, call: &WsCall, event: &str, data: &str) -> Node {
        let mut push = HonestWs.push(receiver, call, event, data);
        push.set("code", Node::number(200));
        push
    }
}

struct PushMsgOk;

impl WsBehaviour for PushMsgOk {
    fn push(&self, receiver: &Session, call: &WsCall, event: &str, data: &str) -> Node {
        let mut push = HonestWs.push(receiver, call, event, data);
        push.set("msg", Node::text("ok"));
        push
    }
}

struct PushMark;

impl WsBehaviour for PushMark {
    fn push(&self, receiver: &Session, call: &WsCall, event: &str, data: &str) -> Node {
        let mut push = HonestWs.push(receiver, call, event, data);
        if let (Some(raw), Some(result)) = (call.mark(), push.at(&["result"])) {
            result.set("extra", Node::object([("mark", Node::raw(raw))]));
        }
        push
    }
}

struct PushAfterUnsubscribe;

impl WsBehaviour for PushAfterUnsubscribe {
    fn wants(&self, session: &Session, event: &str) -> bool {
        session.ever_subscribed(event)
    }
}

struct PushTakesReply;

impl WsBehaviour for PushTakesReply {
    fn reply(&self, session: &Session, call: Option<&WsCall>, outcome: &WsOutcome, text: String) -> Vec<Out> {
        let delivered = call
            .filter(|call| call.action.as_deref() == Some("push"))
            .and_then(|call| call.text_param("event"))
            .is_some_and(|event| session.subscribed(&event));
        if delivered {
            Vec::new()
        } else {
            HonestWs.reply(session, call, outcome, text)
        }
    }
}

struct Never;

impl WsBehaviour for Never {
    fn wants(&self, _session: &Session, _event: &str) -> bool {
        false
    }
}

#[derive(Default)]
struct Once {
    /// The connections that had their event.
    served: Mutex<HashSet<u64>>,
}

impl WsBehaviour for Once {
    fn wants(&self, session: &Session, event: &str) -> bool {
        let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        HonestWs.wants(session, event) && served.insert(session.number)
    }
}

struct Binary;

impl WsBehaviour for Binary {
    fn deliver(&self, _receiver: &Session, text: String) -> Vec<Out> {
        vec![Out::Frame(Frame::new(Opcode::Binary, text))]
    }
}

struct Everybody;

impl WsBehaviour for Everybody {
    fn reaches(&self, _caller: &Session, _receiver: &Session) -> bool {
        true
    }

    fn wants(&self, session: &Session, event: &str) -> bool {
        session.ever_subscribed(event)
    }
}

struct Nameless;

impl WsBehaviour for Nameless {
    fn push(&self, receiver: &Session, call: &WsCall, event: &str, data: &str) -> Node {
        let mut push = HonestWs.push(receiver, call, event, data);
        push.set("msg", Node::object([("event", Node::text(event))]));
        push
    }
}
