//! No credential leaves the process, whatever a server does with the one that it was sent: every byte that a run writes is
//! searched.

use std::{fs, path::Path};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE},
};
use wire::frame::{Frame, Opcode};

use crate::{
    binary::{conformist, error, formats, out},
    hostile::peer::{
        Act::{self, Answer, Head, Hold, Send, Upgrade, UpgradeWith},
        Peer, text,
    },
};

/// A token with characters that every encoding writes in another way.
const TOKEN: &str = "tök/en+\"7f3a\\9c=&%41'<é>";
const OTHER: &str = "0123456789abcdef0123456789abcdef";

/// Every form in which it must not be found.
fn forms(token: &str) -> Vec<(String, String)> {
    let mut forms = written(token);
    for (name, form) in &mut forms {
        // What its neighbours decide is no part of it.
        if name.starts_with("base64") {
            *form = form.get(4..form.len() - 6).unwrap_or_default().to_owned();
        }
    }
    forms.retain(|(_, form)| form.len() >= 8);
    forms
}

/// Every form in which a server may write it.
fn written(token: &str) -> Vec<(String, String)> {
    let mut forms = vec![("as it is".to_owned(), token.to_owned())];
    let bytes = token.as_bytes();
    let percent = |keep: fn(u8) -> bool, upper: bool| -> String {
        bytes
            .iter()
            .map(|byte| match (keep(*byte), upper) {
                (true, _) => char::from(*byte).to_string(),
                (false, true) => format!("%{byte:02X}"),
                (false, false) => format!("%{byte:02x}"),
            })
            .collect()
    };
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    forms.push(("percent-encoded".into(), percent(unreserved, true)));
    forms.push(("percent-encoded in small letters".into(), percent(unreserved, false)));
    forms.push(("percent-encoded throughout".into(), percent(|_| false, true)));
    forms.push(("hex".into(), bytes.iter().map(|byte| format!("{byte:02x}")).collect()));
    let json = serde_json::to_string(token).expect("a string");
    forms.push(("JSON-escaped".into(), json.trim_matches('"').to_owned()));
    forms.push((
        "JSON-escaped throughout".into(),
        token.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect(),
    ));
    for shift in 0..3 {
        let shifted = [&vec![b'x'; shift][..], bytes].concat();
        for encoded in [STANDARD_NO_PAD.encode(&shifted), URL_SAFE.encode(&shifted)] {
            forms.push((format!("base64 at {shift}"), encoded));
        }
    }
    forms
}

/// Says the token in every way.
fn echo(message: &str) -> Vec<Vec<u8>> {
    let call: serde_json::Value = serde_json::from_str(message).unwrap_or_default();
    let extra = serde_json::json!({"mark": call["params"]["mark"], "ts": call["params"]["ts"]});
    let said: Vec<String> = written(TOKEN).into_iter().map(|(_, form)| form).collect();
    let reply = serde_json::json!({
        "code": 200, "result": {"data": {"token": TOKEN, "said": said}, "extra": extra}, "msg": TOKEN, TOKEN: TOKEN,
    });
    let mut out = vec![text(&reply.to_string())];
    for form in said {
        out.push(text(&form));
        out.push(Frame::new(Opcode::Ping, form.as_bytes()[..form.len().min(100)].to_vec()).encode(None));
    }
    for shift in 0..3 {
        out.push(text(
            &STANDARD.encode(format!("{}{TOKEN} and so on", "x".repeat(shift))),
        ));
    }
    // In two fragments, with something between.
    let (first, second) = TOKEN.as_bytes().split_at(9);
    let fragment = |opcode, bytes: &[u8], fin: bool| {
        let mut frame = Frame::new(opcode, bytes).encode(None);
        frame[0] = frame[0] & 0x0f | u8::from(fin) << 7;
        frame
    };
    out.push(fragment(Opcode::Text, first, false));
    out.push(Frame::new(Opcode::Ping, "between").encode(None));
    out.push(fragment(Opcode::Continuation, second, true));
    out.push(Frame::close(1011, TOKEN).encode(None));
    out
}

fn respond(head: &str) -> Vec<Act> {
    vec![Head, Send(head.replace("TOKEN", TOKEN).into_bytes()), Hold]
}

