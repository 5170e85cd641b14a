//! Conditions by example.

use std::collections::HashMap;
use std::sync::Arc;

use planloom_core::condition::Condition;
use planloom_core::failure::FailureCode;
use planloom_core::prompt::{ProblemCode, Scope, StepIds, StepScope};
use proptest::prelude::*;
use serde_json::json;

fn ids() -> StepIds {
    ["triage", "analyze-risk", "score", "gone"].into_iter().collect()
}

fn scope() -> Scope {
    let step = |output: &str| StepScope {
        output: Arc::from(output),
        output_json: serde_json::from_str(output).ok().map(Arc::new),
        skipped: false,
    };
    let gone = StepScope { output: Arc::from(""), output_json: None, skipped: true };
    Scope {
        input: Arc::new(
            json!({"level": 3, "tags": ["a", "b"], "on": true, "off": false, "empty": "", "x-y": 1, "nil": null}),
        ),
        steps: HashMap::from([
            ("triage".to_owned(), step("  critical: Fire }} \n")),
            ("analyze-risk".to_owned(), step("low")),
            ("score".to_owned(), step(r#"{"value":0.850,"zero":0.00,"labels":["x"],"why":"it's \"so\""}"#)),
            ("gone".to_owned(), gone),
        ]),
    }
}

#[track_caller]
fn check(source: &str, expected: bool) {
    let (condition, _) = Condition::parse(source, &ids()).unwrap_or_else(|problems| panic!("{source}: {problems:#?}"));
    match condition.evaluate(&scope()) {
        Ok(value) => assert_eq!(value, expected, "{source}"),
        Err(error) => panic!("{source}: {error:?}"),
    }
}

#[test]
fn both_forms_work() {
    for (source, expected) in [
        (r#"{{triage.output}}.includes("critical")"#, true),
        (r#""critical" in triage.output"#, true),
        (r#"{{ triage.output }}.includes("harmless")"#, false),
        (r#"{{triage.output.includes("critical")}}"#, true),
        (r#"not {{triage.output}}.includes("critical")"#, false),
        (r#"{{analyze-risk.output}} == "low" and {{input.level}} > 2"#, true),
        (r#"{{- analyze-risk.output -}} == "low""#, true),
        (r#"({{analyze-risk.output}}) == 'low'"#, true),
        (r#"analyze-risk.output == "low" or input.level > 5"#, true),
        (r#"analyze-risk.output != "low""#, false),
        (r#"steps["analyze-risk"].output.startsWith("lo")"#, true),
        (r#"{{analyze-risk.output}}.endsWith("w")"#, true),
        (r#"{{triage.output}}.trim().startsWith("critical")"#, true),
        (r#"{{triage.output}}.toUpperCase().includes("FIRE")"#, true),
        (r#"triage.output.toLowerCase().includes("fire")"#, true),
        (r#"{{analyze-risk.output}}.length == 3"#, true),
        (r#"{{analyze-risk.output}}.toLowerCase().trim().length >= 4"#, false),
        ("input.tags.length == 2", true),
        (r#"input.tags.includes("b")"#, true),
        (r#"input.tags.includes("c")"#, false),
        ("score.output.value > 0.8", true),
        ("score.output.value == 0.85", true),
        (r#"{{score.output.labels}}.includes("x")"#, true),
        ("score.output.labels.length", true),
        ("score.output.zero", false),
        (r#"score.output.why == "it's \"so\"""#, true),
        (r#""}}" in {{triage.output}}"#, true),
        (r#"{{ {"a": {"b": 1}}["a"]["b"] }} == 1"#, true),
        (r#"{"a": {"b": 1}} == {"a": {"b": 1}}"#, true),
        ("input.x-y - 1 == 0", true),
        ("input.on", true),
        ("input.off or input.empty or input.nil", false),
        ("not input.empty", true),
        ("input.missing is defined", false),
        (r#"(input.missing | default("x")) == "x""#, true),
        (r#"gone.output == "" and gone.output.any.field == "" and gone.output.length == 0"#, true),
        ("gone.output | trim", false),
        ("true", true),
        ("false", false),
        (r#""&& || ! ===" == "&& || ! ===""#, true),
        ("\n  input.level\n  >= 3\n", true),
        ("1 < input.level < 5", true),
        ("1 < input.level < 3", false),
        ("1 < input.level == 3 != 4", true),
        ("gone.output.score > 0.5", false),
        ("gone.output.score < 0.5 or gone.output.items.length > 0", false),
        ("'0.9' | float > 0.5", true),
        ("'b' > 'a' and 'Z' < 'a'", true),
    ] {
        check(source, expected);
    }
}

#[test]
fn refuses_with_the_right_words() {
    for (source, code, column, says) in [
        ("input.on && input.off", ProblemCode::TemplateSyntax, 10, "`and`"),
        ("input.on || input.off", ProblemCode::TemplateSyntax, 10, "`or`"),
        ("!input.on", ProblemCode::TemplateSyntax, 1, "`not`"),
        ("input.level === 3", ProblemCode::TemplateSyntax, 13, "`==`"),
        ("input.level !== 3", ProblemCode::TemplateSyntax, 13, "`!=`"),
        ("input.on ? 1 : 2", ProblemCode::TemplateSyntax, 10, "if condition else"),
        ("{{input.on && input.off}}", ProblemCode::TemplateSyntax, 12, "`and`"),
        ("{% if input.on %}", ProblemCode::TemplateSyntax, 1, ""),
        ("", ProblemCode::TemplateSyntax, 1, "nexpected"),
        ("input.on input.off", ProblemCode::TemplateSyntax, 10, "nexpected"),
        ("analyze-risk.output == ", ProblemCode::TemplateSyntax, 23, "nexpected"),
        ("{{triage.output.includes('x')", ProblemCode::TemplateSyntax, 1, "`{{` is never closed"),
        ("triage.output}} == 1", ProblemCode::TemplateSyntax, 14, "closes nothing"),
        ("'abc", ProblemCode::TemplateSyntax, 1, "never closed"),
        ("triag.output == 1", ProblemCode::UnknownReference, 1, "`triage`"),
        ("{{analyse-risk.output}} == 1", ProblemCode::UnknownReference, 3, "`analyze-risk`"),
        ("triage == 1", ProblemCode::UnknownReference, 1, "`triage.output`"),
        ("input[triage.output]", ProblemCode::DynamicReference, 1, "computed"),
        ("analyze-risk.output.contains('x')", ProblemCode::TemplateSyntax, 21, "no method `contains`"),
        ("{{triage.output}} {{input.on}}", ProblemCode::TemplateSyntax, 19, "side by side"),
        ("input.level = 3", ProblemCode::TemplateSyntax, 13, "nexpected"),
    ] {
        let problems = match Condition::parse(source, &ids()) {
            Ok(_) => panic!("{source} was accepted"),
            Err(problems) => problems,
        };
        let first = &problems[0];
        assert_eq!((first.code, first.line, first.column), (code, 1, column), "{source}: {problems:#?}");
        assert!(first.message.contains(says), "{source}: {}", first.message);
    }
    let problems = Condition::parse("a && b || !c", &ids()).unwrap_err();
    assert_eq!(problems.len(), 3);
    assert_eq!(Condition::parse(&" ".repeat((1 << 20) + 1), &ids()).unwrap_err()[0].code, ProblemCode::PromptTooLarge);
}

#[test]
fn a_bare_text_gets_a_warning() {
    for (source, columns) in [
        ("triage.output", vec![1]),
        ("  {{triage.output}}  ", vec![5]),
        ("{{analyze-risk.output}}", vec![3]),
        ("input.on and not analyze-risk.output", vec![18]),
        ("steps['triage'].output", vec![1]),
        ("steps.triage.output | trim", vec![1]),
        ("triage.output.toLowerCase()", vec![1]),
        ("'false'", vec![1]),
        ("'a' ~ triage.output", vec![1]),
        ("'{{triage.output}}' == 'low'", vec![1]),
        ("triage.output == 'low'", vec![]),
        ("triage.output.includes('x')", vec![]),
        ("triage.output.length", vec![]),
        ("score.output.value", vec![]),
        ("input.on", vec![]),
    ] {
        let (_, warnings) =
            Condition::parse(source, &ids()).unwrap_or_else(|problems| panic!("{source}: {problems:?}"));
        let found: Vec<u32> = warnings.iter().map(|warning| warning.column).collect();
        assert_eq!(found, columns, "{source}: {warnings:?}");
    }
}

#[test]
fn errors_fail_the_task() {
    for (source, says, column) in [
        ("input.missing == 1", "`input.missing`", Some(1)),
        ("{{triage.output.field}} == 1", "`triage.output.field`", Some(3)),
        ("input.on and input.level.deep.er", "`input.level.deep`", Some(14)),
        ("input.level.includes('x')", "method of texts", None),
        ("analyze-risk.output > 0.8", "compare a string with a number", None),
        ("input.tags < input.tags", "cannot compare a sequence", None),
        ("triage.output.includes()", "1 argument", None),
        ("range(100000) | map('string') | join('x' * 1000) | length > 1", "", None),
        ("'x' * 1000000000 == 'y'", "more work", None),
    ] {
        let (condition, _) =
            Condition::parse(source, &ids()).unwrap_or_else(|problems| panic!("{source}: {problems:?}"));
        let error = condition.evaluate(&scope()).expect_err(source);
        assert_eq!(error.code, FailureCode::ConditionError, "{source}");
        assert!(error.message.contains(says), "{source}: {}", error.message);
        assert_eq!(error.column, column, "{source}: {error:?}");
    }
}

#[test]
fn references_are_listed() {
    let source =
        "{{analyze-risk.output}} == 'x' and score.output.labels.length > input.level or (input.opt is defined)";
    let (condition, _) = Condition::parse(source, &ids()).unwrap();
    let steps: Vec<_> = condition.steps().iter().map(|step| (&step.id[..], step.path.join("/"), step.column)).collect();
    assert_eq!(steps, [("analyze-risk", String::new(), 3), ("score", "labels".to_owned(), 36)]);
    let inputs: Vec<_> = condition.inputs().iter().map(|input| (input.path.join("/"), input.required)).collect();
    assert_eq!(inputs, [("level".to_owned(), true), ("opt".to_owned(), false)]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(source in "[ -~äé\n]{0,60}") {
        let condition = Condition::parse(&source, &ids());
        if let Some(error) = condition.ok().and_then(|(condition, _)| condition.evaluate(&scope()).err()) {
            prop_assert!(!error.message.contains("engine failed"), "{source}: {error:?}");
        }
    }

    #[test]
    fn any_pieces_are_read_or_refused(pieces in prop::collection::vec(prop::sample::select(vec![
        "{{", "}}", "(", ")", "{", "}", "[", "]", "triage.output", "analyze-risk.output", "input.level", "input.x-y",
        ".includes(", "\"a\"", "'", " ", "-", "==", " and ", " not ", " in ", "!", "&&", ".length", "1", ",", "|", "é",
        "{%", "%}", ".", " is ", "defined", "\n", "<", "steps[", "none",
    ]), 0..14)) {
        let source = pieces.concat();
        match Condition::parse(&source, &ids()) {
            Ok((condition, _)) => {
                if let Err(error) = condition.evaluate(&scope()) {
                    prop_assert!(!error.message.contains("engine failed"), "{source}: {error:?}");
                    prop_assert_eq!(error.code, FailureCode::ConditionError);
                }
            }
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                for problem in problems {
                    prop_assert!(source.is_char_boundary(problem.offset), "{source}: {problem:?}");
                }
            }
        }
    }

    #[test]
    fn braces_around_a_reference_change_nothing(value in "[a-z ]{0,5}", negated: bool) {
        let rest = format!(".includes(\"{value}\")");
        let not = if negated { "not " } else { "" };
        let (with, _) = Condition::parse(&format!("{not}{{{{ triage.output }}}}{rest}"), &ids()).unwrap();
        let (without, _) = Condition::parse(&format!("{not}triage.output{rest}"), &ids()).unwrap();
        prop_assert_eq!(with.evaluate(&scope()).unwrap(), without.evaluate(&scope()).unwrap());
        prop_assert_eq!(without.evaluate(&scope()).unwrap(), "  critical: Fire }} \n".contains(&value) != negated);
    }
}
