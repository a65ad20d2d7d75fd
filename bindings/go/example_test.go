//go:build cgo

package cratetrust_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/cratetrust/cratetrust/bindings/go"
)

func ExampleVerifyPackage() {
	crate, lock := hello()

	report, err := cratetrust.VerifyPackage(context.Background(),
		cratetrust.Bytes("hello-1.0.0.crate", crate),
		cratetrust.WithLockfile(cratetrust.Bytes("Cargo.lock", lock)))
	if err != nil {
		log.Fatal(err) // the question could not be answered
	}
	fmt.Println(report.Verdict)
	for _, pkg := range report.Packages {
		fmt.Println(pkg.ID, pkg.Status, pkg.Anchors)
	}
	// Output:
	// pass
	// hello@1.0.0 ok [lock]
}

// A verdict that is not pass is no error; Err makes one of it.
func ExampleReport_Err() {
	crate, lock := hello()
	crate[len(crate)-1] ^= 1 // somebody changed a byte

	report, err := cratetrust.VerifyPackage(context.Background(),
		cratetrust.Bytes("hello-1.0.0.crate", crate),
		cratetrust.WithLockfile(cratetrust.Bytes("Cargo.lock", lock)),
		cratetrust.WithChecks(cratetrust.CheckChecksum))
	if err != nil {
		log.Fatal(err)
	}
	if err := report.Err(); err != nil {
		fmt.Println(report.Verdict)
		for _, finding := range report.Findings {
			fmt.Println(finding.Severity, finding.Code, finding.Package)
		}
	}
	// Output:
	// fail
	// error checksum-lock-mismatch hello@1.0.0
}

func ExampleGenerateSBOM() {
	_, lock := hello()

	bom, err := cratetrust.GenerateSBOM(context.Background(),
		[]cratetrust.Input{cratetrust.Bytes("Cargo.lock", lock)},
		cratetrust.WithSupplier("Example GmbH"))
	if err != nil {
		log.Fatal(err)
	}
	for _, pkg := range bom.Packages {
		fmt.Printf("%s %s %q\n", pkg.Name, pkg.Version, pkg.PURL)
	}
	document, err := bom.Write(cratetrust.FormatCycloneDXJSON, "1.6")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(json.Valid(document))
	// Output:
	// app 0.1.0 ""
	// hello 1.0.0 "pkg:cargo/hello@1.0.0"
	// true
}

func ExampleVerifySBOM() {
	_, lock := hello()
	evidence := []cratetrust.Input{cratetrust.Bytes("Cargo.lock", lock)}
	bom, err := cratetrust.GenerateSBOM(context.Background(), evidence)
	if err != nil {
		log.Fatal(err)
	}
	document, err := bom.Write(cratetrust.FormatSPDXJSON, "")
	if err != nil {
		log.Fatal(err)
	}
	lie := bytes.ReplaceAll(document, []byte("hello"), []byte("jello"))

	for _, sbom := range [][]byte{document, lie} {
		report, err := cratetrust.VerifySBOM(context.Background(),
			cratetrust.Bytes("sbom.spdx.json", sbom), evidence)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(report.Verdict)
	}
	// Output:
	// pass
	// fail
}

func ExampleReadLockfile() {
	_, lock := hello()

	lockfile, err := cratetrust.ReadLockfile(context.Background(),
		cratetrust.Reader("Cargo.lock", bytes.NewReader(lock)))
	if err != nil {
		log.Fatal(err)
	}
	for _, pkg := range lockfile.Packages {
		for _, index := range pkg.Dependencies {
			fmt.Println(pkg.ID, "needs", lockfile.Packages[index].ID)
		}
	}
	// Output:
	// app@0.1.0 needs hello@1.0.0
}

func ExampleDiffLockfiles() {
	_, before := hello()
	after := bytes.Replace(before, []byte(`version = "1.0.0"`), []byte(`version = "1.0.1"`), 1)

	report, err := cratetrust.DiffLockfiles(context.Background(),
		cratetrust.Bytes("before.lock", before), cratetrust.Bytes("after.lock", after))
	if err != nil {
		log.Fatal(err)
	}
	for _, finding := range report.Findings {
		fmt.Println(finding.Code, finding.Package)
	}
	// Output:
	// lock-package-changed hello@1.0.1
}

func ExampleInspect() {
	crate, _ := hello()

	inspection, err := cratetrust.Inspect(context.Background(), cratetrust.Bytes("hello-1.0.0.crate", crate))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(inspection.Kind, inspection.Facts["package"], inspection.Facts["entries"])
	// Output:
	// crate hello 3
}

func ExampleError() {
	_, err := cratetrust.ReadLockfile(context.Background(),
		cratetrust.Bytes("Cargo.lock", []byte("version = 4\n[[package]]\nname = \n")))

	var failure *cratetrust.Error
	if errors.As(err, &failure) {
		fmt.Println(failure.Kind, failure.Path, failure.Line)
	}
	fmt.Println(errors.Is(err, cratetrust.ErrParse))
	// Output:
	// parse Cargo.lock 3
	// true
}

func ExampleWithProgress() {
	dir, err := os.MkdirTemp("", "crates")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for _, name := range []string{"hello", "world"} {
		crate := filepath.Join(dir, name+"-1.0.0.crate")
		if err := os.WriteFile(crate, makeCrate(name, 10), 0o600); err != nil {
			log.Fatal(err)
		}
	}

	report, err := cratetrust.VerifyPackage(context.Background(), cratetrust.Path(dir),
		cratetrust.WithProgress(func(p cratetrust.Progress) {
			fmt.Printf("%s: %d of %d\n", p.Stage, p.Done, p.Total)
		}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Verdict) // nothing says what the digests should be
	// Output:
	// verify: 1 of 2
	// verify: 2 of 2
	// incomplete
}
