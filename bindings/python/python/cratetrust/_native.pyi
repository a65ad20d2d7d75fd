"""
The native half of the package; import `cratetrust` instead.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from cratetrust.types import Input, Progress
from datetime import datetime
from typing import Any, Final, SupportsIndex, final

__all__ = ["VERSION", "ArtifactReport", "Bom", "CancelToken", "Counts", "Finding", "Limits", "Lockfile", "Package", "PackageReport", "Report", "ReportInput", "Summary", "diff_lockfiles", "generate_sbom", "inspect", "run_command", "verify_package", "verify_sbom"]

VERSION: Final[str]
"""
The library's version.
"""

@final
class ArtifactReport:
    """
    One thing that was read for a package.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, kind: str, location: str, sha256: str | None, checks: Iterable[str], status: str) -> ArtifactReport: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    @property
    def checks(self, /) -> tuple[str, ...]:
        """
        The checks that ran on it.
        """
    @property
    def kind(self, /) -> str:
        """
        `crate`, `src`, `vendor` or `checkout`.
        """
    @property
    def location(self, /) -> str:
        """
        Where it lies, relative to the path given.
        """
    @property
    def sha256(self, /) -> str | None:
        """
        Its SHA-256 in hexadecimal digits.
        """
    @property
    def status(self, /) -> str:
        """
        `ok`, `failed`, `unchecked`, `local` or `skipped`.
        """

@final
class Bom:
    """
    A bill of materials, made by `generate_sbom`.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __iter__(self, /) -> Iterator[Package]: ...
    def __len__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    @staticmethod
    def _restore(json: str, report: Report) -> Bom:
        """
        Restores a pickled bill of materials from the JSON forms of it and of its report.
        """
    @property
    def packages(self, /) -> tuple[Package, ...]:
        """
        The packages, by name, version and source.
        """
    @property
    def report(self, /) -> Report:
        """
        What was found in the evidence.
        """
    def to_dict(self, /) -> dict[str, Any]:
        """
        The bill of materials as plain dicts and lists, with the keys of its JSON form.
        """
    def to_json(self, /) -> str:
        """
        The bill of materials as compact JSON, schema `cratetrust.bom/1`.
        """
    def write(self, /, format: str = "cyclonedx-json", spec_version: str | None = None) -> bytes:
        """
        The bill of materials in a format: `cyclonedx-json`, `cyclonedx-xml`, `spdx-json`,
        `spdx-tag-value`, `spdx3-json` or `json`, and in the version of its specification that is
        named, else the default one: 1.6 of CycloneDX, 2.3 of SPDX 2.

        Equal bills give equal bytes.
        """

@final
class CancelToken:
    """
    A switch that any thread may throw to stop the calls that were given it.

    A call that is stopped raises `OperationCancelledError`. A token stays cancelled for good.
    """
    def __new__(cls, /) -> CancelToken:
        """
        A token that is not cancelled.
        """
    def __repr__(self, /) -> str: ...
    def cancel(self, /) -> None:
        """
        Stops the calls that were given this token, now and in future.
        """
    @property
    def cancelled(self, /) -> bool:
        """
        Whether the token was cancelled.
        """

@final
class Counts:
    """
    How many findings of each severity.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, error: SupportsIndex, warning: SupportsIndex, info: SupportsIndex) -> Counts: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    @property
    def error(self, /) -> int:
        """
        Errors.
        """
    @property
    def info(self, /) -> int:
        """
        Facts.
        """
    @property
    def warning(self, /) -> int:
        """
        Warnings.
        """

