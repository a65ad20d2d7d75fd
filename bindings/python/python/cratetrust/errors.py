"""What is raised when a question cannot be answered.

Every exception is a `CratetrustError`, and also the built-in one that a caller would expect:
`ParseError` is a `ValueError`, `NotFoundError` a `FileNotFoundError`. A failed verdict is no
exception; only `Report.raise_for_findings` makes it one, `VerificationError`.
"""

from __future__ import annotations

import errno

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cratetrust._native import Report

__all__ = [
    "CratetrustError",
    "InputOutputError",
    "InternalError",
    "InvalidInputError",
    "LimitExceededError",
    "NotFoundError",
    "OperationCancelledError",
    "ParseError",
    "PermissionDeniedError",
    "UnsupportedError",
    "UnsupportedFormatError",
    "VerificationError",
]


def _restore(cls: type[CratetrustError], text: str, details: dict[str, Any]) -> CratetrustError:
    return cls(text, **details)


class CratetrustError(Exception):
    """Anything that this package raises on purpose.

    `str()` gives one line with the path and the place, in which hostile text is escaped; the
    attributes give the parts as they are.
    """

    kind: str
    """The stable name of the kind of failure, such as `parse` or `not-found`."""
    message: str
    """What went wrong, without the path and the place."""
    path: str | None
    """The path or label of the input that it is about."""
    line: int | None
    """The line, counted from 1."""
    column: int | None
    """The column, counted from 1."""
    offset: int | None
    """The byte offset, counted from 0."""
    limit: tuple[str, int] | None
    """The name and the value of the limit that was met."""

    def __init__(
        self,
        text: str,
        *,
        kind: str = "internal",
        message: str | None = None,
        path: str | None = None,
        line: int | None = None,
        column: int | None = None,
        offset: int | None = None,
        limit: tuple[str, int] | None = None,
    ) -> None:
        """Make the exception; `text` is what `str()` shows."""
        super().__init__(text)
        self.kind = kind
        self.message = text if message is None else message
        self.path = path
        self.line = line
        self.column = column
        self.offset = offset
        self.limit = limit

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""

    def __reduce__(self) -> tuple[Any, ...]:
        details = {
            "kind": self.kind,
            "message": self.message,
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "offset": self.offset,
            "limit": self.limit,
        }
        # The state is what was added later, such as notes.
        return (_restore, (type(self), str(self), details), self.__dict__)


class InvalidInputError(CratetrustError, ValueError):
    """An argument or an option has a value that makes no sense."""


class ParseError(CratetrustError, ValueError):
    """An input of a known format breaks that format."""


class UnsupportedError(CratetrustError):
    """The request is understood, but this build or this input cannot serve it."""


class UnsupportedFormatError(ParseError, UnsupportedError):
    """An input is of no format that is known here."""


class InputOutputError(CratetrustError, OSError):
    """Reading or writing failed."""

    _errno: int | None = None

    def __init__(self, text: str, **details: Any) -> None:
        """Make the exception; see `CratetrustError`."""
        super().__init__(text, **details)
        self.errno = self._errno
        self.strerror = self.message
        self.filename = self.path


class NotFoundError(InputOutputError, FileNotFoundError):
    """A named path does not exist."""

    _errno = errno.ENOENT


class PermissionDeniedError(InputOutputError, PermissionError):
    """A named path may not be read."""

    _errno = errno.EACCES


class LimitExceededError(CratetrustError):
    """An input is larger, deeper or longer than a limit allows; `limit` names it."""


class OperationCancelledError(CratetrustError):
    """The call was stopped by its `CancelToken`."""


class InternalError(CratetrustError):
    """A fault of the library itself."""


class VerificationError(CratetrustError):
    """The verdict of a report is not `pass`. Only `Report.raise_for_findings` raises it."""

    report: Report
    """The report."""

    def __init__(self, report: Report) -> None:
        """Make the exception for a report."""
        super().__init__(str(report), kind="verification")
        self.report = report

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.report,), self.__dict__)
