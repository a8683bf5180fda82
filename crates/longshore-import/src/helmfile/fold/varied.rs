//! Charts that are not the same in all environments.

use longshore_yaml::Node;

use crate::draft::{Draft, RemoteChart, Source};
use crate::helmfile::release::Release;

/// A chart of which parts differ from environment to environment, those as variables of them.
pub(super) fn varied(made: &str, all: &[(Source, &Release, &str)], draft: &mut Draft) -> Option<Source> {
    let parts: Vec<(&str, Vec<String>)> = all
        .iter()
        .map(|(source, _, environment)| match source {
            Source::Remote(remote) => {
                Some((*environment, vec![remote.repo.clone(), remote.name.clone(), remote.version.clone()]))
            }
            Source::Chart(path) => Some((*environment, vec![path.clone()])),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let (_, first) = parts.first()?;
    let is_fetched = |(source, release, _): &(Source, &Release, &str)| {
        matches!(source, Source::Chart(_)) && release.version.is_some()
    };
    if parts.iter().any(|(_, other)| other.len() != first.len())
        || parts.iter().all(|(_, other)| other == first)
        || first.len() == 1 && all.iter().any(is_fetched)
    {
        return None;
    }
    let words = if first.len() == 1 { &["chart"][..] } else { &["repo", "chart", "version"] };
    let stands: Vec<String> = (0..first.len())
        .map(|part| {
            if parts.iter().all(|(_, other)| other[part] == first[part]) {
                return first[part].clone();
            }
            let variable = format!("{made}-{}", words[part]);
            for environment in &mut draft.environments {
                // One that does not have it never asks.
                let own = parts.iter().find(|(name, _)| *name == environment.name);
                let text = &own.map_or(first, |(_, own)| own)[part];
                environment.vars.push((variable.clone(), Node::string(&**text)));
            }
            format!("${{env.vars.{variable}}}")
        })
        .collect();
    Some(match <[String; 3]>::try_from(stands) {
        Ok([repo, name, version]) => Source::Remote(RemoteChart { repo, name, version }),
        Err(mut path) => Source::Chart(path.remove(0)),
    })
}
