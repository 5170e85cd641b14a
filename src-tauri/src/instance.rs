//! One window per data folder: the name by which the system tells one Planloom from another.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use planloom_engine::DataDir;
use tauri::{AppHandle, Manager};

use crate::window;

/// The identifier for this data folder. The platform's own folder has the plain one; a second start with another
/// folder is another Planloom and must not bring this one's window to the front.
pub fn identifier(plain: &str, data: &DataDir) -> String {
    let own = |data: &DataDir| data.path().canonicalize().unwrap_or_else(|_| data.path().to_owned());
    let chosen = own(data);
    match DataDir::of_platform() {
        Some(platform) if own(&platform) == chosen => plain.to_owned(),
        Some(_) | None => format!("{plain}.d{:016x}", hash(&chosen)),
    }
}

fn hash(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

/// Somebody started Planloom again: shows the window that is there.
pub fn started_again(app: &AppHandle) {
    let Some(window) = app.get_webview_window(window::LABEL) else { return };
    // A window that cannot be brought forward is still there.
    let steps = [window.show(), window.unminimize(), window.set_focus()];
    for error in steps.into_iter().filter_map(Result::err) {
        tracing::warn!(%error, "the window could not be brought to the front");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_data_folder_has_its_own_name() {
        let (one, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let name = |folder: &Path| identifier("app.planloom.desktop", &DataDir::at(folder));
        assert!(name(one.path()).starts_with("app.planloom.desktop.d"));
        assert_ne!(name(one.path()), name(other.path()));
        // However the folder is written, it is the same one.
        assert_eq!(name(one.path()), name(&one.path().join("..").join(one.path().file_name().expect("a name"))));
        if let Some(platform) = DataDir::of_platform() {
            assert_eq!(name(platform.path()), "app.planloom.desktop");
        }
    }
}
