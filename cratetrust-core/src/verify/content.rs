//! What an archive holds: its manifest and whether that is the package's own, files that cargo
//! writes itself, and mode bits that no crate needs.

use crate::archive::collector::Collector;
use crate::archive::{Entry, EntryKind, Outcome, Sink};
use crate::error::{ErrorKind, Result};
use crate::limits::Limits;
use crate::manifest::Manifest;
use crate::report::{Code, Finding};

const MANIFEST: &[u8] = b"Cargo.toml";
/// cargo marks an unpacked crate by it, and leaves files of that name out wherever they lie.
const UNPACKED_MARK: &[u8] = b".cargo-ok";
/// `cargo vendor` keeps its hashes in it.
const VENDOR_HASHES: &[u8] = b".cargo-checksum.json";

/// Name and version that an archive should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity<'a> {
    pub(crate) name: &'a str,
    pub(crate) version: &'a str,
}

/// What is known of the content once the archive was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Content {
    /// The manifest that cargo would read, where it could be read.
    pub(crate) manifest: Option<Manifest>,
    /// Without package and artifact.
    pub(crate) findings: Vec<Finding>,
}

/// A manifest as it stands in the archive.
struct Captured {
    path: String,
    offset: u64,
    /// `None` where it is larger than the limit.
    bytes: Option<Vec<u8>>,
    complete: bool,
    /// Whether it lies in the directory where it should.
    inside: bool,
}

/// Entries of one kind: how many, and the first of them.
#[derive(Default)]
struct Tally {
    count: u64,
    first: Option<(Vec<u8>, u64, u32)>,
}

impl Tally {
    fn add(&mut self, entry: &Entry<'_>) {
        self.count += 1;
        if self.first.is_none() {
            let path = entry.path.get(..4096).unwrap_or(entry.path);
            self.first = Some((path.to_vec(), entry.offset, entry.mode & 0o7777));
        }
    }

    /// One finding for all of them.
    fn report(self, code: Code, what: &str, findings: &mut Collector) {
        let count = self.count;
        if let Some((path, offset, mode)) = self.first {
            findings.add(code, |mut f| {
                f.message = match count {
                    1 => format!("the entry is {what} (mode {mode:04o})"),
                    _ => format!("{count} entries are {what}; this is the first (mode {mode:04o})"),
                };
                f.path_bytes(&path)
                    .offset(offset)
                    .actual(format!("{mode:04o}"))
            });
        }
    }
}

/// A sink that looks at the content of an archive.
pub(crate) struct ContentSink<'a> {
    limits: &'a Limits,
    findings: Collector,
    manifest: Option<Captured>,
    /// Whether the body that goes by is the manifest's.
    capturing: bool,
    /// The manifest that came before one with the same path.
    previous: Option<Vec<u8>>,
    differs: Option<(String, u64)>,
    other_case: bool,
    special: Tally,
    writable: Tally,
}

impl<'a> ContentSink<'a> {
    /// A sink for one archive.
    pub(crate) fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            findings: Collector::new(limits.findings),
            manifest: None,
            capturing: false,
            previous: None,
            differs: None,
            other_case: false,
            special: Tally::default(),
            writable: Tally::default(),
        }
    }

    /// What was seen, once the archive was read with the given outcome. Without an expected
    /// identity the manifest must be that of the archive's directory: `name-version` cannot be taken
    /// apart by itself, since both parts may hold dashes.
    pub(crate) fn finish(mut self, outcome: &Outcome, expected: Option<Identity<'_>>) -> Content {
        self.settle_duplicate();
        if let Some((path, offset)) = self.differs.take() {
            self.findings.add(Code::ManifestDuplicate, |mut f| {
                "the archive holds two manifests with different content; cargo reads the last"
                    .clone_into(&mut f.message);
                f.path(path).offset(offset)
            });
        }
        let what = "setuid, setgid or sticky";
        self.special
            .report(Code::ModeSpecial, what, &mut self.findings);
        let what = "writable by the group or by others";
        self.writable
            .report(Code::ModeWritable, what, &mut self.findings);
        let manifest = match self.manifest.take() {
            Some(captured) => {
                read_manifest(&captured, self.limits, &mut self.findings).inspect(|manifest| {
                    let prefix = outcome.prefix.as_deref();
                    compare(manifest, &captured, expected, prefix, &mut self.findings);
                })
            }
            None => {
                // Where the archive could not be read to its end, nothing is known to be missing.
                if outcome.complete {
                    let other_case = self.other_case;
                    self.findings.add(Code::ManifestMissing, |mut f| {
                        f.message = if other_case {
                            "there is no Cargo.toml in the package's directory, only one in another spelling"
                        } else {
                            "there is no Cargo.toml in the package's directory"
                        }
                        .to_owned();
                        f
                    });
                }
                None
            }
        };
        Content {
            manifest,
            findings: self.findings.finish(),
        }
    }

    /// Compares a second manifest with the first once its body is complete.
    fn settle_duplicate(&mut self) {
        let (Some(captured), Some(previous)) = (&self.manifest, self.previous.take()) else {
            return;
        };
        if captured.complete && captured.bytes.as_ref() != Some(&previous) && self.differs.is_none()
        {
            self.differs = Some((captured.path.clone(), captured.offset));
        }
    }

    fn see_manifest(&mut self, entry: &Entry<'_>, inside: bool) {
        match &self.manifest {
            // A manifest elsewhere never takes the place of the right one.
            Some(captured) if captured.inside && !inside => return,
            Some(captured) if captured.inside == inside => {
                self.settle_duplicate();
                let bytes = self.manifest.take().and_then(|captured| captured.bytes);
                self.previous = Some(bytes.unwrap_or_default());
            }
            _ => self.previous = None,
        }
        let fits = entry.size <= self.limits.manifest_size;
        self.manifest = Some(Captured {
            path: String::from_utf8_lossy(entry.path).into_owned(),
            offset: entry.offset,
            bytes: fits.then(Vec::new),
            complete: false,
            inside,
        });
        self.capturing = true;
    }
}

