//! Between the messages and the commit: conditions are evaluated, prompts measured for a budget, and free lanes filled,
//! so that admission costs no commit of its own.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use planloom_core::execution::{CallFailure, Input, Model, StepIndex, TaskState};
use planloom_core::usage::PicoUsd;

use super::live::Places;
use super::{Line, Live, Loop, Message};
use crate::calls::EVALUATOR_TOKENS;
use crate::lanes::Lane;
use crate::render::Material;
use crate::settings::Resolved;
use crate::views::{LaneKind, LaneView, timestamp};

/// Bytes of an answer that a token can make at most, for what is reserved.
const BYTES_PER_TOKEN: u64 = 4;
/// Bytes that the evaluator's own words take.
const EVALUATOR_BYTES: u64 = 4_096;

impl Loop {
    /// Until nothing moves any more without the world outside.
    pub(super) fn advance(&mut self, now_ms: i64) {
        loop {
            self.index_changes(now_ms);
            if self.degraded_until_ms.is_some() || !self.admit(now_ms) {
                break;
            }
        }
    }

    /// Looks at every task that changed: who waits for a lane, who left one, which condition is due.
    fn index_changes(&mut self, now_ms: i64) {
        let mut at = 0;
        while let Some(id) = self.dirty.get_index(at).cloned() {
            at += 1;
            // A condition that is false can make the next one due.
            while self.index_execution(&id, now_ms) {}
        }
    }

    fn index_execution(&mut self, id: &Arc<str>, now_ms: i64) -> bool {
        let Some(live) = self.live.get_mut(id) else { return false };
        let mut touched = live.state.take_touched();
        if !live.is_indexed {
            live.is_indexed = true;
            touched.extend(live.changed.iter().copied());
        }
        if touched.is_empty() {
            return false;
        }
        live.changed.extend(touched.iter().copied());
        if !live.is_owned {
            return false;
        }
        for step in touched {
            self.index_task(id, step, now_ms);
        }
        true
    }

    fn index_task(&mut self, id: &Arc<str>, step: StepIndex, now_ms: i64) {
        let Some(live) = self.live.get_mut(id) else { return };
        let keeps_places = match (&live.state.tasks[step as usize].state, live.places.get(&step)) {
            (TaskState::Running { .. } | TaskState::Repairing { .. }, Some(places)) => !places.is_score,
            (TaskState::Scoring { .. }, Some(places)) => places.is_score,
            _ => false,
        };
        if !keeps_places && let Some(places) = live.places.remove(&step) {
            self.lanes.leave(&places.model);
            places.queue.iter().for_each(|queue| self.lanes.leave(queue));
        }
        match &live.state.tasks[step as usize].state {
            TaskState::Due => self.evaluate(id, step, now_ms),
            TaskState::Queued { needed: None } => self.line_up(id, step),
            _ => self.leave_line(id, step),
        }
    }

    pub(super) fn line_up(&mut self, id: &Arc<str>, step: StepIndex) {
        let Some(live) = self.live.get_mut(id) else { return };
        if live.line_of.contains_key(&step) || matches!(live.measured.get(&step), Some(None)) {
            return;
        }
        let checked = &live.published.plan.steps()[step as usize];
        let line = Line {
            queue: Arc::clone(&checked.queue),
            alias: Arc::clone(&checked.model),
            simulated: live.is_simulated(),
        };
        live.line_of.insert(step, line.clone());
        let steps = live.waiting.entry(line.clone()).or_default();
        if steps.is_empty() {
            self.lines.entry(line).or_default().push_back(Arc::clone(id));
        }
        steps.insert((live.state.tasks[step as usize].attempt, step));
    }

    fn leave_line(&mut self, id: &Arc<str>, step: StepIndex) {
        let Some(live) = self.live.get_mut(id) else { return };
        let Some(line) = live.line_of.get(&step).cloned() else { return };
        if !live.take_from_line(&line, step)
            && let Some(queue) = self.lines.get_mut(&line)
        {
            queue.retain(|other| other != id);
        }
    }

