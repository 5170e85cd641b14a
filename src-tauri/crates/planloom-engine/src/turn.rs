//! The loop: the one place where executions change.
//!
//! One turn takes every message that is there, decides and applies each at once, evaluates conditions and fills free
//! lanes, writes all of it in one transaction, and only then answers, shows frames, starts and aborts calls.
//! A commit that fails throws the turn away: states are folded again from disk, answers of models are kept for the
//! next try, and whoever asked for something hears that nothing was done.

mod admit;
mod commit;
mod live;
mod reconcile;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use indexmap::IndexSet;
use planloom_core::execution::{CallFailure, ExecutionState, Input, Refusal, Start, StepIndex, TaskState, TextRef};
use planloom_store::Writer;
use tokio::sync::{mpsc, oneshot};

use crate::calls::Outcome;
use crate::clock::{self, Clock};
use crate::lanes::Lanes;
use crate::plans::Published;
use crate::reply::{Waiter, Writing};
use crate::shared::Shared;
use crate::views::{ExecutionView, LaneView};
use crate::{Error, views};

pub(crate) use admit::reserve_of;
pub(crate) use commit::{execution_row, task_row};
pub(crate) use live::Live;

/// Messages that one turn takes at most.
const BATCH: usize = 4_096;
/// How soon a commit that found no room is tried again.
const RETRY_COMMIT_MS: i64 = 1_000;

/// An execution as the loop has it.
pub(crate) struct Seen<'a> {
    pub(crate) live: &'a Live,
    pub(crate) lanes: &'a Lanes,
}

impl Seen<'_> {
    pub(crate) fn state(&self) -> &ExecutionState {
        &self.live.state
    }

    /// The step's view, texts left out.
    pub(crate) fn step_view(&self, step: StepIndex) -> views::StepView {
        let hold = |step| self.live.held_until_ms(step, self.lanes);
        views::step_view(&self.live.state, &self.live.published.plan, step, &hold)
    }

    /// The execution with its steps, texts left out.
    pub(crate) fn view(&self) -> Option<ExecutionView> {
        let hold = |step| self.live.held_until_ms(step, self.lanes);
        views::execution_view(&self.live.state, &self.live.published.plan, &hold, true)
    }
}

/// What somebody wants of an execution.
pub(crate) struct Order {
    pub(crate) execution: Arc<str>,
    pub(crate) input: Input,
    /// Texts that the input names.
    pub(crate) texts: Vec<(TextRef, Arc<str>)>,
    /// The plan, when the execution is new.
    pub(crate) published: Option<Published>,
    pub(crate) waiter: Box<dyn Waiter>,
}

/// Everything that can wake the loop, but time.
pub(crate) enum Message {
    Write(Box<dyn Writing>),
    Order(Box<Order>),
    /// A call ended.
    Called {
        execution: Arc<str>,
        step: StepIndex,
        call: u32,
        outcome: Outcome,
    },
    /// A condition was evaluated off the loop.
    Evaluated {
        execution: Arc<str>,
        step: StepIndex,
        result: Result<bool, CallFailure>,
    },
    /// The size of a prompt was measured off the loop, for the budget.
    Measured {
        execution: Arc<str>,
        step: StepIndex,
        bytes: u64,
    },
    /// Somebody wants to read an execution; told `None` when it is not in hand.
    See {
        execution: Arc<str>,
        see: See,
    },
    /// Somebody waits for the end of an execution.
    AwaitEnd {
        execution: Arc<str>,
        ended: oneshot::Sender<()>,
    },
    Lanes(oneshot::Sender<Vec<LaneView>>),
    /// Something that admission depends on has changed.
    SettingsChanged,
    /// Texts were deleted: the write-ahead log is to be emptied.
    Checkpoint,
    Stop,
}

/// Reads an execution inside the loop.
pub(crate) type See = Box<dyn FnOnce(Option<&Seen<'_>>) + Send>;

/// Whose tasks wait for the same lanes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Line {
    queue: Arc<str>,
    alias: Arc<str>,
    simulated: bool,
}

/// An answer that has arrived, with its text.
pub(crate) type Arrival = (Input, Option<(TextRef, Arc<str>)>);

/// One who waits, for which execution, and whether the input was possible.
type Waiting = (Arc<str>, Result<(), Error>, Box<dyn Waiter>);

/// Who waits for the end of the turn.
struct Requests {
    writes: Vec<Box<dyn Writing>>,
    waiters: Vec<Box<dyn Waiter>>,
}

impl Requests {
    fn deliver(self, committed: Result<(), &str>) {
        self.writes.into_iter().for_each(|write| write.deliver(committed));
        self.waiters.into_iter().for_each(|waiter| waiter.deliver(committed));
    }
}

