//! Where crates live on disk: one detector tells what a path is, one walk lists what lies there.
//!
//! Nothing here judges. Symbolic links are followed only at the path that the caller names.

mod checkout;
mod declared;
mod folder;
mod index;
mod listing;
mod other_side;
mod tree;
mod vendor;
mod walk;

use std::fs::FileType;
use std::path::{Path, PathBuf};

use self::walk::Walk;
use crate::error::{Error, ErrorKind, Result};
use crate::input::{Directory, EntryKind, Input, KnownFile, open_file};
use crate::limits::Limits;
use crate::progress::CancelToken;

pub use checkout::{Checkout, path_in_vcs};
pub use declared::{Declared, DeclaredDependency, declared};
pub use folder::Folder;
pub use index::{Index, IndexEntry, IndexFault, index_path};
pub use listing::{directories, list};
pub use tree::{FileTree, is_unpack_mark};
pub use vendor::{VendorChecksums, VendoredPackage};

/// What a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layout {
    /// One `.crate` file.
    CrateFile,
    /// A directory of `.crate` files, such as `registry/cache/<registry>`.
    CrateDirectory,
    /// A directory of directories of `.crate` files: `registry/cache`.
    Cache,
    /// A directory of unpacked packages: `registry/src/<registry>`.
    SourceDirectory,
    /// A directory of directories of unpacked packages: `registry/src`.
    SourceCache,
    /// A CARGO_HOME, or the `registry` directory in it.
    CargoHome,
    /// A directory of `.crate` files with its `index` directory.
    LocalRegistry,
    /// A vendor directory: packages with a `.cargo-checksum.json` each.
    Vendor,
    /// One package of a vendor directory.
    VendoredPackage,
    /// An unpacked crate or a project: a Cargo.toml.
    Tree,
}

impl Layout {
    /// The layout's stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CrateFile => "crate",
            Self::CrateDirectory => "crate-directory",
            Self::Cache => "registry-cache",
            Self::SourceDirectory => "source-directory",
            Self::SourceCache => "registry-src",
            Self::CargoHome => "cargo-home",
            Self::LocalRegistry => "local-registry",
            Self::Vendor => "vendor",
            Self::VendoredPackage => "vendored-package",
            Self::Tree => "tree",
        }
    }

    /// Whether several projects share it, so that packages which a lockfile does not name are no fault.
    pub const fn is_shared(self) -> bool {
        matches!(self, Self::CrateDirectory | Self::Cache | Self::CargoHome) || self.holds_sources()
    }

    /// Whether what lies there can be compared with a directory of archives.
    pub const fn has_other_side(self) -> bool {
        matches!(self, Self::Vendor | Self::VendoredPackage) || self.holds_sources()
    }

    /// Whether it is `registry/src` or one directory of it: only what is unpacked there counts, and
    /// the archives beside it are what it is compared with.
    pub const fn holds_sources(self) -> bool {
        matches!(self, Self::SourceDirectory | Self::SourceCache)
    }
}

/// What an artifact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArtifactKind {
    /// A `.crate` file.
    Crate,
    /// An unpacked package, such as cargo keeps in `registry/src`.
    Source,
    /// A package directory of a vendor directory.
    Vendor,
}

impl ArtifactKind {
    /// The kind's name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crate => "crate",
            Self::Source => "src",
            Self::Vendor => "vendor",
        }
    }
}

/// One thing that was found.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// What it is.
    pub kind: ArtifactKind,
    /// Where it lies, relative to the path given, with `/` between components.
    pub location: String,
    /// Its path.
    pub path: PathBuf,
    /// The directory in which the walk met it, and through which it is opened without following a
    /// link; none for what the caller named.
    pub home: Option<Directory>,
    /// Its file name without `.crate`, or its directory name; lossy where it is not UTF-8.
    pub stem: String,
    /// Its size in bytes; 0 for a directory.
    pub size: u64,
    /// Of an unpacked package, the location that its archive has in the same store.
    pub archive: Option<String>,
}

impl Artifact {
    /// Opens the file that it is, and tells its size in bytes.
    ///
    /// # Errors
    /// I/O errors; `InvalidArgument` for what is no regular file and, unless the caller named it, for
    /// a link.
    pub fn open(&self) -> Result<(KnownFile, u64)> {
        match self.place() {
            Some((home, name)) => home.file(name),
            None => open_file(&self.path).map(|(file, size)| (KnownFile::new(file, size), size)),
        }
    }

    /// Opens the directory that it is.
    ///
    /// # Errors
    /// I/O errors; `InvalidArgument` for what is no directory and, unless the caller named it, for a
    /// link.
    pub fn directory(&self) -> Result<Directory> {
        match self.place() {
            Some((home, name)) => home.below(name),
            None => Directory::open(&self.path),
        }
    }

