//! The verbs. Each turns its arguments into the core's, calls the core without the GIL, and turns
//! the answer back.

use pyo3::prelude::*;

use crate::bom::Bom;
use crate::call::Call;
use crate::cancel::CancelToken;
use crate::convert::{JsonDict, Whole, Words, loads};
use crate::input::{PyInput, PyInputs};
use crate::limits::Limits;
use crate::options::{Builder, Callback, SeverityMap, Timestamp};
use crate::report::Report;

/// Is this the crate that the lockfile, the index or the caller names, and is its archive honest?
///
/// The path is told by what it holds: a `.crate` file, a directory of them, a registry cache, a
/// whole CARGO_HOME, a vendor directory. `label` names bytes or a file object. `index` is an index
/// file of the package, `sha256` and `expect` (`NAME@VERSION`) are what the one package given must
/// be. `against` is the other side of a byte comparison: for a crate file a checkout of its source,
/// for an unpacked crate its crate file. `checks` picks from `checksum`, `archive`, `tree`, `index` and `vcs`; by
/// default all run that apply.
///
/// What is built is told by `target` and `host` (triples), `features`, `no_default_features`,
/// `all_features`, `package`, `bin`, `lib`, `cfg` and `dev`, in the words of the command's flags. Where
/// a target or a host is given, the project
/// beside `lockfile` is resolved with the manifests in the path and in `crates`, and that a package
/// which is not built is missing is information.
///
/// Faults of the crate are findings of the report; what it is measured with (lockfile, options)
/// and a path that cannot be opened raise.
#[pyfunction]
#[pyo3(signature = (
    path, *, label = None, lockfile = None, index = None, against = None, sha256 = None, expect = None,
    checks = None, crates = None,
    target = None, host = None, features = None, no_default_features = None, all_features = None,
    package = None, bin = None, lib = None, cfg = None, dev = None,
    preset = None, severity = None, limits = None, jobs = None, progress = None, cancel = None
))]
#[expect(clippy::too_many_arguments, reason = "keyword arguments")]
pub(crate) fn verify_package(
    py: Python<'_>,
    path: PyInput,
    label: Option<&str>,
    lockfile: Option<PyInput>,
    index: Option<PyInput>,
    against: Option<PyInput>,
    sha256: Option<&str>,
    expect: Option<&str>,
    checks: Option<Words>,
    crates: Option<PyInputs>,
    target: Option<Words>,
    host: Option<&str>,
    features: Option<Words>,
    no_default_features: Option<bool>,
    all_features: Option<bool>,
    package: Option<Words>,
    bin: Option<Words>,
    lib: Option<bool>,
    cfg: Option<Words>,
    dev: Option<bool>,
    preset: Option<&str>,
    severity: Option<SeverityMap>,
    limits: Option<&Limits>,
    jobs: Option<Whole>,
    progress: Option<Callback>,
    cancel: Option<&CancelToken>,
) -> PyResult<Report> {
    let call = Call::default();
    let input = path.into_core(label, "crate", &call);
    let options = Builder::new(&call, limits, progress)
        .inputs(
            lockfile.map(|lockfile| lockfile.into_core(None, "Cargo.lock", &call)),
            index.map(|index| index.into_core(None, "index", &call)),
            against.map(|against| against.into_core(None, "against", &call)),
        )
        .set("sha256", sha256)
        .set("expect", expect)
        .crates(crates.map(|crates| crates.into_core("crate", &call)))
        .set("checks", checks)
        .set("target", target)
        .set("host", host)
        .set("features", features)
        .set("no_default_features", no_default_features)
        .set("all_features", all_features)
        .set("package", package)
        .set("bin", bin)
        .set("lib", lib)
        .set("cfg", cfg)
        .set("dev", dev)
        .set("preset", preset)
        .set("severity", severity)
        .set("jobs", jobs)
        .finish(py, None)?;
    let report = call.run(py, cancel, || {
        cratetrust_core::verify_package(&input, &options)
    })?;
    Report::from_core(py, &report)
}

