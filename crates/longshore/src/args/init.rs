//! `longshore init`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use longshore_platform::project::given_namespace;

/// `longshore init`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  longshore init                             asks, on a terminal; else takes what is found in this folder
  longshore init shop -e dev,prod            a project `shop` with two environments
  longshore init --chart charts/web --manifests db=k8s/database --namespace 'shop-${env.name}'
  longshore init --from helmfile.yaml        from a helmfile, its environments and values
  longshore init --from docker-compose.yml   from a Compose file: a release for each service
  longshore init --from ../platform          from a folder with charts, overlays and manifests")]
pub(crate) struct InitArgs {
    /// Name of the platform [default: the folder's name]
    pub(crate) name: Option<String>,
    /// Folder to write to
    #[arg(long, default_value = ".", value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) dir: PathBuf,
    /// Translate this: a helmfile, a Compose file, or a folder with charts, kustomizations and manifests
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath, conflicts_with_all = ["chart", "kustomize", "manifests"])]
    pub(crate) from: Option<PathBuf>,
    /// Environment; may be given several times [default: those that are found, else dev, staging and production]
    #[arg(short, long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) environment: Vec<String>,
    /// Namespace of all environments; may hold `${env.name}` [default: PLATFORM for production, else PLATFORM-ENVIRONMENT]
    #[arg(short, long, value_name = "NAMESPACE", value_parser = namespace)]
    pub(crate) namespace: Option<String>,
    /// A release made from a chart's folder
    #[arg(long, value_name = "[NAME=]PATH", value_parser = Named::parse)]
    pub(crate) chart: Vec<Named>,
    /// A release made from a kustomization; the path may hold `${env.name}`
    #[arg(long, value_name = "[NAME=]PATH", value_parser = Named::parse)]
    pub(crate) kustomize: Vec<Named>,
    /// A release made from a file or folder of manifests; those of one name are one release
    #[arg(long, value_name = "[NAME=]PATH", value_parser = Named::parse)]
    pub(crate) manifests: Vec<Named>,
    /// Ask nothing
    #[arg(short, long)]
    pub(crate) yes: bool,
}

/// A namespace, or the pattern of one.
fn namespace(text: &str) -> Result<String, String> {
    given_namespace(&text.replace("${env.name}", "dev")).map(|_| text.to_owned())
}

/// A path, and what the release that it makes is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// The name, if one was given.
    pub(crate) name: Option<String>,
    /// The path, as it was written.
    pub(crate) path: String,
}

impl Named {
    fn parse(text: &str) -> Result<Self, String> {
        let (name, path) = match text.split_once('=') {
            Some((name, path)) => (Some(name.to_owned()), path),
            None => (None, text),
        };
        if path.is_empty() || name.as_deref() == Some("") {
            return Err("write PATH or NAME=PATH".to_owned());
        }
        Ok(Self { name, path: path.trim_end_matches('/').to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::Named;

    #[test]
    fn names_stand_before_paths() {
        let read = |text| Named::parse(text).map(|named| (named.name, named.path));
        assert_eq!(read("a/b/"), Ok((None, "a/b".to_owned())));
        assert_eq!(read("db=a/b"), Ok((Some("db".to_owned()), "a/b".to_owned())));
        for bad in ["", "=a", "a="] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
