//! Starting an execution: what the input lacks, what the body says wrongly, and how reviews are merged.

mod common;

use common::{KNOWN, plan, steps, told};
use planloom_core::plan::{Channel, Hitl, OnTimeout, Options};
use planloom_core::request::{ExecuteRequest, plan_version, read};
use serde_json::{Value, json};

fn request(document: &Value, body: Value) -> ExecuteRequest {
    read(&body, &plan(document), &KNOWN).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn refused(document: &Value, body: Value) -> Vec<String> {
    told(&read(&body, &plan(document), &KNOWN).expect_err("a refusal"))
}

#[test]
fn the_documents_body_is_right() {
    let body = json!({
        "input": {"contract": "Full text of the contract..."},
        "hitl": {"requiredFor": ["analyze"], "confidenceThreshold": 0.85, "timeoutMs": 3_600_000,
            "notifyChannels": ["email", "dashboard"]},
        "options": {"timeoutMs": 300_000, "dryRun": false},
    });
    let read = request(&common::contract_review(), body);
    assert_eq!(read.input, json!({"contract": "Full text of the contract..."}));
    assert_eq!(
        read.hitl,
        Hitl {
            required_for: vec!["analyze".to_owned()],
            confidence_threshold: Some(0.85),
            timeout_ms: Some(3_600_000),
            notify_channels: vec![Channel::Email, Channel::Dashboard],
            ..Hitl::default()
        }
    );
    assert_eq!(read.options, Options { timeout_ms: Some(300_000), dry_run: Some(false), ..Options::default() });
    assert_eq!((read.plan_version, read.warnings.len()), (None, 0));
}

#[test]
fn nothing_at_all_is_a_body() {
    let read = request(&steps(json!([{"id": "a", "prompt": "x"}])), json!({}));
    assert_eq!((read.input, read.hitl, read.options), (json!({}), Hitl::default(), Options::default()));
}

#[test]
fn every_fault_of_a_body_is_told() {
    let document = common::contract_review();
    let body = json!({
        "input": {},
        "hitl": {"requiredFor": ["analyse", "extract"], "confidenceThreshold": 2, "notifyChannels": ["sms"], "evaluator": "haikoo"},
        "options": {"timeoutMs": 0, "dryrun": true, "maxCost": -1, "simulate": 1},
        "planVersion": 0,
        "inputs": {},
    });
    assert_eq!(
        refused(&document, body),
        [
            "VALIDATION_ERROR hitl.confidenceThreshold",
            "VALIDATION_ERROR hitl.notifyChannels[0]",
            "INVALID_MODEL hitl.evaluator",
            "MISSING_INPUT input.contract",
            "VALIDATION_ERROR options.timeoutMs",
            "VALIDATION_ERROR options.maxCost",
            "VALIDATION_ERROR options.simulate",
            "VALIDATION_ERROR options.dryrun",
            "VALIDATION_ERROR planVersion",
            "VALIDATION_ERROR inputs",
            "UNKNOWN_STEP hitl.requiredFor[0]",
        ]
    );
    assert_eq!(refused(&document, json!([])), ["VALIDATION_ERROR "]);
    assert_eq!(refused(&document, json!({"input": "text"})), ["VALIDATION_ERROR input"]);
}

#[test]
fn the_version_is_read_before_the_rest() {
    assert_eq!(plan_version(&json!({"planVersion": 3})), Some(3));
    for body in
        [json!({}), json!({"planVersion": null}), json!({"planVersion": 0}), json!({"planVersion": "3"}), json!(3)]
    {
        assert_eq!(plan_version(&body), None);
    }
}

#[test]
fn the_body_lies_over_the_plan_field_by_field() {
    let mut document = steps(json!([{"id": "a", "prompt": "x"}, {"id": "b", "prompt": "x"}]));
    document["hitl"] = json!({"requiredFor": ["a"], "confidenceThreshold": 0.85, "timeoutMs": 5, "notifyChannels": ["email"],
        "onTimeout": "reject", "evaluator": "opus", "spotCheckRate": 0.05});
    let from_plan = plan(&document).plan().hitl.clone().unwrap();
    for body in [json!({}), json!({"hitl": null}), json!({"hitl": {}})] {
        assert_eq!(request(&document, body).hitl, from_plan);
    }
    let over = request(
        &document,
        json!({"hitl": {"requiredFor": ["b", "a"], "confidenceThreshold": 0.7, "notifyChannels": []}}),
    );
    assert_eq!(over.hitl.required_for, ["a", "b"]);
    assert_eq!((over.hitl.confidence_threshold, over.hitl.timeout_ms), (Some(0.7), Some(5)));
    assert_eq!((over.hitl.notify_channels.as_slice(), over.hitl.on_timeout), (&[][..], Some(OnTimeout::Reject)));
    let cleared = request(
        &document,
        json!({"hitl": {"requiredFor": null, "confidenceThreshold": null, "timeoutMs": null, "notifyChannels": null,
            "onTimeout": null, "evaluator": null, "spotCheckRate": null}}),
    );
    assert_eq!(cleared.hitl, Hitl { required_for: vec!["a".to_owned()], ..Hitl::default() });
    let idle = request(&document, json!({"hitl": {"confidenceThreshold": null, "timeoutMs": null}}));
    assert_eq!(
        told(&idle.warnings),
        ["VALIDATION_ERROR hitl.onTimeout", "VALIDATION_ERROR hitl.evaluator", "VALIDATION_ERROR hitl.spotCheckRate"]
    );
}

fn with_inputs() -> Value {
    json!({
        "name": "plan",
        "inputSchema": {
            "type": "object",
            "properties": {
                "language": {"type": "string", "default": "en"},
                "amount": {"type": "number", "minimum": 1},
                "note": {"type": "string"},
            },
            "required": ["amount", "purpose"],
        },
        "steps": [
            {"id": "a", "prompt": "{{input.language}} {{input.amount}} {{input.contract.text}} {{input.contract}} {{input.tone | default('plain')}}"},
            {"id": "b", "prompt": "{{input.amount}} {{ input.list[0] }}", "system": "{{ input.who-is }}",
             "condition": "input.flag is defined and input.flag"},
        ],
    })
}

#[test]
fn what_the_templates_need_is_known_before_any_call() {
    let plan = plan(&with_inputs());
    let uses: Vec<(String, bool)> = plan.inputs().iter().map(|input| (input.field(), input.required)).collect();
    let uses: Vec<(&str, bool)> = uses.iter().map(|(field, required)| (field.as_str(), *required)).collect();
    assert_eq!(
        uses,
        [
            ("input.language", false),
            ("input.amount", true),
            ("input.contract.text", true),
            ("input.contract", true),
            ("input.tone", false),
            ("input.list[0]", true),
            ("input.who-is", true),
            ("input.flag", false),
        ]
    );
    assert_eq!(
        plan.missing_inputs(&json!({})),
        ["input.amount", "input.contract.text", "input.list[0]", "input.who-is"]
    );
    assert_eq!(
        plan.missing_inputs(&json!({"amount": null, "contract": "text", "list": [], "who-is": ""})),
        ["input.contract.text", "input.list[0]"]
    );
}

#[test]
fn missing_inputs_come_before_a_mismatch() {
    assert_eq!(
        refused(&with_inputs(), json!({"input": {"note": 5, "list": [1], "who-is": 1}})),
        [
            "MISSING_INPUT input.amount",
            "MISSING_INPUT input.contract.text",
            "INPUT_SCHEMA_MISMATCH input.purpose",
            "INPUT_SCHEMA_MISMATCH input.note",
        ]
    );
}

#[test]
fn an_input_gets_the_defaults_of_the_schema() {
    let body = json!({"input": {"amount": 2.50, "purpose": "p", "contract": {"text": "t"}, "list": [1], "who-is": 1}});
    let read = request(&with_inputs(), body);
    assert_eq!(
        read.input,
        json!({"amount": 2.50, "purpose": "p", "contract": {"text": "t"}, "list": [1], "who-is": 1, "language": "en"})
    );
}

#[test]
fn digits_of_an_input_are_kept() {
    let body = planloom_core::json::parse(br#"{"input": {"n": 12345678901234567890.10}}"#).unwrap();
    let read = request(&steps(json!([{"id": "a", "prompt": "{{input.n}}"}])), body);
    assert_eq!(read.input.to_string(), r#"{"n":12345678901234567890.10}"#);
}
