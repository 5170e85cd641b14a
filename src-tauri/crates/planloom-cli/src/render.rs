//! What people read: words, icons, money, tables. It writes nothing; everything is text that somebody else prints.
//!
//! Output of models is data from outside, so [`plain`] takes out of it what a terminal would obey.

mod approval;
mod execution;
mod failure;
mod plan;
mod progress;
mod table;

use chrono::{DateTime, Local, Utc};
use serde_json::Value;

pub use approval::{approval, approvals};
pub use execution::{conclusion, execution, executions, results, step, waiting};
pub use failure::{failure, issues};
pub use plan::{dry_run, plan, plans};
pub use progress::Progress;
pub use table::Table;

/// Whether colours may be used.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    pub colour: bool,
}

/// An SGR number: what the terminal calls a colour.
type Sgr = &'static str;
pub const BOLD: Sgr = "1";
pub const DIM: Sgr = "2";
pub const RED: Sgr = "31";
pub const GREEN: Sgr = "32";
pub const YELLOW: Sgr = "33";
pub const BLUE: Sgr = "34";

impl Style {
    pub fn paint(self, sgr: Sgr, text: &str) -> String {
        if self.colour && !text.is_empty() { format!("\u{1b}[{sgr}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Icon and word of a status, of an execution or of a task.
    pub fn status(self, status: &str) -> String {
        let (icon, sgr) = look(status);
        self.paint(sgr, &format!("{icon} {}", word(status)))
    }
}

/// A status has one icon and one colour everywhere.
fn look(status: &str) -> (&'static str, Sgr) {
    match status {
        "completed" => ("✓", GREEN),
        "running" => ("▶", BLUE),
        "queued" => ("…", BLUE),
        "paused" | "awaiting_approval" => ("◆", YELLOW),
        "failed" => ("✗", RED),
        "rejected" => ("⊘", RED),
        "cancelled" => ("■", DIM),
        "skipped" => ("↷", DIM),
        // `pending`, and whatever a newer program says.
        _ => ("○", DIM),
    }
}

/// A status as people read it.
pub fn word(status: &str) -> String {
    status.replace('_', " ")
}

/// A text without what a terminal would obey: escape sequences and other control characters.
pub fn plain(text: &str) -> String {
    let is_harmless = |c: char| matches!(c, '\n' | '\t') || !c.is_control();
    text.replace("\r\n", "\n").chars().map(|c| if is_harmless(c) { c } else { '\u{fffd}' }).collect()
}

/// The text of a field; empty when there is none.
pub fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

/// Milliseconds as people say them.
pub fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        60_000..3_600_000 => format!("{} min {:02} s", ms / 60_000, ms % 60_000 / 1_000),
        _ => format!("{} h {:02} min", ms / 3_600_000, ms % 3_600_000 / 60_000),
    }
}

/// US dollars; small amounts keep the digits that make them something.
pub fn dollars(usd: f64) -> String {
    match usd {
        0.0 => "$0".to_owned(),
        usd if usd < 0.0001 => "<$0.0001".to_owned(),
        usd if usd < 1.0 => format!("${usd:.4}"),
        usd => format!("${usd:.2}"),
    }
}

/// The cost in an execution's `usage`.
pub fn cost_of_usage(usage: &Value) -> String {
    cost(&usage["totalCost"], &usage["knownCost"], usage["atLeast"] == true)
}

/// A cost of which only a part may be known.
fn cost(total: &Value, known: &Value, at_least: bool) -> String {
    match (total.as_f64(), known.as_f64()) {
        (Some(total), _) if at_least => format!("at least {}", dollars(total)),
        (Some(total), _) => dollars(total),
        (None, Some(known)) if known > 0.0 => format!("at least {}, the rest unknown", dollars(known)),
        (None, _) => "cost unknown".to_owned(),
    }
}

/// `500 → 800 tokens`
pub fn tokens(usage: &Value) -> String {
    let count = |field: &str| usage[field].as_u64().unwrap_or(0);
    let sign = if usage["estimated"] == true { "≈ " } else { "" };
    format!("{sign}{} → {} tokens", count("input"), count("output"))
}

/// A timestamp in the reader's own time.
pub fn local_time(timestamp: &str) -> String {
    match DateTime::parse_from_rfc3339(timestamp) {
        Ok(at) => at.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => timestamp.to_owned(),
    }
}

/// Milliseconds between two timestamps; until now when the second is missing.
pub fn between(from: &Value, to: &Value) -> Option<u64> {
    let read = |value: &Value| DateTime::parse_from_rfc3339(value.as_str()?).ok().map(|at| at.with_timezone(&Utc));
    let to = if to.is_null() { Some(Utc::now()) } else { read(to) };
    u64::try_from((to? - read(from)?).num_milliseconds()).ok()
}

/// The beginning of a text, on one line.
pub fn first_line(text: &str, chars: usize) -> String {
    let line = plain(text).split_whitespace().collect::<Vec<_>>().join(" ");
    shortened(&line, chars)
}

/// At most so many characters, the last one telling that there were more.
pub fn shortened(text: &str, chars: usize) -> String {
    if text.chars().count() <= chars {
        return text.to_owned();
    }
    text.chars().take(chars.saturating_sub(1)).chain(std::iter::once('…')).collect()
}

/// Lines under a heading, moved to the right.
pub fn indented(text: &str) -> String {
    plain(text).lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_terminal_gets_nothing_to_obey() {
        assert_eq!(plain("a\u{1b}[2Jb\r\nc\u{7}\td\u{9b}1m"), "a\u{fffd}[2Jb\nc\u{fffd}\td\u{fffd}1m");
    }

    #[test]
    fn colours_come_only_where_they_may() {
        assert_eq!(Style { colour: false }.status("awaiting_approval"), "◆ awaiting approval");
        assert_eq!(Style { colour: true }.status("failed"), "\u{1b}[31m✗ failed\u{1b}[0m");
        assert_eq!(Style { colour: true }.paint(RED, ""), "");
    }

    #[test]
    fn durations_and_money_are_readable() {
        let durations = [0, 999, 1_000, 59_999, 60_000, 3_600_000].map(duration);
        assert_eq!(durations, ["0 ms", "999 ms", "1.0 s", "59.9 s", "1 min 00 s", "1 h 00 min"]);
        let amounts = [0.0, 0.000_01, 0.034, 12.5].map(dollars);
        assert_eq!(amounts, ["$0", "<$0.0001", "$0.0340", "$12.50"]);
    }

    #[test]
    fn an_unknown_cost_is_never_nothing() {
        let cost = |usage: Value| cost_of_usage(&usage);
        assert_eq!(cost(json!({"totalCost": null})), "cost unknown");
        assert_eq!(cost(json!({"totalCost": null, "knownCost": 0.5})), "at least $0.5000, the rest unknown");
        assert_eq!(cost(json!({"totalCost": 0.5, "atLeast": true})), "at least $0.5000");
        assert_eq!(cost(json!({"totalCost": 0.0})), "$0");
    }

    #[test]
    fn long_texts_are_cut_at_characters() {
        assert_eq!(first_line("  a\n b  c", 10), "a b c");
        assert_eq!(shortened("äöüß", 3), "äö…");
        assert_eq!(shortened("äöü", 3), "äöü");
    }
}
