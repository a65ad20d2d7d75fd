//! The flags, and the text of `--help`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use cratetrust_core::digest::Sha256;
use cratetrust_core::options::{Check, ComponentSupplier, Enrich, Level, SelectionRequest};
use cratetrust_core::profile::Profile;
use cratetrust_core::report::{Code, Preset, Severity};
use cratetrust_core::sbom::Format;

const ABOUT: &str = "Verify Rust crates, make SBOMs and check them, from Cargo.lock";
const LONG_ABOUT: &str = "\
Verify Rust crates, make SBOMs and check them, from Cargo.lock.

Three questions, answered with no cargo, no network and no trust in the input:
is this the crate that the lockfile names (verify), what is in this build (sbom),
and does this SBOM tell the truth about that lockfile (verify-sbom).";

const MAIN_HELP: &str = "\
Examples:
  cratetrust verify ~/.cargo --lockfile Cargo.lock      every downloaded crate against the lockfile
  cratetrust sbom Cargo.lock -o bom.json                a CycloneDX document
  cratetrust verify-sbom bom.json Cargo.lock            does the document match the lockfile
  cratetrust diff old/Cargo.lock Cargo.lock             what changed
  cratetrust inspect serde-1.0.228.crate                what it is and what is in it

Exit codes:
  0  pass
  1  the verdict is fail or incomplete
  2  could not run: wrong flags, unreadable or malformed evidence, output not written";

const VERIFY_HELP: &str = "\
PATH is told by what it holds: a .crate file, a directory of .crate files, a vendor
directory, a registry cache or a whole CARGO_HOME.

Each digest is compared with an anchor: the lockfile (lock), an index file (index) or
the digest given with --sha256 (caller). Without any of them a crate is at most
self-declared, and the verdict is incomplete.

Examples:
  cratetrust verify ~/.cargo --lockfile Cargo.lock
  cratetrust verify vendor --lockfile Cargo.lock
  cratetrust verify serde-1.0.228.crate --sha256 HEX
  cratetrust verify serde-1.0.228.crate --expect serde@1.0.228 --index se/rd/serde
  cratetrust verify ~/.cargo --lockfile Cargo.lock --severity crate-missing=info
  cratetrust verify ~/.cargo --lockfile Cargo.lock --target x86_64-unknown-linux-gnu
  curl -L URL | cratetrust verify - --expect serde@1.0.228 --sha256 HEX

With selection flags the project beside the lockfile is resolved: a package that is not built
may be missing (crate-missing is of severity info then).

With several PATHs each gets its own report; with --format json, one line each, in order.

Exit codes:
  0  pass: everything that was asked was checked and holds
  1  fail: something does not hold; or incomplete: not everything could be checked
  2  could not run; with several PATHs the highest code counts";

const SBOM_HELP: &str = "\
The document goes to standard output or, whole or not at all, to the file named with -o.
What was found in the evidence goes to standard error as text, or to --report as JSON.

A Cargo.lock names every package of every platform and feature: it is a superset of any
one build, and the document says so. A project's directory is resolved with the manifests of
its packages to what `cargo build --bins` would build: for the host, or as the selection flags
say. .cargo/config.toml, RUSTFLAGS and rust-toolchain are not obeyed; a config that would
change the graph is named.

Equal input gives equal bytes. A time stands in the document only when it is given with
--timestamp or SOURCE_DATE_EPOCH.

Examples:
  cratetrust sbom Cargo.lock > bom.json
  cratetrust sbom . --output-format spdx-json -o bom.spdx.json
  cratetrust sbom . --target aarch64-apple-darwin --features tls -o bom.json
  cratetrust sbom target/release/app.cargo-sbom.json Cargo.lock -o bom.json
  cratetrust sbom target/release/app Cargo.lock -o bom.json
  cargo metadata --format-version 1 | cratetrust sbom - Cargo.lock -o bom.json
  cratetrust sbom Cargo.lock --supplier 'Example Ltd' --contact security@example.org -o bom.json
  cratetrust sbom Cargo.lock --output-format json | jq '.packages | length'

