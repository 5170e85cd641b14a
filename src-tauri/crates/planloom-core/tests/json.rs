//! JSON from outside: what is refused, where, and what counts as the same document.

use planloom_core::json::{canonical, parse, without_fence};
use proptest::prelude::*;
use serde_json::{Value, json};

fn refused(bytes: &[u8]) -> (usize, usize, String) {
    let error = parse(bytes).expect_err("a refusal");
    (error.line, error.column, error.message)
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, line, column, words) in [
        (&b"{\"a\":}"[..], 1, 6, "expected value"),
        (b"{\n  \"a\": 1,\n  b: 2}", 3, 3, "key must be a string"),
        ("{\"ä\": tru}".as_bytes(), 1, 10, "expected ident"),
        (b"", 1, 1, "EOF"),
        (b"[1", 1, 3, "EOF"),
        (b"[1] x", 1, 5, "trailing characters"),
        (b"\"a\xff\"", 1, 3, "UTF-8"),
        (b"{\"a\": 1, \"b\": {\"c\": 1, \"\\u0063\": 2}}", 1, 24, "`c` occurs twice"),
        (b"[{\"a\":{\"x\":1}},{\"a\":1,\n\"a\":2}]", 2, 1, "`a` occurs twice"),
        (b"\"\\ud800\"", 1, 8, "hex escape"),
        (b"NaN", 1, 1, "expected value"),
    ] {
        let (at_line, at_column, message) = refused(text);
        assert!(message.contains(words), "{message}");
        assert_eq!((at_line, at_column), (line, column), "{} {message}", String::from_utf8_lossy(text));
    }
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse(nested(128).as_bytes()).is_ok());
    assert_eq!(refused(nested(129).as_bytes()).1, 129);
    assert!(refused(nested(10_000).as_bytes()).2.contains("128 levels"));
    assert!(refused("{\"a\":".repeat(100_000).as_bytes()).2.contains("128 levels"));
    assert!(parse(format!("\"{}\"", "[".repeat(1_000)).as_bytes()).is_ok());
}

#[test]
fn numbers_keep_their_digits_and_are_compared_by_value() {
    assert_eq!(parse(b"[1.10, 12345678901234567890123]").unwrap().to_string(), "[1.10,12345678901234567890123]");
    let same = |one: &str, other: &str| {
        canonical(&parse(one.as_bytes()).unwrap()) == canonical(&parse(other.as_bytes()).unwrap())
    };
    assert!(same(r#"{"a": 1.0, "b": [2e1]}"#, r#"{"b":[20],"a":1}"#));
    assert!(!same("12345678901234567890123", "12345678901234567890124"));
    assert!(!same("[1,2]", "[2,1]"));
    assert!(!same("1", "\"1\""));
}

#[test]
fn a_fence_is_taken_off_only_when_it_is_all_around() {
    for (text, bare) in [
        ("```json\n{}\n```", "{}"),
        ("  ```\n{}\n```  \n", "{}"),
        ("````\n```\n````", "```"),
        ("```json {} ```", "```json {} ```"),
        ("words\n```\n{}\n```", "words\n```\n{}\n```"),
        ("```json\n{}", "```json\n{}"),
        ("```\n```", ""),
        ("{}", "{}"),
    ] {
        assert_eq!(without_fence(text), bare, "{text:?}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec((".{0,6}", inner), 0..8).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(value in any_json()) {
        let text = value.to_string();
        prop_assert_eq!(&parse(text.as_bytes()).unwrap(), &value);
        let again = parse(canonical(&value).as_bytes()).unwrap();
        prop_assert_eq!(canonical(&again), canonical(&value));
    }

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn broken_json_never_panics(value in any_json(), cut in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = value.to_string().into_bytes();
        let at = cut.index(bytes.len());
        bytes[at] = byte;
        if let Err(error) = parse(&bytes) {
            prop_assert!(error.line >= 1 && error.column >= 1);
        }
    }

    #[test]
    fn a_double_key_is_always_found(value in any_json(), key in ".{0,6}") {
        let name = Value::from(key.as_str());
        let text = format!("{{{name}:{value},\"other key\":1,{name}:{value}}}");
        prop_assert!(parse(text.as_bytes()).unwrap_err().message.contains("twice"));
        prop_assert_eq!(parse(json!({"a": value}).to_string().as_bytes()).unwrap(), json!({"a": value}));
    }
}
