//! What an object may be called.
//!
//! Rules and words are those of Kubernetes
//! (<https://github.com/kubernetes/apimachinery/tree/v0.37.1/pkg/api/validate/content>); which of them is
//! asked, Helm decides by the kind alone.

use longshore_go::strconv;

use super::documents::Object;

/// Longest label of a name, in bytes.
const MAX_LABEL: usize = 63;
/// Longest name with dots, in bytes.
const MAX_NAME: usize = 253;

/// Refuses the name of an object that its kind does not allow.
pub(super) fn check(object: &Object) -> Result<(), String> {
    let name = &object.name;
    let problems = match object.kind.to_lowercase().as_str() {
        "service" => service(name),
        "namespace" => label(name),
        "certificatesigningrequest" => Vec::new(),
        "role" | "clusterrole" | "rolebinding" | "clusterrolebinding" => path_segment(name),
        _ => subdomain(name),
    };
    let shown = strconv::quoted(name);
    let problems: Vec<String> =
        problems.iter().map(|problem| format!("metadata.name: Invalid value: {shown}: {problem}")).collect();
    let all = match problems.as_slice() {
        [] => return Ok(()),
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    Err(format!("object name does not conform to Kubernetes naming requirements: {shown}: {all}"))
}

fn too_long(name: &str, most: usize) -> Vec<String> {
    if name.len() > most { vec![format!("must be no more than {most} characters")] } else { Vec::new() }
}

/// Lower-case letters and digits, and hyphens that are not at an end.
fn is_label(name: &str) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    bytes.first().is_some_and(is_letter)
        && bytes.last().is_some_and(is_letter)
        && bytes.iter().all(|byte| is_letter(byte) || *byte == b'-')
}

fn is_subdomain(name: &str) -> bool {
    name.split('.').all(is_label)
}

fn subdomain(name: &str) -> Vec<String> {
    let mut problems = too_long(name, MAX_NAME);
    if !is_subdomain(name) {
        problems.push(String::from(r"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"));
    }
    problems
}

fn label(name: &str) -> Vec<String> {
    let mut problems = too_long(name, MAX_LABEL);
    if is_label(name) {
    } else if is_subdomain(name) {
        problems.push(String::from("must not contain dots"));
    } else {
        problems.push(String::from("a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"));
    }
    problems
}

fn service(name: &str) -> Vec<String> {
    let mut problems = too_long(name, MAX_LABEL);
    if !is_label(name) || name.starts_with(|c: char| c.is_ascii_digit()) {
        problems.push(String::from("a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"));
    }
    problems
}

/// What can stand in the path of a URL.
fn path_segment(name: &str) -> Vec<String> {
    if name == "." || name == ".." {
        return vec![format!("may not be '{name}'")];
    }
    ["/", "%"]
        .iter()
        .filter(|part| name.contains(**part))
        .map(|part| format!("may not contain '{part}'"))
        .collect()
}
