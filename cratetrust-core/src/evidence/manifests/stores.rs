//! Where the manifests of packages from registries and repositories are looked for.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use super::super::Asked;
use super::reader::{Reader, describe, normalize, source_files};
use crate::digest::Sha256;
use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;
use crate::limits::Limits;
use crate::lockfile::LockedPackage;
use crate::manifest::{Dependency, DependencyKind, PackageStructure, SourceFiles, Structure};
use crate::options::Options;
use crate::package::SourceKind;
use crate::progress::CancelToken;
use crate::proven::{self, Seen, Taken, Wanted};
use crate::registry::{
    self, Artifact, ArtifactKind, Declared, Folder, Layout, VendorChecksums, directories,
};
use crate::resolve::{Described, Knowledge};

const CHECKSUMS: &str = ".cargo-checksum.json";
/// Characters of a commit by which cargo names a checkout, at least.
const SHORTEST_REV: usize = 7;

/// The directories that the caller named.
pub(super) struct Stores {
    /// By the name without `.crate`.
    artifacts: HashMap<String, Vec<Artifact>>,
    /// Index directories, and index files.
    indexes: Vec<PathBuf>,
    /// Checkouts of repositories: `git/checkouts/NAME-HASH/REV`.
    checkouts: Vec<Checkout>,
    /// Readers of archives that wait for work.
    readers: Mutex<Vec<proven::Reader>>,
}

struct Checkout {
    dir: PathBuf,
    repository: String,
    rev: String,
    /// The packages in it, once somebody asked.
    packages: Mutex<Option<Packages>>,
}

type Packages = HashMap<String, Vec<Described>>;

impl Stores {
    /// Lists what lies in the directories.
    ///
    /// # Errors
    /// As [`registry::detect`] and [`registry::scan`], for a directory that was named.
    pub(super) fn open(options: &Options) -> Result<Self> {
        let mut stores = Self {
            artifacts: HashMap::new(),
            indexes: Vec::new(),
            checkouts: Vec::new(),
            readers: Mutex::default(),
        };
        let index = options.index.as_ref().and_then(Input::path);
        stores.indexes.extend(index.map(Path::to_owned));
        for input in &options.crates {
            let Some(path) = input.path() else {
                return Err(
                    Error::invalid("the packages' bytes are looked for in directories")
                        .at_path(input.label()),
                );
            };
            stores.checkouts(path, options)?;
            let layout = match registry::detect(path) {
                Ok(Layout::Tree) => continue,
                Ok(layout) => layout,
                Err(error) if error.kind() == ErrorKind::UnsupportedFormat && is_home(path) => {
                    continue;
                }
                Err(error) => return Err(error),
            };
            if layout == Layout::CargoHome {
                // Also where nothing was fetched but the index.
                for index in [path.join("registry/index"), path.join("index")] {
                    let found = directories(&index, &options.limits, &options.cancel)?;
                    stores.indexes.extend(found);
                }
            }
            let store = registry::scan(path, layout, &options.limits, &options.cancel)?;
            stores
                .indexes
                .extend(store.indexes.into_iter().map(|(_, path)| path));
            for artifact in store.artifacts {
                // Nobody knows where a link in a store leads; one among archives is not listed at all.
                if artifact.kind != ArtifactKind::Crate && artifact.is_link() {
                    continue;
                }
                let list = stores.artifacts.entry(artifact.stem.clone()).or_default();
                list.push(artifact);
            }
        }
        stores.indexes.sort();
        stores.indexes.dedup();
        for artifacts in stores.artifacts.values_mut() {
            // Archives first: the lockfile says what their bytes are.
            artifacts.sort_by_key(|artifact| match artifact.kind {
                ArtifactKind::Crate => 0,
                ArtifactKind::Vendor => 1,
                ArtifactKind::Source => 2,
            });
        }
        Ok(stores)
    }

    fn checkouts(&mut self, home: &Path, options: &Options) -> Result<()> {
        let (limits, cancel) = (&options.limits, &options.cancel);
        for repository in directories(&home.join("git/checkouts"), limits, cancel)? {
            let name = name_of(&repository);
            // The name of a repository and a hash of its address.
            let name = name
                .rsplit_once('-')
                .map_or(name.as_str(), |(name, _)| name);
            for dir in directories(&repository, limits, cancel)? {
                self.checkouts.push(Checkout {
                    rev: name_of(&dir),
                    repository: name.to_ascii_lowercase(),
                    dir,
                    packages: Mutex::new(None),
                });
            }
        }
        Ok(())
    }

