//! From what was found out about a failure to one sentence, its chain and the next step. Pure.
//!
//! Of several failing objects one is the root: those that fail of the same thing, or because of another one that
//! fails, are told as its consequences and no more.

mod network;
mod said;

use longshore_check::flows::Blocked;
use longshore_object::ObjectKey;
use longshore_object::diagnosis::{
    Meaning, Missing, denied, missing, other_architecture, why_denied, why_not_pulled, why_refused,
    why_unschedulable,
};
use longshore_object::readiness::pod::Cause;

use super::deployed::Deployed;
use super::failure::{Culprit, PodCause, WaitFailure};
use crate::trouble::Trouble;

/// What was found out about a culprit beyond its events and lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// Its claims that have no volume.
    pub(super) claims: Vec<Claim>,
    /// The keys that the ConfigMap or Secret has in which one is missing.
    pub(super) live_keys: Option<Vec<String>>,
    /// Connections that its release declares for it and that network policies do not let through.
    pub(super) blocked: Vec<Blocked>,
    /// What a route, a gateway or a certificate hangs on.
    pub(super) trouble: Option<Trouble>,
    /// Why the cluster's DNS does not answer, link by link, if a lookup has failed and nothing answers.
    pub(super) dns: Vec<String>,
    /// The architecture of the pod's node, where that matters.
    pub(super) architecture: Option<String>,
    /// The service account that was refused something, if it does not exist.
    pub(super) no_account: Option<String>,
    /// What keeps the object, if it is being deleted.
    pub(super) held: Option<Meaning>,
    /// Of what the Secret is made that is missing.
    pub(super) maker: Option<Maker>,
}

/// An object for which a controller makes a Secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Maker {
    pub(super) key: ObjectKey,
    pub(super) trouble: Option<Trouble>,
}

/// A claim without a volume.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) name: String,
    pub(super) exists: bool,
    pub(super) class: Option<String>,
    pub(super) class_exists: Option<bool>,
    pub(super) events: Vec<String>,
}

/// What a cause comes down to.
struct Root {
    /// Links of the chain above the last one.
    above: Vec<String>,
    /// The last link of the chain, which two culprits with one cause have in common.
    link: String,
    meaning: Meaning,
    /// The workload that it comes from, if it is another one of the release.
    from: Option<ObjectKey>,
}

impl Root {
    /// A cause that is its own last link.
    fn of(meaning: Meaning) -> Self {
        Self { above: Vec::new(), link: meaning.what.clone(), meaning, from: None }
    }
}

/// Explains the culprits, each with its facts, and puts the root first.
pub(super) fn explain(failure: &mut WaitFailure, facts: &[Facts], deployed: &Deployed) {
    let mut roots = Vec::new();
    for (at, culprit) in failure.culprits.iter_mut().enumerate() {
        let root = root_of(culprit, facts.get(at).unwrap_or(&Facts::default()), deployed);
        roots.push(apply(culprit, root));
    }
    // What fails because of another one that fails is a consequence, even if that one may yet heal.
    let mut derived: Vec<Option<usize>> = vec![None; failure.culprits.len()];
    for (at, (link, from)) in roots.iter().enumerate() {
        let of = |key: &ObjectKey| failure.culprits.iter().position(|culprit| culprit.key == *key);
        let cause = from.as_ref().and_then(of).filter(|cause| *cause != at);
        // Two that wait for one another: the first stays.
        let cause = cause.filter(|cause| derived[*cause] != Some(at));
        let same = || {
            link.as_ref()
                .and_then(|link| roots[..at].iter().position(|(other, _)| other.as_ref() == Some(link)))
        };
        derived[at] = cause.or_else(same);
    }
    let top = |mut at: usize| {
        for _ in 0..derived.len() {
            match derived[at] {
                Some(above) => at = above,
                None => break,
            }
        }
        at
    };
    let mut first = None;
    for at in 0..derived.len() {
        let above = top(at);
        if at == 0 {
            first = Some(above);
        }
        if above != at {
            let key = failure.culprits[at].key.clone();
            let others = &mut failure.culprits[above].also;
            if !others.contains(&key) {
                others.push(key);
            }
        }
    }
    let mut kept = Vec::new();
    for (at, culprit) in std::mem::take(&mut failure.culprits).into_iter().enumerate() {
        if derived[at].is_none() || top(at) == at {
            kept.push((Some(at) != first, at, culprit));
        }
    }
    kept.sort_by_key(|(later, at, _)| (*later, *at));
    failure.culprits = kept.into_iter().map(|(_, _, culprit)| culprit).collect();
    // The one that the others wait for has not failed yet, and is told with what it waits for.
    let waiting = &failure.waiting;
    if let (Some(root), Some(from)) = (failure.culprits.first_mut(), first.and_then(|at| roots[at].1.clone()))
        && let Some((key, reason)) = waiting.iter().find(|(key, _)| *key == from)
    {
        root.chain.push(format!("{key}: {reason}"));
    }
}

