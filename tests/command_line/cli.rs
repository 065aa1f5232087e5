//! The commands one by one: output, exit codes, signals, files.

use std::{
    fs,
    io::Read as _,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
};

use tokio::net::TcpSocket;

use crate::binary::{PATIENT, Server, assert_has, conformist, copy, error, out, run};

/// So long that nothing else than what is tested can have ended a run.
const ENDLESS: &str = "[timeouts]\nconnect = \"30m\"\nexpect = \"30m\"\ncase = \"30m\"\n";

/// A port on which nobody listens, as long as this is held: it is bound, so that nobody else gets it.
fn closed_port() -> (TcpSocket, u16) {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket
        .bind("127.0.0.1:0".parse().expect("an address"))
        .expect("a free port");
    let port = socket.local_addr().expect("an address").port();
    (socket, port)
}

/// An honest server in a process of its own, with a profile of long time-outs.
fn patient_server(profile: &Path) -> Server {
    let server = Server::start(&["--profile", &profile.display().to_string()]);
    let text = fs::read_to_string(profile).expect("a profile");
    fs::write(profile, text + PATIENT).expect("written");
    server
}

/// The profile of a peer of which no more is known than its address and some token.
fn profile_of(peer: &TcpListener, path: &Path) {
    let address = peer.local_addr().expect("an address");
    let text = format!(
        "[ws-service.endpoints]\nws = \"ws://{address}/ws\"\n[ws-service.credentials]\n\"token.valid\" = \"0123456789\"\n{ENDLESS}"
    );
    fs::write(path, text).expect("written");
}

/// How often the rows that did not conform are run again, few at a time.
const TRIES: usize = 5;

/// The rows that do not conform, by a journal.
fn not_conforming(journal: &Path) -> Vec<String> {
    let lines = fs::read_to_string(journal).expect("a journal");
    let lines = lines.lines().map(|line| serde_json::from_str(line).expect("JSON"));
    let rows = lines.filter(|line: &serde_json::Value| line["event"] == "row" && line["verdict"] != "conforms");
    rows.map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
}

/// Runs these rows, few at a time and with long time-outs; those of them that do not conform.
fn once_more(rows: &[String], folder: &Path) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    let (profile, journal) = (folder.join("patient.toml"), folder.join("again.ndjson"));
    let _server = patient_server(&profile);
    let output = conformist(&["run", "--exact", "--jobs", "2", "--target"])
        .arg(&profile)
        .arg(format!("--report=ndjson={}", journal.display()))
        .args(rows)
        .output()
        .expect("the binary runs");
    assert!(matches!(output.status.code(), Some(0 | 1 | 3)), "{}", error(&output));
    not_conforming(&journal)
}

#[test]
fn the_whole_suite_against_the_reference_exits_0_with_a_summary() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = folder.path().join("run.ndjson");
    let junit = folder.path().join("run.xml");
    let output = conformist(&["run"])
        .args([
            format!("--report=ndjson={}", journal.display()),
            format!("--report=junit={}", junit.display()),
        ])
        // Outside of any checkout: the suites are in the binary.
        .current_dir(folder.path())
        .output()
        .expect("the binary runs");
    assert_has(
        &out(&output),
        &["WS-MARK-3", "GW-RSP-1", "slowest row", "wall", "conformant"],
    );
    // More than a thousand rows at once may be too much for a busy machine. Each conforms as soon as it is let.
    if output.status.code() != Some(0) {
        assert_eq!(output.status.code(), Some(1), "{}{}", out(&output), error(&output));
        let mut left = not_conforming(&journal);
        assert!(!left.is_empty(), "{}", out(&output));
        for _ in 0..TRIES {
            eprintln!("{} rows once more", left.len());
            left = once_more(&left, folder.path());
        }
        assert_eq!(left, Vec::<String>::new(), "{}{}", out(&output), error(&output));
    }
    let lines: Vec<serde_json::Value> = fs::read_to_string(&journal)
        .expect("a journal")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect();
    let events: Vec<&str> = lines.iter().filter_map(|line| line["event"].as_str()).collect();
    assert_eq!(events.first(), Some(&"run-began"));
    assert_eq!(events.last(), Some(&"run-ended"));
    let planned = lines[0]["rows"].as_u64().expect("a number");
    assert_eq!(events.iter().filter(|event| **event == "row").count() as u64, planned);
    assert_has(
        &fs::read_to_string(&junit).expect("a report"),
        &["<testsuites", "ws-service/mark-echo"],
    );
}

