//! `cargo xtask test`: the list of all checks, in order. Each is carried out even if one before it
//! failed, and the last line says how many passed.

use crate::closing::{Closing, Verdict};
use crate::error::Error;
use crate::parts::Parts;
use crate::process::{self, run_quietly};
use crate::suite::Outcome;
use crate::tools::{self, Node};
use crate::workspace::{DESKTOP, binary, cargo, find_program, target};
use crate::{desktop, directions, licences, suite, system, ui};
use std::process::{Command, ExitCode};

/// Everything but the root package, which needs GUI libraries.
const WITHOUT_DESKTOP: &[&str] = &["--workspace", "--exclude", DESKTOP];

pub struct Options {
    quick: bool,
    filters: Vec<String>,
}

impl Options {
    pub fn parse(arguments: &[String]) -> Result<Options, Error> {
        let mut options = Options { quick: false, filters: Vec::new() };
        for argument in arguments {
            match argument.as_str() {
                "--quick" => options.quick = true,
                unknown if unknown.starts_with('-') => {
                    return Err(Error::Usage(format!("`test` has no option {unknown}.")));
                }
                filter => options.filters.push(filter.to_owned()),
            }
        }
        Ok(options)
    }
}

pub fn run(options: &Options) -> Result<ExitCode, Error> {
    let mut closing = Closing::default();
    let everything = options.filters.is_empty();
    if options.quick {
        system::prepare_for_build()?;
    } else {
        system::prepare_for_test()?;
    }
    if everything {
        closing.check("formatting", check_formatting)?;
        house_rules(&mut closing)?;
    }
    if everything && !options.quick {
        closing.check("advisories", check_advisories)?;
        closing.check("lints", check_lints)?;
    }
    let node = if options.quick { None } else { node(&mut closing)? };
    let node = node.as_ref();
    // Before the program's tests, which ask it for its pages.
    let has_page = everything && !options.quick && ui::check(&mut closing, node)?;
    run_tests(&mut closing, options, node)?;
    if everything && !options.quick {
        let examples = || suite::run_examples(WITHOUT_DESKTOP);
        count(&mut closing, "examples in the documentation", examples)?;
        if let Some(node) = node.filter(|_| has_page) {
            ui::run_sessions(&mut closing, node)?;
        }
        desktop::check(&mut closing, node.filter(|_| has_page))?;
    }
    Ok(closing.print())
}

fn node(closing: &mut Closing) -> Result<Option<Node>, Error> {
    match tools::node() {
        Ok(node) => Ok(Some(node)),
        Err(Error::Interrupted) => Err(Error::Interrupted),
        Err(error) => {
            closing.skipped("Node.js", &error.to_string());
            Ok(None)
        }
    }
}

/// `cargo xtask licences`.
pub fn house_rules_alone() -> Result<ExitCode, Error> {
    let mut closing = Closing::default();
    house_rules(&mut closing)?;
    Ok(closing.print())
}

fn house_rules(closing: &mut Closing) -> Result<(), Error> {
    closing.check("licences and sources", licences::check)?;
    closing.check("directions between our crates", directions::check)?;
    Ok(())
}

fn check_formatting() -> Result<Verdict, Error> {
    if let Some(skipped) = skipped_without("rustfmt", "fmt") {
        return Ok(skipped);
    }
    process::run(cargo().args(["fmt", "--all", "--check"]))?;
    Ok(Verdict::Passed)
}

fn check_lints() -> Result<Verdict, Error> {
    if let Some(skipped) = skipped_without("clippy", "clippy") {
        return Ok(skipped);
    }
    let mut command = cargo();
    command.arg("clippy").args(WITHOUT_DESKTOP);
    command.args(["--all-targets", "--", "-D", "warnings"]);
    process::run(&mut command)?;
    Ok(Verdict::Passed)
}

/// A toolchain of the minimal profile lacks it; rustup can add it.
fn skipped_without(component: &str, subcommand: &str) -> Option<Verdict> {
    let works = || process::run_quietly(cargo().args([subcommand, "--version"])).is_ok();
    if works() {
        return None;
    }
    let _ = run_quietly(Command::new("rustup").args(["component", "add", component]));
    (!works())
        .then(|| Verdict::Skipped(format!("{component} is not installed; `rustup component add {component}` adds it")))
}

/// Known holes in dependencies. They come from a database on the network, which only cargo-deny reads.
fn check_advisories() -> Result<Verdict, Error> {
    if find_program("cargo-deny").is_none() {
        return Ok(Verdict::Skipped("cargo-deny is not installed; licences and sources are checked without it".into()));
    }
    process::run(cargo().args(["deny", "check"]))?;
    Ok(Verdict::Passed)
}

/// The tests drive the real program, so it is built first, with the features that the tests' own
/// build gives it: nothing is compiled twice. The real parts run no longer than the tests do.
fn run_tests(closing: &mut Closing, options: &Options, node: Option<&Node>) -> Result<(), Error> {
    let is_built = closing.check("build", || {
        let mut command = cargo();
        command.arg("build").args(WITHOUT_DESKTOP).args(["--bins", "--tests"]);
        process::run(&mut command)?;
        Ok(Verdict::Passed)
    })?;
    let mut parts = Parts::default();
    if !options.quick {
        println!("\n== real parts");
        parts = Parts::start(closing, node)?;
    }
    if is_built {
        let skips = target().join("test-tools").join("skips");
        tools::write(&skips, "")?;
        let planloom = binary("debug", "planloom");
        parts.tell("PLANLOOM_BIN", planloom.display().to_string());
        parts.tell("PLANLOOM_TEST_SKIPS", skips.display().to_string());
        count(closing, "tests", || suite::run(WITHOUT_DESKTOP, &options.filters, &parts.environment))?;
        closing.add_skips_reported_by_tests(&tools::read(&skips)?);
    } else {
        closing.failed("tests", "not run, because the build failed");
    }
    Ok(())
}

/// Runs tests and adds up what their runner counted.
pub fn count(closing: &mut Closing, name: &str, tests: impl FnOnce() -> Result<Outcome, Error>) -> Result<(), Error> {
    println!("\n== {name}");
    match tests() {
        Ok(outcome) => {
            closing.add(outcome.counts);
            if !outcome.succeeded {
                closing.runner_failed(name, outcome.counts.failed);
            }
            Ok(())
        }
        Err(Error::Interrupted) => Err(Error::Interrupted),
        Err(error) => {
            closing.failed(name, &error.to_string());
            Ok(())
        }
    }
}
