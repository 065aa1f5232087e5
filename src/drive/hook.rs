//! The ways a profile gives to make the target do something: a POST, or a program. Its sentences hold no URL, no
//! argument and no output: those may be secret.

use std::process::Stdio;

use tokio::{
    process::Command,
    time::{Instant, timeout_at},
};

use super::{
    http_reqwest,
    network::{Medium, Network},
};
use crate::replay::io::Hook;

/// Calls a hook, and gives it up at the deadline.
pub(super) async fn call(network: &Network, hook: Hook, deadline: Instant) -> Result<(), String> {
    if matches!(network.medium(), Medium::Memory(_)) {
        // They lead out of the process, and the time that they take would stand still.
        return Err("hooks are not called in memory".to_owned());
    }
    let calling = async {
        match hook {
            Hook::Url(url) => post(network, &url).await,
            Hook::Command(words) => run(network, &words).await,
        }
    };
    timeout_at(deadline, calling)
        .await
        .unwrap_or_else(|_| Err("the hook took too long".to_owned()))
}

async fn post(network: &Network, url: &str) -> Result<(), String> {
    let url = reqwest::Url::parse(url).map_err(|error| format!("the hook's URL is none: {error}"))?;
    let client = network
        .client(url.scheme() == "https")
        .map_err(|failure| failure.text)?;
    match client.post(url).send().await {
        Ok(response) if response.status().is_success() => Ok(()),
        Ok(response) => Err(format!("the hook answered {}", response.status().as_u16())),
        Err(error) => Err(format!("the hook failed: {}", http_reqwest::from_library(&error).text)),
    }
}

async fn run(network: &Network, words: &[String]) -> Result<(), String> {
    if !network.settings().allow_commands {
        return Err("the hook is a program, and programs are not allowed in this run".to_owned());
    }
    let [program, arguments @ ..] = words else {
        return Err("the hook's command is empty".to_owned());
    };
    // No shell, nothing to read, nowhere to write: what it prints must neither fill memory nor mix with a report.
    let status = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("the hook's program could not be started: {}", error.kind()))?
        .wait()
        .await
        .map_err(|error| format!("the hook's program was lost: {}", error.kind()))?;
    match (status.success(), status.code()) {
        (true, _) => Ok(()),
        (false, Some(code)) => Err(format!("the hook's program ended with exit code {code}")),
        (false, None) => Err("the hook's program was ended by a signal".to_owned()),
    }
}
