//! Variables: `$(NAME)` in fields of resources, replaced by a value of another resource.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/internal/accumulator/refvartransformer.go>.

use std::collections::BTreeMap;

use crate::accumulator::Accumulator;
use crate::build::Context;
use crate::error::Error;
use crate::finding;
use crate::kustomization::Var;
use crate::resource::Resource;
use crate::spot::Source;
use crate::var::{Value, Variables};

/// Replaces the variables that have been gathered in the fields that the configuration names.
///
/// # Errors
/// A variable has no value, or a field holds something that cannot have variables.
pub fn resolve(gathered: &mut Accumulator, context: &mut Context) -> Result<(), Error> {
    if gathered.vars.is_empty() {
        return Ok(());
    }
    let values = values(gathered).map_err(|(error, var)| match context.spots.get(var) {
        Some(spot) => error.at(spot.clone()),
        None => error,
    })?;
    let mut variables = Variables::new(values);
    let Accumulator { resources, config, .. } = gathered;
    let mut expand = || {
        for resource in resources.list_mut() {
            for spec in &config.var_reference {
                spec.apply(resource.node_mut(), None, &mut |node| variables.expand_in(node))?;
                resource.settle();
            }
        }
        Ok(())
    };
    let outcome = expand();
    context.warnings.extend_from_slice(variables.remarks());
    let unused: Vec<&str> = variables.unused().collect();
    if !unused.is_empty() {
        let unused = unused.join(",");
        context.warnings.push(format!("well-defined vars that were never replaced: {unused}"));
    }
    outcome
}

/// The value of each variable: of a field of the first resource that was noted for it.
fn values(gathered: &Accumulator) -> Result<BTreeMap<String, Value>, (Error, Source)> {
    let mut sources: BTreeMap<&str, &Resource> = BTreeMap::new();
    for resource in gathered.resources.list() {
        for name in resource.vars() {
            sources.entry(name).or_insert(resource);
        }
    }
    let mut values = BTreeMap::new();
    for var in gathered.vars.values() {
        let Some(resource) = sources.get(&*var.name) else {
            let text =
                format!("var '{}' cannot be mapped to a field in the set of known resources", text_of(var));
            let near = finding::of_names(&var.object.kind, &var.object.name, gathered.resources.list());
            return Err((Error::new(text).hint(near), var.source));
        };
        let value = Value::of(resource.node(), &var.field.field_path).map_err(|_| {
            let text =
                format!("field specified in var '{}' not found in corresponding resource", text_of(var));
            (Error::new(text).about("its object", resource), var.source)
        })?;
        values.insert(var.name.clone(), value);
    }
    Ok(values)
}

/// A variable as Go prints the struct.
fn text_of(var: &Var) -> String {
    format!("{{{} {} {{{}}}}}", var.name, crate::accumulator::gvk_of(var), var.field.field_path)
}