    /// Evaluates a condition here when its texts are small, else off the loop.
    fn evaluate(&mut self, id: &Arc<str>, step: StepIndex, now_ms: i64) {
        let Some(live) = self.live.get_mut(id) else { return };
        let Some(material) = Material::of(&live.state, &live.published.plan, step) else { return };
        let texts = self.shared.texts.clone();
        if texts.are_at_hand(material.texts()) {
            let result = material.evaluate(&texts);
            self.step_quietly(id, Input::Condition { step, result }, now_ms);
        } else if live.evaluating.insert(step) {
            let (sender, execution) = (self.sender.clone(), Arc::clone(id));
            self.shared.runtime.spawn_blocking(move || {
                let result = material.evaluate(&texts);
                // When the loop has stopped, the condition is due again at the next start.
                let _ = sender.send(Message::Evaluated { execution, step, result });
            });
        }
    }

    /// Offers free places in turn, one to each execution; true when somebody took one.
    fn admit(&mut self, now_ms: i64) -> bool {
        let registry = self.shared.registry.snapshot();
        let lines: Vec<(Line, Option<Resolved>)> = self
            .lines
            .iter()
            .filter(|(_, waiting)| !waiting.is_empty())
            .map(|(line, _)| {
                let resolved = registry.meaning(&line.alias).ok();
                (line.clone(), resolved.map(|found| if line.simulated { found.simulated() } else { found }))
            })
            .collect();
        let mut any = false;
        loop {
            let mut progressed = false;
            for (line, resolved) in &lines {
                let queue_limit = registry.settings().queue_limit(&line.queue).flatten();
                progressed |= self.admit_one(line, resolved.as_ref(), queue_limit, now_ms);
            }
            if !progressed {
                return any;
            }
            any = true;
        }
    }

    fn admit_one(&mut self, line: &Line, resolved: Option<&Resolved>, queue_limit: Option<u32>, now_ms: i64) -> bool {
        let queue = Lane::Queue(Arc::clone(&line.queue));
        let model = resolved.map_or_else(|| unresolved(&line.alias), |found| found.model.clone());
        let model_lane = Lane::of_model(&model);
        self.lanes.remember(&line.alias, line.simulated, &model_lane);
        let model_limit = resolved.and_then(|found| found.lane_limit);
        if !self.lanes.has_room(&queue, queue_limit, now_ms) || !self.lanes.has_room(&model_lane, model_limit, now_ms) {
            return false;
        }
        let Some(id) = self.lines.get_mut(line).and_then(std::collections::VecDeque::pop_front) else { return false };
        let next = self.live.get(&id).and_then(|live| live.waiting.get(line)?.first().map(|(_, step)| *step));
        let Some(step) = next else { return true };
        let still_waits = self.live.get_mut(&id).is_some_and(|live| live.take_from_line(line, step));
        if still_waits && let Some(waiting) = self.lines.get_mut(line) {
            waiting.push_back(Arc::clone(&id));
        }
        match self.reserve(&id, step, resolved) {
            // It lines up again when its prompt has been measured.
            Reserve::Unknown => {}
            Reserve::Failed(failure) => self.fail_admission(&id, step, model, failure, now_ms),
            Reserve::Known(reserve) => {
                self.step_quietly(&id, Input::Admitted { step, model, reserve }, now_ms);
                let Some(live) = self.live.get_mut(&id) else { return true };
                if matches!(live.state.tasks[step as usize].state, TaskState::Running { .. }) {
                    self.lanes.enter(&queue);
                    self.lanes.enter(&model_lane);
                    live.places.insert(step, Places { queue: Some(queue), model: model_lane, is_score: false });
                }
            }
        }
        true
    }

    /// A prompt that cannot be rendered is admitted only to fail: the attempt and its reason are on record.
    fn fail_admission(&mut self, id: &Arc<str>, step: StepIndex, model: Model, failure: CallFailure, now_ms: i64) {
        self.step_quietly(id, Input::Admitted { step, model, reserve: PicoUsd(0) }, now_ms);
        if let Some(live) = self.live.get(id) {
            let call = live.state.tasks[step as usize].call;
            self.step_quietly(id, Input::Answered { step, call, result: Err(failure) }, now_ms);
        }
    }

