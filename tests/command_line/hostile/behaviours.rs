//! What peers do to those who connect to them: a table of bytes and delays.

use wire::frame::{Frame, Opcode};

use super::peer::{
    Act::{self, Answer, Drip, Flood, HalfClose, Head, Hold, Message, Reset, Send, Upgrade, UpgradeWith},
    text,
};

/// Whose failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A clause is violated: the server's.
    Server,
    /// A credential is refused in every way: the operator's, who alone can tell whether it is good.
    Operator,
    /// Nothing can be said: the connection between, or nobody's.
    Undecided,
    /// The server does nothing that a clause forbids, or every clause of the rows is beyond it.
    Nobody,
}

/// How the peer is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    WebSocket,
    Http,
    /// The client speaks TLS to a peer that does not.
    TlsToPlain,
    /// Under TLS, with a certificate of this kind.
    Certificate(Certificate),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    Expired,
    SelfSigned,
    OtherName,
}

/// One way to behave.
pub struct Behaviour {
    pub name: &'static str,
    pub way: Way,
    pub script: Vec<Act>,
    pub owner: Owner,
    pub exit: i32,
}

fn ws(name: &'static str, owner: Owner, script: Vec<Act>) -> Behaviour {
    of(name, Way::WebSocket, owner, script)
}

fn http(name: &'static str, owner: Owner, script: Vec<Act>) -> Behaviour {
    of(name, Way::Http, owner, script)
}

fn of(name: &'static str, way: Way, owner: Owner, script: Vec<Act>) -> Behaviour {
    Behaviour {
        name,
        way,
        script,
        owner,
        exit: match owner {
            Owner::Server => 1,
            Owner::Operator => 2,
            Owner::Undecided => 3,
            Owner::Nobody => 0,
        },
    }
}

fn bytes(text: &str) -> Act {
    Send(text.as_bytes().to_vec())
}

fn frame(opcode: Opcode, payload: impl Into<Vec<u8>>) -> Vec<u8> {
    Frame::new(opcode, payload).encode(None)
}

fn part(opcode: Opcode, payload: &str, fin: bool, rsv: u8) -> Vec<u8> {
    let mut bytes = frame(opcode, payload);
    bytes[0] = u8::from(fin) << 7 | rsv << 4 | bytes[0] & 0x0f;
    bytes
}

/// A frame's head that announces so many bytes, and four of them.
fn announced(length: u64) -> Vec<u8> {
    let mut bytes = vec![0x82, 127];
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(b"abcd");
    bytes
}

/// A text frame of any length.
fn long(text: String) -> Vec<u8> {
    Frame::new(Opcode::Text, text).encode(None)
}

