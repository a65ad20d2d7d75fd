//! A tree of files against the archive that it came from, while the archive is read: byte for byte,
//! in memory, nothing unpacked.

use std::collections::HashMap;
use std::io::Read;

use super::vendor::fault_of;
use crate::archive::{Entry, EntryKind, Sink};
use crate::error::{ErrorKind, Result};
use crate::input::KnownFile;
use crate::limits::Limits;
use crate::options::Options;
use crate::progress::CancelToken;
use crate::registry::{Artifact, FileTree, VendoredPackage, is_unpack_mark};
use crate::report::{Code, Finding};

/// What cargo writes into a directory once it has unpacked a package into it.
const MARK: &str = ".cargo-ok";
/// The only mark that cargo trusts today.
const MARK_SIZE: u64 = 1 << 10;

/// What kind of tree is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A directory of `registry/src`, which must bear cargo's mark.
    Unpacked,
    /// A directory that somebody unpacked; a mark in it is cargo's, but none is needed.
    Plain,
    /// A package of a vendor directory, from which cargo left some files out.
    Vendored,
}

impl Kind {
    /// The codes of a file that differs, of one too many and of one too few.
    fn codes(self) -> (Code, Code, Code) {
        match self {
            Self::Unpacked | Self::Plain => (Code::SrcModified, Code::SrcExtra, Code::SrcMissing),
            Self::Vendored => (Code::VendorModified, Code::VendorExtra, Code::VendorMissing),
        }
    }

    /// Whether such a tree may lack a file of its archive.
    fn may_lack(self, path: &[u8]) -> bool {
        self == Self::Vendored && is_left_out(path)
    }

    /// Whether such a tree may have a file that its archive has not.
    fn may_have(self, path: &[u8]) -> bool {
        path == MARK.as_bytes()
            || (self == Self::Vendored && path == VendoredPackage::LIST.as_bytes())
    }
}

/// What `cargo vendor` leaves out: files of git, in the package's directory and since the end of 2025
/// in any, and until 2025 the leavings of patches.
fn is_left_out(path: &[u8]) -> bool {
    let mut parts = path.rsplit(|b| *b == b'/');
    let name = parts.next().unwrap_or_default();
    matches!(name, b".git" | b".gitattributes" | b".gitignore")
        || name.ends_with(b".orig")
        || name.ends_with(b".rej")
        || parts.any(|part| part == b".git")
}

/// The mark is cargo's own, and no archive's mark arrives in a tree.
fn is_mark(path: &[u8]) -> bool {
    path.rsplit(|b| *b == b'/').next() == Some(MARK.as_bytes())
}

/// What came of comparing a tree.
#[derive(Debug, Default)]
pub(super) struct Compared {
    /// What stands for itself, whatever the archive is: links, marks, what could not be read.
    pub(super) own: Vec<Finding>,
    /// Where the tree differs from the archive.
    pub(super) findings: Vec<Finding>,
    /// Whether every file could be read.
    pub(super) complete: bool,
    /// Bytes read.
    pub(super) bytes: u64,
}

enum Seen {
    Same,
    Other {
        why: String,
        expected: u64,
        actual: u64,
    },
    Missing,
    Unreadable(Code, String),
}

struct Current {
    path: Vec<u8>,
    file: Option<KnownFile>,
    size: u64,
    at: u64,
    seen: Seen,
}

/// A sink that compares what goes by with a tree.
pub(super) struct TreeSink<'a> {
    kind: Kind,
    tree: FileTree,
    seen: HashMap<Vec<u8>, Seen>,
    current: Option<Current>,
    buffer: Vec<u8>,
    limits: &'a Limits,
    /// Why there is nothing to compare.
    own: Vec<Finding>,
    usable: bool,
    bytes: u64,
}

