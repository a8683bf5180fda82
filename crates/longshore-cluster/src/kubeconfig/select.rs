//! From merged files to one cluster, one user, one namespace.

use std::path::Path;

use base64::Engine as _;
use http::Uri;
use jiff::Timestamp;
use kube::config::{AuthInfo, Cluster, ExecAuthCluster};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use secrecy::ExposeSecret as _;

use super::error::KubeconfigError;
use super::files::Merged;
use super::{Target, proxy};
use crate::endpoint::{Credential, Endpoint};
use crate::options::ClusterOptions;

/// Follows the chosen context to its cluster and its user.
pub(super) fn from_files(merged: &Merged, options: &ClusterOptions) -> Result<Target, KubeconfigError> {
    let config = &merged.config;
    let current = config.current_context.as_deref().filter(|name| !name.is_empty());
    let known = || config.contexts.iter().map(|c| c.name.clone()).collect::<Vec<_>>();
    let Some(context_name) = options.context.as_deref().or(current) else {
        if let Some(server) = &options.server {
            return from_address(server, options);
        }
        return Err(KubeconfigError::NoContext { files: merged.files.clone(), known: known() });
    };
    let context = config
        .contexts
        .iter()
        .find(|context| context.name == context_name)
        .and_then(|context| context.context.as_ref())
        .ok_or_else(|| KubeconfigError::Unknown {
            what: "context",
            name: context_name.to_owned(),
            referrer: options.context.is_none().then(|| "current-context".to_owned()),
            files: merged.files.clone(),
            known: known(),
        })?;
    let unknown = |what, name: &str, known: Vec<String>| KubeconfigError::Unknown {
        what,
        name: name.to_owned(),
        referrer: Some(format!("context {context_name}")),
        files: merged.files.clone(),
        known,
    };
    let cluster = config
        .clusters
        .iter()
        .find(|cluster| cluster.name == context.cluster)
        .and_then(|cluster| cluster.cluster.clone())
        .ok_or_else(|| {
            let known = config.clusters.iter().map(|c| c.name.clone()).collect();
            unknown("cluster", &context.cluster, known)
        })?;
    let user_name = context.user.as_deref().filter(|name| !name.is_empty());
    let user = match user_name {
        None => AuthInfo::default(),
        Some(name) => config
            .auth_infos
            .iter()
            .find(|user| user.name == name)
            .map(|user| user.auth_info.clone().unwrap_or_default())
            .ok_or_else(|| {
                let known = config.auth_infos.iter().map(|u| u.name.clone()).collect();
                unknown("user", name, known)
            })?,
    };
    let names = Names {
        context: Some(context_name.to_owned()),
        cluster: context.cluster.clone(),
        cluster_file: merged.origin("cluster", &context.cluster),
        user: user_name.map(str::to_owned),
        user_file: user_name.and_then(|name| merged.origin("user", name)),
    };
    let mut target = build(cluster, user, &names, options)?;
    if let Some(namespace) = context.namespace.as_deref().filter(|n| !n.is_empty()) {
        namespace.clone_into(&mut target.config.default_namespace);
    }
    Ok(target)
}

/// A cluster of which only the address was given.
pub(super) fn from_address(server: &str, options: &ClusterOptions) -> Result<Target, KubeconfigError> {
    let names = Names { cluster: server.to_owned(), ..Names::default() };
    build(Cluster::default(), AuthInfo::default(), &names, options)
}

/// What the entries are called, for messages.
#[derive(Default)]
struct Names {
    context: Option<String>,
    cluster: String,
    cluster_file: Option<std::path::PathBuf>,
    user: Option<String>,
    user_file: Option<std::path::PathBuf>,
}

fn build(
    mut cluster: Cluster,
    mut user: AuthInfo,
    names: &Names,
    options: &ClusterOptions,
) -> Result<Target, KubeconfigError> {
    let wrong = |message: String| KubeconfigError::Entry {
        what: "cluster",
        name: names.cluster.clone(),
        file: names.cluster_file.clone(),
        message,
    };
    let wrong_user = |message: String| KubeconfigError::Entry {
        what: "user",
        name: names.user.clone().unwrap_or_default(),
        file: names.user_file.clone(),
        message,
    };
    if let Some(server) = &options.server {
        cluster.server = Some(server.clone());
    }
    if let Some(file) = &options.certificate_authority {
        cluster.certificate_authority = Some(file.display().to_string());
        cluster.certificate_authority_data = None;
    }
    if let Some(name) = &options.tls_server_name {
        cluster.tls_server_name = Some(name.clone());
    }
    if options.insecure_skip_tls_verify {
        cluster.insecure_skip_tls_verify = Some(true);
    }
    if let Some(token) = &options.token {
        user = AuthInfo { token: Some(token.clone()), ..AuthInfo::default() };
    }
    if let Some(who) = &options.impersonate {
        user.impersonate = Some(who.user.clone()).filter(|user| !user.is_empty());
        user.impersonate_groups = Some(who.groups.clone()).filter(|groups| !groups.is_empty());
        user.impersonate_uid.clone_from(&who.uid);
    }
    // An empty token means none, and a token file is fresher than a token.
    user.token = user.token.filter(|token| !token.expose_secret().is_empty());
    if user.token_file.as_deref().is_some_and(|file| Path::new(file).exists()) {
        user.token = None;
    }

    let written = cluster.server.as_deref().filter(|server| !server.is_empty());
    let written = written.ok_or_else(|| wrong("no `server` address".to_owned()))?;
    let address = server_address(written).map_err(&wrong)?;
    let server = without_userinfo(&address);
    let proxy = proxy::choose(&address, cluster.proxy_url.as_deref(), &options.environment)
        .map_err(|why| wrong(format!("the proxy cannot be used: {why}")))?;
    if let Some(exec) = &mut user.exec
        && exec.provide_cluster_info
    {
        let told = ExecAuthCluster::try_from(&cluster).map_err(|e| wrong(e.to_string()))?;
        exec.cluster = Some(told);
    }
    let mut config = kube::Config::new(address);
    config.root_cert = authority(&cluster).map_err(&wrong)?;
    config.accept_invalid_certs = cluster.insecure_skip_tls_verify.unwrap_or(false);
    config.disable_compression = cluster.disable_compression.unwrap_or(false);
    config.tls_server_name = cluster.tls_server_name.filter(|name| !name.is_empty());
    let endpoint = Endpoint {
        server,
        context: names.context.clone(),
        file: names.cluster_file.clone(),
        user: names.user.clone(),
        user_file: names.user_file.clone(),
        credential: credential(&user).map_err(&wrong_user)?,
        proxy: proxy.as_ref().map(without_userinfo),
        acting_as: user.impersonate.clone(),
    };
    config.proxy_url = proxy;
    config.auth_info = user;
    Ok(Target { config, endpoint })
}

