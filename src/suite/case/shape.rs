//! The shape of a case file: the vocabulary of acts, in one place.

use std::sync::LazyLock;

use crate::{
    check,
    syntax::bytes,
    syntax::effects::EFFECTS,
    syntax::selector,
    syntax::shape::{Field, Shape, Shapes, Variant, bilingual, list, map, one_of, optional, required},
};

const STEPS: Shape = Shape::Named("step");

/// The shape of a case file.
pub fn shapes() -> &'static Shapes {
    static SHAPES: LazyLock<Shapes> = LazyLock::new(|| Shapes {
        title: "A conformist case file",
        root: Shape::Record(vec![
            optional("$schema", Shape::Text, "this schema, for editors"),
            required("title", bilingual(), "one sentence"),
            optional("about", Shape::Text, "why the case is as it is"),
            optional("tags", list(Shape::Text), "words to select by"),
            optional(
                "effects",
                one_of(&EFFECTS.map(|(name, _)| name)),
                "what it does to the target",
            ),
            optional("each", map(map(Shape::Any)), "tables of rows of values"),
            optional(
                "given",
                list(STEPS),
                "preconditions: if one fails the row is not assessed",
            ),
            required("steps", list(STEPS), "what to do and what to expect"),
            optional(
                "survives",
                Shape::Text,
                "the clause that a server violates which does not survive the case",
            ),
            optional(
                "unsolicited",
                Shape::Named("selector"),
                "messages that may be left over",
            ),
            optional("deadline", Shape::Duration, "the most that a row may take"),
        ]),
        definitions: step_shapes(),
    });
    &SHAPES
}

/// The shapes that steps are made of.
pub fn step_shapes() -> Vec<(&'static str, Shape)> {
    let mut all = vec![
        ("step", Shape::Tagged(acts())),
        ("frame", frame()),
        ("reply", reply()),
        selector::shape(),
    ];
    all.extend(check::shapes());
    all.extend(bytes::shapes());
    all
}

fn requirement() -> Field {
    optional("requirement", Shape::Text, "the clause that this step judges")
}

fn checks() -> Field {
    optional("checks", list(Shape::Named("check")), "what must hold of it")
}

fn within(text: &str) -> Field {
    optional("within", Shape::Duration, text)
}

fn capture() -> Field {
    let secret = Shape::Record(vec![
        required("at", Shape::Pointer, "the place"),
        optional("secret", Shape::Bool, "hide the value everywhere"),
    ]);
    optional(
        "capture",
        map(Shape::Either(vec![Shape::Pointer, secret])),
        "names for values of the message",
    )
}

fn or() -> Field {
    let words = ["silence", "closed"];
    optional(
        "or",
        Shape::Either(vec![one_of(&words), list(one_of(&words))]),
        "what else is as good as a message",
    )
}

fn matching() -> Field {
    optional(
        "match",
        Shape::Named("selector"),
        "which message; the first data message if not said",
    )
}

fn address() -> Vec<Field> {
    vec![
        optional("endpoint", Shape::Text, "an endpoint of the manifest"),
        optional("suffix", Shape::Text, "appended to the endpoint's path"),
        optional("path", Shape::Text, "instead of the endpoint's path"),
        optional(
            "query",
            Shape::Any,
            "an object: text, `true` (a bare key), `null` (left out) or a list",
        ),
        optional(
            "headers",
            Shape::Any,
            "an object: text, `null` (leaves a default out) or a list",
        ),
    ]
}

fn frame() -> Shape {
    Shape::Record(vec![
        required(
            "opcode",
            Shape::Either(vec![Shape::Text, Shape::Integer]),
            "a name or 0 to 15",
        ),
        optional("payload", bytes::pieces_shape(), "its payload"),
        optional("fin", Shape::Bool, "the FIN bit; true if not said"),
        optional("rsv", Shape::Integer, "the reserved bits, 0 to 7; RSV1 is 4"),
        optional("mask", Shape::Bool, "whether it is masked; true if not said"),
        optional("length", Shape::Integer, "a length to announce instead of the true one"),
        optional("pause", list(Shape::Integer), "byte offsets at which the write is cut"),
    ])
}

fn reply() -> Shape {
    Shape::Record(vec![
        matching(),
        within("how long to wait"),
        requirement(),
        or(),
        checks(),
        capture(),
    ])
}

fn message() -> Shape {
    Shape::Record(vec![
        optional("json", Shape::Any, "a JSON text message"),
        optional("text", bytes::pieces_shape(), "a text message"),
    ])
}

fn act(key: &'static str, text: &'static str, shape: Shape, fields: Vec<Field>) -> Variant {
    let own = required(key, shape, text);
    Variant {
        key,
        text,
        fields: std::iter::once(own).chain(fields).collect(),
    }
}

