//! SHA-256 (FIPS 180-4) of several streams in step: one vector lane a stream.
//!
//! SHA-256 of one stream is a single chain of dependent steps, so a processor's vector units
//! idle. Here every vector holds the same word of all streams, and a block of each stream costs
//! little more than a block of one.
//!
//! This folder is the only place in the core where unsafe code stands, and what is unsafe in it
//! is loads and stores through references to arrays of the right size, and the calls into
//! functions compiled for instructions that were found at run time.
#![allow(
    unsafe_code,
    reason = "vector loads and stores, and calls of functions that need processor features"
)]

#[cfg(target_arch = "x86_64")]
#[macro_use]
mod rounds;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod sha_ni;

/// Bytes of a block.
pub(super) const BLOCK: usize = 64;

/// A block of a message.
pub(super) type Block = [u8; BLOCK];

/// Streams that the widest kernel hashes in step.
pub(super) const MAX_LANES: usize = 16;

/// The initial hash value (FIPS 180-4, 5.3.3).
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// The running hash values of all lanes: eight words, each of every lane.
#[derive(Default)]
pub(super) struct States([[u32; MAX_LANES]; 8]);

impl States {
    /// Starts a new message in a lane.
    pub(super) fn reset(&mut self, lane: usize) {
        self.set(lane, INITIAL);
    }

    /// The hash value of a lane.
    pub(super) fn get(&self, lane: usize) -> [u32; 8] {
        self.0
            .map(|word| word.get(lane).copied().unwrap_or_default())
    }

    /// Puts a hash value into a lane.
    pub(super) fn set(&mut self, lane: usize, state: [u32; 8]) {
        for (words, value) in self.0.iter_mut().zip(state) {
            if let Some(word) = words.get_mut(lane) {
                *word = value;
            }
        }
    }

    /// Takes blocks into one lane, with the fastest code for a single stream: `sha2` looks for the
    /// SHA instructions of x86 and aarch64 itself.
    pub(super) fn compress_one(&mut self, lane: usize, blocks: &[Block]) {
        let mut state = self.get(lane);
        sha2::block_api::compress256(&mut state, blocks);
        self.set(lane, state);
    }
}

/// Code that hashes several streams in step. A value of it exists only where the processor has
/// the instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kernel(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    ShaNi,
}

impl Kernel {
    /// The kernel of 16 lanes, where the processor can run it.
    pub(super) fn avx512() -> Option<Self> {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") {
            return Some(Self(Kind::Avx512));
        }
        None
    }

    /// The kernel of 8 lanes, where the processor can run it.
    pub(super) fn avx2() -> Option<Self> {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            return Some(Self(Kind::Avx2));
        }
        None
    }

    /// The kernel of the SHA instructions of x86, where the processor can run it.
    pub(super) fn sha_ni() -> Option<Self> {
        #[cfg(target_arch = "x86_64")]
        if has_sha_instructions() {
            return Some(Self(Kind::ShaNi));
        }
        None
    }

    /// Streams that it hashes in step.
    pub(super) fn lanes(self) -> usize {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => 16,
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => 8,
            #[cfg(target_arch = "x86_64")]
            Kind::ShaNi => 3,
        }
    }

    /// How many streams must be under way for the kernel to be faster than `few`, the kernel for some
    /// of them, or than one after the other where there is none.
    ///
    /// A lane of the sixteen runs at a seventh of the speed of the SHA instructions, and at about
    /// half of that of plain code. With three streams in step the SHA instructions are as fast as all
    /// sixteen lanes on some processors and two thirds of that on others; thirteen is in between.
    /// Eight lanes are never chosen beside SHA instructions.
    pub(super) fn worthwhile(self, few: Option<Self>) -> usize {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 if few.is_some() => 13,
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 if has_sha_instructions() => 8,
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => 2,
            // Eight lanes take about as long as two and a half plain streams without SHA instructions.
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => 3,
            #[cfg(target_arch = "x86_64")]
            Kind::ShaNi => 2,
        }
    }

    /// Takes blocks into the lanes, each lane its own and all as many as the shortest slice holds.
    /// Lanes that the kernel does not have are left alone.
    pub(super) fn compress(self, states: &mut States, data: &[&[Block]; MAX_LANES]) {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: such a `Kernel` is made only where AVX-512F and AVX-512BW were detected.
            Kind::Avx512 => unsafe { avx512::compress(&mut states.0, data) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: such a `Kernel` is made only where AVX2 was detected.
            Kind::Avx2 => unsafe { avx2::compress(&mut states.0, data) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: such a `Kernel` is made only where SHA, SSE4.1 and SSSE3 were detected.
            Kind::ShaNi => unsafe { sha_ni::compress(&mut states.0, data) },
        }
    }
}

/// Whether `sha2` hashes a single stream with instructions made for it.
pub(super) fn has_sha_instructions() -> bool {
    // A build of `sha2` for plain code shows how a processor without them does.
    #[cfg(all(target_arch = "x86_64", not(sha2_backend = "soft")))]
    return is_x86_feature_detected!("sha")
        && is_x86_feature_detected!("sse4.1")
        && is_x86_feature_detected!("ssse3");
    #[cfg(not(all(target_arch = "x86_64", not(sha2_backend = "soft"))))]
    false
}
