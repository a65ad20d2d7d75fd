//! Reports and what they hold, read from the core's JSON: one form for every language.

mod read;

use cratetrust_core::text::escape;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::convert::{DictOf, JsonDict, Many, Pickled, TupleOf, loads, repr};
use crate::errors;

/// A frozen value whose fields are all readable, comparable, hashable, printable and picklable.
macro_rules! record {
    (
        $(#[$doc:meta])*
        $name:ident ( $text:literal, $($signature:tt)* ) {
            $( $(#[$field_doc:meta])* $field:ident : $type:ty, )*
        }
    ) => {
        $(#[$doc])*
        #[pyclass(frozen, eq, hash, get_all, from_py_object, module = "cratetrust")]
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub(crate) struct $name { $( $(#[$field_doc])* pub(crate) $field: $type, )* }

        #[pymethods]
        impl $name {
            #[new]
            #[pyo3(signature = ($($signature)*))]
            #[allow(clippy::too_many_arguments, reason = "one a field, few or many")]
            fn new($( $field: $type ),*) -> Self {
                Self { $( $field ),* }
            }

            fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
                repr($text, &[$( (stringify!($field), self.$field.clone().into_bound_py_any(py)?), )*])
            }

            fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Pickled<'py>> {
                let py = slf.py();
                let this = slf.get();
                let fields = PyTuple::new(py, [$( this.$field.clone().into_bound_py_any(py)?, )*])?;
                Ok(Pickled::new((slf.get_type(), fields).into_pyobject(py)?))
            }
        }
    };
}

record! {
    /// One thing found.
    Finding(
        "Finding",
        code, class_, severity, message, package = None, artifact = None, path = None,
        path_hex = None, offset = None, expected = None, actual = None, external = false
    ) {
        /// The stable code, such as `checksum-lock-mismatch`.
        code: String,
        /// `mismatch`, `coverage` or `note`.
        class_: String,
        /// `error`, `warning` or `info`.
        severity: String,
        /// The finding in one sentence.
        message: String,
        /// The `id` of the package in the report.
        package: Option<String>,
        /// The artifact's location, relative to the path given.
        artifact: Option<String>,
        /// The path inside the artifact.
        path: Option<String>,
        /// The path's bytes in hexadecimal digits, where it is not UTF-8.
        path_hex: Option<String>,
        /// A byte offset in the artifact; for archives, in the unpacked stream.
        offset: Option<u64>,
        /// What should be there.
        expected: Option<String>,
        /// What is there.
        actual: Option<String>,
        /// Whether a verifier of the host program made it.
        external: bool,
    }
}

impl Finding {
    /// A finding of the core that is in no report.
    pub(crate) fn of_core(finding: &cratetrust_core::report::Finding) -> Self {
        Self {
            code: finding.code.name().to_owned(),
            class_: finding.class.name().to_owned(),
            severity: finding.severity.name().to_owned(),
            message: finding.message.clone(),
            package: finding.package.clone(),
            artifact: finding.artifact.clone(),
            path: finding.path.clone(),
            path_hex: finding.path_hex.clone(),
            offset: finding.offset,
            expected: finding.expected.clone(),
            actual: finding.actual.clone(),
            external: finding.external,
        }
    }
}

record! {
    /// What an input of a report was for.
    ReportInput("ReportInput", role, name, sha256 = None) {
        /// `lockfile`, `sbom`, `crate`, …
        role: String,
        /// The input's name, without a directory.
        name: String,
        /// Its SHA-256 in hexadecimal digits, where it is one file that was read whole.
        sha256: Option<String>,
    }
}

record! {
    /// How many findings of each severity.
    Counts("Counts", error, warning, info) {
        /// Errors.
        error: u64,
        /// Warnings.
        warning: u64,
        /// Facts.
        info: u64,
    }
}

record! {
    /// One thing that was read for a package.
    ArtifactReport("ArtifactReport", kind, location, sha256, checks, status) {
        /// `crate`, `src`, `vendor` or `checkout`.
        kind: String,
        /// Where it lies, relative to the path given.
        location: String,
        /// Its SHA-256 in hexadecimal digits.
        sha256: Option<String>,
        /// The checks that ran on it.
        checks: Many<String>,
        /// `ok`, `failed`, `unchecked`, `local` or `skipped`.
        status: String,
    }
}

record! {
    /// One package of a report.
    PackageReport(
        "PackageReport", id, name, version, source, anchors, status, counts, artifacts
    ) {
        /// `name@version`, or `name@version (source)` where that is not unique.
        id: String,
        /// The name.
        name: String,
        /// The version.
        version: String,
        /// The source as Cargo.lock spells it; `None` for local packages.
        source: Option<String>,
        /// What the digest was compared with: `lock`, `index`, `caller`, `self-declared`, …
        anchors: Many<String>,
        /// `ok`, `failed`, `unchecked`, `local` or `skipped`.
        status: String,
        /// Findings about the package, by severity.
        counts: Counts,
        /// What was read.
        artifacts: Many<ArtifactReport>,
    }
}

record! {
    /// Counts over a report: packages = ok + failed + unchecked + local + skipped, and
    /// checked = ok + failed.
    Summary(
        "Summary",
        packages, checked, ok, failed, unchecked, local, skipped, unlisted, bytes
    ) {
        /// All packages.
        packages: u64,
        /// Those that were checked.
        checked: u64,
        /// Checked, and they hold.
        ok: u64,
        /// Checked, and they do not hold.
        failed: u64,
        /// Not checked.
        unchecked: u64,
        /// Path and workspace packages.
        local: u64,
        /// Left out on request.
        skipped: u64,
        /// Artifacts in a shared store that the lockfile does not name.
        unlisted: u64,
        /// Bytes read of artifacts.
        bytes: u64,
    }
}

/// What was found. Its JSON form is the same bytes from every language.
///
/// A report has no truth value of its own: look at `verdict` or `passed`, or call
/// `raise_for_findings`.
#[pyclass(frozen, eq, hash, module = "cratetrust")]
pub(crate) struct Report {
    json: String,
    /// `pass`, `fail` or `incomplete`.
    #[pyo3(get)]
    verdict: String,
    /// What was read, as a tuple of `ReportInput`.
    inputs: Many<ReportInput>,
    checks: Many<String>,
    /// The severity preset: `strict`, `crates-io` or `cargo`.
    #[pyo3(get)]
    preset: String,
    severities: Vec<(String, String)>,
    summary: Summary,
    packages: Py<PyTuple>,
    findings: Py<PyTuple>,
    headline: String,
}

impl PartialEq for Report {
    fn eq(&self, other: &Self) -> bool {
        self.json == other.json
    }
}

impl Eq for Report {}

impl std::hash::Hash for Report {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.json.hash(state);
    }
}

impl Report {
    /// A report of the core.
    pub(crate) fn from_core(
        py: Python<'_>,
        report: &cratetrust_core::report::Report,
    ) -> PyResult<Self> {
        Self::from_text(py, report.to_json())
    }

    fn from_text(py: Python<'_>, json: String) -> PyResult<Self> {
        let read = read::report(&json).map_err(|error| errors::to_py(py, &error))?;
        let headline = headline(&read);
        Ok(Self {
            json: read.json,
            verdict: read.verdict,
            inputs: Many(read.inputs),
            checks: Many(read.checks),
            preset: read.preset,
            severities: read.severities,
            summary: read.summary,
            packages: PyTuple::new(py, read.packages)?.unbind(),
            findings: PyTuple::new(py, read.findings)?.unbind(),
            headline,
        })
    }
}

/// The verdict and the first finding behind it, on one line.
fn headline(report: &read::Parts) -> String {
    let decides = |finding: &&Finding| match report.verdict.as_str() {
        "fail" => finding.severity == "error",
        "incomplete" => finding.class_ == "coverage" && finding.severity == "warning",
        _ => false,
    };
    let count = report.findings.iter().filter(decides).count();
    let mut text = format!("verdict {}", report.verdict);
    if let Some(first) = report.findings.iter().find(decides) {
        if let Some(package) = &first.package {
            text.push_str(&format!(": {}", escape(package)));
        }
        text.push_str(&format!(": {} ({})", escape(&first.message), first.code));
        if count > 1 {
            text.push_str(&format!(", and {} more", count - 1));
        }
    } else if report.verdict == "incomplete" {
        text.push_str(": nothing was checked");
    }
    text
}

#[pymethods]
impl Report {
    /// Reads a report from its JSON form, as `to_json` and the command's `--format json` write it.
    ///
    /// Raises `ParseError` for what is no report.
    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> PyResult<Self> {
        Self::from_text(py, text.to_owned())
    }

    /// Whether the verdict is `pass`.
    #[getter]
    fn passed(&self) -> bool {
        self.verdict == "pass"
    }

    /// What was read.
    #[getter]
    fn inputs(&self) -> Many<ReportInput> {
        self.inputs.clone()
    }

    /// The checks that ran.
    #[getter]
    fn checks(&self) -> Many<String> {
        self.checks.clone()
    }

    /// The severities that the caller changed, by finding code.
    #[getter]
    fn severities<'py>(&self, py: Python<'py>) -> PyResult<DictOf<'py, String>> {
        let changed = PyDict::new(py);
        for (code, severity) in &self.severities {
            changed.set_item(code, severity)?;
        }
        Ok(DictOf::new(changed))
    }

    /// Counts over the packages.
    #[getter]
    fn summary(&self) -> Summary {
        self.summary.clone()
    }

    /// The packages, by name, version and source.
    #[getter]
    fn packages<'py>(&self, py: Python<'py>) -> TupleOf<'py, PackageReport> {
        TupleOf::new(self.packages.bind(py).clone())
    }

    /// The findings, by package, artifact, path, offset and code.
    #[getter]
    fn findings<'py>(&self, py: Python<'py>) -> TupleOf<'py, Finding> {
        TupleOf::new(self.findings.bind(py).clone())
    }

    /// Raises `VerificationError`, which holds this report, unless the verdict is `pass`.
    fn raise_for_findings(slf: &Bound<'_, Self>) -> PyResult<()> {
        if slf.get().passed() {
            return Ok(());
        }
        Err(errors::verification(slf.as_any()))
    }

    /// The report as compact JSON, schema `cratetrust.report/1`.
    fn to_json(&self) -> &str {
        &self.json
    }

    /// The report as a SARIF 2.1.0 log of one run, the form that code-scanning pages read: compact JSON,
    /// the same bytes as from the command's `--format sarif`.
    ///
    /// Raises `ParseError` for a report, read by `from_json`, with finding codes that are not known.
    fn to_sarif(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| cratetrust_core::report::Report::from_json(&self.json))
            .map(|report| report.to_sarif())
            .map_err(|error| errors::to_py(py, &error))
    }

    /// The report as plain dicts and lists, with the keys of its JSON form.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<JsonDict<'py>> {
        loads(py, &self.json)
    }

    fn __str__(&self) -> &str {
        &self.headline
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!(
            "<Report verdict='{}' packages={} findings={}>",
            self.verdict,
            self.packages.bind(py).len(),
            self.findings.bind(py).len()
        ))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Pickled<'py>> {
        let py = slf.py();
        let restore = slf.get_type().getattr("from_json")?;
        Ok(Pickled::new(
            (restore, (slf.get().to_json(),)).into_pyobject(py)?,
        ))
    }
}
