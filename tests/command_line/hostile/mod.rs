//! Peers that nobody vouches for: whatever they do, there is a verdict in bounded time and memory, and the rows that follow
//! still run. Each peer is a script; the binary runs against it as a caller would run it.

mod behaviours;
mod certificates;
pub mod peer;

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use behaviours::{Behaviour, Owner, Way};
use peer::Peer;

use crate::binary::{Server, error, out, run};

/// Rows against the peer, in both modes; and rows of the other suite against an honest server, which must conform.
const WEBSOCKET: [&str; 7] = [
    "ws-service/upgrade/query-token",
    "ws-service/upgrade/accept-random",
    "ws-service/upgrade/nothing-unasked",
    "ws-service/heartbeat/text",
    "ws-service/calls/example",
    "ws-service/mark-echo/absent",
    "ws-service/calls/close-answered",
];
const HTTP: [&str; 4] = [
    "gateway/envelope/success-code#guest",
    "gateway/http-surface/reply-is-json",
    "gateway/http-surface/login-of-nobody-served",
    "gateway/http-surface/chunked",
];
/// Runs under way at once: most peers make the harness wait.
const WORKERS_PER_CORE: usize = 4;
/// Time-outs of a run, in milliseconds, and how many times as long they are when it is tried. Short ones keep the test quick. But an honest server
/// on a busy machine may need longer, and then what such a run says of it proves nothing: it is run again, with more time.
const TIMEOUT_FACTORS: [u32; 2] = [1, 8];
const CONNECT: u32 = 800;
const EXPECT: u32 = 600;
const CASE: u32 = 2000;
/// Far beyond every row to its deadline, one after the other: a run that needs it has hung.
const HUNG: &str = "20m";
/// The most memory: what an idle process has, and 64 MiB for each of the rows' connections would be more.
const MOST_MEMORY: u64 = 200;

/// The table that is kept, and what makes it.
const ROBUSTNESS: &str = "docs/robustness.md";
const AGAIN: &str = "CONFORMIST_UPDATE=1 cargo test --test command_line hostile makes it anew";

/// What other tests say, for the docs.
const MORE: &str = "
## Credentials

`cargo test --test command_line leaks` has a server say the token that it was sent in messages, pings, fragments, a close reason, headers of
the handshake, a refusal, a redirect and in what is no response: as it is, percent-encoded (unreserved characters kept or not,
capital and small digits), in hex, in base64 at each of the three places where it may begin (both alphabets), JSON-escaped
(only what must be, or throughout, and once more inside a string), and in two fragments. Then it searches every byte that the
process wrote (standard output and error, the three reports, the recording) for each of these forms.

## Long runs

`cargo test --lib soak` runs ten thousand rows against a peer that behaves in another of these ways on every connection, by a
seed: 41.7 MiB after the first thousand rows, 41.8 MiB after all, no descriptor left.

## Any bytes

`cargo test --lib fuzz` replays the corpus in `fuzz/corpus/` and some hundred random inputs through six targets: frames, heads of
responses, case files, the redactor, the judge over altered transcripts, and the replay of rows against a peer of dice.
`CONFORMIST_FUZZ=1000000 cargo test --release --lib fuzz` tries a million of each; `cargo +nightly fuzz run judge` goes on for as
long as it is let. Found so far: a caret inside of a character of two bytes (mended).
";

/// What became of one behaviour.
struct Outcome {
    name: &'static str,
    verdicts: String,
    owner: Owner,
    exit: i32,
    time: Duration,
    memory: Option<u64>,
}

impl Outcome {
    /// Its line of the table, without the measurements.
    fn line(&self) -> String {
        let owner = match self.owner {
            Owner::Server => "the server",
            Owner::Operator => "the operator",
            Owner::Undecided => "undecided",
            Owner::Nobody => "nobody",
        };
        format!("| {} | {} | {owner} | {}", self.name, self.verdicts, self.exit)
    }
}

/// The most memory that a run had, in MiB, as it says itself.
fn memory(told: &str) -> Option<u64> {
    let lines = told.lines();
    let mut figures = lines.filter_map(|line| {
        line.strip_prefix("memory    at most ")?
            .strip_suffix(" MiB")?
            .parse()
            .ok()
    });
    figures.next()
}

/// An honest server in a process of its own, and the profile that it gives of itself.
struct Honest {
    server: Server,
    profile: String,
}

impl Honest {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("honest.toml");
        let server = Server::start(&["--profile", path.to_str().expect("a path")]);
        Self {
            server,
            profile: fs::read_to_string(path).expect("a profile"),
        }
    }
}

