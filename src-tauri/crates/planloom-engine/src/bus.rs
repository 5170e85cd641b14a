//! Frames to whoever watches. Nobody waits for a watcher: one that lags is told so.

use tokio::sync::broadcast;

use crate::views::Frame;

/// Frames that a watcher may be behind before it loses some.
const FRAMES: usize = 4_096;

/// The one place where frames are published.
#[derive(Clone)]
pub(crate) struct Bus {
    frames: broadcast::Sender<Frame>,
}

impl Bus {
    pub(crate) fn new() -> Bus {
        Bus { frames: broadcast::Sender::new(FRAMES) }
    }

    /// Whether a frame would be seen by anybody; if not, it need not be made.
    pub(crate) fn is_watched(&self) -> bool {
        self.frames.receiver_count() > 0
    }

    pub(crate) fn publish(&self, frame: Frame) {
        // Nobody watching is not a fault.
        let _ = self.frames.send(frame);
    }

    pub(crate) fn watch(&self) -> broadcast::Receiver<Frame> {
        self.frames.subscribe()
    }
}
