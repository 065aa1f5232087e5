//! JSON Schemas by name: compiled once, on first use; local references only.

mod reference;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use jsonschema::{PatternOptions, Retrieve, Uri, Validator};
use serde_json::Value;

use self::reference::{is_circle, meant, pattern_place, references, refuse};
use crate::{
    syntax::diagnostic::{Diagnostic, nearest},
    syntax::json::{self, Node},
    syntax::source::Source,
};

/// The keywords of 2020-12 that our schemas may use; the library would accept a misspelt one in silence.
const KEYWORDS: &[&str] = &[
    "$schema",
    "$id",
    "$ref",
    "$defs",
    "$comment",
    "title",
    "description",
    "type",
    "enum",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "patternProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "uniqueItems",
    "contains",
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
];

/// Keywords whose value is an object of schemas.
const SCHEMA_MAPS: &[&str] = &["properties", "patternProperties", "$defs"];
/// Keywords whose value is a schema or a list of schemas.
const SCHEMAS: &[&str] = &[
    "items",
    "prefixItems",
    "additionalProperties",
    "propertyNames",
    "contains",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
];

/// The words of `type`.
const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

/// What a name is relative to; nothing outside it can be referred to.
const BASE: &str = "conformist:///";

/// One schema.
#[derive(Debug)]
pub struct Schema {
    name: String,
    source: Source,
    document: Value,
    others: Arc<BTreeMap<String, Value>>,
    compiled: OnceLock<Result<Validator, String>>,
    /// Its author has heard already why it can't be used.
    told: bool,
}

/// How a value stands to a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    Fits,
    /// The first place that does not fit.
    Differs {
        at: String,
        why: String,
    },
    /// The library gave up; not the value's fault.
    Undecided(String),
}

/// All schemas of a harness.
#[derive(Clone, Debug, Default)]
pub struct Schemas {
    all: BTreeMap<String, Arc<Schema>>,
}

struct Local(Arc<BTreeMap<String, Value>>);

impl Retrieve for Local {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        uri.as_str()
            .strip_prefix(BASE)
            .and_then(|name| self.0.get(name.trim_end_matches(".json")))
            .cloned()
            .ok_or_else(|| "only schemas of the schemas folder can be referred to".into())
    }
}

impl Schema {
    /// `SUITE/NAME`.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn compiled(&self) -> &Result<Validator, String> {
        self.compiled.get_or_init(|| {
            jsonschema::options()
                .with_base_uri(format!("{BASE}{}", self.name))
                .with_retriever(Local(self.others.clone()))
                // The linear engine: no pattern and no value can make it work for long.
                .with_pattern_options(PatternOptions::regex())
                .build(&self.document)
                .map_err(|error| error.to_string())
        })
    }

    /// Judges a value.
    pub fn check(&self, value: &Value) -> Fit {
        match self.compiled() {
            Err(why) => Fit::Undecided(format!("the schema {} can't be used: {why}", self.name)),
            Ok(validator) => match validator.validate(value) {
                Ok(()) => Fit::Fits,
                Err(error) => Fit::Differs {
                    at: error.instance_path().to_string(),
                    why: error.masked().to_string(),
                },
            },
        }
    }
}

impl Schemas {
    /// Reads schemas from `(name, text)`.
    ///
    /// # Errors
    /// Every text that is no JSON, no schema by the meta-schema, uses an unknown keyword or refers to what is not there.
    #[cfg(test)]
    pub fn read(sources: impl IntoIterator<Item = (String, Source)>) -> Result<Self, Vec<Diagnostic>> {
        let (schemas, found) = Self::draft(sources);
        crate::syntax::diagnostic::whole((Some(schemas), found))
    }