/// What is in this build, as far as the evidence can tell?
///
/// Evidence is a Cargo.lock, a project's directory, cargo's record of a build, the output of `cargo
/// metadata`, or a sequence of these, which are joined. `crates` are places where the
/// packages' bytes lie (a CARGO_HOME, a registry cache, unpacked sources, a vendor directory, crate
/// files): facts come from bytes that match the lockfile, and those that contradict it are findings of
/// the report. `enrich` says what is taken from them: `all`, what the `manifests` say, or `none`.
/// `no_units` leaves out the units that packages are compiled into, and inflates less of their archives.
/// `conclude_declared` says of each package that its concluded licence is its declared
/// one; `component_supplier` is `none`, `authors` or `registry`; `vcs_url` (`git+URL@COMMIT`) is where
/// the local packages come from. `license` is the main component's licence, `lifecycle` the
/// document's phase, `serial` its `urn:uuid:…`, `tool` a `NAME@VERSION` that had a part in it.
/// `manufacturer` and `manufacturer_contact` name who makes the main component, `supplier` and `contact` (a mail
/// or web address) name who supplies the main component, `author` who wrote the document.
/// `timestamp` is the document's time, as RFC 3339 text, seconds since 1970 or an aware datetime;
/// without one the document has no time, and equal evidence gives equal bytes.
///
/// What is built is told by `target` and `host` (triples), `features`, `no_default_features`,
/// `all_features`, `package`, `bin`, `lib`, `cfg` and `dev`, in the words of the command's flags. Where
/// a target or a host is given, a
/// directory is resolved with the manifests of its packages in `crates`, and with what the index
/// directory `index` says of those that are not there.
#[pyfunction]
#[pyo3(signature = (
    evidence, *, crates = None, index = None, enrich = None, no_units = None, supplier = None,
    contact = None, manufacturer = None,
    manufacturer_contact = None, author = None, timestamp = None, license = None, lifecycle = None,
    serial = None, tool = None, vcs_url = None, conclude_declared = None, component_supplier = None,
    target = None, host = None, features = None, no_default_features = None, all_features = None,
    package = None, bin = None, lib = None, cfg = None, dev = None,
    preset = None, severity = None, limits = None, jobs = None, progress = None, cancel = None
))]
#[expect(clippy::too_many_arguments, reason = "keyword arguments")]
pub(crate) fn generate_sbom(
    py: Python<'_>,
    evidence: PyInputs,
    crates: Option<PyInputs>,
    index: Option<PyInput>,
    enrich: Option<&str>,
    no_units: Option<bool>,
    supplier: Option<&str>,
    contact: Option<&str>,
    manufacturer: Option<&str>,
    manufacturer_contact: Option<&str>,
    author: Option<Words>,
    timestamp: Option<Timestamp>,
    license: Option<&str>,
    lifecycle: Option<&str>,
    serial: Option<&str>,
    tool: Option<Words>,
    vcs_url: Option<&str>,
    conclude_declared: Option<bool>,
    component_supplier: Option<&str>,
    target: Option<Words>,
    host: Option<&str>,
    features: Option<Words>,
    no_default_features: Option<bool>,
    all_features: Option<bool>,
    package: Option<Words>,
    bin: Option<Words>,
    lib: Option<bool>,
    cfg: Option<Words>,
    dev: Option<bool>,
    preset: Option<&str>,
    severity: Option<SeverityMap>,
    limits: Option<&Limits>,
    jobs: Option<Whole>,
    progress: Option<Callback>,
    cancel: Option<&CancelToken>,
) -> PyResult<Bom> {
    let call = Call::default();
    let evidence = evidence.into_core("Cargo.lock", &call);
    let options = Builder::new(&call, limits, progress)
        .crates(crates.map(|crates| crates.into_core("crate", &call)))
        .index(index.map(|index| index.into_core(None, "index", &call)))
        .set("enrich", enrich)
        .set("no_units", no_units)
        .set("supplier", supplier)
        .set("contact", contact)
        .set("manufacturer", manufacturer)
        .set("manufacturer_contact", manufacturer_contact)
        .set("author", author)
        .set("license", license)
        .set("lifecycle", lifecycle)
        .set("serial", serial)
        .set("tool", tool)
        .set("vcs_url", vcs_url)
        .set("conclude_declared", conclude_declared)
        .set("component_supplier", component_supplier)
        .set("target", target)
        .set("host", host)
        .set("features", features)
        .set("no_default_features", no_default_features)
        .set("all_features", all_features)
        .set("package", package)
        .set("bin", bin)
        .set("lib", lib)
        .set("cfg", cfg)
        .set("dev", dev)
        .set("jobs", jobs)
        .set("preset", preset)
        .set("severity", severity)
        .finish(py, timestamp)?;
    let generated = call.run(py, cancel, || {
        cratetrust_core::generate_sbom(&evidence, &options)
    })?;
    Bom::from_core(py, generated)
}

