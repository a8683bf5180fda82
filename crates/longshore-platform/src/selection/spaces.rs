//! In which namespaces the releases of a selection are, and what those that are created carry.

use std::collections::BTreeMap;

use longshore_diag::Diagnostic;

use super::{Choice, Selection};
use crate::project::{
    CreateNamespace, Environment, Placed, ReleaseSpec, Scope, check_label, check_namespace,
};

/// Labels and annotations of namespaces that are created.
#[derive(Debug, Clone, Default)]
pub(crate) struct Marks {
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) annotations: BTreeMap<String, String>,
}

impl Marks {
    /// What `createNamespace` says, its variables replaced.
    ///
    /// # Errors
    /// A variable is not known, or makes a label that the API server would refuse.
    pub(super) fn of(spec: Option<&CreateNamespace>, scope: &Scope<'_>) -> Result<Self, Diagnostic> {
        let Some(spec) = spec else { return Ok(Self::default()) };
        let filled = |marks: &BTreeMap<String, Placed<String>>| {
            let one = |(key, placed): (&String, &Placed<String>)| {
                Ok((key.clone(), scope.text(&placed.value, &placed.place)?))
            };
            marks.iter().map(one).collect::<Result<BTreeMap<String, String>, Diagnostic>>()
        };
        let labels = filled(&spec.labels)?;
        for (key, value) in &labels {
            check_label(key, value, &spec.labels[key].place)?;
        }
        Ok(Self { labels, annotations: filled(&spec.annotations)? })
    }
}

/// The environment's namespace: as chosen, or as the environment says, if it does.
///
/// # Errors
/// A variable is not known, or makes no name.
pub(super) fn of_environment(
    environment: &Environment,
    choice: &Choice,
    scope: &Scope<'_>,
) -> Result<Option<String>, Diagnostic> {
    match (&choice.namespace, &environment.namespace) {
        (Some(chosen), _) => Ok(Some(chosen.clone())),
        (None, Some(placed)) => filled(placed, scope).map(Some),
        (None, None) => Ok(None),
    }
}

/// The namespaces of the releases that are wanted, and the one that counts as the environment's: where it has none, that
/// of the first release.
///
/// # Errors
/// A release has no namespace; a variable is not known, or makes no name.
pub(super) fn of_releases(
    environment: &Environment,
    releases: &[ReleaseSpec],
    wanted: &[String],
    home: Option<&str>,
    scope: &Scope<'_>,
) -> Result<(String, BTreeMap<String, String>), Diagnostic> {
    let mut namespaces = BTreeMap::new();
    let mut first = home.map(str::to_owned);
    for release in releases.iter().filter(|release| wanted.contains(&release.name)) {
        let namespace = match (&release.namespace, home) {
            (Some(placed), _) => filled(placed, scope)?,
            (None, Some(home)) => home.to_owned(),
            (None, None) => return Err(none(environment)),
        };
        first.get_or_insert_with(|| namespace.clone());
        namespaces.insert(release.name.clone(), namespace);
    }
    Ok((first.ok_or_else(|| none(environment))?, namespaces))
}

fn none(environment: &Environment) -> Diagnostic {
    let message = format!("environment `{}` has no namespace", environment.name);
    Diagnostic::error("project/no-namespace", message)
        .at(environment.place.clone())
        .hint("add `namespace:` to it, or choose one with -n")
}

fn filled(placed: &Placed<String>, scope: &Scope<'_>) -> Result<String, Diagnostic> {
    let name = scope.text(&placed.value, &placed.place)?;
    check_namespace(&name, &placed.place)?;
    Ok(name)
}

impl Selection {
    /// The namespace of a release: its own, or the environment's.
    pub fn namespace_of(&self, release: &str) -> &str {
        self.namespaces.get(release).unwrap_or(&self.namespace)
    }

    /// The environment's namespace, if it has one and not only its releases.
    pub(crate) fn environment_namespace(&self) -> Option<&str> {
        self.has_namespace.then_some(self.namespace.as_str())
    }

    /// The namespaces of all releases that are wanted here, the environment's first; it alone if none is wanted.
    pub fn namespaces(&self) -> Vec<String> {
        self.distinct(self.wanted.iter().map(String::as_str))
    }

    /// The same of the releases that were chosen.
    pub fn chosen_namespaces(&self) -> Vec<String> {
        // A frozen plan has its releases itself.
        if self.resolved.is_empty() {
            return self.namespaces();
        }
        self.distinct(self.releases().map(|release| release.name.as_str()))
    }

    /// Whether its releases are in several namespaces, so that they are named with theirs.
    pub fn is_spread(&self) -> bool {
        self.namespaces().len() > 1
    }

    /// What a release is called where it is shown: with its namespace if there are several.
    pub fn shown(&self, release: &str) -> String {
        match self.told_namespace(release) {
            Some(namespace) => format!("{namespace}/{release}"),
            None => release.to_owned(),
        }
    }

    /// The line that says, in what is rendered of several namespaces, to which the following goes.
    pub(crate) fn heading(&self, release: &str) -> Option<String> {
        self.told_namespace(release).map(|namespace| format!("# Namespace: {namespace}"))
    }

    /// The namespace of a release, if there are several.
    pub(crate) fn told_namespace(&self, release: &str) -> Option<String> {
        self.is_spread().then(|| self.namespace_of(release).to_owned())
    }

    fn distinct<'a>(&self, releases: impl Iterator<Item = &'a str>) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for release in releases {
            let namespace = self.namespace_of(release);
            if found.iter().any(|known| known == namespace) {
                continue;
            }
            let at = if namespace == self.namespace { 0 } else { found.len() };
            found.insert(at, namespace.to_owned());
        }
        if found.is_empty() {
            found.push(self.namespace.clone());
        }
        found
    }
}
