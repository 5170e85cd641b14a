//! The template language by example: what is read, what it refers to, and what it renders to.

use std::collections::HashMap;
use std::sync::Arc;

use planloom_core::failure::FailureCode;
use planloom_core::prompt::{ProblemCode, RenderError, Scope, StepIds, StepScope, Template, TemplateProblem};
use serde_json::{Value, json};

const IDS: [&str; 8] = ["extract", "analyze", "analyze-risk", "phase-2a", "phase-2", "n", "report", "gone"];

fn ids() -> StepIds {
    IDS.into_iter().collect()
}

fn text(output: &str) -> StepScope {
    StepScope { output: Arc::from(output), output_json: None, skipped: false }
}

fn structured(output: &str) -> StepScope {
    let output_json = serde_json::from_str(output).map(Arc::new).ok();
    StepScope { output: Arc::from(output), output_json, skipped: false }
}

fn scope(input: Value) -> Scope {
    let mut steps = HashMap::new();
    steps.insert("extract".to_owned(), text("clauses"));
    steps.insert("analyze-risk".to_owned(), text("high {{ input.name }}"));
    steps.insert("phase-2a".to_owned(), text("two a"));
    steps.insert("phase-2".to_owned(), text("two"));
    steps.insert("n".to_owned(), text("5"));
    let report = r#"{"title":"T","due-date":"soon","items":[{"n":1.10},{"n":2}],"output":{"a-b":1},"on":true}"#;
    steps.insert("report".to_owned(), structured(report));
    steps.insert("gone".to_owned(), StepScope { output: Arc::from(""), output_json: None, skipped: true });
    Scope { input: Arc::new(input), steps }
}

fn parse(source: &str) -> Template {
    Template::parse(source, &ids()).unwrap_or_else(|problems| panic!("{source}: {problems:#?}"))
}

fn problems(source: &str) -> Vec<TemplateProblem> {
    match Template::parse(source, &ids()) {
        Ok(_) => panic!("{source} was accepted"),
        Err(problems) => problems,
    }
}

fn rendered(source: &str, input: Value) -> Result<String, RenderError> {
    parse(source).render(&scope(input))
}

#[track_caller]
fn check(source: &str, input: Value, expected: &str) {
    match rendered(source, input) {
        Ok(text) => assert_eq!(text, expected, "{source}"),
        Err(error) => panic!("{source}: {error:?}"),
    }
}

/// The first problem has this code, stands at this line and column, and says this.
#[track_caller]
fn check_problem(source: &str, code: ProblemCode, place: (u32, u32), says: &str) {
    let all = problems(source);
    let first = &all[0];
    assert_eq!((first.code, first.line, first.column), (code, place.0, place.1), "{source}: {all:#?}");
    assert!(first.message.contains(says), "{source}: {}", first.message);
}

