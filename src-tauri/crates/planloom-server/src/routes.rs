//! What each endpoint takes and gives. A handler reads the request, asks the engine, and wraps the answer; rules
//! about plans, executions and approvals are the engine's.

pub(crate) mod bodies;
pub(crate) mod drafts;
pub(crate) mod events;
pub(crate) mod executions;
pub(crate) mod hitl;
pub(crate) mod keys;
pub(crate) mod listener;
pub(crate) mod plans;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod system;
