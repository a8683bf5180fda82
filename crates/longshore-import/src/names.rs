//! Names that Kubernetes takes.

/// Most characters of a release's name.
const LONGEST: usize = 53;

/// Whether it is a DNS label, as names of environments, namespaces and releases are.
pub fn is_name(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty()
        && text.len() <= 63
        && text.chars().all(is_plain)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// A text made into such a name: `My_App` becomes `my-app`. `otherwise` stands for what nothing is left of.
pub fn name_of(text: &str, otherwise: &str) -> String {
    let name: String = text
        .to_ascii_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(LONGEST)
        .collect();
    match name.trim_matches('-') {
        "" => otherwise.to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{is_name, name_of};

    #[test]
    fn names_are_labels() {
        assert_eq!(name_of("My_App.v2", "x"), "my-app-v2");
        assert_eq!(name_of("_", "web"), "web");
        assert!(is_name(&name_of(&"a_".repeat(90), "x")));
        for bad in ["", "-a", "a-", "A", "a.b"] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
