//! Runs the tests, with nextest if it is there and with cargo's own runner if not, and reads from
//! what they print how many passed. It must not know what the tests need (`parts.rs`).

use crate::closing::Counts;
use crate::error::Error;
use crate::process::run_reading;
use crate::workspace::{cargo, find_program};
use std::process::Command;

/// The outcome of a runner: its own counts, and whether it was content.
pub struct Outcome {
    pub counts: Counts,
    pub succeeded: bool,
}

/// Runs the tests of the selected packages whose name contains one of the filters.
pub fn run(selection: &[&str], filters: &[String], environment: &[(&str, String)]) -> Result<Outcome, Error> {
    let mut command = cargo();
    let read: fn(&str) -> Option<Counts> = if find_program("cargo-nextest").is_some() {
        command.args(["nextest", "run", "--no-fail-fast"]);
        command.args(selection).args(filters);
        nextest_counts
    } else {
        command.args(["test", "--no-fail-fast", "--lib", "--bins", "--tests"]);
        command.args(selection).arg("--").args(filters);
        libtest_counts
    };
    read_to_end(&mut command, environment, read, filters.is_empty())
}

/// The examples in the documentation, which nextest does not run.
pub fn run_examples(selection: &[&str]) -> Result<Outcome, Error> {
    let mut command = cargo();
    command.args(["test", "--doc", "--no-fail-fast"]).args(selection);
    read_to_end(&mut command, &[], libtest_counts, true)
}

/// The tests of the screens: Vitest's, and the sessions in a browser, which sum up as it does.
pub fn run_vitest(command: &mut Command) -> Result<Outcome, Error> {
    read_to_end(command, &[], vitest_counts, true)
}

fn read_to_end(
    command: &mut Command,
    environment: &[(&str, String)],
    read: fn(&str) -> Option<Counts>,
    count_skipped: bool,
) -> Result<Outcome, Error> {
    command.envs(environment.iter().map(|(name, value)| (*name, value.as_str())));
    let mut counts = Counts::default();
    let status = run_reading(command, |line| {
        if let Some(found) = read(&without_colour(line)) {
            counts.passed += found.passed;
            counts.failed += found.failed;
            // With a filter, the runner calls skipped what was not asked for.
            counts.skipped += if count_skipped { found.skipped } else { 0 };
        }
    })?;
    Ok(Outcome { counts, succeeded: status.success() })
}

/// `Summary [ 1.2s] 5 tests run: 3 passed (1 slow), 1 failed, 1 timed out, 0 skipped`
fn nextest_counts(line: &str) -> Option<Counts> {
    let line = line.trim_start();
    let (_, numbers) = line.strip_prefix("Summary [")?.split_once(" run: ")?;
    let mut counts = Counts::default();
    for part in without_parentheses(numbers).split(',') {
        let (number, word) = part.trim().split_once(' ')?;
        let number: usize = number.parse().ok()?;
        match word.trim() {
            "passed" => counts.passed += number,
            "skipped" => counts.skipped += number,
            // failed, timed out, exec failed: none of them is a success.
            _ => counts.failed += number,
        }
    }
    Some(counts)
}

/// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`
fn libtest_counts(line: &str) -> Option<Counts> {
    let (_, numbers) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let number_of = |word: &str| {
        numbers.split(';').find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok()).unwrap_or(0)
    };
    Some(Counts { passed: number_of("passed"), failed: number_of("failed"), skipped: number_of("ignored") })
}

/// `      Tests  1 failed | 3 passed | 2 skipped (6)`
fn vitest_counts(line: &str) -> Option<Counts> {
    let numbers = line.trim_start().strip_prefix("Tests ")?;
    let mut counts = Counts::default();
    for part in without_parentheses(numbers).split('|') {
        let (number, word) = part.trim().split_once(' ')?;
        let number: usize = number.parse().ok()?;
        match word.trim() {
            "passed" => counts.passed += number,
            "skipped" | "todo" => counts.skipped += number,
            _ => counts.failed += number,
        }
    }
    Some(counts)
}

fn without_parentheses(text: &str) -> String {
    let mut depth = 0_usize;
    text.chars()
        .filter(|letter| {
            match letter {
                '(' => depth += 1,
                ')' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

/// Drops terminal colour sequences (`ESC [ … letter`).
fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            letters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(letter);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: usize, failed: usize, skipped: usize) -> Option<Counts> {
        Some(Counts { passed, failed, skipped })
    }

    #[test]
    fn nextest_summaries_are_read() {
        let read = |line: &str| nextest_counts(&without_colour(line));
        assert_eq!(read("     Summary [   0.016s] 3 tests run: 3 passed, 0 skipped"), counts(3, 0, 0));
        assert_eq!(
            read("     Summary [  61.0s] 6/9 tests run: 3 passed (1 slow, 1 leaky), 2 failed, 1 timed out, 4 skipped"),
            counts(3, 3, 4)
        );
        assert_eq!(
            read(
                "\u{1b}[32;1m     Summary\u{1b}[0m [   0.2s] \u{1b}[1m1\u{1b}[0m test run: \u{1b}[1m1\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m skipped"
            ),
            counts(1, 0, 0)
        );
        assert_eq!(read("        PASS [   0.005s] planloom-core ids"), None);
    }

    #[test]
    fn vitest_summaries_are_read() {
        assert_eq!(vitest_counts("      Tests  14 passed (14)"), counts(14, 0, 0));
        let mixed = "\u{1b}[2m      Tests \u{1b}[22m 1 failed | 3 passed | 2 skipped | 1 todo (7)";
        assert_eq!(vitest_counts(&without_colour(mixed)), counts(3, 1, 3));
        assert_eq!(vitest_counts(" Test Files  2 passed (2)"), None);
        assert_eq!(vitest_counts("   Tests of the world"), None);
    }

    #[test]
    fn the_runner_of_cargo_is_read() {
        let line = "test result: FAILED. 3 passed; 1 failed; 2 ignored; 0 measured; 7 filtered out; finished in 0.01s";
        assert_eq!(libtest_counts(line), counts(3, 1, 2));
        assert_eq!(libtest_counts("test ids::parse ... ok"), None);
    }
}
