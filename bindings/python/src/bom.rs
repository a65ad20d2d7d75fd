//! The bill of materials as a Python value.

use std::hash::{Hash, Hasher};

use cratetrust_core::sbom::{self, Format};
use cratetrust_core::{
    CancelToken as CoreToken, Error, ErrorKind, Generated, Limits as CoreLimits, bom,
};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

use crate::call::Call;
use crate::convert::{IteratorOf, JsonDict, Pickled, TupleOf, loads};
use crate::errors;
use crate::lockfile::Package;
use crate::report::Report;

/// A bill of materials, made by `generate_sbom`.
#[pyclass(frozen, eq, hash, module = "cratetrust")]
pub(crate) struct Bom {
    core: bom::Bom,
    json: String,
    packages: Py<PyTuple>,
    /// What was found in the evidence.
    #[pyo3(get)]
    report: Py<Report>,
}

// The JSON form holds everything.
impl PartialEq for Bom {
    fn eq(&self, other: &Self) -> bool {
        self.json == other.json && self.report.get() == other.report.get()
    }
}

impl Eq for Bom {}

impl Hash for Bom {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.json.hash(state);
    }
}

fn plain(bom: &bom::Bom) -> cratetrust_core::Result<String> {
    let bytes = sbom::write(bom, Format::Json, None)?;
    String::from_utf8(bytes)
        .map_err(|_| Error::new(ErrorKind::Internal, "the JSON form is not UTF-8"))
}

impl Bom {
    /// What the core made.
    pub(crate) fn from_core(py: Python<'_>, generated: Generated) -> PyResult<Self> {
        let report = Py::new(py, Report::from_core(py, &generated.report)?)?;
        let json = plain(&generated.bom).map_err(|error| errors::to_py(py, &error))?;
        Self::new(py, generated.bom, json, report)
    }

    fn new(py: Python<'_>, core: bom::Bom, json: String, report: Py<Report>) -> PyResult<Self> {
        let packages: Vec<Package> = core
            .packages
            .iter()
            .zip(core.dependencies())
            .map(|(package, dependencies)| Package::of_bom(package, dependencies))
            .collect();
        Ok(Self {
            core,
            json,
            packages: PyTuple::new(py, packages)?.unbind(),
            report,
        })
    }
}

#[pymethods]
impl Bom {
    /// The bill of materials in a format: `cyclonedx-json`, `cyclonedx-xml`, `spdx-json`,
    /// `spdx-tag-value`, `spdx3-json` or `json`, and in the version of its specification that is
    /// named, else the default one: 1.6 of CycloneDX, 2.3 of SPDX 2.
    ///
    /// Equal bills give equal bytes.
    #[pyo3(signature = (format = "cyclonedx-json", spec_version = None))]
    fn write<'py>(
        &self,
        py: Python<'py>,
        format: &str,
        spec_version: Option<&str>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = Call::default().run(py, None, || {
            sbom::write(&self.core, Format::from_name(format)?, spec_version)
        })?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// The packages, by name, version and source.
    #[getter]
    fn packages<'py>(&self, py: Python<'py>) -> TupleOf<'py, Package> {
        TupleOf::new(self.packages.bind(py).clone())
    }

    /// The bill of materials as compact JSON, schema `cratetrust.bom/1`.
    fn to_json(&self) -> &str {
        &self.json
    }

    /// The bill of materials as plain dicts and lists, with the keys of its JSON form.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<JsonDict<'py>> {
        loads(py, &self.json)
    }

    fn __len__(&self) -> usize {
        self.core.packages.len()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<IteratorOf<'py, Package>> {
        Ok(IteratorOf::new(self.packages.bind(py).try_iter()?))
    }

    fn __repr__(&self) -> String {
        format!("<Bom packages={}>", self.__len__())
    }

    /// Restores a pickled bill of materials from the JSON forms of it and of its report.
    #[staticmethod]
    fn _restore(py: Python<'_>, json: &str, report: Py<Report>) -> PyResult<Self> {
        let limits = CoreLimits {
            sbom_size: u64::MAX,
            sbom_components: u64::MAX,
            ..CoreLimits::default()
        };
        let core = Call::default().run(py, None, || {
            let read = sbom::read(json.as_bytes(), "pickle", &limits, &CoreToken::new())?;
            // Never a bill of materials that is not quite what was pickled.
            if plain(&read.bom)? != json {
                return Err(Error::parse("this is no pickled bill of materials"));
            }
            Ok(read.bom)
        })?;
        Self::new(py, core, json.to_owned(), report)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Pickled<'py>> {
        let py = slf.py();
        let this = slf.get();
        let restore = slf.get_type().getattr("_restore")?;
        Ok(Pickled::new(
            (restore, (this.to_json(), this.report.clone_ref(py))).into_pyobject(py)?,
        ))
    }
}
