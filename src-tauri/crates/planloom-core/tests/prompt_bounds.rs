//! What a template may not do: every bomb ends in an error, and nothing ends the process.

use std::collections::HashMap;
use std::sync::Arc;

use planloom_core::condition::Condition;
use planloom_core::failure::FailureCode;
use planloom_core::prompt::{ProblemCode, Scope, StepIds, StepScope, Template};
use serde_json::json;

fn ids() -> StepIds {
    ["big", "list", "a-b"].into_iter().collect()
}

fn scope(output: &str) -> Scope {
    let step = StepScope { output: Arc::from(output), output_json: None, skipped: false };
    Scope {
        input: Arc::new(
            json!({"s": "x".repeat(1000), "list": [1, 2, 3], "m": {"a": {"b": 1}}, "n": 9_000_000_000_i64}),
        ),
        steps: HashMap::from([("big".to_owned(), step)]),
    }
}

#[test]
fn bombs_end_in_an_error() {
    let doubling = "{% set ns = namespace(s=input.s) %}{% for i in range(100) %}{% set ns.s = ns.s OP ns.s %}{% endfor %}{{ ns.s }}";
    let mut bombs = vec![
        "{{ 'x' * 1000000000 }}".to_owned(),
        "{{ 'x' * 99999999 }}".to_owned(),
        "{{ 1000000000000000000000 * 'x' }}".to_owned(),
        "{{ input.s * input.n }}".to_owned(),
        "{{ ([1] * 100000000) | list | length }}".to_owned(),
        "{{ range(1000000000) | list }}".to_owned(),
        "{{ range(0, 9223372036854775807, 1) | list }}".to_owned(),
        "{{ range(9223372036854775807, -9223372036854775807, -1) | list }}".to_owned(),
        "{{ '%1000000000d' | format(1) }}".to_owned(),
        "{{ '%.1000000000f' | format(1.5) }}".to_owned(),
        "{{ '%*d' | format(1000000000, 1) }}".to_owned(),
        "{{ input.s | indent(1000000000, true) }}".to_owned(),
        "{{ input.s | replace('', 'y' * 1000000) }}".to_owned(),
        "{{ input.s | replace('x', input.s) | replace('x', input.s) | replace('x', input.s) }}".to_owned(),
        "{{ input.list | batch(1000000000, 'x') }}".to_owned(),
        "{{ input.list | slice(1000000000) }}".to_owned(),
        "{{ range(100000) | join(input.s) }}".to_owned(),
        "{{ input.m | tojson(1000000000) }}".to_owned(),
        "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}".to_owned(),
        "{% for a in range(9999) %}{% for b in range(9999) %}text that is written{% endfor %}{% endfor %}".to_owned(),
        "{% for a in range(100000) %}{{ input.s }}{% endfor %}".to_owned(),
        "{% for a in range(100000) %}{% set x %}{{ input.s * 1000 }}{% endset %}{% endfor %}".to_owned(),
        "{% for x in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}".to_owned(),
        "{% for x in range(10) recursive %}{{ loop(range(10)) }}{% endfor %}".to_owned(),
        "{% set ns = namespace(l=[]) %}{% for i in range(100000) %}{% set ns.l = [ns.l] %}{% endfor %}".to_owned(),
        "{% set ns = namespace(l={}) %}{% for i in range(100000) %}{% set ns.l = {'a': ns.l} %}{% endfor %}".to_owned(),
        "{% set ns = namespace(l=[]) %}{% for i in range(100000) %}{% set ns.l = ns.l + [i] %}{% endfor %}".to_owned(),
        "{% set ns = namespace() %}{% set ns.me = ns %}{{ ns }}".to_owned(),
        "{% set ns = namespace() %}{% set l = [ns] %}{% set ns.l = l %}{{ ns }}".to_owned(),
        "{% set ns = namespace(l=[1]) %}{% for i in range(100) %}{% set ns.l = ns.l + ns.l %}{% endfor %}".to_owned(),
        format!("{}{{{{ x }}}}", "{% set x = [x | default(1)] %}".repeat(3000).replacen("x | default(1)", "1", 1)),
        "{{ input.list[::0] }}".to_owned(),
        "{{ 9 ** 99999999999 }}".to_owned(),
        "{{ 1 // 0 }}{{ 1 % 0 }}".to_owned(),
    ];
    for operator in ["~", "+"] {
        bombs.push(doubling.replace("OP", operator));
    }
    for source in bombs {
        let template = Template::parse(&source, &ids()).unwrap_or_else(|problems| panic!("{source}: {problems:?}"));
        let error = match template.render(&scope("x")) {
            Ok(text) => panic!("{source:.200}: rendered {} bytes", text.len()),
            Err(error) => error,
        };
        assert!(
            matches!(error.code, FailureCode::TemplateError | FailureCode::PromptTooLarge),
            "{source:.200}: {error:?}"
        );
        assert!(!error.message.contains("engine failed"), "{source:.200}: {error:?}");
    }
}

