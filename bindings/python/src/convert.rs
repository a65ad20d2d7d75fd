//! Small conversions that several values share.

use std::convert::Infallible;
use std::marker::PhantomData;

use pyo3::conversion::FromPyObjectOwned;
use pyo3::inspect::{PyStaticConstant, PyStaticExpr};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyString, PyTuple};
use pyo3::{Borrowed, type_hint_identifier, type_hint_subscript, type_hint_union};

use crate::errors;

/// A whole number that is not negative.
pub(crate) struct Whole(pub(crate) u64);

impl<'py> FromPyObject<'_, 'py> for Whole {
    type Error = PyErr;

    const INPUT_TYPE: PyStaticExpr = type_hint_identifier!("builtins", "int");

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let py = object.py();
        object.extract::<u64>().map(Self).map_err(|error| {
            if error.is_instance_of::<pyo3::exceptions::PyOverflowError>(py) {
                errors::invalid(
                    py,
                    format!("{} is outside 0 to {}", object.as_any(), u64::MAX),
                )
            } else {
                error
            }
        })
    }
}

/// A string or a sequence of strings.
pub(crate) enum Words {
    One(String),
    Many(Vec<String>),
}

impl<'py> FromPyObject<'_, 'py> for Words {
    type Error = PyErr;

    const INPUT_TYPE: PyStaticExpr = type_hint_union!(
        type_hint_identifier!("builtins", "str"),
        type_hint_subscript!(
            type_hint_identifier!("collections.abc", "Sequence"),
            type_hint_identifier!("builtins", "str")
        )
    );

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyString>() {
            return object.extract().map(Self::One);
        }
        object
            .try_iter()?
            .map(|item| item?.extract())
            .collect::<PyResult<_>>()
            .map(Self::Many)
    }
}

/// A list that Python sees as a tuple, so that a frozen value stays frozen.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Many<T>(pub(crate) Vec<T>);

impl<'py, T: IntoPyObject<'py>> IntoPyObject<'py> for Many<T> {
    type Target = PyTuple;
    type Output = Bound<'py, PyTuple>;
    type Error = PyErr;

    const OUTPUT_TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("builtins", "tuple"),
        T::OUTPUT_TYPE,
        PyStaticExpr::Constant {
            value: PyStaticConstant::Ellipsis
        }
    );

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        PyTuple::new(py, self.0)
    }
}

impl<'py, T: FromPyObjectOwned<'py>> FromPyObject<'_, 'py> for Many<T> {
    type Error = PyErr;

    const INPUT_TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("collections.abc", "Iterable"),
        T::INPUT_TYPE
    );

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        object
            .try_iter()?
            .map(|item| item?.extract().map_err(Into::into))
            .collect::<PyResult<_>>()
            .map(Self)
    }
}

/// A Python object whose element or value type the stub shall name.
pub(crate) struct Typed<'py, P, T>(Bound<'py, P>, PhantomData<T>);

impl<'py, P, T> Typed<'py, P, T> {
    pub(crate) fn new(object: Bound<'py, P>) -> Self {
        Self(object, PhantomData)
    }
}

/// A tuple of `T`, made once and handed out any number of times.
pub(crate) type TupleOf<'py, T> = Typed<'py, PyTuple, T>;

/// What `__reduce__` gives to pickle: a function and its arguments.
pub(crate) type Pickled<'py> = TupleOf<'py, AnyObject>;

/// Stands for `typing.Any` in the stub; no value of it is made.
pub(crate) struct AnyObject;

impl<'py> IntoPyObject<'py> for AnyObject {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = Infallible;

    const OUTPUT_TYPE: PyStaticExpr = type_hint_identifier!("typing", "Any");

    fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Infallible> {
        Ok(py.None().into_bound(py))
    }
}

/// An iterator over `T`.
pub(crate) type IteratorOf<'py, T> = Typed<'py, PyIterator, T>;

/// A dict from a JSON object.
pub(crate) type JsonDict<'py> = DictOf<'py, AnyObject>;

/// A dict from strings to `T`.
pub(crate) type DictOf<'py, T> = Typed<'py, PyDict, T>;

impl<'py, T: IntoPyObject<'py>> IntoPyObject<'py> for TupleOf<'py, T> {
    type Target = PyTuple;
    type Output = Bound<'py, PyTuple>;
    type Error = Infallible;

    const OUTPUT_TYPE: PyStaticExpr = Many::<T>::OUTPUT_TYPE;

    fn into_pyobject(self, _: Python<'py>) -> Result<Self::Output, Infallible> {
        Ok(self.0)
    }
}

impl<'py, T: IntoPyObject<'py>> IntoPyObject<'py> for IteratorOf<'py, T> {
    type Target = PyIterator;
    type Output = Bound<'py, PyIterator>;
    type Error = Infallible;

    const OUTPUT_TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("collections.abc", "Iterator"),
        T::OUTPUT_TYPE
    );

    fn into_pyobject(self, _: Python<'py>) -> Result<Self::Output, Infallible> {
        Ok(self.0)
    }
}

impl<'py, T: IntoPyObject<'py>> IntoPyObject<'py> for DictOf<'py, T> {
    type Target = PyDict;
    type Output = Bound<'py, PyDict>;
    type Error = Infallible;

    const OUTPUT_TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("builtins", "dict"),
        type_hint_identifier!("builtins", "str"),
        T::OUTPUT_TYPE
    );

    fn into_pyobject(self, _: Python<'py>) -> Result<Self::Output, Infallible> {
        Ok(self.0)
    }
}

/// `Name(key=value, …)`, each value as Python's own `repr` shows it, so that hostile text stays
/// escaped.
pub(crate) fn repr(name: &str, fields: &[(&str, Bound<'_, PyAny>)]) -> PyResult<String> {
    let mut text = format!("{name}(");
    for (index, (key, value)) in fields.iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        text.push_str(key);
        text.push('=');
        text.push_str(&value.repr()?.to_string_lossy());
    }
    text.push(')');
    Ok(text)
}

/// JSON text of the core as Python values.
pub(crate) fn loads<'py>(py: Python<'py>, json: &str) -> PyResult<JsonDict<'py>> {
    // Imported when it is needed: most callers never do.
    let value = py.import("json")?.call_method1("loads", (json,))?;
    Ok(Typed::new(value.cast_into()?))
}
