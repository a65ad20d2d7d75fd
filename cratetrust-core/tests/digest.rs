//! SHA-256 of many readers: every backend that this processor can run gives what `sha2` gives,
//! whatever the readers' lengths and manners.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test may fail by panicking"
)]

use std::cell::Cell;
use std::io::{self, ErrorKind as IoErrorKind, Read};

use cratetrust_core::digest::{Backend, Sha256, hash_many, hash_many_with, hash_reader};
use cratetrust_core::{CancelToken, ErrorKind};

/// A small generator of numbers (SplitMix64), so that every run is the same.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(length + 8);
        while bytes.len() < length {
            bytes.extend(self.next().to_le_bytes());
        }
        bytes.truncate(length);
        bytes
    }
}

/// Every backend there is here, and the default.
fn backends() -> Vec<Backend> {
    let mut all: Vec<Backend> = Backend::available().collect();
    assert!(all.contains(&Backend::Sha2));
    assert!(all.contains(&Backend::selected()));
    for missing in [Backend::Avx512, Backend::Avx2, Backend::ShaNi] {
        if !all.contains(&missing) {
            eprintln!("this processor cannot run {}", missing.name());
        }
    }
    all.push(Backend::Auto);
    all
}

/// The reference, which goes through none of the library's own code.
fn reference(bytes: &[u8]) -> Sha256 {
    use sha2::Digest as _;
    Sha256(sha2::Sha256::digest(bytes).into())
}

/// The digests in the order of the readers; each must be told of once.
fn digests<R: Read>(backend: Backend, readers: impl IntoIterator<Item = R>) -> Vec<(Sha256, u64)> {
    let mut seen = Vec::new();
    hash_many_with(
        backend,
        readers.into_iter().enumerate(),
        u64::MAX,
        &CancelToken::new(),
        |index, result| seen.push((index, result.unwrap())),
    )
    .unwrap();
    seen.sort_unstable();
    let indexes: Vec<usize> = seen.iter().map(|(index, _)| *index).collect();
    assert_eq!(indexes, (0..seen.len()).collect::<Vec<_>>());
    seen.into_iter().map(|(_, digest)| digest).collect()
}

fn assert_all_equal(backend: Backend, data: &[&[u8]]) {
    let seen = digests(backend, data.iter().copied());
    assert_eq!(seen.len(), data.len());
    for (bytes, (digest, size)) in data.iter().zip(seen) {
        assert_eq!(size, bytes.len() as u64);
        assert_eq!(
            digest,
            reference(bytes),
            "{} bytes with {}",
            bytes.len(),
            backend.name()
        );
    }
}

/// A reader that hands out pieces of sizes it likes, and sometimes interrupts.
struct Chunky<'a> {
    rest: &'a [u8],
    random: Random,
    most: usize,
}

impl Read for Chunky<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.random.below(50) == 0 {
            return Err(IoErrorKind::Interrupted.into());
        }
        let size = (1 + self.random.below(self.most))
            .min(buffer.len())
            .min(self.rest.len());
        let (now, rest) = self.rest.split_at(size);
        buffer[..size].copy_from_slice(now);
        self.rest = rest;
        Ok(size)
    }
}

/// A reader that fails when its bytes are at an end.
struct Faulty<'a>(&'a [u8]);

impl Read for Faulty<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() {
            return Err(io::Error::new(
                IoErrorKind::PermissionDenied,
                "the disk is on fire",
            ));
        }
        self.0.read(buffer)
    }
}

