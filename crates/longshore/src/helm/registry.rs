//! `helm registry login|logout`, and registries as the other commands speak to them.

mod login;

use std::path::Path;

use anyhow::anyhow;
use longshore_source::TlsFiles;
use longshore_source::oci::{Credential, Login, Options, Part, Pulled, Registry, Store};

use super::{Settings, paths, print, remote, say};
use crate::cobra::{Arguments, Command, Flag, Kind};

pub(super) fn command() -> Command<Settings> {
    Command {
        usage: "registry",
        aliases: &[],
        short: "log in to registries, and out of them",
        long: "Registries keep charts beside images. Who is let in by which is kept in the file of --registry-config.",
        flags: Vec::new(),
        arguments: Arguments::None,
        exclusive: &[],
        children: vec![login::login(), login::logout()],
        run: None,
    }
}

/// Certificates and credentials for a registry.
pub(super) fn flags() -> Vec<Flag> {
    vec![
        Flag::new("ca-file", Kind::Text, "certificate authority of the registry"),
        Flag::new("cert-file", Kind::Text, "client certificate for the registry"),
        Flag::new("insecure-skip-tls-verify", Kind::Bool, "take any certificate of the registry"),
        Flag::new("key-file", Kind::Text, "key of the client certificate"),
        Flag::new("password", Kind::Text, "password for the registry"),
        Flag::new("plain-http", Kind::Bool, "use HTTP without TLS"),
        Flag::new("username", Kind::Text, "user of the registry"),
    ]
}

/// Checks the certificates that were typed: commands that take them complain before they do anything, whether they will
/// ask a registry or not.
///
/// # Errors
/// A file of certificates cannot be used.
pub(super) fn check_files(settings: &Settings) -> anyhow::Result<()> {
    let tls = complete(&settings.registry_access.tls);
    if tls == TlsFiles::default() {
        return Ok(());
    }
    tls.config().map(|_| ()).map_err(|error| missing(&remote::words(&error, settings)))
}

fn missing(problem: &dyn std::fmt::Display) -> anyhow::Error {
    anyhow!("missing registry client: {problem}")
}

/// A client with the certificates and credentials that were typed.
///
/// # Errors
/// A file of certificates or credentials cannot be used.
pub(super) fn client(settings: &Settings) -> anyhow::Result<Registry<'_>> {
    check_files(settings)?;
    let is_old = settings.level.rules().major == 3;
    let access = &settings.registry_access;
    let tls = complete(&access.tls);
    let has_tls = tls != TlsFiles::default();
    let store = Store::open(&settings.registry_config).map_err(|error| missing(&error))?;
    let typed = Credential::new(access.username.clone(), access.password.clone());
    let login = if typed.is_complete() { Login::Always(typed) } else { Login::Stored(store) };
    let options = Options {
        // With certificates, what is asked for is TLS.
        plain_http: settings.plain_http && !has_tls,
        falls_back: is_old && !has_tls,
        retries: !has_tls,
        tls,
        speaks_old: is_old,
    };
    Ok(Registry::new(&settings.http, options, login, settings.registry_tokens.clone()))
}

/// A client as Helm has it where it gets files as from any server: who has logged in is let in, of flags only what is
/// given here counts, and nothing is tried twice.
///
/// # Errors
/// A file of certificates or credentials cannot be used.
pub(super) fn plain<'s>(
    settings: &'s Settings,
    tls: &TlsFiles,
    plain_http: bool,
) -> anyhow::Result<Registry<'s>> {
    let tls = complete(tls);
    if tls != TlsFiles::default() {
        tls.config().map_err(|error| anyhow!("{}", remote::words(&error, settings)))?;
    }
    let store = Store::open(Path::new(&paths::config("registry/config.json")))?;
    let speaks_old = settings.level.rules().major == 3;
    let options = Options { tls, plain_http, speaks_old, ..Options::default() };
    Ok(Registry::new(&settings.http, options, Login::Stored(store), settings.registry_tokens.clone()))
}

/// What a registry has under a full name, without asking by flags how to be let in: the archive of a chart, or, with
/// `.prov` behind the name, its signed statement. Helm gets values so, which an archive never is; for `--set-file` it does.
///
/// # Errors
/// There is no such chart, or the registry does not speak TLS.
pub(super) fn file(settings: &Settings, name: &str) -> Result<Vec<u8>, String> {
    let registry = plain(settings, &TlsFiles::default(), false).map_err(|error| error.to_string())?;
    let (name, part) =
        name.strip_suffix(".prov").map_or((name, Part::Archive), |name| (name, Part::Provenance));
    registry.pull(name, part).map(|pulled| pulled.bytes).map_err(|error| error.to_string())
}

/// The certificates, of which a pair that is not complete counts for nothing.
fn complete(files: &TlsFiles) -> TlsFiles {
    let is_pair = !files.cert.is_empty() && !files.key.is_empty();
    if is_pair || !files.ca.is_empty() || files.insecure { files.clone() } else { TlsFiles::default() }
}

/// What an archive is called: `web-1.0.0.tgz` for `…/web:1.0.0`.
pub(super) fn file_name(url: &str) -> String {
    let last = url.rsplit('/').next().unwrap_or_default();
    match last.rsplit_once(':') {
        Some((name, tag)) => format!("{name}-{tag}.tgz"),
        None => format!("{last}.tgz"),
    }
}

/// Where it is said what came from a registry or went there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Out {
    Standard,
    Error,
    Nowhere,
}

impl Out {
    /// Where commands say it that print nothing else; 3.x says everything on standard error.
    pub(super) fn of(settings: &Settings) -> Self {
        if settings.level.rules().major == 3 { Self::Error } else { Self::Standard }
    }

    fn line(self, line: &str) -> anyhow::Result<()> {
        match self {
            Self::Standard => print(&format!("{line}\n")),
            Self::Error => {
                say(line);
                Ok(())
            }
            Self::Nowhere => Ok(()),
        }
    }

    /// Says what went where: `Pulled` or `Pushed`.
    pub(super) fn moved(self, what: &str, reference: &str, digest: &str) -> anyhow::Result<()> {
        self.line(&format!("{what}: {reference}"))?;
        self.line(&format!("Digest: {digest}"))?;
        let is_marked = match what {
            "Pushed" => reference.rsplit_once(':').is_some_and(|(_, tag)| tag.contains('_')),
            _ => reference.contains('_'),
        };
        if is_marked {
            self.line(&format!("{reference} contains an underscore."))?;
            self.line(UNDERSCORE)?;
        }
        Ok(())
    }

    /// Says what came.
    pub(super) fn pulled(self, pulled: &Pulled) -> anyhow::Result<()> {
        if pulled.is_old {
            self.line(&format!("Warning: chart media type {} is deprecated", Pulled::OLD_KIND))?;
        }
        self.moved("Pulled", &pulled.reference, &pulled.digest)
    }
}

/// What Helm says about versions with a `+`.
const UNDERSCORE: &str = "
OCI artifact references (e.g. tags) do not support the plus sign (+). To support
storing semantic versions, Helm adopts the convention of changing plus (+) to
an underscore (_) in chart version tags when pushing to a registry and back to
a plus (+) when pulling from a registry.";

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn an_archive_is_called_by_chart_and_version() {
        assert_eq!(file_name("oci://localhost:5000/charts/web:1.0.0+b"), "web-1.0.0+b.tgz");
        assert_eq!(file_name("oci://localhost:5000/charts/web@sha256:ab"), "web@sha256-ab.tgz");
    }
}
