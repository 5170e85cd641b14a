//! The strict reader, on a body of its own kind.

use planloom_core::check::Problems;
use planloom_core::fields::{Given, Reader};
use serde_json::{Value, json};

fn read(body: &Value, read: impl FnOnce(&mut Reader<'_, '_>)) -> Vec<String> {
    let mut problems = Problems::default();
    if let Some(mut reader) = Reader::object(body, "", &mut problems) {
        read(&mut reader);
        reader.finish();
    }
    problems
        .into_sorted()
        .into_iter()
        .map(|problem| format!("{} {} {}", problem.field, problem.rule, problem.message))
        .collect()
}

#[test]
fn what_is_right_is_read() {
    let body = json!({"reason": "x", "retry": true, "undoMs": 3e4, "rate": 0, "reviewerId": null, "tags": ["a"], "on": {"n": 1}, "id": 5});
    let told = read(&body, |reader| {
        reader.ignore(&["id"]);
        assert_eq!(reader.text("reason", 1..=10), Some("x"));
        assert_eq!(reader.optional_bool("retry"), Some(true));
        assert_eq!(reader.optional_u64("undoMs", 0..=30_000), Some(30_000));
        assert_eq!(reader.optional_f64("rate", 0.0..=1.0), Some(0.0));
        assert_eq!(reader.null_or("reviewerId"), Given::Null);
        assert_eq!(reader.null_or("comment"), Given::Absent);
        assert_eq!(reader.optional_texts("tags", 0..=1, 1..=1), Some(vec!["a"]));
        let mut inner = reader.optional_object("on").unwrap();
        assert_eq!(inner.optional_u32("n", 1..=1), Some(1));
        inner.finish();
    });
    assert_eq!(told, [""; 0]);
}

#[test]
fn what_is_wrong_is_told_with_what_is_expected() {
    let body = json!({"reason": 5, "retry": "no", "undoMs": 30_001, "rate": "x", "tags": ["a", 1, ""], "on": [], "with space": 1});
    let told = read(&body, |reader| {
        assert_eq!(reader.text("reason", 1..=10), None);
        assert_eq!(reader.optional_bool("retry"), None);
        assert_eq!(reader.optional_u64("undoMs", 0..=30_000), None);
        assert_eq!(reader.optional_f64("rate", 0.0..=1.0), None);
        assert_eq!(reader.optional_texts("tags", 0..=5, 1..=1), Some(vec!["a", "", ""]));
        assert!(reader.optional_object("on").is_none());
        assert_eq!(reader.string("comment"), None);
    });
    assert_eq!(
        told,
        [
            "tags[1] type `tags[1]` must be a string; it is a number.",
            "tags[2] minLength `tags[2]` must not be empty.",
            "reason type `reason` must be a string; it is a number.",
            "retry type `retry` must be true or false; it is a string.",
            "undoMs maximum `undoMs` must be a whole number from 0 to 30000; it is `30001`.",
            "rate type `rate` must be a number; it is a string.",
            "on type `on` must be an object; it is an array.",
            "comment required `comment` is missing; it is required.",
            "[\"with space\"] unknownField There is no field `[\"with space\"]`; the fields are reason, retry, undoMs, rate, tags, on, comment.",
        ]
    );
    assert_eq!(read(&json!(3), |_| ()), [" type The body must be an object; it is a number."]);
}
