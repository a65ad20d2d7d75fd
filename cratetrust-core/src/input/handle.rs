//! Directories of Unix systems: handles, and the system's calls that open relative to them.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, fstat, openat, statat};
use rustix::io::{Errno, retry_on_intr};

use super::directory::{EntryKind, components};

/// Of a link the system says so in the place of opening it.
const UNLINKED: OFlags = OFlags::RDONLY
    .union(OFlags::CLOEXEC)
    .union(OFlags::NOFOLLOW);
const DIRECTORY: OFlags = UNLINKED.union(OFlags::DIRECTORY);
/// A FIFO must not block and a terminal not take the process over: of both it is known only once
/// they are open.
const FILE: OFlags = UNLINKED.union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

pub(super) struct Handle(OwnedFd);

impl Handle {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let flags = DIRECTORY.difference(OFlags::NOFOLLOW);
        let opened = retry_on_intr(|| rustix::fs::open(path, flags, Mode::empty()))?;
        Ok(Self(opened))
    }

    pub(super) fn below(&self, path: &[u8]) -> io::Result<Option<Self>> {
        Ok(self.open_at(path, DIRECTORY)?.map(Self))
    }

    pub(super) fn list(&self, path: &[u8]) -> io::Result<Option<Listing>> {
        let opened = match path {
            b"" => Some(retry_on_intr(|| {
                openat(&self.0, c".", DIRECTORY, Mode::empty())
            })?),
            _ => self.open_at(path, DIRECTORY)?,
        };
        match opened {
            Some(opened) => Ok(Some(Listing(Dir::new(opened)?))),
            None => Ok(None),
        }
    }

    pub(super) fn file(&self, path: &[u8]) -> io::Result<Option<(File, u64)>> {
        let Some(opened) = self.open_at(path, FILE)? else {
            return Ok(None);
        };
        let stat = fstat(&opened)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Ok(None);
        }
        Ok(Some((File::from(opened), size(stat.st_size))))
    }

    pub(super) fn look(&self, name: &[u8]) -> io::Result<(EntryKind, u64)> {
        look(&self.0, name)
    }

    /// Opens what a path names below the directory; `None` where a link or, in a directory's place,
    /// something else is met.
    fn open_at(&self, path: &[u8], flags: OFlags) -> io::Result<Option<OwnedFd>> {
        let parts = components(path)?;
        // One call for the whole path, where the kernel has it and a sandbox lets it pass.
        #[cfg(target_os = "linux")]
        {
            use rustix::fs::{ResolveFlags, openat2};
            let resolve = ResolveFlags::BENEATH.union(ResolveFlags::NO_SYMLINKS);
            let opened = retry_on_intr(|| openat2(&self.0, path, flags, Mode::empty(), resolve));
            if !matches!(opened, Err(Errno::NOSYS | Errno::PERM)) {
                return unlinked(opened);
            }
        }
        self.open_by_steps(parts, flags)
    }

    /// The same with one call a component.
    fn open_by_steps<'p>(
        &self,
        parts: impl Iterator<Item = &'p [u8]>,
        flags: OFlags,
    ) -> io::Result<Option<OwnedFd>> {
        let mut at: Option<OwnedFd> = None;
        let mut parts = parts.peekable();
        while let Some(part) = parts.next() {
            let here = at.as_ref().unwrap_or(&self.0);
            let flags = if parts.peek().is_some() {
                DIRECTORY
            } else {
                flags
            };
            match unlinked(retry_on_intr(|| openat(here, part, flags, Mode::empty())))? {
                Some(next) => at = Some(next),
                None => return Ok(None),
            }
        }
        Ok(at)
    }
}

/// What the systems say of a link that must not be followed, and of what is no directory.
fn unlinked(opened: rustix::io::Result<OwnedFd>) -> io::Result<Option<OwnedFd>> {
    match opened {
        Ok(opened) => Ok(Some(opened)),
        Err(Errno::LOOP | Errno::MLINK | Errno::NOTDIR) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn look(directory: impl AsFd, name: &[u8]) -> io::Result<(EntryKind, u64)> {
    let stat = statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)?;
    let kind = kind(FileType::from_raw_mode(stat.st_mode)).unwrap_or(EntryKind::Special);
    Ok((kind, size(stat.st_size)))
}

/// A size is never negative.
fn size(size: i64) -> u64 {
    u64::try_from(size).unwrap_or_default()
}

/// `None` where a directory does not tell what its entry is.
fn kind(kind: FileType) -> Option<EntryKind> {
    match kind {
        FileType::RegularFile => Some(EntryKind::File),
        FileType::Directory => Some(EntryKind::Directory),
        FileType::Symlink => Some(EntryKind::Link),
        FileType::Unknown => None,
        _ => Some(EntryKind::Special),
    }
}

pub(super) struct Listing(Dir);

impl Iterator for Listing {
    type Item = io::Result<(Vec<u8>, EntryKind)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let entry = match self.0.read()? {
                Ok(entry) => entry,
                Err(error) => return Some(Err(error.into())),
            };
            let name = entry.file_name().to_bytes();
            if matches!(name, b"." | b"..") {
                continue;
            }
            let kind = match kind(entry.file_type()) {
                Some(kind) => Ok(kind),
                None => self
                    .0
                    .fd()
                    .map_err(io::Error::from)
                    .and_then(|directory| look(directory, name))
                    .map(|(kind, _)| kind),
            };
            return Some(kind.map(|kind| (name.to_vec(), kind)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an old kernel and a strict sandbox are left with.
    #[test]
    fn steps_lead_where_one_call_leads() {
        let place = std::env::temp_dir().join(format!("cratetrust-handle-{}", std::process::id()));
        std::fs::create_dir_all(place.join("a/b")).unwrap();
        std::fs::write(place.join("a/b/file"), b"four").unwrap();
        for (link, target) in [("a/link", "b"), ("a/b/link", "file")] {
            let _ = std::fs::remove_file(place.join(link));
            std::os::unix::fs::symlink(target, place.join(link)).unwrap();
        }
        let root = Handle::open(&place).unwrap();
        let by_steps = |path: &str, flags| {
            root.open_by_steps(components(path.as_bytes()).unwrap(), flags)
                .unwrap()
        };
        for (path, there) in [
            ("a/b/file", true),
            ("a/link/file", false),
            ("a/b/link", false),
            ("a/b/file/x", false),
        ] {
            let at_once = root.open_at(path.as_bytes(), FILE).unwrap();
            assert_eq!(by_steps(path, FILE).is_some(), there, "{path}");
            assert_eq!(at_once.is_some(), there, "{path}");
        }
        for (path, there) in [("a/b", true), ("a/link", false), ("a/b/file", false)] {
            let at_once = root.open_at(path.as_bytes(), DIRECTORY).unwrap();
            assert_eq!(by_steps(path, DIRECTORY).is_some(), there, "{path}");
            assert_eq!(at_once.is_some(), there, "{path}");
        }
        for bad in ["", "a//b", "../x", "a/../a/b/file", "/etc/passwd", "a/."] {
            assert!(root.open_at(bad.as_bytes(), FILE).is_err(), "{bad}");
        }
        std::fs::remove_dir_all(&place).unwrap();
    }
}
