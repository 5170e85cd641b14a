//! Ctrl-C, and the signal that asks a program to end.

use crate::error::Error;

/// What was signalled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// Somebody (a service manager) wants the program to end.
    Terminate,
}

/// From its making on, signals come here and end nothing by themselves.
#[cfg(unix)]
pub struct Signals {
    interrupts: tokio::signal::unix::Signal,
    terminations: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    pub fn new() -> Result<Signals, Error> {
        use tokio::signal::unix::{SignalKind, signal};
        let interrupts = signal(SignalKind::interrupt()).map_err(Error::Signals)?;
        let terminations = signal(SignalKind::terminate()).map_err(Error::Signals)?;
        Ok(Signals { interrupts, terminations })
    }

    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            Some(()) = self.interrupts.recv() => Signal::Interrupt,
            Some(()) = self.terminations.recv() => Signal::Terminate,
            else => std::future::pending().await,
        }
    }
}

#[cfg(windows)]
pub struct Signals {
    interrupts: tokio::signal::windows::CtrlC,
    terminations: tokio::signal::windows::CtrlBreak,
}

#[cfg(windows)]
impl Signals {
    pub fn new() -> Result<Signals, Error> {
        let interrupts = tokio::signal::windows::ctrl_c().map_err(Error::Signals)?;
        let terminations = tokio::signal::windows::ctrl_break().map_err(Error::Signals)?;
        Ok(Signals { interrupts, terminations })
    }

    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            Some(()) = self.interrupts.recv() => Signal::Interrupt,
            Some(()) = self.terminations.recv() => Signal::Terminate,
            else => std::future::pending().await,
        }
    }
}
