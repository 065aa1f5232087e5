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
