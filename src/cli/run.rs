//! `run`: replay the suites against a target, report, and choose the exit code.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use clap::Args;
use tokio::{sync::watch, task::LocalSet};
use url::Url;

use super::{
    Files,
    exit::{Exit, Stop},
    out,
    record::{self, Recorder},
    reporting::Reporting,
    select::Selection,
    serve::VariantName,
    signals::Signals,
};
use crate::{
    drive::{self, Network, Proxy, Settings},
    host::{Suites, Target},
    judge::Judgement,
    plan::{Need, Plan, rows},
    report,
    run::embedded::Embedded,
    run::scheduler::{Examined, Scheduler},
    run::summary::Summary,
    run::{
        confirm, forecast,
        preflight::{self, Fitted},
    },
    store,
    suite::Suite,
    syntax::{diagnostic::Diagnostic, text::duration},
    target::Timeouts,
    transcript::Cut,
};
use reference::Variant;
use wire::event::FailureKind;

#[derive(Debug, Args)]
pub struct RunOptions {
    #[command(flatten)]
    selection: Selection,
    /// The profile of the server to examine (see `init`) [default: that of the environment's CONFORMIST_TARGET]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["url", "fault", "reading"])]
    target: Option<PathBuf>,
    /// The URL of a server of which nothing else is known
    #[arg(long, value_name = "URL", conflicts_with_all = ["fault", "reading"])]
    url: Option<String>,
    #[command(flatten)]
    files: Files,
    /// Rows under way at once [default: 256 against the embedded reference, 32 against this machine, else 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    #[command(flatten)]
    reporting: Reporting,
    /// Keep what was seen of every row in this folder, for `judge`
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,
    #[command(flatten)]
    variant: VariantName,
    /// The number that random values are made from, to repeat a run
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// The most that the run may take [default: twice what its rate needs, and at least 10m]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    deadline: Option<Duration>,
    /// The most that a row may take [default: the profile's `timeouts.case`, or 30s]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    case_timeout: Option<Duration>,
    /// Conformant only if so many percent of the clauses were assessed; else the exit code is 4
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(1..=100))]
    min_assessed: Option<u8>,
    /// Reach the target through this HTTP proxy; the environment's is never used
    #[arg(long, value_name = "http://HOST:PORT", value_parser = parse_proxy)]
    proxy: Option<Proxy>,
    /// Let the profile's hooks run commands
    #[arg(long)]
    allow_hooks: bool,
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    duration(text).ok_or_else(|| "expected a number and a unit: 500ms, 30s, 10m".into())
}

fn parse_proxy(text: &str) -> Result<Proxy, String> {
    let url = Url::parse(text).ok().filter(|url| {
        let bare = url.username().is_empty() && url.password().is_none() && matches!(url.path(), "" | "/");
        url.scheme() == "http" && bare && url.query().is_none()
    });
    let place = url.and_then(|url| Some((url.host_str()?.to_owned(), url.port_or_known_default()?)));
    place
        .map(|(host, port)| Proxy { host, port })
        .ok_or_else(|| "expected http://HOST:PORT, with no user, path or query".into())
}

/// Runs.
pub fn run(options: &RunOptions) -> Result<Exit, Stop> {
    let began = Instant::now();
    let subject = Subject::named(options)?;
    let mut suites = options.files.load_wanted(&|case| options.selection.may_choose(case))?;
    let mut target = subject.target(&suites)?;
    if let Some(case) = options.case_timeout {
        target.profile.timeouts.case = case;
    }
    let network = Network::new(Settings {
        allow_commands: options.allow_hooks,
        proxy: options.proxy.clone(),
        ..target.settings()?
    })
    .map_err(|error| Diagnostic::plain(error.to_string()))?;
    let seed = options
        .seed
        .unwrap_or_else(|| u64::from(std::process::id()) ^ unix_now().as_nanos() as u64);
    if options.url.is_some() {
        // A URL is of one protocol; the others have nothing to say about it.
        suites
            .chosen
            .retain(|suite| target.profile.suites.contains_key(&suite.name));
    }
    let scheduler = Scheduler::new(&suites.chosen, &target.profile, network.clone(), seed);
    let plans = scheduler.plans(|row| options.selection.chooses(row));
    let cases = suites.chosen.iter().flat_map(|suite| &suite.cases);
    for idle in options.selection.idle(cases.flat_map(rows)) {
        out::error(&format!("note: {idle}"));
    }
    if plans.is_empty() {
        return Err(Stop::Plain(
            Exit::NothingAssessed,
            "nothing is selected: `conformist list cases` shows the rows".into(),
        ));
    }
    let jobs = options.jobs.map_or_else(|| target.jobs(), usize::from);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Stop::harness)?;
    let job = Job {
        options,
        suites: &suites.chosen,
        target: &target,
        scheduler: &scheduler,
        plans,
        jobs,
        seed,
        began,
    };
    LocalSet::new().block_on(&runtime, job.run(&network))
}

