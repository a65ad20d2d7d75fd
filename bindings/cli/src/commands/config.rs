//! The cargo configuration that a resolution does not obey: named, so that nobody is misled.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use cratetrust_core::Limits;
use cratetrust_core::manifest::{config_keys, source_directories};
use cratetrust_core::text::escape;

use crate::session::Session;

/// The names of a configuration file; cargo reads the first that is there.
const NAMES: [&str; 2] = [".cargo/config", ".cargo/config.toml"];
/// Keys named of one file.
const MOST: usize = 6;

/// The directories that the configurations above a project put in the place of a registry: those
/// that are there.
pub(super) fn vendored(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for (shown, path) in places(directory) {
        let directories = match read(&path) {
            Some(Some(text)) => source_directories(&text).unwrap_or_default(),
            // The remark tells of what cannot be read.
            Some(None) | None => continue,
        };
        // Paths begin where `.cargo` lies.
        let base = shown.parent().and_then(Path::parent);
        let named = directories.iter().map(|path| match base {
            Some(base) => base.join(path),
            None => PathBuf::from(path),
        });
        found.extend(named.filter(|path| path.is_dir()));
    }
    found
}

/// Names each configuration above a project that would change what cargo builds. Where packages
/// were looked for in the directories that it puts in the place of a registry, it is obeyed so far.
pub(super) fn remark(directory: &Path, obeyed: bool, session: &mut Session<'_>) {
    if !session.speaks() {
        return;
    }
    for (shown, path) in places(directory) {
        let Some(text) = read(&path) else { continue };
        let shown = escape(&shown.display().to_string()).into_owned();
        let line = match text.as_deref().map(config_keys) {
            Some(Ok(mut keys)) => match said({
                keys.retain(|key| !(obeyed && key.starts_with("source.")));
                &keys
            }) {
                Some(keys) => format!(
                    "note: {shown} sets {keys}; cargo obeys that and may build something else, which --target, --cfg and --features can say\n"
                ),
                None => continue,
            },
            Some(Err(_)) | None => format!(
                "note: {shown} cannot be read as TOML, so whether it changes what cargo builds is not known\n"
            ),
        };
        session.remark(&line);
    }
}

/// Where cargo looks: in the project and in every directory above. The project's own is shown as it
/// was named.
fn places(directory: &Path) -> Vec<(PathBuf, PathBuf)> {
    let directory = match directory.as_os_str().is_empty() {
        true => Path::new("."),
        false => directory,
    };
    let real = std::fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned());
    let mut found = Vec::new();
    for (above, place) in real.ancestors().enumerate() {
        let name = NAMES.iter().find(|name| place.join(name).is_file());
        if let Some(name) = name {
            let base = if above == 0 { directory } else { place };
            found.push((base.join(name), place.join(name)));
        }
    }
    found
}

/// The text of a file; `Some(None)` for one that is too long, no UTF-8 or cannot be read, `None` for
/// one that vanished.
fn read(path: &Path) -> Option<Option<String>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        Err(_) => return Some(None),
    };
    let most = Limits::default().manifest_size;
    let mut text = String::new();
    let read = file.take(most + 1).read_to_string(&mut text);
    Some(match read {
        Ok(read) if read as u64 <= most => Some(text),
        _ => None,
    })
}

/// The keys in words; `None` for none.
fn said(keys: &[String]) -> Option<String> {
    let mut named: Vec<String> = keys
        .iter()
        .take(MOST)
        .map(|key| escape(key).into_owned())
        .collect();
    if keys.len() > MOST {
        named.push(format!("{} more", keys.len() - MOST));
    }
    let last = named.pop()?;
    Some(match named.is_empty() {
        true => last,
        false => format!("{} and {last}", named.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_in_words() {
        let keys: Vec<String> = (0..9).map(|n| format!("k{n}")).collect();
        assert_eq!(said(&[]), None);
        assert_eq!(said(&keys[..1]).unwrap(), "k0");
        assert_eq!(said(&keys[..3]).unwrap(), "k0, k1 and k2");
        assert_eq!(said(&keys).unwrap(), "k0, k1, k2, k3, k4, k5 and 3 more");
        assert_eq!(said(&["a\u{1b}b".to_owned()]).unwrap(), "a\\u{1b}b");
    }
}
