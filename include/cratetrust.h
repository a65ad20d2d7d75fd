/**
 * @file cratetrust.h
 * libcratetrust: verify Rust crates and their SBOMs, with no cargo, no network and no trust in the
 * input.
 *
 * Conventions
 *
 * - Every function that can fail returns an int32_t status: CRATETRUST_STATUS_OK, or another of
 *   CRATETRUST_STATUS_. A failed verification is no failure of the call: it is the verdict of a
 *   report.
 * - Parameters stand in this order: inputs, `out`, `err`. Where a call fails, `*out` is set to NULL
 *   and, where `err` is not NULL, `*err` to an error that the caller frees with
 *   cratetrust_error_free; where it succeeds, `*err` is set to NULL. What they held before is
 *   overwritten, not freed.
 * - A function whose name ends in _new, _clone or _read, and everything stored through `out`, gives
 *   a handle that the caller owns and frees with the _free of its type. Everything else that is
 *   returned is borrowed and lives as long as the handle it came from.
 * - Text goes in as a pointer and a length in bytes, with no NUL needed, and must be UTF-8. Text
 *   comes out as UTF-8 with a NUL after it; where it holds a NUL itself, the length tells the truth.
 * - Numbers of an enumeration start at 1; 0 is none of them.
 * - There is no global and no thread-local state. A panic inside the library never leaves it: it
 *   becomes CRATETRUST_STATUS_PANIC. Callbacks must not throw, unwind or longjmp.
 * - The library reads no clock, no environment and no network, runs nothing and writes no file.
 */


#ifndef CRATETRUST_H
#define CRATETRUST_H

/* Made from the cratetrust-ffi crate. Do not edit: change the crate and run
 * UPDATE_HEADER=1 cargo test -p cratetrust-ffi --test header */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The header's version; `cratetrust_version` gives the library's.
 */
#define CRATETRUST_VERSION "0.1.0"

/**
 * The header's major version.
 */
#define CRATETRUST_VERSION_MAJOR 0

/**
 * The header's minor version.
 */
#define CRATETRUST_VERSION_MINOR 1

/**
 * The header's patch version.
 */
#define CRATETRUST_VERSION_PATCH 0

/**
 * The header's version as one number: major * 1000000 + minor * 1000 + patch.
 */
#define CRATETRUST_VERSION_NUMBER 1000

/**
 * Finding code of class mismatch: The file's SHA-256 is not the one in Cargo.lock.
 */
#define CRATETRUST_CODE_CHECKSUM_LOCK_MISMATCH "checksum-lock-mismatch"

/**
 * Finding code of class mismatch: The SHA-256 in the index is not that of the file or of Cargo.lock.
 */
#define CRATETRUST_CODE_CHECKSUM_INDEX_MISMATCH "checksum-index-mismatch"

/**
 * Finding code of class mismatch: The file's SHA-256 is not the one that the caller gave.
 */
#define CRATETRUST_CODE_CHECKSUM_CALLER_MISMATCH "checksum-caller-mismatch"

/**
 * Finding code of class coverage: Cargo.lock names a registry package without a checksum.
 */
#define CRATETRUST_CODE_CHECKSUM_ABSENT "checksum-absent"

/**
 * Finding code of class coverage: Nothing was given that says what the digest should be.
 */
#define CRATETRUST_CODE_ANCHOR_MISSING "anchor-missing"

/**
 * Finding code of class coverage: The archive of the package is not at hand.
 */
#define CRATETRUST_CODE_CRATE_MISSING "crate-missing"

/**
 * Finding code of class mismatch: A package that Cargo.lock does not name lies in a store made for it alone.
 */
#define CRATETRUST_CODE_CRATE_UNLISTED "crate-unlisted"

/**
 * Finding code of class mismatch: The package is not the one that the caller expects.
 */
#define CRATETRUST_CODE_PACKAGE_UNEXPECTED "package-unexpected"

/**
 * Finding code of class coverage: A package from git has no checksum to compare with.
 */
#define CRATETRUST_CODE_GIT_NOT_CHECKED "git-not-checked"

/**
 * Finding code of class coverage: A check that was asked for does not apply or could not run.
 */
#define CRATETRUST_CODE_NOT_CHECKED "not-checked"

/**
 * Finding code of class coverage: A file or directory could not be read.
 */
#define CRATETRUST_CODE_UNREADABLE "unreadable"

/**
 * Finding code of class note: The index says that the version was yanked.
 */
#define CRATETRUST_CODE_YANKED "yanked"

/**
 * Finding code of class note: Cargo.lock has a version newer than those known here; what was understood was used.
 */
#define CRATETRUST_CODE_LOCK_VERSION_UNKNOWN "lock-version-unknown"

/**
 * Finding code of class mismatch: Cargo.lock holds checksums in both the old and the new form.
 */
#define CRATETRUST_CODE_LOCK_MIXED_CHECKSUMS "lock-mixed-checksums"

/**
 * Finding code of class note: The new lockfile names a package that the old one does not.
 */
#define CRATETRUST_CODE_LOCK_PACKAGE_ADDED "lock-package-added"

/**
 * Finding code of class note: The old lockfile names a package that the new one does not.
 */
#define CRATETRUST_CODE_LOCK_PACKAGE_REMOVED "lock-package-removed"

/**
 * Finding code of class note: A package has another version or source in the new lockfile.
 */
#define CRATETRUST_CODE_LOCK_PACKAGE_CHANGED "lock-package-changed"

/**
 * Finding code of class mismatch: The same name, version and source has another checksum in the new lockfile.
 */
#define CRATETRUST_CODE_LOCK_CHECKSUM_CHANGED "lock-checksum-changed"

/**
 * Finding code of class mismatch: The file is empty.
 */
#define CRATETRUST_CODE_GZ_EMPTY "gz-empty"

/**
 * Finding code of class mismatch: The file is no gzip stream.
 */
#define CRATETRUST_CODE_GZ_MAGIC "gz-magic"

/**
 * Finding code of class mismatch: The gzip header has reserved flags, an unknown method or an oversized field.
 */
#define CRATETRUST_CODE_GZ_HEADER "gz-header"

/**
 * Finding code of class mismatch: The gzip stream ends early.
 */
#define CRATETRUST_CODE_GZ_TRUNCATED "gz-truncated"

/**
 * Finding code of class mismatch: The compressed data are not valid.
 */
#define CRATETRUST_CODE_GZ_CORRUPT "gz-corrupt"

/**
 * Finding code of class mismatch: The gzip CRC-32 is not that of the data.
 */
#define CRATETRUST_CODE_GZ_CRC "gz-crc"

/**
 * Finding code of class mismatch: The gzip length field is not the length of the data.
 */
#define CRATETRUST_CODE_GZ_ISIZE "gz-isize"

/**
 * Finding code of class mismatch: A second gzip member follows; tools differ on whether they read it.
 */
#define CRATETRUST_CODE_GZ_MULTI_MEMBER "gz-multi-member"

/**
 * Finding code of class mismatch: Bytes follow the gzip stream.
 */
#define CRATETRUST_CODE_GZ_TRAILING "gz-trailing"

/**
 * Finding code of class mismatch: Zero bytes follow the gzip stream.
 */
#define CRATETRUST_CODE_GZ_TRAILING_ZERO "gz-trailing-zero"

/**
 * Finding code of class mismatch: A tar header's checksum is wrong.
 */
#define CRATETRUST_CODE_TAR_HEADER_CHECKSUM "tar-header-checksum"

/**
 * Finding code of class mismatch: The tar stream ends inside an entry.
 */
#define CRATETRUST_CODE_TAR_TRUNCATED "tar-truncated"

/**
 * Finding code of class mismatch: The tar stream has no end marker of two zero blocks.
 */
#define CRATETRUST_CODE_TAR_NO_EOF "tar-no-eof"

/**
 * Finding code of class mismatch: Data follow the tar end marker.
 */
#define CRATETRUST_CODE_TAR_DATA_AFTER_EOF "tar-data-after-eof"

/**
 * Finding code of class mismatch: A numeric field of a tar header is not a valid number.
 */
#define CRATETRUST_CODE_TAR_SIZE_INVALID "tar-size-invalid"

/**
 * Finding code of class mismatch: A pax record gives another size than the tar header.
 */
#define CRATETRUST_CODE_TAR_PAX_SIZE_MISMATCH "tar-pax-size-mismatch"

/**
 * Finding code of class mismatch: A pax record is malformed.
 */
#define CRATETRUST_CODE_TAR_PAX_MALFORMED "tar-pax-malformed"

/**
 * Finding code of class mismatch: A global pax header changes what follows.
 */
#define CRATETRUST_CODE_TAR_PAX_GLOBAL "tar-pax-global"

/**
 * Finding code of class mismatch: A pax record gives another path than the tar header.
 */
#define CRATETRUST_CODE_TAR_PAX_PATH_OVERRIDE "tar-pax-path-override"

/**
 * Finding code of class mismatch: A long-name record repeats or belongs to no entry.
 */
#define CRATETRUST_CODE_TAR_LONGNAME_STRAY "tar-longname-stray"

/**
 * Finding code of class mismatch: A tar header has neither the POSIX nor the GNU magic, or mixes layouts.
 */
#define CRATETRUST_CODE_TAR_MAGIC "tar-magic"

/**
 * Finding code of class mismatch: A directory entry has a size.
 */
#define CRATETRUST_CODE_TAR_DIR_SIZE "tar-dir-size"

/**
 * Finding code of class mismatch: An entry is neither a file nor a directory.
 */
#define CRATETRUST_CODE_ENTRY_TYPE "entry-type"

/**
 * Finding code of class mismatch: An entry is a symbolic link.
 */
#define CRATETRUST_CODE_ENTRY_SYMLINK "entry-symlink"

/**
 * Finding code of class mismatch: An entry is a hard link.
 */
#define CRATETRUST_CODE_ENTRY_HARDLINK "entry-hardlink"

/**
 * Finding code of class mismatch: An entry is a device.
 */
#define CRATETRUST_CODE_ENTRY_DEVICE "entry-device"

/**
 * Finding code of class mismatch: An entry is a FIFO.
 */
#define CRATETRUST_CODE_ENTRY_FIFO "entry-fifo"

/**
 * Finding code of class mismatch: A path climbs out of its directory with `..`.
 */
#define CRATETRUST_CODE_PATH_TRAVERSAL "path-traversal"

/**
 * Finding code of class mismatch: A path is absolute.
 */
#define CRATETRUST_CODE_PATH_ABSOLUTE "path-absolute"

/**
 * Finding code of class mismatch: A path holds a backslash, a separator on Windows.
 */
#define CRATETRUST_CODE_PATH_BACKSLASH "path-backslash"

/**
 * Finding code of class mismatch: A path does not lie in the directory `name-version`.
 */
#define CRATETRUST_CODE_PATH_PREFIX "path-prefix"

/**
 * Finding code of class mismatch: A path has empty or `.` components.
 */
#define CRATETRUST_CODE_PATH_NONCANONICAL "path-noncanonical"

/**
 * Finding code of class mismatch: The name of a regular file ends in a slash.
 */
#define CRATETRUST_CODE_PATH_TRAILING_SLASH "path-trailing-slash"

/**
 * Finding code of class mismatch: A path is not UTF-8.
 */
#define CRATETRUST_CODE_PATH_NOT_UTF8 "path-not-utf8"

/**
 * Finding code of class mismatch: A path holds a NUL byte.
 */
#define CRATETRUST_CODE_PATH_NUL "path-nul"

/**
 * Finding code of class mismatch: A path holds a control character.
 */
#define CRATETRUST_CODE_PATH_CONTROL "path-control"

/**
 * Finding code of class mismatch: A path holds bidirectional or invisible characters.
 */
