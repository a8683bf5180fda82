//! From rendered files to manifests and hooks: splitting, reading heads, sorting.
//!
//! The rules are Helm's
//! (<https://github.com/helm/helm/blob/v4.3.1/pkg/release/v1/util/manifest_sorter.go>): files in byte
//! order of their paths, documents in the order of the file, then a stable sort by kind.

mod broken;
mod head;
mod split;

use std::collections::BTreeMap;
use std::fmt;

use longshore_object::kinds::{INSTALL_ORDER, compare_by_kind, install_rank};
use longshore_template::in_shares;

use crate::Log;
use crate::compat::Rules;
use crate::file::base;
pub(crate) use head::Head;
pub use split::split;

/// One document that is applied with the release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The template it came from: `app/templates/service.yaml`.
    pub path: String,
    /// The document, as Helm stores it.
    pub content: String,
    /// Its `apiVersion`; empty if it has none.
    pub api_version: String,
    /// Its `kind`; empty if it has none.
    pub kind: String,
    /// Its `metadata.name`; empty if it has none.
    pub name: String,
}

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HookEvent {
    /// Before the first install.
    PreInstall,
    /// After the first install.
    PostInstall,
    /// Before an uninstall.
    PreDelete,
    /// After an uninstall.
    PostDelete,
    /// Before an upgrade.
    PreUpgrade,
    /// After an upgrade.
    PostUpgrade,
    /// Before a rollback.
    PreRollback,
    /// After a rollback.
    PostRollback,
    /// By `helm test`.
    Test,
}

impl HookEvent {
    /// Its name in annotations and records: `pre-install`.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreInstall => "pre-install",
            Self::PostInstall => "post-install",
            Self::PreDelete => "pre-delete",
            Self::PostDelete => "post-delete",
            Self::PreUpgrade => "pre-upgrade",
            Self::PostUpgrade => "post-upgrade",
            Self::PreRollback => "pre-rollback",
            Self::PostRollback => "post-rollback",
            Self::Test => "test",
        }
    }

    /// The event of that name; `test-success` is an old name of `test`.
    pub fn of(name: &str) -> Option<Self> {
        [
            Self::PreInstall,
            Self::PostInstall,
            Self::PreDelete,
            Self::PostDelete,
            Self::PreUpgrade,
            Self::PostUpgrade,
            Self::PreRollback,
            Self::PostRollback,
            Self::Test,
        ]
        .into_iter()
        .find(|event| event.name() == name)
        .or_else(|| (name == "test-success").then_some(Self::Test))
    }
}

/// One document that is run at certain events, not with the release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// Its `metadata.name`.
    pub name: String,
    /// Its `kind`.
    pub kind: String,
    /// The template it came from.
    pub path: String,
    /// The document.
    pub manifest: String,
    /// When it runs.
    pub events: Vec<HookEvent>,
    /// Its place among the hooks of an event; lower runs first.
    pub weight: i64,
    /// `helm.sh/hook-delete-policy`, each word lower-cased, known or not.
    pub delete_policies: Vec<String>,
    /// `helm.sh/hook-output-log-policy`, each word lower-cased, known or not.
    pub output_log_policies: Vec<String>,
}

/// What rendered files come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sorted {
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) hooks: Vec<Hook>,
}

/// A document that is no YAML.
#[derive(Debug)]
pub(crate) struct Bad {
    /// The template.
    pub(crate) path: String,
    /// The line of the rendered file, from 1, if the problem names one.
    pub(crate) line: Option<usize>,
    /// What is wrong, in Go's words.
    problem: String,
}

impl Bad {
    fn new(path: &str, content: &str, document: &str, problem: String) -> Self {
        let named = problem.split_once("yaml: line ").and_then(|(_, rest)| rest.split_once(':'));
        let line = named.and_then(|(line, _)| line.parse::<usize>().ok());
        // A document is a part of the file.
        let before = content.find(document).map_or(0, |at| content[..at].matches('\n').count());
        Self { path: path.to_owned(), line: line.map(|line| before + line), problem }
    }
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "YAML parse error on {}: {}", self.path, self.problem)
    }
}

