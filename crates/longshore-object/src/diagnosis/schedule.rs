//! Why no node takes a pod, in the scheduler's words.

use super::Meaning;

/// Words of the scheduler, and what to do about them.
const HINTS: &[(&[&str], &str)] = &[
    (&["Insufficient "], "ask for less, or add a node with more free"),
    (&["untolerated taint"], "tolerate the taint, or take it off a node"),
    (&["node affinity/selector", "node selector"], "correct the node selector or affinity, or label a node"),
    (
        &["free ports for the requested pod ports"],
        "the host port is taken on every node that would do: use another one, or a Service instead of hostPort",
    ),
    (&["anti-affinity", "topology spread"], "relax the rule that spreads the pods, or add a node"),
    (
        &["unbound immediate PersistentVolumeClaims", "persistentvolumeclaim"],
        "look at the claim: its storage class, its size, and whether anything makes volumes of that class",
    ),
    (&["volume node affinity conflict"], "the volume is on a node or in a zone where the pod may not run"),
    (&["unschedulable", "SchedulingDisabled"], "a node is cordoned: `kubectl uncordon` it"),
    (&["Too many pods"], "the nodes hold as many pods as they may: add one"),
];

/// What the scheduler's message means.
///
/// ```
/// use longshore_object::diagnosis::why_unschedulable;
/// let message = "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available.";
/// assert_eq!(why_unschedulable(message).what, "0/3 nodes are available: 3 Insufficient cpu");
/// ```
pub fn why_unschedulable(message: &str) -> Meaning {
    let end =
        [". preemption:", " preemption:", ". no new claims to deallocate", ", no new claims to deallocate"]
            .into_iter()
            .filter_map(|words| message.find(words))
            .min();
    let what = message[..end.unwrap_or(message.len())].trim_end_matches(['.', ' ']);
    let fits = |row: &&(&[&str], &str)| row.0.iter().any(|words| message.contains(words));
    let mut hints: Vec<&str> = HINTS.iter().filter(fits).map(|(_, hint)| *hint).collect();
    if hints.is_empty() {
        hints.push("check node selectors, taints, requests and volumes");
    }
    Meaning::new(what, hints.join("; "))
}

#[cfg(test)]
mod tests {
    use super::why_unschedulable;

    #[test]
    fn each_word_of_the_scheduler_has_a_next_step() {
        for (message, hint) in [
            ("0/1 nodes are available: 1 Insufficient memory.", "ask for less"),
            ("0/2 nodes are available: 2 node(s) had untolerated taint {gpu: true}.", "tolerate the taint"),
            (
                "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
                "node selector",
            ),
            (
                "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
                "host port is taken",
            ),
            ("0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.", "storage class"),
            ("0/1 nodes are available: something new.", "check node selectors"),
        ] {
            assert!(why_unschedulable(message).hint.contains(hint), "{message}");
        }
    }
}
