//! What is fuzzed: each target takes any bytes, and panics if a promise is broken. `fuzz/fuzz_targets/` drives these
//! with libFuzzer, `tests` with the corpus and with random bytes. Not part of what is shipped.

mod peer;
#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use self::peer::{Dice, play};
use crate::{
    drive::Assembler,
    judge::{Repeated, judge},
    plan::{Plan, interfaces, rows},
    run::embedded::Embedded,
    run::recording::{KeptRow, Line, Recorded},
    store,
    suite::case::{Case, Common},
    syntax::schema::Schemas,
    syntax::source::Source,
    target::Profile,
    transcript::{Cut, Redactor, StepOutcome, Transcript, WireEvent},
};
use reference::Variant;
use wire::{
    frame::Decoder,
    handshake::{Head, read_head},
};

/// Takes any bytes.
pub type Target = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: &[(&str, Target)] = &[
    ("frames", frames),
    ("handshake", handshake),
    ("case", case),
    ("redactor", redactor),
    ("judge", judged),
    ("replay", replayed),
];

const BOUND: usize = 1 << 12;

/// Frames come in pieces, in any pieces, and mean the same; nothing beyond the bound is kept.
pub fn frames(data: &[u8]) {
    let read = |step: usize| {
        let mut decoder = Decoder::new(BOUND);
        let mut assembler = Assembler::new(BOUND);
        let mut seen = Vec::new();
        for piece in data.chunks(step.max(1)) {
            decoder.feed(piece);
            loop {
                match decoder.next_frame() {
                    Ok(Some(frame)) => {
                        assert!(frame.payload.len() <= BOUND);
                        if assembler.take(frame, |received| seen.push(received)).is_err() {
                            return (seen, true);
                        }
                    }
                    Ok(None) => break,
                    Err(_) => return (seen, true),
                }
            }
        }
        (seen, false)
    };
    let whole = read(data.len());
    assert!(whole.0.iter().all(|received| received.payload.len() <= BOUND));
    assert_eq!(whole, read(1), "frames that come byte by byte mean something else");
}

/// A head that is complete stays so, whatever follows it; one that is a part is not malformed yet.
pub fn handshake(data: &[u8]) {
    match read_head(data) {
        Head::Complete { length, .. } => {
            assert!(length <= data.len());
            let alone = read_head(&data[..length]);
            assert!(matches!(alone, Head::Complete { length: again, .. } if again == length));
        }
        Head::Partial => {
            for length in [data.len() / 2, data.len().saturating_sub(1)] {
                let part = read_head(&data[..length]);
                assert!(
                    !matches!(part, Head::Complete { .. }),
                    "a part is complete, the whole is not"
                );
            }
        }
        Head::Malformed(why) => assert!(!why.is_empty()),
    }
}

/// Whatever a case file has in it, there is a case or a list of mistakes that can be shown.
pub fn case(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let source = Source::new("case.json", text.as_ref());
    match Case::read("s/a/case", &source, &Schemas::default(), &Common::default()) {
        Ok(case) => {
            let case = Arc::new(case);
            for row in rows(&case).iter().take(64) {
                assert!(row.id.starts_with("s/a/case"));
            }
        }
        Err(found) => {
            assert!(!found.is_empty(), "no case, and no reason");
            for diagnostic in found {
                assert!(!diagnostic.render(false).is_empty());
            }
        }
    }
}

