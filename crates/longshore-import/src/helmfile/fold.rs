//! Several environments of a helmfile as one project file: what is the same in all stands once.

mod group;
mod layers;
mod namespaces;
mod varied;

use std::collections::BTreeSet;

use longshore_diag::Diagnostic;
use longshore_yaml::Node;

use super::chart;
use super::hooks;
use super::load::State;
use super::markers::{self, Asked};
use super::release::Release;
use crate::draft::{Draft, DraftEnvironment, DraftHooks, DraftRelease, Origin, SecretFrom, Source, Switch};
use crate::files::Reader;
use crate::left::Left;
use crate::names::name_of;
use group::{Each, Group, groups, written};
use varied::varied;

/// Makes project files of what a helmfile is in its environments.
///
/// # Errors
/// It has no releases.
pub(super) fn fold(
    reader: &Reader<'_>,
    origin: &Origin,
    path: &str,
    states: &[State],
    left: &mut BTreeSet<Left>,
) -> Result<Vec<Draft>, Diagnostic> {
    let groups = groups(states, left);
    if groups.is_empty() {
        return Err(Diagnostic::error("import/nothing", "the helmfile has no releases in any environment")
            .at(longshore_diag::Place::file(path)));
    }
    let mut drafts = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        let mut own = origin.clone();
        let mut draft = Draft { name: origin.name.clone(), ..Draft::default() };
        if index > 0 {
            draft.folder.clone_from(&group.folder);
            draft.name = name_of(&format!("{}-{}", origin.name, group.folder), "platform");
            own.base = crate::files::join("..", &origin.base);
            own.namespace = None;
        }
        let folding = Folding {
            reader,
            origin: &own,
            states,
            groups: &groups,
            group,
            charts: if index > 0 { "../charts" } else { "charts" },
        };
        folding.fill(&mut draft, left);
        if own.namespace.is_none() {
            namespaces::shared(path, states, group, left);
        }
        drafts.push(draft);
    }
    Ok(drafts)
}

/// One project file to be.
struct Folding<'a> {
    reader: &'a Reader<'a>,
    origin: &'a Origin,
    states: &'a [State],
    groups: &'a [Group<'a>],
    group: &'a Group<'a>,
    /// The folder of charts of others.
    charts: &'static str,
}

