//! How the program ends: one number for each of the answers that a script has to tell apart.

use std::process::ExitCode;

/// The end of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It did what was asked; an execution completed.
    Completed,
    /// An execution failed or was rejected, or this machine did not let the command do its work.
    Failed,
    /// The command line, or a file that it names, cannot be read.
    Usage,
    /// An execution waits for a person.
    Waits,
    /// The API refused.
    Refused,
    /// Cancelled, or left by Ctrl-C.
    Cancelled,
}

impl Exit {
    pub fn number(self) -> u8 {
        match self {
            Exit::Completed => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Waits => 3,
            Exit::Refused => 4,
            Exit::Cancelled => 130,
        }
    }

    /// The end that an execution's status stands for.
    pub fn of_status(status: &str) -> Exit {
        match status {
            "completed" => Exit::Completed,
            "paused" => Exit::Waits,
            "cancelled" => Exit::Cancelled,
            // A status that is no end is none that a command should report as success.
            _ => Exit::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_that_scripts_know() {
        let all = [Exit::Completed, Exit::Failed, Exit::Usage, Exit::Waits, Exit::Refused, Exit::Cancelled];
        assert_eq!(all.map(Exit::number), [0, 1, 2, 3, 4, 130]);
        let statuses = ["completed", "failed", "paused", "cancelled", "running"];
        assert_eq!(statuses.map(|status| Exit::of_status(status).number()), [0, 1, 3, 130, 1]);
    }
}