/// Work that costs the more the larger the data is, done over and over.
#[test]
fn large_data_is_paid_for_each_time() {
    let numbers: Vec<_> = (0..20_000).collect();
    let map: serde_json::Map<String, serde_json::Value> = (0..20_000).map(|i| (format!("k{i}"), json!(i))).collect();
    let mut scope = scope(&"x".repeat(1 << 20));
    scope.input =
        Arc::new(json!({"a": numbers, "b": numbers, "nested": [numbers, numbers], "m": map, "t": "é".repeat(1 << 19)}));
    for work in [
        "{% if [[input.a]] == [[input.b]] %}{% endif %}",
        "{% if input.nested.includes([1]) %}{% endif %}",
        "{% if input.nested is eq input.nested %}{% endif %}",
        "{% set x = input.nested | unique | list %}",
        "{% if 'y' in big.output %}{% endif %}",
        "{% if input.t.length == 1 or big.output.length == 1 %}{% endif %}",
        "{% set x = input.m | tojson %}",
    ] {
        let source = format!("{{% for i in range(100000) %}}{work}{{% endfor %}}");
        let template = Template::parse(&source, &ids()).unwrap_or_else(|problems| panic!("{source}: {problems:?}"));
        let error = template.render(&scope).expect_err(&source);
        assert_eq!(error.code, FailureCode::TemplateError, "{source}: {error:?}");
    }
    // These cost next to nothing, however large the data.
    let source = "{% for i in range(1000) %}{% if input.a and input.m and input.m.k5 == 5 and 'k7' in input.m %}\
                  {{ input.m | first }}{{ input.a | length }}{{ input.a.length }}{% endif %}{% endfor %}";
    Template::parse(source, &ids()).unwrap().render(&scope).unwrap();
}

#[test]
fn extreme_numbers_do_no_harm() {
    for source in [
        "{{ input.list[::-9223372036854775807] }}",
        "{{ input.list[-9223372036854775808:] }}{{ 'abc'[:-9223372036854775808] }}",
        "{{ 'abc'[::-9223372036854775808] }}",
        "{{ 1.5 | round(2000000000) }}{{ 1.5 | round(-2000000000) }}",
        "{{ 170141183460469231731687303715884105727 + 1 }}",
        "{{ -170141183460469231731687303715884105727 - 9 }}",
        "{{ 340282366920938463463374607431768211455 * 2 }}",
        "{{ input.list[99999999999999999999] | default(1) }}",
        "{{ range(-5, 5, 9007199254740992) | list }}",
        "{{ '1' | int(base=99) }}{{ 'z' | int(0, 36) }}",
        "{{ 1e308 * 10 }}{{ -1e308 * 10 }}{{ ('9' * 400) | int }}",
        // A lazy view of a lazy view, a thousand times over.
        "{% set ns = namespace(l=[1, 2]) %}{% for i in range(1000) %}{% set ns.l = ns.l[0:] | reverse | map('string') %}\
         {% endfor %}{{ ns.l }}",
    ] {
        let template = Template::parse(source, &ids()).unwrap_or_else(|problems| panic!("{source}: {problems:?}"));
        // Either outcome is right, as long as it is the language's own.
        if let Err(error) = template.render(&scope("x")) {
            assert!(!error.message.contains("engine failed"), "{source}: {error:?}");
        }
    }
}

#[test]
fn depth_is_refused_before_a_parser_sees_it() {
    let n = 100_000;
    for source in [
        format!("{{{{ {}1{} }}}}", "(".repeat(n), ")".repeat(n)),
        format!("{{{{ {}1{} }}}}", "[".repeat(n), "]".repeat(n)),
        format!("{{{{ {}1{} }}}}", "{1:".repeat(n), "}".repeat(n)),
        format!("{{{{ {}true }}}}", "not ".repeat(n)),
        format!("{{{{ {}1 }}}}", "-".repeat(n)),
        format!("{{{{ {}1 }}}}", "- ".repeat(n)),
        format!("{{{{ 1{} }}}}", " + 1".repeat(n)),
        format!("{{{{ 1{} }}}}", " ** 1".repeat(n)),
        format!("{{{{ 'a'{} }}}}", " ~ 'a'".repeat(n)),
        format!("{{{{ input{} }}}}", ".a".repeat(n)),
        format!("{{{{ input{} }}}}", "['a']".repeat(n)),
        format!("{{{{ input.a{} }}}}", "|upper".repeat(n)),
        format!("{{{{ input.a{} }}}}", "()".repeat(n)),
        format!("{{{{ input.a{} }}}}", " is string".repeat(n)),
        format!("{{{{ {}1 }}}}", "1 if 1 else ".repeat(n)),
        format!("{{{{ 1{} }}}}", " if 1".repeat(n)),
        format!("{{{{ 1{} }}}}", " < 1".repeat(n)),
        format!("{{{{ {}1 }}}}", "x and ".repeat(n)),
        format!("{{% set {}a = 1 %}}", "(".repeat(n)),
        format!("{{% set a{} = 1 %}}", ".b".repeat(n)),
        "{% if true %}".repeat(60_000),
        format!("{}{}", "{% for x in [] %}".repeat(30_000), "{% endfor %}".repeat(30_000)),
        format!("{{% if true %}}{}{{% endif %}}", "{% elif true %}".repeat(60_000)),
        format!("{}x", "{% with %}".repeat(n)),
        format!("{}x", "{% filter upper %}".repeat(50_000)),
    ] {
        let problems = Template::parse(&source, &ids()).expect_err(&source[..40]);
        let deep = problems.iter().any(|problem| problem.rule == "too-deep");
        assert!(deep || problems.iter().all(|problem| problem.code == ProblemCode::PromptTooLarge), "{:.40}", source);
    }
    let problems = Condition::parse(&"(".repeat(n), &ids()).expect_err("a deep condition");
    assert_eq!(problems[0].rule, "too-deep");
}

