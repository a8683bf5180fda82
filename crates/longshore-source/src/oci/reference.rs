//! Names of things in registries: `localhost:5000/charts/web:1.0.0`, or `…@sha256:…`.
//!
//! Rules: <https://github.com/oras-project/oras-go/blob/v2.6.2/registry/reference.go>, and Helm's own, by which a `+` in
//! a version is a `_` in a tag.

use std::fmt;

use longshore_go::url::Url;

use super::OciError;
use super::error::quoted;

/// The name of something in a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Host and port.
    pub registry: String,
    /// Path below it.
    pub repository: String,
    /// Tag or digest; empty if neither is named.
    pub reference: String,
}

impl Reference {
    /// Reads a name.
    ///
    /// # Errors
    /// No registry can have such a thing.
    ///
    /// ```
    /// use longshore_source::oci::Reference;
    /// let web = Reference::parse("localhost:5000/charts/web:1.0.0")?;
    /// assert_eq!((web.repository.as_str(), web.reference.as_str()), ("charts/web", "1.0.0"));
    /// # Ok::<(), longshore_source::oci::OciError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, OciError> {
        let Some((registry, path)) = text.split_once('/') else {
            return Err(OciError::Reference(String::from("missing registry or repository")));
        };
        let (repository, reference, is_tag) = match (path.split_once('@'), path.split_once(':')) {
            (Some((repository, digest)), _) => {
                (repository.split(':').next().unwrap_or_default(), digest, false)
            }
            (None, Some((repository, tag))) => (repository, tag, true),
            (None, None) => (path, "", false),
        };
        check_registry(registry)?;
        if !repository.split('/').all(is_component) {
            return Err(OciError::Reference(format!("invalid repository {}", quoted(repository))));
        }
        if is_tag && !reference.is_empty() && !is_tag_name(reference) {
            return Err(OciError::Reference(format!("invalid tag {}", quoted(reference))));
        }
        if !is_tag && !reference.is_empty() {
            check_digest(reference).map_err(|problem| {
                OciError::Reference(format!("invalid digest {}: {problem}", quoted(reference)))
            })?;
        }
        Ok(Self {
            registry: registry.to_owned(),
            repository: repository.to_owned(),
            reference: reference.to_owned(),
        })
    }

    /// The host that is really asked.
    pub(super) fn host(&self) -> &str {
        if self.registry == "docker.io" { "registry-1.docker.io" } else { &self.registry }
    }

    /// Whether it names its thing by digest.
    pub(super) fn is_digest(&self) -> bool {
        self.reference.contains(':')
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        match self.reference.as_str() {
            "" => Ok(()),
            digest if self.is_digest() => write!(f, "@{digest}"),
            tag => write!(f, ":{tag}"),
        }
    }
}

/// What a chart is called in a registry: by tag, by digest, or by both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChartReference {
    /// Registry, repository and tag.
    pub(super) named: Reference,
    /// The digest behind `@`; empty without.
    pub(super) digest: String,
}

impl ChartReference {
    /// Reads the name of a chart, with or without `oci://`.
    pub(super) fn parse(text: &str) -> Result<Self, OciError> {
        let text = text.strip_prefix("oci://").unwrap_or(text);
        let (text, digest) = text.rsplit_once('@').unwrap_or((text, ""));
        let tag =
            text.rsplit_once(':').map(|(_, tag)| tag).filter(|tag| !tag.is_empty() && !tag.contains('/'));
        let text = match tag {
            Some(tag) => text.replace(tag, &tag.replace('+', "_")),
            None => text.to_owned(),
        };
        Ok(Self { named: Reference::parse(&text)?, digest: digest.to_owned() })
    }
}

impl fmt::Display for ChartReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.named.reference.as_str() {
            "" => write!(f, "{}@{}", self.named, self.digest),
            _ => self.named.fmt(f),
        }
    }
}

