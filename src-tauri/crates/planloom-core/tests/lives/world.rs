//! The world around an execution: a shell that follows the effects, a disk that holds what was committed, providers
//! and people, and a clock that can be set. It does what the real ones do, and everything that can go wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use planloom_core::execution::*;
use planloom_core::usage::{PicoUsd, Prices};

use crate::answers::{self, Ceiling};
use crate::coverage::{self, Coverage};
use crate::plans::{Dice, RandomPlan, random_plan, random_start};
use crate::referee::Referee;

const T0_MS: i64 = 1_764_000_000_000;
const PRICED: Prices = Prices { input: 1, output: 1, cache_read: 1, cache_write: 1 };

/// Something that is going to happen.
#[derive(Clone)]
pub enum Happening {
    Say(Box<Input>),
    Wake,
    Review { step: StepIndex },
    Crash,
    ClockJump,
    Raise,
    Resume,
    Nudge,
}

pub struct World {
    pub dice: Dice,
    plan: RandomPlan,
    pub state: ExecutionState,
    journal: Vec<(i64, String)>,
    batch: Vec<(i64, Event)>,
    /// Inputs of this batch that a failed commit must not lose.
    answers: Vec<Input>,
    referee: Referee,
    agenda: BTreeMap<(i64, u64), Happening>,
    happened: u64,
    true_ms: i64,
    offset_ms: i64,
    /// What the shell keeps as wanted, from `take_touched` alone.
    wanted: BTreeMap<StepIndex, Effect>,
    /// Calls in flight, and those whose answer is not committed yet.
    calls: BTreeMap<StepIndex, (u32, Phase)>,
    evaluating: BTreeSet<StepIndex>,
    reviewing: BTreeSet<(StepIndex, u32, i64)>,
    wake: Option<i64>,
    ceilings: Vec<Ceiling>,
    prices: Option<Prices>,
    lanes: u32,
    faults: u64,
    /// How often of a hundred commits the process dies instead.
    crashes: u64,
    pub calm: bool,
    calm_after: u64,
    resumes_left: u32,
    /// What was really paid, known to the execution or not.
    paid: u64,
    allowed: Option<u64>,
    pub coverage: Coverage,
}

impl World {
    pub fn new(seed: u64) -> World {
        let mut dice = Dice::new(seed);
        let plan = random_plan(&mut dice);
        let start = random_start(&mut dice, &plan.shape);
        let len = plan.shape.steps.len();
        let budget = start.options.max_cost.is_some();
        let prices = if start.simulated {
            Some(Prices::FREE)
        } else if budget {
            Some(PRICED)
        } else {
            dice.pick(&[None, Some(PRICED), Some(Prices::FREE)])
        };
        let state = ExecutionState::new(format!("dt_exec_{seed}").into(), Arc::clone(&plan.shape));
        let mut world = World {
            referee: Referee::new(&plan),
            state,
            journal: Vec::new(),
            batch: Vec::new(),
            answers: Vec::new(),
            agenda: BTreeMap::new(),
            happened: 0,
            true_ms: T0_MS,
            offset_ms: 0,
            wanted: BTreeMap::new(),
            calls: BTreeMap::new(),
            evaluating: BTreeSet::new(),
            reviewing: BTreeSet::new(),
            wake: None,
            ceilings: (0..len).map(|_| Ceiling::random(&mut dice)).collect(),
            prices,
            lanes: dice.pick(&[1, 2, 8, 1_000]),
            faults: dice.pick(&[0, 10, 30, 60]),
            crashes: dice.pick(&[0, 2, 2, 20]),
            calm: false,
            calm_after: dice.range(5, 20 + 6 * len as u64),
            resumes_left: dice.range(0, 2) as u32,
            paid: 0,
            allowed: start.options.max_cost.and_then(PicoUsd::from_usd).map(|cost| cost.0),
            coverage: Coverage::new(),
            dice,
            plan,
        };
        world.say_in(0, Input::Start(Box::new(start)));
        if world.dice.percent(20) {
            let at_ms = world.dice.range(0, 100_000) as i64;
            world.say_in(at_ms, Input::Cancel { by: "local".to_owned() });
        }
        world.plan_trouble(len);
        world
    }

