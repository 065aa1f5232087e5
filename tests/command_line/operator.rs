//! What an operator writes into a profile is used as it is meant, or refused; and it is never shown.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::mpsc,
    thread,
};

use crate::binary::{PATIENT, Server, assert_has, conformist, error, out, run};

const TOKEN: &str = "q83v+Zz/8A1BcDeFgHiJkLmNoPqRsTu=";

/// A gate that lets nobody pass, and tells the head of every request. It ends with the process.
fn gate() -> (SocketAddr, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a client");
            let lines = BufReader::new(stream.try_clone().expect("a handle")).lines();
            let head: Vec<String> = lines
                .map_while(Result::ok)
                .take_while(|line| !line.is_empty())
                .collect();
            // Some cases connect and say nothing.
            if head.is_empty() {
                continue;
            }
            // Whoever asked may be gone: neither it nor the client must hear of it.
            let _ = tell.send(head.join("\n"));
            let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    (address, told)
}

/// Runs one row of each suite through a gate: the heads that came, and what was written.
fn pass(folder: &Path, endpoints: &str, more: &str) -> (Vec<String>, String) {
    let (address, heads) = gate();
    let [ws, http]: [String; 2] = endpoints
        .split(' ')
        .map(|url| url.replace("HOST", &address.to_string()))
        .collect::<Vec<_>>()
        .try_into()
        .expect("two endpoints");
    let text = format!(
        "[ws-service.endpoints]\nws = \"{ws}\"\n[ws-service.credentials]\n\"token.valid\" = \"{TOKEN}\"\n\
         [gateway.endpoints]\nhttp = \"{http}\"\n[gateway.values]\ncompany = 1\n\
         [gateway.calls.guest]\nroute = \"a\"\nbizType = \"b\"\nbody = {{}}\n{more}"
    );
    let profile = folder.join("target.toml");
    fs::write(&profile, text).expect("written");
    let recording = folder.join("recording");
    let rows = ["ws-service/upgrade/", "gateway/http-surface/"];
    let target = [
        "run",
        "--verbose",
        "--target",
        &profile.display().to_string(),
        "--record",
        &recording.display().to_string(),
    ];
    let output = conformist(&[&target[..], &rows[..]].concat())
        .env("GATE", "the key of the gate\n")
        .output()
        .expect("the binary runs");
    let mut written = out(&output) + &error(&output);
    for entry in fs::read_dir(&recording).expect("a recording") {
        written += &fs::read_to_string(entry.expect("an entry").path()).unwrap_or_default();
    }
    (heads.try_iter().collect(), written)
}

#[test]
fn a_user_in_a_url_becomes_basic_authentication_on_every_request() {
    let folder = tempfile::tempdir().expect("a folder");
    let endpoints = "ws://me:pa%20ss%3Aword@HOST/ws http://me:pa%20ss%3Aword@HOST/gateway";
    let (heads, written) = pass(folder.path(), endpoints, "");
    let (handshakes, requests): (Vec<_>, Vec<_>) = heads.iter().partition(|head| head.contains("websocket"));
    assert!(!handshakes.is_empty() && !requests.is_empty(), "{written}");
    for head in &heads {
        let lines = head.to_ascii_lowercase();
        assert_eq!(lines.matches("\nauthorization: basic ").count(), 1, "{head}");
        // `me:pa ss:word`
        assert_has(head, &["Basic bWU6cGEgc3M6d29yZA=="]);
    }
    for secret in ["pa ss:word", "pa%20ss", "bWU6cGEgc3M6d29yZA"] {
        assert!(!written.contains(secret), "{secret} is in\n{written}");
    }
}

#[test]
fn the_headers_of_a_profile_are_on_every_request_and_in_no_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let endpoints = "ws://me:password@HOST/ws?gate=s3cret-of-the-gate http://HOST/gateway";
    let headers =
        "[headers]\nX-Gate = \"env:GATE\"\nauthorization = \"Bearer of-the-gate\"\nUser-Agent = \"tests/1\"\n";
    let (heads, written) = pass(folder.path(), endpoints, headers);
    assert!(heads.len() > 3, "{written}");
    for head in &heads {
        assert_has(
            head,
            &[
                "X-Gate: the key of the gate",
                "authorization: Bearer of-the-gate",
                "User-Agent: tests/1",
            ],
        );
        assert!(!head.contains("Basic"), "{head}");
        if head.contains("websocket") {
            assert_has(head, &["gate=s3cret-of-the-gate"]);
        }
    }
    for secret in ["the key of the gate", "of-the-gate", "me:password"] {
        assert!(!written.contains(secret), "{secret} is in\n{written}");
    }
}