fn unix_now() -> Duration {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default()
}

/// What is to be examined.
enum Subject<'a> {
    Profile(PathBuf),
    Url(&'a str),
    Reference(Embedded, Variant),
}

impl<'a> Subject<'a> {
    /// The one that the command line names, or else the environment.
    fn named(options: &'a RunOptions) -> Result<Self, Stop> {
        let profile = profile(options)?;
        if options.allow_hooks && profile.is_none() {
            let what = "--allow-hooks needs a profile that names hooks: --target FILE";
            return Err(Stop::Plain(Exit::Usage, what.into()));
        }
        Ok(match (profile, &options.url) {
            (Some(path), _) => Self::Profile(path),
            (None, Some(url)) => Self::Url(url),
            (None, None) => {
                let variant = options.variant.find()?;
                Self::Reference(Target::start(variant)?, variant)
            }
        })
    }

    fn target(self, suites: &Suites) -> Result<Target, Stop> {
        Ok(match self {
            Self::Profile(path) => Target::from_profile(&path, suites)?,
            Self::Url(url) => Target::from_url(url, suites)?,
            Self::Reference(embedded, variant) => Target::embedded(embedded, variant, suites)?,
        })
    }
}

/// The profile that is asked for; the environment's, if the command line names no server at all.
fn profile(options: &RunOptions) -> Result<Option<PathBuf>, Stop> {
    if options.target.is_some() || options.url.is_some() || !options.variant.is_honest() {
        return Ok(options.target.clone());
    }
    match std::env::var_os("CONFORMIST_TARGET") {
        Some(path) if path.is_empty() => Err(Stop::Plain(
            Exit::Usage,
            "CONFORMIST_TARGET is set and empty: name a profile, or unset it to examine the embedded reference".into(),
        )),
        path => Ok(path.map(PathBuf::from)),
    }
}

struct Job<'a> {
    options: &'a RunOptions,
    suites: &'a [Arc<Suite>],
    target: &'a Target,
    scheduler: &'a Scheduler,
    plans: Vec<Arc<Plan>>,
    jobs: usize,
    seed: u64,
    began: Instant,
}

