//go:build cgo

package cratetrust_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cratetrust/cratetrust/bindings/go"
)

func TestErrorsAreTyped(t *testing.T) {
	crate, lock := hello()
	dir := t.TempDir()
	missing := cratetrust.Path(filepath.Join(dir, "none"))
	aCrate := cratetrust.Bytes("hello-1.0.0.crate", crate)
	ctx := context.Background()
	verify := func(input cratetrust.Input, opts ...cratetrust.Option) error {
		_, err := cratetrust.VerifyPackage(ctx, input, opts...)
		return err
	}
	read := func(input cratetrust.Input, opts ...cratetrust.Option) error {
		_, err := cratetrust.ReadLockfile(ctx, input, opts...)
		return err
	}
	sbom := func(evidence []cratetrust.Input, opts ...cratetrust.Option) error {
		_, err := cratetrust.GenerateSBOM(ctx, evidence, opts...)
		return err
	}
	aLock := cratetrust.Bytes("Cargo.lock", lock)
	evidence := []cratetrust.Input{aLock}
	invalid := cratetrust.ErrInvalidArgument

	cases := map[string]struct {
		err  error
		kind cratetrust.Kind
		is   []error
	}{
		"missing path":      {verify(missing), cratetrust.KindNotFound, []error{cratetrust.ErrNotFound, cratetrust.ErrIO, fs.ErrNotExist}},
		"missing lockfile":  {verify(aCrate, cratetrust.WithLockfile(missing)), cratetrust.KindNotFound, []error{fs.ErrNotExist}},
		"missing index":     {verify(aCrate, cratetrust.WithIndex(missing)), cratetrust.KindNotFound, []error{fs.ErrNotExist}},
		"empty path":        {verify(cratetrust.Path("")), cratetrust.KindInvalidArgument, []error{invalid}},
		"NUL in a path":     {verify(cratetrust.Path("a\x00b")), cratetrust.KindInvalidArgument, []error{invalid}},
		"zero input":        {verify(cratetrust.Input{}), cratetrust.KindInvalidArgument, []error{invalid}},
		"zero lockfile":     {verify(aCrate, cratetrust.WithLockfile(cratetrust.Input{})), cratetrust.KindInvalidArgument, []error{invalid}},
		"nil reader":        {verify(cratetrust.Reader("r", nil)), cratetrust.KindInvalidArgument, []error{invalid}},
		"label not UTF-8":   {read(cratetrust.Bytes("\xff", lock)), cratetrust.KindInvalidUTF8, []error{cratetrust.ErrInvalidUTF8}},
		"lock not UTF-8":    {read(cratetrust.Bytes("Cargo.lock", []byte("\xff"))), cratetrust.KindInvalidUTF8, []error{cratetrust.ErrInvalidUTF8}},
		"broken lockfile":   {read(cratetrust.Bytes("Cargo.lock", []byte("[[package]]\nname = 1\n"))), cratetrust.KindParse, []error{cratetrust.ErrParse}},
		"lockfile too big":  {read(aLock, cratetrust.WithLimit(cratetrust.LimitLockfileSize, 10)), cratetrust.KindLimitExceeded, []error{cratetrust.ErrLimit}},
		"unknown limit":     {read(aLock, cratetrust.WithLimit("none", 10)), cratetrust.KindInvalidArgument, []error{invalid}},
		"negative jobs":     {verify(aCrate, cratetrust.WithJobs(-1)), cratetrust.KindInvalidArgument, []error{invalid}},
		"unknown preset":    {verify(aCrate, cratetrust.WithPreset("lax")), cratetrust.KindInvalidArgument, []error{invalid}},
		"unknown code":      {verify(aCrate, cratetrust.WithSeverity("none", cratetrust.SeverityInfo)), cratetrust.KindInvalidArgument, []error{invalid}},
		"unknown severity":  {verify(aCrate, cratetrust.WithSeverity(cratetrust.CodeYanked, "bad")), cratetrust.KindInvalidArgument, []error{invalid}},
		"unknown check":     {verify(aCrate, cratetrust.WithChecks("none")), cratetrust.KindInvalidArgument, []error{invalid}},
		"unknown level":     {verify(aCrate, cratetrust.WithLevel("none")), cratetrust.KindInvalidArgument, []error{invalid}},
		"short digest":      {verify(aCrate, cratetrust.WithSHA256("12")), cratetrust.KindInvalidArgument, []error{invalid}},
		"odd expectation":   {verify(aCrate, cratetrust.WithExpect("hello")), cratetrust.KindInvalidArgument, []error{invalid}},
		"option not UTF-8":  {verify(aCrate, cratetrust.WithExpect("\xff@1.0.0")), cratetrust.KindInvalidUTF8, []error{cratetrust.ErrInvalidUTF8}},
		"contact of no one": {sbom(evidence, cratetrust.WithContact("a@example.org")), cratetrust.KindInvalidArgument, []error{invalid}},
		"year 10000":        {sbom(evidence, cratetrust.WithTimestamp(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))), cratetrust.KindInvalidArgument, []error{invalid}},
		"no evidence":       {sbom(nil), cratetrust.KindInvalidArgument, []error{invalid}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var failure *cratetrust.Error
			if !errors.As(c.err, &failure) {
				t.Fatalf("%v is no *Error", c.err)
			}
			if failure.Kind != c.kind {
				t.Errorf("kind %s, want %s: %v", failure.Kind, c.kind, c.err)
			}
			for _, target := range c.is {
				if !errors.Is(c.err, target) {
					t.Errorf("%v is not %v", c.err, target)
				}
			}
			if errors.Is(c.err, cratetrust.ErrInternal) || errors.Is(c.err, cratetrust.ErrCancelled) || errors.Is(c.err, io.EOF) {
				t.Errorf("%v matches what it is not", c.err)
			}
			if failure.Message == "" || !strings.HasPrefix(c.err.Error(), "cratetrust: ") {
				t.Errorf("poor message %q", c.err)
			}
			var wire map[string]any
			if err := json.Unmarshal(failure.JSON(), &wire); err != nil || wire["schema"] != "cratetrust.error/1" {
				t.Errorf("%s: %v", failure.JSON(), err)
			}
		})
	}
}

