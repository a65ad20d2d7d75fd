//! Comparing, and nothing else.

mod verifier;

pub use verifier::{Claim, EvidenceSet, Outcome, Subject, Time, Verifier};