#define CRATETRUST_CODE_PATH_BIDI "path-bidi"

/**
 * Finding code of class mismatch: Two entries have the same path and the same bytes.
 */
#define CRATETRUST_CODE_PATH_DUPLICATE "path-duplicate"

/**
 * Finding code of class mismatch: Two entries have the same path and different bytes.
 */
#define CRATETRUST_CODE_PATH_DUPLICATE_CONFLICT "path-duplicate-conflict"

/**
 * Finding code of class mismatch: Two paths differ in case only.
 */
#define CRATETRUST_CODE_PATH_CASE_COLLISION "path-case-collision"

/**
 * Finding code of class mismatch: Two paths differ in their Unicode form only, composed or decomposed.
 */
#define CRATETRUST_CODE_PATH_UNICODE_COLLISION "path-unicode-collision"

/**
 * Finding code of class mismatch: A path is a file and a directory at once.
 */
#define CRATETRUST_CODE_PATH_FILE_DIR_CONFLICT "path-file-dir-conflict"

/**
 * Finding code of class mismatch: A path has a name that Windows reserves for a device.
 */
#define CRATETRUST_CODE_PATH_WINDOWS_RESERVED "path-windows-reserved"

/**
 * Finding code of class mismatch: A path has a character or an ending that Windows refuses or drops.
 */
#define CRATETRUST_CODE_PATH_WINDOWS_INVALID "path-windows-invalid"

/**
 * Finding code of class mismatch: The file is larger than the limit.
 */
#define CRATETRUST_CODE_LIMIT_CRATE_SIZE "limit-crate-size"

/**
 * Finding code of class mismatch: The archive unpacks to more than the limit.
 */
#define CRATETRUST_CODE_LIMIT_UNPACKED_SIZE "limit-unpacked-size"

/**
 * Finding code of class mismatch: There are more entries than the limit.
 */
#define CRATETRUST_CODE_LIMIT_ENTRIES "limit-entries"

/**
 * Finding code of class mismatch: One file is larger than the limit.
 */
#define CRATETRUST_CODE_LIMIT_FILE_SIZE "limit-file-size"

/**
 * Finding code of class mismatch: A path or a component of it is longer than the limit.
 */
#define CRATETRUST_CODE_LIMIT_PATH_LENGTH "limit-path-length"

/**
 * Finding code of class mismatch: A path has more components than the limit.
 */
#define CRATETRUST_CODE_LIMIT_DEPTH "limit-depth"

/**
 * Finding code of class mismatch: A pax or long-name record is larger than the limit, or too many follow each other.
 */
#define CRATETRUST_CODE_LIMIT_RECORD_SIZE "limit-record-size"

/**
 * Finding code of class mismatch: A file to be parsed is larger or deeper than the limit.
 */
#define CRATETRUST_CODE_LIMIT_PARSE "limit-parse"

/**
 * Finding code of class mismatch: There is no Cargo.toml.
 */
#define CRATETRUST_CODE_MANIFEST_MISSING "manifest-missing"

/**
 * Finding code of class mismatch: The manifest's name is not spelled `Cargo.toml`.
 */
#define CRATETRUST_CODE_MANIFEST_CASE "manifest-case"

/**
 * Finding code of class mismatch: There are two manifests that differ.
 */
#define CRATETRUST_CODE_MANIFEST_DUPLICATE "manifest-duplicate"

/**
 * Finding code of class mismatch: The manifest names another package than the archive.
 */
#define CRATETRUST_CODE_MANIFEST_NAME "manifest-name"

/**
 * Finding code of class mismatch: The manifest names another version than the archive.
 */
#define CRATETRUST_CODE_MANIFEST_VERSION "manifest-version"

/**
 * Finding code of class mismatch: The manifest is not valid TOML or lacks a name or a version.
 */
#define CRATETRUST_CODE_MANIFEST_PARSE "manifest-parse"

/**
 * Finding code of class mismatch: The manifest inherits from a workspace.
 */
#define CRATETRUST_CODE_MANIFEST_NOT_NORMALIZED "manifest-not-normalized"

/**
 * Finding code of class mismatch: The manifest has a table that only the root of a workspace has.
 */
#define CRATETRUST_CODE_MANIFEST_FORBIDDEN_TABLE "manifest-forbidden-table"

/**
 * Finding code of class mismatch: A source file that the manifest names lies outside the package, or the build script is missing.
 */
#define CRATETRUST_CODE_MANIFEST_TARGET_PATH "manifest-target-path"

/**
 * Finding code of class mismatch: Cargo.toml has a dependency or a build script that Cargo.toml.orig has not.
 */
#define CRATETRUST_CODE_MANIFEST_ORIG_MISMATCH "manifest-orig-mismatch"

/**
 * Finding code of class mismatch: A dependency has a path and no version.
 */
#define CRATETRUST_CODE_MANIFEST_PATH_DEP "manifest-path-dep"

/**
 * Finding code of class mismatch: An entry is setuid, setgid or sticky.
 */
#define CRATETRUST_CODE_MODE_SPECIAL "mode-special"

/**
 * Finding code of class note: An entry is writable by the group or by others.
 */
#define CRATETRUST_CODE_MODE_WRITABLE "mode-writable"

/**
 * Finding code of class mismatch: The archive holds a file that cargo writes itself.
 */
#define CRATETRUST_CODE_RESERVED_FILE "reserved-file"

/**
 * Finding code of class note: The archive holds a configuration of cargo, which counts for who builds in its directory.
 */
#define CRATETRUST_CODE_CARGO_CONFIG_INSIDE "cargo-config-inside"

/**
 * Finding code of class mismatch: `.cargo_vcs_info.json` is malformed.
 */
#define CRATETRUST_CODE_VCS_MALFORMED "vcs-malformed"

/**
 * Finding code of class note: The package was made of a working copy with uncommitted changes.
 */
#define CRATETRUST_CODE_VCS_DIRTY "vcs-dirty"

/**
 * Finding code of class note: A source file holds bidirectional control characters, so it may be read as another.
 */
#define CRATETRUST_CODE_SOURCE_BIDI "source-bidi"

/**
 * Finding code of class note: The archive holds a compiled binary.
 */
#define CRATETRUST_CODE_BINARY_FILE "binary-file"

/**
 * Finding code of class note: The package has a build script, which runs when it is built.
 */
#define CRATETRUST_CODE_BUILD_SCRIPT "build-script"

/**
 * Finding code of class note: The package is a procedural macro, which runs when its users are built.
 */
#define CRATETRUST_CODE_PROC_MACRO "proc-macro"

/**
 * Finding code of class note: A file is marked as executable.
 */
#define CRATETRUST_CODE_EXEC_BIT "exec-bit"

/**
 * Finding code of class mismatch: An unpacked file is not the one in the archive.
 */
#define CRATETRUST_CODE_SRC_MODIFIED "src-modified"

/**
 * Finding code of class mismatch: An unpacked package holds a file that its archive does not.
 */
#define CRATETRUST_CODE_SRC_EXTRA "src-extra"

/**
 * Finding code of class mismatch: An unpacked package lacks a file of its archive.
 */
#define CRATETRUST_CODE_SRC_MISSING "src-missing"

/**
 * Finding code of class mismatch: An unpacked package holds a link or a special file.
 */
#define CRATETRUST_CODE_SRC_SYMLINK "src-symlink"

/**
 * Finding code of class mismatch: cargo's mark of a package unpacked to its end is missing or old.
 */
#define CRATETRUST_CODE_SRC_INCOMPLETE "src-incomplete"

/**
 * Finding code of class mismatch: A vendored file does not have its listed hash.
 */
#define CRATETRUST_CODE_VENDOR_MODIFIED "vendor-modified"

/**
 * Finding code of class mismatch: A vendored tree holds a file that is not listed.
 */
#define CRATETRUST_CODE_VENDOR_EXTRA "vendor-extra"

/**
 * Finding code of class mismatch: A vendored tree lacks a listed file.
 */
#define CRATETRUST_CODE_VENDOR_MISSING "vendor-missing"

/**
 * Finding code of class mismatch: A vendored tree holds a link.
 */
#define CRATETRUST_CODE_VENDOR_SYMLINK "vendor-symlink"

/**
 * Finding code of class mismatch: `.cargo-checksum.json` is missing or malformed.
 */
#define CRATETRUST_CODE_VENDOR_CHECKSUM_INVALID "vendor-checksum-invalid"

/**
 * Finding code of class coverage: `.cargo-checksum.json` lists no files.
 */
#define CRATETRUST_CODE_VENDOR_NO_FILE_HASHES "vendor-no-file-hashes"

/**
 * Finding code of class mismatch: `.cargo-checksum.json` has no digest for a registry package.
 */
#define CRATETRUST_CODE_VENDOR_PACKAGE_MISSING "vendor-package-missing"

/**
 * Finding code of class mismatch: The digest in `.cargo-checksum.json` is not the one in Cargo.lock.
 */
#define CRATETRUST_CODE_VENDOR_PACKAGE_MISMATCH "vendor-package-mismatch"

/**
 * Finding code of class mismatch: A path in `.cargo-checksum.json` is absolute or climbs out.
 */
#define CRATETRUST_CODE_VENDOR_PATH_TRAVERSAL "vendor-path-traversal"

/**
 * Finding code of class mismatch: A file of the archive differs from the one in the checkout.
 */
#define CRATETRUST_CODE_SOURCE_CHANGED "source-changed"

/**
 * Finding code of class mismatch: The archive holds a file that the checkout does not.
 */
#define CRATETRUST_CODE_SOURCE_EXTRA "source-extra"

/**
 * Finding code of class note: The checkout holds a file that the archive does not.
 */
#define CRATETRUST_CODE_SOURCE_MISSING "source-missing"

/**
 * Finding code of class note: A file of the archive differs from the one in the checkout in line endings only.
 */
#define CRATETRUST_CODE_SOURCE_LINE_ENDINGS "source-line-endings"

/**
 * Finding code of class note: A file of the archive was written by cargo, not taken from the checkout.
 */
#define CRATETRUST_CODE_SOURCE_GENERATED "source-generated"

/**
 * Finding code of class mismatch: Two directories hold the same package with different bytes.
 */
#define CRATETRUST_CODE_REGISTRY_DIR_AMBIGUOUS "registry-dir-ambiguous"

/**
 * Finding code of class mismatch: Cargo.lock names two registries for the same name and version.
 */
#define CRATETRUST_CODE_LOCK_AMBIGUOUS_DIR "lock-ambiguous-dir"

/**
 * Finding code of class mismatch: A local registry holds a file that its index does not name.
 */
#define CRATETRUST_CODE_LOCAL_REGISTRY_ORPHAN "local-registry-orphan"

/**
 * Finding code of class mismatch: An index gives one version two checksums.
 */
#define CRATETRUST_CODE_INDEX_CONFLICT "index-conflict"

/**
 * Finding code of class mismatch: An index cache file ends early or has a format that is not known.
 */
#define CRATETRUST_CODE_INDEX_CACHE_FORMAT "index-cache-format"

/**
 * Finding code of class mismatch: A line of an index is no index entry.
 */
#define CRATETRUST_CODE_INDEX_LINE_INVALID "index-line-invalid"

/**
 * Finding code of class coverage: What is known of a package does not tell what of it and below it is built.
 */
#define CRATETRUST_CODE_CRATE_GAP "crate-gap"

/**
 * Finding code of class note: A piece of evidence has a format newer than those known here; what was understood was used.
 */
#define CRATETRUST_CODE_EVIDENCE_VERSION_UNKNOWN "evidence-version-unknown"

/**
 * Finding code of class note: A binary is not built, because features that it needs are off.
 */
#define CRATETRUST_CODE_BIN_SKIPPED "bin-skipped"