impl Sink for ContentSink<'_> {
    fn entry(&mut self, entry: &Entry<'_>) -> Result<()> {
        self.capturing = false;
        if entry.mode & 0o7000 != 0 {
            self.special.add(entry);
        }
        if entry.mode & 0o022 != 0 && entry.kind != EntryKind::Other {
            self.writable.add(entry);
        }
        // In an archive with another directory than expected, what lies in that one is looked at:
        // it tells which package this is.
        let inside = entry.relative.len() != entry.path.len();
        let relative = if inside {
            entry.relative
        } else {
            let mut parts = entry.path.splitn(2, |byte| *byte == b'/');
            parts.nth(1).unwrap_or(entry.path)
        };
        let last = relative
            .rsplit(|byte| *byte == b'/')
            .next()
            .unwrap_or_default();
        let first = relative
            .split(|byte| *byte == b'/')
            .next()
            .unwrap_or_default();
        if last.eq_ignore_ascii_case(UNPACKED_MARK)
            || first.eq_ignore_ascii_case(UNPACKED_MARK)
            || first.eq_ignore_ascii_case(VENDOR_HASHES)
        {
            self.findings.add(Code::ReservedFile, |mut f| {
                "cargo writes a file of this name itself, to mark what it has unpacked or vendored"
                    .clone_into(&mut f.message);
                f.path_bytes(entry.path).offset(entry.offset)
            });
        }
        if entry.kind == EntryKind::File && relative.eq_ignore_ascii_case(MANIFEST) {
            if relative == MANIFEST {
                self.see_manifest(entry, inside);
            } else {
                self.other_case = true;
                self.findings.add(Code::ManifestCase, |mut f| {
                    "the manifest's name must be spelled Cargo.toml; where case does not count, this file takes its place"
                        .clone_into(&mut f.message);
                    f.path_bytes(entry.path).offset(entry.offset)
                });
            }
        }
        Ok(())
    }

    fn chunk(&mut self, bytes: &[u8]) -> Result<()> {
        if self.capturing
            && let Some(Captured {
                bytes: Some(body), ..
            }) = &mut self.manifest
        {
            // No more than the entry's size comes, and that is within the limit.
            body.extend_from_slice(bytes);
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        if self.capturing {
            if let Some(captured) = &mut self.manifest {
                captured.complete = true;
            }
            self.capturing = false;
        }
        Ok(())
    }
}

fn read_manifest(
    captured: &Captured,
    limits: &Limits,
    findings: &mut Collector,
) -> Option<Manifest> {
    if !captured.complete {
        return None;
    }
    let at = |f: Finding| f.path(captured.path.as_str()).offset(captured.offset);
    let Some(bytes) = &captured.bytes else {
        findings.add(Code::LimitParse, |mut f| {
            f.message = format!(
                "the manifest has more than {} bytes; it was not read (limit manifest-size)",
                limits.manifest_size
            );
            at(f)
        });
        return None;
    };
    match Manifest::parse(bytes, limits) {
        Ok(manifest) => Some(manifest),
        Err(error) => {
            let code = match error.kind() {
                ErrorKind::LimitExceeded => Code::LimitParse,
                _ => Code::ManifestParse,
            };
            findings.add(code, |mut f| {
                f.message = format!("the manifest cannot be read: {error}");
                at(f)
            });
            None
        }
    }
}

fn compare(
    manifest: &Manifest,
    captured: &Captured,
    expected: Option<Identity<'_>>,
    prefix: Option<&str>,
    findings: &mut Collector,
) {
    let mut report = |code, what: &str, expected: &str, actual: &str| {
        findings.add(code, |mut f| {
            f.message = format!("the manifest names the {what} `{actual}`, not `{expected}`");
            f.path(captured.path.as_str())
                .offset(captured.offset)
                .values(expected, actual)
        });
    };
    let version = manifest.version.as_deref();
    if let Some(expected) = expected {
        if manifest.name != expected.name {
            report(Code::ManifestName, "package", expected.name, &manifest.name);
        }
        if let Some(version) = version.filter(|version| *version != expected.version) {
            report(Code::ManifestVersion, "version", expected.version, version);
        }
    } else if let (Some(prefix), Some(version)) = (prefix, version) {
        let rest = prefix
            .strip_prefix(manifest.name.as_str())
            .and_then(|rest| rest.strip_prefix('-'));
        let name = prefix
            .strip_suffix(version)
            .and_then(|name| name.strip_suffix('-'));
        match (rest, name) {
            (Some(rest), _) if rest == version => {}
            // `a-b-1.0.0` of package `a` is another package, not a version `b-1.0.0`.
            (Some(rest), _) if semver::Version::parse(rest).is_ok() => {
                report(Code::ManifestVersion, "version", rest, version);
            }
            (_, Some(name)) => report(Code::ManifestName, "package", name, &manifest.name),
            _ => report(
                Code::ManifestName,
                "package",
                prefix,
                &format!("{}-{version}", manifest.name),
            ),
        }
    }
    if manifest.inherits {
        findings.add(Code::ManifestNotNormalized, |mut f| {
            "the manifest inherits from a workspace that the archive does not hold; cargo writes such values out when it publishes"
                .clone_into(&mut f.message);
            f.path(captured.path.as_str()).offset(captured.offset)
        });
    }
}

#[cfg(test)]
mod tests;
