//! The services that can be called. Each says what becomes of a call that has passed every check; none may look at the
//! header, the clock or the transport.

use std::time::Duration;

use super::{
    Exception, Failure, Gateway, GatewayCall, GatewayOutcome, Params, Route, language::texts, member::Member,
    outcome::null,
};
use crate::json::Node;

/// How long a slow call takes unless it says; long enough to be overtaken by a call sent after it.
const SLOW: u64 = 40;
/// The longest a slow call may ask for.
const SLOWEST: u64 = 2000;

/// A service: its bizType (compared exactly), the route it is served on, and what it does.
#[derive(Debug)]
pub struct BizService {
    pub biz_type: &'static str,
    pub route: Route,
    pub access: Access,
    pub act: GatewayAct,
}

/// Whom a service is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Everybody,
    /// Those who are logged in (B:38).
    Members,
}

/// What a service does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GatewayAct {
    Login,
    Register,
    Logout,
    /// Lists notices, and counts how often: a test sees whether a call was executed.
    List,
    /// How often the notices were listed.
    Counter,
    /// Returns its body.
    Echo,
    /// Answers after a while; calls sent later overtake it.
    Wait,
    /// Who is logged in.
    Profile,
    /// Always refuses, with parameters in its text.
    Cancel,
}

const fn service(biz_type: &'static str, route: Route, access: Access, act: GatewayAct) -> BizService {
    BizService {
        biz_type,
        route,
        access,
        act,
    }
}

/// Every service with a bizType.
pub const SERVICES: &[BizService] = &[
    service(
        "customer.CustomerWebApiService.login",
        Route::Login,
        Access::Everybody,
        GatewayAct::Login,
    ),
    service(
        "customer.CustomerWebApiService.register",
        Route::Register,
        Access::Everybody,
        GatewayAct::Register,
    ),
    service(
        "customer.CustomerWebApiService.profile",
        Route::Global,
        Access::Members,
        GatewayAct::Profile,
    ),
    service(
        "customer.OrderApiService.cancel",
        Route::Global,
        Access::Everybody,
        GatewayAct::Cancel,
    ),
    service(
        "public.NoticeApiService.list",
        Route::Global,
        Access::Everybody,
        GatewayAct::List,
    ),
    service(
        "public.NoticeApiService.counter",
        Route::Global,
        Access::Everybody,
        GatewayAct::Counter,
    ),
    service(
        "public.EchoApiService.echo",
        Route::Global,
        Access::Everybody,
        GatewayAct::Echo,
    ),
    service(
        "public.SlowApiService.wait",
        Route::Global,
        Access::Everybody,
        GatewayAct::Wait,
    ),
];

/// The one that is called by its route alone (B:14).
pub const LOGOUT: &BizService = &service("", Route::Logout, Access::Members, GatewayAct::Logout);

/// The service that a call names: by its bizType, and in HTTP on the right route (GW-HTTP-9, GW-HTTP-10, GW-WS-4).
pub fn find(call: &GatewayCall) -> Result<&'static BizService, Exception> {
    if call.route == Some(Route::Logout) {
        return Ok(LOGOUT);
    }
    let biz_type = call.biz_type.as_deref().ok_or(Exception::BizTypeMissing)?;
    if !is_biz_type(biz_type) {
        return Err(Exception::BizTypeInvalid);
    }
    SERVICES
        .iter()
        .find(|service| service.biz_type == biz_type && call.route.is_none_or(|route| route == service.route))
        .ok_or(Exception::NoSuchInterface)
}

/// Whether text looks like module, service and method (B:72).
fn is_biz_type(text: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    text.split('.').count() >= 3 && text.split('.').all(word)
}

/// A call that has passed every check.
pub struct Admitted<'a> {
    pub service: &'static BizService,
    pub params: &'a Params,
    pub company: i64,
    /// Who is logged in and the token that says so, if the service is for members.
    pub member: Option<(Member, String)>,
}