Exit codes:
  0  the document was written; its evidence may be incomplete
  1  the document was written, but the evidence contradicts itself: the report's verdict is fail
  2  could not run; nothing was written";

const VERIFY_SBOM_HELP: &str = "\
The SBOM may come from any producer: CycloneDX JSON or XML, SPDX 2 JSON or tag-value, SPDX 3
JSON-LD, or cratetrust's own JSON.
Every claim in it is compared with the evidence: packages, versions, sources, package URLs
and checksums; at level graph also the main component, dependencies and duplicates; at level
full also the selection, scopes and licences, as far as the evidence holds them.

Examples:
  cratetrust verify-sbom bom.json Cargo.lock
  cratetrust verify-sbom bom.spdx.json . --level components
  cratetrust verify-sbom bom.json . --target x86_64-unknown-linux-gnu --level full
  cratetrust sbom Cargo.lock | cratetrust verify-sbom - Cargo.lock
  cratetrust verify-sbom bom.json Cargo.lock --severity purl-missing=info
  cratetrust verify-sbom theirs.json ours.json                  another SBOM is evidence too
  cratetrust verify-sbom bom.json Cargo.lock --format sarif > findings.sarif

Exit codes:
  0  pass: the SBOM matches the evidence
  1  fail: it does not; or incomplete: the SBOM leaves out what could have been compared
  2  could not run: the evidence or the SBOM cannot be read, or the SBOM is of no known format";

const DIFF_HELP: &str = "\
Added, removed and changed packages are facts and no faults. The same name, version and
source with another checksum is an error: what was published once must not change.

Examples:
  cratetrust diff old/Cargo.lock Cargo.lock
  git show main:Cargo.lock | cratetrust diff - Cargo.lock
  cratetrust diff old.lock new.lock --severity lock-package-added=error

Exit codes:
  0  pass: no published package changed its checksum
  1  fail or incomplete
  2  could not run";

const INSPECT_HELP: &str = "\
Says what a file or directory is and what is in it, without a verdict. With --profile
it says which of the fields that a regulator asks for an SBOM of any producer has, where
the first stands, and which components lack it.

Examples:
  cratetrust inspect Cargo.lock
  cratetrust inspect bom.json
  cratetrust inspect bom.json --profile ntia
  cratetrust inspect serde-1.0.228.crate --format json

Exit codes:
  0  it is of a known kind and could be read; every required field is there
  1  with --profile: a required field is missing
  2  could not run";

#[derive(Debug, Parser)]
#[command(
    name = "cratetrust",
    bin_name = "cratetrust",
    version = cratetrust_core::VERSION,
    disable_version_flag = true,
    about = ABOUT,
    long_about = LONG_ABOUT,
    after_long_help = MAIN_HELP,
    arg_required_else_help = true,
    subcommand_required = true,
    max_term_width = 100
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Is this the crate that the lockfile, the index or the caller names?
    #[command(after_long_help = VERIFY_HELP, version = cratetrust_core::VERSION, display_name = "cratetrust")]
    Verify(Box<Verify>),
    /// What is in this build? Makes a bill of materials
    #[command(after_long_help = SBOM_HELP, version = cratetrust_core::VERSION, display_name = "cratetrust")]
    Sbom(Box<Sbom>),
    /// Does this SBOM tell the truth about that lockfile?
    #[command(after_long_help = VERIFY_SBOM_HELP, version = cratetrust_core::VERSION, display_name = "cratetrust")]
    VerifySbom(Box<VerifySbom>),
    /// What changed between two lockfiles?
    #[command(after_long_help = DIFF_HELP, version = cratetrust_core::VERSION, display_name = "cratetrust")]
    Diff(Diff),
    /// What is this, and what is in it?
    #[command(after_long_help = INSPECT_HELP, version = cratetrust_core::VERSION, display_name = "cratetrust")]
    Inspect(Inspect),
}

