//! What live views are fed with: each frame is the new view of what changed.

use std::sync::Arc;

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// The whole execution, as GET gives it.
    Snapshot,
    /// An execution without its steps.
    Execution,
    /// One step.
    Task,
    /// An approval was opened, changed or closed.
    Approval,
    /// Text still streaming in; may be lost.
    Text,
    /// Nothing more follows.
    End,
    /// Frames were lost; a new snapshot follows.
    Lagged,
}

impl FrameKind {
    /// The event's name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            FrameKind::Snapshot => "snapshot",
            FrameKind::Execution => "execution",
            FrameKind::Task => "task",
            FrameKind::Approval => "approval",
            FrameKind::Text => "text",
            FrameKind::End => "end",
            FrameKind::Lagged => "lagged",
        }
    }
}

/// One frame. Durable frames carry the journal's sequence number.
#[derive(Clone, Debug)]
pub struct Frame {
    pub kind: FrameKind,
    /// The event id on the wire: there on the last frame of a commit and on snapshots.
    pub seq: Option<i64>,
    /// The journal number that this frame shows the state of.
    pub(crate) up_to: i64,
    pub execution_id: Arc<str>,
    /// JSON text.
    pub data: Arc<str>,
}

impl Frame {
    /// A frame of what is on disk up to the journal's number `seq`.
    pub(crate) fn durable(kind: FrameKind, seq: i64, execution_id: &Arc<str>, data: String) -> Frame {
        Frame { kind, seq: None, up_to: seq, execution_id: Arc::clone(execution_id), data: Arc::from(data) }
    }

    /// A piece of text that may be lost.
    pub(crate) fn passing(execution_id: &Arc<str>, data: String) -> Frame {
        let kind = FrameKind::Text;
        Frame { kind, seq: None, up_to: i64::MAX, execution_id: Arc::clone(execution_id), data: Arc::from(data) }
    }

    /// The last frame of its commit: a reader who has seen it has seen everything up to its number.
    pub(crate) fn numbered(self) -> Frame {
        Frame { seq: Some(self.up_to), ..self }
    }
}
