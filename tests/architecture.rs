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

/// Crates that are rooms of their own: the compiler keeps their walls, the table says which others may use them.
const CRATES: [&str; 2] = ["wire", "reference"];

/// Each room with the rooms that it may import. A room that imports nothing stands first.
const ROOMS: &[(&str, &[&str])] = &[
    ("wire", &[]),
    ("reference", &[]),
    ("syntax", &["wire"]),
    ("check", &["syntax", "wire"]),
    ("suite", &["check", "syntax", "wire"]),
    ("target", &["syntax"]),
    ("plan", &["check", "suite", "syntax", "target"]),
    ("transcript", &["syntax", "wire"]),
    ("replay", &["plan", "suite", "syntax", "target", "transcript", "wire"]),
    ("judge", &["check", "plan", "suite", "syntax", "transcript", "wire"]),
    ("drive", &["replay", "wire"]),
    (
        "run",
        &[
            "drive",
            "judge",
            "plan",
            "reference",
            "replay",
            "suite",
            "syntax",
            "target",
            "transcript",
            "wire",
        ],
    ),
    (
        "report",
        &["check", "judge", "plan", "run", "suite", "syntax", "target"],
    ),
    ("store", &["plan", "suite", "syntax", "target"]),
    (
        "host",
        &[
            "drive",
            "judge",
            "plan",
            "reference",
            "run",
            "store",
            "suite",
            "syntax",
            "target",
        ],
    ),
    (
        "cli",
        &[
            "check",
            "drive",
            "host",
            "judge",
            "plan",
            "reference",
            "report",
            "run",
            "store",
            "suite",
            "syntax",
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
        let mut text = fs::read_to_string(&path).expect("the file can be read");
        // Unit tests end a file; they may use whatever they need.
        text.truncate(text.find("\nmod tests {").unwrap_or(text.len()));
        (name, text)
    };
    files
        .into_iter()
        .map(text)
        .filter(|(file, _)| !is_of_tests(file))
        .collect()
}

/// Tests stand beside what they test, and may use whatever they need.
fn is_of_tests(file: &str) -> bool {
    file.split(['/', '.']).any(|part| matches!(part, "tests" | "fuzz"))
}

/// The room of a file: its first folder, or its own name.
fn room(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap_or(file)
}

/// The rooms that a text names behind `crate::`, alone or in braces, and the crates that it names.
fn imports(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for name in CRATES {
        let path = format!("{name}::");
        let whole = |at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '.'));
        if text.match_indices(&path).any(|(at, _)| whole(at)) {
            found.insert(name.to_owned());
        }
    }
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
    for mind in [
        "syntax",
        "check",
        "suite",
        "target",
        "plan",
        "transcript",
        "replay",
        "judge",
        "report",
    ] {
        for hand in ["drive", "store", "cli", "reference"] {
            assert!(!may(mind).contains(&hand), "{mind} has {hand}");
        }
    }
}

#[test]
fn no_protocol_word_stands_outside_the_reference() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
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
    let text = "use crate::{a, b::{c, d}, e::f};\nlet x = crate::g::h();\nuse crate::i;\nuse wire::frame;\nrewire::x()";
    assert_eq!(
        imports(text).into_iter().collect::<Vec<_>>(),
        ["a", "b", "e", "g", "i", "wire"]
    );
}
