//! The way to the API: the private socket of the process that owns the database, else the same router in this one.
//!
//! Each command is written once, against HTTP paths. Nothing here knows what a path means.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, header};
use planloom_engine::settings::Environment;
use planloom_engine::{DataDir, Engine, EngineOptions, OpenError, Recover};
use planloom_server::{Keys, ListenerState, LocalClient, ServedSocket, router, serve_socket};
use serde_json::Value;
use tokio::time::{Instant, sleep};
use tower::ServiceExt;

use crate::error::Error;
use crate::events::Events;

/// How long a command waits for another short one to leave the data folder, or for a new owner to open its socket.
const PATIENCE: Duration = Duration::from_secs(5);
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// Where requests go.
pub enum Door {
    /// Another process owns the database.
    Owner(DataDir),
    /// This process does.
    Own(Box<Host>),
    /// Nobody does, and nothing is to be changed.
    Reading(Box<Reading>),
    /// There is no database yet.
    Nothing(DataDir),
}

/// The engine of this process, with the private socket open for others.
pub struct Host {
    pub data: DataDir,
    pub engine: Engine,
    pub keys: Keys,
    pub router: Router,
    /// What the router shows of the listener.
    pub listener: ListenerState,
    socket: ServedSocket,
}

/// An engine that is only asked.
pub struct Reading {
    engine: Engine,
    router: Router,
}

/// What a door is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To read; a missing database is not made.
    Read,
    /// To change what is there; a missing database is not made.
    Change,
    /// To begin something; makes the database if need be.
    Begin,
}

impl Host {
    /// Takes the data folder and opens the private socket.
    pub async fn open(data: &DataDir, what: &str, recover: Recover) -> Result<Host, Error> {
        let engine = open_engine(data, what, recover).await?;
        match Host::open_socket(data, &engine).await {
            Ok((keys, router, listener, socket)) => {
                Ok(Host { data: data.clone(), engine, keys, router, listener, socket })
            }
            Err(error) => {
                engine.shut_down().await;
                Err(error)
            }
        }
    }

    async fn open_socket(
        data: &DataDir,
        engine: &Engine,
    ) -> Result<(Keys, Router, ListenerState, ServedSocket), Error> {
        let (keys, listener) = (Keys::open(data)?, ListenerState::default());
        let router = router(engine.handle(), keys.clone(), listener.clone());
        let socket = serve_socket(router.clone(), data).await?;
        Ok((keys, router, listener, socket))
    }

    /// `data` of a GET.
    pub async fn get(&self, path: &str) -> Result<Value, Error> {
        let response = through_socket(&self.data, request(Method::GET, path, Body::empty())?).await?;
        Ok(read(response).await?["data"].take())
    }

    /// Lets requests come to their end, then stops the engine; everything durable stays for the next start.
    pub async fn close(self) {
        self.socket.shut_down().await;
        self.engine.shut_down().await;
    }
}

async fn open_engine(data: &DataDir, what: &str, recover: Recover) -> Result<Engine, Error> {
    let environment = Environment::of_process();
    let options = EngineOptions { data: data.clone(), what: what.to_owned(), environment, recover };
    Ok(Engine::open(options).await?)
}

impl Door {
    /// Finds the owner, or becomes one for as long as the command takes.
    pub async fn open(data: &DataDir, what: &str, purpose: Purpose) -> Result<Door, Error> {
        let until = Instant::now() + PATIENCE;
        loop {
            match LocalClient::connect(data).await {
                Ok(_) => return Ok(Door::Owner(data.clone())),
                Err(planloom_server::Error::NobodyThere) => {}
                Err(error) => return Err(error.into()),
            }
            if purpose != Purpose::Begin && !data.database().exists() {
                return Ok(Door::Nothing(data.clone()));
            }
            let opened = match purpose {
                Purpose::Read => Reading::open(data).await.map(|reading| Door::Reading(Box::new(reading))),
                Purpose::Change | Purpose::Begin => {
                    Host::open(data, what, Recover::Nothing).await.map(|host| Door::Own(Box::new(host)))
                }
            };
            match opened {
                // Another command is just leaving, or an owner has not opened its socket yet.
                Err(Error::Open(OpenError::Store(planloom_store::Error::Locked { .. }))) if Instant::now() < until => {
                    sleep(BETWEEN_TRIES).await;
                }
                opened => return opened,
            }
        }
    }

