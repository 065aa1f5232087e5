//! A server whose answers are a list of delays, in memory and in virtual time: for tests of what a run waits for.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    runtime,
    sync::mpsc,
    task::LocalSet,
    time,
};

use crate::{
    drive::{MemoryStream, Network, Settings, pair},
    run::scheduler::Scheduler,
    suite::Suite,
    tests::fixture::profile,
};

/// After how many milliseconds each connection in turn is answered, if at all; the last goes on.
pub type Answers = &'static [Option<u64>];

/// Nobody is there any more.
pub const NOBODY: Option<u64> = Some(u64::MAX);

async fn answer(mut stream: MemoryStream, after: Option<u64>) {
    let mut buffer = [0; 1024];
    // Whoever asks sends all of it at once.
    let asked = stream.read(&mut buffer).await;
    if let (Ok(1..), Some(after)) = (asked, after) {
        time::sleep(Duration::from_millis(after)).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    }
    // It stays open until the other side has enough.
    while matches!(stream.read(&mut buffer).await, Ok(1..)) {}
}

/// Does something in virtual time with a network where whoever is dialled answers so.
pub fn with<T>(
    answers: Answers,
    suite: &Arc<Suite>,
    text: &str,
    work: impl AsyncFnOnce(Scheduler) -> T,
) -> (T, usize, u64) {
    let runtime = runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    let dialled = Arc::new(AtomicUsize::new(0));
    let counted = dialled.clone();
    LocalSet::new().block_on(&runtime, async move {
        let (arriving, mut arrivals) = mpsc::unbounded_channel();
        tokio::task::spawn_local(async move {
            while let Some((stream, after)) = arrivals.recv().await {
                tokio::task::spawn_local(answer(stream, after));
            }
        });
        let dial = move |_: &str, _| {
            let number = counted.fetch_add(1, Ordering::Relaxed);
            let after = answers.get(number).or(answers.last()).copied().flatten();
            if after == NOBODY {
                return Err(io::ErrorKind::ConnectionRefused.into());
            }
            let (near, far) = pair();
            arriving.send((far, after)).map_err(io::Error::other).map(|()| near)
        };
        let network =
            Network::in_memory(Settings::default(), Duration::ZERO, dial).unwrap_or_else(|error| panic!("{error}"));
        let scheduler = Scheduler::new(std::slice::from_ref(suite), &profile(suite, text), network, 1);
        let began = time::Instant::now();
        let done = work(scheduler).await;
        (done, dialled.load(Ordering::Relaxed), began.elapsed().as_secs())
    })
}
