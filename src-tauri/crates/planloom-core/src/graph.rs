//! The graph that `dependsOn` draws: order, levels, cycles, and who is upstream of whom.
//!
//! It knows steps by their index alone. Every walk is iterative, so a chain of any length is safe, and no
//! table of all pairs is ever built.

use std::collections::VecDeque;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

/// Steps and what they depend on.
#[derive(Clone, Debug)]
pub struct Graph {
    depends_on: Vec<Vec<usize>>,
    dependents: Vec<Vec<usize>>,
    /// The steps that are neither in a cycle nor behind one, each after what it depends on.
    order: Vec<usize>,
    /// The same steps by their distance from the start.
    levels: Vec<Vec<usize>>,
    /// For each step the number of its strongly connected component; what a step depends on has a number
    /// that is not higher.
    component: Vec<usize>,
    /// The members of each component.
    components: Vec<Vec<usize>>,
}

impl Graph {
    /// From the indices that each step depends on, without doubles.
    pub fn new(mut depends_on: Vec<Vec<usize>>) -> Graph {
        depends_on.iter_mut().for_each(|dependencies| dependencies.sort_unstable());
        let mut dependents = vec![Vec::new(); depends_on.len()];
        for (step, dependencies) in depends_on.iter().enumerate() {
            for &dependency in dependencies {
                dependents[dependency].push(step);
            }
        }
        let levels = levels(&depends_on, &dependents);
        let order: Vec<usize> = levels.iter().flatten().copied().collect();
        let components = if order.len() == depends_on.len() {
            order.iter().map(|&step| vec![step]).collect()
        } else {
            components(&depends_on)
        };
        let mut component = vec![0; depends_on.len()];
        for (number, members) in components.iter().enumerate() {
            for &member in members {
                component[member] = number;
            }
        }
        Graph { depends_on, dependents, order, levels, component, components }
    }

    pub fn depends_on(&self, step: usize) -> &[usize] {
        &self.depends_on[step]
    }

    pub fn dependents(&self, step: usize) -> &[usize] {
        &self.dependents[step]
    }

    /// Each step after what it depends on; steps in a cycle and behind one are left out.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// Steps by their distance from the start: what is in one level can run side by side.
    pub fn levels(&self) -> &[Vec<usize>] {
        &self.levels
    }

    /// One cycle for each knot of steps that wait for each other: as short as can be found cheaply, each
    /// step depending on the next and the last on the first. A step that depends on itself is a cycle of one.
    pub fn cycles(&self) -> Vec<Vec<usize>> {
        let mut cycles: Vec<Vec<usize>> = self
            .components
            .iter()
            .filter(|members| members.len() > 1 || self.depends_on[members[0]].contains(&members[0]))
            .filter_map(|members| self.shortest_cycle(members))
            .collect();
        cycles.sort_unstable();
        cycles
    }

    /// Tries the members of a component one after the other until enough edges were looked at.
    fn shortest_cycle(&self, members: &[usize]) -> Option<Vec<usize>> {
        /// Edges that are looked at for one component before the shortest cycle so far is good enough.
        const EDGES: usize = 1_000_000;
        let mut looked_at = 0;
        let mut shortest: Option<Vec<usize>> = None;
        let mut starts = members.to_vec();
        starts.sort_unstable();
        for start in starts {
            let found = self.cycle_through(start, &mut looked_at);
            if found.as_ref().is_some_and(|found| shortest.as_ref().is_none_or(|best| found.len() < best.len())) {
                shortest = found;
            }
            if looked_at > EDGES || shortest.as_ref().is_some_and(|best| best.len() <= 2) {
                break;
            }
        }
        shortest
    }

