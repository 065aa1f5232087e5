//! The table of codes (A:3-19), with the texts of its third column (A:112, WS-RES-7).

/// An errorCode of a call that failed; the connection lives on (WS-CALL-10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    Unknown,
    Illegal1,
    Illegal2,
    Illegal3,
    Offline,
    Maintenance,
    Unauthorized,
    Restricted,
    NoData,
    /// The table's last, open row.
    Other,
}

impl ErrorCode {
    /// The number on the wire.
    pub const fn number(self) -> i64 {
        match self {
            Self::Unknown => -10000,
            Self::Illegal1 => -10001,
            Self::Illegal2 => -10002,
            Self::Illegal3 => -10003,
            Self::Offline => -10004,
            Self::Maintenance => -10005,
            Self::Unauthorized => -10006,
            Self::Restricted => -10007,
            Self::NoData => -10008,
            Self::Other => -10010,
        }
    }

    /// Its `msg`.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Unknown => "Unknown error",
            Self::Illegal1 => "Illegal request I",
            Self::Illegal2 => "Illegal request II",
            Self::Illegal3 => "Illegal request III",
            Self::Offline => "Interface offline",
            Self::Maintenance => "Interface maintenance",
            Self::Unauthorized => "Unauthorized call",
            Self::Restricted => "Call restricted",
            Self::NoData => "Data does not exist",
            Self::Other => "...",
        }
    }
}

/// An errorCode that ends the connection (A:8-9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disconnect {
    ForcedOffline,
    OtherError,
}

impl Disconnect {
    /// The number on the wire.
    pub const fn number(self) -> i64 {
        match self {
            Self::ForcedOffline => -9998,
            Self::OtherError => -9999,
        }
    }

    /// Its `msg`.
    pub const fn text(self) -> &'static str {
        match self {
            Self::ForcedOffline => "Forced offline",
            Self::OtherError => "Other error",
        }
    }
}

/// A code that refuses a call before it is looked at (A:5-7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    Malformed,
    Unpaid,
    NoSuchInterface,
}

impl Rejection {
    /// The number on the wire.
    pub const fn number(self) -> i64 {
        match self {
            Self::Malformed => 1400,
            Self::Unpaid => 1402,
            Self::NoSuchInterface => 1404,
        }
    }

    /// Its `msg`.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Malformed => "JSON format parsing failed",
            Self::Unpaid => "Dev token to be paid",
            Self::NoSuchInterface => "API interface does not exist",
        }
    }
}
