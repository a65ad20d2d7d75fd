//! The archive reader beside four others: Python's tarfile, Go's archive/tar, GNU tar, and Rust's tar
//! with flate2.
//! Wherever one of them lists something else than we do, there is a finding of severity error or
//! warning under `strict`.
//!
//! The archives are composed of a grammar or made of small real ones, the same ones in each run.
//! `CRATETRUST_DIFFERENTIAL` sets how many; `CRATETRUST_DIFFERENTIAL_FROM` with which number it begins.
//! Without a Go toolchain its reader is left out, which is a failure where `CI=true`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test may fail by panicking"
)]

mod archive_support;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use archive_support::grammar::{self, PREFIX, Rng};
use archive_support::{Recorder, corpus_crates, read_bytes};
use cratetrust_core::archive::EntryKind;
use cratetrust_core::digest::Sha256;
use cratetrust_core::report::{Preset, Severity};

const ARCHIVES: u64 = 40_000;
/// Every so-manieth is listed by GNU tar, which is a process each.
const GNU_EVERY: u64 = 40;
const WORKERS: u64 = 2;

/// An entry: path, kind, size and, where the reader tells it, the body's digest.
type Listed = (Vec<u8>, char, u64, Option<Sha256>);

/// What a reader lists, and the error that ended it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Listing {
    entries: Vec<Listed>,
    error: Option<String>,
}

/// A real archive's `name-version` and its unpacked stream.
type Real = (String, Vec<u8>);

fn real() -> Vec<Real> {
    let mut found: Vec<Real> = corpus_crates()
        .into_iter()
        .filter(|(_, bytes)| bytes.len() < 12_000)
        .map(|(name, bytes)| {
            let mut stream = Vec::new();
            let mut reader = flate2::read::GzDecoder::new(&bytes[..]);
            reader.read_to_end(&mut stream).unwrap();
            (name, stream)
        })
        .filter(|(_, stream)| stream.len() < 60_000)
        .collect();
    assert!(
        found.len() > 3,
        "too few small archives in the corpus; run `make corpus`"
    );
    found.sort();
    found
}

fn archive(number: u64, real: &[Real]) -> (String, Vec<u8>) {
    let rng = &mut Rng::new(number);
    if rng.one_in(4) {
        let (name, stream) = &real[rng.below(real.len())];
        let mut stream = stream.clone();
        grammar::mutate(rng, &mut stream);
        (name.clone(), grammar::pack(rng, &stream))
    } else {
        let mut stream = grammar::stream(rng);
        if rng.one_in(6) {
            grammar::mutate(rng, &mut stream);
        }
        (PREFIX.to_owned(), grammar::pack(rng, &stream))
    }
}

/// The path of a directory without its last slash, which some readers take off.
fn plain(mut path: Vec<u8>, kind: char) -> Vec<u8> {
    if kind == 'd' && path.last() == Some(&b'/') {
        path.pop();
    }
    path
}

/// Our listing, and whether there is a finding of severity error or warning.
fn ours(name: &str, bytes: &[u8]) -> (Listing, bool, String) {
    let mut recorder = Recorder::default();
    let outcome = read_bytes(bytes, Some(name), &mut [&mut recorder]);
    let entries = recorder.entries.into_iter().map(|entry| {
        let kind = match entry.kind {
            EntryKind::File => 'f',
            EntryKind::Directory => 'd',
            EntryKind::Other => 'o',
        };
        (
            plain(entry.path, kind),
            kind,
            entry.size,
            Some(Sha256::of(&entry.body)),
        )
    });
    let told = outcome
        .findings
        .iter()
        .any(|finding| finding.code.severity(Preset::Strict) != Severity::Info);
    assert!(
        outcome.complete || told,
        "not complete, and nothing says why"
    );
    let listing = Listing {
        entries: entries.collect(),
        error: (!outcome.complete).then(|| "not complete".to_owned()),
    };
    let codes = archive_support::codes(&outcome).join(" ");
    (listing, told, codes)
}

fn rust_tar(mut reader: impl Read) -> Listing {
    let mut entries = Vec::new();
    let error = list_with_tar(&mut reader, &mut entries)
        // Read on, so that faults at the end of the stream are seen.
        .and_then(|()| std::io::copy(&mut reader, &mut std::io::sink()))
        .err()
        .map(|error| error.to_string());
    Listing { entries, error }
}

fn list_with_tar(reader: &mut impl Read, entries: &mut Vec<Listed>) -> std::io::Result<()> {
    let mut archive = tar::Archive::new(reader);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let kind = match entry.header().entry_type() {
            tar::EntryType::Regular => 'f',
            tar::EntryType::Directory => 'd',
            _ => 'o',
        };
        let (path, size) = (entry.path_bytes().into_owned(), entry.size());
        let mut body = Vec::new();
        entry.read_to_end(&mut body)?;
        if body.len() as u64 != size {
            return Err(std::io::Error::other("the body is cut off"));
        }
        entries.push((plain(path, kind), kind, size, Some(Sha256::of(&body))));
    }
    Ok(())
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/differential")
        .join(name)
}

