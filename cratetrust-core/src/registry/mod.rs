//! Where crates live on disk: one detector tells what a path is, one walk lists what lies there.
//!
//! Nothing here judges. Symbolic links are followed only at the path that the caller names.

mod checkout;
mod index;
mod tree;
mod vendor;

use std::collections::{HashMap, HashSet};
use std::fs::FileType;
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;
use crate::limits::Limits;
use crate::progress::CancelToken;

pub use checkout::{Checkout, path_in_vcs};
pub use index::{Index, IndexEntry, IndexFault, index_path};
pub use tree::{FileTree, is_link, is_unpack_mark};
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
    let (mut crates, mut nested, mut vendored) = (false, false, false);
    let (mut sources, mut nested_sources) = (false, false);
    for entry in std::fs::read_dir(path).map_err(|e| Error::io(path, &e))? {
        let entry = entry.map_err(|e| Error::io(path, &e))?;
        empty = false;
        let kind = entry
            .file_type()
            .map_err(|e| Error::io(&entry.path(), &e))?;
        if kind.is_dir() {
            vendored = vendored || is_file(&entry.path().join(".cargo-checksum.json"));
            nested = nested || holds_crates(&entry.path());
            sources = sources || is_unpacked(&entry.path());
            nested_sources = nested_sources || holds_unpacked(&entry.path());
        } else {
            crates = crates || is_crate_name(&entry.path());
        }
    }
    match (vendored, crates, nested) {
        (true, ..) => Ok(Layout::Vendor),
        (_, true, _) if is_dir(&path.join("index")) => Ok(Layout::LocalRegistry),
        (_, true, _) => Ok(Layout::CrateDirectory),
        (_, _, true) => Ok(Layout::Cache),
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

impl Store {
    /// Sets what the trees of the store are compared with: the archives at `against`.
    ///
    /// # Errors
    /// `InvalidArgument` where `against` holds no archives; else as [`detect`] and [`scan`].
    pub fn compare_with(
        &mut self,
        against: &Input,
        limits: &Limits,
        cancel: &CancelToken,
    ) -> Result<()> {
        let one_package = self.layout == Layout::VendoredPackage;
        let archives = archives(against, one_package, limits, cancel)?;
        if !self.layout.holds_sources() {
            self.archives = Some(archives);
            return Ok(());
        }
        // They take the place of those beside the trees.
        self.artifacts
            .retain(|artifact| artifact.kind == ArtifactKind::Source);
        self.indexes.clear();
        self.unreadable
            .retain(|(location, _)| !location.starts_with("../"));
        let mut of_stem: HashMap<String, Artifact> = HashMap::new();
        for archive in archives {
            of_stem.entry(archive.stem.clone()).or_insert(archive);
        }
        let mut used = HashMap::new();
        for tree in &mut self.artifacts {
            tree.archive = of_stem.get(&tree.stem).map(|archive| {
                // No tree lies there, so that the two kinds cannot be taken for each other.
                used.insert(archive.location.clone(), archive.clone());
                archive.location.clone()
            });
        }
        self.artifacts.extend(used.into_values());
        self.artifacts.sort_by(|a, b| a.location.cmp(&b.location));
        Ok(())
    }
}

/// The archives that trees are compared with. One archive alone stands for `one_package`, whatever
/// its name.
fn archives(
    against: &Input,
    one_package: bool,
    limits: &Limits,
    cancel: &CancelToken,
) -> Result<Vec<Artifact>> {
    let layout = against.path().map(detect).transpose()?;
    match (against.path(), layout) {
        (None | Some(_), None | Some(Layout::CrateFile)) if one_package => {
            let location = against.name();
            Ok(vec![Artifact {
                kind: ArtifactKind::Crate,
                path: against.path().map(Path::to_owned).unwrap_or_default(),
                stem: location
                    .strip_suffix(".crate")
                    .unwrap_or(&location)
                    .to_owned(),
                location,
                size: 0,
                archive: None,
            }])
        }
        (
            Some(path),
            Some(
                layout @ (Layout::CrateDirectory
                | Layout::Cache
                | Layout::CargoHome
                | Layout::LocalRegistry),
            ),
        ) => {
            let mut store = scan(path, layout, limits, cancel)?;
            store
                .artifacts
                .retain(|artifact| artifact.kind == ArtifactKind::Crate);
            Ok(store.artifacts)
        }
        _ => Err(Error::invalid(
            "`against` of vendored or unpacked packages is a directory of .crate files",
        )
        .at_path(against.name())),
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
        Layout::SourceDirectory | Layout::SourceCache => walk.sources_alone(path)?,
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
            if let Err(e) = self.unpacked(&path, &location, &format!("{cache}/{registry}")) {
                self.skip_or_fail(location, e)?;
            }
        }
        Ok(())
    }

    /// The unpacked packages of one registry.
    fn unpacked(&mut self, path: &Path, prefix: &str, cache: &str) -> Result<()> {
        for (stem, path, kind) in self.list(path)? {
            // A link is listed too: cargo follows it, and that is a finding.
            if kind.is_dir() || kind.is_symlink() {
                self.store.artifacts.push(Artifact {
                    kind: ArtifactKind::Source,
                    location: join(prefix, &stem),
                    path,
                    archive: Some(format!("{cache}/{stem}.crate")),
                    stem,
                    size: 0,
                });
            }
        }
        Ok(())
    }

    /// `registry/src` or one directory of it, and of the `cache` and `index` beside it what belongs
    /// to the packages unpacked there.
    fn sources_alone(&mut self, path: &Path) -> Result<()> {
        let real = std::fs::canonicalize(path).map_err(|e| Error::io(path, &e))?;
        let (above, registries) = match self.store.layout {
            Layout::SourceDirectory => {
                let registry = file_name(&real);
                let cache = format!("../../cache/{registry}");
                self.unpacked(path, "", &cache)?;
                (real.parent().and_then(Path::parent), vec![registry])
            }
            _ => {
                self.sources(path, "", "../cache")?;
                let mut registries = Vec::new();
                for (registry, _, kind) in self.list(path)? {
                    if kind.is_dir() {
                        registries.push(registry);
                    }
                }
                (real.parent(), registries)
            }
        };
        let Some(above) = above else {
            return Ok(());
        };
        let up = match self.store.layout {
            Layout::SourceDirectory => "../../cache",
            _ => "../cache",
        };
        let wanted: HashSet<String> = self
            .store
            .artifacts
            .iter()
            .filter_map(|artifact| artifact.archive.clone())
            .collect();
        for registry in registries {
            let location = join(up, &registry);
            let (cache, index) = (
                above.join("cache").join(&registry),
                above.join("index").join(&registry),
            );
            if !is_dir(&cache) {
                continue;
            }
            if let Err(e) = self.crates(&cache, &location) {
                self.skip_or_fail(location.clone(), e)?;
            }
            if is_dir(&index) {
                self.store.indexes.push((location, index));
            }
        }
        let beside = |location: &str| location.starts_with("../") && location.ends_with(".crate");
        self.store.artifacts.retain(|artifact| {
            artifact.kind == ArtifactKind::Source || wanted.contains(&artifact.location)
        });
        self.store
            .unreadable
            .retain(|(location, _)| !beside(location) || wanted.contains(location));
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