/// Writes sentence, chain and hint into the culprit; the link by which it is compared, and whom it comes from.
fn apply(culprit: &mut Culprit, root: Option<Root>) -> (Option<String>, Option<ObjectKey>) {
    if let Some(pod) = &culprit.pod {
        if culprit.key.kind != "Pod" {
            culprit.chain.extend(pod.owner.clone().filter(|owner| *owner != culprit.key.to_string()));
            culprit.chain.push(format!("Pod/{}", pod.pod));
        }
        culprit.chain.extend(pod.container.as_ref().map(|container| format!("container {container}")));
    }
    let Some(root) = root else { return (None, None) };
    if let Some(pod) = &culprit.pod {
        let head = headline(pod);
        culprit.reason = match culprit.reason.strip_suffix(&pod.describe()) {
            Some(before) => format!("{before}{head}: {}", root.meaning.what),
            // A Job that failed says so, and the pod says why.
            None if culprit.key.kind == "Job" => format!("the Job failed: {head}: {}", root.meaning.what),
            None => format!("{head}: {}", root.meaning.what),
        };
    } else {
        culprit.reason.clone_from(&root.meaning.what);
    }
    culprit.chain.extend(root.above);
    culprit.chain.push(root.link.clone());
    culprit.hint = Some(root.meaning.hint).filter(|hint| !hint.is_empty());
    (Some(root.link), root.from)
}

fn headline(pod: &PodCause) -> String {
    let mut head = pod.problem().headline();
    // The exit code says less than what was read, and still belongs to it.
    if let Some(code) = pod.problem().exit_code().filter(|_| pod.cause != Cause::OutOfMemory) {
        head = format!("{head} with exit code {code}");
    }
    head
}

