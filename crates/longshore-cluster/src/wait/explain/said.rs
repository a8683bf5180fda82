//! What a container that crashes, hangs or does not become ready has to say for itself: its lines, its probes, its exit
//! code, and what is known of those that the lines name.

use longshore_object::diagnosis::{
    About, Denied, Meaning, denied, meaning_of_exit, other_architecture, read_lines, why_denied,
};

use super::{Facts, Root, meaning, network};
use crate::wait::deployed::Deployed;
use crate::wait::failure::{Culprit, PodCause};

/// A container that ends: what its lines say, its liveness probe, or its exit code.
pub(super) fn crash(culprit: &Culprit, pod: &PodCause, facts: &Facts, deployed: &Deployed) -> Root {
    if let Some(root) = network::of_lines(culprit, facts).filter(|_| facts.dns.is_empty()) {
        return root;
    }
    let probe = culprit.events.iter().rev().find_map(|event| {
        let (_, words) = event.split_once(": ")?;
        ["Liveness probe failed", "Startup probe failed"]
            .iter()
            .any(|start| words.starts_with(start))
            .then(|| words.to_owned())
    });
    if let Some(root) = read(culprit, facts, deployed) {
        return root;
    }
    if is_of_other_architecture(&pod.message) {
        return Root::of(other_architecture(facts.architecture.as_deref()));
    }
    if let Some(words) = probe {
        let meaning = meaning(
            format!("the kubelet restarts it: {words}"),
            "compare the probe's port and path with what it serves; a startupProbe gives it time to begin",
        );
        return Root::of(meaning);
    }
    let code = pod.problem().exit_code();
    let told = code.and_then(meaning_of_exit);
    let last = culprit.logs.iter().rev().find(|line| !line.trim().is_empty());
    let (what, hint) = match (told, last, code) {
        (Some(told), _, _) => (told.what, told.hint),
        (None, Some(last), _) => {
            (format!("its last line is: {}", shortened(last.trim())), read_on(culprit, pod))
        }
        (None, None, Some(code)) => {
            (format!("it says nothing, its exit code is {code}"), read_on(culprit, pod))
        }
        (None, None, None) => (pod.message.clone(), read_on(culprit, pod)),
    };
    Root::of(Meaning { what, hint })
}

fn read_on(culprit: &Culprit, pod: &PodCause) -> String {
    let previous = if pod.restarts > 0 { " --previous" } else { "" };
    let namespace = culprit.key.namespace.as_deref().unwrap_or("default");
    format!("read on with `kubectl logs -n {namespace} {}{previous}`", pod.pod)
}

/// A line fit for a sentence.
fn shortened(line: &str) -> String {
    const LONGEST: usize = 200;
    if line.chars().count() <= LONGEST {
        return line.to_owned();
    }
    line.chars().take(LONGEST).chain(['…']).collect()
}

/// What the container's lines say, and who is behind the host or the account that they name.
fn read(culprit: &Culprit, facts: &Facts, deployed: &Deployed) -> Option<Root> {
    let found = read_lines(&culprit.logs)?;
    let mut meaning = found.meaning;
    match found.about {
        // Without DNS no name resolves, and none of them is wrong for it.
        About::Name if !facts.dns.is_empty() => return Some(without_dns(&meaning, &facts.dns)),
        About::Architecture => {
            return Some(Root::of(other_architecture(facts.architecture.as_deref())));
        }
        About::Denied(denied) => {
            meaning.hint = account_first(&denied, meaning.hint, facts, deployed);
            return Some(Root::of(meaning));
        }
        About::Name | About::Connection | About::Other => {}
    }
    let mut from = None;
    if let Some(host) = &found.host {
        let first = host.split('.').next().unwrap_or(host);
        match deployed.service_of(host) {
            Some(service) => from = deployed.workload_behind(service).cloned(),
            None => {
                if let Some(near) = deployed.nearest("Service", first) {
                    meaning.what = format!(
                        "{}; no Service of this release has it; did you mean `{near}`?",
                        meaning.what
                    );
                }
            }
        }
    }
    Some(Root { from, ..Root::of(meaning) })
}

