//! How names are found: random templates made of pieces whose references are known, and random texts that must do no harm.

use std::collections::HashMap;
use std::sync::Arc;

use planloom_core::prompt::{ProblemCode, Scope, StepIds, StepScope, Template};
use proptest::prelude::*;
use serde_json::json;

const IDS: [&str; 9] = ["a", "a-b", "a-1", "phase-2a", "x--y", "n1-_", "not-a", "is-in", "end"];

fn ids() -> StepIds {
    IDS.into_iter().collect()
}

fn scope() -> Scope {
    let steps = IDS.into_iter().map(|id| {
        let step = StepScope { output: Arc::from(format!("<{id}>")), output_json: None, skipped: false };
        (id.to_owned(), step)
    });
    Scope {
        input: Arc::new(json!({"n": 7, "a-b": "key", "o": {"x-1": 2}, "s": "text"})),
        steps: steps.collect::<HashMap<_, _>>(),
    }
}

/// A piece of a template: its source, what it renders to, and the step that it refers to with the place in the piece.
#[derive(Clone, Debug)]
struct Piece {
    source: String,
    shown: String,
    step: Option<(String, usize)>,
}

fn piece(source: impl Into<String>, shown: impl Into<String>) -> Piece {
    Piece { source: source.into(), shown: shown.into(), step: None }
}

fn text() -> impl Strategy<Value = Piece> {
    "[a-z0-9 .|%}#'\"\né😀-]{0,8}".prop_map(|text| piece(text.clone(), text))
}

fn reference() -> impl Strategy<Value = Piece> {
    let spaces = prop::sample::select(vec!["", " ", "\n  ", "\t"]);
    let form = prop::sample::select(vec![
        "@.output",
        "steps[\"@\"].output",
        "steps['@']['output']",
        "@ . output",
        "(@.output)",
        "@.output|trim",
        "@.output | default('no-step')",
        "'' ~ @.output",
        "@.output if 1 - 1 == 0 else 'b-c'",
        "[@.output][0]",
        "{'k-k': @.output}['k-k']",
        "'no' if not @.output else '' ~ (@['output'])",
        "@.output if @.output is string else a-b.output",
    ]);
    (prop::sample::select(IDS.to_vec()), form, spaces.clone(), spaces).prop_map(|(id, form, before, after)| {
        let code = form.replace('@', id);
        let inside = code.find(id).unwrap_or_default();
        let at = if form.starts_with("steps") { 0 } else { inside };
        let source = format!("{{{{{before}{code}{after}}}}}");
        Piece { source, shown: format!("<{id}>"), step: Some((id.to_owned(), 2 + before.len() + at)) }
    })
}

