//! The acts: one file each, one row each in [`ACTS`], one variant each of [`Act`].
//!
//! The table is all that shapes, schemas and the reader know of them; whoever needs more asks the act itself through
//! [`Deed`]. Nothing here is run and nothing is judged.

use std::sync::Arc;

use super::{
    build::Build, close::Close, closed::Closed, expect::Expect, r#let::Let, open::Open, read::StepReader,
    repeat::Repeat, request::Request, search::Search, send::Send, silence::Silence, step::Nested, together::Together,
    trigger::Trigger, wait::Wait, words::Words,
};
use crate::{
    check::ObservationKind,
    syntax::json::Node,
    syntax::shape::{Field, Shape, Variant, required},
    syntax::template::Placeholder,
};

/// One row of the vocabulary.
pub struct ActKind {
    /// The key that chooses it.
    pub key: &'static str,
    /// What it does, one line.
    pub text: &'static str,
    /// The shape of its own key's value, and keys that may stand beside it.
    pub shape: fn() -> Shape,
    pub fields: fn() -> Vec<Field>,
    /// What it shows to its checks, as a rule.
    pub shows: ObservationKind,
    /// The keys that are told as they are written.
    pub told: &'static [&'static str],
    pub read: fn(&mut StepReader<'_>, &Node) -> Option<Act>,
}

/// Every act, in the order in which a step's keys are tried.
pub const ACTS: &[ActKind] = &[
    super::r#let::KIND,
    super::build::KIND,
    super::open::KIND,
    super::send::KIND,
    super::expect::KIND,
    super::silence::KIND,
    super::closed::KIND,
    super::close::KIND,
    super::request::KIND,
    super::trigger::KIND,
    super::search::KIND,
    super::wait::KIND,
    super::repeat::KIND,
    super::together::KIND,
];

impl ActKind {
    /// As one way of a step's shape.
    pub(super) fn variant(&self) -> Variant {
        let own = required(self.key, (self.shape)(), self.text);
        Variant {
            key: self.key,
            text: self.text,
            fields: std::iter::once(own).chain((self.fields)()).collect(),
        }
    }
}

/// What a step does. Acts that wait are shared with whoever waits for them.
#[derive(Debug)]
pub enum Act {
    Let(Let),
    Build(Build),
    Open(Arc<Open>),
    Send(Send),
    Expect(Arc<Expect>),
    Silence(Arc<Silence>),
    Closed(Closed),
    Close(Close),
    Request(Arc<Request>),
    Trigger(Arc<Trigger>),
    Search(Arc<Search>),
    Wait(Wait),
    Repeat(Repeat),
    Together(Together),
}

/// Something of the manifest that an act names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mention<'a> {
    /// An endpoint; without a name the first whose scheme begins so.
    Endpoint {
        name: Option<&'a str>,
        scheme: &'static str,
    },
    Situation(&'a str),
}

/// What every act can say of itself.
pub trait Deed {
    /// Its row of the table.
    fn kind(&self) -> &'static ActKind;

    /// What it shows to its checks.
    fn shows(&self) -> ObservationKind {
        self.kind().shows
    }

    /// Says in words what it does, without its clause, its checks and the steps inside it.
    fn words(&self, words: &mut Words<'_>);

    /// The connection that it is about.
    fn connection(&self) -> Option<&str> {
        None
    }

    /// What of the manifest it can't do without.
    fn mention(&self) -> Option<Mention<'_>> {
        None
    }

    /// The names that it binds; captures are the step's.
    fn binds(&self) -> Vec<&str> {
        Vec::new()
    }

    /// About how many handshakes, requests and messages of a run's rate it takes.
    fn requests(&self) -> usize {
        0
    }

    /// How many bytes it makes at the least, where they may be many.
    fn makes(&self) -> usize {
        0
    }

