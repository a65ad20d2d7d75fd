//! Text that may be hostile, made safe to show.

use std::borrow::Cow;

/// Whether a character may mislead a reader of a terminal or a page: control characters,
/// bidirectional controls, line separators, and what has no shape of its own (Unicode's default
/// ignorable characters: zero-width ones, fillers, variation selectors, tags).
pub fn is_misleading(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{00AD}'
                | '\u{034F}'
                | '\u{061C}'
                | '\u{115F}'..='\u{1160}'
                | '\u{17B4}'..='\u{17B5}'
                | '\u{180B}'..='\u{180F}'
                | '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{3164}'
                | '\u{FE00}'..='\u{FE0F}'
                | '\u{FEFF}'
                | '\u{FFA0}'
                | '\u{FFF0}'..='\u{FFFB}'
                | '\u{1BCA0}'..='\u{1BCA3}'
                | '\u{1D173}'..='\u{1D17A}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
}

/// Escapes misleading characters as `\u{…}`; anything else stays as it is.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_misleading) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_misleading(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// The bytes that may end a token of TOML: punctuation and blanks. What reads TOML takes some 80
/// bytes a token, and several hundred a table, so that their number and not the size bounds its cost.
pub fn marks(text: &str) -> usize {
    count_of(text.as_bytes(), *b" \t\n\x0c\r[]{},=.\"'#")
}

/// How many of the bytes are among these, which differ from each other.
pub(crate) fn count_of<const N: usize>(bytes: &[u8], wanted: [u8; N]) -> usize {
    // Without a branch, and with a count that one byte holds: the compiler makes vector code of it.
    let is_wanted = |byte: &u8| wanted.iter().fold(0, |is, w| is | u8::from(byte == w));
    let count =
        |piece: &[u8]| usize::from(piece.iter().fold(0, |count, byte| count + is_wanted(byte)));
    let (whole, rest) = bytes.as_chunks::<128>();
    whole.iter().map(|piece| count(piece)).sum::<usize>() + count(rest)
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            out.push(char::from(
                DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0'),
            ));
        }
    }
    out
}

/// The bytes that `text` spells in hexadecimal digits of either case, if it has exactly `N` of them.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != N * 2 {
        return None;
    }
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        for digit in pair {
            *byte = (*byte << 4) | u8::try_from(char::from(*digit).to_digit(16)?).ok()?;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain_marks(text: &str) -> usize {
        let is_mark = |byte: &u8| byte.is_ascii_whitespace() || b"[]{},=.\"'#".contains(byte);
        text.as_bytes().iter().filter(|byte| is_mark(byte)).count()
    }

    #[test]
    fn marks_are_blanks_and_punctuation() {
        for byte in 0..128u8 {
            let text = char::from(byte).to_string();
            assert_eq!(marks(&text), plain_marks(&text), "{byte}");
        }
        for count in [0, 1, 127, 128, 129, 255, 256, 257, 10_000] {
            assert_eq!(marks(&"#".repeat(count)), count);
        }
    }

    proptest! {
        #[test]
        fn marks_are_counted_in_any_text(text in "(?s)[\\x00-\\x7f]{0,600}|.{0,300}") {
            prop_assert_eq!(marks(&text), plain_marks(&text));
        }
    }

    #[test]
    fn controls_are_escaped_and_text_is_not() {
        assert_eq!(escape("plain é 漢"), "plain é 漢");
        assert_eq!(escape("a\u{1b}[2Jb\u{202e}c"), "a\\u{1b}[2Jb\\u{202e}c");
    }

    #[test]
    fn hex_round_trips_and_rejects_the_rest() {
        assert_eq!(unhex::<3>(&hex(&[0, 171, 255])), Some([0, 171, 255]));
        assert_eq!(unhex::<2>("ABcd"), Some([0xab, 0xcd]));
        assert_eq!(unhex::<2>("abc"), None);
        assert_eq!(unhex::<2>("abcg"), None);
        assert_eq!(unhex::<2>("é99"), None);
    }
}