    /// What an attempt may cost at most; only a budget needs to know.
    fn reserve(&mut self, id: &Arc<str>, step: StepIndex, resolved: Option<&Resolved>) -> Reserve {
        let Some(live) = self.live.get_mut(id) else { return Reserve::Unknown };
        let (Some(_), Some(resolved)) = (live.state.max_cost, resolved) else { return Reserve::Known(PicoUsd(0)) };
        let bytes = match live.measured.get(&step) {
            Some(Some(bytes)) => *bytes,
            Some(None) => return Reserve::Unknown,
            None => {
                let Some(material) = Material::of(&live.state, &live.published.plan, step) else {
                    return Reserve::Unknown;
                };
                let texts = self.shared.texts.clone();
                if !texts.are_at_hand(material.texts()) {
                    live.measured.insert(step, None);
                    self.measure(id, step, material);
                    return Reserve::Unknown;
                }
                match material.render(&texts) {
                    Ok(rendered) => rendered.bytes(),
                    Err(failure) => return Reserve::Failed(failure),
                }
            }
        };
        let evaluator = self.evaluator(id);
        let Some(live) = self.live.get(id) else { return Reserve::Unknown };
        let checked = &live.published.plan.steps()[step as usize];
        let max_tokens = checked.max_tokens.unwrap_or(resolved.max_output_tokens);
        Reserve::Known(reserve_of(resolved, evaluator.as_ref(), bytes, max_tokens, checked.output_schema.is_some()))
    }

    fn measure(&self, id: &Arc<str>, step: StepIndex, material: Material) {
        let (sender, texts, execution) = (self.sender.clone(), self.shared.texts.clone(), Arc::clone(id));
        self.shared.runtime.spawn_blocking(move || {
            // What cannot be rendered fails in its attempt, with the reason; it needs no money for that.
            let bytes = material.render(&texts).map_or(0, |rendered| rendered.bytes());
            let _ = sender.send(Message::Measured { execution, step, bytes });
        });
    }

    /// The model that scores the answers of an execution, where answers are scored.
    pub(super) fn evaluator(&self, id: &Arc<str>) -> Option<Resolved> {
        let live: &Live = self.live.get(id)?;
        let start = live.state.start.as_deref()?;
        start.hitl.confidence_threshold?;
        let registry = self.shared.registry.snapshot();
        let settings = registry.settings();
        let alias = start.hitl.evaluator.as_deref().unwrap_or(&settings.document().evaluator);
        let resolved = registry.meaning(alias).ok()?;
        Some(if start.simulated { resolved.simulated() } else { resolved })
    }

    /// A provider that asks for a pause holds the whole lane.
    pub(super) fn hold_lane(&mut self, id: &Arc<str>, step: StepIndex, call: u32, failure: &CallFailure, now_ms: i64) {
        let Some(wait_ms) = failure.retry_after_ms.filter(|ms| *ms <= planloom_core::limits::RETRY_AFTER_MS) else {
            return;
        };
        let Some(live) = self.live.get(id) else { return };
        if live.state.tasks[step as usize].call != call {
            return;
        }
        if let Some(places) = live.places.get(&step) {
            let until_ms = now_ms.saturating_add(i64::try_from(wait_ms).unwrap_or(i64::MAX));
            self.lanes.hold(&places.model, until_ms);
        }
    }

    /// Something that admission depends on has changed: everybody who waits is looked at again.
    pub(super) fn offer_all(&mut self) {
        let waiting: Vec<Arc<str>> = self.lines.values().flatten().cloned().collect();
        self.dirty.extend(waiting);
        self.dirty.extend(self.unscored.iter().cloned());
    }

