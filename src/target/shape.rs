//! The shape of a profile, and the commented example that `init` writes: both follow the suites' manifests.

use std::fmt::Write as _;

use super::interface::{CallSlot, SuiteInterface};
use crate::{
    syntax::effects::EFFECTS,
    syntax::shape::{Field, Shape, Shapes, list, map, one_of, optional, required},
};

/// The shape of a profile for these suites.
pub fn shapes(suites: &[SuiteInterface]) -> Shapes {
    let mut fields: Vec<Field> = suites.iter().map(suite_field).collect();
    fields.extend([
        optional(
            "limits",
            Shape::Record(vec![
                optional("connections", Shape::Integer, "the most connections at once"),
                optional(
                    "connections_per_account",
                    Shape::Integer,
                    "the most live connections of one account",
                ),
                optional(
                    "requests_per_second",
                    Shape::Integer,
                    "the most handshakes, requests and messages a second",
                ),
                optional(
                    "effects",
                    list(one_of(&EFFECTS.map(|(name, _)| name))),
                    "what cases may do to the target",
                ),
            ]),
            "politeness",
        ),
        optional(
            "timeouts",
            Shape::Record(vec![
                optional("connect", Shape::Duration, "connect and handshake, 5s if not said"),
                optional("expect", Shape::Duration, "each expectation, 2s if not said"),
                optional("close", Shape::Duration, "the end of a connection, 2s if not said"),
                optional("case", Shape::Duration, "each row, 30s if not said"),
            ]),
            "how long to wait at the least; where the target takes longer, five times as long as it takes",
        ),
        optional(
            "headers",
            map(Shape::Text),
            "headers of every request and handshake, for what stands before the server: values, `env:NAME` or `file:PATH`",
        ),
        optional(
            "tls",
            Shape::Record(vec![
                optional(
                    "ca",
                    Shape::Text,
                    "a file of certificates to trust as well: authorities', or the server's own (PEM, or one in DER)",
                ),
                optional(
                    "certificate",
                    Shape::Text,
                    "a file with the client certificate, for servers that demand one (PEM, its chain behind it)",
                ),
                optional(
                    "key",
                    Shape::Text,
                    "a file with its key, without a passphrase (PEM); the file of the certificate if not said",
                ),
            ]),
            "TLS",
        ),
    ]);
    Shapes {
        title: "A conformist target profile",
        root: Shape::Record(fields),
        definitions: Vec::new(),
    }
}

/// A secret, or where it is found.
fn credential() -> Shape {
    Shape::Either(vec![
        Shape::Text,
        Shape::Record(vec![
            required("value", Shape::Text, "the secret, `env:NAME` or `file:PATH`"),
            optional("account", Shape::Text, "whose it is, if several are of one account"),
        ]),
    ])
}

fn suite_field(interface: &SuiteInterface) -> Field {
    let endpoints = interface
        .endpoints
        .iter()
        .map(|e| optional(&e.name, Shape::Text, &e.text));
    let credentials = interface.credentials.iter().map(|c| {
        let shape = if c.several {
            Shape::Either(vec![credential(), list(credential())])
        } else {
            credential()
        };
        optional(&c.name, shape, &c.text)
    });
    let calls = interface
        .calls
        .iter()
        .map(|call| optional(&call.name, call_shape(call), &call.text));
    let values = interface
        .values
        .iter()
        .map(|value| optional(&value.name, Shape::Any, &value.text));
    let pin = Shape::Record(vec![
        required("reading", Shape::Text, "the reading's name"),
        required("reason", Shape::Text, "why the target has it"),
    ]);
    let part = Shape::Record(vec![
        optional("endpoints", Shape::Record(endpoints.collect()), "URLs"),
        optional(
            "credentials",
            Shape::Record(credentials.collect()),
            "values, `env:NAME` or `file:PATH`",
        ),
        optional(
            "calls",
            Shape::Record(calls.collect()),
            "what brings each situation about: a call, a hook, or time",
        ),
        optional("values", Shape::Record(values.collect()), "values that cases use"),
        optional(
            "not_applicable",
            map(Shape::Text),
            "clauses about what the target does not have, with the reason",
        ),
        optional(
            "pins",
            map(pin),
            "the readings of ambiguous clauses that the target promises",
        ),
    ]);
    optional(&interface.suite, part, &interface.title)
}

