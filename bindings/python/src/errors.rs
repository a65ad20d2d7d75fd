//! The core's errors as the exceptions of `cratetrust.errors`.

use cratetrust_core::{Error, ErrorKind};
use pyo3::prelude::*;
use pyo3::types::PyDict;

const MODULE: &str = "cratetrust.errors";

fn class_of(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidArgument | ErrorKind::OutOfRange => "InvalidInputError",
        ErrorKind::Parse | ErrorKind::InvalidUtf8 => "ParseError",
        ErrorKind::UnsupportedFormat => "UnsupportedFormatError",
        ErrorKind::Unsupported => "UnsupportedError",
        ErrorKind::Io => "InputOutputError",
        ErrorKind::NotFound => "NotFoundError",
        ErrorKind::PermissionDenied => "PermissionDeniedError",
        ErrorKind::LimitExceeded => "LimitExceededError",
        ErrorKind::Cancelled => "OperationCancelledError",
        ErrorKind::Internal => "InternalError",
        // A kind that the core gains later is still a CratetrustError.
        _ => "CratetrustError",
    }
}

/// The exception for an error of the core.
pub(crate) fn to_py(py: Python<'_>, error: &Error) -> PyErr {
    build(py, error).unwrap_or_else(|failed| failed)
}

fn build(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    let details = PyDict::new(py);
    details.set_item("kind", error.kind().name())?;
    details.set_item("message", error.message())?;
    details.set_item("path", error.path())?;
    details.set_item("line", error.line())?;
    details.set_item("column", error.column())?;
    details.set_item("offset", error.offset())?;
    details.set_item("limit", error.limit_met())?;
    let class = py.import(MODULE)?.getattr(class_of(error.kind()))?;
    let value = class.call((error.to_string(),), Some(&details))?;
    Ok(PyErr::from_value(value))
}

/// The exception for an argument that makes no sense.
pub(crate) fn invalid(py: Python<'_>, message: impl Into<String>) -> PyErr {
    to_py(py, &Error::invalid(message))
}

/// The exception that `Report.raise_for_findings` raises.
pub(crate) fn verification(report: &Bound<'_, PyAny>) -> PyErr {
    let build = || -> PyResult<PyErr> {
        let class = report.py().import(MODULE)?.getattr("VerificationError")?;
        Ok(PyErr::from_value(class.call1((report,))?))
    };
    build().unwrap_or_else(|failed| failed)
}
