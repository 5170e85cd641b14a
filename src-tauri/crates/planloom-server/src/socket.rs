//! The private socket in the data folder, by which the command line reaches whoever owns the database.
//!
//! The operating system is its guard (a 0600 socket in a 0700 folder; a named pipe on Windows), so it asks for no
//! key. Only the owner of the folder's lock opens it.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
use windows as platform;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, header};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use planloom_store::DataDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::connection::{Door, Limits};
use crate::error::Error;
use crate::page::Page;

/// A private socket at work; it closes when this is dropped.
#[derive(Debug)]
pub struct ServedSocket {
    closing: CancellationToken,
    connections: TaskTracker,
    _place: platform::Place,
}

impl ServedSocket {
    /// Takes no more connections, ends the event streams, and lets requests that are under way come to their end.
    pub async fn shut_down(self) {
        self.closing.cancel();
        self.connections.wait().await;
    }
}

impl Drop for ServedSocket {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

/// Opens the private socket. A socket that a dead process left behind is replaced, so this is only for the process
/// that holds the folder's lock: the one whose engine is open.
pub async fn serve_socket(router: Router, data: &DataDir) -> Result<ServedSocket, Error> {
    let (listener, place) = platform::listen(data)?;
    let (closing, connections) = (CancellationToken::new(), TaskTracker::new());
    let door =
        Arc::new(Door { router, guard: None, page: Page::none(), limits: Limits::default(), closing: closing.clone() });
    connections.spawn(platform::take_connections(listener, door, connections.clone()));
    connections.close();
    Ok(ServedSocket { closing, connections, _place: place })
}

/// The command line's end of the private socket: one connection, requests one after the other.
#[derive(Debug)]
pub struct LocalClient {
    sender: http1::SendRequest<Body>,
}

impl LocalClient {
    /// Reaches the process that owns the data folder; [`Error::NobodyThere`] when none does.
    pub async fn connect(data: &DataDir) -> Result<LocalClient, Error> {
        let stream = platform::connect(data).await?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(Error::BrokenOff)?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "the private socket was closed");
            }
        });
        Ok(LocalClient { sender })
    }

    /// Sends a request whose target is a path, as `/api/plans`.
    pub async fn send(&mut self, mut request: Request<Body>) -> Result<Response<Incoming>, Error> {
        request.headers_mut().entry(header::HOST).or_insert(HeaderValue::from_static("localhost"));
        self.sender.ready().await.map_err(Error::BrokenOff)?;
        self.sender.send_request(request).await.map_err(Error::BrokenOff)
    }
}