#[test]
fn inserts_inputs_and_outputs() {
    let input = json!({"name": "Ada", "a": {"b": [1, {"c": "deep"}]}, "x-y": 7, "o": {"a-b": {"c-d": 8}}});
    for (source, expected) in [
        ("Hello {{input.name}}!", "Hello Ada!"),
        ("{{ input.a.b[1].c }}", "deep"),
        ("{{ input['name'] }} {{ input.a[\"b\"].1.c }}", "Ada deep"),
        ("{{extract.output}}", "clauses"),
        ("{{ steps[\"extract\"].output }} {{ steps.extract.output }}", "clauses clauses"),
        ("{{ steps[\"phase-2a\"].output }} {{ steps['phase-2a']['output'] }}", "two a two a"),
        ("{{analyze-risk.output}}", "high {{ input.name }}"),
        ("{{phase-2a.output}}/{{phase-2.output}}", "two a/two"),
        ("{{- phase-2a.output -}}", "two a"),
        ("a {{- phase-2.output -}} b", "atwob"),
        ("{{ input.x-y }} {{ input.o.a-b.c-d }} {{ input['x-y'] }}", "7 8 7"),
        ("{{ input.x-y - 1 }} {{ input.x-y -1 }}", "6 6"),
        ("{{ report.output.title }} {{ report.output.due-date }}", "T soon"),
        ("{{ report.output.output.a-b }}", "1"),
        ("{{ report.output.items[0].n }} {{ report.output.items[-1].n }}", "1.10 2"),
        ("{{ report.output.on }}", "true"),
        ("{{ report.output.items }}", r#"[{"n":1.10},{"n":2}]"#),
        ("{% for i in report.output.items %}{{ i.n }};{% endfor %}", "1.10;2;"),
        ("{{ report.output[\"title\"] }}", "T"),
        ("{{ input.a }}", r#"{"b":[1,{"c":"deep"}]}"#),
        ("{{ gone.output }}|{{ gone.output.any.field }}|{{ gone.output.length }}|", "||0|"),
        ("{% for x in gone.output %}x{% endfor %}{{ gone.output[input.name] }}", ""),
        ("{{ extract.output | upper }} {{ extract.output | length }} {{ extract.output.length }}", "CLAUSES 7 7"),
        ("{{ report.output.items.length }} {{ input.name.length }} {{ input.a.b.length }}", "2 3 2"),
        ("{{ analyze-risk.output.includes('high') }} {{ input.name.toLowerCase() }}", "true ada"),
    ] {
        check(source, input.clone(), expected);
    }
    let whole = json!({"z": 1.50, "a": [true, null]});
    check("{{ input }}", whole.clone(), &whole.to_string());
}

#[test]
fn a_structured_output_is_inserted_as_its_text() {
    let mut scope = scope(json!({}));
    scope.steps.insert("extract".to_owned(), structured("[ 1,\n 2 ]"));
    let render = |source: &str| parse(source).render(&scope).unwrap();
    assert_eq!(render("{{ extract.output }}"), "[ 1,\n 2 ]");
    assert_eq!(render("{% for x in extract.output %}<{{ x }}>{% endfor %}{{ extract.output[1] }}"), "<1><2>2");
    assert_eq!(render("{% set i = 0 %}{{ extract.output[i] }}"), "1");
    assert_eq!(
        render("{{ extract.output | join('+') }} {{ extract.output | sum }} {{ extract.output | length }}"),
        "1+2 3 9"
    );
}

#[test]
fn writes_values_as_json() {
    let input: Value = serde_json::from_str(
        r#"{"t": true, "f": false, "nil": null, "s": "a\"b", "o": {"a": 1, "b": [1.10, "x"]}, "e": [], "m": {},
            "i": 1, "neg": -0, "d": 1.10, "x": 1e3, "y": 1E+5, "half": 0.5,
            "big": 1234567890123456789012345678901234567890, "wide": 123456789012345678901234567890, "price": 2.50}"#,
    )
    .unwrap();
    for (source, expected) in [
        ("{{ input.t }}{{ input.f }}{{ input.nil }}", "truefalsenull"),
        ("{{ input.s }}", "a\"b"),
        ("{{ input.o }} {{ input.e }} {{ input.m }}", r#"{"a":1,"b":[1.10,"x"]} [] {}"#),
        (
            "{{ input.i }} {{ input.neg }} {{ input.d }} {{ input.x }} {{ input.y }} {{ input.half }}",
            "1 -0 1.10 1e+3 1e+5 0.5",
        ),
        ("{{ input.big }} {{ input.wide }}", "1234567890123456789012345678901234567890 123456789012345678901234567890"),
        (
            "{{ input.i + 1 }} {{ input.d + 1 }} {{ input.d * 2 }} {{ input.x / 2 }} {{ -input.d }}",
            "2 2.1 2.2 500.0 -1.1",
        ),
        (
            "{{ input.d == 1.1 }} {{ input.x > 999 }} {{ 1.1 in input.o.b }} {{ input.d in [1.1] }}",
            "true true true true",
        ),
        ("{{ 'a' ~ input.t ~ input.d ~ input.nil ~ input.o }}", r#"atrue1.10null{"a":1,"b":[1.10,"x"]}"#),
        ("{{ [1, true, none, 'x', input.d] }}", r#"[1,true,null,"x",1.10]"#),
        ("{{ {'a': input.d, 'b': {'c': false}} }}", r#"{"a":1.10,"b":{"c":false}}"#),
        ("{{ input.o.b | join(', ') }} {{ [true, none, 1] | join }}", "1.10, x truenull1"),
        ("{{ input.o | tojson }} {{ input.s | tojson }} {{ '<' | tojson }}", r#"{"a":1,"b":[1.10,"x"]} "a\"b" "<""#),
        ("{{ input.e | tojson(2) }}{{ {'a': [1]} | tojson(indent=1) }}", "[]{\n \"a\": [\n  1\n ]\n}"),
        ("{{ input.d | string }} {{ input.t | string }}", "1.10 true"),
        ("{{ [input.price, input.d] | sum }} {{ input.price | round(0) }} {{ input.price | int }}", "3.6 2.0 2"),
        ("{{ [input.price, input.d] | sort | first }} {{ [input.price, 9, input.d] | max }}", "1.1 9"),
        (
            "{{ input.d is number }} {{ input.d is string }} {{ input.i is integer }} {{ input.d is eq 1.1 }}",
            "true false true true",
        ),
        ("{% set v = input.d %}{{ v }} {{ v + 0 }}", "1.10 1.1"),
        ("{% if input.e or input.m or input.nil %}a{% else %}b{% endif %}", "b"),
        ("{{ '%.2f' | format(1.5) }} {{ '%.2f' | format(input.d) }}", "1.50 1.10"),
        (
            "{{ '%s %s %d' | format(input.t, input.nil, 7) }} {{ input.t | upper }} {{ input.nil | trim }}",
            "true null 7 TRUE null",
        ),
        ("{{ input.o | replace('a', 'z') }} {{ input.d | replace('.', ',') }}", r#"{"z":1,"b":[1.10,"x"]} 1,10"#),
    ] {
        check(source, input.clone(), expected);
    }
}

#[test]
fn templates_are_shared_between_threads() {
    fn shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    shared(&parse("{{ extract.output }}"));
    shared(&scope(json!({})));
}

#[test]
fn leaves_text_alone() {
    for source in
        ["", "plain", "a < b && c", "{ x } }} %} #}", "line\n", "\r\nx\r\n\n", "{a-b} analyze-risk", "日本語 😀\n"]
    {
        check(source, json!({}), source);
    }
    check("{% raw %}{{ no-step.here }}{% endraw %}\n", json!({}), "{{ no-step.here }}\n");
    check("a{# {{ no-step }} #}b", json!({}), "ab");
    check("{%- raw -%} {{ x }} {%- endraw -%} b", json!({}), "{{ x }}b");
    check("{{ '{{ no-step.output }}' }}", json!({}), "{{ no-step.output }}");
    check("{{ \"it's a-b\" }}{{ 'a\\'b-c' }}", json!({}), "it's a-ba'b-c");
    check("{{ input.x }}", json!({"x": "{{ input.secret }}{% for %}"}), "{{ input.secret }}{% for %}");
    check("{% if true %}\nx\n{% endif %}\n", json!({}), "\nx\n\n");
    check("<b>{{ input.x }}</b>", json!({"x": "<&>"}), "<b><&></b>");
}

#[test]
fn statements_and_variables() {
    let input = json!({"list": ["a", "b"], "m": {"k": 1}, "rows": [{"id": "x", "v": 1}, {"id": "y", "v": 2}], "n": 3});
    for (source, expected) in [
        ("{% for x in input.list %}{{ loop.index }}{{ x }}{% if not loop.last %},{% endif %}{% endfor %}", "1a,2b"),
        ("{% for k, v in input.m | items %}{{ k }}={{ v }}{% endfor %}", "k=1"),
        ("{% for x in [] %}{% else %}none{% endfor %}", "none"),
        ("{% for r in input.rows if r.v > 1 %}{{ r.id }}{% endfor %}", "y"),
        ("{% set extract = 'mine' %}{{ extract }}", "mine"),
        ("{% for extract in input.list %}{{ extract }}{% endfor %}{{ extract.output }}", "abclauses"),
        (
            "{% set ns = namespace(t=0) %}{% for r in input.rows %}{% set ns.t = ns.t + r.v %}{% endfor %}{{ ns.t }}",
            "3",
        ),
        ("{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}", "3"),
        ("{% set x %}<{{ input.n }}>{% endset %}{{ x }}{{ x }}", "<3><3>"),
        ("{% filter upper %}abc{{ input.list[0] }}{% endfilter %}", "ABCA"),
        ("{% if input.n == 1 %}1{% elif input.n == 3 %}3{% else %}?{% endif %}", "3"),
        ("{{ 'yes' if input.n > 2 else 'no' }}{{ 'x' if false }}", "yes"),
        ("{{ range(3) | list }}{{ range(1, 7, 2) | join('-') }}", "[0,1,2]1-3-5"),
        ("{{ dict(a=1) }}{{ input.rows | map(attribute='id') | join }}", r#"{"a":1}xy"#),
        ("{{ input.rows | selectattr('v', 'gt', 1) | map(attribute='id') | first }}", "y"),
        (
            "{% set a, b = 1, 2 %}{{ b }}{{ (1, 2) | length }}{{ input.list[1:] }}{{ extract.output[:3] }}",
            r#"22["b"]cla"#,
        ),
        ("{% for r in input.rows recursive %}{{ r.id }}{% endfor %}", "xy"),
        ("{% for i in range(2) %}{% for j in range(2) %}{{ i }}{{ j }} {% endfor %}{% endfor %}", "00 01 10 11 "),
        ("{% do range(1) %}{{ 1 }}", "1"),
    ] {
        check(source, input.clone(), expected);
    }
}

#[test]
fn missing_values_are_named() {
    let input = json!({"a": {"x": 1}, "list": [{"id": 1}]});
    for (source, names, line, column) in [
        ("{{ input.b }}", "`input.b`", 1, Some(4)),
        ("\n é {{ input.a.y }}", "`input.a.y`", 2, Some(7)),
        ("{{ input.b.c }}", "`input.b` has no value, so `input.b.c`", 1, Some(4)),
        ("{{ input.a.x.deeper }}", "`input.a.x.deeper`", 1, Some(4)),
        ("{{ input.list[4].id }}", "`input.list[4]`", 1, Some(4)),
        ("{% for r in input.list %}{{ r.nmae }}{% endfor %}", "`r.nmae`", 1, Some(29)),
        ("{% for r in input.list %}{{ r.a.b }}{% endfor %}", "`r.a`", 1, Some(29)),
        ("{% set i = 'k' %}{{ input.a[i] }}", "`input.a.k`", 1, Some(21)),
        ("{% if input.b %}{% endif %}", "`input.b`", 1, Some(7)),
        ("{{ extract.output.field }}", "`extract.output.field`", 1, Some(4)),
        ("{{ report.output.nope }}", "`report.output.nope`", 1, Some(4)),
        ("{% if input.a.x == 2 %}{% set v = 1 %}{% endif %}{{ v }}", "`v`", 1, Some(53)),
        ("{{ analyze.output }}", "`analyze`", 1, Some(4)),
        ("{{ phase-2.output }}{{ input.nothing-here }}", "`input.nothing-here`", 1, Some(24)),
        ("x\n{{ 1 // 0 }}", "", 2, None),
        ("{{ input.\n a.\n x-y | default(1 // 0) }}", "", 3, None),
    ] {
        let error = rendered(source, input.clone()).expect_err(source);
        assert_eq!(error.code, FailureCode::TemplateError, "{source}");
        assert!(error.message.contains(names), "{source}: {}", error.message);
        assert_eq!((error.line, error.column), (Some(line), column), "{source}: {}", error.message);
    }
    for (source, expected) in [
        ("{{ input.b | default('d') }}", "d"),
        ("{{ input.b.c.e | d('d') }}{{ input.list[9].x | default(1) }}", "d1"),
        ("{{ input.b is defined }} {{ input.a.x is defined }} {{ input.b.c is undefined }}", "false true true"),
        ("{% for r in input.list %}{{ r.z.q is defined }}{{ r.z | default('-') }}{% endfor %}", "false-"),
        ("{% if input.b is defined %}{{ input.b }}{% else %}no{% endif %}", "no"),
        ("{{ extract.output.field | default('none') }}", "none"),
        ("{{ report.output.nope.deep | default('none') }}", "none"),
        ("{{ gone.output.x | default('d') }}", ""),
    ] {
        check(source, input.clone(), expected);
    }
}

#[test]
fn references_are_listed() {
    let template = parse(
        "{{ extract.output }}\n{{ phase-2a.output.a.b-c }} {{ steps['analyze-risk'].output[0] }} {{ report.output.x.length }}\
         {% set n = 1 %}{{ n }}{# analyze.output #}{{ 'gone.output' }}{% raw %}{{ gone.output }}{% endraw %}",
    );
    let steps: Vec<_> =
        template.steps().iter().map(|step| (step.id.as_str(), step.path.join("/"), step.line, step.column)).collect();
    assert_eq!(
        steps,
        [
            ("extract", String::new(), 1, 4),
            ("phase-2a", "a/b-c".to_owned(), 2, 4),
            ("analyze-risk", "0".to_owned(), 2, 32),
            ("report", "x".to_owned(), 2, 70),
        ]
    );
    assert!(template.inputs().is_empty());
}

#[test]
fn optional_inputs() {
    for (source, expected) in [
        ("{{ input.a }}{{ input.b.c }}{{ input['d'] }}", "a! b/c! d!"),
        ("{{ input.a | default('') }}{{ input.b | d }}", "a b"),
        ("{{ input.a is defined }}{{ input.b is not defined }}{{ input.c is undefined }}", "a b c"),
        ("{% if input.a is defined %}{{ input.a.x }}{% else %}{{ input.b }}{% endif %}", "a a/x b!"),
        ("{% if input.a is undefined %}{{ input.c }}{% else %}{{ input.a }}{% endif %}", "a c! a"),
        ("{% if not (input.a is defined) %}-{% elif input.a == 1 and input.b %}x{% endif %}", "a a b!"),
        ("{{ input.a if input.a is defined else input.b }}", "a a b!"),
        ("{% if input.a is defined and input.a.b > 1 %}{{ input.a.c }}{% endif %}{{ input.a }}", "a a/b a/c a!"),
        ("{% if input.a is undefined or input.a == 1 %}x{% endif %}", "a a"),
        ("{% if input.a %}{{ input.a }}{% endif %}", "a! a!"),
        ("{% for x in input.list %}{{ input.m[x].y }}{% endfor %}", "list! m!"),
        ("{{ input.text.length }}{{ input.length }}{{ input }}", "text! length! !"),
        ("{% set input_x = 1 %}{{ input_x }}", ""),
        ("{{ (input.a | default(input.b)) ~ input.c-d }}", "a b! c-d!"),
    ] {
        let template = parse(source);
        let mut inputs: Vec<(usize, String)> = template
            .inputs()
            .iter()
            .map(|input| (input.offset, format!("{}{}", input.path.join("/"), if input.required { "!" } else { "" })))
            .collect();
        inputs.sort_by_key(|input| input.0);
        let inputs: Vec<_> = inputs.into_iter().map(|input| input.1).collect();
        assert_eq!(inputs.join(" "), expected, "{source}");
    }
}

#[test]
fn refuses_names_that_mean_nothing() {
    use ProblemCode::{DynamicReference, TemplateSyntax, UnknownReference};
    for (source, code, place, says) in [
        ("{{ analyse-risk.output }}", UnknownReference, (1, 4), "did you mean `analyze-risk`"),
        ("{{ input.n-1 }}{{ a-1 }}", UnknownReference, (1, 19), "Put spaces around `-` to subtract: `a - 1`"),
        ("{{ extrct.output }}", UnknownReference, (1, 4), "Did you mean `extract`?"),
        ("ü\n  {{ name }}", UnknownReference, (2, 6), "`input.name`"),
        ("{{ steps['nope'].output }}", UnknownReference, (1, 4), "`nope`"),
        ("{{ extract }}", UnknownReference, (1, 4), "`extract.output`"),
        ("{{ extract.foo }}", UnknownReference, (1, 4), "`extract.output.foo`"),
        ("{{ phase-2a }} ", UnknownReference, (1, 4), "`phase-2a.output`"),
        ("{{ steps['phase-2a'].text }} ", UnknownReference, (1, 4), "has only `output`"),
        ("{{ input[extract.output] }}", DynamicReference, (1, 4), "computed"),
        ("{% for s in ['a'] %}{{ steps[s].output }}{% endfor %}", DynamicReference, (1, 24), "Name the step"),
        ("{{ steps }}", DynamicReference, (1, 4), "Name the step"),
        ("{{ loop.index }}", UnknownReference, (1, 4), "`{% for %}`"),
        ("{{ foo(1) }}", UnknownReference, (1, 4), "no function `foo`"),
        ("{{ uper('x') }}", UnknownReference, (1, 4), "`upper` is a filter"),
        ("{{ extract.output | uper }}", TemplateSyntax, (1, 21), "Did you mean `upper`?"),
        ("{{ extract.output is defind }}", TemplateSyntax, (1, 22), "Did you mean `defined`?"),
        ("{{ debug() }}", UnknownReference, (1, 4), "`debug`"),
        ("{{ extract.output.replace('a', 'b') }}", TemplateSyntax, (1, 19), "no method `replace`"),
        ("{% set steps = 1 %}", TemplateSyntax, (1, 8), "cannot be called `steps`"),
        ("{{ range }}", TemplateSyntax, (1, 4), "is a function"),
    ] {
        check_problem(source, code, place, says);
    }
}

#[test]
fn refuses_what_cannot_be_read() {
    for (source, place, says) in [
        ("{{ input.a", (1, 1), "never closed"),
        ("x {% if input.a %} y", (1, 3), "Add `{% endif %}`"),
        ("{# never", (1, 1), "comment is never closed"),
        ("{% raw %} x", (1, 1), "raw block is never closed"),
        ("{{ 'abc }}", (1, 4), "string is never closed"),
        ("{{ (1 }} x", (1, 4), "not closed before `}}`"),
        ("{{ 1) }}", (1, 5), "closes nothing"),
        ("{{ [1) }}", (1, 6), "does not close"),
        ("{{ input. }}", (1, 11), "expected identifier"),
        ("é\n{{ input.a input.b }}", (2, 12), "expected end of variable block"),
        ("{{ phase-2a.output phase-2a.output }}", (1, 20), "expected end of variable block"),
        ("{{ }}", (1, 4), "nexpected"),
        ("{{ 1 + }}", (1, 8), "nexpected"),
        ("{% for x input.list %}{% endfor %}", (1, 10), "expected in"),
        ("{% if %}{% endif %}", (1, 7), "nexpected"),
        ("{% endif %}", (1, 1), "closes nothing"),
        ("{% if true %}{% endfor %}{% endif %}", (1, 14), "does not close"),
        ("{% else %}", (1, 1), "does not belong"),
        ("{% include 'x' %}", (1, 1), "`{% include %}` is not available"),
        ("{% extends 'x' %}", (1, 1), "one template"),
        ("{% import 'x' as y %}", (1, 1), "not available"),
        ("{% macro m() %}{% endmacro %}", (1, 1), "no macros"),
        ("{% debug %}", (1, 1), "dry run"),
        ("{% iff x %}", (1, 1), "`iff` is not a tag"),
        ("{{ a && b }}", (1, 6), "Write `and`"),
        ("{{ 1 || 2 }}", (1, 6), "Write `or`"),
        ("{{ !true }}", (1, 4), "Write `not`"),
        ("{{ 1 === 2 }}", (1, 6), "Write `==`"),
        ("{{ 1 !== 2 }}", (1, 6), "Write `!=`"),
        ("{{ true ? 1 : 2 }}", (1, 9), "if condition else"),
        ("{{ 1 $ 2 }}", (1, 6), "nexpected character"),
    ] {
        let all = problems(source);
        let first = &all[0];
        if source != "{{ a && b }}" {
            assert_eq!(first.code, ProblemCode::TemplateSyntax, "{source}");
        }
        assert!(first.message.contains(says), "{source}: {}", first.message);
        assert_eq!((first.line, first.column), place, "{source}: {all:#?}");
    }
}

#[test]
fn all_problems_come_at_once() {
    let source = "{{ input. }}\n{{ a-b }}\n{{ 1 + }}\n{% include 'x' %}\n{{ phase-2a.output }}\n{% if %}{% endif %}";
    let lines: Vec<u32> = problems(source).iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [1, 2, 3, 4, 6]);
    let source = "{{ a-b }}\n{{ nobody }}\n{{ extract }}\n{{ input[extract.output] }}{{ x.y | nope }}";
    let found: Vec<_> = problems(source).iter().map(|problem| (problem.line, problem.rule)).collect();
    assert_eq!(
        found,
        [
            (1, "hyphenated-name"),
            (2, "unknown-name"),
            (3, "step-without-output"),
            (4, "dynamic-input"),
            (4, "unknown-name"),
            (4, "unknown-word")
        ]
    );
}
