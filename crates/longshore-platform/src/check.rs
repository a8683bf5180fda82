//! What is wrong with an environment, found without a cluster: what `longshore check` tells.
//!
//! Each environment is rendered for each cluster and each version of Kubernetes that is asked for (a *run*), all of its
//! releases, because they name objects of each other. What is found in several runs is told once.

mod made;

use std::collections::BTreeSet;

use longshore_check::{Options, Release, schema};
use longshore_diag::{Diagnostic, Severity};
use longshore_object::Object;
use longshore_object::readiness::JsonPath;

use crate::hooks::described;
use crate::outputs::STAND_IN;
use crate::project::ReleaseSpec;
use crate::render::RenderOptions;
use crate::selection::Selection;
use crate::shared::{Owner, shared};
use crate::side_by_side;
use crate::source::named;
use crate::warn;
use made::Made;

/// Warnings about how releases are made, by which they can be left out.
pub(crate) const WARNINGS: [&str; 10] = [
    "chart/values",
    "kustomize/build",
    "kustomize/namespace",
    "kustomize/unmatched-image",
    "kustomize/unmatched-patch",
    "kustomize/unmatched-replacement",
    "kustomize/unpinned",
    "values/coerced-number",
    "values/repeated-key",
    "values/unread",
];

/// How many of several runs are named with a finding that is not in all of them.
const RUNS: usize = 4;

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct CheckOptions {
    /// Minor versions of Kubernetes 1; the one that charts see by default without any.
    pub minors: Vec<u32>,
    /// Further API versions that charts see.
    pub api_versions: Vec<String>,
    /// Rules that are left out, beside those of the project file.
    pub disabled: BTreeSet<String>,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// What is wrong, by release.
    pub findings: Vec<Diagnostic>,
    /// Releases that were looked at, each once for each environment and cluster.
    pub releases: usize,
    /// Objects of them.
    pub objects: usize,
    /// The minor versions of Kubernetes 1.
    pub minors: Vec<u32>,
}

impl Checked {
    /// How many findings are that bad.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

/// An environment, a cluster and a version that were looked at.
struct Run<'a> {
    selection: &'a Selection,
    minor: u32,
}

/// Looks at all environments and clusters that were chosen. What cannot be rendered is a finding, too.
///
/// # Errors
/// A rule is not known.
pub fn check(selections: &[Selection], options: &CheckOptions) -> Result<Checked, Diagnostic> {
    options.disabled.iter().try_for_each(|name| rule(name))?;
    let newest = *schema::versions().end();
    let minors = if options.minors.is_empty() { vec![newest] } else { options.minors.clone() };
    let mut checked = Checked { minors: minors.clone(), ..Checked::default() };
    let mut runs = Vec::new();
    let mut all: Vec<(Diagnostic, Vec<usize>)> = Vec::new();
    for selection in selections {
        for minor in &minors {
            let number = runs.len();
            runs.push(Run { selection, minor: *minor });
            let (found, releases, objects) = one(selection, *minor, options);
            if *minor == minors[0] {
                checked.releases += releases;
                checked.objects += objects;
            }
            for finding in found {
                match all.iter_mut().find(|(known, _)| is_same(known, &finding)) {
                    Some((_, runs)) if runs.last() == Some(&number) => {}
                    Some((_, runs)) => runs.push(number),
                    None => all.push((finding, vec![number])),
                }
            }
        }
    }
    checked.findings = all
        .into_iter()
        .map(|(finding, of)| if of.len() == runs.len() { finding } else { finding.note(told(&runs, &of)) })
        .collect();
    Ok(checked)
}

/// Checks that there is a rule of that name, one about objects or about how releases are made.
///
/// # Errors
/// There is none; the nearest is suggested.
pub fn rule(name: &str) -> Result<(), Diagnostic> {
    crate::project::is_rule(name)
}

fn is_same(a: &Diagnostic, b: &Diagnostic) -> bool {
    (a.code, &a.message, &a.place, &a.chain) == (b.code, &b.message, &b.place, &b.chain)
}

