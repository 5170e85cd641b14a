//! `serve`: everything but the window, until somebody ends it.

use planloom_engine::Recover;
use planloom_server::{Limits, ServeOptions};

use super::Context;
use crate::args::Serve;
use crate::door::Host;
use crate::error::Error;
use crate::exit::Exit;
use crate::path::path;
use crate::signals::Signals;

/// `planloom serve`
pub async fn serve(context: &mut Context<'_>, serve: Serve) -> Result<Exit, Error> {
    let mut signals = Signals::new()?;
    let host = Host::open(&context.data, "planloom serve", Recover::All).await?;
    let listening = async {
        let port = match serve.port {
            Some(port) => port,
            None => configured_port(&host).await?,
        };
        let options = ServeOptions {
            router: host.router.clone(),
            handle: host.engine.handle(),
            keys: host.keys.clone(),
            data: context.data.clone(),
            port,
            limits: Limits::default(),
        };
        Ok::<_, Error>(planloom_server::serve(options).await?)
    };
    let served = match listening.await {
        Ok(served) => served,
        Err(error) => {
            host.close().await;
            return Err(error);
        }
    };
    let lines = format!(
        "Planloom listens on {}\n  data folder  {}\n  API key in   {}\n  both for a script: {} api-info --json\n",
        served.url(),
        context.data.path().display(),
        host.keys.path().display(),
        context.planloom,
    );
    context.out.text(&lines)?;
    signals.next().await;
    context.out.note("Stopping. What runs goes on at the next start.");
    let stopping = async {
        served.shut_down().await;
        host.close().await;
    };
    tokio::select! {
        () = stopping => Ok(Exit::Completed),
        // Somebody does not want to wait; nothing durable is lost by that.
        _ = signals.next() => Ok(Exit::Cancelled),
    }
}

async fn configured_port(host: &Host) -> Result<u16, Error> {
    let settings = host.get(&path(&["settings"])).await?;
    let port = settings["listener"]["port"].as_u64().and_then(|port| u16::try_from(port).ok());
    port.ok_or_else(|| Error::Answer("the settings name no port".to_owned()))
}