    fn plan_trouble(&mut self, len: usize) {
        let trouble = [(25, Happening::ClockJump), (20, Happening::ClockJump), (20, Happening::Crash)];
        for (percent, happening) in trouble {
            if self.dice.percent(percent) {
                let at_ms = self.dice.range(0, 300_000) as i64;
                self.after(at_ms, happening);
            }
        }
        for _ in 0..self.dice.range(0, 3) {
            let step = self.dice.range(0, len as u64 + 1) as StepIndex;
            let at_ms = self.dice.range(0, 200_000) as i64;
            let input = self.nonsense(step);
            self.say_in(at_ms, input);
        }
    }

    /// Something that is never possible, or only by chance.
    fn nonsense(&mut self, step: StepIndex) -> Input {
        let stale = self.dice.pick(&[0, u32::MAX]);
        match self.dice.range(0, 6) {
            0 => {
                Input::Answered { step, call: stale, result: Ok(answers::answer(&mut self.dice, Cost::NOTHING, false)) }
            }
            1 => Input::Answered { step, call: stale, result: Err(answers::failure(&mut self.dice, Cost::NOTHING)) },
            2 => {
                let scoring = Box::new(answers::scoring(&mut self.dice, Cost::NOTHING, false));
                Input::Scored { step, call: stale, scoring }
            }
            3 => Input::Undo { step, by: "eve".to_owned() },
            4 => Input::Assign { step, reviewer: None, by: "eve".to_owned() },
            5 if self.dice.percent(70) => Input::Resume { max_cost: None, by: "eve".to_owned() },
            5 => Input::Start(Box::new(random_start(&mut self.dice, &self.plan.shape))),
            _ => Input::Tick,
        }
    }

    /// Lives the whole life.
    pub fn run(&mut self) {
        loop {
            if self.happened > self.calm_after && !self.calm {
                self.calm_down();
            }
            assert!(self.happened < 3_000 + 400 * self.ceilings.len() as u64, "it does not end");
            let ended = self.state.status().has_ended();
            if ended && self.resumes_left > 0 && self.state.status() != ExecutionStatus::Completed {
                self.resumes_left -= 1;
                let at_ms = self.dice.range(0, 3_600_000) as i64;
                self.after(at_ms, Happening::Resume);
            }
            if self.agenda.is_empty() {
                if ended {
                    break;
                }
                self.unstick();
            }
            self.turn();
        }
        self.check_replay();
    }

    /// Nothing is going to happen: the execution must be paused, and people are needed.
    fn unstick(&mut self) {
        let reasons = self.state.paused_reasons();
        assert!(!reasons.is_empty(), "stuck while {:?}", self.state.status());
        for reason in reasons {
            match reason {
                PausedReason::Approval { steps } => {
                    for step in steps {
                        self.after(1_000, Happening::Review { step });
                    }
                }
                PausedReason::Budget { .. } => self.after(2_000, Happening::Raise),
            }
        }
    }

    fn calm_down(&mut self) {
        self.calm = true;
        self.faults = 0;
        self.agenda.retain(|_, happening| !matches!(happening, Happening::Crash | Happening::ClockJump));
        self.after(10_000, Happening::Nudge);
    }

    pub fn now_ms(&self) -> i64 {
        self.true_ms + self.offset_ms
    }

    fn after(&mut self, delay_ms: i64, happening: Happening) {
        self.happened += 1;
        self.agenda.insert((self.true_ms + delay_ms, self.happened), happening);
    }

    fn say_in(&mut self, delay_ms: i64, input: Input) {
        self.after(delay_ms, Happening::Say(Box::new(input)));
    }

    fn chaos(&mut self, percent: u64) -> bool {
        !self.calm && self.dice.percent(percent)
    }

