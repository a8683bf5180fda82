//! Reading the API server's refusals.
//!
//! The `reason` and the causes of a `Status` are for programs, and where they tell enough they alone are
//! used. But a quota, an admission webhook, a missing permission and a namespace that is going all come
//! as `403 Forbidden`, and only the sentence tells them apart. Its forms are stable: they come from
//! <https://github.com/kubernetes/kubernetes/blob/v1.36.3/staging/src/k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go>,
//! the admission plugins beside it, and `k8s.io/apimachinery/pkg/api/errors`.

use longshore_diag::Place;
use longshore_object::Object;
use longshore_object::diagnosis::why_not_scheduled;

use super::{Subject, locate};
use crate::status::{Status, StatusCause};

/// Why the server said no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The user may not do this.
    #[error("not allowed")]
    Forbidden {
        /// Who asked, as the server sees it.
        user: String,
        /// `create`, `patch`, `list`.
        verb: String,
        /// `deployments.apps`, `pods/log`.
        resource: String,
        /// Where; `None` for the whole cluster.
        namespace: Option<String>,
    },
    /// There is no such object.
    #[error("not found")]
    NotFound,
    /// The object's namespace does not exist.
    #[error("namespace `{namespace}` does not exist")]
    NamespaceMissing {
        /// The namespace.
        namespace: String,
    },
    /// The object's namespace is being deleted.
    #[error("namespace `{namespace}` is being deleted")]
    NamespaceTerminating {
        /// The namespace.
        namespace: String,
    },
    /// An object of that name exists.
    #[error("it exists already")]
    AlreadyExists,
    /// The object was changed since the resource version that the request named.
    #[error("it was changed in the meantime")]
    Stale,
    /// Other field managers own fields that were to be written with other values.
    #[error("{} owned by others", count(fields.len(), "field is", "fields are"))]
    Conflict {
        /// Which, and whose.
        fields: Vec<FieldConflict>,
    },
    /// Values that the server does not take.
    #[error("not valid")]
    Invalid {
        /// Which, and why.
        fields: Vec<InvalidField>,
    },
    /// An admission check refused it.
    #[error("refused by {}", by.as_deref().unwrap_or("an admission check"))]
    Denied {
        /// Which one: `webhook policy.example.com`, `Pod Security`.
        by: Option<String>,
        /// Its words.
        message: String,
    },
    /// An admission webhook could not be asked.
    #[error("admission webhook `{webhook}` cannot be called")]
    WebhookFailed {
        /// Its name.
        webhook: String,
        /// What happened.
        message: String,
    },
    /// The namespace's quota is used up.
    #[error("quota `{quota}` exceeded")]
    Quota {
        /// The `ResourceQuota`.
        quota: String,
        /// What was asked for, what is used, what is allowed.
        message: String,
    },
    /// The object is larger than the server takes.
    #[error("too large")]
    TooLarge,
    /// The server has too much to do, and still had after several attempts.
    #[error("the server is too busy")]
    Busy,
    /// The server failed.
    #[error("the server failed ({code})")]
    ServerFailed {
        /// The HTTP status code.
        code: u16,
    },
    /// Something else, for which see the status.
    #[error("refused ({code})")]
    Other {
        /// The HTTP status code.
        code: u16,
    },
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// A field that somebody else owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldConflict {
    /// `spec.replicas`, `spec.template.spec.containers[name="app"].image`.
    pub field: String,
    /// The owner: `kubectl-edit`, `kube-controller-manager`.
    pub manager: String,
    /// What the owner did: `Update`, or `Apply`.
    pub operation: String,
    /// The subresource it used: `scale`, `status`.
    pub subresource: Option<String>,
    /// Where we wrote the field.
    pub place: Option<Place>,
}

/// A field that has a value the server does not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidField {
    /// `spec.template.spec.containers[0].image`; empty where the server names none.
    pub field: String,
    /// Why: `Required value`, `field is immutable`.
    pub message: String,
    /// Where we wrote it.
    pub place: Option<Place>,
}

impl InvalidField {
    /// What to write so that the server takes it, where its own words do not tell.
    pub(super) fn way_out(&self) -> Option<String> {
        if let Some(meaning) = why_not_scheduled(&self.field, &self.message) {
            return Some(format!("{}; {}", meaning.what, meaning.hint));
        }
        // The server filled the field in when the strategy was the default one, and applying leaves it where it is.
        let leftover =
            self.field.ends_with("spec.strategy.rollingUpdate") && self.message.contains("'Recreate'");
        leftover.then_some(
            r#"the server filled `rollingUpdate` in, and applying leaves it: take it away once with `kubectl patch deployment NAME --type merge -p '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'`, then deploy"#
                .to_owned(),
        )
    }

    /// Whether the field may never change once the object exists.
    pub fn is_immutable(&self) -> bool {
        // Each kind's validation has words of its own for it: Jobs, Deployments, claims, volumes; Services;
        // StatefulSets, Pods; bindings; priority classes; storage classes.
        [
            "immutable",
            "may not change",
            "updates to statefulset spec for fields other than",
            "cannot change roleRef",
            "may not be changed in an update",
            "updates to parameters are forbidden",
        ]
        .iter()
        .any(|words| self.message.contains(words))
    }
}

