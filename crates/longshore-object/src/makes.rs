//! Secrets that are not written down: custom resources whose controllers make them.
//!
//! Who reads such a Secret reads nothing that is missing, wants to come after what makes it, and is to be told of that
//! one when the Secret does not come.

use serde_json::Value as Json;

use crate::live::text;

const EXTERNAL: &str = "external-secrets.io";
const VAULT: &str = "secrets.hashicorp.com";
const DRIVER: &str = "secrets-store.csi.x-k8s.io";

/// A Secret that a controller makes for a custom resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeSecret {
    /// Its name.
    pub name: String,
    /// Its keys, sorted, where the resource tells all of them.
    pub keys: Option<Vec<String>>,
    /// Whether it is made in namespaces that the resource chooses, and not in its own.
    pub is_everywhere: bool,
}

/// Whether objects of a kind say which Secrets are made for them.
pub fn makes_secrets(group: &str, kind: &str) -> bool {
    match group {
        EXTERNAL => matches!(kind, "ExternalSecret" | "ClusterExternalSecret"),
        "bitnami.com" => kind == "SealedSecret",
        "cert-manager.io" => kind == "Certificate",
        VAULT => matches!(
            kind,
            "VaultStaticSecret" | "VaultDynamicSecret" | "VaultPKISecret" | "HCPVaultSecretsApp"
        ),
        DRIVER => kind == "SecretProviderClass",
        _ => false,
    }
}

/// The Secrets that controllers make for an object.
///
/// ```
/// use longshore_object::secrets_made;
/// let external = serde_json::json!({"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret",
///     "metadata": {"name": "db"},
///     "spec": {"target": {"name": "db-login"}, "data": [{"secretKey": "password", "remoteRef": {"key": "db"}}]}});
/// let made = &secrets_made(&external)[0];
/// assert_eq!((&*made.name, made.keys.as_deref()), ("db-login", Some(&["password".to_owned()][..])));
/// ```
pub fn secrets_made(object: &Json) -> Vec<MadeSecret> {
    let api_version = text(object, "/apiVersion");
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let own = text(object, "/metadata/name");
    if !makes_secrets(group, text(object, "/kind")) {
        return Vec::new();
    }
    let one = |name: &str, keys: Option<Vec<String>>| {
        vec![MadeSecret { name: name.to_owned(), keys, is_everywhere: false }]
    };
    let made = match text(object, "/kind") {
        "ExternalSecret" => external(object.get("spec"), own),
        "ClusterExternalSecret" => {
            let chosen = text(object, "/spec/externalSecretName");
            let made = external(
                object.pointer("/spec/externalSecretSpec"),
                if chosen.is_empty() { own } else { chosen },
            );
            made.into_iter().map(|made| MadeSecret { is_everywhere: true, ..made }).collect()
        }
        "SealedSecret" => {
            let maps = ["/spec/encryptedData", "/spec/template/data"];
            one(own, Some(maps.into_iter().flat_map(|map| keys(object, map)).collect()))
        }
        "Certificate" => {
            // Keystores and other forms have keys of their own.
            let is_plain = ["/spec/keystores", "/spec/additionalOutputFormats"]
                .iter()
                .all(|at| object.pointer(at).is_none());
            let keys = ["ca.crt", "tls.crt", "tls.key"].map(str::to_owned).to_vec();
            one(text(object, "/spec/secretName"), is_plain.then_some(keys))
        }
        "SecretProviderClass" => items(object, "/spec/secretObjects")
            .iter()
            .flat_map(|made| {
                let keys = items(made, "/data").iter().map(|item| text(item, "/key").to_owned()).collect();
                one(text(made, "/secretName"), Some(keys))
            })
            .collect(),
        // Vault's operator writes into what is there unless it is told to make it.
        _ if object.pointer("/spec/destination/create").and_then(Json::as_bool) == Some(true) => {
            one(text(object, "/spec/destination/name"), None)
        }
        _ => Vec::new(),
    };
    made.into_iter().filter(|made| !made.name.is_empty()).map(MadeSecret::sorted).collect()
}

impl MadeSecret {
    fn sorted(mut self) -> Self {
        if let Some(keys) = &mut self.keys {
            keys.sort();
            keys.dedup();
        }
        self
    }
}