    /// Shows every placeholder of its own to `visit`; not those of steps inside it.
    fn placeholders<'t>(&'t self, _visit: &mut dyn FnMut(&'t Placeholder)) {}

    /// The steps inside it.
    fn nested(&self) -> Nested<'_> {
        Nested::None
    }

    /// Whether it can fail by itself, so that it stands for a clause.
    fn can_fail(&self) -> bool {
        false
    }

    /// Whether it writes what a connection in message mode can't.
    fn needs_bytes(&self) -> bool {
        false
    }

    /// Whether it takes time by design.
    fn waits(&self) -> bool {
        false
    }
}

impl Act {
    /// The act behind the variant.
    pub fn deed(&self) -> &dyn Deed {
        match self {
            Self::Let(act) => act,
            Self::Build(act) => act,
            Self::Open(act) => &**act,
            Self::Send(act) => act,
            Self::Expect(act) => &**act,
            Self::Silence(act) => &**act,
            Self::Closed(act) => act,
            Self::Close(act) => act,
            Self::Request(act) => &**act,
            Self::Trigger(act) => &**act,
            Self::Search(act) => &**act,
            Self::Wait(act) => act,
            Self::Repeat(act) => act,
            Self::Together(act) => act,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Case, Common, Part, Step};
    use super::*;
    use crate::syntax::{schema::Schemas, source::Source, text::Language};

    /// An act as it is written, and what it says of itself.
    struct Example {
        written: &'static str,
        connection: Option<&'static str>,
        binds: &'static [&'static str],
        placeholders: &'static [&'static str],
        can_fail: bool,
        en: &'static str,
        zh: &'static str,
    }

    /// One for each row of the table, in its order.
    const EXAMPLES: &[Example] = &[
        Example {
            written: r#"{"let": {"x": "${a}", "y": {"z": "-${b}-"}}}"#,
            connection: None,
            binds: &["x", "y"],
            placeholders: &["a", "b"],
            can_fail: false,
            en: r#"let {"x":"${a}","y":{"z":"-${b}-"}}"#,
            zh: r#"设定 {"x":"${a}","y":{"z":"-${b}-"}}"#,
        },
        Example {
            written: r#"{"build": {"x": [{"repeat": "${a}", "times": 3}]}}"#,
            connection: None,
            binds: &["x"],
            placeholders: &["a"],
            can_fail: false,
            en: r#"build {"x":[{"repeat":"${a}","times":3}]}"#,
            zh: r#"构造 {"x":[{"repeat":"${a}","times":3}]}"#,
        },
        Example {
            written: r#"{"open": "c", "suffix": "/${a}", "path": "/${b}", "query": {"q": "${c}"}, "headers": {"h": "${d}"},
                "method": "${e}", "probe": {"text": "${f}"}, "within": "4s", "outcome": "refused", "requirement": "T-1"}"#,
            connection: Some("c"),
            binds: &[],
            placeholders: &["a", "b", "c", "d", "e", "f"],
            can_fail: true,
            en: r#"open the connection c, suffix "/${a}", path "/${b}", query {"q":"${c}"}, headers {"h":"${d}"}, method "${e}", probe {"text":"${f}"} within 4s; it must be refused"#,
            zh: r#"建立连接 c, suffix "/${a}", path "/${b}", query {"q":"${c}"}, headers {"h":"${d}"}, method "${e}", probe {"text":"${f}"}，限时 4s；应被拒绝"#,
        },
        Example {
            written: r#"{"send": "c", "frame": {"opcode": "text", "payload": "${a}"}, "times": 2}"#,
            connection: Some("c"),
            binds: &[],
            placeholders: &["a"],
            can_fail: false,
            en: r#"send on c, frame {"opcode":"text","payload":"${a}"}, 2 times"#,
            zh: r#"发送到连接 c, frame {"opcode":"text","payload":"${a}"}，共 2 次"#,
        },
        Example {
            written: r#"{"expect": "c", "match": {"at": {"/x": "${a}"}}, "or": ["silence", "closed"], "capture": {"x": "/x"}}"#,
            connection: Some("c"),
            binds: &["x"],
            placeholders: &["a"],
            can_fail: false,
            en: r#"expect a message on c, match {"at":{"/x":"${a}"}}, or silence, or the connection's end"#,
            zh: r#"等待消息：连接 c, match {"at":{"/x":"${a}"}}，或没有消息，或连接断开"#,
        },
        Example {
            written: r#"{"silence": "c", "of": {"text": "${a}"}, "window": "${b}", "requirement": "T-1"}"#,
            connection: Some("c"),
            binds: &[],
            placeholders: &["a", "b"],
            can_fail: true,
            en: r#"expect nothing more on c, of {"text":"${a}"}, window "${b}""#,
            zh: r#"不应再有消息：连接 c, of {"text":"${a}"}, window "${b}""#,
        },
        Example {
            written: r#"{"closed": "c", "within": "1s", "requirement": "T-1", "checks": [{"requirement": "T-1", "value": "${a}", "equals": "${b}"}]}"#,
            connection: Some("c"),
            binds: &[],
            placeholders: &["a", "b"],
            can_fail: true,
            en: "expect the server to end c within 1s",
            zh: "服务器应断开连接 c，限时 1s",
        },
        Example {
            written: r#"{"close": "c", "reason": "bye"}"#,
            connection: Some("c"),
            binds: &[],
            placeholders: &[],
            can_fail: false,
            en: r#"close the connection c, reason "bye""#,
            zh: r#"关闭连接 c, reason "bye""#,
        },
        Example {
            written: r#"{"request": "r", "query": {"q": "${a}"}, "method": "${b}", "json": "${c}", "connection": "k", "requirement": "T-1"}"#,
            connection: None,
            binds: &[],
            placeholders: &["a", "b", "c"],
            can_fail: true,
            en: r#"send the request r, query {"q":"${a}"}, method "${b}", json "${c}", connection "k""#,
            zh: r#"发送请求 r, query {"q":"${a}"}, method "${b}", json "${c}", connection "k""#,
        },
        Example {
            written: r#"{"provoke": "slow", "on": "c", "json": {"x": "${a}"}, "reply": {"requirement": "T-1", "match": {"text": "${b}"}, "capture": {"x": "/x"}}}"#,
            connection: Some("c"),
            binds: &[],
            placeholders: &["a"],
            can_fail: false,
            en: r#"make this happen: slow on c, json {"x":"${a}"}"#,
            zh: r#"触发情形 slow：连接 c, json {"x":"${a}"}"#,
        },
        Example {
            written: r#"{"search": "c", "bind": "x", "json": "${a}", "inside": {"text": "${b}"}, "outside": {"text": "${c}"},
                "around": "${d}", "requirement": "T-1"}"#,
            connection: Some("c"),
            binds: &["x"],
            placeholders: &["a", "b", "c", "d"],
            can_fail: true,
            en: r#"search by bisection for the accepted span, called x, json "${a}", inside {"text":"${b}"}, outside {"text":"${c}"}, around "${d}""#,
            zh: r#"二分查找被接受的区间，记为 x, json "${a}", inside {"text":"${b}"}, outside {"text":"${c}"}, around "${d}""#,
        },
        Example {
            written: r#"{"wait": "${a}"}"#,
            connection: None,
            binds: &[],
            placeholders: &["a"],
            can_fail: false,
            en: r#"wait "${a}""#,
            zh: r#"等待 "${a}""#,
        },
        Example {
            written: r#"{"repeat": [1, "${a}"], "as": "x", "overlap": true, "steps": [{"wait": "${b}"}]}"#,
            connection: None,
            binds: &["x"],
            placeholders: &["a"],
            can_fail: false,
            en: "repeat for each of 2 values (${x}), all under way at once",
            zh: "重复 2 个值各一次 (${x})，同时进行",
        },
        Example {
            written: r#"{"together": [[{"wait": "1s"}], [{"wait": "${a}"}, {"let": {"x": 1}}]]}"#,
            connection: None,
            binds: &[],
            placeholders: &[],
            can_fail: false,
            en: "side by side",
            zh: "并行",
        },
    ];

    fn read(steps: &str) -> Result<Case, Vec<String>> {
        let text = format!(r#"{{"title": {{"en": "t", "zh": "t"}}, "steps": [{steps}]}}"#);
        let source = Source::new("case.json", text);
        Case::read("s/a/case", &source, &Schemas::default(), &Common::default())
            .map_err(|found| found.into_iter().map(|diagnostic| diagnostic.what).collect())
    }

    fn said(step: &Step, language: Language) -> String {
        let parts = step.words(language).into_iter();
        parts
            .map(|part| match part {
                Part::Said(text) | Part::Written(text) => text,
            })
            .collect()
    }

    #[test]
    fn every_act_says_what_it_uses_binds_and_does() {
        assert_eq!(EXAMPLES.len(), ACTS.len(), "an act without an example");
        for (example, kind) in EXAMPLES.iter().zip(ACTS) {
            let written = example.written;
            let case = read(written).unwrap_or_else(|found| panic!("{written}: {found:?}"));
            let step = &case.steps[0];
            assert_eq!(step.label(), kind.key);
            assert_eq!(step.connection(), example.connection, "{written}");
            assert_eq!(step.binds(), example.binds, "{written}");
            let mut placeholders = Vec::new();
            step.placeholders(&mut |placeholder| placeholders.push(placeholder.name.as_str()));
            assert_eq!(placeholders, example.placeholders, "{written}");
            assert_eq!(step.act.deed().can_fail(), example.can_fail, "{written}");
            assert_eq!(said(step, Language::En), example.en);
            assert_eq!(said(step, Language::Zh), example.zh);
        }
    }

    #[test]
    fn a_step_is_walked_before_those_inside_it() {
        let nested = |written: &str| {
            let case = read(written).unwrap_or_else(|found| panic!("{written}: {found:?}"));
            let mut labels = Vec::new();
            case.walk(&mut |step| labels.push(step.label()));
            labels
        };
        assert_eq!(nested(EXAMPLES[9].written), ["provoke", "expect"]);
        assert_eq!(nested(EXAMPLES[12].written), ["repeat", "wait"]);
        assert_eq!(nested(EXAMPLES[13].written), ["together", "wait", "wait", "let"]);
    }

    #[test]
    fn what_message_mode_neither_sends_nor_shows_needs_bytes() {
        let needs = |written: &str| read(written).map(|case| case.steps[0].needs_bytes());
        assert_eq!(needs(r#"{"send": "c", "text": "x"}"#), Ok(false));
        assert_eq!(needs(r#"{"send": "c", "bytes": "x"}"#), Ok(true));
        assert_eq!(
            needs(r#"{"open": "c", "outcome": "any", "probe": {"text": "x"}}"#),
            Ok(false)
        );
        assert_eq!(
            needs(r#"{"close": "c", "checks": [{"requirement": "T-1", "close": {"clean": true}}]}"#),
            Ok(true)
        );
    }

    #[test]
    fn a_step_that_can_fail_names_a_clause_and_one_that_overlaps_a_message() {
        assert_eq!(
            read(r#"{"closed": "c"}, {"close": "c", "checks": [{"close": {}}]}"#).err(),
            Some(vec![
                "a step that can fail names no clause".to_owned(),
                "a check without a clause".to_owned()
            ])
        );
        assert_eq!(
            read(r#"{"repeat": 2, "overlap": true, "steps": [{"expect": "c", "requirement": "T-1"}]}"#).err(),
            Some(vec!["which message is meant?".to_owned()])
        );
    }
}
