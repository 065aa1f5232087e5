//! What a profile needs to know of a suite, taken from its manifest and catalogue.

use std::sync::Arc;

use crate::{
    suite::Suite,
    target::{CallSlot, ClauseReadings, CredentialSlot, EndpointSlot, SuiteInterface, ValueSlot},
};

/// What of some suites a profile is about.
pub fn interfaces(suites: &[Arc<Suite>]) -> Vec<SuiteInterface> {
    suites.iter().map(|suite| interface(suite)).collect()
}

/// What of a suite a profile is about.
fn interface(suite: &Suite) -> SuiteInterface {
    let manifest = &suite.manifest;
    SuiteInterface {
        suite: suite.name.clone(),
        title: manifest.title.en.clone(),
        document: manifest.document.clone(),
        endpoints: (manifest.endpoints.iter())
            .map(|endpoint| EndpointSlot {
                name: endpoint.name.clone(),
                text: endpoint.text.en.clone(),
                schemes: endpoint.schemes.clone(),
            })
            .collect(),
        credentials: (manifest.credentials.iter())
            .map(|credential| CredentialSlot {
                name: credential.name.clone(),
                text: credential.text.en.clone(),
                several: credential.several,
                keeps_blanks: credential.keeps_blanks,
            })
            .collect(),
        calls: (manifest.calls.iter())
            .map(|call| CallSlot {
                name: call.name.clone(),
                text: call.text.en.clone(),
                members: call.members.clone(),
                optional: call.optional.clone(),
            })
            .collect(),
        headers: manifest.headers.clone(),
        values: (manifest.values.iter())
            .map(|value| ValueSlot {
                name: value.name.clone(),
                text: value.text.en.clone(),
                default: value.default.clone(),
            })
            .collect(),
        clauses: (suite.catalogue.requirements.iter())
            .map(|requirement| ClauseReadings {
                id: requirement.id.clone(),
                readings: (requirement.readings.iter())
                    .map(|reading| reading.name.clone())
                    .collect(),
            })
            .collect(),
    }
}
