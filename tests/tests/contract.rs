//! The running program against its own `/openapi.json`, by schemathesis: whatever is sent, what comes back is as written.
//!
//! It generates the same requests each time, so a failure comes again until it is mended.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use planloom_tests::Program;
use planloom_tests::parts::{Echo, Reply, Request, Wire, python};
use serde_json::{Value, json};
use tokio::process::Command;

/// Requests that are made up for each endpoint, beside those that cover each field's limits.
const EXAMPLES: u32 = 12;
/// It takes half a minute.
const PATIENCE: Duration = Duration::from_secs(300);

/// Things to ask for: without them every made-up id leads to a 404 and no further.
struct Known {
    plans: Vec<String>,
    executions: Vec<String>,
    tasks: Vec<String>,
}

/// A provider that is there and refuses at once, so that executions start and end.
fn refuse(_: &Request) -> Reply {
    (401, "application/json", json!({"error": {"type": "authentication_error", "message": "no"}}).to_string())
}

async fn weave(program: &Program) -> Known {
    let step = |id: &str, after: &[&str]| json!({"id": id, "prompt": format!("Weave {id}."), "dependsOn": after});
    let quick = json!({"name": "quick", "tags": ["woven"], "steps": [step("warp", &[]), step("weft", &["warp"])]});
    let mut slow = quick.clone();
    slow["steps"][0]["requiresApproval"] = json!(true);
    let simulated = json!({"options": {"simulate": true}});
    let (quick, slow) = (program.plan(quick).await, program.plan(slow).await);
    let ended = program.execute(&quick, simulated.clone()).await;
    program.until_ended(&ended).await;
    let mut known = Known { plans: vec![quick, slow.clone()], executions: vec![ended], tasks: Vec::new() };
    for _ in 0..4 {
        let paused = program.execute(&slow, simulated.clone()).await;
        let paused = program.until(&paused, |now| now["status"] == "paused").await;
        known.executions.push(text(&paused["id"]));
        known.tasks.push(text(&paused["steps"]["warp"]["taskId"]));
    }
    known
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// How schemathesis is to go about it.
fn config(known: &Known, key: &str) -> String {
    let Known { plans, executions, tasks } = known;
    format!(
        r#"
headers = {{ Authorization = "Bearer {key}" }}
request-timeout = 20.0
continue-on-failure = true
# The events of an execution that waits for a person do not end.
max-stream-events = 1

[generation]
max-examples = {EXAMPLES}
deterministic = true
database = "none"

[dictionaries.plans]
values = {plans:?}
[dictionaries.executions]
values = {executions:?}
[dictionaries.tasks]
values = {tasks:?}
[dictionaries.steps]
values = ["warp", "weft"]
[dictionaries.providers]
values = ["anthropic", "openai", "simulator"]

# A refusal of what the schema allows is right in many places,
# because no schema can say it: that a dependency is a step, a model an alias, a prompt for a retry one with a retry. And
# a PUT without If-Match is answered with the status that was made for it.
[[operations]]
include-path-regex = '^/api/plans/executions/\{{id\}}/events'
[operations.parameters]
"path.id" = {{ dictionary = "executions", probability = 0.7 }}
# It is described as the text that it is, and looked at as events.
[operations.checks]
response_schema_conformance.enabled = false

[[operations]]
include-path-regex = '^/api/plans/executions/\{{id\}}'
[operations.parameters]
"path.id" = {{ dictionary = "executions", probability = 0.7 }}
"path.stepId" = {{ dictionary = "steps", probability = 0.7 }}

[[operations]]
include-path-regex = '^/api/plans/\{{id\}}'
[operations.parameters]
"path.id" = {{ dictionary = "plans", probability = 0.7 }}
[operations.checks]
positive_data_acceptance.expected-statuses = ["2xx", 400, 404, 409, 422]
missing_required_header.expected-statuses = [400, 401, 403, 415, 422, 428]

[[operations]]
include-path-regex = '^/api/hitl/\{{taskId\}}'
[operations.parameters]
"path.taskId" = {{ dictionary = "tasks", probability = 0.7 }}
[operations.checks]
positive_data_acceptance.expected-statuses = ["2xx", 400, 404, 409, 422]

[[operations]]
include-path-regex = '^/api/settings/(providers|secrets)/'
[operations.parameters]
"path.name" = {{ dictionary = "providers", probability = 0.7 }}
[operations.checks]
positive_data_acceptance.expected-statuses = ["2xx", 400, 404]

[[operations]]
include-operation-id = ["createPlan", "dryRunPlan", "changeSettings"]
[operations.checks]
positive_data_acceptance.expected-statuses = ["2xx", 400, 409, 422]

# It is asked what is wrong, and says so with 200.
[[operations]]
include-operation-id = "validatePlan"
[operations.checks]
negative_data_rejection.enabled = false

# It would end the key that all of this is asked with.
[[operations]]
include-operation-id = "renewMainKey"
enabled = false

# It writes wherever it is told to.
[[operations]]
include-operation-id = "createBackup"
enabled = false

# It never ends, and without anything that happens it says nothing either.
[[operations]]
include-operation-id = "watchEverything"
enabled = false
"#
    )
}

async fn schemathesis(python: &Path, folder: &Path, program: &Program, config: &str) -> (bool, String) {
    let file = folder.join("schemathesis.toml");
    std::fs::write(&file, config).expect("the file can be written");
    let running = Command::new(python.with_file_name("schemathesis"))
        .arg("--config-file")
        .arg(&file)
        .args(["--no-color", "run", &format!("{}/api/openapi.json", program.url)])
        .args(["--phases", "examples,coverage,fuzzing,stateful"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(PATIENCE, running).await.expect("it ends").expect("schemathesis starts");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_is_as_its_openapi_document_says() {
    let Some(python) = python("contract") else { return };
    let provider = Echo::start(refuse).await;
    let program = Wire::Anthropic.program(&provider.url, "sk-contract").await;
    let known = weave(&program).await;
    let folder = tempfile::tempdir().expect("a folder");
    let (held, report) = schemathesis(&python, folder.path(), &program, &config(&known, &program.key)).await;
    assert!(held, "{report}");
    println!("{report}");
    let health = program.get("/health").await;
    assert_eq!(health.data()["status"], "ok", "it is well after all that: {}", health.text);
}
