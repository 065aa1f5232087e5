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
    judge::Judgement,
    plan::{self, Need, Plan},
    report,
    run::scheduler::{Embedded, Scheduler},
    run::summary::Run,
    store::{self, Library},
    suite::{Suite, case::duration},
    syntax::diagnostic::Diagnostic,
    syntax::source::Source,
    target::Profile,
    transcript::Cut,
};
use reference::Variant;
use wire::event::FailureKind;

/// Rows at once against the embedded reference: rows that wait keep no other from beginning.
const JOBS_EMBEDDED: usize = 256;
/// Rows at once against another server of this machine: more would time its scheduler, not its protocol.
const JOBS_HERE: usize = 32;
/// Rows at once, connections and requests a second against anybody else, unless the profile says more.
const JOBS_AWAY: usize = 4;
const REQUESTS_AWAY: u32 = 10;

#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    selection: Selection,
    /// The profile of the server to examine (see `init`)
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
    /// The most that the run may take
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "10m")]
    deadline: Duration,
    /// The most that a row may take [default: the profile's `timeouts.case`, or 30s]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    case_timeout: Option<Duration>,
    /// Reach the target through this HTTP proxy; the environment's is never used
    #[arg(long, value_name = "http://HOST:PORT", value_parser = parse_proxy)]
    proxy: Option<Proxy>,
    /// Let the profile's hooks run commands
    #[arg(long, requires = "target")]
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

/// The target of a run.
struct Target {
    name: String,
    profile: Profile,
    /// Alive as long as the target is needed.
    embedded: Option<Embedded>,
}

/// Runs.
pub fn run(options: &Options) -> Result<Exit, Stop> {
    let began = Instant::now();
    let mut library = options.files.load_all()?;
    let mut target = target(options, &library)?;
    if let Some(case) = options.case_timeout {
        target.profile.timeouts.case = case;
    }
    options.files.select(&mut library)?;
    let network = network(options, &target.profile)?;
    let seed = options
        .seed
        .unwrap_or_else(|| u64::from(std::process::id()) ^ unix_now().as_nanos() as u64);
    if options.url.is_some() {
        // A URL is of one protocol; the others have nothing to say about it.
        library
            .suites
            .retain(|suite| target.profile.suites.contains_key(&suite.name));
    }
    let session = Scheduler::new(&library.suites, &target.profile, network.clone(), seed);
    let plans = session.plans(|row| options.selection.chooses(row));
    if plans.is_empty() {
        return Err(Stop::Plain(
            Exit::NothingAssessed,
            "nothing is selected: `conformist list cases` shows the rows".into(),
        ));
    }
    let jobs = options.jobs.map(usize::from);
    let jobs = jobs.unwrap_or(match (&target.embedded, target.profile.is_loopback()) {
        (Some(_), _) => JOBS_EMBEDDED,
        (None, true) => JOBS_HERE,
        (None, false) => JOBS_AWAY,
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Stop::harness)?;
    let job = Job {
        options,
        suites: &library.suites,
        target: &target,
        session: &session,
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

fn target(options: &Options, library: &Library) -> Result<Target, Stop> {
    let interfaces = library.interfaces();
    if let Some(path) = &options.target {
        let text = store::read(path)
            .map_err(|error| Diagnostic::plain(format!("the profile {} can't be read: {error}", path.display())))?;
        let source = Source::new(path.display().to_string(), text);
        let mut profile = Profile::read(&source, &interfaces)?;
        let folder = path.parent().unwrap_or(std::path::Path::new("."));
        let found = profile.supply(|origin| store::secret(origin, folder));
        if !found.is_empty() {
            return Err(found.into());
        }
        if let Some(ca) = &mut profile.ca {
            *ca = folder.join(&*ca);
        }
        return Ok(Target {
            name: path.display().to_string(),
            profile,
            embedded: None,
        });
    }
    if let Some(url) = &options.url {
        let profile = Profile::from_url(url, &interfaces)?;
        // What a URL says beyond its place may be a secret: a password, a token in the query.
        let shown = url.split(['?', '#']).next().unwrap_or_default();
        let shown = match (shown.split_once("://"), shown.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, place))) => format!("{scheme}://{place}"),
            _ => shown.to_owned(),
        };
        return Ok(Target {
            name: shown,
            profile,
            embedded: None,
        });
    }
    let variant = options.variant.find()?;
    let embedded = Embedded::start(variant)
        .map_err(|error| Stop::harness(format!("the reference server can't be started: {error}")))?;
    let source = Source::new("the reference's profile", embedded.profile.clone());
    let profile = Profile::read(&source, &plan::interfaces(&super::known_to_the_reference(library)?))?;
    let name = match variant {
        Variant::Honest => "the embedded reference server".to_owned(),
        Variant::Fault(fault) => format!("the embedded reference server with the fault {}", fault.name),
        Variant::Reading(reading) => format!("the embedded reference server with the reading {}", reading.name),
    };
    Ok(Target {
        name,
        profile,
        embedded: Some(embedded),
    })
}

