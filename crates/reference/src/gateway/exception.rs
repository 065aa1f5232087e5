//! The exceptions of the gateway itself: module `G`, a code and a text each. The document lists none of them; they are
//! those that gateways of this family are known to use.

use super::language::{Texts, texts};

/// Why a call never reached its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exception {
    TokenMissing,
    BizTypeInvalid,
    CompanyMissing,
    TraceMissing,
    LoginExpired,
    ParamsMissing,
    BizTypeMissing,
    HeaderMissing,
    NoSuchInterface,
    ParamsIllegal,
    MethodUnsupported,
    AccessDenied,
}

impl Exception {
    /// Its `code`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TokenMissing => "GATEWAY_CODE_001",
            Self::BizTypeInvalid => "GATEWAY_CODE_002",
            Self::CompanyMissing => "GATEWAY_CODE_003",
            Self::TraceMissing => "GATEWAY_CODE_004",
            Self::LoginExpired => "GATEWAY_CODE_005",
            Self::ParamsMissing => "GATEWAY_CODE_006",
            Self::BizTypeMissing => "GATEWAY_CODE_008",
            Self::HeaderMissing => "GATEWAY_CODE_009",
            Self::NoSuchInterface => "GATEWAY_CODE_010",
            Self::ParamsIllegal => "GATEWAY_CODE_015",
            Self::MethodUnsupported => "GATEWAY_CODE_016",
            Self::AccessDenied => "GATEWAY_CODE_019",
        }
    }

    /// Its `msg`.
    pub const fn texts(self) -> Texts {
        match self {
            Self::TokenMissing => texts("缺少令牌", "The token is missing", "缺少權杖"),
            Self::BizTypeInvalid => texts("业务类型无效", "The bizType is invalid", "業務類型無效"),
            Self::CompanyMissing => texts("缺少公司标识", "The companyId is missing", "缺少公司識別碼"),
            Self::TraceMissing => texts("缺少链路标识", "The trace is missing", "缺少鏈路識別碼"),
            Self::LoginExpired => texts("登录已过期", "The login has expired", "登入已過期"),
            Self::ParamsMissing => texts("缺少参数", "Parameters are missing", "缺少參數"),
            Self::BizTypeMissing => texts("缺少业务类型", "The bizType is missing", "缺少業務類型"),
            Self::HeaderMissing => texts("缺少请求头", "A header is missing", "缺少請求標頭"),
            Self::NoSuchInterface => texts("接口不存在", "There is no such interface", "介面不存在"),
            Self::ParamsIllegal => texts("参数不合法", "Parameters are illegal", "參數不合法"),
            Self::MethodUnsupported => texts("不支持的请求方法", "The method is not supported", "不支援的請求方法"),
            Self::AccessDenied => texts("没有访问权限", "There is no access right", "沒有存取權限"),
        }
    }
}

/// The `bizCode` of every exception.
pub const MODULE: &str = "G";
