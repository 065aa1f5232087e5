//! The heartbeat (B:86-111): a message whose bizType is `ping`, answered by a flat `pong`.

use super::{BIZ_TYPE, LANG, Language, TOKEN, TRACE};
use crate::json::{Node, RawMembers};

/// A heartbeat, of which every value keeps its spelling.
#[derive(Clone, Debug)]
pub struct Ping {
    /// Which WebSocket it came on, from 1.
    pub connection: u64,
    pub header: RawMembers,
    /// Whether there was a body beside the header; none is needed (GW-HB-8).
    pub has_body: bool,
    /// Which heartbeat of its connection it is, from 1.
    pub nth: u64,
}

impl Ping {
    /// Whether a message with this header is a heartbeat: its bizType is fixed (B:86).
    pub fn is(header: &RawMembers) -> bool {
        let biz_type = header.get(BIZ_TYPE).map(|raw| raw.get());
        biz_type.is_some_and(|raw| serde_json::from_str::<String>(raw).is_ok_and(|text| text == "ping"))
    }

    /// The answer: trace and token go back as they came (B:105-106), the time is the server's (AMB-B6), the language is
    /// the one asked for or the default (GW-HB-7). What was not sent can't come back.
    pub fn pong(&self, now: i64) -> Node {
        let echo = |name: &str| self.raw(name).map(|raw| (name.to_owned(), Node::raw(raw)));
        let lang = self
            .raw(LANG)
            .and_then(|raw| serde_json::from_str(raw).ok())
            .filter(|lang: &String| !lang.is_empty())
            .unwrap_or_else(|| Language::default().tag().to_owned());
        let members = [
            echo(TRACE),
            echo(TOKEN),
            Some((BIZ_TYPE.to_owned(), Node::text("pong"))),
            Some(("sendTime".to_owned(), Node::number(now))),
            Some((LANG.to_owned(), Node::text(&lang))),
        ];
        Node::Object(members.into_iter().flatten().collect())
    }

    /// The JSON text of a member of the header.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.header.get(name).map(|raw| raw.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pong(header: &str) -> String {
        let header = serde_json::from_str(header).unwrap();
        assert!(Ping::is(&header));
        let ping = Ping {
            connection: 1,
            header,
            has_body: false,
            nth: 1,
        };
        ping.pong(7).to_string()
    }

    #[test]
    fn what_was_sent_comes_back_as_it_was_spelled() {
        assert_eq!(
            pong(r#"{"bizType":"ping","trace":5,"token":null,"lang":"xx","sendTime":1}"#),
            r#"{"trace":5,"token":null,"bizType":"pong","sendTime":7,"lang":"xx"}"#
        );
        assert_eq!(
            pong(r#"{"bizType":"p\u0069ng"}"#),
            r#"{"bizType":"pong","sendTime":7,"lang":"zh-CN"}"#
        );
    }

    #[test]
    fn nothing_else_is_a_heartbeat() {
        for biz_type in [r#""PING""#, r#""pong""#, "null", "5", r#"["ping"]"#] {
            let header = serde_json::from_str(&format!(r#"{{"bizType":{biz_type}}}"#)).unwrap();
            assert!(!Ping::is(&header), "{biz_type}");
        }
    }
}
