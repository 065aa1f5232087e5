//! The reference server in this process: the target of a run that names none.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::mpsc,
    thread,
};

use tokio::{runtime, sync::oneshot};

use reference::{self, Variant};

/// The embedded reference server, on a thread of its own until this is dropped.
#[derive(Debug)]
pub struct Embedded {
    profile: mpsc::Receiver<io::Result<String>>,
    /// The server ends with it.
    #[expect(dead_code, reason = "it is dropped, which is all that it is for")]
    alive: oneshot::Sender<()>,
}

impl Embedded {
    /// Starts it on a free port of the loopback interface, and does not wait for it.
    ///
    /// # Errors
    /// When no thread can be had.
    pub fn start(variant: Variant) -> io::Result<Self> {
        let (alive, over) = oneshot::channel::<()>();
        let (told, profile) = mpsc::channel();
        thread::Builder::new().name("reference".into()).spawn(move || {
            let served = runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .and_then(|runtime| {
                    runtime.block_on(async {
                        let options = reference::Options {
                            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
                            variant,
                            clock_offset: 0,
                        };
                        let mut server = reference::bind(options).await?;
                        // Nobody listens if whoever started it is gone already.
                        let _ = told.send(Ok(server.profile()));
                        tokio::select! {
                            biased;
                            _ = over => Ok(()),
                            served = server.serve() => served,
                        }
                    })
                });
            if let Err(error) = served {
                let _ = told.send(Err(error));
            }
        })?;
        Ok(Self { profile, alive })
    }

    /// The profile that it gives of itself, once it listens. It gives it once.
    ///
    /// # Errors
    /// When it has no port.
    pub fn profile(&self) -> io::Result<String> {
        self.profile.recv().map_err(io::Error::other)?
    }
}
