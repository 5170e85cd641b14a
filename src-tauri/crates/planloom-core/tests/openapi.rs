//! The bounds that the API's description names are the ones that the check holds.

use planloom_core::limits;
use planloom_core::plan::{Hitl, Plan, Retry, Step};
use serde_json::{Value, json};
use utoipa::PartialSchema;

fn property<T: PartialSchema>(name: &str) -> Value {
    let schema = serde_json::to_value(T::schema()).unwrap();
    schema["properties"][name].clone()
}

/// Compared as numbers: `1.0` is `1`.
fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

#[test]
fn described_bounds_are_the_checked_ones() {
    assert_eq!(number(&property::<Step>("timeoutMs")["minimum"]), 1.0);
    assert_eq!(number(&property::<Step>("timeoutMs")["maximum"]), limits::DURATION_MS as f64);
    assert_eq!(number(&property::<Step>("maxTokens")["maximum"]), f64::from(limits::STEP_TOKENS));
    assert_eq!(number(&property::<Step>("temperature")["maximum"]), 2.0);
    assert_eq!(number(&property::<Retry>("maxAttempts")["maximum"]), f64::from(limits::ATTEMPTS));
    assert_eq!(number(&property::<Hitl>("confidenceThreshold")["maximum"]), 1.0);
    assert_eq!(property::<Plan>("name")["maxLength"], json!(limits::NAME_CHARS));
    assert_eq!(property::<Plan>("description")["maxLength"], json!(limits::DESCRIPTION_CHARS));
    assert_eq!(property::<Plan>("steps")["maxItems"], json!(limits::STEPS));
    assert_eq!(property::<Plan>("tags")["maxItems"], json!(limits::TAGS));
    assert!(property::<Step>("id")["pattern"].as_str().unwrap().starts_with("^[A-Za-z]"));
}
