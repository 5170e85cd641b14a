//! The shell: what makes executions go, around the pure core.
//!
//! ```text
//! handle   what can be asked: plans, executions, approvals, settings     (any thread)
//! turn     the loop: the one place where executions change               (its own thread)
//! calls    model calls, off the loop, each ending in one message to it
//! views    every shape that leaves the engine
//! ```
//!
//! An event is on disk before anybody sees it and before its effect starts. Nothing here polls: the loop sleeps
//! until a message or the next timer.

mod bus;
mod calls;
mod clock;
mod engine;
mod error;
mod handle;
mod lanes;
mod pages;
mod plans;
mod rebuild;
pub mod registry;
mod render;
mod reply;
pub mod secrets;
pub mod settings;
mod shared;
mod texts;
mod turn;
pub mod views;

pub use engine::{Engine, EngineOptions, OpenError, Recover};
pub use error::Error;
pub use handle::{
    ApiKeyView, ApprovalsQuery, Executed, ExecutionsQuery, Handle, PlansQuery, StoredAnswer, Subscription,
};
pub use planloom_store::DataDir;
pub use rebuild::rebuild_read_rows;
pub use reply::Receipt;
