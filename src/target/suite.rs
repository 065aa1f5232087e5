//! What a profile says of one suite.

use url::Url;

use super::{ClauseReadings, Credential, Pin, SuiteInterface, TargetSuite, TriggerMeans};
use crate::{
    syntax::diagnostic::{Diagnostic, nearest},
    syntax::json::{Member, Node},
    syntax::source::Source,
    syntax::text::{duration, strings},
};

/// Reads the table of a suite.
pub(super) fn read(
    source: &Source,
    node: &Node,
    interface: &SuiteInterface,
    found: &mut Vec<Diagnostic>,
) -> TargetSuite {
    let mut part = TargetSuite::default();
    let members = |key: &str| node.member(key).map(Node::members).unwrap_or_default();
    for member in members("endpoints") {
        let text = member.value.as_str().unwrap_or_default();
        let schemes = (interface.endpoints.iter())
            .find(|endpoint| endpoint.name == member.key)
            .map(|e| e.schemes.clone())
            .unwrap_or_default();
        match Url::parse(text) {
            Ok(url) if url.fragment().is_some() => found.push(
                Diagnostic::at(
                    source.place(member.value.span.clone()),
                    "an endpoint has no fragment",
                    "what follows `#` is never sent",
                )
                .help("write `%23` where a path or a query has a `#` in it"),
            ),
            Ok(url) if url.has_host() && schemes.iter().any(|scheme| scheme == url.scheme()) => {
                part.endpoints.insert(member.key.clone(), url);
            }
            // Said by the shape already.
            _ if member.value.as_str().is_none() || schemes.is_empty() => {}
            _ => found.push(Diagnostic::at(
                source.place(member.value.span.clone()),
                "not a URL for this endpoint",
                format!("expected {}://HOST:PORT/PATH", schemes.join(":// or ")),
            )),
        }
    }
    for member in members("credentials") {
        let one = std::slice::from_ref(&member.value);
        let all = if member.value.items().is_empty() {
            one
        } else {
            member.value.items()
        };
        let slot = interface.credentials.iter().find(|slot| slot.name == member.key);
        let keeps_blanks = slot.is_some_and(|slot| slot.keeps_blanks);
        let credentials = all
            .iter()
            .filter_map(|item| Credential::read(source, item, keeps_blanks, found));
        let credentials = credentials.collect();
        part.credentials.insert(member.key.clone(), credentials);
    }
    for member in members("calls") {
        part.calls
            .insert(member.key.clone(), read_call(source, member, interface, found));
    }
    for member in members("values") {
        part.values.insert(member.key.clone(), member.value.clone());
    }
    for member in members("not_applicable") {
        check_clause(source, member, interface, found);
        let reason = member.value.as_str().unwrap_or_default().to_owned();
        demand_reason(source, Some(&member.value), found);
        part.not_applicable.insert(member.key.clone(), reason);
    }
    for member in members("pins") {
        let text = |key| {
            member
                .value
                .member(key)
                .and_then(Node::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let pin = Pin {
            reading: text("reading"),
            reason: text("reason"),
        };
        check_pin(source, member, &pin, interface, found);
        demand_reason(source, member.value.member("reason"), found);
        part.pins.insert(member.key.clone(), pin);
    }
    part
}

fn read_call(
    source: &Source,
    member: &Member,
    interface: &SuiteInterface,
    found: &mut Vec<Diagnostic>,
) -> TriggerMeans {
    let node = &member.value;
    if let Some(value) = node.member("hook")
        && let Some(hook) = value.as_str()
    {
        let url = Url::parse(hook).ok();
        if !url.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.fragment().is_none()) {
            let place = source.place(value.span.clone());
            found.push(Diagnostic::at(
                place,
                "not a URL that could be posted to",
                "expected http://HOST:PORT/PATH, with no `#`",
            ));
        }
        return TriggerMeans::Url(hook.to_owned(), node.clone());
    }
    if node.member("command").is_some() {
        return TriggerMeans::Command(strings(node.member("command")), node.clone());
    }
    if let Some(value) = node.member("by_itself") {
        let span = value.as_str().and_then(duration);
        return TriggerMeans::ByItself(span.unwrap_or_default(), node.clone());
    }
    let call = interface.calls.iter().find(|call| call.name == member.key);
    for (name, _) in call.map(|call| &call.members[..]).unwrap_or_default() {
        if node.member(name).is_none() {
            let place = source.place(member.key_span.clone());
            found.push(
                Diagnostic::at(
                    place,
                    format!("the call `{}` lacks `{name}`", member.key),
                    format!("needs `{name}`"),
                )
                .help("or give it a `hook` (a URL), a `command`, or `by_itself` (a time)"),
            );
        }
    }
    TriggerMeans::Call(node.clone())
}

/// A reason stands beside every tolerance, and an empty one is none.
fn demand_reason(source: &Source, node: Option<&Node>, found: &mut Vec<Diagnostic>) {
    if let Some(node) = node
        && node.as_str().is_some_and(|text| text.trim().is_empty())
    {
        let place = source.place(node.span.clone());
        found.push(
            Diagnostic::at(place, "this reason is empty", "expected a sentence")
                .help("whoever reads the report must know why: say what the target has or lacks"),
        );
    }
}

/// The clause that a key names, or a diagnostic.
fn check_clause<'i>(
    source: &Source,
    member: &Member,
    interface: &'i SuiteInterface,
    found: &mut Vec<Diagnostic>,
) -> Option<&'i ClauseReadings> {
    let clause = interface.clauses.iter().find(|clause| clause.id == member.key);
    if clause.is_none() {
        let ids = interface.clauses.iter().map(|clause| clause.id.as_str());
        let place = source.place(member.key_span.clone());
        let diagnostic = Diagnostic::at(
            place,
            format!("no clause is called `{}`", member.key),
            "expected a clause's id",
        );
        found.push(match nearest(&member.key, ids) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help("`conformist list requirements` shows them"),
        });
    }
    clause
}

fn check_pin(source: &Source, member: &Member, pin: &Pin, interface: &SuiteInterface, found: &mut Vec<Diagnostic>) {
    let Some(clause) = check_clause(source, member, interface, found) else {
        return;
    };
    if !clause.readings.contains(&pin.reading) {
        let names: Vec<String> = clause.readings.iter().map(|name| format!("`{name}`")).collect();
        found.push(Diagnostic::at(
            source.place(member.value.member("reading").unwrap_or(&member.value).span.clone()),
            format!("{} has no reading `{}`", clause.id, pin.reading),
            if names.is_empty() {
                "this clause has one reading only".to_owned()
            } else {
                format!("expected one of {}", names.join(", "))
            },
        ));
    }
}
