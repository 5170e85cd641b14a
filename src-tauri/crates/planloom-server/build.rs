//! Says where the built page is, and when it has to be embedded anew. Reads nothing and builds nothing.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let crate_folder = env::var("CARGO_MANIFEST_DIR")?;
    let root = Path::new(&crate_folder).ancestors().nth(3).ok_or("the crate is three folders below the root")?;
    // With its real name, or a debug build would take a page that is built later for one of another folder.
    let page = fs::canonicalize(root)?.join("ui").join("dist");
    println!("cargo::rustc-env=PLANLOOM_PAGE={}", page.display());
    // A debug build reads the files when they are asked for.
    if env::var_os("CARGO_FEATURE_UI").is_some() && env::var("PROFILE")? == "release" {
        println!("cargo::rerun-if-changed={}", page.display());
    }
    Ok(())
}
