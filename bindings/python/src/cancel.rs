//! The cancel token: one switch for any number of calls.

use std::sync::{Mutex, MutexGuard};

use cratetrust_core::CancelToken as CoreToken;
use pyo3::prelude::*;

/// A switch that any thread may throw to stop the calls that were given it.
///
/// A call that is stopped raises `OperationCancelledError`. A token stays cancelled for good.
#[pyclass(frozen, module = "cratetrust")]
#[derive(Default)]
pub(crate) struct CancelToken {
    cancelled: CoreToken,
    // Each call has a token of its own, because an exception in one call's callback stops that
    // call and must not stop the others that share this switch.
    calls: Mutex<Vec<(u64, CoreToken)>>,
}

#[pymethods]
impl CancelToken {
    /// A token that is not cancelled.
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// Stops the calls that were given this token, now and in future.
    fn cancel(&self) {
        self.cancelled.cancel();
        for (_, call) in self.calls().iter() {
            call.cancel();
        }
    }

    /// Whether the token was cancelled.
    #[getter]
    fn cancelled(&self) -> bool {
        self.cancelled.is_cancelled()
    }

    fn __repr__(&self) -> String {
        let cancelled = if self.cancelled() { "True" } else { "False" };
        format!("<CancelToken cancelled={cancelled}>")
    }
}

impl CancelToken {
    fn calls(&self) -> MutexGuard<'_, Vec<(u64, CoreToken)>> {
        self.calls
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Ties a call's own token to this switch; the number is for [`CancelToken::release`].
    pub(crate) fn tie(&self, call: &CoreToken) -> u64 {
        let mut calls = self.calls();
        let number = calls.last().map_or(0, |(last, _)| last + 1);
        calls.push((number, call.clone()));
        // Under the lock, so that a `cancel` of another thread is seen here or finds the call.
        if self.cancelled.is_cancelled() {
            call.cancel();
        }
        number
    }

    /// Forgets a call that has ended.
    pub(crate) fn release(&self, number: u64) {
        self.calls().retain(|(other, _)| *other != number);
    }
}
