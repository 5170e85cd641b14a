//! What the command line names: files, standard input, and the pairs of `--input`.
//!
//! It reads and merges; whether an input fits a plan is the API's to say.

use std::fs::File;
use std::io::{self, Read};

use planloom_core::json;
use planloom_core::limits::BODY_BYTES;
use serde_json::{Map, Value};

use crate::error::Error;

/// Where files come from; standard input can be read once.
#[derive(Debug, Default)]
pub struct Sources {
    stdin_taken: bool,
}

impl Sources {
    /// The text of a file; `-` is standard input.
    pub fn text(&mut self, name: &str) -> Result<String, Error> {
        let bytes = self.bytes(name)?;
        String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let shown = shown(name);
            Error::Usage(format!("{shown} is not text in UTF-8: byte {at} belongs to no character. Save it as UTF-8."))
        })
    }

    /// A JSON document.
    pub fn json(&mut self, name: &str) -> Result<Value, Error> {
        let bytes = self.bytes(name)?;
        json::parse(&bytes).map_err(|error| {
            let yaml = [".yaml", ".yml"].iter().any(|end| name.to_ascii_lowercase().ends_with(end));
            let hint = if yaml { " Plans are read as JSON; convert this YAML file first." } else { "" };
            Error::Usage(format!("{} cannot be read: {error}{hint}", shown(name)))
        })
    }

    fn bytes(&mut self, name: &str) -> Result<Vec<u8>, Error> {
        let failed = |error: io::Error| Error::Usage(format!("{} cannot be read: {error}.", shown(name)));
        if name == "-" {
            if std::mem::replace(&mut self.stdin_taken, true) {
                return Err(Error::Usage("`-` is given twice, but standard input can be read only once.".to_owned()));
            }
            return limited(name, io::stdin().lock()).map_err(failed)?;
        }
        limited(name, File::open(name).map_err(failed)?).map_err(failed)?
    }
}

/// Everything, unless it is more than a request can carry.
fn limited(name: &str, from: impl Read) -> io::Result<Result<Vec<u8>, Error>> {
    let mut bytes = Vec::new();
    from.take(BODY_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > BODY_BYTES {
        let message =
            format!("{} is larger than {} MiB, which is the most that is taken.", shown(name), BODY_BYTES >> 20);
        return Ok(Err(Error::Usage(message)));
    }
    Ok(Ok(bytes))
}

fn shown(name: &str) -> String {
    if name == "-" { "Standard input".to_owned() } else { name.to_owned() }
}

/// One `--input`.
#[derive(Debug, PartialEq)]
enum Pair<'a> {
    /// `@file.json`: an object whose keys are inputs.
    Whole(&'a str),
    /// `key=value`
    Text(&'a str, &'a str),
    /// `key=@file`
    File(&'a str, &'a str),
    /// `key:=json`
    Json(&'a str, &'a str),
}

fn pair(given: &str) -> Result<Pair<'_>, Error> {
    if let Some(file) = given.strip_prefix('@') {
        return if file.is_empty() { Err(not_a_pair(given)) } else { Ok(Pair::Whole(file)) };
    }
    let (key, value) = given.split_once('=').ok_or_else(|| not_a_pair(given))?;
    let (key, is_json) = key.strip_suffix(':').map_or((key, false), |key| (key, true));
    match value.strip_prefix('@') {
        _ if key.is_empty() => Err(not_a_pair(given)),
        _ if is_json => Ok(Pair::Json(key, value)),
        Some("") => Err(not_a_pair(given)),
        Some(file) => Ok(Pair::File(key, file)),
        None => Ok(Pair::Text(key, value)),
    }
}

fn not_a_pair(given: &str) -> Error {
    Error::Usage(format!(
        "`--input {given}` is not understood. Write key=value, key=@file, key:=json, or @file.json for a whole object."
    ))
}

