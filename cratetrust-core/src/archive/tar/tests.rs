//! What is left out where nothing odd is told changes nothing else.

use std::io::Read;

use super::super::{Entry, EntryKind, Skimmer, read};
use super::*;
use crate::progress::CancelToken;

#[path = "../../../tests/archive_support/build.rs"]
#[allow(
    clippy::duplicate_mod,
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "shared with the integration tests, which use more of it"
)]
mod build;
#[path = "../../../tests/archive_support/cases.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "shared with the integration tests, which use more of it"
)]
mod cases;
#[path = "../../../tests/archive_support/grammar.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "shared with the integration tests, which use more of it"
)]
mod grammar;

use build::{Gzip, Header as Block, Tar as Stream};
use grammar::{PREFIX, Rng};

#[derive(Debug, Default, PartialEq, Eq)]
struct Recorder(Vec<Recorded>);

#[derive(Debug, PartialEq, Eq)]
struct Recorded {
    path: Vec<u8>,
    relative: Vec<u8>,
    kind: EntryKind,
    numbers: (u64, u32, u64),
    body: Vec<u8>,
    ended: bool,
}

impl Sink for Recorder {
    fn entry(&mut self, entry: &Entry<'_>) -> Result<()> {
        self.0.push(Recorded {
            path: entry.path.to_vec(),
            relative: entry.relative.to_vec(),
            kind: entry.kind,
            numbers: (entry.size, entry.mode, entry.offset),
            body: Vec::new(),
            ended: false,
        });
        Ok(())
    }

    fn chunk(&mut self, bytes: &[u8]) -> Result<()> {
        self.0.last_mut().unwrap().body.extend_from_slice(bytes);
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        self.0.last_mut().unwrap().ended = true;
        Ok(())
    }
}

/// What was seen of a stream: the entries, where the reading stopped, and whether it broke.
type Seen = (Recorder, Option<usize>, u64, bool);

fn read_stream(mut tar: Tar<'_>, stream: &[u8], piece: usize) -> (Seen, usize) {
    let mut recorder = Recorder::default();
    let mut findings = Collector::new(1000);
    let sinks: Sinks<'_, '_> = &mut [&mut recorder];
    let stop = stream
        .chunks(piece)
        .position(|bytes| tar.feed(bytes, &mut findings, sinks).unwrap() == Flow::Stop);
    let entries = tar.entries;
    let broken = tar.finish(stop.is_none(), &mut findings);
    ((recorder, stop, entries, broken), findings.finish().len())
}

fn limits() -> [Limits; 2] {
    let tight = Limits {
        file_size: 3 << 10,
        record_size: 200,
        path_length: 120,
        component_length: 90,
        depth: 4,
        entries: 4,
        ..Limits::default()
    };
    [Limits::default(), tight]
}

/// Compares both readers of a stream, and of an archive.
fn compare(what: &str, stream: &[u8], archive: &[u8]) {
    for limits in &limits() {
        for prefix in [None, Some(PREFIX), Some("foo-1.0.0x")] {
            for piece in [usize::MAX, 512, 700] {
                let (full, _) = read_stream(Tar::new(prefix, limits), stream, piece);
                let (skim, _) = read_stream(Tar::skimming(prefix, limits), stream, piece);
                assert_eq!(skim, full, "{what}, {prefix:?}, {piece}");
            }
        }
        let cancel = CancelToken::new();
        let (mut full, mut skim) = (Recorder::default(), Recorder::default());
        let outcome = read(archive, Some(PREFIX), limits, &cancel, &mut [&mut full]).unwrap();
        let complete = Skimmer::default()
            .read(archive, PREFIX, limits, &cancel, &mut skim)
            .unwrap();
        assert_eq!(complete, outcome.complete, "{what}");
        assert_eq!(skim, full, "{what}");
    }
}

fn inflated(archive: &[u8]) -> Vec<u8> {
    let mut stream = Vec::new();
    // As far as it goes.
    let _ = flate2::read::MultiGzDecoder::new(archive)
        .take(4 << 20)
        .read_to_end(&mut stream);
    stream
}

#[test]
fn hostile_archives_are_skimmed_as_they_are_read() {
    for (number, what, archive, _) in cases::all() {
        compare(
            &format!("case {number}, {what}"),
            &inflated(&archive),
            &archive,
        );
    }
    for seed in 0..1500 {
        let mut rng = Rng::new(seed);
        let mut stream = grammar::stream(&mut rng);
        grammar::mutate(&mut rng, &mut stream);
        let archive = grammar::pack(&mut rng, &stream);
        compare(&format!("seed {seed}"), &stream, &archive);
    }
}

#[test]
fn packages_are_skimmed_as_they_are_read() {
    let mut stream = Stream::new().header(Block::gnu(b"foo-1.0.0/", 0).kind(b'5'));
    for n in 0..300usize {
        let folders = "some/folders/".repeat(n % 12);
        let path = format!("{PREFIX}/{folders}file-{n}.rs");
        stream = stream.file(path.as_bytes(), &vec![n as u8; n * 37 % 5000]);
    }
    let stream = stream.end();
    compare("a package", &stream, &Gzip::of(&stream).bytes());
    let (seen, findings) = read_stream(Tar::new(Some(PREFIX), &Limits::default()), &stream, 512);
    assert_eq!((seen.0.0.len(), seen.3, findings), (301, false, 0));
}

#[test]
fn skimming_keeps_no_paths() {
    let stream = Stream::new().file(b"foo-1.0.0/a\\b", b"x");
    let stream = stream.file(b"foo-1.0.0/a\\b", b"y").end();
    let limits = Limits::default();
    let (_, findings) = read_stream(Tar::new(Some(PREFIX), &limits), &stream, 512);
    assert_eq!(findings, 3);
    let (_, findings) = read_stream(Tar::skimming(Some(PREFIX), &limits), &stream, 512);
    assert_eq!(findings, 0);
}
