//! Three lanes with the SHA instructions of x86. With one stream each instruction waits for the last
//! one's result; two more streams fill that time, and for a fourth there are not registers enough.

use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_loadu_si128, _mm_set_epi32, _mm_set_epi64x,
    _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi8,
    _mm_shuffle_epi32, _mm_storeu_si128,
};

use super::rounds::K;
use super::{Block, MAX_LANES};

/// Streams in step.
const LANES: usize = 3;

/// The same four words of every stream.
type Words = [__m128i; LANES];

/// Takes blocks into the first three lanes, as many as the shortest of their slices holds.
#[target_feature(enable = "sha,sse4.1,ssse3,sse2")]
pub(super) fn compress(states: &mut [[u32; MAX_LANES]; 8], data: &[&[Block]; MAX_LANES]) {
    let [first, second, third, ..] = *data;
    let [a, b, c, d, e, f, g, h] = states
        .each_ref()
        .map(|[first, second, third, ..]| [*first, *second, *third]);
    // The order of words that the instructions want.
    let (mut abef, mut cdgh) = (all(a, b, e, f), all(c, d, g, h));
    for ((first, second), third) in first.iter().zip(second).zip(third) {
        let [first0, first1, first2, first3] = load(first);
        let [second0, second1, second2, second3] = load(second);
        let [third0, third1, third2, third3] = load(third);
        let mut w0 = [first0, second0, third0];
        let mut w1 = [first1, second1, third1];
        let mut w2 = [first2, second2, third2];
        let mut w3 = [first3, second3, third3];
        let before = (abef, cdgh);
        for (row, k) in K.iter().enumerate() {
            let [k0, k1, k2, k3] = constants(k);
            if row > 0 {
                w0 = next_words(w0, w1, w2, w3);
            }
            four_rounds(&mut abef, &mut cdgh, w0, k0);
            if row > 0 {
                w1 = next_words(w1, w2, w3, w0);
            }
            four_rounds(&mut abef, &mut cdgh, w1, k1);
            if row > 0 {
                w2 = next_words(w2, w3, w0, w1);
            }
            four_rounds(&mut abef, &mut cdgh, w2, k2);
            if row > 0 {
                w3 = next_words(w3, w0, w1, w2);
            }
            four_rounds(&mut abef, &mut cdgh, w3, k3);
        }
        abef = add(abef, before.0);
        cdgh = add(cdgh, before.1);
    }
    let ([first_abef, second_abef, third_abef], [first_cdgh, second_cdgh, third_cdgh]) =
        (abef, cdgh);
    let after = [
        words(first_abef, first_cdgh),
        words(second_abef, second_cdgh),
        words(third_abef, third_cdgh),
    ];
    for (lane, state) in after.into_iter().enumerate() {
        for (word, value) in states.iter_mut().zip(state) {
            if let Some(word) = word.get_mut(lane) {
                *word = value;
            }
        }
    }
}

/// Vectors of four words of each stream, the last word lowest.
#[inline]
#[target_feature(enable = "sse2")]
fn all(w3: [u32; LANES], w2: [u32; LANES], w1: [u32; LANES], w0: [u32; LANES]) -> Words {
    let ([a3, b3, c3], [a2, b2, c2], [a1, b1, c1], [a0, b0, c0]) = (w3, w2, w1, w0);
    [
        vector([a0, a1, a2, a3]),
        vector([b0, b1, b2, b3]),
        vector([c0, c1, c2, c3]),
    ]
}

/// A vector of four words, the first lowest.
#[inline]
#[target_feature(enable = "sse2")]
fn vector(words: [u32; 4]) -> __m128i {
    let [w0, w1, w2, w3] = words.map(u32::cast_signed);
    _mm_set_epi32(w3, w2, w1, w0)
}

/// Sixteen round constants in four vectors.
#[inline]
#[target_feature(enable = "sse2")]
fn constants(k: &[u32; 16]) -> [__m128i; 4] {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *k;
    [
        vector([a, b, c, d]),
        vector([e, f, g, h]),
        vector([i, j, k, l]),
        vector([m, n, o, p]),
    ]
}

#[inline]
#[target_feature(enable = "sse2")]
fn add([a0, a1, a2]: Words, [b0, b1, b2]: Words) -> Words {
    [
        _mm_add_epi32(a0, b0),
        _mm_add_epi32(a1, b1),
        _mm_add_epi32(a2, b2),
    ]
}

#[inline]
#[target_feature(enable = "sha,sse4.1,ssse3,sse2")]
fn four_rounds(abef: &mut Words, cdgh: &mut Words, w: Words, k: __m128i) {
    let ([a0, a1, a2], [c0, c1, c2]) = (*abef, *cdgh);
    let [w0, w1, w2] = add(w, [k, k, k]);
    let c0 = _mm_sha256rnds2_epu32(c0, a0, w0);
    let c1 = _mm_sha256rnds2_epu32(c1, a1, w1);
    let c2 = _mm_sha256rnds2_epu32(c2, a2, w2);
    let a0 = _mm_sha256rnds2_epu32(a0, c0, _mm_shuffle_epi32::<0x0e>(w0));
    let a1 = _mm_sha256rnds2_epu32(a1, c1, _mm_shuffle_epi32::<0x0e>(w1));
    let a2 = _mm_sha256rnds2_epu32(a2, c2, _mm_shuffle_epi32::<0x0e>(w2));
    (*abef, *cdgh) = ([a0, a1, a2], [c0, c1, c2]);
}

/// The four words of the message schedule that follow these sixteen.
#[inline]
#[target_feature(enable = "sha,sse4.1,ssse3,sse2")]
fn next_words(w0: Words, w4: Words, w8: Words, w12: Words) -> Words {
    let ([a0, b0, c0], [a4, b4, c4], [a8, b8, c8], [a12, b12, c12]) = (w0, w4, w8, w12);
    [
        next_four(a0, a4, a8, a12),
        next_four(b0, b4, b8, b12),
        next_four(c0, c4, c8, c12),
    ]
}

#[inline]
#[target_feature(enable = "sha,sse4.1,ssse3,sse2")]
fn next_four(w0: __m128i, w4: __m128i, w8: __m128i, w12: __m128i) -> __m128i {
    let sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w4), _mm_alignr_epi8::<4>(w12, w8));
    _mm_sha256msg2_epu32(sum, w12)
}

/// The sixteen big-endian words of a block.
#[inline]
#[target_feature(enable = "ssse3,sse2")]
fn load(block: &Block) -> [__m128i; 4] {
    let big_endian = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
    let mut out = [big_endian; 4];
    for (out, bytes) in out.iter_mut().zip(block.as_chunks::<16>().0) {
        // SAFETY: the array holds the 16 bytes that are read, and no alignment is asked for.
        let words = unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) };
        *out = _mm_shuffle_epi8(words, big_endian);
    }
    out
}

/// The hash value that two vectors hold.
#[inline]
#[target_feature(enable = "sse2")]
fn words(abef: __m128i, cdgh: __m128i) -> [u32; 8] {
    let ([mut feba, mut hgdc], vectors) = ([[0u32; 4]; 2], [abef, cdgh]);
    for (words, vector) in [&mut feba, &mut hgdc].into_iter().zip(vectors) {
        // SAFETY: the array holds the 16 bytes that are written, and no alignment is asked for.
        unsafe { _mm_storeu_si128(words.as_mut_ptr().cast(), vector) }
    }
    let ([f, e, b, a], [h, g, d, c]) = (feba, hgdc);
    [a, b, c, d, e, f, g, h]
}