impl Folding<'_> {
    fn fill(&self, draft: &mut Draft, left: &mut BTreeSet<Left>) {
        let mut asked = Asked::default();
        draft.environments = self.states.iter().map(|state| self.environment(state)).collect();
        for (name, each) in &self.group.releases {
            let release = self.release(name, each, draft, &mut asked, left);
            draft.releases.push(release);
        }
        for environment in &mut draft.environments {
            environment.vars.extend(asked.vars.iter().map(|name| (name.clone(), Node::string("change-me"))));
        }
        for (name, variable) in asked.secrets {
            draft.secrets.push((name, SecretFrom::Variable(variable)));
        }
    }

    fn environment(&self, state: &State) -> DraftEnvironment {
        let own = self.group.namespaces.get(&*state.environment).cloned();
        DraftEnvironment {
            name: state.environment.clone(),
            namespace: self.origin.namespace.clone().or(own).unwrap_or_default(),
            create_namespace: state.releases.iter().any(|release| release.create_namespace),
            context: state.context.clone(),
            ..DraftEnvironment::default()
        }
    }

    fn release(
        &self,
        name: &str,
        each: &Each<'_>,
        draft: &mut Draft,
        asked: &mut Asked,
        left: &mut BTreeSet<Left>,
    ) -> DraftRelease {
        let mut made = DraftRelease::new(written(name), Source::Chart(String::new()));
        if made.name != name {
            let place = place_of(each);
            left.insert(Left::new(
                place,
                format!("release `{name}`"),
                format!(
                    "it is called `{}`, as names of releases are; `moved` does not know it by its old one",
                    made.name
                ),
            ));
        }
        made.namespace = self.namespace(&made.name, name, each, draft, asked, left);
        made.source = self.source(&made.name, name, each, draft, left);
        self.needs(&mut made, each, left);
        made.hooks = self.hooks(name, each, asked, left);
        let present: Vec<&str> = each.keys().copied().collect();
        let is_wanted = |state: &State| {
            each.get(&*state.environment).map_or(&Switch::Is(false), |release| &release.wanted)
        };
        let mut switches = self.states.iter().map(is_wanted);
        let first = switches.next().cloned().unwrap_or(Switch::Is(true));
        if switches.all(|other| *other == first) {
            made.layer.enabled = Some(first).filter(|switch| *switch != Switch::Is(true));
        } else {
            for state in self.states.iter().filter(|state| *is_wanted(state) != Switch::Is(true)) {
                draft.put(&state.environment, &made.name, |layer| {
                    layer.enabled = Some(is_wanted(state).clone());
                });
            }
        }
        // What switched-off ones would be given is not known, and not asked for.
        let lists: Vec<(&str, &[super::values::Item])> = present
            .iter()
            .filter_map(|environment| {
                let release = each.get(environment)?;
                (release.wanted != Switch::Is(false)).then_some((*environment, &*release.values))
            })
            .collect();
        if !matches!(made.source, Source::Chart(_) | Source::Remote(_)) {
            if lists.iter().any(|(_, items)| !items.is_empty()) {
                let place = place_of(each);
                left.insert(Left::new(
                    place,
                    format!("values of release `{name}`"),
                    "it is no chart, and takes none: they were left out",
                ));
            }
            return made;
        }
        let folded = layers::fold(self.origin, name, &lists, self.states.len(), asked);
        made.layer.values = folded.common.values;
        made.layer.set = folded.common.set;
        draft.files.extend(folded.files.into_iter().map(|mut file| {
            file.path = crate::files::join(&draft.folder, &file.path);
            file
        }));
        for (environment, layer) in folded.special {
            draft.put(environment, &made.name, |known| {
                known.values = layer.values;
                known.set = layer.set;
            });
        }
        made
    }

    /// Its namespace, if that is not the environment's.
    fn namespace(
        &self,
        made: &str,
        name: &str,
        each: &Each<'_>,
        draft: &mut Draft,
        asked: &mut Asked,
        left: &mut BTreeSet<Left>,
    ) -> Option<String> {
        let texts = each.values().map(|release| namespaces::of(release));
        asked.vars.extend(texts.flat_map(markers::names).map(str::to_owned));
        if !self.group.folder.is_empty() {
            let advice = format!(
                "it is in `{}/longshore.yaml`: a project file has each name once, and `{name}` is that of another one, too",
                self.group.folder
            );
            left.insert(Left::new(place_of(each), format!("release `{name}`"), advice));
        }
        namespaces::own(made, each, self.group, draft)
    }

    /// Its chart, which may be another one in each environment.
    fn source(
        &self,
        made: &str,
        name: &str,
        each: &Each<'_>,
        draft: &mut Draft,
        left: &mut BTreeSet<Left>,
    ) -> Source {
        let mut all: Vec<(Source, &Release, &str)> = Vec::new();
        for (environment, release) in each {
            let repositories = self
                .states
                .iter()
                .find(|state| state.environment == *environment)
                .map(|state| &*state.repositories);
            let (source, fetched) = chart::source(
                self.reader,
                self.origin,
                release,
                repositories.unwrap_or_default(),
                self.charts,
            );
            left.extend(fetched);
            all.push((source, release, environment));
        }
        let Some((first, release, environment)) = all.first() else { return Source::Chart(String::new()) };
        if let Some(source) = varied(made, &all, draft) {
            return source;
        }
        let others =
            all.iter().find(|(source, other, _)| source != first || other.version != release.version);
        if let Some((_, other, elsewhere)) = others {
            let shown = |release: &Release| {
                format!("{} {}", release.chart, release.version.as_deref().unwrap_or_default())
            };
            let advice = format!(
                "{} in `{environment}`, {} in `{elsewhere}`: the first was taken; `chart: charts/NAME-${{env.vars.version}}` makes it depend on the environment",
                shown(release).trim(),
                shown(other).trim()
            );
            left.insert(Left::new(release.place.clone(), format!("chart of release `{name}`"), advice));
        }
        first.clone()
    }

    /// What is run around it, if that is the same in all environments but for their names.
    fn hooks(&self, name: &str, each: &Each<'_>, asked: &mut Asked, left: &mut BTreeSet<Left>) -> DraftHooks {
        let wanted = each.iter().filter(|(_, release)| release.wanted != Switch::Is(false));
        let all: Vec<(&str, DraftHooks)> = wanted
            .map(|(environment, release)| {
                (*environment, hooks::of(release, &self.origin.path(&release.home)))
            })
            .collect();
        let Some((_, first)) = all.first().filter(|(_, hooks)| !hooks.is_empty() || all.len() > 1) else {
            return DraftHooks::new();
        };
        let mut found = first.clone();
        if all.iter().any(|(_, other)| other != first) {
            let mut named = all.iter().map(|(environment, hooks)| hooks::by_name(hooks, environment));
            found = named.next().unwrap_or_default();
            if named.any(|other| other != found) {
                let advice = "left out: they are not the same in all environments";
                left.insert(Left::new(place_of(each), format!("`hooks` of release `{name}`"), advice));
                return DraftHooks::new();
            }
        }
        let words = found.iter().flat_map(|(_, all)| all).flatten();
        asked.vars.extend(words.flat_map(|word| markers::names(word)).map(str::to_owned));
        if !found.is_empty() {
            let advice = "they are run for what changes, and see few variables of the process: name others in `env` of the hook";
            left.insert(Left::new(place_of(each), format!("`hooks` of release `{name}`"), advice));
        }
        found
    }

    /// Releases of the same project file that it needs; others are told.
    fn needs(&self, made: &mut DraftRelease, each: &Each<'_>, left: &mut BTreeSet<Left>) {
        for release in each.values() {
            for need in &release.needs {
                let mut parts = need.rsplit('/');
                let name = parts.next().unwrap_or_default();
                let namespace = parts.next();
                let is_it = |group: &&Group<'_>| group.has_needed(name, namespace);
                let own = Some(self.group).filter(is_it);
                match own.or_else(|| self.groups.iter().find(is_it)) {
                    Some(group) if group.folder == self.group.folder => {
                        let name = written(name);
                        if !made.needs.contains(&name) && name != made.name {
                            made.needs.push(name);
                        }
                    }
                    Some(group) => {
                        let file = crate::files::join(&group.folder, "longshore.yaml");
                        left.insert(Left::new(
                            release.place.clone(),
                            format!("`needs: {need}` of release `{}`", release.name),
                            format!("it is in `{file}`: deploy that before"),
                        ));
                    }
                    None => {
                        left.insert(Left::new(
                            release.place.clone(),
                            format!("`needs: {need}` of release `{}`", release.name),
                            "there is no such release; it was left out",
                        ));
                    }
                }
            }
        }
    }
}

/// Where a release stands in the first environment that has it.
fn place_of(each: &Each<'_>) -> longshore_diag::Place {
    let first = each.values().next();
    first.map_or_else(|| longshore_diag::Place::file(""), |release| release.place.clone())
}
