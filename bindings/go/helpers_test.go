//go:build cgo

package cratetrust_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// lockfile names the packages of makeCrate, with the checksums that are given.
func lockfile(checksums map[string]string) []byte {
	var text strings.Builder
	text.WriteString("version = 4\n")
	fmt.Fprintf(&text, "\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"hello\",\n]\n")
	for name, checksum := range checksums {
		fmt.Fprintf(&text, "\n[[package]]\nname = %q\nversion = \"1.0.0\"\n", name)
		text.WriteString("source = \"registry+https://github.com/rust-lang/crates.io-index\"\n")
		fmt.Fprintf(&text, "checksum = %q\n", checksum)
	}
	return []byte(text.String())
}

// makeCrate packs an honest crate of version 1.0.0, with that many bytes of data in it.
func makeCrate(name string, size int) []byte {
	var packed bytes.Buffer
	gz, _ := gzip.NewWriterLevel(&packed, gzip.NoCompression)
	archive := tar.NewWriter(gz)
	manifest := fmt.Sprintf("[package]\nname = %q\nversion = \"1.0.0\"\nedition = \"2021\"\n", name)
	for _, file := range []struct{ path, text string }{
		{"Cargo.toml", manifest},
		{"src/data", strings.Repeat("x", size)},
		{"src/lib.rs", "//! An example.\n"},
	} {
		header := &tar.Header{
			Typeflag: tar.TypeReg, Name: name + "-1.0.0/" + file.path, Mode: 0o644,
			Size: int64(len(file.text)), Format: tar.FormatGNU,
		}
		if err := archive.WriteHeader(header); err != nil {
			panic(err)
		}
		if _, err := archive.Write([]byte(file.text)); err != nil {
			panic(err)
		}
	}
	if err := archive.Close(); err != nil {
		panic(err)
	}
	if err := gz.Close(); err != nil {
		panic(err)
	}
	return packed.Bytes()
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// hello is a crate and the lockfile of a project that needs it.
func hello() (crate, lock []byte) {
	crate = makeCrate("hello", 1000)
	return crate, lockfile(map[string]string{"hello": digest(crate)})
}

func must[T any](t *testing.T) func(value T, err error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}
