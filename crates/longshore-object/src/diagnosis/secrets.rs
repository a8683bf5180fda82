//! Why a Secret is not made: what External Secrets, Sealed Secrets and Vault's operator say, and what to do.

use serde_json::Value as Json;

use super::Meaning;
use crate::live::{condition, text};

/// What is said of who is at work on objects of a group: its name, and how to see whether it runs.
const CONTROLLERS: [(&str, &str, &str); 3] = [
    (
        "external-secrets.io",
        "External Secrets",
        "kubectl get pods -A -l app.kubernetes.io/name=external-secrets",
    ),
    (
        "bitnami.com",
        "the controller of Sealed Secrets",
        "kubectl get pods -A -l app.kubernetes.io/name=sealed-secrets",
    ),
    (
        "secrets.hashicorp.com",
        "Vault Secrets Operator",
        "kubectl get pods -A -l app.kubernetes.io/name=vault-secrets-operator",
    ),
];

/// Who makes Secrets of objects of a group: its name, and a command that shows whether it runs.
pub fn secret_controller(group: &str) -> Option<(&'static str, &'static str)> {
    CONTROLLERS.iter().find(|(of, ..)| *of == group).map(|(_, name, command)| (*name, *command))
}

fn group(live: &Json) -> &str {
    text(live, "/apiVersion").split_once('/').map_or("", |(group, _)| group)
}

/// What an object of which a Secret is made, or a store, says while it is not ready; `None` if it is, or if it is of
/// another kind.
pub fn why_not_made(live: &Json) -> Option<String> {
    let (controller, _) = secret_controller(group(live))?;
    let kind = match group(live) {
        "bitnami.com" => "Synced",
        "secrets.hashicorp.com" => "SecretSynced",
        _ => "Ready",
    };
    match condition(live, kind) {
        Some(found) if found.is_true() => None,
        Some(found) => Some(found.words().to_owned()),
        None if kind == "SecretSynced"
            && live.pointer("/status/lastGeneration").is_some_and(|seen| *seen != 0) =>
        {
            None
        }
        None => Some(format!("{controller} has not looked at it")),
    }
}

/// What to do about it.
pub fn secret_hint(live: &Json, words: &str) -> Meaning {
    let lower = words.to_lowercase();
    let kind = text(live, "/kind");
    let remote = remote_keys(live);
    let hint = if words.ends_with("has not looked at it") {
        let command = secret_controller(group(live)).map_or("", |(_, command)| command);
        format!("see whether it runs (`{command}`), or install it: without it nobody makes the Secret")
    } else if lower.contains("no key could decrypt") {
        "it was sealed for another cluster, namespace or name: seal it again with `kubeseal` against this cluster".to_owned()
    } else if lower.contains("already exists and is not managed") {
        "somebody else has made that Secret: delete it, or annotate it with `sealedsecrets.bitnami.com/managed: \"true\"`".to_owned()
    } else if kind.ends_with("SecretStore") {
        "look at its provider, its address and the Secret or account that it logs in with".to_owned()
    } else if ["permission denied", "accessdenied", "forbidden", "not authorized", "unauthorized", "403"]
        .iter()
        .any(|word| lower.contains(word))
    {
        format!("let the account that it logs in with read {remote}")
    } else if ["not found", "does not exist", "no secret", "notfound"].iter().any(|word| lower.contains(word))
    {
        format!("put {remote} into the store, or correct its name here")
    } else if lower.contains("owned by another") {
        "two ExternalSecrets have one target: give one of them another `target.name`".to_owned()
    } else {
        let command = secret_controller(group(live)).map_or("", |(_, command)| command);
        format!("look at its events and at the log of its controller (`{command}`)")
    };
    Meaning::new(words, hint)
}

/// What it reads of its store, for a sentence.
fn remote_keys(live: &Json) -> String {
    let data = live.pointer("/spec/data").and_then(Json::as_array).into_iter().flatten();
    let from = live.pointer("/spec/dataFrom").and_then(Json::as_array).into_iter().flatten();
    let mut keys: Vec<&str> = data
        .map(|item| text(item, "/remoteRef/key"))
        .chain(from.map(|item| text(item, "/extract/key")))
        .chain([text(live, "/spec/path")])
        .filter(|key| !key.is_empty())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    match &keys[..] {
        [] => "what it reads".to_owned(),
        all if all.len() > 3 => format!("`{}` and {} more", all[0], all.len() - 1),
        all => all.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::{secret_hint, why_not_made};

    fn live(api: &str, kind: &str, of: &str, status: &str, message: &str) -> Json {
        json!({"apiVersion": api, "kind": kind, "metadata": {"name": "x"},
            "spec": {"data": [{"remoteRef": {"key": "shop/db"}}]},
            "status": {"conditions": [{"type": of, "status": status, "message": message}]}})
    }

    #[test]
    fn each_controller_in_its_own_words() {
        let (external, sealed) = ("external-secrets.io/v1", "bitnami.com/v1alpha1");
        let ready = live(external, "ExternalSecret", "Ready", "True", "synced");
        assert_eq!(why_not_made(&ready), None);
        let unseen = json!({"apiVersion": sealed, "kind": "SealedSecret", "metadata": {"name": "x"}});
        let words = why_not_made(&unseen).unwrap();
        assert_eq!(words, "the controller of Sealed Secrets has not looked at it");
        assert!(
            secret_hint(&unseen, &words)
                .hint
                .contains("kubectl get pods -A -l app.kubernetes.io/name=sealed-secrets")
        );
        assert_eq!(why_not_made(&json!({"apiVersion": "v1", "kind": "Secret"})), None);
        let old = json!({"apiVersion": "secrets.hashicorp.com/v1beta1", "kind": "VaultPKISecret", "status": {"lastGeneration": 1}});
        assert_eq!(why_not_made(&old), None);
    }

    #[test]
    fn what_to_do() {
        let external = live("external-secrets.io/v1", "ExternalSecret", "Ready", "False", "");
        let store = live("external-secrets.io/v1", "ClusterSecretStore", "Ready", "False", "");
        let sealed = live("bitnami.com/v1alpha1", "SealedSecret", "Synced", "False", "");
        for (live, words, expected) in [
            (
                &external,
                "error processing spec.data[0] (key: shop/db), err: Secret does not exist",
                "put `shop/db` into the store",
            ),
            (&external, "AccessDeniedException: no", "let the account that it logs in with read `shop/db`"),
            (&external, "target is owned by another ExternalSecret", "another `target.name`"),
            (&external, "could not apply template", "look at its events"),
            (&store, "could not validate provider", "look at its provider"),
            (&sealed, "no key could decrypt secret (password)", "seal it again with `kubeseal`"),
            (
                &sealed,
                "Resource \"x\" already exists and is not managed by SealedSecret",
                "sealedsecrets.bitnami.com/managed",
            ),
        ] {
            let found = secret_hint(live, words);
            assert!(found.hint.contains(expected), "{words}: {}", found.hint);
        }
    }
}