    /// Whether what was changed goes on without this process.
    pub fn has_owner(&self) -> bool {
        match self {
            Door::Owner(_) => true,
            Door::Own(_) | Door::Reading(_) | Door::Nothing(_) => false,
        }
    }

    /// Whether there is no database yet.
    pub fn is_nothing(&self) -> bool {
        match self {
            Door::Nothing(_) => true,
            Door::Owner(_) | Door::Own(_) | Door::Reading(_) => false,
        }
    }

    pub async fn close(self) {
        match self {
            Door::Own(host) => host.close().await,
            Door::Reading(reading) => reading.engine.shut_down().await,
            Door::Owner(_) | Door::Nothing(_) => {}
        }
    }

    /// `data` of a GET.
    pub async fn get(&self, path: &str) -> Result<Value, Error> {
        Ok(self.answer(Method::GET, path, None).await?["data"].take())
    }

    /// The whole envelope of a GET: `data` and `pagination`.
    pub async fn list(&self, path: &str) -> Result<Value, Error> {
        self.answer(Method::GET, path, None).await
    }

    /// `data` of a POST.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, Error> {
        Ok(self.answer(Method::POST, path, Some(body)).await?["data"].take())
    }

    /// `data` of a DELETE.
    pub async fn delete(&self, path: &str) -> Result<Value, Error> {
        Ok(self.answer(Method::DELETE, path, None).await?["data"].take())
    }

    /// The event stream at a path; `None` when its reader has seen the end.
    pub async fn events(&self, path: &str, last_event_id: Option<&str>) -> Result<Option<Events>, Error> {
        let mut request = request(Method::GET, path, Body::empty())?;
        if let Some(id) = last_event_id.and_then(|id| HeaderValue::from_str(id).ok()) {
            request.headers_mut().insert("last-event-id", id);
        }
        let response = self.send(request).await?;
        match response.status() {
            StatusCode::OK => Ok(Some(Events::new(response.into_body()))),
            StatusCode::NO_CONTENT => Ok(None),
            _ => Err(read(response).await.err().unwrap_or_else(|| Error::Answer("no events came".to_owned()))),
        }
    }

    async fn answer(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Error> {
        let text = body.map(Value::to_string).unwrap_or_default();
        let mut request = request(method, path, Body::from(text))?;
        if body.is_some() {
            request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        read(self.send(request).await?).await
    }

    async fn send(&self, request: Request<Body>) -> Result<Response<Body>, Error> {
        match self {
            Door::Owner(data) => through_socket(data, request).await,
            // By the socket as well, so that a decision is recorded as made at the terminal whoever owns the database.
            Door::Own(host) => through_socket(&host.data, request).await,
            Door::Reading(reading) => match reading.router.clone().oneshot(request).await {
                Ok(response) => Ok(response),
                Err(never) => match never {},
            },
            Door::Nothing(data) => Err(Error::NothingYet(data.path().to_owned())),
        }
    }
}

impl Reading {
    async fn open(data: &DataDir) -> Result<Reading, Error> {
        let engine = Engine::open_read_only(data.clone(), Environment::of_process()).await?;
        match Keys::open(data) {
            Ok(keys) => Ok(Reading { router: router(engine.handle(), keys, ListenerState::default()), engine }),
            Err(error) => {
                engine.shut_down().await;
                Err(error.into())
            }
        }
    }
}

async fn through_socket(data: &DataDir, request: Request<Body>) -> Result<Response<Body>, Error> {
    // An idle connection is closed by the other side, so each request has its own.
    let mut client = LocalClient::connect(data).await.map_err(|error| match error {
        planloom_server::Error::NobodyThere => Error::OwnerLeft,
        other => Error::Server(other),
    })?;
    Ok(client.send(request).await?.map(Body::new))
}

fn request(method: Method, path: &str, body: Body) -> Result<Request<Body>, Error> {
    let request = Request::builder().method(method).uri(path).body(body);
    request.map_err(|error| Error::Usage(format!("`{path}` cannot be asked for: {error}.")))
}

/// The envelope of an answer, or the refusal that it is.
async fn read(response: Response<Body>) -> Result<Value, Error> {
    let is_success = response.status().is_success();
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX)
        .await
        .map_err(|error| Error::Answer(error.to_string()))?;
    let envelope: Value = serde_json::from_slice(&bytes).map_err(|error| Error::Answer(error.to_string()))?;
    if is_success { Ok(envelope) } else { Err(Error::Refused(envelope)) }
}
