//! What the tests of the gateway share: its routes, its credentials, its calls on both transports. It must never judge a
//! reply, but that it is an envelope.

use serde_json::{Value, json};
use wire::http::Response;

use crate::client::{Changes, Client, Server, now_ms};

pub const LOGIN: &str = "/gateway/login/customer.CustomerWebApiService.login";
pub const REGISTER: &str = "/gateway/register/customer.CustomerWebApiService.register";
pub const LOGOUT: &str = "/gateway/logout";
pub const LIST: &str = "/gateway/global/public.NoticeApiService.list";
pub const COUNTER: &str = "/gateway/global/public.NoticeApiService.counter";
pub const ECHO: &str = "/gateway/global/public.EchoApiService.echo";
pub const WAIT: &str = "/gateway/global/public.SlowApiService.wait";
pub const PROFILE: &str = "/gateway/global/customer.CustomerWebApiService.profile";
pub const CANCEL: &str = "/gateway/global/customer.OrderApiService.cancel";

/// The document's heartbeat, with the comma of another alphabet that it has behind the language.
pub const VERBATIM_PING: &str = "{\n  \"header\": {\n    \"trace\": \"trace\",\n\t\"token\": \"token\",\n    \"bizType\": \"ping\",\n\t\"sendTime\":1617246557505,\n\t\"lang\":\"zh-CN\"，\n\t\"timestamp\": 11111131331\n  }\n}";

impl Server {
    pub fn gateway_credential(&self, name: &str) -> &str {
        self.profile["gateway"]["credentials"][name].as_str().unwrap()
    }

    /// The token of a login.
    pub fn login(&self, index: usize) -> &str {
        self.profile["gateway"]["credentials"]["session.valid"][index]
            .as_str()
            .unwrap()
    }

    /// An open WebSocket.
    pub async fn socket(&self) -> Client {
        let mut client = self.connect().await;
        assert_eq!(client.upgrade(&[]).await.status, 101);
        client
    }

    /// A POST on a connection of its own.
    pub async fn post(&self, target: &str, body: &Value) -> Value {
        self.post_with(target, &[], body).await
    }

    pub async fn post_with(&self, target: &str, changes: Changes<'_>, body: &Value) -> Value {
        self.connect().await.post(target, changes, &body.to_string()).await
    }

    pub async fn executions(&self, key: &str) -> Value {
        self.post(COUNTER, &json!({"key": key})).await["data"]["executions"].clone()
    }
}

impl Client {
    pub async fn upgrade(&mut self, changes: Changes<'_>) -> Response {
        self.handshake("GET", "/gateway/ws", changes).await
    }

    /// Sends a request with a good header of the gateway, changed by `changes`.
    pub async fn send_call(&mut self, method: &str, target: &str, changes: Changes<'_>, body: &[u8]) {
        let now = now_ms().to_string();
        let usual = [("companyId", "11"), ("trace", "t-1"), ("timestamp", &*now)];
        self.request(method, target, &usual, changes, body).await;
    }

    pub async fn exchange(&mut self, method: &str, target: &str, changes: Changes<'_>, body: &[u8]) -> Response {
        self.send_call(method, target, changes, body).await;
        self.response(method).await.expect("closed before a response")
    }

    pub async fn post(&mut self, target: &str, changes: Changes<'_>, body: &str) -> Value {
        let response = self.exchange("POST", target, changes, body.as_bytes()).await;
        assert_eq!(response.status, 200, "{target}");
        envelope(&response)
    }

    /// The first message after a call over the WebSocket.
    pub async fn ask_service(&mut self, biz_type: &str, header: Value, body: Value) -> Value {
        self.say(&message(biz_type, header, body)).await;
        self.json().await
    }

    pub async fn assert_serves(&mut self) {
        self.calls += 1;
        let trace = format!("alive-{}", self.calls);
        let reply = self
            .ask_service("public.NoticeApiService.list", json!({"trace": trace}), json!({}))
            .await;
        assert_eq!((&reply["code"], &reply["trace"]), (&json!("0"), &json!(trace)));
    }
}

/// A good header of a message, changed by `changes`; a null takes a member out.
pub fn header(biz_type: &str, changes: Value) -> Value {
    let mut header = json!({"companyId": 11, "trace": "t-1", "timestamp": now_ms(), "bizType": biz_type});
    for (name, value) in changes.as_object().unwrap() {
        header[name] = value.clone();
    }
    header.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    header
}

/// The text of a call with such a header.
pub fn message(biz_type: &str, changes: Value, body: Value) -> String {
    json!({"header": header(biz_type, changes), "body": body}).to_string()
}

/// The text of a heartbeat.
pub fn ping(mut header: Value) -> String {
    header["bizType"] = "ping".into();
    json!({"header": header}).to_string()
}

/// The envelope of a response, every member in its place.
pub fn envelope(response: &Response) -> Value {
    let content_type: Vec<_> = response.header("Content-Type").collect();
    assert_eq!(content_type, ["application/json;charset=utf-8"]);
    let envelope: Value = serde_json::from_slice(&response.body).unwrap();
    let names: Vec<_> = envelope.as_object().unwrap().keys().collect();
    assert_eq!(names, ["code", "msg", "bizCode", "tm", "trace", "msgParams", "data"]);
    assert!(envelope["tm"].is_u64(), "{envelope}");
    envelope
}

/// What follows `GATEWAY_CODE_`, or another code as it is.
pub fn code(envelope: &Value) -> &str {
    let code = envelope["code"].as_str().unwrap();
    code.strip_prefix("GATEWAY_CODE_").unwrap_or(code)
}
