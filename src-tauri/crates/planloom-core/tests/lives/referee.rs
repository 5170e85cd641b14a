//! The rules, written a second time and in another way: from the committed events alone, all tasks looked at each
//! time. It knows nothing of the indexes and counters of the core.

use std::collections::HashMap;
use std::sync::Arc;

use planloom_core::execution::*;
use planloom_core::failure::FailureCode;
use planloom_core::plan::OnTimeout;
use planloom_core::usage::{PicoUsd, Usage};

use crate::plans::RandomPlan;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Waiting,
    Due,
    Ready,
    Short(PicoUsd),
    InFlight(Phase),
    Backoff { until_ms: i64, longest_ms: i64 },
    Approval,
    Held { until_ms: i64 },
    Completed,
    Failed,
    Rejected,
    Skipped,
    Cancelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KeptPlace {
    Nothing,
    Score,
    Approval,
}

/// What the referee knows of one task.
pub struct Seen {
    pub place: Place,
    pub call: u32,
    attempt: u32,
    condition_met: bool,
    completed_once: bool,
    admitted: u32,
    not_counted: u32,
    counted: u32,
    timeouts: u32,
    waited_ms: u64,
    interrupted_in_row: u32,
    imperfect: bool,
    truncated: bool,
    score_asked: bool,
    scored: Option<u16>,
    until_ms: Option<i64>,
    overdue: bool,
    pub decision: Option<Decision>,
    kept: KeptPlace,
    usage: Usage,
    known: u64,
}

pub struct Referee {
    shape: Arc<Shape>,
    order: Vec<StepIndex>,
    pub tasks: Vec<Seen>,
    start: Option<Start>,
    outcome: Option<Outcome>,
    closing: Option<Outcome>,
    /// What each call that failed said, as the world made it up.
    pub failures: HashMap<(StepIndex, u32), CallFailure>,
    last_at_ms: i64,
    pub machine_ms: i64,
    recovering: bool,
    clock_moved: bool,
    /// The budget now, and what it may not be exceeded by.
    pub max_cost: Option<u64>,
}

fn ended(place: Place) -> bool {
    use Place::*;
    matches!(place, Completed | Failed | Rejected | Skipped | Cancelled)
}

impl Referee {
    pub fn new(plan: &RandomPlan) -> Referee {
        let seen = |_| Seen {
            place: Place::Waiting,
            call: 0,
            attempt: 0,
            condition_met: false,
            completed_once: false,
            admitted: 0,
            not_counted: 0,
            counted: 0,
            timeouts: 0,
            waited_ms: 0,
            interrupted_in_row: 0,
            imperfect: false,
            truncated: false,
            score_asked: false,
            scored: None,
            until_ms: None,
            overdue: false,
            decision: None,
            kept: KeptPlace::Nothing,
            usage: Usage::default(),
            known: 0,
        };
        Referee {
            shape: Arc::clone(&plan.shape),
            order: plan.order.clone(),
            tasks: (0..plan.shape.steps.len()).map(seen).collect(),
            start: None,
            outcome: None,
            closing: None,
            failures: HashMap::new(),
            last_at_ms: 0,
            machine_ms: 0,
            recovering: false,
            clock_moved: false,
            max_cost: None,
        }
    }

    fn start(&self) -> &Start {
        self.start.as_ref().expect("something happened before the start")
    }

    fn required(&self, step: StepIndex) -> bool {
        let shape = &self.shape.steps[step as usize];
        shape.requires_approval || self.start().hitl.required_for.iter().any(|id| **id == *shape.id)
    }

    fn review_until_ms(&self, at_ms: i64) -> Option<i64> {
        self.start().hitl.timeout_ms.map(|timeout_ms| at_ms + timeout_ms as i64)
    }

