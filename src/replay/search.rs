//! The bisection: finds the outermost accepted values on both sides of an accepted one.

use super::io::Now;

/// The first step away from the middle, in multiples of the precision.
const FIRST_STEP: i64 = 256;
/// Where an accepted value is looked for if the middle is refused: around it, then at whole hours (a clock in another
/// time zone is the likely reason).
const NEAR: i64 = 500;
const HOUR: i64 = 3600;
const HOURS: i64 = 14;

/// What a reply to a probe meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Inside,
    Outside,
}

/// What the search knows.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    /// Still looking for an accepted value.
    Seeking(usize),
    /// The edge in this direction lies between an accepted and (once known) a refused value.
    Edge {
        sign: i64,
        inside: i64,
        outside: Option<i64>,
        step: i64,
    },
    Done,
}

/// A search in progress; offsets are seconds from its middle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    reach: i64,
    precision: i64,
    stage: Stage,
    middle: i64,
    high: Option<i64>,
    low: Option<i64>,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Probe(i64),
    /// Both edges, `None` for one that is not within reach.
    Found {
        low: Option<i64>,
        high: Option<i64>,
    },
    /// Nothing inside was found.
    Lost,
}

fn candidate(number: usize) -> Option<i64> {
    let number = i64::try_from(number).ok()?;
    let near = 2 * HOUR / NEAR;
    let signed = |n: i64, unit: i64| if n % 2 == 1 { (n + 1) / 2 * unit } else { -n / 2 * unit };
    match number {
        0 => Some(0),
        n if n <= near => Some(signed(n, NEAR)),
        n if n <= near + 2 * HOURS => Some(signed(n - near, HOUR)),
        _ => None,
    }
}

impl Search {
    /// A search over `reach` seconds on both sides, exact to `precision` seconds.
    pub fn new(reach: i64, precision: i64) -> Self {
        Self {
            reach,
            precision,
            stage: Stage::Seeking(0),
            middle: 0,
            high: None,
            low: None,
        }
    }

    /// The next probe, or the end.
    pub fn next(&self) -> Next {
        match self.stage {
            Stage::Seeking(number) => candidate(number).map_or(Next::Lost, Next::Probe),
            Stage::Edge {
                sign,
                inside,
                outside: None,
                step,
            } => Next::Probe(inside + sign * step.min(self.reach - (inside - self.middle) * sign)),
            Stage::Edge {
                inside,
                outside: Some(outside),
                ..
            } => Next::Probe(inside + (outside - inside) / 2),
            Stage::Done => Next::Found {
                low: self.low,
                high: self.high,
            },
        }
    }

    /// Takes the reply to the last probe.
    pub fn take(&mut self, side: Side) {
        let Next::Probe(probe) = self.next() else { return };
        match &mut self.stage {
            Stage::Seeking(number) => match side {
                Side::Outside => *number += 1,
                Side::Inside => {
                    self.middle = probe;
                    self.begin(1);
                }
            },
            Stage::Edge {
                sign,
                inside,
                outside,
                step,
            } => {
                match side {
                    Side::Inside => *inside = probe,
                    Side::Outside => *outside = Some(probe),
                }
                *step *= 2;
                let sign = *sign;
                let edge = match *outside {
                    Some(outside) if (outside - *inside).abs() <= self.precision => Some(Some(*inside)),
                    None if (*inside - self.middle).abs() >= self.reach => Some(None),
                    _ => None,
                };
                match edge {
                    Some(edge) if sign > 0 => {
                        self.high = edge;
                        self.begin(-1);
                    }
                    Some(edge) => {
                        self.low = edge;
                        self.stage = Stage::Done;
                    }
                    None => {}
                }
            }
            Stage::Done => {}
        }
    }

    fn begin(&mut self, sign: i64) {
        self.stage = Stage::Edge {
            sign,
            inside: self.middle,
            outside: None,
            step: FIRST_STEP * self.precision,
        };
    }
}

/// The moment that a probe names: so far from a middle that moves with the time.
pub fn moment(now: Now, around: i64, probe: i64) -> i64 {
    now.unix.as_secs() as i64 + around + probe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(accepts: impl Fn(i64) -> bool) -> (Next, usize) {
        let mut search = Search::new(86_400, 1);
        for probes in 0..200 {
            match search.next() {
                Next::Probe(at) => search.take(if accepts(at) { Side::Inside } else { Side::Outside }),
                end => return (end, probes),
            }
        }
        panic!("the search does not end: {search:?}");
    }

    fn found(low: i64, high: i64) -> Next {
        Next::Found {
            low: Some(low),
            high: Some(high),
        }
    }

    #[test]
    fn both_edges_are_exact_wherever_the_window_is() {
        for (low, high) in [
            (-300, 300),
            (-299, 301),
            (-180, 180),
            (-360, 360),
            (-40, 560),
            (0, 0),
            (-86_000, 3),
        ] {
            let (end, probes) = run(|at| (low..=high).contains(&at));
            assert_eq!(end, found(low, high));
            assert!(probes < 60, "{probes} probes for {low}..={high}");
        }
        let hours = 8 * 3600;
        assert_eq!(
            run(|at| (hours - 300..=hours + 300).contains(&at)).0,
            found(hours - 300, hours + 300)
        );
    }

    #[test]
    fn open_sides_and_closed_doors_are_told() {
        let end = |low, high| Next::Found { low, high };
        assert_eq!(run(|at| at >= -300).0, end(Some(-300), None));
        assert_eq!(run(|at| at <= 300).0, end(None, Some(300)));
        assert_eq!(run(|_| true).0, end(None, None));
        assert_eq!(run(|_| false).0, Next::Lost);
    }
}
