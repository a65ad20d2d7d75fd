//! A progress bar for people who wait, and the host's chance to look for signals.

use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use cratetrust_core::{CancelToken, Observer, Progress};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::Tick;

/// Work that takes less gets no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// Watches one piece of work; the bar vanishes when the meter is dropped.
pub(crate) struct Meter {
    bar: Option<Arc<Mutex<Bar>>>,
    tick: Option<Tick>,
}

struct Bar {
    started: Instant,
    drawn: Option<ProgressBar>,
}

impl Meter {
    pub(crate) fn new(visible: bool, tick: Option<Tick>) -> Self {
        let bar = visible.then(|| {
            Arc::new(Mutex::new(Bar {
                started: Instant::now(),
                drawn: None,
            }))
        });
        Self { bar, tick }
    }

    /// What the library is to call; `None` where nobody watches.
    pub(crate) fn observer(&self) -> Option<Observer> {
        if self.bar.is_none() && self.tick.is_none() {
            return None;
        }
        let bar = self.bar.clone();
        let tick = self.tick.clone();
        Some(Observer::new(move |progress| {
            if let Some(bar) = &bar {
                lock(bar).show(progress);
            }
            tick.as_ref()
                .map_or(ControlFlow::Continue(()), |tick| tick())
        }))
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar
            && let Some(drawn) = lock(bar).drawn.take()
        {
            drawn.finish_and_clear();
        }
    }
}

fn lock(bar: &Mutex<Bar>) -> MutexGuard<'_, Bar> {
    bar.lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Bar {
    fn show(&mut self, progress: Progress<'_>) {
        if self.drawn.is_none() && self.started.elapsed() < PATIENCE {
            return;
        }
        let elapsed = self.started.elapsed();
        let fresh = self.drawn.is_none();
        let bar = self.drawn.get_or_insert_with(|| {
            // Hidden until it shows something true.
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
            bar.set_style(style(false));
            bar.with_elapsed(elapsed)
        });
        if progress.total > 0 {
            if bar.length() != Some(progress.total) {
                bar.set_style(style(true));
                bar.set_length(progress.total);
            }
        } else if bar.length().is_some() {
            bar.set_style(style(false));
            bar.unset_length();
        }
        if bar.message() != progress.stage {
            bar.set_message(progress.stage.to_owned());
        }
        bar.set_position(progress.done);
        if fresh {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

fn style(bounded: bool) -> ProgressStyle {
    let template = if bounded {
        "{msg} [{bar:40}] {pos}/{len} {eta}"
    } else {
        "{msg} {spinner} {pos}"
    };
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}

/// Standard input that lets the host look for signals before each read and after an interrupted
/// one: a read may wait for ever, and the library only tries it again.
pub(crate) struct TickingReader {
    inner: Box<dyn Read + Send>,
    tick: Option<Tick>,
    cancel: CancelToken,
    caller: ThreadId,
}

impl TickingReader {
    pub(crate) fn new(
        inner: Box<dyn Read + Send>,
        tick: Option<Tick>,
        cancel: CancelToken,
    ) -> Self {
        Self {
            inner,
            tick,
            cancel,
            caller: thread::current().id(),
        }
    }
}

impl Read for TickingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(tick) = &self.tick
            && thread::current().id() == self.caller
            && tick().is_break()
        {
            self.cancel.cancel();
        }
        if self.cancel.is_cancelled() {
            return Err(io::Error::other("the work was cancelled"));
        }
        self.inner.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn a_tick_that_breaks_cancels() {
        let cancel = CancelToken::new();
        let meter = Meter::new(false, Some(Arc::new(|| ControlFlow::Break(()))));
        let progress = Progress {
            stage: "verify",
            done: 0,
            total: 1,
        };
        meter.observer().unwrap().tell(progress, &cancel);
        assert!(cancel.is_cancelled());
        assert!(Meter::new(false, None).observer().is_none());
    }

    #[test]
    fn an_interrupted_read_ticks_again() {
        struct Interrupted;
        impl Read for Interrupted {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::Interrupted.into())
            }
        }
        let ticks = Arc::new(AtomicU32::new(0));
        let seen = Arc::clone(&ticks);
        let cancel = CancelToken::new();
        let mut reader = TickingReader::new(
            Box::new(Interrupted),
            Some(Arc::new(move || {
                if seen.fetch_add(1, Ordering::Relaxed) < 3 {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            })),
            cancel.clone(),
        );
        // `read_to_end` tries again for as long as a read is interrupted.
        assert!(reader.read_to_end(&mut Vec::new()).is_err());
        assert!(cancel.is_cancelled());
        assert_eq!(ticks.load(Ordering::Relaxed), 4);
    }
}
