//! Counts checks and tests and prints the closing section: what failed, what could not run here
//! and why, and alone on the last line `N passed, N failed, N skipped`.

use crate::error::Error;
use std::fmt;
use std::process::ExitCode;
use std::time::Instant;

/// How a check ended when it could be carried out at all.
pub enum Verdict {
    Passed,
    Failed(String),
    Skipped(String),
}

/// Numbers of tests that a runner reports about itself.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
}

#[derive(Default)]
pub struct Closing {
    counts: Counts,
    failures: Vec<String>,
    skips: Vec<String>,
}

impl Closing {
    /// Announces a check, carries it out, counts it, and says whether what builds on it can go on.
    pub fn check(&mut self, name: &str, carry_out: impl FnOnce() -> Result<Verdict, Error>) -> Result<bool, Error> {
        println!("\n== {name}");
        let started = Instant::now();
        let verdict = match carry_out() {
            Ok(verdict) => verdict,
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(error) => Verdict::Failed(error.to_string()),
        };
        let seconds = started.elapsed().as_secs_f64();
        let goes_on = !matches!(verdict, Verdict::Failed(_));
        match verdict {
            Verdict::Passed => {
                self.counts.passed += 1;
                println!("passed: {name} ({seconds:.1} s)");
            }
            Verdict::Failed(why) => {
                println!("failed: {name} ({seconds:.1} s): {why}");
                self.failed(name, &why);
            }
            Verdict::Skipped(why) => self.skipped(name, &why),
        }
        Ok(goes_on)
    }

    pub fn failed(&mut self, name: &str, why: &str) {
        self.counts.failed += 1;
        // The whole of it stands where it happened.
        let why = why.lines().next().unwrap_or_default();
        self.failures.push(format!("failed: {name}: {why}"));
    }

    pub fn skipped(&mut self, name: &str, why: &str) {
        // One line, whatever a program had to say about it.
        let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
        let line = format!("skipped: {name}: {why}");
        println!("{line}");
        self.counts.skipped += 1;
        self.skips.push(line);
    }

    /// Adds what a test runner counted.
    pub fn add(&mut self, tests: Counts) {
        self.counts.passed += tests.passed;
        self.counts.failed += tests.failed;
        self.counts.skipped += tests.skipped;
    }

    /// Names a test runner that was not content. The tests that failed are counted already; one
    /// that failed without running any (it could not compile them, say) counts as one failure.
    pub fn runner_failed(&mut self, name: &str, failed_tests: usize) {
        if failed_tests == 0 {
            self.failed(name, "they could not be run to their end; see above");
        } else {
            self.failures.push(format!("failed: {name}: {failed_tests}; see above which"));
        }
    }

    /// Tests that found what they need missing return early, so their runner counted them as
    /// passed; each left a line that says so.
    pub fn add_skips_reported_by_tests(&mut self, report: &str) {
        for line in report.lines().filter(|line| line.starts_with("skipped:")) {
            self.counts.passed = self.counts.passed.saturating_sub(1);
            self.counts.skipped += 1;
            self.skips.push(line.to_owned());
        }
    }

    /// Prints the section; the last line stands alone, for whoever reads only that.
    pub fn print(&self) -> ExitCode {
        println!();
        for line in self.skips.iter().chain(&self.failures) {
            println!("{line}");
        }
        println!("{self}");
        if self.counts.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

impl fmt::Display for Closing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { passed, failed, skipped } = self.counts;
        write!(out, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_reports_itself_skipped_is_not_counted_as_passed() {
        let mut closing = Closing::default();
        closing.add(Counts { passed: 5, failed: 1, skipped: 0 });
        closing.add_skips_reported_by_tests("skipped: a: no model\nnoise\nskipped: b: no mock\n");
        assert_eq!(closing.to_string(), "3 passed, 1 failed, 2 skipped");
    }
}
