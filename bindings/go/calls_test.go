//go:build cgo

package cratetrust_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/cratetrust/cratetrust/bindings/go"
)

// readFunc is a reader.
type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// endless never ends, and never holds a gzip stream's end either.
func endless(p []byte) (int, error) {
	for i := range p {
		p[i] = '#'
	}
	return len(p), nil
}

// crateDir holds that many crates; each named by the lockfile.
func crateDir(t *testing.T, count, size int) (dir string, lock []byte) {
	t.Helper()
	dir = t.TempDir()
	checksums := map[string]string{}
	for i := range count {
		name := fmt.Sprintf("crate%d", i)
		crate := makeCrate(name, size)
		if i == 0 {
			name, crate = "hello", makeCrate("hello", size)
		}
		if err := os.WriteFile(filepath.Join(dir, name+"-1.0.0.crate"), crate, 0o600); err != nil {
			t.Fatal(err)
		}
		checksums[name] = digest(crate)
	}
	return dir, lockfile(checksums)
}

func TestCancelledBefore(t *testing.T) {
	why := errors.New("the user left")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(why)
	crate, lock := hello()
	aCrate, aLock := cratetrust.Bytes("hello-1.0.0.crate", crate), cratetrust.Bytes("Cargo.lock", lock)
	read := cratetrust.Reader("r", readFunc(func([]byte) (int, error) {
		t.Error("a cancelled call reads")
		return 0, io.EOF
	}))
	calls := map[string]func() error{
		"VerifyPackage": func() error { _, err := cratetrust.VerifyPackage(ctx, read); return err },
		"GenerateSBOM": func() error {
			_, err := cratetrust.GenerateSBOM(ctx, []cratetrust.Input{aLock})
			return err
		},
		"VerifySBOM":    func() error { _, err := cratetrust.VerifySBOM(ctx, aLock, nil); return err },
		"DiffLockfiles": func() error { _, err := cratetrust.DiffLockfiles(ctx, aLock, aLock); return err },
		"Inspect":       func() error { _, err := cratetrust.Inspect(ctx, aCrate); return err },
		"ReadLockfile":  func() error { _, err := cratetrust.ReadLockfile(ctx, aLock); return err },
	}
	for name, call := range calls {
		err := call()
		if !errors.Is(err, cratetrust.ErrCancelled) || !errors.Is(err, context.Canceled) || !errors.Is(err, why) {
			t.Errorf("%s: %v", name, err)
		}
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, cratetrust.ErrIO) {
			t.Errorf("%s: %v matches what it is not", name, err)
		}
	}
}

func TestDeadline(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err := cratetrust.ReadLockfile(ctx, cratetrust.Reader("Cargo.lock", readFunc(func(p []byte) (int, error) {
		// Slower than the deadline, and blind to it.
		time.Sleep(time.Millisecond)
		return endless(p[:1])
	})))
	if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, cratetrust.ErrCancelled) || errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestCancelledWhileReading(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var after int
	_, err := cratetrust.VerifyPackage(ctx, cratetrust.Reader("hello-1.0.0.crate", readFunc(func(p []byte) (int, error) {
		if ctx.Err() != nil {
			after++
		}
		cancel()
		return copy(p, "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"), nil
	})))
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if after > 0 {
		t.Errorf("%d reads after the context was cancelled", after)
	}
}

// A reader that gives up because of the context, as the body of a response does.
func TestReaderThatHeedsTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	gone := errors.New("connection closed")
	_, err := cratetrust.ReadLockfile(ctx, cratetrust.Reader("Cargo.lock", readFunc(func([]byte) (int, error) {
		cancel()
		return 0, gone
	})))
	if !errors.Is(err, cratetrust.ErrCancelled) || !errors.Is(err, context.Canceled) || !errors.Is(err, gone) {
		t.Error(err)
	}
}

