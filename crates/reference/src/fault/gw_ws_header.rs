//! A header of a message (B:62, B:68-79) that is not read as the document has it.

use std::sync::Arc;

use super::{Fault, Subject};
use crate::{
    gateway::{Call, Conduct, Connection, Exception, Honest, Service, Transport},
    websocket::Out,
};
use wire::frame::Frame;

pub const BIZ_TYPE: Fault = Fault {
    name: "gw/ws-biz-type-optional",
    suite: "gateway",
    text: "A message without bizType goes to the service of the notices.",
    breaks: &["GW-WS-4"],
    conduct: Subject::Gateway(|| Arc::new(BizTypeOptional)),
};

pub const NUMBER: Fault = Fault {
    name: "gw/ws-number-refused",
    suite: "gateway",
    text: "A companyId or timestamp that is a number is refused: it must be a string.",
    breaks: &["GW-WS-9"],
    conduct: Subject::Gateway(|| Arc::new(NumberRefused)),
};

pub const MISSING: Fault = Fault {
    name: "gw/ws-header-missing-closes",
    suite: "gateway",
    text: "A message without header closes the connection.",
    breaks: &["GW-WS-5"],
    conduct: Subject::Gateway(|| Arc::new(MissingCloses)),
};

struct BizTypeOptional;

impl Conduct for BizTypeOptional {
    fn find(&self, call: &Call) -> Result<&'static Service, Exception> {
        if call.transport == Transport::Socket && call.biz_type.is_none() {
            let notices = Some("public.NoticeApiService.list".to_owned());
            return Honest.find(&Call {
                biz_type: notices,
                ..call.clone()
            });
        }
        Honest.find(call)
    }
}

struct NumberRefused;

impl Conduct for NumberRefused {
    fn is_long(&self, call: &Call, name: &str) -> bool {
        let is_number = call.header.field(name).is_some_and(|field| !field.raw.starts_with('"'));
        Honest.is_long(call, name) && !(call.transport == Transport::Socket && is_number)
    }
}

struct MissingCloses;

impl Conduct for MissingCloses {
    fn unreadable(&self, _: &Connection, exception: Exception, _: &str, honest: Vec<Out>) -> Vec<Out> {
        match exception {
            Exception::HeaderMissing => vec![Out::Frame(Frame::close(1011, "")), Out::End],
            _ => honest,
        }
    }
}
