//! Which names say that their value is a secret: keys of Secrets and of values, variables of containers.

/// Keys of Secrets that hold no secrets by themselves. Their values stand in images, labels and addresses.
pub const PLAIN: [&str; 16] = [
    "user", "username", "usr", "host", "hostname", "port", "db", "dbname", "database", "name", "type",
    "region", "endpoint", "scheme", "email", "bucket",
];

/// Words by which a key of the values says that it holds a secret.
const SENSITIVE: [&str; 10] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
    "encryptionkey",
];

/// Whether a key of values says that its value is a secret.
pub fn is_sensitive(key: &str) -> bool {
    let key: String =
        key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    SENSITIVE.iter().any(|word| key.contains(word)) || key == "auth"
}

/// Whether a key only names where a secret is: `existingSecret`, `secretName`, `passwordKey`.
pub fn is_reference(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let letters: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
    key.starts_with("existing")
        || ["name", "key", "ref", "file", "path"].iter().any(|end| {
            key.ends_with(end)
                && !["apikey", "accesskey", "privatekey", "encryptionkey"]
                    .iter()
                    .any(|k| letters.ends_with(k))
        })
        || PLAIN.contains(&key.as_str())
}

/// Words before `secret` by which a key names a Secret and holds none: `tlsSecret`, `mesh.certsSecret`. A client, a
/// session, a cookie have secrets of their own.
const OBJECTS: [&str; 11] = [
    "tls",
    "ca",
    "cert",
    "certs",
    "certificate",
    "certificates",
    "keystore",
    "truststore",
    "pull",
    "imagepull",
    "dockerconfig",
];

/// Whether a key of values, by what stands below it, names an object of the cluster: `tlsSecret: web-tls`. A text that no
/// object may be called by is a secret all the same.
pub fn names_object(key: &str, value: &str) -> bool {
    let letters: String =
        key.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let before = letters.strip_suffix("secret").or_else(|| letters.strip_suffix("secrets"));
    // `ingressTlsSecret`, and not `localSecret` for its `ca`.
    let is_one = |before: &str| {
        OBJECTS.iter().any(|word| {
            before == *word
                || (word.len() > 2 && before.ends_with(word) && has_word(key, before.len() - word.len()))
        })
    };
    before.is_some_and(is_one) && is_name(value)
}

/// Whether a word begins at that letter or digit of a key: `ingressTls`, `ingress_tls`.
fn has_word(key: &str, at: usize) -> bool {
    let mut letters = key.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric());
    letters.nth(at).is_some_and(|(index, first)| {
        first.is_ascii_uppercase() || key[..index].ends_with(|c: char| !c.is_ascii_alphanumeric())
    })
}

/// Whether an object may be called so: a DNS name in small letters.
fn is_name(text: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    let is_end = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.len() <= 253 && text.chars().all(is_inner) && text.starts_with(is_end) && text.ends_with(is_end)
}

/// Keys below `auth` that say how somebody is let in, and hold nothing by which they are.
const MANNERS: [&str; 9] =
    ["audience", "audiences", "mode", "enabled", "issuer", "realm", "algorithm", "algorithms", "method"];

/// Whether a key that stands below `auth` is about the manner only: `auth: {mode: jwt, audience: hub}`.
pub fn is_manner(key: &str) -> bool {
    MANNERS.contains(&key.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::{is_manner, is_reference, is_sensitive, names_object};

    #[test]
    fn names_of_secrets_and_of_where_they_are() {
        for name in ["password", "DB_PASSWORD", "api-key", "clientSecret", "auth", "GITHUB_TOKEN"] {
            assert!(is_sensitive(name), "{name}");
        }
        for name in ["user", "monkey", "host", "authority", "key"] {
            assert!(!is_sensitive(name), "{name}");
        }
        for name in ["existingSecret", "secretName", "passwordKey", "TOKEN_PATH", "tokenFile"] {
            assert!(is_reference(name), "{name}");
        }
        assert!(!is_reference("API_KEY") && !is_reference("apiKey") && !is_reference("password"));
    }

    #[test]
    fn names_of_objects_are_told_from_secrets() {
        for key in
            ["tlsSecret", "certsSecret", "caSecret", "tls-secret", "ingressTlsSecret", "MESH_CERT_SECRET"]
        {
            assert!(names_object(key, "nowconnect-mesh-tls"), "{key}");
        }
        for key in
            ["clientSecret", "secret", "jwtSecret", "localSecret", "metlsSecret", "tlsSecretKey", "password"]
        {
            assert!(!names_object(key, "nowconnect-mesh-tls"), "{key}");
        }
        for value in ["Hunter2", "a b", "-x", "x_y", "", "hunter2!"] {
            assert!(!names_object("tlsSecret", value), "{value}");
        }
        assert!(is_manner("audience") && is_manner("mode") && !is_manner("password") && !is_manner("code"));
    }
}