@final
class Finding:
    """
    One thing found.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, code: str, class_: str, severity: str, message: str, package: str | None = None, artifact: str | None = None, path: str | None = None, path_hex: str | None = None, offset: SupportsIndex | None = None, expected: str | None = None, actual: str | None = None, external: bool = False) -> Finding: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    @property
    def actual(self, /) -> str | None:
        """
        What is there.
        """
    @property
    def artifact(self, /) -> str | None:
        """
        The artifact's location, relative to the path given.
        """
    @property
    def class_(self, /) -> str:
        """
        `mismatch`, `coverage` or `note`.
        """
    @property
    def code(self, /) -> str:
        """
        The stable code, such as `checksum-lock-mismatch`.
        """
    @property
    def expected(self, /) -> str | None:
        """
        What should be there.
        """
    @property
    def external(self, /) -> bool:
        """
        Whether a verifier of the host program made it.
        """
    @property
    def message(self, /) -> str:
        """
        The finding in one sentence.
        """
    @property
    def offset(self, /) -> int | None:
        """
        A byte offset in the artifact; for archives, in the unpacked stream.
        """
    @property
    def package(self, /) -> str | None:
        """
        The `id` of the package in the report.
        """
    @property
    def path(self, /) -> str | None:
        """
        The path inside the artifact.
        """
    @property
    def path_hex(self, /) -> str | None:
        """
        The path's bytes in hexadecimal digits, where it is not UTF-8.
        """
    @property
    def severity(self, /) -> str:
        """
        `error`, `warning` or `info`.
        """

@final
class Limits:
    """
    What an input may cost. Every limit that is not given has the library's default.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, *, crate_size: int | None = None, unpacked_size: int | None = None, unpacked_ratio: int | None = None, entries: int | None = None, file_size: int | None = None, path_length: int | None = None, component_length: int | None = None, depth: int | None = None, record_size: int | None = None, manifest_size: int | None = None, lockfile_size: int | None = None, sbom_size: int | None = None, sbom_components: int | None = None, binary_size: int | None = None, auditable_size: int | None = None, nesting: int | None = None, findings: int | None = None) -> Limits: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    @property
    def auditable_size(self, /) -> int:
        """
        Bytes of the list that cargo-auditable embeds, compressed and inflated.
        """
    @property
    def binary_size(self, /) -> int:
        """
        Bytes of one compiled program.
        """
    @property
    def component_length(self, /) -> int:
        """
        Bytes of one path component.
        """
    @property
    def crate_size(self, /) -> int:
        """
        Bytes of one `.crate` file.
        """
    @property
    def depth(self, /) -> int:
        """
        Components of one path.
        """
    @property
    def entries(self, /) -> int:
        """
        Entries of one archive or tree, and sections of one program.
        """
    @property
    def file_size(self, /) -> int:
        """
        Bytes of one file inside an archive.
        """
    @property
    def findings(self, /) -> int:
        """
        Findings kept for one package.
        """
    @property
    def lockfile_size(self, /) -> int:
        """
        Bytes of one Cargo.lock.
        """
    @property
    def manifest_size(self, /) -> int:
        """
        Bytes of one Cargo.toml.
        """
    @property
    def nesting(self, /) -> int:
        """
        Levels of nesting in JSON and TOML.
        """
    @property
    def path_length(self, /) -> int:
        """
        Bytes of one path.
        """
    @property
    def record_size(self, /) -> int:
        """
        Bytes of one pax or long-name record.
        """
    @property
    def sbom_components(self, /) -> int:
        """
        Components of one SBOM; it also bounds what they are made of: 16 times as many dependencies, and
        64 times as many values of any kind.
        """
    @property
    def sbom_size(self, /) -> int:
        """
        Bytes of one SBOM.
        """
    @property
    def unpacked_ratio(self, /) -> int:
        """
        Times its own size that an archive may unpack to, where that is more.
        """
    @property
    def unpacked_size(self, /) -> int:
        """
        Bytes that any archive may unpack to, whatever its size.
        """

@final
class Lockfile:
    """
    A Cargo.lock of version 1 to 4, or a newer one as far as it is understood.

    `Lockfile(content)` reads bytes; `Lockfile.read` takes a path or a file object too.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __iter__(self, /) -> Iterator[Package]: ...
    def __len__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, content: bytes, *, label: str | None = None, limits: Limits | None = None) -> Lockfile: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    def find(self, /, name: str, version: str | None = None) -> tuple[Package, ...]:
        """
        The packages of that name, and of that version where one is given.
        """
    @property
    def findings(self, /) -> tuple[Finding, ...]:
        """
        What is odd about the file itself.
        """
    @property
    def packages(self, /) -> tuple[Package, ...]:
        """
        The packages, in the order of the file.
        """
    @staticmethod
    def read(source: Input, *, label: str | None = None, limits: Limits | None = None, cancel: CancelToken | None = None) -> Lockfile:
        """
        Reads a lockfile from a path, bytes or a binary file.

        `label` names bytes or a file in errors. Raises `ParseError`, with path and line, for what is
        no lockfile.
        """
    @property
    def sha256(self, /) -> str:
        """
        The SHA-256 of the file in hexadecimal digits.
        """
    def to_dict(self, /) -> dict[str, Any]:
        """
        The lockfile as plain dicts and lists, with the keys of its JSON form.
        """
    def to_json(self, /) -> str:
        """
        The lockfile as compact JSON, schema `cratetrust.lockfile/1`.
        """
    @property
    def version(self, /) -> int:
        """
        The format version: 1 to 4, or a newer number that the file states.
        """

@final
class Package:
    """
    One package of a lockfile or a bill of materials.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, name: str, version: str, source: str | None = None, checksum: str | None = None, purl: str | None = None, dependencies: Iterable[SupportsIndex] = ..., scope: str = ..., license: str | None = None) -> Package: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    @property
    def checksum(self, /) -> str | None:
        """
        The SHA-256 of the `.crate` file in hexadecimal digits.
        """
    @property
    def dependencies(self, /) -> tuple[int, ...]:
        """
        Positions of the packages that it depends on, in the same `packages`.
        """
    @property
    def license(self, /) -> str | None:
        """
        The declared licence, an SPDX expression, where the evidence holds one.
        """
    @property
    def name(self, /) -> str:
        """
        The name.
        """
    @property
    def purl(self, /) -> str | None:
        """
        The package URL; `None` for path packages.
        """
    @property
    def scope(self, /) -> str:
        """
        `linked`, `build`, `dev`, `not-built` or `maybe`; a lockfile alone cannot tell.
        """
    @property
    def source(self, /) -> str | None:
        """
        The source as Cargo.lock spells it; `None` for path packages.
        """
    @property
    def version(self, /) -> str:
        """
        The version.
        """