#[test]
fn a_credential_is_encoded_in_a_query_and_nowhere_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let (heads, written) = pass(folder.path(), "ws://HOST/ws http://HOST/gateway", "");
    let in_query = "Dev-Token=q83v%2BZz%2F8A1BcDeFgHiJkLmNoPqRsTu%3D";
    assert!(heads.iter().any(|head| head.contains(in_query)), "{heads:?}");
    assert!(
        heads.iter().any(|head| head.contains(&format!("Token: {TOKEN}"))),
        "{heads:?}"
    );
    let raw = |head: &String| head.lines().next().is_some_and(|line| line.contains(TOKEN));
    assert!(!heads.iter().any(raw), "{heads:?}");
    assert!(!written.contains("q83v"), "{written}");
}

#[test]
fn a_secret_that_is_not_there_is_no_failure_of_the_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = folder.path().join("target.toml");
    let text = "[ws-service.endpoints]\nws = \"ws://127.0.0.1:1/ws\"\n[ws-service.credentials]\n\"token.valid\" = ";
    for (secret, why) in [
        ("\"env:EMPTY\"", "it is empty"),
        ("\"file:empty\"", "it is empty"),
        ("\"file:line\"", "it is empty"),
        ("\"file:two\"", "it has a second line"),
        ("\"file:mark\"", "byte order mark"),
        ("\"env:BLANK\"", "it ends with a blank"),
        ("\"file:/dev/zero\"", "larger than 16 MiB"),
    ] {
        for (name, content) in [
            ("empty", ""),
            ("line", "\r\n"),
            ("two", "t0ken\nt0ken\n"),
            ("mark", "\u{feff}t0ken"),
        ] {
            fs::write(folder.path().join(name), content).expect("written");
        }
        fs::write(&profile, format!("{text}{secret}\n")).expect("written");
        let output = conformist(&["run", "--target", &profile.display().to_string()])
            .env("EMPTY", "")
            .env("BLANK", "t0ken ")
            .output()
            .expect("the binary runs");
        assert_eq!(output.status.code(), Some(2), "{secret}");
        assert_has(&error(&output), &[why, "target.toml:4", "^"]);
        assert!(!error(&output).contains("t0ken"), "{}", error(&output));
    }
    let output = run(&["run", "--url", "ws://127.0.0.1:1/#part"]);
    assert_eq!(output.status.code(), Some(2), "{}", error(&output));
}

#[test]
fn a_run_that_names_no_target_says_first_and_last_whose_server_it_examined() {
    let note = "no target was named: this run examines the embedded reference, and nobody's server";
    let output = run(&["run", "ws-service/heartbeat/text"]);
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    let text = out(&output);
    let (first, last) = (text.lines().next(), text.lines().next_back());
    for line in [first, last] {
        assert!(line.is_some_and(|line| line.starts_with(note)), "{text}");
    }
    // A variant was named, and says itself what it is.
    let output = run(&["run", "--fault", "ws/mark-rounded", "ws-service/heartbeat/text"]);
    assert!(!out(&output).contains(note), "{}", out(&output));
}

#[test]
fn the_target_of_the_environment_is_examined_unless_another_is_named() {
    let row = "ws-service/heartbeat/text";
    let with = |value: &str, arguments: &[&str]| {
        let output = conformist(&[&["run", row], arguments].concat())
            .env("CONFORMIST_TARGET", value)
            .output()
            .expect("the binary runs");
        (output.status.code(), out(&output) + &error(&output))
    };
    let (code, told) = with("no-such-file.toml", &[]);
    assert_eq!(code, Some(2), "{told}");
    assert_has(&told, &["no-such-file.toml can't be read"]);
    let (code, told) = with("", &[]);
    assert_eq!(code, Some(2), "{told}");
    assert_has(&told, &["CONFORMIST_TARGET is set and empty"]);
    let (code, told) = with("no-such-file.toml", &["--reading", "ws/pong-binary"]);
    assert!(!told.contains("no-such-file"), "{code:?} {told}");
}

