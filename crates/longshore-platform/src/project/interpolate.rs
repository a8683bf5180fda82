//! `${env.…}`, `${cluster.…}`, `${secret.…}` and `${release.…}` in scalars, after parsing.

use std::path::Path;

use longshore_diag::{Diagnostic, Place, nearest};
use longshore_release::is_sensitive;
use longshore_yaml::{Kind, Node};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::cluster::ClusterSpec;
use super::layer::Switch;
use super::vars::{Var, find, of_node, paths};
use super::{Asked, Environment, OutputFrom, Placed, ReleaseSpec, suggest};
use crate::outputs::{self, Outputs};
use crate::secrets::Secrets;

/// What variables stand for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    /// The environment.
    pub(crate) environment: &'a Environment,
    /// The cluster, where the project names any.
    pub(crate) cluster: Option<&'a ClusterSpec>,
    /// The environment's namespace, if it has one.
    pub(crate) namespace: Option<&'a str>,
    /// What secrets are.
    pub(crate) secrets: &'a Secrets,
    /// What their files are relative to.
    pub(crate) root: &'a Path,
    /// The releases, for their outputs.
    pub(crate) releases: &'a [ReleaseSpec],
    /// What is known of those.
    pub(crate) outputs: &'a Outputs,
    /// Which of the places of releases this is.
    pub(crate) here: usize,
}

/// What may stand in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Open {
    /// Secrets: it is hidden wherever it is shown.
    secrets: bool,
    /// What is only known when another release is deployed.
    outputs: bool,
}

/// What is read when the project is, and seen by anybody.
const EARLY: Open = Open { secrets: false, outputs: false };
/// What is read when a release is rendered.
const LATE: Open = Open { secrets: false, outputs: true };
/// The same, and hidden.
const HIDDEN: Open = Open { secrets: true, outputs: true };

