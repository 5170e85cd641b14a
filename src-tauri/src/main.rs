//! The desktop app: the engine and its doors, and one window that comes to them through the router in process.
//!
//! ```text
//! arguments  the command line           host      the engine, the private socket, the listener
//! window     the page's window          bridge    `api` and `subscribe`: the page's way to the router
//! files, system   dialogs, links        menu      the application menu
//! instance   one window per data folder closing   asks before running executions are stopped
//! fault      what is shown when it cannot start    words     English and German of all these
//! ```
//!
//! It must not know plans, executions or approvals; those live behind the router of `planloom-server`.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod arguments;
mod bridge;
mod closing;
mod error;
mod fault;
mod files;
mod host;
mod instance;
mod menu;
mod signals;
mod system;
mod window;
mod words;

use std::process::ExitCode;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use planloom_engine::DataDir;
use tauri::{AppHandle, Context, Manager, RunEvent, WindowEvent};
use tauri_plugin_window_state::StateFlags;
use tokio::runtime::Runtime;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::arguments::Arguments;
use crate::bridge::Bridge;
use crate::error::Error;
use crate::host::Host;
use crate::signals::Signals;
use crate::words::Language;

/// Threads that work on requests and model calls, whatever the machine has.
const WORKERS: usize = 2;
/// How long requests that are under way may keep the program from ending.
const END_WITHIN: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    log();
    let data = match Arguments::parse(std::env::args_os().skip(1)) {
        Ok(Arguments::Open { data }) => data,
        Ok(Arguments::Help) => return print(arguments::HELP),
        Ok(Arguments::Version) => return print(concat!("planloom-desktop ", env!("CARGO_PKG_VERSION"), "\n")),
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    if !window::display_is_available() {
        eprintln!(
            "planloom-desktop needs a graphical session, and neither DISPLAY nor WAYLAND_DISPLAY is set. \
             Start it from a desktop, or run `planloom serve` for the engine without a window."
        );
        return ExitCode::FAILURE;
    }
    let outcome = runtime().and_then(|runtime| run(runtime, DataDir::resolve(data).map_err(Error::from)));
    outcome.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::FAILURE
    })
}

/// To its end: the window is closed, a signal came, or it could not start.
fn run(runtime: Runtime, data: Result<DataDir, Error>) -> Result<ExitCode, Error> {
    tauri::async_runtime::set(runtime.handle().clone());
    let mut context: Context = tauri::generate_context!();
    let state_file = match &data {
        Ok(data) => {
            let config = context.config_mut();
            config.identifier = instance::identifier(&config.identifier, data);
            data.path().join("window-state.json").to_string_lossy().into_owned()
        }
        Err(_) => tauri_plugin_window_state::DEFAULT_FILENAME.to_owned(),
    };
    let window_state = tauri_plugin_window_state::Builder::new()
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED | StateFlags::FULLSCREEN)
        // In the data folder: an absolute name stands for itself.
        .with_filename(state_file);
    let app = tauri::Builder::default()
        // First of all, so that a second start is gone before it touches anything.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| instance::started_again(app)))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::Builder::new().open_js_links_on_click(false).build())
        .plugin(window_state.build())
        .manage(closing::Closing::default())
        .manage(window::Spoken::new(Language::of_system()))
        .invoke_handler(tauri::generate_handler![
            bridge::api,
            bridge::subscribe,
            files::open_file,
            files::pick_backup_path,
            files::save_file,
            system::open_external,
            system::reveal_folder,
            window::set_appearance,
        ])
        .on_menu_event(menu::act)
        .setup(move |app| {
            let language = Language::of_system();
            // A fault here would end the program without a word, so it is shown and nothing is handed on.
            if let Err(error) = data.and_then(|data| open(app.handle(), data, language)) {
                fault::show(app.handle(), &error, language);
            }
            Ok(())
        })
        .build(context)?;
    let code = app.run_return(|app, event| follow(app, &event));
    Ok(u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// The engine first, so that the page finds it when it asks; then the window.
fn open(app: &AppHandle, data: DataDir, language: Language) -> Result<(), Error> {
    // Signals first: from the moment that the folder is taken, it is given back in order.
    let opening = async { (Signals::new(), Host::open(&data).await) };
    let (mut signals, host) = tauri::async_runtime::block_on(opening);
    let host = host?;
    app.manage(Bridge::new(host.router()));
    app.manage(data.clone());
    app.manage(Mutex::new(Some(host)));
    menu::install(app, language)?;
    window::open(app, &data)?;
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        signals.told_to_end().await;
        app.exit(0);
    });
    Ok(())
}

fn follow(app: &AppHandle, event: &RunEvent) {
    match event {
        RunEvent::WindowEvent { event: WindowEvent::CloseRequested { api, .. }, .. } => {
            api.prevent_close();
            closing::ask(app);
        }
        RunEvent::Exit => close(app),
        _ => {}
    }
}

/// Ends the streams and stops the engine; what runs goes on at the next start.
fn close(app: &AppHandle) {
    if let Some(bridge) = app.try_state::<Bridge>() {
        bridge.end_streams();
    }
    let Some(host) = app.try_state::<Mutex<Option<Host>>>() else { return };
    let host = host.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(host) = host {
        let closed = async { tokio::time::timeout(END_WITHIN, host.close()).await };
        if tauri::async_runtime::block_on(closed).is_err() {
            tracing::warn!("a request did not come to its end in time; nothing durable is lost by that");
        }
    }
}

fn runtime() -> Result<Runtime, Error> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build().map_err(Error::Threads)
}

fn print(text: &str) -> ExitCode {
    use std::io::Write;
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// What the program logs goes to standard error; `PLANLOOM_LOG` says how much (`debug`, `planloom_engine=trace,warn`).
fn log() {
    let wanted = std::env::var("PLANLOOM_LOG").unwrap_or_default();
    let filter = Targets::from_str(&wanted).ok().filter(|_| !wanted.trim().is_empty());
    let filter = filter.unwrap_or_else(|| Targets::new().with_default(LevelFilter::WARN));
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    tracing_subscriber::registry().with(layer).with(filter).init();
}
