//! Holds every dependency, on every platform, against the policy in `deny.toml`: its licence must
//! be one of those, and it must come from the one public registry. `cargo deny` reads the same file
//! and checks more; this needs nothing but cargo.

use crate::closing::Verdict;
use crate::error::Error;
use crate::process::run_quietly;
use crate::workspace::{cargo, read};

/// Between the fields that `cargo tree` prints; neither names nor licences contain it.
const FIELD: char = '|';

pub fn check() -> Result<Verdict, Error> {
    let allowed = allowed_licences(&read("deny.toml")?);
    let mut command = cargo();
    command.args(["tree", "--workspace", "--target", "all", "--edges", "normal,build,dev"]);
    command.args(["--prefix", "none", "--no-dedupe", "--format", "{p}|{l}"]);
    let tree = run_quietly(&mut command)?;
    let mut packages: Vec<&str> = tree.lines().filter(|line| !line.is_empty()).collect();
    packages.sort_unstable();
    packages.dedup();
    let faults: Vec<String> = packages.iter().filter_map(|package| fault(package, &allowed)).collect();
    if faults.is_empty() {
        println!("{} packages, all within deny.toml.", packages.len());
        return Ok(Verdict::Passed);
    }
    Ok(Verdict::Failed(format!(
        "deny.toml does not allow these; replace the dependency, or allow it there and say why:\n  {}",
        faults.join("\n  ")
    )))
}

/// `serde v1.0.0|MIT OR Apache-2.0`; after the version stand a note such as `(proc-macro)` and,
/// where it is not from the registry, the folder or address it comes from.
fn fault(package: &str, allowed: &[String]) -> Option<String> {
    let (name, licence) = package.split_once(FIELD)?;
    if name.contains("://") || name.contains("(registry") {
        return Some(format!("{name}: not from the registry"));
    }
    if licence.is_empty() {
        return Some(format!("{name}: no licence"));
    }
    let is_allowed = Expression::new(licence).evaluate(allowed) == Some(true);
    (!is_allowed).then(|| format!("{name}: {licence}"))
}

/// The strings of `allow = [ … ]` under `[licenses]`.
fn allowed_licences(policy: &str) -> Vec<String> {
    let lines = policy.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let mut inside =
        lines.skip_while(|line| *line != "[licenses]").skip_while(|line| !line.starts_with("allow")).skip(1);
    inside
        .by_ref()
        .take_while(|line| !line.starts_with(']'))
        .map(|line| line.trim_matches([',', '"']).to_owned())
        .filter(|licence| !licence.is_empty())
        .collect()
}

/// An SPDX expression, read from left to right; `AND` binds closer than `OR`.
/// Older packages write `/` for `OR`.
struct Expression {
    words: Vec<String>,
    next: usize,
}

impl Expression {
    fn new(text: &str) -> Expression {
        let spaced = text.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
        Expression { words: spaced.split_whitespace().map(str::to_owned).collect(), next: 0 }
    }

    /// Whether the allowed licences satisfy it, or nothing if it is not an expression.
    fn evaluate(mut self, allowed: &[String]) -> Option<bool> {
        let verdict = self.alternatives(allowed)?;
        (self.next == self.words.len()).then_some(verdict)
    }

    fn alternatives(&mut self, allowed: &[String]) -> Option<bool> {
        let mut verdict = self.conjunction(allowed)?;
        while self.takes("OR") {
            verdict |= self.conjunction(allowed)?;
        }
        Some(verdict)
    }

    fn conjunction(&mut self, allowed: &[String]) -> Option<bool> {
        let mut verdict = self.term(allowed)?;
        while self.takes("AND") {
            verdict &= self.term(allowed)?;
        }
        Some(verdict)
    }

    fn term(&mut self, allowed: &[String]) -> Option<bool> {
        if self.takes("(") {
            let verdict = self.alternatives(allowed)?;
            return self.takes(")").then_some(verdict);
        }
        let mut licence = self.words.get(self.next)?.clone();
        self.next += 1;
        if self.takes("WITH") {
            licence = format!("{licence} WITH {}", self.words.get(self.next)?);
            self.next += 1;
        }
        Some(allowed.contains(&licence))
    }

    fn takes(&mut self, word: &str) -> bool {
        let is_next = self.words.get(self.next).is_some_and(|next| next == word);
        self.next += usize::from(is_next);
        is_next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "[graph]\nallow = [\"no\"]\n[licenses]\n# why\nallow = [\n  \"MIT\", # plain\n  \"ISC\",\n  \"Apache-2.0 WITH LLVM-exception\",\n]\n[bans]\n";

    #[test]
    fn expressions_are_held_against_the_policy() {
        let allowed = allowed_licences(POLICY);
        assert_eq!(allowed, ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"]);
        for (licence, expected) in [
            ("MIT", Some(true)),
            ("GPL-3.0-only", Some(false)),
            ("GPL-3.0-only OR MIT", Some(true)),
            ("GPL-3.0-only/MIT", Some(true)),
            ("MIT AND GPL-3.0-only", Some(false)),
            ("GPL-3.0-only OR MIT AND ISC", Some(true)),
            ("(GPL-3.0-only OR MIT) AND ISC", Some(true)),
            ("Apache-2.0 WITH LLVM-exception", Some(true)),
            ("Apache-2.0", Some(false)),
            ("(MIT", None),
            ("MIT ISC", None),
        ] {
            assert_eq!(Expression::new(licence).evaluate(&allowed), expected, "{licence}");
        }
    }

    #[test]
    fn a_package_from_elsewhere_is_refused_whatever_its_licence() {
        let allowed = allowed_licences(POLICY);
        assert!(fault("a v1.0.0|MIT", &allowed).is_none());
        assert!(fault("a v1.0.0 (proc-macro)|MIT", &allowed).is_none());
        assert!(fault("a v1.0.0 (/home/me/a)|MIT", &allowed).is_none());
        assert!(fault("a v1.0.0 (https://example.com/a.git#12ab)|MIT", &allowed).is_some());
        assert!(fault("a v1.0.0|", &allowed).is_some());
    }
}