impl Job<'_> {
    async fn run(mut self, network: &Network) -> Result<Exit, Stop> {
        let mut signals = Signals::catch().map_err(Stop::harness)?;
        tokio::select! {
            reached = self.reach(network) => reached?,
            number = signals.next() => return Ok(Exit::Signal(number)),
        }
        let mut journals = self.options.reporting.journals()?;
        let suites: Vec<&str> = self.suites.iter().map(|suite| suite.name.as_str()).collect();
        let mut recorder = match &self.options.record {
            Some(folder) => Some(Recorder::create(folder, &mut journals)?),
            None => None,
        };
        journals.line(&report::ndjson::began(&self.target.name, &suites, self.plans.len()));
        let levels = report::ndjson::Levels::of(self.suites);
        let planned = self.plans.len();
        let progress = progress(planned);
        let (heard, mut signalled) = watch::channel(None);
        let watcher = tokio::task::spawn_local(async move {
            let first = signals.next().await;
            // Nobody listens once the run is over.
            let _ = heard.send(Some(first));
            let second = signals.next().await;
            std::process::exit(i32::from(Exit::Signal(second).code()));
        });
        let interrupt = |signalled: &watch::Receiver<Option<u8>>, deadline: Duration| {
            let mut signalled = signalled.clone();
            let deadline = tokio::time::Instant::from_std(self.began + deadline);
            async move {
                tokio::select! {
                    Ok(_) = signalled.wait_for(Option::is_some) => Cut::Interrupted,
                    () = tokio::time::sleep_until(deadline) => Cut::RunDeadline,
                }
            }
        };
        let first = interrupt(&signalled, self.options.deadline.unwrap_or(forecast::DEADLINE));
        let plans = std::mem::take(&mut self.plans);
        let fitted = preflight::fitted(self.scheduler, plans, self.target.is_reference(), first).await;
        for why in &fitted.contradicted {
            out::error(why);
        }
        for note in &fitted.notes {
            out::error(&format!("note: {note}"));
        }
        let interrupt = interrupt(&signalled, self.deadline(network, &fitted));
        let Fitted {
            scheduler,
            plans,
            contradicted,
            ..
        } = fitted;
        if let Some(recorder) = &recorder {
            let facts = record::facts(&scheduler, &self.target.name, self.seed, &suites, &plans, &contradicted);
            recorder.facts(&facts)?;
        }
        let mut rows: Vec<Judgement> = Vec::with_capacity(planned);
        let each = |mut examined: Examined| {
            if let Some(recorder) = &mut recorder {
                recorder.row(&mut examined);
            }
            journals.line(&report::ndjson::row(&examined.judgement, &levels));
            if let Some(progress) = &progress {
                progress.inc(1);
            }
            rows.push(examined.judgement);
        };
        let there = confirm::run(&scheduler, plans, self.jobs, interrupt, each).await;
        watcher.abort();
        if let Some(progress) = progress {
            progress.finish_and_clear();
        }
        if !there {
            out::error("the target is gone: no row has found it for ten seconds, so the rest is not run");
        }
        let signal = *signalled.borrow_and_update();
        rows.sort_by(|a, b| a.row.cmp(&b.row));
        let reported = rows.len();
        let run = Summary {
            min_assessed: self.options.min_assessed.unwrap_or_default(),
            contradicted,
            nobodys: self.target.is_reference() && self.options.variant.is_honest(),
            ..Summary::new(
                self.target.name.clone(),
                self.suites,
                rows,
                self.began.elapsed(),
                signal.is_some(),
            )
        };
        let exit = match signal {
            Some(number) => Exit::Signal(number),
            None => run.conclusion().into(),
        };
        journals.line(&report::ndjson::ended(&run, exit.code()));
        let recorded = recorder.map_or(Ok(()), |recorder| recorder.end(run.wall, signal));
        self.options.reporting.tell(&run, exit, journals).and(recorded)?;
        if let (true, Some(bytes)) = (self.options.reporting.verbose, store::peak_memory()) {
            out::print(&format!("memory    at most {} MiB", bytes.div_ceil(1 << 20))).map_err(Stop::harness)?;
        }
        if planned != reported {
            return Err(Stop::harness(format!(
                "{planned} rows were planned and {reported} reported"
            )));
        }
        Ok(exit)
    }

    /// The most that the run may take. Says what it will take, if its rate or the target makes it long.
    fn deadline(&self, network: &Network, fitted: &Fitted) -> Duration {
        let rows = fitted.plans.len();
        let rate = network.settings().requests_per_second;
        let at_rate = rate.map_or(Duration::ZERO, |rate| forecast::at_rate(&fitted.plans, rate));
        if let Some(rate) = rate.filter(|_| at_rate >= WORTH_SAYING) {
            out::error(&format!(
                "{rows} rows at {rate} requests a second: about {} (limits.requests_per_second in the profile)",
                minutes(at_rate)
            ));
        }
        let usual = &self.target.profile.timeouts;
        let patience = Timeouts {
            reply: fitted.reply,
            ..usual.clone()
        };
        let side_by_side = self.jobs.min(network.settings().connections);
        let answers = forecast::of_answers(&fitted.plans, fitted.reply, side_by_side);
        if patience.answer(None) > usual.answer(None) {
            out::error(&format!(
                "the target takes {:.1} s to answer, and answers are waited for up to {:.1} s: {rows} rows take about {}",
                fitted.reply.as_secs_f64(),
                patience.answer(None).as_secs_f64(),
                minutes(answers)
            ));
        }
        self.options
            .deadline
            .unwrap_or_else(|| forecast::deadline(at_rate.max(answers)))
    }

    /// Whether anybody listens at the endpoints that the selected rows need.
    async fn reach(&self, network: &Network) -> Result<(), Stop> {
        let mut asked = BTreeSet::new();
        for plan in &self.plans {
            for need in &plan.needs {
                let Need::Endpoint(name) = need else { continue };
                let Some(url) = plan.target.endpoints.get(name) else {
                    continue;
                };
                let secure = matches!(url.scheme(), "wss" | "https");
                let port = url.port_or_known_default().unwrap_or_default();
                let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
                if !asked.insert((host.clone(), port)) {
                    continue;
                }
                if let Err(failure) = drive::reach(network, &host, port, secure).await {
                    let what = format!("the target {host}:{port} can't be reached: {}", failure.text);
                    return Err(Stop::Plain(
                        if failure.kind == FailureKind::Harness {
                            Exit::Harness
                        } else {
                            Exit::Inconclusive
                        },
                        what,
                    ));
                }
            }
        }
        Ok(())
    }
}

/// A duration that nobody would wait for in silence.
const WORTH_SAYING: Duration = Duration::from_secs(30);

fn minutes(time: Duration) -> String {
    match time.as_secs() {
        seconds @ ..=90 => format!("{seconds} s"),
        seconds => format!("{} min", seconds.div_ceil(60)),
    }
}

fn progress(rows: usize) -> Option<Rc<indicatif::ProgressBar>> {
    out::shows_progress().then(|| Rc::new(indicatif::ProgressBar::new(rows as u64)))
}
