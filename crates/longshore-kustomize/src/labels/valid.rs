//! What keys and values of labels may look like.

use longshore_go::strconv::quoted;

use crate::error::Error;

const NAME: &str = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const NAME_RULE: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const VALUE_RULE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const DOMAIN: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
const DOMAIN_RULE: &str = "a DNS-1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";

/// Most bytes of a name or value.
const MAX_NAME: usize = 63;

/// Most bytes of a domain.
const MAX_DOMAIN: usize = 253;

/// Refuses what is no key: a name, perhaps behind a domain.
pub(super) fn key(key: &str) -> Result<(), Error> {
    let parts: Vec<&str> = key.split('/').collect();
    let mut faults = Vec::new();
    let examples = ["MyName", "my.name", "123-abc"];
    let name = match parts[..] {
        [name] => Some(name),
        [domain, name] => {
            if domain.is_empty() {
                faults.push(String::from("prefix part must be non-empty"));
            } else {
                if domain.len() > MAX_DOMAIN {
                    faults.push(format!("prefix part {}", too_long(MAX_DOMAIN)));
                }
                if !is_domain(domain) {
                    faults.push(format!("prefix part {}", rule(DOMAIN_RULE, DOMAIN, &["example.com"])));
                }
            }
            Some(name)
        }
        _ => {
            let rule = rule(NAME_RULE, NAME, &examples);
            faults.push(format!(
                "a qualified name {rule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            ));
            None
        }
    };
    if let Some(name) = name {
        if name.is_empty() {
            faults.push(String::from("name part must be non-empty"));
        } else if name.len() > MAX_NAME {
            faults.push(format!("name part {}", too_long(MAX_NAME)));
        }
        if !is_name(name) {
            faults.push(format!("name part {}", rule(NAME_RULE, NAME, &examples)));
        }
    }
    match faults[..] {
        [] => Ok(()),
        _ => Err(Error::new(format!("invalid label key {}: {}", quoted(key), faults.join("; ")))),
    }
}

/// Refuses what is no value.
pub(super) fn value(key: &str, value: &str) -> Result<(), Error> {
    let mut faults = Vec::new();
    if value.len() > MAX_NAME {
        faults.push(too_long(MAX_NAME));
    }
    if !value.is_empty() && !is_name(value) {
        faults.push(rule(VALUE_RULE, &format!("({NAME})?"), &["MyValue", "my_value", "12345"]));
    }
    match faults[..] {
        [] => Ok(()),
        _ => Err(Error::new(format!(
            "invalid label value: {}: at key: {}: {}",
            quoted(value),
            quoted(key),
            faults.join("; ")
        ))),
    }
}

fn too_long(most: usize) -> String {
    format!("must be no more than {most} characters")
}

fn rule(text: &str, pattern: &str, examples: &[&str]) -> String {
    let examples: Vec<String> = examples.iter().map(|example| format!("'{example}', ")).collect();
    format!("{text} (e.g. {}regex used for validation is '{pattern}')", examples.join(" or "))
}

fn is_name(name: &str) -> bool {
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

fn is_domain(domain: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    domain.split('.').all(|label| {
        let bytes = label.as_bytes();
        let ends =
            [bytes.first(), bytes.last()].into_iter().all(|byte| byte.is_some_and(|&byte| is_plain(byte)));
        ends && bytes.iter().all(|&byte| is_plain(byte) || byte == b'-')
    })
}
