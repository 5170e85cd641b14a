//! Plans, templates and texts at and beyond every bound: refused with place and remedy, or run; never a hang, never
//! half done.

use std::time::Duration;

use planloom_tests::Program;
use planloom_tests::samples::{plan_of, simulated};
use serde_json::{Value, json};

const MIB: usize = 1 << 20;

/// Whatever was sent before, the program answers at once and has stored nothing of it.
async fn is_well(program: &Program, plans: u64) {
    let health = tokio::time::timeout(Duration::from_secs(30), program.get("/health")).await.expect("it answers");
    assert_eq!(health.data()["status"], "ok");
    assert_eq!(program.get("/plans?limit=1").await.json["pagination"]["total"], plans);
}

#[tokio::test]
async fn a_cycle_of_five_hundred_steps() {
    let program = Program::start().await;
    let step = |n: usize| json!({"id": format!("s{n}"), "prompt": "x", "dependsOn": [format!("s{}", (n + 1) % 500)]});
    let refused = program.post("/plans", plan_of((0..500).map(step).collect())).await;
    let details = refused.refused(422, "CIRCULAR_DEPENDENCY");
    let cycle: Vec<&str> = details["cycle"].as_array().expect("a cycle").iter().filter_map(Value::as_str).collect();
    assert!(cycle.len() >= 500, "the whole cycle, {} of it", cycle.len());
    assert!(refused.json["error"]["message"].as_str().expect("text").len() < 2_000, "a sentence, not a book");
    let own = program.post("/plans", plan_of(json!([{"id": "a", "prompt": "x", "dependsOn": ["a"]}]))).await;
    own.refused(422, "CIRCULAR_DEPENDENCY");
    is_well(&program, 0).await;
}

/// A wide and deep plan: columns of chains that read each other.
fn large(count: usize) -> Value {
    let step = |n: usize| {
        if n < 100 {
            return json!({"id": format!("s{n}"), "prompt": "{{input.x}}"});
        }
        let before = n - 100;
        json!({"id": format!("s{n}"), "prompt": format!("{{{{s{before}.output}}}}"), "dependsOn": [format!("s{before}")]})
    };
    plan_of((0..count).map(step).collect())
}

#[tokio::test]
async fn ten_thousand_steps_and_one_more() {
    let program = Program::start().await;
    let refused = program.post("/plans", large(10_001)).await;
    let details = refused.refused(400, "VALIDATION_ERROR");
    assert_eq!((&details["field"], &details["rule"]), (&json!("steps"), &json!("maxItems")));
    is_well(&program, 0).await;
    let id = program.plan(large(10_000)).await;
    let body = json!({"input": {"x": "y"}, "options": {"dryRun": true, "simulate": true}});
    let dry = program.post(&format!("/plans/{id}/execute"), body).await;
    assert_eq!(dry.status, 200, "{}", dry.text);
    assert_eq!(dry.data()["progress"]["total"], 10_000);
    assert_eq!(dry.data()["levels"].as_array().map(Vec::len), Some(100));
    assert_eq!(dry.data()["steps"].as_object().map(serde_json::Map::len), Some(10_000));
    is_well(&program, 1).await;
    assert_eq!(program.get("/plans/executions").await.json["pagination"]["total"], 0);
}

#[tokio::test]
async fn a_thousand_faults_are_a_list_and_not_a_flood() {
    let program = Program::start().await;
    let step =
        |n: usize| json!({"id": format!("s{n}"), "prompt": "{{nobody.output}}", "dependsOn": ["nowhere"], "modle": 1});
    let refused = program.post("/plans", plan_of((0..1_000).map(step).collect())).await;
    let details = refused.refused(400, "VALIDATION_ERROR");
    let issues = details["issues"].as_array().expect("issues");
    assert!(issues.len() > 10 && issues.len() < 1_100, "{}", issues.len());
    assert!(issues.iter().all(|issue| issue["message"].as_str().is_some_and(|text| !text.is_empty())));
}