func TestCancelledByAnotherGoroutine(t *testing.T) {
	dir, lock := crateDir(t, 20, 1<<20)
	for _, jobs := range []int{1, 4} {
		ctx, cancel := context.WithCancel(context.Background())
		first := make(chan struct{})
		var once sync.Once
		go func() {
			<-first
			cancel()
		}()
		_, err := cratetrust.VerifyPackage(ctx, cratetrust.Path(dir), cratetrust.WithJobs(jobs),
			cratetrust.WithLockfile(cratetrust.Bytes("Cargo.lock", lock)),
			cratetrust.WithProgress(func(cratetrust.Progress) {
				once.Do(func() { close(first) })
				<-ctx.Done()
			}))
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%d jobs: %v", jobs, err)
		}
	}
}

func TestReaders(t *testing.T) {
	crate, lock := hello()
	want := must[*cratetrust.Report](t)(cratetrust.VerifyPackage(context.Background(),
		cratetrust.Bytes("hello-1.0.0.crate", crate), cratetrust.WithLockfile(cratetrust.Bytes("Cargo.lock", lock))))
	if !want.Passed() {
		t.Fatalf("%s", want.JSON())
	}
	halves := func(r io.Reader) io.Reader { return iotest.HalfReader(iotest.DataErrReader(r)) }
	empty := func(r io.Reader) io.Reader {
		odd := false
		return readFunc(func(p []byte) (int, error) {
			if odd = !odd; odd {
				return 0, nil
			}
			return r.Read(p)
		})
	}
	for name, through := range map[string]func(io.Reader) io.Reader{
		"one byte": iotest.OneByteReader, "halves": halves, "data with EOF": iotest.DataErrReader, "empty reads": empty,
	} {
		have, err := cratetrust.VerifyPackage(context.Background(),
			cratetrust.Reader("hello-1.0.0.crate", through(bytes.NewReader(crate))),
			cratetrust.WithLockfile(cratetrust.Reader("Cargo.lock", through(bytes.NewReader(lock)))))
		if err != nil || !bytes.Equal(have.JSON(), want.JSON()) {
			t.Errorf("%s: %v, %s", name, err, have.JSON())
		}
	}
}

func TestReaderFails(t *testing.T) {
	broken := errors.New("the disk is on fire")
	crate, lock := hello()
	// Where it fails: at once, in the header, in the middle, at the very end.
	for _, at := range []int{0, 5, 700, len(crate)} {
		failing := func(data []byte) cratetrust.Input {
			return cratetrust.Reader("what", io.MultiReader(bytes.NewReader(data[:min(at, len(data))]), iotest.ErrReader(broken)))
		}
		_, ofPackage := cratetrust.VerifyPackage(context.Background(), failing(crate))
		_, ofOption := cratetrust.VerifyPackage(context.Background(), cratetrust.Bytes("hello-1.0.0.crate", crate), cratetrust.WithLockfile(failing(lock)))
		_, ofEvidence := cratetrust.GenerateSBOM(context.Background(), []cratetrust.Input{failing(lock)})
		for _, err := range []error{ofPackage, ofOption, ofEvidence} {
			var failure *cratetrust.Error
			if !errors.Is(err, broken) || !errors.Is(err, cratetrust.ErrIO) || !errors.As(err, &failure) || failure.Path != "what" {
				t.Errorf("at %d: %v", at, err)
			} else if !strings.Contains(err.Error(), broken.Error()) {
				t.Errorf("at %d: %q does not say why", at, err)
			}
		}
	}
}

