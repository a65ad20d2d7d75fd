//! One tar header block: its fields, as POSIX.1-1988 (ustar) and GNU tar lay them out.

/// Bytes of a tar block.
pub(super) const BLOCK: usize = 512;

/// A number field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    /// A number that all tools read alike.
    Value(u64),
    /// A field without a digit; some tools read 0, others refuse.
    Empty,
    /// Anything else.
    Invalid,
}

/// What the magic says about the layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Magic {
    /// `ustar\0` and version `00`.
    Posix,
    /// `ustar  \0`.
    Gnu,
    /// Anything else; cargo reads the fields of 1979.
    Unknown,
}

/// A header block.
#[derive(Clone, Copy)]
pub(super) struct Header<'a>(pub(super) &'a [u8; BLOCK]);

impl<'a> Header<'a> {
    fn field(self, start: usize, length: usize) -> &'a [u8] {
        self.0.get(start..start + length).unwrap_or_default()
    }

    /// The whole name field.
    pub(super) fn name_field(self) -> &'a [u8] {
        self.field(0, 100)
    }

    /// The whole field that POSIX keeps the path's head in.
    pub(super) fn prefix_field(self) -> &'a [u8] {
        self.field(345, 155)
    }

    pub(super) fn mode(self) -> Number {
        narrow(not_blank(self.field(100, 8)))
    }

    pub(super) fn size_field(self) -> &'a [u8] {
        self.field(124, 12)
    }

    pub(super) fn size(self) -> Number {
        number(self.size_field())
    }

    /// The number fields on which no content depends, by name. Several tools refuse a header
    /// where one of them is no number.
    pub(super) fn other_numbers(self) -> [(&'static str, Number); 5] {
        [
            ("uid", narrow(not_blank(self.field(108, 8)))),
            ("gid", narrow(not_blank(self.field(116, 8)))),
            ("mtime", not_blank(self.field(136, 12))),
            ("devmajor", number(self.field(329, 8))),
            ("devminor", number(self.field(337, 8))),
        ]
    }

    pub(super) fn kind(self) -> u8 {
        self.0.get(156).copied().unwrap_or(0)
    }

    pub(super) fn magic(self) -> Magic {
        match self.field(257, 8) {
            b"ustar\x0000" => Magic::Posix,
            b"ustar  \0" => Magic::Gnu,
            _ => Magic::Unknown,
        }
    }

    /// Whether bytes that the layout leaves unused, or that other layouts read as a part of the
    /// path, are set: tools that tell the layouts apart in other ways read another path then.
    pub(super) fn mixes_layouts(self) -> bool {
        let unused = match self.magic() {
            Magic::Posix => self.field(500, 12),
            Magic::Gnu => self.field(345, 167),
            Magic::Unknown => return false,
        };
        // An old GNU sparse header keeps its map there; it is refused for its type.
        self.kind() != b'S' && is_set(unused)
    }

    /// Whether more blocks of a sparse map follow the header.
    pub(super) fn sparse_continues(self) -> bool {
        self.field(482, 1) != [0]
    }

    /// The stored checksum, and the sum that it should be: of all bytes, with spaces in its own place.
    pub(super) fn checksum(self) -> (Number, u64) {
        let sum = |bytes: &[u8]| bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>();
        let stored = self.field(148, 8);
        let spaces = 8 * u32::from(b' ');
        let unsigned = sum(self.0) - sum(stored) + spaces;
        (number(stored), u64::from(unsigned))
    }

    /// The sum that some tools compute: of signed bytes.
    pub(super) fn signed_checksum(self) -> i64 {
        let sum = |bytes: &[u8]| {
            let signed = bytes.iter().map(|byte| i64::from(byte.cast_signed()));
            signed.sum::<i64>()
        };
        sum(self.0) - sum(self.field(148, 8)) + 8 * i64::from(b' ')
    }

    pub(super) fn is_zero(self) -> bool {
        self.0.first() == Some(&0) && !is_set(self.0)
    }

    /// The path as cargo reads it, put into `path`.
    pub(super) fn path(self, path: &mut Vec<u8>) {
        path.clear();
        if self.magic() == Magic::Posix {
            let prefix = until_nul(self.prefix_field());
            if !prefix.is_empty() {
                path.extend_from_slice(prefix);
                path.push(b'/');
            }
        }
        path.extend_from_slice(until_nul(self.name_field()));
    }

    /// Whether bytes follow the NUL that ends the name or the prefix.
    pub(super) fn path_has_nul(self) -> bool {
        let hidden = |field: &[u8]| field.get(until_nul(field).len()..).is_some_and(is_set);
        hidden(self.name_field()) || (self.magic() == Magic::Posix && hidden(self.prefix_field()))
    }
}

/// GNU tar refuses a field of spaces only, and takes one of NULs for 0.
fn not_blank(field: &[u8]) -> Number {
    let text = field.strip_prefix(b"\0").unwrap_or(field);
    if text.iter().all(|byte| *byte == b' ') {
        Number::Invalid
    } else {
        number(field)
    }
}