#[test]
fn a_fault_exits_1_and_tells_a_server_developer_what_to_do() {
    let output = run(&["run", "--fault", "ws/mark-rounded", "mark-echo/"]);
    assert_eq!(output.status.code(), Some(1));
    assert_has(
        &out(&output),
        &[
            "WS-MARK-4",
            "violated",
            "9007199254740993",
            "9007199254740992",
            "mend",
            "/result/extra/mark",
            "cases/ws-service",
        ],
    );
}

#[test]
fn a_server_that_knows_no_token_is_told_from_one_that_conforms() {
    let server = Server::start(&[]);
    let url = format!("ws://{}/ws", server.1);
    for arguments in [&["--suite", "ws-service"][..], &[]] {
        let output = run(&[&["run", "--url", &url], arguments].concat());
        assert!(
            matches!(output.status.code(), Some(1 | 4)),
            "{}{}",
            out(&output),
            error(&output)
        );
        assert_has(&out(&output), &["not assessed", "needs", "token.valid"]);
        assert!(!out(&output).contains("GW-"), "{}", out(&output));
    }
}

#[test]
fn a_closed_port_exits_3() {
    let (_socket, port) = closed_port();
    let output = run(&["run", "--url", &format!("ws://127.0.0.1:{port}/ws")]);
    assert_eq!(output.status.code(), Some(3), "{}", error(&output));
    assert_has(&error(&output), &["can't be reached"]);
}

#[test]
fn a_typo_in_a_profile_exits_2_with_line_and_caret() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("target.toml");
    fs::write(
        &path,
        "[ws-service.endpoints]\nws = \"ws://127.0.0.1:1/ws\"\n\n[ws-service.credentails]\n",
    )
    .expect("written");
    let output = run(&["run", "--target", &path.display().to_string()]);
    assert_eq!(output.status.code(), Some(2));
    assert_has(
        &error(&output),
        &["target.toml:4:13", "^^^", "credentails", "did you mean `credentials`?"],
    );
}

#[test]
fn broken_case_files_exit_2_with_all_their_mistakes() {
    let folder = tempfile::tempdir().expect("a folder");
    let suite = folder.path().join("ws-service");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/ws-service"), &suite);
    fs::write(
        suite.join("calls/bad.json"),
        "{\n  \"titel\": 1,\n  \"steps\": [{\"sned\": \"a\"}]\n}",
    )
    .expect("written");
    fs::write(suite.join("calls/worse.json"), "{\"title\": }").expect("written");
    for command in ["check", "run"] {
        let output = run(&[command, "--cases", &folder.path().display().to_string()]);
        assert_eq!(output.status.code(), Some(2));
        assert_has(
            &error(&output),
            &[
                "bad.json:2:3",
                "titel",
                "did you mean `title`?",
                "bad.json:3:13",
                "did you mean `send`?",
                "worse.json:1:11",
                "^",
            ],
        );
    }
}

#[test]
fn an_unknown_clause_or_name_in_a_case_is_an_authors_mistake() {
    let folder = tempfile::tempdir().expect("a folder");
    let suite = folder.path().join("ws-service");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/ws-service"), &suite);
    let case = r#"{
  "title": {"en": "x", "zh": "x"},
  "steps": [
    {"open": "a", "query": {"Dev-Token": "${token.vald}"}, "requirement": "WS-UPGRADE-99"},
    {"expect": "b", "requirement": "WS-CALL-6"}
  ]
}"#;
    fs::write(suite.join("calls/bad.json"), case).expect("written");
    let output = run(&["check", "--cases", &folder.path().display().to_string()]);
    assert_eq!(output.status.code(), Some(2));
    assert_has(
        &error(&output),
        &[
            "nothing is called `token.vald`",
            "no clause is called `WS-UPGRADE-99`",
            "no step opens the connection `b`",
        ],
    );
}

#[test]
fn nothing_selected_exits_4() {
    let output = run(&["run", "no-such-row"]);
    assert_eq!(output.status.code(), Some(4));
    assert_has(
        &error(&output),
        &["the filter `no-such-row` chooses no row", "nothing is selected"],
    );
}