#[test]
fn what_is_just_allowed_fits_the_stack() {
    // In a debug build and on a thread of a test, which has 2 MiB.
    let source = format!(
        "{}{{{{ {}1{}{} }}}}{}",
        "{% if true %}".repeat(50),
        "(".repeat(23),
        ")".repeat(23),
        " + 1".repeat(90),
        "{% endif %}".repeat(50),
    );
    let text = Template::parse(&source, &ids()).unwrap().render(&scope("x")).unwrap();
    assert_eq!(text, "91");
    let source = format!("{{% if false %}}{}{{% endif %}}", "{% elif false %}".repeat(58));
    assert_eq!(Template::parse(&source, &ids()).unwrap().render(&scope("x")).unwrap(), "");
    for (operator, end) in [("not ", "true"), ("- ", "1"), ("1 if 1 else ", "1"), ("[", "")] {
        let count = match operator {
            "[" => 24,
            "1 if 1 else " => 59,
            _ => 119,
        };
        let source =
            format!("{{{{ {}{end}{} }}}}", operator.repeat(count), "]".repeat(if end.is_empty() { 24 } else { 0 }));
        Template::parse(&source, &ids()).unwrap().render(&scope("x")).unwrap();
    }
    let source = format!("{{{{ [{}] | length }}}}", "1,".repeat(100_000));
    assert_eq!(Template::parse(&source, &ids()).unwrap().render(&scope("x")).unwrap(), "100000");
}

#[test]
fn sizes() {
    let largest = "x".repeat(1 << 20);
    assert_eq!(Template::parse(&largest, &ids()).unwrap().render(&scope("x")).unwrap(), largest);
    let problems = Template::parse(&format!("{largest}x"), &ids()).unwrap_err();
    assert_eq!((problems.len(), problems[0].code), (1, ProblemCode::PromptTooLarge));

    let template = Template::parse("{{ big.output }}", &ids()).unwrap();
    let most = "y".repeat(16 << 20);
    assert_eq!(template.render(&scope(&most)).unwrap().len(), 16 << 20);
    let error = Template::parse("{{ big.output }}x", &ids()).unwrap().render(&scope(&most)).unwrap_err();
    assert_eq!(error.code, FailureCode::PromptTooLarge);
    let error = Template::parse("{{ big.output }}{{ big.output }}{{ big.output }}", &ids());
    assert_eq!(error.unwrap().render(&scope(&most)).unwrap_err().code, FailureCode::PromptTooLarge);
}

#[test]
fn honest_work_is_not_stopped() {
    let rows: Vec<_> = (0..50_000).map(|i| json!({"name": format!("row {i}"), "price": i, "ok": i % 2 == 0})).collect();
    let mut scope = scope(&"a line of text of an ordinary length, as a model writes it\n".repeat(20_000));
    scope.input = Arc::new(json!({"rows": rows}));
    for source in [
        "{% for r in input.rows %}- {{ r.name }}: {{ r.price * 2 }}{% if r.ok %} (ok){% endif %}\n{% endfor %}",
        "{% for line in big.output | lines %}> {{ line | trim }}\n{% endfor %}",
        "{{ input.rows | selectattr('ok') | map(attribute='name') | join(', ') }}",
        "{{ input.rows | sort(attribute='price', reverse=true) | first }}{{ input.rows | tojson }}",
        "{% for i in range(10) %}{{ big.output }}{% endfor %}",
        "{% set ns = namespace(n=0) %}{% for r in input.rows %}{% set ns.n = ns.n + r.price %}{% endfor %}{{ ns.n }}",
    ] {
        let template = Template::parse(source, &ids()).unwrap_or_else(|problems| panic!("{source}: {problems:?}"));
        if let Err(error) = template.render(&scope) {
            panic!("{source}: {error:?}");
        }
    }
}
