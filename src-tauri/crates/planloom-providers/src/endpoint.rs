//! One provider's server: its address, its key, the client that reaches it.
//!
//! Owns what goes over the connection and how its breaking is named. Must not know a wire format.
//! The key is put into one header of each request, marked sensitive, and nowhere else.

use crate::call::CallError;
use crate::secret::{Secret, clean, clean_to};
use crate::{Error, failure, reading, retry_after};
use bytes::Bytes;
use chrono::Utc;
use planloom_core::failure::FailureCode;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Client, Method, Response, Url, redirect};
use serde_json::Value;
use std::time::Duration;

/// Bytes of an error's body that are read.
const ERROR_BODY_BYTES: usize = 64 * 1024;
/// Time to open a connection. Not the wait for an answer, which only the caller bounds.
const CONNECT: Duration = Duration::from_secs(30);
/// How often a silent connection is probed, so that a vanished peer is noticed while a model thinks.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// How long the end of a finished answer is waited for.
const DRAIN: Duration = Duration::from_millis(100);
/// Characters of a strange body that are quoted.
const EXCERPT_CHARS: usize = 200;
const WORD_CHARS: usize = 100;

/// How a key is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Auth {
    Bearer,
    XApiKey,
}

#[derive(Debug)]
pub(crate) struct Endpoint {
    client: Client,
    base: Url,
    headers: HeaderMap,
    secret: Option<Secret>,
    stall: Duration,
}

impl Endpoint {
    /// `base_url` as `check_base_url` takes it.
    pub(crate) fn new(base_url: &str, auth: Auth, secret: Option<Secret>, stall: Duration) -> Result<Endpoint, Error> {
        let base = check_base_url(base_url)?;
        let secret = secret.filter(|secret| !secret.expose().is_empty());
        let mut headers = HeaderMap::new();
        if let Some(secret) = &secret {
            let (name, value) = match auth {
                Auth::Bearer => (AUTHORIZATION, format!("Bearer {}", secret.expose())),
                Auth::XApiKey => (HeaderName::from_static("x-api-key"), secret.expose().to_owned()),
            };
            let mut value = HeaderValue::from_str(&value).map_err(|_| Error::KeyCharacters)?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let mut client = Client::builder()
            .user_agent(concat!("planloom/", env!("CARGO_PKG_VERSION")))
            // A redirect would carry prompt and key to a host that nobody configured.
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT)
            .tcp_keepalive(KEEP_ALIVE)
            .http2_keep_alive_interval(KEEP_ALIVE);
        if is_local(&base) {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|error| Error::Client { reason: cause(&error) })?;
        Ok(Endpoint { client, base, headers, secret, stall })
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Result<Endpoint, Error> {
        let value = HeaderValue::from_str(value).map_err(|_| Error::Version { version: value.to_owned() })?;
        self.headers.insert(HeaderName::from_static(name), value);
        Ok(self)
    }

    pub(crate) fn secret(&self) -> Option<&Secret> {
        self.secret.as_ref()
    }

    pub(crate) fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }

    /// The base URL's last segment of path.
    pub(crate) fn base_ends_with(&self, segment: &str) -> bool {
        self.base.path().trim_end_matches('/').rsplit('/').next() == Some(segment)
    }

    /// Sends JSON and gives back an answer of status 200–299; everything else is an error.
    pub(crate) async fn post(&self, path: &[&str], body: Vec<u8>) -> Result<Response, CallError> {
        self.send(Method::POST, path, None, body).await
    }

    /// Gets JSON.
    pub(crate) async fn get_json(
        &self,
        path: &[&str],
        query: Option<&str>,
        limit_bytes: usize,
    ) -> Result<Value, CallError> {
        let mut response = self.send(Method::GET, path, query, Vec::new()).await?;
        let status = response.status().as_u16();
        let body = self.read(&mut response, limit_bytes).await?;
        serde_json::from_slice(&body).map_err(|_| self.strange(status, response.headers(), &body))
    }

