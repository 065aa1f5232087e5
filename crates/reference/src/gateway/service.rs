//! The gateway: what it knows, and what becomes of a call on either transport. Whatever could be done differently is
//! asked of the [`GatewayBehaviour`]; the order of the checks is here and nowhere else.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{
    Access, COMPANY, Exception, GROUP, GatewayBehaviour, GatewayCall, GatewayOutcome, LANG, Params, Sessions,
    TIMESTAMP, TOKEN, TRACE, VERSION,
    catalogue::{self, Admitted, GatewayAct},
    member::{COMPANIES, Members},
};
use crate::clock::{Clock, Stopwatch};

/// The headers that a behaviour may require, in the order of the checks, and what their absence is called. For a missing
/// timestamp no code of its own exists (AMB-B5).
const HEADERS: [(&str, Exception); 7] = [
    (COMPANY, Exception::CompanyMissing),
    (TRACE, Exception::TraceMissing),
    (TIMESTAMP, Exception::HeaderMissing),
    (VERSION, Exception::HeaderMissing),
    (GROUP, Exception::HeaderMissing),
    (LANG, Exception::HeaderMissing),
    (TOKEN, Exception::TokenMissing),
];

/// The gateway and all it remembers.
pub struct Gateway {
    behaviour: Arc<dyn GatewayBehaviour>,
    clock: Clock,
    members: Members,
    sessions: Sessions,
    /// How often the notices were listed, by key.
    counts: Mutex<HashMap<String, u64>>,
    sockets: AtomicU64,
}

impl Gateway {
    /// A gateway that nobody has called.
    pub fn new(behaviour: Arc<dyn GatewayBehaviour>, clock: Clock) -> Self {
        Self {
            behaviour,
            clock,
            members: Members::new(),
            sessions: Sessions::new(clock.now_ms()),
            counts: Mutex::default(),
            sockets: AtomicU64::new(0),
        }
    }

    /// How it decides.
    pub fn behaviour(&self) -> &dyn GatewayBehaviour {
        &*self.behaviour
    }

    /// Its clock.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Those who may log in.
    pub fn members(&self) -> &Members {
        &self.members
    }

    /// Those who have.
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// Counts an execution.
    pub fn count(&self, key: &str) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(key.to_owned()).or_default() += 1;
    }

    /// How many were counted.
    pub fn counted(&self, key: &str) -> u64 {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.get(key).copied().unwrap_or_default()
    }

    /// Numbers a WebSocket; the first is 1.
    pub fn count_socket(&self) -> u64 {
        self.sockets.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Executes a call: what becomes of it, and how long that takes.
    pub fn execute(&self, call: &mut GatewayCall) -> (GatewayOutcome, Duration) {
        call.at_ms = self.clock.now_ms();
        self.behaviour.receive(call);
        let (honest, takes) = self
            .check(call)
            .unwrap_or_else(|exception| (GatewayOutcome::Exception(exception), Duration::ZERO));
        (self.behaviour.decide(call, honest), self.behaviour.delay(call, takes))
    }

    /// The text of a reply that is due.
    pub fn reply(&self, call: &GatewayCall, outcome: &GatewayOutcome, since: Stopwatch) -> String {
        let behaviour = &self.behaviour;
        let (language, trace) = (behaviour.language(call), behaviour.trace(call, outcome));
        let tm = behaviour.tm(call, outcome, since.elapsed());
        let mut reply = outcome.envelope(language, tm, trace, call.biz_type.as_deref());
        behaviour.change_reply(call, outcome, &mut reply);
        behaviour.render(&reply)
    }

    /// The checks, in order: companyId, trace, timestamp, bizType, body, token.
    fn check(&self, call: &GatewayCall) -> Result<(GatewayOutcome, Duration), Exception> {
        let behaviour = &*self.behaviour;
        for (name, missing) in HEADERS {
            match call.header.field(name) {
                None if behaviour.requires(call, name) => return Err(missing),
                Some(_) if matches!(name, COMPANY | TIMESTAMP) && !behaviour.is_long(call, name) => {
                    return Err(Exception::ParamsIllegal);
                }
                _ => {}
            }
        }
        let company = self.company(call)?;
        let service = behaviour.find(call)?;
        let params = match service.act {
            // B:14 names nothing to send.
            GatewayAct::Logout => Params::default(),
            _ => behaviour.params(call)?,
        };
        let member = match service.access {
            Access::Everybody => None,
            Access::Members => Some(behaviour.authenticate(&self.sessions, call, company)?),
        };
        let takes = catalogue::delay(service, &params);
        let admitted = Admitted {
            service,
            params: &params,
            company,
            member: member.map(|(session, token)| (session.member, token)),
        };
        Ok((catalogue::perform(self, admitted)?, takes))
    }

    /// The company that a call names. Where a behaviour does without, the first one is meant.
    fn company(&self, call: &GatewayCall) -> Result<i64, Exception> {
        let first = COMPANIES[0];
        let company = call.header.text(COMPANY).and_then(|text| text.parse().ok());
        match company.unwrap_or(first) {
            company if self.behaviour.knows(company) => Ok(company),
            _ => Err(Exception::AccessDenied),
        }
    }
}
