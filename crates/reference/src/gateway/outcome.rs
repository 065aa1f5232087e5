//! What became of a call, and the envelope that says so (B:115-123). It must never know how it came about.

use super::{Exception, Language, Texts, exception::MODULE, language::texts};
use crate::json::Node;

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GatewayOutcome {
    /// It succeeded, with this `data`.
    Success(Node),
    /// The gateway refused it.
    Exception(Exception),
    /// Its service refused it.
    Failure(Failure),
}

/// A service's own refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub code: &'static str,
    /// The module (B:119).
    pub module: &'static str,
    /// With a `%s` for each of the parameters.
    pub texts: Texts,
    /// What goes into the text, and, joined by commas, into `msgParams` (B:122).
    pub params: Vec<String>,
}

const SUCCESS: Texts = texts("成功", "Success", "成功");

impl GatewayOutcome {
    /// Whether it is what the caller wanted.
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Success(_))
    }

    /// The return parameters. On an exception `data` is the bizType, if there was one (B:123, GW-RSP-9).
    pub fn envelope(&self, language: Language, tm: Node, trace: Node, biz_type: Option<&str>) -> Node {
        let refused = || biz_type.map_or_else(null, Node::text);
        let (code, msg, module, params, data) = match self {
            // GW-RSP-1: a string, exactly "0".
            Self::Success(data) => ("0", SUCCESS.of(language).to_owned(), "", null(), data.clone()),
            Self::Exception(exception) => {
                let text = exception.texts().of(language);
                (exception.code(), text.to_owned(), MODULE, null(), refused())
            }
            Self::Failure(failure) => {
                let params = match &*failure.params {
                    [] => null(),
                    params => Node::text(&params.join(",")),
                };
                (failure.code, failure.msg(language), failure.module, params, refused())
            }
        };
        Node::object([
            ("code", Node::text(code)),
            ("msg", Node::text(&msg)),
            ("bizCode", Node::text(module)),
            ("tm", tm),
            ("trace", trace),
            ("msgParams", params),
            ("data", data),
        ])
    }
}

impl Failure {
    /// The text with its placeholders filled (GW-RSP-12).
    fn msg(&self, language: Language) -> String {
        let text = self.texts.of(language).to_owned();
        self.params
            .iter()
            .fold(text, |text, param| text.replacen("%s", param, 1))
    }
}

/// JSON null.
pub fn null() -> Node {
    Node::raw("null")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_in_order() {
        let failure = Failure {
            code: "X",
            module: "X",
            texts: texts("%s 与 %s", "%s and %s", "%s 與 %s"),
            params: vec!["a".to_owned(), "b".to_owned()],
        };
        assert_eq!(failure.msg(Language::EnUs), "a and b");
    }
}
