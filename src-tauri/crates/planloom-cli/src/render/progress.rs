//! A run as it goes: one line for each change of a step, and under them, on a terminal that is watched, what is at
//! work now. It folds frames into text; it reads no clock but for the time since it began.

use std::time::Instant;

use serde_json::Value;

use super::execution::remark;
use super::{DIM, Style, cost_of_usage, duration, shortened, text, tokens};

/// Steps that are shown as being at work; more are only counted.
const SHOWN: usize = 12;

/// What was shown so far.
#[derive(Debug)]
pub struct Progress {
    style: Style,
    /// Columns of the terminal whose last lines are drawn anew; `None` where lines only follow each other.
    live: Option<usize>,
    began: Instant,
    /// In plan order.
    steps: Vec<Step>,
    /// `progress` and `usage` of the execution.
    counts: Value,
    usage: Value,
    /// Lines that the next text takes the place of.
    drawn: usize,
}

#[derive(Debug)]
struct Step {
    id: String,
    /// What decides whether there is something new to say.
    said: String,
    status: String,
    since: Instant,
    /// Bytes of text that have streamed in.
    streamed_bytes: u64,
}

impl Progress {
    pub fn new(style: Style, live: Option<usize>) -> Progress {
        Progress {
            style,
            live,
            began: Instant::now(),
            steps: Vec::new(),
            counts: Value::Null,
            usage: Value::Null,
            drawn: 0,
        }
    }

    /// What a frame adds to the screen.
    pub fn take(&mut self, frame: &str, data: &Value) -> String {
        let mut lines = String::new();
        match frame {
            "snapshot" => {
                self.counted(data);
                for (id, step) in data["steps"].as_object().into_iter().flatten() {
                    lines.push_str(&self.changed(id, step));
                }
            }
            "task" => lines = self.changed(text(data, "stepId"), &data["step"]),
            "execution" => self.counted(data),
            "text" => {
                if let Some(step) = self.steps.iter_mut().find(|step| step.id == text(data, "stepId")) {
                    // Each call's text begins anew.
                    let before = if data["offset"] == 0 { 0 } else { step.streamed_bytes };
                    step.streamed_bytes = before + text(data, "text").len() as u64;
                }
            }
            // `approval` says what `task` has said; `end` is for who follows.
            _ => {}
        }
        lines
    }

    fn counted(&mut self, execution: &Value) {
        self.counts = execution["progress"].clone();
        self.usage = execution["usage"].clone();
    }

    fn changed(&mut self, id: &str, step: &Value) -> String {
        let status = text(step, "status");
        let said = format!("{status} {} {} {}", step["attempt"], step["error"]["code"], step["queuedReason"]["kind"]);
        let at = self.steps.iter().position(|known| known.id == id);
        let at = at.unwrap_or_else(|| {
            let since = Instant::now();
            let (said, status) = (String::new(), "pending".to_owned());
            self.steps.push(Step { id: id.to_owned(), said, status, since, streamed_bytes: 0 });
            self.steps.len() - 1
        });
        let known = &mut self.steps[at];
        if known.said == said {
            return String::new();
        }
        known.said = said;
        if known.status != status {
            known.since = Instant::now();
            known.streamed_bytes = 0;
        }
        known.status = status.to_owned();
        if is_worth_a_line(step) { self.line(id, step) } else { String::new() }
    }

    /// `  1.2 s  ✓ completed  analyze  5.8 s  1200 → 1500 tokens  $0.0210`
    fn line(&self, id: &str, step: &Value) -> String {
        let clock = duration(u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX));
        let mut parts = vec![self.style.status(text(step, "status")), id.to_owned()];
        if step["attempt"].as_u64().is_some_and(|attempt| attempt > 1) {
            parts.push(format!("attempt {}", step["attempt"]));
        }
        if matches!(text(step, "status"), "completed" | "awaiting_approval" | "failed") {
            parts.extend(step["durationMs"].as_u64().map(duration));
            parts.extend(step.get("usage").map(tokens));
            parts.extend(step["cost"].as_f64().map(super::dollars));
        }
        if let Some(confidence) = step["confidence"].as_f64() {
            parts.push(format!("confidence {confidence:.2}"));
        }
        let remark = remark(step, self.style);
        parts.extend((!remark.is_empty()).then_some(remark));
        format!("{}  {}\n", self.style.paint(DIM, &format!("{clock:>9}")), parts.join("  "))
    }

    /// The text that puts `lines` on the screen, above what is at work.
    pub fn draw(&mut self, lines: &str) -> String {
        let Some(columns) = self.live else { return lines.to_owned() };
        let mut out = self.erase();
        out.push_str(lines);
        let block = self.block(columns);
        self.drawn = block.lines().count();
        out.push_str(&block);
        out
    }

    /// The text that takes the last lines off the screen.
    pub fn erase(&mut self) -> String {
        match std::mem::take(&mut self.drawn) {
            0 => String::new(),
            lines => format!("\u{1b}[{lines}A\u{1b}[J"),
        }
    }

    pub fn is_live(&self) -> bool {
        self.live.is_some()
    }

    fn block(&self, columns: usize) -> String {
        let at_work = |step: &&Step| matches!(step.status.as_str(), "running" | "queued" | "awaiting_approval");
        let at_work: Vec<&Step> = self.steps.iter().filter(at_work).collect();
        let mut lines = Vec::new();
        for step in at_work.iter().take(SHOWN) {
            let since = duration(u64::try_from(step.since.elapsed().as_millis()).unwrap_or(u64::MAX));
            let streamed = match step.streamed_bytes {
                0 => String::new(),
                bytes => format!("  {bytes} bytes so far"),
            };
            lines.push(format!("{:>9}  {}  {}{streamed}", since, Style::default().status(&step.status), step.id));
        }
        if at_work.len() > SHOWN {
            lines.push(format!("{:>9}  and {} more", "", at_work.len() - SHOWN));
        }
        if !self.counts.is_null() {
            let clock = duration(u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX));
            let (completed, total) = (&self.counts["completed"], &self.counts["total"]);
            let (tokens, cost) = (tokens(&self.usage), cost_of_usage(&self.usage));
            lines.push(format!("{clock:>9}  {completed}/{total} steps  {tokens}  {cost}"));
        }
        // A line that wraps would be two, and the next drawing would leave one of them behind.
        lines.iter().map(|line| format!("{}\n", self.style.paint(DIM, &shortened(line, columns - 1)))).collect()
    }
}