func TestErrorsTellThePlace(t *testing.T) {
	_, err := cratetrust.ReadLockfile(context.Background(), cratetrust.Bytes("a/Cargo.lock", []byte("version = 4\n\xff")))
	var failure *cratetrust.Error
	if !errors.As(err, &failure) {
		t.Fatal(err)
	}
	if failure.Path != "a/Cargo.lock" || failure.Line != 2 || failure.Offset == nil || *failure.Offset != 12 || failure.Limit != nil {
		t.Errorf("%+v", failure)
	}
	_, err = cratetrust.ReadLockfile(context.Background(), cratetrust.Bytes("Cargo.lock", make([]byte, 11)),
		cratetrust.WithLimit(cratetrust.LimitLockfileSize, 10))
	if !errors.As(err, &failure) || failure.Limit == nil || *failure.Limit != (cratetrust.Limit{Name: "lockfile-size", Value: 10}) {
		t.Errorf("%v", err)
	}
}

func TestPermission(t *testing.T) {
	if os.Geteuid() == 0 {
		// The superuser may read everything; the mapping itself is tested all the same.
		if !errors.Is(&cratetrust.Error{Kind: cratetrust.KindPermissionDenied}, fs.ErrPermission) {
			t.Error("permission-denied is not fs.ErrPermission")
		}
		return
	}
	path := filepath.Join(t.TempDir(), "Cargo.lock")
	if err := os.WriteFile(path, nil, 0); err != nil {
		t.Fatal(err)
	}
	_, err := cratetrust.ReadLockfile(context.Background(), cratetrust.Path(path))
	if !errors.Is(err, fs.ErrPermission) || !errors.Is(err, cratetrust.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestAFailedVerdictIsNoError(t *testing.T) {
	crate, _ := hello()
	report := must[*cratetrust.Report](t)(cratetrust.VerifyPackage(context.Background(),
		cratetrust.Bytes("hello-1.0.0.crate", crate[:100])))
	if report.Verdict != cratetrust.VerdictFail || report.Passed() {
		t.Errorf("verdict %s", report.Verdict)
	}
	var failed *cratetrust.VerificationError
	if err := report.Err(); !errors.As(err, &failed) || failed.Report != report || !strings.Contains(err.Error(), "fail") {
		t.Errorf("%v", err)
	}
	report = must[*cratetrust.Report](t)(cratetrust.VerifyPackage(context.Background(),
		cratetrust.Bytes("hello-1.0.0.crate", crate)))
	if report.Verdict != cratetrust.VerdictIncomplete || report.Err() == nil {
		t.Errorf("without an anchor the verdict is %s, error %v", report.Verdict, report.Err())
	}
	report = must[*cratetrust.Report](t)(cratetrust.VerifyPackage(context.Background(),
		cratetrust.Bytes("hello-1.0.0.crate", crate), cratetrust.WithSHA256(digest(crate)), cratetrust.WithExpect("hello@1.0.0")))
	if report.Err() != nil {
		t.Error(report.Err())
	}
}

func TestEveryOptionArrives(t *testing.T) {
	crate, lock := hello()
	index := []byte(`{"name":"hello","vers":"1.0.0","deps":[],"cksum":"` + digest(crate) + `","features":{},"yanked":true}`)
	report := must[*cratetrust.Report](t)(cratetrust.VerifyPackage(context.Background(),
		cratetrust.Reader("hello-1.0.0.crate", bytes.NewReader(crate)),
		nil, // an option that a caller left out
		cratetrust.WithLockfile(cratetrust.Reader("Cargo.lock", bytes.NewReader(lock))),
		cratetrust.WithIndex(cratetrust.Reader("hello", bytes.NewReader(index))),
		cratetrust.WithPreset(cratetrust.PresetCargo),
		cratetrust.WithSeverity(cratetrust.CodeYanked, cratetrust.SeverityError),
		cratetrust.WithSeverity(cratetrust.CodeCrateMissing, cratetrust.SeverityInfo),
		cratetrust.WithJobs(3),
		cratetrust.WithChecks(cratetrust.CheckChecksum, cratetrust.CheckArchive, cratetrust.CheckIndex)))
	if report.Preset != cratetrust.PresetCargo || len(report.Severities) != 2 || len(report.Checks) != 3 {
		t.Errorf("%s", report.JSON())
	}
	if report.Verdict != cratetrust.VerdictFail || len(report.Findings) != 1 || report.Findings[0].Code != cratetrust.CodeYanked {
		t.Errorf("%s", report.JSON())
	}
	if anchors := report.Packages[0].Anchors; len(anchors) != 2 {
		t.Errorf("anchors %v", anchors)
	}

	bom := must[*cratetrust.BOM](t)(cratetrust.GenerateSBOM(context.Background(),
		[]cratetrust.Input{cratetrust.Bytes("Cargo.lock", lock)},
		cratetrust.WithContact("security@example.org"), cratetrust.WithSupplier("Müller & Söhne <GmbH>"),
		cratetrust.WithAuthors("A. Uthor", "B, with a comma"),
		cratetrust.WithTimestamp(time.Date(2026, 1, 2, 5, 4, 5, 999, time.FixedZone("", 2*60*60)))))
	document := bom.Document
	if document.Supplier == nil || document.Supplier.Name != "Müller & Söhne <GmbH>" || document.Supplier.Email != "security@example.org" {
		t.Errorf("supplier %+v", document.Supplier)
	}
	if len(document.Authors) != 2 || document.Authors[1].Name != "B, with a comma" || document.Timestamp != "2026-01-02T03:04:05Z" {
		t.Errorf("%+v", document)
	}
}

// Options have no state that two calls share.
func TestOptionsCanBeUsedAgain(t *testing.T) {
	crate, _ := hello()
	opts := []cratetrust.Option{cratetrust.WithSHA256(digest(crate)), cratetrust.WithSeverity(cratetrust.CodeYanked, cratetrust.SeverityInfo)}
	input := cratetrust.Bytes("hello-1.0.0.crate", crate)
	first := must[*cratetrust.Report](t)(cratetrust.VerifyPackage(context.Background(), input, opts...))
	second := must[*cratetrust.Report](t)(cratetrust.VerifyPackage(context.Background(), input, opts...))
	if !bytes.Equal(first.JSON(), second.JSON()) {
		t.Error("the same call gives other bytes")
	}
	plain := must[*cratetrust.Report](t)(cratetrust.VerifyPackage(context.Background(), input))
	if len(plain.Severities) != 0 || plain.Verdict == first.Verdict {
		t.Errorf("options of another call are in force: %s", plain.JSON())
	}
}

func TestVersion(t *testing.T) {
	version, err := cratetrust.Version()
	if err != nil || strings.Count(version, ".") != 2 {
		t.Errorf("%q, %v", version, err)
	}
}

func TestWriteRefuses(t *testing.T) {
	_, lock := hello()
	bom := must[*cratetrust.BOM](t)(cratetrust.GenerateSBOM(context.Background(), []cratetrust.Input{cratetrust.Bytes("Cargo.lock", lock)}))
	if _, err := bom.Write("none", ""); !errors.Is(err, cratetrust.ErrInvalidArgument) {
		t.Error(err)
	}
	if _, err := bom.Write(cratetrust.FormatSPDXJSON, "9.9"); !errors.Is(err, cratetrust.ErrUnsupported) || !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
	if _, err := new(cratetrust.BOM).Write(cratetrust.FormatJSON, ""); !errors.Is(err, cratetrust.ErrInvalidArgument) {
		t.Error(err)
	}
	if again := must[[]byte](t)(bom.Write(cratetrust.FormatJSON, "")); !bytes.Equal(again, bom.JSON()) {
		t.Error("Write and JSON differ")
	}
}
