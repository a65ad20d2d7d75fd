//! The identity of one package: name, version and source, and the package URL made of them.

pub(crate) mod license;
mod purl;
mod source;

pub use purl::{Purl, package_purl};
pub use source::{Source, SourceKind};

/// What cargo tells packages apart by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageId {
    /// The package's name, as its manifest spells it.
    pub name: String,
    /// The version, a SemVer string.
    pub version: String,
    /// Where the package comes from.
    pub source: Source,
}

/// The `id` of each package in a report: `name@version`, or `name@version (source)` where two
/// packages share name and version.
pub fn report_ids<'a>(
    packages: impl Iterator<Item = (&'a str, &'a str, &'a Source)> + Clone,
) -> Vec<String> {
    let mut seen = std::collections::HashMap::new();
    for (name, version, _) in packages.clone() {
        *seen.entry((name, version)).or_insert(0u32) += 1;
    }
    packages
        .map(|(name, version, source)| {
            if seen.get(&(name, version)).is_some_and(|count| *count > 1) {
                let source = source
                    .public()
                    .to_lock()
                    .unwrap_or_else(|| "local".to_owned());
                format!("{name}@{version} ({source})")
            } else {
                format!("{name}@{version}")
            }
        })
        .collect()
}
