//! What can stop an xtask command before it has done its work. A check that fails is not an
//! error: it is counted (`closing.rs`) and the next one runs.

use std::fmt;
use std::io;
use std::process::ExitCode;

#[derive(Debug)]
pub enum Error {
    /// The command line makes no sense.
    Usage(String),
    /// The system lacks packages, and we may not install them.
    PackagesMissing { install_line: String },
    /// A program could not be started at all.
    NotStarted { program: String, cause: io::Error },
    /// A program ran and did not succeed.
    NotSucceeded { program: String, outcome: String },
    /// A file of ours could not be read or written.
    File { path: String, cause: io::Error },
    /// The person or the system asked us to stop.
    Interrupted,
}

impl Error {
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Error::Usage(_) => ExitCode::from(2),
            Error::Interrupted => ExitCode::from(130),
            Error::PackagesMissing { .. }
            | Error::NotStarted { .. }
            | Error::NotSucceeded { .. }
            | Error::File { .. } => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Usage(what) => write!(out, "{what}\n\n{}", crate::USAGE),
            Error::PackagesMissing { install_line } => {
                write!(
                    out,
                    "Some packages of the system are missing. Install them, then start this again:\n\n{install_line}"
                )
            }
            Error::NotStarted { program, cause } => {
                write!(out, "`{program}` could not be started: {cause}.")
            }
            Error::NotSucceeded { program, outcome } => {
                write!(out, "`{program}` {outcome}.")
            }
            Error::File { path, cause } => write!(out, "{path}: {cause}."),
            Error::Interrupted => write!(out, "Stopped."),
        }
    }
}
