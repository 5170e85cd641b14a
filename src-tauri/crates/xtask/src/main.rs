//! `cargo xtask …`: what README's two commands need on a machine that has only Rust and a C compiler.
//! It builds, starts and checks; it must not know what a plan is.
//!
//! `run`       set-up, release build, and the window; without a display `planloom serve`, and what to do next
//! `test`      set-up, then every check of the repository, then one closing line
//! `bundle`    the package that people install
//! `pictures`  every screen as it looks, in target/pictures
//! `licences`  the policy of deny.toml and the directions between our crates, alone
//!
//! Read `test.rs` first: it is the list of the checks, in order.

mod bundle;
mod closing;
mod desktop;
mod directions;
mod error;
mod licences;
mod parts;
mod pictures;
mod process;
mod run;
mod suite;
mod system;
mod test;
mod tools;
mod ui;
mod workspace;

use error::Error;
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask run [--data DIR]
    Builds the screens and the window in release, and opens it. Without a display as with --serve.

cargo xtask run --serve [OPTIONS OF planloom serve…]
    Builds the screens and planloom in release, and starts `planloom serve --open`.

cargo xtask test [--quick] [FILTER…]
    Runs every check. With a FILTER only the tests whose name contains one of them.
    --quick: formatting, house rules and tests only; nothing is installed, no real model, no window.

cargo xtask bundle
    Makes the package that people install: a .deb here, a .dmg on macOS, an installer on Windows.

cargo xtask pictures [WORD…]
    Takes a picture of every screen: light and dark, large and small, English and German, empty, full and broken.
    They are in target/pictures. With a WORD only those whose name contains it: `pictures editor dark de`.

cargo xtask licences
    Checks the licences and sources of all dependencies, and the directions between our crates.
";

fn main() -> ExitCode {
    process::end_children_when_told_to_stop();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.split_first() {
        Some((command, rest)) => dispatch(command, rest),
        None => Err(Error::Usage("Say what to do.".into())),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\n{error}");
            error.exit_code()
        }
    }
}

fn dispatch(command: &str, rest: &[String]) -> Result<ExitCode, Error> {
    match command {
        "run" => run::run(rest),
        "bundle" => bundle::run_bundle(),
        "pictures" => pictures::take(rest),
        "test" => test::run(&test::Options::parse(rest)?),
        "licences" => test::house_rules_alone(),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        unknown => Err(Error::Usage(format!("There is no `{unknown}`."))),
    }
}
