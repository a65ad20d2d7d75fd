//! One `verify_package` on one thread with a hash backend of choice, printing the verdict and which
//! backend ran:
//! `time_verify BACKEND CHECKS PATH LOCKFILE`; timed as a whole process by `make bench`.
//!
//! `time_verify --repeat FILE` prints the CPU time of one call for one `.crate` file, in
//! microseconds; the time is the thread's own, as the Linux scheduler counts it.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for the bench"
)]

use cratetrust_core::digest::{Backend, Sha256};
use cratetrust_core::options::Check;
use cratetrust_core::report::Verdict;
use cratetrust_core::{Input, Options, verify_package, verify_package_with};

/// The scheduler counts in ticks of some milliseconds; many calls make them small.
const CALLS: u32 = 2000;

fn cpu_nanoseconds() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split_whitespace().next().unwrap().parse().unwrap()
}

fn repeat(path: &str) {
    let options = Options {
        jobs: 1,
        sha256: Some(Sha256::of(&std::fs::read(path).unwrap())),
        ..Options::default()
    };
    let input = Input::from_path(path);
    let before = cpu_nanoseconds();
    for _ in 0..CALLS {
        let report = verify_package(&input, &options).unwrap();
        assert_eq!(report.verdict, Verdict::Pass);
    }
    let each = (cpu_nanoseconds() - before) as f64 / f64::from(CALLS);
    println!("{:.1} us", each / 1000.0);
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["--repeat", path] => repeat(path),
        [backend, checks, path, lockfile] => {
            let backend = Backend::from_name(backend).unwrap();
            let checks = checks
                .split(',')
                .map(|name| Check::from_name(name).unwrap());
            let options = Options {
                jobs: 1,
                lockfile: Some(Input::from_path(lockfile)),
                checks: Some(checks.collect()),
                ..Options::default()
            };
            let report = verify_package_with(backend, &Input::from_path(path), &options).unwrap();
            assert_eq!(report.verdict, Verdict::Pass);
            let ran = match backend {
                Backend::Auto => Backend::selected(),
                forced => forced,
            };
            println!("{:?} {} {}", report.verdict, report.summary.ok, ran.name());
        }
        _ => println!("time_verify BACKEND CHECKS PATH LOCKFILE | time_verify --repeat FILE"),
    }
}
