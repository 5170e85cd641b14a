//! Plans and bodies that many tests start from, and the short words for them.

use serde_json::{Value, json};

use crate::{Answer, Program};

/// The seed document's plan.
pub const CONTRACT_REVIEW: &str = r#"{
"name": "contract-review",
"description": "Multi-step contract review pipeline",
"steps": [
{
"id": "extract",
"prompt": "Extract key clauses from: {{input.contract}}",
"model": "sonnet"
},
{
"id": "analyze",
"prompt": "Analyze risks in: {{extract.output}}",
"model": "opus",
"dependsOn": ["extract"]
},
{
"id": "report",
"prompt": "Generate report from: {{analyze.output}}",
"model": "sonnet",
"dependsOn": ["analyze"]
}
],
"tags": ["legal", "contract"]
}"#;

/// The same, read.
pub fn contract_review() -> Value {
    serde_json::from_str(CONTRACT_REVIEW).expect("it is JSON")
}

/// An execute body on the simulator.
pub fn simulated() -> Value {
    json!({"options": {"simulate": true}})
}

/// A plan of these steps.
pub fn plan_of(steps: Value) -> Value {
    json!({"name": "sample", "steps": steps})
}

impl Answer {
    /// The details of a refusal, which must be this one and say what to do.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> &Value {
        assert_eq!((self.status.as_u16(), self.code()), (status, code), "{}", self.text);
        let error = &self.json["error"];
        let message = error["message"].as_str().unwrap_or_default();
        assert!(message.len() > 15 && message.ends_with(['.', '?', ')']), "not a sentence: {message:?}");
        assert_eq!(self.json["success"], false);
        assert_eq!(self.json["meta"]["requestId"], self.headers["x-request-id"].to_str().expect("text"));
        assert!(self.json["meta"]["timestamp"].as_str().is_some_and(is_timestamp), "{}", self.text);
        &error["details"]
    }
}

/// RFC 3339 in UTC with milliseconds and `Z`.
pub fn is_timestamp(text: &str) -> bool {
    let form = "0000-00-00T00:00:00.000Z";
    text.len() == form.len()
        && text.bytes().zip(form.bytes()).all(|(a, form)| if form == b'0' { a.is_ascii_digit() } else { a == form })
}

impl Program {
    /// Lets prompts order what the simulator does: `[[sim:…]]`.
    pub async fn obey_prompts(&self) {
        self.patch("/settings", json!({"simulator": {"directives": true}})).await.data();
    }

    /// Runs steps on the simulator; says the execution's id.
    pub async fn run_steps(&self, steps: Value) -> String {
        let plan = self.plan(plan_of(steps)).await;
        self.execute(&plan, simulated()).await
    }

    /// Waits until a step waits for a person; says its task.
    pub async fn until_asked(&self, execution: &str, step: &str) -> String {
        let waits = |now: &Value| now["steps"][step]["status"] == "awaiting_approval";
        let now = self.until(execution, waits).await;
        now["steps"][step]["taskId"].as_str().expect("an id").to_owned()
    }
}