func TestReadersThatBreakTheirContract(t *testing.T) {
	for name, read := range map[string]readFunc{
		"too many": func(p []byte) (int, error) { return len(p) + 1, nil },
		"negative": func([]byte) (int, error) { return -1, nil },
		"nothing":  func([]byte) (int, error) { return 0, nil },
	} {
		_, err := cratetrust.ReadLockfile(context.Background(), cratetrust.Reader("r", read))
		if !errors.Is(err, cratetrust.ErrIO) {
			t.Errorf("%s: %v", name, err)
		}
		if name == "nothing" && !errors.Is(err, io.ErrNoProgress) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadersAreBounded(t *testing.T) {
	var read int
	_, err := cratetrust.ReadLockfile(context.Background(), cratetrust.Reader("r", readFunc(func(p []byte) (int, error) {
		read += len(p)
		return endless(p)
	})), cratetrust.WithLimit(cratetrust.LimitLockfileSize, 1<<20))
	if !errors.Is(err, cratetrust.ErrLimit) || read > 2<<20 {
		t.Errorf("%d bytes read, %v", read, err)
	}
}

func TestAReaderIsForOneCall(t *testing.T) {
	_, lock := hello()
	input := cratetrust.Reader("Cargo.lock", bytes.NewReader(lock))
	if _, err := cratetrust.ReadLockfile(context.Background(), input); err != nil {
		t.Fatal(err)
	}
	if _, err := cratetrust.ReadLockfile(context.Background(), input); !errors.Is(err, cratetrust.ErrInvalidArgument) {
		t.Error(err)
	}
	input = cratetrust.Reader("Cargo.lock", bytes.NewReader(lock))
	if _, err := cratetrust.DiffLockfiles(context.Background(), input, input); !errors.Is(err, cratetrust.ErrInvalidArgument) {
		t.Error(err)
	}
}

// What panics in a callback panics on the caller's goroutine, with its value, and the next call works.
func TestPanicsComeOutWhereTheyBelong(t *testing.T) {
	dir, lock := crateDir(t, 8, 1000)
	aLock := cratetrust.Bytes("Cargo.lock", lock)
	value := errors.New("a value")
	calls := map[string]func(){
		"reader": func() {
			_, _ = cratetrust.ReadLockfile(context.Background(), cratetrust.Reader("r", readFunc(func([]byte) (int, error) { panic(value) })))
		},
		"progress": func() {
			_, _ = cratetrust.VerifyPackage(context.Background(), cratetrust.Path(dir), cratetrust.WithLockfile(aLock),
				cratetrust.WithProgress(func(cratetrust.Progress) { panic(value) }))
		},
		"progress with jobs": func() {
			_, _ = cratetrust.VerifyPackage(context.Background(), cratetrust.Path(dir), cratetrust.WithLockfile(aLock), cratetrust.WithJobs(4),
				cratetrust.WithProgress(func(p cratetrust.Progress) {
					if p.Done == 3 {
						panic(value)
					}
				}))
		},
	}
	for name, call := range calls {
		func() {
			defer func() {
				if got := recover(); got != value {
					t.Errorf("%s: recovered %v", name, got)
				}
			}()
			call()
			t.Errorf("%s: the call returned", name)
		}()
	}
	if _, err := cratetrust.ReadLockfile(context.Background(), aLock); err != nil {
		t.Error(err)
	}
}

// t.FailNow in a callback ends the goroutine in just this way.
func TestGoexitInACallback(t *testing.T) {
	deferred := make(chan bool, 1)
	go func() {
		returned := false
		defer func() { deferred <- returned }()
		_, _ = cratetrust.ReadLockfile(context.Background(), cratetrust.Reader("r", readFunc(func([]byte) (int, error) {
			runtime.Goexit()
			return 0, nil
		})))
		returned = true
	}()
	select {
	case returned := <-deferred:
		if returned {
			t.Error("the call returned")
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the goroutine did not end")
	}
}

func TestProgress(t *testing.T) {
	dir, lock := crateDir(t, 16, 1000)
	for _, jobs := range []int{1, 4} {
		var told []cratetrust.Progress
		var over atomic.Bool
		report := must[*cratetrust.Report](t)(cratetrust.VerifyPackage(context.Background(), cratetrust.Path(dir),
			cratetrust.WithLockfile(cratetrust.Bytes("Cargo.lock", lock)), cratetrust.WithJobs(jobs),
			cratetrust.WithProgress(func(p cratetrust.Progress) {
				if over.Load() {
					t.Error("told after the call")
				}
				told = append(told, p) // no lock: the race detector would see another goroutine
			})))
		over.Store(true)
		if report.Summary.OK != 16 || len(told) != 16 || told[15] != (cratetrust.Progress{Stage: "verify", Done: 16, Total: 16}) {
			t.Errorf("%d jobs: %+v, told %v", jobs, report.Summary, told)
		}
	}
}

// A callback may call the library again.
func TestCallsNest(t *testing.T) {
	dir, lock := crateDir(t, 2, 10)
	var nested int
	must[*cratetrust.Report](t)(cratetrust.VerifyPackage(context.Background(), cratetrust.Path(dir),
		cratetrust.WithProgress(func(cratetrust.Progress) {
			lockfile, err := cratetrust.ReadLockfile(context.Background(), cratetrust.Bytes("Cargo.lock", lock))
			if err == nil {
				nested += len(lockfile.Packages)
			}
		})))
	if nested != 6 {
		t.Errorf("%d packages", nested)
	}
}

func TestManyGoroutines(t *testing.T) {
	crate, lock := hello()
	dir, dirLock := crateDir(t, 4, 5000)
	bom := must[*cratetrust.BOM](t)(cratetrust.GenerateSBOM(context.Background(), []cratetrust.Input{cratetrust.Bytes("Cargo.lock", lock)}))
	want := must[[]byte](t)(bom.Write(cratetrust.FormatSPDXJSON, ""))
	wantReport := must[*cratetrust.Report](t)(cratetrust.VerifyPackage(context.Background(), cratetrust.Path(dir),
		cratetrust.WithLockfile(cratetrust.Bytes("Cargo.lock", dirLock))))
	var wait sync.WaitGroup
	for i := range 32 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for range 3 {
				document, err := bom.Write(cratetrust.FormatSPDXJSON, "")
				if err != nil || !bytes.Equal(document, want) {
					t.Errorf("%v", err)
				}
				report, err := cratetrust.VerifyPackage(context.Background(), cratetrust.Path(dir), cratetrust.WithJobs(i%4),
					cratetrust.WithLockfile(cratetrust.Reader("Cargo.lock", bytes.NewReader(dirLock))),
					cratetrust.WithProgress(func(cratetrust.Progress) {}))
				if err != nil || !bytes.Equal(report.JSON(), wantReport.JSON()) {
					t.Errorf("%v", err)
				}
				if _, err = cratetrust.Inspect(context.Background(), cratetrust.Bytes("hello-1.0.0.crate", crate)); err != nil {
					t.Error(err)
				}
				if _, err = cratetrust.ReadLockfile(context.Background(), cratetrust.Bytes("", []byte("\xff"))); !errors.Is(err, cratetrust.ErrInvalidUTF8) {
					t.Error(err)
				}
			}
		}()
	}
	wait.Wait()
}

// No goroutine of a call outlives it.
func TestNothingStaysBehind(t *testing.T) {
	_, lock := hello()
	before := runtime.NumGoroutine()
	for range 50 {
		ctx, cancel := context.WithCancel(context.Background())
		_, _ = cratetrust.ReadLockfile(ctx, cratetrust.Reader("Cargo.lock", bytes.NewReader(lock)))
		_, _ = cratetrust.ReadLockfile(ctx, cratetrust.Reader("Cargo.lock", readFunc(func([]byte) (int, error) {
			cancel()
			return 0, io.ErrUnexpectedEOF
		})))
		cancel()
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}

// A bill of materials is written from memory that lives as long as it, whatever the collector does.
func TestBOMsOutliveCollections(t *testing.T) {
	_, lock := hello()
	for range 20 {
		bom := must[*cratetrust.BOM](t)(cratetrust.GenerateSBOM(context.Background(), []cratetrust.Input{cratetrust.Bytes("Cargo.lock", lock)}))
		kept := *bom
		bom = nil
		runtime.GC()
		runtime.GC()
		if again := must[[]byte](t)(kept.Write(cratetrust.FormatJSON, "")); !bytes.Equal(again, kept.JSON()) {
			t.Fatal("other bytes")
		}
	}
}
