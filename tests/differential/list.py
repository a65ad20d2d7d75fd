"""Lists archives as Python's tarfile reads them, for cratetrust-core/tests/archive_differential.rs.

Standard input holds archives, each after its length (four bytes, little endian). For each one, the
listing goes to standard output, after its length in the same form: one line an entry, `KIND SIZE
SHA256 PATH`, with the path in hexadecimal digits and the kind f (file), d (directory) or o (other);
then `end`, or `error` and what was wrong.
"""

import gzip
import hashlib
import io
import struct
import sys
import tarfile


def listing(data: bytes) -> str:
    lines = []
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            with tarfile.open(fileobj=stream, mode="r:", errorlevel=2) as archive:
                for member in archive:
                    kind = "f" if member.type in (b"0", b"\0") else "d" if member.isdir() else "o"
                    body = hashlib.sha256()
                    file = archive.extractfile(member) if member.isreg() else None
                    while file and (piece := file.read(1 << 16)):
                        body.update(piece)
                    name = member.name.encode("utf-8", "surrogateescape").hex() or "-"
                    lines.append(f"{kind} {member.size} {body.hexdigest()} {name}")
            # Read on, so that faults at the end of the stream are seen.
            while stream.read(1 << 16):
                pass
    except Exception as error:  # Whatever ends the reading, and be it a fault of tarfile's own.
        lines.append(f"error {type(error).__name__}: {error}".replace("\n", " "))
    else:
        lines.append("end")
    return "\n".join(lines)


def main() -> None:
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while length := source.read(4):
        answer = listing(source.read(struct.unpack("<I", length)[0])).encode("utf-8", "replace")
        sink.write(struct.pack("<I", len(answer)) + answer)
        sink.flush()


main()
