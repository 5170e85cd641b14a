//! The variables of the process that the engine knows, as a value.
//!
//! Read once where the process starts and handed in, so that nothing deeper depends on the process and a test
//! can say what it likes. Must not be printed: some of the variables are keys.

use std::collections::BTreeMap;
use std::fmt;

/// Variables that mean something to the engine; every other one is left alone.
pub const KNOWN: [&str; 5] = [ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL, OPENAI_API_KEY, OPENAI_BASE_URL, KEYCHAIN];

pub(crate) const ANTHROPIC_API_KEY: &str = "ANTHROPIC_API_KEY";
pub(crate) const ANTHROPIC_BASE_URL: &str = "ANTHROPIC_BASE_URL";
pub(crate) const OPENAI_API_KEY: &str = "OPENAI_API_KEY";
pub(crate) const OPENAI_BASE_URL: &str = "OPENAI_BASE_URL";
/// `auto` (the default) or `off`: whether the operating system's keychain is used.
pub(crate) const KEYCHAIN: &str = "PLANLOOM_KEYCHAIN";

/// The known variables that are set. Its `Debug` shows their names alone.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    vars: BTreeMap<String, String>,
}

impl Environment {
    /// The known variables of this process.
    pub fn of_process() -> Environment {
        KNOWN.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?))).collect()
    }

    /// A variable's value without white space around it; one that is empty counts as not set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(vars: I) -> Environment {
        Environment { vars: vars.into_iter().map(|(name, value)| (name.into(), value.into())).collect() }
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.vars.keys()).finish()
    }
}