fn root_of(culprit: &Culprit, facts: &Facts, deployed: &Deployed) -> Option<Root> {
    let plain = |meaning: Meaning| Some(Root::of(meaning));
    let Some(pod) = &culprit.pod else {
        if let Some(held) = &facts.held {
            return plain(held.clone());
        }
        if let Some(trouble) = &facts.trouble {
            let links = trouble.chain.iter().cloned().chain([trouble.what.clone()]);
            let link = links.collect::<Vec<_>>().join(" ← ");
            return Some(Root { link, ..Root::of(meaning(&trouble.what, &trouble.hint)) });
        }
        return match missing(&culprit.reason).filter(|missing| missing.kind == "ServiceAccount") {
            Some(account) => plain(what_is_missing(&account, facts, deployed, &culprit.key)),
            None => {
                plain(why_refused(&culprit.reason).or_else(|| said::refused(culprit, "", facts, deployed))?)
            }
        };
    };
    let image = pod.image.as_deref().unwrap_or("the image");
    let architecture = facts.architecture.as_deref();
    let words = || {
        let denied = said::refused(culprit, &pod.message, facts, deployed);
        denied.unwrap_or_else(|| meaning(pod.message.clone(), hint_for(pod.cause)))
    };
    match pod.cause {
        Cause::ImageName if pod.message.contains("ErrImageNeverPull") => plain(meaning(
            format!("`{image}` is not on the node, and its pull policy is Never"),
            "load the image onto the node, or allow pulling it (imagePullPolicy)",
        )),
        Cause::ImageName => plain(meaning(
            format!("`{image}` is no name of an image"),
            "correct the image's name: lower-case letters, `/` between parts, one `:` before the tag",
        )),
        Cause::ImagePull => plain(why_not_pulled(&pod.message, image, architecture).unwrap_or_else(|| {
            meaning(
                pod.message.clone(),
                "check the image's name and tag, and that the cluster may pull it (imagePullSecrets)",
            )
        })),
        Cause::MissingKey | Cause::Config | Cause::Mount => match (missing(&pod.message), &facts.maker) {
            (Some(found), Some(maker)) => Some(not_made(&found, maker, facts)),
            (Some(found), None) => plain(what_is_missing(&found, facts, deployed, &culprit.key)),
            (None, _) => plain(words()),
        },
        Cause::Start if said::is_of_other_architecture(&pod.message) => {
            plain(other_architecture(architecture))
        }
        Cause::Start => plain(words()),
        Cause::OutOfMemory => plain(memory(pod, deployed, &culprit.key)),
        Cause::CrashLoop | Cause::Ended => Some(said::crash(culprit, pod, facts, deployed)),
        Cause::Unschedulable => plain(why_unschedulable(&pod.message)),
        Cause::Claim => Some(claim(pod, facts, deployed)),
        Cause::InitHangs => Some(said::hangs(culprit, facts, deployed)),
        Cause::Unready => Some(said::unready(culprit, pod, facts, deployed)),
    }
}

fn meaning(what: impl Into<String>, hint: impl Into<String>) -> Meaning {
    Meaning { what: what.into(), hint: hint.into() }
}

fn hint_for(cause: Cause) -> &'static str {
    match cause {
        Cause::Start => "check the container's command, user and mounts",
        Cause::Mount => "check the volumes of the pod, and the network plugin of its node",
        _ => "check the names and keys of the ConfigMaps and Secrets that the container refers to",
    }
}

/// An object that is not there, or a key that it does not have, against what the release has.
fn what_is_missing(found: &Missing, facts: &Facts, deployed: &Deployed, of: &ObjectKey) -> Meaning {
    let place = "a name that is mistyped, or an object that was forgotten";
    let Some(key) = &found.key else {
        let named = format!("{}/{}", found.kind, found.name);
        if deployed.find(found.kind, &found.name).is_some() {
            return meaning(
                format!("{named} does not exist, though it is in this release"),
                "somebody has deleted it: deploy again",
            );
        }
        let here = if deployed.is_empty() { "" } else { " and is not in this release" };
        return match deployed.nearest(found.kind, &found.name) {
            Some(near) => meaning(
                format!("{named} does not exist{here}; did you mean `{near}`?"),
                format!("{place}: {of} refers to it"),
            ),
            None => meaning(
                format!("{named} does not exist{here}"),
                format!("{place}: add it, or correct the reference in {of}"),
            ),
        };
    };
    if found.name.is_empty() {
        return meaning(
            format!("a {} that is mounted has no key `{key}`", found.kind),
            "compare the `items` of its volume with its keys",
        );
    }
    let keys = deployed.keys_of(found.kind, &found.name).or_else(|| facts.live_keys.clone());
    let named = format!("{}/{} has no key `{key}`", found.kind, found.name);
    let near = keys.as_ref().and_then(|keys| longshore_diag::nearest(key, keys.iter().map(String::as_str)));
    match (near, keys.as_ref()) {
        (Some(near), _) => {
            meaning(format!("{named}; did you mean `{near}`?"), format!("correct the key in {of}"))
        }
        (None, Some(keys)) if !keys.is_empty() => meaning(named, format!("its keys are {}", keys.join(", "))),
        _ => meaning(named, "add the key, or correct the reference"),
    }
}

