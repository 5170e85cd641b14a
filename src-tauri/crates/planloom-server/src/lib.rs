//! The HTTP API: one router, several doors.
//!
//! ```text
//! router        the only list of endpoints; pure: no port, no key, no guard
//!   routes/     what each endpoint takes and gives, in the engine's words
//! listener      the TCP door: loopback, guard, key; switch: on and off while the program runs
//!   page        the built page, for a browser
//! socket        the private door in the data folder, for the command line
//! (the window)  calls the router in process
//! ```
//!
//! Nothing here decides anything about plans or executions; the engine does.

mod api_info;
mod body;
mod caller;
mod connection;
mod docs;
mod drafts;
mod envelope;
mod error;
mod failure;
mod guard;
mod idempotency;
mod keys;
mod listener;
mod openapi;
mod page;
mod query;
mod request_id;
mod router;
mod routes;
mod session;
mod socket;
mod sse;
mod switch;

pub use api_info::{ApiInfo, api_info};
pub use caller::{Caller, Scope};
pub use connection::Limits;
pub use envelope::{List, Success};
pub use error::Error;
pub use failure::{Details, ErrorBody, FailureBody, Issue, Meta};
pub use keys::Keys;
pub use listener::{ServeOptions, Served, serve};
pub use openapi::openapi_json;
pub use page::Page;
pub use router::router;
pub use socket::{LocalClient, ServedSocket, serve_socket};
pub use switch::{ListenerState, ListenerSwitch, follow_settings};
