package cratetrust

import (
	"encoding/json"
	"maps"
	"time"
	"unicode/utf8"

	"github.com/cratetrust/cratetrust/bindings/go/internal/backend"
)

// Option changes how a call works. Where the same option is given twice, the last one counts;
// [WithSeverity] and [WithLimit] add up. Every function takes every option and leaves those that do
// not concern it.
type Option func(*config)

// config is what the options of one call come to.
type config struct {
	values     map[string]any
	severities map[string]string
	limits     map[string]uint64
	texts      []string
	lockfile   *Input
	index      *Input
	progress   func(Progress)
}

func (c *config) set(key string, value any, texts ...string) {
	c.values[key] = value
	c.texts = append(c.texts, texts...)
}

// WithLockfile names the Cargo.lock that [VerifyPackage] measures with.
func WithLockfile(lockfile Input) Option {
	return func(c *config) { c.lockfile = &lockfile }
}

// WithIndex names the index file, one JSON object a line, or the index directory that [VerifyPackage]
// measures with, and that speaks for packages whose manifests are not at hand where a selection is
// resolved.
func WithIndex(index Input) Option {
	return func(c *config) { c.index = &index }
}

// WithAgainst names the other side of a byte comparison in [VerifyPackage]: for a .crate file the
// checkout that it was made from, for an unpacked crate its .crate file.
func WithAgainst(path string) Option {
	return func(c *config) { c.set("against", path, path) }
}

// WithSHA256 gives the SHA-256, 64 hexadecimal digits, that the one package given to [VerifyPackage]
// must have.
func WithSHA256(hexadecimal string) Option {
	return func(c *config) { c.set("sha256", hexadecimal, hexadecimal) }
}

// WithExpect gives the package, as NAME@VERSION, that the one given to [VerifyPackage] must be.
func WithExpect(nameAtVersion string) Option {
	return func(c *config) { c.set("expect", nameAtVersion, nameAtVersion) }
}

// WithChecks names the checks that [VerifyPackage] runs. By default all run that apply.
func WithChecks(checks ...Check) Option {
	names := texts(checks)
	return func(c *config) { c.set("checks", names, names...) }
}

// WithPreset takes another set of severities; the default is [PresetStrict].
func WithPreset(preset Preset) Option {
	return func(c *config) { c.set("preset", string(preset), string(preset)) }
}

// WithSeverity gives the findings of a code another severity: [SeverityInfo] accepts them.
func WithSeverity(code Code, severity Severity) Option {
	return func(c *config) {
		c.severities[string(code)] = string(severity)
		c.texts = append(c.texts, string(code), string(severity))
	}
}

// WithJobs lets [VerifyPackage] and [GenerateSBOM] work with that many threads; the default is 1. What they report
// does not depend on it.
func WithJobs(jobs int) Option {
	return func(c *config) { c.set("jobs", jobs) }
}

// WithLimit changes what an input may cost; see the Limit constants. Sizes are in bytes.
func WithLimit(name string, value uint64) Option {
	return func(c *config) {
		c.limits[name] = value
		c.texts = append(c.texts, name)
	}
}

// WithLevel says how much of an SBOM [VerifySBOM] compares; the default is [LevelGraph].
func WithLevel(level Level) Option {
	return func(c *config) { c.set("level", string(level), string(level)) }
}

// WithSupplier names who supplies the main component of the SBOM that [GenerateSBOM] makes.
func WithSupplier(name string) Option {
	return func(c *config) { c.set("supplier", name, name) }
}

// WithContact gives the mail address or URL of the supplier, who must be named by [WithSupplier].
func WithContact(mailOrURL string) Option {
	return func(c *config) { c.set("contact", mailOrURL, mailOrURL) }
}

// WithAuthors names the authors of the SBOM that [GenerateSBOM] makes.
func WithAuthors(names ...string) Option {
	names = cloned(names)
	return func(c *config) { c.set("author", names, names...) }
}

