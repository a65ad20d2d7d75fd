//! The first verifier: the digest of the bytes against the digests that the anchors name.

use crate::report::{Code, Finding};
use crate::verifier::{Claim, EvidenceSet, Outcome, Subject, Time, Verifier};

/// Compares a subject's SHA-256 with what each anchor expects.
pub struct ChecksumVerifier;

impl Verifier for ChecksumVerifier {
    fn id(&self) -> &str {
        "checksum/1"
    }

    fn verify(&self, subject: &Subject, evidence: &EvidenceSet, _: Option<Time>) -> Outcome {
        let Some(actual) = subject.sha256 else {
            return Outcome::NotApplicable;
        };
        if evidence.expected.is_empty() {
            return Outcome::NotApplicable;
        }
        let mut findings = Vec::new();
        let mut anchors: Vec<&'static str> = evidence
            .expected
            .iter()
            .map(|(anchor, _)| *anchor)
            .collect();
        anchors.dedup();
        for anchor in &anchors {
            let mut digests = evidence
                .expected
                .iter()
                .filter(|(name, _)| name == anchor)
                .map(|(_, digest)| digest);
            // An anchor with several digests for one name is content with any of them.
            if digests.clone().any(|digest| *digest == actual) {
                continue;
            }
            let expected = digests.next().map(ToString::to_string).unwrap_or_default();
            let (code, who) = match *anchor {
                "lock" => (Code::ChecksumLockMismatch, "Cargo.lock"),
                "index" => (Code::ChecksumIndexMismatch, "the index"),
                _ => (Code::ChecksumCallerMismatch, "the caller"),
            };
            findings.push(
                Finding::new(
                    code,
                    format!(
                        "{}@{}: the file's SHA-256 is {actual}, {who} says {expected}",
                        subject.identity.name, subject.identity.version
                    ),
                )
                .values(expected, actual.to_string()),
            );
        }
        Outcome::Checked {
            claims: vec![Claim {
                kind: "digest".to_owned(),
                value: actual.to_string(),
            }],
            done: anchors
                .iter()
                .map(|anchor| format!("checksum-{anchor}"))
                .collect(),
            not_done: Vec::new(),
            findings,
        }
    }
}
