//! What callers may pass as an input: a path, the content, or a file object.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use cratetrust_core::Input;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyMemoryView, PyString};
use pyo3::{Borrowed, intern, type_hint_identifier, type_hint_subscript, type_hint_union};

use crate::call::{Call, Raised};

/// `cratetrust.types.Input`.
pub(crate) enum PyInput {
    Path(PathBuf),
    Bytes(Arc<[u8]>),
    File {
        file: Py<PyAny>,
        name: Option<String>,
    },
}

impl<'py> FromPyObject<'_, 'py> for PyInput {
    type Error = PyErr;

    const INPUT_TYPE: PyStaticExpr = type_hint_identifier!("cratetrust.types", "Input");

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = object.cast::<PyBytes>() {
            return Ok(Self::Bytes(bytes.as_bytes().into()));
        }
        if object.is_instance_of::<PyByteArray>() || object.is_instance_of::<PyMemoryView>() {
            let copy = object.py().get_type::<PyBytes>().call1((object,))?;
            return Ok(Self::Bytes(copy.cast::<PyBytes>()?.as_bytes().into()));
        }
        let py = object.py();
        if object.is_instance_of::<PyString>() || object.hasattr(intern!(py, "__fspath__"))? {
            return Ok(Self::Path(object.extract()?));
        }
        if object.hasattr(intern!(py, "read"))? {
            // Pipes and some wrappers have a number or nothing as their name.
            let name = object
                .getattr_opt(intern!(py, "name"))?
                .and_then(|name| name.extract::<String>().ok());
            let file = object.to_owned().unbind();
            return Ok(Self::File { file, name });
        }
        Err(PyTypeError::new_err(format!(
            "an input is a str, an os.PathLike, bytes or a binary file, not {}",
            object.get_type().name()?
        )))
    }
}

impl PyInput {
    /// The core's input. `label` names content in reports and errors; a file object that has a
    /// name goes by that.
    pub(crate) fn into_core(self, label: Option<&str>, fallback: &str, call: &Call) -> Input {
        match self {
            Self::Path(path) => Input::from_path(path),
            Self::Bytes(bytes) => Input::from_bytes(label.unwrap_or(fallback), bytes),
            Self::File { file, name } => {
                let label = label.map(str::to_owned).or(name);
                let raised = call.raised.clone();
                Input::from_reader(
                    label.unwrap_or_else(|| fallback.to_owned()),
                    None,
                    FileReader { file, raised },
                )
            }
        }
    }
}

/// One input or a sequence of them.
pub(crate) struct PyInputs(pub(crate) Vec<PyInput>);

impl<'py> FromPyObject<'_, 'py> for PyInputs {
    type Error = PyErr;

    const INPUT_TYPE: PyStaticExpr = type_hint_union!(
        PyInput::INPUT_TYPE,
        type_hint_subscript!(
            type_hint_identifier!("collections.abc", "Sequence"),
            PyInput::INPUT_TYPE
        )
    );

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match PyInput::extract(object) {
            Ok(one) => Ok(Self(vec![one])),
            Err(not_one) => match object.try_iter() {
                Ok(items) => items
                    .map(|item| item?.extract())
                    .collect::<PyResult<_>>()
                    .map(Self),
                Err(_) => Err(not_one),
            },
        }
    }
}

impl PyInputs {
    pub(crate) fn into_core(self, fallback: &str, call: &Call) -> Vec<Input> {
        self.0
            .into_iter()
            .map(|input| input.into_core(None, fallback, call))
            .collect()
    }
}

/// A Python file object as a reader. What its `read` raises is kept for the caller.
struct FileReader {
    file: Py<PyAny>,
    raised: Raised,
}

impl FileReader {
    fn read_some(&self, py: Python<'_>, into: &mut [u8]) -> PyResult<usize> {
        let chunk = self
            .file
            .call_method1(py, intern!(py, "read"), (into.len(),))?;
        let chunk = chunk.bind(py);
        let Ok(chunk) = chunk.cast::<PyBytes>() else {
            return Err(PyTypeError::new_err(format!(
                "read() must return bytes, not {}; open the file in binary mode",
                chunk.get_type().name()?
            )));
        };
        let bytes = chunk.as_bytes();
        match into.get_mut(..bytes.len()) {
            Some(target) => {
                target.copy_from_slice(bytes);
                Ok(bytes.len())
            }
            None => Err(PyValueError::new_err(format!(
                "read() returned {} bytes where {} were asked for",
                bytes.len(),
                into.len()
            ))),
        }
    }
}

impl io::Read for FileReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = Python::try_attach(|py| {
            py.check_signals()?;
            self.read_some(py, into)
        });
        match read {
            Some(Ok(count)) => Ok(count),
            Some(Err(error)) => {
                self.raised.keep(error);
                Err(io::Error::other("the file object raised an exception"))
            }
            None => Err(io::Error::other("the Python interpreter is shutting down")),
        }
    }
}
