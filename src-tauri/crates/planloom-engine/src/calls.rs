//! Performing one effect: a model call, a repair, a score. It runs off the loop and ends in one message to it.
//!
//! Nothing is decided here: what an answer means is the core's business. Aborting the task that runs this drops
//! the provider's future, which closes the connection.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use planloom_core::confidence;
use planloom_core::execution::{Answer, CallFailure, Cost, Model, Phase, Score, Scoring, StepIndex, TextRef};
use planloom_core::failure::FailureCode;
use planloom_core::usage::{Prices, Usage};
use planloom_providers::{Call, CallError, CallKind};

use crate::registry::{Registry, Unready};
use crate::render::{Material, Rendered, failure};
use crate::texts::Texts;

/// Version of the prompt that asks for marks; kept with every score.
pub(crate) const EVALUATOR_PROMPT_VERSION: u32 = confidence::PROMPT_VERSION;
/// Tokens that an evaluator may answer with.
pub(crate) const EVALUATOR_TOKENS: u32 = 1_024;

/// One call to be made.
pub(crate) struct Job {
    pub(crate) execution: Arc<str>,
    pub(crate) step: StepIndex,
    pub(crate) call: u32,
    pub(crate) attempt: u32,
    pub(crate) phase: Phase,
    pub(crate) task_id: String,
    pub(crate) material: Material,
    pub(crate) model: Model,
    pub(crate) max_tokens: u32,
    /// Repair: the answer that did not fit, and why. Score: the answer to be judged.
    pub(crate) answer: Option<(TextRef, String)>,
}

/// What came of a call, with the texts that are to be stored.
pub(crate) enum Outcome {
    Answered(Result<Answer, CallFailure>, Option<Arc<str>>),
    Scored(Box<Scoring>, Option<Arc<str>>),
}

/// The text of a call as far as it has come.
#[derive(Clone, Default)]
pub(crate) struct Streamed(Arc<Mutex<Text>>);

#[derive(Default)]
struct Text {
    text: String,
    /// Its length as JavaScript counts.
    utf16_units: usize,
}

impl Streamed {
    pub(crate) fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).text.clone()
    }

    /// Adds a piece and says where it begins, in UTF-16 units.
    pub(crate) fn push(&self, piece: &str) -> usize {
        let mut so_far = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let offset = so_far.utf16_units;
        so_far.utf16_units += piece.encode_utf16().count();
        so_far.text.push_str(piece);
        offset
    }
}

/// Makes the call of `job`; `piece` is told each piece of text as it comes.
pub(crate) async fn perform(
    job: &Job,
    texts: &Texts,
    registry: &Registry,
    piece: &mut (dyn FnMut(&str) + Send),
) -> Outcome {
    match job.phase {
        Phase::Call | Phase::Repair => {
            let (result, text) = match answer(job, texts, registry, piece).await {
                Ok((answer, text)) => (Ok(answer), Some(text)),
                Err(failure) => (Err(failure), None),
            };
            Outcome::Answered(result, text)
        }
        Phase::Score => {
            let (scoring, text) = score(job, texts, registry).await;
            Outcome::Scored(Box::new(scoring), text)
        }
    }
}

/// Renders here when the texts are small, else where it holds nobody up.
async fn render(job: &Job, texts: &Texts) -> Result<Rendered, CallFailure> {
    if texts.are_at_hand(job.material.texts()) {
        return job.material.render(texts);
    }
    let (material, texts) = (job.material.clone(), texts.clone());
    let rendered = tokio::task::spawn_blocking(move || material.render(&texts)).await;
    rendered.unwrap_or_else(|_| Err(failure(FailureCode::TemplateError, "The rendering broke off.".to_owned())))
}