fn acts() -> Vec<Variant> {
    let mut open = address();
    open.extend([
        optional("method", Shape::Text, "`GET` if not said"),
        optional("version", Shape::Text, "`HTTP/1.1` if not said"),
        optional(
            "outcome",
            one_of(&["accepted", "refused", "any"]),
            "`accepted` if not said",
        ),
        optional(
            "probe",
            message(),
            "sent if the handshake is accepted although the outcome is not `accepted`",
        ),
        within("connect and handshake"),
        requirement(),
        checks(),
    ]);
    let mut request = address();
    request.extend([
        optional("method", Shape::Text, "`POST` if not said"),
        optional("json", Shape::Any, "the body as JSON"),
        optional("text", bytes::pieces_shape(), "the body as text"),
        optional("binary", bytes::pieces_shape(), "the body as bytes"),
        optional("chunked", Shape::Bool, "send the body in chunks"),
        optional(
            "connection",
            Shape::Text,
            "requests of the same name share one connection",
        ),
        within("how long to wait"),
        or(),
        requirement(),
        checks(),
        capture(),
    ]);
    vec![
        act("let", "binds names to values", map(Shape::Any), vec![]),
        act("build", "binds names to long texts", map(bytes::pieces_shape()), vec![]),
        act("open", "connects and makes the WebSocket handshake", Shape::Text, open),
        act(
            "send",
            "sends a message, a frame or bytes",
            Shape::Text,
            vec![
                optional("json", Shape::Any, "a JSON text message"),
                optional("text", bytes::pieces_shape(), "a text message"),
                optional("binary", bytes::pieces_shape(), "a binary message"),
                optional(
                    "fragments",
                    list(bytes::pieces_shape()),
                    "a text message in several frames",
                ),
                optional("ping", bytes::pieces_shape(), "a ping frame"),
                optional("pong", bytes::pieces_shape(), "a pong frame"),
                optional("frame", Shape::Named("frame"), "any frame"),
                optional("frames", list(Shape::Named("frame")), "frames written in one go"),
                optional("bytes", bytes::pieces_shape(), "raw bytes"),
                optional("times", Shape::Integer, "how often, in a burst"),
            ],
        ),
        act(
            "expect",
            "takes one message",
            Shape::Text,
            vec![
                matching(),
                within("how long to wait"),
                requirement(),
                or(),
                checks(),
                capture(),
            ],
        ),
        act(
            "silence",
            "nothing more arrives",
            Shape::Text,
            vec![
                optional("of", Shape::Named("selector"), "which messages must not arrive"),
                optional("window", Shape::Span, "how long to listen if the fence goes unanswered"),
                optional("fence", Shape::Bool, "`false`: listen for the window"),
                requirement(),
            ],
        ),
        act(
            "closed",
            "the server ends the connection",
            Shape::Text,
            vec![within("how long to wait"), requirement(), checks()],
        ),
        act(
            "close",
            "closes the connection and waits for its end",
            Shape::Text,
            vec![
                optional(
                    "code",
                    Shape::Integer,
                    "the close code; none if not said, 1000 with a reason",
                ),
                optional("reason", Shape::Text, "the reason"),
                optional("abrupt", Shape::Bool, "drop the TCP connection instead"),
                within("how long to wait"),
                requirement(),
                checks(),
            ],
        ),
        act("request", "one HTTP request and its response", Shape::Text, request),
        act(
            "provoke",
            "makes a situation of the manifest happen",
            Shape::Text,
            vec![
                required("on", Shape::Text, "the connection to send on"),
                required("json", Shape::Any, "the message, if the profile has a call and no hook"),
                optional("reply", Shape::Named("reply"), "the reply to that message"),
            ],
        ),
        act(
            "search",
            "finds the accepted span by bisection",
            Shape::Text,
            vec![
                required("bind", Shape::Text, "the name to bind"),
                required("json", Shape::Any, "the message, with `${probe}`"),
                required("inside", Shape::Named("selector"), "a reply to an accepted value"),
                required("outside", Shape::Named("selector"), "a reply to a refused value"),
                optional("around", Shape::Text, "the middle of the search; `${now}` if not said"),
                optional("reach", Shape::Duration, "how far to search; `1d` if not said"),
                optional("precision", Shape::Duration, "how exact; `1s` if not said"),
                within("how long to wait for each reply"),
                requirement(),
                checks(),
            ],
        ),
        act("wait", "waits, where the protocol is about time", Shape::Span, vec![]),
        act(
            "repeat",
            "runs steps many times",
            Shape::Either(vec![Shape::Integer, list(Shape::Any)]),
            vec![
                optional("as", Shape::Text, "the name of the round or value"),
                optional("overlap", Shape::Bool, "all rounds at once"),
                required("steps", list(STEPS), "the steps"),
            ],
        ),
        act(
            "together",
            "runs lists of steps side by side",
            list(list(STEPS)),
            vec![],
        ),
    ]
}
