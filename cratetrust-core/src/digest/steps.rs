//! Which of the lanes are hashed next, and with what.

use std::array;
use std::cmp::Reverse;

use super::Backend;
use super::lanes::{Block, Kernel, MAX_LANES, States};
use crate::error::Result;

/// What waits in a lane.
#[derive(Clone, Copy, Default)]
pub(super) struct Waiting<'a> {
    /// The blocks that are at hand; none where the lane is idle.
    pub(super) blocks: &'a [Block],
    /// All blocks up to the end of the lane's message, 0 where nobody knows.
    pub(super) left: usize,
}

/// Hashes the lanes step by step: all in step where enough of them have work, else as many at a time
/// as the kernel for a few takes, else one.
pub(super) struct Steps {
    /// The hash values of the lanes' messages.
    pub(super) states: States,
    kernel: Option<Kernel>,
    few: Option<Kernel>,
    /// Steps made, and the last one that each lane had a part in.
    made: u64,
    last: [u64; MAX_LANES],
}

impl Steps {
    /// # Errors
    /// `Unsupported` where the processor cannot run that backend.
    pub(super) fn new(backend: Backend) -> Result<Self> {
        Ok(Self {
            states: States::default(),
            kernel: backend.kernel()?,
            few: backend.few(),
            made: 0,
            last: [0; MAX_LANES],
        })
    }

    /// Lanes that can be filled.
    pub(super) fn lanes(&self) -> usize {
        self.kernel.map_or(1, Kernel::lanes)
    }

    /// Hashes the first waiting blocks of some lanes and tells how many of each lane; `None` where
    /// none waits in any.
    pub(super) fn step<'a>(
        &mut self,
        lanes: impl Iterator<Item = Waiting<'a>>,
    ) -> Option<[usize; MAX_LANES]> {
        let mut waiting = [Waiting::default(); MAX_LANES];
        for (place, lane) in waiting.iter_mut().zip(lanes) {
            *place = lane;
        }
        let mut busy = waiting
            .iter()
            .map(|lane| lane.blocks)
            .filter(|blocks| !blocks.is_empty());
        let any = busy.next()?;
        let count = 1 + busy.count();
        self.made += 1;
        match self.kernel {
            Some(kernel) if count >= kernel.worthwhile(self.few) => {
                // A lane without work hashes another's blocks: its state is reset before use.
                let data = waiting.map(|lane| match lane.blocks {
                    [] => any,
                    blocks => blocks,
                });
                kernel.compress(&mut self.states, &data);
                let step = shortest(&data);
                Some(waiting.map(|lane| step.min(lane.blocks.len())))
            }
            _ => Some(self.step_few(&mut waiting, count)),
        }
    }

    /// Hashes as many lanes as go together: those with the most left first, or else the others would
    /// end and leave the longest alone; among those of which nothing is known, in turn.
    fn step_few(&mut self, waiting: &mut [Waiting<'_>], busy: usize) -> [usize; MAX_LANES] {
        let mut hashed = [0; MAX_LANES];
        let together = self.few.map_or(1, Kernel::lanes).min(busy);
        let mut group = [(0, &[] as &[Block]); MAX_LANES];
        let Some(group) = group.get_mut(..together) else {
            return hashed;
        };
        for member in &mut *group {
            let next = waiting
                .iter_mut()
                .zip(self.last)
                .enumerate()
                .filter(|(_, (lane, _))| !lane.blocks.is_empty())
                .min_by_key(|(_, (lane, last))| (Reverse(lane.left), *last));
            if let Some((index, (lane, _))) = next {
                *member = (index, std::mem::take(lane).blocks);
            }
        }
        let step = match (self.few, &*group) {
            (Some(kernel), [(_, first), _, ..]) => {
                let mut states = States::default();
                for (place, (lane, _)) in group.iter().enumerate() {
                    states.set(place, self.states.get(*lane));
                }
                let data = array::from_fn(|place| group.get(place).map_or(*first, |lane| lane.1));
                kernel.compress(&mut states, &data);
                for (place, (lane, _)) in group.iter().enumerate() {
                    self.states.set(*lane, states.get(place));
                }
                shortest(&data)
            }
            (_, [(lane, blocks), ..]) => {
                self.states.compress_one(*lane, blocks);
                blocks.len()
            }
            (_, []) => 0,
        };
        for (lane, _) in &*group {
            if let (Some(hashed), Some(last)) = (hashed.get_mut(*lane), self.last.get_mut(*lane)) {
                (*hashed, *last) = (step, self.made);
            }
        }
        hashed
    }
}

