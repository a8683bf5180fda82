//! Which object, or which key of one, a message says is missing.

use super::between;

/// Something that a pod needs and that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// `Secret`, `ConfigMap`, `PersistentVolumeClaim`, `ServiceAccount`, `StorageClass`. Empty where the message
    /// does not tell.
    pub kind: &'static str,
    /// Its name. Empty where the message names only the key.
    pub name: String,
    /// The key that it lacks; `None` if it is missing itself.
    pub key: Option<String>,
}

/// What a kubelet's, a scheduler's or a controller's message says is missing.
///
/// ```
/// use longshore_object::diagnosis::missing;
/// let found = missing("couldn't find key pw in Secret shop/db").unwrap();
/// assert_eq!((found.kind, found.name.as_str(), found.key.as_deref()), ("Secret", "db", Some("pw")));
/// ```
pub fn missing(message: &str) -> Option<Missing> {
    let of = |kind, name: &str, key: Option<&str>| {
        Some(Missing { kind, name: name.to_owned(), key: key.map(str::to_owned) })
    };
    for (kind, words) in [("Secret", " in Secret "), ("ConfigMap", " in ConfigMap ")] {
        if let Some(key) = between(message, "couldn't find key ", words) {
            let rest = &message[message.find(words)? + words.len()..];
            let name = rest.split([' ', ',', ';']).next()?.rsplit('/').next()?;
            return of(kind, name, Some(key));
        }
    }
    for (kind, words) in [
        ("Secret", "references non-existent secret key: "),
        ("ConfigMap", "references non-existent config key: "),
    ] {
        if let Some(at) = message.find(words) {
            let key = message[at + words.len()..].split([' ', ',', ';']).next()?;
            return of(kind, "", Some(key));
        }
    }
    for (kind, word) in [
        ("Secret", "secret \""),
        ("ConfigMap", "configmap \""),
        ("PersistentVolumeClaim", "persistentvolumeclaim \""),
        ("ServiceAccount", "serviceaccount \""),
        ("StorageClass", "storageclass.storage.k8s.io \""),
    ] {
        if let Some(at) = message.find(word) {
            let rest = &message[at + word.len()..];
            let (name, after) = rest.split_once('"')?;
            if after.trim_start().starts_with("not found") {
                return of(kind, name, None);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::missing;

    #[test]
    fn messages_name_what_is_missing() {
        for (message, expected) in [
            ("secret \"db\" not found", ("Secret", "db", None)),
            ("configmap \"settings\" not found", ("ConfigMap", "settings", None)),
            ("couldn't find key user in ConfigMap shop/settings", ("ConfigMap", "settings", Some("user"))),
            (
                "MountVolume.SetUp failed for volume \"tls\" : secret \"web-tls\" not found",
                ("Secret", "web-tls", None),
            ),
            (
                "MountVolume.SetUp failed for volume \"c\" : references non-existent secret key: tls.crt",
                ("Secret", "", Some("tls.crt")),
            ),
            (
                "MountVolume.SetUp failed for volume \"c\" : configmap references non-existent config key: a.conf",
                ("ConfigMap", "", Some("a.conf")),
            ),
            (
                "0/1 nodes are available: persistentvolumeclaim \"data\" not found. preemption: …",
                ("PersistentVolumeClaim", "data", None),
            ),
            ("storageclass.storage.k8s.io \"fast\" not found", ("StorageClass", "fast", None)),
            (
                "pods \"x\" is forbidden: error looking up service account a/app: serviceaccount \"app\" not found",
                ("ServiceAccount", "app", None),
            ),
        ] {
            let found = missing(message).unwrap();
            assert_eq!((found.kind, found.name.as_str(), found.key.as_deref()), expected, "{message}");
        }
        assert_eq!(missing("secret \"db\" is forbidden"), None);
    }
}
