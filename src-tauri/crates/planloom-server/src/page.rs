//! The page in a browser: the built files of `ui/`, served by the listener beside the API, to whoever asks under the
//! right Host. They are the same for everybody and hold nothing private, so they need no key.
//!
//! It knows files and headers, not what the page does; the router knows nothing of it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use planloom_core::check::quote;
use planloom_core::ids::hex;
use sha2::{Digest, Sha256};

use crate::failure::Failure;
use crate::request_id::{complete, number};

/// The file that every address of the page begins with; which screen it is, the page reads from the address.
const INDEX: &str = "index.html";
/// Files whose names change with their content.
const NAMED_BY_CONTENT: &str = "assets/";
/// Smaller than this, a file is not worth compressing.
const COMPRESSED_BYTES: usize = 1_024;

/// What a browser may do with the page: run its own scripts, ask its own server, and be shown in no other page.
const POLICY: &str = "default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; \
                      font-src 'self'; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// Endings, what they are, and whether they are worth compressing.
const TYPES: [(&str, &str, bool); 14] = [
    ("html", "text/html; charset=utf-8", true),
    ("js", "text/javascript; charset=utf-8", true),
    ("mjs", "text/javascript; charset=utf-8", true),
    ("css", "text/css; charset=utf-8", true),
    ("json", "application/json", true),
    ("map", "application/json", true),
    ("webmanifest", "application/manifest+json", true),
    ("svg", "image/svg+xml", true),
    ("txt", "text/plain; charset=utf-8", true),
    ("wasm", "application/wasm", true),
    ("woff2", "font/woff2", false),
    ("png", "image/png", false),
    ("ico", "image/x-icon", false),
    ("webp", "image/webp", false),
];

/// Gives the file at a path, or nothing.
type Read = fn(&str) -> Option<Cow<'static, [u8]>>;

/// The files of a page. Cheap to clone.
#[derive(Clone)]
pub struct Page {
    read: Read,
    ready: Arc<Mutex<HashMap<String, Arc<File>>>>,
}

/// A file as it is sent.
struct File {
    hash: [u8; 32],
    kind: &'static str,
    plain: Bytes,
    compressed: Option<Bytes>,
}

impl Page {
    /// The files that `read` gives, by their paths: `index.html`, `assets/…`. What it lends for ever cannot change;
    /// what it gives away may be another file the next time.
    pub fn new(read: fn(&str) -> Option<Cow<'static, [u8]>>) -> Page {
        Page { read, ready: Arc::default() }
    }

    /// No page: who asks for one is told so.
    pub fn none() -> Page {
        Page::new(|_| None)
    }

    /// The page that this program was built with. A debug build reads it from `ui/dist` when it is asked for.
    #[cfg(feature = "ui")]
    pub fn embedded() -> Page {
        Page::new(|path| <embedded::Files as rust_embed::RustEmbed>::get(path).map(|file| file.data))
    }

    /// Whether there is one.
    pub fn is_there(&self) -> bool {
        (self.read)(INDEX).is_some()
    }

    /// The answer to a GET or HEAD outside the API.
    pub(crate) async fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response {
        let (page, name) = (self.clone(), file_name(path));
        let found = tokio::task::spawn_blocking(move || {
            let file = name.and_then(|name| Some((page.file(name.as_ref())?, name)));
            file.ok_or_else(|| page.is_there())
        });
        match found.await {
            Ok(Ok((file, name))) => number(send(&file, &name, method, headers)),
            Ok(Err(is_there)) => complete(not_found(path, is_there).into_response()),
            Err(error) => complete(Failure::internal(error.to_string()).into_response()),
        }
    }

    /// A file, ready to be sent. Compressing takes longer than sending, so it is done once.
    fn file(&self, name: &str) -> Option<Arc<File>> {
        let content = (self.read)(name)?;
        let known = self.ready.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if let Some(known) = known
            && (matches!(content, Cow::Borrowed(_)) || known.hash == hash(&content))
        {
            return Some(known);
        }
        let file = Arc::new(File::new(name, content));
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), Arc::clone(&file));
        Some(file)
    }
}

#[cfg(feature = "ui")]
mod embedded {
    #[derive(rust_embed::RustEmbed)]
    #[folder = "$PLANLOOM_PAGE"]
    #[allow_missing = true]
    pub(super) struct Files;
}

impl File {
    fn new(name: &str, content: Cow<'static, [u8]>) -> File {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let known = TYPES.iter().find(|(known, _, _)| *known == ending);
        let (kind, is_text) = known.map_or(("application/octet-stream", false), |(_, kind, is_text)| (kind, *is_text));
        let plain = match content {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        let worth_it = is_text && plain.len() >= COMPRESSED_BYTES;
        // Writing to memory cannot fail; if it did, the file would go as it is.
        let compressed = worth_it.then(|| compress(&plain).ok()).flatten().filter(|bytes| bytes.len() < plain.len());
        File { hash: hash(&plain), kind, plain, compressed }
    }
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

fn compress(plain: &[u8]) -> io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 2), Compression::default());
    encoder.write_all(plain)?;
    encoder.finish().map(Bytes::from)
}

