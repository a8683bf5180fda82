//! Why no node takes a pod, in the scheduler's words.

use super::Meaning;

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
    let has = |words: &str| message.contains(words);
    let mut hints = Vec::new();
    if has("Insufficient ") {
        hints.push("ask for less, or add a node with more free");
    }
    if has("untolerated taint") {
        hints.push("tolerate the taint, or take it off a node");
    }
    if has("node affinity/selector") || has("node selector") {
        hints.push("correct the node selector or affinity, or label a node");
    }
    if has("free ports for the requested pod ports") {
        hints.push("the host port is taken on every node that would do: use another one, or a Service instead of hostPort");
    }
    if has("anti-affinity") || has("topology spread") {
        hints.push("relax the rule that spreads the pods, or add a node");
    }
    if has("unbound immediate PersistentVolumeClaims") || has("persistentvolumeclaim") {
        hints.push("look at the claim: its storage class, its size, and whether anything makes volumes of that class");
    }
    if has("volume node affinity conflict") {
        hints.push("the volume is on a node or in a zone where the pod may not run");
    }
    if has("unschedulable") || has("SchedulingDisabled") {
        hints.push("a node is cordoned: `kubectl uncordon` it");
    }
    if has("Too many pods") {
        hints.push("the nodes hold as many pods as they may: add one");
    }
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