@final
class PackageReport:
    """
    One package of a report.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, id: str, name: str, version: str, source: str | None, anchors: Iterable[str], status: str, counts: Counts, artifacts: Iterable[ArtifactReport]) -> PackageReport: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    @property
    def anchors(self, /) -> tuple[str, ...]:
        """
        What the digest was compared with: `lock`, `index`, `caller`, `self-declared`, …
        """
    @property
    def artifacts(self, /) -> tuple[ArtifactReport, ...]:
        """
        What was read.
        """
    @property
    def counts(self, /) -> Counts:
        """
        Findings about the package, by severity.
        """
    @property
    def id(self, /) -> str:
        """
        `name@version`, or `name@version (source)` where that is not unique.
        """
    @property
    def name(self, /) -> str:
        """
        The name.
        """
    @property
    def source(self, /) -> str | None:
        """
        The source as Cargo.lock spells it; `None` for local packages.
        """
    @property
    def status(self, /) -> str:
        """
        `ok`, `failed`, `unchecked`, `local` or `skipped`.
        """
    @property
    def version(self, /) -> str:
        """
        The version.
        """

@final
class Report:
    """
    What was found. Its JSON form is the same bytes from every language.

    A report has no truth value of its own: look at `verdict` or `passed`, or call
    `raise_for_findings`.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    def __str__(self, /) -> str: ...
    @property
    def checks(self, /) -> tuple[str, ...]:
        """
        The checks that ran.
        """
    @property
    def findings(self, /) -> tuple[Finding, ...]:
        """
        The findings, by package, artifact, path, offset and code.
        """
    @staticmethod
    def from_json(text: str) -> Report:
        """
        Reads a report from its JSON form, as `to_json` and the command's `--format json` write it.

        Raises `ParseError` for what is no report.
        """
    @property
    def inputs(self, /) -> tuple[ReportInput, ...]:
        """
        What was read.
        """
    @property
    def packages(self, /) -> tuple[PackageReport, ...]:
        """
        The packages, by name, version and source.
        """
    @property
    def passed(self, /) -> bool:
        """
        Whether the verdict is `pass`.
        """
    @property
    def preset(self, /) -> str:
        """
        The severity preset: `strict`, `crates-io` or `cargo`.
        """
    def raise_for_findings(self, /) -> None:
        """
        Raises `VerificationError`, which holds this report, unless the verdict is `pass`.
        """
    @property
    def severities(self, /) -> dict[str, str]:
        """
        The severities that the caller changed, by finding code.
        """
    @property
    def summary(self, /) -> Summary:
        """
        Counts over the packages.
        """
    def to_dict(self, /) -> dict[str, Any]:
        """
        The report as plain dicts and lists, with the keys of its JSON form.
        """
    def to_json(self, /) -> str:
        """
        The report as compact JSON, schema `cratetrust.report/1`.
        """
    def to_sarif(self, /) -> str:
        """
        The report as a SARIF 2.1.0 log of one run, the form that code-scanning pages read: compact JSON,
        the same bytes as from the command's `--format sarif`.

        Raises `ParseError` for a report, read by `from_json`, with finding codes that are not known.
        """
    @property
    def verdict(self, /) -> str:
        """
        `pass`, `fail` or `incomplete`.
        """

