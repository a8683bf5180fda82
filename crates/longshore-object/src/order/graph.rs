//! The order as a graph, to be walked while objects are applied: what may go now, and what next.

use std::collections::BTreeMap;

use super::{Edge, Why, edges};
use crate::kinds::install_rank;
use crate::{Object, ObjectKey};

/// Which objects of a set wait for which, without circles.
///
/// **Invariant**: every edge leads from an earlier wave to a later one, so whoever calls [`Graph::done`] for
/// everything that it was given gets everything once.
///
/// ```
/// use longshore_object::{order::Graph, parse_manifests};
/// let text = "
/// {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {volumes: [{configMap: {name: c}}]}}
/// ---
/// {apiVersion: v1, kind: ConfigMap, metadata: {name: c}}
/// ";
/// let objects = parse_manifests(text, "t.yaml")?;
/// let mut graph = Graph::of(&objects, "default");
/// assert_eq!(graph.first(), [1]);
/// assert_eq!(graph.done(1), [0]);
/// # Ok::<(), longshore_diag::Diagnostic>(())
/// ```
#[derive(Debug, Clone)]
pub struct Graph {
    waves: Vec<Vec<usize>>,
    /// For each object those that wait for it.
    after: Vec<Vec<usize>>,
    /// For each object how many it still waits for.
    open: Vec<usize>,
    /// Whether what waits for it wants it ready, not only written.
    awaited: Vec<bool>,
    /// The position of each object among all.
    rank: Vec<usize>,
}

impl Graph {
    /// The graph of a set; `namespace` is where objects go that name none.
    pub fn of(objects: &[Object], namespace: &str) -> Self {
        let edges = edges(objects, namespace);
        let mut pairs: BTreeMap<(usize, usize), bool> = BTreeMap::new();
        for Edge { before, after, why } in edges {
            *pairs.entry((before, after)).or_default() |= matches!(why, Why::Definition | Why::Asked);
        }
        let waves = layers(objects, namespace, &pairs);
        let mut layer = vec![0; objects.len()];
        let mut rank = vec![0; objects.len()];
        let mut position = 0;
        for (number, wave) in waves.iter().enumerate() {
            for i in wave {
                layer[*i] = number;
                rank[*i] = position;
                position += 1;
            }
        }
        let mut graph = Self {
            waves,
            after: vec![Vec::new(); objects.len()],
            open: vec![0; objects.len()],
            awaited: vec![false; objects.len()],
            rank,
        };
        // Where a circle was entered, the edges that close it do not hold.
        for ((before, after), awaited) in pairs.into_iter().filter(|((b, a), _)| layer[*b] < layer[*a]) {
            graph.after[before].push(after);
            graph.open[after] += 1;
            graph.awaited[before] |= awaited;
        }
        graph
    }

    /// What waits for nothing.
    pub fn first(&self) -> Vec<usize> {
        self.sorted((0..self.open.len()).filter(|i| self.open[*i] == 0))
    }

    /// Says that an object is there; gives back what may go now.
    pub fn done(&mut self, object: usize) -> Vec<usize> {
        let after = std::mem::take(&mut self.after[object]);
        for i in &after {
            self.open[*i] -= 1;
        }
        self.sorted(after.into_iter().filter(|i| self.open[*i] == 0))
    }

    /// Whether what comes after an object wants it ready, and not only written: a definition of kinds, or what an
    /// annotation asks for.
    pub fn is_awaited(&self, object: usize) -> bool {
        self.awaited[object]
    }

    /// The set in waves, see [`super::waves`].
    pub fn waves(&self) -> &[Vec<usize>] {
        &self.waves
    }

    fn sorted(&self, objects: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut objects: Vec<usize> = objects.collect();
        objects.sort_by_key(|i| self.rank[*i]);
        objects
    }
}

/// The set in waves by these pairs of "before" and "after".
fn layers(objects: &[Object], namespace: &str, pairs: &BTreeMap<(usize, usize), bool>) -> Vec<Vec<usize>> {
    let keys: Vec<ObjectKey> = objects.iter().map(|object| object.key_in(namespace)).collect();
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); objects.len()];
    let mut waiting_for = vec![0usize; objects.len()];
    for (first, second) in pairs.keys() {
        after[*first].push(*second);
        waiting_for[*second] += 1;
    }
    let rank = |i: &usize| (install_rank(objects[*i].kind()), &keys[*i], *i);
    let mut placed = vec![false; objects.len()];
    let mut waves = Vec::new();
    let mut left = objects.len();
    let mut wave: Vec<usize> = (0..objects.len()).filter(|i| waiting_for[*i] == 0).collect();
    while left > 0 {
        if wave.is_empty() {
            let first = (0..objects.len()).filter(|i| !placed[*i]).min_by_key(rank);
            wave.extend(first);
        }
        wave.sort_by(|a, b| rank(a).cmp(&rank(b)));
        let mut next = Vec::new();
        for i in &wave {
            placed[*i] = true;
            left -= 1;
        }
        for i in &wave {
            for j in &after[*i] {
                waiting_for[*j] = waiting_for[*j].saturating_sub(1);
                if waiting_for[*j] == 0 && !placed[*j] {
                    next.push(*j);
                }
            }
        }
        waves.push(std::mem::replace(&mut wave, next));
    }
    waves
}