/**
 * Finding code of class mismatch: The SBOM lacks a package of the evidence.
 */
#define CRATETRUST_CODE_COMPONENT_MISSING "component-missing"

/**
 * Finding code of class coverage: The SBOM leaves out a package that may not be part of what it describes.
 */
#define CRATETRUST_CODE_COMPONENT_UNLISTED "component-unlisted"

/**
 * Finding code of class mismatch: The SBOM names a package that the evidence does not.
 */
#define CRATETRUST_CODE_COMPONENT_EXTRA "component-extra"

/**
 * Finding code of class mismatch: The SBOM names a package twice.
 */
#define CRATETRUST_CODE_COMPONENT_DUPLICATE "component-duplicate"

/**
 * Finding code of class note: The SBOM names components that are no cargo packages.
 */
#define CRATETRUST_CODE_COMPONENT_FOREIGN "component-foreign"

/**
 * Finding code of class mismatch: The SBOM gives a package another version than the evidence.
 */
#define CRATETRUST_CODE_VERSION_MISMATCH "version-mismatch"

/**
 * Finding code of class mismatch: The SBOM gives a package another source than the evidence.
 */
#define CRATETRUST_CODE_SOURCE_MISMATCH "source-mismatch"

/**
 * Finding code of class mismatch: The SBOM gives a package another checksum than the evidence.
 */
#define CRATETRUST_CODE_CHECKSUM_MISMATCH "checksum-mismatch"

/**
 * Finding code of class coverage: The SBOM lacks the checksum of a package.
 */
#define CRATETRUST_CODE_CHECKSUM_MISSING "checksum-missing"

/**
 * Finding code of class mismatch: A package URL does not name the package it stands on.
 */
#define CRATETRUST_CODE_PURL_MISMATCH "purl-mismatch"

/**
 * Finding code of class coverage: The SBOM lacks the package URL of a package.
 */
#define CRATETRUST_CODE_PURL_MISSING "purl-missing"

/**
 * Finding code of class mismatch: The SBOM gives a package another declared licence than the evidence.
 */
#define CRATETRUST_CODE_LICENSE_MISMATCH "license-mismatch"

/**
 * Finding code of class mismatch: The SBOM lacks a dependency of the evidence.
 */
#define CRATETRUST_CODE_EDGE_MISSING "edge-missing"

/**
 * Finding code of class mismatch: The SBOM names a dependency that the evidence does not.
 */
#define CRATETRUST_CODE_EDGE_EXTRA "edge-extra"

/**
 * Finding code of class mismatch: A dependency points to a component that does not exist.
 */
#define CRATETRUST_CODE_EDGE_UNKNOWN_REF "edge-unknown-ref"

/**
 * Finding code of class mismatch: The SBOM says that a package takes part in the build otherwise than the evidence says.
 */
#define CRATETRUST_CODE_SCOPE_MISMATCH "scope-mismatch"

/**
 * Finding code of class mismatch: The SBOM describes another main component than the evidence.
 */
#define CRATETRUST_CODE_ROOT_MISMATCH "root-mismatch"

/**
 * Finding code of class mismatch: The SBOM was made for another selection than the evidence.
 */
#define CRATETRUST_CODE_SELECTION_MISMATCH "selection-mismatch"

/**
 * Finding code of class mismatch: Two pieces of evidence contradict each other.
 */
#define CRATETRUST_CODE_EVIDENCE_CONTRADICTION "evidence-contradiction"

/**
 * Finding code of class coverage: The SBOM lacks a whole section that its format could hold.
 */
#define CRATETRUST_CODE_DOCUMENT_INCOMPLETE "document-incomplete"

/**
 * Finding code of class mismatch: The SBOM breaks its own format.
 */
#define CRATETRUST_CODE_DOCUMENT_INVALID "document-invalid"

/**
 * Finding code of class note: More findings than the limit; the rest was counted and not kept.
 */
#define CRATETRUST_CODE_FINDINGS_TRUNCATED "findings-truncated"

/**
 * Limit `crate-size`, by default 67108864.
 */
#define CRATETRUST_LIMIT_CRATE_SIZE "crate-size"

/**
 * Limit `unpacked-size`, by default 536870912.
 */
#define CRATETRUST_LIMIT_UNPACKED_SIZE "unpacked-size"

/**
 * Limit `unpacked-ratio`, by default 20.
 */
#define CRATETRUST_LIMIT_UNPACKED_RATIO "unpacked-ratio"

/**
 * Limit `entries`, by default 65536.
 */
#define CRATETRUST_LIMIT_ENTRIES "entries"

/**
 * Limit `file-size`, by default 268435456.
 */
#define CRATETRUST_LIMIT_FILE_SIZE "file-size"

/**
 * Limit `path-length`, by default 1024.
 */
#define CRATETRUST_LIMIT_PATH_LENGTH "path-length"

/**
 * Limit `component-length`, by default 255.
 */
#define CRATETRUST_LIMIT_COMPONENT_LENGTH "component-length"

/**
 * Limit `depth`, by default 64.
 */
#define CRATETRUST_LIMIT_DEPTH "depth"

/**
 * Limit `record-size`, by default 1048576.
 */
#define CRATETRUST_LIMIT_RECORD_SIZE "record-size"

/**
 * Limit `manifest-size`, by default 4194304.
 */
#define CRATETRUST_LIMIT_MANIFEST_SIZE "manifest-size"

/**
 * Limit `lockfile-size`, by default 67108864.
 */
#define CRATETRUST_LIMIT_LOCKFILE_SIZE "lockfile-size"

/**
 * Limit `sbom-size`, by default 268435456.
 */
#define CRATETRUST_LIMIT_SBOM_SIZE "sbom-size"

/**
 * Limit `sbom-components`, by default 262144.
 */
#define CRATETRUST_LIMIT_SBOM_COMPONENTS "sbom-components"

/**
 * Limit `binary-size`, by default 1073741824.
 */
#define CRATETRUST_LIMIT_BINARY_SIZE "binary-size"

/**
 * Limit `auditable-size`, by default 8388608.
 */
#define CRATETRUST_LIMIT_AUDITABLE_SIZE "auditable-size"

/**
 * Limit `nesting`, by default 128.
 */
#define CRATETRUST_LIMIT_NESTING "nesting"

/**
 * Limit `findings`, by default 1000.
 */
#define CRATETRUST_LIMIT_FINDINGS "findings"

/**
 * The number of the ABI, which is that of the SONAME. 0 may still change between releases.
 */
#define CRATETRUST_ABI_VERSION 0

/**
 * Success.
 */
#define CRATETRUST_STATUS_OK 0

/**
 * A required pointer is NULL.
 */
#define CRATETRUST_STATUS_NULL_ARGUMENT 1

/**
 * An argument or an option has a value that makes no sense.
 */
#define CRATETRUST_STATUS_INVALID_ARGUMENT 2

/**
 * Text that must be UTF-8 is not.
 */
#define CRATETRUST_STATUS_INVALID_UTF8 3

/**
 * A number or an enumeration value is outside its range.
 */
#define CRATETRUST_STATUS_OUT_OF_RANGE 4

/**
 * The request is understood, but this build or this input cannot serve it.
 */
#define CRATETRUST_STATUS_UNSUPPORTED 5

/**
 * Reading or writing failed.
 */
#define CRATETRUST_STATUS_IO 100

/**
 * A named path does not exist.
 */
#define CRATETRUST_STATUS_NOT_FOUND 101

/**
 * A named path may not be read.
 */
#define CRATETRUST_STATUS_PERMISSION_DENIED 102

/**
 * An input is larger, deeper or longer than a limit allows.
 */
#define CRATETRUST_STATUS_LIMIT_EXCEEDED 103

/**
 * The caller cancelled the work.
 */
#define CRATETRUST_STATUS_CANCELLED 104

/**
 * An input of a known format breaks that format.
 */
#define CRATETRUST_STATUS_PARSE 200

/**
 * An input is of no format that is known here.
 */
#define CRATETRUST_STATUS_UNSUPPORTED_FORMAT 201

/**
 * The library panicked; the call had no effect that can be relied on, the process goes on.
 */
#define CRATETRUST_STATUS_PANIC 900

/**
 * A fault of the library itself.
 */
#define CRATETRUST_STATUS_INTERNAL 901

/**
 * Every archive code is an error unless its row says otherwise; the default.
 */
#define CRATETRUST_PRESET_STRICT 1

/**
 * An error where crates.io refuses at publishing today, else a warning.
 */
#define CRATETRUST_PRESET_CRATES_IO 2

/**
 * An error where cargo refuses, else information.
 */
#define CRATETRUST_PRESET_CARGO 3

/**
 * `cratetrust_verify_sbom` compares presence, version, source, purl and checksum.
 */
#define CRATETRUST_LEVEL_COMPONENTS 1

/**
 * It also compares the root, edges and duplicates; the default.
 */
#define CRATETRUST_LEVEL_GRAPH 2

/**
 * It also compares the selection, scopes and licences, as far as the evidence holds them.
 */
#define CRATETRUST_LEVEL_FULL 3

/**
 * All that there is is taken from the packages' bytes; the default.
 */
#define CRATETRUST_ENRICH_ALL 1

/**
 * What their manifests say: archives are hashed, and inflated as far as that.
 */
#define CRATETRUST_ENRICH_MANIFESTS 2

/**
 * Nothing beyond what is built of them.
 */
#define CRATETRUST_ENRICH_NONE 3

/**
 * Nobody is named as the supplier of a package; the default.
 */
#define CRATETRUST_COMPONENT_SUPPLIER_NONE 1

/**
 * The authors that its manifest names.
 */
#define CRATETRUST_COMPONENT_SUPPLIER_AUTHORS 2

/**
 * The registry that it comes from.
 */
#define CRATETRUST_COMPONENT_SUPPLIER_REGISTRY 3

/**
 * No profile.
 */
#define CRATETRUST_PROFILE_NONE 0

/**
 * The minimum elements of the NTIA, 2021.
 */
#define CRATETRUST_PROFILE_NTIA 1

/**
 * The draft of CISA's minimum elements, 2025.
 */
#define CRATETRUST_PROFILE_CISA_2025 2

/**
 * BSI TR-03183-2, version 2.1.0.
 */
#define CRATETRUST_PROFILE_BSI_TR_03183_2 3

/**
 * The EU Cyber Resilience Act.
 */
#define CRATETRUST_PROFILE_CRA 4

/**
 * Everything that was asked was checked and holds.
 */
#define CRATETRUST_VERDICT_PASS 1

/**
 * Something does not hold.
 */
#define CRATETRUST_VERDICT_FAIL 2

/**
 * Nothing wrong was found, but not everything could be checked.
 */
#define CRATETRUST_VERDICT_INCOMPLETE 3

/**
 * Checked, and it holds.
 */
#define CRATETRUST_PACKAGE_STATUS_OK 1

/**
 * Checked, and it does not hold.
 */
#define CRATETRUST_PACKAGE_STATUS_FAILED 2

/**
 * Could not be checked.
 */
#define CRATETRUST_PACKAGE_STATUS_UNCHECKED 3

/**
 * A path or workspace package: nothing to check against.
 */
#define CRATETRUST_PACKAGE_STATUS_LOCAL 4

/**
 * Left out on request.
 */
#define CRATETRUST_PACKAGE_STATUS_SKIPPED 5

/**
 * The verdict is fail.
 */
#define CRATETRUST_SEVERITY_ERROR 1

/**
 * Worth a look; of class coverage it makes the verdict incomplete.
 */
#define CRATETRUST_SEVERITY_WARNING 2

/**
 * For information.
 */
#define CRATETRUST_SEVERITY_INFO 3

/**
 * Two things that must agree do not, or a form is broken.
 */
