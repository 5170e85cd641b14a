//! The small words of the template language: how far a name, a number, a string or a marker reaches.
//!
//! Every function takes bytes of the author's text and a place in it, and says where the piece ends.
//! They follow minijinja's own lexer to the letter; where names begin and end is ours.

/// The end of the run `[A-Za-z][A-Za-z0-9_-]*` that begins at `at`, without hyphens at its end.
///
/// A letter outside ASCII right behind the run belongs to a name that cannot be a step id,
/// so the run is cut back to the part in front of its last hyphen.
pub(super) fn run_end(source: &str, at: usize) -> usize {
    let bytes = source.as_bytes();
    let mut end = at;
    while end < bytes.len() && (bytes[end].is_ascii_alphanumeric() || matches!(bytes[end], b'_' | b'-')) {
        end += 1;
    }
    if source[end..].chars().next().is_some_and(char::is_alphanumeric)
        && let Some(hyphen) = source[at..end].rfind('-')
    {
        end = at + hyphen;
    }
    while end > at && bytes[end - 1] == b'-' {
        end -= 1;
    }
    end
}

/// The end of the identifier, as minijinja reads one, that begins at `at`.
pub(super) fn identifier_end(source: &str, at: usize) -> usize {
    let tail = &source[at..];
    at + tail.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(tail.len())
}

pub(super) fn starts_name(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

/// The end of the number that begins at `at`; `after_dot` for `list.0.1`, whose digits are indexes.
pub(super) fn number_end(source: &str, at: usize, after_dot: bool) -> usize {
    let bytes = source.as_bytes();
    if let Some(b"0x" | b"0X" | b"0o" | b"0O" | b"0b" | b"0B") = bytes.get(at..at + 2) {
        let hexadecimal = bytes[at + 1] | 32 == b'x';
        return at
            + 2
            + bytes[at + 2..]
                .iter()
                .take_while(|c| c.is_ascii_digit() || **c == b'_' || (hexadecimal && c.is_ascii_hexdigit()))
                .count();
    }
    let mut fraction = false;
    let mut exponent = false;
    let mut end = at;
    while let Some(&byte) = bytes.get(end) {
        let fits = match byte {
            b'0'..=b'9' | b'_' => true,
            b'.' => !after_dot && !fraction && !exponent && fraction_follows(source, end),
            b'e' | b'E' => !exponent,
            b'+' | b'-' => matches!(bytes[end - 1], b'e' | b'E'),
            _ => false,
        };
        if !fits {
            break;
        }
        fraction |= byte == b'.';
        exponent |= matches!(byte, b'e' | b'E');
        end += 1;
    }
    end
}

/// Whether the dot at `dot` is a decimal point and not the access to a key.
fn fraction_follows(source: &str, dot: usize) -> bool {
    let bytes = source.as_bytes();
    let is_exponent = matches!(bytes.get(dot + 1), Some(b'e' | b'E'))
        && matches!(bytes.get(dot + 2), Some(b'+' | b'-' | b'0'..=b'9'));
    is_exponent || !source[dot + 1..].chars().next().is_some_and(starts_name)
}

/// The place behind the closing quote of the string that opens at `at`, or none when it never closes.
pub(super) fn string_end(source: &str, at: usize) -> Option<usize> {
    let bytes = source.as_bytes();
    let quote = bytes[at];
    let mut end = at + 1;
    while end < bytes.len() {
        match bytes[end] {
            b'\\' => end += 1,
            byte if byte == quote => return Some(end + 1),
            _ => {}
        }
        end += 1;
    }
    None
}

/// The next `{{`, `{%` or `{#` from `at` on: its place and its second byte.
pub(super) fn marker(source: &str, at: usize) -> Option<(usize, u8)> {
    let bytes = source.as_bytes();
    let mut from = at;
    loop {
        let brace = from + source[from..].find('{')?;
        match bytes.get(brace + 1) {
            Some(&kind @ (b'{' | b'%' | b'#')) => return Some((brace, kind)),
            _ => from = brace + 1,
        }
    }
}

/// The length of a whitespace-control sign at `at`.
pub(super) fn control(source: &str, at: usize) -> usize {
    usize::from(matches!(source.as_bytes().get(at), Some(b'-' | b'+')))
}

/// The place behind `name %}` when exactly that stands at `at`, which is behind a `{%`.
pub(super) fn bare_tag(source: &str, at: usize, name: &str) -> Option<usize> {
    let whitespace = |c: char| c.is_ascii_whitespace();
    let tail = source[at..].trim_start_matches(whitespace).strip_prefix(name)?;
    let tail = tail.trim_start_matches(whitespace);
    let tail = tail.strip_prefix(['-', '+']).unwrap_or(tail).strip_prefix("%}")?;
    Some(source.len() - tail.len())
}

/// The place behind `{% endraw %}` of the raw block whose inside begins at `at`.
pub(super) fn raw_end(source: &str, at: usize) -> Option<usize> {
    let mut from = at;
    loop {
        from += source[from..].find("{%")? + 2;
        let inside = from + control(source, from);
        if let Some(end) = bare_tag(source, inside, "endraw") {
            return Some(end);
        }
    }
}

/// The author's lines and columns, both counted from 1 in characters, of places in the text, in one pass.
pub(super) fn lines_and_columns(source: &str, offsets: &[usize]) -> Vec<(u32, u32)> {
    let mut order: Vec<usize> = (0..offsets.len()).collect();
    order.sort_by_key(|index| offsets[*index]);
    let mut places = vec![(1, 1); offsets.len()];
    let (mut line, mut column): (u32, u32) = (1, 1);
    let mut letters = source.char_indices().peekable();
    for index in order {
        while let Some((_, letter)) = letters.next_if(|(at, letter)| at + letter.len_utf8() <= offsets[index]) {
            (line, column) =
                if letter == '\n' { (line.saturating_add(1), 1) } else { (line, column.saturating_add(1)) };
        }
        places[index] = (line, column);
    }
    places
}

/// The bracket that a closing one belongs to.
pub(super) fn opening(closing: char) -> u8 {
    match closing {
        ')' => b'(',
        ']' => b'[',
        _ => b'{',
    }
}

/// What other languages write, and what is written here.
pub(super) fn foreign_operator(tail: &str, in_condition: bool) -> Option<(usize, &'static str, &'static str)> {
    let refused = [
        ("&&", "Write `and` instead of `&&`."),
        ("||", "Write `or` instead of `||`."),
        ("!==", "Write `!=` instead of `!==`."),
        ("===", "Write `==` instead of `===`."),
        ("&", "`&` is not an operator here. Write `and` for both."),
        ("?", "Write `a if condition else b` instead of `condition ? a : b`."),
    ];
    for (operator, message) in refused {
        if tail.starts_with(operator) {
            return Some((operator.len(), "foreign-operator", message));
        }
    }
    if tail.starts_with('!') && !tail.starts_with("!=") {
        return Some((1, "foreign-operator", "Write `not` instead of `!`."));
    }
    if in_condition && tail.starts_with("%}") {
        return Some((2, "statement-in-condition", "A condition is one expression: `{% %}` does not belong into it."));
    }
    None
}
