//! What a configuration says of the function that it is for, in an annotation.
//!
//! Rules: <https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.21.1/kyaml/fn/runtime/runtimeutil/functiontypes.go>.

use longshore_go::path;
use longshore_yaml::{Node, kio, sigs};

use crate::decode::{Reader, decode_struct};
use crate::error::{Context as _, Error};
use crate::field;
use crate::id::Id;

/// The annotation, today and before.
const ANNOTATIONS: [&str; 2] = ["config.kubernetes.io/function", "config.k8s.io/function"];

/// The annotation of old that names nothing but an image.
const IMAGE: &str = "config.kubernetes.io/container";

/// What a function is.
#[derive(Clone, Debug, Default)]
pub(super) struct Spec {
    /// Its failure shows only after all functions have been run.
    pub(super) defer_failure: bool,
    pub(super) container: Container,
    pub(super) program: Program,
}

/// A function that is a program.
#[derive(Clone, Debug, Default)]
pub(super) struct Program {
    /// Nothing if it is empty.
    pub(super) path: String,
    pub(super) arguments: Vec<String>,
    /// `NAME=VALUE`
    pub(super) variables: Vec<String>,
}

/// A function that is a container.
#[derive(Clone, Debug, Default)]
pub(super) struct Container {
    /// Nothing if it is empty.
    pub(super) image: String,
    /// It wants the network.
    pub(super) has_network: bool,
    mounts: Vec<Mount>,
    variables: Vec<String>,
}

/// A part of the file system that a container sees.
#[derive(Clone, Debug, Default)]
struct Mount {
    kind: String,
    source: String,
    target: String,
    is_writable: bool,
}

decode_struct!(Spec as "runtimeutil.FunctionSpec" {
    "deferFailure" => defer_failure, "container" => container, "exec" => program,
});

decode_struct!(Program as "runtimeutil.ExecSpec" {
    "path" => path, "args" => arguments, "envs" => variables,
});

decode_struct!(Container as "runtimeutil.ContainerSpec" {
    "image" => image, "network" => has_network, "mounts" => mounts, "envs" => variables,
});

decode_struct!(Mount as "runtimeutil.StorageMount" {
    "type" => kind, "src" => source, "dst" => target, "rw" => is_writable,
});

/// What a configuration says; `None` if it is for no function.
///
/// # Errors
/// It says something that cannot be.
pub(super) fn read(node: &Node) -> Result<Option<Spec>, Error> {
    let annotations = kio::meta(node).unwrap_or_default().annotations;
    let filled = |name: &str| annotations.get(name).filter(|text| !text.is_empty());
    for name in ANNOTATIONS {
        if let Some(text) = filled(name) {
            return decode(text).map(Some).context(|| format!("{name} unmarshal error"));
        }
    }
    let field = field::get(node, "metadata").and_then(|metadata| field::get(metadata, "configFn"));
    if let Some(field) = field.filter(|field| !field::is_null(field)) {
        let text = field::print(field);
        return decode(&text).map(Some).context(|| String::from("configFn unmarshal error"));
    }
    Ok(filled(IMAGE).map(|image| Spec {
        container: Container { image: image.clone(), ..Container::default() },
        ..Spec::default()
    }))
}

fn decode(text: &str) -> Result<Spec, Error> {
    Reader::without_unknown().read(&sigs::to_json_value_strict(text.as_bytes())?)
}

impl Spec {
    /// Refuses mounts from outside of the kustomization's folder.
    ///
    /// # Errors
    /// There is such a mount.
    pub(super) fn check_mounts(&self, id: &Id) -> Result<(), Error> {
        for Mount { source, .. } in &self.container.mounts {
            let refused = |must: &str| {
                Err(Error::new(format!(
                    "plugin {id} with mount path '{source}' is not permitted; mount paths must be {must} the current kustomization directory"
                )))
            };
            if source.starts_with('/') {
                return refused("relative to");
            }
            if path::clean(source.as_bytes()).starts_with(b"..") {
                return refused("under");
            }
        }
        Ok(())
    }
}
