//! Why a request was not carried out, as the API says it: status, code, sentence, details.
//!
//! The one place that maps the engine's errors to HTTP. It decides nothing; it only words what others decided.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use planloom_core::check::{Fix, Problem, ProblemCode, Severity};
use planloom_core::json::InvalidJson;
use planloom_engine::Error;
use planloom_engine::views::{DecisionView, timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// A request that was not carried out. As a response it is only marked; the outermost layer, which knows the
/// request's id, writes the body.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) details: Box<Details>,
}

/// What a client needs to find the fault. Keys that do not apply are absent.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    /// The place of the first fault, as `steps[1].dependsOn`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The rule that the first fault breaks, as `required`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Every fault that was found, faults of form before faults of meaning, warnings last.
    pub issues: Vec<Issue>,
    /// The steps of a cycle, each depending on the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cycle: Option<Vec<String>>,
    /// The decision that was made first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionView>,
    /// The version, or draft revision, that holds now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<u64>,
    /// The status that stands in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<&'static str>,
    /// The steps that are meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_ids: Option<Vec<String>>,
    /// The hash of the output that is up for review now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_hash: Option<String>,
    /// Where the body stops being JSON, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// In characters, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

/// One fault.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Issue {
    pub code: &'static str,
    pub severity: Severity,
    pub field: String,
    pub rule: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_id: Option<String>,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cycle: Option<Vec<String>>,
}

impl From<Problem> for Issue {
    fn from(problem: Problem) -> Issue {
        let Problem { code, severity, field, rule, step_id, message, fix, cycle } = problem;
        Issue { code: code.as_str(), severity, field, rule, step_id, message, fix, cycle }
    }
}

/// The body of every failure.
#[derive(Debug, Serialize, ToSchema)]
pub struct FailureBody {
    /// Always `false`.
    #[schema(example = false)]
    success: bool,
    error: ErrorBody,
    meta: Meta,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    #[schema(example = "VALIDATION_ERROR")]
    code: &'static str,
    /// A sentence that says what is wrong and what to do.
    message: String,
    details: Details,
}

