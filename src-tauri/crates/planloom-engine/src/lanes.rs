//! Lanes: how many attempts may run at once, and who is next.
//!
//! An attempt takes a place in its queue's lane and in the lane of its provider's model; a scoring call only in the
//! latter. A lane whose provider asked for a pause lets nobody in until the pause is over.
//! This module counts; who waits is for the loop to say.

use std::collections::HashMap;
use std::sync::Arc;

use planloom_core::execution::Model;

/// A lane's name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Lane {
    Queue(Arc<str>),
    /// Provider and model id.
    Model(Arc<str>, Arc<str>),
}

impl Lane {
    pub(crate) fn of_model(model: &Model) -> Lane {
        Lane::Model(Arc::clone(&model.provider), Arc::clone(&model.model_id))
    }
}

/// The load of one lane.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Load {
    pub(crate) running: u32,
    pub(crate) held_until_ms: Option<i64>,
}

/// All lanes.
#[derive(Debug, Default)]
pub(crate) struct Lanes {
    loads: HashMap<Lane, Load>,
    /// What an alias meant when its tasks were last offered a place; by alias and whether it is simulated.
    meant: HashMap<(Arc<str>, bool), Lane>,
}

impl Lanes {
    /// Whether one more fits under `limit`.
    pub(crate) fn has_room(&self, lane: &Lane, limit: Option<u32>, now_ms: i64) -> bool {
        let load = self.load(lane);
        load.held_until_ms.is_none_or(|until_ms| until_ms <= now_ms) && limit.is_none_or(|limit| load.running < limit)
    }

    pub(crate) fn load(&self, lane: &Lane) -> Load {
        self.loads.get(lane).copied().unwrap_or_default()
    }

    /// Remembers the lane that an alias leads to.
    pub(crate) fn remember(&mut self, alias: &Arc<str>, simulated: bool, lane: &Lane) {
        let key = (Arc::clone(alias), simulated);
        if self.meant.get(&key) != Some(lane) {
            self.meant.insert(key, lane.clone());
        }
    }

    /// Until when the lane of an alias is held by its provider.
    pub(crate) fn held_until_ms(&self, alias: &Arc<str>, simulated: bool) -> Option<i64> {
        let lane = self.meant.get(&(Arc::clone(alias), simulated))?;
        self.load(lane).held_until_ms
    }

    pub(crate) fn enter(&mut self, lane: &Lane) {
        match self.loads.get_mut(lane) {
            Some(load) => load.running += 1,
            None => {
                self.loads.insert(lane.clone(), Load { running: 1, held_until_ms: None });
            }
        }
    }

    pub(crate) fn leave(&mut self, lane: &Lane) {
        if let Some(load) = self.loads.get_mut(lane) {
            load.running = load.running.saturating_sub(1);
            if load.running == 0 && load.held_until_ms.is_none() {
                self.loads.remove(lane);
            }
        }
    }

    /// Nobody enters until `until_ms`.
    pub(crate) fn hold(&mut self, lane: &Lane, until_ms: i64) {
        let load = self.loads.entry(lane.clone()).or_default();
        load.held_until_ms = Some(load.held_until_ms.map_or(until_ms, |present| present.max(until_ms)));
    }

    /// Ends the pauses that are over; true when there was one.
    pub(crate) fn end_holds(&mut self, now_ms: i64) -> bool {
        let mut ended = false;
        self.loads.retain(|_, load| {
            if load.held_until_ms.is_some_and(|until_ms| until_ms <= now_ms) {
                load.held_until_ms = None;
                ended = true;
            }
            load.running > 0 || load.held_until_ms.is_some()
        });
        ended
    }

    /// When the next pause is over.
    pub(crate) fn next_release_ms(&self) -> Option<i64> {
        self.loads.values().filter_map(|load| load.held_until_ms).min()
    }

    /// Every lane that is in use.
    pub(crate) fn loads(&self) -> impl Iterator<Item = (&Lane, Load)> {
        self.loads.iter().map(|(lane, load)| (lane, *load))
    }

    /// Forgets who is inside, before they are counted anew; pauses stay.
    pub(crate) fn clear_running(&mut self) {
        self.loads.values_mut().for_each(|load| load.running = 0);
        self.loads.retain(|_, load| load.held_until_ms.is_some());
    }
}
