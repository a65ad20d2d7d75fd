//! What an archive holds: its manifest and whether that is the package's own, files that cargo
//! writes itself, mode bits that no crate needs, and what runs or cannot be read as it stands.

mod manifest;
mod surface;
mod tally;

use std::collections::HashSet;
use std::collections::hash_map::{DefaultHasher, RandomState};
use std::hash::{BuildHasher, Hasher};

use self::manifest::{compare, inherits, is_named, wrong_directory};
use self::tally::Tally;
use crate::archive::collector::Collector;
use crate::archive::{Entry, EntryKind, Outcome, Sink};
use crate::error::Result;
use crate::limits::Limits;
use crate::manifest::Manifest;
use crate::report::{Code, Finding};

const MANIFEST: &[u8] = b"Cargo.toml";
/// The manifest as the author wrote it, of which cargo made the one that counts.
const ORIGINAL: &[u8] = b"Cargo.toml.orig";
const VCS_INFO: &[u8] = b".cargo_vcs_info.json";
const BUILD_SCRIPT: &str = "build.rs";
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

/// Which file's body is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Manifest,
    Original,
    Vcs,
}

/// A manifest in another spelling.
struct Variant {
    path: String,
    offset: u64,
    /// The print of its bytes.
    hasher: DefaultHasher,
}

/// Where a manifest stands that differs from another, and which one counts.
struct Differs {
    path: String,
    offset: u64,
    which: &'static str,
}

/// A file as it stands in the archive.
struct Captured {
    path: String,
    offset: u64,
    /// `None` where it is larger than the limit.
    bytes: Option<Vec<u8>>,
    complete: bool,
    /// Whether it lies in the directory where it should.
    inside: bool,
}

/// An entry of which more is known only once its body is complete.
struct Current {
    path: Vec<u8>,
    offset: u64,
    mode: u32,
    body: surface::Body,
}

/// A sink that looks at the content of an archive.
pub(crate) struct ContentSink<'a> {
    limits: &'a Limits,
    findings: Collector,
    manifest: Option<Captured>,
    original: Option<Captured>,
    vcs: Option<Captured>,
    /// Whose body goes by, if it is one that is kept.
    capturing: Option<Kept>,
    /// The file whose body goes by.
    current: Option<Current>,
    /// Prints of the paths of all files in the package's directory, under a random key: an author
    /// cannot make a missing file look present.
    files: HashSet<u64>,
    keys: RandomState,
    /// The manifest that came before one with the same path.
    previous: Option<Vec<u8>>,
    differs: Option<Differs>,
    /// The first manifest in another spelling, and the one whose body goes by.
    variant: Option<Variant>,
    hashing: Option<Variant>,
    special: Tally,
    writable: Tally,
    executable: Tally,
    bidi: Tally,
    binary: Tally,
}

