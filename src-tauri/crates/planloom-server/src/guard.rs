//! Who gets in through the listener: the right Host, no foreign Origin, a key, and one that may do this.
//!
//! Only the TCP listener has a guard; the private socket and the window are guarded by the operating system.
//! It looks at the head of a request, never at its body.

use axum::body::Body;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use axum::response::Response;
use planloom_engine::Handle;

use crate::caller::{Caller, Scope};
use crate::failure::Failure;
use crate::keys::{self, Keys};
use crate::page;
use crate::session::{self, Worth};

/// What the guard lets in.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(crate) caller: Caller,
    /// An origin that the settings allow; its pages may read the answer.
    pub(crate) origin: Option<HeaderValue>,
}

/// What the guard says.
#[derive(Debug)]
pub(crate) enum Verdict {
    Admitted(Admitted),
    /// A browser asks whether a page of this allowed origin may ask.
    Preflight(HeaderValue),
    /// A file of the page is asked for, which needs no key.
    Page,
    Refused(Failure),
}

/// The guard of a listener.
#[derive(Clone)]
pub(crate) struct Guard {
    pub(crate) handle: Handle,
    pub(crate) keys: Keys,
}

impl Guard {
    /// Looks at the head of a request.
    pub(crate) async fn look<B>(&self, request: &Request<B>) -> Verdict {
        match self.check(request).await {
            Ok(verdict) => verdict,
            Err(failure) => Verdict::Refused(failure),
        }
    }

    async fn check<B>(&self, request: &Request<B>) -> Result<Verdict, Failure> {
        let host = own_host(request)?;
        let origin = self.origin(request.headers(), host).await?;
        if let Some(origin) = &origin
            && request.method() == Method::OPTIONS
            && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
        {
            return Ok(Verdict::Preflight(origin.clone()));
        }
        if page::is_asked_for(request.method(), request.uri().path()) {
            return Ok(Verdict::Page);
        }
        let needed = needed(request.method(), request.uri().path());
        let has_key = request.headers().contains_key(header::AUTHORIZATION);
        let caller = match needed {
            // What needs no key shows nothing that a scope would open.
            Needed::Nothing => Caller::nobody(),
            // The code is in the body, which the handler reads.
            Needed::MainKeyOrCode if !has_key => {
                return Ok(Verdict::Admitted(Admitted { caller: Caller::nobody(), origin }));
            }
            Needed::Scope(_) | Needed::MainKey | Needed::MainKeyOrCode => self.caller(request.headers()).await?,
        };
        allow(&caller, needed, request.method(), request.uri().path())?;
        Ok(Verdict::Admitted(Admitted { caller, origin }))
    }

    /// Our own pages and programs without an origin pass; of others only those that the settings allow, which
    /// are told so.
    async fn origin(&self, headers: &HeaderMap, host: &str) -> Result<Option<HeaderValue>, Failure> {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let Some(origin) = origins.next() else { return Ok(None) };
        let text = origin.to_str().unwrap_or_default();
        let single = origins.next().is_none();
        let own = ["http://", "https://"].iter().any(|scheme| text.strip_prefix(scheme) == Some(host));
        if own && single {
            return Ok(None);
        }
        if single && text != "null" && self.is_allowed(text).await? {
            return Ok(Some(origin.clone()));
        }
        let message = "Pages of another origin may not use this API. Allow the origin in the settings if it is yours.";
        Err(Failure::new(StatusCode::FORBIDDEN, "FORBIDDEN_ORIGIN", message))
    }

    async fn is_allowed(&self, origin: &str) -> Result<bool, Failure> {
        let settings = self.handle.settings().await?;
        let allowed = settings.pointer("/listener/allowedOrigins").and_then(|allowed| allowed.as_array());
        Ok(allowed.is_some_and(|allowed| allowed.iter().any(|allowed| allowed.as_str() == Some(origin))))
    }

    async fn caller(&self, headers: &HeaderMap) -> Result<Caller, Failure> {
        let key = bearer(headers)?;
        if self.keys.is_main(key) {
            return Ok(Caller::MainKey);
        }
        if session::is_session(key) {
            return match self.keys.session_worth(key) {
                Worth::Good => Ok(Caller::Session),
                Worth::Expired => Err(expired_session()),
                Worth::Nothing => Err(invalid_session()),
            };
        }
        if !keys::is_key(key) {
            return Err(invalid_key());
        }
        match self.handle.find_api_key(keys::hash(key)).await? {
            Some(found) => Ok(Caller::Key { name: found.name, scopes: Scope::read_all(&found.scope) }),
            None => Err(invalid_key()),
        }
    }
}

/// The Host that the request names, which must be this machine by a name that no foreign DNS can give it.
fn own_host<B>(request: &Request<B>) -> Result<&str, Failure> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok());
    // A request line can name a host as well, and it counts more than the header.
    let target = request.uri().authority().map(Authority::as_str);
    match host {
        Some(host) if hosts.next().is_none() && is_own(host) && target.is_none_or(is_own) => Ok(host),
        Some(_) | None => {
            let message = "This API answers only under the names 127.0.0.1, localhost and [::1].";
            Err(Failure::new(StatusCode::FORBIDDEN, "FORBIDDEN_HOST", message))
        }
    }
}

