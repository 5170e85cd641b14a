//! Every number that bounds something, in one place.

/// Bytes of one prompt, system prompt or condition as an author writes it.
pub const TEMPLATE_SOURCE_BYTES: usize = 1 << 20;
/// Bytes of a rendered prompt.
pub const RENDERED_BYTES: usize = 16 << 20;
/// Bytes of a model's answer.
pub const OUTPUT_BYTES: usize = 16 << 20;
/// Bytes of a request's body.
pub const BODY_BYTES: usize = 16 << 20;
/// Nesting of a JSON document.
pub const JSON_DEPTH: usize = 128;
/// Characters of a plan's name.
pub const NAME_CHARS: usize = 100;
/// Characters of a plan's description.
pub const DESCRIPTION_CHARS: usize = 2_000;
/// Steps of a plan.
pub const STEPS: usize = 10_000;
/// Tags of a plan.
pub const TAGS: usize = 50;
/// Characters of a tag.
pub const TAG_CHARS: usize = 50;
/// Characters of a step id.
pub const STEP_ID_CHARS: usize = 64;
/// A step's time for one attempt when it gives none, in milliseconds.
pub const STEP_TIMEOUT_MS: u64 = 300_000;
/// Attempts of a task when its step gives none.
pub const MAX_ATTEMPTS: u32 = 3;
/// First delay before another attempt when the step gives none, in milliseconds.
pub const BACKOFF_MS: u64 = 1_000;
/// Longest delay before another attempt, in milliseconds.
pub const BACKOFF_CEILING_MS: u64 = 60_000;
/// Longest Retry-After that is obeyed, in milliseconds.
pub const RETRY_AFTER_MS: u64 = 10 * 60_000;
/// Longest time that a task spends obeying Retry-After in all, in milliseconds.
pub const RETRY_AFTER_SUM_MS: u64 = 30 * 60_000;
/// Interruptions in a row after which a task fails.
pub const INTERRUPTIONS: u32 = 3;
/// Silence after the first byte of an answer that counts as a stall, in milliseconds.
pub const STALL_MS: u64 = 60_000;
/// Tokens of an answer when neither the step nor its alias says.
pub const MAX_OUTPUT_TOKENS: u32 = 8_192;
/// Longest time that the effect of a decision can be held, in milliseconds.
pub const UNDO_MS: u64 = 30_000;
/// Longest grace of a deadline that passed while the program was down, in milliseconds.
pub const GRACE_MS: u64 = 15 * 60_000;
/// Longest duration that anybody can ask for, in milliseconds: a hundred years.
pub const DURATION_MS: u64 = 3_155_760_000_000;
/// Most attempts that a step can ask for.
pub const ATTEMPTS: u32 = 100;
/// Most tokens of an answer that a step can ask for.
pub const STEP_TOKENS: u32 = i32::MAX as u32;
/// Most money that a budget can name, in USD.
pub const COST_USD: f64 = 1_000_000.0;
