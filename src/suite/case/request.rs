//! `request`: one HTTP request and its response.

use std::{sync::Arc, time::Duration};

use super::{Act, ActKind, Address, Content, Deed, Mention, Words, fields};
use crate::{
    check::ObservationKind,
    syntax::bytes::{Bytes, pieces_shape},
    syntax::shape::{Field, Shape, optional},
    syntax::template::{Placeholder, Template},
    syntax::text::strings,
};

pub const KIND: ActKind = ActKind {
    key: "request",
    text: "one HTTP request and its response",
    shape: || Shape::Text,
    fields: own_fields,
    shows: ObservationKind::Response,
    told: &[
        "method",
        "endpoint",
        "path",
        "suffix",
        "query",
        "headers",
        "json",
        "text",
        "binary",
        "chunked",
        "connection",
        "or",
    ],
    read: |reader, node| {
        let has_body = ["json", "text", "binary"].iter().any(|key| node.member(key).is_some());
        let body = match has_body {
            true => Some(RequestBody::of(Content::read(reader.source, node, reader.found)?)?),
            false => None,
        };
        Some(Act::Request(Arc::new(Request {
            exchange: reader.demand_text(node, "request")?,
            address: Address::read(reader, node),
            method: reader.method(node, "POST"),
            body,
            chunked: reader.flag(node, "chunked", false),
            connection: reader.text(node, "connection"),
            within: reader.span(node, "within"),
            or_closed: !strings(node.member("or")).is_empty(),
        })))
    },
};

fn own_fields() -> Vec<Field> {
    let mut all = Address::fields();
    all.extend([
        optional("method", Shape::Text, "`POST` if not said"),
        optional("json", Shape::Any, "the body as JSON"),
        optional("text", pieces_shape(), "the body as text"),
        optional("binary", pieces_shape(), "the body as bytes"),
        optional("chunked", Shape::Bool, "send the body in chunks"),
        optional(
            "connection",
            Shape::Text,
            "requests of the same name share one connection",
        ),
        fields::within("how long to wait"),
        fields::or(),
        fields::requirement(),
        fields::checks(),
        fields::capture(),
    ]);
    all
}

/// What a request has in it.
#[derive(Debug)]
pub enum RequestBody {
    Json(Template),
    Bytes(Bytes),
}

impl RequestBody {
    /// The body of some content; `None` for what only a WebSocket can have, which the shape has refused.
    fn of(content: Content) -> Option<Self> {
        match content {
            Content::Json(template) => Some(Self::Json(template)),
            Content::Text(bytes) | Content::Binary(bytes) => Some(Self::Bytes(bytes)),
            Content::Fragments(_) | Content::Ping(_) | Content::Pong(_) | Content::Frames(_) | Content::Raw(_) => None,
        }
    }
}

/// A request to make.
#[derive(Debug)]
pub struct Request {
    pub exchange: String,
    pub address: Address,
    pub method: Template,
    pub body: Option<RequestBody>,
    pub chunked: bool,
    pub connection: Option<String>,
    pub within: Option<Duration>,
    pub or_closed: bool,
}

impl Deed for Request {
    fn kind(&self) -> &'static ActKind {
        &KIND
    }

    fn requests(&self) -> usize {
        1
    }

    fn words(&self, words: &mut Words<'_>) {
        words.say("send the request ", "发送请求 ");
        words.name(&self.exchange);
        words.told();
        words.within(self.within);
    }

    fn mention(&self) -> Option<Mention<'_>> {
        Some(self.address.mention("http"))
    }

    fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        self.address.placeholders(visit);
        self.method.placeholders(visit);
        match &self.body {
            Some(RequestBody::Json(template)) => template.placeholders(visit),
            Some(RequestBody::Bytes(bytes)) => bytes.placeholders(visit),
            None => {}
        }
    }

    fn can_fail(&self) -> bool {
        !self.or_closed
    }
}
