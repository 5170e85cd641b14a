//! The disk: everything that Planloom remembers, in one SQLite file of one data folder.
//!
//! [`Store::open`] takes the folder and returns two sides. The [`Writer`] is one connection; its [`Transaction`]s
//! become durable as a whole (`synchronous = FULL`). The [`Store`] reads on any thread, one consistent [`Snapshot`]
//! at a time. Methods are grouped by subject, a module each.
//!
//! The store is synchronous and knows no rules: events, documents and views are opaque text, times and ids come in as
//! values, and what a status means is decided elsewhere. It never holds a secret.

mod backup;
mod connection;
mod drafts;
mod error;
mod executions;
mod folder;
mod header;
mod idempotency;
mod journal;
mod lock;
mod migrate;
mod plans;
mod search;
mod settings;
mod statistics;
mod store;
mod tasks;
mod texts;
mod writer;

pub use backup::{Restored, restore};
pub use drafts::Draft;
pub use error::{Error, Holder, Result, Subject};
pub use executions::{ExecutionFilter, ExecutionRow, ExecutionState, NewExecution};
pub use folder::DataDir;
pub use idempotency::{FirstAnswer, IDEMPOTENCY_MS};
pub use journal::{Appended, ChainBreak, ChainEnd, ChainFault, Hash, JournalEvent, JournalRow, NO_HASH, journal_hash};
pub use plans::{PlanContent, PlanFilter, PlanHead, PlanRow, PlanVersion};
pub use search::fold;
pub use settings::ApiKey;
pub use statistics::{Calibration, GroupBy, PlanStatistics, TaskStatistics};
pub use store::{DatabaseInfo, OpenOptions, Page, Snapshot, Store};
pub use tasks::{TaskRow, TaskState, Tokens, Verdict};
pub use texts::{DeletedTexts, Text};
pub use writer::{Transaction, Writer};

/// The version of the database that this program reads and writes.
pub const SCHEMA_VERSION: u32 = migrate::VERSION;
