//! Whole journals of a few telling executions, as they lie on disk: what a reader of the audit trail finds.
//!
//! A line is the time in milliseconds since the start, the event's JSON, and, where it changed, the status.

use std::fmt::Write as _;
use std::sync::Arc;

use planloom_core::execution::*;
use planloom_core::failure::FailureCode;
use planloom_core::plan::{Hitl, OnTimeout, Options};
use planloom_core::usage::{PicoUsd, Prices, Usage};

const T0_MS: i64 = 1_764_000_000_000;
const PRICES: Prices = Prices { input: 2_000_000, output: 10_000_000, cache_read: 0, cache_write: 0 };

/// An execution that is told what happens, and the journal that it leaves.
struct Life {
    state: ExecutionState,
    now_ms: i64,
    journal: Vec<(i64, String)>,
    page: String,
}

/// A step that depends on the steps with these indexes.
fn step(id: &str, depends_on: &[StepIndex]) -> StepShape {
    StepShape {
        id: id.into(),
        depends_on: depends_on.to_vec(),
        max_attempts: 3,
        backoff_ms: 1_000,
        ..StepShape::default()
    }
}

fn life(mut steps: Vec<StepShape>, hitl: Hitl, options: Options) -> Life {
    for index in 0..steps.len() {
        for on in steps[index].depends_on.clone() {
            steps[on as usize].dependents.push(index as StepIndex);
        }
    }
    let state = ExecutionState::new("dt_exec_1".into(), Arc::new(Shape { steps }));
    let mut life = Life { state, now_ms: T0_MS, journal: Vec::new(), page: String::new() };
    life.say(Input::Start(Box::new(Start {
        plan_id: "dt_plan_1".to_owned(),
        plan_version: 1,
        plan_name: "Contract review".to_owned(),
        input: TextRef::of("{}"),
        hitl,
        options,
        simulated: false,
        warnings: Vec::new(),
    })));
    life
}

fn answer(text: &str) -> Answer {
    let usage = Usage { input: 100, output: 20, ..Usage::default() };
    Answer {
        output: TextRef::of(text),
        usage,
        cost: Cost::Known(PRICES.cost(usage)),
        duration_ms: 900,
        prompt: TextRef::of("prompt"),
        truncated: false,
        warnings: Vec::new(),
        mismatch: None,
    }
}

fn failure(code: FailureCode, retry_after_ms: Option<u64>) -> CallFailure {
    CallFailure {
        code,
        message: "The provider said no.".to_owned(),
        retryable: true,
        status: Some(529),
        retry_after_ms,
        usage: Usage::default(),
        cost: Cost::NOTHING,
        duration_ms: 40,
    }
}

impl Life {
    fn try_say(&mut self, input: Input) -> Result<(), Refusal> {
        let before = self.state.status();
        let events = self.state.step(input, self.now_ms)?;
        let last = events.len() - 1;
        for (at, event) in events.into_iter().enumerate() {
            let text = serde_json::to_string(&event).unwrap();
            write!(self.page, "{:>8} {}", self.now_ms - T0_MS, shortened(&text)).unwrap();
            if at == last && self.state.status() != before {
                write!(self.page, "  → {}", self.state.status().as_str()).unwrap();
            }
            self.page.push('\n');
            self.journal.push((self.now_ms, text));
        }
        Ok(())
    }

    fn say(&mut self, input: Input) {
        self.try_say(input).unwrap();
    }

    fn wait(&mut self, ms: i64) {
        self.now_ms += ms;
    }

    fn admit(&mut self, step: StepIndex) {
        let model = Model {
            alias: "sonnet".into(),
            provider: "anthropic".into(),
            model_id: "claude-sonnet-5-5".into(),
            prices: Some(PRICES),
        };
        self.say(Input::Admitted { step, model, reserve: PicoUsd(5_000_000_000) });
    }

    fn answered(&mut self, step: StepIndex, result: Result<Answer, CallFailure>) {
        let call = self.state.tasks[step as usize].call;
        self.say(Input::Answered { step, call, result });
    }