#[test]
fn nist_vectors() {
    // FIPS 180-4 examples, and the two of the NIST test files that end a block and begin one.
    let million = vec![b'a'; 1_000_000];
    let vectors: &[(&[u8], &str)] = &[
        (
            b"",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        (
            b"abc",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
        (
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
        (
            b"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
        ),
        (
            &million,
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
        ),
    ];
    for backend in backends() {
        // Alone, all of them together, and in every lane.
        for (message, digest) in vectors {
            let digest: Sha256 = digest.parse().unwrap();
            assert_eq!(digests(backend, [*message])[0].0, digest);
            for (seen, _) in digests(backend, [*message; 16]) {
                assert_eq!(seen, digest, "{}", backend.name());
            }
        }
        let seen = digests(backend, vectors.iter().map(|(message, _)| *message));
        for ((_, digest), (seen, _)) in vectors.iter().zip(seen) {
            assert_eq!(seen, digest.parse().unwrap());
        }
    }
}

#[test]
fn every_length_and_every_edge_of_a_block() {
    let bytes = Random(1).bytes(80_000);
    let mut lengths: Vec<usize> = (0..=1_000).collect();
    lengths.extend((1_024..=10_000).step_by(64).flat_map(|n| n - 1..=n + 1));
    lengths.extend((1_000..=10_000).step_by(37));
    // The edges of the padding, and of what a lane reads at a time.
    for edge in [32 << 10, 64 << 10] {
        lengths.extend(edge - 66..=edge + 66);
    }
    // Different starts, so that lanes differ in more than length.
    let data: Vec<&[u8]> = lengths
        .iter()
        .map(|length| &bytes[length % 97..][..*length])
        .collect();
    let reversed: Vec<&[u8]> = data.iter().rev().copied().collect();
    for backend in backends() {
        assert_all_equal(backend, &data);
        assert_all_equal(backend, &reversed);
    }
}

#[test]
fn any_number_of_readers() {
    let bytes = Random(2).bytes(20_000);
    for backend in backends() {
        for count in 0..=40 {
            let data: Vec<&[u8]> = (0..count)
                .map(|n| &bytes[n..][..(n * 7919) % 15_000])
                .collect();
            assert_all_equal(backend, &data);
        }
    }
}

#[test]
fn random_mixes_through_readers_of_any_manner() {
    let bytes = Random(3).bytes(200_000);
    for seed in 0..200 {
        let mut random = Random(1_000 + seed);
        let readers = 1 + random.below(60);
        let scale = [100, 3_000, 40_000, 150_000][random.below(4)];
        let mut data: Vec<&[u8]> = (0..readers)
            .map(|_| {
                // Most are small, as in life.
                let cap = 1 + random.below(scale);
                let length = random.below(cap);
                &bytes[random.below(bytes.len() - length)..][..length]
            })
            .collect();
        if random.below(2) == 0 {
            data.sort_by_key(|bytes| std::cmp::Reverse(bytes.len()));
        }
        let expected: Vec<(Sha256, u64)> = data
            .iter()
            .map(|bytes| (reference(bytes), bytes.len() as u64))
            .collect();
        for backend in backends() {
            let seen = digests(
                backend,
                data.iter().enumerate().map(|(index, rest)| Chunky {
                    rest,
                    random: Random(seed * 100 + index as u64),
                    most: [1, 3, 64, 65, 1_000, 100_000][(seed as usize + index) % 6],
                }),
            );
            assert_eq!(seen, expected, "mix {seed} with {}", backend.name());
        }
    }
}

#[test]
fn a_lane_whose_reader_ends_takes_the_next() {
    // One that outlasts all others, in every position, among many that are short.
    let bytes = Random(4).bytes(1_500_000);
    for backend in backends() {
        for position in [0, 7, 15, 16, 99] {
            let data: Vec<&[u8]> = (0..100)
                .map(|n| {
                    let length = if n == position {
                        bytes.len()
                    } else {
                        (n * n * 17) % 5_000
                    };
                    &bytes[..length]
                })
                .collect();
            assert_all_equal(backend, &data);
        }
    }
}

#[test]
fn no_more_readers_are_taken_than_there_are_lanes() {
    struct Counted<'a>(&'a [u8], &'a Cell<usize>);
    impl Read for Counted<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(buffer)
        }
    }
    impl Drop for Counted<'_> {
        fn drop(&mut self) {
            self.1.set(self.1.get() - 1);
        }
    }
    let bytes = Random(5).bytes(100_000);
    for backend in backends() {
        let (open, most) = (Cell::new(0), Cell::new(0));
        let readers = (0..300).map(|n| {
            open.set(open.get() + 1);
            most.set(most.get().max(open.get()));
            Counted(&bytes[..n * 300], &open)
        });
        assert_eq!(digests(backend, readers).len(), 300);
        assert_eq!(open.get(), 0, "a reader is dropped when it is done");
        assert!((1..=16).contains(&most.get()), "{} at once", most.get());
    }
}

#[test]
fn a_faulty_reader_fails_alone_and_its_lane_is_clean_afterwards() {
    let bytes = Random(6).bytes(300_000);
    for backend in backends() {
        let mut random = Random(7);
        let lengths: Vec<usize> = (0..120)
            .map(|n| random.below(if n % 10 == 0 { 300_000 } else { 3_000 }))
            .collect();
        let readers = lengths.iter().enumerate().map(|(index, length)| {
            let part = &bytes[..*length];
            let reader: Box<dyn Read> = if index % 3 == 0 {
                Box::new(Faulty(part))
            } else {
                Box::new(part)
            };
            (index, reader)
        });
        let mut seen = vec![false; lengths.len()];
        hash_many_with(
            backend,
            readers,
            u64::MAX,
            &CancelToken::new(),
            |index, result| {
                assert!(!std::mem::replace(&mut seen[index], true));
                match result {
                    Ok((digest, size)) => {
                        assert_ne!(index % 3, 0);
                        assert_eq!(size, lengths[index] as u64);
                        assert_eq!(digest, reference(&bytes[..lengths[index]]));
                    }
                    Err(error) => {
                        assert_eq!(index % 3, 0);
                        assert_eq!(error.kind(), ErrorKind::PermissionDenied);
                        assert!(error.message().contains("the disk is on fire"));
                    }
                }
            },
        )
        .unwrap();
        assert!(seen.iter().all(|seen| *seen));
    }
}