#define CRATETRUST_CLASS_MISMATCH 1

/**
 * Something could not be checked.
 */
#define CRATETRUST_CLASS_COVERAGE 2

/**
 * A fact worth knowing.
 */
#define CRATETRUST_CLASS_NOTE 3

/**
 * CycloneDX as JSON.
 */
#define CRATETRUST_FORMAT_CYCLONEDX_JSON 1

/**
 * SPDX 2 as JSON.
 */
#define CRATETRUST_FORMAT_SPDX_JSON 2

/**
 * The library's own view, schema `cratetrust.bom/1`.
 */
#define CRATETRUST_FORMAT_JSON 3

/**
 * CycloneDX as XML.
 */
#define CRATETRUST_FORMAT_CYCLONEDX_XML 4

/**
 * SPDX 2 as tag-value.
 */
#define CRATETRUST_FORMAT_SPDX_TAG_VALUE 5

/**
 * SPDX 3 as JSON-LD.
 */
#define CRATETRUST_FORMAT_SPDX3_JSON 6

/**
 * A bill of materials, and the report on what it was made from.
 *
 * Lifetime: lives until `cratetrust_bom_free`; needs neither the inputs nor the options any more.
 * Threads: immutable, any number of threads may read it at once.
 */
typedef struct cratetrust_bom cratetrust_bom;

/**
 * Bytes made by the library: a JSON text, a document.
 *
 * Lifetime: lives until `cratetrust_buf_free`; a buffer lent to a callback lives as long as the
 * call. Threads: any number of threads may read it at once.
 */
typedef struct cratetrust_buf cratetrust_buf;

/**
 * A switch that any thread may throw to stop the calls whose options hold it.
 *
 * Lifetime: lives until `cratetrust_cancel_free`; options that hold it keep what they need, so it
 * may be freed before them. Threads: any number of threads may use it at once.
 */
typedef struct cratetrust_cancel cratetrust_cancel;

/**
 * Why a call failed: a status, a sentence, and the place it is about.
 *
 * Lifetime: made by a failing call through its `err` parameter; lives until
 * `cratetrust_error_free`. Threads: immutable, any number of threads may read it at once.
 */
typedef struct cratetrust_error cratetrust_error;

/**
 * One thing found.
 *
 * Lifetime: borrowed from the report or lockfile it was taken from, valid until that is freed.
 * Threads: immutable, any number of threads may read it at once.
 */
typedef struct cratetrust_finding cratetrust_finding;

/**
 * One thing to read: a path, bytes in memory, or a reader.
 *
 * Lifetime: lives until `cratetrust_input_free`; options that hold it keep what they need, so it
 * may be freed before them. Threads: immutable, any number of threads may use it at once; one that
 * is a reader can be read by one call only.
 */
typedef struct cratetrust_input cratetrust_input;

/**
 * A Cargo.lock that was read.
 *
 * Lifetime: lives until `cratetrust_lockfile_free`; needs neither the input nor the options any
 * more. Threads: immutable, any number of threads may read it at once.
 */
typedef struct cratetrust_lockfile cratetrust_lockfile;

/**
 * Options of all verbs. Where a verb takes NULL for them, the defaults apply.
 *
 * Lifetime: lives until `cratetrust_options_free`; calls read it and keep nothing of it. Threads:
 * setters want it alone; calls that take it as const may run at the same time.
 */
typedef struct cratetrust_options cratetrust_options;

/**
 * One package of a lockfile.
 *
 * Lifetime: borrowed from the lockfile, valid until that is freed. Threads: immutable, any number
 * of threads may read it at once.
 */
typedef struct cratetrust_package cratetrust_package;

/**
 * What a verb reports: a verdict, packages and findings.
 *
 * Lifetime: one made by a verb lives until `cratetrust_report_free`; one borrowed from a bill of
 * materials lives as long as that and is never freed by itself. Threads: immutable, any number of
 * threads may read it at once.
 */
typedef struct cratetrust_report cratetrust_report;

/**
 * One package of a report.
 *
 * Lifetime: borrowed from the report, valid until that is freed. Threads: immutable, any number of
 * threads may read it at once.
 */
typedef struct cratetrust_report_package cratetrust_report_package;

/**
 * Reads the next bytes of an input: writes at most `len` bytes, at least 1, to `buf` and returns
 * how many; 0 at the end; a negative number of the caller's choice where reading failed.
 *
 * It is called by one thread at a time, during a call that was given the input; that thread may be
 * another one than the caller's where `jobs` is more than 1. It must not throw, unwind or longjmp,
 * and must not free the input.
 */
typedef int64_t (*cratetrust_read_fn)(void *user_data, uint8_t *buf, size_t len);

/**
 * Is told how far a call is: `stage` (UTF-8, NUL-terminated, such as `verify`), and units done and
 * in all; `total` is 0 where it is not known. A non-zero answer cancels the call.
 *
 * It is called on the thread that made the call. The text is valid during the callback only. It
 * must not throw, unwind or longjmp, and must not change or free the options in use.
 */
typedef int32_t (*cratetrust_progress_fn)(void *user_data,
                                          const char *stage,
                                          uint64_t done,
                                          uint64_t total);

/**
 * Checks one package's bytes. `subject` (UTF-8, NUL-terminated, `len` bytes) is one JSON object,
 * schema `cratetrust.subject/1`: name, version, source, sha256, sha512, artifact (where the bytes
 * lie, relative to the path given), expected (a list of {anchor, sha256}), now; every key is always
 * present.
 *
 * The callback appends its answer to `answer` with `cratetrust_buf_append` and returns 0. No answer
 * means that it has nothing to go on. Else the answer is one JSON object, every key optional:
 * claims (a list of {kind, value}), done and not_done (lists of the names of checks), findings (a
 * list of {code, message, path, offset, expected, actual}, of which code, one of CRATETRUST_CODE_,
 * and message must be there). Another return value, or an answer of another form, becomes a finding
 * `not-checked`: a verifier that fails is never taken for one that agrees.
 *
 * It is called on the thread that made the call. Both pointers are valid during the callback only.
 * It must not throw, unwind or longjmp, must not free `answer`, and must not change or free the
 * options in use.
 */
typedef int32_t (*cratetrust_verify_fn)(void *user_data,
                                        const char *subject,
                                        size_t len,
                                        struct cratetrust_buf *answer);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The version of the library, such as `0.1.0`. Compare it with the macro CRATETRUST_VERSION to see
 * whether header and library are of one release.
 *
 * Ownership: the text is static and lives as long as the library is loaded.
 * Threads: any.
 */
const char *cratetrust_version(void);

/**
 * The number of the library's ABI. A program that loads the library by hand refuses one whose
 * number is not CRATETRUST_ABI_VERSION.
 *
 * Threads: any.
 */
uint32_t cratetrust_abi_version(void);

/**
 * What was built, as one JSON object, schema `cratetrust.build/1`: name, version, abi_version,
 * target, profile.
 *
 * Ownership: the text is static and lives as long as the library is loaded.
 * Threads: any.
 */
const char *cratetrust_build_info(void);

/**
 * The name of a status, such as `NOT_FOUND`; `UNKNOWN` for a number that is none.
 *
 * Ownership: the text is static and lives as long as the library is loaded.
 * Threads: any.
 */
const char *cratetrust_status_name(int32_t status);

/**
 * The status that the failing call returned.
 *
 * NULL: gives CRATETRUST_STATUS_OK.
 * Threads: any, at the same time.
 */
int32_t cratetrust_error_status(const struct cratetrust_error *error);

/**
 * What went wrong in one sentence, with path, line and limit where they are known: fit to be
 * shown, misleading characters escaped.
 *
 * Ownership: the text is borrowed from `error`. `len`, where given, gets its length in bytes.
 * NULL: a NULL `error` gives NULL; `len` may be NULL.
 * Threads: any, at the same time.
 */
const char *cratetrust_error_message(const struct cratetrust_error *error, size_t *len);

/**
 * The path or label of the input that the error is about; NULL where it is about none.
 *
 * Ownership: the text is borrowed from `error`. `len`, where given, gets its length in bytes.
 * NULL: a NULL `error` gives NULL; `len` may be NULL.
 * Threads: any, at the same time.
 */
const char *cratetrust_error_path(const struct cratetrust_error *error, size_t *len);

/**
 * The error as one JSON object, schema `cratetrust.error/1`: kind, message without the place,
 * path, line, column, offset, and the limit that was met. Every key is always present.
 *
 * Ownership: the text is borrowed from `error`. `len`, where given, gets its length in bytes.
 * NULL: a NULL `error` gives NULL; `len` may be NULL.
 * Threads: any, at the same time.
 */
const char *cratetrust_error_details_json(const struct cratetrust_error *error, size_t *len);

/**
 * Frees an error.
 *
 * NULL: does nothing.
 * Threads: any, once; nobody may use `error` meanwhile or afterwards.
 */
void cratetrust_error_free(struct cratetrust_error *error);

/**
 * The first byte of a buffer. A NUL byte that is not counted follows the last one, so that a text
 * may be printed as it is.
 *
 * Ownership: borrowed from `buf`, until it is freed or appended to.
 * NULL: gives NULL.
 * Threads: any, at the same time.
 */
const uint8_t *cratetrust_buf_data(const struct cratetrust_buf *buf);

/**
 * The number of bytes in a buffer.
 *
 * NULL: gives 0.
 * Threads: any, at the same time.
 */
size_t cratetrust_buf_len(const struct cratetrust_buf *buf);

/**
 * Appends bytes to a buffer: how a callback such as `cratetrust_verify_fn` answers.
 *
 * NULL: a NULL `buf`, or NULL `data` with a length, is CRATETRUST_STATUS_NULL_ARGUMENT; `err` may
 * be NULL.
 * Threads: one at a time.
 * Errors: CRATETRUST_STATUS_OUT_OF_RANGE for an impossible length.
 */
int32_t cratetrust_buf_append(struct cratetrust_buf *buf,
                              const uint8_t *data,
                              size_t len,
                              struct cratetrust_error **err);

/**
 * Frees a buffer. A buffer lent to a callback must not be freed.
 *
 * NULL: does nothing.
 * Threads: any, once; nobody may use `buf` meanwhile or afterwards.
 */
void cratetrust_buf_free(struct cratetrust_buf *buf);

/**
 * A new switch, not thrown; NULL only where the library is broken.
 *
 * Ownership: the caller frees it with `cratetrust_cancel_free`.
 * Threads: any.
 */
struct cratetrust_cancel *cratetrust_cancel_new(void);

/**
 * Throws the switch, for good: running calls end with CRATETRUST_STATUS_CANCELLED at their next
 * check, later ones at once.
 *
 * NULL: does nothing.
 * Threads: any, at the same time, also from a signal handler.
 */
void cratetrust_cancel_trigger(const struct cratetrust_cancel *cancel);

/**
 * Whether the switch was thrown.
 *
 * NULL: gives false.
 * Threads: any, at the same time.
 */
bool cratetrust_cancel_is_triggered(const struct cratetrust_cancel *cancel);

/**
 * Frees a switch. Options that were given it keep working with it.
 *
 * NULL: does nothing.
 * Threads: any, once; nobody may use `cancel` meanwhile or afterwards.
 */
void cratetrust_cancel_free(struct cratetrust_cancel *cancel);

/**
 * An input that is a file or a directory. Nothing is opened before a call reads it.
 *
 * `path` holds `len` bytes, without a NUL: any bytes on Unix, UTF-8 on Windows.
 * Ownership: `path` is copied; the caller frees `*out` with `cratetrust_input_free`.
 * NULL: `path` and `out` must not be NULL; `err` may.
 * Threads: any.
 * Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for an empty path or a NUL byte in it.
 */