/// The input of an execution. A key of its own wins over the same key of a whole object; twice the same is a mistake.
pub fn inputs(given: &[String], sources: &mut Sources) -> Result<Value, Error> {
    let (mut whole, mut single) = (Map::new(), Map::new());
    for given in given {
        match pair(given)? {
            Pair::Whole(file) => match sources.json(file)? {
                Value::Object(object) => {
                    for (key, value) in object {
                        put(&mut whole, &key, value)?;
                    }
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                    let message = format!("{} must hold a JSON object whose keys are inputs.", shown(file));
                    return Err(Error::Usage(message));
                }
            },
            Pair::Text(key, value) => put(&mut single, key, value.into())?,
            Pair::File(key, file) => put(&mut single, key, sources.text(file)?.into())?,
            Pair::Json(key, text) => {
                let value = json::parse(text.as_bytes())
                    .map_err(|error| Error::Usage(format!("`--input {key}:=…` is not JSON: {error}")))?;
                put(&mut single, key, value)?;
            }
        }
    }
    whole.extend(single);
    Ok(Value::Object(whole))
}

fn put(into: &mut Map<String, Value>, key: &str, value: Value) -> Result<(), Error> {
    if into.insert(key.to_owned(), value).is_some() {
        return Err(Error::Usage(format!("The input `{key}` is given twice; leave one of the two out.")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::fs;

    fn read(given: &[&str]) -> Result<Value, String> {
        let given: Vec<String> = given.iter().map(|given| (*given).to_owned()).collect();
        inputs(&given, &mut Sources::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn pairs_are_told_apart() {
        assert_eq!(pair("a=b=c").unwrap(), Pair::Text("a", "b=c"));
        assert_eq!(pair("a=").unwrap(), Pair::Text("a", ""));
        assert_eq!(pair("a:={\"x\": 1}").unwrap(), Pair::Json("a", "{\"x\": 1}"));
        assert_eq!(pair("a:=@x").unwrap(), Pair::Json("a", "@x"));
        assert_eq!(pair("a=@dir/f.txt").unwrap(), Pair::File("a", "dir/f.txt"));
        assert_eq!(pair("@all.json").unwrap(), Pair::Whole("all.json"));
        for wrong in ["", "a", "=b", ":=1", "@", "a=@"] {
            assert!(matches!(pair(wrong), Err(Error::Usage(_))), "{wrong:?}");
        }
    }

    #[test]
    fn numbers_keep_their_digits() {
        let read = read(&["n:=12345678901234567890.50", "t=1"]).unwrap();
        assert_eq!(read.to_string(), "{\"n\":12345678901234567890.50,\"t\":\"1\"}");
    }

    #[test]
    fn single_keys_win_over_whole_objects_and_twins_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let whole = folder.path().join("all.json");
        fs::write(&whole, "{\"a\": 1, \"b\": 2}").unwrap();
        let whole = format!("@{}", whole.display());
        assert_eq!(read(&["a=x", &whole]).unwrap(), json!({"a": "x", "b": 2}));
        assert!(read(&["a=x", "a=y"]).unwrap_err().contains("given twice"));
        assert!(read(&[&whole, &whole]).unwrap_err().contains("given twice"));
    }

    #[test]
    fn files_must_be_utf_8_and_not_too_large() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f.txt");
        let name = path.display().to_string();
        fs::write(&path, b"ok\xff").unwrap();
        let message = Sources::default().text(&name).unwrap_err().to_string();
        assert!(message.contains("UTF-8") && message.contains("byte 2"), "{message}");
        fs::write(&path, vec![b' '; BODY_BYTES + 1]).unwrap();
        assert!(Sources::default().text(&name).unwrap_err().to_string().contains("16 MiB"));
        fs::write(&path, vec![b' '; BODY_BYTES]).unwrap();
        assert!(Sources::default().text(&name).is_ok());
        assert!(Sources::default().text("/there/is/none").unwrap_err().to_string().contains("cannot be read"));
    }

    #[test]
    fn wrong_json_names_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.yaml");
        fs::write(&path, "name: x\n").unwrap();
        let message = Sources::default().json(&path.display().to_string()).unwrap_err().to_string();
        assert!(message.contains("line 1") && message.contains("YAML"), "{message}");
        assert!(read(&["a:={"]).unwrap_err().contains("not JSON"));
    }
}
