//! The 64 rounds of SHA-256 (FIPS 180-4, 6.2.2), written over whatever vector functions `splat`,
//! `add`, `ch`, `maj`, `big_sigma0`, `big_sigma1`, `small_sigma0` and `small_sigma1` are in scope.
//! A macro and not a generic function, since a trait's functions cannot be compiled for
//! processor features.

/// The round constants (FIPS 180-4, 4.2.2), sixteen a row.
#[rustfmt::skip]
pub(super) const K: [[u32; 16]; 4] = [
    [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    ],
    [
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    ],
    [
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    ],
    [
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ],
];

/// One round. The registers rotate by name: what was `d` is the new `e`, `h` the new `a`.
macro_rules! round {
    ($a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident, $w:expr, $k:expr) => {
        let sum = add(add($h, add($w, splat($k))), ch($e, $f, $g));
        let sum = add(sum, big_sigma1($e));
        $d = add($d, sum);
        $h = add(sum, add(maj($a, $b, $c), big_sigma0($a)));
    };
}

/// Sixteen rounds over the words `$w` with the constants `$k`.
macro_rules! sixteen_rounds {
    ($state:ident, $w:ident, $k:ident) => {
        let [
            mut a,
            mut b,
            mut c,
            mut d,
            mut e,
            mut f,
            mut g,
            mut h,
        ] = $state;
        round!(a b c d e f g h, $w[0], $k[0]);
        round!(h a b c d e f g, $w[1], $k[1]);
        round!(g h a b c d e f, $w[2], $k[2]);
        round!(f g h a b c d e, $w[3], $k[3]);
        round!(e f g h a b c d, $w[4], $k[4]);
        round!(d e f g h a b c, $w[5], $k[5]);
        round!(c d e f g h a b, $w[6], $k[6]);
        round!(b c d e f g h a, $w[7], $k[7]);
        round!(a b c d e f g h, $w[8], $k[8]);
        round!(h a b c d e f g, $w[9], $k[9]);
        round!(g h a b c d e f, $w[10], $k[10]);
        round!(f g h a b c d e, $w[11], $k[11]);
        round!(e f g h a b c d, $w[12], $k[12]);
        round!(d e f g h a b c, $w[13], $k[13]);
        round!(c d e f g h a b, $w[14], $k[14]);
        round!(b c d e f g h a, $w[15], $k[15]);
        $state = [a, b, c, d, e, f, g, h];
    };
}

/// The next sixteen words of the message schedule, in place of the last.
macro_rules! next_words {
    ($w:ident) => {
        next_words!($w, 0 1 9 14);
        next_words!($w, 1 2 10 15);
        next_words!($w, 2 3 11 0);
        next_words!($w, 3 4 12 1);
        next_words!($w, 4 5 13 2);
        next_words!($w, 5 6 14 3);
        next_words!($w, 6 7 15 4);
        next_words!($w, 7 8 0 5);
        next_words!($w, 8 9 1 6);
        next_words!($w, 9 10 2 7);
        next_words!($w, 10 11 3 8);
        next_words!($w, 11 12 4 9);
        next_words!($w, 12 13 5 10);
        next_words!($w, 13 14 6 11);
        next_words!($w, 14 15 7 12);
        next_words!($w, 15 0 8 13);
    };
    ($w:ident, $t:literal $t15:literal $t7:literal $t2:literal) => {
        $w[$t] = add(
            add($w[$t], small_sigma0($w[$t15])),
            add($w[$t7], small_sigma1($w[$t2])),
        );
    };
}

/// Takes one block of every lane, transposed into the words `$w`, into the vectors `$state`.
macro_rules! compress_block {
    ($state:ident, $w:ident) => {
        let before = $state;
        let [first, rest @ ..] = &$crate::digest::lanes::rounds::K;
        sixteen_rounds!($state, $w, first);
        for k in rest {
            next_words!($w);
            sixteen_rounds!($state, $w, k);
        }
        for (word, before) in $state.iter_mut().zip(before) {
            *word = add(*word, before);
        }
    };
}
