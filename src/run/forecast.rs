//! How long a run will take where its rate decides it: said before it, and what its deadline follows from.

use std::{sync::Arc, time::Duration};

use crate::plan::Plan;

/// What a run may take if nothing is said, and the forecast is shorter.
const DEADLINE: Duration = Duration::from_secs(600);

/// How long these rows need at so many requests a second. What the target takes to answer is not in it.
pub fn at_rate(plans: &[Arc<Plan>], requests_per_second: u32) -> Duration {
    let runs = |plan: &&Arc<Plan>| plan.not_applicable().is_none() && plan.missing().is_empty();
    let requests: usize = plans.iter().filter(runs).map(|plan| plan.requests()).sum();
    Duration::from_secs((requests / requests_per_second.max(1) as usize) as u64)
}

/// The deadline of a run for which none is given: twice the forecast, for a target may be slow, and never less than ten
/// minutes.
pub fn deadline(forecast: Option<Duration>) -> Duration {
    forecast.map_or(DEADLINE, |forecast| DEADLINE.max(forecast * 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        drive::{Network, Settings},
        run::scheduler::Scheduler,
        tests::fixture::{PROFILE, profile, suite_with},
    };

    fn plans(more: &str, steps: &str, profile_text: &str) -> Vec<Arc<Plan>> {
        let case = format!(r#"{{"title": {{"en": "t"}}, {steps}}}"#);
        let suite = suite_with(more, &[("a/b", &case)]);
        let network = Network::new(Settings::default()).unwrap_or_else(|error| panic!("{error}"));
        Scheduler::new(std::slice::from_ref(&suite), &profile(&suite, profile_text), network, 1).plans(|_| true)
    }

    const STEPS: &str = r#""given": [{"open": "a"}], "steps": [
        {"send": "a", "text": "x", "times": 50}, {"send": "a", "ping": "x"}, {"wait": "1h"},
        {"repeat": 40, "as": "i", "steps": [{"request": "r", "requirement": "T-1", "path": "/x"}]}, {"let": {"v": "${old}"}}]"#;

    #[test]
    fn what_takes_a_turn_of_the_rate_is_counted_as_often_as_it_is_sent() {
        // One handshake, fifty messages, forty requests.
        let seconds = |more, profile| at_rate(&plans(more, STEPS, profile), 1).as_secs();
        assert_eq!(seconds("", PROFILE), 91);
        let fence = r#""fence": {"send": {"text": "ping"}, "match": {"text": "pong"}}, "leftover": "T-2","#;
        assert_eq!(seconds(fence, PROFILE), 92);
        // A row that can't be run takes no time.
        assert_eq!(seconds("", &PROFILE.replace("old = ", "# old = ")), 0);
        assert_eq!(at_rate(&plans("", STEPS, PROFILE), 10).as_secs(), 9);
    }

    #[test]
    fn a_deadline_follows_from_the_forecast_where_that_is_long() {
        let minutes = |forecast: Option<u64>| deadline(forecast.map(|minutes| Duration::from_secs(minutes * 60)));
        assert_eq!(minutes(None), Duration::from_secs(600));
        assert_eq!(minutes(Some(5)), Duration::from_secs(600));
        assert_eq!(minutes(Some(17)), Duration::from_secs(34 * 60));
    }
}