int32_t cratetrust_input_from_path(const char *path,
                                   size_t len,
                                   struct cratetrust_input **out,
                                   struct cratetrust_error **err);

/**
 * An input that is bytes in memory.
 *
 * `label` (UTF-8, `label_len` bytes) stands for the file name in reports and errors.
 * Ownership: label and bytes are copied; the caller frees `*out` with `cratetrust_input_free`.
 * NULL: `label` may be NULL for no name; `data` may be NULL where `len` is 0; `out` must not be
 * NULL; `err` may.
 * Threads: any.
 * Errors: CRATETRUST_STATUS_INVALID_UTF8 for the label.
 */
int32_t cratetrust_input_from_bytes(const char *label,
                                    size_t label_len,
                                    const uint8_t *data,
                                    size_t len,
                                    struct cratetrust_input **out,
                                    struct cratetrust_error **err);

/**
 * An input that a callback reads. One call can read it; a second one gets
 * CRATETRUST_STATUS_INVALID_ARGUMENT.
 *
 * `size_hint` is the size in bytes where it is known, else negative; nothing is allocated by it.
 * `label` (UTF-8, `label_len` bytes) stands for the file name in reports and errors.
 * Ownership: the label is copied; `user_data` stays the caller's and must stay valid until the
 * input and all options that were given it are freed. The caller frees `*out` with
 * `cratetrust_input_free`.
 * NULL: `read` and `out` must not be NULL; `user_data`, `label` and `err` may.
 * Threads: any; see `cratetrust_read_fn` for the callback.
 * Errors: CRATETRUST_STATUS_INVALID_UTF8 for the label.
 */
int32_t cratetrust_input_from_reader(cratetrust_read_fn read,
                                     void *user_data,
                                     int64_t size_hint,
                                     const char *label,
                                     size_t label_len,
                                     struct cratetrust_input **out,
                                     struct cratetrust_error **err);

/**
 * Frees an input. Options that were given it keep working with it.
 *
 * NULL: does nothing.
 * Threads: any, once; nobody may use `input` meanwhile or afterwards.
 */
void cratetrust_input_free(struct cratetrust_input *input);

/**
 * Default options; NULL only where the library is broken.
 *
 * Ownership: the caller frees them with `cratetrust_options_free`.
 * Threads: any.
 */
struct cratetrust_options *cratetrust_options_new(void);

/**
 * A copy of options: setters on one do not change the other. A switch, inputs and callbacks that
 * were set are shared.
 *
 * Ownership: the caller frees the copy with `cratetrust_options_free`.
 * NULL: gives NULL.
 * Threads: any; nobody may change `options` meanwhile.
 */
struct cratetrust_options *cratetrust_options_clone(const struct cratetrust_options *options);

/**
 * Frees options.
 *
 * NULL: does nothing.
 * Threads: any, once; nobody may use `options` meanwhile or afterwards.
 */
void cratetrust_options_free(struct cratetrust_options *options);

/**
 * Sets what a JSON object names and leaves the rest. The keys are the command's flag names with
 * `_` for `-`: limit, jobs, preset, severity, lockfile, index, against, sha256, expect, checks, level,
 * supplier, contact, author, timestamp, crates, manufacturer, manufacturer_contact, license, lifecycle,
 * serial, vcs_url, tool, conclude_declared, component_supplier, enrich, no_units, target, host,
 * features, no_default_features, all_features, package, bin, lib, cfg, dev. After a failure the options
 * are unchanged.
 *
 * NULL: only `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_PARSE for what is no JSON object; CRATETRUST_STATUS_INVALID_ARGUMENT for
 * a key or a value that is not known; CRATETRUST_STATUS_INVALID_UTF8.
 */
int32_t cratetrust_options_set_json(struct cratetrust_options *options,
                                    const char *json,
                                    size_t len,
                                    struct cratetrust_error **err);

/**
 * Sets a limit by its name, one of CRATETRUST_LIMIT_, such as `lockfile-size`.
 *
 * NULL: only `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for a name that is no limit.
 */
int32_t cratetrust_options_set_limit(struct cratetrust_options *options,
                                     const char *name,
                                     size_t name_len,
                                     uint64_t value,
                                     struct cratetrust_error **err);

/**
 * Stores the value of a limit in `*value`; 0 on failure.
 *
 * NULL: NULL `options` gives the default; only `options` and `err` may be NULL.
 * Threads: any; nobody may change `options` meanwhile.
 * Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for a name that is no limit.
 */
int32_t cratetrust_options_limit(const struct cratetrust_options *options,
                                 const char *name,
                                 size_t name_len,
                                 uint64_t *value,
                                 struct cratetrust_error **err);

/**
 * Sets how many threads `cratetrust_verify_package` may use; 0 counts as 1, the default. What it
 * reports does not depend on it.
 *
 * NULL: only `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: none beyond NULL.
 */
int32_t cratetrust_options_set_jobs(struct cratetrust_options *options,
                                    uint32_t jobs,
                                    struct cratetrust_error **err);

/**
 * Gives the options a switch that stops their calls; NULL takes it away again.
 *
 * Ownership: shared; the caller still frees `cancel`, before or after the options.
 * NULL: `cancel` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: none beyond NULL.
 */
int32_t cratetrust_options_set_cancel(struct cratetrust_options *options,
                                      const struct cratetrust_cancel *cancel,
                                      struct cratetrust_error **err);

/**
 * Sets a callback that is told of progress; NULL takes it away again. Where it stops a call whose
 * options hold a switch, that switch is thrown.
 *
 * Ownership: `user_data` stays the caller's, must stay valid until the options and all copies of
 * them are freed, and must be fit for every thread that makes calls with them.
 * NULL: `progress`, `user_data` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: none beyond NULL.
 */
int32_t cratetrust_options_set_progress(struct cratetrust_options *options,
                                        cratetrust_progress_fn progress,
                                        void *user_data,
                                        struct cratetrust_error **err);

/**
 * Sets the preset of severities, one of CRATETRUST_PRESET_. Single severities that were set stay.
 *
 * NULL: only `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_OUT_OF_RANGE for another number.
 */
int32_t cratetrust_options_set_preset(struct cratetrust_options *options,
                                      int32_t preset,
                                      struct cratetrust_error **err);

/**
 * Gives a finding code (CRATETRUST_CODE_) another severity (CRATETRUST_SEVERITY_).
 *
 * NULL: only `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for a code that is not known;
 * CRATETRUST_STATUS_OUT_OF_RANGE for a number that is no severity.
 */
int32_t cratetrust_options_set_severity(struct cratetrust_options *options,
                                        const char *code,
                                        size_t code_len,
                                        int32_t severity,
                                        struct cratetrust_error **err);

/**
 * Sets the Cargo.lock that `cratetrust_verify_package` measures with; NULL takes it away again.
 *
 * Ownership: shared; the caller still frees `lockfile`, before or after the options.
 * NULL: `lockfile` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: none beyond NULL; the file is read by the call that needs it.
 */
int32_t cratetrust_options_set_lockfile(struct cratetrust_options *options,
                                        const struct cratetrust_input *lockfile,
                                        struct cratetrust_error **err);

/**
 * Sets the index file (one JSON object a line) or index directory that `cratetrust_verify_package`
 * measures with, and that speaks for packages whose manifests are not at hand where a selection is
 * resolved; NULL takes it away again.
 *
 * Ownership: shared; the caller still frees `index`, before or after the options.
 * NULL: `index` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: none beyond NULL; the file is read by the call that needs it.
 */
int32_t cratetrust_options_set_index(struct cratetrust_options *options,
                                     const struct cratetrust_input *index,
                                     struct cratetrust_error **err);

/**
 * Sets the other side of a byte comparison in `cratetrust_verify_package`: for a `.crate` file, a
 * checkout of its source; for an unpacked crate, its `.crate` file. NULL takes it away again.
 *
 * Ownership: shared; the caller still frees `against`, before or after the options.
 * NULL: `against` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: none beyond NULL; it is read by the call that needs it.
 */
int32_t cratetrust_options_set_against(struct cratetrust_options *options,
                                       const struct cratetrust_input *against,
                                       struct cratetrust_error **err);

/**
 * Sets the SHA-256, 64 hexadecimal digits, that the one package given to
 * `cratetrust_verify_package` must have; NULL takes it away again.
 *
 * NULL: `sha256` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for what is no such digest.
 */
int32_t cratetrust_options_set_sha256(struct cratetrust_options *options,
                                      const char *sha256,
                                      size_t len,
                                      struct cratetrust_error **err);

/**
 * Sets the package, as `NAME@VERSION`, that the one given to `cratetrust_verify_package` must be;
 * NULL takes it away again.
 *
 * NULL: `package` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for another form.
 */
int32_t cratetrust_options_set_expect(struct cratetrust_options *options,
                                      const char *package,
                                      size_t len,
                                      struct cratetrust_error **err);

/**
 * Sets the checks that `cratetrust_verify_package` runs, as names with commas: `checksum`,
 * `archive`, `tree`. NULL stands for all that apply, the default.
 *
 * NULL: `names` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for a name that is no check.
 */
int32_t cratetrust_options_set_checks(struct cratetrust_options *options,
                                      const char *names,
                                      size_t len,
                                      struct cratetrust_error **err);

/**
 * Sets how much of an SBOM `cratetrust_verify_sbom` compares, one of CRATETRUST_LEVEL_.
 *
 * NULL: only `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_OUT_OF_RANGE for another number.
 */
int32_t cratetrust_options_set_level(struct cratetrust_options *options,
                                     int32_t level,
                                     struct cratetrust_error **err);

/**
 * Adds a verifier of the host program, which `cratetrust_verify_package` runs after the library's
 * own, on the calling thread, in the order of their ids; its findings are marked external.
 *
 * `id` names it in findings, such as `acme-policy/1`.
 * Ownership: the id is copied; `user_data` stays the caller's, must stay valid until the options
 * and all copies of them are freed, and must be fit for every thread that makes calls with them.
 * NULL: `user_data` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for an empty id and one that was added before.
 */
int32_t cratetrust_options_add_verifier(struct cratetrust_options *options,
                                        const char *id,
                                        size_t id_len,
                                        cratetrust_verify_fn verify,
                                        void *user_data,
                                        struct cratetrust_error **err);

/**
 * Sets who supplies the main component of the SBOM that `cratetrust_generate_sbom` makes: a name,
 * and a mail address or URL. A NULL `name` takes the supplier away again.
 *
 * NULL: `name`, `contact` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for an empty name and for a contact without a name.
 */
int32_t cratetrust_options_set_supplier(struct cratetrust_options *options,
                                        const char *name,
                                        size_t name_len,
                                        const char *contact,
                                        size_t contact_len,
                                        struct cratetrust_error **err);

/**
 * Adds an author of the SBOM that `cratetrust_generate_sbom` makes: a name, and a mail address or
 * URL. A NULL `name` takes all authors away again.
 *
 * NULL: `name`, `contact` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for an empty name and for a contact without a name.
 */
int32_t cratetrust_options_add_author(struct cratetrust_options *options,
                                      const char *name,
                                      size_t name_len,
                                      const char *contact,
                                      size_t contact_len,
                                      struct cratetrust_error **err);

/**
 * Sets the time of the SBOM that `cratetrust_generate_sbom` makes, RFC 3339; NULL takes it away
 * again, and then no time is stated. The library never reads a clock.
 *
 * NULL: `time` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for what is no such time.
 */
int32_t cratetrust_options_set_timestamp(struct cratetrust_options *options,
                                         const char *time,
                                         size_t len,
                                         struct cratetrust_error **err);

/**
 * As `cratetrust_options_set_timestamp`, from seconds since 1970-01-01T00:00:00Z, the form of
 * SOURCE_DATE_EPOCH.
 *
 * NULL: only `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for a time after the year 9999.
 */
