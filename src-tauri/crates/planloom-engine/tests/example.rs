//! The example plan of a first start: published once, right by the bundled settings, and able to run to its end.

mod common;

use common::{Running, has_status, open, open_at, review_plan, until};
use planloom_core::plan::Plan;
use planloom_engine::views::{HistoryEvent, PlanView};
use planloom_engine::{Executed, Handle, PlansQuery};
use serde_json::{Value, json};

async fn plans(handle: &Handle, archived: bool) -> Vec<PlanView> {
    handle.plans(PlansQuery { archived, limit: 20, ..PlansQuery::default() }).await.expect("a list").items
}

/// The examples that the plan's schema gives, which are what the run panel is filled with.
fn example_input(plan: &PlanView) -> Value {
    let schema = plan.input_schema.as_ref().expect("a schema");
    let properties = schema["properties"].as_object().expect("properties");
    properties.iter().map(|(name, schema)| (name.clone(), schema["examples"][0].clone())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_published_once_and_never_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("data");
    let engine = open_at(&path).await;
    let handle = engine.handle();
    let seeded = handle.seed_example().await.expect("seeded").expect("a plan");
    assert_eq!((seeded.name.as_str(), seeded.version, seeded.steps.len()), ("contract-review", 1, 8));
    assert!(handle.seed_example().await.expect("looked").is_none());
    handle.archive_plan(&seeded.id).await.expect("archived");
    engine.shut_down().await;

    let engine = open_at(&path).await;
    let handle = engine.handle();
    assert!(handle.seed_example().await.expect("looked").is_none(), "not even when it was archived");
    assert!(plans(&handle, false).await.is_empty());
    assert_eq!(plans(&handle, true).await.len(), 1);
    engine.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_in_use_gets_none() {
    let Running { engine, handle, _folder } = open().await;
    handle.create_plan(review_plan(), None).await.expect("a plan");
    assert!(handle.seed_example().await.expect("looked").is_none());
    engine.shut_down().await;
    let Running { engine, handle, _folder } = open().await;
    handle.patch_settings(json!({"welcome": false})).await.expect("settings");
    assert!(handle.seed_example().await.expect("looked").is_none());
    engine.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_right_and_shows_what_a_plan_can_have() {
    let Running { engine, handle, _folder } = open().await;
    let seeded = handle.seed_example().await.expect("seeded").expect("a plan");
    let plan = handle.plan(&seeded.id, None).await.expect("it is there");
    let written = Plan {
        name: plan.name.clone(),
        description: plan.description.clone(),
        steps: plan.steps.clone(),
        tags: plan.tags.clone(),
        input_schema: plan.input_schema.clone(),
        defaults: plan.defaults.clone(),
        hitl: plan.hitl.clone(),
    };
    let validation = handle.validate_plan(serde_json::to_value(written).expect("JSON")).await.expect("checked");
    assert!(validation.valid && validation.issues.is_empty(), "{:#?}", validation.issues);
    let step = |id: &str| plan.steps.iter().find(|step| step.id == id).unwrap_or_else(|| panic!("no step {id}"));
    for id in ["extract", "parties", "obligations"] {
        assert!(step(id).output_schema.is_some(), "{id}");
    }
    assert_eq!(step("analyze-risk").requires_approval, Some(true));
    assert!(step("analyze-risk").retry.is_some() && step("market-check").timeout_ms.is_some());
    assert!(step("redline").condition.as_ref().is_some_and(|condition| condition.contains("critical")));
    let layout = plan.layout.expect("a layout");
    for step in &plan.steps {
        let [x, y] = ["x", "y"].map(|axis| layout["nodes"][&step.id][axis].as_i64().expect("a place"));
        assert!(x % 256 == 0 && y % 72 == 0, "{} stands on the grid", step.id);
    }
    assert_eq!(layout["notes"].as_array().map(Vec::len), Some(1));
    engine.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_runs_on_the_simulator_from_its_examples_to_its_end_with_one_approval() {
    let Running { engine, handle, _folder } = open().await;
    let plan = handle.seed_example().await.expect("seeded").expect("a plan");
    let body = json!({"input": example_input(&plan), "options": {"simulate": true}});
    let started = handle.execute(&plan.id, body, None).await.expect("it starts");
    let Executed::Started(view) = started else { panic!("a dry run was not asked for") };
    assert!(view.warnings.is_empty(), "{:?}", view.warnings);
    let paused = until(&handle, &view.id, has_status("paused")).await;
    assert_eq!(paused["progress"]["awaitingApproval"], 1, "{paused:#}");
    assert_eq!(paused["steps"]["market-check"]["status"], "completed", "what does not wait goes on");
    let task_id = paused["steps"]["analyze-risk"]["taskId"].as_str().expect("an id");
    handle.approve(task_id, json!({}), "a test", None).await.expect("approved");
    let done = until(&handle, &view.id, has_status("completed")).await;
    assert_eq!((&done["progress"]["completed"], &done["progress"]["total"]), (&json!(8), &json!(8)), "{done:#}");
    let history = handle.history(task_id).await.expect("history");
    let events: Vec<HistoryEvent> = history.iter().map(|entry| entry.event).collect();
    assert_eq!(events, [HistoryEvent::Requested, HistoryEvent::Approved]);
    for step in done["steps"].as_object().expect("steps").values() {
        assert!(step["output"].as_str().is_some_and(|output| output.contains("[simulated]")), "{step:#}");
    }
    // Every reference was filled from what the step before it said.
    for step in &plan.steps {
        let prompt = handle.step_detail(&view.id, &step.id).await.expect("detail").prompt.expect("rendered");
        assert!(!prompt.contains("{{") && !prompt.contains("{%"), "{prompt}");
        assert!((4..=80).contains(&prompt.lines().count()), "{prompt}");
    }
    engine.shut_down().await;
}