/// The program that lists archives with Go, built once; `None` without a toolchain.
fn go_lister() -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/go/bin/go");
    let go = ["go".into(), own].into_iter().find(|go: &PathBuf| {
        let version = Command::new(go).arg("version").output();
        version.is_ok_and(|output| output.status.success())
    });
    let Some(go) = go else {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "this test needs a Go toolchain; `make go` brings one"
        );
        eprintln!("NOT COMPARED with Go's archive/tar: no Go toolchain (`make go` brings one)");
        return None;
    };
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("differential-list-go");
    let built = Command::new(go)
        .args(["build", "-o"])
        .arg(&program)
        .arg(script("list.go"))
        .env("GOTOOLCHAIN", "local")
        .env("GOFLAGS", "")
        .env("CGO_ENABLED", "0")
        .status();
    assert!(
        built.is_ok_and(|status| status.success()),
        "list.go does not build"
    );
    Some(program)
}

/// A program that lists archive after archive.
struct Lister {
    child: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
}

impl Lister {
    fn python() -> Self {
        Self::start(Command::new("python3").arg(script("list.py")))
    }

    fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("this test needs {:?}: {e}", command.get_program()));
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self {
            child,
            stdin,
            stdout,
        }
    }

    fn ask(&mut self, bytes: &[u8]) {
        let length = u32::try_from(bytes.len()).unwrap().to_le_bytes();
        self.stdin
            .write_all(&length)
            .and_then(|()| self.stdin.write_all(bytes))
            .and_then(|()| self.stdin.flush())
            .expect("a lister ended early");
    }

    fn answer(&mut self) -> Listing {
        let mut length = [0; 4];
        self.stdout
            .read_exact(&mut length)
            .expect("a lister ended early");
        let mut text = vec![0; u32::from_le_bytes(length) as usize];
        self.stdout
            .read_exact(&mut text)
            .expect("a lister ended early");
        let text = String::from_utf8(text).unwrap();
        let mut listing = Listing {
            entries: Vec::new(),
            error: None,
        };
        for line in text.lines() {
            let parts: Vec<&str> = line.split(' ').collect();
            match parts[..] {
                ["end"] => {}
                ["error", ..] => listing.error = Some(line.to_owned()),
                // Python takes negative sizes too.
                [kind, size, digest, path] => {
                    let kind = kind.chars().next().unwrap();
                    let path = if path == "-" { Vec::new() } else { unhex(path) };
                    listing.entries.push((
                        plain(path, kind),
                        kind,
                        size.parse().unwrap_or(u64::MAX),
                        Some(digest.parse().unwrap()),
                    ));
                }
                _ => panic!("a lister answers `{line}`"),
            }
        }
        listing
    }

    fn finish(mut self) {
        drop(self.stdin);
        assert!(self.child.wait().unwrap().success(), "a lister failed");
    }
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len() / 2)
        .map(|at| u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).unwrap())
        .collect()
}

fn gnu_tar(bytes: &[u8]) -> Listing {
    let mut child = Command::new("tar")
        .args([
            "-tvz",
            "--numeric-owner",
            "--quoting-style=escape",
            "-f",
            "-",
        ])
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .env_remove("TAR_OPTIONS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("this test needs GNU tar on PATH: {e}"));
    let mut stdin = child.stdin.take().unwrap();
    let input = bytes.to_vec();
    // tar may end before it has read everything.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let entries = output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(gnu_line);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Listing {
        entries: entries.collect(),
        error: (!output.status.success()).then_some(stderr),
    }
}

/// `-rw-r--r-- 0/0 17 2004-01-10 13:37 path`.
fn gnu_line(line: &[u8]) -> Listed {
    let mut rest = line;
    let mut fields = Vec::new();
    for _ in 0..5 {
        let start = rest.iter().position(|byte| *byte != b' ').unwrap_or(0);
        rest = &rest[start..];
        let end = rest
            .iter()
            .position(|byte| *byte == b' ')
            .unwrap_or(rest.len());
        fields.push(&rest[..end]);
        rest = &rest[end..];
    }
    let kind = match fields[0].first() {
        Some(b'-') => 'f',
        Some(b'd') => 'd',
        _ => 'o',
    };
    // Devices have two numbers there.
    let size = String::from_utf8_lossy(fields[2])
        .parse()
        .unwrap_or(u64::MAX);
    (
        plain(unescape(rest.get(1..).unwrap_or_default()), kind),
        kind,
        size,
        None,
    )
}

fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'\\' {
            out.push(*byte);
            continue;
        }
        let digits = rest
            .iter()
            .take(3)
            .take_while(|b| (b'0'..=b'7').contains(b))
            .count();
        if digits == 3 {
            let octal = std::str::from_utf8(&rest[..3]).unwrap();
            out.push(u16::from_str_radix(octal, 8).unwrap() as u8);
            rest = &rest[3..];
        } else if let Some((byte, after)) = rest.split_first() {
            out.push(match byte {
                b'a' => 7,
                b'b' => 8,
                b't' => 9,
                b'n' => 10,
                b'v' => 11,
                b'f' => 12,
                b'r' => 13,
                b'?' => 127,
                byte => *byte,
            });
            rest = after;
        }
    }
    out
}