/// Splits and sorts rendered files, given by path; of those that are no UTF-8 there are the bytes, too.
pub(crate) fn sort(
    files: &BTreeMap<String, String>,
    broken: &BTreeMap<String, Vec<u8>>,
    rules: &Rules,
    logs: &mut Vec<Log>,
) -> Result<Sorted, Bad> {
    let mut documents = Vec::new();
    for (path, content) in files {
        if !base(path).starts_with('_') && !content.trim().is_empty() {
            let mut bytes = broken.get(path).map(|bytes| broken::documents(bytes, rules)).unwrap_or_default();
            bytes.reverse();
            let documents_of = split(content, rules).into_iter();
            documents.extend(documents_of.map(|document| (path, content, document, bytes.pop())));
        }
    }
    let heads = in_shares(
        &documents,
        |(_, _, document, _)| document.len(),
        |documents| {
            let bytes = documents
                .iter()
                .map(|(_, _, document, bytes)| bytes.as_deref().unwrap_or(document.as_bytes()));
            bytes.map(|bytes| Head::read(bytes, rules)).collect()
        },
    );
    let mut sorted = Sorted::default();
    for ((path, content, document, _), head) in documents.into_iter().zip(heads) {
        let head = head.map_err(|problem| Bad::new(path, content, document, problem))?;
        logs.extend(sorted.add(path, document, head, rules));
    }
    let rank = if rules.orders_webhooks { install_rank } else { install_rank_without_webhooks };
    sorted.hooks.sort_by(|a, b| compare_by_kind(&a.kind, &b.kind, rank));
    sorted.manifests.sort_by(|a, b| compare_by_kind(&a.kind, &b.kind, rank));
    Ok(sorted)
}

/// The order of kinds up to 3.x.
fn install_rank_without_webhooks(kind: &str) -> usize {
    match kind {
        "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration" => INSTALL_ORDER.len(),
        kind => install_rank(kind),
    }
}

impl Sorted {
    /// What is to be said: a hook of an unknown event is left out.
    fn add(&mut self, path: &str, document: &str, head: Head, rules: &Rules) -> Option<Log> {
        let annotation = |name: &str| head.annotations.get(name).map(String::as_str);
        let Some(events) = annotation("helm.sh/hook") else {
            self.manifests.push(Manifest {
                path: path.to_owned(),
                content: document.to_owned(),
                api_version: head.api_version,
                kind: head.kind,
                name: head.name,
            });
            return None;
        };
        let words =
            |text: &str| -> Vec<String> { text.split(',').map(|word| word.trim().to_lowercase()).collect() };
        let known: Option<Vec<HookEvent>> = words(events).iter().map(|name| HookEvent::of(name)).collect();
        let Some(events) = known else {
            return Some(if rules.logs_lines {
                let events = longshore_go::strconv::quoted(events);
                Log::info(format!("manifest_sorter.go:199: info: skipping unknown hook: {events}"))
            } else {
                Log::info("skipping unknown hooks").beside(&[("hookTypes", events)])
            });
        };
        let policies = |name: &str| annotation(name).map_or_else(Vec::new, words);
        let weight = annotation("helm.sh/hook-weight").unwrap_or_default();
        self.hooks.push(Hook {
            path: path.to_owned(),
            manifest: document.to_owned(),
            events,
            weight: longshore_go::strconv::atoi(weight.as_bytes()).unwrap_or(0),
            delete_policies: policies("helm.sh/hook-delete-policy"),
            output_log_policies: policies("helm.sh/hook-output-log-policy"),
            kind: head.kind,
            name: head.name,
        });
        None
    }
}

#[cfg(test)]
mod tests;
