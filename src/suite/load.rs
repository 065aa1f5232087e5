//! The half of loading that needs no disk: texts by path become suites and schemas, and every mistake is told at once.
//!
//! Nothing here reads a file: whoever calls has read the texts, wherever they are kept.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use rayon::prelude::*;

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
    pub drafts: Vec<Draft>,
    pub schemas: Schemas,
    pub mistakes: Vec<Diagnostic>,
}

/// A suite as far as it could be read.
#[derive(Debug)]
pub struct Draft {
    pub suite: Arc<Suite>,
    pub gaps: Gaps,
}

/// What of a suite can't be relied on, so that a mistake in one file is not told again as mistakes of others.
#[derive(Debug, Default)]
pub struct Gaps {
    pub manifest: bool,
    pub catalogue: bool,
    /// The cases that were read in part, or not at all.
    pub cases: BTreeSet<String>,
}

/// Reads suites and schemas, and of the cases those that are `wanted`, by id, and those that a manifest names.
pub fn load(cases: Texts, schemas: Texts, wanted: &(dyn Fn(&str) -> bool + Sync)) -> Loaded {
    let mut found = Vec::new();
    // `SUITE/NAME.json`; what lies at the top describes our own files.
    let named = schemas.into_iter().filter_map(|(path, source)| {
        let name = path.strip_suffix(".json")?;
        (name.contains('/') && !name.starts_with(INSTANCES)).then(|| (name.to_owned(), source))
    });
    let (schemas, mistakes) = Schemas::draft(named);
    found.extend(mistakes);
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
    // All cores take part: whoever starts a run waits for it.
    let drafts: Vec<(Draft, Vec<Diagnostic>)> = folders
        .into_par_iter()
        .map(|(name, files)| read_suite(name, files, &schemas, wanted))
        .collect();
    let drafts = drafts.into_iter().map(|(draft, mistakes)| {
        found.extend(mistakes);
        draft
    });
    let drafts: Vec<Draft> = drafts.collect();
    if found.is_empty() && drafts.is_empty() {
        found.push(Diagnostic::plain("there is no suite").help("a suite is a folder with suite.json in it"));
    }
    Loaded {
        drafts,
        schemas,
        mistakes: found,
    }
}