/// GNU tar refuses modes, users and groups of more than 32 bits.
fn narrow(number: Number) -> Number {
    match number {
        Number::Value(value) if value > u64::from(u32::MAX) => Number::Invalid,
        number => number,
    }
}

fn until_nul(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// Whether any byte is not zero.
fn is_set(bytes: &[u8]) -> bool {
    // Without a branch, so that the compiler makes vector code of it.
    bytes.iter().fold(0, |all, byte| all | byte) != 0
}

/// Reads a number: octal digits between optional spaces, ended by spaces and NULs; or, with the
/// top bit set, GNU's base 256. Only what all tools read alike is a value.
fn number(field: &[u8]) -> Number {
    digits(field).unwrap_or_else(|| other_number(field))
}

/// The number as nearly all archives have it: digits from the first byte on.
fn digits(field: &[u8]) -> Option<Number> {
    let mut value = None;
    let mut rest = field;
    while let [digit @ b'0'..=b'7', after @ ..] = rest {
        // A field has at most 12 digits: 36 bits.
        value = Some(value.unwrap_or(0) << 3 | u64::from(digit - b'0'));
        rest = after;
    }
    let ends = rest.iter().all(|byte| matches!(byte, 0 | b' '));
    value.filter(|_| ends).map(Number::Value)
}

fn other_number(field: &[u8]) -> Number {
    if field.first().is_some_and(|first| first & 0x80 != 0) {
        let mut value = 0u64;
        for (index, byte) in field.iter().enumerate() {
            let byte = if index == 0 { *byte ^ 0x80 } else { *byte };
            if index == 0 && byte != 0 {
                return Number::Invalid;
            }
            if value >> 55 != 0 {
                return Number::Invalid;
            }
            value = value << 8 | u64::from(byte);
        }
        return Number::Value(value);
    }
    let text = field.trim_ascii_start();
    if field.iter().any(|byte| (9..=13).contains(byte)) {
        return Number::Invalid;
    }
    let digits = text
        .iter()
        .position(|byte| !(b'0'..=b'7').contains(byte))
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(digits).unwrap_or_default();
    if rest.iter().any(|byte| *byte != 0 && *byte != b' ') {
        return Number::Invalid;
    }
    if digits.is_empty() {
        return Number::Empty;
    }
    // A field has at most 12 digits: 36 bits.
    Number::Value(
        digits
            .iter()
            .fold(0, |value, digit| value << 3 | u64::from(digit - b'0')),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_numbers_that_all_tools_read_alike_are_values() {
        for (field, want) in [
            (&b"0000644\0"[..], Number::Value(0o644)),
            (b"   644 \0", Number::Value(0o644)),
            (b"00000000010\0", Number::Value(8)),
            (b"777777777777", Number::Value(0o777_777_777_777)),
            (b"\0\0\0\0\0\0\0\0", Number::Empty),
            (b"        ", Number::Empty),
            (b"0000648\0", Number::Invalid),
            (b"+000644\0", Number::Invalid),
            (b"0o00644\0", Number::Invalid),
            (b"-000001\0", Number::Invalid),
            (b"12\0 34\0\0", Number::Invalid),
            (b"\x80\0\0\0\0\0\0\0\0\0\x02\x01", Number::Value(513)),
            (
                b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
                Number::Invalid,
            ),
            (b"\x80\0\0\0\x80\0\0\0\0\0\0\0", Number::Invalid),
            (
                b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff",
                Number::Value(i64::MAX.cast_unsigned()),
            ),
            (b"\x80\0\0\x01\0\0\0\0\0\0\0\0", Number::Invalid),
            (b"\x81\0\0\0\0\0\0\0\0\0\0\0", Number::Invalid),
        ] {
            assert_eq!(number(field), want, "{field:?}");
            assert_eq!(other_number(field), want, "{field:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5000))]

        #[test]
        fn the_short_way_to_a_number_changes_none(
            field in proptest::collection::vec(
                prop_oneof![4 => b'0'..=b'8', 2 => Just(0), 2 => Just(b' '), 1 => any::<u8>()],
                0..=12,
            ),
        ) {
            prop_assert_eq!(number(&field), other_number(&field));
        }

        #[test]
        fn sums_are_those_of_the_definition(
            mut block in proptest::collection::vec(any::<u8>(), BLOCK),
            bits in 0..=255u8,
        ) {
            block.iter_mut().for_each(|byte| *byte &= bits);
            let header = Header(block.first_chunk().unwrap());
            let mut spaced = block.clone();
            spaced[148..156].fill(b' ');
            let unsigned = spaced.iter().map(|byte| u64::from(*byte)).sum::<u64>();
            let signed = spaced.iter().map(|byte| i64::from(byte.cast_signed())).sum::<i64>();
            prop_assert_eq!(header.checksum(), (number(&block[148..156]), unsigned));
            prop_assert_eq!(header.signed_checksum(), signed);
            prop_assert_eq!(header.is_zero(), block.iter().all(|byte| *byte == 0));
        }
    }
}
