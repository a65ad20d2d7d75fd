//! Where bytes come from. This is the one module that opens paths.

mod directory;
#[cfg(unix)]
mod handle;
#[cfg(any(not(unix), test))]
mod steps;

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::error::{Error, Result};
use crate::progress::CancelToken;

pub use directory::{Directory, EntryKind, Listing};

/// One thing to read: a path, bytes in memory, or a reader.
///
/// A reader can be read once; every other input any number of times.
#[derive(Clone)]
pub struct Input(Kind);

type SharedReader = Arc<Mutex<Option<Box<dyn Read + Send>>>>;

#[derive(Clone)]
enum Kind {
    Path(PathBuf),
    Bytes {
        label: String,
        bytes: Arc<[u8]>,
    },
    Reader {
        label: String,
        size_hint: Option<u64>,
        reader: SharedReader,
    },
}

impl Input {
    /// The file or directory at `path`; it is opened when it is read.
    pub fn from_path(path: impl Into<PathBuf>) -> Self {
        Self(Kind::Path(path.into()))
    }

    /// Bytes in memory. `label` stands for the file name in reports and errors.
    pub fn from_bytes(label: impl Into<String>, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self(Kind::Bytes {
            label: label.into(),
            bytes: bytes.into(),
        })
    }

    /// A reader, with its size in bytes where that is known.
    pub fn from_reader(
        label: impl Into<String>,
        size_hint: Option<u64>,
        reader: impl Read + Send + 'static,
    ) -> Self {
        Self(Kind::Reader {
            label: label.into(),
            size_hint,
            reader: Arc::new(Mutex::new(Some(Box::new(reader)))),
        })
    }

    /// The path, where the input is one.
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Kind::Path(path) => Some(path),
            _ => None,
        }
    }

    /// Whether the input is bytes in memory, which can be read again and cost nothing to read.
    pub(crate) fn is_bytes(&self) -> bool {
        matches!(self.0, Kind::Bytes { .. })
    }

    /// How errors name the input: the path as it was given, or the label.
    pub fn label(&self) -> String {
        match &self.0 {
            Kind::Path(path) => path.display().to_string(),
            Kind::Bytes { label, .. } | Kind::Reader { label, .. } => label.clone(),
        }
    }

    /// How reports name the input: the last component only, so that no report holds a directory.
    pub fn name(&self) -> String {
        match &self.0 {
            Kind::Path(path) => path.file_name().map_or_else(
                || ".".to_owned(),
                |name| name.to_string_lossy().into_owned(),
            ),
            Kind::Bytes { label, .. } | Kind::Reader { label, .. } => label
                .rsplit(['/', '\\'])
                .find(|part| !part.is_empty())
                .unwrap_or("input")
                .to_owned(),
        }
    }

    /// Opens the input for reading, with its size in bytes where that is known.
    ///
    /// # Errors
    /// I/O errors with the path; `InvalidArgument` for a directory or a reader that was read before.
    pub fn open(&self) -> Result<(Box<dyn Read + Send>, Option<u64>)> {
        match &self.0 {
            Kind::Path(path) => {
                let (file, size) = open_file(path)?;
                Ok((Box::new(file), Some(size)))
            }
            Kind::Bytes { bytes, .. } => {
                let size = bytes.len() as u64;
                Ok((
                    Box::new(std::io::Cursor::new(Arc::clone(bytes))),
                    Some(size),
                ))
            }
            Kind::Reader {
                label,
                size_hint,
                reader,
            } => {
                let taken = match reader.lock() {
                    Ok(mut guard) => guard.take(),
                    Err(poisoned) => poisoned.into_inner().take(),
                };
                let reader = taken
                    .ok_or_else(|| Error::invalid("this reader was read before").at_path(label))?;
                Ok((reader, *size_hint))
            }
        }
    }

    /// Reads the whole input, at most `limit` bytes of it; `limit_name` names the limit in the error.
    ///
    /// # Errors
    /// As [`Input::open`]; `LimitExceeded`; `Cancelled`.
    pub fn read(
        &self,
        limit_name: &'static str,
        limit: u64,
        cancel: &CancelToken,
    ) -> Result<Arc<[u8]>> {
        if let Kind::Bytes { label, bytes } = &self.0 {
            if bytes.len() as u64 > limit {
                return Err(too_large(limit_name, limit).at_path(label));
            }
            return Ok(Arc::clone(bytes));
        }
        let (mut reader, size) = self.open()?;
        if size.is_some_and(|size| size > limit) {
            return Err(too_large(limit_name, limit).at_path(self.label()));
        }
        let mut out = Vec::new();
        // One byte more than is told, so that the end is met at once.
        let room = size.unwrap_or(u64::MAX).saturating_add(1).min(64 << 10);
        let mut chunk = vec![0; usize::try_from(room).unwrap_or_default().max(1 << 10)];
        loop {
            cancel.check()?;
            let read = match reader.read(&mut chunk) {
                Ok(0) => return Ok(out.into()),
                Ok(read) => read,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(Error::from_io(&e).at_path(self.label())),
            };
            if (out.len() + read) as u64 > limit {
                return Err(too_large(limit_name, limit).at_path(self.label()));
            }
            out.extend_from_slice(chunk.get(..read).unwrap_or_default());
        }
    }
}

