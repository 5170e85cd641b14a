//! Plans at the limit of ten thousand steps, and any JSON at all: the check answers and does not fall over.

mod common;

use common::{checked, errors, plan, steps, told};
use planloom_core::check::ProblemCode;
use proptest::prelude::*;
use serde_json::{Value, json};

const STEPS: usize = 10_000;

fn many(step: impl FnMut(usize) -> Value) -> Value {
    steps((0..STEPS).map(step).collect())
}

#[test]
fn one_step_too_many_is_refused_alone() {
    let document = steps((0..=STEPS).map(|_| json!({"id": "!", "prompt": 5})).collect());
    let found = errors(&document);
    assert_eq!(told(&found), ["VALIDATION_ERROR steps"]);
    assert_eq!(found[0].message, "`steps` has 10001 elements; at most 10000 are allowed.");
}

#[test]
fn a_wide_plan_is_checked() {
    let document = many(|at| match at {
        0 => json!({"id": "s0", "prompt": "{{input.text}}"}),
        _ if at == STEPS - 1 => {
            let all: Vec<String> = (0..at).map(|other| format!("s{other}")).collect();
            json!({"id": format!("s{at}"), "prompt": "{{s0.output}} {{s5000.output}}", "dependsOn": all})
        }
        _ => json!({"id": format!("s{at}"), "prompt": "{{s0.output}}", "dependsOn": ["s0"]}),
    });
    let plan = plan(&document);
    assert_eq!(plan.levels().len(), 3);
    assert_eq!(plan.steps()[STEPS - 1].depends_on.len(), STEPS - 1);
}

#[test]
fn a_chain_is_checked_whatever_it_refers_to() {
    let chain = |other: fn(usize) -> usize| {
        many(|at| match at {
            0 => json!({"id": "s0", "prompt": "x"}),
            _ => json!({"id": format!("s{at}"), "prompt": format!("{{{{s{}.output}}}}", other(at)),
                "dependsOn": [format!("s{}", at - 1)]}),
        })
    };
    for other in [|at| at - 1, |_| 0, |at| at / 2, |at: usize| at.saturating_sub(300)] {
        assert_eq!(plan(&chain(other)).levels().len(), STEPS);
    }
}

#[test]
fn dense_layers_are_checked() {
    let document = many(|at| {
        let layer = at / 100;
        let depends_on: Vec<String> = match layer {
            0 => Vec::new(),
            _ => ((layer - 1) * 100..layer * 100).map(|other| format!("s{other}")).collect(),
        };
        json!({"id": format!("s{at}"), "prompt": format!("{{{{s{}.output}}}}", if layer == 0 { 0 } else { at / 2 - at / 2 % 100 + at % 100 }),
            "dependsOn": depends_on})
    });
    let found = errors(&document);
    // Only the first layer and the one step that refers into its own layer are wrong.
    assert!(found.iter().all(|problem| problem.code == ProblemCode::UndeclaredDependency), "{:?}", found.first());
    let wrong: Vec<usize> = (0..STEPS).filter(|at| at / 100 == 0 || at / 2 / 100 == at / 100).collect();
    assert_eq!(found.len(), wrong.len());
}

#[test]
fn long_cycles_are_told() {
    for length in [500, STEPS] {
        let document = steps(
            (0..length)
                .map(|at| json!({"id": format!("s{at}"), "prompt": "x", "dependsOn": [format!("s{}", (at + 1) % length)]}))
                .collect(),
        );
        let found = errors(&document);
        assert_eq!(told(&found), ["CIRCULAR_DEPENDENCY steps[0].dependsOn[0]"]);
        let cycle = found[0].cycle.as_ref().unwrap();
        assert_eq!((cycle.len(), cycle[0].as_str(), cycle[1].as_str()), (length, "s0", "s1"));
        assert!(found[0].message.len() < 300);
    }
}

#[test]
fn very_many_faults_are_counted_and_not_all_listed() {
    let document = many(
        |at| json!({"id": format!("s{at}"), "prompt": format!("{{{{ t{at}.output }}}}"), "dependsOn": [format!("u{at}")], "model": "m"}),
    );
    let found = errors(&document);
    assert_eq!(found.len(), 1_001);
    assert!(found[1_000].message.contains("more problems than the 1000 listed"), "{}", found[1_000].message);
}

#[test]
fn very_many_unknown_references_are_told_in_time() {
    let document = steps(
        (0..3_000)
            .map(
                |at| json!({"id": format!("step-number-{at}"), "prompt": format!("{{{{ step-nomber-{at}.output }}}}")}),
            )
            .collect(),
    );
    assert_eq!(errors(&document).len(), 1_000);
}

