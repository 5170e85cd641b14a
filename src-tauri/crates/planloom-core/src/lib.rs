//! The pure part of Planloom: what a plan is, and how an execution of it goes.
//!
//! This crate does no IO, reads no clock and draws no randomness: time, ids and results come in as values.

pub mod check;
pub mod condition;
pub mod confidence;
mod decimal;
pub mod execution;
pub mod failure;
pub mod fields;
pub mod graph;
pub mod ids;
pub mod json;
pub mod limits;
pub mod plan;
pub mod prompt;
pub mod request;
pub mod schema;
pub mod usage;
