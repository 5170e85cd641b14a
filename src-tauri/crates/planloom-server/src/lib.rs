//! The API over the engine.
