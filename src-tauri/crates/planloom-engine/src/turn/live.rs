//! One execution in hand: its state, and what this process does for it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use planloom_core::execution::{Event, ExecutionState, StepIndex, TaskState, TextRef};
use planloom_core::ids;
use tokio::task::AbortHandle;

use super::{Arrival, Line};
use crate::Error;
use crate::calls::Streamed;
use crate::lanes::{Lane, Lanes};
use crate::plans::Published;
use crate::shared::Shared;

/// A model call in flight.
pub(crate) struct Running {
    pub(crate) call: u32,
    /// `None` when it was done as soon as it was started.
    pub(crate) abort: Option<AbortHandle>,
    pub(crate) streamed: Streamed,
}

impl Running {
    /// An ended call does not mind; one in flight closes its connection.
    pub(crate) fn abort(self) {
        if let Some(abort) = self.abort {
            abort.abort();
        }
    }
}

/// An execution that can change.
pub(crate) struct Live {
    pub(crate) state: ExecutionState,
    pub(crate) published: Published,
    /// Whether its effects are performed by this process.
    pub(crate) is_owned: bool,
    /// Not in the database yet.
    pub(crate) is_new: bool,
    pub(crate) next_n: u64,
    pub(crate) last_hash: [u8; 32],
    pub(crate) last_seq: i64,
    /// Events of this turn: time and JSON text.
    pub(crate) pending: Vec<(i64, String)>,
    /// Texts of this turn.
    pub(crate) texts: Vec<(TextRef, Arc<str>)>,
    /// Answers of this turn, kept in case it cannot be written.
    pub(crate) arrived: Vec<Arrival>,
    /// Tasks that changed in this turn.
    pub(crate) changed: BTreeSet<StepIndex>,
    pub(crate) running: HashMap<StepIndex, Running>,
    /// Places taken in lanes.
    pub(super) places: HashMap<StepIndex, Places>,
    /// Tasks that wait for a lane; those with fewer attempts come first, so that none is always passed over.
    pub(super) waiting: HashMap<Line, BTreeSet<(u32, StepIndex)>>,
    pub(super) line_of: HashMap<StepIndex, Line>,
    /// Scores that wait for the evaluator's lane.
    pub(super) unscored: BTreeSet<StepIndex>,
    pub(super) evaluating: HashSet<StepIndex>,
    /// Bytes of prompts for the budget; `None` while they are being measured.
    pub(super) measured: HashMap<StepIndex, Option<u64>>,
    pub(super) wake_at_ms: Option<i64>,
    /// Whether the tasks in `changed` after a load have been looked at.
    pub(super) is_indexed: bool,
}

/// The lanes that a task is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Places {
    /// `None` for a scoring call, which is in no queue.
    pub(super) queue: Option<Lane>,
    pub(super) model: Lane,
    /// The call that the places were taken for; a repair keeps those of its attempt.
    pub(super) is_score: bool,
}

impl Live {
    /// An execution that is about to be started.
    pub(crate) fn new(id: Arc<str>, published: Published) -> Live {
        let state = ExecutionState::new(id, Arc::clone(&published.shape));
        Live {
            state,
            published,
            is_owned: true,
            is_new: true,
            next_n: 1,
            last_hash: planloom_store::NO_HASH,
            last_seq: 0,
            pending: Vec::new(),
            texts: Vec::new(),
            arrived: Vec::new(),
            changed: BTreeSet::new(),
            running: HashMap::new(),
            places: HashMap::new(),
            waiting: HashMap::new(),
            line_of: HashMap::new(),
            unscored: BTreeSet::new(),
            evaluating: HashSet::new(),
            measured: HashMap::new(),
            wake_at_ms: None,
            is_indexed: true,
        }
    }

    /// Folds an execution from its journal.
    pub(crate) fn load(shared: &Shared, execution: &Arc<str>) -> Result<Live, Error> {
        let row = shared
            .store
            .read(|snapshot| snapshot.execution(execution))
            .map_err(Error::from_store)?
            .ok_or_else(|| Error::ExecutionNotFound(execution.to_string()))?;
        let published = shared.plans.version(&row.identity.plan_id, row.identity.plan_version)?;
        let mut live = Live::new(Arc::clone(execution), published);
        live.is_new = false;
        let mut broken = None;
        let read = shared.store.read(|snapshot| {
            snapshot.each_journal_row(execution, |row| {
                match serde_json::from_str::<Event>(&row.body) {
                    Ok(event) => live.state.apply(&event, row.at),
                    Err(error) => {
                        broken.get_or_insert_with(|| format!("row {} is not an event: {error}", row.n));
                    }
                }
                live.next_n = row.n + 1;
                live.last_hash = row.hash;
                live.last_seq = row.seq;
                Ok(())
            })
        });
        read.map_err(Error::from_store)?;
        if let Some(broken) = broken {
            return Err(Error::Internal(format!("The journal of `{execution}` cannot be read: {broken}.")));
        }
        live.state.take_touched();
        Ok(live)
    }

    /// Looks at every task again, after a load.
    pub(crate) fn touch_all(&mut self) {
        let active = self.state.effects().filter_map(|effect| match effect {
            planloom_core::execution::Effect::Evaluate { step }
            | planloom_core::execution::Effect::Call { step, .. } => Some(step),
            planloom_core::execution::Effect::WakeAt { .. } => None,
        });
        let steps: Vec<StepIndex> = active.chain(self.state.queued()).collect();
        self.changed.extend(steps);
        self.is_indexed = false;
    }

    /// The step's id.
    pub(crate) fn step_id(&self, step: StepIndex) -> &Arc<str> {
        &self.published.plan.steps()[step as usize].id
    }

    pub(crate) fn task_id(&self, step: StepIndex) -> String {
        ids::task_id(&self.state.id, self.step_id(step))
    }

    pub(crate) fn is_simulated(&self) -> bool {
        self.state.start.as_ref().is_some_and(|start| start.simulated)
    }

    /// Until when the model lane that a queued task waits for is held by its provider.
    pub(crate) fn held_until_ms(&self, step: StepIndex, lanes: &Lanes) -> Option<i64> {
        let line = self.line_of.get(&step)?;
        lanes.held_until_ms(&line.alias, line.simulated)
    }

    /// Takes a task out of the line it waits in; true when another of the execution's tasks still waits there.
    pub(super) fn take_from_line(&mut self, line: &Line, step: StepIndex) -> bool {
        self.line_of.remove(&step);
        let Some(steps) = self.waiting.get_mut(line) else { return false };
        steps.remove(&(self.state.tasks[step as usize].attempt, step));
        if steps.is_empty() {
            self.waiting.remove(line);
            return false;
        }
        true
    }

    /// Whether the evaluator is judging the task's answer.
    pub(super) fn is_scoring(&self, step: StepIndex) -> bool {
        matches!(self.state.tasks[step as usize].state, TaskState::Scoring { .. })
    }
}

/// An event as the journal keeps it.
pub(super) fn journalled(event: &Event) -> String {
    // Events are plain data with string keys, so this cannot fail; an empty body would be refused on reading.
    serde_json::to_string(event).unwrap_or_default()
}

/// The name of an event from its JSON text: the first string in it.
pub(super) fn kind_of(body: &str) -> &str {
    body.split('"').nth(1).unwrap_or_default()
}