fn other() -> impl Strategy<Value = Piece> {
    prop::sample::select(vec![
        piece("{{ input.n - 1 }}", "6"),
        piece("{{ input.n -1 }}", "6"),
        piece("{{input.a-b}}", "key"),
        piece("{{ input.o.x-1 - 1 }}", "1"),
        piece("{{ 1e-3 * 1000 }}", "1.0"),
        piece("{{ 0x1f-1 }}{{ 5-2 }}{{ 5-(2) }}", "3033"),
        piece("{{ 'a-b.output {{ c-d }}' }}", "a-b.output {{ c-d }}"),
        piece("{{ \"it's \\\" {{ q-q\" }}", "it's \" {{ q-q"),
        piece("{# {{ c-d }} {% if x-y #}", ""),
        piece("{% raw %}{{ c-d }}{%if%}{% endraw %}", "{{ c-d }}{%if%}"),
        piece("{%raw%} {# {%endraw%}", " {# "),
        piece("{% set v = 3 %}{{ v -1 }}{{ v - 1 }}", "22"),
        piece("{% set _v1 = 3 %}{{ _v1-1 }}", "2"),
        piece("{% set é = 3 %}{{ é-1 }}", "2"),
        piece("{% for a in [1, 2] %}{{ a - 1 }}{{ loop.index-1 }}{% endfor %}", "0011"),
        piece("{{ input.s is string }}{{ input.s is not number }}", "truetrue"),
        piece("{{ dict(a=1, end=2).end }}", "2"),
        piece("{{ {'a': {'b': {}}} }}", r#"{"a":{"b":{}}}"#),
        piece("{{ [1, 2, 3][-1] - 1 }}{{ [[5]].0.0-1 }}", "24"),
        piece("{% if input.n-%} y {%-endif %}", "y"),
        piece("{{ 'x' if input.n -7 else 'z' }}", "z"),
    ])
}

fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    prop::collection::vec(prop_oneof![text(), reference(), other()], 0..10)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn known_references_are_found_at_their_places(pieces in pieces()) {
        let source: String = pieces.iter().map(|piece| piece.source.as_str()).collect();
        let shown: String = pieces.iter().map(|piece| piece.shown.as_str()).collect();
        let template = Template::parse(&source, &ids());
        prop_assert!(template.is_ok(), "{source}: {:?}", template.err());
        let template = template.unwrap();

        let mut start = 0;
        for piece in &pieces {
            if let Some((id, at)) = &piece.step {
                let offset = start + at;
                let found = template.steps().iter().find(|step| step.offset == offset);
                prop_assert!(found.is_some(), "{source}: {id} at {offset} in {:?}", template.steps());
                let found = found.unwrap();
                prop_assert_eq!(&found.id, id);
                let before = &source[..offset];
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
                prop_assert_eq!((found.line as usize, found.column as usize), (line, column));
            }
            let inside = start..start + piece.source.len();
            let steps = template.steps().iter().filter(|step| inside.contains(&step.offset));
            prop_assert_eq!(steps.count() > 0, piece.step.is_some(), "{}", &piece.source);
            start = inside.end;
        }
        let rendered = template.render(&scope());
        prop_assert!(rendered.is_ok(), "{source}: {:?}", rendered.err());
        prop_assert_eq!(rendered.unwrap(), shown);
    }

    #[test]
    fn a_wrong_name_is_reported_at_its_place(
        before in pieces(),
        after in pieces(),
        name in prop::sample::select(vec!["b-a", "zz-top", "a-", "q1-2-3", "b", "Zed"]),
    ) {
        let wrong = [piece("", ""), Piece { source: format!("{{{{ {name}.output }}}}"), shown: String::new(), step: None }];
        let all: Vec<Piece> = before.iter().chain(&wrong).chain(&after).cloned().collect();
        // A hyphen at the end is not part of a name: what is left is `a`, a hyphen and a dot.
        let offset = before.iter().map(|piece| piece.source.len()).sum::<usize>() + 3;
        let source: String = all.iter().map(|piece| piece.source.as_str()).collect();
        let problems = Template::parse(&source, &ids()).expect_err("a wrong name");
        prop_assert_eq!(problems.len(), 1, "{}: {:?}", &source, &problems);
        if name == "a-" {
            prop_assert_eq!(problems[0].code, ProblemCode::TemplateSyntax);
            prop_assert_eq!(problems[0].offset, offset + 2);
        } else {
            prop_assert_eq!(problems[0].code, ProblemCode::UnknownReference);
            prop_assert_eq!(problems[0].offset, offset);
        }
    }

    #[test]
    fn text_without_markers_comes_back_unchanged(source in "[^{]{0,200}") {
        let template = Template::parse(&source, &ids()).unwrap();
        prop_assert_eq!(template.render(&scope()).unwrap(), source);
    }

    #[test]
    fn text_around_an_expression_comes_back_unchanged(before in "[^{]{0,50}", after in "[^{]{0,50}") {
        let template = Template::parse(&format!("{before}{{{{ a-b.output }}}}{after}"), &ids()).unwrap();
        prop_assert_eq!(template.render(&scope()).unwrap(), format!("{before}<a-b>{after}"));
    }

    #[test]
    fn what_is_inserted_is_never_evaluated(value in "\\PC{0,40}|(\\{\\{|\\}\\}|\\{%|%\\}|a-b|\\{#| ){0,12}") {
        let template = Template::parse("[{{ input.v }}|{{ a.output }}]", &ids()).unwrap();
        let mut scope = scope();
        scope.input = Arc::new(json!({ "v": value }));
        scope.steps.insert("a".into(), StepScope { output: Arc::from(value.as_str()), output_json: None, skipped: false });
        prop_assert_eq!(template.render(&scope).unwrap(), format!("[{value}|{value}]"));
    }

    #[test]
    fn any_text_is_read_or_refused(source in "\\PC{0,80}") {
        no_harm(&source)?;
    }

    #[test]
    fn any_pieces_are_read_or_refused(pieces in prop::collection::vec(prop::sample::select(vec![
        "{{", "}}", "{%", "%}", "{#", "#}", "{{-", "-}}", "-%}", " ", "\n", "a", "a-b", "a-b.output", "input", "input.n",
        "steps", "[", "]", "(", ")", "{", "}", "'", "\"", "\\", ".", "-", "+", "*", "|", "~", ",", ":", "=", "==", "!", "&&",
        "if", "endif", "for", "x", " in ", "endfor", "else", "elif", "set", "endset", "raw", "endraw", "is", "not", "defined",
        "upper", "1", "1e-", "0x", "é", "😀", "filter", "endfilter", "with", "endwith", "do", "range(3)", "loop", "length",
        "{% if a.output %}", "{% endif %}", "{% for x in range(3) %}", "{% endfor %}", "{{ x }}", "namespace(", "input.o",
    ]), 0..24)) {
        no_harm(&pieces.concat())?;
    }
}

/// Whatever it is, it is read or refused with places inside of it, and rendering it ends.
fn no_harm(source: &str) -> Result<(), TestCaseError> {
    match Template::parse(source, &ids()) {
        Ok(template) => {
            for step in template.steps() {
                prop_assert!(source.is_char_boundary(step.offset) && ids().contains(&step.id));
                let named = source[step.offset..].starts_with(&step.id) || source[step.offset..].starts_with("steps");
                prop_assert!(named, "{source}: {step:?}");
            }
            for input in template.inputs() {
                prop_assert!(source[input.offset..].starts_with("input"), "{source}: {input:?}");
            }
            if let Err(error) = template.render(&scope()) {
                prop_assert!(!error.message.contains("engine failed"), "{source}: {error:?}");
            }
        }
        Err(problems) => {
            prop_assert!(!problems.is_empty());
            for problem in problems {
                prop_assert!(source.is_char_boundary(problem.offset), "{source}: {problem:?}");
                prop_assert!(!problem.message.contains('\u{1}'), "{source}: {problem:?}");
            }
        }
    }
    Ok(())
}