impl Scope<'_> {
    /// Replaces every `${…}` in `text`; `$${` stands for a literal `${`.
    ///
    /// # Errors
    /// An unknown variable, a secret, one that is a list or a mapping, or a `${` that is never closed.
    pub(crate) fn text(&self, text: &str, place: &Place) -> Result<String, Diagnostic> {
        self.replaced(text, place, EARLY)
    }

    /// The same in a text that is read when its release is deployed: outputs of others may stand in it.
    ///
    /// # Errors
    /// As of [`Scope::text`].
    pub(crate) fn late_text(&self, text: &str, place: &Place) -> Result<String, Diagnostic> {
        self.replaced(text, place, LATE)
    }

    /// The same in a text that is hidden wherever it is shown: secrets may stand in it.
    ///
    /// # Errors
    /// As of [`Scope::text`]; a secret cannot be had.
    pub(crate) fn secret_text(&self, text: &str, place: &Place) -> Result<String, Diagnostic> {
        self.replaced(text, place, HIDDEN)
    }

    fn replaced(&self, text: &str, place: &Place, open: Open) -> Result<String, Diagnostic> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            if rest[..start].ends_with('$') {
                out.push_str(&rest[..start - 1]);
                out.push_str("${");
                rest = &rest[start + 2..];
                continue;
            }
            out.push_str(&rest[..start]);
            let Some(length) = rest[start..].find('}') else {
                return Err(Diagnostic::error(
                    "project/interpolation",
                    format!("`${{` is not closed in `{text}`"),
                )
                .at(place.clone())
                .hint("close it with `}`, or write `$${` for a literal `${`"));
            };
            let name = rest[start + 2..start + length].trim();
            match self.lookup(name, place, open)? {
                Var::Scalar(_, written) => out.push_str(&written),
                Var::List(_) | Var::Map(_) => {
                    let message = format!("`${{{name}}}` is no text that could stand within another one");
                    return Err(Diagnostic::error("project/interpolation", message)
                        .at(place.clone())
                        .hint("a list or a mapping can only be the whole of a value"));
                }
            }
            rest = &rest[start + length + 1..];
        }
        out.push_str(rest);
        Ok(out)
    }

    /// The same in all texts of a value. A text that is one variable and nothing else becomes what that is: a number, a
    /// bool, a list. Secrets may stand where a key on the way says that a secret stands there: only then they are hidden
    /// in plans and records. `node` is the value as it stands in the project file, for places.
    ///
    /// # Errors
    /// As of [`Scope::text`].
    pub(crate) fn fill(&self, value: Value, node: &Node, file: &str) -> Result<Value, Diagnostic> {
        self.filled(value, node, file, LATE)
    }

    fn filled(&self, value: Value, node: &Node, file: &str, open: Open) -> Result<Value, Diagnostic> {
        Ok(match value {
            Value::String(text) if text.contains("${") => {
                let place = Place::new(file, node.line, node.column);
                match alone(&text) {
                    Some(name) => self.lookup(name, &place, open)?.value(),
                    None => Value::String(self.replaced(&text, &place, open)?),
                }
            }
            Value::Array(items) if node.kind == Kind::Sequence => {
                let items = items.into_iter().zip(&node.content);
                Value::Array(
                    items
                        .map(|(item, node)| self.filled(item, node, file, open))
                        .collect::<Result<_, _>>()?,
                )
            }
            Value::Object(map) if node.kind == Kind::Mapping => {
                let filled = map.into_iter().map(|(key, value)| {
                    let below =
                        node.entries().find(|(name, _)| name.value == key.as_str()).map(|(_, below)| below);
                    let open = if is_sensitive(&key) { Open { secrets: true, ..open } } else { open };
                    Ok::<_, Diagnostic>((key, self.filled(value, below.unwrap_or(node), file, open)?))
                });
                Value::Object(filled.collect::<Result<_, _>>()?)
            }
            other => other,
        })
    }

    /// Whether something is wanted.
    ///
    /// # Errors
    /// The variable is not there, or neither true nor false.
    pub(crate) fn switch(&self, switch: &Placed<Switch>) -> Result<bool, Diagnostic> {
        let (key, text, wanted) = match &switch.value {
            Switch::Is(wanted) => return Ok(*wanted),
            Switch::Asks(text) => ("enabled", text, true),
            Switch::Unless(text) => ("disabled", text, false),
        };
        match self.text(text, &switch.place)?.as_str() {
            "true" => Ok(wanted),
            "false" => Ok(!wanted),
            text => {
                let message = format!("`{key}` must be true or false, not `{text}`");
                Err(Diagnostic::error("project/wrong-type", message).at(switch.place.clone()))
            }
        }
    }

    /// The value of a secret, where it may stand.
    fn secret(&self, name: &str, place: &Place, open: Open) -> Result<Var, Diagnostic> {
        let secrets = &self.environment.secrets;
        let Some(spec) = secrets.iter().find(|spec| spec.name.value == name) else {
            let message = format!("there is no secret `{name}` in environment `{}`", self.environment.name);
            let error = Diagnostic::error("project/unknown-secret", message).at(place.clone());
            let known: Vec<&str> = secrets.iter().map(|spec| spec.name.value.as_str()).collect();
            return Err(if known.is_empty() {
                error.hint("name where it comes from under `secrets:`")
            } else {
                suggest(error, name, &known)
            });
        };
        if !open.secrets {
            return Err(would_be_seen(&format!("secret `{name}`"), place));
        }
        let value = self.secrets.value(spec, self.root, |text| self.text(&text.value, &text.place));
        let value = value.map_err(|error| error.within("it is asked for here", Some(place.clone())))?;
        let value = value.expose_secret();
        Ok(Var::Scalar(Value::String(value.to_owned()), value.to_owned()))
    }

    /// An output of a release, as far as it is known, where it may stand.
    fn output(&self, name: &str, place: &Place, open: Open) -> Result<Var, Diagnostic> {
        let Some(asked) = Asked::of(name) else {
            let message = format!("`${{{name}}}` names no output of a release");
            return Err(Diagnostic::error("project/unknown-output", message)
                .at(place.clone())
                .hint("write `${release.NAME.OUTPUT}`"));
        };
        let Some(spec) = outputs::spec(self.releases, &asked) else {
            let message = format!("release `{}` has no output `{}`", asked.release, asked.output);
            return Err(Diagnostic::error("project/unknown-output", message).at(place.clone()));
        };
        let home = || self.outputs.home(&asked, self.here, &self.environment.name, place);
        let object = match &spec.from {
            OutputFrom::Object(object) => object,
            OutputFrom::Value(node) => {
                let here = home()?;
                let home = &self.outputs.homes[here];
                let namespace = home.namespace();
                let scope = Scope { cluster: home.cluster.as_ref(), namespace, here, ..*self };
                return scope.of_node(node, &spec.name.place.file, open);
            }
        };
        if object.is_secret() && !open.secrets {
            return Err(would_be_seen(&asked.told(), place));
        }
        if !open.outputs {
            let message =
                format!("{} is only known when that is deployed, and asked for here before", asked.told());
            return Err(Diagnostic::error("project/early-output", message)
                .at(place.clone())
                .hint("it may stand in `set`, in `stringData`, in hooks and in other outputs"));
        }
        Ok(self.outputs.value(home()?, &asked))
    }

    /// A scalar of the project file.
    fn of_node(&self, node: &Node, file: &str, open: Open) -> Result<Var, Diagnostic> {
        let (text, place) = (node.value.as_str(), Place::new(file, node.line, node.column));
        if !text.contains("${") {
            return of_node(file, "the output", node);
        }
        if let Some(name) = alone(text) {
            return self.lookup(name, &place, open);
        }
        let text = self.replaced(text, &place, open)?;
        Ok(Var::Scalar(text.clone().into(), text))
    }

    fn lookup(&self, name: &str, place: &Place, open: Open) -> Result<Var, Diagnostic> {
        if name.starts_with("release.") {
            return self.output(name, place, open);
        }
        if let Some(name) = name.strip_prefix("secret.") {
            return self.secret(name, place, open);
        }
        let text = |text: &str| Var::Scalar(Value::String(text.to_owned()), text.to_owned());
        let found = match name {
            "env.name" => Some(text(&self.environment.name)),
            "env.namespace" => self.namespace.map(text),
            "cluster.name" => self.cluster.map(|cluster| text(&cluster.name)),
            _ => {
                let env = name.strip_prefix("env.vars.").and_then(|path| find(&self.environment.vars, path));
                let cluster = || find(&self.cluster?.vars, name.strip_prefix("cluster.vars.")?);
                env.or_else(cluster).cloned()
            }
        };
        if let Some(found) = found {
            return Ok(found);
        }
        let mut known = vec!["env.name".to_owned()];
        known.extend(self.namespace.map(|_| "env.namespace".to_owned()));
        known.extend(paths(&self.environment.vars, "env.vars"));
        if let Some(cluster) = self.cluster {
            known.push("cluster.name".to_owned());
            known.extend(paths(&cluster.vars, "cluster.vars"));
        }
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let on = self.cluster.map(|cluster| format!(" on cluster `{}`", cluster.name)).unwrap_or_default();
        let message = format!("`${{{name}}}` is not known in environment `{}`{on}", self.environment.name);
        let error = Diagnostic::error("project/unknown-variable", message).at(place.clone());
        if name.starts_with("cluster.") && self.cluster.is_none() {
            return Err(
                error.hint("the environment names no `clusters`, so that nothing is known of the cluster")
            );
        }
        // `vars.size`, or the variable alone, as other tools have it.
        let same_end = format!(".{}", name.strip_prefix("vars.").unwrap_or(name));
        if let Some(whole) = known.iter().find(|known| known.ends_with(&same_end)) {
            return Err(error.hint(format!("did you mean `{whole}`?")));
        }
        let unset = name.strip_prefix("env.vars.").filter(|_| nearest(name, known.iter().copied()).is_none());
        if let Some(variable) = unset {
            let environment = &self.environment.name;
            return Err(error.hint(format!(
                "`vars: {{{variable}: …}}` of environment `{environment}` sets it, or `--var {variable}=…` for one run"
            )));
        }
        Err(suggest(error, name, &known))
    }
}

/// That something must not stand where everybody sees it.
fn would_be_seen(what: &str, place: &Place) -> Diagnostic {
    Diagnostic::error("project/open-secret", format!("{what} would not be hidden here")).at(place.clone()).hint(
        "a secret may stand in `stringData` of a generated Secret, and under keys of `set` that say so, like `password` or `token`",
    )
}

/// The variable that a text is, if it is nothing else.
fn alone(text: &str) -> Option<&str> {
    let name = text.strip_prefix("${")?.strip_suffix('}')?;
    (!name.contains(['}', '$'])).then(|| name.trim())
}

#[cfg(test)]
mod tests;
