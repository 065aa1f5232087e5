//! The half of loading that needs no disk: texts by path become suites and schemas, and every mistake is told at once.
//!
//! Nothing here reads a file: whoever calls has read the texts, wherever they are kept.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Suite,
    case::{Case, Common},
    catalogue::Catalogue,
    manifest::Manifest,
};
use crate::syntax::{diagnostic::Diagnostic, schema::Schemas, source::Source};

/// The folder of a suite's schemas' examples, which are no schemas.
const INSTANCES: &str = "instances/";

/// Texts by path, relative to their folder, with `/`.
pub type Texts = BTreeMap<String, Source>;

/// What could be read, and what is wrong with the rest.
#[derive(Debug, Default)]
pub struct Loaded {
    pub suites: Vec<Arc<Suite>>,
    pub schemas: Schemas,
    pub mistakes: Vec<Diagnostic>,
}

/// Reads suites and schemas.
pub fn load(cases: Texts, schemas: Texts) -> Loaded {
    let mut found = Vec::new();
    // `SUITE/NAME.json`; what lies at the top describes our own files.
    let named = schemas.into_iter().filter_map(|(path, source)| {
        let name = path.strip_suffix(".json")?;
        (name.contains('/') && !name.starts_with(INSTANCES)).then(|| (name.to_owned(), source))
    });
    let schemas = Schemas::read(named).unwrap_or_else(|mistakes| {
        found.extend(mistakes);
        Schemas::default()
    });
    let mut folders: BTreeMap<String, Texts> = BTreeMap::new();
    for (path, source) in cases {
        match path.split_once('/') {
            Some((suite, rest)) => {
                let folder = folders.entry(suite.to_owned()).or_default();
                folder.insert(rest.to_owned(), source);
            }
            None => found.push(
                Diagnostic::plain(format!("{} belongs to no suite", source.name()))
                    .help("a case lies at SUITE/AREA/NAME.json, beside SUITE/suite.json and SUITE/requirements.json"),
            ),
        }
    }
    let mut suites = Vec::new();
    for (name, files) in folders {
        suites.extend(read_suite(&name, files, &schemas, &mut found).map(Arc::new));
    }
    if found.is_empty() && suites.is_empty() {
        found.push(Diagnostic::plain("there is no suite").help("a suite is a folder with suite.json in it"));
    }
    Loaded {
        suites,
        schemas,
        mistakes: found,
    }
}

fn read_suite(name: &str, mut files: Texts, schemas: &Schemas, found: &mut Vec<Diagnostic>) -> Option<Suite> {
    let mut part = |file: &str, found: &mut Vec<Diagnostic>| {
        let source = files.remove(file);
        if source.is_none() {
            found.push(Diagnostic::plain(format!("the suite {name} has no {file}")));
        }
        source
    };
    let manifest = part("suite.json", found);
    let catalogue = part("requirements.json", found);
    let manifest = tell(Manifest::read(&manifest?, schemas), found);
    let catalogue = tell(Catalogue::read(&catalogue?), found);
    let common = manifest
        .as_ref()
        .map_or_else(Common::unread, |manifest| manifest.common.clone());
    let mut cases = Vec::new();
    for (path, source) in files {
        let id = format!("{name}/{}", path.trim_end_matches(".json"));
        cases.extend(tell(Case::read(&id, &source, schemas, &common), found).map(Arc::new));
    }
    Some(Suite {
        name: name.to_owned(),
        manifest: manifest?,
        catalogue: catalogue?,
        cases,
    })
}

fn tell<T>(result: Result<T, Vec<Diagnostic>>, found: &mut Vec<Diagnostic>) -> Option<T> {
    result.map_err(|mistakes| found.extend(mistakes)).ok()
}