fn is_own(host: &str) -> bool {
    let (name, port) = match host.strip_prefix("[::1]") {
        Some("") => ("[::1]", None),
        Some(rest) => ("[::1]", Some(rest.strip_prefix(':').unwrap_or("x"))),
        None => host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port))),
    };
    let own = name == "[::1]" || name == "127.0.0.1" || name.eq_ignore_ascii_case("localhost");
    own && port.is_none_or(|port| port.parse::<u16>().is_ok() && port.bytes().all(|byte| byte.is_ascii_digit()))
}

pub(crate) fn key_needed() -> Failure {
    let message = "This API needs a key. Send `Authorization: Bearer <key>`; `planloom api-info` tells the key.";
    Failure::new(StatusCode::UNAUTHORIZED, "AUTH_REQUIRED", message)
}

fn bearer(headers: &HeaderMap) -> Result<&str, Failure> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let (first, second) = (given.next(), given.next());
    let Some(first) = first else { return Err(key_needed()) };
    let words = first.to_str().ok().and_then(|text| text.trim().split_once(' '));
    match words {
        Some((scheme, key)) if second.is_none() && scheme.eq_ignore_ascii_case("bearer") => Ok(key.trim()),
        Some(_) | None => Err(invalid_key()),
    }
}

fn invalid_key() -> Failure {
    let message = "This key is not valid. Send `Authorization: Bearer <key>` with a key that `planloom api-info` or the \
                   settings show.";
    Failure::new(StatusCode::UNAUTHORIZED, "AUTH_INVALID_API_KEY", message)
}

fn expired_session() -> Failure {
    let message = "This session has expired. Begin another one with the key that `planloom api-info` shows.";
    Failure::new(StatusCode::UNAUTHORIZED, "AUTH_INVALID_API_KEY", message).with_rule("expired")
}

fn invalid_session() -> Failure {
    let message = "This session is not valid: the main key was renewed, or it is of another data folder. Begin another \
                   one with the key that `planloom api-info` shows.";
    Failure::new(StatusCode::UNAUTHORIZED, "AUTH_INVALID_API_KEY", message)
}

/// What a request needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needed {
    Nothing,
    Scope(Scope),
    MainKey,
    /// The main key in the head, or a one-time code in the body.
    MainKeyOrCode,
}

/// What is not named here needs the main key, so that nothing is opened by being forgotten.
fn needed(method: &Method, path: &str) -> Needed {
    let reads = method == Method::GET || method == Method::HEAD;
    let part = path.strip_prefix("/api/").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    match part {
        "settings" => Needed::MainKey,
        "session" if method == Method::POST => Needed::MainKeyOrCode,
        "health" | "openapi.json" | "docs" if reads => Needed::Nothing,
        _ if reads => Needed::Scope(Scope::Read),
        "plans" => Needed::Scope(Scope::Run),
        "hitl" => Needed::Scope(Scope::Review),
        _ => Needed::MainKey,
    }
}

fn allow(caller: &Caller, needed: Needed, method: &Method, path: &str) -> Result<(), Failure> {
    let allowed = match (caller, needed) {
        (_, Needed::Nothing) | (Caller::Window | Caller::Socket | Caller::MainKey | Caller::Session, _) => true,
        // Whoever may do something may look at it.
        (Caller::Key { scopes, .. }, Needed::Scope(Scope::Read)) => !scopes.is_empty(),
        (Caller::Key { scopes, .. }, Needed::Scope(scope)) => scopes.contains(&scope),
        (Caller::Key { .. }, Needed::MainKey | Needed::MainKeyOrCode) => false,
    };
    if allowed {
        return Ok(());
    }
    let what = match needed {
        Needed::Scope(scope) => format!("a key with the scope `{}`, or the main key", scope.as_str()),
        Needed::Nothing | Needed::MainKey | Needed::MainKeyOrCode => "the main key".to_owned(),
    };
    let message = format!("This key may not do this: {method} {path} needs {what}.");
    Err(Failure::new(StatusCode::FORBIDDEN, "AUTH_INSUFFICIENT_PERMISSIONS", message))
}