#[test]
fn a_reader_that_lies_about_what_it_read_is_an_error() {
    struct Liar;
    impl Read for Liar {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            Ok(buffer.len() + 1)
        }
    }
    for backend in backends() {
        let mut outcomes = Vec::new();
        hash_many_with(
            backend,
            [((), Liar)],
            u64::MAX,
            &CancelToken::new(),
            |(), result| outcomes.push(result.unwrap_err().kind()),
        )
        .unwrap();
        assert_eq!(outcomes, [ErrorKind::Io]);
    }
}

#[test]
fn the_limit_is_exact_and_ends_an_endless_reader() {
    for backend in backends() {
        for limit in [0, 1, 63, 64, 1_000, 40_000, 100_000] {
            let jobs = (0..20).map(|n| {
                let reader: Box<dyn Read> = match n % 4 {
                    0 => Box::new(io::repeat(1).take(limit)),
                    1 => Box::new(io::repeat(1).take(limit + 1)),
                    2 => Box::new(io::repeat(1)),
                    _ => Box::new(io::empty()),
                };
                (n, reader)
            });
            let mut told = 0;
            hash_many_with(backend, jobs, limit, &CancelToken::new(), |n, result| {
                told += 1;
                match (n % 4, result) {
                    (0, Ok((digest, size))) => {
                        assert_eq!(size, limit);
                        assert_eq!(digest, reference(&vec![1; limit as usize]));
                    }
                    (3, Ok((digest, 0))) => assert_eq!(digest, reference(b"")),
                    (1 | 2, Err(error)) => {
                        assert_eq!(error.limit_met(), Some(("crate-size", limit)));
                    }
                    (_, other) => panic!("{n}: {other:?}"),
                }
            })
            .unwrap();
            assert_eq!(told, 20);
        }
    }
}

#[test]
fn a_cancelled_token_stops_endless_readers() {
    /// Never ends, and throws the switch after some calls.
    struct Endless<'a>(&'a Cell<u32>, &'a CancelToken, usize);
    impl Read for Endless<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.set(self.0.get() + 1);
            if self.0.get() == 200 {
                self.1.cancel();
            }
            assert!(self.0.get() <= 200, "nothing is read after the cancel");
            Ok(buffer.len().min(self.2))
        }
    }
    for backend in backends() {
        for piece in [1, 4_096, usize::MAX] {
            let (calls, cancel) = (Cell::new(0), CancelToken::new());
            let jobs = (0..).map(|n| (n, Endless(&calls, &cancel, piece)));
            let error = hash_many_with(backend, jobs, u64::MAX, &cancel, |_, _| {
                panic!("no reader ends");
            })
            .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Cancelled);
            assert_eq!(calls.get(), 200);
        }
        let cancelled = CancelToken::new();
        cancelled.cancel();
        let error = hash_many_with(backend, [((), io::empty())], 1, &cancelled, |(), _| {
            panic!("nothing is hashed");
        })
        .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
    }
}

#[test]
fn a_panicking_reader_unwinds_through() {
    struct Panics;
    impl Read for Panics {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            panic!("by intent");
        }
    }
    for backend in backends() {
        let caught = std::panic::catch_unwind(|| digests(backend, [Panics]));
        assert!(caught.is_err());
    }
}

#[test]
fn backends_have_names_and_the_missing_are_refused() {
    let all = [
        Backend::Auto,
        Backend::Avx512,
        Backend::Avx2,
        Backend::ShaNi,
        Backend::Sha2,
    ];
    for backend in all {
        assert_eq!(Backend::from_name(backend.name()), Some(backend));
    }
    assert_eq!(Backend::from_name("AVX2"), None);
    assert_ne!(Backend::selected(), Backend::Auto);
    for backend in [Backend::Avx512, Backend::Avx2, Backend::ShaNi] {
        let result = hash_many_with(
            backend,
            [((), io::empty())],
            1,
            &CancelToken::new(),
            |(), _| {},
        );
        if Backend::available().any(|way| way == backend) {
            result.unwrap();
        } else {
            assert_eq!(result.unwrap_err().kind(), ErrorKind::Unsupported);
        }
    }
    #[cfg(target_arch = "x86_64")]
    {
        let available: Vec<Backend> = Backend::available().collect();
        assert_eq!(
            available.contains(&Backend::Avx2),
            is_x86_feature_detected!("avx2")
        );
        assert_eq!(
            available.contains(&Backend::Avx512),
            is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw")
        );
        let expected = is_x86_feature_detected!("sha") && !cfg!(sha2_backend = "soft");
        assert_eq!(available.contains(&Backend::ShaNi), expected);
    }
}

#[test]
fn the_default_is_the_same_by_every_door() {
    let bytes = Random(8).bytes(70_000);
    let expected = (reference(&bytes), bytes.len() as u64);
    let cancel = CancelToken::new();
    assert_eq!(
        hash_reader(bytes.as_slice(), u64::MAX, &cancel).unwrap(),
        expected
    );
    let mut told = 0;
    hash_many(
        (0..50).map(|n| (n, bytes.as_slice())),
        u64::MAX,
        &cancel,
        |_, result| {
            assert_eq!(result.unwrap(), expected);
            told += 1;
        },
    )
    .unwrap();
    assert_eq!(told, 50);
}
