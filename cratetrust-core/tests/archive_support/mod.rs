//! What the archive tests share: the corpus, a recording sink, and a builder that controls every byte.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "each test binary uses a part of it, and it is test code"
)]

use std::path::PathBuf;

use cratetrust_core::archive::{self, Entry, EntryKind, Outcome, Sink};
use cratetrust_core::{CancelToken, Limits, Result};

pub mod build;
pub mod cases;
pub mod grammar;

/// The directory of the corpus.
pub fn corpus() -> PathBuf {
    std::env::var_os("CRATETRUST_CORPUS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../.corpus"),
        PathBuf::from,
    )
}

/// Every archive of the corpus, by `name-version`.
pub fn corpus_crates() -> Vec<(String, Vec<u8>)> {
    let directory = corpus().join("crates");
    let listing = std::fs::read_dir(&directory)
        .unwrap_or_else(|e| panic!("{}: {e}; run `make corpus`", directory.display()));
    let mut crates: Vec<_> = listing
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "crate"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect();
    assert!(
        !crates.is_empty(),
        "{} is empty; run `make corpus`",
        directory.display()
    );
    crates.sort();
    crates
}

/// Reads an archive from memory under default limits.
pub fn read_bytes(bytes: &[u8], prefix: Option<&str>, sinks: &mut [&mut dyn Sink]) -> Outcome {
    read_limited(bytes, prefix, &Limits::default(), sinks)
}

/// Reads an archive from memory.
pub fn read_limited(
    bytes: &[u8],
    prefix: Option<&str>,
    limits: &Limits,
    sinks: &mut [&mut dyn Sink],
) -> Outcome {
    archive::read(bytes, prefix, limits, &CancelToken::new(), sinks).unwrap()
}

/// The codes of an outcome, sorted, each once.
pub fn codes(outcome: &Outcome) -> Vec<&'static str> {
    let mut codes: Vec<_> = outcome.findings.iter().map(|f| f.code.name()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// An entry as a sink saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    pub path: Vec<u8>,
    pub relative: Vec<u8>,
    pub kind: EntryKind,
    pub size: u64,
    pub mode: u32,
    pub offset: u64,
    pub body: Vec<u8>,
    pub ended: bool,
}

/// A sink that keeps everything.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Recorder {
    pub entries: Vec<Recorded>,
}

impl Sink for Recorder {
    fn entry(&mut self, entry: &Entry<'_>) -> Result<()> {
        assert!(self.entries.last().is_none_or(|last| last.ended));
        self.entries.push(Recorded {
            path: entry.path.to_vec(),
            relative: entry.relative.to_vec(),
            kind: entry.kind,
            size: entry.size,
            mode: entry.mode,
            offset: entry.offset,
            body: Vec::new(),
            ended: false,
        });
        Ok(())
    }

    fn chunk(&mut self, bytes: &[u8]) -> Result<()> {
        let last = self.entries.last_mut().unwrap();
        assert!(!last.ended && !bytes.is_empty());
        last.body.extend_from_slice(bytes);
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        let last = self.entries.last_mut().unwrap();
        assert!(!last.ended);
        assert_eq!(last.body.len() as u64, last.size);
        last.ended = true;
        Ok(())
    }
}
