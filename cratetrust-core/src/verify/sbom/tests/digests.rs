//! What is said of digests, and of parts that a document lacks.

use super::*;

#[test]
fn a_changed_digest_is_a_checksum_mismatch() {
    let other = "0".repeat(64);
    let finding = only(|d| d.claims[LIBC].hashes[0].1 = other.clone());
    check(
        &finding,
        Code::ChecksumMismatch,
        "libc@0.2.170",
        Some(&sha(LIBC)),
        Some(&other),
    );
    // A second one beside the right one is no better, nor is one in the purl.
    let finding = only(|d| {
        d.claims[LIBC]
            .hashes
            .push(("SHA256".to_owned(), other.clone()))
    });
    assert_eq!(finding.code, Code::ChecksumMismatch);
    let purl = format!(
        "pkg:cargo/libc@0.2.170?checksum=sha1:{},sha256:{other}",
        "0".repeat(40)
    );
    let finding = only(|d| d.set_purl(LIBC, &purl));
    assert_eq!(finding.code, Code::ChecksumMismatch);
}

#[test]
fn every_digest_that_the_evidence_knows_is_compared() {
    let mut evidence = evidence();
    let digest = Sha512::of(b"libc");
    evidence.packages[LIBC].checksum.sha512 = Some(digest);
    let mut document = truth(&evidence);
    document.claims[LIBC]
        .hashes
        .push(("SHA-512".to_owned(), digest.to_string()));
    assert_eq!(report(&document, &evidence).findings, []);
    document.claims[LIBC].hashes[1].1 = Sha512::of(b"other").to_string();
    let report = report(&document, &evidence);
    assert_eq!(
        codes(&report),
        [("checksum-mismatch", Some("libc@0.2.170"))]
    );
    assert_eq!(report.findings[0].expected, Some(digest.to_string()));
}

#[test]
fn a_relabelled_digest_is_a_checksum_mismatch() {
    for label in ["SHA-512", "MD5", "SHA3-256", "BLAKE3"] {
        let finding = only(|d| d.claims[LIBC].hashes[0].0 = label.to_owned());
        check(
            &finding,
            Code::ChecksumMismatch,
            "libc@0.2.170",
            Some(&format!("SHA-256 {}", sha(LIBC))),
            Some(&format!("{label} {}", sha(LIBC))),
        );
    }
}

#[test]
fn a_digest_that_cannot_be_one_is_a_breach_of_the_format() {
    for (label, digits) in [
        ("SHA-256", "abc".to_owned()),
        ("SHA-512", "0".repeat(64)),
        ("MD5", "z".repeat(32)),
    ] {
        let finding = only(|d| d.claims[LIBC].hashes = vec![(label.to_owned(), digits.clone())]);
        assert_eq!(finding.code, Code::DocumentInvalid);
        assert_eq!(finding.actual, Some(digits));
    }
    let finding = only(|d| {
        d.claims[LIBC].hashes[0].1.pop();
        d.faults.push(Fault {
            place: "/components/1/hashes/0".to_owned(),
            message: "63 digits".to_owned(),
        });
    });
    assert_eq!(finding.message, "63 digits");
}

#[test]
fn a_removed_digest_is_missing() {
    let finding = only(|d| d.claims[LIBC].hashes.clear());
    check(
        &finding,
        Code::ChecksumMissing,
        "libc@0.2.170",
        Some(&sha(LIBC)),
        None,
    );
    let finding = only(|d| {
        d.claims[LIBC].hashes = vec![("SHA-1".to_owned(), "0".repeat(40))];
    });
    assert_eq!(finding.code, Code::ChecksumMissing);
    assert!(finding.message.contains("compared with"));
}

#[test]
fn what_the_evidence_lacks_is_not_asked_for() {
    let mut evidence = evidence();
    for package in &mut evidence.packages {
        package.checksum = crate::bom::Checksum::default();
    }
    let mut document = truth(&evidence);
    document.has_checksums = false;
    assert_eq!(report(&document, &evidence).findings, []);
}

#[test]
fn a_part_that_the_document_lacks_is_told_once_with_a_count() {
    let finding = only(|d| {
        d.has_checksums = false;
        for claim in &mut d.claims {
            claim.hashes.clear();
        }
    });
    assert_eq!(finding.code, Code::DocumentIncomplete);
    assert_eq!(
        (finding.expected.as_deref(), finding.actual.as_deref()),
        (Some("5"), Some("0"))
    );
    let finding = only(|d| {
        d.has_purls = false;
        for claim in &mut d.claims {
            claim.purl = None;
        }
    });
    assert_eq!(finding.code, Code::DocumentIncomplete);
    assert_eq!(finding.expected.as_deref(), Some("6"));
    let finding = only(|d| {
        d.has_graph = false;
        d.bom.edges.clear();
    });
    assert_eq!(finding.code, Code::DocumentIncomplete);
    assert_eq!(finding.expected.as_deref(), Some("8"));
    let finding = only(|d| {
        d.has_root = false;
        d.bom.roots.clear();
        d.claims[APP].main = false;
    });
    assert_eq!(finding.code, Code::DocumentIncomplete);
    assert!(finding.message.contains("app@0.1.0"));
}

#[test]
fn a_format_is_not_blamed_for_what_it_cannot_hold() {
    let evidence = evidence();
    let mut document = truth(&evidence);
    document.spec_version = "1.1".to_owned();
    document.has_graph = false;
    document.has_root = false;
    document.bom.edges.clear();
    document.bom.roots.clear();
    document.claims[APP].main = false;
    assert_eq!(report(&document, &evidence).findings, []);
}
