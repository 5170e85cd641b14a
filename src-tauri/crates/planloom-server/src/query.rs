//! What stands in a request's line and headers beside its body: ids, query parameters, `If-Match`.
//!
//! Read as strictly as a body: what is unknown, double or out of range is a fault with its place.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use planloom_core::check::{Problem, Problems, quote};
use serde::de::DeserializeOwned;

use crate::failure::Failure;

/// Items of a page when the request says nothing.
const DEFAULT_LIMIT: u32 = 20;
/// Most items of a page.
const MAX_LIMIT: u64 = 100;
/// The largest number that every JSON reader keeps exactly.
const MAX_OFFSET: u64 = (1 << 53) - 1;

/// The ids in the path.
#[derive(Debug)]
pub(crate) struct Ids<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Ids<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Ids<T>, Failure> {
        let ids: Result<Path<T>, PathRejection> = Path::from_request_parts(parts, state).await;
        ids.map(|Path(ids)| Ids(ids)).map_err(|_rejection| {
            Failure::invalid("path", "encoding", "An id in the path is not valid UTF-8. Use the id as it was given.")
        })
    }
}

/// The query parameters. Ask for each by name, then call [`Query::finish`].
#[derive(Debug)]
#[must_use = "call finish, or faults go unnoticed"]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
    known: Vec<&'static str>,
    problems: Problems,
}

/// A request that takes no query parameters.
#[derive(Debug)]
pub(crate) struct NoQuery;

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Query, Failure> {
        Ok(Query::parse(parts.uri.query().unwrap_or_default()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for NoQuery {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<NoQuery, Failure> {
        match parts.uri.query() {
            None | Some("") => Ok(NoQuery),
            Some(query) => Query::parse(query).finish().map(|()| NoQuery),
        }
    }
}

impl Query {
    fn parse(query: &str) -> Query {
        let mut parsed = Query { pairs: Vec::new(), known: Vec::new(), problems: Problems::default() };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (decode(name), decode(value)) {
                (Some(name), Some(value)) => parsed.pairs.push((name, value)),
                (name, _) => {
                    let name = name.unwrap_or_default();
                    let message = format!("The query parameter {} is not valid UTF-8.", quote(&name));
                    parsed.problems.push(Problem::invalid(name, "encoding", message));
                }
            }
        }
        parsed
    }

    /// The parameter's text.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        let mut found = None;
        let mut double = false;
        self.pairs.retain_mut(|(key, value)| {
            if key == name {
                double |= found.replace(std::mem::take(value)).is_some();
            }
            key != name
        });
        if double {
            let message = format!("`{name}` is given twice. Give it once.");
            self.problems.push(Problem::invalid(name, "duplicate", message));
        }
        found
    }

    /// The parts of `a,b`, empty ones left out.
    pub(crate) fn list(&mut self, name: &'static str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// `true` or `false`; absent is false.
    pub(crate) fn flag(&mut self, name: &'static str) -> bool {
        self.choice(name, &["true", "false"]).as_deref() == Some("true")
    }

    /// One of a few words.
    pub(crate) fn choice(&mut self, name: &'static str, words: &[&'static str]) -> Option<String> {
        let text = self.text(name)?;
        if words.contains(&text.as_str()) {
            return Some(text);
        }
        let list: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        let message = format!("`{name}` is {}; it must be {}.", quote(&text), list.join(" or "));
        self.problems.push(Problem::invalid(name, "enum", message));
        None
    }

    /// A whole number from `least` to `most`.
    pub(crate) fn number(&mut self, name: &'static str, least: u64, most: u64) -> Option<u64> {
        let text = self.text(name)?;
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|number| digits && (least..=most).contains(number));
        if number.is_none() {
            let message = format!("`{name}` is {}; it must be a whole number from {least} to {most}.", quote(&text));
            let rule = match text.parse::<i128>() {
                Ok(number) if number < i128::from(least) => "minimum",
                Ok(number) if number > i128::from(most) => "maximum",
                Ok(_) | Err(_) => "integer",
            };
            self.problems.push(Problem::invalid(name, rule, message));
        }
        number
    }

    /// A text of at most `most` characters.
    pub(crate) fn short_text(&mut self, name: &'static str, most: usize) -> Option<String> {
        let text = self.text(name)?;
        let chars = text.chars().count();
        if chars > most {
            let message = format!("`{name}` has {chars} characters; at most {most} are allowed.");
            self.problems.push(Problem::invalid(name, "maxLength", message));
            return None;
        }
        Some(text)
    }

    /// `limit` and `offset`.
    pub(crate) fn range(&mut self) -> (u32, u64) {
        let limit = self.number("limit", 1, MAX_LIMIT).and_then(|limit| u32::try_from(limit).ok());
        let offset = self.number("offset", 0, MAX_OFFSET);
        (limit.unwrap_or(DEFAULT_LIMIT), offset.unwrap_or(0))
    }

    /// All faults, among them each parameter that nobody asked for.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        for (name, _) in &self.pairs {
            let nearest = self.problems.nearest(name, self.known.iter().copied());
            let message = match nearest {
                Some(nearest) => format!("There is no query parameter {}; did you mean `{nearest}`?", quote(name)),
                None if self.known.is_empty() => format!("There is no query parameter {}; remove it.", quote(name)),
                None => {
                    format!("There is no query parameter {}; there are {}.", quote(name), self.known.join(", "))
                }
            };
            self.problems.push(Problem::invalid(name.as_str(), "unknownParameter", message));
        }
        if self.problems.has_errors() { Err(Failure::of_problems(self.problems.into_sorted())) } else { Ok(()) }
    }
}

