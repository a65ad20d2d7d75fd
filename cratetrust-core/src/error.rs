//! The one error type: what could not be done, where, and which limit was met.

use std::fmt;
use std::io;
use std::path::Path;

/// What kind of failure an [`Error`] is. Kinds are stable; new ones may be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument or an option has a value that makes no sense.
    InvalidArgument,
    /// Text that must be UTF-8 is not.
    InvalidUtf8,
    /// A number or an enumeration value is outside its range.
    OutOfRange,
    /// The request is understood, but this build or this input cannot serve it.
    Unsupported,
    /// Reading or writing failed.
    Io,
    /// A named path does not exist.
    NotFound,
    /// A named path may not be read or written.
    PermissionDenied,
    /// An input is larger, deeper or longer than a limit allows.
    LimitExceeded,
    /// The caller cancelled the work.
    Cancelled,
    /// An input of a known format breaks that format.
    Parse,
    /// An input is of no format that is known here.
    UnsupportedFormat,
    /// A fault of the library itself.
    Internal,
}

impl ErrorKind {
    /// The kind's stable name in kebab-case, as it stands in the JSON of an error.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidArgument => "invalid-argument",
            Self::InvalidUtf8 => "invalid-utf8",
            Self::OutOfRange => "out-of-range",
            Self::Unsupported => "unsupported",
            Self::Io => "io",
            Self::NotFound => "not-found",
            Self::PermissionDenied => "permission-denied",
            Self::LimitExceeded => "limit-exceeded",
            Self::Cancelled => "cancelled",
            Self::Parse => "parse",
            Self::UnsupportedFormat => "unsupported-format",
            Self::Internal => "internal",
        }
    }
}

/// A result whose error is an [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Why something could not be done: a kind, a message, and the path and place it is about.
///
/// A fault of the thing under test is never an `Error` but a [`Finding`](crate::report::Finding).
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    message: String,
    path: Option<String>,
    line: Option<u64>,
    column: Option<u64>,
    offset: Option<u64>,
    limit: Option<(&'static str, u64)>,
}

impl Error {
    /// An error of the given kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            path: None,
            line: None,
            column: None,
            offset: None,
            limit: None,
        }))
    }

    /// An [`ErrorKind::InvalidArgument`] error.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArgument, message)
    }

    /// An [`ErrorKind::Parse`] error.
    pub fn parse(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Parse, message)
    }

    /// An [`ErrorKind::LimitExceeded`] error that names the limit and its value.
    pub fn limit(name: &'static str, value: u64, message: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorKind::LimitExceeded, message);
        error.0.limit = Some((name, value));
        error
    }

    /// An error for an I/O failure on `path`.
    pub fn io(path: &Path, error: &io::Error) -> Self {
        Self::from_io(error).at_path(path.display().to_string())
    }

    /// An error for an I/O failure on something that has no path.
    pub fn from_io(error: &io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::NotFound => ErrorKind::NotFound,
            io::ErrorKind::PermissionDenied => ErrorKind::PermissionDenied,
            _ => ErrorKind::Io,
        };
        Self::new(kind, error.to_string())
    }

    /// Names the path or label of the input; the first name given stays.
    #[must_use]
    pub fn at_path(mut self, path: impl Into<String>) -> Self {
        self.0.path.get_or_insert_with(|| path.into());
        self
    }

    /// Names a line and a column, both counted from 1.
    #[must_use]
    pub fn at_line(mut self, line: u64, column: Option<u64>) -> Self {
        self.0.line = Some(line);
        self.0.column = column;
        self
    }

    /// Names a byte offset, counted from 0.
    #[must_use]
    pub fn at_offset(mut self, offset: u64) -> Self {
        self.0.offset = Some(offset);
        self
    }

    /// The kind of the failure.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What went wrong, without the path and the place.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The path or label of the input that the error is about.
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// The line, counted from 1.
    pub fn line(&self) -> Option<u64> {
        self.0.line
    }

    /// The column, counted from 1.
    pub fn column(&self) -> Option<u64> {
        self.0.column
    }

    /// The byte offset, counted from 0.
    pub fn offset(&self) -> Option<u64> {
        self.0.offset
    }

    /// The name and the value of the limit that was met.
    pub fn limit_met(&self) -> Option<(&'static str, u64)> {
        self.0.limit
    }

    /// The error as one line of JSON, schema `cratetrust.error/1`; every key is always present.
    pub fn to_json(&self) -> String {
        let inner = &*self.0;
        serde_json::json!({
            "schema": "cratetrust.error/1",
            "kind": inner.kind.name(),
            "message": inner.message,
            "path": inner.path,
            "line": inner.line,
            "column": inner.column,
            "offset": inner.offset,
            "limit": inner.limit.map(|(name, value)| serde_json::json!({"name": name, "value": value})),
        })
        .to_string()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(path) = &inner.path {
            write!(f, "{}", crate::text::escape(path))?;
            if let Some(line) = inner.line {
                write!(f, ":{line}")?;
                if let Some(column) = inner.column {
                    write!(f, ":{column}")?;
                }
            }
            f.write_str(": ")?;
        } else if let Some(line) = inner.line {
            write!(f, "line {line}: ")?;
        }
        write!(f, "{}", crate::text::escape(&inner.message))?;
        if let Some(offset) = inner.offset {
            write!(f, " (at byte {offset})")?;
        }
        if let Some((name, value)) = inner.limit {
            write!(f, " (limit {name} = {value})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl std::error::Error for Error {}
