//! Who writes under which name: field managers, told apart into people, controllers and other programs.
//!
//! A field manager is a word that a client chooses; where it chooses none, the server takes the first word of its
//! user agent. So this is a table of what is in use, and of the endings that controllers have; what is in neither is
//! a program that we do not know.

use serde::Serialize;

use crate::context::FIELD_MANAGER;
use crate::managed::Entry;

/// Programs that people use by hand, by the beginnings of their names in small letters. `before-first-apply` is what
/// the server calls those of before it kept names; `node-fetch` is Lens's.
const BY_HAND: [&str; 18] = [
    "kubectl",
    "k9s",
    "lens",
    "freelens",
    "openlens",
    "node-fetch",
    "headlamp",
    "rancher",
    "octant",
    "aptakube",
    "kubernetes-dashboard",
    "dashboard",
    "kdash",
    "kui",
    "oc",
    "mozilla",
    "curl",
    "before-first-apply",
];

/// Of these the whole name counts: they begin other programs' names too.
const WHOLE: [&str; 5] = ["oc", "lens", "kui", "dashboard", "curl"];

/// Controllers whose names do not say so.
const CONTROLLERS: [&str; 24] = [
    "kube-controller-manager",
    "kube-scheduler",
    "kube-apiserver",
    "kubelet",
    "cloud-controller-manager",
    "cluster-autoscaler",
    "karpenter",
    "vpa-recommender",
    "vpa-updater",
    "vpa-admission",
    "cert-manager",
    "cainjector",
    "argocd",
    "argo-rollouts",
    "flux",
    "keda",
    "traefik",
    "istio",
    "pilot-discovery",
    "linkerd",
    "external-secrets",
    "external-dns",
    "gatekeeper",
    "kyverno",
];

/// Endings (as words of the name) by which controllers call themselves.
const ENDINGS: [&str; 5] = ["controller", "operator", "manager", "autoscaler", "injector"];

/// What kind of writer a field manager is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Author {
    /// A person, with a program for people.
    Human,
    /// A controller in the cluster.
    Controller,
    /// Helm or Longshore, for a release.
    Release,
    /// Another program.
    Program,
}

impl Author {
    /// What kind of writer the manager of that name is.
    ///
    /// ```
    /// use longshore_release::Author;
    /// assert_eq!(Author::of("kubectl-edit"), Author::Human);
    /// assert_eq!(Author::of("kube-controller-manager"), Author::Controller);
    /// assert_eq!(Author::of("helm"), Author::Release);
    /// assert_eq!(Author::of("terraform"), Author::Program);
    /// ```
    pub fn of(manager: &str) -> Self {
        if manager == FIELD_MANAGER {
            return Self::Release;
        }
        let name = manager.to_ascii_lowercase();
        let begins = |known: &&str| {
            if WHOLE.contains(known) { name == **known } else { name.starts_with(*known) }
        };
        // `rancher-operator` and `cert-manager-webhook` are told by their beginnings or their ends.
        let last = name.rsplit(['-', '_', '/', '.']).next().unwrap_or_default();
        let is_controller = ENDINGS.iter().any(|end| last.ends_with(end));
        if !is_controller && BY_HAND.iter().any(begins) {
            Self::Human
        } else if is_controller || CONTROLLERS.iter().any(|known| name.starts_with(known)) {
            Self::Controller
        } else {
            Self::Program
        }
    }
}

/// Who wrote something, as far as the server knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Writer {
    /// The field manager: `kubectl-set`.
    pub manager: String,
    /// What kind of writer that is.
    pub author: Author,
    /// The subresource that was written: `scale`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subresource: Option<String>,
    /// When, to the second (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// That this is only the last one who wrote the object: who takes a field away leaves no name.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub guessed: bool,
}

impl Writer {
    pub(super) fn of(entry: &Entry<'_>, guessed: bool) -> Self {
        Self {
            manager: entry.manager.to_owned(),
            author: Author::of(entry.manager),
            subresource: entry.subresource.map(str::to_owned),
            time: entry.time.map(str::to_owned),
            guessed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Author;

    #[test]
    fn people_controllers_and_programs_are_told_apart() {
        let check = |author: Author, names: &[&str]| {
            for name in names {
                assert_eq!(Author::of(name), author, "{name}");
            }
        };
        check(
            Author::Human,
            &[
                "kubectl",
                "kubectl-set",
                "kubectl-edit",
                "kubectl-client-side-apply",
                "kubectl-scale",
                "k9s",
                "Lens",
                "node-fetch",
                "headlamp",
                "oc",
                "Mozilla",
                "before-first-apply",
            ],
        );
        check(
            Author::Controller,
            &[
                "kube-controller-manager",
                "vpa-updater",
                "cert-manager-cainjector",
                "cert-manager-certificates-issuing",
                "argocd-application-controller",
                "PrometheusOperator",
                "settings-operator",
                "rancher-operator",
                "cluster-autoscaler",
                "keda-operator",
            ],
        );
        check(Author::Program, &["terraform", "octopus", "python-requests", "lensing", "ocelot"]);
        check(Author::Release, &["helm"]);
    }
}
