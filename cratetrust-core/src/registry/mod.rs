//! Where crates live on disk: one detector tells what a path is, one walk lists what lies there.
//!
//! Nothing here judges. Symbolic links are followed only at the path that the caller names.

mod checkout;
mod declared;
mod index;
mod listing;
mod tree;
mod vendor;

use std::fs::FileType;
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;
use crate::limits::Limits;
use crate::progress::CancelToken;

pub use checkout::{Checkout, path_in_vcs};
pub use declared::{Declared, DeclaredDependency, declared};
pub use index::{Index, IndexEntry, IndexFault, index_path};
pub use listing::list;
pub use tree::{FileTree, is_link, is_unpack_mark};
pub use vendor::VendorChecksums;

/// What a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layout {
    /// One `.crate` file.
    CrateFile,
    /// A directory of `.crate` files, such as `registry/cache/<registry>`.
    CrateDirectory,
    /// A directory of directories of `.crate` files: `registry/cache`.
    Cache,
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
            Self::CargoHome => "cargo-home",
            Self::LocalRegistry => "local-registry",
            Self::Vendor => "vendor",
            Self::VendoredPackage => "vendored-package",
            Self::Tree => "tree",
        }
    }

    /// Whether several projects share it, so that packages which a lockfile does not name are no fault.
    pub const fn is_shared(self) -> bool {
        matches!(self, Self::CrateDirectory | Self::Cache | Self::CargoHome)
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// What it is.
    pub kind: ArtifactKind,
    /// Where it lies, relative to the path given, with `/` between components.
    pub location: String,
    /// Its path.
    pub path: PathBuf,
    /// Its file name without `.crate`, or its directory name; lossy where it is not UTF-8.
    pub stem: String,
    /// Its size in bytes; 0 for a directory.
    pub size: u64,
    /// Of an unpacked package, the location that its archive has in the same store.
    pub archive: Option<String>,
}

