//! Many readers at once: every lane holds one reader and one chunk of it, and a lane whose reader
//! ends takes the next one. How the lanes are hashed is in [`super::steps`].

use std::io::{ErrorKind as IoErrorKind, Read};

use super::lanes::{BLOCK, MAX_LANES, States};
use super::steps::{Steps, Waiting};
use super::{Backend, Sha256};
use crate::error::{Error, Result};
use crate::progress::CancelToken;

/// Bytes that one lane reads at a time, a whole number of blocks.
const CHUNK: usize = 32 << 10;
/// Padding is at most a block and the eight bytes of the length, and begins within a chunk.
const BUFFER: usize = CHUNK + BLOCK;

/// Hashes every reader that `jobs` hands out and tells `done` the outcome of each by its tag:
/// the digest and the bytes read, or why it could not be read (also where it held more than
/// `limit` bytes). The order in which jobs finish is not fixed.
///
/// A reader is taken from `jobs` when a lane is free for it, so that no more than 16 are under way.
/// The whole is fastest where `jobs` hands out the largest first.
///
/// # Errors
/// `Cancelled`; a fault of one reader goes to `done`, not here.
pub fn hash_many<T, R: Read>(
    jobs: impl IntoIterator<Item = (T, R)>,
    limit: u64,
    cancel: &CancelToken,
    done: impl FnMut(T, Result<(Sha256, u64)>),
) -> Result<()> {
    hash_many_with(Backend::Auto, jobs, limit, cancel, done)
}

/// As [`hash_many`], with the backend of the caller's choice.
///
/// # Errors
/// `Unsupported` where the processor cannot run that backend; `Cancelled`.
pub fn hash_many_with<T, R: Read>(
    backend: Backend,
    jobs: impl IntoIterator<Item = (T, R)>,
    limit: u64,
    cancel: &CancelToken,
    done: impl FnMut(T, Result<(Sha256, u64)>),
) -> Result<()> {
    hash_few_at_once(backend, MAX_LANES, jobs, limit, cancel, done)
}

/// As [`hash_many_with`], with at most so many readers under way, one at least: what several threads hold
/// open together must be bounded.
///
/// # Errors
/// As [`hash_many_with`].
pub(crate) fn hash_few_at_once<T, R: Read>(
    backend: Backend,
    most: usize,
    jobs: impl IntoIterator<Item = (T, R)>,
    limit: u64,
    cancel: &CancelToken,
    mut done: impl FnMut(T, Result<(Sha256, u64)>),
) -> Result<()> {
    let mut steps = Steps::new(backend)?;
    let width = steps.lanes().min(most).max(1);
    let mut jobs = jobs.into_iter().fuse();
    let mut lanes: Vec<Lane<T, R>> = Vec::new();
    loop {
        cancel.check()?;
        let states = &mut steps.states;
        for index in 0..width {
            if lanes.len() == index {
                let Some(job) = jobs.next() else { break };
                lanes.push(Lane::new(job));
                states.reset(index);
            }
            if let Some(lane) = lanes.get_mut(index) {
                lane.supply(index, &mut jobs, states, limit, cancel, &mut done)?;
            }
        }
        let Some(hashed) = steps.step(lanes.iter().map(Lane::waiting)) else {
            return Ok(());
        };
        for (lane, blocks) in lanes.iter_mut().zip(hashed) {
            lane.advance(blocks);
        }
    }
}

/// Hashes one reader of at most `limit` bytes: its digest and the bytes read.
///
/// # Errors
/// I/O errors, `LimitExceeded`, `Cancelled`.
pub fn hash_reader(reader: impl Read, limit: u64, cancel: &CancelToken) -> Result<(Sha256, u64)> {
    let mut outcome = Err(Error::invalid("nothing was hashed"));
    hash_many([((), reader)], limit, cancel, |(), result| outcome = result)?;
    outcome
}

/// One reader under way, and whole blocks of it that wait to be hashed.
struct Lane<T, R> {
    job: Option<(T, R)>,
    /// Bytes read from the job's reader.
    size: u64,
    /// Whether the reader ended and the buffer holds the padding.
    ended: bool,
    buffer: Vec<u8>,
    /// Where in the buffer the waiting blocks begin and end.
    start: usize,
    end: usize,
}

impl<T, R: Read> Lane<T, R> {
    fn new(job: (T, R)) -> Self {
        Self {
            job: Some(job),
            size: 0,
            ended: false,
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
        }
    }

