//! What tells the bodies of entries apart.

use std::array;
use std::hash::{BuildHasher, RandomState};

/// Bytes that become one value.
const PIECE: usize = 1024;
/// Words of a piece, and as many keys.
const WORDS: usize = PIECE / 8;
/// The bytes of two words, which are multiplied.
const PAIR: usize = 16;

/// The prime that polynomials are evaluated modulo.
const PRIME: u64 = (1 << 61) - 1;

/// What a body was made into; of equal bodies it is equal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Print([u64; 2]);

/// Makes the prints of bodies, one after the other, under keys that are drawn for it and that an author
/// who chooses the bodies cannot know. Nothing without a key withstands such an author but what costs a
/// third of the inflating, as SHA-256 does; SipHash takes three times as long as this.
///
/// Pieces of the body become values of 128 bits as in UMAC (Black, Halevi, Krawczyk, Krovetz, Rogaway
/// 1999): two words at a time are added to their keys and multiplied. Where bodies of one length differ
/// in a piece, the values of that piece are the same with a chance of at most 2^-64. The values, in
/// three parts each, and the length are the coefficients of a polynomial, which is evaluated at two
/// random places modulo 2^61-1. Two bodies of at most n bytes pass for one with a chance of at most
/// 2^-64 + d²/2^122, where d is 3n/1024 + 4: less than 2^-63 up to 128 GiB.
pub(super) struct Printer {
    sums: Sums,
    /// The beginning of the next piece.
    held: [u8; PIECE],
    filled: usize,
    /// Bytes of the body.
    length: u64,
}

impl Printer {
    /// With new keys.
    pub(super) fn new() -> Self {
        // SipHash under a random key stretches that key.
        let random = RandomState::new();
        Self {
            sums: Sums {
                words: array::from_fn(|index| random.hash_one(index)),
                places: array::from_fn(|index| Place::new(random.hash_one(WORDS + index))),
            },
            held: [0; PIECE],
            filled: 0,
            length: 0,
        }
    }

    /// Takes the next bytes of the body.
    pub(super) fn write(&mut self, mut bytes: &[u8]) {
        self.length += bytes.len() as u64;
        if self.filled > 0 {
            let free = PIECE - self.filled;
            let (now, rest) = bytes.split_at_checked(free).unwrap_or((bytes, &[]));
            self.hold(now);
            if self.filled < PIECE {
                return;
            }
            bytes = rest;
            self.filled = 0;
            self.sums.take(&self.held);
        }
        let (pieces, rest) = bytes.as_chunks::<PIECE>();
        for piece in pieces {
            self.sums.take(piece);
        }
        self.hold(rest);
    }

    /// The print of the body that was taken in; another one may follow.
    pub(super) fn finish(&mut self) -> Print {
        // The length tells these zeros from those of a body.
        let end = self.filled.next_multiple_of(PAIR);
        if let Some(zeros) = self.held.get_mut(self.filled..end) {
            zeros.fill(0);
        }
        if let Some(rest) = self.held.get(..end).filter(|rest| !rest.is_empty()) {
            self.sums.take(rest);
        }
        let length = self.length;
        (self.filled, self.length) = (0, 0);
        Print(
            self.sums
                .places
                .each_mut()
                .map(|place| place.finish(length)),
        )
    }

    fn hold(&mut self, bytes: &[u8]) {
        let end = self.filled + bytes.len();
        if let Some(place) = self.held.get_mut(self.filled..end) {
            place.copy_from_slice(bytes);
            self.filled = end;
        }
    }
}

/// The keys, and what became of the pieces so far.
struct Sums {
    words: [u64; WORDS],
    places: [Place; 2],
}

impl Sums {
    /// Takes a piece of whole pairs.
    fn take(&mut self, piece: &[u8]) {
        let mut sum = 0u128;
        let (pairs, keys) = (piece.as_chunks::<PAIR>().0, self.words.as_chunks().0);
        for (pair, [low_key, high_key]) in pairs.iter().zip(keys) {
            let pair = u128::from_le_bytes(*pair);
            let (low, high) = (pair as u64, (pair >> 64) as u64);
            let low = low.wrapping_add(*low_key);
            let high = high.wrapping_add(*high_key);
            sum = sum.wrapping_add(u128::from(low) * u128::from(high));
        }
        for place in &mut self.places {
            place.take(sum);
        }
    }
}

/// A place where the polynomial is evaluated, and the value so far.
struct Place {
    powers: [u64; 3],
    value: u64,
}

impl Place {
    fn new(random: u64) -> Self {
        let place = random & PRIME;
        let square = modulo(u128::from(place) * u128::from(place));
        Self {
            powers: [
                modulo(u128::from(square) * u128::from(place)),
                square,
                place,
            ],
            value: 0,
        }
    }

    /// Three coefficients of 43 bits at most; the powers are at most 2^61, the sum stays below 2^123.
    fn take(&mut self, value: u128) {
        let [cube, square, place] = self.powers.map(u128::from);
        let part = |shift: u32| (value >> shift) & ((1 << 43) - 1);
        let value = u128::from(self.value) * cube + part(86) * square + part(43) * place + part(0);
        self.value = modulo(value);
    }