async fn answer(
    job: &Job,
    texts: &Texts,
    registry: &Registry,
    piece: &mut (dyn FnMut(&str) + Send),
) -> Result<(Answer, Arc<str>), CallFailure> {
    let begun = Instant::now();
    let rendered = render(job, texts).await?;
    let prompt = rendered.reference();
    let step = job.material.step();
    let is_repair = job.phase == Phase::Repair;
    let call = Call {
        kind: if is_repair { CallKind::Repair } else { CallKind::Call },
        task_id: job.task_id.clone(),
        attempt: job.attempt,
        model_id: job.model.model_id.to_string(),
        prompt: if is_repair { repair_prompt(job, texts, &rendered.prompt)? } else { rendered.prompt },
        system: rendered.system,
        max_tokens: job.max_tokens,
        temperature: step.temperature,
        json_schema: step.output_schema.as_ref().map(|schema| schema.document().clone()),
        json_schema_name: step.id.to_string(),
    };
    let answer = send(&call, &job.model, registry, step.timeout_ms, begun, piece).await?;
    let duration_ms = millis(begun);
    let (text, mismatch) = match &step.output_schema {
        None => (answer.text, None),
        Some(schema) => match schema.read_answer(&answer.text) {
            Ok(read) => (read.text, None),
            Err(words) => (answer.text, Some(words)),
        },
    };
    let stored = Answer {
        output: TextRef::of(&text),
        usage: answer.usage,
        cost: cost(job.model.prices, answer.usage),
        duration_ms,
        prompt,
        truncated: answer.truncated,
        warnings: warnings(&answer.warnings, answer.truncated),
        mismatch,
    };
    Ok((stored, Arc::from(text)))
}

fn warnings(given: &[planloom_providers::CallWarning], truncated: bool) -> Vec<String> {
    let cut = "The answer was cut off at its maximum length (truncated).".to_owned();
    given.iter().map(planloom_providers::CallWarning::message).chain(truncated.then_some(cut)).collect()
}

/// Asks for the same answer again, with what was wrong with it.
fn repair_prompt(job: &Job, texts: &Texts, prompt: &str) -> Result<String, CallFailure> {
    let Some((wrong, why)) = &job.answer else { return Ok(prompt.to_owned()) };
    let unreadable = |message: String| failure(FailureCode::OutputSchemaMismatch, message);
    let wrong = texts
        .get(wrong.hash)
        .map_err(|error| unreadable(error.to_string()))?
        .ok_or_else(|| unreadable("The answer to be repaired has been deleted.".to_owned()))?;
    Ok(confidence::prompt_for_repair(prompt, &wrong, why))
}

async fn send(
    call: &Call,
    model: &Model,
    registry: &Registry,
    timeout_ms: u64,
    begun: Instant,
    piece: &mut (dyn FnMut(&str) + Send),
) -> Result<planloom_providers::Answer, CallFailure> {
    if model.provider.is_empty() {
        let message =
            format!("There is no model alias `{}` in the settings any more. Add it, then resume.", model.alias);
        return Err(failure(FailureCode::InvalidModel, message));
    }
    let limit = Duration::from_millis(timeout_ms);
    match tokio::time::timeout(limit, attempt(call, model, registry, piece)).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(failed(error, model.prices, millis(begun))),
        Err(_) => Err(CallFailure {
            code: FailureCode::Timeout,
            message: format!(
                "There was no complete answer within {timeout_ms} ms. Give the step a larger `timeoutMs` if it needs longer."
            ),
            retryable: true,
            status: None,
            retry_after_ms: None,
            usage: Usage::default(),
            cost: cut_off(model.prices, Usage::default()),
            duration_ms: millis(begun),
        }),
    }
}

/// The call itself; making the provider's client may wait for a person to unlock the keychain.
async fn attempt(
    call: &Call,
    model: &Model,
    registry: &Registry,
    piece: &mut (dyn FnMut(&str) + Send),
) -> Result<planloom_providers::Answer, CallError> {
    let snapshot = registry.snapshot();
    let missing = |error: String| CallError::new(FailureCode::ProviderAuth, error);
    let provider = snapshot.provider(&model.provider).await.map_err(|error| missing(error.to_string()))?;
    if !model.model_id.is_empty() {
        return provider.call(call, piece).await;
    }
    // The alias leaves the model to a server that was not asked yet.
    let resolved = snapshot.resolve(&model.alias).await.map_err(|unready| match unready {
        Unready::Listing(error) => error,
        Unready::Model(_) | Unready::Provider(_) => missing(unready.to_string()),
    })?;
    let call = Call { model_id: resolved.model.model_id.to_string(), ..call.clone() };
    provider.call(&call, piece).await
}