    pub(super) fn lane_views(&self) -> Vec<LaneView> {
        let registry = self.shared.registry.snapshot();
        let settings = registry.settings();
        let mut waiting_in: HashMap<Lane, u32> = HashMap::new();
        for (line, ids) in &self.lines {
            let steps =
                |id| self.live.get(id).and_then(|live: &Live| live.waiting.get(line)).map_or(0, |set| set.len());
            let count = ids.iter().map(steps).sum::<usize>() as u32;
            *waiting_in.entry(Lane::Queue(Arc::clone(&line.queue))).or_default() += count;
            let resolved = registry.meaning(&line.alias).ok();
            let resolved = resolved.map(|found| if line.simulated { found.simulated() } else { found });
            if let Some(found) = resolved {
                *waiting_in.entry(Lane::of_model(&found.model)).or_default() += count;
            }
        }
        let queues = settings.document().queues.keys().map(|name| Lane::Queue(Arc::from(name.as_str())));
        let mut lanes: indexmap::IndexSet<Lane> = queues.collect();
        lanes.extend(self.lanes.loads().map(|(lane, _)| lane.clone()));
        lanes.extend(waiting_in.keys().cloned());
        let holders = self.holders();
        let view = |lane: &Lane| {
            let load = self.lanes.load(lane);
            let (kind, name, limit) = match lane {
                Lane::Queue(name) => (LaneKind::Queue, name.to_string(), settings.queue_limit(name).flatten()),
                Lane::Model(provider, model) => {
                    (LaneKind::Model, format!("{provider}:{model}"), settings.lane_limit(provider))
                }
            };
            LaneView {
                kind,
                name,
                limit,
                running: load.running,
                waiting: waiting_in.get(lane).copied().unwrap_or_default(),
                holders: holders.get(lane).into_iter().flatten().take(HOLDERS).map(|id| id.to_string()).collect(),
                held_until: load.held_until_ms.map(timestamp),
            }
        };
        lanes.iter().map(view).collect()
    }

    /// Who has places in each lane; ids sort by their age.
    fn holders(&self) -> HashMap<&Lane, BTreeSet<&Arc<str>>> {
        let mut holders: HashMap<&Lane, BTreeSet<&Arc<str>>> = HashMap::new();
        for (id, live) in &self.live {
            for places in live.places.values() {
                for lane in places.queue.iter().chain([&places.model]) {
                    holders.entry(lane).or_default().insert(id);
                }
            }
        }
        holders
    }
}

/// Executions that a busy lane names.
const HOLDERS: usize = 5;

/// What is known of an attempt's cost.
enum Reserve {
    Known(PicoUsd),
    /// It is being measured.
    Unknown,
    /// The prompt cannot be rendered.
    Failed(CallFailure),
}

/// What an attempt may cost at most: its call, a repair where there is a schema, and the evaluator.
pub(crate) fn reserve_of(
    resolved: &Resolved,
    evaluator: Option<&Resolved>,
    prompt_bytes: u64,
    max_tokens: u32,
    has_schema: bool,
) -> PicoUsd {
    let max_tokens = u64::from(max_tokens);
    let answer_bytes = max_tokens.saturating_mul(BYTES_PER_TOKEN);
    let prices = resolved.model.prices.unwrap_or_default();
    let mut sum = prices.reserve(prompt_bytes, max_tokens);
    if has_schema {
        let repair_bytes = prompt_bytes.saturating_add(answer_bytes).saturating_add(EVALUATOR_BYTES);
        sum = sum.plus(prices.reserve(repair_bytes, max_tokens));
    }
    if let Some(evaluator) = evaluator {
        let bytes = prompt_bytes.saturating_add(answer_bytes).saturating_add(EVALUATOR_BYTES);
        let prices = evaluator.model.prices.unwrap_or_default();
        sum = sum.plus(prices.reserve(bytes, u64::from(EVALUATOR_TOKENS)));
    }
    sum
}

/// An alias that is gone: the attempt is on record and fails with `INVALID_MODEL`.
fn unresolved(alias: &Arc<str>) -> Model {
    Model { alias: Arc::clone(alias), provider: Arc::from(""), model_id: Arc::from(""), prices: None }
}
