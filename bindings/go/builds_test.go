//go:build cgo

package cratetrust_test

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

// The other ways to build: without cgo the package compiles and says what it lacks, and by tag it
// takes the archive. `go test` puts its own go first in PATH.
func TestOtherBuilds(t *testing.T) {
	for name, build := range map[string]struct {
		env  string
		args []string
	}{
		"without cgo": {"CGO_ENABLED=0", []string{"test", "-count=1", "-v", "-run", "^TestWithoutCgo$", "."}},
		"static":      {"LD_LIBRARY_PATH=", []string{"test", "-count=1", "-v", "-tags", "cratetrust_static", "-run", "^TestVersion$", "."}},
	} {
		if name == "static" && runtime.GOOS != "linux" {
			continue // the tag is for linkers of ELF files
		}
		t.Run(name, func(t *testing.T) {
			command := exec.Command("go", build.args...)
			command.Env = append(os.Environ(), build.env)
			out, err := command.CombinedOutput()
			if err != nil || !strings.Contains(string(out), "--- PASS: Test") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