@final
class ReportInput:
    """
    What an input of a report was for.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, role: str, name: str, sha256: str | None = None) -> ReportInput: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    @property
    def name(self, /) -> str:
        """
        The input's name, without a directory.
        """
    @property
    def role(self, /) -> str:
        """
        `lockfile`, `sbom`, `crate`, …
        """
    @property
    def sha256(self, /) -> str | None:
        """
        Its SHA-256 in hexadecimal digits, where it is one file that was read whole.
        """

@final
class Summary:
    """
    Counts over a report: packages = ok + failed + unchecked + local + skipped, and
    checked = ok + failed.
    """
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __ne__(self, value: object, /) -> bool: ...
    def __new__(cls, /, packages: SupportsIndex, checked: SupportsIndex, ok: SupportsIndex, failed: SupportsIndex, unchecked: SupportsIndex, local: SupportsIndex, skipped: SupportsIndex, unlisted: SupportsIndex, bytes: SupportsIndex) -> Summary: ...
    def __reduce__(self, /) -> tuple[Any, ...]: ...
    def __repr__(self, /) -> str: ...
    @property
    def bytes(self, /) -> int:
        """
        Bytes read of artifacts.
        """
    @property
    def checked(self, /) -> int:
        """
        Those that were checked.
        """
    @property
    def failed(self, /) -> int:
        """
        Checked, and they do not hold.
        """
    @property
    def local(self, /) -> int:
        """
        Path and workspace packages.
        """
    @property
    def ok(self, /) -> int:
        """
        Checked, and they hold.
        """
    @property
    def packages(self, /) -> int:
        """
        All packages.
        """
    @property
    def skipped(self, /) -> int:
        """
        Left out on request.
        """
    @property
    def unchecked(self, /) -> int:
        """
        Not checked.
        """
    @property
    def unlisted(self, /) -> int:
        """
        Artifacts in a shared store that the lockfile does not name.
        """

def diff_lockfiles(old: Input, new: Input, *, preset: str | None = None, severity: Mapping[str, str] | None = None, limits: Limits | None = None, progress: Progress | None = None, cancel: CancelToken | None = None) -> Report:
    """
    What is new, gone or changed between two lockfiles?
    """

def generate_sbom(evidence: Input | Sequence[Input], *, crates: Input | Sequence[Input] | None = None, index: Input | None = None, enrich: str | None = None, no_units: bool | None = None, supplier: str | None = None, contact: str | None = None, manufacturer: str | None = None, manufacturer_contact: str | None = None, author: str | Sequence[str] | None = None, timestamp: str | int | datetime | None = None, license: str | None = None, lifecycle: str | None = None, serial: str | None = None, tool: str | Sequence[str] | None = None, vcs_url: str | None = None, conclude_declared: bool | None = None, component_supplier: str | None = None, target: str | Sequence[str] | None = None, host: str | None = None, features: str | Sequence[str] | None = None, no_default_features: bool | None = None, all_features: bool | None = None, package: str | Sequence[str] | None = None, bin: str | Sequence[str] | None = None, lib: bool | None = None, cfg: str | Sequence[str] | None = None, dev: bool | None = None, preset: str | None = None, severity: Mapping[str, str] | None = None, limits: Limits | None = None, jobs: int | None = None, progress: Progress | None = None, cancel: CancelToken | None = None) -> Bom:
    """
    What is in this build, as far as the evidence can tell?

    Evidence is a Cargo.lock, a project's directory, cargo's record of a build, the output of `cargo
    metadata`, or a sequence of these, which are joined. `crates` are places where the
    packages' bytes lie (a CARGO_HOME, a registry cache, unpacked sources, a vendor directory, crate
    files): facts come from bytes that match the lockfile, and those that contradict it are findings of
    the report. `enrich` says what is taken from them: `all`, what the `manifests` say, or `none`.
    `no_units` leaves out the units that packages are compiled into, and inflates less of their archives.
    `conclude_declared` says of each package that its concluded licence is its declared
    one; `component_supplier` is `none`, `authors` or `registry`; `vcs_url` (`git+URL@COMMIT`) is where
    the local packages come from. `license` is the main component's licence, `lifecycle` the
    document's phase, `serial` its `urn:uuid:…`, `tool` a `NAME@VERSION` that had a part in it.
    `manufacturer` and `manufacturer_contact` name who makes the main component, `supplier` and `contact` (a mail
    or web address) name who supplies the main component, `author` who wrote the document.
    `timestamp` is the document's time, as RFC 3339 text, seconds since 1970 or an aware datetime;
    without one the document has no time, and equal evidence gives equal bytes.

    What is built is told by `target` and `host` (triples), `features`, `no_default_features`,
    `all_features`, `package`, `bin`, `lib`, `cfg` and `dev`, in the words of the command's flags. Where
    a target or a host is given, a
    directory is resolved with the manifests of its packages in `crates`, and with what the index
    directory `index` says of those that are not there.
    """

def inspect(path: Input, *, label: str | None = None, profile: str | None = None, limits: Limits | None = None, progress: Progress | None = None, cancel: CancelToken | None = None) -> dict[str, Any]:
    """
    What is this, and what is in it? The answer has the keys of schema `cratetrust.inspection/1`.

    `profile` (`ntia`, `cisa-2025`, `bsi-tr-03183-2` or `cra`) holds an SBOM against what regulators
    ask: the fact `profile` then names each field, where it is, and which components lack it.
    """

def run_command(args: Iterable[str]) -> int:
    """
    Runs the `cratetrust` command on the standard streams of this process and returns its exit
    code. `args` begins with the program's name.

    A signal handler that raises, as that of Ctrl-C does, stops the command and raises here.
    """

def verify_package(path: Input, *, label: str | None = None, lockfile: Input | None = None, index: Input | None = None, against: Input | None = None, sha256: str | None = None, expect: str | None = None, checks: str | Sequence[str] | None = None, crates: Input | Sequence[Input] | None = None, target: str | Sequence[str] | None = None, host: str | None = None, features: str | Sequence[str] | None = None, no_default_features: bool | None = None, all_features: bool | None = None, package: str | Sequence[str] | None = None, bin: str | Sequence[str] | None = None, lib: bool | None = None, cfg: str | Sequence[str] | None = None, dev: bool | None = None, preset: str | None = None, severity: Mapping[str, str] | None = None, limits: Limits | None = None, jobs: int | None = None, progress: Progress | None = None, cancel: CancelToken | None = None) -> Report:
    """
    Is this the crate that the lockfile, the index or the caller names, and is its archive honest?

    The path is told by what it holds: a `.crate` file, a directory of them, a registry cache, a
    whole CARGO_HOME, a vendor directory. `label` names bytes or a file object. `index` is an index
    file of the package, `sha256` and `expect` (`NAME@VERSION`) are what the one package given must
    be. `against` is the other side of a byte comparison: for a crate file a checkout of its source,
    for an unpacked crate its crate file. `checks` picks from `checksum`, `archive`, `tree`, `index` and `vcs`; by
    default all run that apply.

    What is built is told by `target` and `host` (triples), `features`, `no_default_features`,
    `all_features`, `package`, `bin`, `lib`, `cfg` and `dev`, in the words of the command's flags. Where
    a target or a host is given, the project
    beside `lockfile` is resolved with the manifests in the path and in `crates`, and that a package
    which is not built is missing is information.

    Faults of the crate are findings of the report; what it is measured with (lockfile, options)
    and a path that cannot be opened raise.
    """

def verify_sbom(sbom: Input, evidence: Input | Sequence[Input], *, label: str | None = None, level: str | None = None, crates: Input | Sequence[Input] | None = None, index: Input | None = None, target: str | Sequence[str] | None = None, host: str | None = None, features: str | Sequence[str] | None = None, no_default_features: bool | None = None, all_features: bool | None = None, package: str | Sequence[str] | None = None, bin: str | Sequence[str] | None = None, lib: bool | None = None, cfg: str | Sequence[str] | None = None, dev: bool | None = None, preset: str | None = None, severity: Mapping[str, str] | None = None, limits: Limits | None = None, progress: Progress | None = None, cancel: CancelToken | None = None) -> Report:
    """
    Does this SBOM tell the truth about the evidence?

    The SBOM may be of any producer, in any format that is read here; `label` names bytes or a file
    object. Evidence is as for `generate_sbom`, or another SBOM. `level` is `components`, `graph`, the default, or `full`.

    What is built is told by `target` and `host` (triples), `features`, `no_default_features`,
    `all_features`, `package`, `bin`, `lib`, `cfg` and `dev`, in the words of the command's flags. Where
    a target or a host is given, a
    directory of `evidence` is resolved with the manifests of its packages in `crates`, and with what
    the index directory `index` says of those that are not there.
    """