fn too_large(name: &'static str, limit: u64) -> Error {
    Error::limit(name, limit, "the input is larger than the limit allows")
}

/// Opens a regular file and tells its size in bytes.
///
/// # Errors
/// I/O errors with the path; `InvalidArgument` where the path is no regular file (a FIFO would
/// block, a device may never end).
pub fn open_file(path: &Path) -> Result<(File, u64)> {
    let before = std::fs::metadata(path).map_err(|e| Error::io(path, &e))?;
    if !before.is_file() {
        let what = if before.is_dir() {
            "a directory"
        } else {
            "a special file"
        };
        return Err(
            Error::invalid(format!("a file was expected, this is {what}"))
                .at_path(path.display().to_string()),
        );
    }
    let file = File::open(path).map_err(|e| Error::io(path, &e))?;
    let size = file.metadata().map_err(|e| Error::io(path, &e))?.len();
    Ok((file, size))
}

fn refused(path: &Path) -> Error {
    Error::invalid("a link or a special file stands here, or came here just now")
        .at_path(path.display().to_string())
}

/// A regular file whose size is known: when a read that had room for more brought it to its end, the
/// end is not asked for again. With many small files that is a third of all calls.
#[derive(Debug)]
pub struct KnownFile {
    file: File,
    /// Bytes up to the size that the file had when it was opened; `None` when more came.
    left: Option<u64>,
    ended: bool,
}

impl KnownFile {
    /// An open file at its beginning, and the size that was told for it.
    pub fn new(file: File, size: u64) -> Self {
        Self {
            file,
            left: Some(size),
            ended: false,
        }
    }
}

impl Read for KnownFile {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.ended {
            return Ok(0);
        }
        let read = self.file.read(buffer)?;
        self.left = self.left.and_then(|left| left.checked_sub(read as u64));
        // A file that tells no size, as those of /proc, is read until nothing comes.
        self.ended = 0 < read && read < buffer.len() && self.left == Some(0);
        Ok(read)
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Input({:?})", self.label())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn names_hold_no_directory() {
        assert_eq!(Input::from_path("/a/b/Cargo.lock").name(), "Cargo.lock");
        assert_eq!(Input::from_bytes("x/y.json", Vec::new()).name(), "y.json");
        assert_eq!(Input::from_bytes("", Vec::new()).name(), "input");
    }

    #[test]
    fn limits_and_second_reads_are_errors() {
        let cancel = CancelToken::new();
        let input = Input::from_reader("r", None, std::io::repeat(1).take(100));
        let error = input.read("lockfile-size", 99, &cancel).unwrap_err();
        assert_eq!(error.limit_met(), Some(("lockfile-size", 99)));
        let again = input.read("lockfile-size", 99, &cancel).unwrap_err();
        assert_eq!(again.kind(), ErrorKind::InvalidArgument);
    }

    #[test]
    fn a_known_file_is_read_to_its_end_whatever_size_was_told() {
        let path = "Cargo.toml";
        let expected = std::fs::read(path).unwrap();
        let size = expected.len() as u64;
        for told in [0, 1, size / 2, size - 1, size, size + 1, u64::MAX] {
            for room in [1, 7, expected.len(), expected.len() + 1, 1 << 16] {
                let mut file = KnownFile::new(File::open(path).unwrap(), told);
                let (mut seen, mut buffer) = (Vec::new(), vec![0; room]);
                loop {
                    match file.read(&mut buffer).unwrap() {
                        0 => break,
                        read => seen.extend_from_slice(&buffer[..read]),
                    }
                }
                assert_eq!(seen, expected, "{told} told, {room} at a time");
            }
        }
    }

    #[test]
    fn directories_and_missing_files_are_typed() {
        let cancel = CancelToken::new();
        let dir = Input::from_path(".").read("x", 1, &cancel).unwrap_err();
        assert_eq!(dir.kind(), ErrorKind::InvalidArgument);
        let none = Input::from_path("no/such")
            .read("x", 1, &cancel)
            .unwrap_err();
        assert_eq!(none.kind(), ErrorKind::NotFound);
        assert_eq!(none.path(), Some("no/such"));
    }
}
