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
mod ws_calls;
mod ws_handshake;
mod ws_layout;
mod ws_manner;
mod ws_mark_absent;
mod ws_mark_place;
mod ws_mark_value;
mod ws_texts;
mod ws_ts;

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
    &ws_layout::SPACED,
    &ws_layout::PRETTY,
    &ws_layout::REVERSED,
    &ws_layout::ESCAPED,
    &ws_layout::EXTRA,
    &ws_layout::NULLS,
    &ws_mark_absent::NULL,
    &ws_mark_absent::OMITTED,
    &ws_mark_absent::NULL_EVERYWHERE,
    &ws_mark_place::EXTRA,
    &ws_mark_place::RESULT,
    &ws_mark_place::TOP,
    &ws_mark_place::ABSENT,
    &ws_mark_value::ROUNDED,
    &ws_mark_value::RESPELLED,
    &ws_mark_value::ONE_KEPT,
    &ws_mark_value::BOUNDED,
    &ws_mark_value::BESIDE,
    &ws_handshake::DROPPED,
    &ws_handshake::REDIRECTED,
    &ws_handshake::UPGRADED,
    &ws_handshake::EMPTY,
    &ws_handshake::FALLBACK,
    &ws_handshake::ANY_CASE,
    &ws_handshake::LAST,
    &ws_handshake::ONE_SESSION,
    &ws_handshake::KEY,
    &ws_handshake::DRAFT,
    &ws_handshake::OTHER_CASE,
    &ws_calls::LENIENT,
    &ws_calls::NO_OBJECT,
    &ws_calls::SAME_NAME,
    &ws_calls::DUPLICATES,
    &ws_calls::NUMBERS,
    &ws_calls::MEMBERS,
    &ws_calls::ILLEGAL,
    &ws_calls::UNKNOWN,
    &ws_calls::LATER,
    &ws_calls::SIBLING,
    &ws_calls::BEYOND,
    &ws_ts::SERVER_TIME,
    &ws_ts::ABSENT,
    &ws_ts::WRITTEN,
    &ws_ts::ANY_CASE,
    &ws_ts::ILLEGAL_2,
    &ws_ts::ILLEGAL_3,
    &ws_ts::OFFSET,
    &ws_texts::TRANSLATED,
    &ws_texts::ABSENT,
    &ws_manner::OVERTAKING,
    &ws_manner::SLOW,
    &ws_manner::FRAGMENTED,
    &ws_manner::PONGS,
    &ws_manner::BINARY_IGNORED,
    &ws_manner::BINARY_CLOSES,
    &ws_manner::ELSEWHERE,
    &ws_manner::PARTING,
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