    /// Reads as many of them as there are, and says every mistake. A schema that is there and broken is found by its name, so
    /// that nobody is told to add it.
    pub fn draft(sources: impl IntoIterator<Item = (String, Source)>) -> (Self, Vec<Diagnostic>) {
        let mut found = Vec::new();
        let mut documents = BTreeMap::new();
        let mut broken = Vec::new();
        for (name, source) in sources {
            let before = found.len();
            match json::parse(source.text()) {
                Err(error) => {
                    let place = source.place(error.at..error.at + 1);
                    found.push(Diagnostic::at(place, "this is not JSON", error.what));
                }
                Ok(node) => {
                    lint(&source, &node, &mut found);
                    let document = node.to_serde();
                    // The meta-schema is compiled for this, which takes as long as reading all of a suite.
                    if !source.is_built_in() {
                        found.extend(no_schema(&source, &node, &document));
                    }
                    if found.len() == before {
                        documents.insert(name.clone(), (source, node, document));
                    }
                }
            }
            if found.len() > before {
                broken.push(name);
            }
        }
        // Each schema with those that it refers to; one that refers to nothing, or to a broken one, can't be compiled either.
        let mut edges: Vec<(String, String)> = Vec::new();
        let mut told: BTreeSet<String> = broken.iter().cloned().collect();
        for (name, (source, node, _)) in &documents {
            references(node, &mut |own, reference| {
                let (meant, place) = (meant(name, reference), source.place(own.span.clone()));
                let circle = || {
                    is_circle(name, own, reference, &documents).then(|| {
                        let place = source.place(own.span.clone());
                        Diagnostic::at(
                            place,
                            "this schema refers only to itself",
                            "it says nothing of any value",
                        )
                        .help("a schema may use itself for a part of the value: in `properties`, `items` and the like")
                    })
                };
                let mistake = refuse(&meant, place, reference, &documents, &broken).or_else(circle);
                told.extend(mistake.is_some().then(|| name.clone()));
                found.extend(mistake);
                edges.push((name.clone(), meant));
            });
        }
        while let Some((name, _)) = edges
            .iter()
            .find(|(name, meant)| told.contains(meant) && !told.contains(name))
        {
            told.insert(name.clone());
        }
        let others: Arc<BTreeMap<String, Value>> = Arc::new(
            documents
                .iter()
                .map(|(name, (_, _, document))| (name.clone(), document.clone()))
                .collect(),
        );
        let mut all = BTreeMap::new();
        for (name, (source, _, document)) in documents {
            let schema = Schema {
                name: name.clone(),
                source,
                document,
                others: others.clone(),
                compiled: OnceLock::new(),
                told: told.contains(&name),
            };
            all.insert(name, Arc::new(schema));
        }
        for name in broken {
            let schema = Schema {
                name: name.clone(),
                source: Source::default(),
                document: Value::Null,
                others: others.clone(),
                compiled: OnceLock::from(Err("its file is broken".to_owned())),
                told: true,
            };
            all.insert(name, Arc::new(schema));
        }
        (Self { all }, found)
    }

    /// The schema of this name.
    pub fn find(&self, name: &str) -> Option<Arc<Schema>> {
        self.all.get(name).cloned()
    }

    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.keys().map(String::as_str)
    }

    /// Compiles all of them, so that a bad reference or pattern is an author's mistake and not a surprise in a run.
    pub fn compile(&self) -> Vec<Diagnostic> {
        let broken = self.all.values().filter(|schema| !schema.told).filter_map(|schema| {
            let why = schema.compiled().as_ref().err()?;
            if let Some(place) = pattern_place(&schema.source, why) {
                let label = "no regular expression, or one that would take too much memory";
                let mistake = Diagnostic::at(place, "this pattern can't be used", label);
                return Some(
                    mistake.help("groups, classes and repeats are known; looking around and back-references are not"),
                );
            }
            let what = format!("the schema {} can't be compiled", schema.name);
            Some(Diagnostic::at(schema.source.place(0..1), what, why.clone()))
        });
        broken.collect()
    }
}

/// What the meta-schema says against a schema.
fn no_schema(source: &Source, node: &Node, document: &Value) -> Option<Diagnostic> {
    let error = jsonschema::draft202012::meta::validate(document).err()?;
    let at = error.instance_path().to_string();
    let span = node.pointer(&at).unwrap_or(node).span.clone();
    let label = match at.rsplit('/').next().unwrap_or_default() {
        "" => "a schema is an object, `true` or `false`".to_owned(),
        "type" => format!("expected one of {}, or a list of them", TYPES.join(", ")),
        keyword => format!("`{keyword}` does not allow this: {}", error.masked()),
    };
    Some(Diagnostic::at(source.place(span), "not a JSON Schema", label))
}

