//! Finds every syntax error of a template, each at its place.
//!
//! minijinja's parser stops at the first error and tells its line only. So each tag is parsed on its own, completed
//! to a template by what must surround it, and the shortest beginning that cannot be continued tells the place.
//! Which tags open and close blocks is checked here as well. What names mean is for `references`.

use std::sync::OnceLock;

use minijinja::Error;
use minijinja::machinery::{Tokenizer, parse};
use minijinja::syntax::SyntaxConfig;

use super::scan::{Found, Scanned, Tag, TagKind};
use super::{ProblemCode, REPORTED};

/// How many blocks may be open at once, where each `elif` counts: parser and compiler recurse over them.
const DEEPEST_BLOCKS: usize = 60;
/// How many tokens of a faulty tag are tried to find the place of its error.
const TRIED_TOKENS: usize = 300;

/// The name that minijinja sees.
pub(super) const NAME: &str = "prompt";

pub(super) fn config() -> SyntaxConfig {
    static SHARED: OnceLock<SyntaxConfig> = OnceLock::new();
    SHARED.get_or_init(|| SyntaxConfig::builder().keep_trailing_newline(true).build().unwrap_or_default()).clone()
}

/// The tags that this language leaves out, each with what to do instead.
const LEFT_OUT: [(&str, &str); 16] = [
    ("include", "a prompt is one template. Put the text here, or into a step of its own"),
    ("extends", "a prompt is one template. Put the text here"),
    ("block", "a prompt is one template without inheritance. Put the text here"),
    ("endblock", "a prompt is one template without inheritance"),
    ("import", "a prompt is one template. Put the text here"),
    ("from", "a prompt is one template. Put the text here"),
    ("macro", "there are no macros. Use `{% for %}` or `{% set %}`"),
    ("endmacro", "there are no macros"),
    ("call", "there are no macros. Use `{% for %}` or `{% set %}`"),
    ("endcall", "there are no macros"),
    ("debug", "look at the rendered prompt of a dry run instead"),
    ("autoescape", "nothing is escaped in a prompt. Use the filter `escape` where you need it"),
    ("endautoescape", "nothing is escaped in a prompt"),
    ("break", "a loop ends with its list. Use `{% for x in list if … %}`"),
    ("continue", "a loop ends with its list. Use `{% for x in list if … %}`"),
    ("trans", "there are no translations"),
];

/// Adds all syntax errors of the tags to the problems found so far.
pub(super) fn check(source: &str, scanned: &Scanned) -> Vec<Found> {
    let mut found = Vec::new();
    let mut blocks: Vec<(&Tag, &'static str)> = Vec::new();
    let mut deepest = 0;
    for tag in &scanned.tags {
        if found.len() >= REPORTED {
            break;
        }
        if tag.kind == TagKind::Expression {
            if !tag.faulty {
                found.extend(tag_error(source, scanned, tag, "", ""));
            }
            continue;
        }
        match surround(tag) {
            Ok((before, after)) => {
                found.extend(structure(tag, &mut blocks));
                if !tag.faulty {
                    found.extend(tag_error(source, scanned, tag, before, after));
                }
            }
            Err(message) => found.push(syntax(tag.from, "unknown-tag", message)),
        }
        deepest = deepest.max(blocks.len());
        if deepest > DEEPEST_BLOCKS {
            let message = format!("Blocks are nested too deeply: at most {DEEPEST_BLOCKS}, where each `elif` counts.");
            found.push(syntax(tag.from, "too-deep", message));
            return found;
        }
    }
    for (tag, end) in blocks {
        if tag.keyword != "elif" && tag.keyword != "else" {
            let message = format!("This `{{% {} %}}` is never closed. Add `{{% {end} %}}`.", tag.keyword);
            found.push(syntax(tag.from, "block-open", message));
        }
    }
    found
}

fn syntax(offset: usize, rule: &'static str, message: String) -> Found {
    Found { code: ProblemCode::TemplateSyntax, rule, message, offset }
}

/// What has to stand before and behind a statement to make it a whole template.
fn surround(tag: &Tag) -> Result<(&'static str, &'static str), String> {
    Ok(match tag.keyword.as_str() {
        "if" => ("", "{% endif %}"),
        "elif" | "else" => ("{% if true %}", "{% endif %}"),
        "endif" => ("{% if true %}", ""),
        "for" => ("", "{% endfor %}"),
        "endfor" => ("{% for x in [] %}", ""),
        "with" => ("", "{% endwith %}"),
        "endwith" => ("{% with %}", ""),
        "set" if tag.assigns => ("", ""),
        "set" => ("", "{% endset %}"),
        "endset" => ("{% set x %}", ""),
        "filter" => ("", "{% endfilter %}"),
        "endfilter" => ("{% filter upper %}", ""),
        "do" => ("", ""),
        "" => return Err("A tag begins with a word: `if`, `for`, `set`, `with`, `filter`, `raw`.".to_owned()),
        "endraw" => return Err("There is no `{% raw %}` before this `{% endraw %}`.".to_owned()),
        word => {
            if let Some((_, instead)) = LEFT_OUT.iter().find(|(name, _)| *name == word) {
                return Err(format!("`{{% {word} %}}` is not available: {instead}."));
            }
            return Err(format!(
                "`{word}` is not a tag. There are `if`, `for`, `set`, `with`, `filter`, `do` and `raw`."
            ));
        }
    })
}

/// Follows blocks as they open and close. Branches of an `if` stay on the stack, since each is one level for the parser.
fn structure<'t>(tag: &'t Tag, blocks: &mut Vec<(&'t Tag, &'static str)>) -> Option<Found> {
    let end = match tag.keyword.as_str() {
        "if" => "endif",
        "for" => "endfor",
        "with" => "endwith",
        "filter" => "endfilter",
        "set" if !tag.assigns => "endset",
        "elif" | "else" => return branch(tag, blocks),
        "endif" | "endfor" | "endwith" | "endset" | "endfilter" => return close(tag, blocks),
        _ => return None,
    };
    blocks.push((tag, end));
    None
}