    /// One turn of the loop: some happenings, one commit.
    fn turn(&mut self) {
        let batched = if self.dice.percent(60) { 1 } else { self.dice.range(2, 6) };
        let within_ms = self.dice.pick(&[0, 5, 50]);
        let Some(((first_ms, _), _)) = self.agenda.first_key_value().map(|(key, what)| (*key, what)) else { return };
        let mut crash = false;
        for _ in 0..batched {
            match self.agenda.first_key_value() {
                Some(((at_ms, _), _)) if *at_ms <= first_ms + within_ms => {}
                Some(_) | None => break,
            }
            let Some(((at_ms, _), happening)) = self.agenda.pop_first() else { break };
            self.true_ms = self.true_ms.max(at_ms);
            if matches!(happening, Happening::Crash) {
                crash = true;
                break;
            }
            self.happen(happening);
        }
        self.admit();
        if crash || self.chaos(self.crashes) {
            self.crash();
        } else if self.chaos(3) {
            self.fail_commit();
        } else {
            self.commit();
        }
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Say(input) => self.say(*input),
            Happening::Wake => {
                self.wake = None;
                if self.state.stage == Stage::Open {
                    self.say(Input::Tick);
                }
            }
            Happening::Review { step } => self.review(step),
            Happening::Crash | Happening::Nudge => {}
            Happening::ClockJump => {
                self.offset_ms += self.dice.range(0, 8_000_000) as i64 - 4_000_000;
                if self.state.stage == Stage::Open && self.dice.percent(80) {
                    self.say(Input::ClockMoved);
                }
            }
            Happening::Raise => {
                let more = PicoUsd(self.state.max_cost.unwrap_or_default().0 + self.dice.range(1, 60_000));
                self.say(Input::Resume { max_cost: Some(more), by: "local".to_owned() });
            }
            Happening::Resume => {
                let more = self.state.max_cost.filter(|_| self.dice.percent(60));
                let max_cost = more.map(|cost| PicoUsd(cost.0 + self.dice.range(0, 20_000)));
                self.say(Input::Resume { max_cost, by: "local".to_owned() });
            }
        }
    }

    /// Gives an input to the core, and keeps what it answers for the commit.
    fn say(&mut self, input: Input) {
        let now_ms = self.now_ms();
        let before = self.state.status();
        let same = matches!(input, Input::Decide { .. }).then(|| self.state.clone());
        match self.state.step(input.clone(), now_ms) {
            Ok(events) => {
                assert!(!events.is_empty() || matches!(input, Input::Tick), "nothing came of {input:?}");
                if matches!(input, Input::Answered { .. } | Input::Scored { .. } | Input::Condition { .. }) {
                    self.answers.push(input);
                }
                self.batch.extend(events.into_iter().map(|event| (now_ms, event)));
            }
            Err(refusal) => {
                *self.coverage.entry(coverage::of_refusal(&refusal)).or_default() += 1;
                self.check_refusal(&input, &refusal, before, same);
            }
        }
    }

    fn check_refusal(&self, input: &Input, refusal: &Refusal, before: ExecutionStatus, same: Option<ExecutionState>) {
        if let Some(same) = same {
            assert_eq!(same, self.state, "a refusal changed the state");
        }
        match (input, refusal) {
            (Input::Decide { step, .. }, Refusal::AlreadyDecided(first)) => {
                assert_eq!(self.state.tasks[*step as usize].decision.as_ref(), Some(&**first));
            }
            (Input::Decide { step, .. }, Refusal::NotPending) => {
                assert_ne!(self.state.tasks[*step as usize].state.status(), TaskStatus::AwaitingApproval);
            }
            (Input::Answered { .. } | Input::Scored { .. }, Refusal::Late) => {}
            (Input::Condition { .. }, Refusal::NotDue) => {}
            (Input::Undo { .. } | Input::Assign { .. }, _) | (Input::Decide { .. }, Refusal::Stale { .. }) => {}
            (Input::Resume { .. }, Refusal::NotResumable(_) | Refusal::BudgetNotRaised { .. }) => {}
            (Input::Start(_), Refusal::AlreadyStarted) => assert_ne!(before, ExecutionStatus::Pending),
            (_, Refusal::UnknownStep(step)) => assert!(*step as usize >= self.state.tasks.len()),
            (_, Refusal::NotRunning(_)) => assert!(before.has_ended() || before == ExecutionStatus::Pending),
            (input, refusal) => panic!("{input:?} was refused: {refusal:?}"),
        }
    }

    /// A person looks at an approval: decides it, now and then twice, or from an old page, or assigns it, or undoes.
    fn review(&mut self, step: StepIndex) {
        let Some(task) = self.state.tasks.get(step as usize) else { return };
        let TaskState::AwaitingApproval(approval) = &task.state else {
            return self.say(Input::Undo { step, by: "ada".to_owned() });
        };
        let hash = approval.draft.output.hash;
        if self.chaos(15) {
            self.say(Input::Assign { step, reviewer: Some("ada".to_owned()), by: "bob".to_owned() });
        }
        if self.chaos(5) {
            let verdict = answers::verdict(&mut self.dice, false);
            let judged = Some(TextRef::of("an older text").hash);
            self.say(Input::Decide { step, verdict, by: "eve".to_owned(), judged, undo_ms: 0 });
        }
        let times = if self.chaos(25) { 2 } else { 1 };
        for _ in 0..times {
            let verdict = answers::verdict(&mut self.dice, self.calm);
            let undo_ms = self.dice.pick(&[0, 0, 5_000, 30_000, 99_000]);
            let judged = self.dice.percent(50).then_some(hash);
            self.say(Input::Decide { step, verdict, by: "ada".to_owned(), judged, undo_ms });
            if self.chaos(30) {
                let delay_ms = self.dice.range(0, 31_000) as i64;
                self.say_in(delay_ms, Input::Undo { step, by: "ada".to_owned() });
            }
        }
    }

    /// Offers free places in the lane to what is queued, until nobody takes one: a task that turns out to be short of
    /// the budget may leave room for another.
    fn admit(&mut self) {
        let mut from = 0;
        while self.state.progress().running < self.lanes {
            let further = self.state.queued().find(|step| *step >= from);
            let Some(step) = further.or_else(|| self.state.queued().next()) else { break };
            if self.chaos(5) {
                self.after(25, Happening::Nudge);
                break;
            }
            from = step + 1;
            let reserve = self.reserve(step);
            let model = answers::model(self.prices);
            self.say(Input::Admitted { step, model, reserve });
        }
    }

    fn reserve(&mut self, step: StepIndex) -> PicoUsd {
        let Some(start) = &self.state.start else { return PicoUsd(0) };
        let mut ceiling = self.ceilings[step as usize];
        if !self.dice.percent(97) {
            // The prices were changed.
            ceiling = Ceiling::random(&mut self.dice);
            self.ceilings[step as usize] = ceiling;
        }
        let repair = if self.plan.with_schema[step as usize] { ceiling.repair } else { 0 };
        let score = if start.hitl.confidence_threshold.is_some() { ceiling.score } else { 0 };
        PicoUsd(ceiling.call + repair + score)
    }

    /// The batch is on disk: it is seen, compared, and its effects start.
    fn commit(&mut self) {
        self.answers.clear();
        let batch = std::mem::take(&mut self.batch);
        for (at_ms, event) in batch {
            let text = serde_json::to_string(&event).expect("an event has a JSON form");
            let read: Event = serde_json::from_str(&text).expect("an event is read back");
            assert_eq!(read, event, "{text}");
            if let Event::BudgetRaised { max_cost, .. } | Event::Resumed { max_cost: Some(max_cost), .. } = &event {
                self.allowed = Some(max_cost.0.max(if self.allowed.is_none() { self.paid } else { 0 }));
            }
            *self.coverage.entry(coverage::of_event(&event)).or_default() += 1;
            self.referee.see(&event, at_ms);
            self.journal.push((at_ms, text));
        }
        self.referee.compare(&self.state);
        for reason in self.state.paused_reasons() {
            *self.coverage.entry(coverage::of_pause(&reason)).or_default() += 1;
        }
        self.reconcile();
        assert!(self.allowed.is_none_or(|allowed| self.paid <= allowed), "paid {} of {:?}", self.paid, self.allowed);
        if self.dice.percent(4) {
            self.check_replay();
        }
    }
}

#[path = "shell.rs"]
mod shell;
