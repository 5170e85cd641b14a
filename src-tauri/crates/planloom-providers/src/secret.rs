//! A provider's key, and the cleaning of texts in which it could turn up.
//!
//! Must not offer any way to print or serialise the key: whoever needs it calls `expose`.

use std::fmt;

/// Characters of a provider's message that are kept.
const MESSAGE_CHARS: usize = 2_000;
/// Keys shorter than this are words such as `ollama` that local servers take; masking them would
/// garble ordinary messages.
const MASKED_BYTES: usize = 8;
const MASK: &str = "[key]";

/// A key. Its `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Surrounding white space, which comes along when a key is pasted, is dropped.
    pub fn new(key: &str) -> Secret {
        Secret(key.trim().to_owned())
    }

    /// The key itself, for the one header that carries it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret([key])")
    }
}

/// A provider's words made fit to be kept and shown: the key masked, control characters removed, cut.
pub(crate) fn clean(words: &str, secret: Option<&Secret>) -> String {
    clean_to(words, secret, MESSAGE_CHARS)
}

/// As `clean`, with a bound of its own.
pub(crate) fn clean_to(words: &str, secret: Option<&Secret>, chars: usize) -> String {
    let masked = match secret {
        Some(secret) if secret.0.len() >= MASKED_BYTES => words.replace(&secret.0, MASK),
        Some(_) | None => words.to_owned(),
    };
    let mut printable = masked.trim().chars().filter_map(|character| match character {
        '\n' | '\t' => Some(' '),
        other => (!other.is_control()).then_some(other),
    });
    let mut kept: String = printable.clone().take(chars).collect();
    if printable.nth(chars).is_some() {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::new(" sk-canary-1 ")), "Secret([key])");
    }

    #[test]
    fn a_message_is_masked_stripped_and_cut() {
        let secret = Secret::new("sk-canary-123");
        let message = format!("key sk-canary-123\u{1b}[31m is\nwrong {}", "x".repeat(3_000));
        let cleaned = clean(&message, Some(&secret));
        assert!(cleaned.starts_with("key [key][31m is wrong xxx"), "{cleaned}");
        assert_eq!(cleaned.chars().count(), MESSAGE_CHARS + 1);
        assert_eq!(clean("use ollama", Some(&Secret::new("ollama"))), "use ollama");
    }
}