    /// The shortest cycle through `start`, by a breadth-first walk inside its component.
    fn cycle_through(&self, start: usize, looked_at: &mut usize) -> Option<Vec<usize>> {
        let mut came_from = std::collections::HashMap::new();
        let mut waiting = VecDeque::from([start]);
        while let Some(step) = waiting.pop_front() {
            for &dependency in &self.depends_on[step] {
                *looked_at += 1;
                if dependency == start {
                    let mut cycle = vec![step];
                    while let Some(&before) = cycle.last().filter(|last| **last != start).and_then(|s| came_from.get(s))
                    {
                        cycle.push(before);
                    }
                    cycle.reverse();
                    return Some(cycle);
                }
                let inside = self.component[dependency] == self.component[start];
                if inside && !came_from.contains_key(&dependency) {
                    came_from.insert(dependency, step);
                    waiting.push_back(dependency);
                }
            }
        }
        None
    }

    /// For each pair `(step, other)`: does `step` depend on `other`, directly or through others?
    ///
    /// Pairs are answered in batches, each with one pass over the part of the order between its ends: a mask
    /// of the batch's `other`s is handed on from dependency to dependent.
    pub fn upstream(&self, pairs: &[(usize, usize)]) -> Vec<bool> {
        let mut answers = vec![false; pairs.len()];
        let mut open: Vec<usize> = Vec::new();
        for (index, &(step, other)) in pairs.iter().enumerate() {
            if self.depends_on[step].binary_search(&other).is_ok() {
                answers[index] = true;
            } else if self.component[other] <= self.component[step] {
                open.push(index);
            }
        }
        open.sort_unstable_by_key(|&index| (self.component[pairs[index].1], pairs[index].1));
        let mut masks = vec![Mask::default(); self.components.len()];
        let mut bits = vec![NO_BIT; self.depends_on.len()];
        let mut rest = open.as_slice();
        while !rest.is_empty() {
            let mut others = Vec::with_capacity(MASK_BITS);
            let taken = rest.iter().take_while(|&&index| give_bit(pairs[index].1, &mut others, &mut bits)).count();
            let (batch, later) = rest.split_at(taken);
            let last = batch.iter().map(|&index| self.component[pairs[index].0]).max().unwrap_or(0);
            self.hand_on(self.component[others[0]], last, &bits, &mut masks);
            for &index in batch {
                let (step, other) = pairs[index];
                answers[index] = masks[self.component[step]].has(bits[other]);
            }
            others.into_iter().for_each(|other| bits[other] = NO_BIT);
            rest = later;
        }
        answers
    }

    /// Fills the masks of the components `from..=to` with the marked steps that are upstream of each.
    fn hand_on(&self, from: usize, to: usize, bits: &[usize], masks: &mut [Mask]) {
        masks[from..=to].fill(Mask::default());
        for number in from..=to {
            let mut mask = Mask::default();
            for &member in &self.components[number] {
                for &dependency in &self.depends_on[member] {
                    let below = self.component[dependency];
                    if below >= from {
                        mask.join(&masks[below]);
                        mask.set(bits[dependency]);
                    }
                }
            }
            masks[number] = mask;
        }
    }
}

/// Marks `other` with a bit of its own, unless all are taken.
fn give_bit(other: usize, others: &mut Vec<usize>, bits: &mut [usize]) -> bool {
    if bits[other] != NO_BIT {
        return true;
    }
    if others.len() == MASK_BITS {
        return false;
    }
    bits[other] = others.len();
    others.push(other);
    true
}

/// The bit of a step that is not asked about.
const NO_BIT: usize = usize::MAX;
const MASK_BITS: usize = 256;

/// One bit for each `other` of a batch.
#[derive(Clone, Copy, Default)]
struct Mask([u64; MASK_BITS / 64]);

impl Mask {
    fn join(&mut self, other: &Mask) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine |= theirs;
        }
    }

    fn set(&mut self, bit: usize) {
        if bit != NO_BIT {
            self.0[bit / 64] |= 1 << (bit % 64);
        }
    }

    fn has(&self, bit: usize) -> bool {
        self.0[bit / 64] & (1 << (bit % 64)) != 0
    }
}

