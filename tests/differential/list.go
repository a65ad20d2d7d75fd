// Lists archives as Go's archive/tar reads them, for cratetrust-core/tests/archive_differential.rs.
//
// It answers what list.py answers to the same questions.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

func list(data []byte, lines *strings.Builder) error {
	stream, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return err
	}
	archive := tar.NewReader(stream)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		kind := "o"
		switch header.Typeflag {
		case tar.TypeReg:
			kind = "f"
		case tar.TypeDir:
			kind = "d"
		}
		body := sha256.New()
		if _, err := io.Copy(body, archive); err != nil {
			return err
		}
		name := hex.EncodeToString([]byte(header.Name))
		if name == "" {
			name = "-"
		}
		fmt.Fprintf(lines, "%s %d %x %s\n", kind, header.Size, body.Sum(nil), name)
	}
	// Read on, so that faults at the end of the stream are seen.
	_, err = io.Copy(io.Discard, stream)
	return err
}

func answer(data []byte) string {
	var lines strings.Builder
	if err := list(data, &lines); err != nil {
		fmt.Fprintf(&lines, "error %s", strings.ReplaceAll(err.Error(), "\n", " "))
	} else {
		lines.WriteString("end")
	}
	return lines.String()
}

func run(source io.Reader, sink io.Writer) error {
	for {
		var length uint32
		if err := binary.Read(source, binary.LittleEndian, &length); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		data := make([]byte, length)
		if _, err := io.ReadFull(source, data); err != nil {
			return err
		}
		text := answer(data)
		out := binary.LittleEndian.AppendUint32(nil, uint32(len(text)))
		if _, err := sink.Write(append(out, text...)); err != nil {
			return err
		}
	}
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