/// Finds out what a status means for what was being done.
pub(super) fn classify(status: &Status, at: &Subject, object: Option<&Object>) -> Refusal {
    let namespace = || at.namespace.clone().unwrap_or_default();
    let message = status.message.as_str();
    if let Some(refusal) = admission(status, message) {
        return refusal;
    }
    match (status.code, status.reason.as_str()) {
        (404, _) if status.details.kind == "namespaces" && !names(at, "Namespace") => {
            Refusal::NamespaceMissing { namespace: status.details.name.clone() }
        }
        (404, _) => Refusal::NotFound,
        (403, _) if status.has_cause("NamespaceTerminating") => {
            Refusal::NamespaceTerminating { namespace: namespace() }
        }
        (403, _) => {
            permission(message).unwrap_or_else(|| Refusal::Denied { by: None, message: message.to_owned() })
        }
        (409, "AlreadyExists") => Refusal::AlreadyExists,
        (409, _) if status.has_cause("FieldManagerConflict") => {
            Refusal::Conflict { fields: conflicts(&status.details.causes, object) }
        }
        (409, "Conflict") => Refusal::Stale,
        (413, _) => Refusal::TooLarge,
        (400 | 422 | 500, _) if is_too_large(message) => Refusal::TooLarge,
        (422, _) => Refusal::Invalid { fields: invalid(status, object) },
        (400, _) if message.contains("strict decoding error") => {
            Refusal::Invalid { fields: strict(message, object) }
        }
        (400 | 500, _) if message.contains("typed patch object") => {
            Refusal::Invalid { fields: untyped(message, object) }
        }
        (400 | 500, _) if undecoded(message).is_some() => {
            let found = undecoded(message).into_iter();
            Refusal::Invalid { fields: found.map(|found| as_a_whole(found, object)).collect() }
        }
        (400, "BadRequest") => Refusal::Invalid { fields: vec![as_a_whole(message, object)] },
        (429, _) => Refusal::Busy,
        (code @ 500.., _) => Refusal::ServerFailed { code },
        (code, _) => Refusal::Other { code },
    }
}

fn names(at: &Subject, kind: &str) -> bool {
    at.key.as_ref().is_some_and(|key| key.kind == kind)
}

fn is_too_large(message: &str) -> bool {
    message.contains("request is too large")
        || message.contains("trying to send message larger than max")
        || message.contains("Request entity too large")
}

/// Admission: webhooks, policies, Pod Security, quota. Their codes differ; their words do not.
fn admission(status: &Status, message: &str) -> Option<Refusal> {
    if let Some((name, rest)) = quoted_after(message, "admission webhook ")
        && let Some(rest) = rest.strip_prefix(" denied the request")
    {
        let words = rest.trim_start_matches(" without explanation").trim_start_matches(": ");
        return Some(Refusal::Denied {
            by: Some(format!("admission webhook `{name}`")),
            message: words.to_owned(),
        });
    }
    if let Some((webhook, rest)) = quoted_after(message, "failed calling webhook ") {
        let message = rest.trim_start_matches(": ").to_owned();
        return Some(Refusal::WebhookFailed { webhook, message });
    }
    if let Some(start) = message.find("ValidatingAdmissionPolicy '") {
        let rest = &message[start + "ValidatingAdmissionPolicy '".len()..];
        let (name, rest) = rest.split_once('\'')?;
        let words = rest.split_once("denied request: ").map_or(rest, |(_, words)| words);
        return Some(Refusal::Denied {
            by: Some(format!("ValidatingAdmissionPolicy `{name}`")),
            message: words.to_owned(),
        });
    }
    if status.code != 403 {
        return None;
    }
    if let Some(start) = message.find("exceeded quota: ") {
        let rest = &message[start + "exceeded quota: ".len()..];
        let (quota, words) = rest.split_once(", ").unwrap_or((rest, ""));
        return Some(Refusal::Quota { quota: quota.to_owned(), message: words.to_owned() });
    }
    if let Some(start) = message.find("violates PodSecurity") {
        return Some(Refusal::Denied {
            by: Some("Pod Security".to_owned()),
            message: message[start..].to_owned(),
        });
    }
    None
}

/// The quoted name after a phrase, and what follows it.
fn quoted_after<'a>(message: &'a str, phrase: &str) -> Option<(String, &'a str)> {
    let rest = &message[message.find(phrase)? + phrase.len()..];
    let (name, rest) = rest.strip_prefix('"')?.split_once('"')?;
    Some((name.to_owned(), rest))
}

