//! The main window: its size, its title, and the rule that it shows nothing but our own page.
//! It must not talk to the engine.

use tauri::{AppHandle, Url, WebviewUrl, WebviewWindowBuilder};

/// The capability file `src-tauri/capabilities/main.json` names the window by this label.
const LABEL: &str = "main";

/// Smaller than this the layout of the screens does not hold.
const MIN_WIDTH_PX: f64 = 900.0;
const MIN_HEIGHT_PX: f64 = 600.0;

/// Opens the main window. No page from outside is ever shown in it: a link that leads
/// away is refused here, whatever the page's own policy says.
pub fn open(app: &AppHandle) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title("Planloom")
        .inner_size(1080.0, 720.0)
        .min_inner_size(MIN_WIDTH_PX, MIN_HEIGHT_PX)
        .center()
        .on_navigation(is_our_own_page)
        .build()?;
    Ok(())
}

/// On Linux the toolkit ends the process with a backtrace when there is no display,
/// so this is asked first. Elsewhere there is always one.
pub fn display_is_available() -> bool {
    !cfg!(target_os = "linux")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// The embedded files are served as `tauri://localhost`, on Windows as `http://tauri.localhost`.
fn is_our_own_page(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" => cfg!(windows) && url.host_str() == Some("tauri.localhost"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_embedded_page_may_be_shown() {
        let allowed = |text: &str| is_our_own_page(&Url::parse(text).expect("a url"));
        assert!(allowed("tauri://localhost"));
        assert!(allowed("tauri://localhost/index.html"));
        for elsewhere in [
            "https://example.com/",
            "http://127.0.0.1:7317/",
            "tauri://example.com/",
            "file:///etc/passwd",
            "data:text/html,hello",
            "javascript:alert(1)",
        ] {
            assert!(!allowed(elsewhere), "{elsewhere} must not be shown");
        }
    }
}
