//! CPU time of SHA-256 over all files of a directory, by each backend and by plain `sha2`:
//! `time_hash DIR [BACKEND]…`.
//!
//! Used by `make bench`; the time is the thread's own, as the Linux scheduler counts it, and
//! contains reading the files, which should lie in the page cache. `kernel` is the same from
//! memory: hashing alone.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for the bench"
)]

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use cratetrust_core::CancelToken;
use cratetrust_core::digest::{Backend, Sha256Hasher, hash_many_with};

/// The scheduler counts in ticks of some milliseconds; this much time makes them small.
const LEAST_NANOSECONDS: u64 = 1_000_000_000;

fn cpu_nanoseconds() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split_whitespace().next().unwrap().parse().unwrap()
}

fn files(dir: &Path, found: &mut Vec<(u64, PathBuf)>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            files(&entry.path(), found);
        } else if kind.is_file() {
            found.push((entry.metadata().unwrap().len(), entry.path()));
        }
    }
}

/// CPU time of one call, in nanoseconds, of a series long enough to measure.
fn time(call: &dyn Fn()) -> f64 {
    let before = cpu_nanoseconds();
    let mut calls = 0u32;
    loop {
        call();
        calls += 1;
        let spent = cpu_nanoseconds() - before;
        if spent >= LEAST_NANOSECONDS {
            return spent as f64 / f64::from(calls);
        }
    }
}

/// Best CPU time of one call of each, in nanoseconds, of three series in turn: what slows the machine
/// for a while slows all of them.
fn best(calls: &[Box<dyn Fn() + '_>]) -> Vec<f64> {
    let mut best = vec![f64::INFINITY; calls.len()];
    for _ in 0..3 {
        for (best, call) in best.iter_mut().zip(calls) {
            *best = best.min(time(call));
        }
    }
    best
}

fn plain(mut reader: impl Read) -> [u8; 32] {
    let mut hasher = Sha256Hasher::default();
    let mut chunk = vec![0; 64 << 10];
    loop {
        match reader.read(&mut chunk).unwrap() {
            0 => return hasher.finish().0,
            read => hasher.update(chunk.get(..read).unwrap()),
        }
    }
}

/// Reads as the lanes do, and leaves it at that.
fn only_read(mut reader: impl Read, chunk: &mut [u8]) -> usize {
    let mut size = 0;
    loop {
        match reader.read(chunk).unwrap() {
            0 => return size,
            read => size += read,
        }
    }
}

fn many<R: Read>(backend: Backend, readers: impl Iterator<Item = R>) -> Vec<[u8; 32]> {
    let mut digests = Vec::new();
    hash_many_with(
        backend,
        readers.enumerate(),
        u64::MAX,
        &CancelToken::new(),
        |index, result| digests.push((index, result.unwrap().0.0)),
    )
    .unwrap();
    digests.sort_unstable();
    digests.into_iter().map(|(_, digest)| digest).collect()
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let dir = arguments.next().unwrap();
    let mut backends: Vec<Backend> = arguments
        .map(|name| Backend::from_name(&name).unwrap())
        .collect();
    if backends.is_empty() {
        backends = Backend::available().collect();
    }
    let mut found = Vec::new();
    files(Path::new(&dir), &mut found);
    found.sort_unstable_by(|a, b| b.cmp(a));
    let bytes: u64 = found.iter().map(|(size, _)| size).sum();
    println!(
        "{} files, {bytes} bytes; the default is {}",
        found.len(),
        Backend::selected().name()
    );
    let open = || found.iter().map(|(_, path)| File::open(path).unwrap());
    let loaded: Vec<Vec<u8>> = open()
        .map(|mut file| {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            bytes
        })
        .collect();
    let memory = || loaded.iter().map(Vec::as_slice);
    let expected: Vec<[u8; 32]> = open().map(plain).collect();

    let mut names = vec!["plain sha2"];
    let mut calls: Vec<Box<dyn Fn() + '_>> = vec![
        Box::new(|| assert_eq!(open().map(plain).collect::<Vec<_>>(), expected)),
        Box::new(|| assert_eq!(memory().map(plain).collect::<Vec<_>>(), expected)),
    ];
    for backend in backends {
        names.push(backend.name());
        let (open, memory, expected) = (&open, &memory, &expected);
        calls.push(Box::new(move || {
            assert_eq!(many(backend, open()), *expected)
        }));
        calls.push(Box::new(move || {
            assert_eq!(many(backend, memory()), *expected)
        }));
    }
    calls.push(Box::new(|| {
        let mut chunk = vec![0; 32 << 10];
        let read: usize = open().map(|file| only_read(file, &mut chunk)).sum();
        assert_eq!(read as u64, bytes);
    }));
    let times = best(&calls);
    let (pairs, reading) = times.as_chunks::<2>();
    let reading = reading.first().copied().unwrap();
    println!(
        "only read    files {:9.2} ms {:6.0} MB/s",
        reading / 1e6,
        bytes as f64 / reading * 1e3
    );
    let [base, base_memory] = pairs.first().copied().unwrap();
    for (name, [files, kernel]) in names.into_iter().zip(pairs) {
        println!(
            "{name:<12} files {:9.2} ms {:6.0} MB/s {:5.2}x   kernel {:9.2} ms {:6.0} MB/s {:5.2}x",
            files / 1e6,
            bytes as f64 / files * 1e3,
            base / files,
            kernel / 1e6,
            bytes as f64 / kernel * 1e3,
            base_memory / kernel,
        );
    }
}