/// The reply to a call, or a pong, as an honest server would give it.
fn honest(message: &str) -> String {
    let call: serde_json::Value = serde_json::from_str(message).unwrap_or_default();
    if message == "ping" {
        return "pong".into();
    }
    let extra = serde_json::json!({"mark": call["params"]["mark"], "ts": call["params"]["ts"]});
    serde_json::json!({"code": 200, "result": {"data": {}, "extra": extra}, "msg": "ok"}).to_string()
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

/// All of them.
pub fn all() -> Vec<Behaviour> {
    use Owner::{Nobody, Operator, Server, Undecided};
    let answers = |answer: fn(&str) -> Vec<Vec<u8>>| vec![Upgrade, Answer(answer)];
    let mut all = vec![
        // Before and in the handshake.
        ws("accepts and says nothing", Server, vec![Hold]),
        ws("closes at once", Server, vec![]),
        ws("resets at once", Server, vec![Reset]),
        ws("closes after the request", Server, vec![Head]),
        ws("resets after the request", Server, vec![Head, Reset]),
        ws("closes in the status line", Server, vec![Head, bytes("HTTP/1.1 10")]),
        ws(
            "closes in the headers",
            Server,
            vec![Head, bytes("HTTP/1.1 101 Switching Protocols\r\nUpgr")],
        ),
        ws(
            "one byte a while in the status line",
            Server,
            vec![Head, Drip(b"HTTP/1.1 101 Switching Protocols and more".to_vec(), 40)],
        ),
        ws(
            "one byte a while in the headers",
            Server,
            vec![
                Head,
                bytes("HTTP/1.1 101 Switching Protocols\r\nA: "),
                Drip(b"b".to_vec(), 40),
            ],
        ),
        ws(
            "endless headers",
            Server,
            vec![
                Head,
                bytes("HTTP/1.1 101 Switching Protocols\r\n"),
                Flood(b"A: b\r\n".repeat(100)),
            ],
        ),
        ws(
            "a header of 10 MB",
            Server,
            vec![
                Head,
                bytes("HTTP/1.1 101 Switching Protocols\r\nA: "),
                Send(vec![b'a'; 10_000_000]),
                bytes("\r\n\r\n"),
                Hold,
            ],
        ),
        ws(
            "endless interim responses",
            Server,
            vec![Head, Flood(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec())],
        ),
        ws(
            "garbage instead of a response",
            Server,
            vec![Head, Send(vec![0xff; 4096]), Hold],
        ),
        ws(
            "HTML instead of a response",
            Server,
            vec![Head, bytes("<html>\r\n</html>\r\n\r\n"), Hold],
        ),
        ws(
            "a wrong Sec-WebSocket-Accept",
            Server,
            vec![
                UpgradeWith("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"),
                Answer(|m| vec![text(&honest(m))]),
            ],
        ),
        ws(
            "no Sec-WebSocket-Accept",
            Server,
            vec![UpgradeWith(""), Answer(|m| vec![text(&honest(m))])],
        ),
        ws(
            "an extension that nobody offered",
            Server,
            vec![
                UpgradeWith("Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"),
                Answer(|m| vec![text(&honest(m))]),
            ],
        ),
        ws(
            "a subprotocol that nobody offered",
            Server,
            vec![
                UpgradeWith("Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: chat\r\n"),
                Answer(|m| vec![text(&honest(m))]),
            ],
        ),
        ws(
            "101 without Upgrade",
            Server,
            vec![Head, bytes("HTTP/1.1 101 Switching Protocols\r\n\r\n"), Hold],
        ),
        ws(
            "200 with HTML",
            Server,
            vec![
                Head,
                bytes("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>"),
                Hold,
            ],
        ),
        ws(
            "a redirect to itself",
            Server,
            vec![
                Head,
                bytes("HTTP/1.1 302 Found\r\nLocation: /ws\r\nContent-Length: 0\r\n\r\n"),
                Hold,
            ],
        ),
        ws(
            "a redirect to another host",
            Server,
            vec![
                Head,
                bytes("HTTP/1.1 307 Temporary Redirect\r\nLocation: ws://192.0.2.1/ws\r\nContent-Length: 0\r\n\r\n"),
                Hold,
            ],
        ),
        ws(
            "a refusal with an endless body",
            Operator,
            vec![
                Head,
                bytes("HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n"),
                Flood(format!("1000\r\n{}\r\n", "x".repeat(4096)).into_bytes()),
            ],
        ),
        ws(
            "a refusal whose body never comes",
            Operator,
            vec![
                Head,
                bytes("HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\n"),
                Hold,
            ],
        ),
        ws(
            "half-closes after the handshake",
            Server,
            vec![Upgrade, HalfClose, Hold],
        ),
        // Frames.
        ws("upgrades and says nothing", Server, vec![Upgrade, Hold]),
        ws("upgrades and closes", Server, vec![Upgrade]),
        ws("upgrades and resets", Server, vec![Upgrade, Reset]),
        ws(
            "closes in a frame",
            Server,
            vec![Upgrade, Message, Send(frame(Opcode::Text, "pong")[..3].to_vec())],
        ),
        ws(
            "resets in a frame",
            Server,
            vec![Upgrade, Message, Send(frame(Opcode::Text, "pong")[..3].to_vec()), Reset],
        ),
        ws(
            "one byte a while in a frame",
            Server,
            vec![Upgrade, Message, Send(announced(1000)), Drip(b"x".to_vec(), 40)],
        ),
        ws(
            "a frame of 4 GiB",
            Server,
            vec![Upgrade, Message, Send(announced(1 << 32)), Hold],
        ),
        ws(
            "a frame of 2^63 bytes",
            Server,
            vec![Upgrade, Message, Send(announced(1 << 63)), Hold],
        ),
        ws(
            "a frame of 4 GiB that comes",
            Server,
            vec![Upgrade, Message, Send(announced(1 << 32)), Flood(vec![b'x'; 65536])],
        ),
        ws(
            "fragments without end",
            Server,
            vec![
                Upgrade,
                Message,
                Send(part(Opcode::Text, "a", false, 0)),
                Flood(part(Opcode::Continuation, "bbbbbbbb", false, 0).repeat(1000)),
            ],
        ),
        ws(
            "empty fragments without end",
            Server,
            vec![
                Upgrade,
                Message,
                Send(part(Opcode::Text, "", false, 0)),
                Flood(part(Opcode::Continuation, "", false, 0).repeat(4000)),
            ],
        ),
        ws(
            "masked frames",
            Server,
            answers(|m| {
                let mut masked = Frame::new(Opcode::Text, honest(m));
                masked.mask = Some([1, 2, 3, 4]);
                vec![masked.encode(None)]
            }),
        ),
        ws(
            "reserved bits",
            Server,
            answers(|m| vec![part(Opcode::Text, &honest(m), true, 7)]),
        ),
        ws(
            "unknown opcodes",
            Server,
            answers(|m| vec![part(Opcode::from_bits(3), &honest(m), true, 0)]),
        ),
        ws(
            "a continuation of nothing",
            Server,
            answers(|m| vec![part(Opcode::Continuation, &honest(m), true, 0)]),
        ),
        ws(
            "text that is not UTF-8",
            Server,
            answers(|_| vec![frame(Opcode::Text, [0xc3, 0x28, 0xff])]),
        ),
        ws(
            "a fragmented ping",
            Server,
            answers(|m| vec![part(Opcode::Ping, "a", false, 0), text(&honest(m))]),
        ),
        ws(
            "a close frame of one byte",
            Server,
            answers(|_| vec![frame(Opcode::Close, [3])]),
        ),
        ws(
            "a close with a code that may not be sent",
            Server,
            answers(|_| vec![Frame::close(1005, "").encode(None)]),
        ),
        ws(
            "a close that never finishes",
            Server,
            vec![Upgrade, Message, Send(Frame::close(1000, "").encode(None)), Hold],
        ),
        ws(
            "endless pings",
            Server,
            vec![Upgrade, Flood(frame(Opcode::Ping, "").repeat(4000))],
        ),
        ws(
            "endless pongs",
            Server,
            vec![Upgrade, Flood(frame(Opcode::Pong, "x").repeat(4000))],
        ),
        ws(
            "endless pushes",
            Server,
            vec![
                Upgrade,
                Flood(text(r#"{"code":1200,"result":{"event":"e","data":{}},"msg":"event"}"#).repeat(200)),
            ],
        ),
        ws(
            "endless empty messages",
            Server,
            vec![Upgrade, Flood(text("").repeat(4000))],
        ),
        ws(
            "endless messages of a megabyte",
            Server,
            vec![Upgrade, Flood(long("x".repeat(1 << 20)))],
        ),
        // Messages.
        ws(
            "every reply twice",
            Server,
            answers(|m| vec![text(&honest(m)), text(&honest(m))]),
        ),
        ws(
            "replies with another mark",
            Server,
            answers(|m| {
                let mut reply: serde_json::Value = serde_json::from_str(&honest(m)).unwrap_or_default();
                reply["result"]["extra"]["mark"] = "another".into();
                vec![text(&reply.to_string())]
            }),
        ),
        ws(
            "JSON of 100,000 levels",
            Server,
            answers(|m| {
                vec![
                    text(if m == "ping" { "pong" } else { "" }),
                    long("[".repeat(100_000) + &"]".repeat(100_000)),
                ]
            }),
        ),
        ws(
            "JSON of 2,000,000 values",
            Server,
            answers(|_| vec![long(format!("[{}0]", "0,".repeat(2_000_000)))]),
        ),
        ws(
            "a string of 10 MB",
            Server,
            answers(|_| vec![long(format!("\"{}\"", "x".repeat(10_000_000)))]),
        ),
        ws(
            "a string of 7 MB",
            Server,
            answers(|_| vec![long(format!("{{\"code\":200,\"msg\":\"{}\"}}", "x".repeat(7_000_000)))]),
        ),
        ws(
            "a number of 5,000 digits",
            Server,
            answers(|_| vec![long(format!("{{\"code\":{}}}", "9".repeat(5000)))]),
        ),
        ws(
            "an exponent that no number holds",
            Server,
            answers(|_| vec![text(r#"{"code":1e999999999,"result":{},"msg":"ok"}"#)]),
        ),
        ws(
            "repeated keys",
            Server,
            answers(|_| vec![long(format!("{{{}\"code\":200}}", "\"code\":1,".repeat(50_000)))]),
        ),
        ws(
            "lone surrogates",
            Server,
            answers(|_| vec![text(r#"{"code":200,"msg":"\ud800\udfff\ud800"}"#)]),
        ),
        ws(
            "terminal escapes, bidi controls and orders to a runner",
            Server,
            answers(|_| {
                vec![text(
                    "::error::\u{1b}[2J\u{9b}31m\u{202e}##[error]##vso[task.complete]<script>|`",
                )]
            }),
        ),
        // TLS.
        of(
            "no TLS where TLS is expected",
            Way::TlsToPlain,
            Undecided,
            vec![Head, bytes("HTTP/1.1 400 Bad Request\r\n\r\n")],
        ),
        of(
            "TLS is expected, and nothing is said",
            Way::TlsToPlain,
            Undecided,
            vec![Hold],
        ),
        ws(
            "TLS where none is expected",
            Server,
            vec![Send(vec![21, 3, 3, 0, 2, 2, 40]), Hold],
        ),
        of(
            "an expired certificate",
            Way::Certificate(Certificate::Expired),
            Undecided,
            vec![Upgrade, Hold],
        ),
        of(
            "a self-signed certificate",
            Way::Certificate(Certificate::SelfSigned),
            Undecided,
            vec![Upgrade, Hold],
        ),
        of(
            "a certificate of another name",
            Way::Certificate(Certificate::OtherName),
            Undecided,
            vec![Upgrade, Hold],
        ),
    ];
    // Responses.
    all.extend([
        http("HTTP: accepts and says nothing", Server, vec![Hold]),
        http("HTTP: closes after the request", Server, vec![Head]),
        http("HTTP: resets after the request", Server, vec![Head, Reset]),
        http(
            "HTTP: one byte a while in the body",
            Server,
            vec![
                Head,
                bytes(OK),
                bytes("Content-Length: 1000\r\n\r\n{"),
                Drip(b" ".to_vec(), 40),
            ],
        ),
        http(
            "HTTP: endless headers",
            Server,
            vec![Head, bytes(OK), Flood(b"A: b\r\n".repeat(100))],
        ),
        http(
            "HTTP: an endless body",
            Server,
            vec![Head, bytes(OK), bytes("\r\n"), Flood(vec![b' '; 65536])],
        ),
        http(
            "HTTP: an endless chunked body",
            Server,
            vec![
                Head,
                bytes(OK),
                bytes("Transfer-Encoding: chunked\r\n\r\n"),
                Flood(format!("1000\r\n{}\r\n", "x".repeat(4096)).into_bytes()),
            ],
        ),
        http(
            "HTTP: a chunk of 2^63 bytes",
            Server,
            vec![
                Head,
                bytes(OK),
                bytes("Transfer-Encoding: chunked\r\n\r\n8000000000000000\r\nabc"),
                Hold,
            ],
        ),
        http(
            "HTTP: a body of zeros that claims to be gzip",
            Server,
            vec![
                Head,
                bytes(OK),
                bytes("Content-Encoding: gzip\r\nContent-Length: 5000000\r\n\r\n"),
                Send(vec![0; 5_000_000]),
                Hold,
            ],
        ),
        http(
            "HTTP: a body shorter than its length",
            Server,
            vec![Head, bytes(OK), bytes("Content-Length: 1000\r\n\r\n{}")],
        ),
        http(
            "HTTP: a body longer than its length",
            Server,
            vec![Head, bytes(OK), bytes("Content-Length: 2\r\n\r\n{}{}{}{}"), Hold],
        ),
        http(
            "HTTP: two lengths",
            Server,
            vec![
                Head,
                bytes(OK),
                bytes("Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}}"),
                Hold,
            ],
        ),
        http(
            "HTTP: a redirect to itself",
            Server,
            vec![
                Head,
                bytes("HTTP/1.1 301 Moved\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"),
                Hold,
            ],
        ),
        http(
            "HTTP: a redirect to another host",
            Server,
            vec![
                Head,
                bytes("HTTP/1.1 308 Moved\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n"),
                Hold,
            ],
        ),
        http(
            "HTTP: a page",
            Server,
            vec![
                Head,
                bytes("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>"),
                Hold,
            ],
        ),
        http(
            "HTTP: JSON of 100,000 levels",
            Server,
            vec![
                Head,
                bytes(OK),
                bytes("Content-Length: 200000\r\n\r\n"),
                Send(("[".repeat(100_000) + &"]".repeat(100_000)).into_bytes()),
                Hold,
            ],
        ),
        http(
            "HTTP: 101 to a call",
            Server,
            vec![
                Head,
                bytes("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"),
                Hold,
            ],
        ),
    ]);
    let _ = Nobody;
    all
}