fn failed(error: CallError, prices: Option<Prices>, duration_ms: u64) -> CallFailure {
    let usage = error.usage.unwrap_or_default();
    let cost = match error.code {
        // The model may have worked on it, and nobody says how much.
        FailureCode::Timeout | FailureCode::Stalled | FailureCode::ProviderProtocol | FailureCode::OutputTooLarge => {
            cut_off(prices, usage)
        }
        FailureCode::ProviderAuth
        | FailureCode::ProviderRateLimited
        | FailureCode::ProviderOverloaded
        | FailureCode::ProviderError
        | FailureCode::ProviderUnreachable
        | FailureCode::QuotaExhausted
        | FailureCode::ContextTooLong
        | FailureCode::EmptyOutput
        | FailureCode::ModelRefused
        | FailureCode::OutputSchemaMismatch
        | FailureCode::TemplateError
        | FailureCode::PromptTooLarge
        | FailureCode::ConditionError
        | FailureCode::Interrupted
        | FailureCode::InvalidModel => {
            if usage == Usage::default() {
                Cost::NOTHING
            } else {
                cost(prices, usage)
            }
        }
    };
    CallFailure {
        code: error.code,
        message: error.message,
        retryable: error.retryable,
        status: error.status,
        retry_after_ms: error.retry_after_ms,
        usage,
        cost,
        duration_ms,
    }
}

/// What a call cost that was cut off: at least what is known of it, but nothing where nothing costs anything.
fn cut_off(prices: Option<Prices>, usage: Usage) -> Cost {
    match cost(prices, usage) {
        known @ Cost::Known(_) if prices == Some(Prices::FREE) => known,
        Cost::Known(part) | Cost::AtLeast(part) => Cost::AtLeast(part),
        Cost::Unpriced => Cost::Unpriced,
    }
}

/// What `usage` costs at `prices`.
fn cost(prices: Option<Prices>, usage: Usage) -> Cost {
    prices.map_or(Cost::Unpriced, |prices| Cost::Known(prices.cost(usage)))
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// How long an evaluator may take.
const SCORE_TIMEOUT_MS: u64 = planloom_core::limits::STEP_TIMEOUT_MS;

async fn score(job: &Job, texts: &Texts, registry: &Registry) -> (Scoring, Option<Arc<str>>) {
    let begun = Instant::now();
    let unscored = |failure: CallFailure| Scoring {
        score: None,
        reason: Some(failure.message),
        answer: None,
        model: Some(job.model.clone()),
        usage: failure.usage,
        cost: failure.cost,
        duration_ms: failure.duration_ms,
    };
    let call = match question(job, texts).await {
        Ok(call) => call,
        Err(failure) => return (unscored(failure), None),
    };
    let answer = match send(&call, &job.model, registry, SCORE_TIMEOUT_MS, begun, &mut |_| {}).await {
        Ok(answer) => answer,
        Err(failure) => return (unscored(failure), None),
    };
    let read = if answer.truncated {
        Err("The evaluator's answer was cut off.".to_owned())
    } else {
        confidence::read_reply(&answer.text)
    };
    let (score, reason) = match read {
        Ok(judgement) => {
            let score = Score {
                marks: judgement.marks,
                confidence: judgement.confidence().0,
                summary: judgement.summary,
                prompt_version: EVALUATOR_PROMPT_VERSION,
            };
            (Some(score), None)
        }
        Err(reason) => (None, Some(reason)),
    };
    let scoring = Scoring {
        score,
        reason,
        answer: Some(TextRef::of(&answer.text)),
        model: Some(job.model.clone()),
        usage: answer.usage,
        cost: cost(job.model.prices, answer.usage),
        duration_ms: millis(begun),
    };
    (scoring, Some(Arc::from(answer.text)))
}

async fn question(job: &Job, texts: &Texts) -> Result<Call, CallFailure> {
    let rendered = render(job, texts).await?;
    let missing = |message: String| failure(FailureCode::TemplateError, message);
    let judged = job.answer.as_ref().map(|(text, _)| *text);
    let output = judged
        .map(|text| texts.get(text.hash))
        .transpose()
        .map_err(|error| missing(error.to_string()))?
        .flatten()
        .ok_or_else(|| missing("The answer to be scored has been deleted.".to_owned()))?;
    let question = confidence::question(rendered.system.as_deref(), &rendered.prompt, &output);
    Ok(Call {
        kind: CallKind::Score,
        task_id: job.task_id.clone(),
        attempt: job.attempt,
        model_id: job.model.model_id.to_string(),
        system: Some(question.system),
        prompt: question.prompt,
        max_tokens: job.max_tokens,
        temperature: None,
        json_schema: Some(confidence::reply_schema()),
        json_schema_name: "marks".to_owned(),
    })
}
