//! Compiles `tauri.conf.json`, the capabilities and the icons into the desktop app.
//! Runs with the top level of the repository as its working directory.

use std::error::Error;
use std::path::Path;

/// What Vite makes of `ui/` for the window.
const PAGE: &str = "ui/dist-desktop";
const NO_PAGE: &str = "ui/dist-desktop holds no page. `npm ci` and `npm run build` in ui/ make it; `cargo xtask run` \
                       does that and all the rest.";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={PAGE}");
    let is_embedded = std::env::var_os("CARGO_FEATURE_CUSTOM_PROTOCOL").is_some();
    if is_embedded && !Path::new(PAGE).join("index.html").is_file() {
        return Err(NO_PAGE.into());
    }
    // With patterns of our own, tauri-build does not watch the folders itself.
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=src-tauri/permissions");
    // With permissions of its own the app's commands are under access control like those of plugins: what no
    // capability grants is refused. They are written by hand, because those that tauri-build can make from a list
    // of commands land in a folder of the top level.
    let manifest = tauri_build::AppManifest::new().permissions_path_pattern("src-tauri/permissions/*.toml");
    let attributes =
        tauri_build::Attributes::new().capabilities_path_pattern("src-tauri/capabilities/**/*").app_manifest(manifest);
    tauri_build::try_build(attributes)?;
    Ok(())
}
