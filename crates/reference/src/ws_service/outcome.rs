//! What became of a call, and the envelope that says so (A:82-113). It must never know how it came about.

use super::{Disconnect, ErrorCode, Rejection};
use crate::json::Node;

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WsOutcome {
    /// It succeeded, with this `data`.
    Success(Node),
    Failure(ErrorCode),
    Rejection(Rejection),
    /// The connection ends, and the call itself gets no reply.
    Disconnect(Disconnect),
}

impl WsOutcome {
    /// The reply, with the mark and `ts` that go back to the caller.
    pub fn envelope(&self, mark: Option<Node>, ts: Option<Node>) -> Node {
        let echo = Node::Object(
            [("mark", mark), ("ts", ts)]
                .into_iter()
                .filter_map(|(name, node)| Some((name.to_owned(), node?)))
                .collect(),
        );
        match self {
            // WS-RES-2
            Self::Success(data) => envelope(200, Node::object([("data", data.clone()), ("extra", echo)]), "ok"),
            // WS-RES-3
            Self::Failure(code) => {
                let result = Node::object([("errorCode", Node::number(code.number())), ("errorExtra", echo)]);
                envelope(200, result, code.text())
            }
            // No example shows one (AMB-A10). What can't be parsed has no mark; the others return it where a failure
            // does, because only pushes and error disconnects are exempt (A:24, WS-MARK-11).
            Self::Rejection(code) => {
                let result = match code {
                    Rejection::Malformed => Node::object([]),
                    _ => Node::object([("errorExtra", echo)]),
                };
                envelope(code.number(), result, code.text())
            }
            // WS-OFF-3: no mark (A:24), so no errorExtra.
            Self::Disconnect(disconnect) => {
                let result = Node::object([("errorCode", Node::number(disconnect.number()))]);
                envelope(200, result, disconnect.text())
            }
        }
    }
}

/// A subscribed event (A:23): `data` is JSON text.
pub fn push(event: &str, data: &str) -> Node {
    envelope(1200, Node::object([("data", Node::raw(data))]), event)
}

fn envelope(code: i64, result: Node, msg: &str) -> Node {
    Node::object([
        ("code", Node::number(code)),
        ("result", result),
        ("msg", Node::text(msg)),
    ])
}
