//! A suite's `suite.json`: what it asks of a target profile, and what holds for all of its cases.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    check::{self, Check, ObservationKind},
    suite::case::{self, Common, Content, Step, StepReader, not_json},
    syntax::bytes::{Bytes, pieces_shape},
    syntax::causes::causes,
    syntax::diagnostic::Diagnostic,
    syntax::json::{self, Node},
    syntax::schema::Schemas,
    syntax::selector::Selector,
    syntax::shape::{Shape, Shapes, bilingual, list, map, one_of, optional, required},
    syntax::source::{Place, Source},
    syntax::template::{Placeholder, Template},
    syntax::text::{Bilingual, strings},
};

/// A URL that a profile gives.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub name: String,
    pub schemes: Vec<String>,
    pub text: Bilingual,
}

/// A credential that a profile gives.
#[derive(Clone, Debug)]
pub struct CredentialDeclaration {
    pub name: String,
    pub text: Bilingual,
    /// A profile may give many.
    pub several: bool,
    /// Never used by two rows at once.
    pub exclusive: bool,
    /// Blanks at its ends are part of it, as they are of a password.
    pub keeps_blanks: bool,
}

/// A call (or a hook) of a profile that triggers a situation.
#[derive(Clone, Debug)]
pub struct Call {
    pub name: String,
    pub text: Bilingual,
    /// Name and JSON type of what the profile must say.
    pub members: Vec<(String, String)>,
    pub optional: Vec<(String, String)>,
}

/// A value that a profile may set.
#[derive(Clone, Debug)]
pub struct Setting {
    pub name: String,
    pub text: Bilingual,
    pub default: Option<Node>,
}

/// A cheap exchange whose answer proves that nothing else was on its way.
#[derive(Debug)]
pub struct Fence {
    pub send: FenceMessage,
    pub matching: Selector,
}

/// What a fence sends: a text message, on which every connection has its next reply to give.
#[derive(Debug)]
pub enum FenceMessage {
    Json(Template),
    Text(Bytes),
}

impl FenceMessage {
    /// Shows every placeholder to `visit`.
    pub fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        match self {
            Self::Json(template) => template.placeholders(visit),
            Self::Text(text) => text.placeholders(visit),
        }
    }
}

/// What answers to calls look like, so that a report can say which refusals have a control.
#[derive(Debug)]
pub struct Answers {
    pub served: Selector,
    pub refused: Selector,
}

/// Checks on every message.
#[derive(Debug)]
pub struct Always {
    pub on: Selector,
    pub checks: Vec<Check>,
}

/// A suite's manifest.
#[derive(Debug, Default)]
pub struct Manifest {
    pub source: Source,
    pub title: Bilingual,
    pub document: String,
    pub endpoints: Vec<Endpoint>,
    pub credentials: Vec<CredentialDeclaration>,
    pub calls: Vec<Call>,
    pub values: Vec<Setting>,
    /// Headers that are the protocol's.
    pub headers: Vec<String>,
    pub ignore: Option<Selector>,
    pub fence: Option<Fence>,
    pub leftover: Option<String>,
    pub always: Vec<Always>,
    pub alive: Vec<Arc<Step>>,
    /// The fragments that the sign of life uses.
    pub alive_fragments: BTreeSet<String>,
    /// What all cases have.
    pub common: Common,
    /// The case whose search finds the target's time.
    pub clock: Option<String>,
    /// What shows whether a credential that a profile gives is what it is said to be: the ways to use it, by its name.
    pub declared: Vec<(String, Vec<Vec<Arc<Step>>>)>,
    pub answers: Option<Answers>,
}

const TYPES: [&str; 6] = ["string", "integer", "number", "boolean", "array", "object"];