    /// What is known of packages, each with its index.
    ///
    /// # Errors
    /// `Cancelled`.
    pub(super) fn load(
        &self,
        packages: &[LockedPackage],
        wanted: &[usize],
        asked: Asked<'_>,
        options: &Options,
    ) -> Result<Vec<(usize, Knowledge)>> {
        let (mut archives, mut rest) = (Vec::new(), Vec::new());
        for at in wanted {
            let Some(package) = packages.get(*at) else {
                continue;
            };
            match self.proof(package) {
                Some(artifact) => archives.push((*at, package, artifact)),
                None => rest.push((*at, package)),
            }
        }
        archives.sort_by_key(|(_, _, artifact)| std::cmp::Reverse(artifact.size));
        let (next_archive, next) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (limits, cancel) = (&options.limits, &options.cancel);
        let work = || -> Result<Vec<(usize, Knowledge)>> {
            let (mut out, mut failed) = (Vec::new(), Vec::new());
            let mine = std::iter::from_fn(|| {
                let (at, package, artifact) =
                    archives.get(next_archive.fetch_add(1, Ordering::Relaxed))?;
                Some((
                    (*at, *package, *artifact),
                    question(artifact, package, asked),
                ))
            });
            let mut reader = self.reader();
            let read = reader.read(mine, limits, cancel, |(at, package, artifact), taken| {
                let told = taken.map(|taken| told(taken, artifact, asked.facts));
                match told.map(|told| told.map(|told| fitting(told, artifact, package))) {
                    Ok(Ok(Ok(described))) => {
                        out.push((at, Knowledge::Manifest(Box::new(described))));
                    }
                    // Something else that is at hand may do.
                    _ => failed.push((at, package)),
                }
            });
            self.readers().push(reader);
            read?;
            let others = std::iter::from_fn(|| rest.get(next.fetch_add(1, Ordering::Relaxed)));
            for (at, package) in failed.iter().chain(others) {
                out.push((*at, self.find(package, asked, limits, cancel)?));
            }
            Ok(out)
        };
        let threads = options.jobs.max(1).min(wanted.len() / 4 + 1);
        if threads == 1 {
            return work();
        }
        let mut out = Vec::with_capacity(wanted.len());
        std::thread::scope(|scope| {
            let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            for handle in handles {
                match handle.join() {
                    Ok(found) => out.extend(found?),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            Ok(())
        })?;
        Ok(out)
    }

    /// A reader that nobody uses at the moment, else a new one.
    fn reader(&self) -> proven::Reader {
        self.readers().pop().unwrap_or_default()
    }

    fn readers(&self) -> MutexGuard<'_, Vec<proven::Reader>> {
        match self.readers.lock() {
            Ok(readers) => readers,
            Err(poisoned) => poisoned.into_inner(),
        }
    }

    /// The archive of a package that its checksum proves, if it is what would be asked first.
    fn proof(&self, package: &LockedPackage) -> Option<&Artifact> {
        package.checksum?;
        let stem = format!("{}-{}", package.name, package.version);
        let first = self.artifacts.get(&stem)?.first()?;
        (first.kind == ArtifactKind::Crate && is_of_registry(package)).then_some(first)
    }

    fn find(
        &self,
        package: &LockedPackage,
        asked: Asked<'_>,
        limits: &Limits,
        cancel: &CancelToken,
    ) -> Result<Knowledge> {
        cancel.check()?;
        let mut reasons = Vec::new();
        let stem = format!("{}-{}", package.name, package.version);
        // A vendor directory leaves the version out where it holds but one.
        for stem in [stem.as_str(), package.name.as_str()] {
            for artifact in self.artifacts.get(stem).into_iter().flatten() {
                match self.of_artifact(artifact, package, asked, limits, cancel)? {
                    Ok(described) => return Ok(Knowledge::Manifest(Box::new(described))),
                    Err(reason) => reasons.extend(reason),
                }
            }
        }
        if package.source.kind == SourceKind::Git {
            match self.in_checkout(package, limits, cancel)? {
                Ok(described) => return Ok(Knowledge::Manifest(Box::new(described))),
                Err(reason) => reasons.push(reason),
            }
        }
        let why = reasons.into_iter().next().unwrap_or_else(|| {
            let why = match package.source.kind {
                SourceKind::Path => "no path of the project leads to it",
                _ if self.artifacts.is_empty() && self.checkouts.is_empty() => {
                    "no directory with packages was given"
                }
                _ => "no directory that was given holds it",
            };
            why.to_owned()
        });
        if let Some(checksum) = package.checksum {
            let id = (package.name.as_str(), package.version.as_str(), checksum);
            for index in &self.indexes {
                if let Some(declared) = registry::declared(index, id, limits, cancel)? {
                    let structure = Box::new(structure_of(package, declared));
                    return Ok(Knowledge::Declared(structure, why));
                }
            }
        }
        Ok(Knowledge::Missing(why))
    }

    /// What one artifact says; else why it is of no use, where that is worth telling.
    fn of_artifact(
        &self,
        artifact: &Artifact,
        package: &LockedPackage,
        asked: Asked<'_>,
        limits: &Limits,
        cancel: &CancelToken,
    ) -> Result<std::result::Result<Described, Option<String>>> {
        let is_registry = is_of_registry(package);
        let told = match artifact.kind {
            ArtifactKind::Crate if is_registry => {
                let taken = match proven::Reader::default().read_one(
                    question(artifact, package, asked),
                    limits,
                    cancel,
                ) {
                    Ok(taken) => taken,
                    Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
                    Err(error) => return Ok(Err(Some(error.message().to_owned()))),
                };
                match told(taken, artifact, asked.facts) {
                    Ok(told) => told,
                    Err(reason) => return Ok(Err(Some(reason))),
                }
            }
            ArtifactKind::Source if is_registry => match unpacked(artifact, limits, cancel) {
                Ok(Some((_, told))) => told,
                Ok(None) => return Ok(Err(None)),
                Err(reason) => return Ok(Err(Some(reason))),
            },
            ArtifactKind::Vendor if package.source.kind != SourceKind::Path => {
                let (folder, told) = match unpacked(artifact, limits, cancel) {
                    Ok(Some(found)) => found,
                    Ok(None) => return Ok(Err(None)),
                    Err(reason) => return Ok(Err(Some(reason))),
                };
                if let Some(checksum) = package.checksum
                    && vendored_checksum(&folder, limits, cancel) != Some(checksum)
                {
                    return Ok(Err(Some(
                        "the vendored package is not the one that the lockfile names".to_owned(),
                    )));
                }
                told
            }
            _ => return Ok(Err(None)),
        };
        Ok(fitting(told, artifact, package))
    }

    /// A package in the checkout of its commit.
    fn in_checkout(
        &self,
        package: &LockedPackage,
        limits: &Limits,
        cancel: &CancelToken,
    ) -> Result<std::result::Result<Described, String>> {
        let Some(rev) = &package.source.rev else {
            return Ok(Err("the lockfile names no commit".to_owned()));
        };
        let url = package.source.url.as_deref().unwrap_or_default();
        let repository = url
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".git")
            .to_ascii_lowercase();
        let mut fitting: Vec<&Checkout> = self
            .checkouts
            .iter()
            .filter(|checkout| checkout.rev.len() >= SHORTEST_REV && rev.starts_with(&checkout.rev))
            .collect();
        fitting.sort_by_key(|checkout| checkout.repository != repository);
        if fitting.is_empty() {
            return Ok(Err("no checkout of its commit is at hand".to_owned()));
        }
        for checkout in fitting {
            if let Some(found) = checkout.find(package, limits, cancel)? {
                return Ok(Ok(found));
            }
        }
        Ok(Err("the checkout of its commit does not hold it".to_owned()))
    }
}