/// In which of several runs something was found.
fn told(runs: &[Run<'_>], of: &[usize]) -> String {
    let differ = |part: fn(&Run<'_>) -> Option<String>| {
        runs.iter().any(|run| part(run) != part(&runs[0])).then_some(part)
    };
    let parts: Vec<fn(&Run<'_>) -> Option<String>> = [
        differ(|run| Some(format!("environment `{}`", run.selection.environment.name))),
        differ(|run| run.selection.cluster_name().map(|name| format!("cluster `{name}`"))),
        differ(|run| Some(format!("Kubernetes 1.{}", run.minor))),
    ]
    .into_iter()
    .flatten()
    .collect();
    let name = |run: &usize| {
        let parts: Vec<String> = parts.iter().filter_map(|part| part(&runs[*run])).collect();
        parts.join(" with ")
    };
    let more = if of.len() > RUNS { format!(" and {} more", of.len() - RUNS) } else { String::new() };
    format!("only for {}{more}", of.iter().take(RUNS).map(name).collect::<Vec<_>>().join(", "))
}

/// Whether a finding is about a text that stands in for an output: by its words, or by the field that they name.
fn stands_in(object: &Object, finding: &Diagnostic) -> bool {
    let is_there = |path: JsonPath| {
        let object = object.to_json();
        path.find(&object).iter().any(|value| value.as_str().is_some_and(|text| text.contains(STAND_IN)))
    };
    let field = finding.message.split('`').nth(1).filter(|_| finding.code.starts_with("schema/"));
    let path = field.and_then(|field| format!(".{field}").parse().ok());
    finding.message.contains(STAND_IN) || path.is_some_and(is_there)
}

/// What is wrong with the chosen releases on one cluster, for one version; how many releases and objects there are.
fn one(selection: &Selection, minor: u32, options: &CheckOptions) -> (Vec<Diagnostic>, usize, usize) {
    let mut api_versions = schema::api_versions(minor);
    api_versions.extend(options.api_versions.iter().cloned());
    let render = RenderOptions {
        kube_version: Some(format!("1.{minor}.0")),
        api_versions,
        only_api_versions: true,
        list: false,
        throwaway_keys: true,
    };
    let is_chosen = |spec: &ReleaseSpec| selection.releases().any(|chosen| chosen.name == spec.name);
    let mut findings = Vec::new();
    let (mut all, mut warned) = (Vec::new(), Vec::new());
    let wanted: Vec<_> = selection.all_wanted().collect();
    let made = side_by_side::each(&wanted, |spec| Made::new(selection, spec, &render));
    for (spec, made) in wanted.into_iter().zip(made) {
        match made {
            Ok((made, found)) => {
                if is_chosen(spec) {
                    warned.extend(found.map(|found| (spec.name.clone(), found)));
                }
                all.push((spec, made));
            }
            // What others name of it is not known, so this comes before all that follows from it.
            Err(error) => findings.push(named(error, spec)),
        }
    }
    for spec in selection.releases() {
        let missing = spec.hooks.values().flatten().filter_map(|hook| described(selection, hook).err());
        findings.extend(missing.map(|error| named(error, spec)));
    }
    let spec = &selection.platform.project.check;
    let is_disabled =
        |code: &str| options.disabled.contains(code) || spec.disable.iter().any(|rule| rule == code);
    findings.extend(warn::told(selection, warned).into_iter().filter(|warning| !is_disabled(warning.code)));
    let releases: Vec<Release<'_>> = all
        .iter()
        .map(|(spec, made)| Release {
            name: &spec.name,
            namespace: selection.namespace_of(&spec.name),
            objects: &made.objects,
        })
        .collect();
    let disabled = options.disabled.iter().chain(&spec.disable).cloned().collect();
    let rules = Options { minors: vec![minor], external: spec.external.clone(), disabled };
    let mut found = longshore_check::check(&releases, &rules);
    let owners: Vec<Owner<'_>> = all
        .iter()
        .map(|(spec, made)| Owner {
            release: &spec.name,
            namespace: selection.namespace_of(&spec.name),
            objects: made.owned().collect(),
        })
        .collect();
    found.extend(shared(&owners));
    found.retain(|finding| is_chosen(all[finding.release].0));
    // What stands in for an output is of no type that anybody could check.
    found.retain(|finding| !stands_in(&all[finding.release].1.objects[finding.object], &finding.diagnostic));
    for (number, (spec, made)) in all.iter().enumerate() {
        let of_release = found.iter().filter(|finding| finding.release == number);
        let placed = made.placed(selection, spec, &render, of_release);
        findings.extend(placed.into_iter().map(|diagnostic| named(diagnostic, spec)));
    }
    let chosen = all.iter().filter(|(spec, _)| is_chosen(spec));
    let counts =
        chosen.fold((0, 0), |(releases, objects), (_, made)| (releases + 1, objects + made.objects.len()));
    (findings, counts.0, counts.1)
}