fn network(options: &Options, profile: &Profile) -> Result<Network, Stop> {
    let here = profile.is_loopback();
    let ca_file = match &profile.ca {
        None => None,
        Some(path) => Some(store::read(path).map(String::into_bytes).map_err(|error| {
            Diagnostic::plain(format!("the certificates {} can't be read: {error}", path.display()))
        })?),
    };
    let defaults = Settings::default();
    Network::new(Settings {
        ca_file,
        connect: profile.timeouts.connect,
        connections: profile
            .limits
            .connections
            .unwrap_or(if here { defaults.connections } else { JOBS_AWAY }),
        requests_per_second: profile.limits.requests_per_second.or((!here).then_some(REQUESTS_AWAY)),
        allow_commands: options.allow_hooks,
        proxy: options.proxy.clone(),
        ..defaults
    })
    .map_err(|error| Diagnostic::plain(error.to_string()).into())
}

struct Job<'a> {
    options: &'a Options,
    suites: &'a [Arc<Suite>],
    target: &'a Target,
    session: &'a Scheduler,
    plans: Vec<Arc<Plan>>,
    jobs: usize,
    seed: u64,
    began: Instant,
}

impl Job<'_> {
    async fn run(self, network: &Network) -> Result<Exit, Stop> {
        let mut signals = Signals::catch().map_err(Stop::harness)?;
        tokio::select! {
            reached = self.reach(network) => reached?,
            number = signals.next() => return Ok(Exit::Signal(number)),
        }
        let mut journals = self.options.reporting.journals()?;
        let suites: Vec<&str> = self.suites.iter().map(|suite| suite.name.as_str()).collect();
        let mut recorder = match &self.options.record {
            Some(folder) => {
                let facts = record::facts(self.session, &self.target.name, self.seed, &suites, self.plans.len());
                Some(Recorder::create(folder, &facts, &mut journals)?)
            }
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
        let interrupt = {
            let mut signalled = signalled.clone();
            let deadline = tokio::time::Instant::from_std(self.began + self.options.deadline);
            async move {
                tokio::select! {
                    Ok(_) = signalled.wait_for(Option::is_some) => Cut::Interrupted,
                    () = tokio::time::sleep_until(deadline) => Cut::RunDeadline,
                }
            }
        };
        let mut rows: Vec<Judgement> = Vec::with_capacity(planned);
        self.session
            .run(self.plans.clone(), self.jobs, interrupt, |mut examined| {
                if let Some(recorder) = &mut recorder {
                    recorder.row(&mut examined);
                }
                journals.line(&report::ndjson::row(&examined.judgement, &levels));
                if let Some(progress) = &progress {
                    progress.inc(1);
                }
                rows.push(examined.judgement);
            })
            .await;
        watcher.abort();
        if let Some(progress) = progress {
            progress.finish_and_clear();
        }
        let signal = *signalled.borrow_and_update();
        rows.sort_by(|a, b| a.row.cmp(&b.row));
        let reported = rows.len();
        let run = Run::new(
            self.target.name.clone(),
            self.suites,
            rows,
            self.began.elapsed(),
            signal.is_some(),
        );
        let exit = match signal {
            Some(number) => Exit::Signal(number),
            None => run.conclusion().into(),
        };
        journals.line(&report::ndjson::ended(&run, exit.code()));
        let recorded = recorder.map_or(Ok(()), |recorder| recorder.end(run.wall, run.interrupted));
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

fn progress(rows: usize) -> Option<Rc<indicatif::ProgressBar>> {
    out::shows_progress().then(|| Rc::new(indicatif::ProgressBar::new(rows as u64)))
}