#[test]
fn what_was_not_assessed_is_in_the_conclusion_and_can_be_a_gate() {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = folder.path().join("target.toml").display().to_string();
    let _server = Server::start(&["--profile", &profile]);
    let text = fs::read_to_string(&profile).expect("a profile");
    let poor: Vec<&str> = text.lines().filter(|line| !line.contains("token.review")).collect();
    fs::write(&profile, poor.join("\n") + PATIENT).expect("written");
    let rows = [
        "run",
        "--target",
        &profile,
        "ws-service/upgrade-rejection/",
        "ws-service/token-precedence/",
    ];
    let output = run(&rows);
    let text = out(&output);
    assert_eq!(output.status.code(), Some(0), "{text}{}", error(&output));
    let last = text.lines().next_back().unwrap_or_default();
    assert_has(
        last,
        &[
            "conformant as far as assessed: ",
            " clauses, ",
            " rows; ",
            "needs token.",
        ],
    );
    let output = run(&[&rows[..], &["--min-assessed", "100"]].concat());
    assert_eq!(output.status.code(), Some(4), "{}", out(&output));
    assert_has(&out(&output), &["too little was assessed", "% < 100 %"]);
    // All that was selected of the reference is assessed.
    let output = run(&["run", "ws-service/heartbeat/text", "--min-assessed", "100"]);
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
    assert_has(
        &out(&output),
        &["conformant: no required clause that was assessed is violated"],
    );
}

/// A server with this fault or none, whose profile has another token than it knows, or its own.
fn with_token(folder: &Path, fault: &[&str], wrong: bool) -> (Server, String) {
    let profile = folder.join("server.toml");
    let name = profile.display().to_string();
    let server = Server::start(&[fault, &["--profile", &name]].concat());
    let text = fs::read_to_string(&profile).expect("a profile");
    let line = text
        .lines()
        .find(|line| line.starts_with("\"token.valid\""))
        .expect("a token");
    let text = if wrong {
        text.replace(line, &format!("\"token.valid\" = \"{TOKEN}\""))
    } else {
        text.clone()
    };
    fs::write(&profile, text + PATIENT).expect("written");
    (server, name)
}

#[test]
fn a_credential_that_is_refused_in_every_way_is_contradicted_and_accuses_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_server, profile) = with_token(folder.path(), &[], true);
    let recording = folder.path().join("recording").display().to_string();
    let journal = folder.path().join("run.ndjson");
    let report = format!("ndjson={}", journal.display());
    let output = run(&[
        "run",
        "--target",
        &profile,
        "--suite",
        "ws-service",
        "--record",
        &recording,
        "--report",
        &report,
        "ws-service/upgrade/",
        "ws-service/upgrade-rejection/",
    ]);
    assert_eq!(output.status.code(), Some(2), "{}", out(&output));
    let why = "contradicted: token.valid is refused, by status 401 and by status 401";
    assert!(error(&output).starts_with(why), "{}", error(&output));
    assert!(out(&output).starts_with(why), "{}", out(&output));
    assert_has(
        &out(&output),
        &["contradicted: the profile says something that the target denies"],
    );
    assert!(!out(&output).contains("violat"), "{}", out(&output));
    let journal = fs::read_to_string(journal).expect("a journal");
    let ended: serde_json::Value = serde_json::from_str(journal.lines().last().expect("an end")).expect("JSON");
    assert_eq!(ended["conclusion"], "contradicted");
    assert!(ended["contradicted"][0].as_str().expect("a text").starts_with(why));
    // Offline it comes to the same.
    let judged = run(&["judge", &recording]);
    assert_eq!(judged.status.code(), Some(2), "{}", out(&judged));
}

#[test]
fn a_credential_that_is_taken_in_one_way_is_proved_and_its_refusal_in_another_is_the_servers() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_server, profile) = with_token(folder.path(), &["--fault", "ws/header-ignored"], false);
    let output = run(&[
        "run",
        "--target",
        &profile,
        "--suite",
        "ws-service",
        "ws-service/upgrade/",
        "ws-service/token",
    ]);
    assert_eq!(output.status.code(), Some(1), "{}", out(&output));
    assert!(!error(&output).contains("contradicted"), "{}", error(&output));
}
