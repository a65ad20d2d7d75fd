//! One artifact, read once: its digests, what is wrong with it, and its facts.

use std::collections::BTreeMap;
use std::io::Read;

use super::facts::{Facts, FactsSink, LARGEST_TEXT, MANIFEST, Texts, VCS_INFO, is_license_file};
use crate::archive::{self, Outcome};
use crate::digest::{Sha256, Sha512, Sha512Hasher};
use crate::error::{Error, ErrorKind, Result};
use crate::manifest::{self, Manifest, vcs};
use crate::options::Options;
use crate::proven::Taken;
use crate::registry::{Artifact, Folder, VendorChecksums};
use crate::report::{Code, Finding, Severity};
use crate::verify::vendor;

const VENDOR_LIST: &str = ".cargo-checksum.json";

/// What one artifact turned out to be.
#[derive(Debug, Default)]
pub(super) struct Examined {
    pub(super) sha256: Option<Sha256>,
    pub(super) sha512: Option<Sha512>,
    pub(super) bytes: u64,
    /// Name and version by the manifest.
    pub(super) identity: Option<(String, String)>,
    /// The digest of its archive that a vendored package names.
    pub(super) package: Option<Sha256>,
    /// Whether the bytes were read to their end and, of a vendored package, compared with its list.
    pub(super) complete: bool,
    /// `None` where the bytes are not fit to say anything.
    pub(super) facts: Option<Facts>,
    /// Without package and artifact.
    pub(super) findings: Vec<Finding>,
}

impl Examined {
    /// A file that was met on the way and cannot be read.
    pub(super) fn unreadable(error: &Error) -> Self {
        Self {
            findings: vec![Finding::new(Code::Unreadable, error.message())],
            ..Self::default()
        }
    }

    /// Takes the facts of a manifest that could be read; else says what is wrong with it.
    fn take(
        &mut self,
        manifest: Option<Result<Manifest>>,
        texts: &BTreeMap<String, Vec<u8>>,
        vcs: Option<vcs::Origin>,
    ) -> Result<()> {
        let finding = match manifest {
            Some(Ok(manifest)) => {
                self.identity = manifest
                    .version
                    .clone()
                    .map(|version| (manifest.name.clone(), version));
                self.facts = Some(Facts::of(manifest, texts, vcs));
                return Ok(());
            }
            Some(Err(error)) => match error.kind() {
                ErrorKind::Cancelled => return Err(error),
                ErrorKind::LimitExceeded => Finding::new(Code::LimitParse, error.to_string()),
                _ => Finding::new(Code::ManifestParse, error.to_string()),
            },
            None => Finding::new(Code::ManifestMissing, "there is no Cargo.toml"),
        };
        self.findings.push(finding.path(MANIFEST));
        Ok(())
    }
}

/// Hands bytes on and takes their SHA-512 as they go by.
struct Tee<R> {
    reader: R,
    hasher: Sha512Hasher,
}

impl<R: Read> Read for Tee<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.hasher.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

/// Reads a `.crate` file in one pass. `prefix` is the directory that all of it must lie in.
pub(super) fn archive(
    reader: impl Read,
    size: Option<u64>,
    prefix: Option<&str>,
    options: &Options,
) -> Result<Examined> {
    let (limits, cancel) = (&options.limits, &options.cancel);
    let mut sink = FactsSink::new(limits);
    let mut tee = Tee {
        reader,
        hasher: Sha512Hasher::default(),
    };
    let Outcome {
        sha256,
        size,
        complete,
        findings,
        ..
    } = archive::read_sized(&mut tee, size, prefix, limits, cancel, &mut [&mut sink])?;
    let mut examined = Examined {
        sha256,
        sha512: sha256.is_some().then(|| tee.hasher.finish()),
        bytes: size,
        complete,
        findings,
        ..Examined::default()
    };
    let (manifest, texts, vcs) = sink.finish();
    // Of an archive that breaks off nothing is known to be missing.
    if complete || manifest.is_some() {
        examined.take(manifest, &texts.into_files(), vcs)?;
    }
    if !complete || has_error(&examined.findings, options) {
        examined.facts = None;
    }
    Ok(examined)
}

/// What the manifest of an archive says of which no more was read.
pub(super) fn taken(taken: Taken) -> Result<Examined> {
    let mut examined = Examined {
        sha256: Some(taken.sha256),
        bytes: taken.size,
        ..Examined::default()
    };
    if let Some(content) = taken.content {
        examined.complete = content.complete;
        examined.take(content.facts, &BTreeMap::new(), None)?;
    }
    Ok(examined)
}

