//! The check of a plan: an example for each code, all faults at once and in order, fixes that mend.

mod common;

use common::{apply, checked, contract_review, errors, plan, steps, told};
use planloom_core::check::{Problem, ProblemCode, RESERVED_STEP_IDS, Severity, is_step_id, read_plan};
use serde_json::{Value, json};

#[test]
fn the_documents_plan_is_right() {
    let plan = plan(&contract_review());
    let ids: Vec<&str> = plan.steps().iter().map(|step| &*step.id).collect();
    assert_eq!(ids, ["extract", "analyze", "report"]);
    assert_eq!(plan.levels(), [[0], [1], [2]]);
    assert_eq!(plan.index_of("report"), Some(2));
    assert_eq!(plan.steps()[2].depends_on, [1]);
    assert_eq!(plan.steps()[0].dependents, [1]);
    assert_eq!(plan.steps()[1].reads, [0]);
    let inputs: Vec<String> = plan.inputs().iter().map(|input| input.field()).collect();
    assert_eq!(inputs, ["input.contract"]);
    let written = serde_json::to_value(plan.plan()).unwrap();
    assert_eq!(written, contract_review());
}

#[test]
fn defaults_are_resolved_field_by_field() {
    let document = json!({
        "name": "plan",
        "defaults": {"model": "haiku", "timeoutMs": 5, "maxTokens": 7, "retry": {"maxAttempts": 9}},
        "steps": [
            {"id": "a", "prompt": "x"},
            {"id": "b", "prompt": "x", "model": "ollama:qwen", "queue": "bulk", "timeoutMs": 6, "maxTokens": 8,
             "retry": {"backoffMs": 0}, "requiresApproval": true},
        ],
    });
    let plan = plan(&document);
    let [a, b] = plan.steps() else { panic!() };
    assert_eq!((&*a.model, &*a.queue, a.timeout_ms, a.max_tokens), ("haiku", "default", 5, Some(7)));
    assert_eq!((a.max_attempts, a.backoff_ms, a.requires_approval), (9, 1_000, false));
    assert_eq!((&*b.model, &*b.queue, b.timeout_ms, b.max_tokens), ("ollama:qwen", "bulk", 6, Some(8)));
    assert_eq!((b.max_attempts, b.backoff_ms, b.requires_approval), (9, 0, true));
    let bare = common::plan(&steps(json!([{"id": "a", "prompt": "x"}])));
    let step = &bare.steps()[0];
    assert_eq!((&*step.model, step.timeout_ms, step.max_attempts, step.backoff_ms), ("sonnet", 300_000, 3, 1_000));
    assert_eq!((step.max_tokens, step.temperature), (None, None));
}

/// One step that is right but for what is laid over it.
fn step_with(fields: Value) -> Value {
    let mut step = json!({"id": "a", "prompt": "x"});
    for (name, value) in fields.as_object().unwrap() {
        step[name.as_str()] = value.clone();
    }
    steps(json!([step]))
}

fn plan_with(fields: Value) -> Value {
    let mut plan = steps(json!([{"id": "a", "prompt": "x"}]));
    for (name, value) in fields.as_object().unwrap() {
        plan[name.as_str()] = value.clone();
    }
    plan
}

