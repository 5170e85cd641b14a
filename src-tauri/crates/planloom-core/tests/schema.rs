//! Schemas: what is refused, what a mismatch says, defaults, answers, and work that stays bounded.

use planloom_core::schema::Schema;
use serde_json::{Value, json};

fn schema(document: Value) -> Schema {
    Schema::compile(&document, "schema").expect("a usable schema")
}

/// The rule and the place of the first fault.
fn refused(document: Value) -> (String, String) {
    let issues = Schema::compile(&document, "schema").expect_err("a refusal");
    assert!(issues[0].message.ends_with('.'), "{}", issues[0].message);
    (issues[0].rule.clone(), issues[0].path.clone())
}

#[test]
fn wrong_schemas_are_refused_at_their_place() {
    for (document, rule, path) in [
        (json!({"type": "strin"}), "anyOf", "schema.type"),
        (json!({"properties": {"a": {"minimum": "x"}}}), "type", "schema.properties.a.minimum"),
        (json!({"$schema": "http://json-schema.org/draft-07/schema#"}), "$schema", "schema.$schema"),
        (json!({"$ref": "https://example.org/schema.json"}), "$ref", "schema.$ref"),
        (json!({"properties": {"a": {"$ref": "other.json"}}}), "$ref", "schema.properties.a.$ref"),
        (json!({"properties": {"a": {"$ref": "#/$defs/none"}}}), "$ref", "schema.properties.a.$ref"),
        (json!({"$defs": {"a": {"$id": "https://example.org/a"}}}), "$id", "schema.$defs.a.$id"),
        (json!({"$ref": "#"}), "$ref", "schema"),
        (
            json!({"$defs": {"a": {"allOf": [{"$ref": "#/$defs/b"}]}, "b": {"not": {"$ref": "#/$defs/a"}}}}),
            "$ref",
            "schema.$defs.a",
        ),
        (json!({"pattern": "("}), "format", "schema.pattern"),
    ] {
        assert_eq!(refused(document.clone()), (rule.to_owned(), path.to_owned()), "{document}");
    }
}

#[test]
fn a_mismatch_names_the_place_and_not_the_value() {
    let schema = schema(json!({
        "type": "object",
        "properties": {"amount": {"type": "number", "minimum": 1}, "items": {"items": {"type": "string"}}},
        "required": ["amount", "name"],
        "additionalProperties": false,
    }));
    let issues = schema.issues(&json!({"amount": "secret", "items": ["a", 1], "more": true}), "input");
    let told: Vec<(&str, &str)> = issues.iter().map(|issue| (issue.path.as_str(), issue.rule.as_str())).collect();
    assert!(told.contains(&("input.amount", "type")), "{told:?}");
    assert!(told.contains(&("input.items[1]", "type")), "{told:?}");
    assert!(told.contains(&("input.name", "required")), "{told:?}");
    assert!(told.contains(&("input", "additionalProperties")), "{told:?}");
    assert!(issues.iter().all(|issue| !issue.message.contains("secret")), "{issues:?}");
    assert!(
        schema
            .issues(&json!({"amount": 1, "name": "n"}), "input")
            .iter()
            .all(|issue| issue.rule == "additionalProperties")
    );
}

#[test]
fn numbers_are_compared_exactly() {
    let schema = schema(json!({"maximum": 0.1}));
    let number = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert!(schema.issues(&number("0.10"), "x").is_empty());
    assert_eq!(schema.issues(&number("0.1000000000000000000001"), "x").len(), 1);
}

#[test]
fn defaults_are_filled_in_at_every_depth() {
    let schema = schema(json!({
        "properties": {
            "language": {"default": "en"},
            "options": {"default": {}, "properties": {"tone": {"default": "plain"}}},
            "rows": {"items": {"$ref": "#/$defs/row"}},
            "kept": {"default": 1},
        },
        "allOf": [{"properties": {"extra": {"default": null}}}],
        "$defs": {"row": {"properties": {"n": {"default": 0}}}},
    }));
    let filled = schema.with_defaults(&json!({"rows": [{}, {"n": 5}], "kept": 2}));
    assert_eq!(
        filled,
        json!({"rows": [{"n": 0}, {"n": 5}], "kept": 2, "extra": null, "language": "en", "options": {"tone": "plain"}})
    );
}