    fn status(&self) -> ExecutionStatus {
        use Place::*;
        match (&self.start, &self.outcome) {
            (None, _) => ExecutionStatus::Pending,
            (_, Some(Outcome::Completed)) => ExecutionStatus::Completed,
            (_, Some(Outcome::Failed(_))) => ExecutionStatus::Failed,
            (_, Some(Outcome::Cancelled)) => ExecutionStatus::Cancelled,
            (_, None) => {
                let any = |of: fn(Place) -> bool| self.tasks.iter().any(|seen| of(seen.place));
                if !any(|place| matches!(place, InFlight(_) | Backoff { .. } | Ready | Due))
                    && any(|place| matches!(place, Approval | Held { .. } | Short(_)))
                {
                    ExecutionStatus::Paused
                } else {
                    ExecutionStatus::Running
                }
            }
        }
    }

    /// Takes note of a committed event, and objects if it breaks a rule.
    pub fn see(&mut self, event: &Event, at_ms: i64) {
        let free = matches!(event, Event::Started(_) | Event::Recovered | Event::ClockMoved | Event::Resumed { .. });
        if !free && self.status() == ExecutionStatus::Running {
            self.machine_ms += (at_ms - self.last_at_ms).max(0);
        }
        self.last_at_ms = at_ms;
        let follows = matches!(event, Event::Interrupted { .. } | Event::Reminded { .. } | Event::RetryDue { .. })
            || matches!(event, Event::TookEffect { .. });
        self.recovering = *event == Event::Recovered || (self.recovering && follows);
        self.clock_moved =
            matches!(event, Event::ClockMoved | Event::Recovered) || (self.clock_moved && (follows || self.recovering));
        assert!(self.outcome.is_none() || matches!(event, Event::Resumed { .. }), "{event:?} after the end");
        self.note(event, at_ms);
        self.derive();
    }