    /// The blocks that wait to be hashed. What the reader holds beyond them nobody knows.
    fn waiting(&self) -> Waiting<'_> {
        let waiting = self.buffer.get(self.start..self.end).unwrap_or_default();
        Waiting {
            blocks: waiting.as_chunks().0,
            left: 0,
        }
    }

    /// Leaves behind blocks that were hashed.
    fn advance(&mut self, blocks: usize) {
        self.start = self.end.min(self.start + blocks * BLOCK);
    }

    /// Gives the lane blocks to hash: from its reader, or, where that came to its end, from the
    /// next job that holds any. It has none afterwards only if there are no more jobs.
    fn supply(
        &mut self,
        index: usize,
        jobs: &mut impl Iterator<Item = (T, R)>,
        states: &mut States,
        limit: u64,
        cancel: &CancelToken,
        done: &mut impl FnMut(T, Result<(Sha256, u64)>),
    ) -> Result<()> {
        while self.start == self.end {
            let Some((tag, mut reader)) = self.job.take().or_else(|| {
                let job = jobs.next()?;
                self.size = 0;
                self.ended = false;
                states.reset(index);
                Some(job)
            }) else {
                return Ok(());
            };
            if self.ended {
                done(tag, Ok((digest(states.get(index)), self.size)));
                continue;
            }
            let read = self.fill(&mut reader, limit, cancel);
            cancel.check()?;
            match read {
                Ok(()) => self.job = Some((tag, reader)),
                Err(error) => done(tag, Err(error)),
            }
        }
        Ok(())
    }

    /// Reads a chunk, whole unless the reader ends in it; then the padding stands behind.
    fn fill(&mut self, reader: &mut R, limit: u64, cancel: &CancelToken) -> Result<()> {
        self.start = 0;
        self.end = 0;
        let mut filled = 0;
        while let Some(room) = self.buffer.get_mut(filled..CHUNK).filter(|r| !r.is_empty()) {
            cancel.check()?;
            let room_size = room.len();
            match reader.read(room) {
                Ok(0) => {
                    self.end = self.pad(filled);
                    self.ended = true;
                    return Ok(());
                }
                Ok(read) if read > room_size => {
                    return Err(Error::from_io(&std::io::Error::other(
                        "a reader claims to have read more than there was room for",
                    )));
                }
                Ok(read) => {
                    filled += read;
                    self.size = self.size.saturating_add(read as u64);
                    if self.size > limit {
                        return Err(Error::limit(
                            "crate-size",
                            limit,
                            "the file is larger than the limit allows",
                        ));
                    }
                }
                Err(e) if e.kind() == IoErrorKind::Interrupted => {}
                Err(e) => return Err(Error::from_io(&e)),
            }
        }
        self.end = CHUNK;
        Ok(())
    }

    /// Pads the message (FIPS 180-4, 5.1.1) whose last bytes fill the buffer up to `filled`; where
    /// the padding ends.
    fn pad(&mut self, filled: usize) -> usize {
        let end = (filled + 1 + 8).next_multiple_of(BLOCK);
        if let Some(padding) = self.buffer.get_mut(filled..end) {
            padding.fill(0);
            if let Some(first) = padding.first_mut() {
                *first = 0x80;
            }
            if let Some(length) = padding.last_chunk_mut() {
                *length = self.size.wrapping_mul(8).to_be_bytes();
            }
        }
        end
    }
}

pub(super) fn digest(state: [u32; 8]) -> Sha256 {
    let mut bytes = [0; 32];
    for (out, word) in bytes.as_chunks_mut().0.iter_mut().zip(state) {
        *out = word.to_be_bytes();
    }
    Sha256(bytes)
}
#[cfg(test)]
mod tests {
    use super::super::lanes::Kernel;
    use super::*;

    #[test]
    fn many_equal_one_by_one_whatever_their_lengths() {
        let data: Vec<Vec<u8>> = (0..100u32)
            .map(|n| (0..n * 3331).map(|i| (i * n) as u8).collect())
            .collect();
        let mut seen = vec![None; data.len()];
        hash_many(
            data.iter().map(Vec::as_slice).enumerate(),
            u64::MAX,
            &CancelToken::new(),
            |i, result| seen[i] = Some(result.unwrap()),
        )
        .unwrap();
        for (bytes, seen) in data.iter().zip(seen) {
            assert_eq!(seen, Some((Sha256::of(bytes), bytes.len() as u64)));
        }
    }

    #[test]
    fn no_more_readers_are_under_way_than_allowed() {
        use std::cell::Cell;
        let data = vec![7u8; 100_000];
        for backend in Backend::available() {
            for (most, expected) in [(0, 1), (1, 1), (4, 4), (usize::MAX, MAX_LANES)] {
                let (under_way, peak) = (Cell::new(0), Cell::new(0));
                let jobs = (0..40).map(|n| {
                    under_way.set(under_way.get() + 1);
                    peak.set(peak.get().max(under_way.get()));
                    (n, data.get(..n * 2000).unwrap())
                });
                let (cancel, mut good) = (CancelToken::new(), 0);
                hash_few_at_once(backend, most, jobs, u64::MAX, &cancel, |n, result| {
                    under_way.set(under_way.get() - 1);
                    assert_eq!(result.unwrap().0, Sha256::of(&data[..n * 2000]));
                    good += 1;
                })
                .unwrap();
                assert_eq!(good, 40);
                let lanes = backend.kernel().unwrap().map_or(1, Kernel::lanes);
                assert_eq!(peak.get(), lanes.min(expected), "{}", backend.name());
            }
        }
    }

    #[test]
    fn nist_vectors() {
        // FIPS 180-4 example vectors.
        assert_eq!(
            Sha256::of(b"abc").to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            Sha256::of(b"").to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn one_faulty_reader_does_not_stop_the_others() {
        let jobs = (0..40u64).map(|n| (n, std::io::repeat(0).take(n)));
        let mut good = 0;
        hash_many(jobs, 20, &CancelToken::new(), |n, result| match result {
            Ok((_, size)) => {
                assert_eq!(size, n);
                good += 1;
            }
            Err(e) => {
                assert!(n > 20);
                assert_eq!(e.limit_met(), Some(("crate-size", 20)));
            }
        })
        .unwrap();
        assert_eq!(good, 21);
    }

    #[test]
    fn a_cancelled_token_stops_the_work() {
        let cancel = CancelToken::new();
        cancel.cancel();
        assert!(hash_reader(std::io::empty(), 1, &cancel).is_err());
    }
}
