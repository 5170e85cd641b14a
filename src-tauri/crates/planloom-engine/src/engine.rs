//! Opening and closing: the database, the settings, and the thread of the loop.

use std::sync::Arc;

use planloom_store::{DataDir, OpenOptions, Store};
use tokio::sync::mpsc;

use crate::Error;
use crate::handle::Handle;
use crate::registry::Registry;
use crate::settings::Environment;
use crate::shared::Shared;
use crate::turn::{Loop, Message};

/// The setting under which the settings' document is stored.
pub(crate) const SETTINGS: &str = "settings";

/// Which executions an engine makes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recover {
    /// Every one that has not ended: the window, and `planloom serve`.
    All,
    /// Only those that this process starts or resumes: a command that runs one plan or records one decision.
    Nothing,
}

/// How to open an engine.
pub struct EngineOptions {
    pub data: DataDir,
    /// What the owner calls itself, for those who find the folder taken.
    pub what: String,
    pub environment: Environment,
    pub recover: Recover,
}

/// Why an engine could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Store(#[from] planloom_store::Error),
    #[error("The stored settings cannot be read: {0}")]
    Settings(String),
    #[error("{0}")]
    Journal(String),
    #[error("The engine's thread could not be started: {0}")]
    Thread(std::io::Error),
}

/// Owns the database and the loop.
pub struct Engine {
    handle: Handle,
    sender: mpsc::UnboundedSender<Message>,
    thread: std::thread::JoinHandle<()>,
    tidying: Option<tokio::task::AbortHandle>,
}

impl Engine {
    /// Opens the data folder, takes over what `recover` says, and starts the loop. Must be called in a Tokio runtime,
    /// which also runs the model calls.
    pub async fn open(options: EngineOptions) -> Result<Engine, OpenError> {
        let EngineOptions { data, what, environment, recover } = options;
        let folder = data.clone();
        let opened = tokio::task::spawn_blocking(move || Store::open(&folder, &OpenOptions::new(what))).await;
        let (store, writer) = opened.map_err(|error| OpenError::Settings(error.to_string()))??;
        let registry = Arc::new(open_registry(&store, &data, environment)?);
        let shared = Arc::new(Shared::new(store, registry, tokio::runtime::Handle::current()));
        let (sender, receiver) = mpsc::unbounded_channel();
        let turns = Loop::new(Arc::clone(&shared), writer, receiver, sender.clone(), recover == Recover::All);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(OpenError::Thread)?;
        let thread = std::thread::Builder::new()
            .name("planloom-loop".to_owned())
            .spawn(move || runtime.block_on(turns.run()))
            .map_err(OpenError::Thread)?;
        let handle = Handle::new(shared, sender.clone());
        // A command that is gone in a moment leaves the tidying to those who stay.
        let tidying = (recover == Recover::All).then(|| tokio::spawn(tidy_daily(handle.clone())).abort_handle());
        Ok(Engine { handle, sender, thread, tidying })
    }

    /// Reads a data folder that nobody owns: takes no lock, starts nothing, writes nothing. Whatever would change
    /// something is refused. Must be called in a Tokio runtime.
    pub async fn open_read_only(data: DataDir, environment: Environment) -> Result<Engine, OpenError> {
        let folder = data.clone();
        let opened = tokio::task::spawn_blocking(move || Store::open_read_only(&folder)).await;
        let store = opened.map_err(|error| OpenError::Settings(error.to_string()))??;
        let registry = Arc::new(open_registry(&store, &data, environment)?);
        let shared = Arc::new(Shared::new(store, registry, tokio::runtime::Handle::current()));
        let (sender, receiver) = mpsc::unbounded_channel();
        let thread = std::thread::Builder::new()
            .name("planloom-reading".to_owned())
            .spawn(move || answer_readers(receiver))
            .map_err(OpenError::Thread)?;
        Ok(Engine { handle: Handle::new(shared, sender.clone()), sender, thread, tidying: None })
    }

    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Ends the loop: calls in flight are aborted and count as interrupted at the next start.
    pub async fn shut_down(self) {
        if let Some(tidying) = &self.tidying {
            tidying.abort();
        }
        // The loop may have ended by itself; then there is nothing to stop.
        let _ = self.sender.send(Message::Stop);
        let thread = self.thread;
        let joined = tokio::task::spawn_blocking(move || thread.join()).await;
        if !matches!(joined, Ok(Ok(()))) {
            tracing::error!("the engine's loop ended with a fault");
        }
    }
}

/// Removes what has had its time, at the start and once a day.
async fn tidy_daily(handle: Handle) {
    const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);
    loop {
        if let Err(error) = handle.tidy().await {
            tracing::warn!(%error, "what has had its time could not be removed");
        }
        tokio::time::sleep(DAY).await;
    }
}

/// What the loop is to those who only read: nothing is in hand, and nothing can be changed.
fn answer_readers(mut messages: mpsc::UnboundedReceiver<Message>) {
    const READ_ONLY: &str = "it is open for reading only";
    while let Some(message) = messages.blocking_recv() {
        match message {
            Message::See { see, .. } => see(None),
            Message::Lanes(reply) => drop(reply.send(Vec::new())),
            Message::Write(write) => write.deliver(Err(READ_ONLY)),
            Message::Order(order) => {
                let mut waiter = order.waiter;
                waiter.prepare(Err(Error::StoreUnavailable(READ_ONLY.to_owned())));
                waiter.deliver(Ok(()));
            }
            Message::AwaitEnd { .. }
            | Message::Called { .. }
            | Message::Evaluated { .. }
            | Message::Measured { .. }
            | Message::SettingsChanged
            | Message::Checkpoint => {}
            Message::Stop => return,
        }
    }
}

pub(crate) fn open_registry(store: &Store, data: &DataDir, environment: Environment) -> Result<Registry, OpenError> {
    let stored = store.read(|snapshot| snapshot.setting(SETTINGS))?;
    let stored = stored
        .map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|error| OpenError::Settings(error.to_string()))?;
    Registry::open(stored.as_ref(), data.path(), environment).map_err(|problems| {
        let first = problems.into_iter().next().map(|problem| problem.message);
        OpenError::Settings(first.unwrap_or_default())
    })
}