#[tokio::test]
async fn ids_that_are_words_of_the_template_language() {
    let program = Program::start().await;
    let words = [
        "input",
        "steps",
        "loop",
        "self",
        "super",
        "caller",
        "if",
        "elif",
        "else",
        "for",
        "in",
        "is",
        "not",
        "and",
        "or",
        "true",
        "false",
        "none",
        "set",
        "with",
        "range",
        "dict",
        "namespace",
        "debug",
    ];
    for word in words {
        for id in [word.to_owned(), word.to_uppercase(), word[..1].to_uppercase() + &word[1..]] {
            let refused = program.post("/plans", plan_of(json!([{"id": id, "prompt": "x"}]))).await;
            assert_eq!(refused.refused(400, "VALIDATION_ERROR")["field"], "steps[0].id", "{id}");
        }
    }
    for id in ["", "1", "-a", "a-", "_a", "a b", "a.b", "ä", "a\u{0}", &"a".repeat(65), "a{{b}}"] {
        program.post("/plans", plan_of(json!([{"id": id, "prompt": "x"}]))).await.refused(400, "VALIDATION_ERROR");
    }
    // What only looks like one.
    let ids = ["inputs", "for-each", "not_a", "is-in-set", "end-for", "a-1-b", "block", "endif", "macro"];
    let mut steps: Vec<Value> = ids.iter().map(|id| json!({"id": id, "prompt": *id})).collect();
    let all: String = ids.iter().map(|id| format!("{{{{{id}.output}}}}")).collect();
    steps.push(json!({"id": "join", "prompt": all, "dependsOn": ids}));
    let id = program.run_steps(Value::Array(steps)).await;
    let done = program.until_ended(&id).await;
    assert_eq!(done["status"], "completed", "{done:#}");
}

#[tokio::test]
async fn templates_that_would_never_end() {
    let program = Program::start().await;
    let endless = [
        "{% for a in range(1000000000) %}{{a}}{% endfor %}",
        "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}",
        "{% set a = input.x %}{% for i in range(9999) %}{{input.x * 100000}}{% endfor %}",
        "{{ 'x' * 100000000000 }}",
        "{{ range(100000000) | list | length }}",
        "{% set n = namespace(s='xxxxxxxxxxxxxxxx') %}{% for i in range(64) %}{% set n.s = n.s ~ n.s %}{% endfor %}{{n.s}}",
        "{{ input.x | replace('', input.x) | replace('', input.x) | replace('', input.x) }}",
    ];
    let mut plans = 0;
    for template in endless {
        let plan = program.post("/plans", plan_of(json!([{"id": "a", "prompt": template}]))).await;
        if plan.status != 201 {
            // Some are refused when they are saved, which is as well.
            plan.refused(422, plan.code());
            continue;
        }
        plans += 1;
        let id = plan.data()["id"].as_str().expect("an id").to_owned();
        let mut body = simulated();
        body["input"] = json!({"x": "y".repeat(2_000)});
        let execution = program.execute(&id, body).await;
        let ended =
            tokio::time::timeout(Duration::from_secs(60), program.until_ended(&execution)).await.expect("no hang");
        assert_eq!(ended["status"], "failed", "{template}: {ended:#}");
        let error = &ended["steps"]["a"]["error"];
        assert!(
            ["TEMPLATE_ERROR", "PROMPT_TOO_LARGE"].iter().any(|code| error["code"] == *code),
            "{template}: {error:#}"
        );
        assert_eq!(error["retryable"], false);
    }
    is_well(&program, plans).await;
}

#[tokio::test]
async fn conditions_that_cannot_be_decided() {
    let program = Program::start().await;
    let steps = json!([
        {"id": "a", "prompt": "x"},
        {"id": "b", "prompt": "x", "dependsOn": ["a"], "condition": "input.missing.deep > 3"},
        {"id": "c", "prompt": "x", "dependsOn": ["a"], "condition": "{{a.output}}.includes(\"simulated\")"},
        {"id": "d", "prompt": "x", "dependsOn": ["a"], "condition": "\"nothing\" in a.output"},
        {"id": "e", "prompt": "[{{d.output}}]", "dependsOn": ["c", "d"]}
    ]);
    let plan = plan_of(steps);
    let id = program.plan(plan).await;
    let missing = program.post(&format!("/plans/{id}/execute"), simulated()).await;
    missing.refused(400, "MISSING_INPUT");
    let mut body = simulated();
    body["input"] = json!({"missing": {"deep": {}}});
    let execution = program.execute(&id, body).await;
    let ended = program.until_ended(&execution).await;
    assert_eq!(ended["steps"]["b"]["error"]["code"], "CONDITION_ERROR", "{ended:#}");
    assert_eq!(ended["steps"]["c"]["status"], "completed");
    assert_eq!((&ended["steps"]["d"]["status"], &ended["steps"]["d"]["output"]), (&json!("skipped"), &json!("")));
    assert_eq!(ended["steps"]["e"]["status"], "completed", "it joins two branches, so it runs");
    for (condition, word) in [("a.output == 'x' && true", "and"), ("!a.output", "not"), ("a.output === 'x'", "==")] {
        let steps =
            json!([{"id": "a", "prompt": "x"}, {"id": "b", "prompt": "x", "dependsOn": ["a"], "condition": condition}]);
        let refused = program.post("/plans", plan_of(steps)).await;
        refused.refused(422, "TEMPLATE_SYNTAX");
        assert!(refused.text.contains(&format!("`{word}`")), "{condition}: {}", refused.text);
    }
}

