//! What a kustomization has gathered: resources, fields of transformers, variables.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/internal/accumulator/resaccumulator.go>.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use longshore_yaml::Text;

use crate::config::Config;
use crate::error::{Context, Error};
use crate::gvk::Gvk;
use crate::id::Id;
use crate::kustomization::Var;
use crate::resources::Resources;
use crate::scope::Scopes;

/// What has been gathered so far.
#[derive(Debug, Default)]
pub struct Accumulator {
    /// The resources.
    pub resources: Resources,
    /// The fields of transformers.
    pub config: Config,
    /// The variables by name, completed.
    pub vars: BTreeMap<String, Var>,
}

impl Accumulator {
    /// Adds what a folder below has gathered.
    ///
    /// # Errors
    /// An id or a variable is there twice, or fields contradict each other.
    pub fn merge(&mut self, other: Self, scopes: &Scopes) -> Result<(), Error> {
        self.resources.append_all(other.resources, scopes)?;
        self.config.merge(&other.config)?;
        other.vars.into_values().try_for_each(|var| self.add_var(var))
    }

    /// Adds variables, and notes each at the resource that it takes its value from.
    ///
    /// # Errors
    /// A name is there twice, or several resources fit.
    pub fn merge_vars(&mut self, vars: &[Var], scopes: &Scopes) -> Result<(), Error> {
        if vars.is_empty() {
            return Ok(());
        }
        let mut by_name: IndexMap<(Text, Text, Text, Text), Vec<usize>> = IndexMap::new();
        for (at, resource) in
            self.resources.list().iter().enumerate().filter(|(_, resource)| !resource.is_empty())
        {
            for id in resource.past_ids().into_iter().chain([resource.id(scopes)]) {
                let key = (id.gvk.group, id.gvk.version, id.gvk.kind, id.name);
                let places = by_name.entry(key).or_default();
                if places.last() != Some(&at) {
                    places.push(at);
                }
            }
        }
        for var in vars {
            let (gvk, object) = (gvk_of(var), &var.object);
            let found: Vec<usize> = if object.namespace.is_empty() {
                let key =
                    (gvk.group.clone(), gvk.version.clone(), gvk.kind.clone(), object.name.as_str().into());
                by_name.get(&key).cloned().unwrap_or_default()
            } else {
                let id = Id::new(gvk.clone(), object.name.as_str(), object.namespace.as_str());
                self.resources.with_any_id(&id, scopes).iter().map(|at| *at as usize).collect()
            };
            match found[..] {
                [] => {}
                [at] => self.resources.note_var(at, &var.name),
                _ => {
                    return Err(Error::new(format!(
                        "found {} resId matches for var {{{} {gvk} {{{}}}}} (unable to disambiguate)",
                        found.len(),
                        var.name,
                        var.field.field_path
                    )));
                }
            }
        }
        vars.iter().cloned().try_for_each(|var| self.add_var(var))
    }

    fn add_var(&mut self, mut var: Var) -> Result<(), Error> {
        if self.vars.contains_key(&var.name) {
            return Err(Error::new(format!("var '{}' already encountered", var.name)));
        }
        if var.field.field_path.is_empty() {
            "metadata.name".clone_into(&mut var.field.field_path);
        }
        self.vars.insert(var.name.clone(), var);
        Ok(())
    }

    /// Adds fields of transformers.
    ///
    /// # Errors
    /// They contradict those that are there.
    pub fn merge_config(&mut self, config: &Config, what: &str) -> Result<(), Error> {
        self.config.merge(config).context(|| String::from(what))
    }
}

/// The type of the object that a variable is taken from.
pub(crate) fn gvk_of(var: &Var) -> Gvk {
    let object = &var.object;
    let parts: Vec<&str> = object.api_version.split('/').collect();
    let (group, version) = match parts[..] {
        _ if object.api_version.is_empty() => (object.group.as_str(), object.version.as_str()),
        [version] => (object.group.as_str(), version),
        [group, version] => (group, version),
        _ => (object.group.as_str(), object.version.as_str()),
    };
    Gvk::unscoped(group, version, object.kind.as_str())
}
