//! Read rows made again from the journal, which is the truth.

use std::sync::Arc;

use planloom_core::execution::StepIndex;
use planloom_store::{DataDir, OpenOptions, Store};

use crate::engine::{OpenError, open_registry};
use crate::settings::Environment;
use crate::shared::Shared;
use crate::turn::{Live, execution_row, task_row};

/// Makes every read row of the database in `data` again and says of how many executions. Nobody else may have the
/// folder open. Must be called in a Tokio runtime.
pub fn rebuild_read_rows(data: &DataDir, environment: Environment) -> Result<u64, OpenError> {
    let (store, mut writer) = Store::open(data, &OpenOptions::new("planloom rebuild"))?;
    let registry = Arc::new(open_registry(&store, data, environment)?);
    let shared = Shared::new(store, registry, tokio::runtime::Handle::current());
    let ids = shared.store.read(|snapshot| snapshot.execution_ids())?;
    // Loading needs a row to begin from, so everything is folded before the rows go.
    let mut rows = Vec::with_capacity(ids.len());
    for id in &ids {
        let live =
            Live::load(&shared, &Arc::from(id.as_str())).map_err(|error| OpenError::Journal(error.to_string()))?;
        let steps = 0..live.state.tasks.len() as StepIndex;
        let tasks: Vec<_> = steps.filter_map(|step| task_row(&live, step)).collect();
        rows.push((execution_row(&live), tasks));
    }
    let mut tx = writer.begin()?;
    tx.clear_read_rows()?;
    for (id, (execution, tasks)) in ids.iter().zip(&rows) {
        tx.put_execution(id, execution)?;
        for task in tasks {
            tx.put_task(id, task)?;
        }
    }
    tx.commit()?;
    Ok(ids.len() as u64)
}