    fn note(&mut self, event: &Event, at_ms: i64) {
        match event {
            Event::Started(start) => {
                assert!(self.start.is_none(), "started twice");
                self.max_cost = start.options.max_cost.and_then(PicoUsd::from_usd).map(|cost| cost.0);
                self.start = Some((**start).clone());
            }
            Event::ConditionMet { step } => {
                self.expect(*step, |place| place == Place::Due, event);
                self.seen(*step).condition_met = true;
                self.seen(*step).place = Place::Ready;
            }
            Event::Skipped { step, because } => {
                assert_eq!(*because, SkipReason::Condition);
                self.expect(*step, |place| place == Place::Due, event);
                self.seen(*step).place = Place::Skipped;
            }
            Event::ConditionFailed { step, .. } => {
                self.expect(*step, |place| place == Place::Due, event);
                self.seen(*step).place = Place::Failed;
            }
            Event::Admitted { step, attempt, .. } => self.note_admitted(*step, *attempt),
            Event::BudgetShort { step, needed } => {
                self.expect(*step, |place| matches!(place, Place::Ready | Place::Short(_)), event);
                assert!(self.max_cost.is_some(), "short of a budget that there is not");
                self.seen(*step).place = Place::Short(*needed);
            }
            Event::Answered { step, call, answer, next } => self.note_answered(*step, *call, answer, *next, at_ms),
            Event::CallFailed { step, call, failure, usage, cost, then, .. } => {
                self.note_failed(*step, *call, failure.code, *then, at_ms);
                self.pay(*step, *usage, *cost);
            }
            Event::Interrupted { step, call, then } => self.note_interrupted(*step, *call, *then, at_ms),
            Event::RetryDue { step } => {
                let clock_moved = self.clock_moved;
                let Place::Backoff { until_ms, longest_ms } = self.seen(*step).place else { panic!("no retry waits") };
                assert!(until_ms <= at_ms || (clock_moved && until_ms - at_ms > longest_ms), "retried too early");
                self.seen(*step).place = Place::Ready;
            }
            Event::Scored { step, call, scoring, next } => {
                self.expect(*step, |place| place == Place::InFlight(Phase::Score), event);
                assert_eq!(self.seen(*step).call, *call);
                self.pay(*step, scoring.usage, scoring.cost);
                self.note_scored(*step, scoring, *next, at_ms);
            }
            Event::Decided { step, decision, held_until_ms } => {
                self.note_decided(*step, decision, *held_until_ms, at_ms);
            }
            Event::TookEffect { step } => {
                let clock_moved = self.clock_moved;
                let Place::Held { until_ms } = self.seen(*step).place else { panic!("nothing was held") };
                assert!(until_ms <= at_ms || (clock_moved && until_ms - at_ms > 30_000), "took effect too early");
                self.take_effect(*step);
            }
            Event::Undone { step, .. } => {
                let seen = self.seen(*step);
                let Place::Held { until_ms } = seen.place else { panic!("nothing to take back") };
                assert!(at_ms < until_ms, "taken back too late");
                seen.place = Place::Approval;
                seen.decision = None;
            }
            Event::Assigned { step, .. } => self.expect(*step, |place| place == Place::Approval, event),
            Event::Reminded { step, until_ms } => {
                self.expect(*step, |place| place == Place::Approval, event);
                let grace_ms = self.start().hitl.timeout_ms.unwrap_or_default().min(15 * 60_000) as i64;
                let clock_moved = self.clock_moved;
                let seen = self.seen(*step);
                let until_before_ms = seen.until_ms.expect("a grace without a deadline");
                assert!(until_before_ms <= at_ms && !seen.overdue);
                assert!(clock_moved || at_ms - until_before_ms > 30_000, "a grace for a deadline that was watched");
                assert_eq!(*until_ms, at_ms + grace_ms);
                seen.until_ms = Some(*until_ms);
            }
            Event::Expired { step } => {
                self.expect(*step, |place| place == Place::Approval, event);
                let on_timeout = self.start().hitl.on_timeout.unwrap_or_default();
                let seen = self.seen(*step);
                let unproven = seen.truncated || (seen.score_asked && seen.scored.is_none());
                assert!(seen.until_ms.is_some_and(|until_ms| until_ms <= at_ms) && !seen.overdue);
                assert!(on_timeout == OnTimeout::Hold || (on_timeout == OnTimeout::Approve && unproven));
                seen.overdue = true;
            }
            Event::BudgetRaised { max_cost, .. } => {
                assert!(self.max_cost.is_some_and(|before| before < max_cost.0));
                self.max_cost = Some(max_cost.0);
            }
            Event::CancelRequested { .. } => self.close(Outcome::Cancelled),
            Event::TimedOut => {
                let timeout_ms = self.start().options.timeout_ms.expect("timed out without a limit");
                assert!(self.machine_ms >= timeout_ms as i64, "timed out after {} ms", self.machine_ms);
                self.close(Outcome::Failed(ExecutionFailure::ExecutionTimeout { timeout_ms }));
            }
            Event::Resumed { max_cost, reviews_until_ms, .. } => {
                assert!(matches!(self.outcome, Some(Outcome::Failed(_) | Outcome::Cancelled)));
                assert_eq!(*reviews_until_ms, self.review_until_ms(at_ms));
                self.max_cost = max_cost.map(|cost| cost.0).or(self.max_cost);
                self.resume(*reviews_until_ms);
            }
            Event::Recovered | Event::ClockMoved => {}
            Event::Ended { outcome } => {
                assert!(self.tasks.iter().all(|seen| ended(seen.place)), "ended with open tasks");
                let failed = self.tasks.iter().position(|seen| matches!(seen.place, Place::Failed | Place::Rejected));
                let natural = failed.map_or(Outcome::Completed, |step| {
                    Outcome::Failed(match self.tasks[step].place {
                        Place::Rejected => ExecutionFailure::StepRejected { step: step as StepIndex },
                        _ => ExecutionFailure::StepFailed { step: step as StepIndex },
                    })
                });
                assert_eq!(*outcome, self.closing.take().unwrap_or(natural));
                self.outcome = Some(outcome.clone());
            }
        }
    }

    fn seen(&mut self, step: StepIndex) -> &mut Seen {
        &mut self.tasks[step as usize]
    }

    fn expect(&self, step: StepIndex, wanted: impl Fn(Place) -> bool, event: &Event) {
        let place = self.tasks[step as usize].place;
        assert!(wanted(place), "{event:?} while {place:?}");
    }

    fn pay(&mut self, step: StepIndex, usage: Usage, cost: Cost) {
        let seen = self.seen(step);
        seen.usage = seen.usage.plus(usage);
        seen.known += match cost {
            Cost::Known(part) | Cost::AtLeast(part) => part.0,
            Cost::Unpriced => 0,
        };
    }