#[tokio::test]
async fn long_texts() {
    let program = Program::start().await;
    program.obey_prompts().await;
    let prompt = "y".repeat(MIB);
    let refused = program.post("/plans", plan_of(json!([{"id": "a", "prompt": format!("{prompt}y")}]))).await;
    assert_eq!(refused.refused(400, "VALIDATION_ERROR")["rule"], "maxLength");
    let id = program.run_steps(json!([{"id": "a", "prompt": prompt}])).await;
    assert_eq!(program.until_ended(&id).await["status"], "completed");
    let detail = program.get(&format!("/plans/executions/{id}/steps/a")).await;
    assert_eq!(detail.data()["prompt"].as_str().map(str::len), Some(MIB));

    // Ten megabytes out of a step, through a template, into the next one.
    let size = 10_000_000;
    let big = format!("[[sim:output={}]]", "z".repeat(size));
    let steps = json!([
        {"id": "big", "prompt": "{{input.order}}"},
        {"id": "next", "prompt": "Shorten: {{big.output}}", "dependsOn": ["big"]},
        {"id": "count", "prompt": "{{big.output | length}}", "dependsOn": ["big"]}
    ]);
    let plan = program.plan(plan_of(steps)).await;
    let mut body = simulated();
    body["input"] = json!({"order": big});
    let id = program.execute(&plan, body).await;
    let done = program.until_ended(&id).await;
    assert_eq!(done["status"], "completed", "{}", done["error"]);
    assert_eq!(done["steps"]["big"]["output"].as_str().map(str::len), Some(size));
    let counted = program.get(&format!("/plans/executions/{id}/steps/count")).await;
    assert_eq!(counted.data()["prompt"], size.to_string());
    let listed = program.get("/plans/executions").await;
    assert!(listed.text.len() < 20_000, "a list carries no texts: {}", listed.text.len());
    let without = program.get(&format!("/plans/executions/{id}?outputs=none")).await;
    assert!(without.text.len() < 20_000, "{}", without.text.len());

    // Two of them do not fit into one prompt.
    let steps = json!([
        {"id": "big", "prompt": "{{input.order}}"},
        {"id": "twice", "prompt": "{{big.output}}{{big.output}}", "dependsOn": ["big"]}
    ]);
    let plan = program.plan(plan_of(steps)).await;
    let mut body = simulated();
    body["input"] = json!({"order": format!("[[sim:output={}]]", "z".repeat(size))});
    let id = program.execute(&plan, body).await;
    let failed = program.until_ended(&id).await;
    assert_eq!(failed["steps"]["twice"]["error"]["code"], "PROMPT_TOO_LARGE");
    assert_eq!(failed["steps"]["big"]["status"], "completed");
    is_well(&program, 3).await;
}

#[tokio::test]
async fn what_was_written_is_data() {
    let program = Program::start().await;
    program.obey_prompts().await;
    let steps = json!([
        {"id": "evil", "prompt": "[[sim:output={{input.secret}} {% for a in range(9) %}x{% endfor %} {# gone #}]]{% raw %}{{ not read }}{% endraw %}"},
        {"id": "reader", "prompt": "{{evil.output}} and {{input.note}}", "dependsOn": ["evil"]}
    ]);
    // The prompt itself is a template; what the model answers and a user writes is not.
    let plan = program.plan(plan_of(steps)).await;
    let mut body = simulated();
    body["input"] = json!({"secret": "{{steps}}", "note": "{{ input.secret }} \u{0}\u{202e} {%"});
    let id = program.execute(&plan, body).await;
    let done = program.until_ended(&id).await;
    assert_eq!(done["status"], "completed", "{done:#}");
    let detail = program.get(&format!("/plans/executions/{id}/steps/reader")).await;
    let output = done["steps"]["evil"]["output"].as_str().expect("an output");
    assert!(output.contains("{{steps}}"), "{output}");
    assert_eq!(detail.data()["prompt"], format!("{output} and {{{{ input.secret }}}} \u{0}\u{202e} {{%"));
}

#[tokio::test]
async fn numbers_keep_their_digits() {
    let program = Program::start().await;
    let plan =
        program.plan(plan_of(json!([{"id": "a", "prompt": "{{input.big}} {{input.exact}} {{input.all}}"}]))).await;
    let text = r#"{"input": {"big": 12345678901234567890123, "exact": 1.10, "all": {"n": 0.10, "t": true}}, "options": {"simulate": true}}"#;
    let body: Value = serde_json::from_str(text).expect("JSON");
    let id = program.execute(&plan, body).await;
    program.until_ended(&id).await;
    let detail = program.get(&format!("/plans/executions/{id}/steps/a")).await;
    assert_eq!(detail.data()["prompt"], "12345678901234567890123 1.10 {\"n\":0.10,\"t\":true}");
}