/// A Secret that somebody is to make: what makes it is the cause, with what it hangs on.
fn not_made(found: &Missing, maker: &Maker, facts: &Facts) -> Root {
    let (secret, key) = (format!("Secret/{}", found.name), maker.key.to_string());
    if let (Some(wanted), None) = (&found.key, &maker.trouble) {
        let keys = facts.live_keys.clone().unwrap_or_default();
        let near = longshore_diag::nearest(wanted, keys.iter().map(String::as_str));
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        return Root::of(meaning(
            format!("{secret}, which is made of {key}, has no key `{wanted}`{near}"),
            format!("add the key to {key}, or correct the reference"),
        ));
    }
    let Some(trouble) = &maker.trouble else {
        return Root::of(meaning(
            format!("{secret} does not exist, though {key}, of which it is made, says nothing of a failure"),
            "look at its events and at the log of its controller",
        ));
    };
    let lacks = match &found.key {
        Some(wanted) => format!("{secret} has no key `{wanted}`"),
        None => format!("{secret} does not exist"),
    };
    let mut above = vec![secret, key.clone()];
    above.extend(trouble.chain.iter().cloned());
    let told = meaning(format!("{lacks}: {key}, of which it is made: {}", trouble.what), &trouble.hint);
    Root { above, link: trouble.what.clone(), from: Some(maker.key.clone()), meaning: told }
}

fn memory(pod: &PodCause, deployed: &Deployed, key: &ObjectKey) -> Meaning {
    let container = pod.container.as_deref().unwrap_or_default();
    let limit = deployed.find(&key.kind, &key.name).and_then(|object| {
        let (template, _) = longshore_object::references::pod_template(object)?;
        let containers = template.get("/spec/containers")?.items();
        let of = containers.iter().find(|c| c.child("name").and_then(|n| n.as_str()) == Some(container))?;
        let limit = of.get("/resources/limits/memory")?;
        Some(limit.as_str().map_or_else(|| limit.to_json().to_string(), str::to_owned))
    });
    let what = match limit {
        Some(limit) => format!("it uses more than its limit of {limit}"),
        None => "it uses more memory than its limit".to_owned(),
    };
    meaning(
        what,
        "raise the container's memory limit to a quarter above its peak, or make it use less (a JVM by its heap flags)",
    )
}

fn claim(pod: &PodCause, facts: &Facts, deployed: &Deployed) -> Root {
    let Some(claim) = facts.claims.first() else {
        return Root::of(why_unschedulable(&pod.message));
    };
    let named = format!("PersistentVolumeClaim/{}", claim.name);
    let meaning = match (claim.exists, claim.class.as_deref(), claim.class_exists) {
        (false, ..) => {
            let missing = Missing { kind: "PersistentVolumeClaim", name: claim.name.clone(), key: None };
            let of = ObjectKey {
                group: String::new(),
                kind: "Pod".to_owned(),
                namespace: None,
                name: pod.pod.clone(),
            };
            what_is_missing(&missing, facts, deployed, &of)
        }
        (_, Some(class), Some(false)) if !class.is_empty() => meaning(
            format!("{named} has no volume: there is no StorageClass `{class}`"),
            "name a class that exists (`kubectl get storageclass`), or none for the cluster's default",
        ),
        (_, None, _) => meaning(
            format!("{named} has no volume: it names no class, and the cluster has no default one"),
            "set `storageClassName`, or mark a class as the default",
        ),
        _ => match claim.events.last() {
            Some(event) => match denied(event).map(|found| why_denied(&found, &[])) {
                Some(told) => meaning(format!("{named} has no volume: {}", told.what), told.hint),
                None => meaning(
                    format!("{named} has no volume: {event}"),
                    "look at who makes volumes of that class",
                ),
            },
            None => meaning(
                format!("{named} has no volume"),
                "look at its class, its size and its access modes, and at who makes volumes of that class",
            ),
        },
    };
    Root::of(meaning)
}

#[cfg(test)]
mod tests;
