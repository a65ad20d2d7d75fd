//! The one table of finding codes: name, class, severity under each preset, and text.
//!
//! A released code keeps its name and its class for ever. `docs/findings.md` and the constants of
//! the C header are made from this table.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What kind of statement a finding makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Two things that must agree do not, or a form is broken.
    Mismatch,
    /// Something could not be checked.
    Coverage,
    /// A fact worth knowing.
    Note,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The verdict is `fail`.
    Error,
    /// Worth a look; of class coverage it makes the verdict `incomplete`.
    Warning,
    /// For information.
    Info,
}

impl Severity {
    /// The severity's stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }

    /// The severity of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Error, Self::Warning, Self::Info]
            .into_iter()
            .find(|severity| severity.name() == name)
    }
}

impl Class {
    /// The class's stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mismatch => "mismatch",
            Self::Coverage => "coverage",
            Self::Note => "note",
        }
    }
}

/// A set of severities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// Every archive code is an error unless its row says otherwise.
    #[default]
    Strict,
    /// An error where crates.io refuses at publishing today, else a warning.
    CratesIo,
    /// An error where cargo 1.97 or newer refuses, else information.
    Cargo,
}

impl Preset {
    /// All presets.
    pub const ALL: [Self; 3] = [Self::Strict, Self::CratesIo, Self::Cargo];

    /// The preset's stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::CratesIo => "crates-io",
            Self::Cargo => "cargo",
        }
    }

    /// The preset of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.name() == name)
    }
}

const E: Severity = Severity::Error;
const W: Severity = Severity::Warning;
const I: Severity = Severity::Info;

macro_rules! codes {
    ($( $variant:ident, $name:literal, $class:ident, [$strict:ident $crates_io:ident $cargo:ident], $text:literal; )*) => {
        /// What a finding is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code { $( #[doc = $text] $variant, )* }

        impl Code {
            /// All codes, in the order of the table.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )*];

            /// The code's name in kebab-case.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }

            /// The code's class.
            pub const fn class(self) -> Class {
                match self { $( Self::$variant => Class::$class, )* }
            }

            /// The code's severity under a preset.
            pub const fn severity(self, preset: Preset) -> Severity {
                match self { $( Self::$variant => match preset {
                    Preset::Strict => $strict,
                    Preset::CratesIo => $crates_io,
                    Preset::Cargo => $cargo,
                }, )* }
            }

            /// What the code says, in one sentence.
            pub const fn text(self) -> &'static str {
                match self { $( Self::$variant => $text, )* }
            }

            /// The code of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $( $name => Some(Self::$variant), )* _ => None }
            }
        }
    };
}

