//! Values files beside a chart, by the environment that their names tell.

use std::collections::BTreeMap;

use longshore_diag::Diagnostic;

use crate::draft::{Origin, usual};
use crate::files::Reader;
use crate::names::is_name;

/// A chart's values files for environments.
#[derive(Default)]
pub(super) struct PerEnvironment {
    /// The file of each environment.
    pub(super) files: BTreeMap<String, String>,
    /// Files whose names tell something else: `values-ha.yaml`.
    pub(super) others: Vec<String>,
}

impl PerEnvironment {
    /// Those in a chart's folder, and in `values` and `environments` below it.
    ///
    /// # Errors
    /// A folder cannot be read.
    pub(super) fn of(reader: &Reader<'_>, chart: &str) -> Result<Self, Diagnostic> {
        let mut found = Self::default();
        for below in ["", "values", "environments", "envs"] {
            let folder = crate::files::join(chart, below);
            for entry in reader.list(&folder)? {
                let Some(stem) =
                    ["yaml", "yml"].iter().find_map(|end| entry.name.strip_suffix(end)?.strip_suffix('.'))
                else {
                    continue;
                };
                let word =
                    ["values-", "values.", "values_"].iter().find_map(|start| stem.strip_prefix(start));
                let word =
                    word.or_else(|| stem.strip_suffix("-values").or_else(|| stem.strip_suffix(".values")));
                let word = word.or((!below.is_empty()).then_some(stem));
                let path = crate::files::join(&folder, &entry.name);
                match word {
                    Some(word) if usual(word) && is_name(word) => {
                        found.files.entry(word.to_owned()).or_insert(path);
                    }
                    Some(word) if word != "schema" => found.others.push(path),
                    _ => {}
                }
            }
        }
        Ok(found)
    }

    /// Files for all environments, where one path with the environment's name leads to all of them; else those of each.
    pub(super) fn layers(
        &self,
        origin: &Origin,
        environments: &[&str],
    ) -> (Vec<String>, Vec<(String, String)>) {
        let pattern = |(name, path): (&String, &String)| {
            let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
            crate::files::join(folder, &file.replacen(&**name, "${env.name}", 1))
        };
        let mut patterns = self.files.iter().map(pattern);
        let first = patterns.next();
        if let Some(first) = first
            && patterns.all(|other| other == first)
            && environments.iter().all(|name| self.files.contains_key(*name))
        {
            return (vec![origin.path(&first)], Vec::new());
        }
        let each = self.files.iter().map(|(name, path)| (name.clone(), origin.path(path)));
        (Vec::new(), each.collect())
    }
}