/// The shape of `suite.json`.
pub fn shapes() -> Shapes {
    let endpoint = Shape::Record(vec![
        required("schemes", list(one_of(&["ws", "wss", "http", "https"])), "URL schemes"),
        required("text", bilingual(), "what it is"),
    ]);
    let credential = Shape::Record(vec![
        required("text", bilingual(), "what it is"),
        optional("several", Shape::Bool, "a profile may give many"),
        optional("exclusive", Shape::Bool, "never used by two rows at once"),
        optional(
            "keeps_blanks",
            Shape::Bool,
            "blanks at its ends are part of it, as they are of a password",
        ),
    ]);
    let call = Shape::Record(vec![
        required("text", bilingual(), "the situation that it provokes"),
        required(
            "members",
            map(one_of(&TYPES)),
            "what a profile must say, and its JSON type",
        ),
        optional(
            "optional",
            Shape::Either(vec![list(Shape::Text), map(one_of(&TYPES))]),
            "what it may say",
        ),
    ]);
    let value = Shape::Record(vec![
        required("text", bilingual(), "what it is"),
        optional(
            "default",
            Shape::Any,
            "the value if a profile says none; without it, cases that use it need the profile",
        ),
    ]);
    let fence = Shape::Record(vec![
        required(
            "send",
            Shape::Record(vec![
                optional("json", Shape::Any, "a JSON text message"),
                optional("text", pieces_shape(), "a text message"),
            ]),
            "what is sent: one of these",
        ),
        required("match", Shape::Named("selector"), "its answer"),
    ]);
    let always = Shape::Record(vec![
        required("on", Shape::Named("selector"), "which messages"),
        required("checks", list(Shape::Named("check")), "what must hold of them"),
    ]);
    let answers = Shape::Record(vec![
        required("served", Shape::Named("selector"), "the JSON of a reply that serves"),
        required("refused", Shape::Named("selector"), "the JSON of a reply that refuses"),
    ]);
    Shapes {
        title: "A conformist suite's manifest",
        root: Shape::Record(vec![
            optional("$schema", Shape::Text, "this schema, for editors"),
            required("title", bilingual(), "the suite's name"),
            required("document", Shape::Text, "the document that it judges by"),
            required("endpoints", map(endpoint), "URLs that a profile gives"),
            optional("credentials", map(credential), "credentials that a profile gives"),
            optional("calls", map(call), "calls or hooks that provoke situations"),
            optional("values", map(value), "values that a profile may set"),
            optional(
                "headers",
                list(Shape::Text),
                "names of headers that are the protocol's own: cases send or withhold them, so a profile may not add them",
            ),
            optional("ignore", Shape::Named("selector"), "messages that may come at any time"),
            optional("fence", fence, "an exchange that proves silence"),
            optional(
                "leftover",
                Shape::Text,
                "the clause that an unexpected message violates",
            ),
            optional("always", list(always), "checks on every message"),
            optional("alive", list(Shape::Named("step")), "the sign of life"),
            optional(
                "fragments",
                map(list(Shape::Named("step"))),
                "lists of steps, put in place by `use`",
            ),
            optional(
                "unsolicited",
                Shape::Named("selector"),
                "messages that may be left over in every case that does not say it itself",
            ),
            optional("clock", Shape::Text, "the case whose search finds the target's time"),
            optional(
                "answers",
                answers,
                "what replies look like: a row that sees a call refused is counted as controlled if it sees one served, too",
            ),
            optional(
                "declared",
                map(list(list(Shape::Named("step")))),
                "credentials that are good if the profile is right: the steps of every way to use each",
            ),
        ]),
        definitions: case::step_shapes(),
    }
}

fn members<'n>(node: &'n Node, key: &str) -> impl Iterator<Item = (&'n str, &'n Node)> {
    let members = node.member(key).map(Node::members).unwrap_or_default();
    members.iter().map(|member| (member.key.as_str(), &member.value))
}

fn typed(node: &Node, key: &str) -> Vec<(String, String)> {
    let listed = strings(node.member(key))
        .into_iter()
        .map(|name| (name, "string".to_owned()));
    let mapped = members(node, key).map(|(name, kind)| (name.to_owned(), kind.as_str().unwrap_or_default().to_owned()));
    listed.chain(mapped).collect()
}

impl Manifest {
    /// The place of all of it.
    pub fn whole(&self) -> Place {
        self.source.place(0..self.source.text().len())
    }

    /// Reads a suite's `suite.json`.
    ///
    /// # Errors
    /// Every mistake in it.
    #[cfg(test)]
    pub fn read(source: &Source, schemas: &Schemas) -> Result<Self, Vec<Diagnostic>> {
        crate::syntax::diagnostic::whole(Self::draft(source, schemas))
    }

