//! The reader against real published archives: what it finds, and that it reads what cargo reads.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod archive_support;

use std::collections::BTreeMap;
use std::io::Read;

use archive_support::{Recorder, corpus_crates, read_bytes};
use cratetrust_core::archive::EntryKind;
use cratetrust_core::digest::Sha256;
use cratetrust_core::report::Severity;
use cratetrust_core::{Input, Options, verify_package};

/// The archives of the corpus that have findings, and which.
const KNOWN: &[(&str, &[&str])] = &[
    ("nucleo-f103rb-0.3.0", &["path-duplicate-conflict"]),
    ("proc-0.1.4", &["path-duplicate"]),
    ("rosu-0.6.0", &["path-case-collision"]),
];

#[test]
fn only_known_archives_have_findings() {
    let mut found = BTreeMap::new();
    for (name, bytes) in corpus_crates() {
        let outcome = read_bytes(&bytes, Some(&name), &mut []);
        assert!(outcome.complete, "{name}: {:?}", outcome.findings);
        assert_eq!(outcome.prefix.as_deref(), Some(name.as_str()));
        assert_eq!(outcome.sha256, Some(Sha256::of(&bytes)));
        assert_eq!(outcome.size, bytes.len() as u64);
        if !outcome.findings.is_empty() {
            let codes: Vec<&str> = outcome.findings.iter().map(|f| f.code.name()).collect();
            found.insert(name, codes);
        }
    }
    let known: BTreeMap<String, Vec<&str>> = KNOWN
        .iter()
        .filter(|(name, _)| is_in_corpus(name))
        .map(|(name, codes)| ((*name).to_owned(), codes.to_vec()))
        .collect();
    assert_eq!(found, known);
}

/// The archives of the corpus that have errors under `strict`, and which.
const ODD: &[(&str, &[&str])] = &[
    ("nucleo-f103rb-0.3.0", &["path-duplicate-conflict"]),
    ("rosu-0.6.0", &["path-case-collision"]),
];

/// The warnings that real archives may have.
const WARNINGS: &[&str] = &[
    "anchor-missing",
    "cargo-config-inside",
    "mode-writable",
    "path-duplicate",
];

#[test]
fn real_archives_have_no_errors_under_strict() {
    let mut odd = BTreeMap::new();
    let mut crates = 0;
    for (name, bytes) in corpus_crates() {
        let input = Input::from_bytes(format!("{name}.crate"), bytes);
        let report = verify_package(&input, &Options::default()).unwrap();
        let codes = |severity: Severity| {
            let found = report.findings.iter().filter(|f| f.severity == severity);
            found.map(|f| f.code.name()).collect::<Vec<_>>()
        };
        let errors = codes(Severity::Error);
        if !errors.is_empty() {
            odd.insert(name.clone(), errors);
        }
        for code in codes(Severity::Warning) {
            assert!(WARNINGS.contains(&code), "{name}: {code}");
        }
        // A fact is told once for an archive, whatever the number of files it is true of.
        let mut facts = codes(Severity::Info);
        let count = facts.len();
        facts.sort_unstable();
        facts.dedup();
        assert_eq!(facts.len(), count, "{name}");
        crates += 1;
    }
    let known: BTreeMap<String, Vec<&str>> = ODD
        .iter()
        .filter(|(name, _)| is_in_corpus(name))
        .map(|(name, codes)| ((*name).to_owned(), codes.to_vec()))
        .collect();
    assert_eq!(odd, known);
    assert!(crates >= 61, "only {crates} archives in the corpus");
}

fn is_in_corpus(name: &str) -> bool {
    archive_support::corpus()
        .join("crates")
        .join(format!("{name}.crate"))
        .is_file()
}

#[test]
fn the_view_is_that_of_tar_and_flate2() {
    for (name, bytes) in corpus_crates() {
        let mut recorder = Recorder::default();
        read_bytes(&bytes, Some(&name), &mut [&mut recorder]);
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice()));
        let mut count = 0;
        for (entry, ours) in archive.entries().unwrap().zip(&recorder.entries) {
            let mut entry = entry.unwrap();
            assert_eq!(entry.path_bytes(), ours.path, "{name}");
            assert_eq!(entry.size(), ours.size, "{name}");
            assert_eq!(entry.raw_header_position(), ours.offset, "{name}");
            assert_eq!(entry.header().mode().unwrap(), ours.mode, "{name}");
            assert_eq!(ours.kind, EntryKind::File, "{name}");
            let mut body = Vec::new();
            entry.read_to_end(&mut body).unwrap();
            assert!(body == ours.body, "{name}: {}", ours.path.escape_ascii());
            count += 1;
        }
        assert_eq!(count, recorder.entries.len(), "{name}");
        assert!(recorder.entries.iter().all(|entry| entry.ended), "{name}");
    }
}
