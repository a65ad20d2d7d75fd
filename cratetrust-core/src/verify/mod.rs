//! Comparing, and nothing else.

#[allow(dead_code, reason = "the verbs that call it are not wired yet")]
mod diff;
#[allow(dead_code, reason = "the verbs that call it are not wired yet")]
mod sbom;
mod verifier;

#[allow(unused_imports, reason = "the verbs that call it are not wired yet")]
pub(crate) use diff::compare_lockfiles;
#[allow(unused_imports, reason = "the verbs that call it are not wired yet")]
pub(crate) use sbom::compare_sbom;
pub use verifier::{Claim, EvidenceSet, Outcome, Subject, Time, Verifier};