#[test]
fn defaults_that_would_never_end_do() {
    let endless = schema(json!({
        "properties": {"a": {"default": {}, "$ref": "#"}, "b": {"default": {}, "$ref": "#"}},
    }));
    let filled = endless.with_defaults(&json!({}));
    assert!(filled.get("a").is_some());
}

#[test]
fn an_answer_is_read_with_and_without_a_fence() {
    let schema =
        schema(json!({"type": "object", "required": ["risk"], "properties": {"risk": {"enum": ["low", "high"]}}}));
    let bare = schema.read_answer(" {\"risk\": \"low\"}\n").unwrap();
    assert_eq!((bare.text.as_str(), bare.value), (" {\"risk\": \"low\"}\n", json!({"risk": "low"})));
    let fenced = schema.read_answer("```json\n{\"risk\": \"high\"}\n```\n").unwrap();
    assert_eq!((fenced.text.as_str(), fenced.value), ("{\"risk\": \"high\"}", json!({"risk": "high"})));
    let words = schema.read_answer("Here you are: {\"risk\": \"low\"}").unwrap_err();
    assert!(words.contains("line 1, column 1") && words.contains("one JSON document"), "{words}");
    let words = schema.read_answer("{\"risk\": \"none\"}").unwrap_err();
    assert!(words.contains("`answer.risk`"), "{words}");
}

#[test]
fn references_that_multiply_are_refused() {
    let mut defs = serde_json::Map::new();
    for level in 0..40 {
        let next = json!({"$ref": format!("#/$defs/a{}", level + 1)});
        defs.insert(format!("a{level}"), json!({"allOf": [next, next]}));
    }
    defs.insert("a40".to_owned(), json!({"type": "string"}));
    assert_eq!(refused(json!({"$defs": defs, "$ref": "#/$defs/a0"})).0, "$ref");
}

#[test]
fn work_that_multiplies_with_the_depth_of_the_value_is_cut_off() {
    let both = json!({"properties": {"x": {"$ref": "#"}}});
    let schema = schema(json!({"allOf": [both, both]}));
    let mut value = json!({});
    for _ in 0..100 {
        value = json!({"x": value});
    }
    assert_eq!(schema.issues(&value, "answer")[0].rule, "$ref");
    assert!(schema.issues(&json!({"x": {"x": {}}}), "answer").is_empty());
}

#[test]
fn a_pattern_that_backtracks_without_end_is_cut_off() {
    let schema = schema(json!({"pattern": "^(?=(a+)+$)(a|aa)+$"}));
    let text = format!("{}b", "a".repeat(5_000));
    assert!(!schema.issues(&json!(text), "answer").is_empty());
}

#[test]
fn long_chains_of_references_do_not_overflow_the_stack() {
    let chain = |length: usize, link: fn(Value) -> Value| {
        let mut defs = serde_json::Map::new();
        for level in 0..length {
            defs.insert(format!("a{level}"), link(json!({"$ref": format!("#/$defs/a{}", level + 1)})));
        }
        defs.insert(format!("a{length}"), json!({"type": "string"}));
        Schema::compile(&json!({"$defs": defs, "$ref": "#/$defs/a0"}), "schema").map(|_| ())
    };
    let below: fn(Value) -> Value = |next| json!({"properties": {"x": next}});
    assert_eq!(chain(1_000, below), Ok(()));
    assert_eq!(chain(20_000, below).unwrap_err()[0].rule, "size");
    assert_eq!(chain(90, |next| next), Ok(()));
    assert_eq!(chain(4_000, |next| next).unwrap_err()[0].rule, "$ref");
}

#[test]
fn a_deep_value_against_a_recursive_schema_does_not_overflow_the_stack() {
    let mut part = json!({"properties": {"x": {"$ref": "#"}}, "items": {"$ref": "#"}});
    for _ in 0..20 {
        part = json!({"allOf": [part]});
    }
    let schema = schema(part);
    let text = format!("{}{}", "[".repeat(128), "]".repeat(128));
    let value = planloom_core::json::parse(text.as_bytes()).unwrap();
    let issues = schema.issues(&value, "answer");
    assert_eq!(issues[0].rule, "$ref");
}
