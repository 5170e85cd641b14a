//! The engine of this process with its doors: the router for the window, the private socket for the command line, and
//! the listener as the settings say, for scripts: a page for browsers is in `planloom` alone. It knows no window.

use axum::Router;
use planloom_engine::settings::Environment;
use planloom_engine::{DataDir, Engine, EngineOptions, Recover};
use planloom_server::{
    Keys, Limits, ListenerState, ListenerSwitch, Page, ServeOptions, ServedSocket, follow_settings, router,
    serve_socket,
};

use crate::error::Error;

/// What the owner of the data folder calls itself, for those who find the folder taken.
const NAME: &str = "the Planloom window";

pub struct Host {
    router: Router,
    engine: Engine,
    socket: ServedSocket,
    listener: ListenerSwitch,
}

impl Host {
    /// Takes the data folder, makes everything go on that has not ended, and opens the doors.
    pub async fn open(data: &DataDir) -> Result<Host, Error> {
        let options = EngineOptions {
            data: data.clone(),
            what: NAME.to_owned(),
            environment: Environment::of_process(),
            recover: Recover::All,
        };
        let engine = Engine::open(options).await?;
        if let Err(error) = engine.handle().seed_example().await {
            tracing::warn!(%error, "the example plan is missing");
        }
        match Host::open_doors(data, &engine).await {
            Ok((router, socket, listener)) => Ok(Host { router, engine, socket, listener }),
            Err(error) => {
                engine.shut_down().await;
                Err(error)
            }
        }
    }

    async fn open_doors(data: &DataDir, engine: &Engine) -> Result<(Router, ServedSocket, ListenerSwitch), Error> {
        let (keys, state) = (Keys::open(data)?, ListenerState::default());
        let router = router(engine.handle(), keys.clone(), state.clone());
        let socket = serve_socket(router.clone(), data).await?;
        let listener = follow_settings(ServeOptions {
            router: router.clone(),
            handle: engine.handle(),
            keys,
            data: data.clone(),
            page: Page::none(),
            state,
            limits: Limits::default(),
        });
        Ok((router, socket, listener))
    }

    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Lets requests come to their end, then stops the engine; everything durable stays for the next start.
    pub async fn close(self) {
        self.listener.shut_down().await;
        self.socket.shut_down().await;
        self.engine.shut_down().await;
    }
}
