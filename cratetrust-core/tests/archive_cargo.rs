//! Preset `cargo` against what cargo does: the hostile archives go through the steps in which cargo
//! 1.97 unpacks, on the crates that it uses for them (flate2's decoder of one member, `tar`). Where
//! these refuse, a finding is an error, and where they read on, it is none.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod archive_support;

use std::io::{Error, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use archive_support::build::{Gzip, Header, Tar};
use archive_support::cases::{all, at};
use cratetrust_core::report::Severity;
use cratetrust_core::{Input, Options, verify_package};

const PREFIX: &str = "foo-1.0.0";

/// A reader that fails at its limit, where `Take` would end.
struct Limited<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let room = usize::try_from(self.left.min(buffer.len() as u64)).unwrap();
        if room == 0 && !buffer.is_empty() {
            return Err(Error::other("the limit is reached"));
        }
        let read = self.inner.read(&mut buffer[..room])?;
        self.left -= read as u64;
        Ok(read)
    }
}

/// The steps of cargo's unpacking: every entry below the package's directory, files and directories
/// only, its own mark passed over, everything else handed to `tar`.
fn unpack(bytes: &[u8], parent: &Path) -> std::io::Result<()> {
    let limit = (512 << 20).max(bytes.len() as u64 * 20);
    let reader = Limited {
        inner: flate2::read::GzDecoder::new(bytes),
        left: limit,
    };
    let mut archive = tar::Archive::new(reader);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        if !path.starts_with(PREFIX) {
            return Err(Error::other("an entry outside the package's directory"));
        }
        if !matches!(
            entry.header().entry_type(),
            tar::EntryType::Regular | tar::EntryType::Directory
        ) {
            return Err(Error::other("neither a file nor a directory"));
        }
        if path.file_name().is_some_and(|name| name == ".cargo-ok") {
            continue;
        }
        entry.unpack_in(parent)?;
    }
    Ok(())
}

/// Cases that cargo reads on in and that are errors all the same, since their code is also that of
/// cases which cargo refuses, since nothing behind them is read here, or since cargo leaves them out.
const STRICTER: &[(u32, &str)] = &[
    // The decoder's trailer is not read once `tar` has met its end marker; cut anywhere else, it is.
    (2, "truncated trailer"),
    // Malformed records end the reading here, and what was not read must never pass.
    (21, "malformed pax record"),
    // In a header the name ends at NUL; in a long name it cannot be opened.
    (25, "NUL in a name"),
    // `tar` refuses to unpack such an entry, although it says nothing and goes on with the next.
    (35, ".."),
];

fn unpacked(bytes: &[u8]) -> std::io::Result<()> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("cratetrust-cargo-{}-{number}", std::process::id());
    let parent = std::env::temp_dir().join(name);
    let _ = std::fs::remove_dir_all(&parent);
    std::fs::create_dir_all(&parent).unwrap();
    let outcome = unpack(bytes, &parent);
    let _ = std::fs::remove_dir_all(&parent);
    outcome
}

fn errors(bytes: Vec<u8>) -> Vec<&'static str> {
    let mut options = Options::default();
    options.merge_json("{\"preset\": \"cargo\"}").unwrap();
    let input = Input::from_bytes("foo-1.0.0.crate", bytes);
    let report = verify_package(&input, &options).unwrap();
    let errors = report.findings.iter();
    errors
        .filter(|f| f.severity == Severity::Error)
        .map(|f| f.code.name())
        .collect()
}

#[test]
fn what_unpacking_refuses_is_an_error_and_nothing_else() {
    let mut wrong = Vec::new();
    let mut stricter = Vec::new();
    for (number, what, bytes, codes) in all() {
        // What cargo looks at once it has unpacked, and limits, which are errors in any preset.
        if codes
            .iter()
            .any(|code| code.starts_with("manifest-") || code.starts_with("limit-"))
        {
            continue;
        }
        let refused = unpacked(&bytes);
        let errors = errors(bytes);
        if refused.is_ok() && !errors.is_empty() && STRICTER.contains(&(number, what)) {
            stricter.push((number, what));
        } else if refused.is_err() == errors.is_empty() {
            wrong.push(format!(
                "case {number}, {what}: {codes:?}, cargo: {refused:?}, here {errors:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(stricter, STRICTER);
}

/// The other side of the cases above: what keeps their codes errors.
#[test]
fn codes_that_cargo_refuses_in_some_places_only() {
    let tar = || {
        Tar::new().file(
            &at("Cargo.toml"),
            b"[package]\nname = \"foo\"\nversion = \"1.0.0\"\n",
        )
    };
    let long = tar()
        .long_name(&at("x\0y"))
        .entry(Header::gnu(&at("x"), 0), b"");
    let whole = Gzip::of(&tar().end()).bytes();
    for bytes in [
        Gzip::of(&long.end()).bytes(),
        whole[..whole.len() / 2].to_vec(),
    ] {
        assert!(unpacked(&bytes).is_err());
        assert!(!errors(bytes).is_empty());
    }
    // A wrong CRC counts for cargo only where no end marker keeps it from reading that far.
    for (stream, refused) in [(tar().end(), false), (tar().0, true)] {
        let mut gzip = Gzip::of(&stream);
        gzip.crc ^= 1;
        assert_eq!(unpacked(&gzip.bytes()).is_err(), refused);
    }
}
