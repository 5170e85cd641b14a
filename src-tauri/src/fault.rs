//! What is shown when Planloom cannot start: the sentence, and what to do. The program ends with it.

use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind};

use crate::error::Error;
use crate::words::Language;

/// Shows a dialog, and ends the program once it is read.
pub fn show(app: &AppHandle, error: &Error, language: Language) {
    eprintln!("{error}");
    let title = language.pick("Planloom could not start", "Planloom konnte nicht starten");
    let quit = language.pick("Quit", "Beenden").to_owned();
    let app_to_end = app.clone();
    app.dialog()
        .message(error.to_string())
        .title(title)
        .kind(MessageDialogKind::Error)
        .buttons(MessageDialogButtons::OkCustom(quit))
        .show(move |_| app_to_end.exit(1));
}