#[test]
fn the_path_that_a_report_prints_is_a_filter() {
    let fault = ["run", "--fault", "ws/mark-rounded", "mark-echo/integers"];
    let told = out(&run(&fault));
    let path = told
        .split_whitespace()
        .find(|word| word.starts_with("cases/") && word.contains(".json:"));
    let path = path.expect("a finding's place").trim_end_matches(',');
    let case = path.trim_start_matches("cases/").split(".json").next().expect("its id");
    let of_the_case = out(&run(&["run", "--fault", "ws/mark-rounded", "--exact", case]));
    let output = run(&["run", "--fault", "ws/mark-rounded", path, "--skip", "no-such-row"]);
    assert_eq!(output.status.code(), Some(1));
    let rows = |told: &str| told.lines().find(|line| line.starts_with("rows ")).map(str::to_owned);
    assert!(
        rows(&of_the_case).is_some_and(|rows| rows.contains("violates")),
        "{of_the_case}"
    );
    assert_eq!(rows(&out(&output)), rows(&of_the_case));
    assert_has(&error(&output), &["`--skip no-such-row` leaves out no row"]);
}

#[test]
fn usage_exits_2_and_help_exits_0_with_the_table_that_the_readme_has() {
    assert_eq!(run(&["run", "--jobs", "none"]).status.code(), Some(2));
    assert_eq!(run(&["run", "--report", "pdf=x"]).status.code(), Some(2));
    assert_eq!(run(&["explain", "WS-MARK-99"]).status.code(), Some(2));
    let output = run(&["--help"]);
    assert_eq!(output.status.code(), Some(0));
    let help = out(&output);
    let table = &help[help.find("Exit codes:").expect("a table")..];
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("a README");
    for line in table.lines().skip(1).filter(|line| !line.trim().is_empty()) {
        let (code, text) = line.trim().split_once(' ').expect("a code and its text");
        assert_has(&readme, &[&format!("| {code} | {} |", text.trim())]);
    }
}

#[test]
fn lists_and_explanations_speak_both_languages() {
    let requirements = out(&run(&["list", "requirements"]));
    assert_has(&requirements, &["WS-OFF-5", "GW-HB-12", "excluded"]);
    assert_has(&out(&run(&["list", "cases"])), &["ws-service/mark-echo/types#zero"]);
    assert_has(&out(&run(&["list", "checks"])), &["equals", "schema"]);
    assert_has(&out(&run(&["list", "faults"])), &["ws/mark-rounded"]);
    assert_has(&out(&run(&["list", "formats"])), &["junit"]);
    assert_has(
        &out(&run(&["explain", "WS-MARK-3"])),
        &["ws-service.md:66", "mark-echo/types", "mend"],
    );
    assert_has(&out(&run(&["explain", "WS-MARK-3", "--lang", "zh"])), &["如何"]);
    assert_has(
        &out(&run(&["explain", "ws-service/mark-echo/types#zero"])),
        &["WS-MARK-3"],
    );
}

#[test]
fn init_never_overwrites() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("target.toml");
    let path = path.display().to_string();
    assert_eq!(run(&["init", &path]).status.code(), Some(0));
    let written = fs::read_to_string(&path).expect("a profile");
    assert_eq!(run(&["init", &path]).status.code(), Some(2));
    assert_eq!(fs::read_to_string(&path).expect("a profile"), written);
}

#[test]
fn a_closed_pipe_is_no_panic() {
    let mut child = conformist(&["list", "cases"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    drop(child.stdout.take());
    let mut told = String::new();
    child
        .stderr
        .take()
        .expect("a pipe")
        .read_to_string(&mut told)
        .expect("text");
    assert_eq!(child.wait().expect("an end").code(), Some(0), "{told}");
    assert_eq!(told, "");
}

#[test]
fn a_password_and_a_query_of_a_url_are_not_shown() {
    let server = Server::start(&[]);
    let output = run(&[
        "run",
        "--url",
        &format!("ws://user:hunter22@{}/ws?t=abcdefgh", server.1),
    ]);
    let told = [out(&output), error(&output)].concat();
    assert_has(&told, &[&format!("ws://{}/ws", server.1)]);
    assert!(!told.contains("hunter22") && !told.contains("abcdefgh"), "{told}");
}

/// A run against a peer that accepts and says nothing, with a journal; it is under way once the peer has been called.
fn run_against_silence(folder: &Path) -> (Child, TcpListener) {
    let peer = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let profile = folder.join("target.toml");
    profile_of(&peer, &profile);
    let journal = format!("ndjson={}", folder.join("run.ndjson").display());
    let child = conformist(&[
        "run",
        "--jobs",
        "2",
        "--report",
        &journal,
        "ws-service/upgrade/",
        "--target",
    ])
    .arg(&profile)
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .expect("it runs");
    // The first call asks whether anybody is there; the second is a row's.
    for _ in 0..2 {
        peer.accept().expect("a connection");
    }
    (child, peer)
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(status.success());
}

fn journal(folder: &Path) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(folder.join("run.ndjson")).expect("a journal");
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole
        .lines()
        .map(|line| serde_json::from_str(line).expect("a whole line is JSON"))
        .collect()
}

#[test]
fn an_interrupt_ends_at_once_with_a_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let (child, _peer) = run_against_silence(folder.path());
    signal(&child, "-INT");
    let output = child.wait_with_output().expect("an end");
    assert_eq!(output.status.code(), Some(130));
    assert_has(&out(&output), &["interrupted"]);
    let lines = journal(folder.path());
    assert_eq!(lines.last().expect("a line")["event"], "run-ended");
    assert_eq!(lines.len() as u64, lines[0]["rows"].as_u64().expect("a number") + 2);
}