fn branch<'t>(tag: &'t Tag, blocks: &mut Vec<(&'t Tag, &'static str)>) -> Option<Found> {
    let word = &tag.keyword;
    match blocks.last() {
        Some((open, "endif")) if open.keyword != "else" => blocks.push((tag, "endif")),
        Some((open, "endfor")) if word == "else" && open.keyword != "else" => blocks.push((tag, "endfor")),
        Some((open, _)) if open.keyword == "else" => {
            return Some(syntax(tag.from, "block-order", format!("No `{word}` can follow an `else`.")));
        }
        _ => {
            let message = format!("This `{{% {word} %}}` does not belong to an open `if` or `for`.");
            return Some(syntax(tag.from, "block-order", message));
        }
    }
    None
}

fn close<'t>(tag: &'t Tag, blocks: &mut Vec<(&'t Tag, &'static str)>) -> Option<Found> {
    let word = tag.keyword.as_str();
    let Some((open, end)) = blocks.last() else {
        return Some(syntax(tag.from, "block-close", format!("This `{{% {word} %}}` closes nothing.")));
    };
    if *end != word {
        let message = format!(
            "`{{% {word} %}}` does not close the `{{% {} %}}` before it. Close that one first with `{{% {end} %}}`.",
            open.keyword
        );
        // If an outer block waits for this tag, the inner one was forgotten: go on as if it had been closed.
        if let Some(level) = blocks.iter().rposition(|(_, end)| *end == word) {
            blocks.truncate(level + 1);
            pop_branches(blocks);
        }
        return Some(syntax(tag.from, "block-close", message));
    }
    pop_branches(blocks);
    None
}

fn pop_branches(blocks: &mut Vec<(&Tag, &'static str)>) {
    while let Some((tag, _)) = blocks.pop() {
        if tag.keyword != "elif" && tag.keyword != "else" {
            break;
        }
    }
}

/// The syntax error inside one tag.
fn tag_error(source: &str, scanned: &Scanned, tag: &Tag, before: &str, after: &str) -> Option<Found> {
    let from = scanned.rewritten(tag.from);
    let code = &scanned.text[from..scanned.rewritten(tag.to)];
    let whole = format!("{before}{code}{after}");
    let error = parse(&whole, NAME, config()).err()?;
    let place =
        place(&whole, before.len(), before.len() + code.len(), |beginning| parse(beginning, NAME, config()).err());
    let offset = scanned.original(from + place.saturating_sub(before.len()).min(code.len()));
    Some(syntax(end_of_tag(source, tag, offset), "syntax", describe(&error)))
}

/// A place at the end of a tag is better shown at its closing marker than behind it.
fn end_of_tag(source: &str, tag: &Tag, offset: usize) -> usize {
    if offset >= tag.to && source[..tag.to].ends_with('}') { tag.to - 2 } else { offset }
}

/// The syntax error of a condition.
pub(super) fn expression_error(scanned: &Scanned) -> Option<Found> {
    use minijinja::machinery::parse_expr;
    let error = parse_expr(&scanned.text).err()?;
    // A beginning in braces ends where the text ends, as a condition does.
    let whole = format!("{{{{{}", scanned.text);
    let place = place(&whole, 2, whole.len(), |beginning| parse(beginning, NAME, config()).err());
    let offset = scanned.original(place.saturating_sub(2).min(scanned.text.len()));
    Some(syntax(offset, "syntax", describe(&error)))
}

/// The first token with which a beginning of the text becomes wrong, whatever may follow.
fn place(whole: &str, from: usize, to: usize, error: impl Fn(&str) -> Option<Error>) -> usize {
    let mut tokenizer = Tokenizer::new(whole, NAME, false, config());
    let mut end = from;
    for _ in 0..TRIED_TOKENS {
        match tokenizer.next_token() {
            Ok(Some((_, span))) if (span.start_offset as usize) < from => {}
            Ok(Some((_, span))) => {
                let start = span.start_offset as usize;
                if start >= to {
                    break;
                }
                end = span.end_offset as usize;
                let Some(beginning) = whole.get(..end) else { break };
                if error(beginning).is_some_and(|error| !wants_more(&error)) {
                    return start;
                }
            }
            Ok(None) => break,
            // What is no token at all begins behind the last token and its spaces.
            Err(_) => return end + whole[end..].len() - whole[end..].trim_start().len(),
        }
    }
    end
}

fn wants_more(error: &Error) -> bool {
    error.detail().is_some_and(|detail| detail.contains("end of input"))
}

fn describe(error: &Error) -> String {
    let detail = error.detail().unwrap_or("this cannot be read");
    let mut letters = detail.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// The error of a text whose tags are all right on their own, by its line.
pub(super) fn whole_error(source: &str, error: &Error) -> Found {
    let line = error.line().unwrap_or(1);
    let offset = source.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    syntax(offset, "syntax", describe(error))
}