// WithCrates names the places where the packages' bytes lie, for [GenerateSBOM]: a CARGO_HOME, a
// registry cache, unpacked sources, a vendor directory, .crate files. Facts come from bytes that match
// the lockfile; those that contradict it are findings of the report.
func WithCrates(paths ...string) Option {
	paths = cloned(paths)
	return func(c *config) { c.set("crates", paths, paths...) }
}

// WithManufacturer names who makes the main component of the SBOM that [GenerateSBOM] makes.
func WithManufacturer(name string) Option {
	return func(c *config) { c.set("manufacturer", name, name) }
}

// WithManufacturerContact gives the mail address or URL of the manufacturer, who must be named by
// [WithManufacturer].
func WithManufacturerContact(mailOrURL string) Option {
	return func(c *config) { c.set("manufacturer_contact", mailOrURL, mailOrURL) }
}

// WithLicense gives the licence, an SPDX expression, of the main component of the SBOM that
// [GenerateSBOM] makes.
func WithLicense(expression string) Option {
	return func(c *config) { c.set("license", expression, expression) }
}

// WithLifecycle gives the lifecycle phase of the SBOM that [GenerateSBOM] makes, one of CycloneDX such
// as build or a name of the caller's own.
func WithLifecycle(phase string) Option {
	return func(c *config) { c.set("lifecycle", phase, phase) }
}

// WithSerial gives the serial number, urn:uuid:…, of the SBOM that [GenerateSBOM] makes. By default it
// is derived from the content.
func WithSerial(urn string) Option {
	return func(c *config) { c.set("serial", urn, urn) }
}

// WithTools names tools, each NAME or NAME@VERSION, that had a part in the SBOM that [GenerateSBOM]
// makes.
func WithTools(tools ...string) Option {
	tools = cloned(tools)
	return func(c *config) { c.set("tool", tools, tools...) }
}

// WithVCSURL tells [GenerateSBOM] where the local packages come from, git+URL@COMMIT.
func WithVCSURL(url string) Option {
	return func(c *config) { c.set("vcs_url", url, url) }
}

// WithConcludeDeclared has [GenerateSBOM] say of each package that its concluded licence is its
// declared one.
func WithConcludeDeclared() Option {
	return func(c *config) { c.set("conclude_declared", true) }
}

// WithComponentSupplier says who is named as the supplier of each package in the SBOM that
// [GenerateSBOM] makes: none, authors or registry.
func WithComponentSupplier(who string) Option {
	return func(c *config) { c.set("component_supplier", who, who) }
}

// WithEnrich says what [GenerateSBOM] takes from the packages' bytes beyond what is built of them: all
// (the default), manifests, what their manifests say, or none.
func WithEnrich(what string) Option {
	return func(c *config) { c.set("enrich", what, what) }
}

// WithoutUnits has [GenerateSBOM] leave out the units that packages are compiled into (library, binary,
// procedural macro or build script, for the host or the target, and with which features). Packages,
// scopes and edges stay what they are, and less of the packages' archives is inflated.
func WithoutUnits() Option {
	return func(c *config) { c.set("no_units", true) }
}

// WithProfile has [Inspect] hold an SBOM against what regulators ask: ntia, cisa-2025, bsi-tr-03183-2
// or cra. The fact profile then names each field, where it is, and which components lack it.
func WithProfile(profile string) Option {
	return func(c *config) { c.set("profile", profile, profile) }
}

// WithTargets names the target triples to build for. Where a target or a host is given, a project's
// directory is resolved with the manifests of its packages, which lie in the places of [WithCrates]:
// that of the evidence for [GenerateSBOM] and [VerifySBOM], that of the lockfile for [VerifyPackage].
func WithTargets(triples ...string) Option {
	triples = cloned(triples)
	return func(c *config) { c.set("target", triples, triples...) }
}

// WithHost names the triple of the machine that builds: what build scripts and procedural macros are
// for, and without [WithTargets] also what the rest is for.
func WithHost(triple string) Option {
	return func(c *config) { c.set("host", triple, triple) }
}

