//! Calls of the gateway on both transports: services, headers, tokens, languages. It must never care how a call was carried.

use crate::{
    client::{now_ms, serve},
    gateway::*,
};
use serde_json::{Value, json};

#[tokio::test]
async fn every_route_of_the_document_is_served() {
    let server = serve().await;
    let password = server.gateway_credential("login.password");
    let login = server
        .post(LOGIN, &json!({"type": 3, "loginName": "139", "password": password}))
        .await;
    assert_eq!(
        (
            code(&login),
            &login["msg"],
            &login["bizCode"],
            &login["trace"],
            &login["msgParams"]
        ),
        ("0", &json!("成功"), &json!(""), &json!("t-1"), &Value::Null)
    );
    assert_eq!(login["data"]["companyId"], 11);
    let token = login["data"]["token"].as_str().unwrap();
    assert!(
        token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{token}"
    );

    let credentials = json!({"loginName": "141", "password": "secret"});
    assert_eq!(code(&server.post(LOGIN, &credentials).await), "CUSTOMER_401");
    let register = server.post(REGISTER, &credentials).await;
    assert!(register["data"]["id"].is_u64(), "{register}");
    assert_eq!(server.post(LOGIN, &credentials).await["data"]["loginName"], "141");

    let logged_in = [("token", Some(token))];
    let profile = server.post_with(PROFILE, &logged_in, &json!({})).await;
    assert_eq!(profile["data"], json!({"loginName": "139", "companyId": 11}));
    let logout = server.connect().await.post(LOGOUT, &logged_in, "").await;
    assert_eq!((code(&logout), &logout["data"]), ("0", &Value::Null));
    let mut socket = server.socket().await;
    let biz_type = "customer.CustomerWebApiService.profile";
    assert_eq!(code(&server.post_with(PROFILE, &logged_in, &json!({})).await), "005");
    assert_eq!(
        code(&socket.ask_service(biz_type, json!({"token": token}), json!({})).await),
        "005"
    );
    assert_eq!(code(&server.connect().await.post(LOGOUT, &logged_in, "").await), "005");
}

#[tokio::test]
async fn every_call_of_the_profile_does_what_its_name_says() {
    let server = serve().await;
    let calls = server.profile["gateway"]["calls"].as_table().unwrap();
    let mut socket = server.socket().await;
    for (name, call) in calls {
        let (route, biz_type) = (call["route"].as_str().unwrap(), call["bizType"].as_str().unwrap());
        let mut body = serde_json::to_value(&call["body"]).unwrap();
        if name == "login" {
            body["password"] = server.gateway_credential("login.password").into();
        }
        let token = server.login(0);
        let path = format!("/gateway/{route}/{biz_type}");
        let expected = if name == "failing" { "ORDER_404" } else { "0" };
        let by_http = server.post_with(&path, &[("token", Some(token))], &body).await;
        let by_socket = socket.ask_service(biz_type, json!({"token": token}), body).await;
        assert_eq!((code(&by_http), code(&by_socket)), (expected, expected), "{name}");
        assert_eq!(by_http["bizCode"], by_socket["bizCode"]);
        if let Some(pointer) = call.get("token") {
            assert!(by_http.pointer(pointer.as_str().unwrap()).unwrap().is_string());
        }
    }
    assert_eq!(calls.len(), 7);
}

#[tokio::test]
async fn headers_are_checked_in_order() {
    let server = serve().await;
    let mut socket = server.socket().await;
    for (changes, expected) in [
        (vec![("companyId", None), ("trace", None)], "003"),
        (vec![("companyId", Some(""))], "003"),
        (vec![("companyId", Some("abc")), ("trace", None)], "015"),
        (vec![("companyId", Some("1.5"))], "015"),
        (vec![("companyId", Some("99999999999999999999"))], "015"),
        (vec![("companyId", Some("13"))], "019"),
        (vec![("trace", None), ("timestamp", None)], "004"),
        (vec![("trace", Some(""))], "004"),
        (vec![("timestamp", None)], "009"),
        (vec![("timestamp", Some("soon"))], "015"),
        (vec![("timestamp", Some("1.5"))], "015"),
        (vec![("timestamp", Some("11111131331"))], "0"),
        (vec![("companyId", Some("12"))], "0"),
        (vec![("token", Some("garbage"))], "0"),
        (vec![("token", Some("")), ("lang", Some("")), ("group", Some(""))], "0"),
        (vec![("lang", Some("xx")), ("version", Some("9.9.9"))], "0"),
    ] {
        let reply = server.post_with(LIST, &changes, &json!({})).await;
        assert_eq!(code(&reply), expected, "{changes:?}");
        let trace = changes
            .iter()
            .find(|(name, _)| *name == "trace")
            .map_or(json!("t-1"), |_| Value::Null);
        assert_eq!(reply["trace"], trace, "{changes:?}");
        let header: Value = changes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect();
        let reply = socket
            .ask_service("public.NoticeApiService.list", header, json!({}))
            .await;
        assert_eq!(code(&reply), expected, "{changes:?} over the WebSocket");
    }
    for names in [["companyid", "TRACE", "TimeStamp"], ["COMPANYID", "Trace", "timestamp"]] {
        let now = now_ms().to_string();
        let [company, trace, timestamp] = names;
        let changes = [(company, Some("11")), (trace, Some("t-2")), (timestamp, Some(&*now))];
        let reply = server.post_with(LIST, &changes, &json!({})).await;
        assert_eq!((code(&reply), &reply["trace"]), ("0", &json!("t-2")), "{names:?}");
    }
}

