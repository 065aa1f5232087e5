//! Ten thousand rows against a peer that behaves in another way on every connection: nothing grows, nothing is left open.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test has hands and may panic"
)]

use std::{collections::BTreeMap, fs, sync::Arc, time::Instant};

use crate::{
    drive::{Network, Settings},
    plan::{self, Plan},
    run::scheduler::Scheduler,
    store,
    syntax::source::Source,
    target::Profile,
};

#[path = "../../tests/command_line/hostile/behaviours.rs"]
#[expect(dead_code, reason = "the hostile peers use all of it, this test a part")]
mod behaviours;
#[path = "../../tests/command_line/hostile/peer.rs"]
mod peer;

use behaviours::Way;
use peer::Peer;

const ROWS: usize = 10_000;
/// Until everything has been used once: buffers, pools, the allocator's arenas.
const WARM: usize = 1000;
const SEED: u64 = 20_261_122;

/// Behaviours that bring megabytes tell nothing more here, and take their time.
fn is_light(name: &str) -> bool {
    ![
        "endless",
        "without end",
        "MB",
        "megabyte",
        "4 GiB that comes",
        "2,000,000",
        "repeated keys",
        "levels",
        "a while",
    ]
    .iter()
    .any(|large| name.contains(large))
}

/// What the process holds, in KiB, and its descriptors; nothing where the system does not tell.
fn held() -> Option<(u64, usize)> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let memory = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some((memory, fs::read_dir("/proc/self/fd").ok()?.count()))
}

/// The variable that says that this process is the one to measure.
const ALONE: &str = "CONFORMIST_SOAK_ALONE";

/// In a process of its own: what is measured is all that a process holds.
#[test]
fn ten_thousand_rows_leave_nothing_behind() {
    if std::env::var_os(ALONE).is_none() {
        let own = std::env::current_exe().expect("this binary");
        let soaked = std::process::Command::new(own)
            .args([
                "--exact",
                "tests::soak::ten_thousand_rows_leave_nothing_behind",
                "--nocapture",
            ])
            .env(ALONE, "1")
            .output()
            .expect("it starts");
        let told = String::from_utf8_lossy(&soaked.stderr);
        assert!(soaked.status.success(), "{told}");
        eprint!("{told}");
        return;
    }
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().expect("a runtime")
    };
    // The first one opens what all of a process share.
    drop(runtime());
    let before = held();
    let scripts = behaviours::all()
        .into_iter()
        .filter(|behaviour| behaviour.way == Way::WebSocket && is_light(behaviour.name))
        .map(|behaviour| behaviour.script);
    let peer = Peer::of_many(scripts.collect(), SEED, None);
    let library = store::load(None, None).unwrap_or_else(|found| panic!("{}", found[0].render(false)));
    let tokens: Vec<String> = (0..64).map(|number| format!("\"token-{number:08}\"")).collect();
    let text = format!(
        "[ws-service.endpoints]\nws = \"ws://{}/ws\"\n[ws-service.credentials]\n\"token.valid\" = [{}]\n[timeouts]\nconnect = \
         \"200ms\"\nexpect = \"20ms\"\ncase = \"200ms\"\n",
        peer.address,
        tokens.join(", ")
    );
    let profile = Profile::read(&Source::new("target.toml", text), &plan::interfaces(&library.suites));
    let profile = profile.unwrap_or_else(|found| panic!("{}", found[0].render(false)));
    let network = Network::new(Settings::default()).expect("a network");
    let scheduler = Scheduler::new(&library.suites, &profile, network, SEED);
    let chosen = scheduler.plans(|row| {
        let quick = [
            "ws-service/mark-echo/t",
            "ws-service/heartbeat/text",
            "ws-service/upgrade/",
            "ws-service/calls/close",
        ];
        quick.iter().any(|part| row.id.starts_with(part))
    });
    let chosen: Vec<Arc<Plan>> = chosen.into_iter().filter(|plan| plan.missing().is_empty()).collect();
    assert!(chosen.len() > 20, "{}", chosen.len());
    let plans: Vec<Arc<Plan>> = chosen.iter().cycle().take(ROWS).cloned().collect();
    let runtime = runtime();
    let began = Instant::now();
    let (mut ended, mut warm) = (0, None);
    let mut verdicts: BTreeMap<&'static str, usize> = BTreeMap::new();
    runtime.block_on(scheduler.run(plans, 64, std::future::pending(), |examined| {
        ended += 1;
        *verdicts.entry(examined.judgement.verdict.name()).or_default() += 1;
        if ended == WARM {
            warm = held();
        }
    }));
    drop(runtime);
    drop(peer);
    assert_eq!(ended, ROWS);
    assert_eq!(verdicts.get("harness error"), None, "{verdicts:?}");
    assert!(verdicts.len() > 1, "{verdicts:?}");
    let (Some((_, open_before)), Some((warm, _)), Some((now, open))) = (before, warm, held()) else {
        eprintln!("this system does not tell what a process holds");
        return;
    };
    eprintln!(
        "{ROWS} rows in {:?}: {verdicts:?}; {warm} KiB after {WARM}, {now} at the end; {open} descriptors",
        began.elapsed()
    );
    assert!(
        now * 10 <= warm * 11,
        "{warm} KiB after {WARM} rows, {now} after {ROWS}"
    );
    assert!(open <= open_before, "{open_before} descriptors before, {open} after");
}
