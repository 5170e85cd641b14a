//! The simulator: the same every time, plain about itself, and adjustable.

use planloom_core::failure::FailureCode;
use planloom_core::usage::Usage;
use planloom_providers::{
    Answer, Call, CallError, CallKind, Marks, Provider, ProviderConfig, SIMULATED, SimulatedFailure, SimulatorConfig,
    instance,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::time::Instant;

fn simulator(config: SimulatorConfig) -> Arc<dyn Provider> {
    ProviderConfig::Simulator(config).build().unwrap()
}

fn call() -> Call {
    Call {
        task_id: "dt_task_1".to_owned(),
        attempt: 1,
        model_id: "claude-haiku-5-5".to_owned(),
        prompt: "Summarise this contract in three sentences: 漢字".to_owned(),
        max_tokens: 8_192,
        ..Call::default()
    }
}

/// Polls once, without any runtime.
fn at_once(config: &SimulatorConfig, call: &Call) -> Result<Answer, CallError> {
    let provider = simulator(config.clone());
    let mut streamed = String::new();
    let mut sink = |piece: &str| streamed.push_str(piece);
    let mut future = provider.call(call, &mut sink);
    let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("not ready at once")
    };
    drop(future);
    if let Ok(answer) = &result {
        assert_eq!(streamed, answer.text);
    }
    result
}

#[test]
fn the_answer_is_plain_and_the_same_every_time() {
    let config = SimulatorConfig::default();
    let answer = at_once(&config, &call()).unwrap();
    assert_eq!(
        answer.text,
        "[simulated] No model was called. This stands in for the answer of claude-haiku-5-5 to “Summarise this contract in three sentences: 漢字” (b17746e9)."
    );
    assert_eq!(answer, at_once(&config, &call()).unwrap());
    assert_eq!(answer.usage, Usage { input: 13, output: 39, ..Usage::default() });
    assert_eq!((answer.truncated, answer.stop_reason.as_str()), (false, "end_turn"));
    let mut texts: Vec<String> = [
        call(),
        Call { prompt: "Another".to_owned(), ..call() },
        Call { model_id: "claude-opus-5-5".to_owned(), ..call() },
        Call { system: Some("Be brief.".to_owned()), ..call() },
    ]
    .iter()
    .map(|call| at_once(&config, call).unwrap().text)
    .collect();
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), 4);
}

#[test]
fn a_long_prompt_is_quoted_short() {
    let answer = at_once(&SimulatorConfig::default(), &Call { prompt: "ä\n".repeat(500_000), ..call() }).unwrap();
    assert!(answer.text.contains("ä ä") && answer.text.contains("…”") && answer.text.len() < 400, "{}", answer.text);
}

#[test]
fn tokens_set_the_length_and_max_tokens_cuts_it() {
    let config = SimulatorConfig { output_tokens: Some(1_000), ..SimulatorConfig::default() };
    let answer = at_once(&config, &call()).unwrap();
    assert_eq!((answer.usage.output, answer.truncated, answer.text.len()), (1_000, false, 4_000));
    let answer = at_once(&config, &Call { max_tokens: 10, ..call() }).unwrap();
    assert_eq!((answer.usage.output, answer.truncated, answer.text.len()), (10, true, 40));
    assert_eq!(answer.stop_reason, "max_tokens");
    let config = SimulatorConfig { output_tokens: Some(u32::MAX), ..SimulatorConfig::default() };
    let error = at_once(&config, &Call { max_tokens: u32::MAX, ..call() }).unwrap_err();
    assert_eq!(error.code, FailureCode::OutputTooLarge);
}

#[test]
fn a_scoring_call_gets_the_marks() {
    let marks = Marks { factual_consistency: 0.5, prompt_adherence: 1.0, completeness: 0.75, formatting: 0.0 };
    let score = Call { kind: CallKind::Score, json_schema: Some(json!({"type": "object"})), ..call() };
    let answer = at_once(&SimulatorConfig { marks, ..SimulatorConfig::default() }, &score).unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&answer.text).unwrap(),
        json!({"factualConsistency": 0.5, "promptAdherence": 1, "completeness": 0.75, "formatting": 0, "summary": "[simulated] No model judged this."})
    );
}

