//! The suites that are built in are sound, their schemas mean what their examples say, and the schemas for editors are
//! those of this version.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test has hands and may panic"
)]

use std::path::{Path, PathBuf};

use crate::{
    check, plan, report,
    store::{self, Library},
    suite::case,
    suite::catalogue,
    suite::manifest,
    syntax::shape::{Shape, Shapes},
    target,
};

use serde_json::Value;

fn library() -> Library {
    store::load(None, None).unwrap_or_else(|found| {
        let told: Vec<String> = found.iter().map(|d| d.render(false)).collect();
        panic!("{}", told.join("\n"));
    })
}

#[test]
fn the_built_in_suites_are_sound() {
    let library = library();
    let found: Vec<String> = library
        .suites
        .iter()
        .flat_map(|suite| plan::check(suite))
        .chain(library.schemas.compile())
        .map(|diagnostic| diagnostic.render(false))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_suites_are_as_large_as_they_claim() {
    let library = library();
    for (name, least) in [("ws-service", 220), ("gateway", 160)] {
        let suite = library
            .suites
            .iter()
            .find(|suite| suite.name == name)
            .expect("the suite");
        let rows: usize = suite.cases.iter().map(|case| plan::rows(case).len()).sum();
        assert!(rows >= least, "{name} has {rows} rows");
    }
}

/// Other suites may leave Chinese and `mend` out; those that ship with the program may not.
#[test]
fn the_built_in_suites_speak_both_languages_and_say_how_to_mend() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut files = Vec::new();
    for suite in library().suites {
        collect(&root.join(&suite.name), &mut files);
        for requirement in &suite.catalogue.requirements {
            assert!(!requirement.source.is_empty(), "{} has no source", requirement.id);
        }
    }
    assert!(files.len() > 500, "{} files", files.len());
    let mut found = Vec::new();
    for path in files {
        let text = store::read(&path).expect("a file of a suite");
        let file: Value = serde_json::from_str(&text).expect("a file of a suite is JSON");
        let place = path.display().to_string();
        untranslated(&file, &place, &mut found);
        for (id, requirement) in file["requirements"].as_object().into_iter().flatten() {
            if requirement["mend"]["en"].as_str().is_none_or(str::is_empty) {
                found.push(format!("{id} does not say how to mend"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of a suite") {
        let path = entry.expect("an entry of a folder").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
}

/// Texts with English that have no Chinese; what has no words (a number) needs none.
fn untranslated(value: &Value, place: &str, found: &mut Vec<String>) {
    let is_chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    match value {
        Value::Object(members) => {
            if let Some(en) = members.get("en").and_then(Value::as_str) {
                let zh = members.get("zh").and_then(Value::as_str).unwrap_or_default();
                let wordless = !en.chars().any(char::is_alphabetic) && !zh.is_empty();
                if en.is_empty() || !(wordless || is_chinese(zh)) {
                    found.push(format!("{place}: {en:?} is {zh:?} in Chinese"));
                }
            }
            for member in members.values() {
                untranslated(member, place, found);
            }
        }
        Value::Array(items) => {
            for item in items {
                untranslated(item, place, found);
            }
        }
        _ => {}
    }
}

/// Each schema accepts its valid examples, refuses the others, and each of its keywords is needed by one of them.
#[test]
fn schemas_mean_what_their_examples_say() {
    let library = library();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    for name in library.schemas.names() {
        let path = root.join("instances").join(format!("{name}.json"));
        let text = store::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let examples: Value = serde_json::from_str(&text).expect("examples are JSON");
        let schema = library.schemas.find(name).expect("a schema that has a name");
        for (kind, fits, least) in [("valid", true, 2), ("invalid", false, 2)] {
            let all = examples[kind]
                .as_array()
                .unwrap_or_else(|| panic!("{name} has no {kind} examples"));
            assert!(all.len() >= least, "{name} has too few {kind} examples");
            for example in all {
                let fit = schema.check(example);
                assert_eq!(
                    fit == crate::syntax::schema::Fit::Fits,
                    fits,
                    "{name}: {example}: {fit:?}"
                );
            }
        }
    }
}

/// `CONFORMIST_UPDATE=1 cargo test --lib suites` writes them.
#[test]
fn the_schemas_for_editors_are_up_to_date() {
    let library = library();
    let all: [(&str, Shapes); 4] = [
        ("case", case::shapes().clone()),
        ("suite", manifest::shapes()),
        ("requirements", catalogue::shapes()),
        ("profile", target::shapes(&plan::interfaces(&library.suites))),
    ];
    for (name, shapes) in all {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schemas/{name}.json"));
        let text = format!("{:#}\n", shapes.schema());
        if std::env::var_os("CONFORMIST_UPDATE").is_some() {
            store::write(&path, &text).expect("the schema can be written");
        }
        let written = store::read(&path).unwrap_or_default();
        assert!(
            written == text,
            "{} is stale: CONFORMIST_UPDATE=1 cargo test --lib suites writes it",
            path.display()
        );
    }
}

/// What `init` writes is a profile, before and after its comments are taken away.
#[test]
fn the_example_of_a_profile_is_one() {
    let library = library();
    let interfaces = plan::interfaces(&library.suites);
    let example = target::example(&interfaces);
    let source = crate::syntax::source::Source::new("example", example.clone());
    let profile =
        target::Profile::read(&source, &interfaces).unwrap_or_else(|found| panic!("{}", found[0].render(false)));
    assert!(profile.suites.values().all(|part| part.endpoints.is_empty()));
    let open: String = example
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            // Pins offer a choice of names, which is none yet.
            Some(rest) if (rest.contains(" = ") || rest.starts_with('[')) && !rest.contains("reading = ") => rest,
            _ if line.starts_with('#') => "",
            _ => line,
        })
        .map(|line| format!("{line}\n"))
        .collect();
    let source = crate::syntax::source::Source::new("example", open);
    let profile =
        target::Profile::read(&source, &interfaces).unwrap_or_else(|found| panic!("{}", found[0].render(false)));
    for interfaces in &interfaces {
        let part = &profile.suites[&interfaces.suite];
        assert_eq!(part.endpoints.len(), interfaces.endpoints.len());
        assert_eq!(part.credentials.len(), interfaces.credentials.len());
        assert_eq!(part.calls.len(), interfaces.calls.len());
    }
}

/// A trace that begins with `x-` asks a gateway for encryption: none is ever made.
#[test]
fn no_trace_begins_with_x() {
    fn traces(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (key, value) in members {
                    if let (true, Some(text)) = (key.eq_ignore_ascii_case("trace"), value.as_str()) {
                        found.push(text.to_owned());
                    }
                    traces(value, found);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| traces(item, found)),
            _ => {}
        }
    }
    let library = library();
    let suite = library
        .suites
        .iter()
        .find(|suite| suite.name == "gateway")
        .expect("the suite");
    let mut found = Vec::new();
    for case in &suite.cases {
        let value: Value = serde_json::from_str(case.source.text()).expect("a case is JSON");
        traces(&value, &mut found);
    }
    assert!(found.len() > 200, "{} traces", found.len());
    let bad: Vec<&String> = found
        .iter()
        .filter(|trace| trace.to_lowercase().starts_with("x-"))
        .collect();
    assert!(bad.is_empty(), "{bad:?}");
}

#[test]
fn the_documents_speak_of_every_act_kind_of_check_and_format() {
    let read = |path: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        store::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let (cases, readme, files) = (read("docs/cases.md"), read("README.md"), read("docs/architecture.md"));
    let step = case::shapes().definitions.iter().find(|(name, _)| *name == "step");
    let Some((_, Shape::Tagged(acts))) = step else {
        panic!("a step is one of its acts");
    };
    // `use` is no act: it stands for those of a fragment, which the manifest's part is about.
    for act in acts.iter().filter(|act| act.key != "use") {
        let headed = |line: &str| line.starts_with("### ") && line.contains(&format!("`{}`", act.key));
        assert!(
            cases.lines().any(headed),
            "docs/cases.md has no section for `{}`",
            act.key
        );
    }
    for kind in check::KINDS {
        let row = format!("`{}:", kind.key);
        assert!(cases.contains(&row), "docs/cases.md has no row for `{}`", kind.key);
    }
    for format in report::FORMATS {
        let option = format!("`--report {}=PATH`", format.name);
        assert!(readme.contains(&option), "README.md does not speak of {option}");
        assert!(
            files.contains(&option),
            "docs/architecture.md does not speak of {option}"
        );
    }
}
