//! Servers of other hands, written from the documents alone (`tests/servers/`), are accused of nothing, whichever lawful reading
//! they take. What such a server is written in may be missing on a machine: then the test says what it could not run.
//!
//! A few rows of each area keep this short; `CONFORMIST_SERVERS=whole` runs all rows, and more readings.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::binary::{out, run};

/// Readings of the servers' own (`--list-readings`) that differ most from what the reference does.
const READINGS: [&[&str]; 3] = [&[], &["refusal"], &["by-themselves"]];

/// What a server calls a kind of reading: refusing after the upgrade with a word, and sending what nobody asked for.
struct Words {
    refusal: &'static str,
    by_themselves: &'static str,
}

/// Rows that a short run takes: the first contact, what is echoed, what is pushed, and how both gateways of the gateway answer.
const SOME: [&str; 6] = [
    "ws-service/upgrade",
    "ws-service/mark-echo/failure",
    "ws-service/push/",
    "gateway/headers",
    "gateway/envelope/exception",
    "gateway/heartbeat",
];

/// A server under way. It ends when its standard input does.
struct Other(Child);

impl Drop for Other {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // It may have ended already.
        let _ = self.0.wait();
    }
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers").join(name)
}

/// Whether a command can be run; says so if not.
fn is_there(command: &mut Command, what: &str) -> bool {
    let ran = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let there = ran.is_ok_and(|status| status.success());
    if !there {
        eprintln!("not run: {what}");
    }
    there
}

/// Runs the suites against a server once for each of its readings.
fn is_not_accused(name: &str, server: impl Fn() -> Command, words: &Words) {
    let whole = std::env::var_os("CONFORMIST_SERVERS").is_some_and(|value| value == "whole");
    for (nth, reading) in READINGS.iter().enumerate() {
        let reading = reading.first().map(|kind| match *kind {
            "refusal" => words.refusal,
            _ => words.by_themselves,
        });
        let work = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("server-{name}-{nth}"));
        fs::create_dir_all(&work).expect("a folder");
        let profile = work.join("target.toml");
        // One of an earlier run would be taken for this one's.
        let _ = fs::remove_file(&profile);
        let mut command = server();
        command.args(["--port", "0", "--profile"]).arg(&profile);
        command.args(reading.iter().flat_map(|reading| ["--reading", reading]));
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut other = Other(child.expect("it starts"));
        // It says that it listens once the profile is written.
        let mut line = String::new();
        let said = other.0.stdout.take().expect("a pipe");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(said), &mut line).expect("a line");
        assert_eq!(line.trim(), "listening", "{name}");
        let target = profile.to_str().expect("UTF-8");
        let mut arguments = vec!["run", "--target", target];
        if !whole {
            arguments.extend(SOME);
        }
        let output = run(&arguments);
        let report = out(&output);
        // On a busy machine a row may be inconclusive; nobody may be accused.
        assert!(
            matches!(output.status.code(), Some(0 | 3)),
            "{name} with {reading:?} is accused:\n{report}"
        );
        assert!(report.contains("conforms"), "{report}");
    }
}

#[test]
fn a_server_in_go_is_not_accused() {
    let built = Path::new(env!("CARGO_TARGET_TMPDIR")).join("server-in-go");
    let mut build = Command::new("go");
    build
        .env("GO111MODULE", "off")
        .env("GOPATH", "/usr/share/gocode")
        .args(["build", "-o"])
        .arg(&built)
        .arg(folder("go").join("server.go"));
    if is_there(
        &mut build,
        "the Go server needs `go` and Debian's golang-github-gorilla-websocket-dev",
    ) {
        let words = Words {
            refusal: "refuse-by-message",
            by_themselves: "unasked-events",
        };
        is_not_accused("go", || Command::new(&built), &words);
    }
}

#[test]
fn a_server_in_node_is_not_accused() {
    let script = folder("node").join("server.mjs");
    let mut lists = Command::new("node");
    lists.arg(&script).arg("--list-readings");
    if is_there(
        &mut lists,
        "the Node server needs `node` (20) and `npm ci` in tests/servers/node",
    ) {
        let server = || {
            let mut command = Command::new("node");
            command.arg(&script);
            command
        };
        let words = Words {
            refusal: "refuse-with-error",
            by_themselves: "timed-events",
        };
        is_not_accused("node", server, &words);
    }
}
