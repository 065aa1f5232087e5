//! How long a run will take where its rate decides it: said before it, and what its deadline follows from.

use std::{sync::Arc, time::Duration};

use crate::plan::Plan;

/// What a run may take if nothing is said, and the forecast is shorter.
pub const DEADLINE: Duration = Duration::from_secs(600);

/// How long these rows need at so many requests a second. What the target takes to answer is not in it.
pub fn at_rate(plans: &[Arc<Plan>], requests_per_second: u32) -> Duration {
    let requests: usize = requests(plans).sum();
    Duration::from_secs((requests / requests_per_second.max(1) as usize) as u64)
}

/// How long they need if every request takes so long to be answered, so many rows side by side.
pub fn of_answers(plans: &[Arc<Plan>], reply: Duration, side_by_side: usize) -> Duration {
    let answers = |requests: usize| reply.saturating_mul(u32::try_from(requests).unwrap_or(u32::MAX));
    let longest = requests(plans).max().unwrap_or_default();
    let share = requests(plans).sum::<usize>() / side_by_side.max(1);
    answers(longest.max(share))
}

/// How many requests each row makes that can be run.
fn requests(plans: &[Arc<Plan>]) -> impl Iterator<Item = usize> {
    let runs = |plan: &&Arc<Plan>| plan.not_applicable().is_none() && plan.missing().is_empty();
    plans.iter().filter(runs).map(|plan| plan.requests())
}

/// The deadline of a run for which none is given: twice the forecast, for a target may be slow, and never less than ten
/// minutes.
pub fn deadline(forecast: Duration) -> Duration {
    DEADLINE.max(forecast.saturating_mul(2))
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
    fn what_a_target_takes_to_answer_is_shared_by_rows_side_by_side_but_for_the_longest() {
        let seconds = |side_by_side, rows: usize| {
            let plans = plans("", STEPS, PROFILE);
            let plans: Vec<_> = plans.iter().cycle().take(rows).cloned().collect();
            of_answers(&plans, Duration::from_secs(2), side_by_side).as_secs()
        };
        assert_eq!(seconds(1, 1), 182);
        assert_eq!(seconds(1, 4), 728);
        assert_eq!(seconds(2, 4), 364);
        assert_eq!(seconds(8, 4), 182);
    }

    #[test]
    fn a_deadline_follows_from_the_forecast_where_that_is_long() {
        let minutes = |forecast: u64| deadline(Duration::from_secs(forecast * 60)).as_secs() / 60;
        assert_eq!(minutes(0), 10);
        assert_eq!(minutes(5), 10);
        assert_eq!(minutes(17), 34);
    }
}
