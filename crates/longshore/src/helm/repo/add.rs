//! `helm repo add`.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use longshore_chart::Level;
use longshore_chart::repository::{RepositoryEntry, RepositoryFile};
use longshore_go::url::Url;

use super::super::locate::{quoted, reason};
use super::super::{Settings, duration, print, remote, repositories, sign};
use crate::cobra::{Arguments, Command, Flag, Kind, Matches};

/// Repositories that are gone, and what there is in their place.
const GONE: [(&str, &str); 2] = [
    ("//kubernetes-charts.storage.googleapis.com", "https://charts.helm.sh/stable"),
    ("//kubernetes-charts-incubator.storage.googleapis.com", "https://charts.helm.sh/incubator"),
];

pub(super) fn command(level: Level) -> Command<Settings> {
    let mut flags = vec![
        Flag::new("allow-deprecated-repos", Kind::Bool, "add repositories too that are known to be gone"),
        Flag::new("ca-file", Kind::Text, "certificate authority of the repository"),
        Flag::new("cert-file", Kind::Text, "client certificate for the repository"),
        Flag::new("force-update", Kind::Bool, "replace the repository of that name"),
        Flag::new("insecure-skip-tls-verify", Kind::Bool, "take any certificate of the repository"),
        Flag::new("key-file", Kind::Text, "key of the client certificate"),
        Flag::new("pass-credentials", Kind::Bool, "give the credentials to every host"),
        Flag::new("password", Kind::Text, "password for the repository"),
        Flag::new("password-stdin", Kind::Bool, "read the password from standard input"),
        Flag::new("timeout", Kind::Duration, "time for the download of the index").default("2m0s"),
        Flag::new("username", Kind::Text, "user of the repository"),
    ];
    if level.rules().major == 3 {
        flags.push(Flag::new("no-update", Kind::Bool, "changes nothing any more"));
    }
    Command {
        usage: "add [NAME] [URL]",
        aliases: &[],
        short: "give a repository a name",
        long: "Gives a repository a name, after its index was fetched.",
        flags,
        arguments: Arguments::Exactly(2),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let [name, url] = matches.arguments.as_slice() else { bail!("two arguments are expected") };
    if !matches.is_on("allow-deprecated-repos")
        && let Some((_, instead)) = GONE.iter().find(|(gone, _)| url.contains(gone))
    {
        bail!("repo {} is no longer available; try {} instead", quoted(url), quoted(instead));
    }
    let _lock = lock(&settings.repository_config)?;
    let mut file = read(settings)?;
    let text = |flag: &str| matches.text(flag).to_owned();
    let entry = RepositoryEntry {
        name: name.clone(),
        url: url.clone(),
        username: text("username"),
        password: password(matches)?,
        cert_file: text("cert-file"),
        key_file: text("key-file"),
        ca_file: text("ca-file"),
        insecure_skip_tls_verify: matches.is_on("insecure-skip-tls-verify"),
        pass_credentials_all: matches.is_on("pass-credentials"),
    };
    if name.contains('/') {
        bail!("repository name ({name}) contains '/', please specify a different name without '/'");
    }
    if let Some(known) = file.get(name)
        && !matches.is_on("force-update")
    {
        if *known != entry {
            bail!("repository name ({name}) already exists, please specify a different name");
        }
        return print(&format!("{} already exists with the same configuration, skipping\n", quoted(name)));
    }
    check_url(settings, url)?;
    let cache = &settings.repository_cache;
    for fetched in repositories::update(settings, &[&entry], cache, duration(matches, "timeout")) {
        fetched.map_err(|error| {
            anyhow!(
                "looks like {} is not a valid chart repository or cannot be reached: {error}",
                quoted(url)
            )
        })?;
    }
    file.update(entry);
    repositories::save(settings, &file)?;
    print(&format!("{} has been added to your repositories\n", quoted(name)))
}

/// Refuses an address that nothing can be got from.
pub(in super::super) fn check_url(settings: &Settings, url: &str) -> anyhow::Result<()> {
    let parsed = Url::parse(url.as_bytes()).map_err(|_| anyhow!("invalid chart URL format: {url}"))?;
    match parsed.scheme.as_slice() {
        b"oci" => {
            bail!("charts in registries (oci://) have no index and are not added; name them by their address")
        }
        scheme if remote::can_get(settings, scheme) => Ok(()),
        other => bail!("could not find protocol handler for: {}", String::from_utf8_lossy(other)),
    }
}

/// The file of repositories; none is an empty one.
fn read(settings: &Settings) -> anyhow::Result<RepositoryFile> {
    let path = &settings.repository_config;
    match fs::read(path) {
        Ok(bytes) => RepositoryFile::read(&bytes, settings.level).map_err(anyhow::Error::msg),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(RepositoryFile::default()),
        Err(error) => bail!("open {}: {}", path.display(), reason(&error)),
    }
}

/// The password: typed, or asked for if there is a user.
fn password(matches: &Matches) -> anyhow::Result<String> {
    let typed = matches.text("password");
    if matches.text("username").is_empty() || !typed.is_empty() {
        return Ok(typed.to_owned());
    }
    if !matches.is_on("password-stdin") {
        let typed = sign::prompt("Password: ").map_err(|problem| {
            // The line ends here whatever comes of it.
            let _ = print("\n");
            anyhow!(problem)
        })?;
        return Ok(String::from_utf8_lossy(&typed).into_owned());
    }
    let mut text = String::new();
    std::io::stdin().lock().read_to_string(&mut text)?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
}

/// Keeps others from changing the file of repositories, while it is held.
fn lock(file: &Path) -> anyhow::Result<File> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)
            .map_err(|error| anyhow!("mkdir {}: {}", folder.display(), reason(&error)))?;
    }
    let path = lock_path(file);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(super::super::beside::SECRET);
    }
    let lock = options.open(&path).and_then(|lock| lock.lock().map(|()| lock));
    lock.map_err(|error| anyhow!("open {}: {}", path.display(), reason(&error)))
}

/// `repositories.lock` beside `repositories.yaml`.
fn lock_path(file: &Path) -> PathBuf {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = match name.rfind('.') {
        // A bare name that is nothing but an extension.
        Some(0) if file.as_os_str() == name.as_str() => &name,
        Some(dot) => &name[..dot],
        None => &name,
    };
    file.with_file_name(format!("{stem}.lock"))
}
