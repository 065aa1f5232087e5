//! The fuzz targets, with the corpus and with random bytes. `CONFORMIST_FUZZ=1000000` tries as many inputs of each target.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test has hands and may panic"
)]

use std::{fs, panic::catch_unwind, path::Path};

use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any},
    prop_oneof,
    test_runner::{Config, TestRunner},
};

/// Inputs of each target, if the environment asks for no other number.
const INPUTS: u32 = 300;

fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut all: Vec<_> = files
        .map(|file| {
            let path = file.expect("an entry").path();
            (path.display().to_string(), fs::read(path).expect("a file"))
        })
        .collect();
    all.sort();
    all
}

/// Bytes at random, and inputs of the corpus with random changes.
fn inputs(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let changed = (
        proptest::sample::select(seeds),
        vec((any::<u16>(), any::<u8>()), 0..8),
        0..4_usize,
    );
    let changed = changed.prop_map(|(mut bytes, changes, kind)| {
        for (at, byte) in changes {
            let at = usize::from(at) % (bytes.len() + 1);
            match kind {
                0 => bytes.truncate(at.max(1)),
                1 => bytes.insert(at, byte),
                2 if at < bytes.len() => drop(bytes.remove(at)),
                _ => {
                    if let Some(old) = bytes.get_mut(at) {
                        *old = byte;
                    }
                }
            }
        }
        bytes
    });
    prop_oneof![vec(any::<u8>(), 0..600), changed, Just(Vec::new())]
}

fn drive(name: &str) {
    let (_, target) = super::TARGETS
        .iter()
        .find(|(known, _)| *known == name)
        .expect("the target");
    let corpus = corpus(name);
    assert!(!corpus.is_empty(), "no corpus for {name}");
    for (path, bytes) in &corpus {
        assert!(catch_unwind(|| target(bytes)).is_ok(), "{path} breaks {name}");
    }
    let wanted = std::env::var("CONFORMIST_FUZZ")
        .ok()
        .and_then(|count| count.parse().ok());
    let mut runner = TestRunner::new(Config {
        cases: wanted.unwrap_or(INPUTS),
        failure_persistence: None,
        max_shrink_iters: 2000,
        ..Config::default()
    });
    let seeds = corpus.into_iter().map(|(_, bytes)| bytes).collect();
    runner
        .run(&inputs(seeds), |bytes| {
            target(&bytes);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{name}: {error}"));
}

#[test]
fn frames() {
    drive("frames");
}

#[test]
fn handshake() {
    drive("handshake");
}

#[test]
fn case() {
    drive("case");
}

#[test]
fn redactor() {
    drive("redactor");
}

#[test]
fn judge() {
    drive("judge");
}

#[test]
fn replay() {
    drive("replay");
}
