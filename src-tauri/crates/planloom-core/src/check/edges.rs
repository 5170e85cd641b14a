//! What steps depend on: that it exists, once, and that nothing waits for itself.

use std::collections::{HashMap, HashSet};

use super::{Fix, Problem, ProblemCode, Problems, quote};
use crate::graph::Graph;
use crate::plan::Plan;

/// The graph of what is right in `dependsOn`; reports what is not, cycles included.
pub(super) fn check(plan: &Plan, index: &HashMap<String, usize>, problems: &mut Problems) -> Graph {
    let edges = plan.steps.iter().enumerate().map(|(at, _)| dependencies(plan, at, index, problems)).collect();
    let graph = Graph::new(edges);
    for cycle in graph.cycles() {
        problems.push(cycle_problem(plan, &cycle));
    }
    graph
}

fn dependencies(plan: &Plan, at: usize, index: &HashMap<String, usize>, problems: &mut Problems) -> Vec<usize> {
    let step = &plan.steps[at];
    let mut seen = HashSet::new();
    let mut found = Vec::with_capacity(step.depends_on.len());
    for (entry, id) in step.depends_on.iter().enumerate().filter(|(_, id)| !id.is_empty()) {
        let field = format!("steps[{at}].dependsOn[{entry}]");
        let pointer = format!("/steps/{at}/dependsOn/{entry}");
        let remove = || Some(Fix::remove(format!("Remove {}", quote(id)), pointer.as_str()));
        if !seen.insert(id.as_str()) {
            let message = format!("{} is in the list already; remove it here.", quote(id));
            problems.push(Problem::invalid(field, "uniqueItems", message).in_step(&step.id).with_fix(remove()));
            continue;
        }
        match index.get(id) {
            _ if *id == step.id => {
                let message = format!("The step {} depends on itself; remove it from its `dependsOn`.", quote(id));
                let problem = Problem::error(ProblemCode::CircularDependency, field, "acyclic", message);
                let problem = problem.in_step(&step.id).with_fix(remove());
                problems.push(Problem { cycle: Some(vec![id.clone()]), ..problem });
            }
            Some(&dependency) => found.push(dependency),
            None if problems.is_full() => {
                problems.push(Problem::error(ProblemCode::UnknownDependency, field, "exists", ""))
            }
            None => {
                let others = plan.steps.iter().map(|other| other.id.as_str()).filter(|other| *other != step.id);
                let nearest = problems.nearest(id, others);
                let what = match nearest {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None => "add that step or remove the entry.".to_owned(),
                };
                let fix = match nearest.filter(|nearest| !step.depends_on.iter().any(|other| other == nearest)) {
                    Some(nearest) => Some(Fix::replace(format!("Change it to `{nearest}`"), pointer.as_str(), nearest)),
                    None => remove(),
                };
                let message = format!("There is no step {}; {what}", quote(id));
                let problem = Problem::error(ProblemCode::UnknownDependency, field, "exists", message);
                problems.push(problem.in_step(&step.id).with_fix(fix));
            }
        }
    }
    found
}

fn cycle_problem(plan: &Plan, cycle: &[usize]) -> Problem {
    /// Steps of a cycle that a sentence names.
    const SHOWN: usize = 10;
    let ids: Vec<String> = cycle.iter().map(|&step| plan.steps[step].id.clone()).collect();
    let mut way: Vec<&str> = ids.iter().take(SHOWN).map(String::as_str).collect();
    if ids.len() > SHOWN {
        way.push("…");
    }
    way.push(&ids[0]);
    let entries = &plan.steps[cycle[0]].depends_on;
    let entry = entries.iter().position(|id| *id == ids[1 % ids.len()]).unwrap_or(0);
    let message = format!(
        "{} steps wait for each other ({}), so none could ever start; remove one of these dependencies.",
        ids.len(),
        way.join(" → ")
    );
    let field = format!("steps[{}].dependsOn[{entry}]", cycle[0]);
    let problem = Problem::error(ProblemCode::CircularDependency, field, "acyclic", message).in_step(&ids[0]);
    Problem { cycle: Some(ids), ..problem }
}
