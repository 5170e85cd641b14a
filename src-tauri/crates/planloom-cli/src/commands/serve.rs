//! `serve`: everything but the window, until somebody ends it.

use planloom_engine::Recover;
use planloom_server::{Limits, Page, ServeOptions, Served};

use super::Context;
use crate::args::Serve;
use crate::browser;
use crate::door::Host;
use crate::error::Error;
use crate::exit::Exit;
use crate::path::path;
use crate::signals::Signals;

/// `planloom serve`
pub async fn serve(context: &mut Context<'_>, serve: Serve) -> Result<Exit, Error> {
    let mut signals = Signals::new()?;
    let host = Host::open(&context.data, "planloom serve", Recover::All).await?;
    if !serve.no_example
        && let Err(error) = host.engine.handle().seed_example().await
    {
        context.out.note(&format!("The example plan is missing: {error}"));
    }
    let page = Page::embedded();
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
            page: page.clone(),
            state: host.listener.clone(),
            limits: Limits::default(),
        };
        Ok::<_, Error>(planloom_server::serve(options, port).await?)
    };
    let served = match listening.await {
        Ok(served) => served,
        Err(error) => {
            host.close().await;
            return Err(error);
        }
    };
    let has_page = page.is_there();
    say_where(context, &host, &served, has_page)?;
    if serve.open {
        open_page(context, &host, &served, has_page).await?;
    }
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

fn say_where(context: &mut Context<'_>, host: &Host, served: &Served, has_page: bool) -> Result<(), Error> {
    let page = if has_page { format!("{}/", served.page_url()) } else { "not in this build".to_owned() };
    let lines = format!(
        "Planloom listens on {}\n  page         {page}\n  data folder  {}\n  API key in   {}\n  both for a script: {} api-info --json\n",
        served.url(),
        context.data.path().display(),
        host.keys.path().display(),
        context.planloom,
    );
    context.out.text(&lines)
}

/// Opens the page in the browser, with a code instead of the key: what a browser is started with, others can see.
async fn open_page(context: &mut Context<'_>, host: &Host, served: &Served, has_page: bool) -> Result<(), Error> {
    if !has_page {
        context.out.note("There is no page to open in this build. `cargo xtask run` makes one that has it.");
        return Ok(());
    }
    let link = format!("{}/#k={}", served.page_url(), host.keys.make_code());
    if browser::open(&link).await {
        return context.out.text("The page opens in the browser.\n");
    }
    context.out.text(&format!(
        "No browser could be started. Open this link in one; it works once, within 5 minutes:\n  {link}\n"
    ))
}

async fn configured_port(host: &Host) -> Result<u16, Error> {
    let settings = host.get(&path(&["settings"])).await?;
    let port = settings["listener"]["port"].as_u64().and_then(|port| u16::try_from(port).ok());
    port.ok_or_else(|| Error::Answer("the settings name no port".to_owned()))
}
