//! A recorded run is judged again with no network, and to the same verdicts.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use crate::binary::{Server, assert_has, conformist, copy, error, out, run};

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().expect("a path of Unicode").to_owned()
}

/// Runs and records; gives the recording's folder.
fn record(folder: &Path, arguments: &[&str]) -> (String, Output) {
    let recording = path(folder, "recording");
    let journal = format!("ndjson={}", path(folder, "run.ndjson"));
    let output = run(&[&["run", "--record", &recording, "--report", &journal], arguments].concat());
    (recording, output)
}

/// Judges where there is no network, if this machine lets a process leave it.
fn judge(folder: &Path, arguments: &[&str]) -> Output {
    let journal = format!("ndjson={}", path(folder, "judged.ndjson"));
    let own = conformist(&[&["judge", "--report", &journal], arguments].concat());
    let alone = Command::new("unshare").args(["-rn", "true"]).output();
    if !alone.is_ok_and(|output| output.status.success()) {
        eprintln!("no unshare here: judged with the network on");
        return run(&[&["judge", "--report", &journal], arguments].concat());
    }
    let mut command = Command::new("unshare");
    command.arg("-rn").arg(own.get_program()).args(own.get_args());
    command.output().expect("unshare runs")
}

fn assert_same(folder: &Path) {
    let read = |name| fs::read_to_string(folder.join(name)).expect("a journal");
    let (then, now) = (read("run.ndjson"), read("judged.ndjson"));
    assert!(then.lines().count() > 2, "{then}");
    for (then, now) in then.lines().zip(now.lines()) {
        assert_eq!(then, now);
    }
    assert_eq!(then, now);
}

#[test]
fn a_recording_gives_the_same_journal_byte_for_byte() {
    for (fault, rows, exit) in [
        ("ws/mark-rounded", "ws-service/mark-echo", 1),
        ("ws/offline-stays", "ws-service/forced-offline", 1),
        ("gw/code-number", "gateway/", 1),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let (recording, output) = record(folder.path(), &["--fault", fault, rows]);
        assert_eq!(output.status.code(), Some(exit), "{fault}: {}", error(&output));
        let judged = judge(folder.path(), &[&recording]);
        assert_eq!(judged.status.code(), Some(exit), "{fault}: {}", error(&judged));
        assert_same(folder.path());
        let report = out(&judged);
        assert!(report.starts_with(&*out(&output)), "{report}\n!=\n{}", out(&output));
        assert_has(&report, &["rows judged exactly as then"]);
        assert!(!report.contains("not complete"), "{report}");
    }
}

#[test]
fn what_a_profile_says_is_recorded_without_its_secrets() {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = path(folder.path(), "target.toml");
    let _server = Server::start(&["--profile", &profile]);
    let text = fs::read_to_string(&profile).expect("the profile");
    let is_token = |part: &&str| part.len() == 32 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let tokens: Vec<&str> = text.split('"').filter(is_token).collect();
    assert!(tokens.len() > 50, "{text}");
    let pins = "\n[ws-service.not_applicable]\nWS-PUSH-1 = \"nothing is pushed\"\n\n[ws-service.pins.WS-MARK-7]\nreading = \
                \"omitted\"\nreason = \"it always was\"\n";
    fs::write(&profile, format!("{text}{pins}")).expect("written");
    let (recording, output) = record(
        folder.path(),
        &["--target", &profile, "ws-service/push", "ws-service/mark-echo"],
    );
    assert_eq!(output.status.code(), Some(1), "{}{}", out(&output), error(&output));
    let judged = judge(folder.path(), &[&recording]);
    assert_eq!(judged.status.code(), Some(1), "{}", error(&judged));
    assert_same(folder.path());
    assert_has(&out(&judged), &["which the profile promises (it always was)"]);
    for file in ["run.json", "rows.ndjson", "journal.ndjson"] {
        let kept = fs::read_to_string(Path::new(&recording).join(file)).expect("a file of the recording");
        for token in &tokens {
            assert!(!kept.contains(token), "{file} has {token}");
        }
    }
}

#[test]
fn rows_that_were_not_run_keep_their_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&[]);
    let url = format!("ws://{}/ws", server.1);
    let (recording, output) = record(folder.path(), &["--url", &url, "heartbeat"]);
    let judged = judge(folder.path(), &[&recording]);
    assert_eq!(judged.status.code(), output.status.code(), "{}", error(&judged));
    assert_same(folder.path());
}

#[test]
fn newer_cases_say_which_verdicts_change() {
    let folder = tempfile::tempdir().expect("a folder");
    let (recording, output) = record(folder.path(), &["ws-service/mark-echo"]);
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    let cases = folder.path().join("cases");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"), &cases);
    let edit = |file: &str, from: &str, to: &str| {
        let path = cases.join("ws-service/mark-echo").join(file);
        let text = fs::read_to_string(&path).expect("a case");
        assert!(text.contains(from), "{file} has no {from}");
        fs::write(path, text.replace(from, to)).expect("written");
    };
    // Another demand, other words, another deed, and a case that is gone.
    edit("two-connections.json", r#""equals": "${x}""#, r#""equals": "${x}!""#);
    edit("reused-at-once.json", r#""en": ""#, r#""en": "Now: "#);
    edit(
        "two-connections-slow.json",
        r#""action": "index""#,
        r#""action": "inbox""#,
    );
    fs::remove_file(cases.join("ws-service/mark-echo/long-list.json")).expect("removed");
    let judged = judge(folder.path(), &[&recording, "--cases", cases.to_str().expect("a path")]);
    let report = out(&judged);
    assert_eq!(judged.status.code(), Some(1), "{report}{}", error(&judged));
    assert_has(
        &report,
        &[
            "1 have another verdict:\n            ws-service/mark-echo/two-connections: conforms then, violates now",
            "do something else now",
            "ws-service/mark-echo/two-connections-slow",
            "1 are no longer there:\n            ws-service/mark-echo/long-list",
        ],
    );
    assert!(!report.contains("reused-at-once"), "{report}");
}

#[test]
fn a_recording_that_was_cut_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let (recording, _) = record(folder.path(), &["ws-service/heartbeat"]);
    let rows = Path::new(&recording).join("rows.ndjson");
    let text = fs::read_to_string(&rows).expect("rows");
    let lines: Vec<&str> = text.lines().collect();
    fs::write(&rows, lines[..lines.len() - 3].join("\n")).expect("written");
    let judged = judge(folder.path(), &[&recording]);
    assert_has(&out(&judged), &["the recording is not complete", "interrupted"]);
    fs::write(&rows, &text[..text.len() / 2]).expect("written");
    let judged = judge(folder.path(), &[&recording]);
    assert_eq!(judged.status.code(), Some(2));
    assert_has(&error(&judged), &["rows.ndjson can't be judged: line "]);
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("notes.txt"), "mine").expect("written");
    let place = folder.path().to_str().expect("a path");
    let output = run(&["run", "--record", place, "heartbeat/text"]);
    assert_eq!(output.status.code(), Some(2));
    assert_has(&error(&output), &["the folder is not empty"]);
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    let judged = run(&["judge", place]);
    assert_eq!(judged.status.code(), Some(2));
    assert_has(&error(&judged), &["run.json can't be judged"]);
}
