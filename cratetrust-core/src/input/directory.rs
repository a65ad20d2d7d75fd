//! A directory as a handle: what lies below it is opened through it, and on the way down no link is
//! followed, whatever comes to stand there meanwhile.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(unix)]
use super::handle as system;
#[cfg(not(unix))]
use super::steps as system;
use super::{KnownFile, refused};
use crate::error::{Error, Result};

/// What an entry of a directory is, without following a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// Anything else: a FIFO, a socket, a device.
    Special,
}

/// An open directory; clones share one handle.
///
/// Paths are relative to it, bytes with `/` between components, and every component is the name of
/// something: no `.`, no `..`, nothing empty. A path of another form is an error, and so is one with
/// a symbolic link in any component.
#[derive(Clone)]
pub struct Directory(Arc<Inner>);

struct Inner {
    handle: system::Handle,
    /// Where it was when it was opened, for errors.
    path: PathBuf,
}

impl Directory {
    /// Opens the directory that a path names. It is the caller's path: links in it are followed.
    ///
    /// # Errors
    /// I/O errors with the path.
    pub fn open(path: &Path) -> Result<Self> {
        let handle = system::Handle::open(path).map_err(|e| Error::io(path, &e))?;
        Ok(Self::new(handle, path.to_owned()))
    }

    fn new(handle: system::Handle, path: PathBuf) -> Self {
        Self(Arc::new(Inner { handle, path }))
    }

    /// Opens a directory below this one.
    ///
    /// # Errors
    /// I/O errors with the path; `InvalidArgument` where a link or something else than a directory is
    /// met on the way.
    pub fn below(&self, path: &[u8]) -> Result<Self> {
        let handle = self.of(path, self.0.handle.below(path))?;
        Ok(Self::new(handle, self.path_of(path)))
    }

    /// What lies in a directory below this one, or with an empty path in this one, in no order.
    ///
    /// # Errors
    /// As [`Directory::below`].
    pub fn list(&self, path: &[u8]) -> Result<Listing> {
        let listing = self.of(path, self.0.handle.list(path))?;
        Ok(Listing {
            listing,
            path: self.path_of(path),
        })
    }

    /// Opens a regular file below this directory, and tells its size in bytes. What is no regular
    /// file is neither waited for nor read.
    ///
    /// # Errors
    /// I/O errors with the path; `InvalidArgument` where a link is met on the way or the path names no
    /// regular file.
    pub fn file(&self, path: &[u8]) -> Result<(KnownFile, u64)> {
        let (file, size) = self.of(path, self.0.handle.file(path))?;
        Ok((KnownFile::new(file, size), size))
    }

    /// What the entry of that name is, and its size in bytes.
    ///
    /// # Errors
    /// I/O errors with the path; `InvalidArgument` for more than a name.
    pub fn look(&self, name: &[u8]) -> Result<(EntryKind, u64)> {
        if name.contains(&b'/') || components(name).is_err() {
            return Err(Error::invalid("the name of an entry was expected"));
        }
        self.of(name, self.0.handle.look(name).map(Some))
    }

    /// Where the directory was when it was opened.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// A path below the directory, by the directory's own.
    pub fn path_of(&self, path: &[u8]) -> PathBuf {
        match name(path) {
            Some(relative) if !relative.is_empty() => self.0.path.join(relative),
            Some(_) => self.0.path.clone(),
            None => self.0.path.join(String::from_utf8_lossy(path).as_ref()),
        }
    }

    fn of<T>(&self, path: &[u8], outcome: io::Result<Option<T>>) -> Result<T> {
        match outcome {
            Ok(Some(opened)) => Ok(opened),
            Ok(None) => Err(refused(&self.path_of(path))),
            Err(error) => Err(Error::io(&self.path_of(path), &error)),
        }
    }
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Directory({})", self.0.path.display())
    }
}

/// The entries of one directory: the name's bytes and what the entry is.
pub struct Listing {
    listing: system::Listing,
    path: PathBuf,
}

impl Iterator for Listing {
    type Item = Result<(Vec<u8>, EntryKind)>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.listing.next()?;
        Some(entry.map_err(|e| Error::io(&self.path, &e)))
    }
}

impl fmt::Debug for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Listing({})", self.path.display())
    }
}

/// The bytes of a name or path as the system takes them; `None` where it cannot hold them.
#[cfg(unix)]
pub(super) fn name(bytes: &[u8]) -> Option<&OsStr> {
    Some(std::os::unix::ffi::OsStrExt::from_bytes(bytes))
}

/// The bytes of a name or path as the system takes them; `None` where it cannot hold them.
#[cfg(not(unix))]
pub(super) fn name(bytes: &[u8]) -> Option<&OsStr> {
    std::str::from_utf8(bytes).ok().map(OsStr::new)
}