/// What a kernel takes of each lane.
fn shortest(data: &[&[Block]]) -> usize {
    data.iter().map(|blocks| blocks.len()).min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::slices::hash_slices_with;
    use super::super::{Sha256, hash_many_with};
    use super::*;
    use crate::progress::CancelToken;

    /// Blocks of lanes by number, and what each step takes of them.
    fn taken(backend: Backend, mut lanes: Vec<(usize, bool)>) -> Vec<Vec<usize>> {
        let blocks = [[7; 64]; 100];
        let mut steps = Steps::new(backend).unwrap();
        let mut all = Vec::new();
        while let Some(hashed) = steps.step(lanes.iter().map(|(left, known)| Waiting {
            blocks: &blocks[..*left],
            left: if *known { *left } else { 0 },
        })) {
            for ((left, _), hashed) in lanes.iter_mut().zip(hashed) {
                *left -= hashed;
            }
            all.push(hashed[..lanes.len()].to_vec());
        }
        all
    }

    #[test]
    fn long_lanes_are_not_left_for_the_end() {
        if Backend::Auto.few().is_none() {
            return;
        }
        let known = [5, 90, 0, 40, 50, 3].map(|left| (left, true)).to_vec();
        assert_eq!(
            taken(Backend::Auto, known),
            [
                [0, 40, 0, 40, 40, 0],
                [5, 5, 0, 0, 5, 0],
                [0, 3, 0, 0, 3, 3],
                [0, 2, 0, 0, 2, 0],
                [0, 40, 0, 0, 0, 0],
            ]
        );
        let unknown = vec![(10, false); 4];
        assert_eq!(
            taken(Backend::Auto, unknown),
            [[10, 10, 10, 0], [0, 0, 0, 10]]
        );
        let turns = [20, 10, 10, 20, 20].map(|left| (left, false)).to_vec();
        assert_eq!(
            taken(Backend::Auto, turns),
            [[10, 10, 10, 0, 0], [10, 0, 0, 10, 10], [0, 0, 0, 10, 10]]
        );
    }

    #[test]
    fn a_few_streams_of_very_different_length() {
        let bytes: Vec<u8> = (0..1_200_000u32)
            .map(|i| (i.wrapping_mul(i) >> 7) as u8)
            .collect();
        let lengths = [1_200_000, 3, 700_000, 0, 64, 32_768, 330_000];
        for backend in Backend::available().chain([Backend::Auto]) {
            for count in [1, 2, 3, 4, 5, 7] {
                for turn in 0..lengths.len() {
                    let messages: Vec<&[u8]> = (0..count)
                        .map(|n| &bytes[n..][..lengths[(n + turn) % lengths.len()].min(1_190_000)])
                        .collect();
                    let expected: Vec<_> = messages.iter().map(|m| Some(Sha256::of(m))).collect();
                    let cancel = CancelToken::new();
                    let mut seen = vec![None; count];
                    hash_slices_with(backend, &messages, &cancel, |index, digest| {
                        assert!(seen[index].replace(digest).is_none());
                    })
                    .unwrap();
                    assert_eq!(seen, expected, "{count} slices with {}", backend.name());
                    let mut seen = vec![None; count];
                    let jobs = messages.iter().copied().enumerate();
                    hash_many_with(backend, jobs, u64::MAX, &cancel, |index, result| {
                        assert!(seen[index].replace(result.unwrap().0).is_none());
                    })
                    .unwrap();
                    assert_eq!(seen, expected, "{count} readers with {}", backend.name());
                }
            }
        }
    }
}