    fn note_admitted(&mut self, step: StepIndex, attempt: u32) {
        let shape = Arc::clone(&self.shape);
        let shape = &shape.steps[step as usize];
        let places: Vec<Place> = shape.depends_on.iter().map(|on| self.tasks[*on as usize].place).collect();
        assert!(places.iter().all(|place| matches!(place, Place::Completed | Place::Skipped)), "started too early");
        assert!(places.is_empty() || places.contains(&Place::Completed), "started after skipped ones only");
        let seen = self.seen(step);
        // One that was short of the budget may have been woken in the same batch.
        assert!(matches!(seen.place, Place::Ready | Place::Short(_)), "admitted while {:?}", seen.place);
        assert!(!seen.completed_once, "a completed task is called again");
        assert!(!shape.has_condition || seen.condition_met, "called without its condition");
        assert_eq!(attempt, seen.attempt + 1);
        seen.attempt = attempt;
        seen.call += 1;
        seen.admitted += 1;
        assert!(seen.admitted - seen.not_counted <= shape.max_attempts, "too many attempts");
        seen.scored = None;
        seen.place = Place::InFlight(Phase::Call);
    }

    fn note_answered(&mut self, step: StepIndex, call: u32, answer: &Answer, next: Next, at_ms: i64) {
        let repairing = self.tasks[step as usize].place == Place::InFlight(Phase::Repair);
        assert!(repairing || self.tasks[step as usize].place == Place::InFlight(Phase::Call));
        assert_eq!(self.seen(step).call, call, "a late answer was taken");
        self.pay(step, answer.usage, answer.cost);
        let threshold = self.start().hitl.confidence_threshold;
        let required = self.required(step);
        let until_ms = self.review_until_ms(at_ms);
        let expected = match (&answer.mismatch, repairing) {
            (Some(_), false) => Next::Repair,
            (Some(_), true) => Next::Mismatch,
            (None, _) if threshold.is_some() => Next::Score,
            (None, _) if required => Next::Review { reason: ReviewReason::Required, until_ms },
            (None, _) => Next::Complete,
        };
        assert_eq!(next, expected);
        let seen = self.seen(step);
        seen.interrupted_in_row = 0;
        seen.truncated = answer.truncated;
        seen.imperfect = answer.truncated || repairing;
        seen.score_asked = threshold.is_some();
        match next {
            Next::Complete => self.complete(step),
            Next::Mismatch => seen.place = Place::Failed,
            Next::Repair | Next::Score => {
                seen.call += 1;
                seen.place = Place::InFlight(if next == Next::Score { Phase::Score } else { Phase::Repair });
            }
            Next::Review { until_ms, .. } => self.open(step, until_ms),
        }
    }

    fn complete(&mut self, step: StepIndex) {
        let seen = self.seen(step);
        seen.place = Place::Completed;
        seen.completed_once = true;
    }

    fn open(&mut self, step: StepIndex, until_ms: Option<i64>) {
        let seen = self.seen(step);
        seen.place = Place::Approval;
        seen.until_ms = until_ms;
        seen.overdue = false;
        seen.decision = None;
    }

    fn note_failed(&mut self, step: StepIndex, call: u32, code: FailureCode, then: AfterFailure, at_ms: i64) {
        let said = self.failures[&(step, call)].clone();
        let shape = Arc::clone(&self.shape);
        let shape = &shape.steps[step as usize];
        let seen = self.seen(step);
        assert!(matches!(seen.place, Place::InFlight(Phase::Call | Phase::Repair)));
        assert_eq!((seen.call, said.code), (call, code));
        seen.interrupted_in_row = 0;
        let wait_ms = said.retry_after_ms.filter(|wait_ms| *wait_ms > 0).map(|wait_ms| wait_ms.max(1_000));
        let hopeless = !said.retryable || (code == FailureCode::Timeout && seen.timeouts > 0);
        let allowed = match wait_ms {
            Some(wait_ms) => wait_ms <= 600_000 && seen.waited_ms + wait_ms <= 1_800_000,
            None => seen.counted + 1 < shape.max_attempts,
        };
        seen.timeouts += u32::from(code == FailureCode::Timeout);
        match then {
            AfterFailure::Fail => {
                assert!(hopeless || !allowed, "given up too early: {said:?}");
                seen.place = Place::Failed;
            }
            AfterFailure::Retry { until_ms, free } => {
                assert!(!hopeless && allowed, "tried too often: {said:?}");
                let delay_ms = (until_ms - at_ms) as u64;
                assert_eq!(free, wait_ms.is_some());
                if let Some(wait_ms) = wait_ms {
                    assert_eq!(delay_ms, wait_ms);
                    seen.waited_ms += wait_ms;
                    seen.not_counted += 1;
                } else {
                    let full_ms = (shape.backoff_ms << seen.counted).min(60_000);
                    assert!(delay_ms >= full_ms / 2 && delay_ms <= full_ms, "{delay_ms} of {full_ms}");
                    seen.counted += 1;
                }
                seen.place = Place::Backoff { until_ms, longest_ms: if free { 600_000 } else { 60_000 } };
            }
        }
    }

