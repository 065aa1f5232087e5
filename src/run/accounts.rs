//! The accounts of a target: which credentials a row may use now, and which are in use by another.
//!
//! Credentials of one account share its limit of connections. A credential that the suite calls exclusive is lent to one
//! row at a time, as often as the profile's `connections_per_account` says.

use std::{collections::BTreeMap, sync::Arc};

use crate::{plan::Plan, suite::Suite, target::TargetSuite};

/// The credentials of one row.
#[derive(Debug, Default)]
pub(super) struct Lease {
    /// Name in templates and secret.
    pub(super) supplies: Vec<(String, String)>,
    accounts: Vec<usize>,
}

/// One credential that can be lent.
struct Lent {
    account: usize,
    secret: String,
}

/// The credentials of a target, and which accounts are in use.
pub(super) struct Accounts {
    /// By suite and name; the flag says that they are exclusive.
    all: BTreeMap<(String, String), (bool, Vec<Lent>)>,
    busy: Vec<usize>,
    per_account: usize,
}

impl Accounts {
    pub(super) fn new(suites: &[Arc<Suite>], targets: &BTreeMap<String, Arc<TargetSuite>>, per_account: usize) -> Self {
        let mut all = BTreeMap::new();
        let mut accounts: BTreeMap<String, usize> = BTreeMap::new();
        for suite in suites {
            let Some(target) = targets.get(&suite.name) else {
                continue;
            };
            for (name, credentials) in &target.credentials {
                let exclusive = suite
                    .manifest
                    .credentials
                    .iter()
                    .any(|known| known.name == *name && known.exclusive);
                let mut lent = Vec::new();
                for (number, credential) in credentials.iter().enumerate() {
                    let own = || format!("{}/{name}/{number}", suite.name);
                    let next = accounts.len();
                    lent.push(Lent {
                        account: *accounts
                            .entry(credential.account.clone().unwrap_or_else(own))
                            .or_insert(next),
                        secret: credential.secret().unwrap_or_default().to_owned(),
                    });
                }
                all.insert((suite.name.clone(), name.clone()), (exclusive, lent));
            }
        }
        Self {
            all,
            busy: vec![0; accounts.len()],
            per_account,
        }
    }

    /// The credentials that a row needs, `None` while they are in use.
    pub(super) fn take(&mut self, plan: &Plan) -> Option<Lease> {
        let mut lease = Lease::default();
        for (name, count) in plan.leases() {
            let (exclusive, lent) = self.all.get(&(plan.suite.name.clone(), name.to_owned()))?;
            let free = |lent: &&Lent| !exclusive || self.busy[lent.account] < self.per_account;
            let mut mine: Vec<usize> = Vec::new();
            for lent in lent.iter().filter(free) {
                if mine.len() == count {
                    break;
                }
                // Two credentials of one row are of two accounts.
                if *exclusive && (mine.contains(&lent.account) || lease.accounts.contains(&lent.account)) {
                    continue;
                }
                mine.push(lent.account);
                let name = if mine.len() == 1 {
                    name.to_owned()
                } else {
                    format!("{name}.{}", mine.len())
                };
                lease.supplies.push((name, lent.secret.clone()));
            }
            if mine.len() < count {
                return None;
            }
            if *exclusive {
                lease.accounts.extend(mine);
            }
        }
        for account in &lease.accounts {
            self.busy[*account] += 1;
        }
        Some(lease)
    }

    pub(super) fn give_back(&mut self, lease: &Lease) {
        for account in &lease.accounts {
            self.busy[*account] = self.busy[*account].saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::fixture::{PROFILE, case, first, target};

    const TWO: &str = r#"[{"open": "a", "headers": {"A": "${token}", "B": "${token.2}"}}]"#;
    const ONE: &str = r#"[{"open": "a", "headers": {"A": "${token}"}}]"#;
    const SHARED: &str = r#"[{"open": "a", "headers": {"A": "${old}"}}]"#;

    fn accounts(suite: &Arc<Suite>, profile: &str, per_account: usize) -> Accounts {
        let targets = BTreeMap::from([(suite.name.clone(), target(suite, profile))]);
        Accounts::new(std::slice::from_ref(suite), &targets, per_account)
    }

    fn secrets(lease: Option<Lease>) -> Option<Vec<String>> {
        Some(
            lease?
                .supplies
                .into_iter()
                .map(|(name, secret)| format!("{name}={secret}"))
                .collect(),
        )
    }

    #[test]
    fn an_exclusive_credential_is_lent_to_one_row_and_comes_back() {
        let suite = case(ONE);
        let plan = first(&suite, PROFILE);
        let mut accounts = accounts(&suite, PROFILE, 1);
        let one = accounts.take(&plan);
        let mut two = accounts.take(&plan);
        assert_eq!(secrets(accounts.take(&plan)), None);
        accounts.give_back(&two.take().unwrap_or_default());
        assert_eq!(secrets(accounts.take(&plan)), Some(vec!["token=b-token".to_owned()]));
        assert_eq!(secrets(one), Some(vec!["token=a-token".to_owned()]));
    }

    #[test]
    fn two_credentials_of_a_row_are_of_two_accounts() {
        let suite = case(TWO);
        let plan = first(&suite, PROFILE);
        let both = secrets(accounts(&suite, PROFILE, 1).take(&plan));
        assert_eq!(
            both,
            Some(vec!["token=a-token".to_owned(), "token.2=b-token".to_owned()])
        );
        let same = PROFILE.replace("account = \"b\"", "account = \"a\"");
        assert_eq!(secrets(accounts(&suite, &same, 8).take(&plan)), None);
    }

    #[test]
    fn a_row_that_gets_nothing_keeps_nothing() {
        let suite = case(TWO);
        let (two, one) = (first(&suite, PROFILE), first(&case(ONE), PROFILE));
        let mut accounts = accounts(&suite, PROFILE, 1);
        let held = accounts.take(&one);
        assert_eq!(secrets(accounts.take(&two)), None);
        // The other account is still free.
        assert_eq!(secrets(accounts.take(&one)), Some(vec!["token=b-token".to_owned()]));
        assert!(held.is_some());
    }

    #[test]
    fn an_account_lends_as_often_as_the_profile_says() {
        let suite = case(ONE);
        let plan = first(&suite, PROFILE);
        let mut accounts = accounts(&suite, PROFILE, 2);
        let lent: Vec<bool> = (0..5).map(|_| accounts.take(&plan).is_some()).collect();
        assert_eq!(lent, [true, true, true, true, false]);
    }

    #[test]
    fn a_credential_that_is_not_exclusive_is_lent_to_all() {
        let suite = case(SHARED);
        let plan = first(&suite, PROFILE);
        let mut accounts = accounts(&suite, PROFILE, 1);
        assert!((0..9).all(|_| accounts.take(&plan).is_some_and(|lease| lease.accounts.is_empty())));
    }
}
