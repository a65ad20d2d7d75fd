//! The Python extension module: it turns Python values into the core's and back, and holds no
//! logic of its own.
#![forbid(unsafe_code)]

mod bom;
mod call;
mod cancel;
mod cli;
mod convert;
mod errors;
mod input;
mod limits;
mod lockfile;
mod options;
mod report;
mod verbs;

use pyo3::prelude::*;

/// The native half of the package; import `cratetrust` instead.
#[pymodule]
mod _native {
    #[pymodule_export]
    use crate::bom::Bom;
    #[pymodule_export]
    use crate::cancel::CancelToken;
    #[pymodule_export]
    use crate::cli::run_command;
    #[pymodule_export]
    use crate::limits::Limits;
    #[pymodule_export]
    use crate::lockfile::{Lockfile, Package};
    #[pymodule_export]
    use crate::report::{
        ArtifactReport, Counts, Finding, PackageReport, Report, ReportInput, Summary,
    };
    #[pymodule_export]
    use crate::verbs::{diff_lockfiles, generate_sbom, inspect, verify_package, verify_sbom};

    /// The library's version.
    #[pymodule_export]
    const VERSION: &str = cratetrust_core::VERSION;
}
