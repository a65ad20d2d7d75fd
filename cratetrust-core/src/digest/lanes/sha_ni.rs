//! Two lanes with the SHA instructions of x86. With one stream each instruction waits for the last
//! one's result; a second stream fills that time.

use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_loadu_si128, _mm_set_epi32, _mm_set_epi64x,
    _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi8,
    _mm_shuffle_epi32, _mm_storeu_si128,
};

use super::rounds::K;
use super::{Block, MAX_LANES};

/// The same four words of both streams.
type Pair = [__m128i; 2];

/// Takes blocks into the first two lanes, as many as the shorter of their slices holds.
#[target_feature(enable = "sha,sse4.1,ssse3,sse2")]
pub(super) fn compress(states: &mut [[u32; MAX_LANES]; 8], data: &[&[Block]; MAX_LANES]) {
    let [first, second, ..] = *data;
    let [a, b, c, d, e, f, g, h] = states
        .each_ref()
        .map(|[first, second, ..]| [*first, *second]);
    // The order of words that the instructions want.
    let (mut abef, mut cdgh) = (pair(a, b, e, f), pair(c, d, g, h));
    for (first, second) in first.iter().zip(second) {
        let [first0, first1, first2, first3] = load(first);
        let [second0, second1, second2, second3] = load(second);
        let (mut w0, mut w1) = ([first0, second0], [first1, second1]);
        let (mut w2, mut w3) = ([first2, second2], [first3, second3]);
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
    let ([first_abef, second_abef], [first_cdgh, second_cdgh]) = (abef, cdgh);
    let after = [
        words(first_abef, first_cdgh),
        words(second_abef, second_cdgh),
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
fn pair(w3: [u32; 2], w2: [u32; 2], w1: [u32; 2], w0: [u32; 2]) -> Pair {
    let ([a3, b3], [a2, b2], [a1, b1], [a0, b0]) = (w3, w2, w1, w0);
    [vector([a0, a1, a2, a3]), vector([b0, b1, b2, b3])]
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
fn add([a0, a1]: Pair, [b0, b1]: Pair) -> Pair {
    [_mm_add_epi32(a0, b0), _mm_add_epi32(a1, b1)]
}

#[inline]
#[target_feature(enable = "sha,sse4.1,ssse3,sse2")]
fn four_rounds(abef: &mut Pair, cdgh: &mut Pair, w: Pair, k: __m128i) {
    let ([a0, a1], [c0, c1]) = (*abef, *cdgh);
    let [w0, w1] = add(w, [k, k]);
    let c0 = _mm_sha256rnds2_epu32(c0, a0, w0);
    let c1 = _mm_sha256rnds2_epu32(c1, a1, w1);
    let a0 = _mm_sha256rnds2_epu32(a0, c0, _mm_shuffle_epi32::<0x0e>(w0));
    let a1 = _mm_sha256rnds2_epu32(a1, c1, _mm_shuffle_epi32::<0x0e>(w1));
    (*abef, *cdgh) = ([a0, a1], [c0, c1]);
}

/// The four words of the message schedule that follow these sixteen.
#[inline]
#[target_feature(enable = "sha,sse4.1,ssse3,sse2")]
fn next_words([a0, b0]: Pair, [a4, b4]: Pair, [a8, b8]: Pair, [a12, b12]: Pair) -> Pair {
    let a = _mm_add_epi32(_mm_sha256msg1_epu32(a0, a4), _mm_alignr_epi8::<4>(a12, a8));
    let b = _mm_add_epi32(_mm_sha256msg1_epu32(b0, b4), _mm_alignr_epi8::<4>(b12, b8));
    [_mm_sha256msg2_epu32(a, a12), _mm_sha256msg2_epu32(b, b12)]
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
