//! Who does which work when. Results come back by index, so that neither order nor threads show.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use crate::error::{Error, ErrorKind, Result};
use crate::options::Options;
use crate::progress::Progress;

/// Threads that work at the same time, however many are asked for. Each holds a few files open, and
/// systems let a process have some hundreds.
const MOST_THREADS: usize = 128;
/// Files that all threads together hash at the same time.
const MOST_FILES: usize = 512;

/// Threads that the caller gets.
fn threads(options: &Options) -> usize {
    options.jobs.clamp(1, MOST_THREADS)
}

/// Files that one thread may hash at the same time.
pub(super) fn files_at_once(options: &Options) -> usize {
    MOST_FILES / threads(options)
}

/// What a worker tells: an item's index and its result.
pub(crate) type Emit<'a, T> = &'a mut dyn FnMut(usize, Result<T>);

/// Runs `work` until all `sizes.len()` items are done, the largest first, on `options.jobs` threads, or
/// on 128 where that is less.
///
/// `work` takes indexes from the iterator and emits one result for each. Progress is told on the
/// calling thread.
///
/// # Errors
/// The error of the lowest index that failed; `Cancelled`.
pub(crate) fn run<T: Send>(
    sizes: &[u64],
    options: &Options,
    work: impl Fn(&mut dyn Iterator<Item = usize>, Emit<'_, T>) -> Result<()> + Sync,
) -> Result<Vec<T>> {
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|i| std::cmp::Reverse(sizes.get(*i).copied().unwrap_or(0)));
    let total = sizes.len() as u64;
    let mut results: Vec<Option<Result<T>>> = Vec::new();
    results.resize_with(sizes.len(), || None);
    let mut done = 0;
    let mut take = |index: usize, result: Result<T>| {
        if let Some(slot) = results.get_mut(index) {
            *slot = Some(result);
        }
        done += 1;
        if let Some(observer) = &options.progress {
            observer.tell(
                Progress {
                    stage: "verify",
                    done,
                    total,
                },
                &options.cancel,
            );
        }
    };
    let threads = threads(options).min(order.len().max(1));
    if threads == 1 {
        work(&mut order.iter().copied(), &mut take)?;
    } else {
        let next = AtomicUsize::new(0);
        let (sender, receiver) = mpsc::channel();
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|_| {
                    let (sender, next, order, work) = (sender.clone(), &next, &order, &work);
                    scope.spawn(move || {
                        let mut mine = std::iter::from_fn(|| {
                            order.get(next.fetch_add(1, Ordering::Relaxed)).copied()
                        });
                        work(&mut mine, &mut |index, result| {
                            // The receiver outlives the workers; a closed channel means that it gave up.
                            let _ = sender.send((index, result));
                        })
                    })
                })
                .collect();
            drop(sender);
            for (index, result) in receiver {
                take(index, result);
            }
            for worker in workers {
                match worker.join() {
                    Ok(outcome) => outcome?,
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            Ok::<(), Error>(())
        })?;
    }
    options.cancel.check()?;
    results
        .into_iter()
        .map(|slot| {
            slot.unwrap_or_else(|| {
                Err(Error::new(ErrorKind::Internal, "an item was not worked on"))
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_back_by_index_from_any_number_of_threads() {
        let sizes: Vec<u64> = (0..500).map(|n| (n * 7919) % 101).collect();
        for jobs in [0, 1, 3, 64, 1024] {
            let options = Options {
                jobs,
                ..Options::default()
            };
            let workers = AtomicUsize::new(0);
            let out = run(&sizes, &options, |items, emit| {
                workers.fetch_add(1, Ordering::Relaxed);
                for item in items {
                    emit(item, Ok(item * 2));
                }
                Ok(())
            })
            .unwrap();
            assert_eq!(out, (0..500).map(|n| n * 2).collect::<Vec<_>>());
            let workers = workers.into_inner();
            assert_eq!(workers, jobs.clamp(1, MOST_THREADS));
            assert!(workers * files_at_once(&options) <= MOST_FILES);
        }
    }

    #[test]
    fn the_first_failure_by_index_is_told() {
        let options = Options {
            jobs: 4,
            ..Options::default()
        };
        let error = run::<()>(&[1, 2, 3, 4], &options, |items, emit| {
            for item in items {
                emit(
                    item,
                    if item < 1 {
                        Ok(())
                    } else {
                        Err(Error::invalid(format!("{item}")))
                    },
                );
            }
            Ok(())
        })
        .unwrap_err();
        assert_eq!(error.message(), "1");
    }

    #[test]
    fn progress_that_breaks_cancels() {
        let options = Options {
            progress: Some(crate::Observer::new(|_| std::ops::ControlFlow::Break(()))),
            ..Options::default()
        };
        let error = run(&[1, 2], &options, |items, emit| {
            for item in items {
                emit(item, Ok(()));
            }
            Ok(())
        })
        .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
    }
}
