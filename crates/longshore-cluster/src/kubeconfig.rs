//! From options and files to a configured connection.
//!
//! `kube` reads the files' entries and does the authentication; which files, which context, which proxy
//! and every message are decided here. What `kube` 5.0 does not do, and what follows from it:
//!
//! - It refuses missing files in `$KUBECONFIG`, applies `NO_PROXY` to the proxy's own address and reads
//!   the process environment at any time: none of that is used.
//! - A credential plugin that gives a token without an expiry, or a client certificate, is asked only
//!   once: the transport asks again when the server answers 401.
//! - `auth-provider: oidc` uses its `id-token` as it stands, without refreshing it; `azure` is refused.
//!   Both were removed from `kubectl` in 1.26 in favour of plugins.
//! - HTTP/1.1 only: one connection per request in flight.

mod error;
mod files;
mod proxy;
mod select;
#[cfg(test)]
mod tests;

pub use error::KubeconfigError;

use std::path::{Path, PathBuf};

use crate::endpoint::{Credential, Endpoint};
use crate::options::ClusterOptions;

/// Everything that is known before the first request.
pub(crate) struct Target {
    pub(crate) config: kube::Config,
    pub(crate) endpoint: Endpoint,
}

/// Chooses the cluster: the kubeconfig's, or, where there is no kubeconfig and nothing was asked for by
/// name, the one that this pod runs in.
///
/// # Errors
/// See [`KubeconfigError`].
pub(crate) fn load(options: &ClusterOptions) -> Result<Target, KubeconfigError> {
    let mut target = match files::read(options) {
        Ok(merged) => select::from_files(&merged, options)?,
        Err(missing @ KubeconfigError::Missing { .. }) => {
            if let Some(server) = &options.server {
                select::from_address(server, options)?
            } else if options.kubeconfig.is_none() && options.context.is_none() {
                in_cluster(options, options.environment.service_account())?.ok_or(missing)?
            } else {
                return Err(missing);
            }
        }
        Err(other) => return Err(other),
    };
    if let Some(namespace) = &options.namespace {
        target.config.default_namespace.clone_from(namespace);
    }
    target.config.connect_timeout = Some(options.connect_timeout);
    // The transport tries again itself: it knows what was asked and how long it may take.
    target.config.default_retry = false;
    Ok(target)
}

/// The cluster that this pod runs in; `None` where this is no pod.
fn in_cluster(options: &ClusterOptions, folder: &Path) -> Result<Option<Target>, KubeconfigError> {
    let environment = &options.environment;
    let (Some(host), Some(port)) =
        (environment.first(&["KUBERNETES_SERVICE_HOST"]), environment.first(&["KUBERNETES_SERVICE_PORT"]))
    else {
        return Ok(None);
    };
    let token: PathBuf = folder.join("token");
    if !token.exists() {
        return Ok(None);
    }
    let wrong = |message: String| KubeconfigError::Entry {
        what: "cluster",
        name: "in-cluster".to_owned(),
        file: Some(folder.to_path_buf()),
        message,
    };
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let server = format!("https://{host}:{port}");
    let address = server.parse().map_err(|_| wrong(format!("`{server}` is not an address")))?;
    let authority = folder.join("ca.crt");
    let mut config = kube::Config::new(address);
    config.root_cert = Some(select::certificates_of_file(&authority).map_err(wrong)?);
    config.root_cert_file = Some(authority);
    config.auth_info.token_file = Some(token.display().to_string());
    if let Ok(namespace) = std::fs::read_to_string(folder.join("namespace")) {
        namespace.trim().clone_into(&mut config.default_namespace);
    }
    let endpoint = Endpoint {
        credential: Credential::TokenFile { path: token },
        user: Some("the pod's service account".to_owned()),
        ..Endpoint::bare(server)
    };
    Ok(Some(Target { config, endpoint }))
}
