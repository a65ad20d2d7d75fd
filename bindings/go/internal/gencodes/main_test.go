package main

import (
	"bytes"
	"os"
	"testing"
)

func TestConstantsAreThoseOfTheHeader(t *testing.T) {
	want, err := generate("../../../../include/cratetrust.h")
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("../../constants.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Error("constants.go does not fit the header: run `go generate ./...` in bindings/go")
	}
}

func TestHeaderWithoutTables(t *testing.T) {
	empty := t.TempDir() + "/empty.h"
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := generate(empty); err == nil {
		t.Error("a header without codes gives no error")
	}
}
