//! Who is let in to the ws-service, and what those are told who are not. It must never look at a call.

use crate::client::serve;

#[tokio::test]
async fn a_good_handshake_is_accepted_wherever_the_token_is() {
    let server = serve().await;
    let token = server.account("token.valid", 0);
    let encoded: String = token.bytes().map(|byte| format!("%{byte:02x}")).collect();
    for (target, header) in [
        (format!("/ws?Dev-Token={token}"), None),
        (format!("/ws?x=1&Dev-Token={encoded}&y=2"), None),
        ("/ws".to_owned(), Some(("Dev-Token", Some(token)))),
        ("/ws".to_owned(), Some(("DEV-TOKEN", Some(token)))),
        (format!("/ws?Dev-Token={token}"), Some(("Dev-Token", Some("nobody's")))),
        (format!("/ws?Dev-Token={}", server.account("token.unpaid", 0)), None),
    ] {
        let changes: Vec<_> = header.into_iter().collect();
        let (mut client, response) = server.handshake("GET", &target, &changes).await;
        assert_eq!(response.status, 101, "{target}");
        let accept: Vec<_> = response.header("Sec-WebSocket-Accept").collect();
        assert_eq!(accept, ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]);
        assert_eq!(response.header("Sec-WebSocket-Extensions").count(), 0);
        client.say("ping").await;
        assert_eq!(client.text().await, "pong");
    }
}

#[tokio::test]
async fn a_bad_token_is_refused_before_the_upgrade() {
    let server = serve().await;
    let good = server.account("token.valid", 0);
    let flipped = good.to_uppercase();
    for (query, status) in [
        (String::new(), 401),
        ("?Dev-Token=".to_owned(), 401),
        ("?Dev-Token".to_owned(), 401),
        (format!("?dev-token={good}"), 401),
        (format!("?Dev-Token={flipped}"), 401),
        (format!("?Dev-Token={good}%20"), 401),
        (format!("?Dev-Token={}", "x".repeat(8192)), 401),
        (format!("?Dev-Token={}", server.account("token.expired", 0)), 401),
        (format!("?Dev-Token={}", server.account("token.review", 0)), 403),
        (format!("?Dev-Token={}", server.account("token.nopermission", 0)), 403),
    ] {
        assert_eq!(
            server.status("GET", &format!("/ws{query}"), &[]).await,
            status,
            "{query}"
        );
    }
    let header = [("Dev-Token", Some(good))];
    assert_eq!(
        server.status("GET", "/ws?Dev-Token=", &header).await,
        401,
        "an empty query outranks"
    );
    assert_eq!(
        server.status("GET", "/ws?Dev-Token=x", &header).await,
        401,
        "a bad query outranks"
    );
}

#[tokio::test]
async fn a_bad_handshake_is_told_what_is_wrong() {
    let server = serve().await;
    let target = format!("/ws?Dev-Token={}", server.account("token.valid", 0));
    for change in [
        ("Host", None),
        ("Upgrade", None),
        ("Upgrade", Some("h2c")),
        ("Connection", None),
        ("Connection", Some("keep-alive")),
        ("Sec-WebSocket-Key", None),
        ("Sec-WebSocket-Key", Some("c2hvcnQ=")),
        ("Sec-WebSocket-Version", None),
    ] {
        assert_eq!(server.status("GET", &target, &[change]).await, 400, "{change:?}");
    }
    let (_, response) = server
        .handshake("GET", &target, &[("Sec-WebSocket-Version", Some("8"))])
        .await;
    assert_eq!(response.status, 426);
    assert_eq!(response.header("Sec-WebSocket-Version").collect::<Vec<_>>(), ["13"]);
    assert_eq!(server.status("GET", &target.replace("/ws", "/ws2"), &[]).await, 404);
    let (_, response) = server.handshake("POST", &target, &[]).await;
    assert_eq!(
        (response.status, response.header("Allow").collect::<Vec<_>>()),
        (405, vec!["GET"])
    );
}
