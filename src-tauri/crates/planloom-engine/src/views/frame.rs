//! What live views are fed with: each frame is the new view of what changed.

use std::sync::Arc;

use super::*;

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

/// What the events of the streams hold as `data`, by the events' names.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventData {
    pub snapshot: ExecutionView,
    /// Without `steps` and `input`.
    pub execution: ExecutionView,
    pub task: TaskFrame,
    pub approval: ApprovalFrame,
    pub text: TextFrame,
    pub end: EndFrame,
    pub lagged: LaggedFrame,
}

/// A step has changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskFrame {
    pub execution_id: String,
    pub step_id: String,
    /// As it is now. A text of more than 16 KiB is left out, and has to be fetched; `outputJson` is always left out.
    pub step: StepView,
}

/// An approval was opened, changed or closed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalFrame {
    pub execution_id: String,
    pub step_id: String,
    pub task_id: String,
    /// The task's; `awaiting_approval` while it is open, or its decision is held.
    pub status: TaskStatus,
    #[schema(required)]
    pub timeout_at: Option<String>,
}

/// A piece of an answer that is still coming. It may be lost, and it may be a part of what a snapshot gave already.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TextFrame {
    pub execution_id: String,
    pub step_id: String,
    pub attempt: u32,
    /// `call` or `repair`: a repair's text begins anew.
    pub phase: PhaseView,
    /// Where the piece begins in the call's text, in UTF-16 units, as JavaScript counts.
    pub offset: usize,
    pub text: String,
}

/// Nothing more follows.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EndFrame {
    pub execution_id: String,
    pub status: ExecutionStatus,
}

/// Events of the stream of everything were lost: what is shown has to be read again. Holds nothing.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct LaggedFrame {}

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
    pub(crate) fn durable(kind: FrameKind, seq: i64, execution_id: &Arc<str>, data: &impl Serialize) -> Frame {
        Frame { kind, seq: None, up_to: seq, execution_id: Arc::clone(execution_id), data: json(data) }
    }

    /// That an execution has ended.
    pub(crate) fn end(seq: i64, execution_id: &Arc<str>, status: ExecutionStatus) -> Frame {
        let data = EndFrame { execution_id: execution_id.to_string(), status };
        Frame::durable(FrameKind::End, seq, execution_id, &data)
    }

    /// A piece of text that may be lost.
    pub(crate) fn passing(execution_id: &Arc<str>, data: &TextFrame) -> Frame {
        let kind = FrameKind::Text;
        Frame { kind, seq: None, up_to: i64::MAX, execution_id: Arc::clone(execution_id), data: json(data) }
    }

    /// The last frame of its commit: a reader who has seen it has seen everything up to its number.
    pub(crate) fn numbered(self) -> Frame {
        Frame { seq: Some(self.up_to), ..self }
    }
}

/// Views are plain data with string keys, which serialise.
fn json(data: &impl Serialize) -> Arc<str> {
    Arc::from(serde_json::to_string(data).unwrap_or_default())
}
