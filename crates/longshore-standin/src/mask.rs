//! What may be shown of a variable: secrets never leave the program, not even on a page that is made for showing.
//!
//! Two things are secret: a value whose name says so, and the password inside a URL or a connection string. A secret that is known by its name
//! is covered in the other values too, because `POSTGRES_PASSWORD` stands in the middle of somebody's `DSN`.

use std::collections::BTreeMap;

/// What stands in place of a secret.
const COVER: &str = "***";

/// Parts of names that hold a secret.
const NAMES: &[&str] =
    &["PASSWORD", "PASSWD", "SECRET", "TOKEN", "CREDENTIAL", "APIKEY", "API_KEY", "PRIVATE_KEY"];

/// A shorter secret would cover half of every text.
const SHORTEST: usize = 4;

/// All variables with their secrets covered.
pub(crate) fn variables(all: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut secrets: Vec<&str> = all
        .iter()
        .filter(|(name, value)| is_secret(name) && value.len() >= SHORTEST)
        .map(|(_, value)| value.as_str())
        .collect();
    // One secret may be the beginning of another.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    let cover = |name: &String, value: &String| {
        if is_secret(name) && !value.is_empty() {
            return COVER.to_owned();
        }
        let covered = secrets.iter().fold(value.clone(), |text, secret| text.replace(secret, COVER));
        connection_string(&url(&covered))
    };
    all.iter().map(|(name, value)| (name.clone(), cover(name, value))).collect()
}

/// A URL without its password; any other text as it is.
pub(crate) fn url(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let Some((account, host)) = authority.rsplit_once('@') else { return text.to_owned() };
    match account.split_once(':') {
        Some((user, _)) => format!("{scheme}://{user}:{COVER}@{host}{path}"),
        None => text.to_owned(),
    }
}

/// A connection string such as `Host=db;Password=…` or `redis:6379,password=…` without its password.
fn connection_string(text: &str) -> String {
    const KEY: &str = "password=";
    // The same length in lower case: only ASCII changes.
    let lower = text.to_ascii_lowercase();
    let Some(begin) = lower.find(KEY).map(|at| at + KEY.len()) else { return text.to_owned() };
    let end = text[begin..].find([';', ',', ' ']).map_or(text.len(), |length| begin + length);
    format!("{}{COVER}{}", &text[..begin], connection_string(&text[end..]))
}

/// Whether a variable of that name holds a secret. `…_FROM` and `…_FILE` say where one is, not what it is.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    !name.ends_with("_FROM") && !name.ends_with("_FILE") && NAMES.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(pairs: &[(&str, &str)]) -> Vec<String> {
        let all = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        variables(&all).into_iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn names_and_urls_tell_secrets() {
        assert_eq!(
            masked(&[
                ("ACCESS_LOG_LEVEL", "info"),
                ("ACCESS_REDIS_URL", "redis://:hunter2@redis:6379/0?x=1"),
                ("POSTGRES_PASSWORD", "s3cret"),
                ("STANDIN_POSTGRES_PASSWORD_FROM", "POSTGRES_PASSWORD"),
            ]),
            [
                "ACCESS_LOG_LEVEL=info",
                "ACCESS_REDIS_URL=redis://:***@redis:6379/0?x=1",
                "POSTGRES_PASSWORD=***",
                "STANDIN_POSTGRES_PASSWORD_FROM=POSTGRES_PASSWORD",
            ]
        );
    }

    #[test]
    fn a_known_secret_is_covered_wherever_it_stands() {
        assert_eq!(
            masked(&[("A_TOKEN", "abcd"), ("B_TOKEN", "abcdef"), ("LINE", "host=x password=abcdef, abcd")]),
            ["A_TOKEN=***", "B_TOKEN=***", "LINE=host=x password=***, ***"]
        );
    }

    #[test]
    fn connection_strings_tell_no_password() {
        assert_eq!(
            masked(&[("Database", "Host=db;Password=hunter2;Port=1"), ("Redis", "r:1,password=hunter2")]),
            ["Database=Host=db;Password=***;Port=1", "Redis=r:1,password=***"]
        );
    }

    #[test]
    fn urls_without_a_password_stay() {
        for text in ["http://a/b@c:d", "redis://redis:6379", "plain", "postgresql://access@db/x"] {
            assert_eq!(url(text), text);
        }
        assert_eq!(url("amqp://u:p@ss@h/%2f"), "amqp://u:***@h/%2f");
    }
}
