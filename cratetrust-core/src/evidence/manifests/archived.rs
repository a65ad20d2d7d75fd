//! The manifest of a `.crate` file, and no more of the archive than it takes to know what a
//! dependent builds of the package.

use crate::archive::{self, Entry, EntryKind, Sink};
use crate::digest::Sha256;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::manifest::{SourceFiles, Structure};
use crate::progress::CancelToken;

/// What an archive told.
pub(super) struct Archived {
    pub(super) structure: Structure,
    pub(super) files: SourceFiles,
}

/// Reads an archive whose bytes have, where it is given, this digest. The reason is for a gap.
///
/// # Errors
/// `Cancelled`.
pub(super) fn read(
    bytes: &[u8],
    prefix: &str,
    checksum: Option<Sha256>,
    limits: &Limits,
    cancel: &CancelToken,
) -> Result<std::result::Result<Archived, String>> {
    if checksum.is_some_and(|checksum| Sha256::of(bytes) != checksum) {
        return Ok(Err(
            "the archive at hand is not the one that the lockfile names".to_owned(),
        ));
    }
    let mut sink = Finder {
        limits,
        files: SourceFiles::default(),
        manifest: None,
        body: None,
        fault: None,
        done: false,
    };
    let outcome = archive::read(bytes, Some(prefix), limits, cancel, &mut [&mut sink]);
    let complete = match outcome {
        _ if sink.done => true,
        Ok(outcome) => outcome.complete,
        Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
        Err(error) => return Ok(Err(error.message().to_owned())),
    };
    if let Some(fault) = sink.fault {
        return Ok(Err(format!("its manifest cannot be read: {fault}")));
    }
    Ok(match sink.manifest {
        Some(structure) if complete => Ok(Archived {
            structure,
            files: sink.files,
        }),
        Some(_) => Err("the archive at hand is broken".to_owned()),
        None => Err("the archive at hand holds no manifest".to_owned()),
    })
}

/// Catches the manifest and the files that matter.
struct Finder<'l> {
    limits: &'l Limits,
    files: SourceFiles,
    manifest: Option<Structure>,
    /// The bytes of the manifest, while it goes by.
    body: Option<Vec<u8>>,
    fault: Option<String>,
    done: bool,
}

impl Finder<'_> {
    /// Ends the reading where nothing more can change the answer.
    fn check(&mut self) -> Result<()> {
        let Some(package) = self.manifest.as_ref().and_then(|m| m.package.as_ref()) else {
            return Ok(());
        };
        self.done = package.targets.is_told_with(&self.files);
        if self.done {
            return Err(Error::new(ErrorKind::Internal, "nothing more is needed"));
        }
        Ok(())
    }
}

impl Sink for Finder<'_> {
    fn entry(&mut self, entry: &Entry<'_>) -> Result<()> {
        self.body = None;
        if entry.kind != EntryKind::File {
            return Ok(());
        }
        match entry.relative {
            b"Cargo.toml" => self.body = Some(Vec::new()),
            b"src/lib.rs" => {
                self.files.lib = true;
                self.check()?;
            }
            b"build.rs" => {
                self.files.build = true;
                self.check()?;
            }
            _ => {}
        }
        Ok(())
    }

    fn chunk(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some(body) = &mut self.body {
            if (body.len() + bytes.len()) as u64 > self.limits.manifest_size {
                self.body = None;
                self.fault = Some("it is larger than the limit allows".to_owned());
                return Ok(());
            }
            body.extend_from_slice(bytes);
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        if let Some(body) = self.body.take() {
            match Structure::parse(&body, self.limits) {
                Ok(structure) => self.manifest = Some(structure),
                Err(error) => self.fault = Some(error.message().to_owned()),
            }
            return self.check();
        }
        Ok(())
    }
}