/// Whether this can be a registry's host and port.
pub(super) fn check_registry(registry: &str) -> Result<(), OciError> {
    let url = Url::parse(format!("dummy://{registry}").as_bytes());
    match url {
        Ok(url) if !url.host.is_empty() && url.host == registry.as_bytes() => Ok(()),
        _ => Err(OciError::Reference(format!("invalid registry {}", quoted(registry)))),
    }
}

/// Letters and digits with `.`, `_`, `__` or dashes between them.
fn is_component(text: &str) -> bool {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let mut rest = text;
    loop {
        let word = rest.trim_start_matches(is_word);
        if word.len() == rest.len() {
            return false;
        }
        if word.is_empty() {
            return true;
        }
        let between = word.len() - word.trim_start_matches(['.', '_', '-']).len();
        let separator = &word[..between];
        let is_separator = matches!(separator, "." | "_" | "__")
            || !separator.is_empty() && separator.bytes().all(|b| b == b'-');
        if !is_separator {
            return false;
        }
        rest = &word[between..];
    }
}

fn is_tag_name(text: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.len() <= 128 && text.starts_with(is_word) && text.chars().all(|c| is_word(c) || c == '.' || c == '-')
}

/// Whether this is a digest (<https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#digests>).
pub(super) fn check_digest(text: &str) -> Result<(), &'static str> {
    let Some((algorithm, digits)) = text.split_once(':') else {
        return Err("invalid checksum digest format");
    };
    let is_algorithm = !algorithm.is_empty()
        && algorithm.split(['+', '.', '_', '-']).all(|part| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        });
    let is_encoded = |c: char| c.is_ascii_alphanumeric() || matches!(c, '=' | '_' | '-');
    if !is_algorithm || digits.is_empty() || !digits.chars().all(is_encoded) {
        return Err("invalid checksum digest format");
    }
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return Err("unsupported digest algorithm"),
    };
    if digits.len() != length {
        return Err("invalid checksum digest length");
    }
    if digits.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c)) {
        Ok(())
    } else {
        Err("invalid checksum digest format")
    }
}

#[cfg(test)]
mod tests {
    use super::{ChartReference, Reference};

    #[test]
    fn names_are_read() {
        for (text, registry, repository, reference) in [
            ("localhost:5000/c", "localhost:5000", "c", ""),
            ("r.example.com/a/b-c__d:1.0.0_x", "r.example.com", "a/b-c__d", "1.0.0_x"),
            ("[::1]:5000/c:1", "[::1]:5000", "c", "1"),
        ] {
            let read = Reference::parse(text).unwrap();
            assert_eq!(
                (read.registry.as_str(), read.repository.as_str(), read.reference.as_str()),
                (registry, repository, reference)
            );
            assert_eq!(read.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_name_is_told() {
        for (text, problem) in [
            ("c", "missing registry or repository"),
            ("r/C", "invalid repository \"C\""),
            ("r/a//b", "invalid repository \"a//b\""),
            ("r/a_-b", "invalid repository \"a_-b\""),
            ("r/a.", "invalid repository \"a.\""),
            ("r s/a", "invalid registry \"r s\""),
            ("r/a:b:c", "invalid tag \"b:c\""),
            ("r/a:-b", "invalid tag \"-b\""),
            ("r/a@sha256:ab", "invalid digest \"sha256:ab\": invalid checksum digest length"),
            ("r/a@md5:ab", "invalid digest \"md5:ab\": unsupported digest algorithm"),
            ("r/a@ab", "invalid digest \"ab\": invalid checksum digest format"),
        ] {
            let error = Reference::parse(text).unwrap_err().to_string();
            assert_eq!(error, format!("invalid reference: {problem}"), "{text}");
        }
    }

    #[test]
    fn a_plus_in_a_version_is_an_underscore() {
        let read = ChartReference::parse("oci://localhost:5000/c:1.0.0+b.5").unwrap();
        assert_eq!(read.to_string(), "localhost:5000/c:1.0.0_b.5");
        let digest = format!("sha256:{}", "a".repeat(64));
        let read = ChartReference::parse(&format!("r/c@{digest}")).unwrap();
        assert_eq!((read.to_string(), read.digest.as_str()), (format!("r/c@{digest}"), digest.as_str()));
    }
}