/// The Secret of the `spec` of an ExternalSecret called `own`.
fn external(spec: Option<&Json>, own: &str) -> Vec<MadeSecret> {
    let spec = spec.unwrap_or(&Json::Null);
    // With `None` nothing is made; what is no Secret is made by `manifest`.
    if text(spec, "/target/creationPolicy") == "None" || spec.pointer("/target/manifest").is_some() {
        return Vec::new();
    }
    let name = match text(spec, "/target/name") {
        "" => own,
        name => name,
    };
    let is_there = |pointer: &str| spec.pointer(pointer).is_some_and(|value| !value.is_null());
    // What a store has, what a template's source holds and what is merged into is not written here.
    let is_open = is_there("/dataFrom")
        || is_there("/target/template/templateFrom")
        || text(spec, "/target/creationPolicy").ends_with("Merge");
    let own_keys = || items(spec, "/data").iter().map(|item| text(item, "/secretKey").to_owned());
    let templated = keys(spec, "/target/template/data");
    let all: Vec<String> = match (templated.is_empty(), text(spec, "/target/template/mergePolicy")) {
        (true, _) => own_keys().collect(),
        (false, "Merge") => own_keys().chain(templated).collect(),
        (false, _) => templated,
    };
    vec![MadeSecret { name: name.to_owned(), keys: (!is_open).then_some(all), is_everywhere: false }]
}

fn items<'a>(json: &'a Json, pointer: &str) -> &'a [Json] {
    json.pointer(pointer).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

fn keys(json: &Json, pointer: &str) -> Vec<String> {
    json.pointer(pointer).and_then(Json::as_object).into_iter().flat_map(|map| map.keys().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::secrets_made;

    #[track_caller]
    fn check(api: &str, kind: &str, spec: &Json, expected: &[(&str, Option<&[&str]>)]) {
        let object = json!({"apiVersion": format!("{api}/v1"), "kind": kind, "metadata": {"name": "own"}, "spec": spec});
        let made = secrets_made(&object);
        let made: Vec<(&str, Option<Vec<&str>>)> = made
            .iter()
            .map(|made| {
                (&*made.name, made.keys.as_ref().map(|keys| keys.iter().map(String::as_str).collect()))
            })
            .collect();
        let expected: Vec<_> =
            expected.iter().map(|(name, keys)| (*name, keys.map(<[&str]>::to_vec))).collect();
        assert_eq!(made, expected, "{spec}");
    }

    #[test]
    fn external_secrets_tell_their_target_and_its_keys() {
        let of = |spec: Json, expected: &[(&str, Option<&[&str]>)]| {
            check("external-secrets.io", "ExternalSecret", &spec, expected);
        };
        let data = json!([{"secretKey": "b"}, {"secretKey": "a"}]);
        of(json!({"data": data}), &[("own", Some(&["a", "b"]))]);
        of(json!({"target": {"name": "x"}, "dataFrom": [{"extract": {"key": "k"}}]}), &[("x", None)]);
        of(
            json!({"data": data, "target": {"template": {"data": {"url": "{{ .a }}"}}}}),
            &[("own", Some(&["url"]))],
        );
        let merged =
            json!({"data": data, "target": {"template": {"mergePolicy": "Merge", "data": {"url": "u"}}}});
        of(merged, &[("own", Some(&["a", "b", "url"]))]);
        of(json!({"data": data, "target": {"template": {"templateFrom": [{}]}}}), &[("own", None)]);
        of(json!({"data": data, "target": {"creationPolicy": "Merge"}}), &[("own", None)]);
        of(json!({"data": data, "target": {"creationPolicy": "None"}}), &[]);
        let cluster = json!({"externalSecretName": "es", "externalSecretSpec": {"data": data}});
        check("external-secrets.io", "ClusterExternalSecret", &cluster, &[("es", Some(&["a", "b"]))]);
        check("external-secrets.io", "PushSecret", &json!({"selector": {}}), &[]);
    }

    #[test]
    fn others_tell_theirs() {
        let sealed = json!({"encryptedData": {"a": "x"}, "template": {"data": {"b": "y"}}});
        check("bitnami.com", "SealedSecret", &sealed, &[("own", Some(&["a", "b"]))]);
        check(
            "cert-manager.io",
            "Certificate",
            &json!({"secretName": "tls"}),
            &[("tls", Some(&["ca.crt", "tls.crt", "tls.key"]))],
        );
        check(
            "cert-manager.io",
            "Certificate",
            &json!({"secretName": "tls", "keystores": {}}),
            &[("tls", None)],
        );
        let vault = |create: bool| json!({"destination": {"name": "v", "create": create}});
        check("secrets.hashicorp.com", "VaultStaticSecret", &vault(true), &[("v", None)]);
        check("secrets.hashicorp.com", "VaultStaticSecret", &vault(false), &[]);
        let class =
            json!({"secretObjects": [{"secretName": "s", "data": [{"key": "k", "objectName": "o"}]}]});
        check("secrets-store.csi.x-k8s.io", "SecretProviderClass", &class, &[("s", Some(&["k"]))]);
        check("example.com", "SealedSecret", &sealed, &[]);
    }
}