/// `… is forbidden: User "x" cannot create resource "y" in API group "z" in the namespace "n"`.
fn permission(message: &str) -> Option<Refusal> {
    let (user, rest) = quoted_after(message, "User ")?;
    let rest = rest.strip_prefix(" cannot ")?;
    let (verb, rest) = rest.split_once(' ')?;
    let (resource, rest) = match quoted_after(rest, "resource ") {
        Some(found) => found,
        None => quoted_after(rest, "path ")?,
    };
    let group = quoted_after(rest, "in API group ").map(|(group, _)| group).unwrap_or_default();
    let resource = match (group.as_str(), resource.split_once('/')) {
        ("", _) => resource,
        (group, Some((resource, sub))) => format!("{resource}.{group}/{sub}"),
        (group, None) => format!("{resource}.{group}"),
    };
    let namespace = quoted_after(rest, "in the namespace ").map(|(namespace, _)| namespace);
    Some(Refusal::Forbidden { user, verb: verb.to_owned(), resource, namespace })
}

/// `conflict with "manager" using apps/v1` / `with "manager" with subresource "scale" using apps/v1 at …`.
fn conflicts(causes: &[StatusCause], object: Option<&Object>) -> Vec<FieldConflict> {
    causes
        .iter()
        .filter(|cause| cause.reason == "FieldManagerConflict")
        .map(|cause| {
            let manager = quoted_after(&cause.message, "conflict with ").map(|(name, _)| name);
            let field = cause.field.trim_start_matches('.').to_owned();
            FieldConflict {
                manager: manager.unwrap_or_else(|| cause.message.clone()),
                // Only an owner by update carries the API version and the time of its writing.
                operation: if cause.message.contains(" using ") { "Update" } else { "Apply" }.to_owned(),
                subresource: quoted_after(&cause.message, "subresource ").map(|(name, _)| name),
                place: object.map(|object| locate::field(object, &field)),
                field,
            }
        })
        .collect()
}

fn invalid(status: &Status, object: Option<&Object>) -> Vec<InvalidField> {
    let causes = status.details.causes.iter().map(|cause| (cause.field.as_str(), &cause.message));
    let mut fields: Vec<InvalidField> = causes
        .map(|(field, message)| {
            // `<nil>` is how the server names the object as a whole.
            let field = if field == "<nil>" { "" } else { field };
            InvalidField {
                field: field.to_owned(),
                message: message.clone(),
                place: object.map(|object| locate::field(object, field)),
            }
        })
        .collect();
    if fields.is_empty() {
        fields.push(as_a_whole(&status.message, object));
    }
    fields
}

fn as_a_whole(message: &str, object: Option<&Object>) -> InvalidField {
    InvalidField {
        field: String::new(),
        message: message.to_owned(),
        place: object.map(|object| object.place().clone()),
    }
}

/// `strict decoding error: unknown field "spec.foo", duplicate field "spec.bar"`.
fn strict(message: &str, object: Option<&Object>) -> Vec<InvalidField> {
    let mut fields = Vec::new();
    let mut rest = message;
    while let Some(((what, field), after)) = next_strict(rest) {
        fields.push(InvalidField {
            place: object.map(|object| locate::field(object, &field)),
            message: what.to_owned(),
            field,
        });
        rest = after;
    }
    if fields.is_empty() {
        fields.push(as_a_whole(message, object));
    }
    fields
}

/// What an apply finds against the kind's schema:
/// `failed to create typed patch object (ns/name; apps/v1, Kind=Deployment): .spec.foo: field not declared in schema`,
/// or after the colon `errors:` and a line for each.
fn untyped(message: &str, object: Option<&Object>) -> Vec<InvalidField> {
    let found = message.split_once("): ").map_or(message, |(_, found)| found);
    let lines = found.lines().map(str::trim).filter_map(|line| {
        let (field, why) = line.strip_prefix('.')?.split_once(": ")?;
        Some(InvalidField {
            field: field.to_owned(),
            message: match why {
                "field not declared in schema" => "unknown field".to_owned(),
                why => why.to_owned(),
            },
            place: object.map(|object| locate::field(object, field)),
        })
    });
    let mut fields: Vec<_> = lines.collect();
    if fields.is_empty() {
        fields.push(as_a_whole(found, object));
    }
    fields
}

/// What an apply finds when it decodes an object whose schema says less than its type (quantities, base64, numbers or
/// texts): `failed to convert new object (ns/name; v1, Kind=Pod) to proper version: unable to convert unstructured object
/// to /v1, Kind=Pod: quantities must match …`. The field is not told.
pub(crate) fn undecoded(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("unable to convert unstructured object to ")?;
    rest.split_once(": ").map(|(_, found)| found)
}

/// The next `unknown field "…"` or `duplicate field "…"`.
fn next_strict(text: &str) -> Option<((&'static str, String), &str)> {
    let unknown = quoted_after(text, "unknown field ").map(|found| ("unknown field", found));
    let twice = quoted_after(text, "duplicate field ").map(|found| ("field given twice", found));
    let (what, (field, rest)) = match (unknown, twice) {
        // The one that leaves more of the text to read stands first.
        (Some(a), Some(b)) => {
            if a.1.1.len() >= b.1.1.len() {
                a
            } else {
                b
            }
        }
        (a, b) => a.or(b)?,
    };
    Some(((what, field), rest))
}
