//! Why a command did not do what was asked: a sentence for people, the API's envelope for scripts.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::exit::Exit;

/// Why a command stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line, or a file that it names, is wrong.
    #[error("{0}")]
    Usage(String),
    /// The API's answer: its whole envelope.
    #[error("{}", message_of(.0))]
    Refused(Value),
    /// There is no database yet, so what was asked for cannot exist.
    #[error("There is nothing in {} yet. `planloom run PLAN.json` or `planloom serve` begins there.", .0.display())]
    NothingYet(PathBuf),
    #[error(
        "Nothing listens for this data folder. Start `planloom serve`, or switch the local API on in the window's settings."
    )]
    NoListener,
    #[error("The program that worked on this data folder has just ended. Try again.")]
    OwnerLeft,
    #[error(transparent)]
    Server(#[from] planloom_server::Error),
    #[error(transparent)]
    Open(#[from] planloom_engine::OpenError),
    #[error(transparent)]
    Store(#[from] planloom_store::Error),
    #[error(
        "The answer of the program that works on this data folder cannot be read: {0}. Both may be of different versions."
    )]
    Answer(String),
    #[error("{0} Check that there is room and that the folder belongs to this user.")]
    Write(String),
    #[error("This system does not let the program wait for signals: {0}.")]
    Signals(std::io::Error),
}

impl Error {
    pub fn exit(&self) -> Exit {
        match self {
            Error::Usage(_) => Exit::Usage,
            Error::Refused(_) | Error::NothingYet(_) => Exit::Refused,
            Error::NoListener
            | Error::OwnerLeft
            | Error::Server(_)
            | Error::Open(_)
            | Error::Store(_)
            | Error::Answer(_)
            | Error::Write(_)
            | Error::Signals(_) => Exit::Failed,
        }
    }

    /// The API's code; for what never reached the API, a code of our own.
    pub fn code(&self) -> &str {
        match self {
            Error::Refused(envelope) => envelope["error"]["code"].as_str().unwrap_or("INTERNAL"),
            Error::Usage(_) => "USAGE",
            Error::NothingYet(_) => "NO_DATABASE",
            Error::NoListener => "NO_LISTENER",
            Error::OwnerLeft | Error::Server(_) | Error::Open(_) | Error::Store(_) => "DATA_FOLDER_UNAVAILABLE",
            Error::Answer(_) => "UNREADABLE_ANSWER",
            Error::Write(_) => "NOT_WRITTEN",
            Error::Signals(_) => "INTERNAL",
        }
    }

    /// The envelope in which the API reports failures.
    pub fn envelope(&self) -> Value {
        match self {
            Error::Refused(envelope) => envelope.clone(),
            other @ (Error::Usage(_)
            | Error::NothingYet(_)
            | Error::NoListener
            | Error::OwnerLeft
            | Error::Server(_)
            | Error::Open(_)
            | Error::Store(_)
            | Error::Answer(_)
            | Error::Write(_)
            | Error::Signals(_)) => json!({
                "success": false,
                "error": {"code": other.code(), "message": other.to_string(), "details": {"issues": []}},
            }),
        }
    }
}

fn message_of(envelope: &Value) -> &str {
    envelope["error"]["message"].as_str().unwrap_or("The request was refused without a word.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_an_exit_and_an_envelope() {
        let usage = Error::Usage("Wrong.".to_owned());
        assert_eq!(usage.exit(), Exit::Usage);
        assert_eq!(usage.envelope()["error"]["message"], "Wrong.");
        let refused = Error::Refused(json!({"success": false, "error": {"code": "PLAN_NOT_FOUND", "message": "No."}}));
        assert_eq!(
            (refused.exit(), refused.code(), refused.to_string().as_str()),
            (Exit::Refused, "PLAN_NOT_FOUND", "No.")
        );
        assert_eq!(Error::NothingYet(PathBuf::from("/x")).exit(), Exit::Refused);
    }
}