// WithFeatures turns features on, each NAME or PACKAGE/NAME.
func WithFeatures(features ...string) Option {
	features = cloned(features)
	return func(c *config) { c.set("features", features, features...) }
}

// WithNoDefaultFeatures leaves default features off.
func WithNoDefaultFeatures() Option {
	return func(c *config) { c.set("no_default_features", true) }
}

// WithAllFeatures turns all features on.
func WithAllFeatures() Option {
	return func(c *config) { c.set("all_features", true) }
}

// WithPackages names the members of the workspace to build, each NAME or NAME@VERSION. By default
// the default members are built.
func WithPackages(packages ...string) Option {
	packages = cloned(packages)
	return func(c *config) { c.set("package", packages, packages...) }
}

// WithBins names the binaries to build. By default all are built that the features allow.
func WithBins(names ...string) Option {
	names = cloned(names)
	return func(c *config) { c.set("bin", names, names...) }
}

// WithLib builds libraries too, where there are binaries.
func WithLib() Option {
	return func(c *config) { c.set("lib", true) }
}

// WithCfgs names cfgs that the target has beside its own, such as tokio_unstable.
func WithCfgs(cfgs ...string) Option {
	cfgs = cloned(cfgs)
	return func(c *config) { c.set("cfg", cfgs, cfgs...) }
}

// WithDev builds tests too, and with them dev-dependencies.
func WithDev() Option {
	return func(c *config) { c.set("dev", true) }
}

// WithTimestamp gives the time of the SBOM that [GenerateSBOM] makes, to the second. By default none
// is stated, and equal evidence gives equal bytes.
func WithTimestamp(at time.Time) Option {
	text := at.UTC().Format(time.RFC3339)
	return func(c *config) { c.set("timestamp", text) }
}

// Progress tells how far a call is.
type Progress struct {
	// Stage is what is being done, such as verify.
	Stage string
	// Done counts the units done so far, and Total all there are; 0 where that is not known.
	Done, Total uint64
}

// WithProgress has f told of progress, on the goroutine that made the call and never after that has
// returned. To stop the call, cancel its context.
func WithProgress(f func(Progress)) Option {
	return func(c *config) { c.progress = f }
}

func newRequest(verb backend.Verb, inputs []Input, opts []Option) (*backend.Request, error) {
	c := &config{values: map[string]any{}, severities: map[string]string{}, limits: map[string]uint64{}}
	for _, opt := range opts {
		if opt != nil {
			opt(c)
		}
	}
	request := &backend.Request{Verb: verb}
	for _, input := range inputs {
		checked, err := input.checked()
		if err != nil {
			return nil, err
		}
		request.Inputs = append(request.Inputs, checked)
	}
	for _, option := range []struct {
		from *Input
		to   **backend.Input
	}{{c.lockfile, &request.Lockfile}, {c.index, &request.Index}} {
		if option.from != nil {
			checked, err := option.from.checked()
			if err != nil {
				return nil, err
			}
			*option.to = &checked
		}
	}
	if f := c.progress; f != nil {
		request.Progress = func(stage string, done, total uint64) { f(Progress{stage, done, total}) }
	}
	var err error
	request.Options, err = c.json()
	return request, err
}

func (c *config) json() ([]byte, error) {
	// The encoder would replace what is not UTF-8, and so ask for something else.
	for _, text := range c.texts {
		if !utf8.ValidString(text) {
			return nil, backend.Failure("invalid-utf8", "the text of an option is not UTF-8")
		}
	}
	values := maps.Clone(c.values)
	if len(c.severities) > 0 {
		values["severity"] = c.severities
	}
	if len(c.limits) > 0 {
		values["limit"] = c.limits
	}
	if len(values) == 0 {
		return nil, nil
	}
	return json.Marshal(values)
}

// cloned is a copy that is no nil, which would be null as JSON.
func cloned(list []string) []string {
	return append([]string{}, list...)
}

func texts[T ~string](list []T) []string {
	plain := make([]string, len(list))
	for i, item := range list {
		plain[i] = string(item)
	}
	return plain
}
