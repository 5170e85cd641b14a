//! The signals that ask a program to end. A window is closed by its frame, but a session that ends, a service manager
//! or a terminal says it this way.

/// From its making on, signals come here and end nothing by themselves.
#[cfg(unix)]
pub struct Signals {
    heard: Vec<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    /// Must be called on the runtime.
    pub fn new() -> Signals {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let listen = |kind| signal(kind).inspect_err(|error| tracing::warn!(%error, "a signal is not heard")).ok();
        Signals { heard: kinds.into_iter().filter_map(listen).collect() }
    }

    /// Comes back when the program is to end.
    pub async fn told_to_end(&mut self) {
        std::future::poll_fn(|context| {
            let is_told = self.heard.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
            if is_told { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
    }
}

/// From its making on, Ctrl-C comes here.
#[cfg(windows)]
pub struct Signals {
    heard: Option<tokio::signal::windows::CtrlC>,
}

#[cfg(windows)]
impl Signals {
    /// Must be called on the runtime.
    pub fn new() -> Signals {
        Signals { heard: tokio::signal::windows::ctrl_c().ok() }
    }

    /// Comes back when the program is to end.
    pub async fn told_to_end(&mut self) {
        match &mut self.heard {
            Some(signal) => {
                signal.recv().await;
            }
            None => std::future::pending().await,
        }
    }
}
