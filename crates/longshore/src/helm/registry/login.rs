//! `helm registry login` and `logout`.

use std::io::{BufRead as _, Read as _};

use anyhow::{anyhow, bail};
use longshore_source::TlsFiles;
use longshore_source::oci::{Credential, Login, OciError, Options, Registry, Store, Tokens};

use super::{Out, complete};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};
use crate::helm::locate::quoted;
use crate::helm::{Settings, remote, say, sign};

pub(super) fn login() -> Command<Settings> {
    let mut flags = super::flags();
    flags.retain(|flag| !matches!(flag.name, "insecure-skip-tls-verify" | "username" | "password"));
    flags.extend([
        Flag::new("insecure", Kind::Bool, "take any certificate of the registry"),
        Flag::new("password", Kind::Text, "password, or a token").short('p'),
        Flag::new("password-stdin", Kind::Bool, "read the password or token from standard input"),
        Flag::new("username", Kind::Text, "user of the registry").short('u'),
    ]);
    Command {
        usage: "login [host]",
        aliases: &[],
        short: "log in to a registry",
        long: "Asks a registry whether it lets somebody in, and keeps name and password for the commands to come.

Others can read a password that is typed as a flag; --password-stdin takes it from another program:

    printenv TOKEN | helm registry login registry.example.com -u NAME --password-stdin",
        flags,
        arguments: Arguments::AtLeast(1),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run_login),
    }
}

pub(super) fn logout() -> Command<Settings> {
    Command {
        usage: "logout [host]",
        aliases: &[],
        short: "log out of a registry",
        long: "Forgets the name and password that are kept for a registry.",
        flags: Vec::new(),
        arguments: Arguments::AtLeast(1),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run_logout),
    }
}

fn run_login(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let is_old = settings.level.rules().major == 3;
    let store = Store::open(&settings.registry_config)?;
    let host = matches.arguments.first().map_or("", String::as_str);
    let credential = credential(settings, matches)?;
    let host = if is_old { bare(host) } else { host };
    if let Some((name, _)) = host.split_once('/') {
        let problem = "registry login currently only supports registry hostname, not a repository path";
        settings.log_with("WARN", problem, &[("host", host), ("suggested", name)]);
    }
    let tls = TlsFiles { insecure: matches.is_on("insecure"), ..settings.registry_access.tls.clone() };
    let tls = complete(&tls);
    tls.config().map_err(|error| anyhow!(remote::words(&error, settings)))?;
    let options = Options {
        tls,
        plain_http: settings.plain_http,
        falls_back: is_old,
        retries: true,
        speaks_old: is_old,
    };
    let registry = Registry::new(
        &settings.http,
        options,
        Login::Host(host.to_owned(), credential.clone()),
        Tokens::default(),
    );
    registry.ping(host).map_err(|error| match error {
        OciError::Reference(_) => anyhow!("{error}"),
        other => anyhow!("authenticating to {}: {other}", quoted(host)),
    })?;
    store.put(host, &credential)?;
    Out::of(settings).line("Login Succeeded")
}

fn run_logout(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let host = matches.arguments.first().map_or("", String::as_str);
    Store::open(&settings.registry_config)?.delete(host)?;
    Out::of(settings).line(&format!("Removing login credentials for {host}"))
}

/// The host alone, which 3.x makes of an address.
fn bare(host: &str) -> &str {
    let host =
        ["oci://", "http://", "https://"].iter().find_map(|scheme| host.strip_prefix(scheme)).unwrap_or(host);
    host.split('/').next().unwrap_or_default()
}

/// Name and password, as typed or asked for.
fn credential(settings: &Settings, matches: &Matches) -> anyhow::Result<Credential> {
    let mut name = matches.text("username").to_owned();
    let typed = matches.text("password");
    if matches.is_on("password-stdin") {
        let mut password = String::new();
        std::io::stdin().lock().read_to_string(&mut password)?;
        let password = password.strip_suffix('\n').unwrap_or(&password);
        let password = password.strip_suffix('\r').unwrap_or(password);
        return Ok(Credential::new(name, password.to_owned().into()));
    }
    if !typed.is_empty() {
        if settings.level.rules().major == 3 {
            say("WARNING: Using --password via the CLI is insecure. Use --password-stdin.");
        } else {
            settings.log("WARN", "using --password via the CLI is insecure. Use --password-stdin");
        }
        return Ok(Credential::new(name, typed.to_owned().into()));
    }
    if name.is_empty() {
        sign::ask("Username: ");
        let mut line = String::new();
        if std::io::stdin().lock().read_line(&mut line)? == 0 {
            bail!("EOF");
        }
        line.trim().clone_into(&mut name);
    }
    let (question, missing) = match name.as_str() {
        "" => ("Token: ", "token required"),
        _ => ("Password: ", "password required"),
    };
    let password = sign::prompt(question).map_err(anyhow::Error::msg)?;
    if password.is_empty() {
        bail!(missing);
    }
    Ok(Credential::new(name, String::from_utf8_lossy(&password).into_owned().into()))
}
