//! How a page of `planloom serve` comes by its key: a one-time code, exchanged for a session key.
//!
//! A session key carries its own end and is signed with the main key, so nothing is stored, a restart ends no
//! session, and a renewed main key ends all of them. Neither code nor key is ever logged or put into the database.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// What every session key begins with.
const PREFIX: &str = "dtk_session_";
/// How long a session lasts.
const SESSION_SECONDS: i64 = 7 * 24 * 60 * 60;
/// How long a code waits for its page.
const CODE_LIFE: Duration = Duration::from_secs(5 * 60);
/// Codes that wait at a time; the oldest goes first.
const CODES: usize = 64;

const EXPIRY_BYTES: usize = 8;
const RANDOM_BYTES: usize = 16;
const SIGNED_BYTES: usize = EXPIRY_BYTES + RANDOM_BYTES;
const SIGNATURE_BYTES: usize = 32;

/// A key that a page works with.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) key: String,
    /// Seconds since 1970.
    pub(crate) expires_at_s: i64,
}

/// What a text that looks like a session key is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Worth {
    Good,
    /// It was good once.
    Expired,
    /// Made up, or signed with another main key than the present one.
    Nothing,
}

/// Makes a session key that is good from `now_s` on, which are seconds since 1970.
pub(crate) fn make(main_key: &str, now_s: i64) -> Session {
    let expires_at_s = now_s.saturating_add(SESSION_SECONDS);
    let mut bytes = Vec::with_capacity(SIGNED_BYTES + SIGNATURE_BYTES);
    bytes.extend_from_slice(&expires_at_s.to_be_bytes());
    bytes.extend_from_slice(&rand::random::<[u8; RANDOM_BYTES]>());
    let signature = signing(main_key, &bytes).finalize().into_bytes();
    bytes.extend_from_slice(&signature);
    Session { key: format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(&bytes)), expires_at_s }
}

/// Whether a text has a session key's beginning.
pub(crate) fn is_session(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// What a session key is worth now. The signature is looked at first, and takes the same time whatever it is.
pub(crate) fn check(main_key: &str, key: &str, now_s: i64) -> Worth {
    let bytes = key.strip_prefix(PREFIX).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).unwrap_or_default();
    if bytes.len() != SIGNED_BYTES + SIGNATURE_BYTES {
        return Worth::Nothing;
    }
    let (signed, signature) = bytes.split_at(SIGNED_BYTES);
    if signing(main_key, signed).verify_slice(signature).is_err() {
        return Worth::Nothing;
    }
    let expiry = signed.first_chunk::<EXPIRY_BYTES>().map_or(0, |bytes| i64::from_be_bytes(*bytes));
    if now_s < expiry { Worth::Good } else { Worth::Expired }
}

fn signing(main_key: &str, signed: &[u8]) -> Hmac<Sha256> {
    let mut signing = Hmac::<Sha256>::new_from_slice(main_key.as_bytes()).expect("HMAC takes keys of any length");
    signing.update(signed);
    signing
}

/// The codes that wait for their pages.
#[derive(Default)]
pub(crate) struct Codes {
    waiting: Mutex<VecDeque<Code>>,
}

struct Code {
    text: String,
    until: Instant,
}

impl Codes {
    /// Makes a code: 32 random bytes.
    pub(crate) fn make(&self, now: Instant) -> String {
        let text = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() == CODES {
            waiting.pop_front();
        }
        waiting.push_back(Code { text: text.clone(), until: now + CODE_LIFE });
        text
    }

    /// Makes every code worthless.
    pub(crate) fn forget(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Takes a code, which is worth nothing afterwards. False: there was none, or it waited too long.
    pub(crate) fn take(&self, text: &str, now: Instant) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|code| now < code.until);
        let before = waiting.len();
        waiting.retain(|code| !bool::from(code.text.as_bytes().ct_eq(text.as_bytes())));
        waiting.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: &str = "dtk_local_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const NOW_S: i64 = 1_800_000_000;

    #[test]
    fn a_session_lasts_seven_days() {
        let Session { key, expires_at_s } = make(MAIN, NOW_S);
        assert_eq!(expires_at_s, NOW_S + 604_800);
        assert!(is_session(&key) && !key.contains('='));
        assert_eq!(check(MAIN, &key, NOW_S), Worth::Good);
        assert_eq!(check(MAIN, &key, expires_at_s - 1), Worth::Good);
        assert_eq!(check(MAIN, &key, expires_at_s), Worth::Expired);
        assert!(make(MAIN, NOW_S).key != key, "each is another");
    }

    #[test]
    fn nobody_else_can_make_or_prolong_one() {
        let key = make(MAIN, NOW_S).key;
        let bytes = URL_SAFE_NO_PAD.decode(key.strip_prefix(PREFIX).unwrap()).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let changed = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(&changed));
            assert_eq!(check(MAIN, &changed, NOW_S), Worth::Nothing, "byte {at}");
        }
        let renewed = MAIN.replace('0', "1");
        assert_eq!(check(&renewed, &key, NOW_S), Worth::Nothing);
        for wrong in ["", PREFIX, "dtk_session_x", &key[..key.len() - 1], &format!("{key}A"), &format!("{key}=")] {
            assert_eq!(check(MAIN, wrong, NOW_S), Worth::Nothing, "{wrong}");
        }
    }

    #[test]
    fn a_code_works_once_and_for_five_minutes() {
        let (codes, start) = (Codes::default(), Instant::now());
        let first = codes.make(start);
        assert_eq!(URL_SAFE_NO_PAD.decode(&first).unwrap().len(), 32);
        assert!(!codes.take("", start) && !codes.take(&first[1..], start));
        assert!(codes.take(&first, start) && !codes.take(&first, start));
        let (late, later) = (codes.make(start), codes.make(start + Duration::from_secs(1)));
        assert!(!codes.take(&late, start + CODE_LIFE), "five minutes are over");
        assert!(codes.take(&later, start + CODE_LIFE));
        let forgotten = codes.make(start);
        codes.forget();
        assert!(!codes.take(&forgotten, start));
    }

    #[test]
    fn codes_that_nobody_takes_are_few() {
        let (codes, now) = (Codes::default(), Instant::now());
        let first = codes.make(now);
        let others: Vec<String> = (0..CODES).map(|_| codes.make(now)).collect();
        assert!(!codes.take(&first, now));
        assert!(others.iter().all(|code| codes.take(code, now)));
    }
}