/// The components of a relative path, each of which names something.
pub(super) fn components(path: &[u8]) -> io::Result<impl Iterator<Item = &[u8]>> {
    let parts = path.split(|byte| *byte == b'/');
    let names_nothing = |part: &[u8]| {
        matches!(part, b"" | b"." | b"..")
            || part.contains(&0)
            // A separator of its own and a drive, where there are such.
            || (cfg!(windows) && part.iter().any(|byte| matches!(byte, b'\\' | b':')))
    };
    if parts.clone().any(names_nothing) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "a path below a directory has a component that names nothing in it",
        ));
    }
    Ok(parts)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::io::Read;
    use std::os::unix::fs::symlink;

    use super::super::steps;
    use super::*;
    use crate::error::ErrorKind;

    struct Place(PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            let path =
                std::env::temp_dir().join(format!("cratetrust-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir_all(path.join("a/b")).unwrap();
            fs::create_dir_all(path.join("outside")).unwrap();
            fs::write(path.join("a/b/file"), b"four").unwrap();
            fs::write(path.join("outside/file"), b"stolen").unwrap();
            symlink("b", path.join("a/link")).unwrap();
            symlink("file", path.join("a/b/link")).unwrap();
            Self(path)
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_lies_below_is_opened_and_links_are_not() {
        let place = Place::new("below");
        let root = Directory::open(&place.0).unwrap();
        let (mut file, size) = root.file(b"a/b/file").unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), size), ("four", 4));
        for refused in ["a/link/file", "a/b/link", "a/b", "a/b/file/x"] {
            let error = root.file(refused.as_bytes()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{refused}");
            assert!(error.path().unwrap().ends_with(refused), "{error}");
        }
        for refused in ["a/link", "a/b/file"] {
            let error = root.below(refused.as_bytes()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{refused}");
            assert!(root.list(refused.as_bytes()).is_err(), "{refused}");
        }
        for outside in [
            "../x",
            "a/../a/b/file",
            "/etc/passwd",
            "",
            "a//b/file",
            "./a/b/file",
        ] {
            assert!(root.file(outside.as_bytes()).is_err(), "{outside}");
        }
        let none = root.file(b"a/none").unwrap_err();
        assert_eq!(none.kind(), ErrorKind::NotFound);
        assert_eq!(root.look(b"a").unwrap().0, EntryKind::Directory);
        assert!(root.look(b"a/b").is_err());
        let mut names: Vec<_> = root.list(b"a").unwrap().map(Result::unwrap).collect();
        names.sort_by(|a, b| a.0.cmp(&b.0));
        let expected = [("b", EntryKind::Directory), ("link", EntryKind::Link)];
        let expected = expected.map(|(name, kind)| (name.as_bytes().to_vec(), kind));
        assert_eq!(names, expected);
    }

    #[test]
    fn a_handle_stays_with_its_directory_whatever_takes_its_place() {
        let place = Place::new("swap");
        let root = Directory::open(&place.0).unwrap();
        let b = root.below(b"a/b").unwrap();
        fs::rename(place.0.join("a/b"), place.0.join("moved")).unwrap();
        symlink(place.0.join("outside"), place.0.join("a/b")).unwrap();
        // Through the handle the listed directory, and not what the link leads to.
        assert_eq!(b.file(b"file").unwrap().1, 4);
        // From above the link is met, and not followed.
        let error = root.file(b"a/b/file").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    }

    #[test]
    fn special_files_are_neither_waited_for_nor_read() {
        let place = Place::new("special");
        let made = std::process::Command::new("mkfifo")
            .arg(place.0.join("fifo"))
            .status();
        assert!(made.unwrap().success());
        let root = Directory::open(&place.0).unwrap();
        let error = root.file(b"fifo").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert_eq!(root.look(b"fifo").unwrap().0, EntryKind::Special);
        let devices = Directory::open(Path::new("/dev")).unwrap();
        let error = devices.file(b"null").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    }

    /// The way of systems without handles tells the same, as long as nothing is swapped.
    #[test]
    fn steps_tell_what_handles_tell() {
        let place = Place::new("steps");
        let root = Directory::open(&place.0).unwrap();
        let steps = steps::Handle::open(&place.0).unwrap();
        for path in [
            "a/b/file",
            "a/link/file",
            "a/b/link",
            "a/b",
            "a/b/file/x",
            "a/none",
            "../x",
        ] {
            let path = path.as_bytes();
            let size = |opened: io::Result<Option<(fs::File, u64)>>| {
                opened
                    .map(|found| found.map(|(_, size)| size))
                    .map_err(|e| e.kind())
            };
            let expected = size(root.0.handle.file(path));
            assert_eq!(size(steps.file(path)), expected, "{}", path.escape_ascii());
            let there = |opened: io::Result<bool>| opened.map_err(|e| e.kind());
            assert_eq!(
                there(steps.below(path).map(|found| found.is_some())),
                there(root.0.handle.below(path).map(|found| found.is_some())),
                "{}",
                path.escape_ascii()
            );
        }
        let sorted = |listing: &mut dyn Iterator<Item = io::Result<(Vec<u8>, EntryKind)>>| {
            let mut all: Vec<_> = listing.map(|entry| entry.unwrap()).collect();
            all.sort_by(|a, b| a.0.cmp(&b.0));
            all
        };
        for path in [&b""[..], b"a", b"a/b"] {
            let mut ours = root.0.handle.list(path).unwrap().unwrap();
            let mut theirs = steps.list(path).unwrap().unwrap();
            assert_eq!(sorted(&mut ours), sorted(&mut theirs));
        }
        for name in [&b"a"[..], b"outside", b"none"] {
            let look = |found: io::Result<(EntryKind, u64)>| found.map_err(|e| e.kind());
            assert_eq!(look(steps.look(name)), look(root.0.handle.look(name)));
        }
    }
}
