//! Properties of the reader: no input makes it panic or lose its bounds, the way the bytes are
//! handed out does not matter, and what it passes without an error is what cargo's readers read.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod archive_support;

use std::io::Read;
use std::sync::LazyLock;

use archive_support::build::{Gzip, Header, Tar, record};
use archive_support::{Recorder, corpus_crates, read_bytes, read_limited};
use cratetrust_core::archive::{EntryKind, Outcome, read};
use cratetrust_core::digest::Sha256;
use cratetrust_core::report::{Preset, Severity};
use cratetrust_core::{CancelToken, Limits};
use proptest::prelude::*;

/// A small real archive and the stream in it.
static REAL: LazyLock<(String, Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
    let (name, bytes) = corpus_crates()
        .into_iter()
        .filter(|(name, bytes)| read_bytes(bytes, Some(name), &mut []).findings.is_empty())
        .min_by_key(|(_, bytes)| bytes.len())
        .unwrap();
    let mut stream = Vec::new();
    flate2::read::GzDecoder::new(&bytes[..])
        .read_to_end(&mut stream)
        .unwrap();
    (name, bytes, stream)
});

fn tight() -> Limits {
    Limits {
        unpacked_size: 4 << 20,
        file_size: 1 << 20,
        entries: 500,
        findings: 20,
        ..Limits::default()
    }
}

/// Hands out pieces of varying size.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.1 = self.1 * 7 % 1009 + 1;
        let length = buffer.len().min(self.1);
        self.0.read(&mut buffer[..length])
    }
}

fn errors(outcome: &Outcome) -> usize {
    let severity = |code: cratetrust_core::report::Code| code.severity(Preset::Strict);
    let findings = outcome.findings.iter();
    findings
        .filter(|f| severity(f.code) == Severity::Error)
        .count()
}

/// Reads under tight limits and checks what must hold for every input.
fn check(bytes: &[u8], prefix: Option<&str>) -> (Outcome, Recorder) {
    let limits = tight();
    let mut recorder = Recorder::default();
    let outcome = read_limited(bytes, prefix, &limits, &mut [&mut recorder]);
    assert_eq!(outcome.sha256, Some(Sha256::of(bytes)));
    assert_eq!(outcome.size, bytes.len() as u64);
    assert!(outcome.findings.len() as u64 <= limits.findings);
    assert!(outcome.complete || errors(&outcome) > 0, "{outcome:?}");
    assert!(
        recorder
            .entries
            .iter()
            .map(|e| e.body.len() as u64)
            .sum::<u64>()
            <= 4 << 20
    );
    let mut again = Recorder::default();
    let cancel = CancelToken::new();
    let pieces = read(
        Pieces(bytes, 3),
        prefix,
        &limits,
        &cancel,
        &mut [&mut again],
    )
    .unwrap();
    assert_eq!(pieces, outcome);
    assert_eq!(again, recorder);
    (outcome, recorder)
}

type View = (Vec<u8>, u64, u64, Vec<u8>);

/// What `tar` and `flate2` read: path, size, header offset and body of each entry.
fn reference(bytes: &[u8]) -> Result<Vec<View>, String> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes));
    let mut all = Vec::new();
    for entry in archive.entries().map_err(|e| e.to_string())? {
        let mut entry = entry.map_err(|e| e.to_string())?;
        let mut body = Vec::new();
        entry.read_to_end(&mut body).map_err(|e| e.to_string())?;
        let (size, offset) = (entry.size(), entry.raw_header_position());
        all.push((entry.path_bytes().into_owned(), size, offset, body));
    }
    Ok(all)
}

/// An archive that passes without an error is read alike by cargo's readers.
fn agrees(bytes: &[u8], prefix: &str) {
    let (outcome, recorder) = check(bytes, Some(prefix));
    if errors(&outcome) > 0 {
        return;
    }
    let theirs = reference(bytes);
    let ours: Vec<_> = recorder
        .entries
        .into_iter()
        .inspect(|entry| assert!(entry.ended && entry.kind != EntryKind::Other))
        .map(|entry| (entry.path, entry.size, entry.offset, entry.body))
        .collect();
    assert_eq!(theirs.as_ref(), Ok(&ours), "{:?}", outcome.findings);
}

