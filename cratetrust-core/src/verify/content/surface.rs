//! What the bodies of files tell while they go by: bidirectional controls and compiled binaries.

/// Bytes of a body's head that tell what it is.
const HEAD: usize = 64;
/// Endings of compiled files; not all of those have a magic number.
const BINARY: [&[u8]; 18] = [
    b"so", b"dll", b"dylib", b"a", b"lib", b"o", b"obj", b"exe", b"wasm", b"rlib", b"rmeta",
    b"node", b"pyd", b"sys", b"bc", b"class", b"jar", b"pdb",
];

/// Looks at the body of one file.
#[derive(Debug, Default)]
pub(super) struct Body {
    /// Whether it is source text.
    source: bool,
    bidi: Bidi,
    head: Vec<u8>,
    named_binary: bool,
    size: u64,
}

impl Body {
    pub(super) fn new(name: &[u8], size: u64) -> Self {
        Self {
            source: [&b".rs"[..], b".toml"]
                .into_iter()
                .any(|end| ends_with(name, end))
                || ends_with(name, b"/Cargo.toml.orig"),
            bidi: Bidi::default(),
            head: Vec::new(),
            named_binary: is_binary_name(name),
            size,
        }
    }

    pub(super) fn chunk(&mut self, bytes: &[u8]) {
        let room = HEAD - self.head.len().min(HEAD);
        if room > 0 {
            self.head.extend(bytes.iter().take(room));
        }
        if self.source {
            self.bidi.feed(bytes);
        }
    }

    pub(super) fn has_bidi(&self) -> bool {
        self.bidi.found
    }

    pub(super) fn is_binary(&self) -> bool {
        self.size > 0 && (self.named_binary || is_binary_head(&self.head, self.size))
    }
}

fn ends_with(name: &[u8], end: &[u8]) -> bool {
    name.len()
        .checked_sub(end.len())
        .and_then(|at| name.get(at..))
        .is_some_and(|last| last.eq_ignore_ascii_case(end))
}

fn is_binary_name(path: &[u8]) -> bool {
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let is_version = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let mut parts = name.rsplit(|byte| *byte == b'.').peekable();
    // `libx.so.1.2` is a library as well.
    let mut versioned = false;
    while parts.next_if(|part| is_version(part)).is_some() {
        versioned = true;
    }
    let end = parts.next().unwrap_or_default();
    if parts.peek().is_none() {
        return false;
    }
    if versioned {
        return end.eq_ignore_ascii_case(b"so");
    }
    BINARY.iter().any(|known| end.eq_ignore_ascii_case(known))
}

fn is_binary_head(head: &[u8], size: u64) -> bool {
    const MAGICS: [&[u8]; 10] = [
        b"\x7fELF",
        b"\xfe\xed\xfa\xce",
        b"\xfe\xed\xfa\xcf",
        b"\xce\xfa\xed\xfe",
        b"\xcf\xfa\xed\xfe",
        // Fat Mach-O, and the class files of Java.
        b"\xca\xfe\xba\xbe",
        b"\0asm",
        b"!<arch>\n",
        b"!<thin>\n",
        b"BC\xc0\xde",
    ];
    if MAGICS.iter().any(|magic| head.starts_with(magic)) {
        return true;
    }
    // Two letters are too little to tell a program of Windows from a text: its header must be there.
    let place = head
        .get(60..64)
        .and_then(|bytes| bytes.try_into().ok())
        .map(u32::from_le_bytes);
    head.starts_with(b"MZ") && place.is_some_and(|place| place >= 4 && u64::from(place) < size)
}

/// Finds bidirectional control characters in UTF-8, whatever pieces it comes in.
#[derive(Debug, Default)]
struct Bidi {
    found: bool,
    /// The last bytes that may begin such a character.
    begun: [u8; 2],
    length: usize,
}

impl Bidi {
    fn feed(&mut self, bytes: &[u8]) {
        // Source text is nearly all ASCII, which is passed many bytes at a time.
        for block in bytes.chunks(512) {
            if self.found {
                return;
            }
            if block.is_ascii() {
                self.length = 0;
            } else {
                block.iter().for_each(|byte| self.byte(*byte));
            }
        }
    }

    fn byte(&mut self, byte: u8) {
        let [first, second] = self.begun;
        match (self.length, first, second, byte) {
            (1, 0xd8, _, 0x9c)
            | (2, 0xe2, 0x80, 0x8e | 0x8f | 0xaa..=0xae)
            | (2, 0xe2, 0x81, 0xa6..=0xa9) => self.found = true,
            (1, 0xe2, _, 0x80 | 0x81) => {
                self.begun = [first, byte];
                self.length = 2;
            }
            (_, _, _, 0xe2 | 0xd8) => {
                self.begun = [byte, 0];
                self.length = 1;
            }
            _ => self.length = 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(name: &str, bytes: &[u8], piece: usize) -> Body {
        let mut body = Body::new(name.as_bytes(), bytes.len() as u64);
        bytes.chunks(piece).for_each(|chunk| body.chunk(chunk));
        body
    }

    #[test]
    fn bidi_controls_in_any_pieces() {
        for c in [
            '\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}',
        ] {
            let text = format!("{}é€{c}{}", "x".repeat(510), "y".repeat(600));
            for piece in [1, 2, 3, 511, 512, 513, 5000] {
                for name in ["a/b.rs", "a/Cargo.toml", "X.RS", "a/Cargo.toml.orig"] {
                    assert!(
                        body(name, text.as_bytes(), piece).has_bidi(),
                        "{c:?} {piece} {name}"
                    );
                }
                assert!(!body("a/b.md", text.as_bytes(), piece).has_bidi());
            }
        }
        for text in ["é€漢\u{200d}\u{2028}\u{2065}\u{206a}\u{61b}", "", "plain"] {
            assert!(!body("a.rs", text.as_bytes(), 1).has_bidi(), "{text}");
        }
        // Bytes that are no UTF-8 hide nothing.
        assert!(body("a.rs", b"\xe2\xe2\x80\xae", 1).has_bidi());
        assert!(body("a.rs", b"\xe2\x80\xe2\x81\xa6", 9).has_bidi());
    }

    #[test]
    fn binaries_by_name_and_by_magic() {
        for name in ["x/a.so", "a.DLL", "libz.so.1.2.3", "lib/x.a", "a.min.wasm"] {
            assert!(body(name, b"anything", 8).is_binary(), "{name}");
            assert!(!body(name, b"", 8).is_binary(), "{name}");
        }
        for name in [
            "so", "a", ".so/x", "x.rs", "notes.1", "a.so/b", "x.asm", "lib.1.2",
        ] {
            assert!(!body(name, b"anything", 8).is_binary(), "{name}");
        }
        for head in [
            &b"\x7fELF\x02\x01"[..],
            b"\0asm\x01\0\0\0",
            b"!<arch>\nx",
            b"\xcf\xfa\xed\xfe\x07",
        ] {
            assert!(body("x/data", head, 1).is_binary());
        }
        let mut program = vec![0; 300];
        program[..2].copy_from_slice(b"MZ");
        program[60] = 0x80;
        assert!(body("setup", &program, 7).is_binary());
        assert!(
            !body(
                "readme",
                "MZ is a text and no program. ".repeat(9).as_bytes(),
                7
            )
            .is_binary()
        );
        assert!(!body("readme", b"MZ", 7).is_binary());
    }
}