    /// A task from its lane to its answer, in a second.
    fn call(&mut self, step: StepIndex, text: &str) {
        self.admit(step);
        self.wait(1_000);
        self.answered(step, Ok(answer(text)));
    }

    fn decide(&mut self, step: StepIndex, verdict: Verdict) {
        self.say(Input::Decide { step, verdict, by: "ada".to_owned(), judged: None, undo_ms: 0 });
    }

    /// Sleeps until the state wants to be woken.
    fn wake(&mut self) {
        self.now_ms = self.state.wake_at_ms().expect("a timer");
        self.say(Input::Tick);
    }

    /// The process dies: the state is folded again from the text of the journal.
    fn crash(&mut self, down_ms: i64) {
        let mut state = ExecutionState::new(Arc::clone(&self.state.id), Arc::clone(&self.state.shape));
        for (at_ms, text) in &self.journal {
            state.apply(&serde_json::from_str(text).unwrap(), *at_ms);
        }
        self.state = state;
        self.wait(down_ms);
        self.say(Input::Recover);
    }

    /// The journal, and what the execution looks like at its end.
    fn page(mut self) -> String {
        self.page.push('\n');
        for (task, shape) in self.state.tasks.iter().zip(&self.state.shape.steps) {
            let status = task.state.status().as_str();
            writeln!(self.page, "{}: {status}, attempt {}, {:?}", shape.id, task.attempt, task.spent).unwrap();
        }
        writeln!(self.page, "{}, {:?}", self.state.status().as_str(), self.state.spent).unwrap();
        self.page
    }
}

/// Hashes and models are cut, for the eye.
fn shortened(text: &str) -> String {
    let mut text = text.replace(
        r#"{"alias":"sonnet","provider":"anthropic","model_id":"claude-sonnet-5-5","prices":{"input":2000000,"output":10000000,"cacheRead":0,"cacheWrite":0}}"#,
        "SONNET",
    );
    while let Some(at) = text.find(r#""hash":""#) {
        text.replace_range(at..at + 8 + 65, &format!("#{}", text[at + 8..at + 14].to_owned()));
    }
    if let Some(at) = text.find(r#""judged":""#) {
        text.replace_range(at + 16..at + 74, "");
    }
    since_start(text)
}

/// Dates as milliseconds since the start.
fn since_start(mut text: String) -> String {
    let mut from = 0;
    while let Some(at) = text[from..].find("_ms\":176").map(|at| from + at + 5) {
        let digits = text[at..].find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len() - at);
        let since_ms = text[at..at + digits].parse::<i64>().unwrap() - T0_MS;
        text.replace_range(at..at + digits, &since_ms.to_string());
        from = at;
    }
    text
}

#[test]
fn a_chain_completes() {
    let mut life = life(vec![step("extract", &[]), step("analyze", &[0])], Hitl::default(), Options::default());
    life.call(0, "clauses");
    life.call(1, "risks");
    insta::assert_snapshot!(life.page());
}

#[test]
fn a_condition_skips_and_the_join_runs() {
    let urgent = StepShape { has_condition: true, ..step("urgent", &[0]) };
    let steps =
        vec![step("triage", &[]), urgent, step("after-urgent", &[1]), step("normal", &[0]), step("join", &[2, 3])];
    let mut life = life(steps, Hitl::default(), Options::default());
    life.call(0, "calm");
    life.say(Input::Condition { step: 1, result: Ok(false) });
    life.call(3, "normal");
    life.call(4, "joined");
    insta::assert_snapshot!(life.page());
}

#[test]
fn a_failure_is_retried_and_then_cancels_what_follows() {
    let steps = vec![step("extract", &[]), step("analyze", &[0]), step("apart", &[])];
    let mut life = life(steps, Hitl::default(), Options::default());
    for _ in 0..3 {
        life.admit(0);
        life.wait(100);
        life.answered(0, Err(failure(FailureCode::ProviderOverloaded, None)));
        if life.state.wake_at_ms().is_some() {
            life.wake();
        }
    }
    life.call(2, "goes on");
    insta::assert_snapshot!(life.page());
}

