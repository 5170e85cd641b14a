//! One execution: its state, what can come in, what is recorded, and what should be running now.
//!
//! ```text
//! Input ── decide (pure) ──▶ Event ── apply (fold) ──▶ ExecutionState ── effects (derived) ──▶ Effect
//! ```
//!
//! All branching is in `decide`; `apply` folds an event into the state and is the same live and on replay;
//! `effects` says what should be running, so start, retry, cancel and recovery are one mechanism.
//! Every outcome that a rule decides is written into the event, so a journal keeps its meaning when a rule changes.
//! What follows from the shape of the plan alone (a task becomes ready, is skipped or cancelled because of what
//! it depends on) is derived in `apply`.
//!
//! Times are milliseconds since the Unix epoch and come in with the input. Texts are named by hash.

mod apply;
mod budget;
mod decide;
mod effects;
mod event;
mod index;
mod status;
mod timers;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::failure::{Failure, FailureCode};
use crate::ids::TextHash;
use crate::plan::{Hitl, Options};
use crate::usage::{PicoUsd, Prices, Usage};

pub use effects::{Effect, Phase};
pub use event::{AfterFailure, AfterInterruption, Event, Input, Next, Refusal};
pub use status::{ExecutionStatus, PausedReason, Progress, QueuedKind, QueuedReason, TaskStatus};

/// A step's place in its plan.
pub type StepIndex = u32;

/// What an execution needs to know of its plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    pub steps: Vec<StepShape>,
}

/// What an execution needs to know of one step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepShape {
    pub id: Arc<str>,
    pub depends_on: Vec<StepIndex>,
    pub dependents: Vec<StepIndex>,
    pub has_condition: bool,
    pub requires_approval: bool,
    pub max_attempts: u32,
    pub backoff_ms: u64,
}

/// A stored text: its name and its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextRef {
    pub hash: TextHash,
    pub bytes: u64,
}

impl TextRef {
    /// The reference of `text`.
    pub fn of(text: &str) -> TextRef {
        TextRef { hash: TextHash::of(text), bytes: text.len() as u64 }
    }
}

/// How an execution was asked for: the first event's content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Start {
    pub plan_id: String,
    pub plan_version: u32,
    pub plan_name: String,
    /// The input as JSON text.
    pub input: TextRef,
    /// The plan's `hitl` and the body's, merged.
    pub hitl: Hitl,
    pub options: Options,
    /// No model is called: the simulator answers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// A model as an alias meant it when an attempt began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    pub alias: Arc<str>,
    pub provider: Arc<str>,
    pub model_id: Arc<str>,
    /// `None`: the price is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prices: Option<Prices>,
}

/// A call's cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cost {
    Known(PicoUsd),
    /// The alias has no price.
    Unpriced,
    /// The call was cut off: it may have cost up to what was reserved.
    AtLeast(PicoUsd),
}

impl Cost {
    /// Nothing was paid.
    pub const NOTHING: Cost = Cost::Known(PicoUsd(0));
}

/// A sum of costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    pub known: PicoUsd,
    /// Some part has no price.
    pub unpriced: bool,
    /// Some part was cut off, so the sum is a lower bound.
    pub at_least: bool,
}

impl Spent {
    fn add(&mut self, cost: Cost) {
        match cost {
            Cost::Known(part) => self.known = self.known.plus(part),
            Cost::Unpriced => self.unpriced = true,
            Cost::AtLeast(part) => {
                self.known = self.known.plus(part);
                self.at_least = true;
            }
        }
    }
}

/// A model's answer that was stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub output: TextRef,
    pub usage: Usage,
    pub cost: Cost,
    pub duration_ms: u64,
    /// The rendered prompt and system prompt, for the audit: hash and length of `system \0 prompt`.
    pub prompt: TextRef,
    /// `max_tokens` cut the answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// What the step's `outputSchema` says of the text; `None` when it fits or there is no schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mismatch: Option<String>,
}

/// A call that gave no answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallFailure {
    pub code: FailureCode,
    pub message: String,
    pub retryable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    pub usage: Usage,
    pub cost: Cost,
    pub duration_ms: u64,
}

/// The evaluator's marks in hundredths: factual consistency, prompt adherence, completeness, formatting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    pub marks: [u8; 4],
    pub summary: String,
    /// The weighted marks in ten-thousandths.
    pub confidence: u16,
    /// Version of the prompt that asked for the marks.
    pub prompt_version: u32,
}

/// How a scoring call ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scoring {
    /// `None`: the evaluator failed or could not be understood, `reason` says how.
    pub score: Option<Score>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the evaluator wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<TextRef>,
    pub model: Option<Model>,
    pub usage: Usage,
    pub cost: Cost,
    pub duration_ms: u64,
}

/// An answer before it counts as the step's output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub output: TextRef,
    pub truncated: bool,
    pub repaired: bool,
    /// The attempt that wrote it.
    pub attempt: u32,
}

/// Why a human is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewReason {
    /// `requiredFor` or `requiresApproval`.
    Required,
    /// The score is below the threshold.
    LowConfidence,
    /// There is no score.
    NotScored,
    /// Good enough, but truncated or repaired.
    Imperfect,
    /// One of the share that is reviewed although it passed.
    SpotCheck,
}

/// An open approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    pub draft: Draft,
    pub reason: ReviewReason,
    pub score: Option<Score>,
    /// A score was asked for, whether or not it came.
    pub score_asked: bool,
    pub requested_at_ms: i64,
    pub until_ms: Option<i64>,
    /// The deadline passed and `hold` keeps it open.
    pub expired: bool,
    /// A grace was given, for a deadline passed unseen.
    pub graced: bool,
    pub assigned_to: Option<String>,
}