#[derive(Debug, Args)]
pub(crate) struct Common {
    /// How results and errors are shown
    #[arg(long, global = true, value_enum, default_value_t = Output::Text, help_heading = "Common options")]
    pub(crate) format: Output,
    /// Print nothing but errors; `sbom` still writes its document
    #[arg(long, short, global = true, help_heading = "Common options")]
    pub(crate) quiet: bool,
    /// Threads that `verify` and `sbom` work with; results do not depend on it [default: the processors, at most 8]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Common options")]
    pub(crate) jobs: Option<u16>,
    /// Change what an input may cost, such as `lockfile-size=1000000`; may be repeated. Sizes are in bytes
    #[arg(long = "limit", global = true, value_name = "NAME=VALUE", value_parser = limit, help_heading = "Common options")]
    pub(crate) limits: Vec<(String, u64)>,
    /// When to use colour; NO_COLOR turns `auto` off
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN", help_heading = "Common options")]
    pub(crate) color: Color,
    /// Print the version
    #[arg(long, short = 'V', global = true, action = clap::ArgAction::Version, help_heading = "Common options")]
    version: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// Text for people
    Text,
    /// JSON for programs, one line a result
    Json,
    /// Reports as SARIF 2.1.0, for code-scanning pages
    Sarif,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Args)]
pub(crate) struct Judging {
    /// Which severities the finding codes have
    #[arg(long, value_parser = PossibleValuesParser::new(Preset::ALL.map(Preset::name)), default_value = Preset::Strict.name())]
    preset: String,
    /// Give a finding code another severity: error, warning or info; may be repeated
    #[arg(long = "severity", value_name = "CODE=LEVEL", value_parser = severity)]
    pub(crate) severities: Vec<(Code, Severity)>,
}

impl Judging {
    pub(crate) fn preset(&self) -> Preset {
        Preset::from_name(&self.preset).unwrap_or_default()
    }
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// What to verify; `-` reads a .crate from standard input
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The Cargo.lock that names the packages and their checksums; `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) lockfile: Option<PathBuf>,
    /// An index file of the package, one JSON object a line; `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) index: Option<PathBuf>,
    /// The other side of a byte comparison: for a .crate file, a checkout of its source; for an
    /// unpacked crate, its .crate file; for a vendor directory or registry/src, a directory of them
    #[arg(long, value_name = "DIR|FILE")]
    pub(crate) against: Option<PathBuf>,
    /// The SHA-256 that the one PATH must have, 64 hexadecimal digits
    #[arg(long, value_name = "HEX")]
    pub(crate) sha256: Option<Sha256>,
    /// The package that the one PATH must be
    #[arg(long, value_name = "NAME@VERSION")]
    pub(crate) expect: Option<String>,
    /// The checks to run [default: all that apply]
    #[arg(long, value_delimiter = ',', value_name = "CHECK,…", value_parser = PossibleValuesParser::new(Check::ALL.map(Check::name)))]
    checks: Vec<String>,
    #[command(flatten)]
    pub(crate) judging: Judging,
    #[command(flatten)]
    pub(crate) selection: Selection,
}

impl Verify {
    /// The checks asked for, each once; `None` for all that apply.
    pub(crate) fn checks(&self) -> Option<Vec<Check>> {
        let mut checks: Vec<_> = self
            .checks
            .iter()
            .filter_map(|name| Check::from_name(name))
            .collect();
        checks.sort_unstable();
        checks.dedup();
        (!checks.is_empty()).then_some(checks)
    }
}