#[test]
fn a_wait_that_the_provider_asks_for_is_free_until_it_is_too_long() {
    let mut life = life(vec![step("extract", &[])], Hitl::default(), Options::default());
    for wait_ms in [20_000, 600_000, 600_000, 599_999] {
        life.admit(0);
        life.wait(100);
        life.answered(0, Err(failure(FailureCode::ProviderRateLimited, Some(wait_ms))));
        if life.state.wake_at_ms().is_some() {
            life.wake();
        }
    }
    insta::assert_snapshot!(life.page());
}

#[test]
fn a_reviewer_edits_and_approves_once() {
    let hitl = Hitl { required_for: vec!["analyze".to_owned()], ..Hitl::default() };
    let mut life = life(vec![step("analyze", &[]), step("draft", &[0])], hitl, Options::default());
    life.call(0, "risks");
    life.wait(5_000);
    let verdict =
        Verdict::Approved { modified: Some(TextRef::of("fewer risks")), comment: Some("Shorter.".to_owned()) };
    let decide = |verdict: &Verdict, judged: &str| Input::Decide {
        step: 0,
        verdict: verdict.clone(),
        by: "ada".to_owned(),
        judged: Some(TextRef::of(judged).hash),
        undo_ms: 0,
    };
    let current = TextRef::of("risks").hash;
    assert_eq!(life.try_say(decide(&verdict, "an older text")), Err(Refusal::Stale { current }));
    life.say(decide(&verdict, "risks"));
    let first = life.state.tasks[0].decision.clone().unwrap();
    assert_eq!(life.try_say(decide(&verdict, "risks")), Err(Refusal::AlreadyDecided(Box::new(first))));
    assert_eq!(life.state.tasks[0].replaced, Some(TextRef::of("risks")));
    life.call(1, "memo");
    insta::assert_snapshot!(life.page());
}

#[test]
fn a_rejection_with_retry_is_undone_repeated_and_reviewed_again() {
    let hitl = Hitl { timeout_ms: Some(60_000), ..Hitl::default() };
    let reviewed = StepShape { requires_approval: true, ..step("analyze", &[]) };
    let mut life = life(vec![reviewed], hitl, Options::default());
    life.call(0, "risks");
    let verdict =
        Verdict::Rejected { reason: "Too long.".to_owned(), retry: true, retry_prompt: Some("Shorter.".to_owned()) };
    for _ in 0..2 {
        life.say(Input::Decide {
            step: 0,
            verdict: verdict.clone(),
            by: "ada".to_owned(),
            judged: None,
            undo_ms: 5_000,
        });
        life.wait(1_000);
        if life.state.tasks[0].decision.as_ref().is_some_and(|decision| decision.at_ms < T0_MS + 2_000) {
            life.say(Input::Undo { step: 0, by: "ada".to_owned() });
        }
    }
    life.wake();
    assert_eq!(life.try_say(Input::Undo { step: 0, by: "ada".to_owned() }), Err(Refusal::UndoTooLate));
    life.call(0, "fewer");
    life.decide(0, Verdict::Approved { modified: None, comment: None });
    insta::assert_snapshot!(life.page());
}

#[test]
fn a_crash_interrupts_and_the_third_in_a_row_fails() {
    let mut life = life(vec![step("extract", &[]), step("slow", &[])], Hitl::default(), Options::default());
    life.call(0, "clauses");
    for _ in 0..3 {
        life.admit(1);
        life.wait(500);
        life.crash(60_000);
    }
    insta::assert_snapshot!(life.page());
}

#[test]
fn a_cancelled_execution_is_resumed_with_its_approval() {
    let hitl = Hitl { timeout_ms: Some(3_600_000), ..Hitl::default() };
    let reviewed = StepShape { requires_approval: true, ..step("analyze", &[0]) };
    let mut life = life(vec![step("extract", &[]), reviewed, step("slow", &[0])], hitl, Options::default());
    life.call(0, "clauses");
    life.call(1, "risks");
    life.admit(2);
    life.wait(500);
    life.say(Input::Cancel { by: "local".to_owned() });
    assert_eq!(
        life.try_say(Input::Cancel { by: "local".to_owned() }),
        Err(Refusal::NotRunning(ExecutionStatus::Cancelled))
    );
    life.wait(7_200_000);
    life.say(Input::Resume { max_cost: None, by: "local".to_owned() });
    life.call(2, "at last");
    life.decide(1, Verdict::Approved { modified: None, comment: None });
    insta::assert_snapshot!(life.page());
}