#[test]
fn each_fault_of_form_is_told_with_its_field_and_rule() {
    let chars = |count: usize| "ä".repeat(count);
    for (document, field, rule) in [
        (json!([]), "", "type"),
        (json!({"steps": [{"id": "a", "prompt": "x"}]}), "name", "required"),
        (plan_with(json!({"name": ""})), "name", "minLength"),
        (plan_with(json!({"name": chars(101)})), "name", "maxLength"),
        (plan_with(json!({"name": 5})), "name", "type"),
        (plan_with(json!({"name": null})), "name", "required"),
        (plan_with(json!({"description": chars(2_001)})), "description", "maxLength"),
        (json!({"name": "x"}), "steps", "required"),
        (steps(json!([])), "steps", "minItems"),
        (steps(json!({})), "steps", "type"),
        (steps(json!(["a"])), "steps[0]", "type"),
        (steps(json!([{"prompt": "x"}])), "steps[0].id", "required"),
        (steps(json!([{"id": "a"}])), "steps[0].prompt", "required"),
        (step_with(json!({"prompt": ""})), "steps[0].prompt", "minLength"),
        (step_with(json!({"prompt": ["x"]})), "steps[0].prompt", "type"),
        (step_with(json!({"prompt": "x".repeat((1 << 20) + 1)})), "steps[0].prompt", "maxLength"),
        (step_with(json!({"system": "x".repeat((1 << 20) + 1)})), "steps[0].system", "maxLength"),
        (step_with(json!({"condition": ""})), "steps[0].condition", "minLength"),
        (step_with(json!({"dependOn": ["a"]})), "steps[0].dependOn", "unknownField"),
        (step_with(json!({"dependsOn": "a"})), "steps[0].dependsOn", "type"),
        (step_with(json!({"dependsOn": [1]})), "steps[0].dependsOn[0]", "type"),
        (step_with(json!({"timeoutMs": 0})), "steps[0].timeoutMs", "minimum"),
        (step_with(json!({"timeoutMs": -1})), "steps[0].timeoutMs", "minimum"),
        (step_with(json!({"timeoutMs": 1.5})), "steps[0].timeoutMs", "type"),
        (step_with(json!({"timeoutMs": "5"})), "steps[0].timeoutMs", "type"),
        (step_with(json!({"timeoutMs": 9_007_199_254_740_993_u64})), "steps[0].timeoutMs", "maximum"),
        (step_with(json!({"retry": {"maxAttempts": 0}})), "steps[0].retry.maxAttempts", "minimum"),
        (step_with(json!({"retry": {"maxAttempts": 101}})), "steps[0].retry.maxAttempts", "maximum"),
        (step_with(json!({"retry": {"backoff": 1}})), "steps[0].retry.backoff", "unknownField"),
        (step_with(json!({"retry": 3})), "steps[0].retry", "type"),
        (step_with(json!({"requiresApproval": "yes"})), "steps[0].requiresApproval", "type"),
        (step_with(json!({"maxTokens": 0})), "steps[0].maxTokens", "minimum"),
        (step_with(json!({"temperature": 2.1, "model": "local"})), "steps[0].temperature", "maximum"),
        (step_with(json!({"temperature": -0.1, "model": "local"})), "steps[0].temperature", "minimum"),
        (step_with(json!({"outputSchema": true})), "steps[0].outputSchema", "type"),
        (step_with(json!({"outputSchema": {"type": "objekt"}})), "steps[0].outputSchema.type", "anyOf"),
        (step_with(json!({"outputSchema": {"$ref": "https://example.org/x"}})), "steps[0].outputSchema.$ref", "$ref"),
        (step_with(json!({"id": "1a"})), "steps[0].id", "pattern"),
        (step_with(json!({"id": "Input"})), "steps[0].id", "reserved"),
        (step_with(json!({"dependsOn": []})), "", ""),
        (plan_with(json!({"tags": "a"})), "tags", "type"),
        (plan_with(json!({"tags": ["a,b"]})), "tags[0]", "pattern"),
        (plan_with(json!({"tags": ["a", ""]})), "tags[1]", "minLength"),
        (plan_with(json!({"tags": [chars(51)]})), "tags[0]", "maxLength"),
        (plan_with(json!({"tags": vec!["a"; 51]})), "tags", "maxItems"),
        (plan_with(json!({"inputSchema": {"required": "a"}})), "inputSchema.required", "type"),
        (plan_with(json!({"defaults": {"modle": "haiku"}})), "defaults.modle", "unknownField"),
        (plan_with(json!({"defaults": {"temperature": 3}})), "defaults.temperature", "maximum"),
        (plan_with(json!({"hitl": {"confidenceThreshold": 1.01}})), "hitl.confidenceThreshold", "maximum"),
        (plan_with(json!({"hitl": {"confidenceThreshold": "0.85"}})), "hitl.confidenceThreshold", "type"),
        (plan_with(json!({"hitl": {"timeoutMs": 0}})), "hitl.timeoutMs", "minimum"),
        (plan_with(json!({"hitl": {"notifyChannels": ["emial"]}})), "hitl.notifyChannels[0]", "enum"),
        (plan_with(json!({"hitl": {"onTimeout": "wait"}})), "hitl.onTimeout", "enum"),
        (plan_with(json!({"hitl": {"spotCheckRate": -1}})), "hitl.spotCheckRate", "minimum"),
        (plan_with(json!({"step": []})), "step", "unknownField"),
    ] {
        let found = errors(&document);
        if rule.is_empty() {
            assert!(found.is_empty(), "{found:?}");
            continue;
        }
        let short: String = document.to_string().chars().take(200).collect();
        assert_eq!(found.len(), 1, "{short} {found:#?}");
        assert_eq!((found[0].field.as_str(), found[0].rule.as_str()), (field, rule), "{short} {found:#?}");
        assert_eq!(found[0].code, ProblemCode::ValidationError);
        assert!(found[0].message.ends_with(['.', '?']), "{}", found[0].message);
    }
}