/// One piece of a stream.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let name = prop::sample::select(vec![&b"p/a"[..], b"p/b", b"p/c/d", b"p/", b"p/a/", b"q"]);
    let body = proptest::collection::vec(any::<u8>(), 0..700);
    let patch = (0..512usize, proptest::collection::vec(any::<u8>(), 1..13));
    let key = prop_oneof![
        Just("path"),
        Just("size"),
        Just("mtime"),
        Just("uid"),
        Just("GNU.sparse.size")
    ];
    let value = prop_oneof![
        Just(b"p/x".to_vec()),
        Just(b"3".to_vec()),
        Just(b"0".to_vec()),
        Just(b"1\n2".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..6)
    ];
    let flag = prop_oneof![
        Just(b'x'),
        Just(b'x'),
        Just(b'g'),
        Just(b'L'),
        Just(b'K'),
        Just(b'5'),
        Just(b'0'),
        Just(0),
        any::<u8>()
    ];
    let number = prop_oneof![
        5 => prop::sample::select(vec![
            *b"00000000003\0",
            *b"0000000003 \0",
            *b"\x80\0\0\0\0\0\0\0\0\0\0\x03",
            *b"         3\0\0",
            *b"\x003\0\0\0\0\0\0\0\0\0\0",
        ]),
        1 => any::<[u8; 12]>(),
    ];
    prop_oneof![
        6 => (name.clone(), body.clone()).prop_map(|(n, b)| Tar::new().file(n, &b).0),
        2 => (name.clone(), body.clone()).prop_map(|(n, b)| Tar::new().entry(Header::posix(n, b.len() as u64), &b).0),
        3 => (name.clone(), patch).prop_map(|(n, (at, with))| {
            let with = &with[..with.len().min(512 - at)];
            Tar::new().header(Header::gnu(n, 0).with(at, with)).0
        }),
        2 => (name.clone(), number).prop_map(|(n, size)| Tar::new().header(Header::gnu(n, 0).with(124, &size)).body(b"abc").0),
        3 => (key, value, flag.clone()).prop_map(|(k, v, flag)| Tar::new().pax(flag, &record(k, &v)).0),
        2 => (name.clone(), flag, body.clone()).prop_map(|(n, flag, b)| Tar::new().entry(Header::gnu(n, b.len() as u64).kind(flag), &b).0),
        2 => name.prop_map(|n| Tar::new().long_name(n).0),
        1 => body,
        1 => (0..3usize).prop_map(|n| vec![0; n * 512]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(mut bytes in proptest::collection::vec(any::<u8>(), 0..3000), gzip in any::<bool>()) {
        if gzip {
            bytes.splice(..0, [0x1f, 0x8b, 8]);
        }
        check(&bytes, None);
        check(&Gzip::of(&bytes).bytes(), None);
    }

    #[test]
    fn mutated_files(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4), cut in any::<Option<prop::sample::Index>>()) {
        let (name, bytes, _) = &*REAL;
        let mut bytes = bytes.clone();
        for (at, with) in changes {
            let at = at.index(bytes.len());
            bytes[at] = with;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        agrees(&bytes, name);
    }

    #[test]
    fn mutated_streams(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4), fix in any::<bool>()) {
        let (name, _, stream) = &*REAL;
        let mut stream = stream.clone();
        for (at, with) in changes {
            let at = at.index(stream.len());
            stream[at] = with;
            let block = at / 512 * 512;
            if fix && stream[block..].len() >= 512 && &stream[block + 257..block + 262] == b"ustar" {
                let header = Header(stream[block..block + 512].try_into().unwrap()).block();
                stream[block..block + 512].copy_from_slice(&header);
            }
        }
        agrees(&Gzip::of(&stream).bytes(), name);
    }

    #[test]
    fn composed_streams(pieces in proptest::collection::vec(piece(), 0..6), end in any::<bool>()) {
        let mut stream = pieces.concat();
        if end {
            stream.extend([0; 1024]);
        }
        agrees(&Gzip::of(&stream).bytes(), "p");
    }
}
