//! Hooks: a POST or a program.

use std::time::Duration;

use crate::{
    drive::{Network, Settings},
    replay::io::{Action, Event, Hook},
};

use super::scene::*;

async fn call(network: &Network, call: Hook, deadline: Duration) -> Result<(), String> {
    let hook = Action::Hook {
        hook: 7,
        call,
        deadline,
    };
    let done = |event: &Event| matches!(event, Event::Hooked { .. });
    match Script::run_in(network, [act(hook), Step::Until(done)]).await.pop() {
        Some(Event::Hooked { hook: 7, outcome }) => outcome,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_url_is_posted_to_and_only_success_is_success() {
    for (status, ok) in [("204 No Content", true), ("302 Found", false), ("500 Oh", false)] {
        let (seen, mut peer_saw) = tokio::sync::mpsc::unbounded_channel();
        let port = peer(move |mut stream| {
            let seen = seen.clone();
            async move {
                seen.send(head(&mut stream).await).unwrap();
                let answer = format!("HTTP/1.1 {status}\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n");
                let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, answer.as_bytes()).await;
            }
        })
        .await;
        let hook = Hook::Url(format!("http://127.0.0.1:{port}/hook?token=secret"));
        let outcome = call(&network(), hook, TIMEOUT).await;
        assert_eq!(outcome.is_ok(), ok, "{outcome:?}");
        assert!(!format!("{outcome:?}").contains("secret"));
        assert!(
            next(&mut peer_saw)
                .await
                .starts_with("POST /hook?token=secret HTTP/1.1\r\n")
        );
    }
}

#[tokio::test]
async fn a_program_runs_only_if_it_may_and_not_beyond_the_deadline() {
    let command = |words: &[&str]| Hook::Command(words.iter().map(|word| (*word).to_owned()).collect());
    let refused = call(&network(), command(&["true"]), TIMEOUT).await;
    assert!(refused.unwrap_err().contains("not allowed"));
    let network = Network::new(Settings {
        allow_commands: true,
        ..settings()
    })
    .unwrap();
    assert_eq!(call(&network, command(&["true"]), TIMEOUT).await, Ok(()));
    for (words, why) in [
        (&["false"][..], "exit code 1"),
        (&["/nowhere/at/all"], "could not be started"),
        (&[], "empty"),
    ] {
        let outcome = call(&network, command(words), TIMEOUT).await;
        assert!(outcome.unwrap_err().contains(why), "{words:?}");
    }
    let slow = call(&network, command(&["sleep", "600"]), Duration::from_millis(80)).await;
    assert!(slow.unwrap_err().contains("too long"));
}
