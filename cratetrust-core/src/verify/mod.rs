//! Comparing, and nothing else.

mod account;
mod anchor;
mod checkout;
mod checksum;
mod content;
mod diff;
mod package;
mod sbom;
pub(crate) mod schedule;
mod tree;
pub(crate) mod vendor;

pub use crate::verifier::{Claim, EvidenceSet, Outcome, Subject, Time, Verifier};
pub(crate) use account::account;
pub use anchor::{Anchor, Anchored, CallerAnchor, IndexAnchor, LockAnchor};
pub use checksum::ChecksumVerifier;
pub(crate) use content::ContentSink;
pub(crate) use diff::compare_lockfiles;
pub(crate) use package::{Target, verify};
pub(crate) use sbom::compare_sbom;