type Told = (Structure, SourceFiles);

fn is_of_registry(package: &LockedPackage) -> bool {
    matches!(
        package.source.kind,
        SourceKind::CratesIo | SourceKind::Registry
    )
}

fn question<'a>(artifact: &'a Artifact, package: &LockedPackage, asked: Asked<'_>) -> Wanted<'a> {
    Wanted {
        artifact,
        sha256: package.checksum,
        structure: true,
        units: asked.units,
        facts: asked.facts.is_some(),
    }
}

/// What an archive says; else why it is of no use.
fn told(
    mut taken: Taken,
    artifact: &Artifact,
    seen: Option<&Seen>,
) -> std::result::Result<Told, String> {
    let told = match &mut taken.content {
        None => Err("the archive at hand is not the one that the lockfile names".to_owned()),
        Some(content) => match content.structure.take() {
            Some(Err(fault)) => Err(format!("its manifest cannot be read: {}", fault.message())),
            Some(Ok(_)) if !content.complete => Err("the archive at hand is broken".to_owned()),
            Some(Ok(structure)) => Ok((structure, std::mem::take(&mut content.files))),
            None => Err("the archive at hand holds no manifest".to_owned()),
        },
    };
    if let Some(seen) = seen {
        seen.put(artifact.path.clone(), taken);
    }
    told
}

/// The package that a manifest describes, if it is the one that is wanted; else why not, where that
/// is worth telling.
fn fitting(
    (structure, files): Told,
    artifact: &Artifact,
    package: &LockedPackage,
) -> std::result::Result<Described, Option<String>> {
    let found = structure.package.ok_or(None)?;
    if found.name != package.name || found.version.as_ref() != Some(&package.version) {
        // A vendored package of the same name and another version is none of this one's.
        let reason = "the manifest at hand is of another package".to_owned();
        let is_other = artifact.kind == ArtifactKind::Vendor && artifact.stem == package.name;
        return Err((!is_other).then_some(reason));
    }
    Ok(describe(found, &files))
}

