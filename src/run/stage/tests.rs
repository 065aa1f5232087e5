use super::*;
use reference::{FAULTS, READINGS};

fn trials(variants: &[Variant]) -> Trials<'_, (), ()> {
    Trials {
        variants,
        waiting: Mutex::new(Waiting::new(variants)),
        note: (),
        done: (),
    }
}

/// The weights of variants in the order in which one end takes them.
fn taken(variants: &[Variant], end: End) -> Vec<usize> {
    let trials = trials(variants);
    std::iter::from_fn(|| trials.next(end))
        .map(|(_, variant)| weight(variant))
        .collect()
}

fn fault(breaks: usize) -> Variant {
    let wanted = FAULTS.iter().find(|fault| fault.breaks.len() == breaks);
    Variant::Fault(wanted.unwrap_or_else(|| panic!("one breaks {breaks}")))
}

fn reading(of_other_words: bool) -> Variant {
    let wanted = READINGS
        .iter()
        .find(|reading| reading.shows.is_empty() != of_other_words);
    Variant::Reading(wanted.unwrap_or_else(|| panic!("both kinds are there")))
}

#[test]
fn every_variant_is_tried_once_from_whichever_end() {
    let variants: Vec<Variant> = FAULTS.iter().map(|fault| Variant::Fault(fault)).collect();
    for count in [0, 1, 2, 3, variants.len()] {
        let trials = trials(&variants[..count]);
        let ends = [End::Slow, End::Quick, End::Quick].into_iter().cycle();
        let mut places: Vec<usize> = ends.map_while(|end| Some(trials.next(end)?.0)).collect();
        assert!(trials.next(End::Slow).is_none());
        places.sort_unstable();
        assert_eq!(places, Vec::from_iter(0..count));
    }
}

#[test]
fn one_end_begins_with_what_breaks_most_and_the_other_with_what_breaks_least() {
    let variants = [fault(1), reading(true), fault(3), Variant::Honest, reading(false)];
    assert_eq!(taken(&variants, End::Slow), [3, 2, 2, 1, 0]);
    assert_eq!(
        taken(&variants, End::Quick),
        [1, 2, 2, 3, 0],
        "what takes no time comes last"
    );
}

#[test]
fn a_variant_comes_with_its_place() {
    let variants = [fault(1), fault(3), Variant::Honest];
    let trials = trials(&variants);
    let next = |end| trials.next(end).map(|(at, variant)| (at, weight(variant)));
    assert_eq!(next(End::Slow), Some((1, 3)));
    assert_eq!(next(End::Quick), Some((0, 1)));
    assert_eq!(next(End::Slow), Some((2, 2)));
    assert_eq!(next(End::Slow), None);
}
