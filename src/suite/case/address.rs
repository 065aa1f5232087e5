//! Where a request goes and what its head says: of a handshake and of an HTTP request alike.

use super::{acts::Mention, read::StepReader};
use crate::{
    syntax::json::Node,
    syntax::shape::{Field, Shape, optional},
    syntax::template::{Placeholder, Template},
};

/// Where a request goes and what its head says.
#[derive(Clone, Debug, Default)]
pub struct Address {
    pub endpoint: Option<String>,
    pub suffix: Option<Template>,
    pub path: Option<Template>,
    pub query: Option<Template>,
    pub headers: Option<Template>,
}

impl Address {
    /// Its keys.
    pub fn fields() -> Vec<Field> {
        vec![
            optional("endpoint", Shape::Text, "an endpoint of the manifest"),
            optional("suffix", Shape::Text, "appended to the endpoint's path"),
            optional("path", Shape::Text, "instead of the endpoint's path"),
            optional(
                "query",
                Shape::Any,
                "an object: text, `true` (a bare key), `null` (left out) or a list",
            ),
            optional(
                "headers",
                Shape::Any,
                "an object: text, `null` (leaves a default out) or a list",
            ),
        ]
    }

    /// Reads the keys of a step.
    pub fn read(reader: &mut StepReader<'_>, node: &Node) -> Self {
        Self {
            endpoint: reader.text(node, "endpoint"),
            suffix: reader.template(node, "suffix"),
            path: reader.template(node, "path"),
            query: reader.template(node, "query"),
            headers: reader.template(node, "headers"),
        }
    }

    /// The endpoint that it names, or the first of a scheme.
    pub fn mention(&self, scheme: &'static str) -> Mention<'_> {
        Mention::Endpoint {
            name: self.endpoint.as_deref(),
            scheme,
        }
    }

    /// Shows every placeholder to `visit`.
    pub fn placeholders<'t>(&'t self, visit: &mut dyn FnMut(&'t Placeholder)) {
        for template in [&self.suffix, &self.path, &self.query, &self.headers]
            .into_iter()
            .flatten()
        {
            template.placeholders(visit);
        }
    }
}