int32_t cratetrust_options_set_timestamp_unix(struct cratetrust_options *options,
                                              uint64_t seconds,
                                              struct cratetrust_error **err);

/**
 * Adds a place where the packages' bytes lie, from which `cratetrust_generate_sbom` takes facts: a
 * CARGO_HOME, a registry cache, unpacked sources, a vendor directory, `.crate` files or one of them.
 * A NULL `place` takes all places away again.
 *
 * Bytes that contradict the lockfile are findings of the report, and nothing is taken from them.
 * Ownership: shared; the caller still frees `place`, before or after the options.
 * NULL: `place` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: none beyond NULL; it is read by the call that needs it.
 */
int32_t cratetrust_options_add_crates(struct cratetrust_options *options,
                                      const struct cratetrust_input *place,
                                      struct cratetrust_error **err);

/**
 * Sets who makes the main component of the SBOM that `cratetrust_generate_sbom` makes: a name, and a
 * mail address or URL. A NULL `name` takes the manufacturer away again.
 *
 * NULL: `name`, `contact` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for an empty name and for a contact without a name.
 */
int32_t cratetrust_options_set_manufacturer(struct cratetrust_options *options,
                                            const char *name,
                                            size_t name_len,
                                            const char *contact,
                                            size_t contact_len,
                                            struct cratetrust_error **err);

/**
 * Sets the licence, an SPDX expression, of the main component of the SBOM that
 * `cratetrust_generate_sbom` makes; NULL takes it away again.
 *
 * NULL: `license` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: none beyond NULL and text that is not UTF-8.
 */
int32_t cratetrust_options_set_license(struct cratetrust_options *options,
                                       const char *license,
                                       size_t len,
                                       struct cratetrust_error **err);

/**
 * Sets the lifecycle phase of the SBOM that `cratetrust_generate_sbom` makes, one of CycloneDX such as
 * `build` or a name of the caller's own; NULL takes it away again.
 *
 * NULL: `phase` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: none beyond NULL and text that is not UTF-8.
 */
int32_t cratetrust_options_set_lifecycle(struct cratetrust_options *options,
                                         const char *phase,
                                         size_t len,
                                         struct cratetrust_error **err);

/**
 * Sets the serial number, `urn:uuid:…`, of the SBOM that `cratetrust_generate_sbom` makes; NULL lets
 * it be derived from the content again.
 *
 * NULL: `serial` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for what is no such number.
 */
int32_t cratetrust_options_set_serial(struct cratetrust_options *options,
                                      const char *serial,
                                      size_t len,
                                      struct cratetrust_error **err);

/**
 * Sets where the local packages come from, `git+URL@COMMIT`, for `cratetrust_generate_sbom`; NULL takes
 * it away again.
 *
 * NULL: `url` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: none beyond NULL and text that is not UTF-8; the call that needs it judges the form.
 */
int32_t cratetrust_options_set_vcs_url(struct cratetrust_options *options,
                                       const char *url,
                                       size_t len,
                                       struct cratetrust_error **err);

/**
 * Adds a tool that had a part in the SBOM that `cratetrust_generate_sbom` makes, `NAME` or
 * `NAME@VERSION`. A NULL `tool` takes all tools away again.
 *
 * NULL: `tool` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_INVALID_ARGUMENT for an empty name or version.
 */
int32_t cratetrust_options_add_tool(struct cratetrust_options *options,
                                    const char *tool,
                                    size_t len,
                                    struct cratetrust_error **err);

/**
 * Sets whether the SBOM that `cratetrust_generate_sbom` makes leaves out the units that packages are
 * compiled into (library, binary, procedural macro or build script, for the host or the target, and
 * with which features): 0 for no, the default, or 1 for yes. Packages, scopes and edges stay what they
 * are, and less of the packages' archives is inflated.
 *
 * NULL: only `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_OUT_OF_RANGE for another number.
 */
int32_t cratetrust_options_set_no_units(struct cratetrust_options *options,
                                        int32_t no_units,
                                        struct cratetrust_error **err);

/**
 * Sets whether the SBOM that `cratetrust_generate_sbom` makes says of each package that its concluded
 * licence is its declared one: 0 for no, the default, or 1 for yes.
 *
 * NULL: only `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_OUT_OF_RANGE for another number.
 */
int32_t cratetrust_options_set_conclude_declared(struct cratetrust_options *options,
                                                 int32_t conclude,
                                                 struct cratetrust_error **err);

/**
 * Sets who is named as the supplier of each package in the SBOM that `cratetrust_generate_sbom` makes,
 * one of CRATETRUST_COMPONENT_SUPPLIER_.
 *
 * NULL: only `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_OUT_OF_RANGE for another number.
 */
int32_t cratetrust_options_set_component_supplier(struct cratetrust_options *options,
                                                  int32_t who,
                                                  struct cratetrust_error **err);

/**
 * Sets what `cratetrust_generate_sbom` takes from the packages' bytes beyond what is built of them, one
 * of CRATETRUST_ENRICH_.
 *
 * NULL: only `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_OUT_OF_RANGE for another number.
 */
int32_t cratetrust_options_set_enrich(struct cratetrust_options *options,
                                      int32_t what,
                                      struct cratetrust_error **err);

/**
 * Sets the profile that `cratetrust_inspect` holds an SBOM against, one of CRATETRUST_PROFILE_; the
 * answer then has the fact `profile`. With a profile, anything but an SBOM is refused.
 *
 * NULL: only `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_OUT_OF_RANGE for another number.
 */
int32_t cratetrust_options_set_profile(struct cratetrust_options *options,
                                       int32_t profile,
                                       struct cratetrust_error **err);

/**
 * Adds a target triple to build for: several are resolved one by one, and their answers united.
 *
 * `cratetrust_generate_sbom`, `cratetrust_verify_sbom` and `cratetrust_verify_package` resolve a
 * project's directory where a target or a host is set. A NULL `target` takes all targets away again.
 *
 * NULL: `target` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: none beyond NULL and text that is not UTF-8; the call that resolves judges the rest.
 */
int32_t cratetrust_options_add_target(struct cratetrust_options *options,
                                      const char *target,
                                      size_t len,
                                      struct cratetrust_error **err);

/**
 * Sets the triple of the machine that builds: what build scripts and procedural macros are for, and
 * without a target also what the rest is for. A NULL `host` takes it away again.
 *
 * NULL: `host` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: none beyond NULL and text that is not UTF-8; the call that resolves judges the rest.
 */
int32_t cratetrust_options_set_host(struct cratetrust_options *options,
                                    const char *host,
                                    size_t len,
                                    struct cratetrust_error **err);

/**
 * Turns features on, names separated by commas or blanks, each `NAME` or `PACKAGE/NAME`. A NULL `features` takes all of them away again.
 *
 * NULL: `features` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: none beyond NULL and text that is not UTF-8; the call that resolves judges the rest.
 */
int32_t cratetrust_options_add_features(struct cratetrust_options *options,
                                        const char *features,
                                        size_t len,
                                        struct cratetrust_error **err);

/**
 * Sets whether default features stay off: 0 for no, the default, or 1 for yes.
 *
 * NULL: only `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_OUT_OF_RANGE for another number.
 */
int32_t cratetrust_options_set_no_default_features(struct cratetrust_options *options,
                                                   int32_t no_default_features,
                                                   struct cratetrust_error **err);

/**
 * Sets whether all features are on: 0 for no, the default, or 1 for yes.
 *
 * NULL: only `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_OUT_OF_RANGE for another number.
 */
int32_t cratetrust_options_set_all_features(struct cratetrust_options *options,
                                            int32_t all_features,
                                            struct cratetrust_error **err);

/**
 * Adds a member of the workspace to build, `NAME` or `NAME@VERSION`; without any, the default members
 * are built. A NULL `package` takes all of them away again.
 *
 * NULL: `package` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: none beyond NULL and text that is not UTF-8; the call that resolves judges the rest.
 */
int32_t cratetrust_options_add_package(struct cratetrust_options *options,
                                       const char *package,
                                       size_t len,
                                       struct cratetrust_error **err);

/**
 * Adds a binary to build; without any, all that the features allow are built. A NULL `bin` takes all of them away again.
 *
 * NULL: `bin` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: none beyond NULL and text that is not UTF-8; the call that resolves judges the rest.
 */
int32_t cratetrust_options_add_bin(struct cratetrust_options *options,
                                   const char *bin,
                                   size_t len,
                                   struct cratetrust_error **err);

/**
 * Sets whether libraries are built where there are binaries: 0 for no, the default, or 1 for yes.
 *
 * NULL: only `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_OUT_OF_RANGE for another number.
 */
int32_t cratetrust_options_set_lib(struct cratetrust_options *options,
                                   int32_t lib,
                                   struct cratetrust_error **err);

/**
 * Adds a cfg that the target has beside its own, such as `tokio_unstable`. A NULL `cfg` takes all of them away again.
 *
 * NULL: `cfg` and `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: none beyond NULL and text that is not UTF-8; the call that resolves judges the rest.
 */
int32_t cratetrust_options_add_cfg(struct cratetrust_options *options,
                                   const char *cfg,
                                   size_t len,
                                   struct cratetrust_error **err);

/**
 * Sets whether tests are built too, and with them dev-dependencies: 0 for no, the default, or 1 for yes.
 *
 * NULL: only `err` may be NULL.
 * Threads: `options` must be used by nobody else meanwhile.
 * Errors: CRATETRUST_STATUS_OUT_OF_RANGE for another number.
 */
int32_t cratetrust_options_set_dev(struct cratetrust_options *options,
                                   int32_t dev,
                                   struct cratetrust_error **err);

/**
 * Reads a Cargo.lock.
 *
 * Ownership: the caller frees `*out` with `cratetrust_lockfile_free`.
 * NULL: `options` (for the defaults) and `err` may be NULL; `input` and `out` must not.
 * Threads: any; nobody may change `options` meanwhile.
 * Errors: I/O, limits and cancelling; CRATETRUST_STATUS_PARSE and CRATETRUST_STATUS_INVALID_UTF8
 * with the line where there is one.
 */
int32_t cratetrust_lockfile_read(const struct cratetrust_input *input,
                                 const struct cratetrust_options *options,
                                 struct cratetrust_lockfile **out,
                                 struct cratetrust_error **err);

/**
 * The version of a lockfile's format: 1 to 4, or a newer number that the file states.
 *
 * NULL: gives 0.
 * Threads: any, at the same time.
 */
uint32_t cratetrust_lockfile_version(const struct cratetrust_lockfile *lockfile);

/**
 * The SHA-256 of the file's own bytes, in hexadecimal digits.
 *
 * Ownership: the text is borrowed from `lockfile`. `len`, where given, gets its length in bytes.
 * NULL: a NULL `lockfile` gives NULL; `len` may be NULL.
 * Threads: any, at the same time.
 */
const char *cratetrust_lockfile_sha256(const struct cratetrust_lockfile *lockfile, size_t *len);

/**
 * The number of packages in a lockfile.
 *
 * NULL: gives 0.
 * Threads: any, at the same time.
 */
size_t cratetrust_lockfile_package_count(const struct cratetrust_lockfile *lockfile);

/**
 * The package at an index, in the order of the file.
 *
 * Ownership: borrowed from `lockfile`, valid until that is freed.
 * NULL: a NULL `lockfile`, and an index that is out of range, give NULL.
 * Threads: any, at the same time.
 */
const struct cratetrust_package *cratetrust_lockfile_package_at(const struct cratetrust_lockfile *lockfile,
                                                                size_t index);