/// A secret is in nothing that went through the redactor, and a text without it stays as it is.
pub fn redactor(data: &[u8]) {
    let (length, rest) = data
        .split_first()
        .map_or((8, data), |(first, rest)| (usize::from(*first) % 24 + 4, rest));
    let (secret, rest) = rest.split_at(length.min(rest.len()));
    let secret = String::from_utf8_lossy(secret).into_owned();
    let mut redactor = Redactor::default();
    redactor.hide("0", &secret);
    let mut bytes = rest.to_vec();
    bytes.extend_from_slice(secret.as_bytes());
    bytes.extend_from_slice(rest);
    let before = bytes.clone();
    redactor.bytes(&mut bytes);
    // What stands for it may make it again only if it is a part of what stands for it.
    let stands = "‹0, encoded›‹0›";
    if secret.len() >= 4 && !has(stands.as_bytes(), secret.as_bytes()) && !touches(stands, &secret) {
        assert!(!has(&bytes, secret.as_bytes()), "{secret:?} is still in {bytes:?}");
    }
    if secret.len() < 4 {
        assert_eq!(bytes, before);
    }
    let mut text = String::from_utf8_lossy(rest).into_owned();
    redactor.text(&mut text);
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Whether a secret could be made of the end or the beginning of a placeholder and something beside it.
fn touches(stands: &str, secret: &str) -> bool {
    secret.bytes().any(|byte| stands.as_bytes().contains(&byte))
}

fn all_plans() -> &'static [Arc<Plan>] {
    static PLANS: OnceLock<Vec<Arc<Plan>>> = OnceLock::new();
    PLANS.get_or_init(|| {
        let library = store::load(None, None).unwrap_or_else(|found| panic!("{}", found[0].render(false)));
        let embedded = Embedded::start(Variant::Honest).unwrap_or_else(|error| panic!("{error}"));
        let source = Source::new("profile", embedded.profile().unwrap_or_else(|error| panic!("{error}")));
        let profile = Profile::read(&source, &interfaces(&library.suites))
            .unwrap_or_else(|found| panic!("{}", found[0].render(false)));
        let mut plans = Vec::new();
        for suite in &library.suites {
            let target = Arc::new(profile.suite(&suite.name));
            // The few rows of many thousand steps would eat the time of all others.
            let all = suite
                .cases
                .iter()
                .flat_map(rows)
                .map(|row| Plan::new(row, suite, &target));
            plans.extend(all.filter(|plan| plan.script.instances.len() < 60).map(Arc::new));
        }
        plans
    })
}

/// A transcript is judged the same again, and after it was saved and loaded.
fn finished(plan: &Arc<Plan>, transcript: &Transcript) {
    let judgement = judge(plan, transcript);
    assert_eq!(judgement, judge(plan, transcript));
    let recorded = Recorded {
        row: plan.row.id.clone(),
        steps: "fingerprint".into(),
        kept: KeptRow::Transcript(transcript.clone()),
        repeated: Repeated::default(),
    };
    let line = Line::Row(recorded).write();
    assert!(!line.contains('\n'));
    let Ok(Line::Row(Recorded {
        kept: KeptRow::Transcript(loaded),
        ..
    })) = Line::read(&line)
    else {
        panic!(
            "{}: the transcript can't be read back: {:?}",
            plan.row.id,
            Line::read(&line)
        );
    };
    assert_eq!(*transcript, loaded);
    assert_eq!(judgement, judge(plan, &loaded));
}

/// A row finishes whatever comes, and what was seen can be judged.
pub fn replayed(data: &[u8]) {
    let mut dice = Dice(data);
    let plans = all_plans();
    let plan = &plans[dice.below(plans.len())];
    let transcript = play(plan, &mut dice);
    finished(plan, &transcript);
    for secret in plan.leases().map(|(name, _)| format!("secret-of-{name}")) {
        let shown = format!("{transcript:?}");
        assert!(
            !shown.contains(&secret),
            "{}: {secret} is in the transcript",
            plan.row.id
        );
    }
}

/// A transcript that is not what it was, cut, shuffled and altered, is judged all the same.
pub fn judged(data: &[u8]) {
    let mut dice = Dice(data);
    let plans = all_plans();
    let plan = &plans[dice.below(plans.len())];
    let mut transcript = play(plan, &mut dice);
    for _ in 0..dice.byte() % 8 + 1 {
        let count = transcript.entries.len();
        if count == 0 {
            break;
        }
        let (at, other) = (dice.below(count), dice.below(count));
        match dice.byte() % 7 {
            0 => drop(transcript.entries.remove(at)),
            1 => transcript.entries.swap(at, other),
            2 => {
                let copy = transcript.entries[at].clone();
                transcript.entries.insert(other, copy);
            }
            3 => transcript.entries.truncate(at),
            4 => {
                transcript.cut = [
                    None,
                    Some(Cut::Deadline),
                    Some(Cut::RunDeadline),
                    Some(Cut::Interrupted),
                ][dice.below(4)]
            }
            5 => transcript.entries[at].at = u64::MAX,
            _ => match &mut transcript.entries[at].what {
                WireEvent::Step(finished) => {
                    finished.step = dice.below(70);
                    finished.outcome = match dice.byte() % 6 {
                        0 => StepOutcome::Took(dice.below(1000)),
                        1 => StepOutcome::Nothing {
                            ended: true,
                            within_ms: None,
                        },
                        2 => StepOutcome::Disturbed(vec![dice.below(1000)]),
                        3 => StepOutcome::Leftover(vec![dice.below(1000), other]),
                        4 => StepOutcome::Broken("it broke".into()),
                        _ => StepOutcome::Done,
                    };
                    finished.values.truncate(1);
                }
                WireEvent::Received { received, .. } => received.payload = dice.bytes(),
                _ => {}
            },
        }
    }
    finished(plan, &transcript);
}
