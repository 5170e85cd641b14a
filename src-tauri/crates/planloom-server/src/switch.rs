//! The listener on and off while the program runs: what it is doing, and keeping it as the settings say.
//!
//! `planloom serve` listens in any case and only shows what it does; the window's listener follows the settings.
//! Opening and closing themselves are the listener's business.

use std::sync::Arc;
use std::time::Duration;

use planloom_engine::{Error as EngineError, Handle};
use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::listener::{ServeOptions, Served, serve};

/// How long somebody who asks is kept waiting for the listener to be as the settings say. Closing one may take a
/// little less.
const SETTLING: Duration = Duration::from_secs(10);

/// What the settings want: whether to listen, and on which port (0: any).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) is_enabled: bool,
    port: u16,
}

impl Wanted {
    /// What the settings say now.
    pub(crate) async fn read(handle: &Handle) -> Result<Wanted, EngineError> {
        let settings = handle.settings().await?;
        let port = settings.pointer("/listener/port").and_then(Value::as_u64).and_then(|port| u16::try_from(port).ok());
        let port = port.ok_or_else(|| EngineError::Internal("the settings name no port".to_owned()))?;
        Ok(Wanted { is_enabled: settings.pointer("/listener/enabled") == Some(&Value::Bool(true)), port })
    }
}

/// What the listener is doing now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Now {
    /// Where it listens.
    pub(crate) url: Option<String>,
    /// Why it does not do what the settings say.
    pub(crate) problem: Option<String>,
    /// Nothing while nobody follows the settings; else how many of their states have been: the one at the beginning,
    /// and one for each change.
    followed: Option<u64>,
}

/// What the listener of this process is doing. Made once, before the router, and given to it and to the listener, so
/// that the one can show what the other does. Cheap to clone; all clones are the same state.
#[derive(Clone, Debug)]
pub struct ListenerState {
    now: Arc<watch::Sender<Now>>,
}

impl Default for ListenerState {
    fn default() -> ListenerState {
        ListenerState { now: Arc::new(watch::Sender::new(Now::default())) }
    }
}

impl ListenerState {
    /// Where the listener is, as `http://127.0.0.1:7317/api`; `None` while it is closed.
    pub fn url(&self) -> Option<String> {
        self.now.borrow().url.clone()
    }

    pub(crate) fn set_url(&self, url: Option<String>) {
        self.now.send_modify(|now| now.url = url);
    }

    /// What it does once it has followed this many changes of the settings. Not forever: who asks through the listener
    /// that is closing would wait for itself.
    pub(crate) async fn settled(&self, changes: u64, closing: &CancellationToken) -> Now {
        let mut states = self.now.subscribe();
        let settling = states.wait_for(|now| now.followed.is_none_or(|followed| followed > changes));
        tokio::select! {
            // As it is now is answered below, whether it has settled or nobody will ever say so.
            _ = settling => {}
            () = closing.cancelled() => {}
            () = tokio::time::sleep(SETTLING) => {}
        }
        self.now.borrow().clone()
    }
}

/// The listener of a program that is there for something else, kept as the settings say: open while
/// `listener.enabled`, on `listener.port`. It closes when this is dropped.
#[derive(Debug)]
pub struct ListenerSwitch {
    closing: CancellationToken,
    following: tokio::task::JoinHandle<()>,
}

impl ListenerSwitch {
    /// Follows the settings no longer, and closes the listener if it is open: ends its event streams and lets requests
    /// that are under way come to their end.
    pub async fn shut_down(mut self) {
        self.closing.cancel();
        if let Err(error) = (&mut self.following).await {
            tracing::error!(%error, "the listener's switch broke");
        }
    }
}

impl Drop for ListenerSwitch {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

/// Opens the listener if the settings say so, and from then on opens, closes and moves it whenever they change.
///
/// Never fails: a port that is taken is a problem that `GET /api/settings/listener` tells, and every change of the
/// settings is another try. Must be called on a tokio runtime; returns at once.
pub fn follow_settings(options: ServeOptions) -> ListenerSwitch {
    let closing = CancellationToken::new();
    options.state.now.send_modify(|now| now.followed = Some(0));
    let following = tokio::spawn(follow(options, closing.clone()));
    ListenerSwitch { closing, following }
}

async fn follow(options: ServeOptions, closing: CancellationToken) {
    let mut changes = options.handle.settings_changes();
    let mut open: Option<(u16, Served)> = None;
    loop {
        // Before the settings are read, so that a change after that is not missed.
        let seen = *changes.borrow_and_update();
        match Wanted::read(&options.handle).await {
            Ok(wanted) => {
                let problem = adjust(&mut open, wanted, &options).await;
                options.state.now.send_modify(|now| (now.followed, now.problem) = (Some(seen + 1), problem));
            }
            Err(error) => options.state.now.send_modify(|now| now.problem = Some(error.to_string())),
        }
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { break },
            () = closing.cancelled() => break,
        }
    }
    if let Some((_, served)) = open {
        served.shut_down().await;
    }
    options.state.now.send_replace(Now::default());
}

/// Does what is wanted; says why not, if not.
async fn adjust(open: &mut Option<(u16, Served)>, wanted: Wanted, options: &ServeOptions) -> Option<String> {
    if let Some((port, served)) = open.take() {
        if wanted.is_enabled && port == wanted.port {
            *open = Some((port, served));
            return None;
        }
        served.shut_down().await;
    }
    if !wanted.is_enabled {
        return None;
    }
    match serve(options.clone(), wanted.port).await {
        Ok(served) => *open = Some((wanted.port, served)),
        Err(error) => return Some(error.to_string()),
    }
    None
}
