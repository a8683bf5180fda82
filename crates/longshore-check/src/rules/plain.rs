//! Passwords and the like as plain text: in variables of containers and in ConfigMaps.

use longshore_diag::Diagnostic;
use longshore_object::Tree;
use longshore_object::references::pod_spec;
use longshore_object::secrecy::{is_reference, is_sensitive};

use super::Subject;
use crate::path;

/// Shorter values are switches and counts.
const SHORTEST: usize = 4;

/// Ends of names that say something about a secret, and hold none.
const ABOUT: [&str; 22] = [
    "enabled",
    "disabled",
    "type",
    "ttl",
    "expiry",
    "expiration",
    "duration",
    "length",
    "algorithm",
    "url",
    "uri",
    "endpoint",
    "policy",
    "mode",
    "id",
    "size",
    "count",
    "timeout",
    "interval",
    "method",
    "prefix",
    "header",
];

/// Names that sound like a secret and are documented not to be one. The token of etcd tells clusters apart that start at
/// the same time.
const PUBLIC: [&str; 1] = ["ETCD_INITIAL_CLUSTER_TOKEN"];

pub(super) fn find(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let object = subject.object;
    let mut found = Vec::new();
    let mut tell = |what: String, pointer: &str, name: &str, value: &str| {
        let Some(why) = secret(name, value) else { return };
        let message = format!("{}: {what} `{name}` {why}", object.key());
        found.push(
            Diagnostic::warning("secrets/plain", message)
                .at(path::place(object, pointer))
                .hint("put it into a Secret; everybody who may read the object reads it here"),
        );
    };
    if let Some((spec, base)) = pod_spec(object) {
        for list in ["initContainers", "containers"] {
            for (i, container) in spec.child(list).map_or(&[][..], Tree::items).iter().enumerate() {
                for (j, variable) in container.child("env").map_or(&[][..], Tree::items).iter().enumerate() {
                    let text = |key: &str| variable.child(key).and_then(Tree::as_str);
                    if let (Some(name), Some(value)) = (text("name"), text("value")) {
                        let pointer = format!("{base}/{list}/{i}/env/{j}/value");
                        tell("variable".to_owned(), &pointer, name, value);
                    }
                }
            }
        }
    }
    if object.gvk().group.is_empty() && object.kind() == "ConfigMap" {
        for (key, value) in object.get("/data").and_then(Tree::as_map).into_iter().flatten() {
            if let Some(value) = value.as_str().filter(|value| !value.trim().contains('\n')) {
                tell("key".to_owned(), &format!("/data/{}", path::token(key)), key, value);
            }
        }
    }
    found
}

/// Why a value is a secret, if it is one.
fn secret(name: &str, value: &str) -> Option<&'static str> {
    let value = value.trim();
    if has_password(value) {
        return Some("is an address with a password in plain text");
    }
    let lower = name.to_ascii_lowercase();
    let is_about = ABOUT.iter().any(|end| lower.ends_with(end));
    // What a file or a template is filled with later, a path, a switch, a number.
    let is_other = value.len() < SHORTEST
        || value.contains("$(")
        || value.contains("${")
        || value.contains("{{")
        || value.starts_with('/')
        || value.contains("://")
        || value.contains([' ', ','])
        || ["true", "false", "none", "null", "disabled", "enabled"].contains(&&*value.to_ascii_lowercase())
        || value.parse::<f64>().is_ok();
    (is_sensitive(name) && !is_reference(name) && !is_about && !is_other && !PUBLIC.contains(&name))
        .then_some("is named like a secret and stands here in plain text")
}

/// `scheme://user:password@host`
fn has_password(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once("://") else { return false };
    let is_scheme = !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+');
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    let password = user.split_once(':').map_or("", |(_, password)| password);
    let is_filled_later = ["$", "{{", "<", "%("].iter().any(|mark| password.contains(mark));
    is_scheme && !password.is_empty() && !is_filled_later
}

#[cfg(test)]
mod tests {
    use super::secret;

    #[test]
    fn secrets_are_told_from_what_only_sounds_like_one() {
        for (name, value) in [
            ("DB_PASSWORD", "hunter22"),
            ("API_KEY", "abcdefgh"),
            ("DATABASE", "postgres://app:hunter2@db/app"),
            ("auth", "c2VjcmV0"),
        ] {
            assert!(secret(name, value).is_some(), "{name}");
        }
        for (name, value) in [
            ("DB_PASSWORD", ""),
            ("DB_PASSWORD", "$(OTHER)"),
            ("DB_PASSWORD_FILE", "/run/secrets/x"),
            ("PASSWORD_FILE", "secret.txt"),
            ("TOKEN_TTL", "3600s"),
            ("SECRET_NAME", "web-secret"),
            ("AUTH_ENABLED", "yes please"),
            ("TOKEN_URL", "https://id.example.com/token"),
            ("PASSWORD_MIN_LENGTH", "12345"),
            ("DATABASE", "postgres://app@db/app"),
            ("DATABASE", "postgres://app:$(PASSWORD)@db/app"),
            ("ETCD_INITIAL_CLUSTER_TOKEN", "etcd-cluster-k8s"),
            ("GREETING", "hello"),
        ] {
            assert!(secret(name, value).is_none(), "{name}");
        }
    }
}