    fn finish(&mut self, length: u64) -> u64 {
        let [.., place] = self.powers;
        // A length of more than 61 bits is none that can be read.
        let value = u128::from(self.value) * u128::from(place) + u128::from(length);
        self.value = 0;
        modulo(value)
    }
}

/// What is left modulo 2^61-1 of a number below 2^123: one number for each remainder.
fn modulo(number: u128) -> u64 {
    let fold = |number: u128| (number as u64 & PRIME) + (number >> 61) as u64;
    let folded = fold(u128::from(fold(number)));
    if folded >= PRIME {
        folded - PRIME
    } else {
        folded
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn print(printer: &mut Printer, body: &[u8]) -> Print {
        printer.write(body);
        printer.finish()
    }

    /// The definition, without haste.
    fn plain(printer: &Printer, body: &[u8]) -> Print {
        let word = |bytes: &[u8]| {
            let mut word = [0; 8];
            word[..bytes.len()].copy_from_slice(bytes);
            u64::from_le_bytes(word)
        };
        let mut coefficients = Vec::new();
        for piece in body.chunks(PIECE) {
            let mut words: Vec<u64> = piece.chunks(8).map(word).collect();
            words.resize(words.len().next_multiple_of(2), 0);
            let keyed = words.iter().zip(printer.sums.words);
            let keyed: Vec<u64> = keyed.map(|(word, key)| word.wrapping_add(key)).collect();
            let sum = keyed.chunks(2).fold(0u128, |sum, pair| {
                sum.wrapping_add(u128::from(pair[0]) * u128::from(pair[1]))
            });
            for shift in [86, 43, 0] {
                coefficients.push((sum >> shift) % (1 << 43));
            }
        }
        coefficients.push(body.len() as u128);
        let prime = u128::from(PRIME);
        Print(printer.sums.places.each_ref().map(|place| {
            let place = u128::from(place.powers[2]);
            coefficients
                .iter()
                .fold(0, |value, c| (value * place + c) % prime) as u64
        }))
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_print_of_the_definition(
            body in proptest::collection::vec(any::<u8>(), 0..5000),
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let mut printer = Printer::new();
            let expected = plain(&printer, &body);
            prop_assert_eq!(print(&mut printer, &body), expected);
            let mut cuts: Vec<usize> = cuts.iter().map(|at| at.index(body.len() + 1)).collect();
            cuts.extend([0, body.len()]);
            cuts.sort_unstable();
            for cut in cuts.windows(2) {
                printer.write(&body[cut[0]..cut[1]]);
            }
            prop_assert_eq!(printer.finish(), expected);
        }
    }

    #[test]
    fn the_least_change_alters_it() {
        let mut printer = Printer::new();
        for length in [1, 7, 8, 15, 16, 17, 300, 1023, 1024, 1025, 2100] {
            for byte in [0, 255] {
                let mut body = vec![byte; length];
                let before = print(&mut printer, &body);
                for bit in 0..length * 8 {
                    body[bit / 8] ^= 1 << (bit % 8);
                    assert_ne!(print(&mut printer, &body), before, "bit {bit} of {length}");
                    body[bit / 8] ^= 1 << (bit % 8);
                }
                for zeros in 1..600 {
                    body.push(0);
                    assert_ne!(print(&mut printer, &body), before, "{zeros} more");
                }
            }
        }
        // Words, pairs of them and pieces in another order.
        let body: Vec<u8> = (0..7000u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        let before = print(&mut printer, &body);
        for size in [1, 4, 8, 16, PIECE] {
            for (one, other) in [(0, 1), (0, 3), (2, 5)] {
                let mut body = body.clone();
                for at in 0..size {
                    body.swap(one * size + at, other * size + at);
                }
                assert_ne!(print(&mut printer, &body), before);
            }
        }
        let lengths: Vec<Print> = (0..2000)
            .map(|n| print(&mut printer, &vec![0; n]))
            .collect();
        for (n, one) in lengths.iter().enumerate() {
            assert!(!lengths[..n].contains(one), "{n} zeros");
        }
    }

    #[test]
    fn keys_are_drawn_anew() {
        let once = print(&mut Printer::new(), b"abc");
        assert_ne!(print(&mut Printer::new(), b"abc"), once);
        let printer = Printer::new();
        let mut keys = printer.sums.words.to_vec();
        keys.extend(printer.sums.places.iter().map(|place| place.powers[2]));
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), WORDS + 2);
    }

    #[test]
    fn remainders() {
        let prime = u128::from(PRIME);
        for number in [
            0,
            1,
            prime - 1,
            prime,
            prime + 1,
            2 * prime,
            prime * prime,
            (1 << 123) - 1,
        ] {
            assert_eq!(u128::from(modulo(number)), number % prime, "{number}");
        }
    }
}