    /// Whether it is a link that the walk met.
    pub fn is_link(&self) -> bool {
        self.place().is_some_and(|(home, name)| {
            home.look(name)
                .is_ok_and(|(kind, _)| kind == EntryKind::Link)
        })
    }

    fn place(&self) -> Option<(&Directory, &[u8])> {
        Some((
            self.home.as_ref()?,
            self.path.file_name()?.as_encoded_bytes(),
        ))
    }
}

/// What lies at a path.
#[derive(Debug, Clone)]
pub struct Store {
    /// What the path is.
    pub layout: Layout,
    /// The artifacts, by location.
    pub artifacts: Vec<Artifact>,
    /// Index directories that lie beside the artifacts: the location's parent, and the index.
    pub indexes: Vec<(String, PathBuf)>,
    /// What could not be read: the location and why.
    pub unreadable: Vec<(String, String)>,
    /// The archives that vendored packages are compared with, where the caller named some.
    pub archives: Option<Vec<Artifact>>,
}

/// Tells what a path is.
///
/// # Errors
/// I/O errors of the path itself; `UnsupportedFormat` where nothing in it is known here.
pub fn detect(path: &Path) -> Result<Layout> {
    let metadata = std::fs::metadata(path).map_err(|e| Error::io(path, &e))?;
    if !metadata.is_dir() {
        return detect_file(path, metadata.file_type());
    }
    let registry = path.join("registry");
    if ["cache", "index", "src"]
        .iter()
        .any(|part| is_dir(&registry.join(part)))
    {
        return Ok(Layout::CargoHome);
    }
    if is_dir(&path.join("cache")) && (is_dir(&path.join("index")) || is_dir(&path.join("src"))) {
        return Ok(Layout::CargoHome);
    }
    if is_file(&path.join(".cargo-checksum.json")) {
        return Ok(Layout::VendoredPackage);
    }
    if is_file(&path.join("Cargo.toml")) {
        return Ok(Layout::Tree);
    }
    let mut empty = true;
    let (mut crates, mut nested) = (false, false);
    let (mut sources, mut nested_sources) = (false, false);
    for entry in std::fs::read_dir(path).map_err(|e| Error::io(path, &e))? {
        let entry = entry.map_err(|e| Error::io(path, &e))?;
        empty = false;
        let kind = entry
            .file_type()
            .map_err(|e| Error::io(&entry.path(), &e))?;
        if kind.is_dir() {
            // One vendored package decides, whatever else lies there.
            if is_file(&entry.path().join(".cargo-checksum.json")) {
                return Ok(Layout::Vendor);
            }
            nested = nested || holds_crates(&entry.path());
            sources = sources || is_unpacked(&entry.path());
            nested_sources = nested_sources || holds_unpacked(&entry.path());
        } else {
            crates = crates || is_crate_name(&entry.path());
        }
    }
    match (crates, nested) {
        (true, _) if is_dir(&path.join("index")) => Ok(Layout::LocalRegistry),
        (true, _) => Ok(Layout::CrateDirectory),
        (_, true) => Ok(Layout::Cache),
        _ if sources => Ok(Layout::SourceDirectory),
        _ if nested_sources => Ok(Layout::SourceCache),
        // A store that holds nothing yet is still a store: every package is missing from it.
        _ if empty => Ok(Layout::CrateDirectory),
        _ => Err(Error::new(
            ErrorKind::UnsupportedFormat,
            "this directory holds no .crate files, no unpacked or vendored packages and no cargo registry",
        )
        .at_path(path.display().to_string())),
    }
}

fn detect_file(path: &Path, kind: FileType) -> Result<Layout> {
    if !kind.is_file() {
        return Err(
            Error::invalid("a file or a directory was expected, this is a special file")
                .at_path(path.display().to_string()),
        );
    }
    match path.extension().and_then(|e| e.to_str()) {
        Some("lock") => Err(hint(
            path,
            "this is a lockfile; it is given with `lockfile`, not as the thing to verify",
        )),
        Some("json" | "toml" | "xml") => {
            Err(hint(path, "this is no crate, registry or vendor directory"))
        }
        _ => Ok(Layout::CrateFile),
    }
}

fn hint(path: &Path, message: &str) -> Error {
    Error::new(ErrorKind::UnsupportedFormat, message).at_path(path.display().to_string())
}

