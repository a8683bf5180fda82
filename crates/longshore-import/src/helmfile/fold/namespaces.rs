//! The namespaces of releases: that of an environment, and what a release says of its own.

use std::collections::{BTreeMap, BTreeSet};

use longshore_diag::Place;
use longshore_yaml::Node;

use super::group::{Each, Group};
use crate::draft::Draft;
use crate::helmfile::load::State;
use crate::helmfile::release::Release;
use crate::left::Left;

/// The namespace of a release, as Helm has it where none is named.
pub(super) fn of(release: &Release) -> &str {
    release.namespace.as_deref().unwrap_or("default")
}

/// For each environment the namespace that most releases are in; of several that which more are in anywhere, and then the
/// first.
pub(super) fn main<'a>(states: &'a [State], releases: &[(&str, Each<'a>)]) -> BTreeMap<&'a str, String> {
    let counted = |only: Option<&str>| {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for (environment, release) in releases.iter().flat_map(|(_, each)| each) {
            if only.is_some_and(|only| only != *environment) {
                continue;
            }
            match counts.iter_mut().find(|(known, _)| *known == of(release)) {
                Some((_, count)) => *count += 1,
                None => counts.push((of(release), 1)),
            }
        }
        counts
    };
    let anywhere = counted(None);
    let overall =
        |namespace: &str| anywhere.iter().find(|(known, _)| *known == namespace).map_or(0, |it| it.1);
    let best = |only: Option<&str>| {
        // The first of equals: `max_by_key` has the last one.
        let counts = counted(only);
        counts
            .iter()
            .rev()
            .max_by_key(|(name, count)| (*count, overall(name)))
            .map(|(name, _)| (*name).to_owned())
    };
    let usual = best(None).unwrap_or_default();
    let one = |state: &'a State| {
        let name = state.environment.as_str();
        (name, best(Some(name)).unwrap_or_else(|| usual.clone()))
    };
    states.iter().map(one).collect()
}

/// What a release says of its namespace in the project file; none: that of the environment is its own. `made` is its name
/// there.
pub(super) fn own<'e>(
    made: &str,
    each: &'e Each<'e>,
    group: &'e Group<'e>,
    draft: &mut Draft,
) -> Option<String> {
    let here = |(environment, release): (&&'e str, &&'e Release)| Here {
        environment,
        own: of(release),
        main: group.namespaces.get(environment).map_or("", String::as_str),
    };
    let all: Vec<Here<'e>> = each.iter().map(here).collect();
    if all.iter().all(|here| here.own == here.main) {
        return None;
    }
    let same = |way: fn(&Here<'e>) -> Option<String>| {
        let first = way(all.first()?)?;
        all.iter().all(|here| way(here).as_ref() == Some(&first)).then_some(first)
    };
    same(|here| Some(here.own.to_owned()))
        .or_else(|| same(Here::beside))
        .or_else(|| same(Here::by_name))
        .or_else(|| {
            let variable = format!("{made}-namespace");
            for environment in &mut draft.environments {
                // One that does not have the release never asks.
                let own = all.iter().find(|here| here.environment == environment.name).or(all.first());
                let namespace = own.map_or("", |here| here.own);
                environment.vars.push((variable.clone(), Node::string(namespace)));
            }
            Some(format!("${{env.vars.{variable}}}"))
        })
}

/// A release's namespace in an environment, and that environment's.
struct Here<'a> {
    environment: &'a str,
    own: &'a str,
    main: &'a str,
}

impl Here<'_> {
    fn beside(&self) -> Option<String> {
        let rest = self.own.strip_prefix(self.main).filter(|_| !self.main.is_empty())?;
        Some(format!("${{env.namespace}}{rest}"))
    }

    fn by_name(&self) -> Option<String> {
        let has = self.own.contains(self.environment);
        has.then(|| self.own.replace(self.environment, "${env.name}"))
    }
}

/// Environments that deploy a release to the same place: one of them would have to take it over from the other.
pub(super) fn shared(path: &str, states: &[State], group: &Group<'_>, left: &mut BTreeSet<Left>) {
    for (at, first) in states.iter().enumerate() {
        for second in states[at + 1..].iter().filter(|second| second.context == first.context) {
            let both = group.releases.iter().find_map(|(name, each)| {
                let one = each.get(&*first.environment)?;
                let other = each.get(&*second.environment)?;
                (of(one) == of(other)).then_some((*name, of(one)))
            });
            let Some((name, namespace)) = both else { continue };
            let what = format!("environments `{}` and `{}`", first.environment, second.environment);
            let advice = format!(
                "both have release `{name}` in namespace `{namespace}`, which is refused on one cluster: give them contexts or namespaces of their own"
            );
            left.insert(Left::new(Place::file(path), what, advice));
        }
    }
}
