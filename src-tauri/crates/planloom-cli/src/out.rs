//! Standard output and standard error: who reads them, and that a reader who leaves early is no fault.

use std::io::{self, IsTerminal, Write};

use serde_json::Value;

use crate::error::Error;
use crate::render::Style;

/// Where a command writes.
#[derive(Debug)]
pub struct Out {
    /// Somebody watches standard output.
    pub is_terminal: bool,
    /// Somebody watches standard error.
    pub errors_are_seen: bool,
    pub style: Style,
    pub error_style: Style,
    /// The reader of standard output is gone (`planloom list | head`).
    is_closed: bool,
}

impl Out {
    pub fn new() -> Out {
        let is_terminal = io::stdout().is_terminal();
        let errors_are_seen = io::stderr().is_terminal();
        let variable = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_plain = variable("NO_COLOR") || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Out {
            is_terminal,
            errors_are_seen,
            style: Style { colour: is_terminal && !is_plain },
            error_style: Style { colour: errors_are_seen && !is_plain },
            is_closed: false,
        }
    }

    /// Text as it is.
    pub fn text(&mut self, text: &str) -> Result<(), Error> {
        if self.is_closed {
            return Ok(());
        }
        let mut stdout = io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(())
            }
            Err(error) => Err(Error::Write(format!("The answer cannot be written: {error}."))),
            Ok(()) => Ok(()),
        }
    }

    pub fn line(&mut self, text: &str) -> Result<(), Error> {
        self.text(&format!("{text}\n"))
    }

    /// One JSON document.
    pub fn json(&mut self, value: &Value) -> Result<(), Error> {
        self.line(&format!("{value:#}"))
    }

    /// A line for people, on standard error. That nobody reads it is no reason to stop.
    pub fn note(&self, text: &str) {
        self.note_text(&format!("{text}\n"));
    }

    pub fn note_text(&self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

/// Columns of the terminal; 80 where nobody knows.
pub fn columns() -> usize {
    let size = terminal_size::terminal_size_of(io::stderr()).or_else(terminal_size::terminal_size);
    size.map_or(80, |(width, _)| usize::from(width.0)).max(20)
}
