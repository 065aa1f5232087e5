//! Lawful readings of the gateway's document, one file an area. A reading must never be named here: it is a row of its area.

mod body;
mod envelope;
mod headers;
mod heartbeat;
mod http_surface;
mod layout;
mod members;
mod routes;
mod session;
mod timing;
mod websocket;

use crate::Reading;

/// The areas, in the order in which they are listed.
pub const AREAS: &[&[Reading]] = &[
    members::READINGS,
    body::READINGS,
    headers::READINGS,
    http_surface::READINGS,
    layout::READINGS,
    envelope::READINGS,
    heartbeat::READINGS,
    routes::READINGS,
    session::READINGS,
    timing::READINGS,
    websocket::READINGS,
];
