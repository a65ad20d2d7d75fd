//! What can say something about a package's bytes: checksums today, signatures and verifiers of
//! the host program beside them.

use crate::digest::{Sha256, Sha512};
use crate::package::PackageId;
use crate::report::Finding;

/// Seconds since 1970-01-01T00:00:00Z, given by the caller; the library reads no clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

/// The bytes that are spoken of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The package that the bytes are said to be.
    pub identity: PackageId,
    /// The SHA-256 of the bytes.
    pub sha256: Option<Sha256>,
    /// The SHA-512 of the bytes, where it was computed.
    pub sha512: Option<Sha512>,
    /// Where the bytes lie, relative to the path given.
    pub artifact: String,
}

/// What a verifier may rely on: digests that anchors give for the subject, each with the anchor's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EvidenceSet {
    /// Expected digests.
    pub expected: Vec<(&'static str, Sha256)>,
}

impl EvidenceSet {
    /// Whether every anchor names this digest; `None` where no anchor names any.
    pub fn agrees(&self, actual: Option<Sha256>) -> Option<bool> {
        let content = |anchor: &str| {
            self.expected
                .iter()
                .any(|(name, digest)| *name == anchor && Some(*digest) == actual)
        };
        (!self.expected.is_empty()).then(|| self.expected.iter().all(|(name, _)| content(name)))
    }
}

/// A fact that a verifier vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What kind of fact: `digest`, `commit`, `signer`, …
    pub kind: String,
    /// The fact.
    pub value: String,
}

/// What a verifier says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It has nothing to go on; this never counts as checked.
    NotApplicable,
    /// It checked.
    Checked {
        /// What it vouches for.
        claims: Vec<Claim>,
        /// The checks that it did.
        done: Vec<String>,
        /// The checks that it could not do.
        not_done: Vec<String>,
        /// What it found.
        findings: Vec<Finding>,
    },
}

/// Something that checks a subject against evidence.
pub trait Verifier: Send + Sync {
    /// A stable name such as `checksum/1`.
    fn id(&self) -> &str;

    /// Checks one subject. `now` is the caller's time, where it gave one.
    fn verify(&self, subject: &Subject, evidence: &EvidenceSet, now: Option<Time>) -> Outcome;
}