#[tokio::test]
async fn a_trace_comes_back_as_it_was_sent() {
    let server = serve().await;
    let mut socket = server.socket().await;
    let long = "t".repeat(4096);
    for trace in ["t", "a b", "%41", "\"", "链路", &long] {
        let reply = server.post_with(LIST, &[("trace", Some(trace))], &json!({})).await;
        assert_eq!(reply["trace"], trace);
        let reply = socket
            .ask_service("public.NoticeApiService.list", json!({"trace": trace}), json!({}))
            .await;
        assert_eq!(reply["trace"], trace);
    }
}

#[tokio::test]
async fn an_exception_names_the_biz_type_and_speaks_the_language() {
    let server = serve().await;
    for (lang, msg) in [
        (None, "订单 A-17 的状态为 closed，不能取消"),
        (Some("zh-CN"), "订单 A-17 的状态为 closed，不能取消"),
        (Some("xx"), "订单 A-17 的状态为 closed，不能取消"),
        (Some("en-US"), "Order A-17 is closed and can't be cancelled"),
        (Some("zh-HK"), "訂單 A-17 的狀態為 closed，不能取消"),
    ] {
        let reply = server
            .post_with(CANCEL, &[("lang", lang)], &json!({"orderId": "A-17"}))
            .await;
        let expected = json!({
            "code": "ORDER_404",
            "msg": msg,
            "bizCode": "ORDER",
            "tm": reply["tm"],
            "trace": "t-1",
            "msgParams": "A-17,closed",
            "data": "customer.OrderApiService.cancel",
        });
        assert_eq!(reply, expected);
    }
    let reply = server.post_with(PROFILE, &[("lang", Some("en-US"))], &json!({})).await;
    assert_eq!(
        (code(&reply), &reply["msg"], &reply["bizCode"], &reply["data"]),
        (
            "001",
            &json!("The token is missing"),
            &json!("G"),
            &json!("customer.CustomerWebApiService.profile")
        )
    );
}

#[tokio::test]
async fn tokens_count_only_for_their_own_company_and_time() {
    let server = serve().await;
    let mut socket = server.socket().await;
    let foreign = server.gateway_credential("session.foreign");
    for (token, company, expected) in [
        ("", "11", "001"),
        ("garbage", "11", "005"),
        (&server.login(0).to_uppercase(), "11", "005"),
        (server.gateway_credential("session.expired"), "11", "005"),
        (foreign, "11", "005"),
        (foreign, "12", "0"),
        (server.login(15), "12", "005"),
        (server.login(15), "11", "0"),
    ] {
        let changes = [("token", Some(token)), ("companyId", Some(company))];
        let reply = server.post_with(PROFILE, &changes, &json!({})).await;
        assert_eq!(code(&reply), expected, "{token} of {company}");
        let header = json!({"token": token, "companyId": company});
        let reply = socket
            .ask_service("customer.CustomerWebApiService.profile", header, json!({}))
            .await;
        assert_eq!(code(&reply), expected, "{token} of {company} over the WebSocket");
    }
}

#[tokio::test]
async fn unknown_services_are_exceptions_on_both_transports() {
    let server = serve().await;
    let mut socket = server.socket().await;
    for (path, biz_type, expected) in [
        ("none.NoneApiService.none", Some("none.NoneApiService.none"), "010"),
        (
            "public.NoticeApiService.List",
            Some("public.NoticeApiService.List"),
            "010",
        ),
        ("a.b", Some("a.b"), "002"),
        ("%2e%2e", Some(".."), "002"),
        ("a/b", Some("a/b"), "002"),
        ("%E5%85%AC", Some("公"), "002"),
        ("", None, "008"),
    ] {
        let reply = server.post(&format!("/gateway/global/{path}"), &json!({})).await;
        assert_eq!((code(&reply), &reply["data"]), (expected, &json!(biz_type)), "{path}");
        let reply = socket
            .ask_service(biz_type.unwrap_or_default(), json!({}), json!({}))
            .await;
        assert_eq!((code(&reply), &reply["data"]), (expected, &json!(biz_type)), "{path}");
    }
    let reply = server
        .post("/gateway/global/public.Notice%41piService.list", &json!({}))
        .await;
    assert_eq!(code(&reply), "0");
    for (route, of) in [
        ("login", LIST),
        ("register", LOGIN),
        ("global", LOGIN),
        ("global", REGISTER),
    ] {
        let biz_type = of.rsplit('/').next().unwrap();
        let body = json!({"loginName": "139", "password": server.gateway_credential("login.password")});
        let reply = server.post(&format!("/gateway/{route}/{biz_type}"), &body).await;
        assert_eq!(code(&reply), "010", "{biz_type} on {route}");
    }
}
