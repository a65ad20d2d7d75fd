//! How deep a TOML document nests, found without recursion and before any value is made: a parser
//! builds one table for every dot of a key, and dropping thousands of them in each other would
//! exhaust the stack.

use crate::text::count_of;

/// Returns the line, counted from 1, on which the document nests deeper than `limit`.
///
/// Arrays, inline tables and the dots of keys count; so do dots in numbers and dates, which makes
/// one level too many of them at most. The deepest table header is added to what stands below any.
pub(super) fn deeper_than(text: &str, limit: u64) -> Option<u64> {
    // Every level is made by a byte of its own.
    if count_of(text.as_bytes(), *b"[{.") as u64 <= limit {
        return None;
    }
    let mut scan = Scan {
        bytes: text.as_bytes(),
        line: 1,
        limit,
        frames: Vec::new(),
        dots: 0,
        open: 0,
        header: 0,
        deepest: 0,
        in_header: false,
        line_is_empty: true,
    };
    scan.run()
}

struct Scan<'a> {
    bytes: &'a [u8],
    line: u64,
    limit: u64,
    /// The dots of the key before each open bracket.
    frames: Vec<u64>,
    /// The dots since the last separator.
    dots: u64,
    /// The levels of all frames.
    open: u64,
    /// The levels of the deepest header, and of the deepest value.
    header: u64,
    deepest: u64,
    in_header: bool,
    line_is_empty: bool,
}

/// The bytes outside of strings and comments that mean something here.
const MARKS: [bool; 256] = {
    let mut table = [false; 256];
    let mut marks: &[u8] = b"\n#\"'[]{},.";
    while let [mark, rest @ ..] = marks {
        if let (_, [place, ..]) = table.split_at_mut(*mark as usize) {
            *place = true;
        }
        marks = rest;
    }
    table
};

fn is_mark(byte: &u8) -> bool {
    MARKS.get(usize::from(*byte)).copied().unwrap_or_default()
}

