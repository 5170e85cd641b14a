//! Paths and queries of the API, with what people typed put in safely.

use std::fmt::Write;

/// `/api/…` from parts that are escaped each.
pub fn path(parts: &[&str]) -> String {
    let mut path = "/api".to_owned();
    for part in parts {
        path.push('/');
        path.push_str(&escaped(part));
    }
    path
}

/// The parameters that are there, as `?a=b&c=d`.
pub fn query(parameters: &[(&str, Option<String>)]) -> String {
    let mut query = String::new();
    for (name, value) in parameters {
        if let Some(value) = value {
            query.push(if query.is_empty() { '?' } else { '&' });
            query.push_str(name);
            query.push('=');
            query.push_str(&escaped(value));
        }
    }
    query
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' => out.push(char::from(byte)),
            // A dot is safe but in a segment of dots alone, which would climb.
            b'.' if !text.bytes().all(|byte| byte == b'.') => out.push('.'),
            // Writing to a string cannot fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_stays_one_part() {
        assert_eq!(path(&["plans", "executions", "dt_exec_1"]), "/api/plans/executions/dt_exec_1");
        assert_eq!(path(&["plans", "../x?y#z ä"]), "/api/plans/..%2Fx%3Fy%23z%20%C3%A4");
        assert_eq!(path(&["plans", ".."]), "/api/plans/%2E%2E");
        assert_eq!(
            query(&[("a", Some("1&2=3".to_owned())), ("b", None), ("c", Some("x".to_owned()))]),
            "?a=1%262%3D3&c=x"
        );
        assert_eq!(query(&[]), "");
    }
}