/// Does what the call asks for.
pub fn perform(gateway: &Gateway, admitted: Admitted<'_>) -> Result<GatewayOutcome, Exception> {
    let params = admitted.params;
    let data = match admitted.service.act {
        GatewayAct::Login => {
            let member = Member {
                login_name: params.text("loginName")?,
                company: admitted.company,
            };
            if !gateway.members().knows(&member, &params.text("password")?) {
                return Ok(GatewayOutcome::Failure(wrong_password(&member)));
            }
            Node::object([
                ("token", Node::text(&gateway.sessions().open(member.clone()))),
                ("loginName", Node::text(&member.login_name)),
                ("companyId", Node::number(member.company)),
            ])
        }
        GatewayAct::Register => {
            let login_name = params.text("loginName")?;
            let password = params.text("password")?;
            let company = admitted.company;
            let id = gateway.members().register(Member { login_name, company }, password);
            Node::object([
                ("id", Node::raw(id.to_string())),
                ("loginName", Node::raw(params.param("loginName").unwrap_or("null"))),
            ])
        }
        GatewayAct::Logout => {
            if let Some((_, token)) = admitted.member {
                gateway.sessions().end(&token);
            }
            null()
        }
        GatewayAct::List => {
            gateway.count(&key(params)?);
            Node::object([("items", Node::texts(["All systems are up.", "全部系统运行正常。"]))])
        }
        GatewayAct::Counter => Node::object([("executions", Node::raw(gateway.counted(&key(params)?).to_string()))]),
        GatewayAct::Echo => Node::raw(params.raw.trim_ascii()),
        GatewayAct::Wait => Node::object([("delay_ms", Node::raw(slowness(params)?.as_millis().to_string()))]),
        GatewayAct::Profile => match admitted.member {
            Some((member, _)) => Node::object([
                ("loginName", Node::text(&member.login_name)),
                ("companyId", Node::number(member.company)),
            ]),
            None => null(),
        },
        GatewayAct::Cancel => return Ok(GatewayOutcome::Failure(closed(params.text("orderId")?))),
    };
    Ok(GatewayOutcome::Success(data))
}

/// How long the call takes.
pub fn delay(service: &BizService, params: &Params) -> Duration {
    match service.act {
        GatewayAct::Wait => slowness(params).unwrap_or_default(),
        _ => Duration::ZERO,
    }
}

fn slowness(params: &Params) -> Result<Duration, Exception> {
    let asked = match params.param("delay_ms") {
        Some(raw) => raw.parse().map_err(|_| Exception::ParamsIllegal)?,
        None => SLOW,
    };
    match asked {
        0..=SLOWEST => Ok(Duration::from_millis(asked)),
        _ => Err(Exception::ParamsIllegal),
    }
}

/// Calls with a `key` of their own are counted apart, so that tests don't count each other's.
fn key(params: &Params) -> Result<String, Exception> {
    match params.param("key") {
        Some(_) => params.text("key"),
        None => Ok(String::new()),
    }
}

fn wrong_password(member: &Member) -> Failure {
    Failure {
        code: "CUSTOMER_401",
        module: "CUSTOMER",
        texts: texts(
            "登录名 %s 或密码不正确",
            "The login name %s or the password is wrong",
            "登入名稱 %s 或密碼不正確",
        ),
        params: vec![member.login_name.clone()],
    }
}

fn closed(order: String) -> Failure {
    Failure {
        code: "ORDER_404",
        module: "ORDER",
        texts: texts(
            "订单 %s 的状态为 %s，不能取消",
            "Order %s is %s and can't be cancelled",
            "訂單 %s 的狀態為 %s，不能取消",
        ),
        params: vec![order, "closed".to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_biz_type_has_module_service_and_method() {
        for service in SERVICES {
            assert!(is_biz_type(service.biz_type), "{}", service.biz_type);
        }
        for text in [
            "", "a", "a.b", "a..b", "a.b.", "a.b.c/d", "../a.b.c", "a.b. c", "客.b.c",
        ] {
            assert!(!is_biz_type(text), "{text}");
        }
    }
}
