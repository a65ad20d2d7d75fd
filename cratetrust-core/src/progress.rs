//! Telling how far the work is, and stopping it.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, ErrorKind, Result};

/// A switch that any thread may throw to stop work that holds a clone of it.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token that has not been triggered.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the work to stop; it ends with a `Cancelled` error at its next check.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the work was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// # Errors
    /// `Cancelled` once the token was triggered.
    pub fn check(&self) -> Result<()> {
        if self.is_cancelled() {
            return Err(Error::new(ErrorKind::Cancelled, "the work was cancelled"));
        }
        Ok(())
    }
}

/// How far a stage of the work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// What is being done: `read`, `verify`.
    pub stage: &'a str,
    /// Units done so far.
    pub done: u64,
    /// Units there are in all; 0 where that is not known.
    pub total: u64,
}

/// A function that is told of progress, on the calling thread only; `Break` cancels the work.
#[derive(Clone)]
pub struct Observer(Arc<dyn Fn(Progress<'_>) -> ControlFlow<()> + Send + Sync>);

impl Observer {
    /// Wraps a function.
    pub fn new(f: impl Fn(Progress<'_>) -> ControlFlow<()> + Send + Sync + 'static) -> Self {
        Self(Arc::new(f))
    }

    /// Tells the function; cancels `token` when it breaks.
    pub fn tell(&self, progress: Progress<'_>, token: &CancelToken) {
        if (self.0)(progress).is_break() {
            token.cancel();
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