fn read_suite(
    name: String,
    mut files: Texts,
    schemas: &Schemas,
    wanted: &(dyn Fn(&str) -> bool + Sync),
) -> (Draft, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let mut gaps = Gaps::default();
    let mut part = |file: &str, help: &str| {
        let source = files.remove(file);
        if source.is_none() {
            found.push(Diagnostic::plain(format!("the suite {name} has no {file}")).help(help));
        }
        source
    };
    let manifest = part(
        "suite.json",
        "a manifest says the suite's title, document and endpoints; those of the built-in suites are examples",
    );
    let catalogue = part(
        "requirements.json",
        "a catalogue lists the clauses that the cases check, each with its level, source and text",
    );
    let manifest = manifest.map(|source| Manifest::draft(&source, schemas));
    let (manifest, mistakes) = manifest.unwrap_or_default();
    gaps.manifest = manifest.is_none() || !mistakes.is_empty();
    found.extend(mistakes);
    let catalogue = catalogue.map(|source| Catalogue::draft(&source));
    let (catalogue, mistakes) = catalogue.unwrap_or_default();
    gaps.catalogue = catalogue.is_none() || !mistakes.is_empty();
    found.extend(mistakes);
    // With a manifest that has mistakes nobody knows what fragments there are.
    let common = match &manifest {
        Some(manifest) if !gaps.manifest => manifest.common.clone(),
        _ => Common::unread(),
    };
    let mut cases = Vec::with_capacity(files.len());
    let clock = manifest.as_ref().and_then(|manifest| manifest.clock.as_ref());
    let files = files.into_iter().map(|(path, source)| {
        let id = format!("{name}/{}", path.trim_end_matches(".json"));
        (id, source)
    });
    let files: Vec<(String, Source)> = files.filter(|(id, _)| wanted(id) || clock == Some(id)).collect();
    let drafts: Vec<_> = files
        .par_iter()
        .map(|(id, source)| Case::draft(id, source, schemas, &common))
        .collect();
    for ((id, _), (case, mistakes)) in files.iter().zip(drafts) {
        if case.is_none() || !mistakes.is_empty() {
            gaps.cases.insert(id.clone());
        }
        found.extend(mistakes);
        cases.extend(case.map(Arc::new));
    }
    let suite = Suite {
        name,
        manifest: manifest.unwrap_or_default(),
        catalogue: catalogue.unwrap_or_default(),
        cases,
    };
    let draft = Draft {
        suite: Arc::new(suite),
        gaps,
    };
    (draft, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"{"title": {"en": "t", "zh": "t"}, "document": "t.md", "endpoints": {}}"#;
    const CATALOGUE: &str = r#"{"requirements": {}}"#;
    const CASE: &str = r#"{"title": {"en": "t", "zh": "t"}, "steps": []}"#;

    fn texts(files: &[(&str, &str)]) -> Texts {
        let text = |(path, text): &(&str, &str)| ((*path).to_owned(), Source::new(*path, *text));
        files.iter().map(text).collect()
    }

    fn told(loaded: &Loaded) -> Vec<&str> {
        loaded.mistakes.iter().map(|mistake| mistake.what.as_str()).collect()
    }

    #[test]
    fn a_path_is_an_id() {
        let cases = [
            ("s/suite.json", MANIFEST),
            ("s/requirements.json", CATALOGUE),
            ("s/a/b.json", CASE),
        ];
        let schemas = [("case.json", "{"), ("instances/s/x.json", "{"), ("s/x.json", "{}")];
        let loaded = load(texts(&cases), texts(&schemas), &|_| true);
        assert!(told(&loaded).is_empty(), "{:?}", told(&loaded));
        assert_eq!(loaded.drafts[0].suite.cases[0].id, "s/a/b");
        assert_eq!(loaded.schemas.names().collect::<Vec<_>>(), ["s/x"]);
        assert!(!loaded.drafts[0].gaps.manifest && loaded.drafts[0].gaps.cases.is_empty());
    }

    #[test]
    fn a_mistake_hides_no_other() {
        let cases = [
            ("lost.json", CASE),
            ("s/suite.json", "{"),
            ("s/a/b.json", "["),
            ("s/a/c.json", r#"{"steps": []}"#),
        ];
        let loaded = load(texts(&cases), texts(&[("s/x.json", "-")]), &|_| true);
        let expected = [
            "this is not JSON",
            "lost.json belongs to no suite",
            "the suite s has no requirements.json",
            "this is not JSON",
            "this is not JSON",
            "the key `title` is missing",
        ];
        assert_eq!(told(&loaded), expected);
        let gaps = &loaded.drafts[0].gaps;
        assert!(gaps.manifest && gaps.catalogue);
        assert_eq!(gaps.cases.iter().collect::<Vec<_>>(), ["s/a/b", "s/a/c"]);
        // It is broken, and there: nobody is told to add it.
        assert!(loaded.schemas.find("s/x").is_some());
    }

    #[test]
    fn nothing_is_no_suite() {
        assert_eq!(
            told(&load(Texts::new(), Texts::new(), &|_| true)),
            ["there is no suite"]
        );
    }

    #[test]
    fn of_the_cases_only_those_are_read_that_are_wanted_or_named() {
        let manifest = MANIFEST.replace(r#""endpoints": {}"#, r#""endpoints": {}, "clock": "s/a/clock""#);
        let cases = [
            ("s/suite.json", manifest.as_str()),
            ("s/requirements.json", CATALOGUE),
            ("s/a/clock.json", CASE),
            ("s/a/other.json", "{"),
            ("s/a/wanted.json", CASE),
        ];
        let loaded = load(texts(&cases), Texts::new(), &|id| id == "s/a/wanted");
        assert!(told(&loaded).is_empty(), "{:?}", told(&loaded));
        let ids: Vec<&str> = loaded.drafts[0]
            .suite
            .cases
            .iter()
            .map(|case| case.id.as_str())
            .collect();
        assert_eq!(ids, ["s/a/clock", "s/a/wanted"]);
    }
}