/// What an index says, in the words of a manifest.
fn structure_of(package: &LockedPackage, declared: Declared) -> PackageStructure {
    let dependencies = declared.dependencies.into_iter().map(|from| Dependency {
        kind: match from.kind.as_str() {
            "build" => DependencyKind::Build,
            "dev" => DependencyKind::Dev,
            _ => DependencyKind::Normal,
        },
        target: from.target,
        package: from.package.filter(|package| *package != from.name),
        name: from.name,
        requirement: from.requirement,
        path: None,
        git: None,
        registry: from.registry,
        optional: from.optional,
        default_features: Some(from.default_features),
        features: from.features,
        artifact: false,
        inherited: false,
    });
    PackageStructure {
        name: package.name.clone(),
        version: Some(package.version.clone()),
        dependencies: dependencies.collect(),
        features: declared.features,
        ..PackageStructure::default()
    }
}

impl Checkout {
    fn find(
        &self,
        package: &LockedPackage,
        limits: &Limits,
        cancel: &CancelToken,
    ) -> Result<Option<Described>> {
        let mut guard = match self.packages.lock() {
            Ok(guard) => guard,
            Err(poisoned) => poisoned.into_inner(),
        };
        let packages = match &mut *guard {
            Some(packages) => packages,
            empty => empty.insert(all_packages(&self.dir, limits, cancel)?),
        };
        let named = packages.get(&package.name);
        Ok(named.and_then(|list| {
            list.iter()
                .find(|described| {
                    let version = described.structure.version.as_deref().unwrap_or("0.0.0");
                    version == package.version
                })
                .cloned()
        }))
    }
}

/// Every package of a checkout: cargo looks into all directories but hidden ones and submodules.
fn all_packages(root: &Path, limits: &Limits, cancel: &CancelToken) -> Result<Packages> {
    let mut reader = Reader {
        limits,
        cancel,
        cache: HashMap::new(),
    };
    let mut packages = Packages::new();
    let mut open = vec![(normalize(root), 0)];
    let mut seen = 0u64;
    while let Some((dir, depth)) = open.pop() {
        cancel.check()?;
        // A manifest that cannot be read is no package; there are such in tests of repositories.
        if let Ok(Some(structure)) = reader.read(&dir)
            && let Some(package) = &structure.package
            && let Some(described) = inherited(&mut reader, &dir, package.clone(), limits)
        {
            let list = packages.entry(package.name.clone()).or_default();
            list.push(described);
        }
        if depth >= limits.depth {
            continue;
        }
        for path in directories(&dir, limits, cancel)?.into_iter().rev() {
            seen += 1;
            if seen > limits.entries.saturating_mul(16) {
                return Ok(packages);
            }
            let name = name_of(&path);
            let left = name.starts_with('.') || name == "target" || path.join(".git").exists();
            if !left {
                open.push((path, depth + 1));
            }
        }
    }
    Ok(packages)
}

fn inherited(
    reader: &mut Reader<'_>,
    dir: &Path,
    mut package: PackageStructure,
    limits: &Limits,
) -> Option<Described> {
    if package.inherits() {
        let base = reader.workspace_of(dir, &package).ok()??;
        let root = reader.read(&base).ok()??;
        package.inherit(root.workspace.as_ref()?).ok()?;
    }
    let files = source_files(dir, limits, reader.cancel).ok()?;
    Some(describe(package, &files))
}

/// Whether a directory without a registry is a CARGO_HOME, if an empty one.
fn is_home(path: &Path) -> bool {
    path.join("git").is_dir() || path.join(".package-cache").is_file()
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// An unpacked package with its manifest and the files that this leaves open; `None` where there is no
/// manifest.
fn unpacked(
    artifact: &Artifact,
    limits: &Limits,
    cancel: &CancelToken,
) -> std::result::Result<Option<(Folder, Told)>, String> {
    let why = |error: Error| error.message().to_owned();
    let folder = Folder::new(artifact.directory().map_err(why)?);
    let read = folder.read("Cargo.toml", "manifest-size", limits.manifest_size, cancel);
    let Some(bytes) = read.map_err(why)? else {
        return Ok(None);
    };
    let structure = Structure::parse(&bytes, limits)
        .map_err(|error| format!("its manifest cannot be read: {}", error.message()))?;
    let mut files = SourceFiles::default();
    let package = structure.package.as_ref();
    if package.is_some_and(|package| !package.is_told_with(&files, true)) {
        files.build = folder.has("build.rs");
        files.lib = folder.has("src/lib.rs");
    }
    Ok(Some((folder, (structure, files))))
}

fn vendored_checksum(folder: &Folder, limits: &Limits, cancel: &CancelToken) -> Option<Sha256> {
    let read = folder.read(CHECKSUMS, "file-size", limits.file_size, cancel);
    VendorChecksums::parse(&read.ok()??).ok()?.package
}
