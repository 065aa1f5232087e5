use tokio::time::Instant;

use super::*;
use crate::{
    tests::fixture::{PROFILE, suite_with},
    tests::scripted::with,
};

const WAIT: &str = r#"{"title": {"en": "t"}, "given": [{"wait": "1s"}], "steps": []}"#;
const OPEN: &str = r#"{"title": {"en": "t"}, "given": [{"wait": "1s"}, {"open": "a"}], "steps": []}"#;

#[test]
fn the_clock_of_a_suite_is_asked_before_its_rows_and_only_for_them() {
    let cases = [("a/a", OPEN), ("a/b", WAIT)];
    let took = |more: &str, profile: &str, rows: usize| {
        let (took, ..) = with(&[None], &suite_with(more, &cases), profile, async |scheduler| {
            let began = Instant::now();
            let plans = scheduler.plans(|_| true);
            ask(&scheduler, &plans[..rows], &BTreeMap::new()).await;
            began.elapsed().as_secs()
        });
        took
    };
    assert_eq!(took("", PROFILE, 2), 0);
    assert_eq!(took(r#""clock": "t/a/b","#, PROFILE, 2), 1);
    assert_eq!(took(r#""clock": "t/a/b","#, PROFILE, 0), 0);
    // A target that lacks what the clock needs has its rows judged by ours.
    let blind = PROFILE.replace("ws = \"ws://127.0.0.1:1/ws\"", "");
    assert_eq!(took(r#""clock": "t/a/a","#, &blind, 2), 0);
}

fn hints(centre: Option<i64>, date: Option<i64>) -> ClockHints {
    ClockHints { date, centre }
}

#[test]
fn what_the_service_accepts_decides_what_a_date_is_worth() {
    let of = |centre, date| clock(hints(centre, date), 0);
    let hours = 8 * 3600;
    // Our clock is right, whatever the window.
    for centre in [None, Some(0), Some(45), Some(hours)] {
        for date in [-2, 0, 2] {
            assert_eq!(of(centre, Some(date)), Clock::Ahead(0), "{centre:?} {date}");
        }
    }
    // A `Date` that was kept, is local time, or of 1970.
    for date in [-600, hours, -1_790_000_000] {
        assert_eq!(of(Some(0), Some(date)), Clock::Ahead(0), "{date}");
        assert_eq!(of(Some(-5), Some(date)), Clock::Ahead(0), "{date}");
        assert_eq!(of(Some(45), Some(date)), Clock::AheadIfConfirmed(45), "{date}");
    }
    // A clock that is off, and says so itself.
    for ahead in [-600, 4, 37, hours] {
        assert_eq!(of(Some(ahead), Some(ahead)), Clock::Ahead(ahead));
        assert_eq!(of(Some(ahead - 5), Some(ahead)), Clock::Ahead(ahead));
        assert_eq!(of(None, Some(ahead)), Clock::AheadByDate(ahead));
    }
    // One that says nothing.
    assert_eq!(of(Some(6), None), Clock::AheadIfConfirmed(6));
    assert_eq!(of(Some(5), None), Clock::Ahead(0));
    assert_eq!(of(None, None), Clock::Ahead(0));
    // An answer that took three seconds is as old.
    assert_eq!(clock(hints(Some(0), Some(-5)), 3), Clock::Ahead(0));
    assert_eq!(clock(hints(None, Some(3)), 3), Clock::AheadByDate(3));
}

#[test]
fn a_date_alone_is_a_clock_if_it_moves_and_is_no_time_zone() {
    assert!(is_clock(77, Some(77)) && is_clock(-77, Some(-78)));
    // It stands still, it is gone, it is another.
    assert!(!is_clock(77, Some(74)) && !is_clock(77, None) && !is_clock(77, Some(0)));
    for zone in [900, -900, 8 * 3600, -5 * 3600 - 1, 5 * 3600 + 2700 + 2] {
        assert!(!is_clock(zone, Some(zone)), "{zone}");
    }
}
