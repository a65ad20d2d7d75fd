"""The types of arguments, for annotations."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Protocol, Union

__all__ = ["Input", "Progress", "Readable"]


class Readable(Protocol):
    """A binary file object: open in mode `"rb"`, an `io.BytesIO`, a response body."""

    def read(self, size: int, /) -> bytes:
        """Read at most `size` bytes; none at the end."""


Input = Union[str, "os.PathLike[str]", bytes, bytearray, memoryview, Readable]
"""One input: a path, the content, or a binary file object."""

Progress = Callable[[str, int, int], object]
"""A function that is told of progress: the stage, the units done, and all units or 0.

It is called on the calling thread. What it raises stops the call and comes out of it.
"""
