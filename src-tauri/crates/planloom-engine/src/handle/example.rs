//! The example plan of a first start.

use planloom_core::check::{self, Known};
use planloom_store::{PlanFilter, Snapshot};
use serde_json::Value;
use uuid::Uuid;

use super::{Handle, plans};
use crate::engine::SETTINGS;
use crate::views::PlanView;
use crate::{Error, clock};

/// The plan, with where its steps stand on the canvas.
const EXAMPLE: &str = include_str!("../example.json");

impl Handle {
    /// Publishes the plan `contract-review` in a database that has never had a plan, and whose settings nobody has
    /// changed. Returns it when it was published; a second call finds it there, archived or not, and does nothing.
    pub async fn seed_example(&self) -> Result<Option<PlanView>, Error> {
        let mut document: Value = serde_json::from_str(EXAMPLE).map_err(|error| Error::Internal(error.to_string()))?;
        let layout = document.as_object_mut().and_then(|document| document.shift_remove("layout"));
        let checked = check::check(&document, &Known::everything());
        let plan = checked.plan.ok_or(Error::Problems(checked.problems))?;
        self.write(None, move |tx| {
            if !is_new(&tx.snapshot())? {
                return Ok(None);
            }
            let (id, at_ms) = (planloom_core::ids::plan_id(Uuid::now_v7()), clock::now_ms());
            tx.insert_plan(&id, &plans::content(&plan, None)?, at_ms)?;
            if let Some(layout) = &layout {
                tx.put_layout(&id, &layout.to_string(), at_ms)?;
            }
            let view = PlanView::new(id, 1, plan.plan().clone(), at_ms, at_ms);
            Ok(Some(PlanView { layout, ..view }))
        })
        .await
    }
}

/// Whether nothing was ever done in a database.
fn is_new(snapshot: &Snapshot<'_>) -> Result<bool, planloom_store::Error> {
    let plans = |archived| snapshot.list_plans(&PlanFilter { archived, ..PlanFilter::default() }, 1, 0);
    Ok(plans(false)?.total == 0 && plans(true)?.total == 0 && snapshot.setting(SETTINGS)?.is_none())
}
