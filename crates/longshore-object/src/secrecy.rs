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

#[cfg(test)]
mod tests {
    use super::{is_reference, is_sensitive};

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
}
