//! Who a request comes from, as the door that it came through knows it.
//!
//! A door puts a [`Caller`] into the request; without one the request comes from the window, in process.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Read everything but settings.
    Read,
    /// Make, change and run plans. Includes `read`.
    Run,
    /// Decide approvals. Includes `read`.
    Review,
}

impl Scope {
    /// Every scope, with its word.
    pub(crate) const WORDS: [(&'static str, Scope); 3] =
        [("read", Scope::Read), ("run", Scope::Run), ("review", Scope::Review)];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Run => "run",
            Scope::Review => "review",
        }
    }

    /// The scopes of a key, as the database keeps them: words with spaces between them.
    pub(crate) fn read_all(words: &str) -> Vec<Scope> {
        let scope = |word| Scope::WORDS.iter().find(|(known, _)| *known == word).map(|(_, scope)| *scope);
        words.split(' ').filter_map(scope).collect()
    }
}

/// Who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Caller {
    /// The desktop window.
    #[default]
    Window,
    /// The private socket.
    Socket,
    /// The listener, with the main key.
    MainKey,
    /// The page of the listener, with a session key: all that the main key may.
    Session,
    /// The listener, with a key that may do less.
    Key { name: String, scopes: Vec<Scope> },
}

impl Caller {
    /// Somebody without a key.
    pub(crate) fn nobody() -> Caller {
        Caller::Key { name: String::new(), scopes: Vec::new() }
    }

    /// The name under which a decision is recorded when the request names no reviewer.
    pub(crate) fn name(&self) -> &str {
        match self {
            Caller::Window => "window",
            Caller::Socket => "terminal",
            Caller::MainKey => "api",
            Caller::Session => "browser",
            Caller::Key { name, .. } => name,
        }
    }

    /// Whether texts that still wait for a decision are for these eyes.
    pub(crate) fn may_review(&self) -> bool {
        match self {
            Caller::Window | Caller::Socket | Caller::MainKey | Caller::Session => true,
            Caller::Key { scopes, .. } => scopes.contains(&Scope::Review),
        }
    }
}

/// The caller, and the sign that the door closes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visit {
    pub(crate) caller: Caller,
    pub(crate) closing: CancellationToken,
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Visit, Infallible> {
        Ok(parts.extensions.get::<Visit>().cloned().unwrap_or_default())
    }
}