#[test]
fn failures_are_played_as_set() {
    let fail = |failure: SimulatedFailure| SimulatorConfig { failures: vec![failure], ..SimulatorConfig::default() };
    let overloaded = SimulatedFailure {
        first_attempts: Some(2),
        status: Some(529),
        retry_after_ms: Some(50),
        ..SimulatedFailure::new(FailureCode::ProviderOverloaded)
    };
    for (attempt, fails) in [(1, true), (2, true), (3, false)] {
        let result = at_once(&fail(overloaded.clone()), &Call { attempt, ..call() });
        assert_eq!(result.is_err(), fails);
        if let Err(error) = result {
            assert_eq!((error.code, error.status, error.retryable), (FailureCode::ProviderOverloaded, Some(529), true));
            assert_eq!(error.retry_after_ms, Some(50));
            assert!(error.message.starts_with(SIMULATED));
        }
    }
    for (status, retryable) in [(500, true), (501, false), (404, false)] {
        let error = SimulatedFailure { status: Some(status), ..SimulatedFailure::new(FailureCode::ProviderError) };
        assert_eq!(at_once(&fail(error), &call()).unwrap_err().retryable, retryable);
    }
    let score = SimulatedFailure { kind: CallKind::Score, ..SimulatedFailure::new(FailureCode::ModelRefused) };
    assert!(at_once(&fail(score.clone()), &call()).is_ok());
    assert!(at_once(&fail(score), &Call { kind: CallKind::Score, ..call() }).is_err());
}

#[test]
fn a_rate_fails_its_share_and_always_the_same() {
    let failure = SimulatedFailure { rate: 0.2, ..SimulatedFailure::new(FailureCode::ProviderError) };
    let config = SimulatorConfig { failures: vec![failure], ..SimulatorConfig::default() };
    let failed = || -> Vec<usize> {
        (0..2_000)
            .filter(|task| at_once(&config, &Call { task_id: format!("dt_task_{task}"), ..call() }).is_err())
            .collect()
    };
    assert!((300..500).contains(&failed().len()), "{}", failed().len());
    assert_eq!(failed(), failed());
}

#[tokio::test(start_paused = true)]
async fn a_delay_streams_its_pieces_and_ends_on_time() {
    let provider = simulator(SimulatorConfig { delay_ms: 100, ..SimulatorConfig::default() });
    let call = call();
    let start = Instant::now();
    let mut pieces: Vec<(Duration, String)> = Vec::new();
    let mut sink = |piece: &str| pieces.push((start.elapsed(), piece.to_owned()));
    let answer = provider.call(&call, &mut sink).await.unwrap();
    assert_eq!(pieces.iter().map(|(_, piece)| piece.as_str()).collect::<String>(), answer.text);
    assert_eq!(pieces.len(), 8);
    assert!(start.elapsed() < Duration::from_millis(102), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_simulated_timeout_never_answers() {
    let failures = vec![SimulatedFailure::new(FailureCode::Timeout)];
    let provider = simulator(SimulatorConfig { failures, ..SimulatorConfig::default() });
    let call = call();
    let mut sink = |_: &str| {};
    assert!(tokio::time::timeout(Duration::from_secs(86_400), provider.call(&call, &mut sink)).await.is_err());
}

#[test]
fn directives_are_obeyed_only_where_settings_allow_it() {
    let said = |prompt: &str| Call { prompt: prompt.to_owned(), ..call() };
    let on = SimulatorConfig { directives: true, ..SimulatorConfig::default() };
    let output = said("Say it. [[sim:output=a=b, {{c}}, d]] Thanks.");
    assert_eq!(at_once(&on, &output).unwrap().text, "a=b, {{c}}, d");
    assert!(at_once(&SimulatorConfig::default(), &output).unwrap().text.starts_with(SIMULATED));

    let fail = said("[[sim:fail=500,times=2,retry_after=7]]");
    let error = at_once(&on, &fail).unwrap_err();
    assert_eq!(
        (error.code, error.status, error.retryable, error.retry_after_ms),
        (FailureCode::ProviderError, Some(500), true, Some(7))
    );
    assert!(at_once(&on, &Call { attempt: 3, ..fail.clone() }).is_ok());
    assert!(at_once(&on, &Call { kind: CallKind::Score, ..fail }).is_ok());
    let refused = at_once(&on, &said("[[sim:fail=MODEL_REFUSED]]")).unwrap_err();
    assert_eq!((refused.code, refused.retryable), (FailureCode::ModelRefused, false));
    assert_eq!(at_once(&on, &said("[[sim:output= ]]")).unwrap_err().code, FailureCode::EmptyOutput);

    let judged = Call { kind: CallKind::Score, ..said("[[sim:tokens=3,output=x]] [[sim:marks=0.9,0.8,0.7,1]]") };
    let marks: Value = serde_json::from_str(&at_once(&on, &judged).unwrap().text).unwrap();
    assert_eq!(marks["promptAdherence"], json!(0.8));
    assert_eq!(at_once(&on, &Call { kind: CallKind::Call, ..judged }).unwrap().text, "x");

    for nonsense in
        ["[[sim:", "[[sim:]]", "[[sim:fail=]]", "[[sim:marks=1,2]]", "[[sim:delay=soon,tokens=]]", "[[sim:what=1]]"]
    {
        assert!(at_once(&on, &said(nonsense)).is_ok(), "{nonsense}");
    }
}

fn fits(schema: &Value) {
    let value = instance(schema);
    let validator = jsonschema::options().should_validate_formats(true).build(schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{schema} got {value}: {errors:?}");
}

#[test]
fn a_schema_gets_a_value_that_fits() {
    for schema in [
        json!({"type": "object", "properties": {"risk": {"enum": ["low", "high"]}, "score": {"type": "number", "minimum": 0.5}, "note": {"type": "string"}}, "required": ["risk", "score"], "additionalProperties": false}),
        json!({"type": "array", "items": {"$ref": "#/$defs/clause"}, "minItems": 3, "$defs": {"clause": {"type": "object", "required": ["title"], "properties": {"title": {"type": "string", "minLength": 20, "maxLength": 30}}}}}),
        json!({"type": "string", "maxLength": 3}),
        json!({"type": ["null", "integer"], "exclusiveMinimum": 4}),
        json!({"type": "integer", "multipleOf": 7, "minimum": 15}),
        json!({"type": "integer", "maximum": -3}),
        json!({"type": "number", "exclusiveMaximum": 0}),
        json!({"type": "number", "exclusiveMinimum": 0, "maximum": 0.1}),
        json!({"const": {"a": 1}}),
        json!({"anyOf": [{"type": "null"}, {"type": "string", "format": "date-time"}]}),
        json!({"oneOf": [{"type": "string", "format": "email"}, {"type": "number"}]}),
        json!({"type": "object", "properties": {"kind": {"const": "a"}}, "required": ["kind"], "oneOf": [{"properties": {"n": {"type": "integer"}}, "required": ["n"]}]}),
        json!({"allOf": [{"type": "object", "required": ["a"], "properties": {"a": {"type": "boolean"}}}, {"required": ["b"], "properties": {"b": {"type": "null"}}}]}),
        json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "minItems": 2}),
        json!({"type": "object", "properties": {"child": {"$ref": "#"}}}),
        json!({"type": "object", "required": ["x"], "additionalProperties": {"type": "integer"}}),
        json!({"properties": {"a": {"type": "string", "format": "uuid"}}, "required": ["a"]}),
        json!(true),
        json!({}),
    ] {
        fits(&schema);
        let answer =
            at_once(&SimulatorConfig::default(), &Call { json_schema: Some(schema.clone()), ..call() }).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&answer.text).unwrap(), instance(&schema));
    }
    // Endless and false schemas have no value; what comes is small all the same.
    assert_eq!(instance(&json!(false)), json!({}));
    let endless = json!({"type": "object", "properties": {"child": {"$ref": "#"}}, "required": ["child"]});
    assert!(instance(&endless).to_string().len() < 1_000);
}

fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({"type": "boolean"})),
        Just(json!({"type": "null"})),
        (0u64..30, 0u64..30)
            .prop_map(|(least, more)| json!({"type": "string", "minLength": least, "maxLength": least + more})),
        (-50i64..50, 0i64..50)
            .prop_map(|(least, more)| json!({"type": "integer", "minimum": least, "maximum": least + more})),
        (-50i64..50).prop_map(|above| json!({"type": "number", "exclusiveMinimum": above})),
        (-50i64..50, 1i64..9)
            .prop_map(|(least, step)| json!({"type": "integer", "minimum": least, "multipleOf": step})),
        (-50i64..50, 1i64..9).prop_map(|(most, step)| json!({"type": "integer", "maximum": most, "multipleOf": step})),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            (inner.clone(), 0u64..4)
                .prop_map(|(items, least)| json!({"type": "array", "items": items, "minItems": least})),
            prop::collection::vec((inner.clone(), any::<bool>()), 0..5).prop_map(|fields| {
                let names = |index: usize| format!("f{index}");
                let properties: serde_json::Map<String, Value> =
                    fields.iter().enumerate().map(|(index, (schema, _))| (names(index), schema.clone())).collect();
                let required: Vec<String> = fields
                    .iter()
                    .enumerate()
                    .filter(|(_, (_, required))| *required)
                    .map(|(index, _)| names(index))
                    .collect();
                json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
            }),
            prop::collection::vec(inner, 1..4).prop_map(|branches| json!({"anyOf": branches})),
        ]
    })
}

proptest! {
    #[test]
    fn any_common_schema_gets_a_value_that_fits(schema in schema()) {
        fits(&schema);
    }
}
