//! Comparing, and nothing else.

#[allow(
    dead_code,
    reason = "verify_package takes it up with the archive check"
)]
pub(crate) mod content;
mod verifier;

pub use verifier::{Claim, EvidenceSet, Outcome, Subject, Time, Verifier};
