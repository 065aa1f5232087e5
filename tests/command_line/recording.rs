//! A recorded run is judged again with no network, and to the same verdicts.

use std::{
    fs,
    io::{self, BufRead as _, BufReader},
    path::Path,
    process::{Command, Output, Stdio},
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
fn a_recording_that_is_not_whole_is_never_green() {
    let folder = tempfile::tempdir().expect("a folder");
    let (recording, output) = record(folder.path(), &["ws-service/heartbeat"]);
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    let rows = Path::new(&recording).join("rows.ndjson");
    let text = fs::read_to_string(&rows).expect("rows");
    let lines: Vec<&str> = text.lines().collect();
    let (end, rest) = lines.split_last().expect("lines");
    let (_, others) = rest.split_first().expect("rows");
    let half = &rest[0][..rest[0].len() / 2];
    let strange = rest[0].replace("ws-service/heartbeat/", "ws-service/calls/");
    for (kept, told) in [
        (lines[..lines.len() - 3].to_vec(), "did not come to its end"),
        (rest.to_vec(), "did not come to its end"),
        ([others, &[end]].concat(), "1 were planned and are not in the recording"),
        ([rest, &[rest[0], end]].concat(), "1 are recorded more than once"),
        (
            [rest, &[strange.as_str(), end]].concat(),
            "1 are in the recording and were not planned",
        ),
        ([others, &[half]].concat(), "its last line was cut, and dropped"),
        ([rest, &[end, half]].concat(), "its last line was cut, and dropped"),
        (Vec::new(), "were planned and are not in the recording"),
    ] {
        fs::write(&rows, kept.join("\n")).expect("written");
        let judged = judge(folder.path(), &[&recording]);
        let report = out(&judged);
        assert_eq!(judged.status.code(), Some(3), "{told}: {report}{}", error(&judged));
        assert_has(&report, &[told, "inconclusive: the recording is not whole"]);
        assert!(!report.contains("\nconformant"), "{report}");
    }
    let signal = end.replace("\"end\":{", "\"end\":{\"signal\":128,");
    assert_ne!(signal, **end);
    fs::write(&rows, [rest, &[signal.as_str()]].concat().join("\n")).expect("written");
    assert_eq!(judge(folder.path(), &[&recording]).status.code(), Some(255));
    // In another order it is still whole; half a line in the middle is nobody's accident.
    let turned: Vec<&str> = rest.iter().rev().copied().chain([*end]).collect();
    fs::write(&rows, turned.join("\n")).expect("written");
    assert_eq!(judge(folder.path(), &[&recording]).status.code(), Some(0));
    fs::write(&rows, [&[half], others, &[end]].concat().join("\n")).expect("written");
    let judged = judge(folder.path(), &[&recording]);
    assert_eq!(judged.status.code(), Some(2));
    assert_has(&error(&judged), &["rows.ndjson can't be judged: line 1"]);
}

#[test]
#[cfg(unix)]
fn the_recording_of_an_interrupted_run_ends_as_the_run_did() {
    let folder = tempfile::tempdir().expect("a folder");
    let recording = path(folder.path(), "recording");
    let mut running = conformist(&["run", "ws-service/ts-window", "--record", &recording])
        .args(["--report", "ndjson=/dev/stderr"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    // A row is over, so the run has begun; rows that wait by design are not over.
    let mut journal = BufReader::new(running.stderr.take().expect("piped"));
    let mut line = String::new();
    while !line.contains(r#""event":"row""#) {
        line.clear();
        assert_ne!(journal.read_line(&mut line).expect("a line"), 0, "it is over already");
    }
    let signalled = Command::new("kill").args(["-INT", &running.id().to_string()]).status();
    assert!(signalled.expect("kill is there").success());
    io::copy(&mut journal, &mut io::sink()).expect("read to its end");
    assert_eq!(running.wait().expect("it ends").code(), Some(130));
    let judged = judge(folder.path(), &[&recording]);
    assert_eq!(judged.status.code(), Some(130), "{}{}", out(&judged), error(&judged));
    assert!(!out(&judged).contains("\nconformant"), "{}", out(&judged));
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