/// The cluster's DNS as the cause, with what the container said of it as a link above.
fn without_dns(said: &Meaning, links: &[String]) -> Root {
    let mut above = vec![said.what.clone()];
    let (last, before) = links.split_last().map_or(("", links), |(last, before)| (last.as_str(), before));
    above.extend(before.iter().cloned());
    let meaning = meaning(
        format!("the cluster's DNS does not answer: {}", links.join(", ")),
        "the names are not to blame: bring the pods behind that Service back (`kubectl get deployments,pods -n kube-system`), then deploy again",
    );
    Root { above, link: last.to_owned(), ..Root::of(meaning) }
}

/// What an account may not do, by the API's own words about the object, or by an event.
pub(super) fn refused(
    culprit: &Culprit,
    message: &str,
    facts: &Facts,
    deployed: &Deployed,
) -> Option<Meaning> {
    let mut texts =
        [message, &culprit.reason].into_iter().chain(culprit.events.iter().rev().map(String::as_str));
    let found = texts.find_map(denied)?;
    let told = why_denied(&found, &[]);
    let hint = account_first(&found, told.hint, facts, deployed);
    Some(Meaning { what: told.what, hint })
}

/// What comes before any Role: an account that is not there, or one that the pod was to have and does not name.
fn account_first(denied: &Denied, hint: String, facts: &Facts, deployed: &Deployed) -> String {
    let Some((namespace, account)) = denied.account() else { return hint };
    if facts.no_account.as_deref() == Some(account) {
        return format!(
            "ServiceAccount/{account} does not exist: `kubectl create serviceaccount {account} -n {namespace}`, or add it to the release; then {hint}"
        );
    }
    // Who names no account has `default`, which should hardly be let anything.
    match deployed.names_of("ServiceAccount").find(|name| *name != "default") {
        Some(own) if account == "default" => format!(
            "the pod names no account: `serviceAccountName: {own}` if it is meant to have the release's own; or {hint}"
        ),
        _ => hint,
    }
}

/// Whether the kernel refuses to execute a program.
pub(super) fn is_of_other_architecture(message: &str) -> bool {
    message.contains("exec format error")
}

pub(super) fn hangs(culprit: &Culprit, facts: &Facts, deployed: &Deployed) -> Root {
    if let Some(root) = network::of_silence(culprit, facts).filter(|_| facts.dns.is_empty()) {
        return root;
    }
    if let Some(root) = read(culprit, facts, deployed) {
        return root;
    }
    let last = culprit.logs.iter().rev().find(|line| !line.trim().is_empty());
    let what = match last {
        Some(last) => format!("its last line is: {}", shortened(last.trim())),
        None => "it says nothing".to_owned(),
    };
    let meaning = meaning(what, "look at what it waits for; if it only needs long, raise the grace `init`");
    Root::of(meaning)
}

pub(super) fn unready(culprit: &Culprit, pod: &PodCause, facts: &Facts, deployed: &Deployed) -> Root {
    let event = culprit.events.iter().rev().find_map(|event| {
        let (_, words) = event.split_once(": ")?;
        words.contains("probe failed").then(|| words.to_owned())
    });
    // A probe that finds nobody listening tells of its own port as well as of what the container waits for.
    let listens = !event.as_ref().is_some_and(|words| words.contains("connection refused"));
    let found = if listens { network::of_silence(culprit, facts) } else { network::of_lines(culprit, facts) };
    if let Some(root) = found.filter(|_| facts.dns.is_empty()) {
        return root;
    }
    let hint = "compare the probe's port and path with what it serves; if it only needs long, use a startupProbe or raise the grace `probe`";
    if let Some(words) = event {
        let meaning = meaning(words, hint);
        // Behind the probe there may be what it waits for.
        let from = read(culprit, facts, deployed).and_then(|root| root.from);
        return Root { from, ..Root::of(meaning) };
    }
    if let Some(root) = read(culprit, facts, deployed) {
        return root;
    }
    let what = if pod.message.is_empty() { "nothing says why".to_owned() } else { pod.message.clone() };
    Root::of(meaning(what, hint))
}