/// What a human, or a timer, decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Approved {
        /// The reviewer's text, where it replaces the model's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        modified: Option<TextRef>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    Rejected {
        reason: String,
        retry: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_prompt: Option<String>,
    },
}

/// A verdict with who gave it, when, and on which text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub verdict: Verdict,
    /// A reviewer's id, `local`, or `timeout`.
    pub by: String,
    pub at_ms: i64,
    pub judged: TextHash,
}

/// What a rejected task's next attempt is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    pub output: TextRef,
    pub reason: String,
    pub retry_prompt: Option<String>,
}

/// Why a task was skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// Its condition was false.
    Condition,
    /// Everything it depends on was skipped.
    Dependencies,
}

/// What a cancelled task had in hand; it comes back with a resume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    Nothing,
    /// The answer was being scored.
    Unscored(Draft),
    /// The answer was waiting for a human.
    Unreviewed(Box<Approval>),
}

/// A task's state; each variant owns the data that exists in that state.
#[derive(Clone, Debug, PartialEq)]
pub enum TaskState {
    /// Something it depends on has not ended.
    Blocked,
    /// Its condition is to be evaluated.
    Due,
    /// Ready; waits for a lane, or for room in the budget.
    Queued {
        needed: Option<PicoUsd>,
    },
    /// A model call is in flight.
    Running {
        attempt: u32,
        call: u32,
        model: Model,
        since_ms: i64,
    },
    /// The answer did not fit the schema; the repair call is in flight.
    Repairing {
        attempt: u32,
        call: u32,
        model: Model,
        since_ms: i64,
        answer: TextRef,
        mismatch: String,
    },
    /// The scoring call is in flight.
    Scoring {
        call: u32,
        draft: Draft,
        since_ms: i64,
    },
    /// Waits before another attempt.
    Backoff {
        until_ms: i64,
        failure: Failure,
        rate_limited: bool,
    },
    AwaitingApproval(Box<Approval>),
    /// Decided, but the decision can still be taken back.
    Held {
        approval: Box<Approval>,
        until_ms: i64,
    },
    Completed {
        output: TextRef,
    },
    Failed {
        failure: Failure,
    },
    Rejected {
        reason: String,
    },
    Skipped {
        because: SkipReason,
    },
    Cancelled(Kept),
}

/// One step inside one execution.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    pub state: TaskState,
    /// The last attempt's number; 0 before the first.
    pub attempt: u32,
    /// The number of the last call of any kind; a late answer with another number is dropped.
    pub call: u32,
    /// The last attempt's model.
    pub model: Option<Model>,
    pub usage: Usage,
    pub spent: Spent,
    pub duration_ms: u64,
    pub started_at_ms: Option<i64>,
    pub completed_at_ms: Option<i64>,
    pub warnings: Vec<String>,
    /// The last score.
    pub score: Option<Score>,
    /// The last decision, also when its effect is held.
    pub decision: Option<Decision>,
    /// What the model wrote, where a reviewer's text took its place.
    pub replaced: Option<TextRef>,
    pub rejection: Option<Rejection>,
    open_dependencies: u32,
    completed_dependencies: u32,
    failed_dependencies: u32,
    tries: Tries,
    /// What the current attempt still holds of the budget.
    reserved: PicoUsd,
    /// What a cancelled scoring call held, so that a resume can hold it again.
    released: PicoUsd,
}

/// What limits further attempts; anew after a resume or a rejection with retry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tries {
    /// Attempts that ended in a failure and count against `maxAttempts`.
    counted: u32,
    timeouts: u32,
    /// Interruptions in a row.
    interruptions: u32,
    retry_after_ms: u64,
}

/// Why an execution failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecutionFailure {
    ExecutionTimeout { timeout_ms: u64 },
    StepFailed { step: StepIndex },
    StepRejected { step: StepIndex },
}

/// How an execution ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Completed,
    Failed(ExecutionFailure),
    Cancelled,
}

/// Whether and how an execution has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    New,
    Open,
    Ended(Outcome),
}

/// The whole state of one execution, a fold over its events.
#[derive(Clone, Debug, PartialEq)]
pub struct ExecutionState {
    pub id: Arc<str>,
    pub shape: Arc<Shape>,
    pub start: Option<Box<Start>>,
    pub stage: Stage,
    pub tasks: Vec<Task>,
    pub created_at_ms: i64,
    pub completed_at_ms: Option<i64>,
    pub usage: Usage,
    pub spent: Spent,
    /// The present budget; a resume can raise it above the one it started with.
    pub max_cost: Option<PicoUsd>,
    /// How often it was resumed after an end.
    pub resumes: u32,
    /// Step indexes by `required` of hitl or step.
    required: Vec<bool>,
    /// A cancel or a timeout closes the execution as this as soon as it is settled.
    closing: Option<Outcome>,
    /// Budget that is gone, with the worst case for what is not known.
    charged: PicoUsd,
    /// Budget held by attempts in flight.
    reserved: PicoUsd,
    /// Machine time used, in milliseconds, up to `last_at_ms`.
    elapsed_ms: i64,
    last_at_ms: i64,
    /// Counts of tasks by status.
    counts: [u32; TaskStatus::COUNT],
    /// Tasks whose condition is to be evaluated; a part of those pending.
    due: u32,
    /// Tasks that wait for the budget, the cheapest first; a part of those queued.
    budget_short: BTreeSet<(PicoUsd, StepIndex)>,
    queued: BTreeSet<StepIndex>,
    /// Tasks that want something running or watched.
    active: BTreeSet<StepIndex>,
    timers: BTreeSet<(i64, StepIndex)>,
    /// Tasks that changed since `take_touched`.
    touched: BTreeSet<StepIndex>,
}