#[test]
fn each_fault_of_meaning_is_told_with_its_code_and_field() {
    use ProblemCode::*;
    let two = |b: Value| {
        let mut second = json!({"id": "b-1", "prompt": "x"});
        for (name, value) in b.as_object().unwrap() {
            second[name.as_str()] = value.clone();
        }
        steps(json!([{"id": "a", "prompt": "x"}, second]))
    };
    for (document, code, field) in [
        (step_with(json!({"model": "sonet"})), InvalidModel, "steps[0].model"),
        (plan_with(json!({"defaults": {"model": "gpt"}})), InvalidModel, "defaults.model"),
        (plan_with(json!({"hitl": {"evaluator": "haikou"}})), InvalidModel, "hitl.evaluator"),
        (step_with(json!({"queue": "bulc"})), InvalidQueue, "steps[0].queue"),
        (plan_with(json!({"defaults": {"queue": "fast"}})), InvalidQueue, "defaults.queue"),
        (two(json!({"dependsOn": ["c"]})), UnknownDependency, "steps[1].dependsOn[0]"),
        (two(json!({"dependsOn": ["a", "a"]})), ValidationError, "steps[1].dependsOn[1]"),
        (two(json!({"dependsOn": ["b-1"]})), CircularDependency, "steps[1].dependsOn[0]"),
        (two(json!({"id": "a"})), DuplicateStepId, "steps[1].id"),
        (two(json!({"prompt": "{{a.output}}"})), UndeclaredDependency, "steps[1].prompt"),
        (two(json!({"system": "{{a.output}}"})), UndeclaredDependency, "steps[1].system"),
        (two(json!({"condition": "'x' in a.output"})), UndeclaredDependency, "steps[1].condition"),
        (two(json!({"prompt": "{{ steps['a'].output }}"})), UndeclaredDependency, "steps[1].prompt"),
        (two(json!({"prompt": "{{b-1.output}}"})), UndeclaredDependency, "steps[1].prompt"),
        (two(json!({"prompt": "{{aa.output}}"})), UnknownReference, "steps[1].prompt"),
        (two(json!({"prompt": "{{a.output.risk}}", "dependsOn": ["a"]})), UnknownReference, "steps[1].prompt"),
        (two(json!({"prompt": "{{ steps[input.x].output }}"})), DynamicReference, "steps[1].prompt"),
        (two(json!({"prompt": "{{ input[input.x] }}"})), DynamicReference, "steps[1].prompt"),
        (two(json!({"prompt": "{% if %}"})), TemplateSyntax, "steps[1].prompt"),
        (two(json!({"condition": "a && b"})), TemplateSyntax, "steps[1].condition"),
        (plan_with(json!({"hitl": {"requiredFor": ["a", "b"]}})), UnknownStep, "hitl.requiredFor[1]"),
        (
            json!({"name": "p", "inputSchema": {"properties": {"text": {}}, "additionalProperties": false},
                   "steps": [{"id": "a", "prompt": "{{input.txt}}"}]}),
            UnknownReference,
            "steps[0].prompt",
        ),
    ] {
        let found = errors(&document);
        assert!(!found.is_empty(), "{document}");
        assert_eq!((found[0].code, found[0].field.as_str()), (code, field), "{document} {found:#?}");
        assert!(found[0].message.ends_with(['.', '?']), "{}", found[0].message);
        if field.starts_with("steps[1]") && code != DuplicateStepId {
            assert_eq!(found[0].step_id.as_deref(), Some("b-1"));
        }
    }
}