/**
 * The first package, in the order of the file, of that name and version; a NULL `version` stands
 * for any.
 *
 * Ownership: borrowed from `lockfile`, valid until that is freed.
 * NULL: gives NULL where there is none, where `lockfile` or `name` is NULL, and for text that is not
 * UTF-8.
 * Threads: any, at the same time.
 */
const struct cratetrust_package *cratetrust_lockfile_find(const struct cratetrust_lockfile *lockfile,
                                                          const char *name,
                                                          size_t name_len,
                                                          const char *version,
                                                          size_t version_len);

/**
 * The number of findings about the file itself, such as checksums in mixed forms.
 *
 * NULL: gives 0.
 * Threads: any, at the same time.
 */
size_t cratetrust_lockfile_finding_count(const struct cratetrust_lockfile *lockfile);

/**
 * The finding about the file itself at an index, with its severity under the preset strict.
 *
 * Ownership: borrowed from `lockfile`, valid until that is freed.
 * NULL: a NULL `lockfile`, and an index that is out of range, give NULL.
 * Threads: any, at the same time.
 */
const struct cratetrust_finding *cratetrust_lockfile_finding_at(const struct cratetrust_lockfile *lockfile,
                                                                size_t index);

/**
 * A lockfile as compact JSON, schema `cratetrust.lockfile/1`.
 *
 * Ownership: the caller frees `*out` with `cratetrust_buf_free`.
 * NULL: `lockfile` and `out` must not be NULL; `err` may.
 * Threads: any, at the same time.
 * Errors: none beyond NULL.
 */
int32_t cratetrust_lockfile_to_json(const struct cratetrust_lockfile *lockfile,
                                    struct cratetrust_buf **out,
                                    struct cratetrust_error **err);

/**
 * Frees a lockfile.
 *
 * NULL: does nothing.
 * Threads: any, once; nobody may use `lockfile` or what was borrowed from it meanwhile or
 * afterwards.
 */
void cratetrust_lockfile_free(struct cratetrust_lockfile *lockfile);

/**
 * A package's name.
 *
 * Ownership: the text is borrowed from `package`. `len`, where given, gets its length in bytes.
 * NULL: a NULL `package` gives NULL; `len` may be NULL.
 * Threads: any, at the same time.
 */
const char *cratetrust_package_name(const struct cratetrust_package *package, size_t *len);

/**
 * A package's version.
 *
 * Ownership: the text is borrowed from `package`. `len`, where given, gets its length in bytes.
 * NULL: a NULL `package` gives NULL; `len` may be NULL.
 * Threads: any, at the same time.
 */
const char *cratetrust_package_version(const struct cratetrust_package *package, size_t *len);

/**
 * A package's source as a Cargo.lock of version 4 spells it; NULL for path and workspace packages.
 *
 * Ownership: the text is borrowed from `package`. `len`, where given, gets its length in bytes.
 * NULL: a NULL `package` gives NULL; `len` may be NULL.
 * Threads: any, at the same time.
 */
const char *cratetrust_package_source(const struct cratetrust_package *package, size_t *len);

/**
 * The SHA-256 of a package's .crate file, in hexadecimal digits; NULL where the lockfile has none.
 *
 * Ownership: the text is borrowed from `package`. `len`, where given, gets its length in bytes.
 * NULL: a NULL `package` gives NULL; `len` may be NULL.
 * Threads: any, at the same time.
 */
const char *cratetrust_package_checksum(const struct cratetrust_package *package, size_t *len);

/**
 * A package's canonical package URL; NULL for path and workspace packages.
 *
 * Ownership: the text is borrowed from `package`. `len`, where given, gets its length in bytes.
 * NULL: a NULL `package` gives NULL; `len` may be NULL.
 * Threads: any, at the same time.
 */
const char *cratetrust_package_purl(const struct cratetrust_package *package, size_t *len);

/**
 * The number of packages that a package depends on.
 *
 * NULL: gives 0.
 * Threads: any, at the same time.
 */
size_t cratetrust_package_dependency_count(const struct cratetrust_package *package);

/**
 * The index in the lockfile of a dependency, for `cratetrust_lockfile_package_at`.
 *
 * NULL: a NULL `package`, and an index that is out of range, give SIZE_MAX, which no lockfile has.
 * Threads: any, at the same time.
 */
size_t cratetrust_package_dependency_index(const struct cratetrust_package *package, size_t index);

/**
 * The name of a verdict: `pass`, `fail`, `incomplete`; NULL for a number that is none.
 *
 * Ownership: the text is static and lives as long as the library is loaded.
 * Threads: any.
 */
const char *cratetrust_verdict_name(int32_t verdict);

/**
 * What a report comes to, one of CRATETRUST_VERDICT_. Only CRATETRUST_VERDICT_PASS is a pass.
 *
 * NULL: gives 0, which is no verdict.
 * Threads: any, at the same time.
 */
int32_t cratetrust_report_verdict(const struct cratetrust_report *report);

/**
 * The number of findings in a report.
 *
 * NULL: gives 0.
 * Threads: any, at the same time.
 */
size_t cratetrust_report_finding_count(const struct cratetrust_report *report);

/**
 * The finding at an index, in the order of the JSON form: by package, artifact, path, offset, code.
 *
 * Ownership: borrowed from `report`, valid until that is freed.
 * NULL: a NULL `report`, and an index that is out of range, give NULL.
 * Threads: any, at the same time.
 */
const struct cratetrust_finding *cratetrust_report_finding_at(const struct cratetrust_report *report,
                                                              size_t index);

/**
 * The number of packages in a report: ok, failed, unchecked, local and skipped ones.
 *
 * NULL: gives 0.
 * Threads: any, at the same time.
 */
size_t cratetrust_report_package_count(const struct cratetrust_report *report);

/**
 * The package at an index, in the order of the JSON form: by name, version, source.
 *
 * Ownership: borrowed from `report`, valid until that is freed.
 * NULL: a NULL `report`, and an index that is out of range, give NULL.
 * Threads: any, at the same time.
 */
const struct cratetrust_report_package *cratetrust_report_package_at(const struct cratetrust_report *report,
                                                                     size_t index);

/**
 * The number of packages that were checked: ok and failed ones.
 *
 * NULL: gives 0.
 * Threads: any, at the same time.
 */
uint64_t cratetrust_report_checked_count(const struct cratetrust_report *report);

/**
 * The number of packages that were checked and hold.
 *
 * NULL: gives 0.
 * Threads: any, at the same time.
 */
uint64_t cratetrust_report_ok_count(const struct cratetrust_report *report);

/**
 * The number of packages that were checked and do not hold.
 *
 * NULL: gives 0.
 * Threads: any, at the same time.
 */
uint64_t cratetrust_report_failed_count(const struct cratetrust_report *report);

/**
 * The number of packages that could not be checked.
 *
 * NULL: gives 0.
 * Threads: any, at the same time.
 */
uint64_t cratetrust_report_unchecked_count(const struct cratetrust_report *report);

/**
 * The number of path and workspace packages.
 *
 * NULL: gives 0.
 * Threads: any, at the same time.
 */
uint64_t cratetrust_report_local_count(const struct cratetrust_report *report);

/**
 * The number of packages that were left out on request.
 *
 * NULL: gives 0.
 * Threads: any, at the same time.
 */
uint64_t cratetrust_report_skipped_count(const struct cratetrust_report *report);

/**
 * The number of artifacts in a shared store that the lockfile does not name.
 *
 * NULL: gives 0.
 * Threads: any, at the same time.
 */
uint64_t cratetrust_report_unlisted_count(const struct cratetrust_report *report);

/**
 * The bytes of artifacts that were read.
 *
 * NULL: gives 0.
 * Threads: any, at the same time.
 */
uint64_t cratetrust_report_bytes(const struct cratetrust_report *report);

/**
 * A report as compact JSON, schema `cratetrust.report/1`, the same bytes from every language.
 *
 * Ownership: the caller frees `*out` with `cratetrust_buf_free`.
 * NULL: `report` and `out` must not be NULL; `err` may.
 * Threads: any, at the same time.
 * Errors: none beyond NULL.
 */
int32_t cratetrust_report_to_json(const struct cratetrust_report *report,
                                  struct cratetrust_buf **out,
                                  struct cratetrust_error **err);

/**
 * A report as a SARIF 2.1.0 log of one run, the form that code-scanning pages read: compact JSON, the
 * same bytes as from the command's `--format sarif`.
 *
 * Ownership: the caller frees `*out` with `cratetrust_buf_free`.
 * NULL: `report` and `out` must not be NULL; `err` may.
 * Threads: any, at the same time.
 * Errors: none beyond NULL.
 */
int32_t cratetrust_report_to_sarif(const struct cratetrust_report *report,
                                   struct cratetrust_buf **out,
                                   struct cratetrust_error **err);

/**
 * A report from its JSON (UTF-8, `len` bytes), as `cratetrust_report_to_json` and the command's
 * `--format json` write it; keys that are not known are passed over.
 *
 * Ownership: the text is read and not kept; the caller frees `*out` with `cratetrust_report_free`.
 * NULL: `json` and `out` must not be NULL; `err` may.
 * Threads: any.
 * Errors: CRATETRUST_STATUS_INVALID_UTF8; CRATETRUST_STATUS_PARSE for what is no report.
 */
int32_t cratetrust_report_from_json(const char *json,
                                    size_t len,
                                    struct cratetrust_report **out,
                                    struct cratetrust_error **err);

/**
 * Frees a report that a verb made. One from `cratetrust_bom_report` must not be freed.
 *
 * NULL: does nothing.
 * Threads: any, once; nobody may use `report` or what was borrowed from it meanwhile or afterwards.
 */
void cratetrust_report_free(struct cratetrust_report *report);

/**
 * The id by which findings name a package: `name@version`, or `name@version (source)` where that
 * is not unique.
 *
 * Ownership: the text is borrowed from `package`. `len`, where given, gets its length in bytes.
 * NULL: a NULL `package` gives NULL; `len` may be NULL.
 * Threads: any, at the same time.
 */
const char *cratetrust_report_package_id(const struct cratetrust_report_package *package,
                                         size_t *len);

/**
 * A package's name.
 *
 * Ownership: the text is borrowed from `package`. `len`, where given, gets its length in bytes.
 * NULL: a NULL `package` gives NULL; `len` may be NULL.
 * Threads: any, at the same time.
 */
const char *cratetrust_report_package_name(const struct cratetrust_report_package *package,
                                           size_t *len);

/**
 * A package's version.
 *
 * Ownership: the text is borrowed from `package`. `len`, where given, gets its length in bytes.
 * NULL: a NULL `package` gives NULL; `len` may be NULL.
 * Threads: any, at the same time.
 */
const char *cratetrust_report_package_version(const struct cratetrust_report_package *package,
                                              size_t *len);

/**
 * A package's source as Cargo.lock spells it; NULL for local packages and where it is not known.
 *
 * Ownership: the text is borrowed from `package`. `len`, where given, gets its length in bytes.
 * NULL: a NULL `package` gives NULL; `len` may be NULL.
 * Threads: any, at the same time.
 */
const char *cratetrust_report_package_source(const struct cratetrust_report_package *package,
                                             size_t *len);

/**
 * What came of checking a package, one of CRATETRUST_PACKAGE_STATUS_.
 *
 * NULL: gives 0, which is no status.
 * Threads: any, at the same time.
 */
int32_t cratetrust_report_package_status(const struct cratetrust_report_package *package);

/**
 * The number of anchors: what a package's digest was compared with.
 *
 * NULL: gives 0.
 * Threads: any, at the same time.
 */
size_t cratetrust_report_package_anchor_count(const struct cratetrust_report_package *package);

/**
 * The anchor at an index: `lock`, `index`, `caller`, `self-declared`, …
 *
 * Ownership: the text is borrowed from `package`. `len`, where given, gets its length in bytes.
 * NULL: a NULL `package`, and an index that is out of range, give NULL; `len` may be NULL.
 * Threads: any, at the same time.
 */
