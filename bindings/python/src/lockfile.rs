//! Lockfiles and packages as Python values.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use cratetrust_core::digest::Sha256;
use cratetrust_core::lockfile::Lockfile as CoreLockfile;
use cratetrust_core::package::package_purl;
use cratetrust_core::{Limits as CoreLimits, bom};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};

use crate::call::Call;
use crate::cancel::CancelToken;
use crate::convert::{IteratorOf, JsonDict, Many, Pickled, TupleOf, loads, repr};
use crate::input::PyInput;
use crate::limits::Limits;
use crate::report::Finding;

/// One package of a lockfile or a bill of materials.
#[pyclass(frozen, eq, hash, get_all, module = "cratetrust")]
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Package {
    /// The name.
    name: String,
    /// The version.
    version: String,
    /// The source as Cargo.lock spells it; `None` for path packages.
    source: Option<String>,
    /// The SHA-256 of the `.crate` file in hexadecimal digits.
    checksum: Option<String>,
    /// The package URL; `None` for path packages.
    purl: Option<String>,
    /// Positions of the packages that it depends on, in the same `packages`.
    dependencies: Many<usize>,
    /// `linked`, `build`, `dev`, `not-built` or `maybe`; a lockfile alone cannot tell.
    scope: String,
    /// The declared licence, an SPDX expression, where the evidence holds one.
    license: Option<String>,
}

#[pymethods]
impl Package {
    #[new]
    #[pyo3(signature = (
        name, version, source = None, checksum = None, purl = None, dependencies = Many(Vec::new()),
        scope = String::from("maybe"), license = None
    ))]
    #[expect(clippy::too_many_arguments, reason = "one a field, by keyword")]
    fn new(
        name: String,
        version: String,
        source: Option<String>,
        checksum: Option<String>,
        purl: Option<String>,
        dependencies: Many<usize>,
        scope: String,
        license: Option<String>,
    ) -> Self {
        Self {
            name,
            version,
            source,
            checksum,
            purl,
            dependencies,
            scope,
            license,
        }
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let show = |text: &str| text.into_pyobject(py).map(Bound::into_any);
        let mut fields = vec![
            ("name", show(&self.name)?),
            ("version", show(&self.version)?),
        ];
        if let Some(source) = &self.source {
            fields.push(("source", show(source)?));
        }
        repr("Package", &fields)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Pickled<'py>> {
        let this = slf.get().clone();
        let fields = (
            this.name,
            this.version,
            this.source,
            this.checksum,
            this.purl,
            this.dependencies,
            this.scope,
            this.license,
        );
        Ok(Pickled::new(
            (slf.get_type(), fields).into_pyobject(slf.py())?,
        ))
    }
}

impl Package {
    /// A package of a bill of materials.
    pub(crate) fn of_bom(package: &bom::Package, dependencies: Vec<usize>) -> Self {
        Self {
            name: package.name.clone(),
            version: package.version.clone(),
            source: package.source.to_lock(),
            checksum: package.checksum.sha256.map(|digest| digest.to_string()),
            purl: package.purl.clone(),
            dependencies: Many(dependencies),
            scope: package.scope.name().to_owned(),
            license: package.license.clone(),
        }
    }
}

fn package_tuple<'py>(py: Python<'py>, lockfile: &CoreLockfile) -> PyResult<Bound<'py, PyTuple>> {
    let packages: Vec<Package> = lockfile
        .packages()
        .iter()
        .map(|package| Package {
            name: package.name.clone(),
            version: package.version.clone(),
            source: package.source.to_lock(),
            checksum: package.checksum.map(|digest| digest.to_string()),
            purl: package_purl(&package.name, &package.version, &package.source),
            dependencies: Many(package.dependencies.clone()),
            scope: bom::Scope::Maybe.name().to_owned(),
            license: None,
        })
        .collect();
    PyTuple::new(py, packages)
}

/// A Cargo.lock of version 1 to 4, or a newer one as far as it is understood.
///
/// `Lockfile(content)` reads bytes; `Lockfile.read` takes a path or a file object too.
#[pyclass(frozen, eq, hash, module = "cratetrust")]
pub(crate) struct Lockfile {
    core: CoreLockfile,
    bytes: Arc<[u8]>,
    label: String,
    limits: CoreLimits,
    sha256: Sha256,
    packages: Py<PyTuple>,
}

