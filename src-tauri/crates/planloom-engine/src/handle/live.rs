//! Watching: frames as they come, beginning with a snapshot, without a gap.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::broadcast;

use super::Handle;
use crate::Error;
use crate::views::{Frame, FrameKind, LaggedFrame};

/// Frames of one execution, or of all.
pub struct Subscription {
    handle: Handle,
    frames: broadcast::Receiver<Frame>,
    /// `None`: all executions.
    execution: Option<Arc<str>>,
    /// Everything up to this journal number has been seen.
    seen_up_to: i64,
    ready: VecDeque<Frame>,
    is_over: bool,
}

impl Handle {
    /// Watches one execution. The first frame is a snapshot, unless `last_event_id` shows that nothing was missed.
    pub async fn subscribe(&self, execution_id: &str, last_event_id: Option<i64>) -> Result<Subscription, Error> {
        // Watching begins before the snapshot is made, so that nothing falls between.
        let frames = self.shared.bus.watch();
        let execution: Arc<str> = Arc::from(execution_id);
        let mut subscription = Subscription {
            handle: self.clone(),
            frames,
            execution: Some(Arc::clone(&execution)),
            seen_up_to: 0,
            ready: VecDeque::new(),
            is_over: false,
        };
        let (snapshot, status) = self.snapshot(&execution).await?;
        let seq = snapshot.seq.unwrap_or_default();
        subscription.seen_up_to = seq;
        let is_current = last_event_id == Some(seq);
        if !is_current {
            subscription.ready.push_back(snapshot);
        }
        if status.has_ended() {
            subscription.is_over = is_current;
            subscription.ready.push_back(Frame::end(seq, &execution, status));
        }
        Ok(subscription)
    }

    /// Watches everything from now on.
    pub fn subscribe_all(&self) -> Subscription {
        Subscription {
            handle: self.clone(),
            frames: self.shared.bus.watch(),
            execution: None,
            seen_up_to: 0,
            ready: VecDeque::new(),
            is_over: false,
        }
    }
}

impl Subscription {
    /// The execution has ended and the reader has seen all of it: there is nothing to stream.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// The next frame; `None` after the last one.
    pub async fn next(&mut self) -> Option<Frame> {
        if self.is_over {
            return None;
        }
        loop {
            if let Some(frame) = self.ready.pop_front() {
                self.is_over = frame.kind == FrameKind::End && self.execution.is_some();
                return Some(frame);
            }
            match self.frames.recv().await {
                Ok(frame) if self.wants(&frame) => self.ready.push_back(frame),
                Ok(_) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
                Err(broadcast::error::RecvError::Lagged(_)) => self.catch_up().await,
            }
        }
    }

    fn wants(&self, frame: &Frame) -> bool {
        match &self.execution {
            None => true,
            Some(execution) => frame.execution_id == *execution && frame.up_to > self.seen_up_to,
        }
    }

    /// Frames were lost: the whole is shown anew.
    async fn catch_up(&mut self) {
        match &self.execution {
            None => {
                let nobody: Arc<str> = Arc::from("");
                self.ready.push_back(Frame::durable(FrameKind::Lagged, 0, &nobody, &LaggedFrame {}));
            }
            Some(execution) => match self.handle.snapshot(execution).await {
                Ok((snapshot, status)) => {
                    let seq = snapshot.seq.unwrap_or_default();
                    self.seen_up_to = seq;
                    self.ready.push_back(snapshot);
                    if status.has_ended() {
                        self.ready.push_back(Frame::end(seq, execution, status));
                    }
                }
                Err(error) => tracing::warn!(%execution, %error, "a watcher could not catch up"),
            },
        }
    }
}