fn call_shape(call: &CallSlot) -> Shape {
    let of = |kind: &str| match kind {
        "string" => Shape::Text,
        "integer" => Shape::Integer,
        "boolean" => Shape::Bool,
        "array" => list(Shape::Any),
        "object" => map(Shape::Any),
        _ => Shape::Any,
    };
    let all = call.members.iter().chain(&call.optional);
    let mut fields: Vec<Field> = all.map(|(name, kind)| optional(name, of(kind), "")).collect();
    fields.push(optional("hook", Shape::Text, "a URL to POST to instead of a call"));
    fields.push(optional(
        "command",
        list(Shape::Text),
        "a program and its arguments instead of a call",
    ));
    fields.push(optional(
        "by_itself",
        Shape::Duration,
        "instead of a call: the situation comes about by itself, within this time",
    ));
    Shape::Record(fields)
}

fn zero(kind: &str) -> &'static str {
    match kind {
        "string" => "\"\"",
        "integer" | "number" => "0",
        "boolean" => "false",
        "array" => "[]",
        _ => "{}",
    }
}

/// A commented profile to fill in.
pub fn example(suites: &[SuiteInterface]) -> String {
    let mut out = String::from(
        "# A conformist target profile. Take away the `#` of what your server has; what is missing makes clauses\n\
         # \"not assessed\", never passed. Secrets are better named than written: env:NAME or file:PATH.\n",
    );
    for interface in suites {
        let suite = &interface.suite;
        // Writing to a String can't fail.
        let _ = writeln!(out, "\n# ---- {} ({})", interface.title, interface.document);
        let _ = writeln!(out, "\n[{suite}.endpoints]");
        for endpoint in &interface.endpoints {
            let scheme = endpoint.schemes.first().map_or("http", String::as_str);
            let _ = writeln!(out, "# {}", endpoint.text);
            let _ = writeln!(out, "# {} = \"{scheme}://127.0.0.1:8080/\"", endpoint.name);
        }
        let _ = writeln!(out, "\n[{suite}.credentials]");
        for credential in &interface.credentials {
            let variable = credential.name.to_uppercase().replace(['.', '-'], "_");
            let several = if credential.several { "; may be a list" } else { "" };
            let _ = writeln!(out, "# {}{several}", credential.text);
            let _ = writeln!(out, "# \"{}\" = \"env:{variable}\"", credential.name);
        }
        for call in &interface.calls {
            let _ = writeln!(out, "\n# {}", call.text);
            let _ = writeln!(out, "# [{suite}.calls.{}]", call.name);
            for (name, kind) in &call.members {
                let _ = writeln!(out, "# {name} = {}", zero(kind));
            }
            for (name, kind) in &call.optional {
                let _ = writeln!(out, "# {name} = {}  # may be left out", zero(kind));
            }
        }
        let _ = writeln!(out, "\n[{suite}.values]");
        for value in &interface.values {
            let _ = writeln!(out, "# {}", value.text);
            let default = value
                .default
                .as_ref()
                .map_or_else(|| "\"\"".to_owned(), ToString::to_string);
            let _ = writeln!(out, "# {} = {default}", value.name);
        }
        let _ = writeln!(
            out,
            "\n# Readings of ambiguous clauses that your server promises; any other is then a violation."
        );
        let _ = writeln!(out, "[{suite}.pins]");
        for clause in interface.clauses.iter().filter(|clause| !clause.readings.is_empty()) {
            let _ = writeln!(
                out,
                "# {} = {{ reading = \"{}\", reason = \"...\" }}",
                clause.id,
                clause.readings.join(" | ")
            );
        }
    }
    out.push_str(
        "\n[limits]\n# connections = 4\n# connections_per_account = 1\n# requests_per_second = 10\n\
         # What cases may do: read, creates, destructive.\neffects = [\"read\"]\n\n\
         [timeouts]\n# connect = \"5s\"\n# expect = \"2s\"\n# close = \"2s\"\n# case = \"30s\"\n\n[tls]\n# ca = \"ca.pem\"\n# certificate = \"client.pem\"\n# key = \"client.key\"\n",
    );
    out
}
