//! The table of readings: each another lawful way to read the document, and the interpretations by which a suite must
//! recognise it.
//!
//! One file a reading, or a family whose members differ by a value, and one row here. No suite may find a violation under
//! any of them; a warning only of a clause whose reading is named.

mod gw_body;
mod gw_header;
mod gw_http;
mod gw_json;
mod gw_left_out;
mod gw_members;
mod gw_pong;
mod gw_route;
mod gw_session;
mod gw_time;
mod gw_ws;
mod ws_layout;
mod ws_mark_absent;

use std::{fmt, sync::Arc};

use super::{gateway::Conduct, variant::Subject};

/// A named reading of the document.
pub struct Reading {
    /// The suite's short name and its own: `ws/mark-null-for-absent`.
    pub name: &'static str,
    /// The suite that is concerned.
    pub suite: &'static str,
    /// How it reads the document, in one sentence.
    pub text: &'static str,
    /// The interpretations that must be recognised: a clause and the name of its reading in the catalogue. None where
    /// there is nothing to tell apart.
    pub shows: &'static [(&'static str, &'static str)],
    /// What does it.
    pub(super) conduct: Subject,
}

impl fmt::Debug for Reading {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)
    }
}

/// A reading of the gateway's document.
const fn gateway(
    name: &'static str,
    text: &'static str,
    shows: &'static [(&'static str, &'static str)],
    make: fn() -> Arc<dyn Conduct>,
) -> Reading {
    Reading {
        name,
        suite: "gateway",
        text,
        shows,
        conduct: Subject::Gateway(make),
    }
}

/// Every reading.
pub const READINGS: &[&Reading] = &[
    &ws_mark_absent::NULL,
    &ws_layout::SPACED,
    &gw_members::EXTRA,
    &gw_body::LENIENT,
    &gw_body::ANY_JSON,
    &gw_body::KNOWN_MEMBERS,
    &gw_body::UNWRAPPED,
    &gw_body::LIMITED,
    &gw_body::LIMITED_BARE,
    &gw_header::TIMESTAMP_OPTIONAL,
    &gw_header::TIMESTAMP_UNREAD,
    &gw_header::FRESH,
    &gw_header::NUMBERS_ONLY,
    &gw_header::TRACE_EMPTY,
    &gw_header::TRACE_PLAIN,
    &gw_header::TRACE_CHANGED,
    &gw_header::TRACE_ONCE,
    &gw_header::VALUES,
    &gw_header::UNKNOWN,
    &gw_header::TOKEN_READ,
    &gw_http::STATUS,
    &gw_http::BARE,
    &gw_http::SERVER_ERROR,
    &gw_http::METHOD_PAGE,
    &gw_http::METHOD_404,
    &gw_http::METHOD_405,
    &gw_http::PATH_404,
    &gw_http::CLOSE,
    &gw_http::CHUNKED,
    &gw_http::TYPE_PLAIN,
    &gw_http::TYPE_MISSING,
    &gw_http::TYPE_BARE,
    &gw_http::TYPE_CHARSET,
    &gw_http::NO_DATE,
    &gw_http::HEADERS,
    &gw_json::PRETTY,
    &gw_json::ESCAPED,
    &gw_json::REVERSED,
    &gw_left_out::ABSENT,
    &gw_left_out::NULL,
    &gw_left_out::MSG_PARAMS,
    &gw_left_out::MSG_PARAMS_EMPTY,
    &gw_pong::MADE_UP,
    &gw_pong::EMPTY,
    &gw_pong::TRACE_TEXT,
    &gw_pong::TIME_ECHOED,
    &gw_pong::CLOCK_OFF,
    &gw_pong::LANG_DEFAULT,
    &gw_pong::LANG_LEFT_OUT,
    &gw_pong::REFUSED,
    &gw_route::ANYWHERE,
    &gw_route::ALIKE,
    &gw_route::TYPE_ANY,
    &gw_route::TYPE_DEMANDED,
    &gw_session::DECIDES,
    &gw_time::SLOW,
    &gw_time::OVERTAKING,
    &gw_time::COUNTED_NOTHING,
    &gw_time::LONGER,
    &gw_ws::BINARY_WORD,
    &gw_ws::BINARY_CLOSES,
    &gw_ws::CLOSES,
    &gw_ws::PASSED_OVER,
    &gw_ws::OBJECT,
    &gw_ws::VERBATIM,
];

/// The reading of that name.
pub fn reading(name: &str) -> Option<&'static Reading> {
    READINGS.iter().copied().find(|reading| reading.name == name)
}