    fn note_interrupted(&mut self, step: StepIndex, call: u32, then: AfterInterruption, at_ms: i64) {
        assert!(self.recovering, "interrupted without a crash");
        let required = self.required(step);
        let deadline_ms = self.review_until_ms(at_ms);
        let budget = self.max_cost.is_some();
        let seen = self.seen(step);
        assert_eq!(seen.call, call);
        let Place::InFlight(phase) = seen.place else { panic!("nothing was in flight") };
        seen.interrupted_in_row += 1;
        let third = seen.interrupted_in_row >= 3;
        match (phase, then) {
            (Phase::Call, AfterInterruption::Queue) if !third => {
                seen.not_counted += 1;
                seen.place = Place::Ready;
            }
            // The budget has no room for the repair.
            (Phase::Repair, AfterInterruption::Queue) if budget => {
                seen.not_counted += 1;
                seen.place = Place::Ready;
            }
            (Phase::Call | Phase::Repair, AfterInterruption::Fail) if third => seen.place = Place::Failed,
            (Phase::Repair | Phase::Score, AfterInterruption::Again) if !third => seen.call += 1,
            (Phase::Score, AfterInterruption::Review { reason, until_ms }) if third || budget => {
                assert_eq!(until_ms, deadline_ms);
                assert_eq!(reason, if required { ReviewReason::Required } else { ReviewReason::NotScored });
                seen.scored = None;
                self.open(step, until_ms);
            }
            _ => panic!("{then:?} for {phase:?} after {} interruptions", seen.interrupted_in_row),
        }
    }

    fn note_scored(&mut self, step: StepIndex, scoring: &Scoring, next: Next, at_ms: i64) {
        let hitl = self.start().hitl.clone();
        let required = self.required(step);
        let deadline_ms = self.review_until_ms(at_ms);
        let seen = self.seen(step);
        seen.interrupted_in_row = 0;
        seen.scored = scoring.score.as_ref().map(|score| score.confidence);
        let threshold = (hitl.confidence_threshold.expect("scored without a threshold") * 10_000.0).round() as u16;
        let passes = seen.scored.is_some_and(|confidence| confidence >= threshold) && !seen.imperfect && !required;
        let rate = hitl.spot_check_rate.unwrap_or_default();
        match next {
            Next::Complete => {
                assert!(passes && rate < 1.0, "not good enough to go on");
                self.complete(step);
            }
            Next::Review { reason, until_ms } => {
                assert_eq!(until_ms, deadline_ms);
                let wanted = match seen.scored {
                    _ if required => ReviewReason::Required,
                    None => ReviewReason::NotScored,
                    Some(confidence) if confidence < threshold => ReviewReason::LowConfidence,
                    Some(_) if seen.imperfect => ReviewReason::Imperfect,
                    Some(_) => ReviewReason::SpotCheck,
                };
                assert_eq!(reason, wanted);
                assert!(!passes || rate > 0.0, "reviewed without a reason");
                self.open(step, until_ms);
            }
            Next::Repair | Next::Score | Next::Mismatch => panic!("{next:?} after a score"),
        }
    }
}

#[path = "referee_ends.rs"]
mod ends;