/// Does this SBOM tell the truth about the evidence?
///
/// The SBOM may be of any producer, in any format that is read here; `label` names bytes or a file
/// object. Evidence is as for `generate_sbom`, or another SBOM. `level` is `components`, `graph`, the default, or `full`.
///
/// What is built is told by `target` and `host` (triples), `features`, `no_default_features`,
/// `all_features`, `package`, `bin`, `lib`, `cfg` and `dev`, in the words of the command's flags. Where
/// a target or a host is given, a
/// directory of `evidence` is resolved with the manifests of its packages in `crates`, and with what
/// the index directory `index` says of those that are not there.
#[pyfunction]
#[pyo3(signature = (
    sbom, evidence, *, label = None, level = None, crates = None, index = None,
    target = None, host = None, features = None, no_default_features = None, all_features = None,
    package = None, bin = None, lib = None, cfg = None, dev = None,
    preset = None, severity = None, limits = None,
    progress = None, cancel = None
))]
#[expect(clippy::too_many_arguments, reason = "keyword arguments")]
pub(crate) fn verify_sbom(
    py: Python<'_>,
    sbom: PyInput,
    evidence: PyInputs,
    label: Option<&str>,
    level: Option<&str>,
    crates: Option<PyInputs>,
    index: Option<PyInput>,
    target: Option<Words>,
    host: Option<&str>,
    features: Option<Words>,
    no_default_features: Option<bool>,
    all_features: Option<bool>,
    package: Option<Words>,
    bin: Option<Words>,
    lib: Option<bool>,
    cfg: Option<Words>,
    dev: Option<bool>,
    preset: Option<&str>,
    severity: Option<SeverityMap>,
    limits: Option<&Limits>,
    progress: Option<Callback>,
    cancel: Option<&CancelToken>,
) -> PyResult<Report> {
    let call = Call::default();
    let sbom = sbom.into_core(label, "sbom", &call);
    let evidence = evidence.into_core("Cargo.lock", &call);
    let options = Builder::new(&call, limits, progress)
        .crates(crates.map(|crates| crates.into_core("crate", &call)))
        .index(index.map(|index| index.into_core(None, "index", &call)))
        .set("level", level)
        .set("target", target)
        .set("host", host)
        .set("features", features)
        .set("no_default_features", no_default_features)
        .set("all_features", all_features)
        .set("package", package)
        .set("bin", bin)
        .set("lib", lib)
        .set("cfg", cfg)
        .set("dev", dev)
        .set("preset", preset)
        .set("severity", severity)
        .finish(py, None)?;
    let report = call.run(py, cancel, || {
        cratetrust_core::verify_sbom(&sbom, &evidence, &options)
    })?;
    Report::from_core(py, &report)
}

/// What is new, gone or changed between two lockfiles?
#[pyfunction]
#[pyo3(signature = (
    old, new, *, preset = None, severity = None, limits = None, progress = None, cancel = None
))]
#[expect(clippy::too_many_arguments, reason = "keyword arguments")]
pub(crate) fn diff_lockfiles(
    py: Python<'_>,
    old: PyInput,
    new: PyInput,
    preset: Option<&str>,
    severity: Option<SeverityMap>,
    limits: Option<&Limits>,
    progress: Option<Callback>,
    cancel: Option<&CancelToken>,
) -> PyResult<Report> {
    let call = Call::default();
    let old = old.into_core(None, "Cargo.lock", &call);
    let new = new.into_core(None, "Cargo.lock", &call);
    let options = Builder::new(&call, limits, progress)
        .set("preset", preset)
        .set("severity", severity)
        .finish(py, None)?;
    let report = call.run(py, cancel, || {
        cratetrust_core::diff_lockfiles(&old, &new, &options)
    })?;
    Report::from_core(py, &report)
}

/// What is this, and what is in it? The answer has the keys of schema `cratetrust.inspection/1`.
///
/// `profile` (`ntia`, `cisa-2025`, `bsi-tr-03183-2` or `cra`) holds an SBOM against what regulators
/// ask: the fact `profile` then names each field, where it is, and which components lack it.
#[pyfunction]
#[pyo3(signature = (path, *, label = None, profile = None, limits = None, progress = None, cancel = None))]
pub(crate) fn inspect<'py>(
    py: Python<'py>,
    path: PyInput,
    label: Option<&str>,
    profile: Option<&str>,
    limits: Option<&Limits>,
    progress: Option<Callback>,
    cancel: Option<&CancelToken>,
) -> PyResult<JsonDict<'py>> {
    let call = Call::default();
    let input = path.into_core(label, "input", &call);
    let options = Builder::new(&call, limits, progress)
        .set("profile", profile)
        .finish(py, None)?;
    let inspection = call.run(py, cancel, || cratetrust_core::inspect(&input, &options))?;
    loads(py, &inspection.to_json())
}
