//! Those who may log in, each in one company.

use std::sync::{Mutex, PoisonError};

/// The companies that exist: the one of the document's example (B:75), and another.
pub const COMPANIES: [i64; 2] = [11, 12];
/// The login name of the document's example (B:81); it exists in every company.
pub const LOGIN_NAME: &str = "139";
/// Its password.
pub const PASSWORD: &str = "139-opens-sesame";

/// Somebody of a company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub login_name: String,
    pub company: i64,
}

/// Everybody, in the order of registration.
pub struct Members {
    registered: Mutex<Vec<(Member, String)>>,
}

impl Members {
    /// The first member of each company.
    pub fn new() -> Self {
        let first = |company| {
            let login_name = LOGIN_NAME.to_owned();
            (Member { login_name, company }, PASSWORD.to_owned())
        };
        Self {
            registered: Mutex::new(COMPANIES.map(first).into()),
        }
    }

    /// Registers somebody: the number of the registration. A name may be registered again; each keeps its password.
    pub fn register(&self, member: Member, password: String) -> usize {
        let mut registered = self.registered.lock().unwrap_or_else(PoisonError::into_inner);
        registered.push((member, password));
        registered.len()
    }

    /// Whether this is somebody, with this password.
    pub fn knows(&self, member: &Member, password: &str) -> bool {
        let registered = self.registered.lock().unwrap_or_else(PoisonError::into_inner);
        registered.iter().any(|(one, own)| one == member && own == password)
    }
}
