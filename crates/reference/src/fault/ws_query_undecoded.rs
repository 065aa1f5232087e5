//! A query taken apart by hand. A token that needs no decoding is still found wherever it stands.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    query,
    ws_service::{Conduct, TOKEN},
};

pub const FAULT: Fault = Fault {
    name: "ws/query-undecoded",
    suite: "ws-service",
    text: "The token in the query is compared without percent-decoding it.",
    breaks: &["WS-UPGRADE-8"],
    conduct: Subject::WsService(|| Arc::new(QueryUndecoded)),
};

struct QueryUndecoded;

impl Conduct for QueryUndecoded {
    fn query_token(&self, query: &str) -> Option<String> {
        let (_, value) = query::pairs(query).find(|(name, _)| *name == TOKEN)?;
        Some(value.to_owned())
    }
}
