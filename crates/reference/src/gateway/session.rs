//! The logins, in one store for both transports (B:38). The first ones are made up and are the same in every run.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use sha1::{Digest as _, Sha1};

use super::member::{COMPANIES, LOGIN_NAME, Member};

/// How many tokens of the first company are valid from the start; a test may log some of them out.
const VALID: usize = 16;
/// A token has 32 hexadecimal digits.
const TOKEN_LENGTH: usize = 32;

/// What a session is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LoginState {
    Live,
    Expired,
    /// Logged out.
    Ended,
}

/// One login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    pub member: Member,
    pub state: LoginState,
}

/// Every login, by token.
pub struct Sessions {
    sessions: Mutex<HashMap<String, Login>>,
    /// Makes tokens of different servers differ.
    salt: i64,
}

/// The tokens that exist from the start.
pub struct Tokens {
    pub valid: Vec<String>,
    pub expired: String,
    pub foreign: String,
}

impl Tokens {
    /// They, always the same.
    pub fn made_up() -> Self {
        Self {
            valid: (0..VALID).map(|index| token(&format!("valid {index}"))).collect(),
            expired: token("expired"),
            foreign: token("foreign"),
        }
    }
}

impl Sessions {
    /// The sessions of the start; `salt` makes the later ones the server's own.
    pub fn new(salt: i64) -> Self {
        let Tokens {
            valid,
            expired,
            foreign,
        } = Tokens::made_up();
        let session = |company, state| Login {
            member: Member {
                login_name: LOGIN_NAME.to_owned(),
                company,
            },
            state,
        };
        let [company, other_company] = COMPANIES;
        let mut sessions: HashMap<_, _> = valid
            .into_iter()
            .map(|token| (token, session(company, LoginState::Live)))
            .collect();
        sessions.insert(expired, session(company, LoginState::Expired));
        sessions.insert(foreign, session(other_company, LoginState::Live));
        Self {
            sessions: Mutex::new(sessions),
            salt,
        }
    }

    /// Logs a member in: the new token.
    pub fn open(&self, member: Member) -> String {
        let mut sessions = self.sessions();
        let token = token(&format!("{} {}", self.salt, sessions.len()));
        sessions.insert(
            token.clone(),
            Login {
                member,
                state: LoginState::Live,
            },
        );
        token
    }

    /// The session of exactly this token.
    pub fn find(&self, token: &str) -> Option<Login> {
        self.sessions().get(token).cloned()
    }

    /// Logs a token out. It is remembered: a token never comes back.
    pub fn end(&self, token: &str) {
        if let Some(session) = self.sessions().get_mut(token) {
            session.state = LoginState::Ended;
        }
    }

    fn sessions(&self) -> MutexGuard<'_, HashMap<String, Login>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn token(seed: &str) -> String {
    let digest = Sha1::digest(format!("gateway {seed}"));
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.chars().take(TOKEN_LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_its_own_and_ends_for_good() {
        let sessions = Sessions::new(1);
        assert_eq!(sessions.sessions().len(), VALID + 2);
        let member = Member {
            login_name: "x".to_owned(),
            company: 11,
        };
        let (one, two) = (sessions.open(member.clone()), sessions.open(member));
        assert_ne!(one, two);
        assert_eq!(one.len(), TOKEN_LENGTH);
        sessions.end(&one);
        let state = |token| sessions.find(token).map(|session| session.state);
        assert_eq!(
            (state(&one), state(&two)),
            (Some(LoginState::Ended), Some(LoginState::Live))
        );
    }
}