fn profile(behaviour: &Behaviour, honest: &Honest, peer: &Peer, factor: u32) -> String {
    let (address, own) = (peer.address, &honest.server.1);
    let (from, to) = match behaviour.way {
        Way::WebSocket => (format!("ws = \"ws://{own}/ws\""), format!("ws = \"ws://{address}/ws\"")),
        Way::TlsToPlain => (
            format!("ws = \"ws://{own}/ws\""),
            format!("ws = \"wss://{address}/ws\""),
        ),
        Way::Certificate(_) => (
            format!("ws = \"ws://{own}/ws\""),
            format!("ws = \"wss://localhost:{}/ws\"", address.port()),
        ),
        Way::Http => (format!("http = \"http://{own}"), format!("http = \"http://{address}")),
    };
    assert!(honest.profile.contains(&from), "{from} is not in {}", honest.profile);
    let [connect, expect, case] = [CONNECT, EXPECT, CASE].map(|time| format!("\"{}ms\"", time * factor));
    let profile = honest.profile.replace(&from, &to);
    format!("{profile}\n[timeouts]\nconnect = {connect}\nexpect = {expect}\nclose = {expect}\ncase = {case}\n")
}

/// Runs until the machine lets the run be what it should be, or no longer time-outs are left: then what was wrong.
fn examine(behaviour: &Behaviour, honest: &Honest, kept: Option<&[String]>) -> Result<Outcome, String> {
    let mut wrong = String::new();
    for factor in TIMEOUT_FACTORS {
        match examine_with(behaviour, honest, factor) {
            Ok(outcome) => {
                let line = outcome.line();
                let same = |kept: &String| same(behaviour, kept, &line);
                if kept.is_none_or(|kept| kept.iter().any(same)) {
                    return Ok(outcome);
                }
                wrong = format!("{line}\nis not in {ROBUSTNESS}; {AGAIN}");
            }
            Err(why) => wrong = why,
        }
    }
    Err(wrong)
}

/// Whether two lines say the same of a peer. Which rows are over before a flood is too much is chance, and so is whether it keeps
/// the harness so long from its work that a row is inconclusive: neither is part of it.
fn same(behaviour: &Behaviour, kept: &str, now: &str) -> bool {
    let floods = behaviour.script.iter().any(|act| matches!(act, peer::Act::Flood(_)));
    let settled = |line: &str| match floods {
        true => line.replacen("| conforms, ", "| ", 1).replacen("inconclusive, ", "", 1),
        false => line.to_owned(),
    };
    settled(kept) == settled(now)
}

fn examine_with(behaviour: &Behaviour, honest: &Honest, factor: u32) -> Result<Outcome, String> {
    let tls = match behaviour.way {
        Way::Certificate(kind) => Some(certificates::server(kind)),
        _ => None,
    };
    let authority = tls.as_ref().and_then(|(_, authority)| authority.clone());
    let peer = Peer::start(behaviour.script.clone(), tls.map(|(config, _)| config));
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().join("target.toml");
    let journal = folder.path().join("run.ndjson");
    let mut text = profile(behaviour, honest, &peer, factor);
    if let Some(authority) = authority {
        fs::write(folder.path().join("ca.pem"), authority).expect("written");
        text.push_str("\n[tls]\nca = \"ca.pem\"\n");
    }
    fs::write(&target, text).expect("written");
    let report = format!("ndjson={}", journal.display());
    let began = Instant::now();
    let path = target.to_str().expect("a path");
    let chosen = [&WEBSOCKET[..], &HTTP].concat();
    let output = run(&[
        &["run", "--target", path, "--report", &report, "--deadline", HUNG][..],
        &["--exact", "--verbose", "--jobs", "2"],
        &chosen,
    ]
    .concat());
    let time = began.elapsed();
    let told = format!("{}{}", out(&output), error(&output));
    let rows = fs::read_to_string(&journal).unwrap_or_default();
    let rows: Vec<serde_json::Value> = rows
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .filter(|line: &serde_json::Value| line["event"] == "row")
        .collect();
    let (theirs, others) = match behaviour.way {
        Way::Http => ("gateway/", &WEBSOCKET[..]),
        _ => ("ws-service/", &HTTP[..]),
    };
    let verdict = |row: &serde_json::Value| row["verdict"].as_str().expect("a verdict").to_owned();
    let is_theirs = |row: &&serde_json::Value| row["id"].as_str().is_some_and(|id| id.starts_with(theirs));
    let verdicts: BTreeSet<String> = rows.iter().filter(is_theirs).map(verdict).collect();
    let exit = output.status.code().unwrap_or(-1);
    let mut wrong = Vec::new();
    if exit != behaviour.exit {
        wrong.push(format!("exit {exit} and not {}", behaviour.exit));
    }
    let reached = !rows.is_empty();
    if reached {
        let conforming = rows
            .iter()
            .filter(|row| !is_theirs(row) && verdict(row) == "conforms")
            .count();
        if conforming != others.len() {
            wrong.push(format!("{conforming} of {} other rows conform", others.len()));
        }
        for never in ["harness error", "interrupted"] {
            if verdicts.contains(never) {
                wrong.push(format!("a row ends as {never}"));
            }
        }
    }
    if told.contains("the run's deadline passed") {
        wrong.push(format!("it hung for {time:?}"));
    }
    let memory = memory(&told);
    if memory.is_some_and(|memory| memory > MOST_MEMORY) {
        wrong.push(format!("it took {memory:?} MiB"));
    }
    if !told.chars().all(|c| c == '\n' || !c.is_control()) || told.contains('\u{202e}') {
        wrong.push("the report has control characters".into());
    }
    if told
        .lines()
        .any(|line| line.trim_start().starts_with("::") || line.contains("##["))
    {
        wrong.push("the report has an order to a runner".into());
    }
    if !wrong.is_empty() {
        return Err(format!("{}: {}\n{told}", behaviour.name, wrong.join("; ")));
    }
    Ok(Outcome {
        name: behaviour.name,
        verdicts: if reached {
            verdicts.into_iter().collect::<Vec<_>>().join(", ")
        } else {
            "not reached".into()
        },
        owner: behaviour.owner,
        exit,
        time,
        memory,
    })
}

