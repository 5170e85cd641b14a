//! Closing the window, which ends the program: asks first while executions run. It stops none itself; they go on at
//! the next start.

use std::sync::atomic::{AtomicBool, Ordering};

use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind};
use tokio::sync::oneshot;

use crate::bridge::Bridge;
use crate::window::{self, Spoken};

/// Whether the question stands on the screen already.
#[derive(Default)]
pub struct Closing {
    is_asked: AtomicBool,
}

/// Somebody wants to close the window or to quit.
pub fn ask(app: &AppHandle) {
    if app.state::<Closing>().is_asked.swap(true, Ordering::SeqCst) {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if may_quit(&app).await {
            app.exit(0);
        }
        app.state::<Closing>().is_asked.store(false, Ordering::SeqCst);
    });
}

async fn may_quit(app: &AppHandle) -> bool {
    match app.state::<Bridge>().running_executions().await {
        Ok(0) => true,
        Ok(running) => confirmed(app, running).await,
        Err(error) => {
            // Nothing durable is lost by quitting, and a window that cannot be closed is worse.
            tracing::warn!(%error, "it is not known whether executions run");
            true
        }
    }
}

async fn confirmed(app: &AppHandle, running: u64) -> bool {
    let language = app.state::<Spoken>().language();
    let buttons = MessageDialogButtons::OkCancelCustom(
        language.pick("Stop and quit", "Anhalten und beenden").to_owned(),
        language.pick("Keep open", "Offen lassen").to_owned(),
    );
    let (question, what_follows) = language.stop_question(running);
    let mut dialog = app.dialog().message(what_follows).title(question).kind(MessageDialogKind::Warning);
    if let Some(window) = app.get_webview_window(window::LABEL) {
        dialog = dialog.parent(&window);
    }
    let (sender, receiver) = oneshot::channel();
    dialog.buttons(buttons).show(move |is_confirmed| {
        // Nobody waits any more only when the program ends.
        let _ = sender.send(is_confirmed);
    });
    // A dialog that could not be shown confirms nothing.
    receiver.await.unwrap_or(false)
}
