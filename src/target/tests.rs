//! Profiles as operators write them: defaults, secrets, triggers, and every mistake at once.

use super::*;

fn interface() -> SuiteInterface {
    SuiteInterface {
        suite: "t".into(),
        endpoints: vec![EndpointSlot {
            name: "ws".into(),
            text: "a socket".into(),
            schemes: vec!["ws".into(), "wss".into()],
        }],
        credentials: vec![CredentialSlot {
            name: "token".into(),
            text: "a token".into(),
            keeps_blanks: false,
            several: true,
        }],
        calls: vec![CallSlot {
            name: "echo".into(),
            text: "a call".into(),
            members: vec![("action".into(), "string".into())],
            optional: Vec::new(),
        }],
        clauses: vec![ClauseReadings {
            id: "T-1".into(),
            readings: vec!["plain".into()],
        }],
        ..SuiteInterface::default()
    }
}

fn read(text: &str) -> Result<Profile, Vec<String>> {
    Profile::read(&Source::new("t.toml", text), &[interface()])
        .map_err(|found| found.into_iter().map(|mistake| mistake.what).collect())
}

#[test]
fn what_a_profile_does_not_say_has_a_default() {
    let profile = read("").unwrap_or_else(|found| panic!("{found:?}"));
    assert_eq!(profile.limits.connections_per_account, 1);
    assert_eq!(profile.limits.effects, [Effects::Read]);
    assert_eq!(profile.timeouts.expect, Duration::from_secs(2));
    assert!(profile.suites.is_empty() && profile.tls.ca.is_none());
    assert_eq!(profile.suite("t").timeouts.case, Duration::from_secs(30));
}

#[test]
fn a_secret_is_named_or_written_and_never_shown() {
    let text = "[t.credentials]\ntoken = [\"env:A\", \"file:b\", {value = \"secret\", account = \"x\"}]";
    let mut profile = read(text).unwrap_or_else(|found| panic!("{found:?}"));
    assert!(!format!("{profile:?}").contains("secret"));
    let found = profile.supply(|origin| match origin {
        Origin::Environment(name) => Ok(format!("of {name}")),
        _ => Err("there is no file".into()),
    });
    assert_eq!(found.len(), 1);
    let tokens = &profile.suites["t"].credentials["token"];
    let secrets: Vec<Option<&str>> = tokens.iter().map(Credential::secret).collect();
    assert_eq!(secrets, [Some("of A"), None, Some("secret")]);
    assert_eq!(tokens[2].account.as_deref(), Some("x"));
}

#[test]
fn a_call_is_said_hooked_or_commanded() {
    let call = |text: &str| {
        let profile = read(&format!("[t.calls.echo]\n{text}")).unwrap_or_else(|found| panic!("{found:?}"));
        profile.suites["t"].calls["echo"].clone()
    };
    assert!(matches!(call("action = \"x\""), TriggerMeans::Call(_)));
    assert!(matches!(call("hook = \"http://x/\""), TriggerMeans::Url(url, _) if url == "http://x/"));
    assert!(matches!(call("command = [\"a\", \"b\"]"), TriggerMeans::Command(words, _) if words == ["a", "b"]));
}

#[test]
fn all_mistakes_are_told() {
    let text = "[t.endpoints]\nws = \"http://x/\"\n[t.calls.echo]\n[t.pins]\nT-1 = {reading = \"x\", reason = \"\"}\n\
                [t.not_applicable]\nT-2 = \"none\"\n[limits]\nconnections = 0\n[timeouts]\ncase = \"0s\"\n";
    let found = read(text).map(|_| ()).unwrap_err();
    for what in [
        "not a URL for this endpoint",
        "the call `echo` lacks `action`",
        "T-1 has no reading `x`",
        "this reason is empty",
        "no clause is called `T-2`",
        "`connections` can't be 0",
        "`case` can't be nothing",
    ] {
        assert!(found.iter().any(|told| told == what), "{what} is not in {found:?}");
    }
}

#[test]
fn a_url_is_a_profile_of_the_suites_that_it_can_serve() {
    let profile = Profile::from_url("ws://127.0.0.1:1/ws", &[interface()]).unwrap_or_else(|d| panic!("{d:?}"));
    assert!(profile.is_loopback() && profile.suites.contains_key("t"));
    for bad in ["http://127.0.0.1/", "no url", "ws:"] {
        assert!(Profile::from_url(bad, &[interface()]).is_err(), "{bad}");
    }
    let away = Profile::from_url("wss://example.com/", &[interface()]).unwrap_or_else(|d| panic!("{d:?}"));
    assert!(!away.is_loopback());
}

#[test]
fn every_wait_grows_with_what_the_target_takes_and_what_the_profile_allows() {
    let seconds = Duration::from_secs;
    let usual = || read("").unwrap_or_else(|found| panic!("{found:?}")).timeouts;
    let long = read("[timeouts]\nexpect = \"10s\"\nclose = \"20s\"").unwrap_or_else(|found| panic!("{found:?}"));
    let long = long.timeouts;
    let slow = Timeouts {
        reply: seconds(3),
        ..usual()
    };
    let again = Timeouts { times: 5, ..usual() };
    let millis = Duration::from_millis(500);
    let waits = |timeouts: &Timeouts, within| {
        let all = [
            timeouts.answer(within),
            timeouts.if_any(within),
            timeouts.end(within),
            timeouts.connection(within),
        ];
        all.map(|wait| wait.as_millis())
    };
    assert_eq!(waits(&usual(), None), [2000, 2000, 2000, 5000]);
    assert_eq!(waits(&usual(), Some(millis)), [500; 4]);
    // What may come is not waited for longer because a profile allows what has to come more.
    assert_eq!(waits(&long, Some(millis)), [10_000, 500, 20_000, 500]);
    assert_eq!(waits(&long, Some(seconds(30))), [30_000; 4]);
    assert_eq!(waits(&slow, Some(millis)), [15_000; 4]);
    assert_eq!(waits(&again, None), [10_000, 10_000, 10_000, 25_000]);
    let rows = [&usual(), &slow, &again].map(|timeouts| timeouts.row(None, 100).as_secs());
    assert_eq!(rows, [30, 630, 150]);
    // However many there are.
    assert!(slow.row(None, usize::MAX) > seconds(1 << 32));
}