#[test]
fn a_kill_leaves_a_journal_of_whole_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut child, _peer) = run_against_silence(folder.path());
    signal(&child, "-KILL");
    child.wait().expect("an end");
    let lines = journal(folder.path());
    assert_eq!(lines[0]["event"], "run-began");
    assert!(lines.iter().all(|line| line["event"] != "run-ended"));
}

#[test]
fn secrets_of_a_profile_reach_no_output() {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = folder.path().join("server.toml");
    let server = patient_server(&profile);
    let text = fs::read_to_string(&profile).expect("a profile");
    assert!(text.contains(server.1.rsplit(' ').next().unwrap_or_default()));
    let journal = folder.path().join("run.ndjson");
    let output = conformist(&["run", "--verbose", "--target", &profile.display().to_string()])
        .args(["--report", &format!("ndjson={}", journal.display())])
        .output()
        .expect("the binary runs");
    // Whether all of it conforms is not asked here: a busy machine may keep it from that.
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{}{}",
        out(&output),
        error(&output)
    );
    let journal = fs::read_to_string(&journal).expect("a journal");
    // There was something to hide in: every row was seen, and ended.
    let rows = journal.lines().filter(|line| line.contains(r#""event":"row""#)).count();
    assert!(rows > 1500 && journal.contains("run-ended"), "{rows} rows");
    let everything = [out(&output), error(&output), journal].concat();
    let secrets: Vec<&str> = text
        .split('"')
        .filter(|part| part.len() == 32 && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        .collect();
    assert!(secrets.len() > 64, "{} secrets", secrets.len());
    for secret in secrets {
        assert!(!everything.contains(secret), "{secret} came out");
    }
}

#[test]
fn the_run_has_a_deadline_and_what_it_cuts_is_inconclusive() {
    let folder = tempfile::tempdir().expect("a folder");
    let peer = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let profile = folder.path().join("target.toml");
    profile_of(&peer, &profile);
    let profile = profile.display().to_string();
    let output = run(&[
        "run",
        "--deadline",
        "300ms",
        "--target",
        &profile,
        "ws-service/upgrade/",
    ]);
    assert_eq!(output.status.code(), Some(3), "{}", out(&output));
    assert_has(&out(&output), &["the run's deadline passed"]);
}

#[test]
fn every_clause_is_covered_and_the_docs_say_how() {
    let output = run(&["coverage", "--format", "json"]);
    let all: serde_json::Value = serde_json::from_str(&out(&output)).expect("JSON");
    let suites = all["suites"].as_array().expect("suites");
    assert_eq!(suites.len(), 2);
    for clause in suites
        .iter()
        .flat_map(|suite| suite["clauses"].as_array().expect("clauses"))
    {
        assert!(clause["gap"].is_null(), "{}: {}", clause["id"], clause["gap"]);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/coverage.md");
    let now = out(&run(&["coverage", "--format", "markdown"]));
    if std::env::var_os("CONFORMIST_UPDATE").is_some() {
        fs::write(&path, &now).expect("written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let stale = kept.lines().zip(now.lines()).find(|(kept, now)| kept != now);
    assert!(
        kept == now,
        "docs/coverage.md is stale: CONFORMIST_UPDATE=1 cargo test --test command_line every_clause\n{stale:?}"
    );
    assert_has(&out(&run(&["coverage"])), &["WS-MARK-4", "ws/mark-rounded", "excluded"]);
}
