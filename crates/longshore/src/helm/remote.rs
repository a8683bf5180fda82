//! Files from elsewhere: with which credentials and certificates, and what is said when there is none.

use std::time::Duration;

use longshore_chart::repository::RepositoryEntry;
use longshore_go::url::Url;
use longshore_source::{Access, Get, HttpError, TlsFileError, TlsFiles};

use super::Settings;
use super::locate::quoted;
use super::plugin::Getter;
use crate::cobra::Matches;

/// What the flags of a chart say: user, password, certificates.
pub(super) fn of_flags(matches: &Matches) -> Access {
    let text = |flag: &str| matches.text(flag).to_owned();
    Access {
        username: text("username"),
        password: text("password").into(),
        pass_credentials: matches.is_on("pass-credentials"),
        tls: TlsFiles {
            ca: text("ca-file"),
            cert: text("cert-file"),
            key: text("key-file"),
            insecure: matches.is_on("insecure-skip-tls-verify"),
        },
    }
}

/// What a repository's entry says.
pub(super) fn of_entry(entry: &RepositoryEntry) -> Access {
    Access {
        username: entry.username.clone(),
        password: entry.password.clone().into(),
        pass_credentials: entry.pass_credentials_all,
        tls: TlsFiles {
            ca: entry.ca_file.clone(),
            cert: entry.cert_file.clone(),
            key: entry.key_file.clone(),
            insecure: entry.insecure_skip_tls_verify,
        },
    }
}

/// A file for `owner`'s users.
pub(super) fn request(
    settings: &Settings,
    url: &str,
    owner: &str,
    access: &Access,
    timeout: Duration,
) -> Get {
    let mut access = access.clone();
    if settings.level.rules().major == 3
        && is_http(&scheme(url))
        && (access.tls.cert.is_empty() || access.tls.key.is_empty())
    {
        // Half of an identity is none.
        access.tls.cert.clear();
        access.tls.key.clear();
    }
    Get { timeout, ..Get::new(url).with_access(owner, access) }
}

/// Gets a file.
///
/// # Errors
/// In the level's words.
pub(super) fn get(settings: &Settings, request: &Get) -> Result<Vec<u8>, String> {
    let scheme = scheme(&request.url);
    let getter = if is_http(&scheme) { None } else { Getter::of_scheme(settings, &scheme) };
    match getter {
        Some(getter) => getter.get(settings, &scheme, request),
        None => settings.http.get(request).map_err(|error| words(&error, settings)),
    }
}

/// Gets several files, those over HTTP at once: the answers in the order of the requests.
pub(super) fn get_all(settings: &Settings, all: &[Get]) -> Vec<Result<Vec<u8>, String>> {
    let is_http = |request: &&Get| is_http(&scheme(&request.url));
    let asked: Vec<Get> = all.iter().filter(is_http).cloned().collect();
    let mut answers = settings.http.get_all(&asked).into_iter();
    let one = |request: &Get| match if is_http(&request) { answers.next() } else { None } {
        Some(answer) => answer.map_err(|error| words(&error, settings)),
        None => get(settings, request),
    };
    all.iter().map(one).collect()
}

/// The scheme of an address in small letters; empty if it has none.
fn scheme(url: &str) -> String {
    let url = Url::parse(url.as_bytes());
    url.map(|url| String::from_utf8_lossy(&url.scheme).into_owned()).unwrap_or_default()
}

fn is_http(scheme: &str) -> bool {
    matches!(scheme, "http" | "https")
}

/// Whether files can be got from addresses of a scheme: over HTTP, or by a plugin.
pub(super) fn can_get(settings: &Settings, scheme: &[u8]) -> bool {
    let scheme = String::from_utf8_lossy(scheme);
    is_http(&scheme) || Getter::of_scheme(settings, &scheme).is_some()
}

/// What an error says at a level: older ones have their own words for files of certificates.
pub(super) fn words(error: &HttpError, settings: &Settings) -> String {
    let HttpError::Tls { files, problems } = error else { return error.to_string() };
    let Some(problem) = problems.first().filter(|_| settings.level.rules().major == 3) else {
        return error.to_string();
    };
    let TlsFiles { ca, cert, key, .. } = files;
    let pair = |why: String| format!("can't load key pair from cert {cert} and key {key}: {why}");
    let problem = match problem {
        TlsFileError::Unreadable { what: "CA", path, .. } => format!("can't read CA file: {path}"),
        TlsFileError::Unreadable { path, reason, .. } => pair(format!("open {path}: {reason}")),
        TlsFileError::NoAuthority => format!("failed to append certificates from file: {ca}"),
        TlsFileError::Identity(why) => pair(why.clone()),
    };
    format!("can't create TLS config for client: {problem}")
}

/// Whether an address is one that we get files from.
///
/// # Errors
/// Helm's words for other schemes.
pub(super) fn check_scheme(settings: &Settings, scheme: &[u8]) -> Result<(), String> {
    if can_get(settings, scheme) {
        return Ok(());
    }
    Err(format!("scheme {} not supported", quoted(scheme)))
}