#[derive(Debug, Args)]
pub(crate) struct Sbom {
    /// A Cargo.lock, a project's directory, *.cargo-sbom.json, a unit graph, the output of `cargo metadata` or a compiled program; several are joined; `-` for standard input
    #[arg(required = true, value_name = "EVIDENCE")]
    pub(crate) evidence: Vec<PathBuf>,
    /// The document's format
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(Format::ALL.map(Format::name)), default_value = Format::CycloneDxJson.name())]
    pub(crate) output_format: String,
    /// The version of the format's specification [default: 1.6 of CycloneDX, 2.3 of SPDX]
    #[arg(long, value_name = "V")]
    pub(crate) spec_version: Option<String>,
    /// Write the document to FILE, whole or not at all
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Write the report to FILE as JSON, instead of a summary on standard error
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Where the packages' bytes and manifests lie: a CARGO_HOME, a registry cache, unpacked sources, a vendor directory, .crate files; may be repeated. `none` takes nothing [default where EVIDENCE is a directory: its vendor directory and CARGO_HOME; else none]
    #[arg(long, value_name = "PATH")]
    pub(crate) crates: Vec<PathBuf>,
    /// An index directory, for packages whose manifests are not at hand
    #[arg(long, value_name = "DIR")]
    pub(crate) index: Option<PathBuf>,
    /// What is taken from the packages' bytes beyond what is built of them: all there is, what their manifests say, or nothing; the less, the faster
    #[arg(long, value_name = "WHAT", value_parser = PossibleValuesParser::new(Enrich::ALL.map(Enrich::name)), default_value = Enrich::All.name())]
    pub(crate) enrich: String,
    /// Leave out the units that packages are compiled into: less of their archives is inflated then
    #[arg(long)]
    pub(crate) no_units: bool,
    /// Say of each package that its concluded licence is its declared one
    #[arg(long)]
    pub(crate) conclude_declared: bool,
    /// Who is named as the supplier of each package
    #[arg(long, value_name = "WHO", value_parser = PossibleValuesParser::new(ComponentSupplier::ALL.map(ComponentSupplier::name)), default_value = ComponentSupplier::None.name())]
    pub(crate) component_supplier: String,
    /// Where the local packages come from
    #[arg(long, value_name = "git+URL@COMMIT")]
    pub(crate) vcs_url: Option<String>,
    /// Who supplies the main component
    #[arg(long, value_name = "NAME")]
    pub(crate) supplier: Option<String>,
    /// The supplier's mail or web address
    #[arg(long, value_name = "MAIL-OR-URL", requires = "supplier")]
    pub(crate) contact: Option<String>,
    /// Who makes the main component
    #[arg(long, value_name = "NAME")]
    pub(crate) manufacturer: Option<String>,
    /// The manufacturer's mail or web address
    #[arg(long, value_name = "MAIL-OR-URL", requires = "manufacturer")]
    pub(crate) manufacturer_contact: Option<String>,
    /// The main component's licence, an SPDX expression
    #[arg(long, value_name = "SPDX")]
    pub(crate) license: Option<String>,
    /// The CycloneDX lifecycle phase, such as `build`
    #[arg(long, value_name = "PHASE")]
    pub(crate) lifecycle: Option<String>,
    /// The document's serial number [default: derived from its content]
    #[arg(long, value_name = "urn:uuid:…")]
    pub(crate) serial: Option<String>,
    /// A tool that had a part in the document; may be repeated
    #[arg(long = "tool", value_name = "NAME@VERSION")]
    pub(crate) tools: Vec<String>,
    /// Who wrote the document; may be repeated
    #[arg(long = "author", value_name = "NAME")]
    pub(crate) authors: Vec<String>,
    /// The document's time [default: SOURCE_DATE_EPOCH if set, else none]
    #[arg(long, value_name = "RFC3339")]
    pub(crate) timestamp: Option<String>,
    #[command(flatten)]
    pub(crate) judging: Judging,
    #[command(flatten)]
    pub(crate) selection: Selection,
}

/// What is built; any of these resolves the project with its manifests.
#[derive(Debug, Args)]
#[command(next_help_heading = "Selection (of a project's directory)")]
pub(crate) struct Selection {
    /// Build for this target triple; may be repeated [default: the host]
    #[arg(long = "target", value_name = "TRIPLE")]
    targets: Vec<String>,
    /// Build on this target triple [default: the one that this command was built for]
    #[arg(long, value_name = "TRIPLE")]
    host: Option<String>,
    /// Turn features on, separated by commas or blanks; may be repeated
    #[arg(long, value_name = "F,…")]
    features: Vec<String>,
    /// Leave default features off
    #[arg(long)]
    no_default_features: bool,
    /// Turn all features on
    #[arg(long)]
    all_features: bool,
    /// Build this member of the workspace; may be repeated [default: the default members]
    #[arg(long = "package", short, value_name = "P")]
    packages: Vec<String>,
    /// Build this binary only; may be repeated
    #[arg(long = "bin", value_name = "B")]
    bins: Vec<String>,
    /// Build libraries too
    #[arg(long)]
    lib: bool,
    /// A cfg that the target has beside its own; may be repeated
    #[arg(long = "cfg", value_name = "C")]
    cfgs: Vec<String>,
    /// Build tests too, and with them dev-dependencies
    #[arg(long)]
    dev: bool,
}

