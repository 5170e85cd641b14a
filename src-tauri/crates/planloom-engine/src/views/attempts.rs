//! What the journal says of one step: its calls, and the history of its approvals.

use planloom_core::execution::{Event, Model, Next, Outcome, StepIndex, TextRef, Verdict};
use planloom_core::failure::FailureCode;

use super::execution::confidence;
use super::*;

/// The calls of `step`, oldest first; `events` is the execution's whole journal with times.
pub(crate) fn attempts(events: &[(i64, Event)], step: StepIndex) -> Vec<AttemptView> {
    let mut calls: Vec<AttemptView> = Vec::new();
    let mut attempt = 0;
    let mut model: Option<String> = None;
    for (at_ms, event) in events {
        match event {
            Event::Admitted { step: of, attempt: n, model: admitted, .. } if *of == step => {
                attempt = *n;
                model = Some(name_of(admitted));
                calls.push(AttemptView::begun(attempt, PhaseView::Call, model.clone(), *at_ms));
            }
            Event::Answered { step: of, answer, next, .. } if *of == step => {
                if let Some(call) = calls.last_mut() {
                    call.duration_ms = Some(answer.duration_ms);
                    call.usage = Some(answer.usage);
                    call.cost = Some(CostView::of_call(answer.cost));
                    call.output_ref = Some(answer.output);
                    call.error = answer.mismatch.as_ref().map(|message| Failure {
                        code: FailureCode::OutputSchemaMismatch,
                        message: message.clone(),
                        retryable: false,
                        attempt,
                        status: None,
                    });
                }
                match next {
                    Next::Repair => {
                        calls.push(AttemptView::begun(attempt, PhaseView::Repair, model.clone(), *at_ms));
                    }
                    Next::Score => calls.push(AttemptView::begun(attempt, PhaseView::Score, None, *at_ms)),
                    Next::Complete | Next::Review { .. } | Next::Mismatch => {}
                }
            }
            Event::CallFailed { step: of, failure, usage, cost, duration_ms, .. } if *of == step => {
                if let Some(call) = calls.last_mut() {
                    call.duration_ms = Some(*duration_ms);
                    call.usage = Some(*usage);
                    call.cost = Some(CostView::of_call(*cost));
                    call.error = Some(failure.clone());
                }
            }
            Event::Scored { step: of, scoring, .. } if *of == step => {
                if let Some(call) = calls.last_mut() {
                    call.model = scoring.model.as_ref().map(name_of);
                    call.duration_ms = Some(scoring.duration_ms);
                    call.usage = Some(scoring.usage);
                    call.cost = Some(CostView::of_call(scoring.cost));
                    call.output_ref = scoring.answer;
                    call.error = scoring.reason.as_ref().map(|message| Failure {
                        code: FailureCode::ProviderProtocol,
                        message: message.clone(),
                        retryable: false,
                        attempt,
                        status: None,
                    });
                }
            }
            Event::Interrupted { step: of, then, .. } if *of == step => {
                let repeated = calls.last_mut().map(|call| {
                    call.interrupted = true;
                    (call.kind, call.model.clone())
                });
                if let (planloom_core::execution::AfterInterruption::Again, Some((kind, model))) = (then, repeated) {
                    calls.push(AttemptView::begun(attempt, kind, model, *at_ms));
                }
            }
            _ => {}
        }
    }
    calls
}

impl AttemptView {
    fn begun(n: u32, kind: PhaseView, model: Option<String>, at_ms: i64) -> AttemptView {
        AttemptView {
            n,
            kind,
            model,
            started_at: timestamp(at_ms),
            duration_ms: None,
            usage: None,
            cost: None,
            error: None,
            interrupted: false,
            output: None,
            output_ref: None,
        }
    }
}

fn name_of(model: &Model) -> String {
    format!("{}:{}", model.provider, model.model_id)
}

/// The history of the approvals of `step`, oldest first.
pub(crate) fn history(events: &[(i64, Event)], step: StepIndex) -> Vec<HistoryEntry> {
    let mut entries = Vec::new();
    let mut drafted: Option<TextRef> = None;
    let mut score = None;
    let mut open = false;
    for (at_ms, event) in events {
        let entry = |event, actor: &str| HistoryEntry {
            event,
            at: timestamp(*at_ms),
            actor: actor.to_owned(),
            comment: None,
            reason: None,
            confidence: None,
            output_hash: None,
        };
        match event {
            Event::Answered { step: of, answer, next, .. } if *of == step => {
                drafted = Some(answer.output);
                score = None;
                if let Next::Review { .. } = next {
                    open = true;
                    entries
                        .push(HistoryEntry { output_hash: hash(drafted), ..entry(HistoryEvent::Requested, "engine") });
                }
            }
            Event::Scored { step: of, scoring, next, .. } if *of == step => {
                score = scoring.score.as_ref().map(confidence);
                let word = match next {
                    Next::Review { .. } => HistoryEvent::Requested,
                    Next::Complete | Next::Repair | Next::Score | Next::Mismatch => HistoryEvent::AutoApproved,
                };
                open = word == HistoryEvent::Requested;
                let reason = scoring.reason.clone();
                let output_hash = hash(drafted);
                entries.push(HistoryEntry { confidence: score, output_hash, reason, ..entry(word, "engine") });
            }
            Event::Interrupted {
                step: of, then: planloom_core::execution::AfterInterruption::Review { .. }, ..
            } if *of == step => {
                open = true;
                entries.push(HistoryEntry { output_hash: hash(drafted), ..entry(HistoryEvent::Requested, "engine") });
            }
            Event::Decided { step: of, decision, .. } if *of == step => {
                open = false;
                let output_hash = Some(decision.judged.to_string());
                let base =
                    HistoryEntry { confidence: score, output_hash, ..entry(HistoryEvent::Approved, &decision.by) };
                entries.push(match &decision.verdict {
                    Verdict::Approved { comment, .. } => HistoryEntry { comment: comment.clone(), ..base },
                    Verdict::Rejected { reason, .. } => {
                        HistoryEntry { event: HistoryEvent::Rejected, reason: Some(reason.clone()), ..base }
                    }
                });
            }
            Event::Undone { step: of, by } if *of == step => {
                open = true;
                entries.push(entry(HistoryEvent::Undone, by));
            }
            Event::Assigned { step: of, reviewer, by } if *of == step => {
                entries.push(HistoryEntry { comment: reviewer.clone(), ..entry(HistoryEvent::Assigned, by) });
            }
            Event::Reminded { step: of, .. } if *of == step => entries.push(entry(HistoryEvent::Reminded, "engine")),
            Event::Expired { step: of } if *of == step => entries.push(entry(HistoryEvent::Expired, "timeout")),
            Event::Ended { outcome: Outcome::Cancelled | Outcome::Failed(_) } if open => {
                open = false;
                entries.push(entry(HistoryEvent::Cancelled, "engine"));
            }
            Event::Resumed { by, .. } if entries.last().is_some_and(|last| last.event == HistoryEvent::Cancelled) => {
                open = true;
                entries.push(HistoryEntry { output_hash: hash(drafted), ..entry(HistoryEvent::Requested, by) });
            }
            _ => {}
        }
    }
    entries
}

fn hash(text: Option<TextRef>) -> Option<String> {
    text.map(|text| text.hash.to_string())
}
