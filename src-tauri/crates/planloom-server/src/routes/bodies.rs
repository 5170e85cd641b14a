//! The bodies of requests as the OpenAPI document describes them. They are described here and read elsewhere: by the
//! engine, strictly and with every fault at once.

// Nothing reads into one of these; their schemas are what they are for.
#![allow(dead_code)]

use planloom_core::plan::{Hitl, Options, Plan};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::caller::Scope;

/// How to run a plan. All of it may be left out.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Execute {
    /// What `{{input.…}}` means; `{}` when left out.
    #[schema(value_type = Option<Object>)]
    input: Option<Value>,
    hitl: Option<Hitl>,
    options: Option<Options>,
    /// The newest version when left out.
    #[schema(minimum = 1)]
    plan_version: Option<u32>,
}

/// A plan that need not be stored, and how it would be run.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DryRun {
    plan: Plan,
    /// What `{{input.…}}` means; `{}` when left out.
    #[schema(value_type = Option<Object>)]
    input: Option<Value>,
    hitl: Option<Hitl>,
    options: Option<Options>,
}

/// Where a backup goes.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateBackup {
    /// Absolute, of a file that does not exist yet, in a folder that does. Left out: a new file in the data folder's
    /// `backups`.
    #[schema(min_length = 1, max_length = 4_000)]
    path: Option<String>,
}

/// How to go on.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Resume {
    /// USD; raises the budget.
    #[schema(minimum = 0, maximum = 1_000_000)]
    max_cost: Option<f64>,
}

/// A draft, with what the writer has seen of it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WriteDraft {
    /// A plan in whatever state.
    #[schema(value_type = Object)]
    document: Value,
    /// The revision that was read; left out when there was no draft.
    #[schema(minimum = 1)]
    draft_revision: Option<u32>,
}

/// An approval of an output.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Approve {
    comment: Option<String>,
    /// Takes the place of the model's text.
    modified_output: Option<String>,
    #[schema(min_length = 1)]
    reviewer_id: Option<String>,
    /// The hash of the output that was read.
    #[schema(pattern = "^[0-9A-Fa-f]{64}$")]
    output_hash: Option<String>,
    /// Milliseconds in which the decision can be taken back.
    #[schema(maximum = 30_000)]
    undo_ms: Option<u64>,
}

/// A rejection of an output.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Reject {
    #[schema(min_length = 1)]
    reason: String,
    /// Try again, told what was wrong.
    retry: Option<bool>,
    /// The prompt of the new attempt.
    retry_prompt: Option<String>,
    #[schema(min_length = 1)]
    reviewer_id: Option<String>,
    /// The hash of the output that was read.
    #[schema(pattern = "^[0-9A-Fa-f]{64}$")]
    output_hash: Option<String>,
    /// Milliseconds in which the decision can be taken back.
    #[schema(maximum = 30_000)]
    undo_ms: Option<u64>,
}

/// Who shall decide.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Assign {
    /// `null`: nobody in particular.
    #[schema(required, min_length = 1)]
    reviewer_id: Option<String>,
}

/// A provider's key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutSecret {
    #[schema(min_length = 1, max_length = 1_000, pattern = "^[!-~]+$")]
    value: String,
}

/// A new key of the listener.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateKey {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    #[schema(min_items = 1)]
    scopes: Vec<Scope>,
}

/// How a session begins.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateSession {
    /// The one-time code behind `#k=` in the link of `planloom serve --open`.
    #[schema(min_length = 1, max_length = 100)]
    code: Option<String>,
}
