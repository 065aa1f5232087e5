//! The bisection: finds the outermost accepted values on both sides of an accepted one.

/// The first step away from the middle, in multiples of the precision.
const FIRST_STEP: i64 = 256;
/// Where an accepted value is looked for if the middle is refused: around it, then at whole hours (a clock in another
/// time zone is the likely reason).
const NEAR_SECONDS: i64 = 500;
const HOUR_SECONDS: i64 = 3600;
const HOURS: i64 = 14;

/// What a reply to a probe meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Inside,
    Outside,
}

/// An edge in one direction, which lies between an accepted and (once known) a refused value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Edge {
    sign: i64,
    /// The accepted value that both edges are around.
    middle: i64,
    inside: i64,
    outside: Option<i64>,
    step: i64,
}

/// What the bisection is looking for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BisectStage {
    /// Still an accepted value: the candidate of this number is asked for.
    Middle(usize),
    High(Edge),
    /// The other edge is known.
    Low {
        high: Option<i64>,
        edge: Edge,
    },
}

/// A bisection in progress; offsets are seconds from its middle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bisect {
    reach: i64,
    precision: i64,
    stage: BisectStage,
    /// The value that was asked for last.
    probe: i64,
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
    let near = 2 * HOUR_SECONDS / NEAR_SECONDS;
    let signed = |n: i64, unit: i64| if n % 2 == 1 { (n + 1) / 2 * unit } else { -n / 2 * unit };
    match number {
        0 => Some(0),
        n if n <= near => Some(signed(n, NEAR_SECONDS)),
        n if n <= near + 2 * HOURS => Some(signed(n - near, HOUR_SECONDS)),
        _ => None,
    }
}

impl Bisect {
    /// A bisection over `reach` seconds on both sides, exact to `precision` seconds, and its first probe.
    pub fn new(reach: i64, precision: i64) -> (Self, i64) {
        let probe = 0;
        let bisect = Self {
            reach,
            precision,
            stage: BisectStage::Middle(0),
            probe,
        };
        (bisect, probe)
    }

    /// Takes the reply to the last probe; says the next, or the end.
    pub fn take(&mut self, side: Side) -> Next {
        match (self.stage, side) {
            (BisectStage::Middle(number), Side::Outside) => {
                let Some(probe) = candidate(number + 1) else {
                    return Next::Lost;
                };
                self.stage = BisectStage::Middle(number + 1);
                self.ask(probe)
            }
            (BisectStage::Middle(_), Side::Inside) => self.look(BisectStage::High, self.edge(1, self.probe)),
            (BisectStage::High(mut edge), side) => match edge.take(self, side) {
                None => self.look(BisectStage::High, edge),
                Some(high) => {
                    let low = |edge| BisectStage::Low { high, edge };
                    self.look(low, self.edge(-1, edge.middle))
                }
            },
            (BisectStage::Low { high, mut edge }, side) => match edge.take(self, side) {
                None => self.look(|edge| BisectStage::Low { high, edge }, edge),
                Some(low) => Next::Found { low, high },
            },
        }
    }

    fn edge(&self, sign: i64, middle: i64) -> Edge {
        Edge {
            sign,
            middle,
            inside: middle,
            outside: None,
            step: FIRST_STEP * self.precision,
        }
    }

    fn look(&mut self, stage: impl FnOnce(Edge) -> BisectStage, edge: Edge) -> Next {
        self.stage = stage(edge);
        self.ask(edge.probe(self.reach))
    }

    fn ask(&mut self, probe: i64) -> Next {
        self.probe = probe;
        Next::Probe(probe)
    }
}

impl Edge {
    fn probe(&self, reach: i64) -> i64 {
        let Self {
            sign,
            middle,
            inside,
            step,
            ..
        } = *self;
        match self.outside {
            None => inside + sign * step.min(reach - (inside - middle) * sign),
            Some(outside) => inside + (outside - inside) / 2,
        }
    }

    /// Takes the reply to a probe; the edge, once it is known, which is `None` if it is not within reach.
    fn take(&mut self, bisect: &Bisect, side: Side) -> Option<Option<i64>> {
        match side {
            Side::Inside => self.inside = bisect.probe,
            Side::Outside => self.outside = Some(bisect.probe),
        }
        self.step *= 2;
        match self.outside {
            Some(outside) if (outside - self.inside).abs() <= bisect.precision => Some(Some(self.inside)),
            None if (self.inside - self.middle).abs() >= bisect.reach => Some(None),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(accepts: impl Fn(i64) -> bool) -> (Next, usize) {
        let (mut bisect, mut probe) = Bisect::new(86_400, 1);
        for probes in 1..200 {
            match bisect.take(if accepts(probe) { Side::Inside } else { Side::Outside }) {
                Next::Probe(next) => probe = next,
                end => return (end, probes),
            }
        }
        panic!("the bisection does not end: {bisect:?}");
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
