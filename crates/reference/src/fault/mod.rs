//! The table of faults: each a mistake that real servers make, and the clauses it must break.
//!
//! One file a fault, or a family whose members differ by a value, and one row here. A fault overrides as little of the
//! honest conduct as it can, so that it breaks few clauses; it must never make the server untestable elsewhere.

mod gw_amends;
mod gw_body_carried;
mod gw_body_illegal;
mod gw_body_missing;
mod gw_body_particular;
mod gw_code;
mod gw_content_type;
mod gw_envelope;
mod gw_exception_data;
mod gw_exception_told;
mod gw_header_demanded;
mod gw_header_long;
mod gw_header_optional;
mod gw_header_spelling;
mod gw_http_all;
mod gw_keep_alive;
mod gw_kept;
mod gw_lang_default;
mod gw_link;
mod gw_logout_spreads;
mod gw_method_executes;
mod gw_msg_params;
mod gw_ping;
mod gw_pong;
mod gw_reply_text;
mod gw_route_missing;
mod gw_tm;
mod gw_token_leniency;
mod gw_token_unread;
mod gw_trace;
mod gw_trace_crossed;
mod gw_trace_odd;
mod gw_unknown_service;
mod gw_ws_all;
mod gw_ws_frames;
mod gw_ws_handshake;
mod gw_ws_header;
mod gw_ws_order;
mod gw_ws_replies;
mod gw_ws_shape;
mod gw_ws_stray;
mod gw_ws_unreadable;
mod gw_ws_word;
mod ws_accept_canned;
mod ws_binary_crash;
mod ws_close;
mod ws_code_text;
mod ws_codes;
mod ws_error_code_text;
mod ws_error_code_unlisted;
mod ws_extension_unasked;
mod ws_extra_ts_milliseconds;
mod ws_failure_says_ok;
mod ws_failure_with_data;
mod ws_fragments_apart;
mod ws_frame;
mod ws_greeting;
mod ws_handshake;
mod ws_header_ignored;
mod ws_header_spelling;
mod ws_heartbeat;
mod ws_index_object;
mod ws_lapse;
mod ws_locked_out;
mod ws_malformed_disconnects;
mod ws_malformed_silent;
mod ws_mark_crossed;
mod ws_mark_cut_off;
mod ws_mark_falsy_dropped;
mod ws_mark_invented;
mod ws_mark_missing_in_failures;
mod ws_mark_missing_in_rejections;
mod ws_mark_negative_refused;
mod ws_mark_null_text;
mod ws_mark_object_to_array;
mod ws_mark_object_to_list;
mod ws_mark_rounded;
mod ws_mark_stale;
mod ws_mark_stringified;
mod ws_mark_used_once;
mod ws_mark_zero_null;
mod ws_members_later;
mod ws_offline_banned;
mod ws_offline_cut;
mod ws_offline_late;
mod ws_offline_maintenance_swapped;
mod ws_offline_mark;
mod ws_offline_stays;
mod ws_offline_wrong_code;
mod ws_other_error_silent;
mod ws_other_error_truncated;
mod ws_overlap;
mod ws_params_list_accepted;
mod ws_parting;
mod ws_path_any;
mod ws_ping_amid_ignored;
mod ws_ping_as_call;
mod ws_ping_limit;
mod ws_ping_opcode_as_text;
mod ws_ping_text_as_opcode;
mod ws_ping_text_doubled;
mod ws_ping_text_once;
mod ws_pong_answered;
mod ws_pong_empty;
mod ws_pong_shouted;
mod ws_push;
mod ws_push_after_unsubscribe;
mod ws_push_code_200;
mod ws_push_mark;
mod ws_push_msg_ok;
mod ws_push_takes_reply;
mod ws_query_first_only;
mod ws_query_undecoded;
mod ws_reading_calls;
mod ws_refusal_resets_another;
mod ws_rejection_binary;
mod ws_rejection_with_data;
mod ws_reply_code_1200;
mod ws_reply_doubled;
mod ws_reply_overtaken_lost;
mod ws_reply_strayed;
mod ws_server_pings;
mod ws_success_msg_null;
mod ws_token_case_folded;
mod ws_token_cut_off;
mod ws_token_header_identity;
mod ws_token_header_outranks;
mod ws_token_header_vetoes;
mod ws_token_missing_accepted;
mod ws_token_places;
mod ws_token_refused_late;
mod ws_token_standing;
mod ws_token_trimmed;
mod ws_token_unpaid_refused;
mod ws_ts_falsy_skipped;
mod ws_ts_first_call;
mod ws_ts_milliseconds;
mod ws_ts_optional;
mod ws_ts_top_level;
mod ws_unknown_action_failure;
mod ws_unknown_members_refused;
mod ws_unpaid_disconnects;
mod ws_unpaid_served;
mod ws_upgrade_any_version;
mod ws_upgrade_connection_missing;
mod ws_upgrade_unasked;
mod ws_window;
mod ws_worn;

