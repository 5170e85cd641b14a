//! Published plans in checked form: an execution is pinned to one version for ever, so a version is checked once.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;
use planloom_core::check::{self, CheckedPlan, Known};
use planloom_core::execution::{Shape, StepIndex, StepShape};
use planloom_store::Store;

use crate::Error;

/// Checked plans that are kept although nobody may need them again.
const CACHED_PLANS: usize = 64;

/// A plan version that can be run.
#[derive(Clone)]
pub(crate) struct Published {
    pub(crate) plan: CheckedPlan,
    pub(crate) shape: Arc<Shape>,
}

/// The published plans of a database.
#[derive(Clone)]
pub(crate) struct Plans {
    store: Store,
    cache: Arc<Mutex<LruCache<(String, u32), Published>>>,
}

impl Plans {
    pub(crate) fn new(store: Store) -> Plans {
        let size = NonZeroUsize::new(CACHED_PLANS).unwrap_or(NonZeroUsize::MIN);
        Plans { store, cache: Arc::new(Mutex::new(LruCache::new(size))) }
    }

    /// A version of a plan; reads and checks it when it is not at hand.
    pub(crate) fn version(&self, plan_id: &str, version: u32) -> Result<Published, Error> {
        let key = (plan_id.to_owned(), version);
        if let Some(found) = self.lock().get(&key) {
            return Ok(found.clone());
        }
        let row = self.store.read(|snapshot| snapshot.plan_at(plan_id, version)).map_err(|error| match error {
            planloom_store::Error::NotFound { subject: planloom_store::Subject::PlanVersion, .. } => {
                Error::VersionNotFound { plan_id: plan_id.to_owned(), version }
            }
            planloom_store::Error::NotFound { .. } => Error::PlanNotFound(plan_id.to_owned()),
            other => Error::from_store(other),
        })?;
        let published = Published::read(&row.document)?;
        self.lock().put(key, published.clone());
        Ok(published)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, LruCache<(String, u32), Published>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Published {
    /// Reads a stored version. It was checked when it was published, but what the settings knew then does not matter.
    fn read(document: &str) -> Result<Published, Error> {
        let document = serde_json::from_str(document)
            .map_err(|error| Error::Internal(format!("A stored plan is not JSON: {error}.")))?;
        let checked = check::check(&document, &Known::everything());
        let plan = checked.plan.ok_or(Error::Problems(checked.problems))?;
        Ok(Published::new(plan))
    }

    pub(crate) fn new(plan: CheckedPlan) -> Published {
        let shape = Arc::new(shape_of(&plan));
        Published { plan, shape }
    }
}

fn shape_of(plan: &CheckedPlan) -> Shape {
    let indexes = |steps: &[usize]| steps.iter().map(|step| *step as StepIndex).collect();
    let steps = plan.steps().iter().map(|step| StepShape {
        id: Arc::clone(&step.id),
        depends_on: indexes(&step.depends_on),
        dependents: indexes(&step.dependents),
        has_condition: step.condition.is_some(),
        requires_approval: step.requires_approval,
        max_attempts: step.max_attempts,
        backoff_ms: step.backoff_ms,
    });
    Shape { steps: steps.collect() }
}
