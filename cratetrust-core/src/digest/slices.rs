//! Many messages in memory at once, hashed where they lie; the lanes are those of [`super::many`].

use super::lanes::{BLOCK, Block, States};
use super::many::digest;
use super::steps::{Steps, Waiting};
use super::{Backend, Sha256};
use crate::error::Result;
use crate::progress::CancelToken;

/// Blocks that are hashed between two looks at the cancel token.
const STEP: usize = 4096;

/// Hashes every message and tells `done` its digest by its index, in no fixed order. It is fastest
/// where the longest come first.
///
/// # Errors
/// `Cancelled`.
pub(crate) fn hash_slices(
    messages: &[&[u8]],
    cancel: &CancelToken,
    done: impl FnMut(usize, Sha256),
) -> Result<()> {
    hash_slices_with(Backend::Auto, messages, cancel, done)
}

/// As [`hash_slices`], with the backend of the caller's choice.
pub(super) fn hash_slices_with(
    backend: Backend,
    messages: &[&[u8]],
    cancel: &CancelToken,
    mut done: impl FnMut(usize, Sha256),
) -> Result<()> {
    let mut steps = Steps::new(backend)?;
    let width = steps.lanes();
    let mut waiting = messages.iter().copied().enumerate();
    let mut lanes: Vec<Lane<'_>> = Vec::with_capacity(width);
    for (index, message) in waiting.by_ref().take(width) {
        steps.states.reset(lanes.len());
        lanes.push(Lane::new(index, message));
    }
    loop {
        cancel.check()?;
        for (lane, state) in lanes.iter_mut().zip(0..) {
            lane.supply(state, &mut steps.states, &mut waiting, &mut done);
        }
        let Some(hashed) = steps.step(lanes.iter().map(Lane::waiting)) else {
            return Ok(());
        };
        for (lane, blocks) in lanes.iter_mut().zip(hashed) {
            lane.advance(blocks);
        }
    }
}

/// A message under way.
struct Lane<'a> {
    /// `None` once its digest was told.
    index: Option<usize>,
    /// Whole blocks that wait.
    whole: &'a [Block],
    /// What is left of the message, and the padding.
    end: [Block; 2],
    /// Where in `end` the waiting blocks begin and end.
    start: usize,
    stop: usize,
}

impl<'a> Lane<'a> {
    /// The message with its padding (FIPS 180-4, 5.1.1).
    fn new(index: usize, message: &'a [u8]) -> Self {
        let (whole, rest) = message.as_chunks::<BLOCK>();
        let mut end = [[0; BLOCK]; 2];
        let stop = (rest.len() + 1 + 8).div_ceil(BLOCK);
        let flat = end.as_flattened_mut();
        if let Some((text, padding)) = flat
            .get_mut(..stop * BLOCK)
            .and_then(|flat| flat.split_at_mut_checked(rest.len()))
        {
            text.copy_from_slice(rest);
            if let Some(first) = padding.first_mut() {
                *first = 0x80;
            }
            if let Some(length) = padding.last_chunk_mut() {
                *length = (message.len() as u64).wrapping_mul(8).to_be_bytes();
            }
        }
        Self {
            index: Some(index),
            whole,
            end,
            start: 0,
            stop,
        }
    }

    /// Where the message is at its end, tells its digest and begins the next one. The lane has no
    /// blocks afterwards only if there are no more messages.
    fn supply(
        &mut self,
        state: usize,
        states: &mut States,
        waiting: &mut impl Iterator<Item = (usize, &'a [u8])>,
        done: &mut impl FnMut(usize, Sha256),
    ) {
        if !self.waiting().blocks.is_empty() {
            return;
        }
        if let Some(index) = self.index.take() {
            done(index, digest(states.get(state)));
        }
        if let Some((index, message)) = waiting.next() {
            states.reset(state);
            *self = Self::new(index, message);
        }
    }

    /// The blocks that wait to be hashed.
    fn waiting(&self) -> Waiting<'_> {
        let end = self.end.get(self.start..self.stop).unwrap_or_default();
        Waiting {
            blocks: match self.whole {
                [] => end,
                whole => whole.get(..STEP).unwrap_or(whole),
            },
            left: self.whole.len() + end.len(),
        }
    }

    /// Leaves behind blocks that were hashed.
    fn advance(&mut self, blocks: usize) {
        match self.whole {
            [] => self.start = self.stop.min(self.start + blocks),
            whole => self.whole = whole.get(blocks..).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_have_the_digests_that_they_have_one_by_one() {
        let data: Vec<Vec<u8>> = (0..200u32)
            .map(|n| (0..n * n % 3331).map(|i| (i * n) as u8).collect())
            .chain((0..130).map(|length| vec![7; length]))
            .collect();
        for count in [0, 1, 2, 15, 16, 17, 330] {
            let slices: Vec<&[u8]> = data.iter().take(count).map(Vec::as_slice).collect();
            let mut seen = vec![None; slices.len()];
            hash_slices(&slices, &CancelToken::new(), |index, digest| {
                assert!(seen[index].replace(digest).is_none());
            })
            .unwrap();
            for (bytes, seen) in slices.iter().zip(seen) {
                assert_eq!(seen, Some(Sha256::of(bytes)), "{} bytes", bytes.len());
            }
        }
    }

    #[test]
    fn a_cancelled_token_stops_the_work() {
        let cancel = CancelToken::new();
        cancel.cancel();
        assert!(hash_slices(&[b"abc"], &cancel, |_, _| {}).is_err());
    }
}