#[test]
fn the_nearest_name_is_proposed() {
    let message = |document: Value| errors(&document).remove(0).message;
    assert_eq!(
        message(steps(json!([{"id": "a", "prompt": "x"}, {"id": "b", "prompt": "x", "dependOn": ["a"]}]))),
        "There is no field `steps[1].dependOn`; did you mean `dependsOn`?"
    );
    assert_eq!(message(step_with(json!({"model": "sonet"}))), "There is no model `sonet`; did you mean `sonnet`?");
    assert_eq!(message(step_with(json!({"queue": "Bulk"}))), "There is no queue `Bulk`; did you mean `bulk`?");
    let document =
        steps(json!([{"id": "extract", "prompt": "x"}, {"id": "b", "prompt": "x", "dependsOn": ["extrct"]}]));
    assert_eq!(message(document), "There is no step `extrct`; did you mean `extract`?");
    assert!(message(plan_with(json!({"hitl": {"requiredFor": ["A"]}}))).contains("did you mean `a`?"));
    let far = message(step_with(json!({"model": "completely-else"})));
    assert!(far.contains("`haiku`, `sonnet`, `opus`, `local`"), "{far}");
    let long = message(step_with(json!({"model": "x".repeat(5_000)})));
    assert!(long.len() < 400, "{long}");
}

#[test]
fn all_faults_come_at_once_and_in_order() {
    let document = json!({
        "name": "",
        "steps": [
            {"id": "a", "prompt": "{{ b.output }} {{ nobody.output }}", "dependsOn": ["c"]},
            {"id": "b", "prompt": "{{ ", "model": "sonet", "timeoutMs": 0},
            {"id": "a", "prompt": "x", "temperature": 1},
        ],
        "hitl": {"requiredFor": ["z"], "confidenceThreshold": 7},
        "inputSchema": {"type": "objekt"},
        "extra": 1,
    });
    let problems = checked(&document).problems;
    let found = told(&problems);
    assert_eq!(
        found,
        [
            "VALIDATION_ERROR name",
            "VALIDATION_ERROR steps[1].timeoutMs",
            "INVALID_MODEL steps[1].model",
            "VALIDATION_ERROR inputSchema.type",
            "VALIDATION_ERROR hitl.confidenceThreshold",
            "VALIDATION_ERROR extra",
            "UNKNOWN_DEPENDENCY steps[0].dependsOn[0]",
            "UNKNOWN_REFERENCE steps[0].prompt",
            "TEMPLATE_SYNTAX steps[1].prompt",
            "DUPLICATE_STEP_ID steps[2].id",
            "UNKNOWN_STEP hitl.requiredFor[0]",
            "VALIDATION_ERROR steps[2].temperature",
        ],
        "{problems:#?}"
    );
    assert_eq!(problems.last().unwrap().severity, Severity::Warning);
}

#[test]
fn one_shortest_cycle_is_told_for_each_knot() {
    let step = |id: &str, depends_on: &[&str]| json!({"id": id, "prompt": "x", "dependsOn": depends_on});
    let document = steps(json!([
        step("a", &["b"]),
        step("b", &["c"]),
        step("c", &["a", "b"]),
        step("d", &["e"]),
        step("e", &["d"]),
        step("f", &["a"]),
    ]));
    let found = errors(&document);
    assert_eq!(
        told(&found),
        ["CIRCULAR_DEPENDENCY steps[1].dependsOn[0]", "CIRCULAR_DEPENDENCY steps[3].dependsOn[0]"]
    );
    assert_eq!(found[0].cycle, Some(vec!["b".to_owned(), "c".to_owned()]));
    assert!(found[0].message.contains("b → c → b"), "{}", found[0].message);
    let alone = errors(&steps(json!([step("a", &["a"])])));
    assert_eq!(alone[0].cycle, Some(vec!["a".to_owned()]));
}

#[test]
fn a_reference_to_a_later_step_says_that_it_would_close_a_cycle() {
    let document = steps(json!([
        {"id": "a", "prompt": "{{c.output}}"},
        {"id": "b", "prompt": "x", "dependsOn": ["a"]},
        {"id": "c", "prompt": "{{a.output}}", "dependsOn": ["b"]},
    ]));
    let found = errors(&document);
    assert_eq!(told(&found), ["UNDECLARED_DEPENDENCY steps[0].prompt"]);
    assert!(found[0].message.contains("close a cycle"), "{}", found[0].message);
    assert_eq!(found[0].fix, None);
}

/// Applies the fix of the first problem with this code and checks again: it is gone.
fn mended(document: &Value, code: ProblemCode, severity: Severity) -> Value {
    let matches = |problem: &&Problem| problem.code == code && problem.severity == severity;
    let before = checked(document).problems;
    let problem = before.iter().find(matches).unwrap_or_else(|| panic!("{document} {before:#?}"));
    let fix = problem.fix.as_ref().unwrap_or_else(|| panic!("no fix: {problem:#?}"));
    let mut mended = document.clone();
    apply(&mut mended, fix);
    let after = checked(&mended).problems;
    let still = |other: &Problem| other.field == problem.field && other.message == problem.message;
    assert!(!after.iter().any(still), "{fix:?} {after:#?}");
    mended
}