/// Whether a request is for the page and not for the API.
pub(crate) fn is_asked_for(method: &Method, path: &str) -> bool {
    let is_api = path == "/api" || path.starts_with("/api/");
    !is_api && (method == Method::GET || method == Method::HEAD)
}

/// The file that a path means; nothing when no file has such a name. A path whose last part has no ending is an
/// address within the page.
fn file_name(path: &str) -> Option<Cow<'static, str>> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let (_, last) = path.rsplit_once('/').unwrap_or(("", path));
    if !last.contains('.') {
        return Some(INDEX.into());
    }
    // Names that could lead out of the folder, or to something hidden in it, are not asked for at all.
    let is_plain = |part: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        !part.starts_with('.') && !part.is_empty() && part.bytes().all(plain)
    };
    path.split('/').all(is_plain).then(|| path.to_owned().into())
}

fn send(file: &File, name: &str, method: &Method, headers: &HeaderMap) -> Response {
    let compressed = file.compressed.as_ref().filter(|_| takes_gzip(headers));
    let tag = format!("\"{}{}\"", hex(&file.hash[..16]), if compressed.is_some() { "-gzip" } else { "" });
    let content = compressed.unwrap_or(&file.plain);
    let is_known = knows(headers, &tag);
    let body = if is_known || method == Method::HEAD { Body::empty() } else { Body::from(content.clone()) };
    let mut response = Response::new(body);
    *response.status_mut() = if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let keep = if name.starts_with(NAMED_BY_CONTENT) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let head = response.headers_mut();
    let mut say = |name: HeaderName, value: &'static str| head.insert(name, HeaderValue::from_static(value));
    say(header::CACHE_CONTROL, keep);
    say(header::CONTENT_SECURITY_POLICY, POLICY);
    say(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    say(header::REFERRER_POLICY, "no-referrer");
    say(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    say(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if file.compressed.is_some() {
        say(header::VARY, "Accept-Encoding");
    }
    if !is_known {
        say(header::CONTENT_TYPE, file.kind);
        if compressed.is_some() {
            say(header::CONTENT_ENCODING, "gzip");
        }
        head.insert(header::CONTENT_LENGTH, HeaderValue::from(content.len()));
    }
    if let Ok(tag) = HeaderValue::try_from(tag) {
        head.insert(header::ETAG, tag);
    }
    response
}

/// Whether the client has this very content already.
fn knows(headers: &HeaderMap, tag: &str) -> bool {
    let tags = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok());
    tags.flat_map(|tags| tags.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let encodings = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    encodings.flat_map(|value| value.split(',')).any(|encoding| {
        let (name, weight) = encoding.split_once(';').unwrap_or((encoding, "q=1"));
        let is_refused = weight.trim().strip_prefix("q=").and_then(|q| q.trim().parse::<f64>().ok()) == Some(0.0);
        name.trim().eq_ignore_ascii_case("gzip") && !is_refused
    })
}

fn not_found(path: &str, is_there: bool) -> Failure {
    let message = if is_there {
        format!("The page has no file {}. GET /api/docs shows what the API has.", quote(path))
    } else {
        "This build has no pages, only the API under /api. `cargo xtask run` makes one that has them.".to_owned()
    };
    Failure::new(StatusCode::NOT_FOUND, "ROUTE_NOT_FOUND", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_means_a_file_or_an_address_within_the_page() {
        let name = |path: &str| file_name(path).map(Cow::into_owned);
        for address in ["/", "", "/plans", "/plans/dt_plan_1/", "/a/b%20c", "//plans", "/a.b/c", "/%2e%2e%2fsecret"] {
            assert_eq!(name(address).as_deref(), Some(INDEX), "{address}");
        }
        for file in ["index.html", "assets/index-B1_x2.js", "favicon.svg", "fonts/a/b.woff2"] {
            assert_eq!(name(&format!("/{file}")).as_deref(), Some(file));
        }
        for outside in [
            "/..",
            "/../secret.txt",
            "/assets/../../secret.txt",
            "/..%2fsecret.txt",
            "/assets/..%5csecret.txt",
            "/.env",
            "/.git/x.js",
            "/assets//x.js",
            "//x.js",
            "/C:/x.js",
            "/a\\b.js",
            "/x.js%00.css",
        ] {
            assert_eq!(name(outside), None, "{outside}");
        }
    }

    #[test]
    fn the_api_is_not_the_page() {
        for page in ["/", "/plans", "/apis", "/API/plans", "/index.html"] {
            assert!(is_asked_for(&Method::GET, page) && is_asked_for(&Method::HEAD, page), "{page}");
            assert!(!is_asked_for(&Method::POST, page), "{page}");
        }
        assert!(!is_asked_for(&Method::GET, "/api") && !is_asked_for(&Method::GET, "/api/plans"));
    }

    #[test]
    fn gzip_is_sent_to_whoever_takes_it() {
        let takes = |value: &'static str| {
            takes_gzip(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))]))
        };
        for yes in ["gzip", "br, gzip", "deflate, GZIP;q=0.5, br", "gzip ; q=1"] {
            assert!(takes(yes), "{yes}");
        }
        for no in ["", "br", "gzip;q=0", "identity, gzip; q=0.0", "gzipped"] {
            assert!(!takes(no), "{no}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
