//! What the loop, its calls and the readers have in common.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;

use planloom_store::Store;
use tokio::runtime::Handle as Runtime;

use crate::bus::Bus;
use crate::pages::Pages;
use crate::plans::Plans;
use crate::registry::Registry;
use crate::texts::Texts;

/// Shared by everything in one engine.
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) texts: Texts,
    pub(crate) plans: Plans,
    pub(crate) registry: Arc<Registry>,
    pub(crate) bus: Bus,
    pub(crate) pages: Pages,
    pub(crate) counters: Counters,
    pub(crate) runtime: Runtime,
    pub(crate) started: Instant,
    /// Held while a backup is made.
    pub(crate) backing_up: Mutex<()>,
    degraded: RwLock<Option<String>>,
}

impl Shared {
    pub(crate) fn new(store: Store, registry: Arc<Registry>, runtime: Runtime) -> Shared {
        Shared {
            texts: Texts::new(store.clone()),
            plans: Plans::new(store.clone()),
            registry,
            bus: Bus::new(),
            pages: Pages::new(),
            counters: Counters::default(),
            runtime,
            started: Instant::now(),
            backing_up: Mutex::new(()),
            degraded: RwLock::new(None),
            store,
        }
    }

    /// Why the database cannot be written at the moment.
    pub(crate) fn degraded(&self) -> Option<String> {
        self.degraded.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_degraded(&self, why: Option<String>) {
        *self.degraded.write().unwrap_or_else(PoisonError::into_inner) = why;
    }
}

/// What `/metrics` counts, since the start of the process.
#[derive(Default)]
pub(crate) struct Counters {
    commits: AtomicU64,
    events: AtomicU64,
    calls: AtomicU64,
}

impl Counters {
    pub(crate) fn committed(&self, events: u64) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.events.fetch_add(events, Ordering::Relaxed);
    }

    pub(crate) fn call_started(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// Commits, events and calls.
    pub(crate) fn read(&self) -> (u64, u64, u64) {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (read(&self.commits), read(&self.events), read(&self.calls))
    }
}