/// Undoes the encoding of a query's name or value; `None` when that is no UTF-8.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let (decoded, after) = match (byte, after) {
            (b'%', [high, low, after @ ..]) => {
                let digits = (char::from(*high).to_digit(16), char::from(*low).to_digit(16));
                let (Some(high), Some(low)) = digits else { return None };
                (u8::try_from(high << 4 | low).ok()?, after)
            }
            (b'%', _) => return None,
            (b'+', after) => (b' ', after),
            (byte, after) => (byte, after),
        };
        bytes.push(decoded);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

/// The version that a change is made on: `If-Match: "3"`, or the bare number.
#[derive(Debug)]
pub(crate) struct IfMatch(pub(crate) u32);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<IfMatch, Failure> {
        let mut given = parts.headers.get_all(header::IF_MATCH).iter();
        let Some(first) = given.next() else {
            let message =
                "A change names the version that it is made on. Send the plan's `version` as `If-Match: \"3\"`.";
            return Err(Failure::new(StatusCode::PRECONDITION_REQUIRED, "PRECONDITION_REQUIRED", message));
        };
        let text = first.to_str().unwrap_or_default().trim();
        let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        let digits = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit());
        match bare.parse() {
            Ok(version) if digits && version > 0 && given.next().is_none() => Ok(IfMatch(version)),
            Ok(_) | Err(_) => {
                let message = format!("`If-Match` is {}; it must be one version's number, as `\"3\"`.", quote(text));
                Err(Failure::invalid("If-Match", "pattern", message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn range(query: &str) -> Result<(u32, u64), Failure> {
        let mut query = Query::parse(query);
        let range = query.range();
        query.finish().map(|()| range)
    }

    #[test]
    fn a_page_has_its_limits() {
        assert_eq!(range("").unwrap(), (20, 0));
        assert_eq!(range("limit=100&offset=7").unwrap(), (100, 7));
        let wrong = [
            "limit=0",
            "limit=101",
            "limit=-1",
            "limit=abc",
            "limit=",
            "limit=+5",
            "limit=1.0",
            "limit=99999999999999999999",
        ];
        for wrong in wrong {
            let failure = range(wrong).expect_err(wrong);
            assert_eq!((failure.status.as_u16(), failure.code), (400, "VALIDATION_ERROR"), "{wrong}");
            assert_eq!(failure.details.field.as_deref(), Some("limit"), "{wrong}");
        }
        assert_eq!(range("offset=-1").expect_err("offset").details.rule.as_deref(), Some("minimum"));
    }

    #[test]
    fn unknown_and_double_parameters_are_faults() {
        let failure = range("limt=5").expect_err("unknown");
        assert!(failure.message.contains("did you mean `limit`?"), "{}", failure.message);
        assert_eq!(range("limit=5&limit=6").expect_err("double").details.rule.as_deref(), Some("duplicate"));
        assert_eq!(range("limit=0&offset=x").expect_err("two").details.issues.len(), 2);
    }

    #[test]
    fn names_and_values_are_decoded() {
        let mut query = Query::parse("tags=a%2Cb,+c%20d%C3%A9,,&search=x%zz&q=%ff");
        assert_eq!(query.list("tags"), ["a", "b", "c dé"]);
        assert_eq!(query.text("search"), None);
        assert_eq!(query.finish().expect_err("encoding").details.issues.len(), 2);
    }

    #[tokio::test]
    async fn if_match_takes_a_version_in_both_forms() {
        async fn read(value: Option<&str>) -> Result<u32, Failure> {
            let mut request = Request::put("/");
            if let Some(value) = value {
                request = request.header(header::IF_MATCH, value);
            }
            let (mut parts, ()) = request.body(()).unwrap().into_parts();
            IfMatch::from_request_parts(&mut parts, &()).await.map(|IfMatch(version)| version)
        }
        assert_eq!(read(Some("\"3\"")).await.unwrap(), 3);
        assert_eq!(read(Some("3")).await.unwrap(), 3);
        assert_eq!(read(None).await.expect_err("none").status, 428);
        for wrong in ["*", "W/\"3\"", "\"3", "0", "3, 4", "x", "", "99999999999"] {
            assert_eq!(read(Some(wrong)).await.expect_err(wrong).status, 400, "{wrong}");
        }
    }
}
