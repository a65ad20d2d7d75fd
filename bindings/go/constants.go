// Code generated from cratetrust.h by gencodes. DO NOT EDIT.

package cratetrust

// What findings are about.
const (
	// CodeChecksumLockMismatch is of class mismatch: The file's SHA-256 is not the one in Cargo.lock.
	CodeChecksumLockMismatch Code = "checksum-lock-mismatch"
	// CodeChecksumIndexMismatch is of class mismatch: The SHA-256 in the index is not that of the file or of Cargo.lock.
	CodeChecksumIndexMismatch Code = "checksum-index-mismatch"
	// CodeChecksumCallerMismatch is of class mismatch: The file's SHA-256 is not the one that the caller gave.
	CodeChecksumCallerMismatch Code = "checksum-caller-mismatch"
	// CodeChecksumAbsent is of class coverage: Cargo.lock names a registry package without a checksum.
	CodeChecksumAbsent Code = "checksum-absent"
	// CodeAnchorMissing is of class coverage: Nothing was given that says what the digest should be.
	CodeAnchorMissing Code = "anchor-missing"
	// CodeCrateMissing is of class coverage: The archive of the package is not at hand.
	CodeCrateMissing Code = "crate-missing"
	// CodeCrateUnlisted is of class mismatch: A package that Cargo.lock does not name lies in a store made for it alone.
	CodeCrateUnlisted Code = "crate-unlisted"
	// CodePackageUnexpected is of class mismatch: The package is not the one that the caller expects.
	CodePackageUnexpected Code = "package-unexpected"
	// CodeGitNotChecked is of class coverage: A package from git has no checksum to compare with.
	CodeGitNotChecked Code = "git-not-checked"
	// CodeNotChecked is of class coverage: A check that was asked for does not apply or could not run.
	CodeNotChecked Code = "not-checked"
	// CodeUnreadable is of class coverage: A file or directory could not be read.
	CodeUnreadable Code = "unreadable"
	// CodeYanked is of class note: The index says that the version was yanked.
	CodeYanked Code = "yanked"
	// CodeLockVersionUnknown is of class note: Cargo.lock has a version newer than those known here; what was understood was used.
	CodeLockVersionUnknown Code = "lock-version-unknown"
	// CodeLockMixedChecksums is of class mismatch: Cargo.lock holds checksums in both the old and the new form.
	CodeLockMixedChecksums Code = "lock-mixed-checksums"
	// CodeLockPackageAdded is of class note: The new lockfile names a package that the old one does not.
	CodeLockPackageAdded Code = "lock-package-added"
	// CodeLockPackageRemoved is of class note: The old lockfile names a package that the new one does not.
	CodeLockPackageRemoved Code = "lock-package-removed"
	// CodeLockPackageChanged is of class note: A package has another version or source in the new lockfile.
	CodeLockPackageChanged Code = "lock-package-changed"
	// CodeLockChecksumChanged is of class mismatch: The same name, version and source has another checksum in the new lockfile.
	CodeLockChecksumChanged Code = "lock-checksum-changed"
	// CodeGZEmpty is of class mismatch: The file is empty.
	CodeGZEmpty Code = "gz-empty"
	// CodeGZMagic is of class mismatch: The file is no gzip stream.
	CodeGZMagic Code = "gz-magic"
	// CodeGZHeader is of class mismatch: The gzip header has reserved flags, an unknown method or an oversized field.
	CodeGZHeader Code = "gz-header"
	// CodeGZTruncated is of class mismatch: The gzip stream ends early.
	CodeGZTruncated Code = "gz-truncated"
	// CodeGZCorrupt is of class mismatch: The compressed data are not valid.
	CodeGZCorrupt Code = "gz-corrupt"
	// CodeGZCRC is of class mismatch: The gzip CRC-32 is not that of the data.
	CodeGZCRC Code = "gz-crc"
	// CodeGZISIZE is of class mismatch: The gzip length field is not the length of the data.
	CodeGZISIZE Code = "gz-isize"
	// CodeGZMultiMember is of class mismatch: A second gzip member follows; tools differ on whether they read it.
	CodeGZMultiMember Code = "gz-multi-member"
	// CodeGZTrailing is of class mismatch: Bytes follow the gzip stream.
	CodeGZTrailing Code = "gz-trailing"
	// CodeGZTrailingZero is of class mismatch: Zero bytes follow the gzip stream.
	CodeGZTrailingZero Code = "gz-trailing-zero"
	// CodeTarHeaderChecksum is of class mismatch: A tar header's checksum is wrong.
	CodeTarHeaderChecksum Code = "tar-header-checksum"
	// CodeTarTruncated is of class mismatch: The tar stream ends inside an entry.
	CodeTarTruncated Code = "tar-truncated"
	// CodeTarNoEOF is of class mismatch: The tar stream has no end marker of two zero blocks.
	CodeTarNoEOF Code = "tar-no-eof"
	// CodeTarDataAfterEOF is of class mismatch: Data follow the tar end marker.
	CodeTarDataAfterEOF Code = "tar-data-after-eof"
	// CodeTarSizeInvalid is of class mismatch: A numeric field of a tar header is not a valid number.
	CodeTarSizeInvalid Code = "tar-size-invalid"
	// CodeTarPaxSizeMismatch is of class mismatch: A pax record gives another size than the tar header.
	CodeTarPaxSizeMismatch Code = "tar-pax-size-mismatch"
	// CodeTarPaxMalformed is of class mismatch: A pax record is malformed.
	CodeTarPaxMalformed Code = "tar-pax-malformed"
	// CodeTarPaxGlobal is of class mismatch: A global pax header changes what follows.
	CodeTarPaxGlobal Code = "tar-pax-global"
	// CodeTarPaxPathOverride is of class mismatch: A pax record gives another path than the tar header.
	CodeTarPaxPathOverride Code = "tar-pax-path-override"
	// CodeTarLongnameStray is of class mismatch: A long-name record repeats or belongs to no entry.
	CodeTarLongnameStray Code = "tar-longname-stray"
	// CodeTarMagic is of class mismatch: A tar header has neither the POSIX nor the GNU magic, or mixes layouts.
	CodeTarMagic Code = "tar-magic"
	// CodeTarDirSize is of class mismatch: A directory entry has a size.
	CodeTarDirSize Code = "tar-dir-size"
	// CodeEntryType is of class mismatch: An entry is neither a file nor a directory.
	CodeEntryType Code = "entry-type"
	// CodeEntrySymlink is of class mismatch: An entry is a symbolic link.
	CodeEntrySymlink Code = "entry-symlink"
	// CodeEntryHardlink is of class mismatch: An entry is a hard link.
	CodeEntryHardlink Code = "entry-hardlink"
	// CodeEntryDevice is of class mismatch: An entry is a device.
	CodeEntryDevice Code = "entry-device"
	// CodeEntryFIFO is of class mismatch: An entry is a FIFO.
	CodeEntryFIFO Code = "entry-fifo"
	// CodePathTraversal is of class mismatch: A path climbs out of its directory with ...
	CodePathTraversal Code = "path-traversal"
	// CodePathAbsolute is of class mismatch: A path is absolute.
	CodePathAbsolute Code = "path-absolute"
	// CodePathBackslash is of class mismatch: A path holds a backslash, a separator on Windows.
	CodePathBackslash Code = "path-backslash"
	// CodePathPrefix is of class mismatch: A path does not lie in the directory name-version.
	CodePathPrefix Code = "path-prefix"
	// CodePathNoncanonical is of class mismatch: A path has empty or . components.
	CodePathNoncanonical Code = "path-noncanonical"
	// CodePathTrailingSlash is of class mismatch: The name of a regular file ends in a slash.
	CodePathTrailingSlash Code = "path-trailing-slash"
	// CodePathNotUTF8 is of class mismatch: A path is not UTF-8.
	CodePathNotUTF8 Code = "path-not-utf8"
	// CodePathNUL is of class mismatch: A path holds a NUL byte.
	CodePathNUL Code = "path-nul"
	// CodePathControl is of class mismatch: A path holds a control character.
	CodePathControl Code = "path-control"
	// CodePathBidi is of class mismatch: A path holds bidirectional or invisible characters.
	CodePathBidi Code = "path-bidi"
	// CodePathDuplicate is of class mismatch: Two entries have the same path and the same bytes.
	CodePathDuplicate Code = "path-duplicate"
	// CodePathDuplicateConflict is of class mismatch: Two entries have the same path and different bytes.
	CodePathDuplicateConflict Code = "path-duplicate-conflict"
	// CodePathCaseCollision is of class mismatch: Two paths differ in case only.
	CodePathCaseCollision Code = "path-case-collision"
	// CodePathUnicodeCollision is of class mismatch: Two paths differ in their Unicode form only, composed or decomposed.
	CodePathUnicodeCollision Code = "path-unicode-collision"
	// CodePathFileDirConflict is of class mismatch: A path is a file and a directory at once.
	CodePathFileDirConflict Code = "path-file-dir-conflict"
	// CodePathWindowsReserved is of class mismatch: A path has a name that Windows reserves for a device.
	CodePathWindowsReserved Code = "path-windows-reserved"
	// CodePathWindowsInvalid is of class mismatch: A path has a character or an ending that Windows refuses or drops.
	CodePathWindowsInvalid Code = "path-windows-invalid"
	// CodeLimitCrateSize is of class mismatch: The file is larger than the limit.
	CodeLimitCrateSize Code = "limit-crate-size"
	// CodeLimitUnpackedSize is of class mismatch: The archive unpacks to more than the limit.
	CodeLimitUnpackedSize Code = "limit-unpacked-size"
	// CodeLimitEntries is of class mismatch: There are more entries than the limit.
	CodeLimitEntries Code = "limit-entries"
	// CodeLimitFileSize is of class mismatch: One file is larger than the limit.
	CodeLimitFileSize Code = "limit-file-size"
	// CodeLimitPathLength is of class mismatch: A path or a component of it is longer than the limit.
	CodeLimitPathLength Code = "limit-path-length"
	// CodeLimitDepth is of class mismatch: A path has more components than the limit.
	CodeLimitDepth Code = "limit-depth"
	// CodeLimitRecordSize is of class mismatch: A pax or long-name record is larger than the limit, or too many follow each other.
	CodeLimitRecordSize Code = "limit-record-size"
	// CodeLimitParse is of class mismatch: A file to be parsed is larger or deeper than the limit.
	CodeLimitParse Code = "limit-parse"
	// CodeManifestMissing is of class mismatch: There is no Cargo.toml.
	CodeManifestMissing Code = "manifest-missing"
	// CodeManifestCase is of class mismatch: The manifest's name is not spelled Cargo.toml.
	CodeManifestCase Code = "manifest-case"
	// CodeManifestDuplicate is of class mismatch: There are two manifests that differ.
	CodeManifestDuplicate Code = "manifest-duplicate"
	// CodeManifestName is of class mismatch: The manifest names another package than the archive.
	CodeManifestName Code = "manifest-name"
	// CodeManifestVersion is of class mismatch: The manifest names another version than the archive.
	CodeManifestVersion Code = "manifest-version"
	// CodeManifestParse is of class mismatch: The manifest is not valid TOML or lacks a name or a version.
	CodeManifestParse Code = "manifest-parse"
	// CodeManifestNotNormalized is of class mismatch: The manifest inherits from a workspace.
	CodeManifestNotNormalized Code = "manifest-not-normalized"
	// CodeManifestForbiddenTable is of class mismatch: The manifest has a table that only the root of a workspace has.
	CodeManifestForbiddenTable Code = "manifest-forbidden-table"
	// CodeManifestTargetPath is of class mismatch: A source file that the manifest names lies outside the package, or the build script is missing.
	CodeManifestTargetPath Code = "manifest-target-path"
	// CodeManifestOrigMismatch is of class mismatch: Cargo.toml has a dependency or a build script that Cargo.toml.orig has not.
	CodeManifestOrigMismatch Code = "manifest-orig-mismatch"
	// CodeManifestPathDep is of class mismatch: A dependency has a path and no version.
	CodeManifestPathDep Code = "manifest-path-dep"
	// CodeModeSpecial is of class mismatch: An entry is setuid, setgid or sticky.
	CodeModeSpecial Code = "mode-special"
	// CodeModeWritable is of class note: An entry is writable by the group or by others.
	CodeModeWritable Code = "mode-writable"
	// CodeReservedFile is of class mismatch: The archive holds a file that cargo writes itself.
	CodeReservedFile Code = "reserved-file"
	// CodeCargoConfigInside is of class note: The archive holds a configuration of cargo, which counts for who builds in its directory.
	CodeCargoConfigInside Code = "cargo-config-inside"
	// CodeVcsMalformed is of class mismatch: .cargo_vcs_info.json is malformed.
	CodeVcsMalformed Code = "vcs-malformed"
	// CodeVcsDirty is of class note: The package was made of a working copy with uncommitted changes.
	CodeVcsDirty Code = "vcs-dirty"
	// CodeSourceBidi is of class note: A source file holds bidirectional control characters, so it may be read as another.
	CodeSourceBidi Code = "source-bidi"
	// CodeBinaryFile is of class note: The archive holds a compiled binary.
	CodeBinaryFile Code = "binary-file"
	// CodeBuildScript is of class note: The package has a build script, which runs when it is built.
	CodeBuildScript Code = "build-script"
	// CodeProcMacro is of class note: The package is a procedural macro, which runs when its users are built.
	CodeProcMacro Code = "proc-macro"
	// CodeExecBit is of class note: A file is marked as executable.
	CodeExecBit Code = "exec-bit"
	// CodeSrcModified is of class mismatch: An unpacked file is not the one in the archive.
	CodeSrcModified Code = "src-modified"
	// CodeSrcExtra is of class mismatch: An unpacked package holds a file that its archive does not.
	CodeSrcExtra Code = "src-extra"
	// CodeSrcMissing is of class mismatch: An unpacked package lacks a file of its archive.
	CodeSrcMissing Code = "src-missing"
	// CodeSrcSymlink is of class mismatch: An unpacked package holds a link or a special file.
	CodeSrcSymlink Code = "src-symlink"
	// CodeSrcIncomplete is of class mismatch: cargo's mark of a package unpacked to its end is missing or old.
	CodeSrcIncomplete Code = "src-incomplete"
	// CodeVendorModified is of class mismatch: A vendored file does not have its listed hash.
	CodeVendorModified Code = "vendor-modified"
	// CodeVendorExtra is of class mismatch: A vendored tree holds a file that is not listed.
	CodeVendorExtra Code = "vendor-extra"
	// CodeVendorMissing is of class mismatch: A vendored tree lacks a listed file.
	CodeVendorMissing Code = "vendor-missing"
	// CodeVendorSymlink is of class mismatch: A vendored tree holds a link.
	CodeVendorSymlink Code = "vendor-symlink"
	// CodeVendorChecksumInvalid is of class mismatch: .cargo-checksum.json is missing or malformed.
	CodeVendorChecksumInvalid Code = "vendor-checksum-invalid"
	// CodeVendorNoFileHashes is of class coverage: .cargo-checksum.json lists no files.
	CodeVendorNoFileHashes Code = "vendor-no-file-hashes"
	// CodeVendorPackageMissing is of class mismatch: .cargo-checksum.json has no digest for a registry package.
	CodeVendorPackageMissing Code = "vendor-package-missing"
	// CodeVendorPackageMismatch is of class mismatch: The digest in .cargo-checksum.json is not the one in Cargo.lock.
	CodeVendorPackageMismatch Code = "vendor-package-mismatch"
	// CodeVendorPathTraversal is of class mismatch: A path in .cargo-checksum.json is absolute or climbs out.
	CodeVendorPathTraversal Code = "vendor-path-traversal"
	// CodeSourceChanged is of class mismatch: A file of the archive differs from the one in the checkout.
	CodeSourceChanged Code = "source-changed"
	// CodeSourceExtra is of class mismatch: The archive holds a file that the checkout does not.
	CodeSourceExtra Code = "source-extra"
	// CodeSourceMissing is of class note: The checkout holds a file that the archive does not.
	CodeSourceMissing Code = "source-missing"
	// CodeSourceLineEndings is of class note: A file of the archive differs from the one in the checkout in line endings only.
	CodeSourceLineEndings Code = "source-line-endings"
	// CodeSourceGenerated is of class note: A file of the archive was written by cargo, not taken from the checkout.
	CodeSourceGenerated Code = "source-generated"
	// CodeRegistryDirAmbiguous is of class mismatch: Two directories hold the same package with different bytes.
	CodeRegistryDirAmbiguous Code = "registry-dir-ambiguous"
	// CodeLockAmbiguousDir is of class mismatch: Cargo.lock names two registries for the same name and version.
	CodeLockAmbiguousDir Code = "lock-ambiguous-dir"
	// CodeLocalRegistryOrphan is of class mismatch: A local registry holds a file that its index does not name.
	CodeLocalRegistryOrphan Code = "local-registry-orphan"
	// CodeIndexConflict is of class mismatch: An index gives one version two checksums.
	CodeIndexConflict Code = "index-conflict"
	// CodeIndexCacheFormat is of class mismatch: An index cache file ends early or has a format that is not known.
	CodeIndexCacheFormat Code = "index-cache-format"
	// CodeIndexLineInvalid is of class mismatch: A line of an index is no index entry.
	CodeIndexLineInvalid Code = "index-line-invalid"
	// CodeCrateGap is of class coverage: What is known of a package does not tell what of it and below it is built.
	CodeCrateGap Code = "crate-gap"
	// CodeEvidenceVersionUnknown is of class note: A piece of evidence has a format newer than those known here; what was understood was used.
	CodeEvidenceVersionUnknown Code = "evidence-version-unknown"
	// CodeBinSkipped is of class note: A binary is not built, because features that it needs are off.
	CodeBinSkipped Code = "bin-skipped"
	// CodeComponentMissing is of class mismatch: The SBOM lacks a package of the evidence.
	CodeComponentMissing Code = "component-missing"
	// CodeComponentUnlisted is of class coverage: The SBOM leaves out a package that may not be part of what it describes.
	CodeComponentUnlisted Code = "component-unlisted"
	// CodeComponentExtra is of class mismatch: The SBOM names a package that the evidence does not.
	CodeComponentExtra Code = "component-extra"
	// CodeComponentDuplicate is of class mismatch: The SBOM names a package twice.
	CodeComponentDuplicate Code = "component-duplicate"
	// CodeComponentForeign is of class note: The SBOM names components that are no cargo packages.
	CodeComponentForeign Code = "component-foreign"
	// CodeVersionMismatch is of class mismatch: The SBOM gives a package another version than the evidence.
	CodeVersionMismatch Code = "version-mismatch"
	// CodeSourceMismatch is of class mismatch: The SBOM gives a package another source than the evidence.
	CodeSourceMismatch Code = "source-mismatch"
	// CodeChecksumMismatch is of class mismatch: The SBOM gives a package another checksum than the evidence.
	CodeChecksumMismatch Code = "checksum-mismatch"
	// CodeChecksumMissing is of class coverage: The SBOM lacks the checksum of a package.
	CodeChecksumMissing Code = "checksum-missing"
	// CodePURLMismatch is of class mismatch: A package URL does not name the package it stands on.
	CodePURLMismatch Code = "purl-mismatch"
	// CodePURLMissing is of class coverage: The SBOM lacks the package URL of a package.
	CodePURLMissing Code = "purl-missing"
	// CodeLicenseMismatch is of class mismatch: The SBOM gives a package another declared licence than the evidence.
	CodeLicenseMismatch Code = "license-mismatch"
	// CodeEdgeMissing is of class mismatch: The SBOM lacks a dependency of the evidence.
	CodeEdgeMissing Code = "edge-missing"
	// CodeEdgeExtra is of class mismatch: The SBOM names a dependency that the evidence does not.
	CodeEdgeExtra Code = "edge-extra"
	// CodeEdgeUnknownRef is of class mismatch: A dependency points to a component that does not exist.
	CodeEdgeUnknownRef Code = "edge-unknown-ref"
	// CodeScopeMismatch is of class mismatch: The SBOM says that a package takes part in the build otherwise than the evidence says.
	CodeScopeMismatch Code = "scope-mismatch"
	// CodeRootMismatch is of class mismatch: The SBOM describes another main component than the evidence.
	CodeRootMismatch Code = "root-mismatch"
	// CodeSelectionMismatch is of class mismatch: The SBOM was made for another selection than the evidence.
	CodeSelectionMismatch Code = "selection-mismatch"
	// CodeEvidenceContradiction is of class mismatch: Two pieces of evidence contradict each other.
	CodeEvidenceContradiction Code = "evidence-contradiction"
	// CodeDocumentIncomplete is of class coverage: The SBOM lacks a whole section that its format could hold.
	CodeDocumentIncomplete Code = "document-incomplete"
	// CodeDocumentInvalid is of class mismatch: The SBOM breaks its own format.
	CodeDocumentInvalid Code = "document-invalid"
	// CodeFindingsTruncated is of class note: More findings than the limit; the rest was counted and not kept.
	CodeFindingsTruncated Code = "findings-truncated"
)