impl<'a> ContentSink<'a> {
    /// A sink for one archive.
    pub(crate) fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            findings: Collector::new(limits.findings),
            manifest: None,
            original: None,
            vcs: None,
            capturing: None,
            current: None,
            files: HashSet::new(),
            keys: RandomState::new(),
            previous: None,
            differs: None,
            variant: None,
            hashing: None,
            special: Tally::default(),
            writable: Tally::default(),
            executable: Tally::default(),
            bidi: Tally::default(),
            binary: Tally::default(),
        }
    }

    /// What was seen, once the archive was read with the given outcome. Without an expected
    /// identity the manifest must be that of the archive's directory: `name-version` cannot be taken
    /// apart by itself, since both parts may hold dashes. Where the manifest and the file's own name,
    /// `stem`, agree, it is the directory that is wrong.
    pub(crate) fn finish(
        mut self,
        outcome: &Outcome,
        expected: Option<Identity<'_>>,
        stem: Option<&str>,
    ) -> Content {
        self.settle_duplicate();
        self.settle_variant();
        if let Some(differs) = self.differs.take() {
            self.findings.add(Code::ManifestDuplicate, |mut f| {
                let which = differs.which;
                f.message =
                    format!("the archive holds two manifests with different content; {which}");
                f.path(differs.path).offset(differs.offset)
            });
        }
        let what = "setuid, setgid or sticky";
        self.special
            .report(Code::ModeSpecial, what, &mut self.findings);
        let what = "writable by the group or by others";
        self.writable
            .report(Code::ModeWritable, what, &mut self.findings);
        self.facts();
        let manifest = match self.manifest.take() {
            Some(captured) => {
                let read = self.manifest(&captured);
                if let Some((manifest, shape)) = &read {
                    let prefix = outcome.prefix.as_deref();
                    match (expected, prefix) {
                        (None, Some(prefix))
                            if is_named(manifest, stem) && stem != Some(prefix) =>
                        {
                            wrong_directory(prefix, stem, &captured, &mut self.findings);
                        }
                        _ => compare(manifest, &captured, expected, prefix, &mut self.findings),
                    }
                    inherits(manifest, &captured, &mut self.findings);
                    self.judge(manifest, shape, &captured, outcome.complete);
                }
                read.map(|(manifest, _)| manifest)
            }
            None => {
                // Where the archive could not be read to its end, nothing is known to be missing.
                if outcome.complete {
                    let other_case = self.variant.is_some();
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
        self.vcs();
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
            self.differs = Some(Differs {
                path: captured.path.clone(),
                offset: captured.offset,
                which: "cargo reads the last",
            });
        }
    }

    /// Compares the manifest with one in another spelling.
    fn settle_variant(&mut self) {
        let (Some(variant), Some(captured)) = (&self.variant, &self.manifest) else {
            return;
        };
        let Some(bytes) = captured.bytes.as_ref().filter(|_| captured.complete) else {
            return;
        };
        let mut hasher = self.keys.build_hasher();
        hasher.write(bytes);
        if hasher.finish() != variant.hasher.finish() && self.differs.is_none() {
            self.differs = Some(differs_by_case(variant));
        }
    }

    /// Keeps the first manifest in another spelling, and compares others with it.
    fn keep_variant(&mut self, variant: Variant) {
        match &self.variant {
            None => self.variant = Some(variant),
            Some(first) => {
                if first.hasher.finish() != variant.hasher.finish() && self.differs.is_none() {
                    self.differs = Some(differs_by_case(&variant));
                }
            }
        }
    }

    /// What was seen of single files, one finding a kind.
    fn facts(&mut self) {
        let findings = &mut self.findings;
        self.executable.facts(
            Code::ExecBit,
            "the file is marked as executable",
            "files are marked as executable",
            findings,
        );
        self.bidi.facts(
            Code::SourceBidi,
            "the source holds bidirectional control characters, so it may be read as another",
            "source files hold bidirectional control characters, so they may be read as others",
            findings,
        );
        self.binary.facts(
            Code::BinaryFile,
            "the file is a compiled binary, which nobody can review as source",
            "files are compiled binaries, which nobody can review as source",
            findings,
        );
    }

    fn print(&self, relative: &[u8]) -> u64 {
        self.keys.hash_one(relative)
    }

    fn holds(&self, relative: &str) -> bool {
        self.files.contains(&self.print(relative.as_bytes()))
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
        self.manifest = Some(self.capture(entry, inside));
        self.capturing = Some(Kept::Manifest);
    }

    fn capture(&self, entry: &Entry<'_>, inside: bool) -> Captured {
        let fits = entry.size <= self.limits.manifest_size;
        Captured {
            path: String::from_utf8_lossy(entry.path).into_owned(),
            offset: entry.offset,
            bytes: fits.then(Vec::new),
            complete: false,
            inside,
        }
    }

    /// The file whose body is kept now.
    fn kept(&mut self) -> Option<&mut Captured> {
        match self.capturing? {
            Kept::Manifest => self.manifest.as_mut(),
            Kept::Original => self.original.as_mut(),
            Kept::Vcs => self.vcs.as_mut(),
        }
    }
}

fn differs_by_case(variant: &Variant) -> Differs {
    Differs {
        path: variant.path.clone(),
        offset: variant.offset,
        which: "where case does not count, either may be read",
    }
}

impl Sink for ContentSink<'_> {
    fn entry(&mut self, entry: &Entry<'_>) -> Result<()> {
        self.capturing = None;
        self.current = None;
        self.hashing = None;
        if entry.mode & 0o7000 != 0 {
            self.special.entry(entry);
        }
        if entry.mode & 0o022 != 0 && entry.kind != EntryKind::Other {
            self.writable.entry(entry);
        }
        let is_file = entry.kind == EntryKind::File;
        if entry.mode & 0o111 != 0 && is_file {
            self.executable.entry(entry);
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
        if is_file {
            self.current = Some(Current {
                path: entry.path.to_vec(),
                offset: entry.offset,
                mode: entry.mode,
                body: surface::Body::new(entry.path, entry.size),
            });
            let print = self.print(relative);
            self.files.insert(print);
        }
        if relative.eq_ignore_ascii_case(b".cargo/config")
            || relative.eq_ignore_ascii_case(b".cargo/config.toml")
        {
            self.findings.add(Code::CargoConfigInside, |mut f| {
                "cargo takes this configuration when it builds in the package's directory; it can replace compilers, linkers and sources"
                    .clone_into(&mut f.message);
                f.path_bytes(entry.path).offset(entry.offset)
            });
        }
        if is_file && (relative == ORIGINAL || relative == VCS_INFO) {
            let captured = Some(self.capture(entry, inside));
            if relative == ORIGINAL {
                self.original = captured;
                self.capturing = Some(Kept::Original);
            } else {
                self.vcs = captured;
                self.capturing = Some(Kept::Vcs);
            }
        }
        if is_file && relative.eq_ignore_ascii_case(MANIFEST) {
            if relative == MANIFEST {
                self.see_manifest(entry, inside);
            } else {
                self.hashing = Some(Variant {
                    path: String::from_utf8_lossy(entry.path).into_owned(),
                    offset: entry.offset,
                    hasher: self.keys.build_hasher(),
                });
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
        if let Some(current) = &mut self.current {
            current.body.chunk(bytes);
        }
        if let Some(variant) = &mut self.hashing {
            variant.hasher.write(bytes);
        }
        if let Some(Captured {
            bytes: Some(body), ..
        }) = self.kept()
        {
            // No more than the entry's size comes, and that is within the limit.
            body.extend_from_slice(bytes);
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        if let Some(captured) = self.kept() {
            captured.complete = true;
        }
        self.capturing = None;
        if let Some(variant) = self.hashing.take() {
            self.keep_variant(variant);
        }
        if let Some(current) = self.current.take() {
            let Current {
                path,
                offset,
                mode,
                body,
            } = current;
            if body.has_bidi() {
                self.bidi.add(&path, offset, mode);
            }
            if body.is_binary() {
                self.binary.add(&path, offset, mode);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