/// An unpacked crate and its archive, wherever that lies.
pub fn unpacked(path: &Path, archive: &Input) -> Store {
    let location = archive.name();
    let stem = location.strip_suffix(".crate").unwrap_or(&location);
    let artifact = |kind, location: &str, path: &Path, archive| Artifact {
        kind,
        location: location.to_owned(),
        path: path.to_owned(),
        home: None,
        stem: stem.to_owned(),
        size: 0,
        archive,
    };
    Store {
        layout: Layout::Tree,
        artifacts: vec![
            artifact(ArtifactKind::Source, ".", path, Some(location.clone())),
            artifact(ArtifactKind::Crate, &location, Path::new(""), None),
        ],
        indexes: Vec::new(),
        unreadable: Vec::new(),
        archives: None,
    }
}

/// Lists what lies at a path of the given layout.
///
/// # Errors
/// I/O errors of the path itself, `LimitExceeded` for more entries than the limit times the
/// directories walked, `Cancelled`. What cannot be read further down is listed as unreadable.
pub fn scan(path: &Path, layout: Layout, limits: &Limits, cancel: &CancelToken) -> Result<Store> {
    let mut store = Store {
        layout,
        artifacts: Vec::new(),
        indexes: Vec::new(),
        unreadable: Vec::new(),
        archives: None,
    };
    let mut walk = Walk {
        store: &mut store,
        limits,
        cancel,
    };
    match layout {
        Layout::CrateFile => walk.file(path)?,
        Layout::CrateDirectory => walk.crates(&Directory::open(path)?, "")?,
        Layout::LocalRegistry => {
            walk.crates(&Directory::open(path)?, "")?;
            walk.store.indexes.push((String::new(), path.join("index")));
        }
        Layout::Cache => walk.cache(path, "", None)?,
        Layout::CargoHome => {
            let (registry, prefix) = if is_dir(&path.join("registry")) {
                (path.join("registry"), "registry/")
            } else {
                (path.to_owned(), "")
            };
            let (cache, sources) = (format!("{prefix}cache"), format!("{prefix}src"));
            // A CARGO_HOME that nothing was fetched into has an index and no cache.
            if is_dir(&registry.join("cache")) {
                walk.cache(
                    &registry.join("cache"),
                    &cache,
                    Some(&registry.join("index")),
                )?;
            }
            if is_dir(&registry.join("src")) {
                let _ = walk.sources(&registry.join("src"), &sources, &cache)?;
            }
        }
        Layout::SourceDirectory | Layout::SourceCache => walk.sources_alone(path)?,
        Layout::Vendor => walk.vendor(path)?,
        Layout::VendoredPackage => walk.vendored_package(path),
        Layout::Tree => {
            return Err(hint(
                path,
                "this is a project or an unpacked crate; name a .crate file, a registry cache, a CARGO_HOME or a vendor directory, or with `against` the crate's .crate file",
            ));
        }
    }
    store.artifacts.sort_by(|a, b| a.location.cmp(&b.location));
    store.indexes.sort();
    store.unreadable.sort();
    Ok(store)
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || ".".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}/{name}")
    }
}

fn is_dir(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|m| m.is_dir())
}

fn is_file(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|m| m.is_file())
}

fn is_crate_name(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "crate")
}

/// Splits `name-version` where no manifest tells: at the first `-` behind which a SemVer version
/// stands. Good enough to label what cannot be read, never to anchor it.
pub fn split_stem(stem: &str) -> Option<(String, String)> {
    stem.match_indices('-').find_map(|(at, _)| {
        let (name, version) = (stem.get(..at)?, stem.get(at + 1..)?);
        semver::Version::parse(version).ok()?;
        (!name.is_empty()).then(|| (name.to_owned(), version.to_owned()))
    })
}

/// Whether cargo unpacked a package there: by its mark, or by the directory's name and a manifest.
fn is_unpacked(path: &Path) -> bool {
    is_file(&path.join(".cargo-ok"))
        || (is_file(&path.join("Cargo.toml")) && split_stem(&file_name(path)).is_some())
}

fn holds_unpacked(path: &Path) -> bool {
    std::fs::read_dir(path)
        .is_ok_and(|entries| entries.flatten().any(|entry| is_unpacked(&entry.path())))
}

fn holds_crates(path: &Path) -> bool {
    std::fs::read_dir(path)
        .is_ok_and(|entries| entries.flatten().any(|entry| is_crate_name(&entry.path())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_are_split_before_the_version() {
        for (stem, name, version) in [
            ("a-1.0.0", "a", "1.0.0"),
            ("openssl-src-300.5.5+3.5.5", "openssl-src", "300.5.5+3.5.5"),
            ("a-b-1.0.0-rc.1", "a-b", "1.0.0-rc.1"),
        ] {
            assert_eq!(
                split_stem(stem),
                Some((name.to_owned(), version.to_owned()))
            );
        }
        assert_eq!(split_stem("no-version"), None);
        assert_eq!(split_stem("-1.0.0"), None);
    }
}