    /// Reads as much of it as there is, and says every mistake.
    pub fn draft(source: &Source, schemas: &Schemas) -> (Option<Self>, Vec<Diagnostic>) {
        let node = match json::parse(source.text()) {
            Ok(node) => node,
            Err(error) => return (None, vec![not_json(source, &error)]),
        };
        let broken = shapes().check(source, &node);
        let mut found = Vec::new();
        let text = |node: &Node| node.member("text").map(Bilingual::read).unwrap_or_default();
        let flag = |node: &Node, key| node.member(key).and_then(Node::as_bool).unwrap_or(false);
        let fence = node.member("fence").and_then(|fence| {
            let send = match Content::read(source, fence.member("send")?, &mut found)? {
                Content::Json(template) => FenceMessage::Json(template),
                Content::Text(text) => FenceMessage::Text(text),
                // The shape has said so.
                _ => return None,
            };
            Some(Fence {
                send,
                matching: Selector::read(source, fence.member("match")?, &mut found),
            })
        });
        let answers = node.member("answers").map(|answers| {
            let mut selector = |key| {
                answers
                    .member(key)
                    .map(|selector| Selector::read(source, selector, &mut found))
            };
            Answers {
                served: selector("served").unwrap_or_default(),
                refused: selector("refused").unwrap_or_default(),
            }
        });
        let mut always = Vec::new();
        for item in node.member("always").map(Node::items).unwrap_or_default() {
            let on = item
                .member("on")
                .map(|on| Selector::read(source, on, &mut found))
                .unwrap_or_default();
            let checks = item.member("checks").map(Node::items).unwrap_or_default().iter();
            let checks =
                checks.filter_map(|check| check::read(source, check, ObservationKind::Message, schemas, &mut found));
            always.push(Always {
                on,
                checks: checks.collect(),
            });
        }
        let mut common = Common::read(source, &node, &mut found);
        let mut mistakes = Vec::new();
        let mut reader = StepReader::new(source, schemas, &common, &mut mistakes);
        let fragments = reader.fragments();
        let alive = node.member("alive").map(|list| reader.steps(list)).unwrap_or_default();
        let mut declared = Vec::new();
        let mut strangers = Vec::new();
        for member in node.member("declared").map(Node::members).unwrap_or_default() {
            let ways = member.value.items().iter().map(|steps| reader.steps(steps)).collect();
            declared.push((member.key.clone(), ways));
            if !members(&node, "credentials").any(|(name, _)| name == member.key) {
                let place = source.place(member.key_span.clone());
                strangers.push(
                    Diagnostic::at(
                        place,
                        format!("no credential is called `{}`", member.key),
                        "not among `credentials`",
                    )
                    .help("what a profile gives stands in `credentials`"),
                );
            }
        }
        let alive_fragments = reader.used;
        common.keep(fragments);
        found.extend(strangers);
        // A fragment that others use is read more than once.
        for mistake in mistakes {
            if !found.iter().any(|known| known.is_same(&mistake)) {
                found.push(mistake);
            }
        }
        let manifest = Self {
            source: source.clone(),
            title: node.member("title").map(Bilingual::read).unwrap_or_default(),
            document: node
                .member("document")
                .and_then(Node::as_str)
                .unwrap_or_default()
                .to_owned(),
            endpoints: members(&node, "endpoints")
                .map(|(name, node)| Endpoint {
                    name: name.to_owned(),
                    schemes: strings(node.member("schemes")),
                    text: text(node),
                })
                .collect(),
            credentials: members(&node, "credentials")
                .map(|(name, node)| CredentialDeclaration {
                    name: name.to_owned(),
                    text: text(node),
                    several: flag(node, "several"),
                    exclusive: flag(node, "exclusive"),
                    keeps_blanks: flag(node, "keeps_blanks"),
                })
                .collect(),
            calls: members(&node, "calls")
                .map(|(name, node)| Call {
                    name: name.to_owned(),
                    text: text(node),
                    members: typed(node, "members"),
                    optional: typed(node, "optional"),
                })
                .collect(),
            values: members(&node, "values")
                .map(|(name, node)| Setting {
                    name: name.to_owned(),
                    text: text(node),
                    default: node.member("default").cloned(),
                })
                .collect(),
            headers: strings(node.member("headers")),
            ignore: node
                .member("ignore")
                .map(|ignore| Selector::read(source, ignore, &mut found)),
            fence,
            leftover: node.member("leftover").and_then(Node::as_str).map(str::to_owned),
            always,
            alive,
            alive_fragments,
            common,
            answers,
            clock: node.member("clock").and_then(Node::as_str).map(str::to_owned),
            declared,
        };
        (Some(manifest), causes(&node, broken, found))
    }

    /// The endpoint of this name, or the first of this kind of scheme.
    pub fn endpoint(&self, name: Option<&str>, kind: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| match name {
            Some(name) => endpoint.name == name,
            None => endpoint.schemes.iter().any(|scheme| scheme.starts_with(kind)),
        })
    }
}

/// A clause's id as written, if no row's value decides it.
pub fn fixed_clause(clause: &Template) -> Option<&str> {
    match clause {
        Template::Fixed(node) => node.as_str(),
        _ => None,
    }
}
