//! One HTTP request and its response, through reqwest if it sends the request as it is written, else by hand.

use std::rc::Rc;

use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};

use super::{
    budget::Budget,
    coding::decoded,
    failure,
    http_exact::{self, KeptAlive},
    http_memory, http_reqwest,
    network::{Medium, Network, Permit},
    outbox::Outbox,
};
use crate::replay::io::Event;
use wire::{
    event::Failure,
    http::{Request, Response},
};

/// A place in the queue for a named connection: it comes from the one before and goes to the one behind.
pub(super) struct Turn {
    pub(super) before: Option<oneshot::Receiver<KeptAlive>>,
    pub(super) behind: oneshot::Sender<KeptAlive>,
}

/// A request to send, and everything it needs for that.
pub(super) struct Exchange {
    pub(super) number: usize,
    pub(super) network: Network,
    pub(super) request: Request,
    pub(super) turn: Option<Turn>,
    pub(super) deadline: Instant,
    pub(super) budget: Rc<Budget>,
    pub(super) permit: Permit,
    pub(super) outbox: Rc<Outbox>,
}

impl Exchange {
    pub(super) async fn run(self) {
        let (exchange, outbox, deadline) = (self.number, Rc::clone(&self.outbox), self.deadline);
        let body_limit = self.network.settings().body_limit;
        let done = timeout_at(deadline, self.send())
            .await
            .unwrap_or_else(|_| Err(failure::timeout("no whole response came in time")));
        outbox.push(match done.and_then(|response| decoded(response, body_limit)) {
            Ok(response) => Event::Responded { exchange, response },
            Err(failure) => Event::ExchangeFailed { exchange, failure },
        });
    }

    async fn send(self) -> Result<Response, Failure> {
        if self.turn.is_none()
            && let Some(request) = http_reqwest::request(&self.request)
        {
            if matches!(self.network.medium(), Medium::Memory(_)) {
                return http_memory::exchange(&self.network, request, self.budget, self.permit).await;
            }
            let client = self.network.client(request.url().scheme() == "https")?;
            let limit = self.network.settings().body_limit;
            return http_reqwest::exchange(&client, request, limit, &self.budget).await;
        }
        let (kept, behind) = match self.turn {
            Some(Turn { before, behind }) => {
                let kept = match before {
                    // If the one before failed, it leaves no connection.
                    Some(before) => before.await.ok(),
                    None => None,
                };
                (kept, Some(behind))
            }
            None => (None, None),
        };
        let (response, kept) =
            http_exact::exchange(&self.network, &self.request, kept, self.budget, self.permit).await?;
        if let (Some(behind), Some(kept)) = (behind, kept) {
            // Nobody behind: the connection ends here.
            let _ = behind.send(kept);
        }
        Ok(response)
    }
}