/// The loop's own state.
pub(crate) struct Loop {
    shared: Arc<Shared>,
    writer: Writer,
    messages: mpsc::UnboundedReceiver<Message>,
    /// For the tasks that the loop starts.
    sender: mpsc::UnboundedSender<Message>,
    clock: Clock,
    live: HashMap<Arc<str>, Live>,
    lanes: Lanes,
    /// Who waits for which lanes; the front is next.
    lines: HashMap<Line, VecDeque<Arc<str>>>,
    timers: BTreeSet<(i64, Arc<str>)>,
    /// Executions that changed in this turn.
    dirty: IndexSet<Arc<str>>,
    /// Executions with scores that wait for the evaluator's lane.
    unscored: IndexSet<Arc<str>>,
    /// Readers wait for the end of the turn: what is not on disk is not shown.
    sees: Vec<(Arc<str>, See)>,
    /// Who waits for the end of which execution.
    awaited: HashMap<Arc<str>, Vec<oneshot::Sender<()>>>,
    writes: Vec<Box<dyn Writing>>,
    waiters: Vec<Waiting>,
    /// Answers that arrived and could not be written yet.
    retained: Vec<(Arc<str>, Arrival)>,
    /// When to try again after a commit that found no room; nothing is started until then.
    degraded_until_ms: Option<i64>,
    /// Whether effects of every execution are performed, or only of those that this process started.
    owns_all: bool,
    /// Simulated calls that this turn may still try on its own thread.
    tries_left: u32,
    stopping: bool,
}

impl Loop {
    pub(crate) fn new(
        shared: Arc<Shared>,
        writer: Writer,
        messages: mpsc::UnboundedReceiver<Message>,
        sender: mpsc::UnboundedSender<Message>,
        owns_all: bool,
    ) -> Loop {
        Loop {
            shared,
            writer,
            messages,
            sender,
            clock: Clock::new(),
            live: HashMap::new(),
            lanes: Lanes::default(),
            lines: HashMap::new(),
            timers: BTreeSet::new(),
            dirty: IndexSet::new(),
            writes: Vec::new(),
            sees: Vec::new(),
            awaited: HashMap::new(),
            waiters: Vec::new(),
            unscored: IndexSet::new(),
            retained: Vec::new(),
            degraded_until_ms: None,
            owns_all,
            tries_left: 0,
            stopping: false,
        }
    }