use std::fmt;

use super::variant::Subject;

/// A named mistake.
pub struct Fault {
    /// The suite's short name and its own: `ws/mark-rounded`.
    pub name: &'static str,
    /// The suite that must notice.
    pub suite: &'static str,
    /// Which mistake of the real world it is, in one sentence.
    pub text: &'static str,
    /// The clauses that it breaks.
    pub breaks: &'static [&'static str],
    /// What does it.
    pub(super) conduct: Subject,
}

impl fmt::Debug for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)
    }
}

/// Every fault.
pub const FAULTS: &[&Fault] = &[
    &ws_accept_canned::FAULT,
    &ws_upgrade_any_version::FAULT,
    &ws_upgrade_unasked::FAULT,
    &ws_extension_unasked::FAULT,
    &ws_path_any::FAULT,
    &ws_query_undecoded::FAULT,
    &ws_query_first_only::FAULT,
    &ws_token_missing_accepted::FAULT,
    &ws_token_standing::EXPIRED,
    &ws_token_standing::REVIEW,
    &ws_token_standing::NOPERMISSION,
    &ws_token_case_folded::FAULT,
    &ws_token_trimmed::FAULT,
    &ws_token_cut_off::FAULT,
    &ws_token_header_outranks::FAULT,
    &ws_token_header_vetoes::FAULT,
    &ws_token_header_identity::FAULT,
    &ws_token_unpaid_refused::FAULT,
    &ws_token_refused_late::FAULT,
    &ws_refusal_resets_another::FAULT,
    &ws_ping_text_as_opcode::FAULT,
    &ws_ping_opcode_as_text::FAULT,
    &ws_pong_empty::FAULT,
    &ws_ping_text_once::FAULT,
    &ws_ping_text_doubled::FAULT,
    &ws_pong_shouted::FAULT,
    &ws_ping_as_call::FAULT,
    &ws_ping_amid_ignored::FAULT,
    &ws_pong_answered::FAULT,
    &ws_server_pings::FAULT,
    &ws_window::SIX_MINUTES,
    &ws_window::THREE_MINUTES,
    &ws_window::FUTURE,
    &ws_window::PAST,
    &ws_window::SHIFTED,
    &ws_ts_milliseconds::FAULT,
    &ws_ts_first_call::FAULT,
    &ws_ts_optional::FAULT,
    &ws_ts_top_level::FAULT,
    &ws_ts_falsy_skipped::FAULT,
    &ws_mark_rounded::FAULT,
    &ws_mark_object_to_array::FAULT,
    &ws_mark_object_to_list::FAULT,
    &ws_mark_falsy_dropped::FAULT,
    &ws_mark_zero_null::FAULT,
    &ws_mark_null_text::FAULT,
    &ws_mark_stringified::FAULT,
    &ws_mark_invented::FAULT,
    &ws_mark_cut_off::FAULT,
    &ws_mark_missing_in_failures::FAULT,
    &ws_mark_missing_in_rejections::FAULT,
    &ws_mark_crossed::FAULT,
    &ws_mark_used_once::FAULT,
    &ws_unknown_action_failure::FAULT,
    &ws_malformed_disconnects::FAULT,
    &ws_malformed_silent::FAULT,
    &ws_unpaid_disconnects::FAULT,
    &ws_unpaid_served::FAULT,
    &ws_unknown_members_refused::FAULT,
    &ws_reply_doubled::FAULT,
    &ws_reply_overtaken_lost::FAULT,
    &ws_reply_strayed::FAULT,
    &ws_header_spelling::FAULT,
    &ws_worn::REPLIES,
    &ws_worn::MARKS,
    &ws_code_text::FAULT,
    &ws_error_code_text::FAULT,
    &ws_offline_maintenance_swapped::FAULT,
    &ws_error_code_unlisted::FAULT,
    &ws_failure_with_data::FAULT,
    &ws_rejection_with_data::FAULT,
    &ws_failure_says_ok::FAULT,
    &ws_extra_ts_milliseconds::FAULT,
    &ws_index_object::FAULT,
    &ws_reply_code_1200::FAULT,
    &ws_push_code_200::FAULT,
    &ws_push_msg_ok::FAULT,
    &ws_push_mark::FAULT,
    &ws_push_after_unsubscribe::FAULT,
    &ws_push_takes_reply::FAULT,
    &ws_offline_stays::FAULT,
    &ws_offline_late::FAULT,
    &ws_offline_cut::FAULT,
    &ws_offline_mark::FAULT,
    &ws_offline_banned::FAULT,
    &ws_offline_wrong_code::FAULT,
    &ws_other_error_silent::FAULT,
    &ws_other_error_truncated::FAULT,
    &ws_header_ignored::FAULT,
    &ws_ping_limit::FAULT,
    &ws_greeting::FAULT,
    &ws_params_list_accepted::FAULT,
    &ws_success_msg_null::FAULT,
    &ws_upgrade_connection_missing::FAULT,
    &ws_rejection_binary::FAULT,
    &ws_mark_negative_refused::FAULT,
    &ws_fragments_apart::FAULT,
    &ws_binary_crash::FAULT,
    &ws_lapse::NEVER,
    &ws_lapse::NEVER_AGAIN,
    &ws_lapse::NEVER_AGAIN_TWICE,
    &ws_lapse::AFTER_1,
    &ws_lapse::AFTER_2,
    &ws_lapse::AFTER_3,
    &ws_lapse::AFTER_5,
    &ws_lapse::AFTER_64,
    &ws_lapse::MARKED,
    &ws_lapse::DOUBLED,
    &ws_lapse::PAGE,
    &ws_lapse::PAGE_AGAIN,
    &ws_lapse::PAGE_AGAIN_TWICE,
    &ws_lapse::PAGE_LATER,
    &ws_lapse::PAGE_LATER_2,
    &ws_lapse::BINARY,
    &ws_lapse::FAILS,
    &ws_lapse::FAILS_LATER,
    &ws_lapse::CLOSES,
    &ws_members_later::DATA,
    &ws_members_later::ERROR_CODE,
    &ws_handshake::SHUT,
    &ws_handshake::OPEN,
    &ws_handshake::AGAIN,
    &ws_handshake::HEADER_AGAIN,
    &ws_frame::UNMASKED,
    &ws_frame::RESERVED_BIT,
    &ws_frame::OPCODE,
    &ws_frame::ORDER,
    &ws_frame::CONTROL,
    &ws_frame::UTF8,
    &ws_frame::UTF8_SILENT,
    &ws_close::UNANSWERED,
    &ws_close::CUT,
    &ws_locked_out::BREACH,
    &ws_locked_out::AMID,
    &ws_locked_out::FLOOD,
    &ws_locked_out::NAME,
    &ws_locked_out::TS,
    &ws_locked_out::MARK,
    &ws_locked_out::PING,
    &ws_heartbeat::TEXT_NEVER,
    &ws_heartbeat::TEXT_TWICE,
    &ws_heartbeat::TEXT_COUNTED,
    &ws_heartbeat::FRAME_NEVER,
    &ws_heartbeat::FRAME_ONCE,
    &ws_heartbeat::FRAME_EMPTY_LATER,
    &ws_heartbeat::FRAME_DOUBLED,
    &ws_heartbeat::FRAME_AS_CALL,
    &ws_heartbeat::SERVER_TEXT,
    &ws_push::NEVER,
    &ws_push::ONCE,
    &ws_push::BINARY,
    &ws_push::EVERYBODY,
    &ws_push::NAMELESS,
    &ws_codes::SUCCESS_TEXT,
    &ws_codes::REFUSAL_TEXT,
    &ws_codes::REFUSAL_UNLISTED,
    &ws_codes::STALE_UNLISTED,
    &ws_codes::FAILURE_1200,
    &ws_codes::INDEX_1200,
    &ws_codes::UNPAID_DATA,
    &ws_codes::SWAPPED,
    &ws_codes::MALFORMED,
    &ws_mark_stale::ERROR_EXTRA,
    &ws_mark_stale::EXTRA,
    &ws_mark_stale::RESULT,
    &ws_mark_stale::TOP,
    &ws_mark_stale::LEFT,
    &ws_overlap::MARKS,
    &ws_overlap::RESULT,
    &ws_overlap::MERGED,
    &ws_overlap::SLOW,
    &ws_overlap::LATE,
    &ws_overlap::ALIKE,
    &ws_reading_calls::ESCAPES,
    &ws_reading_calls::UNPAID_SILENT,
    &ws_reading_calls::CONTROLLER,
    &ws_reading_calls::UNPAID_LATER,
    &ws_token_places::ELSEWHERE,
    &ws_token_places::FIRST_MESSAGE,
    &ws_token_places::HUGE,
    &ws_token_places::METHOD,
    &ws_token_places::SUBPROTOCOL,
    &ws_parting::STAYS,
    &ws_parting::MARK,
    &ws_parting::CODE,
    &ws_parting::MSG,
    &ws_parting::DEAF,
    &gw_route_missing::LOGIN,
    &gw_route_missing::REGISTER,
    &gw_route_missing::LOGOUT,
    &gw_route_missing::MEMBERS,
    &gw_method_executes::GET,
    &gw_method_executes::HEAD,
    &gw_method_executes::OTHERS,
    &gw_content_type::CHARSET,
    &gw_content_type::HTML,
    &gw_unknown_service::HTTP,
    &gw_unknown_service::SOCKET,
    &gw_unknown_service::PAGE,
    &gw_unknown_service::PATH,
    &gw_keep_alive::BODY,
    &gw_keep_alive::TRACE_OF,
    &gw_header_optional::COMPANY,
    &gw_header_optional::COMPANY_SOCKET,
    &gw_header_optional::COMPANY_BOTH,
    &gw_header_optional::TRACE,
    &gw_header_optional::TRACE_SOCKET,
    &gw_header_optional::TRACE_BOTH,
    &gw_header_optional::TIMESTAMP,
    &gw_header_optional::TIMESTAMP_SOCKET,
    &gw_header_optional::TIMESTAMP_BOTH,
    &gw_header_long::COMPANY,
    &gw_header_long::TIMESTAMP,
    &gw_header_long::CRASH,
    &gw_header_demanded::VERSION,
    &gw_header_demanded::GROUP,
    &gw_header_demanded::LANG,
    &gw_header_demanded::TOKEN,
    &gw_header_spelling::FAULT,
    &gw_token_leniency::MISSING,
    &gw_token_leniency::MISSING_SOCKET,
    &gw_token_leniency::UNKNOWN,
    &gw_token_leniency::UNKNOWN_SOCKET,
    &gw_token_leniency::EXPIRED,
    &gw_token_leniency::ENDED,
    &gw_token_leniency::ENDED_SOCKET,
    &gw_token_leniency::FOREIGN,
    &gw_token_unread::HTTP,
    &gw_token_unread::SOCKET,
    &gw_lang_default::FAULT,
    &gw_body_missing::HTTP,
    &gw_body_missing::SOCKET,
    &gw_body_illegal::MALFORMED_PAGE,
    &gw_body_illegal::MALFORMED_EMPTY,
    &gw_body_illegal::MALFORMED_DROPPED,
    &gw_body_illegal::VALUE_PAGE,
    &gw_body_illegal::VALUE_EMPTY,
    &gw_body_particular::WRAPPED,
    &gw_body_particular::UNKNOWN,
    &gw_body_particular::SPACE,
    &gw_code::NUMBER,
    &gw_code::HTTP_STATUS,
    &gw_code::EXCEPTION_NUMBER,
    &gw_code::FAILURE_ZERO,
    &gw_envelope::MSG_NULL,
    &gw_envelope::MSG_MISSING,
    &gw_envelope::BIZ_CODE_NUMBER,
    &gw_envelope::BIZ_CODE_NULL,
    &gw_envelope::TM_TEXT,
    &gw_envelope::TM_MISSING,
    &gw_envelope::DATA_MISSING,
    &gw_envelope::OK_ALWAYS,
    &gw_tm::FRACTION,
    &gw_tm::SECONDS,
    &gw_tm::MICROSECONDS,
    &gw_tm::CLOCK,
    &gw_trace::HTTP,
    &gw_trace::SOCKET,
    &gw_trace::CUT_OFF,
    &gw_trace::NUMBER,
    &gw_trace::LOWER,
    &gw_trace::ASCII,
    &gw_trace::MISSING,
    &gw_trace::LATIN_1,
    &gw_trace_crossed::HTTP,
    &gw_trace_crossed::SOCKET,
    &gw_msg_params::LIST,
    &gw_msg_params::OBJECT,
    &gw_msg_params::UNREPLACED,
    &gw_exception_data::OBJECT,
    &gw_exception_data::ROUTE,
    &gw_exception_data::SERVICE,
    &gw_exception_told::STATUS,
    &gw_exception_told::STACK,
    &gw_exception_told::CLOSES,
    &gw_body_carried::CHUNKED,
    &gw_body_carried::LONG,
    &gw_ws_handshake::LIST,
    &gw_ws_handshake::CANNED,
    &gw_ws_handshake::VERSION,
    &gw_ws_handshake::EXTENSION,
    &gw_ws_shape::WRAPPED,
    &gw_ws_shape::DATA_TEXT,
    &gw_ws_shape::BIZ_CODE,
    &gw_ws_header::BIZ_TYPE,
    &gw_ws_header::NUMBER,
    &gw_ws_header::MISSING,
    &gw_ws_replies::LOST,
    &gw_ws_replies::DOUBLED,
    &gw_ws_unreadable::STALLS,
    &gw_ws_unreadable::TYPE,
    &gw_ws_unreadable::VERBATIM_STALLS,
    &gw_ws_unreadable::VERBATIM_PONG,
    &gw_ws_frames::FRAGMENTS,
    &gw_ws_frames::PING,
    &gw_ws_frames::PONG,
    &gw_ws_frames::CLOSE,
    &gw_ping::AS_CALL,
    &gw_ping::COMPANY,
    &gw_ping::BODY,
    &gw_ping::TEN,
    &gw_ping::DOUBLED,
    &gw_ping::PENDING,
    &gw_ping::NO_TRAFFIC,
    &gw_pong::PING,
    &gw_pong::SHOUTED,
    &gw_pong::TRACE,
    &gw_pong::TOKEN_MISSING,
    &gw_pong::TOKEN_NULL,
    &gw_pong::WRAPPED,
    &gw_pong::TIME_ECHOED,
    &gw_pong::TIME_SECONDS,
    &gw_pong::TIME_TEXT,
    &gw_pong::TIME_MISSING,
    &gw_pong::LANG_FIXED,
    &gw_pong::LANG_MISSING,
    &gw_pong::CODE,
    &gw_http_all::DROPPED,
    &gw_http_all::PAGE,
    &gw_http_all::EMPTY,
    &gw_http_all::BAD_GATEWAY,
    &gw_http_all::EXCEPTIONS_DROPPED,
    &gw_http_all::EXCEPTIONS_EMPTY,
    &gw_http_all::EXCEPTIONS_BAD_GATEWAY,
    &gw_http_all::LISTED,
    &gw_http_all::SUCCEEDS,
    &gw_http_all::FAILS,
    &gw_ws_all::SILENT,
    &gw_ws_all::SILENT_AFTER_1,
    &gw_ws_all::SILENT_AFTER_2,
    &gw_ws_all::SILENT_AFTER_3,
    &gw_ws_all::SILENT_AFTER_4,
    &gw_ws_all::BINARY_AFTER_1,
    &gw_ws_all::CLOSES_AFTER_1,
    &gw_ws_all::TEXT_AFTER_1,
    &gw_ws_all::SUCCEEDS,
    &gw_ws_all::FAILS_AFTER_1,
    &gw_ws_all::FAILS_AFTER_2,
    &gw_ws_all::FAILS_AFTER_3,
    &gw_ws_all::SUCCEEDS_AFTER_2,
    &gw_link::SUCCESS_DROPPED,
    &gw_link::SUCCESS_DROPPED_THIRD,
    &gw_link::SUCCESS_DROPPED_FOURTH,
    &gw_link::SUCCESS_PAGE,
    &gw_link::SUCCESS_REFUSED,
    &gw_link::SUCCESS_REFUSED_THIRD,
    &gw_link::SUCCESS_REFUSED_FOURTH,
    &gw_link::EXCEPTION_DROPPED,
    &gw_link::EXCEPTION_PAGE,
    &gw_link::EXCEPTION_SUCCESS,
    &gw_link::WS_SUCCESS_LOST,
    &gw_link::WS_SUCCESS_BINARY,
    &gw_link::WS_SUCCESS_REFUSED,
    &gw_link::WS_SUCCESS_REFUSED_THIRD,
    &gw_link::WS_EXCEPTION_LOST,
    &gw_link::WS_EXCEPTION_FIRST_LOST,
    &gw_link::WS_EXCEPTION_SUCCESS,
    &gw_link::PONG_LOST,
    &gw_link::PONG_BINARY,
    &gw_kept::TOKEN_OF,
    &gw_kept::PONG_TOKEN,
    &gw_kept::LANGUAGE,
    &gw_kept::LANGUAGE_SOCKET,
    &gw_kept::FAILED_TRACE,
    &gw_link::EXCEPTION_DROPPED_THIRD,
    &gw_link::WS_SUCCESS_LISTED,
    &gw_link::WS_SUCCESS_BARE,
    &gw_link::PONG_LISTED,
    &gw_logout_spreads::REFUSED,
    &gw_logout_spreads::DROPPED,
    &gw_logout_spreads::PAGE,
    &gw_ping::MORE,
    &gw_reply_text::TWICE,
    &gw_reply_text::TWICE_SOCKET,
    &gw_reply_text::CHARSET,
    &gw_trace_odd::HTTP,
    &gw_trace_odd::SOCKET,
    &gw_trace_odd::PING,
    &gw_ws_frames::CLOSE_UNHEARD,
    &gw_ws_handshake::REFUSED,
    &gw_ws_handshake::PROTOCOL,
    &gw_ws_handshake::NO_UPGRADE,
    &gw_ws_handshake::NO_CONNECTION,
    &gw_ws_handshake::STATUS,
    &gw_ws_handshake::POST,
    &gw_ws_order::EXCEPTION_HELD,
    &gw_ws_order::PENDING_HELD,
    &gw_ws_order::PONG_FOR_ALL,
    &gw_ws_shape::BIZ_CODE_NUMBER,
    &gw_ws_stray::REPLY,
    &gw_ws_stray::PONG,
    &gw_ws_unreadable::SUCCEEDS,
    &gw_ws_word::UNREADABLE,
    &gw_ws_word::UNUSUAL,
    &gw_link::EXCEPTION_DROPPED_FOURTH,
    &gw_ws_frames::FORBIDDEN,
];

/// The fault of that name.
pub fn fault(name: &str) -> Option<&'static Fault> {
    FAULTS.iter().copied().find(|fault| fault.name == name)
}