// Two lockfiles are equal when their content is, whatever they were called.
impl PartialEq for Lockfile {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Lockfile {}

impl Hash for Lockfile {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
    }
}

#[pymethods]
impl Lockfile {
    #[new]
    #[pyo3(signature = (content, *, label = None, limits = None))]
    fn new(
        py: Python<'_>,
        content: &Bound<'_, PyBytes>,
        label: Option<&str>,
        limits: Option<&Limits>,
    ) -> PyResult<Self> {
        let content = PyInput::Bytes(content.as_bytes().into());
        Self::read(py, content, label, limits, None)
    }

    /// Reads a lockfile from a path, bytes or a binary file.
    ///
    /// `label` names bytes or a file in errors. Raises `ParseError`, with path and line, for what is
    /// no lockfile.
    #[staticmethod]
    #[pyo3(signature = (source, *, label = None, limits = None, cancel = None))]
    fn read(
        py: Python<'_>,
        source: PyInput,
        label: Option<&str>,
        limits: Option<&Limits>,
        cancel: Option<&CancelToken>,
    ) -> PyResult<Self> {
        let call = Call::default();
        let limits = Limits::core(limits);
        let input = source.into_core(label, "Cargo.lock", &call);
        let (core, bytes, sha256) = call.run(py, cancel, || {
            let bytes = input.read("lockfile-size", limits.lockfile_size, &call.token)?;
            let core = CoreLockfile::parse(&bytes, &input.label(), &limits, &call.token)?;
            let sha256 = Sha256::of(&bytes);
            Ok((core, bytes, sha256))
        })?;
        Ok(Self {
            packages: package_tuple(py, &core)?.unbind(),
            core,
            bytes,
            label: input.label(),
            limits,
            sha256,
        })
    }

    /// The format version: 1 to 4, or a newer number that the file states.
    #[getter]
    fn version(&self) -> u32 {
        self.core.version()
    }

    /// The packages, in the order of the file.
    #[getter]
    fn packages<'py>(&self, py: Python<'py>) -> TupleOf<'py, Package> {
        TupleOf::new(self.packages.bind(py).clone())
    }

    /// What is odd about the file itself.
    #[getter]
    fn findings(&self) -> Many<Finding> {
        Many(self.core.findings().iter().map(Finding::of_core).collect())
    }

    /// The SHA-256 of the file in hexadecimal digits.
    #[getter]
    fn sha256(&self) -> String {
        self.sha256.to_string()
    }

    /// The packages of that name, and of that version where one is given.
    #[pyo3(signature = (name, version = None))]
    fn find(&self, py: Python<'_>, name: &str, version: Option<&str>) -> PyResult<Many<Package>> {
        let packages = self.packages.bind(py);
        let mut found = Vec::new();
        for item in packages.iter() {
            let package = item.cast::<Package>()?.get();
            if package.name == name && version.is_none_or(|wanted| package.version == wanted) {
                found.push(package.clone());
            }
        }
        Ok(Many(found))
    }

    /// The lockfile as compact JSON, schema `cratetrust.lockfile/1`.
    fn to_json(&self) -> String {
        self.core.to_json()
    }

    /// The lockfile as plain dicts and lists, with the keys of its JSON form.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<JsonDict<'py>> {
        loads(py, &self.core.to_json())
    }

    fn __len__(&self) -> usize {
        self.core.packages().len()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<IteratorOf<'py, Package>> {
        Ok(IteratorOf::new(self.packages.bind(py).try_iter()?))
    }

    fn __repr__(&self) -> String {
        format!(
            "<Lockfile version={} packages={}>",
            self.version(),
            self.__len__()
        )
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Pickled<'py>> {
        let py = slf.py();
        let this = slf.get();
        let keywords = PyDict::new(py);
        keywords.set_item("label", &this.label)?;
        keywords.set_item("limits", Limits::from(&this.limits))?;
        // How copyreg makes an object whose constructor takes keywords.
        let make = py.import("copyreg")?.getattr("__newobj_ex__")?;
        let content = (PyBytes::new(py, &this.bytes),);
        Ok(Pickled::new(
            (make, (slf.get_type(), content, keywords)).into_pyobject(py)?,
        ))
    }
}
