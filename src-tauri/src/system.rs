//! What leads out of the window: links to the system's browser, the data folder to its file manager.

use std::path::{Path, PathBuf};

use planloom_engine::DataDir;
use tauri::{AppHandle, State, Url};
use tauri_plugin_opener::OpenerExt;

use crate::error::Error;

/// Opens a link where the system opens such links. The page has shown before where it leads.
#[tauri::command]
pub async fn open_external(app: AppHandle, url: String) -> Result<(), Error> {
    let url = external(&url)?;
    app.opener()
        .open_url(url.as_str(), None::<&str>)
        .map_err(|error| Error::NotOpened { what: url.to_string(), why: error.to_string() })
}

/// Shows the data folder, or a folder in it.
#[tauri::command]
pub async fn reveal_folder(app: AppHandle, data: State<'_, DataDir>, path: PathBuf) -> Result<(), Error> {
    let folder = folder_within(data.path(), &path)?.to_string_lossy().into_owned();
    app.opener()
        .open_path(&folder, None::<&str>)
        .map_err(|error| Error::NotOpened { what: folder, why: error.to_string() })
}

/// The page names a folder, but may have none opened that is not Planloom's, and no file, because that might start a
/// program.
fn folder_within(data: &Path, path: &Path) -> Result<PathBuf, Error> {
    let failed = |error: std::io::Error| Error::NotRead { path: path.to_owned(), why: error.to_string() };
    let (data, folder) = (data.canonicalize().map_err(failed)?, path.canonicalize().map_err(failed)?);
    if folder.starts_with(&data) && folder.is_dir() { Ok(folder) } else { Err(Error::Elsewhere(path.to_owned())) }
}

/// A link of a kind that starts no program by itself.
fn external(text: &str) -> Result<Url, Error> {
    let refused = || Error::Link(text.to_owned());
    let url = Url::parse(text).map_err(|_| refused())?;
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(url),
        "mailto" => Ok(url),
        _ => Err(refused()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_of_the_data_folder_are_shown() {
        let data = tempfile::tempdir().expect("a folder");
        let backups = data.path().join("backups");
        std::fs::create_dir(&backups).expect("a folder");
        std::fs::write(data.path().join("file"), "").expect("a file");
        for good in [data.path(), &backups] {
            assert!(folder_within(data.path(), good).is_ok(), "{}", good.display());
        }
        for bad in [std::env::temp_dir(), backups.join("../.."), data.path().join("file")] {
            let error = folder_within(data.path(), &bad).expect_err("elsewhere");
            assert!(error.to_string().contains("data folder"), "{error}");
        }
        assert!(matches!(folder_within(data.path(), &data.path().join("none")), Err(Error::NotRead { .. })));
    }

    #[test]
    fn only_links_of_the_web_and_of_mail_leave() {
        for good in
            ["https://example.com/a?b#c", "http://127.0.0.1:7317/api/docs", "mailto:a@example.com", "HTTPS://X.y"]
        {
            assert!(external(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "example.com",
            "/etc/passwd",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "smb://host/share",
            "vscode://open",
            "--help",
            "ms-msdt:/id",
        ] {
            let error = external(bad).expect_err(bad);
            assert!(error.to_string().contains("only links"), "{error}");
        }
    }
}
