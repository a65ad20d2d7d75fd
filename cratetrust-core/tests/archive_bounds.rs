//! What the worst archives cost: time, and memory at its peak. One test, alone in its process, since
//! the peak is the process's.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod archive_support;

use std::io::Write;
use std::time::{Duration, Instant};

use archive_support::build::{Header, Tar};
use cratetrust_core::{Input, Options, verify_package};
use flate2::Compression;
use flate2::write::GzEncoder;

const MIB: u64 = 1 << 20;
const MOST: u64 = 64 * MIB;

/// As shipped; without optimisation inflating alone is several times slower.
const TIME: Duration = if cfg!(debug_assertions) {
    Duration::from_secs(10)
} else {
    Duration::from_secs(2)
};

/// Makes an archive without holding what is in it.
fn packed(write: impl FnOnce(&mut dyn Write)) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    write(&mut encoder);
    encoder.finish().unwrap()
}

fn path(n: u32) -> Vec<u8> {
    format!("foo-1.0.0/{n}").into_bytes()
}

fn zeros(out: &mut dyn Write, mib: u64) {
    let block = vec![0; MIB as usize];
    (0..mib).for_each(|_| out.write_all(&block).unwrap());
}

/// A gibibyte of zeros. Deflate writes each mebibyte down in the same way, so that one is made and
/// repeated.
fn gibibyte() -> Vec<u8> {
    let mut encoder = flate2::Compress::new(Compression::best(), false);
    let block = vec![0; MIB as usize];
    let mut pieces = [(); 2].map(|()| {
        let mut out = Vec::with_capacity(1 << 16);
        encoder
            .compress_vec(&block, &mut out, flate2::FlushCompress::Sync)
            .unwrap();
        out
    });
    let mut bytes = b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec();
    bytes.append(&mut pieces[0]);
    (1..1024).for_each(|_| bytes.extend_from_slice(&pieces[1]));
    bytes.extend_from_slice(b"\x03\0");
    // No reader comes to the trailer.
    bytes.extend_from_slice(&[0; 8]);
    assert!(bytes.len() < 1_200_000, "{}", bytes.len());
    bytes
}

/// The process's peak of resident memory, in bytes, since it was last set back.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.unwrap().split_whitespace().nth(1).unwrap();
    kib.parse::<u64>().unwrap() * 1024
}

#[cfg(target_os = "linux")]
fn set_peak_back() {
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
}

#[cfg(not(target_os = "linux"))]
fn peak() -> u64 {
    0
}

#[cfg(not(target_os = "linux"))]
fn set_peak_back() {}

#[test]
fn the_worst_archives_cost_little() {
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("1 GiB of zeros", gibibyte(), "limit-unpacked-size"),
        (
            "1 GiB as one file",
            packed(|out| {
                out.write_all(&Header::gnu(&path(0), 1 << 30).block())
                    .unwrap();
                zeros(out, 2);
            }),
            "limit-file-size",
        ),
        (
            "60 MiB as sources of many lines",
            packed(|out| {
                for n in 0..2 {
                    let name = format!("foo-1.0.0/{n}.rs");
                    let header = Header::gnu(name.as_bytes(), 30 * MIB);
                    out.write_all(&header.block()).unwrap();
                    let text = "é\n".repeat(MIB as usize / 3 + 1);
                    (0..30).for_each(|_| {
                        out.write_all(&text.as_bytes()[..MIB as usize]).unwrap();
                    });
                }
                out.write_all(&[0; 1024]).unwrap();
            }),
            "manifest-missing",
        ),
        (
            "a million entries",
            packed(|out| {
                (0..1_000_000).for_each(|n| {
                    out.write_all(&Header::gnu(&path(n), 0).block()).unwrap();
                });
                out.write_all(&[0; 1024]).unwrap();
            }),
            "limit-entries",
        ),
        (
            "as many long paths as are read",
            packed(|out| {
                for n in 0..60_000 {
                    let name = format!("foo-1.0.0/{}/{n}", "é".repeat(60));
                    out.write_all(&Tar::new().file(name.as_bytes(), b"").0)
                        .unwrap();
                }
                out.write_all(&[0; 1024]).unwrap();
            }),
            "manifest-missing",
        ),
        (
            "a size of 2^63",
            packed(|out| {
                let size = *b"\x80\0\0\0\x80\0\0\0\0\0\0\0";
                let header = Header::gnu(&path(0), 0).size256(size);
                out.write_all(&header.block()).unwrap();
            }),
            "tar-size-invalid",
        ),
    ];
    for (what, bytes, code) in cases {
        let size = bytes.len();
        let input = Input::from_bytes("foo-1.0.0.crate", bytes);
        set_peak_back();
        let before = peak();
        let started = Instant::now();
        let report = verify_package(&input, &Options::default()).unwrap();
        let (elapsed, used) = (started.elapsed(), peak().saturating_sub(before));
        eprintln!(
            "{what}: {size} bytes, {elapsed:.2?}, {} MiB more memory",
            used / MIB
        );
        assert!(
            report.findings.iter().any(|f| f.code.name() == code),
            "{what}: {:?}",
            report.findings
        );
        assert!(elapsed < TIME, "{what} took {elapsed:?}");
        assert!(used < MOST, "{what} took {used} bytes of memory");
    }
}
