//! What Helm demands of metadata, in its words, and of a release's name.

use longshore_go::strconv::quoted;
use std::collections::BTreeSet;

use longshore_go::{semver, strconv};

use super::decode::NULL_NODE;
use super::{Dependency, Maintainer, Metadata};

fn refuse(text: impl AsRef<str>) -> Result<(), String> {
    Err(format!("validation: {}", text.as_ref()))
}

/// White space becomes a space, what cannot be printed goes.
fn clean(text: &mut String) {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return;
    }
    *text = text
        .chars()
        .filter_map(|c| if c.is_whitespace() { Some(' ') } else { strconv::is_print(c).then_some(c) })
        .collect();
}

impl Metadata {
    /// Cleans every text and checks the whole.
    ///
    /// # Errors
    /// Helm's text: `validation: chart.metadata.name is required`.
    pub fn validate(&mut self) -> Result<(), String> {
        for text in [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ] {
            clean(text);
        }
        self.sources.iter_mut().for_each(clean);
        self.keywords.iter_mut().for_each(clean);
        if self.api_version.is_empty() {
            return refuse("chart.metadata.apiVersion is required");
        }
        if self.name.is_empty() {
            return refuse("chart.metadata.name is required");
        }
        if self.name == "." || self.name == ".." {
            return refuse(format!("chart.metadata.name {} is not allowed", quoted(&self.name)));
        }
        if self.name.contains('/') && self.name != "/" {
            return refuse(format!("chart.metadata.name {} is invalid", quoted(&self.name)));
        }
        if self.version.is_empty() {
            return refuse("chart.metadata.version is required");
        }
        if semver::Version::parse(self.version.as_bytes()).is_err() {
            return refuse(format!("chart.metadata.version {} is invalid", quoted(&self.version)));
        }
        if !matches!(self.kind.as_str(), "" | "application" | "library") {
            return refuse("chart.metadata.type must be application or library");
        }
        self.maintainers.iter_mut().try_for_each(Maintainer::validate)?;
        let mut names = BTreeSet::new();
        for dependency in self.dependencies.iter_mut().flatten() {
            dependency.validate()?;
            let name = if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias };
            if !names.insert(name.clone()) {
                return refuse(format!("more than one dependency with name or alias {}", quoted(name)));
            }
        }
        Ok(())
    }
}

impl Maintainer {
    fn validate(&mut self) -> Result<(), String> {
        if self.name == NULL_NODE {
            return refuse("maintainers must not contain empty or null nodes");
        }
        [&mut self.name, &mut self.email, &mut self.url].into_iter().for_each(clean);
        Ok(())
    }
}

impl Dependency {
    fn validate(&mut self) -> Result<(), String> {
        if self.name == NULL_NODE {
            return refuse("dependencies must not contain empty or null nodes");
        }
        for text in [&mut self.name, &mut self.version, &mut self.repository, &mut self.condition] {
            clean(text);
        }
        self.tags.iter_mut().for_each(clean);
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if !self.alias.bytes().all(allowed) {
            return refuse(format!(
                "dependency {} has disallowed characters in the alias",
                quoted(&self.name)
            ));
        }
        Ok(())
    }
}

/// Longest name of a release: Kubernetes allows 63 characters, and charts append to it.
const MAX_RELEASE_NAME: usize = 53;

/// Checks the name of a release: DNS labels with dots between, at most 53 characters.
///
/// # Errors
/// Helm's text.
pub fn validate_release_name(name: &str) -> Result<(), String> {
    const PATTERN: &str = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
    if name.is_empty() {
        return Err("no name provided".to_owned());
    }
    let is_edge = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let is_label = |label: &str| {
        let bytes = label.as_bytes();
        is_edge(bytes.first())
            && is_edge(bytes.last())
            && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
    };
    if name.len() > MAX_RELEASE_NAME || !name.split('.').all(is_label) {
        return Err(format!(
            "invalid release name, must match regex {PATTERN} and the length must not be longer than {MAX_RELEASE_NAME}"
        ));
    }
    Ok(())
}
