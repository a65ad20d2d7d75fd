"""Verify Rust crates and their SBOMs, with no cargo, no network and no trust in the input.

Three questions, one function each:

- `verify_package`: is this the crate that the lockfile, the index or the caller names?
- `generate_sbom`: what is in this build?
- `verify_sbom`: does this SBOM tell the truth about that lockfile?

Inputs are a path (`str` or `os.PathLike`), the content (`bytes`) or a binary file object. A fault
of the thing under test is a finding of the report, never an exception; `cratetrust.errors` holds
what is raised when the question itself cannot be answered.
"""

from cratetrust._native import (
    VERSION,
    ArtifactReport,
    Bom,
    CancelToken,
    Counts,
    Finding,
    Limits,
    Lockfile,
    Package,
    PackageReport,
    Report,
    ReportInput,
    Summary,
    diff_lockfiles,
    generate_sbom,
    inspect,
    verify_package,
    verify_sbom,
)
from cratetrust.errors import (
    CratetrustError,
    InputOutputError,
    InternalError,
    InvalidInputError,
    LimitExceededError,
    NotFoundError,
    OperationCancelledError,
    ParseError,
    PermissionDeniedError,
    UnsupportedError,
    UnsupportedFormatError,
    VerificationError,
)

__version__ = VERSION

__all__ = [
    "ArtifactReport",
    "Bom",
    "CancelToken",
    "Counts",
    "CratetrustError",
    "Finding",
    "InputOutputError",
    "InternalError",
    "InvalidInputError",
    "LimitExceededError",
    "Limits",
    "Lockfile",
    "NotFoundError",
    "OperationCancelledError",
    "Package",
    "PackageReport",
    "ParseError",
    "PermissionDeniedError",
    "Report",
    "ReportInput",
    "Summary",
    "UnsupportedError",
    "UnsupportedFormatError",
    "VerificationError",
    "__version__",
    "diff_lockfiles",
    "generate_sbom",
    "inspect",
    "verify_package",
    "verify_sbom",
]
