//! Files that a person chose in a dialog of the system. A file is read or written only here, right after the dialog
//! that named it; the page learns its name and its text, and can name no path itself.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tauri::{State, WebviewWindow};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};
use tokio::sync::oneshot;

use crate::error::Error;
use crate::window::Spoken;

/// As much as a request to the API may carry.
const LIMIT_BYTES: u64 = 16 * 1024 * 1024;

/// A file that was read.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct TextFile {
    name: String,
    text: String,
}

/// Asks where to save a text, and writes it there. The answer is the file's name; none when the person thought better
/// of it.
#[tauri::command]
pub async fn save_file(
    window: WebviewWindow,
    spoken: State<'_, Spoken>,
    suggested_name: String,
    text: String,
    filter_name: String,
    extensions: Vec<String>,
) -> Result<Option<String>, Error> {
    let title = spoken.language().pick("Save a file", "Datei sichern");
    let dialog = filtered(&window, title, &filter_name, &extensions).set_file_name(suggested_name);
    let Some(path) = ask(|answer| dialog.save_file(answer)).await else { return Ok(None) };
    blocking(move || write_text(&path, &text, &extensions)).await.map(Some)
}

/// Asks for a file and reads its text; none when the person thought better of it.
#[tauri::command]
pub async fn open_file(
    window: WebviewWindow,
    spoken: State<'_, Spoken>,
    filter_name: String,
    extensions: Vec<String>,
) -> Result<Option<TextFile>, Error> {
    let title = spoken.language().pick("Open a file", "Datei öffnen");
    let dialog = filtered(&window, title, &filter_name, &extensions);
    let Some(path) = ask(|answer| dialog.pick_file(answer)).await else { return Ok(None) };
    blocking(move || read_text(&path)).await.map(Some)
}

/// Asks where a backup is to go. Nothing is written: the engine makes the backup.
#[tauri::command]
pub async fn pick_backup_path(
    window: WebviewWindow,
    spoken: State<'_, Spoken>,
    suggested_name: String,
) -> Result<Option<PathBuf>, Error> {
    let title = spoken.language().pick("Back up the database", "Datenbank sichern");
    let dialog = filtered(&window, title, "SQLite", &["db".to_owned()]).set_file_name(suggested_name);
    Ok(ask(|answer| dialog.save_file(answer)).await)
}

fn filtered(window: &WebviewWindow, title: &str, name: &str, extensions: &[String]) -> FileDialogBuilder<tauri::Wry> {
    let dialog = window.dialog().file().set_parent(window).set_title(title);
    if extensions.is_empty() {
        return dialog;
    }
    let extensions: Vec<&str> = extensions.iter().map(String::as_str).collect();
    dialog.add_filter(name, &extensions)
}

/// Waits for the dialog's answer; a dialog that could not be shown has none.
async fn ask(show: impl FnOnce(Box<dyn FnOnce(Option<FilePath>) + Send>)) -> Option<PathBuf> {
    let (sender, receiver) = oneshot::channel();
    show(Box::new(move |path| drop(sender.send(path))));
    receiver.await.ok().flatten()?.into_path().ok()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Error::NotOpened { what: "the file".to_owned(), why: error.to_string() }))
}

fn read_text(path: &Path) -> Result<TextFile, Error> {
    let failed = |error: io::Error| Error::NotRead { path: path.to_owned(), why: error.to_string() };
    let file = std::fs::File::open(path).map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    let too_large = |bytes| Error::TooLarge { path: path.to_owned(), bytes, limit_bytes: LIMIT_BYTES };
    if bytes > LIMIT_BYTES {
        return Err(too_large(bytes));
    }
    let mut content = Vec::new();
    // What says that it is small (a device, a pipe) need not be.
    file.take(LIMIT_BYTES + 1).read_to_end(&mut content).map_err(failed)?;
    let read_bytes = content.len() as u64;
    if read_bytes > LIMIT_BYTES {
        return Err(too_large(read_bytes));
    }
    let text = String::from_utf8(content).map_err(|_| Error::NotText { path: path.to_owned() })?;
    // Some editors begin a file with a mark that is no part of its text.
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    Ok(TextFile { name: name_of(path), text })
}

/// Writes beside the file and puts that in its place, so that what was there is lost only when all of the new is there.
/// The answer is the name under which it was saved.
fn write_text(path: &Path, text: &str, extensions: &[String]) -> Result<String, Error> {
    let path = with_extension(path, extensions)?;
    let failed = |error: io::Error| Error::NotWritten { path: path.clone(), why: error.to_string() };
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let written = std::fs::File::create_new(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    let placed = written.and_then(|()| std::fs::rename(&beside, &path));
    placed.map_err(|error| {
        if error.kind() != io::ErrorKind::AlreadyExists {
            // It is in nobody's way if it stays.
            let _ = std::fs::remove_file(&beside);
        }
        failed(error)
    })?;
    Ok(name_of(&path))
}

/// Some systems' dialogs leave the extension to whoever types the name. The dialog asked only about the name that was
/// typed, so what stands under the longer one is not replaced.
fn with_extension(path: &Path, extensions: &[String]) -> Result<PathBuf, Error> {
    let Some(extension) = extensions.first().filter(|_| path.extension().is_none()) else {
        return Ok(path.to_owned());
    };
    let path = path.with_extension(extension);
    if path.exists() { Err(Error::Exists { path }) } else { Ok(path) }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json() -> Vec<String> {
        vec!["json".to_owned()]
    }

    #[test]
    fn what_was_written_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("plan.json");
        for text in ["{\"a\": \"ä\"}", "shorter"] {
            assert_eq!(write_text(&path, text, &json()).expect("written"), "plan.json");
            let read = read_text(&path).expect("read");
            assert_eq!(read, TextFile { name: "plan.json".to_owned(), text: text.to_owned() });
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn a_missing_extension_is_added_but_nothing_is_replaced_by_that() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("plan");
        assert_eq!(write_text(&path, "1", &json()).expect("written"), "plan.json");
        let error = write_text(&path, "2", &json()).expect_err("it exists");
        assert!(error.to_string().contains("exists already"), "{error}");
        assert_eq!(read_text(&folder.path().join("plan.json")).expect("read").text, "1");
        assert_eq!(write_text(&path, "3", &[]).expect("written"), "plan");
    }

    #[test]
    fn what_cannot_be_written_says_so_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = write_text(&folder.path().join("nowhere/plan.json"), "1", &json()).expect_err("no folder");
        assert!(matches!(error, Error::NotWritten { .. }), "{error}");
        // A folder stands where the file should be.
        let taken = folder.path().join("taken.json");
        std::fs::create_dir(&taken).expect("a folder");
        assert!(write_text(&taken, "1", &json()).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn only_text_of_a_sensible_size_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        std::fs::write(&path, b"\xff\xfe\0").expect("written");
        assert!(matches!(read_text(&path), Err(Error::NotText { .. })));
        std::fs::write(&path, b"\xef\xbb\xbfmarked").expect("written");
        assert_eq!(read_text(&path).expect("read").text, "marked");
        let file = std::fs::File::create(&path).expect("created");
        file.set_len(LIMIT_BYTES).expect("room");
        assert_eq!(read_text(&path).expect("as large as may be").text.len() as u64, LIMIT_BYTES);
        file.set_len(LIMIT_BYTES + 1).expect("room");
        let error = read_text(&path).expect_err("too large").to_string();
        assert!(error.contains("16777217 bytes") && error.contains("16777216"), "{error}");
        assert!(matches!(read_text(folder.path()), Err(Error::NotRead { .. })));
    }
}
