//! An unpacked stream: our reader and `tar` must list the same, or a finding says so.
#![no_main]

use std::io::Read;

use cratetrust_core::archive::{self, Entry, Sink};
use cratetrust_core::report::{Preset, Severity};
use cratetrust_core::{CancelToken, Limits, Result};
use flate2::Compression;
use flate2::read::GzEncoder;
use libfuzzer_sys::fuzz_target;

#[derive(Default)]
struct Listing(Vec<(Vec<u8>, u64)>);

impl Sink for Listing {
    fn entry(&mut self, entry: &Entry<'_>) -> Result<()> {
        self.0.push((entry.path.to_vec(), entry.size));
        Ok(())
    }

    fn chunk(&mut self, _: &[u8]) -> Result<()> {
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        Ok(())
    }
}

fn tar_listing(stream: &[u8]) -> std::io::Result<Vec<(Vec<u8>, u64)>> {
    let mut archive = tar::Archive::new(stream);
    let entries = archive.entries()?.map(|entry| {
        let entry = entry?;
        Ok((entry.path_bytes().into_owned(), entry.size()))
    });
    entries.collect()
}

fuzz_target!(|stream: &[u8]| {
    let (limits, cancel) = (Limits::default(), CancelToken::new());
    // The bytes as they are: the gzip layer.
    let outcome = archive::read(stream, None, &limits, &cancel, &mut []);
    assert!(outcome.is_ok());
    // And as a stream: the tar layer.
    let mut packed = Vec::new();
    let mut encoder = GzEncoder::new(stream, Compression::none());
    if encoder.read_to_end(&mut packed).is_err() {
        return;
    }
    let mut listing = Listing::default();
    let outcome = archive::read(&packed[..], None, &limits, &cancel, &mut [&mut listing]);
    let Ok(outcome) = outcome else {
        panic!("an archive in memory cannot fail to be read");
    };
    let told = outcome
        .findings
        .iter()
        .any(|finding| finding.code.severity(Preset::Strict) != Severity::Info);
    if !told {
        assert!(outcome.complete);
        assert_eq!(tar_listing(stream).ok(), Some(listing.0));
    }
});
