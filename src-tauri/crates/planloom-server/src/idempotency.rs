//! `Idempotency-Key`: the same request twice has one effect and one answer.
//!
//! The answer is stored by the engine, in the transaction of its effect. Here a twin waits for its elder, and the
//! stored answer is given again. Failures and dry runs are never stored.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use planloom_core::json::canonical;
use planloom_engine::{Error, Handle, Receipt, StoredAnswer};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::sync::OwnedMutexGuard;

use crate::envelope::{Answer, located, spliced, success_with};
use crate::failure::Failure;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Characters of a key.
const KEY_CHARS: usize = 255;

/// What a request says about doing it once.
#[derive(Debug)]
pub(crate) struct Once {
    /// Method and path.
    route: String,
    key: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Once {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Once, Failure> {
        let mut given = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
        let key = match (given.next(), given.next()) {
            (None, _) => None,
            (Some(key), None) => Some(read_key(key)?),
            (Some(_), Some(_)) => return Err(wrong_key("is given twice; send it once")),
        };
        let route = if key.is_some() { format!("{} {}", parts.method, parts.uri.path()) } else { String::new() };
        Ok(Once { route, key })
    }
}

fn read_key(key: &HeaderValue) -> Result<String, Failure> {
    let text = key.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '));
    match text {
        Some(text) if (1..=KEY_CHARS).contains(&text.len()) => Ok(text.to_owned()),
        Some(_) | None => Err(wrong_key("must have 1 to 255 visible ASCII characters, as a UUID has")),
    }
}

fn wrong_key(what: &str) -> Failure {
    Failure::invalid("Idempotency-Key", "pattern", format!("`Idempotency-Key` {what}."))
}

/// Who does what at the moment, by route and key.
type Turns = Arc<Mutex<HashMap<(String, String), Arc<tokio::sync::Mutex<()>>>>>;

/// The requests with a key that are being carried out.
#[derive(Clone, Debug, Default)]
pub(crate) struct InFlight {
    turns: Turns,
}

/// What came of a request.
pub(crate) enum Done<T> {
    /// It had its effect now.
    Now(T),
    /// It had its effect before.
    Before(StoredAnswer),
}

impl InFlight {
    /// Carries `effect` out, unless it was carried out under the same key before.
    pub(crate) async fn once<T, F>(
        &self,
        handle: &Handle,
        once: Once,
        body: &Value,
        status: StatusCode,
        effect: impl FnOnce(Option<Receipt>) -> F,
    ) -> Result<Done<T>, Failure>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        let Some(key) = once.key else { return Ok(effect(None).await.map(Done::Now)?) };
        let turn = Turn::wait(&self.turns, (once.route.clone(), key.clone())).await;
        let body_hash: [u8; 32] = Sha256::digest(canonical(body).as_bytes()).into();
        if let Some(stored) = handle.stored_answer(&once.route, &key).await? {
            let same = stored.body_hash == body_hash;
            return if same { Ok(Done::Before(stored)) } else { Err(Error::IdempotencyConflict.into()) };
        }
        let effect = effect(Some(Receipt { route: once.route, key, body_hash, status: status.as_u16() }));
        // A client that goes away must not let its twin in before the effect is there to be seen.
        let work = tokio::spawn(async move {
            let done = effect.await;
            drop(turn);
            done
        });
        match work.await {
            Ok(done) => Ok(done.map(Done::Now)?),
            Err(error) => Err(Failure::internal(format!("The request was not carried out to its end: {error}"))),
        }
    }
}

/// The right to carry out a request; the twins wait for it.
#[derive(Debug)]
struct Turn {
    held: Option<OwnedMutexGuard<()>>,
    turns: Turns,
    name: (String, String),
}

impl Turn {
    async fn wait(turns: &Turns, name: (String, String)) -> Turn {
        let turn = {
            let mut turns = turns.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(turns.entry(name.clone()).or_default())
        };
        // Made before waiting, so that one who gives up waiting cleans up as well.
        let mut mine = Turn { held: None, turns: Arc::clone(turns), name };
        mine.held = Some(turn.lock_owned().await);
        mine
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.held = None;
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever waits holds a clone, and new ones are made only under this lock.
        if turns.get(&self.name).is_some_and(|turn| Arc::strong_count(turn) == 1) {
            turns.remove(&self.name);
        }
    }
}

impl<T: Serialize> Done<T> {
    /// The answer where nothing is created.
    pub(crate) fn answer(self) -> Answer {
        match self {
            Done::Now(data) => success_with(StatusCode::OK, data),
            Done::Before(stored) => Ok(replayed(&stored)),
        }
    }

    /// The answer where something is created, whose id stands in the data: its place is `collection` and the id.
    pub(crate) fn created(self, collection: &str, id: impl FnOnce(&T) -> &str) -> Answer {
        match self {
            Done::Now(data) => {
                let location = format!("{collection}/{}", id(&data));
                Ok(located(success_with(StatusCode::CREATED, data)?, &location))
            }
            Done::Before(stored) => Ok(replayed_creation(&stored, collection)),
        }
    }
}

/// The first answer again.
pub(crate) fn replayed(stored: &StoredAnswer) -> Response {
    let status = StatusCode::from_u16(stored.status).unwrap_or(StatusCode::OK);
    marked(spliced(status, stored.data.as_bytes()))
}

/// Says that an answer is not the first one.
pub(crate) fn marked(mut response: Response) -> Response {
    response.headers_mut().insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
    response
}

/// The first answer again, where it said that something was created.
pub(crate) fn replayed_creation(stored: &StoredAnswer, collection: &str) -> Response {
    #[derive(serde::Deserialize)]
    struct Created {
        id: String,
    }
    let response = replayed(stored);
    match serde_json::from_str::<Created>(&stored.data) {
        Ok(created) => located(response, &format!("{collection}/{}", created.id)),
        Err(_) => response,
    }
}
