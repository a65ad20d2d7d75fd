//! Hostile archives, one test a case: each gives the code that its row in the list of hostile
//! archives names, and no other unless the test says so.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "../archive_support/mod.rs"]
mod archive_support;
mod entries;
mod gzip;
mod tar;

use std::io::Read;
use std::time::{Duration, Instant};

use archive_support::build::{Gzip, Header, Tar, record};
use archive_support::{Recorder, codes, read_bytes, read_limited};
use cratetrust_core::archive::{EntryKind, Outcome, read, read_sized};
use cratetrust_core::digest::Sha256;
use cratetrust_core::{CancelToken, ErrorKind, Limits};

const PREFIX: &str = "foo-1.0.0";

fn path(name: &str) -> Vec<u8> {
    format!("{PREFIX}/{name}").into_bytes()
}

fn honest() -> Tar {
    Tar::new()
        .file(&path("Cargo.toml"), b"[package]\n")
        .file(&path("src/lib.rs"), &[7; 1000])
}

/// Reads a file; what holds for every one is checked: its digest is that of all its bytes, the
/// outcome does not depend on how the reader hands them out, and every finding says something.
fn outcome_of(bytes: &[u8]) -> Outcome {
    let mut recorder = Recorder::default();
    let outcome = read_bytes(bytes, Some(PREFIX), &mut [&mut recorder]);
    assert_eq!(outcome.sha256, Some(Sha256::of(bytes)));
    assert_eq!(outcome.size, bytes.len() as u64);
    if bytes.len() < 100_000 {
        let mut again = Recorder::default();
        let slow = read(
            OneByOne(bytes),
            Some(PREFIX),
            &Limits::default(),
            &CancelToken::new(),
            &mut [&mut again],
        );
        assert_eq!(slow.unwrap(), outcome);
        assert_eq!(again, recorder);
    }
    for finding in &outcome.findings {
        let marker = finding.code.name() == "findings-truncated";
        assert!(finding.offset.is_some() || marker, "{finding:?}");
        assert!(finding.message.len() > 10, "{finding:?}");
    }
    outcome
}

struct OneByOne<'a>(&'a [u8]);

impl Read for OneByOne<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = buffer.len().min(1);
        self.0.read(&mut buffer[..length])
    }
}

#[track_caller]
fn file_gives(bytes: &[u8], want: &[&str], complete: bool) -> Outcome {
    let outcome = outcome_of(bytes);
    assert_eq!(codes(&outcome), want, "{:#?}", outcome.findings);
    assert_eq!(outcome.complete, complete);
    outcome
}

#[track_caller]
fn stream_gives(stream: &[u8], want: &[&str], complete: bool) -> Outcome {
    file_gives(&Gzip::of(stream).bytes(), want, complete)
}

/// An archive that holds the entry, between honest ones.
#[track_caller]
fn entry_gives(header: Header, body: &[u8], want: &[&str]) -> Outcome {
    let stream = honest().entry(header, body).file(&path("z"), b"z").end();
    let outcome = stream_gives(&stream, want, true);
    assert_eq!(outcome.entries, 4);
    outcome
}

#[track_caller]
fn path_gives(name: &[u8], want: &[&str]) {
    let outcome = stream_gives(&honest().file(name, b"x").end(), want, true);
    for finding in &outcome.findings {
        assert_eq!(
            finding.path.as_deref(),
            Some(&*String::from_utf8_lossy(name))
        );
        assert_eq!(
            finding.path_hex.is_some(),
            std::str::from_utf8(name).is_err()
        );
    }
}