/// A step that only waits its turn changes too often to be told of.
fn is_worth_a_line(step: &Value) -> bool {
    match text(step, "status") {
        "pending" => false,
        "queued" => text(&step["queuedReason"], "kind") != "lane",
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Times replaced.
    fn told(progress: &mut Progress, frame: &str, data: Value) -> Vec<String> {
        let lines = progress.take(frame, &data);
        lines.lines().map(|line| line.trim_start().split_once("  ").unwrap_or_default().1.to_owned()).collect()
    }

    #[test]
    fn each_change_is_told_once() {
        let mut progress = Progress::new(Style::default(), None);
        let snapshot = json!({"progress": {"total": 2, "completed": 0}, "usage": {}, "steps": {
            "a": {"status": "running", "attempt": 1}, "b": {"status": "pending"},
        }});
        assert_eq!(told(&mut progress, "snapshot", snapshot.clone()), ["▶ running  a"]);
        assert_eq!(told(&mut progress, "snapshot", snapshot), Vec::<String>::new());
        let failed = json!({"code": "PROVIDER_OVERLOADED", "message": "Try\nlater.", "retryable": true, "attempt": 1});
        let queued = json!({"stepId": "a", "step": {
            "status": "queued", "attempt": 1, "error": failed, "queuedReason": {"kind": "retry"},
        }});
        assert_eq!(told(&mut progress, "task", queued), ["… queued  a  PROVIDER_OVERLOADED: Try later."]);
        let lane = json!({"stepId": "b", "step": {"status": "queued", "queuedReason": {"kind": "lane"}}});
        assert_eq!(told(&mut progress, "task", lane), Vec::<String>::new());
        let again = json!({"stepId": "a", "step": {"status": "running", "attempt": 2}});
        assert_eq!(told(&mut progress, "task", again), ["▶ running  a  attempt 2"]);
        let done = json!({"stepId": "a", "step": {
            "status": "completed", "attempt": 1, "durationMs": 3200, "usage": {"input": 500, "output": 800},
            "cost": 0.034, "confidence": 0.9,
        }});
        assert_eq!(
            told(&mut progress, "task", done),
            ["✓ completed  a  3.2 s  500 → 800 tokens  $0.0340  confidence 0.90"]
        );
        assert_eq!(told(&mut progress, "approval", json!({"stepId": "a"})), Vec::<String>::new());
    }

    #[test]
    fn what_is_at_work_is_drawn_over_itself() {
        let mut progress = Progress::new(Style::default(), Some(40));
        let snapshot = json!({"progress": {"total": 20, "completed": 3}, "usage": {"totalCost": 0.0}, "steps":
            (0..20).map(|n| (format!("step{n}"), json!({"status": "running"}))).collect::<serde_json::Map<_, _>>()});
        let lines = progress.take("snapshot", &snapshot);
        let first = progress.draw(&lines);
        assert_eq!(first.lines().count(), 20 + SHOWN + 2, "{first}");
        assert!(
            first.contains("and 8 more") && first.lines().skip(20).all(|line| line.chars().count() < 40),
            "{first}"
        );
        assert!(progress.draw("").starts_with(&format!("\u{1b}[{}A\u{1b}[J", SHOWN + 2)));
        assert!(!progress.erase().is_empty());
        assert!(progress.erase().is_empty());
    }

    #[test]
    fn without_a_terminal_there_is_no_escape() {
        let mut progress = Progress::new(Style::default(), None);
        let lines = progress.take("snapshot", &json!({"steps": {"a": {"status": "running"}}}));
        let drawn = format!("{}{}", progress.draw(&lines), progress.erase());
        assert!(!drawn.contains('\u{1b}') && !drawn.is_empty());
    }
}