/// What names this answer in a log.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    request_id: String,
    timestamp: String,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Failure {
        Failure { status, code, message: message.into(), details: Box::default() }
    }

    fn with(mut self, change: impl FnOnce(&mut Details)) -> Failure {
        change(&mut self.details);
        self
    }

    /// Names the rule, for whoever has to tell this failure from others of its code.
    pub(crate) fn with_rule(self, rule: &str) -> Failure {
        self.with(|details| details.rule = Some(rule.to_owned()))
    }

    /// Faults in what was sent; the first error among them gives status, code and place.
    pub(crate) fn of_problems(problems: Vec<Problem>) -> Failure {
        let first = problems.iter().find(|problem| problem.severity == Severity::Error).or(problems.first());
        let Some(first) = first else {
            return Failure::new(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", "The request is not valid.");
        };
        let failure = Failure::new(status_of(first.code), first.code.as_str(), first.message.clone());
        let (field, rule, cycle) = (first.field.clone(), first.rule.clone(), first.cycle.clone());
        failure.with(|details| {
            details.field = Some(field);
            details.rule = Some(rule);
            details.cycle = cycle;
            details.issues = problems.into_iter().map(Issue::from).collect();
        })
    }

    /// One fault in the form of a request.
    pub(crate) fn invalid(field: &str, rule: &str, message: impl Into<String>) -> Failure {
        Failure::of_problems(vec![Problem::invalid(field, rule, message)])
    }

    pub(crate) fn invalid_json(error: &InvalidJson) -> Failure {
        let message = error.to_string();
        let issue = Issue {
            code: "INVALID_JSON",
            severity: Severity::Error,
            field: String::new(),
            rule: "json".to_owned(),
            step_id: None,
            message: message.clone(),
            fix: None,
            cycle: None,
        };
        Failure::new(StatusCode::BAD_REQUEST, "INVALID_JSON", message).with(|details| {
            details.field = Some(String::new());
            details.rule = Some("json".to_owned());
            details.issues = vec![issue];
            details.line = Some(error.line);
            details.column = Some(error.column);
        })
    }

    pub(crate) fn internal(message: impl Into<String>) -> Failure {
        Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", message)
    }

    /// The whole answer.
    pub(crate) fn into_body(self, request_id: &str) -> Vec<u8> {
        let body = FailureBody {
            success: false,
            error: ErrorBody { code: self.code, message: self.message, details: *self.details },
            meta: Meta {
                request_id: request_id.to_owned(),
                timestamp: timestamp(chrono::Utc::now().timestamp_millis()),
            },
        };
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

fn status_of(code: ProblemCode) -> StatusCode {
    if code.is_form_fault() { StatusCode::BAD_REQUEST } else { StatusCode::UNPROCESSABLE_ENTITY }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        match self.status {
            StatusCode::UNAUTHORIZED => {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            // What is left of the body would be read as the next request.
            StatusCode::REQUEST_TIMEOUT | StatusCode::PAYLOAD_TOO_LARGE => {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        let message = error.to_string();
        let not_found = |code| (StatusCode::NOT_FOUND, code);
        let conflict = |code| (StatusCode::CONFLICT, code);
        let (status, code) = match &error {
            Error::Problems(_) => (StatusCode::BAD_REQUEST, "VALIDATION_ERROR"),
            Error::PlanNotFound(_) => not_found("PLAN_NOT_FOUND"),
            // A draft is the version that is not published yet.
            Error::VersionNotFound { .. } | Error::DraftNotFound(_) => not_found("VERSION_NOT_FOUND"),
            Error::ExecutionNotFound(_) => not_found("EXECUTION_NOT_FOUND"),
            Error::StepNotFound { .. } => not_found("STEP_NOT_FOUND"),
            Error::TaskNotFound(_) => not_found("TASK_NOT_FOUND"),
            Error::ProviderNotFound(_) => not_found("PROVIDER_NOT_FOUND"),
            Error::PlanArchived(_) => conflict("PLAN_ARCHIVED"),
            Error::VersionConflict { .. } => conflict("VERSION_CONFLICT"),
            Error::ProviderNotConfigured { .. } => conflict("PROVIDER_NOT_CONFIGURED"),
            Error::ExecutionNotRunning { .. } => conflict("EXECUTION_NOT_RUNNING"),
            Error::ExecutionNotResumable { .. } => conflict("EXECUTION_NOT_RESUMABLE"),
            Error::ApprovalAlreadyDecided(_) => conflict("APPROVAL_ALREADY_DECIDED"),
            Error::ApprovalNotPending(_) => conflict("APPROVAL_NOT_PENDING"),
            Error::StaleApproval { .. } => conflict("STALE_APPROVAL"),
            Error::IdempotencyConflict => conflict("IDEMPOTENCY_CONFLICT"),
            Error::ExecutionNotEnded { .. } => conflict("EXECUTION_NOT_ENDED"),
            // The keychain, or the file in its stead, is a store like the database.
            Error::StoreUnavailable(_) | Error::SecretNotKept(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "STORE_UNAVAILABLE")
            }
            Error::Internal(_) | Error::BackupFailed(_) => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"),
        };
        let failure = Failure::new(status, code, message);
        match error {
            Error::Problems(problems) => Failure::of_problems(problems),
            Error::VersionConflict { current, .. } => failure.with(|details| details.current = Some(current)),
            Error::ProviderNotConfigured { step_ids, .. } => failure.with(|details| details.step_ids = Some(step_ids)),
            Error::ExecutionNotRunning { status, .. } | Error::ExecutionNotEnded { status, .. } => {
                failure.with(|details| details.status = Some(status))
            }
            Error::ApprovalAlreadyDecided(decision) => failure.with(|details| details.decision = Some(*decision)),
            Error::StaleApproval { current } => failure.with(|details| details.output_hash = Some(current)),
            Error::PlanNotFound(_)
            | Error::VersionNotFound { .. }
            | Error::DraftNotFound(_)
            | Error::ExecutionNotFound(_)
            | Error::StepNotFound { .. }
            | Error::TaskNotFound(_)
            | Error::ProviderNotFound(_)
            | Error::PlanArchived(_)
            | Error::ExecutionNotResumable { .. }
            | Error::ApprovalNotPending(_)
            | Error::IdempotencyConflict
            | Error::SecretNotKept(_)
            | Error::BackupFailed(_)
            | Error::StoreUnavailable(_)
            | Error::Internal(_) => failure,
        }
    }
}