/// Whether a finding is an error for the caller, or is one by itself.
pub(super) fn has_error(findings: &[Finding], options: &Options) -> bool {
    findings
        .iter()
        .any(|finding| options.severities.of(finding.code) == Severity::Error)
}

/// Reads the few files of an unpacked package; nothing proves them.
pub(super) fn unpacked(artifact: &Artifact, options: &Options) -> Result<Examined> {
    let mut examined = Examined::default();
    let folder = Folder::new(artifact.directory()?);
    let (manifest, texts, vcs) = files(&folder, options, |_, _| true)?;
    examined.complete = true;
    examined.take(manifest, &texts, vcs)?;
    Ok(examined)
}

/// Compares a vendored package with its list, and reads its facts from files with their listed hash.
pub(super) fn vendored(artifact: &Artifact, options: &Options) -> Result<Examined> {
    let compared = vendor::examine_one(artifact, options)?;
    let mut examined = Examined {
        bytes: compared.bytes,
        identity: compared.identity,
        package: compared.package,
        complete: compared.complete,
        findings: compared.findings,
        ..Examined::default()
    };
    if compared.lists_nothing {
        examined.findings.push(vendor::lists_nothing());
    }
    if has_error(&examined.findings, options) {
        return Ok(examined);
    }
    let folder = Folder::new(artifact.directory()?);
    let (limits, cancel) = (&options.limits, &options.cancel);
    let list = folder
        .read(VENDOR_LIST, "lockfile-size", limits.lockfile_size, cancel)?
        .map(|bytes| VendorChecksums::parse(&bytes))
        .transpose()?
        .unwrap_or_default();
    // Read a second time: what changed since it was compared is not taken.
    let (manifest, texts, vcs) = files(&folder, options, |path, bytes| {
        list.files.is_empty() || list.files.get(path) == Some(&Sha256::of(bytes))
    })?;
    if let Some(Ok(_)) = &manifest {
        let identity = examined.identity.take();
        examined.take(manifest, &texts, vcs)?;
        examined.identity = identity;
    }
    Ok(examined)
}

type Files = (
    Option<Result<Manifest>>,
    BTreeMap<String, Vec<u8>>,
    Option<vcs::Origin>,
);

/// The files of a folder that say something of the package, as far as `good` takes them.
fn files(folder: &Folder, options: &Options, good: impl Fn(&str, &[u8]) -> bool) -> Result<Files> {
    let (limits, cancel) = (&options.limits, &options.cancel);
    let read = |path: &str, name: &'static str, limit: u64| -> Result<Option<Vec<u8>>> {
        match folder.read(path, name, limit, cancel) {
            Ok(bytes) => Ok(bytes
                .filter(|bytes| good(path, bytes))
                .map(|bytes| bytes.to_vec())),
            // A licence file that cannot be read or is too large is as if it were not there.
            Err(error) if path != MANIFEST && error.kind() != ErrorKind::Cancelled => Ok(None),
            Err(error) => Err(error),
        }
    };
    let manifest = read(MANIFEST, "manifest-size", limits.manifest_size)
        .map(|bytes| bytes.map(|bytes| Manifest::parse(&bytes, limits)));
    let manifest = match manifest {
        Ok(manifest) => manifest,
        Err(error) => Some(Err(error)),
    };
    let vcs = read(VCS_INFO, "file-size", LARGEST_TEXT)?
        .and_then(|bytes| vcs::origin(&bytes, limits.nesting));
    let declared = match &manifest {
        Some(Ok(manifest)) => manifest.license_file.as_deref().and_then(manifest::inside),
        _ => None,
    };
    let texts = texts(folder, "", declared.as_deref(), options, read)?;
    Ok((manifest, texts, vcs))
}

/// The licence files of one directory of a folder, and the one that a manifest declares, by their
/// path in the folder.
pub(super) fn texts(
    folder: &Folder,
    directory: &str,
    declared: Option<&str>,
    options: &Options,
    read: impl Fn(&str, &'static str, u64) -> Result<Option<Vec<u8>>>,
) -> Result<BTreeMap<String, Vec<u8>>> {
    let (names, _) = folder.list(directory, &options.limits, &options.cancel)?;
    let own = names
        .into_iter()
        .filter(|name| is_license_file(name))
        .map(|name| match directory {
            "" => name,
            _ => format!("{directory}/{name}"),
        });
    let mut texts = Texts::default();
    for path in declared.map(str::to_owned).into_iter().chain(own) {
        if !texts.has_room() {
            break;
        }
        if let Some(bytes) = read(&path, "file-size", LARGEST_TEXT)? {
            texts.add(path, bytes);
        }
    }
    Ok(texts.into_files())
}
