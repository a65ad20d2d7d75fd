//go:build cgo

package cratetrust_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cratetrust/cratetrust/bindings/go"
)

const conformance = "../../tests/conformance"

type conformanceCase struct {
	Name        string                     `json:"name"`
	Verb        string                     `json:"verb"`
	Input       string                     `json:"input"`
	Evidence    []string                   `json:"evidence"`
	SBOM        string                     `json:"sbom"`
	Old         string                     `json:"old"`
	New         string                     `json:"new"`
	Format      cratetrust.Format          `json:"format"`
	SpecVersion string                     `json:"spec_version"`
	Options     map[string]json.RawMessage `json:"options"`
	Status      int                        `json:"status"`
}

func conformanceCases(t *testing.T) []conformanceCase {
	t.Helper()
	// Errors name the paths of the cases, which are relative to their directory.
	t.Chdir(conformance)
	text, err := os.ReadFile("cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Schema string            `json:"schema"`
		Cases  []conformanceCase `json:"cases"`
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		t.Fatal(err)
	}
	if file.Schema != "cratetrust.conformance/1" || len(file.Cases) < 50 {
		t.Fatalf("%d cases of schema %s", len(file.Cases), file.Schema)
	}
	return file.Cases
}

func value[T any](t *testing.T, raw json.RawMessage) T {
	t.Helper()
	var value T
	if err := json.Unmarshal(raw, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// options says with functions what a case says with flags.
func (c conformanceCase) options(t *testing.T) []cratetrust.Option {
	t.Helper()
	var opts []cratetrust.Option
	for key, raw := range c.Options {
		switch key {
		case "lockfile":
			opts = append(opts, cratetrust.WithLockfile(cratetrust.Path(value[string](t, raw))))
		case "index":
			opts = append(opts, cratetrust.WithIndex(cratetrust.Path(value[string](t, raw))))
		case "against":
			opts = append(opts, cratetrust.WithAgainst(value[string](t, raw)))
		case "sha256":
			opts = append(opts, cratetrust.WithSHA256(value[string](t, raw)))
		case "expect":
			opts = append(opts, cratetrust.WithExpect(value[string](t, raw)))
		case "checks":
			opts = append(opts, cratetrust.WithChecks(value[[]cratetrust.Check](t, raw)...))
		case "preset":
			opts = append(opts, cratetrust.WithPreset(value[cratetrust.Preset](t, raw)))
		case "severity":
			for code, severity := range value[map[cratetrust.Code]cratetrust.Severity](t, raw) {
				opts = append(opts, cratetrust.WithSeverity(code, severity))
			}
		case "jobs":
			opts = append(opts, cratetrust.WithJobs(value[int](t, raw)))
		case "limit":
			for name, limit := range value[map[string]uint64](t, raw) {
				opts = append(opts, cratetrust.WithLimit(name, limit))
			}
		case "level":
			opts = append(opts, cratetrust.WithLevel(value[cratetrust.Level](t, raw)))
		case "supplier":
			opts = append(opts, cratetrust.WithSupplier(value[string](t, raw)))
		case "contact":
			opts = append(opts, cratetrust.WithContact(value[string](t, raw)))
		case "author":
			opts = append(opts, cratetrust.WithAuthors(value[[]string](t, raw)...))
		case "crates":
			opts = append(opts, cratetrust.WithCrates(value[[]string](t, raw)...))
		case "manufacturer":
			opts = append(opts, cratetrust.WithManufacturer(value[string](t, raw)))
		case "manufacturer_contact":
			opts = append(opts, cratetrust.WithManufacturerContact(value[string](t, raw)))
		case "license":
			opts = append(opts, cratetrust.WithLicense(value[string](t, raw)))
		case "lifecycle":
			opts = append(opts, cratetrust.WithLifecycle(value[string](t, raw)))
		case "serial":
			opts = append(opts, cratetrust.WithSerial(value[string](t, raw)))
		case "tool":
			opts = append(opts, cratetrust.WithTools(value[[]string](t, raw)...))
		case "vcs_url":
			opts = append(opts, cratetrust.WithVCSURL(value[string](t, raw)))
		case "conclude_declared":
			if value[bool](t, raw) {
				opts = append(opts, cratetrust.WithConcludeDeclared())
			}
		case "component_supplier":
			opts = append(opts, cratetrust.WithComponentSupplier(value[string](t, raw)))
		case "enrich":
			opts = append(opts, cratetrust.WithEnrich(value[string](t, raw)))
		case "no_units":
			if value[bool](t, raw) {
				opts = append(opts, cratetrust.WithoutUnits())
			}
		case "profile":
			opts = append(opts, cratetrust.WithProfile(value[string](t, raw)))
		case "target":
			opts = append(opts, cratetrust.WithTargets(value[[]string](t, raw)...))
		case "host":
			opts = append(opts, cratetrust.WithHost(value[string](t, raw)))
		case "features":
			opts = append(opts, cratetrust.WithFeatures(value[[]string](t, raw)...))
		case "no_default_features":
			if value[bool](t, raw) {
				opts = append(opts, cratetrust.WithNoDefaultFeatures())
			}
		case "all_features":
			if value[bool](t, raw) {
				opts = append(opts, cratetrust.WithAllFeatures())
			}
		case "package":
			opts = append(opts, cratetrust.WithPackages(value[[]string](t, raw)...))
		case "bin":
			opts = append(opts, cratetrust.WithBins(value[[]string](t, raw)...))
		case "lib":
			if value[bool](t, raw) {
				opts = append(opts, cratetrust.WithLib())
			}
		case "cfg":
			opts = append(opts, cratetrust.WithCfgs(value[[]string](t, raw)...))
		case "dev":
			if value[bool](t, raw) {
				opts = append(opts, cratetrust.WithDev())
			}
		case "timestamp":
			opts = append(opts, cratetrust.WithTimestamp(value[time.Time](t, raw)))
		default:
			t.Fatalf("no option stands for the flag %q", key)
		}
	}
	return opts
}

// answer is the answer's bytes and the command's exit status.
func (c conformanceCase) answer(t *testing.T) ([]byte, int) {
	t.Helper()
	answer, status, err := c.run(t)
	if err == nil {
		return answer, status
	}
	var failure *cratetrust.Error
	if !errors.As(err, &failure) {
		t.Fatalf("%v is no *Error", err)
	}
	return failure.JSON(), 2
}

func (c conformanceCase) run(t *testing.T) (answer []byte, status int, err error) {
	t.Helper()
	ctx := context.Background()
	opts := c.options(t)
	var evidence []cratetrust.Input
	for _, path := range c.Evidence {
		evidence = append(evidence, cratetrust.Path(path))
	}
	var report *cratetrust.Report
	switch c.Verb {
	case "verify_package":
		report, err = cratetrust.VerifyPackage(ctx, cratetrust.Path(c.Input), opts...)
	case "verify_sbom":
		report, err = cratetrust.VerifySBOM(ctx, cratetrust.Path(c.SBOM), evidence, opts...)
	case "diff_lockfiles":
		report, err = cratetrust.DiffLockfiles(ctx, cratetrust.Path(c.Old), cratetrust.Path(c.New), opts...)
	case "generate_sbom":
		bom, err := cratetrust.GenerateSBOM(ctx, evidence, opts...)
		if err != nil {
			return nil, 0, err
		}
		if bom.Report.Verdict == cratetrust.VerdictFail {
			status = 1
		}
		answer, err = bom.Write(c.Format, c.SpecVersion)
		return answer, status, err
	case "inspect":
		inspection, err := cratetrust.Inspect(ctx, cratetrust.Path(c.Input), opts...)
		if err != nil {
			return nil, 0, err
		}
		if profile, ok := inspection.Facts["profile"].(map[string]any); ok && profile["complete"] != true {
			status = 1
		}
		return inspection.JSON(), status, nil
	case "read_lockfile":
		lockfile, err := cratetrust.ReadLockfile(ctx, cratetrust.Path(c.Input), opts...)
		if err != nil {
			return nil, 0, err
		}
		return lockfile.JSON(), 0, nil
	default:
		t.Fatalf("no verb is called %q", c.Verb)
	}
	if err != nil {
		return nil, 0, err
	}
	if report.Err() != nil {
		status = 1
	}
	if c.Format == "sarif" {
		answer, err = report.SARIF()
		return answer, status, err
	}
	return report.JSON(), status, nil
}

func TestConformance(t *testing.T) {
	for _, c := range conformanceCases(t) {
		t.Run(c.Name, func(t *testing.T) {
			expected, err := os.ReadFile(filepath.Join("expected", c.Name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			answer, status := c.answer(t)
			if status != c.Status {
				t.Errorf("status %d, expected %d", status, c.Status)
			}
			if !bytes.Equal(answer, expected) {
				t.Errorf("other bytes: %s\nexpected: %s", answer, expected)
			}
		})
	}
}

// Every key of the library's JSON has its field here, and every field its key: what is decoded and
// encoded again says the same.
func TestEveryKeyIsKnown(t *testing.T) {
	schemas := map[string]int{}
	for _, c := range conformanceCases(t) {
		switch {
		case c.Verb == "generate_sbom":
			c.Format, c.SpecVersion = cratetrust.FormatJSON, ""
		case c.Format == "sarif":
			continue // A log is text to its readers, no value of this package.
		}
		answer, _ := c.answer(t)
		schema := value[struct{ Schema string }](t, answer).Schema
		schemas[schema]++
		var into any
		switch schema {
		case "cratetrust.report/1":
			into = &cratetrust.Report{}
		case "cratetrust.bom/1":
			into = &cratetrust.BOM{}
		case "cratetrust.lockfile/1":
			into = &cratetrust.Lockfile{}
		case "cratetrust.inspection/1":
			// Without its own method, which would hide unknown keys.
			type plain cratetrust.Inspection
			into = &plain{}
		case "cratetrust.error/1":
			into = &struct {
				Schema string `json:"schema"`
				*cratetrust.Error
			}{}
		default:
			t.Fatalf("%s: no type for schema %q", c.Name, schema)
		}
		decoder := json.NewDecoder(bytes.NewReader(answer))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(into); err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		again, err := json.Marshal(into)
		if err != nil {
			t.Fatal(err)
		}
		if at, ok := same(value[any](t, answer), value[any](t, again)); !ok {
			t.Errorf("%s: lost or invented at %s", c.Name, at)
		}
	}
	for _, schema := range []string{"report", "bom", "lockfile", "inspection", "error"} {
		if schemas["cratetrust."+schema+"/1"] < 3 {
			t.Errorf("few answers of schema %s: %v", schema, schemas)
		}
	}
}

// same compares two JSON values and tells where they differ. Where the library says null, Go says
// nil, "" or 0.
func same(library, ours any) (at string, ok bool) {
	switch library := library.(type) {
	case nil:
		return "", ours == nil || ours == "" || ours == 0.0
	case map[string]any:
		object, is := ours.(map[string]any)
		if !is {
			return "", false
		}
		for key := range object {
			if _, there := library[key]; !there {
				return "." + key, false
			}
		}
		for key, value := range library {
			other, there := object[key]
			if !there {
				return "." + key, false
			}
			if at, ok := same(value, other); !ok {
				return "." + key + at, false
			}
		}
		return "", true
	case []any:
		list, is := ours.([]any)
		if !is || len(list) != len(library) {
			return "[]", false
		}
		for i, value := range library {
			if at, ok := same(value, list[i]); !ok {
				return "[]" + at, false
			}
		}
		return "", true
	default:
		return "", library == ours
	}
}

func isDirectory(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// The same cases once more with bytes and readers for files: only the place in errors differs, which
// labels can say too.
func TestConformanceOfBytesAndReaders(t *testing.T) {
	compared := 0
	for _, c := range conformanceCases(t) {
		if c.Status == 2 || c.Format == "sarif" || !slices.Contains([]string{"read_lockfile", "verify_sbom", "diff_lockfiles"}, c.Verb) {
			continue
		}
		if slices.ContainsFunc(c.Evidence, isDirectory) {
			continue
		}
		expected, err := os.ReadFile(filepath.Join("expected", c.Name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		ways := map[string]func(path string) cratetrust.Input{
			"bytes": func(path string) cratetrust.Input {
				data, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				return cratetrust.Bytes(path, data)
			},
			"reader": func(path string) cratetrust.Input {
				file, err := os.Open(path)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = file.Close() })
				return cratetrust.Reader(path, file)
			},
		}
		for way, input := range ways {
			var answer interface{ JSON() []byte }
			switch c.Verb {
			case "read_lockfile":
				answer, err = cratetrust.ReadLockfile(context.Background(), input(c.Input), c.options(t)...)
			case "verify_sbom":
				evidence := make([]cratetrust.Input, 0, len(c.Evidence))
				for _, piece := range c.Evidence {
					evidence = append(evidence, input(piece))
				}
				answer, err = cratetrust.VerifySBOM(context.Background(), input(c.SBOM), evidence, c.options(t)...)
			case "diff_lockfiles":
				answer, err = cratetrust.DiffLockfiles(context.Background(), input(c.Old), input(c.New), c.options(t)...)
			}
			if err != nil || !bytes.Equal(answer.JSON(), expected) {
				t.Errorf("%s as %s: %v", c.Name, way, err)
			}
			compared++
		}
	}
	if compared < 20 {
		t.Errorf("%d answers compared", compared)
	}
}

func TestNoCaseStandsForNothing(t *testing.T) {
	cases := conformanceCases(t)
	expected, err := os.ReadDir("expected")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range expected {
		name := strings.TrimSuffix(entry.Name(), ".json")
		if !slices.ContainsFunc(cases, func(c conformanceCase) bool { return c.Name == name }) {
			t.Errorf("expected/%s belongs to no case", entry.Name())
		}
	}
}
