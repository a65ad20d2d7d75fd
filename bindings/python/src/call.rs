//! One call into the core: without the GIL, stoppable by Ctrl-C and by a token, and with every
//! exception of the caller's own code coming back as itself.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use cratetrust_core::{CancelToken as CoreToken, Error, ErrorKind, Observer, Progress, Result};
use pyo3::prelude::*;

use crate::cancel::CancelToken;
use crate::errors;

/// Time between two looks at Python: each may have to wait for the GIL.
pub(crate) const INTERVAL: Duration = Duration::from_millis(50);

/// The first exception that the caller's code raised while the core was at work.
#[derive(Clone, Default)]
pub(crate) struct Raised(Arc<Mutex<Option<PyErr>>>);

impl Raised {
    /// Keeps the exception, unless there is one already.
    pub(crate) fn keep(&self, error: PyErr) {
        self.slot().get_or_insert(error);
    }

    fn take(&self) -> Option<PyErr> {
        self.slot().take()
    }

    fn slot(&self) -> MutexGuard<'_, Option<PyErr>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that is being prepared.
#[derive(Default)]
pub(crate) struct Call {
    /// Where the caller's file objects and callbacks leave their exceptions.
    pub(crate) raised: Raised,
    /// The token of this call alone.
    pub(crate) token: CoreToken,
}

impl Call {
    /// An observer that lets Python's signal handlers run and tells the caller's callback.
    pub(crate) fn observer(&self, callback: Option<Py<PyAny>>) -> Observer {
        let raised = self.raised.clone();
        let pace = Mutex::new(Pace::default());
        Observer::new(move |progress| {
            let due = pace
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .due(&progress, callback.is_some());
            if !due {
                return ControlFlow::Continue(());
            }
            match Python::try_attach(|py| look(py, callback.as_ref(), &progress)) {
                Some(Ok(())) => ControlFlow::Continue(()),
                Some(Err(error)) => {
                    raised.keep(error);
                    ControlFlow::Break(())
                }
                // The interpreter is going away.
                None => ControlFlow::Break(()),
            }
        })
    }

    /// A function that lets Python's signal handlers run; it breaks when one raises.
    pub(crate) fn tick(&self) -> Arc<dyn Fn() -> ControlFlow<()> + Send + Sync> {
        let observer = self.observer(None);
        let token = self.token.clone();
        Arc::new(move || {
            let still = Progress {
                stage: "",
                done: 0,
                total: 0,
            };
            observer.tell(still, &token);
            if token.is_cancelled() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
    }

    /// Runs `work` without the GIL.
    pub(crate) fn run<T: Send>(
        &self,
        py: Python<'_>,
        cancel: Option<&CancelToken>,
        work: impl FnOnce() -> Result<T> + Send,
    ) -> PyResult<T> {
        let tied = cancel.map(|cancel| (cancel, cancel.tie(&self.token)));
        let outcome = py.detach(|| catch_unwind(AssertUnwindSafe(work)));
        if let Some((cancel, number)) = tied {
            cancel.release(number);
        }
        // What the caller's code raised is what went wrong, whatever the core made of it.
        if let Some(error) = self.raised.take() {
            return Err(error);
        }
        match outcome {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(errors::to_py(py, &error)),
            Err(panic) => {
                let text = panic
                    .downcast_ref::<&str>()
                    .copied()
                    .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
                    .unwrap_or("no message");
                let error = Error::new(ErrorKind::Internal, format!("the library failed: {text}"));
                Err(errors::to_py(py, &error))
            }
        }
    }
}

fn look(py: Python<'_>, callback: Option<&Py<PyAny>>, progress: &Progress<'_>) -> PyResult<()> {
    py.check_signals()?;
    if let Some(callback) = callback {
        callback.call1(py, (progress.stage, progress.done, progress.total))?;
    }
    Ok(())
}

/// Which steps are worth a look at Python: all that start or end a stage, and one an interval.
#[derive(Default)]
struct Pace {
    last: Option<Instant>,
    stage: String,
}

impl Pace {
    fn due(&mut self, progress: &Progress<'_>, told: bool) -> bool {
        let turn = told
            && (self.stage != progress.stage
                || (progress.total > 0 && progress.done >= progress.total));
        let now = Instant::now();
        if !turn && self.last.is_some_and(|last| now - last < INTERVAL) {
            return false;
        }
        self.last = Some(now);
        if self.stage != progress.stage {
            progress.stage.clone_into(&mut self.stage);
        }
        true
    }
}
