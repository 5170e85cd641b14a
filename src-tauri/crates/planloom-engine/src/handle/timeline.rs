//! An execution's steps in time.

use std::sync::Arc;

use bytes::Bytes;
use planloom_core::execution::Event;

use super::Handle;
use crate::shared::Shared;
use crate::views::{Timeline, TimelineView};
use crate::{Error, clock};

impl Handle {
    /// When each step was queued, called, held back or waiting for a person: a [`TimelineView`] as JSON text.
    pub async fn timeline(&self, id: &str) -> Result<Bytes, Error> {
        let execution: Arc<str> = Arc::from(id);
        self.off_thread(move |shared| {
            let view = timeline(shared, &execution)?;
            serde_json::to_vec(&view).map(Bytes::from).map_err(|error| Error::Internal(error.to_string()))
        })
        .await
    }
}

/// From what is on disk, which is all that anybody has seen.
fn timeline(shared: &Shared, execution: &Arc<str>) -> Result<TimelineView, Error> {
    let row = shared.store.read(|snapshot| snapshot.execution(execution)).map_err(Error::from_store)?;
    let identity = row.ok_or_else(|| Error::ExecutionNotFound(execution.to_string()))?.identity;
    let published = shared.plans.version(&identity.plan_id, identity.plan_version)?;
    let mut timeline = Timeline::new(Arc::clone(execution), Arc::clone(&published.shape));
    let mut broken = None;
    let read = shared.store.read(|snapshot| {
        snapshot.each_journal_row(execution, |row| {
            match serde_json::from_str::<Event>(&row.body) {
                Ok(event) => timeline.apply(&event, row.at),
                Err(error) => {
                    broken.get_or_insert_with(|| format!("Row {} of the journal cannot be read: {error}.", row.n));
                }
            }
            Ok(())
        })
    });
    read.map_err(Error::from_store)?;
    match broken {
        Some(broken) => Err(Error::Internal(broken)),
        None => Ok(timeline.finish(&published.plan, clock::now_ms())),
    }
}
