//! CPU time of one `generate_sbom` and write, in microseconds: `time_sbom LOCKFILE FORMAT [CALLS]`.
//!
//! Used by `make bench`; the time is the thread's own, as the Linux scheduler counts it.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for the bench"
)]

use cratetrust_core::sbom::Format;
use cratetrust_core::{Input, Options, generate_sbom};

/// The scheduler counts in ticks of some milliseconds; many calls make them small.
const CALLS: u32 = 200;

fn cpu_nanoseconds() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split_whitespace().next().unwrap().parse().unwrap()
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap();
    let format = Format::from_name(&arguments.next().unwrap()).unwrap();
    let options = Options::default();
    let calls = arguments
        .next()
        .map_or(CALLS, |calls| calls.parse().unwrap());
    let before = cpu_nanoseconds();
    for _ in 0..calls {
        let made = generate_sbom(&[Input::from_path(&path)], &options).unwrap();
        let bytes = made.write(format, None).unwrap();
        assert!(!bytes.is_empty());
    }
    let each = (cpu_nanoseconds() - before) as f64 / f64::from(calls);
    println!("{:.1} us", each / 1000.0);
}