/// The answer to a browser's question about an allowed origin.
pub(crate) fn preflight(origin: HeaderValue) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    let mut say = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    say(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE");
    say(header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, Idempotency-Key, If-Match, Last-Event-ID");
    say(header::ACCESS_CONTROL_MAX_AGE, "600");
    share(response, origin)
}

/// Lets the pages of an allowed origin read an answer.
pub(crate) fn share(mut response: Response, origin: HeaderValue) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    let exposed = HeaderValue::from_static("X-Request-Id, Location, Idempotency-Replayed, Allow");
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_are_own_hosts() {
        for own in ["127.0.0.1", "localhost", "LOCALHOST:80", "[::1]", "[::1]:7317", "127.0.0.1:65535"] {
            assert!(is_own(own), "{own}");
        }
        let foreign = [
            "",
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "localhost.",
            "127.0.0.2",
            "0.0.0.0",
            "[::1",
            "[::1]x",
            "[::2]",
            "::1",
            "localhost:",
            "localhost:80:80",
            "localhost:99999",
            "localhost:+8",
            "user@localhost",
            "[::1]:",
        ];
        for foreign in foreign {
            assert!(!is_own(foreign), "{foreign}");
        }
    }

    #[test]
    fn a_host_must_be_named_once_and_everywhere() {
        let ask = |uri: &str, hosts: &[&str]| {
            let mut request = Request::get(uri);
            for host in hosts {
                request = request.header(header::HOST, *host);
            }
            own_host(&request.body(()).unwrap()).map(str::to_owned).map_err(|failure| failure.code)
        };
        assert_eq!(ask("/api", &["localhost:7"]), Ok("localhost:7".to_owned()));
        for (uri, hosts) in
            [("/api", &[][..]), ("/api", &["localhost", "localhost"]), ("http://evil.example/api", &["localhost"])]
        {
            assert_eq!(ask(uri, hosts), Err("FORBIDDEN_HOST"), "{uri} {hosts:?}");
        }
    }

    #[test]
    fn each_path_needs_its_scope() {
        let cases = [
            (Method::GET, "/api/health", Needed::Nothing),
            (Method::HEAD, "/api/openapi.json", Needed::Nothing),
            (Method::GET, "/api/docs", Needed::Nothing),
            (Method::POST, "/api/health", Needed::MainKey),
            (Method::GET, "/api/healthy", Needed::Scope(Scope::Read)),
            (Method::GET, "/api/plans", Needed::Scope(Scope::Read)),
            (Method::GET, "/api/metrics", Needed::Scope(Scope::Read)),
            (Method::GET, "/api/events", Needed::Scope(Scope::Read)),
            (Method::POST, "/api/plans/x/execute", Needed::Scope(Scope::Run)),
            (Method::DELETE, "/api/plans/executions/x", Needed::Scope(Scope::Run)),
            (Method::GET, "/api/hitl/pending", Needed::Scope(Scope::Read)),
            (Method::POST, "/api/hitl/x/approve", Needed::Scope(Scope::Review)),
            (Method::DELETE, "/api/hitl/x/decision", Needed::Scope(Scope::Review)),
            (Method::GET, "/api/settings", Needed::MainKey),
            (Method::PATCH, "/api/settings", Needed::MainKey),
            (Method::PUT, "/api/settings/secrets/anthropic", Needed::MainKey),
            (Method::GET, "/api/settings/keys", Needed::MainKey),
            (Method::POST, "/api/session", Needed::MainKeyOrCode),
            (Method::POST, "/api/sessions", Needed::MainKey),
            (Method::GET, "/api/session", Needed::Scope(Scope::Read)),
            (Method::POST, "/", Needed::MainKey),
        ];
        for (method, path, expected) in cases {
            assert_eq!(needed(&method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn a_scope_opens_its_own_part_and_reading() {
        let key = |scopes: &str| Caller::Key { name: "script".into(), scopes: Scope::read_all(scopes) };
        let ask = |caller: &Caller, needed| allow(caller, needed, &Method::POST, "/api/x").is_ok();
        for (scopes, read, run, review) in [
            ("read", true, false, false),
            ("run", true, true, false),
            ("review", true, false, true),
            ("run review", true, true, true),
            ("", false, false, false),
            ("everything", false, false, false),
        ] {
            let key = key(scopes);
            assert_eq!(ask(&key, Needed::Scope(Scope::Read)), read, "{scopes}");
            assert_eq!(ask(&key, Needed::Scope(Scope::Run)), run, "{scopes}");
            assert_eq!(ask(&key, Needed::Scope(Scope::Review)), review, "{scopes}");
            assert!(!ask(&key, Needed::MainKey), "{scopes}");
        }
        assert!(ask(&Caller::MainKey, Needed::MainKey) && ask(&Caller::Session, Needed::MainKey));
    }

    #[test]
    fn a_key_comes_as_one_bearer() {
        let ask = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
            }
            bearer(&headers).map(str::to_owned).map_err(|failure| failure.code)
        };
        assert_eq!(ask(&["Bearer abc"]), Ok("abc".to_owned()));
        assert_eq!(ask(&["bearer  abc"]), Ok("abc".to_owned()));
        assert_eq!(ask(&[]), Err("AUTH_REQUIRED"));
        for wrong in [&["Basic abc"][..], &["abc"], &[""], &["Bearer abc", "Bearer abc"]] {
            assert_eq!(ask(wrong), Err("AUTH_INVALID_API_KEY"), "{wrong:?}");
        }
    }
}
