//! The house: who may import whom, and which words stay out of which rooms.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test has hands and may panic"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Each room with the rooms that it may import. A room that imports nothing stands first.
const ROOMS: &[(&str, &[&str])] = &[
    ("id", &[]),
    ("source", &[]),
    ("json", &[]),
    ("wire", &[]),
    ("diagnostic", &["source"]),
    ("shape", &["json", "source", "diagnostic"]),
    ("template", &["json", "shape", "source", "diagnostic"]),
    ("bytes", &["json", "shape", "source", "diagnostic", "template"]),
    (
        "selector",
        &["json", "shape", "source", "diagnostic", "template", "wire"],
    ),
    ("schema", &["json", "source", "diagnostic"]),
    (
        "check",
        &[
            "bytes",
            "diagnostic",
            "id",
            "json",
            "schema",
            "shape",
            "source",
            "template",
            "wire",
        ],
    ),
    (
        "case",
        &[
            "bytes",
            "check",
            "diagnostic",
            "id",
            "json",
            "schema",
            "selector",
            "shape",
            "source",
            "template",
            "wire",
        ],
    ),
    ("requirement", &["case", "diagnostic", "id", "json", "shape", "source"]),
    (
        "manifest",
        &[
            "case",
            "check",
            "diagnostic",
            "json",
            "schema",
            "selector",
            "shape",
            "source",
            "template",
        ],
    ),
    (
        "target",
        &[
            "case",
            "diagnostic",
            "json",
            "manifest",
            "requirement",
            "shape",
            "source",
        ],
    ),
    (
        "plan",
        &[
            "case",
            "check",
            "diagnostic",
            "json",
            "manifest",
            "requirement",
            "source",
            "target",
            "template",
        ],
    ),
    ("transcript", &["json", "wire"]),
    (
        "replay",
        &[
            "bytes",
            "case",
            "json",
            "plan",
            "selector",
            "target",
            "template",
            "transcript",
            "wire",
        ],
    ),
    (
        "judge",
        &[
            "case",
            "check",
            "json",
            "plan",
            "requirement",
            "selector",
            "source",
            "template",
            "transcript",
            "wire",
        ],
    ),
    ("run", &["judge", "plan", "requirement"]),
    (
        "report",
        &[
            "case",
            "check",
            "json",
            "judge",
            "manifest",
            "plan",
            "requirement",
            "run",
            "source",
            "target",
            "template",
        ],
    ),
    ("drive", &["replay", "wire"]),
    ("reference", &["wire"]),
    (
        "store",
        &[
            "case",
            "diagnostic",
            "manifest",
            "plan",
            "requirement",
            "schema",
            "source",
            "target",
        ],
    ),
    (
        "session",
        &["drive", "judge", "plan", "reference", "replay", "target", "transcript"],
    ),
    (
        "proof",
        &[
            "diagnostic",
            "drive",
            "judge",
            "plan",
            "reference",
            "session",
            "source",
            "target",
        ],
    ),
    ("recording", &["json", "judge", "plan", "target", "transcript"]),
    (
        "cli",
        &[
            "case",
            "check",
            "diagnostic",
            "drive",
            "judge",
            "plan",
            "proof",
            "recording",
            "reference",
            "report",
            "run",
            "session",
            "source",
            "store",
            "target",
            "transcript",
            "wire",
        ],
    ),
];

/// Words of a protocol, which only the reference server may know in Rust.
const PROTOCOL_WORDS: &[&str] = &[
    "companyid",
    "biztype",
    "bizbody",
    "bizcode",
    "msgparams",
    "dev-token",
    "devtoken",
    "errorextra",
    "errorcode",
    "gateway_code",
    "push_subscribe",
];

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    let text = |path: PathBuf| {
        let name = path
            .strip_prefix(&root)
            .expect("a file of src")
            .to_string_lossy()
            .into_owned();
        (name, fs::read_to_string(&path).expect("the file can be read"))
    };
    files.into_iter().map(text).collect()
}

/// The room of a file: its first folder, or its own name.
fn room(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap_or(file)
}

/// The rooms that a text names behind `crate::`, alone or in braces.
fn imports(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let word = |text: &str| -> String {
            text.trim_start()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        };
        let Some(group) = rest.strip_prefix('{') else {
            found.insert(word(rest));
            continue;
        };
        let (mut depth, mut start) = (0, 0);
        for (i, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => {
                    found.insert(word(&group[start..i]));
                    break;
                }
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    found.insert(word(&group[start..i]));
                    start = i + 1;
                }
                _ => {}
            }
        }
    }
    found.remove("");
    found
}

#[test]
fn no_room_imports_more_than_it_may() {
    let table: BTreeMap<&str, &[&str]> = ROOMS.iter().copied().collect();
    let mut wrong = Vec::new();
    let mut used: BTreeSet<(String, String)> = BTreeSet::new();
    for (file, text) in sources() {
        let room = room(&file).to_owned();
        if room == "lib" || room == "main" {
            continue;
        }
        let Some(allowed) = table.get(room.as_str()) else {
            wrong.push(format!("{file} belongs to no room of the table"));
            continue;
        };
        for import in imports(&text) {
            if import != room && !allowed.contains(&import.as_str()) {
                wrong.push(format!("{file} imports {import}"));
            }
            used.insert((room.clone(), import));
        }
    }
    for (room, allowed) in ROOMS {
        for import in *allowed {
            if !used.contains(&((*room).to_owned(), (*import).to_owned())) {
                wrong.push(format!("the table lets {room} import {import}, which it does not"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Rooms can be read from the first to the last: none imports one that stands after it.
#[test]
fn the_table_has_no_ring() {
    let mut before: BTreeSet<&str> = BTreeSet::new();
    for (room, allowed) in ROOMS {
        for import in *allowed {
            assert!(
                before.contains(import),
                "{room} imports {import}, which stands after it"
            );
        }
        before.insert(room);
    }
}

#[test]
fn the_hands_do_not_judge_and_the_subject_is_not_the_examiner() {
    let may = |room: &str| {
        ROOMS
            .iter()
            .find(|(name, _)| *name == room)
            .map(|(_, allowed)| *allowed)
            .unwrap_or_default()
    };
    assert!(!may("drive").contains(&"judge"));
    assert_eq!(may("reference"), ["wire"]);
    for mind in ["case", "plan", "replay", "judge", "run", "report"] {
        for hand in ["drive", "store", "cli", "session", "reference"] {
            assert!(!may(mind).contains(&hand), "{mind} has {hand}");
        }
    }
}

#[test]
fn no_protocol_word_stands_outside_the_reference() {
    let mut wrong = Vec::new();
    for (file, text) in sources().into_iter().filter(|(file, _)| room(file) != "reference") {
        let text = text.to_lowercase();
        wrong.extend(
            PROTOCOL_WORDS
                .iter()
                .filter(|word| text.contains(**word))
                .map(|word| format!("{file}: {word}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn imports_are_found_in_every_form() {
    let text = "use crate::{a, b::{c, d}, e::f};\nlet x = crate::g::h();\nuse crate::i;";
    assert_eq!(imports(text).into_iter().collect::<Vec<_>>(), ["a", "b", "e", "g", "i"]);
}
