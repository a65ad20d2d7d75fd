//! Writing: streams whose reader may be gone, and files that appear whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use cratetrust_core::{Error, Result};

use crate::args::Color;

/// Writes and flushes. A reader that has gone away, as `head` does, is no error.
pub(crate) fn write_all(stream: &mut dyn Write, bytes: &[u8]) -> io::Result<()> {
    match stream.write_all(bytes).and_then(|()| stream.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Whether a stream gets colour.
pub(crate) fn wants_colour(choice: Color, terminal: bool) -> bool {
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
            terminal && !no_color && !dumb
        }
    }
}

/// Bytes on their way into a file. Dropped before [`Staged::commit`], they leave no trace.
pub(crate) struct Staged {
    shown: PathBuf,
    target: PathBuf,
    /// The file beside the target that becomes the target; `None` where the target is a device or
    /// a pipe, which cannot be replaced and takes the bytes at the end.
    temporary: Option<PathBuf>,
    bytes: Vec<u8>,
}

impl Staged {
    /// Writes the bytes to a new file beside `path`.
    pub(crate) fn new(path: &Path, bytes: Vec<u8>) -> Result<Self> {
        let fault = |error: &io::Error| Error::io(path, error);
        // Through a symbolic link the file it names is replaced, not the link.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let before = match fs::metadata(&target) {
            Ok(metadata) => Some(metadata),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(fault(&error)),
        };
        let mut staged = Self {
            shown: path.to_owned(),
            target,
            temporary: None,
            bytes,
        };
        match &before {
            Some(metadata) if metadata.is_dir() => {
                return Err(Error::invalid("this is a directory, a file was expected")
                    .at_path(path.display().to_string()));
            }
            Some(metadata) if !metadata.is_file() => return Ok(staged),
            _ => {}
        }
        if path.file_name().is_none() || ends_in_separator(path) {
            return Err(Error::invalid("this names no file").at_path(path.display().to_string()));
        }
        let (mut file, temporary) = create_beside(&staged.target).map_err(|e| fault(&e))?;
        staged.temporary = Some(temporary);
        if let Some(metadata) = before {
            file.set_permissions(metadata.permissions())
                .map_err(|e| fault(&e))?;
        }
        file.write_all(&staged.bytes).map_err(|e| fault(&e))?;
        staged.bytes = Vec::new();
        Ok(staged)
    }

    /// Makes the bytes appear under the path.
    pub(crate) fn commit(mut self) -> Result<()> {
        let result = match &self.temporary {
            Some(temporary) => fs::rename(temporary, &self.target),
            None => OpenOptions::new()
                .write(true)
                .open(&self.target)
                .and_then(|mut file| write_all(&mut file, &self.bytes)),
        };
        result.map_err(|error| Error::io(&self.shown, &error))?;
        self.temporary = None;
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // The error that led here is the one worth telling.
            let _ = fs::remove_file(temporary);
        }
    }
}

fn ends_in_separator(path: &Path) -> bool {
    path.as_os_str()
        .as_encoded_bytes()
        .last()
        .is_some_and(|byte| std::path::is_separator(char::from(*byte)))
}

/// A new file in the directory of `target`, so that a rename stays within one file system.
fn create_beside(target: &Path) -> io::Result<(File, PathBuf)> {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let directory = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut attempts = 0;
    loop {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!(".cratetrust-{}-{number}.tmp", std::process::id());
        let path = directory.join(name);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempts < 100 => {
                attempts += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Failing(io::ErrorKind);

    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_gone_reader_is_no_error_and_a_full_disk_is() {
        assert!(write_all(&mut Failing(io::ErrorKind::BrokenPipe), b"x").is_ok());
        assert!(write_all(&mut Failing(io::ErrorKind::StorageFull), b"x").is_err());
    }

    fn directory(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("cratetrust-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        path
    }

    fn names(path: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_not_committed_leaves_no_trace() {
        let dir = directory("drop");
        let target = dir.join("bom.json");
        fs::write(&target, "old").unwrap();
        drop(Staged::new(&target, b"new".to_vec()).unwrap());
        assert_eq!(fs::read(&target).unwrap(), b"old");
        assert_eq!(names(&dir), ["bom.json"]);
        Staged::new(&target, b"new".to_vec())
            .unwrap()
            .commit()
            .unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert_eq!(names(&dir), ["bom.json"]);
        fs::remove_dir_all(dir).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let dir = directory("link");
        fs::write(dir.join("real"), "old").unwrap();
        fs::set_permissions(dir.join("real"), fs::Permissions::from_mode(0o600)).unwrap();
        symlink("real", dir.join("link")).unwrap();
        Staged::new(&dir.join("link"), b"new".to_vec())
            .unwrap()
            .commit()
            .unwrap();
        assert!(fs::symlink_metadata(dir.join("link")).unwrap().is_symlink());
        assert_eq!(fs::read(dir.join("real")).unwrap(), b"new");
        let mode = fs::metadata(dir.join("real")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::remove_dir_all(dir).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn devices_are_written_and_not_replaced() {
        use std::os::unix::fs::FileTypeExt as _;
        Staged::new(Path::new("/dev/null"), b"x".to_vec())
            .unwrap()
            .commit()
            .unwrap();
        assert!(
            fs::metadata("/dev/null")
                .unwrap()
                .file_type()
                .is_char_device()
        );
    }

    #[test]
    fn what_is_no_file_is_refused() {
        let dir = directory("nofile");
        assert!(Staged::new(&dir, Vec::new()).is_err());
        assert!(Staged::new(&dir.join("none/bom.json"), Vec::new()).is_err());
        assert!(Staged::new(&dir.join("none/"), Vec::new()).is_err());
        assert!(names(&dir).is_empty());
        fs::remove_dir_all(dir).unwrap();
    }
}
