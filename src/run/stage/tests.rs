use super::*;
use reference::{FAULTS, READINGS};

/// What is begun first, second and so on, by its weight.
fn begun(variants: &[Variant]) -> Vec<usize> {
    order(variants).into_iter().map(|at| weight(variants[at])).collect()
}

#[test]
fn every_variant_is_begun_once() {
    let variants: Vec<Variant> = FAULTS.iter().map(|fault| Variant::Fault(fault)).collect();
    for count in [0, 1, 2, 3, variants.len()] {
        let mut places = order(&variants[..count]);
        places.sort_unstable();
        assert_eq!(places, Vec::from_iter(0..count));
    }
}

#[test]
fn what_breaks_most_begins_first_beside_what_breaks_least() {
    let mut by_breaks: Vec<Vec<Variant>> = vec![Vec::new(); 4];
    for fault in FAULTS.iter() {
        if let Some(some) = by_breaks.get_mut(fault.breaks.len()) {
            some.push(Variant::Fault(fault));
        }
    }
    let [one, three] = [1, 3].map(|breaks| by_breaks[breaks][0]);
    assert_eq!(begun(&[one, one, three, three]), [3, 1, 3, 1]);
    assert_eq!(begun(&[one, three, Variant::Honest]), [3, 2, 1]);
    assert_eq!(begun(&[one, Variant::Honest, three, one, three]), [3, 2, 3, 1, 1]);
}

#[test]
fn a_reading_of_other_words_ends_the_proof_and_one_of_other_times_does_not() {
    let reading = |other_words: bool| {
        let wanted = READINGS.iter().find(|reading| reading.shows.is_empty() != other_words);
        Variant::Reading(wanted.unwrap_or_else(|| panic!("both kinds are there")))
    };
    let one = Variant::Fault(
        FAULTS
            .iter()
            .find(|fault| fault.breaks.len() == 1)
            .unwrap_or_else(|| panic!("most are such")),
    );
    assert_eq!(begun(&[reading(true), one, one, reading(false)]), [2, 1, 1, 0]);
}

#[test]
fn variants_are_handed_out_in_order_until_there_is_none() {
    let variants = [Variant::Honest, Variant::Fault(FAULTS[0])];
    let trials = Trials {
        variants: &variants,
        order: vec![1, 0],
        next: AtomicUsize::new(0),
        note: (),
        done: (),
    };
    let next = || {
        trials
            .next()
            .map(|(at, variant)| (at, matches!(variant, Variant::Honest)))
    };
    assert_eq!(next(), Some((1, false)));
    assert_eq!(next(), Some((0, true)));
    assert_eq!(next(), None);
    assert_eq!(next(), None);
}
