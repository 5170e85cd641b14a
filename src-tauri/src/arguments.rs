//! The command line of the desktop app: where the data is. It opens nothing.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::error::Error;

pub const HELP: &str = "\
Planloom's window: builds plans of prompts and watches them run.

Usage: planloom-desktop [--data DIR]

  --data DIR   the data folder; PLANLOOM_DATA, or the platform's place for application data, when left out
  --version    print the version
  --help       print this

Environment: PLANLOOM_DATA (data folder), PLANLOOM_LOG (log level).
";

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Arguments {
    Open { data: Option<PathBuf> },
    Help,
    Version,
}

impl Arguments {
    /// Reads the words after the program's name.
    pub fn parse(words: impl Iterator<Item = OsString>) -> Result<Arguments, Error> {
        let mut words = words;
        let mut data = None;
        while let Some(word) = words.next() {
            let text = word.to_string_lossy().into_owned();
            match text.as_str() {
                "--help" | "-h" => return Ok(Arguments::Help),
                "--version" | "-V" => return Ok(Arguments::Version),
                "--data" => {
                    let folder = words.next().filter(|folder| !folder.is_empty());
                    data = Some(folder.ok_or_else(|| Error::Usage("`--data` names no folder.".to_owned()))?.into());
                }
                joined if joined.starts_with("--data=") => data = Some(PathBuf::from(&joined["--data=".len()..])),
                unknown => return Err(Error::Usage(format!("There is no option `{unknown}`."))),
            }
        }
        Ok(Arguments::Open { data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Arguments, String> {
        Arguments::parse(words.iter().map(OsString::from)).map_err(|error| error.to_string())
    }

    #[test]
    fn the_data_folder_is_read() {
        let open = |folder: Option<&str>| Ok(Arguments::Open { data: folder.map(PathBuf::from) });
        assert_eq!(parse(&[]), open(None));
        assert_eq!(parse(&["--data", "/a b"]), open(Some("/a b")));
        assert_eq!(parse(&["--data=/c"]), open(Some("/c")));
        assert_eq!(parse(&["-h"]), Ok(Arguments::Help));
        assert_eq!(parse(&["--version"]), Ok(Arguments::Version));
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        for (words, sentence) in [(&["--data"][..], "names no folder"), (&["--dta"], "no option `--dta`")] {
            let error = parse(words).expect_err("refused");
            assert!(error.contains(sentence), "{error}");
        }
    }
}
