//! What the tests of the ws-service share: its tokens and its calls. It must never judge a reply, but that there is one.

use serde_json::{Value, json};
use wire::http::Response;

use crate::client::{Changes, Client, Server, now};

/// The text of a call.
pub fn call(controller: &str, action: &str, params: &Value) -> String {
    json!({"controller": controller, "action": action, "params": params}).to_string()
}

impl Server {
    /// A token of the profile: that of a list at `index`, or the only one.
    pub fn account(&self, name: &str, index: usize) -> &str {
        let value = &self.profile["ws-service"]["credentials"][name];
        value.get(index).unwrap_or(value).as_str().unwrap()
    }

    /// A handshake on a connection of its own.
    pub async fn handshake(&self, method: &str, target: &str, changes: Changes<'_>) -> (Client, Response) {
        let mut client = self.connect().await;
        let response = client.handshake(method, target, changes).await;
        (client, response)
    }

    pub async fn status(&self, method: &str, target: &str, changes: Changes<'_>) -> u16 {
        self.handshake(method, target, changes).await.1.status
    }

    /// An open connection of the account that has this token.
    pub async fn session_of(&self, token: &str) -> Client {
        let (client, response) = self.handshake("GET", &format!("/ws?Dev-Token={token}"), &[]).await;
        assert_eq!(response.status, 101);
        client
    }

    pub async fn session(&self) -> Client {
        self.session_of(self.account("token.valid", 0)).await
    }
}

impl Client {
    /// The first message after a call.
    pub async fn ask_action(&mut self, controller: &str, action: &str, mut params: Value) -> Value {
        params["ts"] = now().into();
        self.say(&call(controller, action, &params)).await;
        self.json().await
    }

    pub async fn assert_answers(&mut self) {
        let reply = self.ask_action("api", "index", json!({"mark": "alive"})).await;
        assert_eq!(reply["result"]["extra"]["mark"], "alive", "{reply}");
    }
}
