//! The command, in this process.

use pyo3::prelude::*;
