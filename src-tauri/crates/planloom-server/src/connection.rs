//! One connection, of whatever door: HTTP/1.1 with the limits that keep a slow client from holding us.
//!
//! It knows no route; a request goes to the router, or to the page, when the door lets it in.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use axum::response::{IntoResponse, Response};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};
use tokio_util::sync::CancellationToken;
use tower::Service;

use crate::body::{Patience, TimedBody, discard};
use crate::caller::{Caller, Visit};
use crate::guard::{Admitted, Guard, Verdict, preflight, share};
use crate::page::Page;
use crate::request_id::complete;

/// How long an open connection may take to end when a door closes.
const LEAVING: Duration = Duration::from_secs(5);

/// How much patience a door has, and with how many.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at a time.
    pub connections: usize,
    /// For the head of a request; an idle connection is closed after it too.
    pub head_ms: u64,
    /// Between two pieces of a body.
    pub body_pause_ms: u64,
    /// For a whole body.
    pub body_ms: u64,
    /// For the client to take what we write.
    pub write_ms: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { connections: 512, head_ms: 10_000, body_pause_ms: 10_000, body_ms: 300_000, write_ms: 30_000 }
    }
}

/// One way in.
pub(crate) struct Door {
    pub(crate) router: Router,
    /// `None` for the private socket, which the operating system guards.
    pub(crate) guard: Option<Guard>,
    /// What the guard lets everybody have.
    pub(crate) page: Page,
    pub(crate) limits: Limits,
    /// Cancelled when the door closes.
    pub(crate) closing: CancellationToken,
}

impl Door {
    /// Serves one connection to its end.
    pub(crate) async fn serve(self: Arc<Door>, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let (limits, closing) = (self.limits, self.closing.clone());
        let io = TokioIo::new(ImpatientWriter::new(stream, Duration::from_millis(limits.write_ms)));
        let service = service_fn(move |request| {
            let door = Arc::clone(&self);
            async move { Ok::<_, Infallible>(door.answer(request).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_millis(limits.head_ms))
            .serve_connection(io, service);
        let mut connection = pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = closing.cancelled() => {
                connection.as_mut().graceful_shutdown();
                tokio::time::timeout(LEAVING, connection).await.unwrap_or(Ok(()))
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }

    async fn answer(&self, mut request: Request<Incoming>) -> Response {
        let admitted = match &self.guard {
            None => Admitted { caller: Caller::Socket, origin: None },
            Some(guard) => match guard.look(&request).await {
                Verdict::Admitted(admitted) => admitted,
                Verdict::Preflight(origin) => return complete(preflight(origin)),
                Verdict::Page => {
                    return self.page.answer(request.method(), request.uri().path(), request.headers()).await;
                }
                Verdict::Refused(failure) => {
                    // Who asks first has sent nothing yet.
                    if !request.headers().contains_key(header::EXPECT) {
                        discard(self.body(request.into_body()).into_data_stream()).await;
                    }
                    return complete(failure.into_response());
                }
            },
        };
        request.extensions_mut().insert(Visit { caller: admitted.caller, closing: self.closing.clone() });
        let request = request.map(|body| self.body(body));
        let mut router = self.router.clone();
        let ready: Result<(), Infallible> = poll_fn(|cx| Service::<Request<Body>>::poll_ready(&mut router, cx)).await;
        let response = match ready {
            Ok(()) => match router.call(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            },
            Err(never) => match never {},
        };
        match admitted.origin {
            Some(origin) => share(response, origin),
            None => response,
        }
    }

    fn body(&self, body: Incoming) -> Body {
        if body.is_end_stream() {
            return Body::empty();
        }
        let patience = Patience {
            pause: Duration::from_millis(self.limits.body_pause_ms),
            whole: Duration::from_millis(self.limits.body_ms),
        };
        Body::new(TimedBody::new(body, patience))
    }
}

/// A stream whose writes fail when the other side takes nothing for too long.
#[derive(Debug)]
struct ImpatientWriter<S> {
    stream: S,
    patience: Duration,
    /// Armed only while nothing can be written.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<S: Unpin> ImpatientWriter<S> {
    fn new(stream: S, patience: Duration) -> ImpatientWriter<S> {
        ImpatientWriter { stream, patience, waiting: None }
    }

    fn bounded<T>(
        &mut self,
        cx: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if let Poll::Ready(written) = write(Pin::new(&mut self.stream), cx) {
            self.waiting = None;
            return Poll::Ready(written);
        }
        let patience = self.patience;
        ready!(self.waiting.get_or_insert_with(|| Box::pin(sleep(patience))).as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ImpatientWriter<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for ImpatientWriter<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.bounded(cx, |stream, cx| stream.poll_write(cx, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.bounded(cx, |stream, cx| stream.poll_write_vectored(cx, parts))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.bounded(cx, |stream, cx| stream.poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.bounded(cx, |stream, cx| stream.poll_shutdown(cx))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt;

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_given_up() {
        let (ours, _theirs) = tokio::io::duplex(16);
        let mut writer = ImpatientWriter::new(ours, Duration::from_millis(5));
        let error = writer.write_all(&[0; 1_000]).await.expect_err("nobody reads");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