const char *cratetrust_report_package_anchor_at(const struct cratetrust_report_package *package,
                                                size_t index,
                                                size_t *len);

/**
 * The name of a severity: `error`, `warning`, `info`; NULL for a number that is none.
 *
 * Ownership: the text is static and lives as long as the library is loaded.
 * Threads: any.
 */
const char *cratetrust_severity_name(int32_t severity);

/**
 * What a finding is about: one of CRATETRUST_CODE_.
 *
 * Ownership: the text is borrowed from `finding`. `len`, where given, gets its length in bytes.
 * NULL: a NULL `finding` gives NULL; `len` may be NULL.
 * Threads: any, at the same time.
 */
const char *cratetrust_finding_code(const struct cratetrust_finding *finding, size_t *len);

/**
 * The class of a finding's code, one of CRATETRUST_CLASS_.
 *
 * NULL: gives 0, which is no class.
 * Threads: any, at the same time.
 */
int32_t cratetrust_finding_class(const struct cratetrust_finding *finding);

/**
 * The severity of a finding under the preset and overrides in force, one of CRATETRUST_SEVERITY_.
 *
 * NULL: gives 0, which is no severity.
 * Threads: any, at the same time.
 */
int32_t cratetrust_finding_severity(const struct cratetrust_finding *finding);

/**
 * The id of the package that a finding is about; NULL where it is about none.
 *
 * Ownership: the text is borrowed from `finding`. `len`, where given, gets its length in bytes.
 * NULL: a NULL `finding` gives NULL; `len` may be NULL.
 * Threads: any, at the same time.
 */
const char *cratetrust_finding_package(const struct cratetrust_finding *finding, size_t *len);

/**
 * Where the artifact lies that a finding is about, relative to the path given; NULL for none.
 *
 * Ownership: the text is borrowed from `finding`. `len`, where given, gets its length in bytes.
 * NULL: a NULL `finding` gives NULL; `len` may be NULL.
 * Threads: any, at the same time.
 */
const char *cratetrust_finding_artifact(const struct cratetrust_finding *finding, size_t *len);

/**
 * The path inside the artifact, with replacement characters where it is not UTF-8; NULL for none.
 * It comes from the thing under test: escape it before you show it, and use `len`, for it may hold
 * a NUL.
 *
 * Ownership: the text is borrowed from `finding`. `len`, where given, gets its length in bytes.
 * NULL: a NULL `finding` gives NULL; `len` may be NULL.
 * Threads: any, at the same time.
 */
const char *cratetrust_finding_path(const struct cratetrust_finding *finding, size_t *len);

/**
 * The bytes of the path in hexadecimal digits; NULL where the path is UTF-8 or there is none.
 *
 * Ownership: the text is borrowed from `finding`. `len`, where given, gets its length in bytes.
 * NULL: a NULL `finding` gives NULL; `len` may be NULL.
 * Threads: any, at the same time.
 */
const char *cratetrust_finding_path_hex(const struct cratetrust_finding *finding, size_t *len);

/**
 * Whether a finding names a byte offset in the artifact (for archives, in the unpacked stream),
 * and stores it in `*offset`; 0 there where it names none.
 *
 * NULL: a NULL `finding` gives false; `offset` may be NULL.
 * Threads: any, at the same time.
 */
bool cratetrust_finding_offset(const struct cratetrust_finding *finding, uint64_t *offset);

/**
 * What should be there; NULL where the finding does not say.
 *
 * Ownership: the text is borrowed from `finding`. `len`, where given, gets its length in bytes.
 * NULL: a NULL `finding` gives NULL; `len` may be NULL.
 * Threads: any, at the same time.
 */
const char *cratetrust_finding_expected(const struct cratetrust_finding *finding, size_t *len);

/**
 * What is there; NULL where the finding does not say.
 *
 * Ownership: the text is borrowed from `finding`. `len`, where given, gets its length in bytes.
 * NULL: a NULL `finding` gives NULL; `len` may be NULL.
 * Threads: any, at the same time.
 */
const char *cratetrust_finding_actual(const struct cratetrust_finding *finding, size_t *len);

/**
 * A finding in one sentence.
 *
 * Ownership: the text is borrowed from `finding`. `len`, where given, gets its length in bytes.
 * NULL: a NULL `finding` gives NULL; `len` may be NULL.
 * Threads: any, at the same time.
 */
const char *cratetrust_finding_message(const struct cratetrust_finding *finding, size_t *len);

/**
 * Whether a verifier of the host program made the finding.
 *
 * NULL: gives false.
 * Threads: any, at the same time.
 */
bool cratetrust_finding_external(const struct cratetrust_finding *finding);

/**
 * The number (CRATETRUST_FORMAT_) of the format of that name, such as `cyclonedx-json`; 0 where
 * there is none.
 *
 * NULL: gives 0.
 * Threads: any.
 */
int32_t cratetrust_format_from_name(const char *name, size_t len);

/**
 * The report on what a bill of materials was made from.
 *
 * Ownership: borrowed from `bom`, valid until that is freed; never freed by itself.
 * NULL: gives NULL.
 * Threads: any, at the same time.
 */
const struct cratetrust_report *cratetrust_bom_report(const struct cratetrust_bom *bom);

/**
 * The number of packages in a bill of materials.
 *
 * NULL: gives 0.
 * Threads: any, at the same time.
 */
size_t cratetrust_bom_package_count(const struct cratetrust_bom *bom);

/**
 * The number of dependency edges in a bill of materials.
 *
 * NULL: gives 0.
 * Threads: any, at the same time.
 */
size_t cratetrust_bom_edge_count(const struct cratetrust_bom *bom);

/**
 * The number of roots: packages that stand for what was built.
 *
 * NULL: gives 0.
 * Threads: any, at the same time.
 */
size_t cratetrust_bom_root_count(const struct cratetrust_bom *bom);

/**
 * The number of places where the evidence could not tell.
 *
 * NULL: gives 0.
 * Threads: any, at the same time.
 */
size_t cratetrust_bom_gap_count(const struct cratetrust_bom *bom);

/**
 * Writes a bill of materials in a format, one of CRATETRUST_FORMAT_. `spec` (UTF-8, `spec_len`
 * bytes) is a version of the format's specification; NULL takes the default. Equal bills give equal
 * bytes.
 *
 * Ownership: the caller frees `*out` with `cratetrust_buf_free`.
 * NULL: `spec` and `err` may be NULL; `bom` and `out` must not.
 * Threads: any, at the same time.
 * Errors: CRATETRUST_STATUS_OUT_OF_RANGE for a number that is no format;
 * CRATETRUST_STATUS_UNSUPPORTED for a version that the format is not written in here.
 */
int32_t cratetrust_bom_write(const struct cratetrust_bom *bom,
                             int32_t format,
                             const char *spec,
                             size_t spec_len,
                             struct cratetrust_buf **out,
                             struct cratetrust_error **err);

/**
 * A bill of materials as compact JSON, schema `cratetrust.bom/1`: nothing is lost.
 *
 * Ownership: the caller frees `*out` with `cratetrust_buf_free`.
 * NULL: `bom` and `out` must not be NULL; `err` may.
 * Threads: any, at the same time.
 * Errors: none beyond NULL.
 */
int32_t cratetrust_bom_to_json(const struct cratetrust_bom *bom,
                               struct cratetrust_buf **out,
                               struct cratetrust_error **err);

/**
 * Frees a bill of materials and its report.
 *
 * NULL: does nothing.
 * Threads: any, once; nobody may use `bom` or its report meanwhile or afterwards.
 */
void cratetrust_bom_free(struct cratetrust_bom *bom);

/**
 * Is this the crate that the lockfile, the index or the caller names, and is its archive honest?
 *
 * The input is told by what it holds: a .crate file, a directory of them, a registry cache, a whole
 * CARGO_HOME, a vendor directory. What it is measured with are options: lockfile, index, sha256,
 * expect. A failed verification is a verdict of the report, not a status.
 * Ownership: the caller frees `*out` with `cratetrust_report_free`.
 * NULL: `options` (for the defaults) and `err` may be NULL; `input` and `out` must not.
 * Threads: any; nobody may change `options` meanwhile.
 * Errors: of the lockfile, the index and the options; I/O errors of a path that cannot be opened;
 * limits; cancelling. Faults of the thing under test are findings.
 */
int32_t cratetrust_verify_package(const struct cratetrust_input *input,
                                  const struct cratetrust_options *options,
                                  struct cratetrust_report **out,
                                  struct cratetrust_error **err);

/**
 * What is in this build, as far as the evidence can tell: `count` inputs, each a Cargo.lock, a
 * project's directory, cargo's record of a build or the output of `cargo metadata`; several are
 * joined.
 *
 * Ownership: the caller frees `*out` with `cratetrust_bom_free`.
 * NULL: `options` (for the defaults) and `err` may be NULL; `inputs`, each of them, and `out` must
 * not.
 * Threads: any; nobody may change `options` meanwhile.
 * Errors: I/O, limits, cancelling; parse errors of the evidence; CRATETRUST_STATUS_INVALID_ARGUMENT
 * without evidence.
 */
int32_t cratetrust_generate_sbom(const struct cratetrust_input *const *inputs,
                                 size_t count,
                                 const struct cratetrust_options *options,
                                 struct cratetrust_bom **out,
                                 struct cratetrust_error **err);

/**
 * Does this SBOM, of any producer, tell the truth about the evidence: `count` inputs as for
 * `cratetrust_generate_sbom`, or another SBOM?
 *
 * A document that does not is a verdict of the report, not a status.
 * Ownership: the caller frees `*out` with `cratetrust_report_free`.
 * NULL: `options` (for the defaults) and `err` may be NULL; `sbom`, `inputs`, each of them, and `out`
 * must not.
 * Threads: any; nobody may change `options` meanwhile.
 * Errors: I/O, limits, cancelling; parse errors of the evidence;
 * CRATETRUST_STATUS_UNSUPPORTED_FORMAT for an SBOM of no known format.
 */
int32_t cratetrust_verify_sbom(const struct cratetrust_input *sbom,
                               const struct cratetrust_input *const *inputs,
                               size_t count,
                               const struct cratetrust_options *options,
                               struct cratetrust_report **out,
                               struct cratetrust_error **err);

/**
 * What is new, gone or changed between two lockfiles.
 *
 * Ownership: the caller frees `*out` with `cratetrust_report_free`.
 * NULL: `options` (for the defaults) and `err` may be NULL; both lockfiles and `out` must not.
 * Threads: any; nobody may change `options` meanwhile.
 * Errors: I/O, limits, cancelling; parse errors of either lockfile.
 */
int32_t cratetrust_diff_lockfiles(const struct cratetrust_input *old_lockfile,
                                  const struct cratetrust_input *new_lockfile,
                                  const struct cratetrust_options *options,
                                  struct cratetrust_report **out,
                                  struct cratetrust_error **err);

/**
 * What a file or directory is, and what is in it, as compact JSON, schema
 * `cratetrust.inspection/1`.
 *
 * Ownership: the caller frees `*out` with `cratetrust_buf_free`.
 * NULL: `options` (for the defaults) and `err` may be NULL; `input` and `out` must not.
 * Threads: any; nobody may change `options` meanwhile.
 * Errors: I/O, limits, cancelling; CRATETRUST_STATUS_UNSUPPORTED_FORMAT for what is nothing that is
 * known here.
 */
int32_t cratetrust_inspect(const struct cratetrust_input *input,
                           const struct cratetrust_options *options,
                           struct cratetrust_buf **out,
                           struct cratetrust_error **err);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* CRATETRUST_H */