impl Scan<'_> {
    fn run(&mut self) -> Option<u64> {
        loop {
            let mark = self.bytes.iter().position(is_mark)?;
            let (between, rest) = self.bytes.split_at_checked(mark)?;
            let (byte, rest) = rest.split_first()?;
            self.line_is_empty = self.line_is_empty && between.trim_ascii_start().is_empty();
            self.bytes = rest;
            let empty_before = self.line_is_empty;
            self.line_is_empty &= byte.is_ascii_whitespace();
            match byte {
                b'\n' => {
                    self.line += 1;
                    self.line_is_empty = true;
                    if self.in_header || self.frames.is_empty() {
                        // A header ends with its line, also a broken one.
                        self.in_header = false;
                        self.frames.clear();
                        self.open = 0;
                        self.dots = 0;
                    }
                }
                b'#' => self.skip_line(),
                b'"' | b'\'' => self.skip_string(*byte),
                b'[' | b'{' => {
                    self.in_header |= *byte == b'[' && empty_before && self.frames.is_empty();
                    self.frames.push(self.dots);
                    self.open += self.dots + 1;
                    self.dots = 0;
                }
                b']' | b'}' => {
                    if let Some(dots) = self.frames.pop() {
                        self.open -= dots + 1;
                        self.dots = dots;
                    }
                }
                b',' => self.dots = 0,
                b'.' => self.dots += 1,
                _ => {}
            }
            let levels = self.open + self.dots;
            if self.in_header {
                self.header = self.header.max(levels);
            } else {
                self.deepest = self.deepest.max(levels);
            }
            if self.header + self.deepest > self.limit {
                return Some(self.line);
            }
        }
    }

    fn skip_line(&mut self) {
        self.skip_to(|byte| byte == b'\n');
    }

    fn skip_to(&mut self, is: impl Fn(u8) -> bool) {
        let end = self.bytes.iter().position(|byte| is(*byte));
        self.skip(end.unwrap_or(self.bytes.len()));
    }

    fn skip(&mut self, count: usize) {
        self.bytes = self.bytes.get(count..).unwrap_or_default();
    }

    /// Skips a string whose first quote is behind us.
    fn skip_string(&mut self, quote: u8) {
        let escapes = quote == b'"';
        let long = self.bytes.starts_with(&[quote, quote]);
        if long {
            self.skip(2);
        }
        loop {
            self.skip_to(|byte| byte == quote || byte == b'\n' || byte == b'\\');
            let Some((byte, rest)) = self.bytes.split_first() else {
                return;
            };
            if *byte == b'\n' {
                if !long {
                    // Unclosed: the line break belongs to the document again.
                    return;
                }
                self.line += 1;
            }
            self.bytes = rest;
            if *byte == b'\\' && escapes {
                if self.bytes.first().is_some_and(|next| *next != b'\n') {
                    self.skip(1);
                }
            } else if *byte == quote {
                if !long {
                    return;
                }
                if self.bytes.starts_with(&[quote, quote]) {
                    self.skip(2);
                    // Up to two quotes before the closing three belong to the string.
                    let more = self
                        .bytes
                        .iter()
                        .take(2)
                        .take_while(|b| **b == quote)
                        .count();
                    self.skip(more);
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn depth_is_counted_where_the_parser_would_nest() {
        let deep = |text: &str| (0..200).find(|limit| deeper_than(text, *limit).is_none());
        for (text, want) in [
            ("", 0),
            ("a = 1\nb = \"[[[[.....\"\n# [[[[....\n", 0),
            ("a = [[1], [2]]\n", 2),
            ("a = { b.c = { d = 1 } }\n", 3),
            ("a.b.c = 1\n", 2),
            ("[a.b]\nc.d = [1]\n", 4),
            ("[[a]]\nx = '''\n[[[[\n'''''\ny = [[1]]\n", 4),
            ("x = \"\"\"\\\"\"\"\" \ny = 'a.b.c.d'\n", 0),
            ("x = \"unclosed [[[\ny = [[[\n", 3),
        ] {
            assert_eq!(deep(text), Some(want), "{text}");
        }
        assert_eq!(deeper_than("a = 1\nb = [[[1]]]\n", 2), Some(2));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn what_is_passed_over_means_nothing(
            text in proptest::collection::vec(
                prop::sample::select(vec![
                    "[", "]", "{", "}", ".", ",", "\n", "\n", "\n[", "#", "\"", "'", "\"\"\"",
                    "'''", "\\", " ", "\t", "\r", "\x0b", "=", "a", "dependencies",
                    "1.0.3", "\u{e9}", "a = \"b.c\"\n",
                ]),
                0..80,
            ),
        ) {
            let text = text.concat();
            for limit in 0..12 {
                prop_assert_eq!(deeper_than(&text, limit), plain(&text, limit), "{}", limit);
            }
        }
    }

    /// The same, byte by byte.
    fn plain(text: &str, limit: u64) -> Option<u64> {
        let mut scan = Plain {
            bytes: text.as_bytes(),
            line: 1,
            limit,
            frames: Vec::new(),
            dots: 0,
            open: 0,
            header: 0,
            deepest: 0,
            in_header: false,
            line_is_empty: true,
        };
        scan.run()
    }

    struct Plain<'a> {
        bytes: &'a [u8],
        line: u64,
        limit: u64,
        frames: Vec<u64>,
        dots: u64,
        open: u64,
        header: u64,
        deepest: u64,
        in_header: bool,
        line_is_empty: bool,
    }

    impl Plain<'_> {
        fn run(&mut self) -> Option<u64> {
            while let Some((byte, rest)) = self.bytes.split_first() {
                self.bytes = rest;
                let empty_before = self.line_is_empty;
                self.line_is_empty &= byte.is_ascii_whitespace();
                match byte {
                    b'\n' => {
                        self.line += 1;
                        self.line_is_empty = true;
                        if self.in_header || self.frames.is_empty() {
                            // A header ends with its line, also a broken one.
                            self.in_header = false;
                            self.frames.clear();
                            self.open = 0;
                            self.dots = 0;
                        }
                    }
                    b'#' => self.skip_line(),
                    b'"' | b'\'' => self.skip_string(*byte),
                    b'[' | b'{' => {
                        self.in_header |= *byte == b'[' && empty_before && self.frames.is_empty();
                        self.frames.push(self.dots);
                        self.open += self.dots + 1;
                        self.dots = 0;
                    }
                    b']' | b'}' => {
                        if let Some(dots) = self.frames.pop() {
                            self.open -= dots + 1;
                            self.dots = dots;
                        }
                    }
                    b',' => self.dots = 0,
                    b'.' => self.dots += 1,
                    _ => continue,
                }
                let levels = self.open + self.dots;
                if self.in_header {
                    self.header = self.header.max(levels);
                } else {
                    self.deepest = self.deepest.max(levels);
                }
                if self.header + self.deepest > self.limit {
                    return Some(self.line);
                }
            }
            None
        }

        fn skip_line(&mut self) {
            let end = self.bytes.iter().position(|byte| *byte == b'\n');
            self.skip(end.unwrap_or(self.bytes.len()));
        }

        fn skip(&mut self, count: usize) {
            self.bytes = self.bytes.get(count..).unwrap_or_default();
        }

        fn skip_string(&mut self, quote: u8) {
            let escapes = quote == b'"';
            let long = self.bytes.starts_with(&[quote, quote]);
            if long {
                self.skip(2);
            }
            while let Some((byte, rest)) = self.bytes.split_first() {
                if *byte == b'\n' {
                    if !long {
                        // Unclosed: the line break belongs to the document again.
                        return;
                    }
                    self.line += 1;
                }
                self.bytes = rest;
                if *byte == b'\\' && escapes {
                    if self.bytes.first().is_some_and(|next| *next != b'\n') {
                        self.skip(1);
                    }
                } else if *byte == quote {
                    if !long {
                        return;
                    }
                    if self.bytes.starts_with(&[quote, quote]) {
                        self.skip(2);
                        // Up to two quotes before the closing three belong to the string.
                        let more = self
                            .bytes
                            .iter()
                            .take(2)
                            .take_while(|b| **b == quote)
                            .count();
                        self.skip(more);
                        return;
                    }
                }
            }
        }
    }
}