impl Selection {
    /// The request; `None` where no flag was given.
    pub(crate) fn request(&self) -> Option<SelectionRequest> {
        let mut request = SelectionRequest {
            targets: self.targets.clone(),
            host: self.host.clone(),
            features: Vec::new(),
            no_default_features: self.no_default_features,
            all_features: self.all_features,
            packages: self.packages.clone(),
            bins: self.bins.clone(),
            lib: self.lib,
            cfgs: self.cfgs.clone(),
            dev: self.dev,
        };
        for list in &self.features {
            request.add_features(list);
        }
        (request != SelectionRequest::default()).then(|| SelectionRequest {
            host: request.host.or_else(|| Some(HOST.to_owned())),
            ..request
        })
    }
}

/// The target triple that the command was built for.
pub(crate) const HOST: &str = env!("CRATETRUST_HOST");

#[derive(Debug, Args)]
pub(crate) struct VerifySbom {
    /// The SBOM; `-` for standard input
    #[arg(value_name = "SBOM")]
    pub(crate) sbom: PathBuf,
    /// As for `sbom`, or another SBOM; several are joined; `-` for standard input
    #[arg(required = true, value_name = "EVIDENCE")]
    pub(crate) evidence: Vec<PathBuf>,
    /// How much is compared
    #[arg(long, value_parser = PossibleValuesParser::new(Level::ALL.map(Level::name)), default_value = Level::Graph.name())]
    level: String,
    /// Where the packages' manifests lie, for a selection: as for `sbom`; may be repeated. `none` takes nothing [default where a selection is given: the vendor directory and CARGO_HOME; else none]
    #[arg(long, value_name = "PATH")]
    pub(crate) crates: Vec<PathBuf>,
    /// An index directory, as for `sbom`
    #[arg(long, value_name = "DIR")]
    pub(crate) index: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) judging: Judging,
    #[command(flatten)]
    pub(crate) selection: Selection,
}

impl VerifySbom {
    pub(crate) fn level(&self) -> Level {
        Level::from_name(&self.level).unwrap_or_default()
    }
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The lockfile as it was; `-` for standard input
    #[arg(value_name = "OLDLOCK")]
    pub(crate) old: PathBuf,
    /// The lockfile as it is; `-` for standard input
    #[arg(value_name = "NEWLOCK")]
    pub(crate) new: PathBuf,
    #[command(flatten)]
    pub(crate) judging: Judging,
}

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The file or directory; `-` for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Hold an SBOM against the fields that a regulator asks for
    #[arg(long, value_name = "PROFILE", value_parser = PossibleValuesParser::new(Profile::ALL.map(Profile::name)))]
    pub(crate) profile: Option<String>,
}

fn limit(text: &str) -> Result<(String, u64), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("NAME=VALUE is wanted, such as lockfile-size=1000000")?;
    let value = value
        .parse()
        .map_err(|_| format!("`{value}` is no whole number"))?;
    cratetrust_core::Limits::default()
        .set(name, value)
        .map_err(|error| error.message().to_owned())?;
    Ok((name.to_owned(), value))
}

fn severity(text: &str) -> Result<(Code, Severity), String> {
    let (name, level) = text
        .split_once('=')
        .ok_or("CODE=LEVEL is wanted, such as crate-missing=info")?;
    let code = Code::from_name(name).ok_or_else(|| match nearest(name) {
        Some(near) => format!("no finding code is called `{name}`; did you mean `{near}`?"),
        None => format!("no finding code is called `{name}`"),
    })?;
    let level = Severity::from_name(level)
        .ok_or_else(|| format!("no severity is called `{level}`; known: error, warning, info"))?;
    Ok((code, level))
}

/// The code that a misspelt name most likely means.
fn nearest(name: &str) -> Option<&'static str> {
    // Longer than any code: not worth comparing.
    if name.len() > 64 {
        return None;
    }
    Code::ALL
        .iter()
        .map(|code| (edits(name, code.name()), code.name()))
        .min()
        .filter(|(edits, code)| *edits <= code.len() / 3)
        .map(|(_, code)| code)
}

