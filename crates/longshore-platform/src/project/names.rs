//! Names that the user chooses: what each kind of them may look like, for the parser and for the schema.

use longshore_diag::{Diagnostic, Place};
use serde_json::{Value, json};

/// What names of a kind may look like.
pub(super) struct Names {
    /// The same as a regular expression, for the schema.
    pattern: &'static str,
    longest: usize,
    /// What is told of one that does not.
    wanted: &'static str,
    is_good: fn(&str) -> bool,
}

/// Kubernetes' rule for labels (RFC 1123): clusters, environments, releases, platforms.
pub(super) const LABEL: Names = Names {
    pattern: "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
    longest: 63,
    wanted: "lower-case letters, digits and `-`, with a letter or digit at both ends",
    is_good: is_label,
};

/// As [`LABEL`], with Kubernetes' limit for what Helm appends to.
pub(super) const RELEASE: Names = Names { longest: 53, ..LABEL };

/// Kubernetes' rule for most objects (RFC 1123 subdomain).
pub(super) const OBJECT: Names = Names {
    pattern: r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$",
    longest: 253,
    wanted: "lower-case letters, digits, `-` and `.`, with a letter or digit at both ends and beside each `.`",
    is_good: |name| name.split('.').all(is_label),
};

/// Kubernetes' rule for keys of Secrets, which is good for names of secrets too.
pub(super) const KEY: Names = Names {
    pattern: "^[-._a-zA-Z0-9]+$",
    longest: 253,
    wanted: "letters, digits, `-`, `_` and `.`",
    is_good: |name| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    },
};

/// What can stand in `${env.vars.NAME}`: mappings below a variable may have any keys.
pub(super) const VARIABLE: Names = Names {
    pattern: r"^[^\s{}$]+$",
    longest: 253,
    wanted: "characters that are no space and none of `{`, `}` and `$`",
    is_good: |name| {
        !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || matches!(c, '{' | '}' | '$'))
    },
};

/// What can stand in `${release.RELEASE.NAME}`.
pub(super) const OUTPUT: Names = Names {
    pattern: "^[A-Za-z][A-Za-z0-9_-]*$",
    longest: 253,
    wanted: "letters, digits, `-` and `_`, a letter first",
    is_good: |name| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    },
};

/// What a program's variables are called; Longshore's own begin with LONGSHORE_.
pub(super) const PROGRAM_VARIABLE: Names = Names {
    pattern: "^(?!LONGSHORE_)[A-Za-z_][A-Za-z0-9_]*$",
    longest: 253,
    wanted: "letters, digits and `_`, no digit first; names that begin with LONGSHORE_ are Longshore's",
    is_good: |name| {
        name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && !name.starts_with("LONGSHORE_")
    },
};

/// Kubernetes' rule for keys of labels and annotations; those of Longshore begin with `longshore.dev/`.
pub(super) const MARK: Names = Names {
    pattern: r"^(?!longshore\.dev/)([a-z0-9-]+(\.[a-z0-9-]+)*/)?[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?$",
    longest: 253 + 1 + 63,
    wanted: "characters as `NAME` or `HOST/NAME`, as in `pod-security.kubernetes.io/enforce`; those of `longshore.dev/` are Longshore's",
    is_good: |key| {
        let (host, name) = key.split_once('/').map_or((None, key), |(host, name)| (Some(host), name));
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_host = |host: &str| host.split('.').all(|part| !part.is_empty() && part.chars().all(inner));
        !name.is_empty() && is_word(name) && host.is_none_or(|host| is_host(host) && host != "longshore.dev")
    },
};

impl Names {
    /// Checks a name; `what` is what it would name.
    ///
    /// # Errors
    /// It does not look so.
    pub(super) fn check(&self, what: &str, name: &str, at: &Place) -> Result<(), Diagnostic> {
        if name.len() <= self.longest && (self.is_good)(name) {
            return Ok(());
        }
        let message = format!("`{name}` cannot name {what}: use at most {} {}", self.longest, self.wanted);
        Err(Diagnostic::error("project/name", message).at(at.clone()))
    }

    /// The schema of such a name.
    pub(super) fn schema(&self) -> Value {
        json!({"type": "string", "pattern": self.pattern, "maxLength": self.longest})
    }
}

fn is_label(name: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let outer = |c: Option<char>| c.is_some_and(|c| c != '-');
    name.chars().all(inner) && outer(name.chars().next()) && outer(name.chars().last())
}

/// Whether a text can be the value of a label: at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at
/// both ends, or nothing.
pub(super) fn is_word(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_outer = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
    text.len() <= 63
        && text.chars().all(inner)
        && is_outer(text.chars().next())
        && is_outer(text.chars().last())
}
