//! Everything that can be asked of an engine, from any thread.
//!
//! Reading goes to the database, or to the loop for an execution that it has in hand; whatever changes something goes
//! through the loop and is answered when it is on disk.

mod approvals;
mod check;
mod dry_run;
mod example;
mod executions;
mod live;
mod plans;
mod prepare;
mod service;
mod settings;
mod storage;
mod timeline;

use std::sync::Arc;

use planloom_store::Transaction;
use serde::Serialize;
use tokio::sync::mpsc;

use crate::lanes::Lanes;
use crate::reply::{Receipt, Reply};
use crate::shared::Shared;
use crate::turn::{Live, Message, Order, Seen};
use crate::{Error, clock};

pub use approvals::ApprovalsQuery;
pub use executions::{Executed, ExecutionsQuery};
pub use live::Subscription;
pub use plans::PlansQuery;
pub use service::ApiKeyView;

/// The answer that a request with an Idempotency-Key was given first.
#[derive(Clone, Debug)]
pub struct StoredAnswer {
    pub status: u16,
    pub body_hash: [u8; 32],
    /// JSON text of `data`.
    pub data: String,
}

/// An engine, as everybody but its owner has it. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
    sender: mpsc::UnboundedSender<Message>,
}

impl Handle {
    pub(crate) fn new(shared: Arc<Shared>, sender: mpsc::UnboundedSender<Message>) -> Handle {
        Handle { shared, sender }
    }

    /// The first answer to a request with this key, if there was one within 24 hours.
    pub async fn stored_answer(&self, route: &str, key: &str) -> Result<Option<StoredAnswer>, Error> {
        let (route, key) = (route.to_owned(), key.to_owned());
        let found = self.read(move |snapshot| snapshot.first_answer(&route, &key, clock::now_ms())).await?;
        Ok(found.map(|first| StoredAnswer { status: first.status, body_hash: first.body_hash, data: first.answer }))
    }

    /// Forgets idempotent answers after their day, and the texts of ended executions after the days that the settings
    /// keep them.
    pub(crate) async fn tidy(&self) -> Result<(), Error> {
        const DAY_MS: i64 = 24 * 60 * 60 * 1000;
        let keep_days = self.shared.registry.snapshot().settings().document().texts.keep_days;
        let shared = Arc::clone(&self.shared);
        let bodies = self.write(None, move |tx: &mut Transaction<'_>| {
            let now_ms = clock::now_ms();
            tx.purge_answers(now_ms)?;
            let Some(days) = keep_days else { return Ok(0) };
            let deleted = tx.delete_texts_older_than(now_ms - i64::from(days) * DAY_MS, now_ms)?;
            if deleted.references > 0 {
                shared.texts.forget();
                shared.pages.forget_all();
            }
            Ok(deleted.bodies)
        });
        if bodies.await? > 0 {
            self.send(Message::Checkpoint)?;
        }
        Ok(())
    }

    /// Runs work that may wait for the disk where it holds nobody up.
    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let shared = Arc::clone(&self.shared);
        let done = tokio::task::spawn_blocking(move || work(&shared)).await;
        done.unwrap_or_else(|error| Err(Error::Internal(error.to_string())))
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&planloom_store::Snapshot<'_>) -> planloom_store::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        self.off_thread(|shared| shared.store.read(read).map_err(Error::from_store)).await
    }

    /// A write that concerns no execution; answered when it is on disk.
    async fn write<T: Serialize + Send + 'static>(
        &self,
        receipt: Option<Receipt>,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (writing, answer) = Reply::of_work(receipt, work);
        self.send(Message::Write(writing))?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// An input for an execution; answered when what it led to is on disk.
    async fn order(&self, order: Order) -> Result<(), Error> {
        self.send(Message::Order(Box::new(order)))
    }

    fn send(&self, message: Message) -> Result<(), Error> {
        self.sender.send(message).map_err(|_| stopped())
    }

    /// Reads an execution where it is: in the loop, or on disk.
    async fn see<T: Send + 'static>(
        &self,
        execution: &str,
        see: impl FnOnce(&Seen<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let execution: Arc<str> = Arc::from(execution);
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let in_loop = move |seen: Option<&Seen<'_>>| {
            let answer = match seen {
                Some(seen) => Ok(see(seen)),
                None => Err(see),
            };
            // Who asked may be gone.
            let _ = sender.send(answer);
        };
        self.send(Message::See { execution: Arc::clone(&execution), see: Box::new(in_loop) })?;
        match receiver.await {
            Err(_) => Err(stopped()),
            Ok(Ok(answer)) => answer,
            Ok(Err(see)) => {
                self.off_thread(move |shared| {
                    let live = Live::load(shared, &execution)?;
                    see(&Seen { live: &live, lanes: &Lanes::default() })
                })
                .await
            }
        }
    }
}

fn stopped() -> Error {
    Error::StoreUnavailable("the engine is shutting down".to_owned())
}
