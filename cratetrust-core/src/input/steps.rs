//! Directories where there are no handles: a path, and every component of what is opened below it
//! looked at before. Something that is swapped in between is noticed only where the system tells
//! files apart.

use std::fs::{File, Metadata, ReadDir};
use std::io;
use std::path::{Path, PathBuf};

use super::directory::{EntryKind, components, name};

pub(super) struct Handle(PathBuf);

impl Handle {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        std::fs::read_dir(path)?;
        Ok(Self(path.to_owned()))
    }

    pub(super) fn below(&self, path: &[u8]) -> io::Result<Option<Self>> {
        let Some((place, metadata)) = self.walk(path)? else {
            return Ok(None);
        };
        Ok(metadata.is_dir().then_some(Self(place)))
    }

    pub(super) fn list(&self, path: &[u8]) -> io::Result<Option<Listing>> {
        let place = match path {
            b"" => self.0.clone(),
            _ => match self.below(path)? {
                Some(Self(place)) => place,
                None => return Ok(None),
            },
        };
        Ok(Some(Listing(std::fs::read_dir(place)?)))
    }

    pub(super) fn file(&self, path: &[u8]) -> io::Result<Option<(File, u64)>> {
        let Some((place, before)) = self.walk(path)? else {
            return Ok(None);
        };
        if !before.is_file() {
            return Ok(None);
        }
        let file = File::open(place)?;
        let opened = file.metadata()?;
        let same = opened.is_file() && is_same_file(&before, &opened);
        Ok(same.then_some((file, opened.len())))
    }

    pub(super) fn look(&self, name: &[u8]) -> io::Result<(EntryKind, u64)> {
        let metadata = std::fs::symlink_metadata(self.0.join(named(name)?))?;
        Ok((kind(metadata.file_type()), metadata.len()))
    }

    /// What a path names, where every component before the last is a directory and no link.
    fn walk(&self, path: &[u8]) -> io::Result<Option<(PathBuf, Metadata)>> {
        let mut place = self.0.clone();
        let mut last = None;
        for part in components(path)? {
            if last.is_some_and(|metadata: Metadata| !metadata.is_dir()) {
                return Ok(None);
            }
            place.push(named(part)?);
            last = Some(std::fs::symlink_metadata(&place)?);
        }
        Ok(last.map(|metadata| (place, metadata)))
    }
}

fn named(bytes: &[u8]) -> io::Result<&std::ffi::OsStr> {
    name(bytes).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            "the name is not UTF-8 and cannot be given to the system",
        )
    })
}

fn kind(kind: std::fs::FileType) -> EntryKind {
    if kind.is_file() {
        EntryKind::File
    } else if kind.is_dir() {
        EntryKind::Directory
    } else if kind.is_symlink() {
        EntryKind::Link
    } else {
        EntryKind::Special
    }
}

#[cfg(unix)]
fn is_same_file(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn is_same_file(_: &Metadata, _: &Metadata) -> bool {
    true
}

pub(super) struct Listing(ReadDir);

impl Iterator for Listing {
    type Item = io::Result<(Vec<u8>, EntryKind)>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = match self.0.next()? {
            Ok(entry) => entry,
            Err(error) => return Some(Err(error)),
        };
        let name = entry.file_name().into_encoded_bytes();
        Some(entry.file_type().map(|of| (name, kind(of))))
    }
}
