//! The desktop app: opens the main window and hands the thread to the event loop.
//! It must not know plans, executions or approvals; those live behind the router of
//! `planloom-server`, and the window comes to them through it.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod window;

use std::process::ExitCode;

fn main() -> ExitCode {
    if !window::display_is_available() {
        eprintln!(
            "planloom-desktop needs a graphical session, and neither DISPLAY nor WAYLAND_DISPLAY is set. \
             Start it from a desktop, or run `planloom serve` for the engine without a window."
        );
        return ExitCode::FAILURE;
    }
    let outcome =
        tauri::Builder::default().setup(|app| Ok(window::open(app.handle())?)).run(tauri::generate_context!());
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("The window could not be opened: {error}. `planloom serve` runs the engine without it.");
            ExitCode::FAILURE
        }
    }
}
