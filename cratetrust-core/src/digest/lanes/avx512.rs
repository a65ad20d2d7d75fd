//! Sixteen lanes with AVX-512F and AVX-512BW.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_loadu_si512, _mm512_ror_epi32, _mm512_set1_epi32,
    _mm512_set4_epi32, _mm512_shuffle_epi8, _mm512_shuffle_i32x4, _mm512_srli_epi32,
    _mm512_storeu_si512, _mm512_ternarylogic_epi32, _mm512_unpackhi_epi32, _mm512_unpackhi_epi64,
    _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};

use super::{Block, MAX_LANES};

type Vector = __m512i;

/// Truth tables for ternary logic.
const XOR3: i32 = 0x96;
const CH: i32 = 0xca;
const MAJ: i32 = 0xe8;

/// Takes blocks into all sixteen lanes, as many as the shortest slice holds.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn compress(states: &mut [[u32; MAX_LANES]; 8], data: &[&[Block]; MAX_LANES]) {
    let mut state = states.each_ref().map(|words| load_words(words));
    let blocks = data.iter().map(|lane| lane.len()).min().unwrap_or(0);
    let [
        d0,
        d1,
        d2,
        d3,
        d4,
        d5,
        d6,
        d7,
        d8,
        d9,
        d10,
        d11,
        d12,
        d13,
        d14,
        d15,
    ] = *data;
    for at in 0..blocks {
        // Spelled out, since the compiler does not inline a closure over sixteen vectors.
        let mut w = transpose([
            load_block(d0.get(at)),
            load_block(d1.get(at)),
            load_block(d2.get(at)),
            load_block(d3.get(at)),
            load_block(d4.get(at)),
            load_block(d5.get(at)),
            load_block(d6.get(at)),
            load_block(d7.get(at)),
            load_block(d8.get(at)),
            load_block(d9.get(at)),
            load_block(d10.get(at)),
            load_block(d11.get(at)),
            load_block(d12.get(at)),
            load_block(d13.get(at)),
            load_block(d14.get(at)),
            load_block(d15.get(at)),
        ]);
        compress_block!(state, w);
    }
    for (words, vector) in states.iter_mut().zip(state) {
        store_words(words, vector);
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_words(words: &[u32; 16]) -> Vector {
    // SAFETY: the array holds the 64 bytes that are read, and no alignment is asked for.
    unsafe { _mm512_loadu_si512(words.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store_words(words: &mut [u32; 16], vector: Vector) {
    // SAFETY: the array holds the 64 bytes that are written, and no alignment is asked for.
    unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), vector) }
}

/// The sixteen big-endian words of a block; there is one wherever it is called.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn load_block(block: Option<&Block>) -> Vector {
    let Some(block) = block else {
        return splat(0);
    };
    // SAFETY: the array holds the 64 bytes that are read, and no alignment is asked for.
    let bytes = unsafe { _mm512_loadu_si512(block.as_ptr().cast()) };
    let swap = _mm512_set4_epi32(0x0c0d_0e0f, 0x0809_0a0b, 0x0405_0607, 0x0001_0203);
    _mm512_shuffle_epi8(bytes, swap)
}

/// From one block of each lane a row to one word of all lanes a row.
#[inline]
#[target_feature(enable = "avx512f")]
fn transpose(rows: [Vector; 16]) -> [Vector; 16] {
    let [
        r0,
        r1,
        r2,
        r3,
        r4,
        r5,
        r6,
        r7,
        r8,
        r9,
        r10,
        r11,
        r12,
        r13,
        r14,
        r15,
    ] = rows;
    // Each of these holds, in its quarters, words 4q + c of four lanes, for c of 0 to 3.
    let [p0, p1, p2, p3] = transpose_quarters(r0, r1, r2, r3);
    let [q0, q1, q2, q3] = transpose_quarters(r4, r5, r6, r7);
    let [s0, s1, s2, s3] = transpose_quarters(r8, r9, r10, r11);
    let [t0, t1, t2, t3] = transpose_quarters(r12, r13, r14, r15);
    let [w0, w4, w8, w12] = gather_quarters(p0, q0, s0, t0);
    let [w1, w5, w9, w13] = gather_quarters(p1, q1, s1, t1);
    let [w2, w6, w10, w14] = gather_quarters(p2, q2, s2, t2);
    let [w3, w7, w11, w15] = gather_quarters(p3, q3, s3, t3);
    [
        w0, w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11, w12, w13, w14, w15,
    ]
}