#[test]
fn fixes_apply_and_mend() {
    use ProblemCode::*;
    let base = |b: Value| steps(json!([{"id": "first", "prompt": "x"}, b]));
    for (document, code) in [
        (base(json!({"id": "b", "prompt": "x", "dependOn": ["first"]})), ValidationError),
        (base(json!({"id": "b", "prompt": "x", "dependOn": ["first"], "dependsOn": []})), ValidationError),
        (base(json!({"id": "b", "prompt": "x", "a/b~c": 1})), ValidationError),
        (base(json!({"id": "b", "prompt": "x", "model": "haikuu"})), InvalidModel),
        (base(json!({"id": "b", "prompt": "x", "queue": "bulkk"})), InvalidQueue),
        (base(json!({"id": "b", "prompt": "x", "dependsOn": ["frist"]})), UnknownDependency),
        (base(json!({"id": "b", "prompt": "x", "dependsOn": ["first", "frist"]})), UnknownDependency),
        (base(json!({"id": "b", "prompt": "x", "dependsOn": ["elsewhere"]})), UnknownDependency),
        (base(json!({"id": "b", "prompt": "x", "dependsOn": ["first", "first"]})), ValidationError),
        (base(json!({"id": "b", "prompt": "x", "dependsOn": ["b", "first"]})), CircularDependency),
        (base(json!({"id": "b", "prompt": "{{first.output}}"})), UndeclaredDependency),
        (base(json!({"id": "b", "prompt": "{{first.output}}", "dependsOn": null})), UndeclaredDependency),
        (base(json!({"id": "b", "prompt": "{{first.output}}", "dependsOn": []})), UndeclaredDependency),
        (base(json!({"id": "first", "prompt": "x"})), DuplicateStepId),
        (plan_with(json!({"hitl": {"requiredFor": ["A"]}})), UnknownStep),
        (plan_with(json!({"hitl": {"notifyChannels": ["webhooks"]}})), ValidationError),
        (plan_with(json!({"hitl": {"onTimeout": "aprove"}})), ValidationError),
        (plan_with(json!({"defaults": {"model": "opuss"}})), InvalidModel),
        (plan_with(json!({"hitl": {"evaluator": "haiko"}})), InvalidModel),
    ] {
        let mended = mended(&document, code, Severity::Error);
        assert!(checked(&mended).plan.is_some(), "{mended} {:#?}", checked(&mended).problems);
    }
    let warm = step_with(json!({"temperature": 0.5}));
    assert!(checked(&mended(&warm, ValidationError, Severity::Warning)).problems.is_empty());
}

#[test]
fn the_fixes_of_several_references_can_all_be_applied() {
    let document = steps(json!([
        {"id": "a", "prompt": "x"}, {"id": "b", "prompt": "x"},
        {"id": "c", "prompt": "{{a.output}} {{b.output}}"},
        {"id": "d", "prompt": "{{a.output}} {{b.output}}", "dependsOn": ["c"]},
        {"id": "e", "prompt": "{{a.output}} {{b.output}}", "dependsOn": ["f"]},
        {"id": "f", "prompt": "x"},
    ]));
    let found = errors(&document);
    let fields = [
        "steps[2].prompt",
        "steps[2].prompt",
        "steps[3].prompt",
        "steps[3].prompt",
        "steps[4].prompt",
        "steps[4].prompt",
    ];
    assert_eq!(found.iter().map(|problem| problem.field.as_str()).collect::<Vec<_>>(), fields);
    for reversed in [false, true] {
        let mut mended = document.clone();
        let mut fixes: Vec<_> = found.iter().filter_map(|problem| problem.fix.clone()).collect();
        if reversed {
            fixes.reverse();
        }
        fixes.iter().for_each(|fix| apply(&mut mended, fix));
        assert!(checked(&mended).plan.is_some(), "{mended}");
    }
}

