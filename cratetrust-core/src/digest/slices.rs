//! Many messages in memory at once, hashed where they lie; the lanes are those of [`super::many`].

use std::array;

use super::lanes::{BLOCK, Block, Kernel, MAX_LANES, States};
use super::many::digest;
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
    mut done: impl FnMut(usize, Sha256),
) -> Result<()> {
    let kernel = Backend::Auto.kernel()?;
    let width = kernel.map_or(1, Kernel::lanes);
    let mut waiting = messages.iter().copied().enumerate();
    let mut states = States::default();
    let mut lanes: Vec<Lane<'_>> = Vec::with_capacity(width);
    for (index, message) in waiting.by_ref().take(width) {
        states.reset(lanes.len());
        lanes.push(Lane::new(index, message));
    }
    loop {
        cancel.check()?;
        for (lane, state) in lanes.iter_mut().zip(0..) {
            while lane.blocks().is_empty() {
                if let Some(index) = lane.index.take() {
                    done(index, digest(states.get(state)));
                }
                let Some((index, message)) = waiting.next() else {
                    break;
                };
                states.reset(state);
                *lane = Lane::new(index, message);
            }
        }
        let mut busy = lanes
            .iter()
            .map(Lane::blocks)
            .filter(|blocks| !blocks.is_empty());
        let Some(any) = busy.next() else {
            return Ok(());
        };
        let count = 1 + busy.count();
        match kernel {
            Some(kernel) if count >= kernel.worthwhile() => {
                // A lane without work hashes another's blocks: its state is reset before use.
                let data: [&[Block]; MAX_LANES] =
                    array::from_fn(|index| match lanes.get(index).map(Lane::blocks) {
                        Some(blocks) if !blocks.is_empty() => blocks.get(..STEP).unwrap_or(blocks),
                        _ => any.get(..STEP).unwrap_or(any),
                    });
                kernel.compress(&mut states, &data);
                let step = data.iter().map(|blocks| blocks.len()).min().unwrap_or(0);
                for lane in &mut lanes {
                    lane.advance(step);
                }
            }
            _ => {
                for (index, lane) in lanes.iter_mut().enumerate() {
                    let blocks = lane.blocks();
                    let blocks = blocks.get(..STEP).unwrap_or(blocks);
                    let step = blocks.len();
                    states.compress_one(index, blocks);
                    lane.advance(step);
                }
            }
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

    /// The blocks that wait to be hashed.
    fn blocks(&self) -> &[Block] {
        match self.whole {
            [] => self.end.get(self.start..self.stop).unwrap_or_default(),
            whole => whole,
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