/// Parses `server`, which Go's client also takes without a scheme.
fn server_address(written: &str) -> Result<Uri, String> {
    let with_scheme = if written.contains("://") { written.to_owned() } else { format!("http://{written}") };
    let uri: Uri = with_scheme.parse().map_err(|_| format!("`server: {written}` is not an address"))?;
    match uri.scheme_str() {
        Some("http" | "https") if uri.host().is_some() => Ok(uri),
        _ => Err(format!("`server: {written}` is not an http or https address")),
    }
}

/// An address that may be printed.
fn without_userinfo(uri: &Uri) -> String {
    let authority = uri.authority().map(http::uri::Authority::as_str).unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let path = uri.path().trim_end_matches('/');
    format!("{}://{host}{path}", uri.scheme_str().unwrap_or("https"))
}

/// The certificate authority's certificates, if the entry names any.
fn authority(cluster: &Cluster) -> Result<Option<Vec<Vec<u8>>>, String> {
    let data = cluster.certificate_authority_data.as_deref().filter(|d| !d.is_empty());
    let file = cluster.certificate_authority.as_deref().filter(|f| !f.is_empty());
    match (data, file) {
        (Some(data), _) => {
            let pem = base64::engine::general_purpose::STANDARD
                .decode(data.trim())
                .map_err(|error| format!("`certificate-authority-data` is not base64: {error}"))?;
            let found = certificates_of(&pem);
            found.map(Some).map_err(|why| format!("`certificate-authority-data`: {why}"))
        }
        (None, Some(file)) => certificates_of_file(Path::new(file)).map(Some),
        (None, None) => Ok(None),
    }
}

/// The certificates of a PEM file, in DER.
pub(super) fn certificates_of_file(file: &Path) -> Result<Vec<Vec<u8>>, String> {
    let name = file.display();
    let pem = std::fs::read(file)
        .map_err(|error| format!("certificate authority {name} cannot be read: {error}"))?;
    certificates_of(&pem).map_err(|why| format!("certificate authority {name}: {why}"))
}

fn certificates_of(pem: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let mut found = Vec::new();
    for section in CertificateDer::pem_slice_iter(pem) {
        let der = section.map_err(|error| format!("not valid PEM: {error}"))?;
        found.push(der.to_vec());
    }
    if found.is_empty() {
        return Err("no certificate in it".to_owned());
    }
    Ok(found)
}

/// What may be said about the user's credential, in the order in which it is chosen.
fn credential(user: &AuthInfo) -> Result<Credential, String> {
    if let Some(provider) = &user.auth_provider {
        return Ok(Credential::AuthProvider { name: provider.name.clone() });
    }
    if user.username.is_some() && user.password.is_some() {
        return Ok(Credential::Basic);
    }
    if let Some(token) = &user.token {
        return Ok(Credential::Token { expires: token_expiry(token.expose_secret()) });
    }
    if let Some(file) = &user.token_file {
        return Ok(Credential::TokenFile { path: file.into() });
    }
    if let Some(exec) = &user.exec {
        let command = exec.command.clone().unwrap_or_default();
        if command.is_empty() {
            return Err("`exec` without a `command`".to_owned());
        }
        return Ok(Credential::Exec { command, install_hint: exec.install_hint.clone() });
    }
    client_certificate(user)
}

fn client_certificate(user: &AuthInfo) -> Result<Credential, String> {
    let data = user.client_certificate_data.as_deref().filter(|d| !d.is_empty());
    let file = user.client_certificate.as_deref().filter(|f| !f.is_empty());
    let pem = match (data, file) {
        (Some(data), _) => base64::engine::general_purpose::STANDARD
            .decode(data.trim())
            .map_err(|error| format!("`client-certificate-data` is not base64: {error}"))?,
        (None, Some(file)) => std::fs::read(file)
            .map_err(|error| format!("client certificate {file} cannot be read: {error}"))?,
        (None, None) => return Ok(Credential::None),
    };
    Ok(match longshore_tls::certificates(&pem) {
        Ok(chain) => Credential::Certificate {
            subject: chain[0].subject.clone(),
            validity: (chain[0].not_before, chain[0].not_after),
        },
        Err(error) => Credential::UnreadableCertificate { message: error.to_string() },
    })
}

/// When a token runs out, if it is a JWT that says so. Nothing is verified: this only explains.
pub(super) fn token_expiry(token: &str) -> Option<Timestamp> {
    let payload = token.split('.').nth(1)?;
    let json = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&json).ok()?;
    Timestamp::from_second(claims.get("exp")?.as_i64()?).ok()
}