/// Transposes the four 4 x 4 squares that lie side by side in four rows.
#[inline]
#[target_feature(enable = "avx512f")]
fn transpose_quarters(a: Vector, b: Vector, c: Vector, d: Vector) -> [Vector; 4] {
    let ab_low = _mm512_unpacklo_epi32(a, b);
    let ab_high = _mm512_unpackhi_epi32(a, b);
    let cd_low = _mm512_unpacklo_epi32(c, d);
    let cd_high = _mm512_unpackhi_epi32(c, d);
    [
        _mm512_unpacklo_epi64(ab_low, cd_low),
        _mm512_unpackhi_epi64(ab_low, cd_low),
        _mm512_unpacklo_epi64(ab_high, cd_high),
        _mm512_unpackhi_epi64(ab_high, cd_high),
    ]
}

/// The first quarters of four vectors, then the second, the third, the fourth.
#[inline]
#[target_feature(enable = "avx512f")]
fn gather_quarters(a: Vector, b: Vector, c: Vector, d: Vector) -> [Vector; 4] {
    let ab_even = _mm512_shuffle_i32x4::<0x88>(a, b);
    let ab_odd = _mm512_shuffle_i32x4::<0xdd>(a, b);
    let cd_even = _mm512_shuffle_i32x4::<0x88>(c, d);
    let cd_odd = _mm512_shuffle_i32x4::<0xdd>(c, d);
    [
        _mm512_shuffle_i32x4::<0x88>(ab_even, cd_even),
        _mm512_shuffle_i32x4::<0x88>(ab_odd, cd_odd),
        _mm512_shuffle_i32x4::<0xdd>(ab_even, cd_even),
        _mm512_shuffle_i32x4::<0xdd>(ab_odd, cd_odd),
    ]
}

#[inline]
#[target_feature(enable = "avx512f")]
fn splat(word: u32) -> Vector {
    _mm512_set1_epi32(word.cast_signed())
}

#[inline]
#[target_feature(enable = "avx512f")]
fn add(a: Vector, b: Vector) -> Vector {
    _mm512_add_epi32(a, b)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn ch(x: Vector, y: Vector, z: Vector) -> Vector {
    _mm512_ternarylogic_epi32::<CH>(x, y, z)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn maj(x: Vector, y: Vector, z: Vector) -> Vector {
    _mm512_ternarylogic_epi32::<MAJ>(x, y, z)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn xor3(x: Vector, y: Vector, z: Vector) -> Vector {
    _mm512_ternarylogic_epi32::<XOR3>(x, y, z)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn big_sigma0(x: Vector) -> Vector {
    xor3(
        _mm512_ror_epi32::<2>(x),
        _mm512_ror_epi32::<13>(x),
        _mm512_ror_epi32::<22>(x),
    )
}

#[inline]
#[target_feature(enable = "avx512f")]
fn big_sigma1(x: Vector) -> Vector {
    xor3(
        _mm512_ror_epi32::<6>(x),
        _mm512_ror_epi32::<11>(x),
        _mm512_ror_epi32::<25>(x),
    )
}

#[inline]
#[target_feature(enable = "avx512f")]
fn small_sigma0(x: Vector) -> Vector {
    xor3(
        _mm512_ror_epi32::<7>(x),
        _mm512_ror_epi32::<18>(x),
        _mm512_srli_epi32::<3>(x),
    )
}

#[inline]
#[target_feature(enable = "avx512f")]
fn small_sigma1(x: Vector) -> Vector {
    xor3(
        _mm512_ror_epi32::<17>(x),
        _mm512_ror_epi32::<19>(x),
        _mm512_srli_epi32::<10>(x),
    )
}