/// Every file below a folder, and its name.
fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push((path.display().to_string(), fs::read(&path).expect("a file")));
        }
    }
}

#[test]
fn no_form_of_a_credential_is_in_any_byte_that_a_run_writes() {
    let percent = "HTTP/1.1 302 Found\r\nLocation: ws://elsewhere/?Dev-Token=t%C3%B6k%2Fen%2B%227f3a%5C9c%3D%26%2541%27%3C%C3%A9%3E\r\nContent-Length: 0\r\n\r\n";
    let peers: Vec<(&str, Vec<Act>)> = vec![
        ("in messages, pings, fragments and a close", vec![Upgrade, Answer(echo)]),
        (
            "in headers of the handshake",
            vec![
                UpgradeWith("Sec-WebSocket-Accept: {accept}\r\nX-Token: tök/en+\"7f3a\\9c=&%41'<é>\r\n"),
                Answer(echo),
            ],
        ),
        (
            "in a refusal",
            respond(
                "HTTP/1.1 400 TOKEN\r\nX-T: TOKEN\r\nContent-Length: 60\r\n\r\nno service for TOKEN, go away, please                    ",
            ),
        ),
        (
            "in a redirect",
            respond(
                "HTTP/1.1 302 Found\r\nLocation: ws://TOKEN.example/?Dev-Token=TOKEN#TOKEN\r\nContent-Length: 0\r\n\r\n",
            ),
        ),
        ("in an encoded redirect", respond(percent)),
        ("in what is no response", respond("TOKEN TOKEN TOKEN\r\n\r\n")),
    ];
    for (how, script) in peers {
        let peer = Peer::start(script, None);
        let folder = tempfile::tempdir().expect("a folder");
        let outputs = folder.path().join("outputs");
        fs::create_dir(&outputs).expect("a folder");
        // The profile names the token's place; the place is no output.
        let secret = folder.path().join("token");
        fs::write(&secret, TOKEN).expect("written");
        let profile = folder.path().join("target.toml");
        let text = format!(
            "[ws-service.endpoints]\nws = \"ws://{}/ws\"\n[ws-service.credentials]\n\"token.valid\" = [\"file:token\", \
             \"env:OTHER_TOKEN\"]\n[timeouts]\nexpect = \"1s\"\n",
            peer.address
        );
        fs::write(&profile, text).expect("written");
        let at = |name: &str| outputs.join(name).display().to_string();
        let reports = formats()
            .into_iter()
            .map(|format| format!("--report={format}={}", at(&format)));
        let output = conformist(&[
            "run",
            "--target",
            &profile.display().to_string(),
            "--record",
            &at("recording"),
            "--verbose",
            "ws-service/upgrade/",
            "ws-service/mark-echo/absent",
            "ws-service/heartbeat/text",
            "ws-service/calls/close",
            "ws-service/token-precedence/",
        ])
        .args(reports)
        .env("OTHER_TOKEN", OTHER)
        .env("RUST_BACKTRACE", "1")
        .env("RUST_LOG", "trace")
        .current_dir(&outputs)
        .output()
        .expect("the binary runs");
        let mut written = vec![
            ("standard output".to_owned(), output.stdout.clone()),
            ("standard error".to_owned(), output.stderr.clone()),
        ];
        files(&outputs, &mut written);
        assert!(written.len() >= 7, "{how}: {}{}", out(&output), error(&output));
        let mut hidden = false;
        for (name, bytes) in &written {
            let text = String::from_utf8_lossy(bytes);
            hidden |= text.contains("‹token.valid");
            for (form, secret) in forms(TOKEN).into_iter().chain(forms(OTHER)) {
                // As it stands, and as a file of JSON would write it.
                let quoted = serde_json::to_string(&secret).expect("a string");
                for secret in [secret.as_str(), quoted.trim_matches('"')] {
                    let at = text.find(secret);
                    let around = at.map(|at| text[..at].chars().rev().take(300).collect::<String>());
                    let around = around.map(|around| around.chars().rev().collect::<String>());
                    assert_eq!(around, None, "{how}: {name} has the token {form}, behind this");
                }
            }
        }
        assert!(hidden, "{how}: the token was not even seen");
    }
}
