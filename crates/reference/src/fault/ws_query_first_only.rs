//! A pattern anchored at the question mark. The first parameter is still decoded.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    query,
    ws_service::{Conduct, TOKEN},
};

pub const FAULT: Fault = Fault {
    name: "ws/query-first-only",
    suite: "ws-service",
    text: "The token is only found if it is the first parameter of the query.",
    breaks: &["WS-UPGRADE-8"],
    conduct: Subject::WsService(|| Arc::new(QueryFirstOnly)),
};

struct QueryFirstOnly;

impl Conduct for QueryFirstOnly {
    fn query_token(&self, query: &str) -> Option<String> {
        let first = query.split('&').next()?;
        query::first(first, TOKEN)
    }
}
