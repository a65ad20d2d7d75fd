//! Eight lanes with AVX2, which has neither rotation nor three-way logic.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_and_si256, _mm256_loadu_si256, _mm256_or_si256,
    _mm256_permute2x128_si256, _mm256_set_epi32, _mm256_set1_epi32, _mm256_shuffle_epi8,
    _mm256_slli_epi32, _mm256_srli_epi32, _mm256_storeu_si256, _mm256_unpackhi_epi32,
    _mm256_unpackhi_epi64, _mm256_unpacklo_epi32, _mm256_unpacklo_epi64, _mm256_xor_si256,
};

use super::{Block, MAX_LANES};

type Vector = __m256i;

/// Lanes of a vector.
const LANES: usize = 8;

/// Takes blocks into the first eight lanes, as many as the shortest of their slices holds.
#[target_feature(enable = "avx2")]
pub(super) fn compress(states: &mut [[u32; MAX_LANES]; 8], data: &[&[Block]; MAX_LANES]) {
    let [d0, d1, d2, d3, d4, d5, d6, d7, ..] = *data;
    let mut state = states
        .each_ref()
        .map(|words| words.first_chunk().map_or(splat(0), |w| load_words(w)));
    let blocks = [d0, d1, d2, d3, d4, d5, d6, d7]
        .iter()
        .map(|lane| lane.len())
        .min()
        .unwrap_or(0);
    for at in 0..blocks {
        // Spelled out, since the compiler does not inline a closure over so many vectors.
        let [low0, high0] = load_block(d0.get(at));
        let [low1, high1] = load_block(d1.get(at));
        let [low2, high2] = load_block(d2.get(at));
        let [low3, high3] = load_block(d3.get(at));
        let [low4, high4] = load_block(d4.get(at));
        let [low5, high5] = load_block(d5.get(at));
        let [low6, high6] = load_block(d6.get(at));
        let [low7, high7] = load_block(d7.get(at));
        let [w0, w1, w2, w3, w4, w5, w6, w7] =
            transpose([low0, low1, low2, low3, low4, low5, low6, low7]);
        let [w8, w9, w10, w11, w12, w13, w14, w15] =
            transpose([high0, high1, high2, high3, high4, high5, high6, high7]);
        let mut w = [
            w0, w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11, w12, w13, w14, w15,
        ];
        compress_block!(state, w);
    }
    for (words, vector) in states.iter_mut().zip(state) {
        if let Some(words) = words.first_chunk_mut() {
            store_words(words, vector);
        }
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_words(words: &[u32; LANES]) -> Vector {
    // SAFETY: the array holds the 32 bytes that are read, and no alignment is asked for.
    unsafe { _mm256_loadu_si256(words.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn store_words(words: &mut [u32; LANES], vector: Vector) {
    // SAFETY: the array holds the 32 bytes that are written, and no alignment is asked for.
    unsafe { _mm256_storeu_si256(words.as_mut_ptr().cast(), vector) }
}

/// The sixteen big-endian words of a block, eight a vector; there is one wherever it is called.
#[inline]
#[target_feature(enable = "avx2")]
fn load_block(block: Option<&Block>) -> [Vector; 2] {
    let Some(block) = block else {
        return [splat(0); 2];
    };
    let (low, high) = block.split_at(32);
    [load_half(low), load_half(high)]
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_half(half: &[u8]) -> Vector {
    let Some(half) = half.first_chunk::<32>() else {
        return splat(0);
    };
    // SAFETY: the array holds the 32 bytes that are read, and no alignment is asked for.
    let bytes = unsafe { _mm256_loadu_si256(half.as_ptr().cast()) };
    let swap = _mm256_set_epi32(
        0x0c0d_0e0f,
        0x0809_0a0b,
        0x0405_0607,
        0x0001_0203,
        0x0c0d_0e0f,
        0x0809_0a0b,
        0x0405_0607,
        0x0001_0203,
    );
    _mm256_shuffle_epi8(bytes, swap)
}

/// From eight words of each lane a row to one word of all lanes a row.
#[inline]
#[target_feature(enable = "avx2")]
fn transpose(rows: [Vector; LANES]) -> [Vector; 8] {
    let [r0, r1, r2, r3, r4, r5, r6, r7] = rows;
    // Each of these holds, in its halves, words 4q + c of four lanes, for c of 0 to 3.
    let [p0, p1, p2, p3] = transpose_halves(r0, r1, r2, r3);
    let [q0, q1, q2, q3] = transpose_halves(r4, r5, r6, r7);
    [
        _mm256_permute2x128_si256::<0x20>(p0, q0),
        _mm256_permute2x128_si256::<0x20>(p1, q1),
        _mm256_permute2x128_si256::<0x20>(p2, q2),
        _mm256_permute2x128_si256::<0x20>(p3, q3),
        _mm256_permute2x128_si256::<0x31>(p0, q0),
        _mm256_permute2x128_si256::<0x31>(p1, q1),
        _mm256_permute2x128_si256::<0x31>(p2, q2),
        _mm256_permute2x128_si256::<0x31>(p3, q3),
    ]
}

/// Transposes the two 4 x 4 squares that lie side by side in four rows.
#[inline]
#[target_feature(enable = "avx2")]
fn transpose_halves(a: Vector, b: Vector, c: Vector, d: Vector) -> [Vector; 4] {
    let ab_low = _mm256_unpacklo_epi32(a, b);
    let ab_high = _mm256_unpackhi_epi32(a, b);
    let cd_low = _mm256_unpacklo_epi32(c, d);
    let cd_high = _mm256_unpackhi_epi32(c, d);
    [
        _mm256_unpacklo_epi64(ab_low, cd_low),
        _mm256_unpackhi_epi64(ab_low, cd_low),
        _mm256_unpacklo_epi64(ab_high, cd_high),
        _mm256_unpackhi_epi64(ab_high, cd_high),
    ]
}

#[inline]
#[target_feature(enable = "avx2")]
fn splat(word: u32) -> Vector {
    _mm256_set1_epi32(word.cast_signed())
}

#[inline]
#[target_feature(enable = "avx2")]
fn add(a: Vector, b: Vector) -> Vector {
    _mm256_add_epi32(a, b)
}

#[inline]
#[target_feature(enable = "avx2")]
fn xor(a: Vector, b: Vector) -> Vector {
    _mm256_xor_si256(a, b)
}

#[inline]
#[target_feature(enable = "avx2")]
fn ch(x: Vector, y: Vector, z: Vector) -> Vector {
    xor(z, _mm256_and_si256(x, xor(y, z)))
}

/// `x ^ y` of one round is `y ^ z` of the next, so the compiler keeps it.
#[inline]
#[target_feature(enable = "avx2")]
fn maj(x: Vector, y: Vector, z: Vector) -> Vector {
    xor(y, _mm256_and_si256(xor(x, y), xor(y, z)))
}

#[inline]
#[target_feature(enable = "avx2")]
fn rotate<const RIGHT: i32, const LEFT: i32>(x: Vector) -> Vector {
    const { assert!(RIGHT + LEFT == 32, "a rotation keeps all bits") };
    _mm256_or_si256(_mm256_srli_epi32::<RIGHT>(x), _mm256_slli_epi32::<LEFT>(x))
}

#[inline]
#[target_feature(enable = "avx2")]
fn big_sigma0(x: Vector) -> Vector {
    xor(
        xor(rotate::<2, 30>(x), rotate::<13, 19>(x)),
        rotate::<22, 10>(x),
    )
}

#[inline]
#[target_feature(enable = "avx2")]
fn big_sigma1(x: Vector) -> Vector {
    xor(
        xor(rotate::<6, 26>(x), rotate::<11, 21>(x)),
        rotate::<25, 7>(x),
    )
}

#[inline]
#[target_feature(enable = "avx2")]
fn small_sigma0(x: Vector) -> Vector {
    xor(
        xor(rotate::<7, 25>(x), rotate::<18, 14>(x)),
        _mm256_srli_epi32::<3>(x),
    )
}

#[inline]
#[target_feature(enable = "avx2")]
fn small_sigma1(x: Vector) -> Vector {
    xor(
        xor(rotate::<17, 15>(x), rotate::<19, 13>(x)),
        _mm256_srli_epi32::<10>(x),
    )
}