    async fn send(
        &self,
        method: Method,
        path: &[&str],
        query: Option<&str>,
        body: Vec<u8>,
    ) -> Result<Response, CallError> {
        let mut request = self.client.request(method, self.url(path, query)).headers(self.headers.clone());
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, HeaderValue::from_static("application/json")).body(body);
        }
        let response = request.send().await.map_err(|error| self.broken(error))?;
        let status = response.status();
        tracing::debug!(
            host = self.host(),
            status = status.as_u16(),
            request_id = self.request_id(&response),
            "answer of a provider"
        );
        if status.is_success() { Ok(response) } else { Err(self.refused(response).await) }
    }

    fn url(&self, path: &[&str], query: Option<&str>) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        if let Some(query) = query {
            let joined = url.query().map_or_else(|| query.to_owned(), |own| format!("{own}&{query}"));
            url.set_query(Some(&joined));
        }
        url
    }

    /// The next bytes of a body; `None` at its end. Silence for `within` is a stall; without it, only the
    /// caller's own timeout counts.
    pub(crate) async fn chunk(
        &self,
        response: &mut Response,
        within: Option<Duration>,
    ) -> Result<Option<Bytes>, CallError> {
        let read = match within {
            None => response.chunk().await,
            Some(silence) => tokio::time::timeout(silence, response.chunk()).await.map_err(|_| stalled(silence))?,
        };
        read.map_err(|error| self.cut(&error))
    }

    /// How long an answer that has begun may be silent.
    pub(crate) fn stall(&self) -> Duration {
        self.stall
    }

    /// A whole body of at most `limit_bytes`.
    pub(crate) async fn read(&self, response: &mut Response, limit_bytes: usize) -> Result<Vec<u8>, CallError> {
        let mut body = Vec::new();
        let mut within = None;
        while let Some(bytes) = self.chunk(response, within).await? {
            within = Some(self.stall);
            if body.len() + bytes.len() > limit_bytes {
                return Err(reading::too_large());
            }
            body.extend_from_slice(&bytes);
        }
        Ok(body)
    }

    /// Reads the end of a finished answer, so that its connection can serve the next call. A server that
    /// does not end its answers is not waited for.
    pub(crate) async fn drain(&self, response: &mut Response) {
        let end = async { while let Ok(Some(_)) = response.chunk().await {} };
        // Either way the answer is whole.
        let _ = tokio::time::timeout(DRAIN, end).await;
    }

    pub(crate) fn request_id(&self, response: &Response) -> Option<String> {
        ["request-id", "x-request-id"]
            .iter()
            .find_map(|name| response.headers().get(*name)?.to_str().ok())
            .map(|id| clean_to(id, self.secret(), WORD_CHARS))
    }

    /// The failure of an answer outside 200–299.
    async fn refused(&self, mut response: Response) -> CallError {
        let status = response.status();
        let mut body = Vec::new();
        // A body that never comes, never ends or breaks off changes nothing about the refusal.
        while body.len() < ERROR_BODY_BYTES {
            match self.chunk(&mut response, Some(self.stall)).await {
                Ok(Some(bytes)) => body.extend_from_slice(&bytes[..bytes.len().min(ERROR_BODY_BYTES - body.len())]),
                Ok(None) | Err(_) => break,
            }
        }
        let words = serde_json::from_slice::<Value>(&body).ok().as_ref().and_then(failure::Words::read);
        let message = match &words {
            Some(words) if !words.message().trim().is_empty() => clean(words.message(), self.secret()),
            Some(_) | None if status.is_redirection() => self.redirected(response.headers()),
            Some(_) | None => {
                let what = describe(response.headers(), &body, self.secret());
                format!("The provider answered {status} with {what}.")
            }
        };
        let mut error = failure::of_status(status.as_u16(), words.as_ref(), message);
        if error.retryable {
            error.retry_after_ms = retry_after::retry_after_ms(response.headers(), Utc::now());
        }
        error
    }

    fn redirected(&self, headers: &HeaderMap) -> String {
        let to = headers.get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("another address");
        let to = clean_to(to, self.secret(), EXCERPT_CHARS);
        format!(
            "The provider redirects to {to}, which is not followed because the key would go there too. If that address is right, make it the base URL."
        )
    }

    /// A success that is not what was asked for.
    pub(crate) fn strange(&self, status: u16, headers: &HeaderMap, body: &[u8]) -> CallError {
        let what = describe(headers, body, self.secret());
        let message = format!("Expected a model's answer and got {what}. Check the base URL.");
        let mut error = CallError::new(FailureCode::ProviderProtocol, message);
        error.status = Some(status);
        error
    }

    /// No answer at all.
    fn broken(&self, error: reqwest::Error) -> CallError {
        let at = self.base.origin().ascii_serialization();
        let reason = clean(&cause(&error), self.secret());
        if is_not_http(&error) {
            return CallError::new(
                FailureCode::ProviderProtocol,
                format!("What answers at {at} does not speak HTTP ({reason}). Check the base URL."),
            );
        }
        let message = if error.is_connect() {
            format!("No connection to {at}: {reason}. Check the base URL and that the server runs.")
        } else {
            format!("The connection to {at} broke before an answer: {reason}.")
        };
        CallError::new(FailureCode::ProviderUnreachable, message)
    }

    /// An answer that broke off.
    fn cut(&self, error: &reqwest::Error) -> CallError {
        let reason = clean(&cause(error), self.secret());
        CallError::new(
            FailureCode::ProviderUnreachable,
            format!("The connection broke in the middle of the answer: {reason}."),
        )
    }
}

/// Checks that a base URL can be used, and gives it back parsed. Plain `http` is taken for any host: it is
/// the user's own network, and most local servers offer nothing else.
pub fn check_base_url(base_url: &str) -> Result<Url, Error> {
    let url = Url::parse(base_url.trim()).map_err(|error| Error::BaseUrl { reason: error.to_string() })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Error::BaseUrlScheme { scheme: url.scheme().to_owned() });
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::BaseUrlCredentials);
    }
    if url.fragment().is_some() {
        return Err(Error::BaseUrl { reason: "it has a fragment (`#…`)".to_owned() });
    }
    Ok(url)
}

/// Whether the server runs on this machine.
pub fn is_local(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .map_or_else(|_| host.ends_with(".localhost"), |ip| ip.is_loopback()),
        None => false,
    }
}

fn stalled(silence: Duration) -> CallError {
    let seconds = silence.as_secs_f64();
    CallError::new(
        FailureCode::Stalled,
        format!("The provider sent nothing for {seconds} s in the middle of its answer."),
    )
}

fn is_not_http(error: &reqwest::Error) -> bool {
    let mut source: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(inner) = source {
        if inner.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse) {
            return true;
        }
        source = inner.source();
    }
    false
}

/// The innermost words of an error. The outer ones repeat the URL.
fn cause(error: &reqwest::Error) -> String {
    let mut words = if error.is_timeout() { "it took too long".to_owned() } else { "it failed".to_owned() };
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        words = inner.to_string();
        source = inner.source();
    }
    words
}

fn describe(headers: &HeaderMap, body: &[u8], secret: Option<&Secret>) -> String {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("no content type");
    let kind = clean_to(kind, secret, WORD_CHARS);
    let excerpt = clean_to(&String::from_utf8_lossy(body), secret, EXCERPT_CHARS);
    if excerpt.is_empty() { format!("an empty body ({kind})") } else { format!("{kind}: {excerpt}") }
}
