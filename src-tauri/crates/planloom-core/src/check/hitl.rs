//! Reads the settings of a review, from a plan or from an execute body, and lays one over the other.

use super::{Known, Problem, ProblemCode, Problems, element, names, quote};
use crate::fields::{Given, Reader};
use crate::limits;
use crate::plan::{Channel, Hitl, OnTimeout, Plan};

const CHANNELS: [(&str, Channel); 3] =
    [("dashboard", Channel::Dashboard), ("email", Channel::Email), ("webhook", Channel::Webhook)];
const ON_TIMEOUT: [(&str, OnTimeout); 3] =
    [("hold", OnTimeout::Hold), ("reject", OnTimeout::Reject), ("approve", OnTimeout::Approve)];

/// `hitl` as somebody wrote it: for each field nothing, null or a value.
#[derive(Clone, Debug)]
pub(crate) struct GivenHitl {
    required_for: Vec<String>,
    confidence_threshold: Given<f64>,
    timeout_ms: Given<u64>,
    notify_channels: Given<Vec<Channel>>,
    on_timeout: Given<OnTimeout>,
    evaluator: Given<String>,
    spot_check_rate: Given<f64>,
}

/// Reads all fields; one that is wrong is reported and counts as absent.
pub(crate) fn read(mut reader: Reader<'_, '_>) -> GivenHitl {
    let required_for = reader.optional_texts("requiredFor", 0..=usize::MAX, 0..=usize::MAX).unwrap_or_default();
    let required_for = required_for.into_iter().map(str::to_owned).collect();
    let given = GivenHitl {
        required_for,
        confidence_threshold: given(&mut reader, "confidenceThreshold", |reader, name| {
            reader.optional_f64(name, 0.0..=1.0)
        }),
        timeout_ms: given(&mut reader, "timeoutMs", |reader, name| reader.optional_u64(name, 1..=limits::DURATION_MS)),
        notify_channels: given(&mut reader, "notifyChannels", |reader, name| reader.optional_choices(name, &CHANNELS)),
        on_timeout: given(&mut reader, "onTimeout", |reader, name| reader.optional_choice(name, &ON_TIMEOUT)),
        evaluator: given(&mut reader, "evaluator", |reader, name| {
            reader.optional_text(name, 1..=usize::MAX).map(str::to_owned)
        }),
        spot_check_rate: given(&mut reader, "spotCheckRate", |reader, name| reader.optional_f64(name, 0.0..=1.0)),
    };
    reader.finish();
    given
}

fn given<'v, 'p, T>(
    reader: &mut Reader<'v, 'p>,
    name: &'static str,
    read: impl FnOnce(&mut Reader<'v, 'p>, &'static str) -> Option<T>,
) -> Given<T> {
    match reader.null_or(name) {
        Given::Null => Given::Null,
        Given::Absent => Given::Absent,
        Given::Value(_) => read(reader, name).map_or(Given::Absent, Given::Value),
    }
}

impl GivenHitl {
    /// This laid over `under`: a value wins, null clears, nothing leaves what was there. The steps under
    /// review are united, so that a review can be added and never removed.
    pub(crate) fn over(self, under: Option<&Hitl>) -> Hitl {
        let under = under.cloned().unwrap_or_default();
        let mut required_for = under.required_for;
        for id in self.required_for {
            if !required_for.contains(&id) {
                required_for.push(id);
            }
        }
        Hitl {
            required_for,
            confidence_threshold: lay(self.confidence_threshold, under.confidence_threshold),
            timeout_ms: lay(self.timeout_ms, under.timeout_ms),
            notify_channels: lay(self.notify_channels, Some(under.notify_channels)).unwrap_or_default(),
            on_timeout: lay(self.on_timeout, under.on_timeout),
            evaluator: lay(self.evaluator, under.evaluator),
            spot_check_rate: lay(self.spot_check_rate, under.spot_check_rate),
        }
    }

    pub(crate) fn required_for(&self) -> &[String] {
        &self.required_for
    }

    pub(crate) fn evaluator(&self) -> Option<&str> {
        match &self.evaluator {
            Given::Value(alias) => Some(alias),
            Given::Absent | Given::Null => None,
        }
    }
}

fn lay<T>(given: Given<T>, under: Option<T>) -> Option<T> {
    match given {
        Given::Absent => under,
        Given::Null => None,
        Given::Value(value) => Some(value),
    }
}

/// The names in `hitl`: steps that exist, an evaluator that exists. The ones of a plan and of an execute body
/// are checked alike.
pub(crate) fn check_names(
    required_for: &[String],
    evaluator: Option<&str>,
    plan: &Plan,
    is_step: impl Fn(&str) -> bool,
    known: &Known<'_>,
    problems: &mut Problems,
) {
    for (index, id) in required_for.iter().enumerate().filter(|(_, id)| !id.is_empty() && !is_step(id)) {
        if problems.is_full() {
            break;
        }
        let nearest = problems.nearest(id, plan.steps.iter().map(|step| step.id.as_str()));
        let what = match nearest {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "name a step of the plan.".to_owned(),
        };
        let message = format!("The plan has no step {}; {what}", quote(id));
        let pointer = format!("/hitl/requiredFor/{index}");
        let fix = names::replacement(nearest, &pointer);
        let field = element("hitl.requiredFor", index);
        problems.push(Problem::error(ProblemCode::UnknownStep, field, "exists", message).with_fix(fix));
    }
    if let Some(alias) = evaluator {
        names::check_model(alias, "hitl.evaluator", "/hitl/evaluator", "", known, problems);
    }
}