#[test]
fn a_knot_of_many_steps_is_told_in_time() {
    let document = steps(
        (0..300)
            .map(|at| {
                let all: Vec<String> = (0..300).filter(|other| *other != at).map(|other| format!("s{other}")).collect();
                json!({"id": format!("s{at}"), "prompt": "x", "dependsOn": all})
            })
            .collect(),
    );
    let found = errors(&document);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].cycle.as_ref().unwrap().len(), 2);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "[ab]|\\{\\{ ?[ab]\\.output ?\\}\\}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((".{0,6}", inner), 0..6).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// Objects whose keys are those of a step, with any values.
fn any_step() -> impl Strategy<Value = Value> {
    let names = prop::sample::subsequence(
        vec![
            "id",
            "prompt",
            "system",
            "model",
            "queue",
            "dependsOn",
            "condition",
            "timeoutMs",
            "retry",
            "requiresApproval",
            "maxTokens",
            "temperature",
            "outputSchema",
            "other",
        ],
        0..=14,
    );
    (names, prop::collection::vec(any_json(), 14), any::<bool>()).prop_map(|(names, values, plain)| {
        let mut step: serde_json::Map<String, Value> = names.into_iter().map(str::to_owned).zip(values).collect();
        if plain {
            step.insert("id".to_owned(), json!("a"));
        }
        Value::Object(step)
    })
}

fn any_plan() -> impl Strategy<Value = Value> {
    let parts = (any_json(), prop::collection::vec(any_step(), 0..5), any_json(), any_json(), any_json(), any_json());
    parts.prop_map(|(name, steps, tags, input_schema, defaults, hitl)| {
        json!({"name": name, "steps": steps, "tags": tags, "inputSchema": input_schema, "defaults": defaults, "hitl": hitl})
    })
}

proptest! {
    #[test]
    fn any_json_is_answered(document in any_json()) {
        let found = checked(&document);
        prop_assert_eq!(found.plan.is_some(), !found.problems.iter().any(|p| p.severity == planloom_core::check::Severity::Error));
    }

    #[test]
    fn anything_like_a_plan_is_answered(document in any_plan()) {
        let found = checked(&document);
        let errors = found.problems.iter().filter(|p| p.severity == planloom_core::check::Severity::Error).count();
        prop_assert_eq!(found.plan.is_some(), errors == 0);
        // Errors first, and among them the faults of form.
        let order: Vec<(bool, bool)> = found.problems.iter().take(errors)
            .map(|p| (p.severity == planloom_core::check::Severity::Warning, !p.code.is_form_fault())).collect();
        prop_assert!(order.is_sorted());
        for problem in &found.problems {
            prop_assert!(!problem.message.is_empty() && !problem.rule.is_empty());
            if let Some(fix) = &problem.fix {
                common::apply(&mut document.clone(), fix);
            }
        }
        // What passed is read the same when it is read again.
        if let Some(plan) = found.plan {
            let written = serde_json::to_value(plan.plan()).unwrap();
            let again = checked(&written).plan.unwrap();
            prop_assert_eq!(again.plan(), plan.plan());
        }
    }

    #[test]
    fn any_acyclic_plan_is_right_and_any_body_is_answered(
        edges in prop::collection::vec((0_usize..30, 0_usize..30), 0..80), body in any_json(),
    ) {
        let mut list: Vec<Value> = (0..30).map(|at| json!({"id": format!("s{at}"), "prompt": "x", "dependsOn": []})).collect();
        for (one, other) in edges {
            let (low, high) = (one.min(other), one.max(other));
            let id = json!(format!("s{low}"));
            let depends_on = list[high]["dependsOn"].as_array_mut().unwrap();
            if low != high && !depends_on.contains(&id) {
                depends_on.push(id);
            }
        }
        let plan = plan(&steps(Value::Array(list)));
        let mut level = vec![0; 30];
        for (number, members) in plan.levels().iter().enumerate() {
            members.iter().for_each(|&member| level[member] = number);
        }
        for step in plan.steps() {
            prop_assert!(step.depends_on.iter().all(|&on| level[on] < level[step.index]));
            prop_assert!(step.dependents.iter().all(|&on| plan.steps()[on].depends_on.contains(&step.index)));
        }
        let _ = planloom_core::request::read(&body, &plan, &common::KNOWN);
    }
}