impl<'a> TreeSink<'a> {
    /// Lists the tree.
    ///
    /// # Errors
    /// `Cancelled`; every other fault is a finding.
    pub(super) fn new(artifact: &Artifact, kind: Kind, options: &'a Options) -> Result<Self> {
        let mut sink = Self {
            kind,
            tree: FileTree::default(),
            seen: HashMap::new(),
            current: None,
            buffer: Vec::new(),
            limits: &options.limits,
            own: Vec::new(),
            usable: false,
            bytes: 0,
        };
        let link = Code::SrcSymlink;
        // The path that the caller names may be a link; what a walk finds may not.
        if artifact.is_link() {
            sink.own
                .push(Finding::new(link, "the whole directory is a symbolic link").path("."));
            return Ok(sink);
        }
        let walked = artifact
            .directory()
            .and_then(|root| FileTree::walk(root, &options.limits, &options.cancel));
        match walked {
            Ok(tree) => sink.tree = tree,
            Err(error) => {
                sink.own.push(fault_of(error)?);
                return Ok(sink);
            }
        }
        sink.usable = true;
        for path in &sink.tree.links {
            sink.own.push(
                Finding::new(link, format!("`{path}` is a link or a special file"))
                    .path(path.clone()),
            );
        }
        for (path, why) in &sink.tree.unreadable {
            sink.own.push(
                Finding::new(Code::Unreadable, format!("`{path}` was not read: {why}"))
                    .path(path.clone()),
            );
        }
        sink.look_at_mark(&options.cancel)?;
        Ok(sink)
    }

    /// A sink that compares with a vendored package, whose files were listed already and whose
    /// links and unreadable files were told of.
    pub(super) fn vendored(files: FileTree, options: &'a Options) -> Self {
        Self {
            kind: Kind::Vendored,
            tree: files,
            seen: HashMap::new(),
            current: None,
            buffer: Vec::new(),
            limits: &options.limits,
            own: Vec::new(),
            usable: true,
            bytes: 0,
        }
    }

    fn look_at_mark(&mut self, cancel: &CancelToken) -> Result<()> {
        let wanted = match self.kind {
            Kind::Unpacked => true,
            Kind::Plain => self.tree.files.contains(MARK),
            Kind::Vendored => false,
        };
        // A link in the mark's place is told of as a link.
        if !wanted || self.is_link(MARK) {
            return Ok(());
        }
        let why = match self.tree.read(MARK, "mark-size", MARK_SIZE, cancel) {
            Ok(None) => "is missing; cargo would unpack the package anew",
            Ok(Some(bytes)) if is_unpack_mark(&bytes) => return Ok(()),
            Ok(Some(_)) => {
                "is not the one that cargo writes today; cargo would unpack the package anew"
            }
            Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
            Err(_) => "cannot be read",
        };
        self.own
            .push(Finding::new(Code::SrcIncomplete, format!("`{MARK}` {why}")).path(MARK));
        Ok(())
    }

    fn is_link(&self, path: &str) -> bool {
        // The walk leaves the links sorted.
        let links = &self.tree.links;
        links
            .binary_search_by(|link| link.as_str().cmp(path))
            .is_ok()
    }

    fn open(&self, path: &[u8], size: u64) -> (Option<KnownFile>, Seen) {
        match self.tree.open(path) {
            Ok(None) => (None, Seen::Missing),
            Ok(Some((_, actual))) if actual != size => (
                None,
                Seen::Other {
                    why: format!("has {actual} bytes, the archive's has {size}"),
                    expected: size,
                    actual,
                },
            ),
            Ok(Some((file, _))) => (Some(file), Seen::Same),
            Err(error) => (
                None,
                Seen::Unreadable(Code::Unreadable, error.message().to_owned()),
            ),
        }
    }

    /// What was seen, once the archive was read to its end.
    pub(super) fn finish(mut self) -> Compared {
        let mut out = Compared {
            complete: self.usable && self.tree.unreadable.is_empty(),
            bytes: self.bytes,
            own: std::mem::take(&mut self.own),
            ..Compared::default()
        };
        if !self.usable {
            return out;
        }
        let (modified, extra, missing) = self.kind.codes();
        for (path, seen) in &self.seen {
            let shown = String::from_utf8_lossy(path);
            let finding = match seen {
                Seen::Same => continue,
                Seen::Other {
                    why,
                    expected,
                    actual,
                } => {
                    let finding = Finding::new(modified, format!("`{shown}` {why}"));
                    match expected == actual {
                        true => finding,
                        false => {
                            finding.values(format!("{expected} bytes"), format!("{actual} bytes"))
                        }
                    }
                }
                Seen::Missing if is_mark(path) || self.kind.may_lack(path) => continue,
                // A link in the file's place is told of as a link.
                Seen::Missing if self.is_link(&shown) => continue,
                Seen::Missing => Finding::new(
                    missing,
                    format!("`{shown}` is in the archive and not in the tree"),
                ),
                Seen::Unreadable(code, why) => {
                    out.complete = false;
                    Finding::new(*code, format!("`{shown}` was not read: {why}"))
                }
            };
            out.findings.push(finding.path_bytes(path));
        }
        for path in self.tree.paths() {
            if !self.seen.contains_key(path) && !self.kind.may_have(path) {
                let shown = String::from_utf8_lossy(path);
                out.findings.push(
                    Finding::new(
                        extra,
                        format!(
                            "`{shown}` is not in the archive; cargo would build with it unnoticed"
                        ),
                    )
                    .path_bytes(path),
                );
            }
        }
        out
    }
}