/// How many archives were read, and how many each other reader lists differently.
#[derive(Debug, Default)]
struct Tally {
    archives: u64,
    /// Those without a finding of severity error or warning.
    clean: u64,
    clean_entries: u64,
    gnu_listed: u64,
    differs: [u64; READERS.len()],
    /// Differences that no finding tells of.
    silent: Vec<String>,
}

const READERS: [&str; 5] = [
    "tar + GzDecoder",
    "tar + MultiGzDecoder",
    "Python tarfile",
    "Go archive/tar",
    "GNU tar",
];
const GO: usize = 3;

fn work(numbers: impl Iterator<Item = u64>, real: &[Real], go: Option<&Path>) -> Tally {
    let mut tally = Tally::default();
    let mut python = Lister::python();
    let mut go = go.map(|program| Lister::start(&mut Command::new(program)));
    for number in numbers {
        let (name, bytes) = archive(number, real);
        python.ask(&bytes);
        if let Some(go) = &mut go {
            go.ask(&bytes);
        }
        let (ours, told, codes) = ours(&name, &bytes);
        let gnu = number % GNU_EVERY == 0;
        let others = [
            Some(rust_tar(flate2::read::GzDecoder::new(&bytes[..]))),
            Some(rust_tar(flate2::read::MultiGzDecoder::new(&bytes[..]))),
            Some(python.answer()),
            go.as_mut().map(Lister::answer),
            gnu.then(|| gnu_tar(&bytes)),
        ];
        tally.gnu_listed += u64::from(gnu);
        tally.archives += 1;
        if !told {
            tally.clean += 1;
            tally.clean_entries += ours.entries.len() as u64;
        }
        for ((other, reader), count) in others.iter().zip(READERS).zip(&mut tally.differs) {
            let Some(other) = other else {
                continue;
            };
            let same = ours.error.is_none() == other.error.is_none()
                && ours.entries.len() == other.entries.len()
                && ours.entries.iter().zip(&other.entries).all(|(a, b)| {
                    (&a.0, a.1, a.2) == (&b.0, b.1, b.2) && (b.3.is_none() || a.3 == b.3)
                });
            if same {
                continue;
            }
            *count += 1;
            if !told {
                tally.silent.push(format!(
                    "archive {number}: {reader} lists {}\nwe list {} (findings: {codes})",
                    shown(other),
                    shown(&ours)
                ));
            }
        }
    }
    python.finish();
    if let Some(go) = go {
        go.finish();
    }
    tally
}

fn shown(listing: &Listing) -> String {
    let entries = listing.entries.iter().map(|(path, kind, size, digest)| {
        let digest = digest.map(|digest| digest.to_string()[..8].to_owned());
        format!("\n  {kind} {size} {} {digest:?}", path.escape_ascii())
    });
    format!(
        "{} (error: {:?})",
        entries.collect::<String>(),
        listing.error
    )
}

fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is no number: {text}")),
    )
}

#[test]
fn whatever_another_reader_lists_differently_is_told() {
    let from = setting("CRATETRUST_DIFFERENTIAL_FROM").unwrap_or(0);
    let count = setting("CRATETRUST_DIFFERENTIAL").unwrap_or(ARCHIVES);
    let begin = Instant::now();
    let real = real();
    let go = go_lister();
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|worker| {
                let (real, go) = (&real, go.as_deref());
                scope.spawn(move || {
                    work(
                        (from..from + count)
                            .filter(|number| number / GNU_EVERY % WORKERS == worker),
                        real,
                        go,
                    )
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .collect()
    });
    let mut all = Tally::default();
    for tally in tallies {
        all.archives += tally.archives;
        all.clean += tally.clean;
        all.clean_entries += tally.clean_entries;
        all.gnu_listed += tally.gnu_listed;
        all.silent.extend(tally.silent);
        for (sum, count) in all.differs.iter_mut().zip(tally.differs) {
            *sum += count;
        }
    }
    eprintln!(
        "{} archives in {:.1?}; {} without a finding, with {} entries; {} listed by GNU tar; listed differently, by reader: {:?}",
        all.archives,
        begin.elapsed(),
        all.clean,
        all.clean_entries,
        all.gnu_listed,
        READERS.iter().zip(all.differs).collect::<Vec<_>>()
    );
    assert!(
        all.silent.is_empty(),
        "{} differences without a finding; the first:\n{}",
        all.silent.len(),
        all.silent
            .iter()
            .take(5)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    );
    assert_eq!(all.archives, count);
    if count >= ARCHIVES {
        // The archives must show both: what all readers agree on, and what each reads in its own way.
        assert!(
            all.clean * 5 > count,
            "too few archives without findings: {}",
            all.clean
        );
        let asked = |reader: usize| reader != GO || go.is_some();
        assert!(
            (0..READERS.len()).all(|reader| !asked(reader) || all.differs[reader] > 20),
            "{:?}",
            all.differs
        );
    }
}
