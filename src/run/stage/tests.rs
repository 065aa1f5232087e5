use super::*;
use reference::FAULTS;

/// How many clauses the faults break that are begun first, second and so on.
fn begun(variants: &[Variant]) -> Vec<usize> {
    let breaks = |at| match variants[at] {
        Variant::Fault(fault) => fault.breaks.len(),
        Variant::Honest | Variant::Reading(_) => 2,
    };
    order(variants).into_iter().map(breaks).collect()
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
