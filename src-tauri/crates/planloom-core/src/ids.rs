//! Identifiers: how they look and how the derived ones are made.
//!
//! Ids of plans and executions are made outside the core and come in with the input.
//! A task's id is derived from its execution and its step, so that it is the same on every replay.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Namespace of the name-based (version 5) task ids.
const TASK_NAMESPACE: Uuid = Uuid::from_u128(0x8a2f_6f0e_6c0f_5d57_9b1e_3c54_7d61_0a11);

/// A fresh plan id, `dt_plan_` and 32 hexadecimal digits that sort by `uuid`'s time when it is a version 7.
pub fn plan_id(uuid: Uuid) -> String {
    format!("dt_plan_{}", uuid.simple())
}

/// A fresh execution id.
pub fn execution_id(uuid: Uuid) -> String {
    format!("dt_exec_{}", uuid.simple())
}

/// The id of the task that runs `step_id` in the execution `execution_id`.
pub fn task_id(execution_id: &str, step_id: &str) -> String {
    let name = format!("{execution_id}/{step_id}");
    format!("dt_task_{}", Uuid::new_v5(&TASK_NAMESPACE, name.as_bytes()).simple())
}

/// The name under which a text is stored: lower-case hexadecimal SHA-256 of its UTF-8 bytes.
pub fn text_hash(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        out.push(DIGITS[(byte >> 4) as usize] as char);
        out.push(DIGITS[(byte & 15) as usize] as char);
    }
    out
}

/// The SHA-256 of a text, which is its name in the store; shown as lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextHash(pub [u8; 32]);

impl TextHash {
    /// The hash of `text`'s UTF-8 bytes.
    pub fn of(text: &str) -> TextHash {
        TextHash(Sha256::digest(text.as_bytes()).into())
    }

    /// Reads 64 hexadecimal digits.
    pub fn parse(digits: &str) -> Option<TextHash> {
        let digits = digits.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let high = char::from(pair[0]).to_digit(16)?;
            let low = char::from(pair[1]).to_digit(16)?;
            *byte = (high << 4 | low) as u8;
        }
        Some(TextHash(bytes))
    }
}

impl std::fmt::Display for TextHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl std::fmt::Debug for TextHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl serde::Serialize for TextHash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(&self.0))
    }
}

impl<'de> serde::Deserialize<'de> for TextHash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<TextHash, D::Error> {
        let digits = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        TextHash::parse(&digits).ok_or_else(|| serde::de::Error::custom("a text hash has 64 hexadecimal digits"))
    }
}