    /// Takes over what was not ended, then turns until it is told to stop.
    pub(crate) async fn run(mut self) {
        if self.owns_all {
            let now_ms = clock::now_ms();
            self.recover(now_ms);
            self.finish_turn(now_ms);
        }
        let mut batch = Vec::new();
        while !self.stopping {
            let now_ms = clock::now_ms();
            let wake = self.next_wake_ms().map(|at_ms| clock::until(at_ms, now_ms));
            let sleep = async {
                match wake {
                    Some(duration) => tokio::time::sleep(duration).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                count = self.messages.recv_many(&mut batch, BATCH) => {
                    if count == 0 {
                        break;
                    }
                }
                () = sleep => {}
            }
            self.turn(&mut batch);
        }
        self.abort_all();
    }

    fn next_wake_ms(&self) -> Option<i64> {
        let timer = self.timers.first().map(|(at_ms, _)| *at_ms);
        timer.into_iter().chain(self.lanes.next_release_ms()).chain(self.degraded_until_ms).min()
    }

    fn turn(&mut self, batch: &mut Vec<Message>) {
        let (now_ms, clock_moved) = self.clock.read();
        if clock_moved {
            let ids: Vec<Arc<str>> = self.live.keys().cloned().collect();
            ids.iter().for_each(|id| self.step_quietly(id, Input::ClockMoved, now_ms));
        }
        if self.degraded_until_ms.is_some_and(|until_ms| until_ms <= now_ms) {
            self.degraded_until_ms = None;
            self.shared.set_degraded(None);
            for (execution, (input, text)) in std::mem::take(&mut self.retained) {
                self.arrive(&execution, input, text, now_ms);
            }
            // What waited for a lane meanwhile is offered one again.
            self.offer_all();
        }
        for message in batch.drain(..) {
            self.take(message, now_ms);
        }
        self.tick(now_ms);
        self.finish_turn(now_ms);
    }

    fn tick(&mut self, now_ms: i64) {
        while let Some((at_ms, id)) = self.timers.first().cloned() {
            if at_ms > now_ms {
                break;
            }
            self.timers.pop_first();
            if let Some(live) = self.live.get_mut(&id) {
                live.wake_at_ms = None;
            }
            self.step_quietly(&id, Input::Tick, now_ms);
            // The state's next timer is set when the turn is over, also when nothing came of this one.
            self.dirty.insert(id);
        }
        if self.lanes.end_holds(now_ms) {
            self.offer_all();
        }
    }

    fn take(&mut self, message: Message, now_ms: i64) {
        match message {
            Message::Write(write) => self.writes.push(write),
            Message::Order(order) => self.take_order(*order, now_ms),
            Message::Called { execution, step, call, outcome } => {
                self.take_called(execution, step, call, outcome, now_ms);
            }
            Message::Evaluated { execution, step, result } => {
                if let Some(live) = self.live.get_mut(&execution) {
                    live.evaluating.remove(&step);
                }
                self.step_quietly(&execution, Input::Condition { step, result }, now_ms);
            }
            Message::Measured { execution, step, bytes } => {
                if let Some(live) = self.live.get_mut(&execution) {
                    live.measured.insert(step, Some(bytes));
                    if matches!(live.state.tasks[step as usize].state, TaskState::Queued { needed: None }) {
                        self.line_up(&execution, step);
                    }
                }
            }
            Message::See { execution, see } => self.sees.push((execution, see)),
            Message::AwaitEnd { execution, ended } => self.awaited.entry(execution).or_default().push(ended),
            Message::Lanes(reply) => {
                let _ = reply.send(self.lane_views());
            }
            Message::SettingsChanged => self.offer_all(),
            Message::Checkpoint => {
                if let Err(error) = self.writer.checkpoint() {
                    tracing::warn!(%error, "deleted texts stay in the write-ahead log for now");
                }
            }
            Message::Stop => self.stopping = true,
        }
    }

    fn take_order(&mut self, order: Order, now_ms: i64) {
        let Order { execution, input, texts, published, waiter } = order;
        let result = self.carry_out(&execution, input, texts, published, now_ms);
        self.waiters.push((execution, result, waiter));
    }

    fn carry_out(
        &mut self,
        execution: &Arc<str>,
        input: Input,
        texts: Vec<(TextRef, Arc<str>)>,
        published: Option<Published>,
        now_ms: i64,
    ) -> Result<(), Error> {
        if let Some(message) = self.shared.degraded() {
            return Err(Error::StoreUnavailable(message));
        }
        match published {
            Some(published) => {
                let live = Live::new(Arc::clone(execution), published);
                self.live.insert(Arc::clone(execution), live);
            }
            None => self.fetch(execution)?,
        }
        let takes_over = matches!(input, Input::Resume { .. });
        let was_left = takes_over && self.take_up(execution, now_ms);
        match self.step(execution, input, now_ms) {
            // That what was left goes on is all that was asked for.
            Err(Refusal::NotResumable(_)) if was_left => {}
            stepped => stepped.map_err(|refusal| Error::from_refusal(execution, refusal))?,
        }
        if let Some(live) = self.live.get_mut(execution) {
            live.is_owned |= takes_over;
            texts.iter().for_each(|(reference, text)| self.shared.texts.hold(reference.hash, text));
            live.texts.extend(texts);
        }
        Ok(())
    }

    fn take_called(&mut self, execution: Arc<str>, step: StepIndex, call: u32, outcome: Outcome, now_ms: i64) {
        if !self.live.contains_key(&execution) {
            return;
        }
        let (input, text) = match outcome {
            Outcome::Answered(result, text) => {
                if let Err(failure) = &result {
                    self.hold_lane(&execution, step, call, failure, now_ms);
                }
                let text = result.as_ref().ok().map(|answer| answer.output).zip(text);
                (Input::Answered { step, call, result }, text)
            }
            Outcome::Scored(scoring, text) => {
                let text = scoring.answer.zip(text);
                (Input::Scored { step, call, scoring }, text)
            }
        };
        if self.degraded_until_ms.is_some() {
            self.retained.push((execution, (input, text)));
            return;
        }
        self.arrive(&execution, input, text, now_ms);
    }

    /// Takes an answer into the state; it is kept until it is written.
    fn arrive(&mut self, execution: &Arc<str>, input: Input, text: Option<(TextRef, Arc<str>)>, now_ms: i64) {
        let stepped = self.step(execution, input.clone(), now_ms);
        let Some(live) = self.live.get_mut(execution) else { return };
        match stepped {
            Ok(()) => {
                live.arrived.push((input, text.clone()));
                if let Some((reference, text)) = text {
                    self.shared.texts.hold(reference.hash, &text);
                    live.texts.push((reference, text));
                }
            }
            // An answer to a call that is no longer wanted.
            Err(refusal) => tracing::debug!(%execution, %refusal, "an answer was dropped"),
        }
    }

    /// Decides and applies, and remembers what is to be written.
    fn step(&mut self, execution: &Arc<str>, input: Input, now_ms: i64) -> Result<(), Refusal> {
        let Some(live) = self.live.get_mut(execution) else { return Err(Refusal::NotDue) };
        let events = live.state.step(input, now_ms)?;
        if !events.is_empty() {
            live.pending.extend(events.iter().map(|event| (now_ms, live::journalled(event))));
            self.dirty.insert(Arc::clone(execution));
        }
        Ok(())
    }

    /// For inputs that nobody asked for: when they are not possible, nothing was lost.
    fn step_quietly(&mut self, execution: &Arc<str>, input: Input, now_ms: i64) {
        if let Err(refusal) = self.step(execution, input, now_ms) {
            tracing::debug!(%execution, %refusal, "an input came too late");
        }
    }

    /// Everything after the messages: conditions, lanes, the commit, and what follows from it.
    fn finish_turn(&mut self, now_ms: i64) {
        self.write_turn(now_ms);
        let live = &self.live;
        // What has ended is not in hand; dropping the sender tells who waited.
        self.awaited.retain(|execution, _| live.get(execution).is_some_and(|live| !live.state.status().has_ended()));
        for (execution, see) in std::mem::take(&mut self.sees) {
            see(self.live.get(&execution).map(|live| Seen { live, lanes: &self.lanes }).as_ref());
        }
    }

    fn write_turn(&mut self, now_ms: i64) {
        self.advance(now_ms);
        if self.dirty.is_empty() && self.writes.is_empty() && self.waiters.is_empty() {
            return;
        }
        let writes = std::mem::take(&mut self.writes);
        let waiters = std::mem::take(&mut self.waiters);
        let mut requests = Requests { writes, waiters: Vec::with_capacity(waiters.len()) };
        for (execution, result, mut waiter) in waiters {
            let live = self.live.get(&execution).ok_or_else(|| Error::ExecutionNotFound(execution.to_string()));
            waiter.prepare(result.and(live).map(|live| Seen { live, lanes: &self.lanes }));
            requests.waiters.push(waiter);
        }
        match self.commit(&mut requests) {
            Ok(()) => {
                self.after_commit(now_ms);
                requests.deliver(Ok(()));
            }
            Err(error) => {
                tracing::warn!(%error, "a turn could not be written");
                self.roll_back(&error, now_ms);
                requests.deliver(Err(&error.to_string()));
            }
        }
    }

    /// Loads an execution that is not in hand.
    fn fetch(&mut self, execution: &Arc<str>) -> Result<(), Error> {
        if self.live.contains_key(execution) {
            return Ok(());
        }
        let mut live = Live::load(&self.shared, execution)?;
        live.is_owned = self.owns_all;
        self.live.insert(Arc::clone(execution), live);
        Ok(())
    }

    /// Takes over every execution that has not ended.
    fn recover(&mut self, now_ms: i64) {
        let unended = match self.shared.store.read(|snapshot| snapshot.unended_executions()) {
            Ok(rows) => rows,
            Err(error) => {
                tracing::error!(%error, "running executions could not be read");
                return;
            }
        };
        for row in unended {
            let id: Arc<str> = Arc::from(row.identity.id);
            match self.fetch(&id) {
                Ok(()) => self.go_on(&id, now_ms),
                Err(error) => tracing::error!(execution = %id, %error, "an execution could not be taken over"),
            }
        }
    }

    /// Makes an execution go that has not ended and that its last owner left behind; false when this is none.
    fn take_up(&mut self, execution: &Arc<str>, now_ms: i64) -> bool {
        let was_left = self.live.get(execution).is_some_and(|live| !live.is_owned && !live.state.status().has_ended());
        if was_left {
            self.go_on(execution, now_ms);
        }
        was_left
    }

    /// The calls that were in flight are gone with the process that made them; the rest goes on here.
    fn go_on(&mut self, execution: &Arc<str>, now_ms: i64) {
        self.step_quietly(execution, Input::Recover, now_ms);
        if let Some(live) = self.live.get_mut(execution) {
            live.is_owned = true;
            live.touch_all();
        }
        self.dirty.insert(Arc::clone(execution));
    }

    fn abort_all(&mut self) {
        for live in self.live.values_mut() {
            live.running.drain().for_each(|(_, running)| running.abort());
        }
    }
}

/// The first input of an execution.
pub(crate) fn start_input(start: Start) -> Input {
    Input::Start(Box::new(start))
}