/// Kahn's algorithm, level by level, each in the plan's order.
fn levels(depends_on: &[Vec<usize>], dependents: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut open: Vec<usize> = depends_on.iter().map(Vec::len).collect();
    let mut level: Vec<usize> = (0..open.len()).filter(|&step| open[step] == 0).collect();
    let mut levels = Vec::new();
    while !level.is_empty() {
        let mut next = Vec::new();
        for &step in &level {
            for &dependent in &dependents[step] {
                open[dependent] -= 1;
                if open[dependent] == 0 {
                    next.push(dependent);
                }
            }
        }
        next.sort_unstable();
        levels.push(std::mem::replace(&mut level, next));
    }
    levels
}

/// Strongly connected components, dependencies first. Kosaraju's algorithm is the one that does not recurse.
fn components(depends_on: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let edges = depends_on.iter().map(Vec::len).sum();
    let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(depends_on.len(), edges);
    for _ in depends_on {
        graph.add_node(());
    }
    for (step, dependencies) in depends_on.iter().enumerate() {
        for &dependency in dependencies {
            graph.add_edge(NodeIndex::new(step), NodeIndex::new(dependency), ());
        }
    }
    let index = |nodes: Vec<NodeIndex>| nodes.into_iter().map(NodeIndex::index).collect();
    kosaraju_scc(&graph).into_iter().map(index).collect()
}

#[cfg(test)]
mod tests {
    use super::Graph;

    #[test]
    fn a_diamond_has_three_levels() {
        let graph = Graph::new(vec![vec![], vec![0], vec![0], vec![1, 2]]);
        assert_eq!(graph.levels(), [vec![0], vec![1, 2], vec![3]]);
        assert_eq!(graph.order(), [0, 1, 2, 3]);
        assert_eq!(graph.dependents(0), [1, 2]);
        assert!(graph.cycles().is_empty());
        assert_eq!(graph.upstream(&[(3, 0), (0, 3), (1, 2), (3, 1)]), [true, false, false, true]);
    }

    #[test]
    fn each_knot_gives_its_shortest_cycle() {
        // 0 → 1 → 2 → 0 with the short cut 2 → 1; 3 on itself; 4 ↔ 5; 6 behind a knot.
        let graph = Graph::new(vec![vec![1], vec![2], vec![0, 1], vec![3], vec![5], vec![4], vec![0]]);
        assert_eq!(graph.cycles(), [vec![1, 2], vec![3], vec![4, 5]]);
        assert_eq!(graph.upstream(&[(6, 2), (0, 0), (6, 3), (4, 4)]), [true, true, false, true]);
    }

    #[test]
    fn a_long_cycle_does_not_overflow_the_stack() {
        let count = 200_000;
        let graph = Graph::new((0..count).map(|step| vec![(step + 1) % count]).collect());
        assert_eq!(graph.cycles()[0].len(), count);
    }

    /// The batched answer equals a plain walk.
    #[test]
    fn upstream_agrees_with_a_walk() {
        use rand::{RngExt, SeedableRng};
        let mut random = rand::rngs::StdRng::seed_from_u64(7);
        for round in 0..200 {
            let count: usize = random.random_range(1..400);
            let cyclic = round % 3 == 0;
            let depends_on: Vec<Vec<usize>> = (0..count)
                .map(|step| {
                    let limit = if cyclic { count } else { step };
                    let mut list: Vec<usize> = (0..random.random_range(0..3))
                        .filter(|_| limit > 0)
                        .map(|_| random.random_range(0..limit))
                        .collect();
                    list.sort_unstable();
                    list.dedup();
                    list
                })
                .collect();
            let graph = Graph::new(depends_on.clone());
            let pairs: Vec<(usize, usize)> =
                (0..500).map(|_| (random.random_range(0..count), random.random_range(0..count))).collect();
            let walked: Vec<bool> = pairs.iter().map(|&(step, other)| walk(&depends_on, step, other)).collect();
            assert_eq!(graph.upstream(&pairs), walked);
        }
    }

    fn walk(depends_on: &[Vec<usize>], step: usize, other: usize) -> bool {
        let (mut seen, mut open) = (vec![false; depends_on.len()], depends_on[step].clone());
        while let Some(next) = open.pop() {
            if next == other {
                return true;
            }
            if !std::mem::replace(&mut seen[next], true) {
                open.extend(&depends_on[next]);
            }
        }
        false
    }
}
