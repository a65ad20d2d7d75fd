//! Comparing, and nothing else.

mod account;
mod anchor;
mod checksum;
mod package;
mod schedule;
mod vendor;

pub(crate) use account::account;
pub use anchor::{Anchor, Anchored, CallerAnchor, IndexAnchor, LockAnchor};
pub use checksum::ChecksumVerifier;
pub(crate) use package::{Target, verify};
pub use crate::verifier::{Claim, EvidenceSet, Outcome, Subject, Time, Verifier};