#[test]
fn a_budget_pauses_until_it_is_raised() {
    let options = Options { max_cost: Some(0.0055), ..Options::default() };
    let mut life = life(vec![step("a", &[]), step("b", &[]), step("c", &[])], Hitl::default(), options);
    life.admit(0);
    life.admit(1);
    life.admit(2);
    life.wait(1_000);
    life.answered(0, Ok(answer("a")));
    life.call(1, "b");
    life.wait(1_000);
    assert_eq!(
        life.state.paused_reasons(),
        [PausedReason::Budget { needed: PicoUsd(5_000_000_000), left: PicoUsd(4_700_000_000) }]
    );
    life.say(Input::Resume { max_cost: Some(PicoUsd(6_000_000_000)), by: "local".to_owned() });
    life.call(2, "c");
    insta::assert_snapshot!(life.page());
}

#[test]
fn a_deadline_that_passed_unseen_gets_a_grace() {
    let hitl = Hitl { timeout_ms: Some(3_600_000), on_timeout: Some(OnTimeout::Reject), ..Hitl::default() };
    let reviewed = StepShape { requires_approval: true, ..step("analyze", &[]) };
    let mut life = life(vec![reviewed, step("draft", &[0])], hitl, Options::default());
    life.call(0, "risks");
    life.crash(86_400_000);
    life.wake();
    insta::assert_snapshot!(life.page());
}

#[test]
fn the_time_of_the_machine_runs_out_and_that_of_people_does_not() {
    let options = Options { timeout_ms: Some(10_000), ..Options::default() };
    let reviewed = StepShape { requires_approval: true, ..step("analyze", &[]) };
    let mut life = life(vec![reviewed, step("slow", &[0])], Hitl::default(), options);
    life.call(0, "risks");
    life.wait(3_600_000);
    life.decide(0, Verdict::Approved { modified: None, comment: None });
    life.admit(1);
    life.wait(2_000);
    life.crash(3_600_000);
    life.admit(1);
    life.wake();
    insta::assert_snapshot!(life.page());
}

#[test]
fn a_clock_that_is_set_back_strands_no_retry() {
    let mut life = life(vec![step("extract", &[])], Hitl::default(), Options::default());
    life.admit(0);
    life.answered(0, Err(failure(FailureCode::ProviderOverloaded, None)));
    life.wait(-86_400_000);
    life.say(Input::ClockMoved);
    assert_eq!(life.state.queued().collect::<Vec<_>>(), [0]);
    life.call(0, "clauses");
    assert_eq!(life.state.status(), ExecutionStatus::Completed);
}

#[test]
fn a_wait_of_nothing_uses_up_an_attempt() {
    let mut life = life(vec![step("extract", &[])], Hitl::default(), Options::default());
    for _ in 0..3 {
        life.admit(0);
        life.answered(0, Err(failure(FailureCode::ProviderOverloaded, Some(0))));
        if life.state.wake_at_ms().is_some() {
            life.wake();
        }
    }
    assert_eq!(life.state.status(), ExecutionStatus::Failed);
}

#[test]
fn a_call_that_costs_nothing_costs_nothing_when_it_is_cut() {
    let mut life = life(vec![step("local", &[])], Hitl::default(), Options::default());
    let model =
        Model { alias: "local".into(), provider: "openai".into(), model_id: "m".into(), prices: Some(Prices::FREE) };
    life.say(Input::Admitted { step: 0, model, reserve: PicoUsd(0) });
    life.say(Input::Cancel { by: "local".to_owned() });
    assert_eq!(life.state.spent, Spent::default());
}
