//! The application menu. Each item that acts in the page sends it one event, `menu`, with the action's name; the page
//! knows what that means.
//!
//! It is shown on macOS, where the system has a place for it and copy and paste depend on it. On Linux and Windows it
//! would take a row of the window's height from every screen, and everything in it is in the page as well: in the
//! rail, in the command palette and on keys.

use tauri::menu::{AboutMetadataBuilder, Menu, MenuBuilder, MenuEvent, MenuItemBuilder, Submenu, SubmenuBuilder};
use tauri::{AppHandle, Emitter};

use crate::closing;
use crate::window;
use crate::words::Language;

/// The page's event.
const EVENT: &str = "menu";
/// The one item that is the shell's own.
const QUIT: &str = "quit";

/// An item that acts in the page: the action's name, English, German, the key.
struct Item {
    action: &'static str,
    words: [&'static str; 2],
    key: Option<&'static str>,
}

const fn item(action: &'static str, english: &'static str, german: &'static str) -> Item {
    Item { action, words: [english, german], key: None }
}

const SETTINGS: Item =
    Item { action: "go.settings", words: ["Settings…", "Einstellungen …"], key: Some("CmdOrCtrl+,") };
const FILE: &[Item] = &[
    Item { action: "plan.new", words: ["New plan", "Neuer Plan"], key: Some("CmdOrCtrl+N") },
    Item { action: "plan.import", words: ["Import…", "Importieren …"], key: Some("CmdOrCtrl+O") },
];
const GO: &[Item] = &[
    item("go.plans", "Plans", "Pläne"),
    item("go.executions", "Executions", "Ausführungen"),
    item("go.settings", "Settings", "Einstellungen"),
];
const HELP: &[Item] = &[item("help.keys", "Keyboard shortcuts", "Tastenkürzel")];

/// Gives the app its menu, where the system has a place for it; another language takes the place of the last one.
pub fn install(app: &AppHandle, language: Language) -> tauri::Result<()> {
    if cfg!(target_os = "macos") {
        app.set_menu(menu(app, language)?)?;
    }
    Ok(())
}

fn menu(app: &AppHandle, language: Language) -> tauri::Result<Menu<tauri::Wry>> {
    let quit = MenuItemBuilder::with_id(QUIT, language.pick("Quit Planloom", "Planloom beenden"))
        .accelerator("CmdOrCtrl+Q")
        .build(app)?;
    let about = AboutMetadataBuilder::new().name(Some("Planloom")).version(Some(env!("CARGO_PKG_VERSION"))).build();
    let own = SubmenuBuilder::new(app, "Planloom")
        .about(Some(about))
        .separator()
        .item(&built(app, &SETTINGS, language)?)
        .separator()
        .hide()
        .hide_others()
        .show_all()
        .separator()
        .item(&quit)
        .build()?;
    let edit = SubmenuBuilder::new(app, language.pick("Edit", "Bearbeiten"))
        .undo()
        .redo()
        .separator()
        .cut()
        .copy()
        .paste()
        .select_all()
        .build()?;
    let file = submenu(app, language.pick("File", "Ablage"), FILE, language)?;
    let close = language.pick("Close", "Schließen");
    file.append(&tauri::menu::PredefinedMenuItem::separator(app)?)?;
    file.append(&tauri::menu::PredefinedMenuItem::close_window(app, Some(close))?)?;
    let go = submenu(app, language.pick("Go", "Gehe zu"), GO, language)?;
    let help = submenu(app, language.pick("Help", "Hilfe"), HELP, language)?;
    MenuBuilder::new(app).items(&[&own, &file, &edit, &go, &help]).build()
}

fn submenu(app: &AppHandle, title: &str, items: &[Item], language: Language) -> tauri::Result<Submenu<tauri::Wry>> {
    let submenu = SubmenuBuilder::new(app, title).build()?;
    for item in items {
        submenu.append(&built(app, item, language)?)?;
    }
    Ok(submenu)
}

fn built(app: &AppHandle, item: &Item, language: Language) -> tauri::Result<tauri::menu::MenuItem<tauri::Wry>> {
    let [english, german] = item.words;
    let mut builder = MenuItemBuilder::with_id(item.action, language.pick(english, german));
    if let Some(key) = item.key {
        builder = builder.accelerator(key);
    }
    builder.build(app)
}

/// Somebody chose an item.
pub fn act(app: &AppHandle, event: MenuEvent) {
    match event.id().as_ref() {
        QUIT => closing::ask(app),
        action => {
            if let Err(error) = app.emit_to(window::LABEL, EVENT, action) {
                tracing::warn!(%error, action, "the page did not hear of a menu item");
            }
        }
    }
}
