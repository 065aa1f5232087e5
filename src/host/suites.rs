//! The suites of a host: built in, or from its own folders.

use std::{path::Path, sync::Arc};

use super::Error;
use crate::{
    plan::{self},
    store::{self, Library},
    suite::Suite,
    syntax::{diagnostic::Diagnostic, schema::Schemas},
};

/// Suites that were loaded and found sound.
#[derive(Debug)]
pub struct Suites {
    /// Those to run.
    pub(crate) chosen: Vec<Arc<Suite>>,
    /// All that were loaded: a profile may speak of any of them.
    pub(crate) loaded: Vec<Arc<Suite>>,
    pub(crate) schemas: Schemas,
}

impl Suites {
    /// The suites that are built in.
    ///
    /// # Errors
    /// Every mistake in every file.
    pub fn built_in() -> Result<Self, Error> {
        Self::load(None, None)
    }

    /// The suites of a folder (`SUITE/suite.json`, `SUITE/requirements.json`, `SUITE/AREA/NAME.json`), with the JSON Schemas of
    /// another; the built-in schemas if none is given.
    ///
    /// # Errors
    /// Every mistake in every file.
    pub fn from_folders(cases: &Path, schemas: Option<&Path>) -> Result<Self, Error> {
        Self::load(Some(cases), schemas)
    }

    pub(crate) fn load(cases: Option<&Path>, schemas: Option<&Path>) -> Result<Self, Error> {
        Self::load_wanted(cases, schemas, &|_| true)
    }

    /// Only the cases that are `wanted`, by id, as far as it need not be known whether the others are sound.
    pub(crate) fn load_wanted(
        cases: Option<&Path>,
        schemas: Option<&Path>,
        wanted: &(dyn Fn(&str) -> bool + Sync),
    ) -> Result<Self, Error> {
        let Library { suites, schemas } = store::load_wanted(cases, schemas, wanted)?;
        Ok(Self {
            chosen: suites.clone(),
            loaded: suites,
            schemas,
        })
    }

    /// Only the suites of these names; all of them if none is named.
    ///
    /// # Errors
    /// When there is no suite of a name.
    pub fn only<S: AsRef<str>>(mut self, names: &[S]) -> Result<Self, Error> {
        let is = |suite: &Arc<Suite>, name: &S| suite.name == name.as_ref();
        if let Some(unknown) = names
            .iter()
            .find(|name| !self.loaded.iter().any(|suite| is(suite, name)))
        {
            let known: Vec<&str> = self.loaded.iter().map(|suite| suite.name.as_str()).collect();
            let unknown = unknown.as_ref();
            return Err(Diagnostic::plain(format!("no suite is called `{unknown}`"))
                .help(format!("there is {}", known.join(", ")))
                .into());
        }
        self.chosen
            .retain(|suite| names.is_empty() || names.iter().any(|name| is(suite, name)));
        Ok(self)
    }

    /// The names of those to run.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.chosen.iter().map(|suite| suite.name.as_str())
    }

    /// The ids of their rows (`SUITE/AREA/NAME#ROW`).
    pub fn rows(&self) -> impl Iterator<Item = String> {
        let cases = self.chosen.iter().flat_map(|suite| &suite.cases);
        cases.flat_map(plan::rows).map(|row| row.id)
    }

    /// The suites that the reference's profile speaks of: all that are built in, whatever a folder has, and those loaded.
    pub(crate) fn known_to_the_reference(&self) -> Result<Vec<Arc<Suite>>, Error> {
        let mut known = self.loaded.clone();
        let is_known = |name: &str| self.loaded.iter().any(|suite| suite.name == name);
        if !store::built_in_suites().all(is_known) {
            let all = store::load(None, None)?.suites;
            known.extend(all.into_iter().filter(|suite| !is_known(&suite.name)));
        }
        Ok(known)
    }
}