codes! {
    // Checksums and anchors.
    ChecksumLockMismatch, "checksum-lock-mismatch", Mismatch, [E E E], "The file's SHA-256 is not the one in Cargo.lock.";
    ChecksumIndexMismatch, "checksum-index-mismatch", Mismatch, [E E E], "The SHA-256 in the index is not that of the file or of Cargo.lock.";
    ChecksumCallerMismatch, "checksum-caller-mismatch", Mismatch, [E E E], "The file's SHA-256 is not the one that the caller gave.";
    ChecksumAbsent, "checksum-absent", Coverage, [W W W], "Cargo.lock names a registry package without a checksum.";
    AnchorMissing, "anchor-missing", Coverage, [W W W], "Nothing was given that says what the digest should be.";
    CrateMissing, "crate-missing", Coverage, [W W W], "The archive of the package is not at hand.";
    CrateUnlisted, "crate-unlisted", Mismatch, [E E E], "A package that Cargo.lock does not name lies in a store made for it alone.";
    PackageUnexpected, "package-unexpected", Mismatch, [E E E], "The package is not the one that the caller expects.";
    GitNotChecked, "git-not-checked", Coverage, [W W W], "A package from git has no checksum to compare with.";
    NotChecked, "not-checked", Coverage, [W W W], "A check that was asked for does not apply or could not run.";
    Unreadable, "unreadable", Coverage, [W W W], "A file or directory could not be read.";
    Yanked, "yanked", Note, [I I I], "The index says that the version was yanked.";

    // Cargo.lock.
    LockVersionUnknown, "lock-version-unknown", Note, [W W W], "Cargo.lock has a version newer than those known here; what was understood was used.";
    LockMixedChecksums, "lock-mixed-checksums", Mismatch, [E E E], "Cargo.lock holds checksums in both the old and the new form.";
    LockPackageAdded, "lock-package-added", Note, [I I I], "The new lockfile names a package that the old one does not.";
    LockPackageRemoved, "lock-package-removed", Note, [I I I], "The old lockfile names a package that the new one does not.";
    LockPackageChanged, "lock-package-changed", Note, [I I I], "A package has another version or source in the new lockfile.";
    LockChecksumChanged, "lock-checksum-changed", Mismatch, [E E E], "The same name, version and source has another checksum in the new lockfile.";

    // The gzip layer.
    GzEmpty, "gz-empty", Mismatch, [E E E], "The file is empty.";
    GzMagic, "gz-magic", Mismatch, [E E E], "The file is no gzip stream.";
    GzHeader, "gz-header", Mismatch, [E E E], "The gzip header has reserved flags, an unknown method or an oversized field.";
    GzTruncated, "gz-truncated", Mismatch, [E E E], "The gzip stream ends early.";
    GzCorrupt, "gz-corrupt", Mismatch, [E E E], "The compressed data are not valid.";
    GzCrc, "gz-crc", Mismatch, [E E I], "The gzip CRC-32 is not that of the data.";
    GzIsize, "gz-isize", Mismatch, [E E I], "The gzip length field is not the length of the data.";
    GzMultiMember, "gz-multi-member", Mismatch, [E W I], "A second gzip member follows; tools differ on whether they read it.";
    GzTrailing, "gz-trailing", Mismatch, [E W I], "Bytes follow the gzip stream.";
    GzTrailingZero, "gz-trailing-zero", Mismatch, [W W I], "Zero bytes follow the gzip stream.";

    // The tar structure.
    TarHeaderChecksum, "tar-header-checksum", Mismatch, [E E E], "A tar header's checksum is wrong.";
    TarTruncated, "tar-truncated", Mismatch, [E E E], "The tar stream ends inside an entry.";
    TarNoEof, "tar-no-eof", Mismatch, [E W I], "The tar stream has no end marker of two zero blocks.";
    TarDataAfterEof, "tar-data-after-eof", Mismatch, [E W I], "Data follow the tar end marker.";
    TarSizeInvalid, "tar-size-invalid", Mismatch, [E E E], "A numeric field of a tar header is not a valid number.";
    TarPaxSizeMismatch, "tar-pax-size-mismatch", Mismatch, [E E I], "A pax record gives another size than the tar header.";
    TarPaxMalformed, "tar-pax-malformed", Mismatch, [E E E], "A pax record is malformed.";
    TarPaxGlobal, "tar-pax-global", Mismatch, [E E E], "A global pax header changes what follows.";
    TarPaxPathOverride, "tar-pax-path-override", Mismatch, [E W I], "A pax record gives another path than the tar header.";
    TarLongnameStray, "tar-longname-stray", Mismatch, [E E E], "A long-name record repeats or belongs to no entry.";
    TarMagic, "tar-magic", Mismatch, [E W I], "A tar header has neither the POSIX nor the GNU magic, or mixes layouts.";
    TarDirSize, "tar-dir-size", Mismatch, [E W I], "A directory entry has a size.";

    // Entry types.
    EntryType, "entry-type", Mismatch, [E E E], "An entry is neither a file nor a directory.";
    EntrySymlink, "entry-symlink", Mismatch, [E E E], "An entry is a symbolic link.";
    EntryHardlink, "entry-hardlink", Mismatch, [E E E], "An entry is a hard link.";
    EntryDevice, "entry-device", Mismatch, [E E E], "An entry is a device.";
    EntryFifo, "entry-fifo", Mismatch, [E E E], "An entry is a FIFO.";

    // Paths.
    PathTraversal, "path-traversal", Mismatch, [E E E], "A path climbs out of its directory with `..`.";
    PathAbsolute, "path-absolute", Mismatch, [E E E], "A path is absolute.";
    PathBackslash, "path-backslash", Mismatch, [E W I], "A path holds a backslash, a separator on Windows.";
    PathPrefix, "path-prefix", Mismatch, [E E E], "A path does not lie in the directory `name-version`.";
    PathNoncanonical, "path-noncanonical", Mismatch, [E W I], "A path has empty or `.` components.";
    PathTrailingSlash, "path-trailing-slash", Mismatch, [E W I], "The name of a regular file ends in a slash.";
    PathNotUtf8, "path-not-utf8", Mismatch, [E E I], "A path is not UTF-8.";
    PathNul, "path-nul", Mismatch, [E E E], "A path holds a NUL byte.";
    PathControl, "path-control", Mismatch, [E W I], "A path holds a control character.";
    PathBidi, "path-bidi", Mismatch, [E W I], "A path holds bidirectional or invisible characters.";
    PathDuplicate, "path-duplicate", Mismatch, [W W I], "Two entries have the same path and the same bytes.";
    PathDuplicateConflict, "path-duplicate-conflict", Mismatch, [E W I], "Two entries have the same path and different bytes.";
    PathCaseCollision, "path-case-collision", Mismatch, [E W I], "Two paths differ in case only.";
    PathUnicodeCollision, "path-unicode-collision", Mismatch, [E W I], "Two paths differ in their Unicode form only, composed or decomposed.";
    PathFileDirConflict, "path-file-dir-conflict", Mismatch, [E W E], "A path is a file and a directory at once.";
    PathWindowsReserved, "path-windows-reserved", Mismatch, [E W I], "A path has a name that Windows reserves for a device.";
    PathWindowsInvalid, "path-windows-invalid", Mismatch, [E W I], "A path has a character or an ending that Windows refuses or drops.";

    // Limits.
    LimitCrateSize, "limit-crate-size", Mismatch, [E E E], "The file is larger than the limit.";
    LimitUnpackedSize, "limit-unpacked-size", Mismatch, [E E E], "The archive unpacks to more than the limit.";
    LimitEntries, "limit-entries", Mismatch, [E E E], "There are more entries than the limit.";
    LimitFileSize, "limit-file-size", Mismatch, [E E E], "One file is larger than the limit.";
    LimitPathLength, "limit-path-length", Mismatch, [E E E], "A path or a component of it is longer than the limit.";
    LimitDepth, "limit-depth", Mismatch, [E E E], "A path has more components than the limit.";
    LimitRecordSize, "limit-record-size", Mismatch, [E E E], "A pax or long-name record is larger than the limit, or too many follow each other.";
    LimitParse, "limit-parse", Mismatch, [E E E], "A file to be parsed is larger or deeper than the limit.";

    // The content of the archive.
    ManifestMissing, "manifest-missing", Mismatch, [E E E], "There is no Cargo.toml.";
    ManifestCase, "manifest-case", Mismatch, [E E I], "The manifest's name is not spelled `Cargo.toml`.";
    ManifestDuplicate, "manifest-duplicate", Mismatch, [E W I], "There are two manifests that differ.";
    ManifestName, "manifest-name", Mismatch, [E E E], "The manifest names another package than the archive.";
    ManifestVersion, "manifest-version", Mismatch, [E E E], "The manifest names another version than the archive.";
    ManifestParse, "manifest-parse", Mismatch, [E E E], "The manifest is not valid TOML or lacks a name or a version.";
    ManifestNotNormalized, "manifest-not-normalized", Mismatch, [E W E], "The manifest inherits from a workspace.";
    ManifestForbiddenTable, "manifest-forbidden-table", Mismatch, [E W I], "The manifest has a table that only the root of a workspace has.";
    ManifestTargetPath, "manifest-target-path", Mismatch, [E W I], "A source file that the manifest names lies outside the package, or the build script is missing.";
    ManifestOrigMismatch, "manifest-orig-mismatch", Mismatch, [W W I], "Cargo.toml has a dependency or a build script that Cargo.toml.orig has not.";
    ManifestPathDep, "manifest-path-dep", Mismatch, [E W I], "A dependency has a path and no version.";
    ModeSpecial, "mode-special", Mismatch, [E W I], "An entry is setuid, setgid or sticky.";
    ModeWritable, "mode-writable", Note, [W W I], "An entry is writable by the group or by others.";
    ReservedFile, "reserved-file", Mismatch, [E W I], "The archive holds a file that cargo writes itself.";

    CargoConfigInside, "cargo-config-inside", Note, [W W I], "The archive holds a configuration of cargo, which counts for who builds in its directory.";
    VcsMalformed, "vcs-malformed", Mismatch, [W W I], "`.cargo_vcs_info.json` is malformed.";
    VcsDirty, "vcs-dirty", Note, [I I I], "The package was made of a working copy with uncommitted changes.";
    SourceBidi, "source-bidi", Note, [I I I], "A source file holds bidirectional control characters, so it may be read as another.";
    BinaryFile, "binary-file", Note, [I I I], "The archive holds a compiled binary.";
    BuildScript, "build-script", Note, [I I I], "The package has a build script, which runs when it is built.";
    ProcMacro, "proc-macro", Note, [I I I], "The package is a procedural macro, which runs when its users are built.";
    ExecBit, "exec-bit", Note, [I I I], "A file is marked as executable.";

    // Trees.
    SrcModified, "src-modified", Mismatch, [E E E], "An unpacked file is not the one in the archive.";
    SrcExtra, "src-extra", Mismatch, [E E E], "An unpacked package holds a file that its archive does not.";
    SrcMissing, "src-missing", Mismatch, [E E E], "An unpacked package lacks a file of its archive.";
    SrcSymlink, "src-symlink", Mismatch, [E E E], "An unpacked package holds a link or a special file.";
    SrcIncomplete, "src-incomplete", Mismatch, [W W W], "cargo's mark of a package unpacked to its end is missing or old.";
    VendorModified, "vendor-modified", Mismatch, [E E E], "A vendored file does not have its listed hash.";
    VendorExtra, "vendor-extra", Mismatch, [E E E], "A vendored tree holds a file that is not listed.";
    VendorMissing, "vendor-missing", Mismatch, [E E E], "A vendored tree lacks a listed file.";
    VendorSymlink, "vendor-symlink", Mismatch, [E E E], "A vendored tree holds a link.";
    VendorChecksumInvalid, "vendor-checksum-invalid", Mismatch, [E E E], "`.cargo-checksum.json` is missing or malformed.";
    VendorNoFileHashes, "vendor-no-file-hashes", Coverage, [W W W], "`.cargo-checksum.json` lists no files.";
    VendorPackageMissing, "vendor-package-missing", Mismatch, [E E E], "`.cargo-checksum.json` has no digest for a registry package.";
    VendorPackageMismatch, "vendor-package-mismatch", Mismatch, [E E E], "The digest in `.cargo-checksum.json` is not the one in Cargo.lock.";
    VendorPathTraversal, "vendor-path-traversal", Mismatch, [E E E], "A path in `.cargo-checksum.json` is absolute or climbs out.";
    SourceChanged, "source-changed", Mismatch, [E E E], "A file of the archive differs from the one in the checkout.";
    SourceExtra, "source-extra", Mismatch, [E E E], "The archive holds a file that the checkout does not.";
    SourceMissing, "source-missing", Note, [I I I], "The checkout holds a file that the archive does not.";
    SourceLineEndings, "source-line-endings", Note, [W W W], "A file of the archive differs from the one in the checkout in line endings only.";
    SourceGenerated, "source-generated", Note, [I I I], "A file of the archive was written by cargo, not taken from the checkout.";

    // Registries and their indexes.
    RegistryDirAmbiguous, "registry-dir-ambiguous", Mismatch, [E E E], "Two directories hold the same package with different bytes.";
    LockAmbiguousDir, "lock-ambiguous-dir", Mismatch, [E E E], "Cargo.lock names two registries for the same name and version.";
    LocalRegistryOrphan, "local-registry-orphan", Mismatch, [E E E], "A local registry holds a file that its index does not name.";
    IndexConflict, "index-conflict", Mismatch, [E E E], "An index gives one version two checksums.";
    IndexCacheFormat, "index-cache-format", Mismatch, [W W W], "An index cache file ends early or has a format that is not known.";
    IndexLineInvalid, "index-line-invalid", Mismatch, [W W W], "A line of an index is no index entry.";

    // What a build is made of.
    CrateGap, "crate-gap", Coverage, [W W W], "What is known of a package does not tell what of it and below it is built.";
    EvidenceVersionUnknown, "evidence-version-unknown", Note, [W W W], "A piece of evidence has a format newer than those known here; what was understood was used.";
    BinSkipped, "bin-skipped", Note, [I I I], "A binary is not built, because features that it needs are off.";

    // SBOMs.
    ComponentMissing, "component-missing", Mismatch, [E E E], "The SBOM lacks a package of the evidence.";
    ComponentUnlisted, "component-unlisted", Coverage, [W W W], "The SBOM leaves out a package that may not be part of what it describes.";
    ComponentExtra, "component-extra", Mismatch, [E E E], "The SBOM names a package that the evidence does not.";
    ComponentDuplicate, "component-duplicate", Mismatch, [E E E], "The SBOM names a package twice.";
    ComponentForeign, "component-foreign", Note, [I I I], "The SBOM names components that are no cargo packages.";
    VersionMismatch, "version-mismatch", Mismatch, [E E E], "The SBOM gives a package another version than the evidence.";
    SourceMismatch, "source-mismatch", Mismatch, [E E E], "The SBOM gives a package another source than the evidence.";
    ChecksumMismatch, "checksum-mismatch", Mismatch, [E E E], "The SBOM gives a package another checksum than the evidence.";
    ChecksumMissing, "checksum-missing", Coverage, [W W W], "The SBOM lacks the checksum of a package.";
    PurlMismatch, "purl-mismatch", Mismatch, [E E E], "A package URL does not name the package it stands on.";
    PurlMissing, "purl-missing", Coverage, [W W W], "The SBOM lacks the package URL of a package.";
    LicenseMismatch, "license-mismatch", Mismatch, [E E E], "The SBOM gives a package another declared licence than the evidence.";
    EdgeMissing, "edge-missing", Mismatch, [E E E], "The SBOM lacks a dependency of the evidence.";
    EdgeExtra, "edge-extra", Mismatch, [E E E], "The SBOM names a dependency that the evidence does not.";
    EdgeUnknownRef, "edge-unknown-ref", Mismatch, [E E E], "A dependency points to a component that does not exist.";
    ScopeMismatch, "scope-mismatch", Mismatch, [E E E], "The SBOM says that a package takes part in the build otherwise than the evidence says.";
    RootMismatch, "root-mismatch", Mismatch, [E E E], "The SBOM describes another main component than the evidence.";
    SelectionMismatch, "selection-mismatch", Mismatch, [E E E], "The SBOM was made for another selection than the evidence.";
    EvidenceContradiction, "evidence-contradiction", Mismatch, [E E E], "Two pieces of evidence contradict each other.";
    DocumentIncomplete, "document-incomplete", Coverage, [W W W], "The SBOM lacks a whole section that its format could hold.";
    DocumentInvalid, "document-invalid", Mismatch, [E E E], "The SBOM breaks its own format.";
    FindingsTruncated, "findings-truncated", Note, [W W W], "More findings than the limit; the rest was counted and not kept.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::from_name(&name).ok_or_else(|| {
            let short: String = name.chars().take(80).collect();
            D::Error::custom(format!("no finding code is called `{short}`"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found_again() {
        for code in Code::ALL {
            assert_eq!(Code::from_name(code.name()), Some(*code));
            assert!(
                code.name()
                    .bytes()
                    .all(|b| b == b'-' || b.is_ascii_lowercase() || b.is_ascii_digit())
            );
        }
    }

    #[test]
    fn coverage_codes_default_to_warning() {
        for code in Code::ALL
            .iter()
            .filter(|code| code.class() == Class::Coverage)
        {
            assert_eq!(code.severity(Preset::Strict), Severity::Warning, "{code}");
        }
    }
}