fn lint(source: &Source, schema: &Node, found: &mut Vec<Diagnostic>) {
    for member in schema.members() {
        let key = member.key.as_str();
        if !KEYWORDS.contains(&key) {
            let place = source.place(member.key_span.clone());
            let diagnostic = Diagnostic::at(place, format!("unknown keyword `{key}`"), "not a keyword in use here");
            found.push(match nearest(key, KEYWORDS.iter().copied()) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic,
            });
        }
        if SCHEMA_MAPS.contains(&key) {
            member
                .value
                .members()
                .iter()
                .for_each(|m| lint(source, &m.value, found));
        } else if SCHEMAS.contains(&key) {
            lint(source, &member.value, found);
            member.value.items().iter().for_each(|item| lint(source, item, found));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[(&str, &str)]) -> Result<Schemas, Vec<String>> {
        let sources = texts
            .iter()
            .map(|(name, text)| ((*name).to_owned(), Source::new(*name, *text)));
        Schemas::read(sources).map_err(|found| found.into_iter().map(|d| d.what).collect())
    }

    #[test]
    fn a_reference_reaches_its_neighbours_and_nothing_else() {
        let text = r#"{"type": "object", "properties": {"n": {"type": "integer"}}}"#;
        let schemas = read(&[("s/a", r#"{"$ref": "b"}"#), ("s/b", text)]).unwrap_or_else(|found| panic!("{found:?}"));
        let fit = |name: &str, text: &str| {
            let value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}"));
            schemas.find(name).map(|schema| schema.check(&value))
        };
        assert_eq!(fit("s/a", r#"{"n": 1}"#), Some(Fit::Fits));
        assert!(matches!(fit("s/a", r#"{"n": "1"}"#), Some(Fit::Differs { at, .. }) if at == "/n"));
        assert_eq!(schemas.compile().len(), 0);
        for (reference, fine) in [
            ("b.json", true),
            ("../s/b", true),
            ("/s/b#/properties/n", true),
            ("#/$defs/x", true),
            ("https://example.com/x", false),
            ("c", false),
            ("b#/properties/m", false),
            ("#/$defs/y", false),
        ] {
            let schema = format!(r#"{{"$ref": "{reference}", "$defs": {{"x": {{}}}}}}"#);
            assert_eq!(read(&[("s/a", &schema), ("s/b", text)]).is_ok(), fine, "{reference}");
        }
    }

    #[test]
    fn no_pattern_and_no_text_make_it_work_for_long() {
        let schemas = read(&[
            ("p", r#"{"pattern": "^(a+)+$"}"#),
            ("huge", r#"{"pattern": "((a{999}){999}){999}"}"#),
        ])
        .unwrap_or_else(|found| panic!("{found:?}"));
        // A backtracking engine would need longer than the universe has.
        let text = serde_json::Value::from(format!("{}b", "a".repeat(1 << 20)));
        let fit = schemas.find("p").map(|schema| schema.check(&text));
        assert!(matches!(fit, Some(Fit::Differs { .. })), "{fit:?}");
        // One that would take too much memory is never compiled: its author hears of it, and a row says nothing of the server.
        assert_eq!(schemas.compile().len(), 1);
        let fit = schemas.find("huge").map(|schema| schema.check(&text));
        assert!(matches!(fit, Some(Fit::Undecided(_))), "{fit:?}");
    }

    #[test]
    fn a_misspelt_keyword_is_refused() {
        let found = read(&[
            ("a", r#"{"items": {"requird": ["x"]}}"#),
            ("b", r#"{"type": "strng"}"#),
            ("c", "{"),
        ]);
        assert_eq!(
            found.map(|_| ()),
            Err(vec![
                "unknown keyword `requird`".to_owned(),
                "not a JSON Schema".to_owned(),
                "this is not JSON".to_owned()
            ])
        );
    }
}
