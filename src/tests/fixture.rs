//! A suite that is small enough to be read at a glance, and a profile for it: what unit tests of plan, run and judge need.

use std::sync::Arc;

use crate::{
    plan::{self, Plan},
    suite::{Suite, load},
    syntax::source::Source,
    target::{Profile, TargetSuite},
};

const MANIFEST: &str = r#"{
  "title": {"en": "t"}, "document": "t.md",
  "endpoints": {"ws": {"schemes": ["ws", "wss"], "text": {"en": "a socket"}},
                "http": {"schemes": ["http", "https"], "text": {"en": "a server"}}},
  "credentials": {"token": {"text": {"en": "a token"}, "several": true, "exclusive": true},
                  "old": {"text": {"en": "an old token"}}},
  "calls": {"push": {"text": {"en": "a push"}, "members": {"action": "string"}}},
  "values": {"hold": {"text": {"en": "a while"}, "default": "1s"}, "name": {"text": {"en": "a name"}}},
  "unsolicited": {"text": "news"},
  "alive": [{"open": "life"}, {"close": "life"}]
}"#;

const CATALOGUE: &str = r#"{"requirements": {
  "T-1": {"level": "must", "source": "§1", "text": {"en": "one"},
          "readings": {"plain": {"verdict": "info", "text": {"en": "plainly"}}, "odd": {"verdict": "warning", "text": {"en": "oddly"}}}},
  "T-2": {"level": "should", "source": "§2", "text": {"en": "two"}},
  "T-3": {"level": "must", "source": "§3", "text": {"en": "three"}, "excluded": {"en": "nobody sees it"}}
}}"#;

/// What a profile of a server that has everything says.
pub const PROFILE: &str = r#"
[t.endpoints]
ws = "ws://127.0.0.1:1/ws"
http = "http://127.0.0.1:1"
[t.credentials]
token = [{ value = "a-token", account = "a" }, { value = "b-token", account = "b" }]
old = "old-token"
[t.calls.push]
action = "shout"
[t.values]
name = "n"
[limits]
effects = ["read", "creates"]
"#;

/// The suite `t` with these cases (`AREA/NAME` and text).
pub fn suite(cases: &[(&str, &str)]) -> Arc<Suite> {
    suite_with("", cases)
}

/// The same with more members in its manifest.
pub fn suite_with(more: &str, cases: &[(&str, &str)]) -> Arc<Suite> {
    let mut texts = load::Texts::new();
    let mut add = |path: String, text: &str| texts.insert(path.clone(), Source::new(path, text));
    add("t/suite.json".into(), &MANIFEST.replacen('{', &format!("{{{more}"), 1));
    add("t/requirements.json".into(), CATALOGUE);
    for (name, text) in cases {
        add(format!("t/{name}.json"), text);
    }
    let loaded = load::load(texts, load::Texts::new(), &|_| true);
    let told: Vec<String> = loaded.mistakes.iter().map(|mistake| mistake.render(false)).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    loaded.drafts[0].suite.clone()
}

/// The suite `t` with one case that only has these steps as its preconditions, so that none need name a clause.
pub fn case(steps: &str) -> Arc<Suite> {
    suite(&[(
        "a/b",
        &format!(r#"{{"title": {{"en": "t"}}, "given": {steps}, "steps": []}}"#),
    )])
}

/// A profile for it.
pub fn profile(suite: &Arc<Suite>, text: &str) -> Profile {
    let interfaces = plan::interfaces(std::slice::from_ref(suite));
    Profile::read(&Source::new("t.toml", text), &interfaces).unwrap_or_else(|found| {
        let told: Vec<String> = found.iter().map(|mistake| mistake.render(false)).collect();
        panic!("{}", told.join("\n"))
    })
}

/// What a profile says for it.
pub fn target(suite: &Arc<Suite>, text: &str) -> Arc<TargetSuite> {
    Arc::new(profile(suite, text).suite(&suite.name))
}

/// The plan of its first row.
pub fn first(suite: &Arc<Suite>, text: &str) -> Plan {
    plans(suite, text).swap_remove(0)
}

/// The plans of all its rows.
pub fn plans(suite: &Arc<Suite>, text: &str) -> Vec<Plan> {
    let target = target(suite, text);
    let rows = suite.cases.iter().flat_map(plan::rows);
    rows.map(|row| Plan::new(row, suite, &target)).collect()
}