/// What lies at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    /// What the path is.
    pub layout: Layout,
    /// The artifacts, by location.
    pub artifacts: Vec<Artifact>,
    /// Index directories that lie beside the artifacts: the location's parent, and the index.
    pub indexes: Vec<(String, PathBuf)>,
    /// What could not be read: the location and why.
    pub unreadable: Vec<(String, String)>,
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
    let (mut crates, mut nested, mut vendored) = (false, false, false);
    for entry in std::fs::read_dir(path).map_err(|e| Error::io(path, &e))? {
        let entry = entry.map_err(|e| Error::io(path, &e))?;
        empty = false;
        let kind = entry
            .file_type()
            .map_err(|e| Error::io(&entry.path(), &e))?;
        if kind.is_dir() {
            vendored = vendored || is_file(&entry.path().join(".cargo-checksum.json"));
            nested = nested || holds_crates(&entry.path());
        } else {
            crates = crates || is_crate_name(&entry.path());
        }
    }
    match (vendored, crates, nested) {
        (true, ..) => Ok(Layout::Vendor),
        (_, true, _) if is_dir(&path.join("index")) => Ok(Layout::LocalRegistry),
        (_, true, _) => Ok(Layout::CrateDirectory),
        (_, _, true) => Ok(Layout::Cache),
        // A store that holds nothing yet is still a store: every package is missing from it.
        _ if empty => Ok(Layout::CrateDirectory),
        _ => Err(Error::new(
            ErrorKind::UnsupportedFormat,
            "this directory holds no .crate files, no vendored packages and no cargo registry",
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
    };
    let mut walk = Walk {
        store: &mut store,
        limits,
        cancel,
    };
    match layout {
        Layout::CrateFile => walk.file(path)?,
        Layout::CrateDirectory => walk.crates(path, "")?,
        Layout::LocalRegistry => {
            walk.crates(path, "")?;
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
                walk.sources(&registry.join("src"), &sources, &cache)?;
            }
        }
        Layout::Vendor => walk.vendor(path)?,
        Layout::VendoredPackage => walk.push_directory(path, ""),
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

struct Walk<'a> {
    store: &'a mut Store,
    limits: &'a Limits,
    cancel: &'a CancelToken,
}

impl Walk<'_> {
    fn file(&mut self, path: &Path) -> Result<()> {
        let size = std::fs::metadata(path)
            .map_err(|e| Error::io(path, &e))?
            .len();
        let name = file_name(path);
        self.push_crate(path.to_owned(), name, size);
        Ok(())
    }

    /// The `.crate` files of one directory; anything else in it is left alone.
    fn crates(&mut self, path: &Path, prefix: &str) -> Result<()> {
        for (name, path, kind) in self.list(path)? {
            if !is_crate_name(&path) {
                continue;
            }
            let location = join(prefix, &name);
            if !kind.is_file() {
                self.unreadable(location, "a regular file was expected");
                continue;
            }
            match std::fs::symlink_metadata(&path) {
                Ok(metadata) => self.push_crate(path, location, metadata.len()),
                Err(e) => self.unreadable(location, &e.to_string()),
            }
        }
        Ok(())
    }

    /// `registry/cache`: one directory a registry, and the index of the same name beside it.
    fn cache(&mut self, path: &Path, prefix: &str, indexes: Option<&Path>) -> Result<()> {
        for (name, path, kind) in self.list(path)? {
            if !kind.is_dir() {
                continue;
            }
            let location = join(prefix, &name);
            if let Some(index) = indexes.map(|dir| dir.join(&name)).filter(|dir| is_dir(dir)) {
                self.store.indexes.push((location.clone(), index));
            }
            if let Err(e) = self.crates(&path, &location) {
                self.skip_or_fail(location, e)?;
            }
        }
        Ok(())
    }

    /// `registry/src`: one directory a registry, and in it one a package version.
    fn sources(&mut self, path: &Path, prefix: &str, cache: &str) -> Result<()> {
        for (registry, path, kind) in self.list(path)? {
            if !kind.is_dir() {
                continue;
            }
            let location = join(prefix, &registry);
            let listed = match self.list(&path) {
                Ok(listed) => listed,
                Err(e) => {
                    self.skip_or_fail(location, e)?;
                    continue;
                }
            };
            for (stem, path, kind) in listed {
                // A link is listed too: cargo follows it, and that is a finding.
                if kind.is_dir() || kind.is_symlink() {
                    self.store.artifacts.push(Artifact {
                        kind: ArtifactKind::Source,
                        location: join(&location, &stem),
                        path,
                        archive: Some(format!("{cache}/{registry}/{stem}.crate")),
                        stem,
                        size: 0,
                    });
                }
            }
        }
        Ok(())
    }

    fn vendor(&mut self, path: &Path) -> Result<()> {
        for (name, path, kind) in self.list(path)? {
            if kind.is_dir() {
                self.push_directory(&path, &name);
            } else if kind.is_symlink() {
                self.unreadable(
                    name,
                    "a symbolic link in a vendor directory is not followed",
                );
            }
        }
        Ok(())
    }

    fn list(&mut self, path: &Path) -> Result<Vec<(String, PathBuf, FileType)>> {
        // A cache holds one file a package version: far more than one archive has entries.
        let most = self.limits.entries.saturating_mul(16);
        let mut names = Vec::new();
        for entry in std::fs::read_dir(path).map_err(|e| Error::io(path, &e))? {
            self.cancel.check()?;
            let entry = entry.map_err(|e| Error::io(path, &e))?;
            if names.len() as u64 >= most {
                return Err(Error::limit(
                    "entries",
                    self.limits.entries,
                    "the directory has too many entries",
                )
                .at_path(path.display().to_string()));
            }
            let kind = entry
                .file_type()
                .map_err(|e| Error::io(&entry.path(), &e))?;
            names.push((
                entry.file_name().to_string_lossy().into_owned(),
                entry.path(),
                kind,
            ));
        }
        names.sort_by(|a, b| a.1.cmp(&b.1));
        Ok(names)
    }

    fn push_crate(&mut self, path: PathBuf, location: String, size: u64) {
        let name = file_name(&path);
        let stem = name.strip_suffix(".crate").unwrap_or(&name).to_owned();
        self.store.artifacts.push(Artifact {
            kind: ArtifactKind::Crate,
            location,
            path,
            stem,
            size,
            archive: None,
        });
    }

    fn push_directory(&mut self, path: &Path, location: &str) {
        let stem = file_name(path);
        let location = if location.is_empty() {
            ".".to_owned()
        } else {
            location.to_owned()
        };
        self.store.artifacts.push(Artifact {
            kind: ArtifactKind::Vendor,
            location,
            path: path.to_owned(),
            stem,
            size: 0,
            archive: None,
        });
    }

    fn unreadable(&mut self, location: String, why: &str) {
        self.store.unreadable.push((location, why.to_owned()));
    }

    fn skip_or_fail(&mut self, location: String, error: Error) -> Result<()> {
        match error.kind() {
            ErrorKind::Io | ErrorKind::NotFound | ErrorKind::PermissionDenied => {
                self.unreadable(location, error.message());
                Ok(())
            }
            _ => Err(error),
        }
    }
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

fn holds_crates(path: &Path) -> bool {
    std::fs::read_dir(path)
        .is_ok_and(|entries| entries.flatten().any(|entry| is_crate_name(&entry.path())))
}