/// The edit distance of two short strings.
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (slot, y) in row.iter_mut().skip(1).zip(b.bytes()) {
            let above = *slot;
            left = (diagonal + usize::from(x != y))
                .min(above + 1)
                .min(left + 1);
            diagonal = above;
            *slot = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// Whether arguments that could not be understood ask for JSON: then the error is JSON too.
pub(crate) fn asks_for_json(args: &[OsString]) -> bool {
    let options = args.iter().take_while(|arg| *arg != "--");
    let mut last = false;
    let mut value_follows = false;
    for arg in options {
        if value_follows {
            last = arg == "json";
            value_follows = false;
        } else if arg == "--format" {
            value_follows = true;
        } else if let Some(value) = arg.to_str().and_then(|arg| arg.strip_prefix("--format=")) {
            last = value == "json";
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_are_consistent() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }

    #[test]
    fn the_default_versions_are_those_of_the_help() {
        let first = |format: Format| format.versions().first().copied();
        assert_eq!(first(Format::CycloneDxJson), Some("1.6"));
        assert_eq!(first(Format::SpdxJson), Some("2.3"));
    }

    #[test]
    fn the_page_names_every_flag_and_limit() {
        use clap::CommandFactory as _;
        let page = include_str!("../../../docs/command.md");
        let mut command = Cli::command();
        command.build();
        for sub in command.get_subcommands().filter(|c| c.get_name() != "help") {
            let start = format!("\n## {}\n", sub.get_name());
            let section = page.split(&start).nth(1).unwrap();
            let section = section.split("\n## ").next().unwrap();
            for flag in sub.get_arguments() {
                let Some(long) = flag.get_long() else {
                    continue;
                };
                let common = flag.is_global_set() || ["help", "preset", "severity"].contains(&long);
                let place = if common { page } else { section };
                assert!(
                    place.contains(&format!("--{long}")),
                    "{}: --{long}",
                    sub.get_name()
                );
            }
        }
        for name in cratetrust_core::Limits::NAMES {
            let value = cratetrust_core::Limits::default().get(name).unwrap();
            let row = page
                .lines()
                .find(|line| line.starts_with(&format!("| `{name}` |")))
                .unwrap_or_else(|| panic!("{name} is not on the page"));
            assert!(row.ends_with(&format!("| {value} |")), "{row}");
        }
    }

    #[test]
    fn misspelt_codes_are_guessed() {
        assert_eq!(nearest("crate-mising"), Some("crate-missing"));
        assert_eq!(
            nearest("checksum-lock-missmatch"),
            Some("checksum-lock-mismatch")
        );
        assert_eq!(nearest("zzz"), None);
        assert_eq!(nearest(&"x".repeat(1000)), None);
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("abc", ""), 3);
        assert_eq!(edits("kitten", "sitting"), 3);
    }

    #[test]
    fn json_is_found_in_broken_arguments() {
        let asks =
            |args: &[&str]| asks_for_json(&args.iter().map(OsString::from).collect::<Vec<_>>());
        assert!(asks(&["x", "verify", "--no-such", "--format", "json"]));
        assert!(asks(&["x", "--format=json", "nonsense"]));
        assert!(!asks(&["x", "--format=json", "--format=text"]));
        assert!(!asks(&["x", "--", "--format=json"]));
        assert!(!asks(&["x", "--format"]));
    }

    #[test]
    fn limits_and_severities_are_checked() {
        assert_eq!(
            limit("lockfile-size=5"),
            Ok(("lockfile-size".to_owned(), 5))
        );
        for wrong in [
            "lockfile-size",
            "lockfile-size=",
            "lockfile-size=-1",
            "no-such=1",
            "=1",
        ] {
            assert!(limit(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            severity("crate-missing=info"),
            Ok((Code::CrateMissing, Severity::Info))
        );
        for wrong in ["crate-missing", "crate-missing=bad", "no-such=info", "="] {
            assert!(severity(wrong).is_err(), "{wrong}");
        }
    }
}
