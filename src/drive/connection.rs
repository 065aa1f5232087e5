//! One WebSocket connection from its dial to its end.

use std::{cell::Cell, rc::Rc};

use tokio::{
    io::AsyncWriteExt as _,
    time::{Instant, timeout_at},
};

use super::{
    budget::Budget,
    connect::connect,
    failure, frame_mode,
    head::{head, refusal, while_writing},
    inbox::Inbox,
    message_mode,
    network::{Network, Permit},
    outbox::Outbox,
    socket::Socket,
    tap::Tap,
};
use crate::replay::io::{Dial, Event};
use wire::{event::Failure, http::Response};

/// A connection to make, and everything it needs for that.
pub(super) struct WebSocketConnection {
    pub(super) number: usize,
    pub(super) network: Network,
    pub(super) dial: Dial,
    pub(super) deadline: Instant,
    pub(super) budget: Rc<Budget>,
    pub(super) permit: Permit,
    pub(super) inbox: Rc<Inbox>,
    pub(super) outbox: Rc<Outbox>,
}

impl WebSocketConnection {
    /// Lives the connection's life. If it is dropped before it is open, nothing more is heard of it.
    pub(super) async fn run(self) {
        let Self {
            number: connection,
            network,
            dial,
            deadline,
            budget,
            permit,
            inbox,
            outbox,
        } = self;
        let opening = async {
            match open(&network, &dial, deadline, budget, permit).await {
                Err(failure) => Err(Event::OpenFailed { connection, failure }),
                Ok((socket, rest, response)) if response.status == 101 => Ok((socket, rest, response)),
                Ok((mut socket, rest, mut response)) => {
                    response.body = refusal(&mut socket, rest, &response, deadline).await;
                    Err(Event::Opened { connection, response })
                }
            }
        };
        let opened = tokio::select! {
            biased;
            opened = opening => opened,
            () = inbox.dropped() => return,
        };
        let (socket, rest, response) = match opened {
            Ok(open) => open,
            Err(event) => return outbox.push(event),
        };
        outbox.push(Event::Opened { connection, response });
        let limit = network.settings().message_limit;
        let tap = Tap::new(socket, &rest);
        let ended = if dial.message_mode {
            message_mode::talk(tap, rest, connection, limit, &inbox, &outbox).await
        } else {
            frame_mode::talk(tap, rest, connection, limit, &inbox, &outbox).await
        };
        outbox.push(Event::Ended { connection, ended });
    }
}

async fn open(
    network: &Network,
    dial: &Dial,
    deadline: Instant,
    budget: Rc<Budget>,
    permit: Permit,
) -> Result<(Socket, Vec<u8>, Response), Failure> {
    let waiting_for = Cell::new("the connection was not made in time");
    let opening = async {
        let mut socket = connect(network, &dial.host, dial.port, dial.secure, budget, permit).await?;
        waiting_for.set("no response to the handshake came in time");
        let mut rest = Vec::new();
        let (response, written) = while_writing(&mut socket, &dial.request, async |reader| {
            head(reader, &mut rest, network.settings().handshake_limit).await
        })
        .await;
        let response = response?;
        if let Some(unwritten) = dial.request.get(written..).filter(|rest| !rest.is_empty()) {
            // The case sends frames behind its request, and the peer did not wait for them. If they can't be written, the
            // end of the connection will tell.
            waiting_for.set("the peer does not read what follows the handshake");
            let _ = socket.write_all(unwritten).await;
            let _ = socket.flush().await;
        }
        Ok((socket, rest, response))
    };
    timeout_at(deadline, opening)
        .await
        .unwrap_or_else(|_| Err(failure::timeout(waiting_for.get())))
}
