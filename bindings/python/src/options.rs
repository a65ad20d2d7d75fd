//! Keyword arguments as the core's options. The core reads and judges every value.

use cratetrust_core::{Input, Options};
use pyo3::exceptions::PyTypeError;
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyMapping, PyString};
use pyo3::{Borrowed, type_hint_identifier, type_hint_subscript, type_hint_union};
use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::convert::{Whole, Words};
use crate::errors;
use crate::limits::Limits;

/// Options under construction.
pub(crate) struct Builder {
    options: Options,
    words: Map<String, Value>,
}

impl Builder {
    /// Options with what every verb takes.
    pub(crate) fn new(call: &Call, limits: Option<&Limits>, progress: Option<Callback>) -> Self {
        let options = Options {
            limits: Limits::core(limits),
            cancel: call.token.clone(),
            progress: Some(call.observer(progress.map(|Callback(function)| function))),
            ..Options::default()
        };
        Self {
            options,
            words: Map::new(),
        }
    }

    /// An option of the command's flag name, left alone where it is not given.
    pub(crate) fn set(mut self, key: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.words.insert(key.to_owned(), value.into());
        }
        self
    }

    /// The lockfile, the index and the other side of `verify_package`.
    pub(crate) fn inputs(
        mut self,
        lockfile: Option<Input>,
        index: Option<Input>,
        against: Option<Input>,
    ) -> Self {
        self.options.lockfile = lockfile;
        self.options.index = index;
        self.options.against = against;
        self
    }

    /// Where the packages' bytes lie.
    pub(crate) fn crates(mut self, crates: Option<Vec<Input>>) -> Self {
        self.options.crates = crates.unwrap_or_default();
        self
    }

    pub(crate) fn index(mut self, index: Option<Input>) -> Self {
        self.options.index = index;
        self
    }

    /// Hands the words to the core.
    pub(crate) fn finish(self, py: Python<'_>, timestamp: Option<Timestamp>) -> PyResult<Options> {
        let Self { mut options, words } = self;
        options
            .merge_json(&Value::Object(words).to_string())
            .and_then(|()| match timestamp {
                None => Ok(()),
                Some(Timestamp::Text(text)) => options.set_timestamp(&text),
                Some(Timestamp::Unix(seconds)) => options.set_timestamp_unix(seconds),
            })
            .map_err(|error| errors::to_py(py, &error))?;
        Ok(options)
    }
}

impl From<Words> for Value {
    fn from(words: Words) -> Self {
        match words {
            Words::One(text) => Self::String(text),
            Words::Many(list) => json!(list),
        }
    }
}

impl From<Whole> for Value {
    fn from(Whole(number): Whole) -> Self {
        json!(number)
    }
}

/// Finding codes and the severities that they shall have.
pub(crate) struct SeverityMap(Map<String, Value>);

impl From<SeverityMap> for Value {
    fn from(SeverityMap(map): SeverityMap) -> Self {
        Self::Object(map)
    }
}

impl<'py> FromPyObject<'_, 'py> for SeverityMap {
    type Error = PyErr;

    const INPUT_TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("collections.abc", "Mapping"),
        type_hint_identifier!("builtins", "str"),
        type_hint_identifier!("builtins", "str")
    );

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let mut map = Map::new();
        for item in object.cast::<PyMapping>()?.items()? {
            let (code, severity) = item.extract::<(String, String)>()?;
            map.insert(code, Value::String(severity));
        }
        Ok(Self(map))
    }
}

/// A point in time: RFC 3339 text, seconds since 1970, or an aware datetime.
pub(crate) enum Timestamp {
    Text(String),
    Unix(u64),
}

impl<'py> FromPyObject<'_, 'py> for Timestamp {
    type Error = PyErr;

    const INPUT_TYPE: PyStaticExpr = type_hint_union!(
        type_hint_identifier!("builtins", "str"),
        type_hint_identifier!("builtins", "int"),
        type_hint_identifier!("datetime", "datetime")
    );

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyString>() {
            return object.extract().map(Self::Text);
        }
        if object.is_instance_of::<PyInt>() {
            return object
                .extract::<Whole>()
                .map(|Whole(seconds)| Self::Unix(seconds));
        }
        // Asked by name: importing datetime to compare types would cost every caller.
        if object.hasattr("isoformat")? {
            return object.call_method0("isoformat")?.extract().map(Self::Text);
        }
        Err(PyTypeError::new_err(format!(
            "a timestamp is a str, an int or a datetime, not {}",
            object.get_type().name()?
        )))
    }
}

/// A function that is told of progress.
pub(crate) struct Callback(Py<PyAny>);

impl<'py> FromPyObject<'_, 'py> for Callback {
    type Error = PyErr;

    const INPUT_TYPE: PyStaticExpr = type_hint_identifier!("cratetrust.types", "Progress");

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if !object.is_callable() {
            return Err(PyTypeError::new_err("progress must be callable"));
        }
        Ok(Self(object.to_owned().unbind()))
    }
}
