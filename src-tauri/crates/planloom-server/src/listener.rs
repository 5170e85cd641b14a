//! The TCP listener: loopback only, on IPv4 and, where the machine has it, on IPv6 with the same port.
//!
//! It takes connections and closes; who gets in is the guard's business.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use planloom_engine::Handle;
use planloom_store::DataDir;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::api_info;
use crate::connection::{Door, Limits};
use crate::error::Error;
use crate::guard::Guard;
use crate::keys::Keys;
use crate::page::Page;
use crate::switch::ListenerState;

/// Where the API begins.
const API: &str = "/api";
/// How often another port is looked for when the one that IPv4 gave is taken on IPv6.
const TRIES: usize = 16;
/// After a connection could not be taken (too many open files), so that the loop does not spin.
const AFTER_A_FAULT: Duration = Duration::from_millis(100);

/// What a listener is opened with.
#[derive(Clone)]
pub struct ServeOptions {
    /// What `planloom_server::router` made.
    pub router: Router,
    pub handle: Handle,
    pub keys: Keys,
    pub data: DataDir,
    /// What whoever asks outside `/api` gets.
    pub page: Page,
    /// The state that the router was given, which this listener keeps true.
    pub state: ListenerState,
    pub limits: Limits,
}

/// A listener at work; it closes when this is dropped.
#[derive(Debug)]
pub struct Served {
    url: String,
    addresses: Vec<SocketAddr>,
    data: DataDir,
    state: ListenerState,
    closing: CancellationToken,
    connections: TaskTracker,
}

impl Served {
    /// Where the API is, as `http://127.0.0.1:7317/api`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where the page is, as `http://127.0.0.1:7317`.
    pub fn page_url(&self) -> &str {
        self.url.strip_suffix(API).unwrap_or(&self.url)
    }

    /// Where connections are taken.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Takes no more connections, ends the event streams, and lets requests that are under way come to their end.
    pub async fn shut_down(self) {
        self.closing.cancel();
        self.state.set_url(None);
        self.connections.wait().await;
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.closing.cancel();
        self.state.set_url(None);
        api_info::forget(&self.data);
    }
}

/// Opens the listener. Port 0 means any free one.
pub async fn serve(options: ServeOptions, port: u16) -> Result<Served, Error> {
    let ServeOptions { router, handle, keys, data, page, state, limits } = options;
    let listeners = bind(port).await?;
    let addresses = listeners.iter().map(TcpListener::local_addr).collect::<io::Result<Vec<_>>>();
    let addresses = addresses.map_err(|source| Error::Listen { port, source })?;
    let port = addresses.first().map_or(port, SocketAddr::port);
    let url = format!("http://127.0.0.1:{port}{API}");
    api_info::write(&data, &url)?;
    let (closing, connections) = (CancellationToken::new(), TaskTracker::new());
    let door = Arc::new(Door { router, guard: Some(Guard { handle, keys }), page, limits, closing: closing.clone() });
    let room = Arc::new(Semaphore::new(limits.connections));
    for listener in listeners {
        connections.spawn(take_connections(listener, Arc::clone(&door), Arc::clone(&room), connections.clone()));
    }
    connections.close();
    state.set_url(Some(url.clone()));
    Ok(Served { url, addresses, data, state, closing, connections })
}

async fn take_connections(listener: TcpListener, door: Arc<Door>, room: Arc<Semaphore>, connections: TaskTracker) {
    let taking = async {
        loop {
            let stream = match listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(AFTER_A_FAULT).await;
                    continue;
                }
            };
            // Whoever finds no room waits here, and those behind in the operating system's queue.
            let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
            // A small answer must not wait for a second one to fill its packet.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection may be slower than it could be");
            }
            let serving = Arc::clone(&door).serve(stream);
            connections.spawn(async move {
                serving.await;
                drop(place);
            });
        }
    };
    tokio::select! {
        () = taking => {}
        () = door.closing.cancelled() => {}
    }
}

/// Both loopback addresses on one port.
async fn bind(port: u16) -> Result<Vec<TcpListener>, Error> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => Error::PortTaken(port),
        _ => Error::Listen { port, source },
    };
    for _ in 0..TRIES {
        let four = listen(Ipv4Addr::LOCALHOST.into(), port).await.map_err(failed)?;
        let found = four.local_addr().map_err(failed)?.port();
        match listen(Ipv6Addr::LOCALHOST.into(), found).await {
            Ok(six) => return Ok(vec![four, six]),
            // Somebody else would get what is meant for us under the name localhost.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && port != 0 => return Err(Error::PortTaken(port)),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => {
                tracing::info!(%error, "this machine has no IPv6 loopback; listening on 127.0.0.1 alone");
                return Ok(vec![four]);
            }
        }
    }
    Err(Error::Listen { port, source: io::ErrorKind::AddrInUse.into() })
}

async fn listen(address: IpAddr, port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::new(address, port)).await
}
