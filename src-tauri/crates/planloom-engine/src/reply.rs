//! Who waits for the loop, and what they get: an answer is made from the state before the commit, and given
//! away only after it.

use planloom_store::{FirstAnswer, Transaction};
use serde::Serialize;
use tokio::sync::oneshot;

use crate::turn::Seen;
use crate::{Error, clock};

/// What makes a POST idempotent. Stored in the transaction of its effect.
#[derive(Clone, Debug)]
pub struct Receipt {
    pub route: String,
    pub key: String,
    /// SHA-256 of the body as canonical JSON.
    pub body_hash: [u8; 32],
    /// The status of the answer that will be given.
    pub status: u16,
}

impl Receipt {
    fn store(&self, data: String, tx: &mut Transaction<'_>) -> Result<(), planloom_store::Error> {
        let created_at = clock::now_ms();
        let first = FirstAnswer { body_hash: self.body_hash, status: self.status, answer: data, created_at };
        tx.put_answer(&self.route, &self.key, &first)
    }
}

/// Somebody who asked for something to happen to an execution.
pub(crate) trait Waiter: Send {
    /// Makes the answer from the state after the whole turn; `seen` is an error when it was refused.
    fn prepare(&mut self, seen: Result<Seen<'_>, Error>);
    /// Writes what belongs into the same transaction. True when something was written.
    fn store(&mut self, tx: &mut Transaction<'_>) -> Result<(), planloom_store::Error>;
    /// Whether `store` has something to write.
    fn has_to_store(&self) -> bool;
    /// Gives the answer away, or the reason why nothing was done.
    fn deliver(self: Box<Self>, committed: Result<(), &str>);
}

/// Somebody who asked for a write that concerns no execution.
pub(crate) trait Writing: Send {
    fn write(&mut self, tx: &mut Transaction<'_>);
    fn deliver(self: Box<Self>, committed: Result<(), &str>);
}

type View<T> = Box<dyn FnOnce(&Seen<'_>) -> Result<T, Error> + Send>;
type Work<T> = Box<dyn FnOnce(&mut Transaction<'_>) -> Result<T, Error> + Send>;

/// One who waits for a `T`.
pub(crate) struct Reply<T> {
    view: Option<View<T>>,
    work: Option<Work<T>>,
    receipt: Option<Receipt>,
    made: Option<Result<T, Error>>,
    sender: oneshot::Sender<Result<T, Error>>,
}

impl<T: Serialize + Send + 'static> Reply<T> {
    /// Waits for what `view` makes of the execution.
    pub(crate) fn of_view(
        receipt: Option<Receipt>,
        view: impl FnOnce(&Seen<'_>) -> Result<T, Error> + Send + 'static,
    ) -> (Box<dyn Waiter>, oneshot::Receiver<Result<T, Error>>) {
        let (sender, receiver) = oneshot::channel();
        (Box::new(Reply { view: Some(Box::new(view)), work: None, receipt, made: None, sender }), receiver)
    }

    /// Waits for what `work` writes.
    pub(crate) fn of_work(
        receipt: Option<Receipt>,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> (Box<dyn Writing>, oneshot::Receiver<Result<T, Error>>) {
        let (sender, receiver) = oneshot::channel();
        (Box::new(Reply { view: None, work: Some(Box::new(work)), receipt, made: None, sender }), receiver)
    }

    fn data(&self) -> Option<String> {
        let made = self.made.as_ref()?.as_ref().ok()?;
        serde_json::to_string(made).ok()
    }

    fn give(self, committed: Result<(), &str>) {
        let answer = match (self.made, committed) {
            (Some(Ok(_)), Err(why)) => Err(Error::StoreUnavailable(why.to_owned())),
            (Some(made), _) => made,
            (None, Err(why)) => Err(Error::StoreUnavailable(why.to_owned())),
            (None, Ok(())) => Err(Error::Internal("the request was not worked on".to_owned())),
        };
        // Who asked may be gone; what was done stays done.
        let _ = self.sender.send(answer);
    }
}

impl<T: Serialize + Send + 'static> Waiter for Reply<T> {
    fn prepare(&mut self, seen: Result<Seen<'_>, Error>) {
        let made = seen.and_then(|seen| match self.view.take() {
            Some(view) => view(&seen),
            None => Err(Error::Internal("an answer was made twice".to_owned())),
        });
        self.made = Some(made);
    }

    fn has_to_store(&self) -> bool {
        self.receipt.is_some() && matches!(self.made, Some(Ok(_)))
    }

    fn store(&mut self, tx: &mut Transaction<'_>) -> Result<(), planloom_store::Error> {
        match (self.receipt.take(), self.data()) {
            (Some(receipt), Some(data)) => receipt.store(data, tx),
            _ => Ok(()),
        }
    }

    fn deliver(self: Box<Self>, committed: Result<(), &str>) {
        self.give(committed);
    }
}

impl<T: Serialize + Send + 'static> Writing for Reply<T> {
    fn write(&mut self, tx: &mut Transaction<'_>) {
        let Some(work) = self.work.take() else { return };
        let written = tx.savepoint(|tx| work(tx));
        self.made = Some(written);
        let stored = match (self.receipt.take(), self.data()) {
            (Some(receipt), Some(data)) => receipt.store(data, tx),
            _ => Ok(()),
        };
        if let Err(error) = stored {
            self.made = Some(Err(Error::from_store(error)));
        }
    }

    fn deliver(self: Box<Self>, committed: Result<(), &str>) {
        self.give(committed);
    }
}
