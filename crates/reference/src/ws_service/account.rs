//! The accounts and their tokens. The tokens are made up, look like real ones, and are the same in every run.

use std::{collections::HashMap, sync::Arc};

use sha1::{Digest as _, Sha1};

/// A token has 32 characters (A:33).
const TOKEN_LENGTH: usize = 32;
/// How many accounts of each standing exist: enough for one connection each in a parallel run.
const CENSUS: [(Standing, usize); 5] = [
    (Standing::Good, 64),
    (Standing::Unpaid, 8),
    (Standing::Expired, 1),
    (Standing::UnderReview, 1),
    (Standing::Unpermitted, 1),
];

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    Good,
    /// Connects, but every call is answered with 1402 (A:5, WS-TOKEN-10).
    Unpaid,
    /// Its token is no longer valid (A:58).
    Expired,
    /// A:59.
    UnderReview,
    /// Has no permission to connect (A:60).
    Unpermitted,
}

/// An account and its one token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub token: String,
    pub standing: Standing,
}

/// Every account, by token.
pub struct Accounts {
    in_order: Vec<Arc<Account>>,
    by_token: HashMap<String, Arc<Account>>,
}

impl Accounts {
    /// All of them.
    pub fn new() -> Self {
        let in_order: Vec<_> = CENSUS
            .iter()
            .flat_map(|&(standing, count)| (0..count).map(move |index| (standing, index)))
            .map(|(standing, index)| {
                let token = token(standing, index);
                Arc::new(Account { token, standing })
            })
            .collect();
        let by_token = in_order
            .iter()
            .map(|account| (account.token.clone(), Arc::clone(account)))
            .collect();
        Self { in_order, by_token }
    }

    /// The account of exactly this token (WS-TOKEN-5).
    pub fn find(&self, token: &str) -> Option<&Arc<Account>> {
        self.by_token.get(token)
    }

    /// The accounts of a standing, always in the same order.
    pub fn of(&self, standing: Standing) -> impl Iterator<Item = &Arc<Account>> {
        self.in_order.iter().filter(move |account| account.standing == standing)
    }
}

fn token(standing: Standing, index: usize) -> String {
    let digest = Sha1::digest(format!("ws-service {standing:?} {index}"));
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.chars().take(TOKEN_LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_is_its_own_and_changes_when_its_case_is_flipped() {
        let accounts = Accounts::new();
        assert_eq!(accounts.by_token.len(), 75);
        for token in accounts.by_token.keys() {
            assert_eq!(token.len(), TOKEN_LENGTH);
            assert!(accounts.find(&token.to_uppercase()).is_none(), "{token}");
        }
    }
}