/// The path as a file system takes it: without empty and `.` components; `None` where it climbs.
pub(super) fn plain_path(path: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(path.len());
    for part in path.split(|b| *b == b'/') {
        match part {
            b"" | b"." => {}
            b".." => return None,
            _ => {
                if !out.is_empty() {
                    out.push(b'/');
                }
                out.extend_from_slice(part);
            }
        }
    }
    (!out.is_empty()).then_some(out)
}

impl Sink for TreeSink<'_> {
    fn entry(&mut self, entry: &Entry<'_>) -> Result<()> {
        self.current = None;
        // cargo unpacks regular files that lie in the package's own directory, and nothing else;
        // the rest is a finding of the archive.
        if !self.usable || entry.kind != EntryKind::File || entry.relative.len() == entry.path.len()
        {
            return Ok(());
        }
        let Some(path) = plain_path(entry.relative) else {
            return Ok(());
        };
        // cargo passes its own mark over, wherever it lies.
        if path.rsplit(|b| *b == b'/').next() == Some(MARK.as_bytes()) {
            return Ok(());
        }
        let (file, seen) = if entry.size > self.limits.file_size {
            let why = format!("more than {} bytes", self.limits.file_size);
            (None, Seen::Unreadable(Code::LimitFileSize, why))
        } else {
            self.open(&path, entry.size)
        };
        self.current = Some(Current {
            path,
            file,
            size: entry.size,
            at: 0,
            seen,
        });
        Ok(())
    }

    fn chunk(&mut self, bytes: &[u8]) -> Result<()> {
        let Some(current) = &mut self.current else {
            return Ok(());
        };
        let Some(file) = &mut current.file else {
            return Ok(());
        };
        if self.buffer.len() < bytes.len() {
            self.buffer.resize(bytes.len(), 0);
        }
        let Some(buffer) = self.buffer.get_mut(..bytes.len()) else {
            return Ok(());
        };
        match file.read_exact(buffer) {
            Ok(()) if buffer == bytes => {
                self.bytes += bytes.len() as u64;
                current.at += bytes.len() as u64;
            }
            Ok(()) => {
                let within = buffer.iter().zip(bytes).take_while(|(a, b)| a == b).count();
                let at = current.at + within as u64;
                let size = current.size;
                current.seen = Seen::Other {
                    why: format!("differs from the archive's from byte {at} on"),
                    expected: size,
                    actual: size,
                };
                current.file = None;
            }
            Err(error) => {
                current.seen = Seen::Unreadable(Code::Unreadable, error.to_string());
                current.file = None;
            }
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        // Of several entries with one path cargo keeps the last.
        if let Some(current) = self.current.take() {
            self.seen.insert(current.path, current.seen);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_vendoring_leaves_out() {
        for left in [
            ".gitignore",
            "a/.gitattributes",
            ".git/config",
            "Cargo.toml.orig",
            "src/x.rej",
        ] {
            assert!(is_left_out(left.as_bytes()), "{left}");
        }
        for kept in [
            "build.rs",
            "gitignore",
            ".github/x",
            "src/orig.rs",
            ".gitmodules",
        ] {
            assert!(!is_left_out(kept.as_bytes()), "{kept}");
        }
    }

    #[test]
    fn paths_are_taken_as_a_file_system_takes_them() {
        for (given, taken) in [("a/b", "a/b"), ("./a//b/.", "a/b"), ("a", "a")] {
            assert_eq!(
                plain_path(given.as_bytes()),
                Some(taken.as_bytes().to_vec())
            );
        }
        for given in ["", ".", "../a", "a/../b"] {
            assert_eq!(plain_path(given.as_bytes()), None, "{given}");
        }
    }
}
