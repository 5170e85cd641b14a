//! What somebody asks for when an execution is to start: the execute body, read strictly and laid over the plan.
//!
//! Whether it is possible now (providers, keys, the plan's archive) is not asked here.

use serde_json::{Map, Value};

use crate::check::{CheckedPlan, Known, Problem, ProblemCode, Problems, hitl};
use crate::fields::{Reader, whole_of};
use crate::limits;
use crate::plan::{Hitl, Options};

/// A request that can start.
#[derive(Clone, Debug, PartialEq)]
pub struct ExecuteRequest {
    /// With the defaults of the plan's schema.
    pub input: Value,
    /// The plan's and the body's, merged.
    pub hitl: Hitl,
    pub options: Options,
    pub plan_version: Option<u32>,
    pub warnings: Vec<Problem>,
}

/// The version that an execute body asks for, read before the rest: the rest is held against that version.
/// A fault in it is for [`read`] to report.
pub fn plan_version(body: &Value) -> Option<u32> {
    let version = body.get("planVersion")?;
    whole_of("planVersion", version, &(1..=u64::from(u32::MAX))).ok().and_then(|version| u32::try_from(version).ok())
}

/// Reads an execute body for `plan`, or tells everything that is wrong with it.
pub fn read(body: &Value, plan: &CheckedPlan, known: &Known<'_>) -> Result<ExecuteRequest, Vec<Problem>> {
    let mut problems = Problems::default();
    let Some(mut reader) = Reader::object(body, "", &mut problems) else { return Err(problems.into_sorted()) };
    let none = Value::Object(Map::new());
    let input = reader.optional_value("input").unwrap_or(&none);
    let plan_hitl = plan.plan().hitl.as_ref();
    // `hitl: null` is taken as left out: a serializer's null must not silently drop the plan's reviews.
    let given = reader.optional_object("hitl").map(hitl::read);
    let options = reader.optional_object("options").map(options).unwrap_or_default();
    let plan_version = reader.optional_u32("planVersion", 1..=u32::MAX);
    reader.finish();
    if let Some(given) = &given {
        let is_step = |id: &str| plan.index_of(id).is_some();
        hitl::check_names(given.required_for(), given.evaluator(), plan.plan(), is_step, known, &mut problems);
    }
    let input = plan.check_input(input).unwrap_or_else(|found| {
        found.into_iter().for_each(|problem| problems.push(problem));
        Value::Null
    });
    if problems.has_errors() {
        return Err(problems.into_sorted());
    }
    let hitl = given.map_or_else(|| plan_hitl.cloned().unwrap_or_default(), |given| given.over(plan_hitl));
    without_effect(&hitl, &mut problems);
    Ok(ExecuteRequest { input, hitl, options, plan_version, warnings: problems.into_sorted() })
}

fn options(mut reader: Reader<'_, '_>) -> Options {
    let options = Options {
        timeout_ms: reader.optional_u64("timeoutMs", 1..=limits::DURATION_MS),
        dry_run: reader.optional_bool("dryRun"),
        max_cost: reader.optional_f64("maxCost", 0.0..=limits::COST_USD),
        simulate: reader.optional_bool("simulate"),
    };
    reader.finish();
    options
}

/// Warns of settings that do nothing without another one.
fn without_effect(hitl: &Hitl, problems: &mut Problems) {
    let scored = hitl.confidence_threshold.is_some();
    let timed = hitl.timeout_ms.is_some();
    let idle = [
        ("onTimeout", hitl.on_timeout.is_some() && !timed, "timeoutMs"),
        ("evaluator", hitl.evaluator.is_some() && !scored, "confidenceThreshold"),
        ("spotCheckRate", hitl.spot_check_rate.is_some() && !scored, "confidenceThreshold"),
    ];
    for (field, _, needed) in idle.into_iter().filter(|(_, idle, _)| *idle) {
        let message = format!("`hitl.{field}` does nothing without `hitl.{needed}`; give both or neither.");
        let code = ProblemCode::ValidationError;
        problems.push(Problem::warning(code, format!("hitl.{field}"), "withoutEffect", message));
    }
}
