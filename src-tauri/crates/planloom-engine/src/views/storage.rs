//! The data folder and its backups, as the settings show them.

use super::*;

/// Where everything is kept, and how much it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DataView {
    /// The data folder.
    pub folder: String,
    /// The database with its write-ahead log.
    pub database_bytes: u64,
    /// What is in the data folder's `backups`, newest first.
    pub backups: Vec<BackupFile>,
}

/// One backup.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BackupFile {
    /// The file's name.
    pub file: String,
    pub bytes: u64,
    pub created_at: String,
}

/// A backup that was made and checked.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BackupView {
    pub path: String,
    pub bytes: u64,
}
