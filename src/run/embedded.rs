//! The reference server in this process: the target of a run that names none.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::mpsc,
    thread,
};

use tokio::sync::mpsc::UnboundedSender;

use reference::{self, Variant};

/// The embedded reference server, on a thread of its own until this is dropped.
#[derive(Debug)]
pub struct Embedded {
    /// The profile that it gives of itself.
    pub profile: String,
    /// What to become, and whom to tell that it is done. The server ends with it.
    orders: UnboundedSender<(Variant, mpsc::Sender<()>)>,
}

impl Embedded {
    /// Starts it on a free port of the loopback interface.
    ///
    /// # Errors
    /// When no port or no thread can be had.
    pub fn start(variant: Variant) -> io::Result<Self> {
        let (orders, mut ordered) = tokio::sync::mpsc::unbounded_channel::<(Variant, mpsc::Sender<()>)>();
        let (told, heard) = mpsc::channel();
        thread::Builder::new().name("reference".into()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let served = runtime.and_then(|runtime| {
                runtime.block_on(async {
                    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
                    let mut server = reference::bind(reference::Options {
                        address,
                        variant,
                        clock_offset: 0,
                    })
                    .await?;
                    // Nobody listens if whoever started it is gone already.
                    let _ = told.send(Ok(server.profile()));
                    loop {
                        let order = tokio::select! {
                            biased;
                            order = ordered.recv() => order,
                            served = server.serve() => return served,
                        };
                        let Some((variant, done)) = order else {
                            return Ok(());
                        };
                        server.turn_into(variant, 0);
                        // Whoever ordered it may not wait for it.
                        let _ = done.send(());
                    }
                })
            });
            if let Err(error) = served {
                let _ = told.send(Err(error));
            }
        })?;
        let profile = heard.recv().map_err(io::Error::other)??;
        Ok(Self { profile, orders })
    }

    /// Makes it another server at the same address; every connection to the one before ends.
    ///
    /// # Errors
    /// When it has come to an end.
    pub fn turn_into(&self, variant: Variant) -> io::Result<()> {
        let (done, told) = mpsc::channel();
        self.orders.send((variant, done)).map_err(io::Error::other)?;
        told.recv().map_err(io::Error::other)
    }
}
