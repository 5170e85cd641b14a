//! Compiles `tauri.conf.json`, the capabilities and the icons into the desktop app.
//! Runs with the top level of the repository as its working directory.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    // With a pattern of our own, tauri-build does not watch the folder itself.
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    let attributes = tauri_build::Attributes::new().capabilities_path_pattern("src-tauri/capabilities/**/*");
    tauri_build::try_build(attributes)?;
    Ok(())
}
