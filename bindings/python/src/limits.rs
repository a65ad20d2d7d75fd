//! The limits as a Python value.

use cratetrust_core::Limits as CoreLimits;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::convert::{Pickled, Whole, repr};

macro_rules! limits {
    ($( $(#[$doc:meta])* $field:ident; )*) => {
        /// What an input may cost. Every limit that is not given has the library's default.
        #[pyclass(frozen, eq, hash, get_all, module = "cratetrust")]
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub(crate) struct Limits { $( $(#[$doc])* $field: u64, )* }

        #[pymethods]
        impl Limits {
            #[new]
            #[pyo3(signature = (*, $( $field = None ),*))]
            #[expect(clippy::too_many_arguments, reason = "keyword arguments, one a limit")]
            fn new($( $field: Option<Whole> ),*) -> Self {
                let defaults = CoreLimits::default();
                Self { $( $field: $field.map_or(defaults.$field, |Whole(number)| number), )* }
            }

            fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
                repr("Limits", &[$( (stringify!($field), self.$field.into_pyobject(py)?.into_any()), )*])
            }

            fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Pickled<'py>> {
                let py = slf.py();
                let this = slf.get();
                let values = PyDict::new(py);
                $( values.set_item(stringify!($field), this.$field)?; )*
                // How copyreg makes an object whose constructor takes keywords only.
                let make = py.import("copyreg")?.getattr("__newobj_ex__")?;
                Ok(Pickled::new((make, (slf.get_type(), PyTuple::empty(py), values)).into_pyobject(py)?))
            }
        }

        impl From<&CoreLimits> for Limits {
            fn from(limits: &CoreLimits) -> Self {
                Self { $( $field: limits.$field, )* }
            }
        }

        impl From<&Limits> for CoreLimits {
            fn from(limits: &Limits) -> Self {
                Self { $( $field: limits.$field, )* }
            }
        }
    };
}

// A limit that the core gains does not compile here until it is named.
limits! {
    /// Bytes of one `.crate` file.
    crate_size;
    /// Bytes that any archive may unpack to, whatever its size.
    unpacked_size;
    /// Times its own size that an archive may unpack to, where that is more.
    unpacked_ratio;
    /// Entries of one archive or tree, and sections of one program.
    entries;
    /// Bytes of one file inside an archive.
    file_size;
    /// Bytes of one path.
    path_length;
    /// Bytes of one path component.
    component_length;
    /// Components of one path.
    depth;
    /// Bytes of one pax or long-name record.
    record_size;
    /// Bytes of one Cargo.toml.
    manifest_size;
    /// Bytes of one Cargo.lock.
    lockfile_size;
    /// Bytes of one SBOM.
    sbom_size;
    /// Components of one SBOM; it also bounds what they are made of: 16 times as many dependencies, and
    /// 64 times as many values of any kind.
    sbom_components;
    /// Bytes of one compiled program.
    binary_size;
    /// Bytes of the list that cargo-auditable embeds, compressed and inflated.
    auditable_size;
    /// Levels of nesting in JSON and TOML.
    nesting;
    /// Findings kept for one package.
    findings;
}

impl Limits {
    /// The core's limits, or its defaults.
    pub(crate) fn core(limits: Option<&Self>) -> CoreLimits {
        limits.map_or_else(CoreLimits::default, CoreLimits::from)
    }
}
