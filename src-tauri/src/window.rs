//! The main window: its size, its looks, and the rule that it shows nothing but our own page.
//! It must not talk to the engine.

use planloom_engine::DataDir;
use serde::Deserialize;
use tauri::utils::config::Color;
use tauri::webview::{NewWindowResponse, PageLoadEvent, PageLoadPayload, PermissionKind, PermissionResponse};
use tauri::{AppHandle, Manager, State, Theme, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

use crate::bridge::Bridge;
use crate::error::Error;
use crate::menu;
use crate::words::Language;

/// The capability file `src-tauri/capabilities/main.json` names the window by this label.
pub const LABEL: &str = "main";

/// Smaller than this the layout of the screens does not hold.
const MIN_WIDTH_PX: f64 = 900.0;
const MIN_HEIGHT_PX: f64 = 600.0;

/// `canvas` of the page's tokens, which stands where the page has not painted yet.
const CANVAS_LIGHT: Color = Color(0xf4, 0xf5, 0xf2, 0xff);
const CANVAS_DARK: Color = Color(0x10, 0x14, 0x15, 0xff);

/// How the page is set to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Appearance {
    Light,
    Dark,
    System,
}

impl Appearance {
    /// The theme that the window is told; none for the system's own.
    fn theme(self) -> Option<Theme> {
        match self {
            Appearance::Light => Some(Theme::Light),
            Appearance::Dark => Some(Theme::Dark),
            Appearance::System => None,
        }
    }
}

/// Opens the main window, hidden until its page has come. No page from outside is ever shown in it: a link that leads
/// away is refused here, whatever the page's own policy says. What the web view keeps stands in the data folder.
pub fn open(app: &AppHandle, data: &DataDir) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title("Planloom")
        .inner_size(1280.0, 800.0)
        .min_inner_size(MIN_WIDTH_PX, MIN_HEIGHT_PX)
        .center()
        .prevent_overflow()
        .visible(false)
        .data_directory(data.path().join("window"))
        // Files are dropped on the page, and steps are copied and pasted there.
        .disable_drag_drop_handler()
        .enable_clipboard_access()
        .on_navigation(is_our_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .on_permission_request(|_, kind| answer_permission(kind))
        .on_page_load(follow_page)
        .build()?;
    paint_behind(&window)
}

/// The page says in which language it speaks and how it looks; dialogs and the window's frame follow.
#[tauri::command]
pub fn set_appearance(
    window: WebviewWindow,
    language: Language,
    appearance: Appearance,
    spoken: State<'_, Spoken>,
) -> Result<(), Error> {
    if spoken.language() != language {
        spoken.set(language);
        menu::install(window.app_handle(), language)?;
    }
    window.set_theme(appearance.theme())?;
    Ok(paint_behind(&window)?)
}

/// The language of the shell's own dialogs.
#[derive(Debug)]
pub struct Spoken(std::sync::Mutex<Language>);

impl Spoken {
    pub fn new(language: Language) -> Spoken {
        Spoken(std::sync::Mutex::new(language))
    }

    pub fn language(&self) -> Language {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn set(&self, language: Language) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = language;
    }
}

/// So that nothing white shows before the page has painted, or while the window grows.
fn paint_behind(window: &WebviewWindow) -> tauri::Result<()> {
    let colour = match window.theme()? {
        Theme::Dark => CANVAS_DARK,
        _ => CANVAS_LIGHT,
    };
    window.set_background_color(Some(colour))
}

/// A page that begins to load has no streams yet: those that are open were the last one's.
fn follow_page(window: WebviewWindow, payload: PageLoadPayload<'_>) {
    match payload.event() {
        PageLoadEvent::Started => window.state::<Bridge>().end_streams(),
        PageLoadEvent::Finished => {
            if let Err(error) = window.show().and_then(|()| window.set_focus()) {
                tracing::warn!(%error, "the window could not be shown");
            }
        }
    }
}

/// The page needs the clipboard, and nothing else that a page can ask for.
fn answer_permission(kind: PermissionKind) -> PermissionResponse {
    match kind {
        PermissionKind::ClipboardRead => PermissionResponse::Allow,
        _ => PermissionResponse::Deny,
    }
}

/// On Linux the toolkit ends the process with a backtrace when there is no display,
/// so this is asked first. Elsewhere there is always one.
pub fn display_is_available() -> bool {
    !cfg!(target_os = "linux")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// The embedded files are served as `tauri://localhost`, on Windows as `http://tauri.localhost`. A build without them
/// shows the page of the development server.
fn is_our_own_page(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" if cfg!(windows) && url.host_str() == Some("tauri.localhost") => true,
        "http" => tauri::is_dev() && url.host_str() == Some("localhost") && url.port() == Some(5173),
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
        assert_eq!(allowed("http://localhost:5173/"), tauri::is_dev());
        for elsewhere in [
            "https://example.com/",
            "http://127.0.0.1:7317/",
            "http://localhost:7317/",
            "tauri://example.com/",
            "file:///etc/passwd",
            "data:text/html,hello",
            "javascript:alert(1)",
        ] {
            assert!(!allowed(elsewhere), "{elsewhere} must not be shown");
        }
    }

    #[test]
    fn the_page_speaks_in_its_own_words() {
        let read = |text: &str| serde_json::from_str::<Appearance>(text).expect("a word");
        assert_eq!(read("\"dark\"").theme(), Some(Theme::Dark));
        assert_eq!(read("\"light\"").theme(), Some(Theme::Light));
        assert_eq!(read("\"system\"").theme(), None);
        assert_eq!(serde_json::from_str::<Language>("\"de\"").expect("a word"), Language::German);
    }
}