/// The table for the docs.
fn table(outcomes: &[Outcome]) -> String {
    let mut out = String::from(
        "# Robustness\n\nWhat peers do, and what becomes of it: the verdicts of the rows against such a peer, whose failure it \
         is, the exit code, the\ntime and the most memory of the whole run (eleven rows, those of the other suite against an honest \
         server: they conform in each of these).\n\n`CONFORMIST_UPDATE=1 cargo test --test command_line hostile` makes this file; times and memory \
         are those of one machine, with time-outs of\n0.8 s to connect, 0.6 s for a reply and 2 s for a row.\n\n\
         | the peer | verdicts | owner | exit | time | memory |\n|---|---|---|---|---|---|\n",
    );
    for outcome in outcomes {
        let memory = outcome.memory.map(|memory| format!("{memory} MiB")).unwrap_or_default();
        let (line, time) = (outcome.line(), outcome.time.as_secs_f32());
        writeln!(out, "{line} | {time:.1} s | {memory} |").expect("a String");
    }
    out + MORE
}

/// The kept table without its measurements: a line for each peer.
fn kept() -> Vec<String> {
    let table = fs::read_to_string(robustness()).unwrap_or_default();
    let rows = table.lines().filter(|line| line.starts_with("| "));
    rows.skip(1)
        .map(|line| line.split(" | ").take(4).collect::<Vec<_>>().join(" | "))
        .collect()
}

fn robustness() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(ROBUSTNESS)
}

#[test]
fn all_rows_together_stay_within_half_a_gibibyte() {
    let honest = Honest::start();
    let floods = [
        "endless messages of a megabyte",
        "endless empty messages",
        "endless pushes",
    ];
    for flood in behaviours::all()
        .iter()
        .filter(|behaviour| floods.contains(&behaviour.name))
    {
        let peer = Peer::start(flood.script.clone(), None);
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("target.toml");
        fs::write(&target, profile(flood, &honest, &peer, 1)).expect("written");
        let target = target.to_str().expect("a path");
        let output = run(&["run", "--target", target, "--verbose", "mark-echo/t", "calls/"]);
        let told = out(&output);
        let memory = memory(&told).expect("a line about memory");
        eprintln!("{}: {memory} MiB", flood.name);
        assert!(memory < 512, "{}: {memory} MiB", flood.name);
        // Violated, or blocked by preconditions that are.
        assert!(matches!(output.status.code(), Some(1 | 3 | 4 | 0)), "{told}");
        assert!(!told.contains("harness error"), "{told}");
    }
}

#[test]
fn whatever_a_peer_does_there_is_a_verdict_in_bounded_time_and_memory() {
    let behaviours = behaviours::all();
    assert!(behaviours.len() >= 60, "{}", behaviours.len());
    let honest = Honest::start();
    let update = std::env::var_os("CONFORMIST_UPDATE").is_some();
    let kept = kept();
    let wanted = std::env::var("CONFORMIST_PEER").ok();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let results: Mutex<Vec<(usize, Result<Outcome, String>)>> = Mutex::default();
    thread::scope(|scope| {
        for _ in 0..WORKERS_PER_CORE * thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(behaviour) = behaviours.get(at) else { return };
                    if wanted
                        .as_ref()
                        .is_some_and(|wanted| !behaviour.name.contains(wanted.as_str()))
                    {
                        continue;
                    }
                    let result = examine(behaviour, &honest, (!update).then_some(&kept));
                    let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                    if done % 10 == 0 {
                        eprintln!("hostile: {done} of {} peers", behaviours.len());
                    }
                    results.lock().expect("nobody panics").push((at, result));
                }
            });
        }
    });
    let mut results = results.into_inner().expect("nobody panics");
    results.sort_by_key(|(at, _)| *at);
    let mut outcomes = Vec::new();
    let mut failed = Vec::new();
    for (_, result) in results {
        match result {
            Ok(outcome) => outcomes.push(outcome),
            Err(why) => failed.push(why),
        }
    }
    assert!(failed.is_empty(), "{} peers: {}", failed.len(), failed.join("\n\n"));
    if wanted.is_some() {
        return;
    }
    let now = table(&outcomes);
    if update {
        fs::write(robustness(), &now).expect("written");
    } else {
        // Each was found there: none is there besides.
        let names: Vec<&str> = kept.iter().filter_map(|line| line.split(" | ").next()).collect();
        let known: Vec<String> = outcomes.iter().map(|outcome| format!("| {}", outcome.name)).collect();
        assert_eq!(names, known, "{AGAIN}");
    }
}