#[test]
fn server_made_keys_and_nulls_are_passed_over() {
    let document = json!({
        "id": "dt_plan_1", "version": 3, "createdAt": "x", "updatedAt": "x", "archivedAt": null, "stats": {},
        "layout": {"a": 1}, "draftRevision": 2, "taskId": "t",
        "name": "plan", "description": null, "tags": null, "inputSchema": null, "defaults": null, "hitl": null,
        "steps": [{"id": "a", "prompt": "x", "system": null, "model": null, "queue": null, "dependsOn": null,
            "condition": null, "timeoutMs": null, "retry": null, "requiresApproval": null, "maxTokens": null,
            "temperature": null, "outputSchema": null}],
    });
    let checked = checked(&document);
    assert!(checked.problems.is_empty(), "{:#?}", checked.problems);
    let written = serde_json::to_value(checked.plan.unwrap().plan()).unwrap();
    assert_eq!(written, json!({"name": "plan", "steps": [{"id": "a", "prompt": "x"}]}));
}

#[test]
fn a_read_plan_needs_no_meaning() {
    let (plan, problems) = read_plan(&steps(json!([{"id": "a", "prompt": "{{ nobody.output }}", "model": "unknown"}])));
    assert!(plan.is_some() && problems.is_empty());
    let (plan, problems) = read_plan(&steps(json!([{"id": "a", "prompt": 1}])));
    assert!(plan.is_none() && problems.len() == 1);
}

#[test]
fn step_ids_have_one_form() {
    for id in ["a", "A9", "analyze-risk", "a_", "phase-2a", &"a".repeat(64)] {
        assert!(is_step_id(id), "{id}");
        assert!(errors(&step_with(json!({"id": id}))).is_empty(), "{id}");
    }
    for id in ["", "-a", "_a", "9", "a-", "a b", "ä", "a.b", "a\n", &"a".repeat(65)] {
        assert!(!is_step_id(id), "{id}");
        assert_eq!(errors(&step_with(json!({"id": id})))[0].field, "steps[0].id", "{id}");
    }
    for word in RESERVED_STEP_IDS {
        for id in [word.to_owned(), word.to_uppercase(), format!("{}{}", word[..1].to_uppercase(), &word[1..])] {
            assert_eq!(errors(&step_with(json!({"id": id})))[0].rule, "reserved", "{id}");
        }
        assert!(errors(&step_with(json!({"id": format!("{word}-1")}))).is_empty());
    }
}

#[test]
fn what_works_but_is_probably_not_meant_is_a_warning() {
    let document = json!({
        "name": "plan",
        "defaults": {"temperature": 0.5},
        "steps": [
            {"id": "a", "prompt": "x", "outputSchema": {"properties": {"risk": {}}, "additionalProperties": false}},
            {"id": "b", "prompt": "{{ a.output.rik | default('none') }}", "dependsOn": ["a"], "condition": "a.output"},
            {"id": "c", "prompt": "x", "model": "local"},
        ],
    });
    let checked = checked(&document);
    assert!(checked.plan.is_some());
    assert!(checked.problems.iter().all(|problem| problem.severity == Severity::Warning));
    assert_eq!(
        told(&checked.problems),
        [
            "UNKNOWN_REFERENCE steps[1].prompt",
            "VALIDATION_ERROR steps[1].condition",
            "VALIDATION_ERROR defaults.temperature"
        ]
    );
}

#[test]
fn a_problem_is_written_as_the_api_shows_it() {
    let found =
        errors(&steps(json!([{"id": "a", "prompt": "x"}, {"id": "b", "prompt": "{{a.output}}", "dependsOn": ["b"]}])));
    assert_eq!(
        serde_json::to_value(&found).unwrap(),
        json!([
            {"code": "CIRCULAR_DEPENDENCY", "severity": "error", "field": "steps[1].dependsOn[0]", "rule": "acyclic",
             "stepId": "b", "message": "The step `b` depends on itself; remove it from its `dependsOn`.",
             "fix": {"title": "Remove `b`", "patch": [{"op": "remove", "path": "/steps/1/dependsOn/0"}]}, "cycle": ["b"]},
            {"code": "UNDECLARED_DEPENDENCY", "severity": "error", "field": "steps[1].prompt", "rule": "declared", "stepId": "b",
             "message": "Line 1, column 3: The step `b` refers to `a` but does not depend on it; add `a` to its `dependsOn`.",
             "fix": {"title": "Depend on `a`", "patch": [{"op": "add", "path": "/steps/1/dependsOn/-", "value": "a"}]}},
        ])
    );
    let again: Vec<Problem> = serde_json::from_str(&serde_json::to_string(&found).unwrap()).unwrap();
    assert_eq!(again, found);
}
