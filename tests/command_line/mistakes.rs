//! What an author is told: each file of `tests/mistakes/` holds a mistake, and beside it, in `.txt`, stands every word that the
//! binary says about it. Nothing here judges whether the words are good: whoever reviews a golden does.
//!
//! `case/NAME.json` is a case of the suite in `base/`, `manifest/NAME.json` its manifest, `catalogue/NAME.json` its catalogue,
//! `schema/NAME.json` a schema, `profile/NAME.toml` a profile. In `files/NAME/` stand several files, at their paths beside
//! those of the base; an empty one takes the base's away.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::binary::{conformist, copy, error};

/// The fewest mistakes that are shown, so that none is lost unseen.
const LEAST: usize = 90;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes")
}

/// Every mistake: its area and its file or folder.
fn mistakes() -> Vec<(String, PathBuf)> {
    let mut all = Vec::new();
    for area in ["case", "manifest", "catalogue", "schema", "profile", "files"] {
        let mut paths: Vec<PathBuf> = fs::read_dir(root().join(area))
            .expect("the area can be read")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_none_or(|extension| extension != "txt"))
            .collect();
        paths.sort();
        all.extend(paths.into_iter().map(|path| (area.to_owned(), path)));
    }
    all
}

/// Puts files over those of the base; an empty file takes one away.
fn lay_over(from: &Path, to: &Path) {
    copy(from, to);
    let mut folders = vec![to.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if fs::metadata(&path).expect("a file").len() == 0 {
                fs::remove_file(&path).expect("removed");
            }
        }
    }
}

/// What the binary says of a mistake.
fn told(area: &str, path: &Path) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&root().join("base"), folder.path());
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    let place = match area {
        "case" => format!("cases/t/a/{name}"),
        "manifest" => "cases/t/suite.json".to_owned(),
        "catalogue" => "cases/t/requirements.json".to_owned(),
        "schema" => format!("schemas/t/{name}"),
        _ => name,
    };
    if area == "files" {
        lay_over(path, folder.path());
    } else {
        fs::copy(path, folder.path().join(&place)).expect("copied");
    }
    let files = ["--cases", "cases", "--schemas", "schemas"];
    let arguments = match area {
        "profile" => [&["run", "--target", &place], &files[..]].concat(),
        _ => [&["check"], &files[..]].concat(),
    };
    let output = conformist(&arguments)
        .current_dir(folder.path())
        .output()
        .expect("the binary runs");
    let code = output.status.code().expect("an exit code");
    let text = error(&output).replace('\\', "/");
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    format!("exit {code}\n\n{}\n", lines.join("\n").trim_end())
}

/// `CONFORMIST_UPDATE=1 cargo test --test command_line mistakes` writes the goldens.
#[test]
fn every_mistake_is_told_as_its_golden_says() {
    let all = mistakes();
    let update = std::env::var_os("CONFORMIST_UPDATE").is_some();
    let mut wrong = Vec::new();
    for (area, path) in &all {
        let told = told(area, path);
        assert!(told.starts_with("exit 2\n"), "{} passes:\n{told}", path.display());
        let golden = PathBuf::from(format!("{}.txt", path.with_extension("").display()));
        if update {
            fs::write(&golden, &told).expect("written");
        } else if fs::read_to_string(&golden).unwrap_or_default() != told {
            wrong.push(format!("{}:\n{told}", path.display()));
        }
    }
    assert!(all.len() >= LEAST, "{} mistakes are too few", all.len());
    let help = "read what is said now; CONFORMIST_UPDATE=1 cargo test --test command_line mistakes keeps it";
    assert!(wrong.is_empty(), "{}\n{help}", wrong.join("\n"));
}

#[test]
fn the_base_of_all_mistakes_is_sound() {
    let base = root().join("base");
    let output = conformist(&["check", "--cases", "cases", "--schemas", "schemas"])
        .current_dir(base)
        .output()
        .expect("the binary runs");
    assert!(output.status.success(), "{}", error(&output));
}