// The names of limits, for [WithLimit] and [Limit].
const (
	// LimitCrateSize is by default 67108864.
	LimitCrateSize = "crate-size"
	// LimitUnpackedSize is by default 536870912.
	LimitUnpackedSize = "unpacked-size"
	// LimitUnpackedRatio is by default 20.
	LimitUnpackedRatio = "unpacked-ratio"
	// LimitEntries is by default 65536.
	LimitEntries = "entries"
	// LimitFileSize is by default 268435456.
	LimitFileSize = "file-size"
	// LimitPathLength is by default 1024.
	LimitPathLength = "path-length"
	// LimitComponentLength is by default 255.
	LimitComponentLength = "component-length"
	// LimitDepth is by default 64.
	LimitDepth = "depth"
	// LimitRecordSize is by default 1048576.
	LimitRecordSize = "record-size"
	// LimitManifestSize is by default 4194304.
	LimitManifestSize = "manifest-size"
	// LimitLockfileSize is by default 67108864.
	LimitLockfileSize = "lockfile-size"
	// LimitSBOMSize is by default 268435456.
	LimitSBOMSize = "sbom-size"
	// LimitSBOMComponents is by default 262144.
	LimitSBOMComponents = "sbom-components"
	// LimitBinarySize is by default 1073741824.
	LimitBinarySize = "binary-size"
	// LimitAuditableSize is by default 8388608.
	LimitAuditableSize = "auditable-size"
	// LimitNesting is by default 128.
	LimitNesting = "nesting"
	// LimitFindings is by default 1000.
	LimitFindings = "findings"
)
