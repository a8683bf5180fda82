//! What holds for every command: the level, the namespace, where files are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use longshore_chart::{Level, Log};
use longshore_go::Value;
use longshore_source::oci::Tokens;
use longshore_source::{Access, Http};
use longshore_yaml::sigs;

use super::locate::{line, logged, quoted};
use super::{env, remote, say};
use crate::cobra::Matches;

/// Flags that every command has, and the environment behind them.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Which Helm to be.
    pub(crate) level: Level,
    /// More words, and output in spite of errors.
    pub(crate) debug: bool,
    /// The namespace of the release.
    pub(crate) namespace: String,
    /// File with names and addresses of repositories.
    pub(crate) repository_config: PathBuf,
    /// Folder where indexes of repositories are kept.
    pub(crate) repository_cache: PathBuf,
    /// Folder where charts are kept by their digest; older ones keep them beside the indexes.
    pub(crate) content_cache: PathBuf,
    /// File with the credentials of registries.
    pub(crate) registry_config: PathBuf,
    /// How a registry is to let us in, as typed.
    pub(crate) registry_access: Access,
    /// What registries gave to be shown again.
    pub(crate) registry_tokens: Tokens,
    /// Whether registries are spoken to without TLS.
    pub(crate) plain_http: bool,
    /// The variables of Helm's environment, as programs of plugins get them.
    pub(crate) environment: BTreeMap<&'static str, String>,
    /// What gets files over the network; nothing is set up before one is wanted.
    pub(crate) http: Http,
}

impl Settings {
    /// From what was typed and the environment.
    pub(crate) fn new(level: Level, matches: &Matches) -> Self {
        let mut namespace = matches.text("namespace").to_owned();
        if namespace.is_empty() {
            let files = kubeconfigs(matches.text("kubeconfig"));
            namespace = namespace_of_context(&files, matches.text("kube-context"))
                .unwrap_or_else(|| String::from("default"));
        }
        let path = |flag: &str| PathBuf::from(matches.text(flag));
        let mut settings = Self {
            level,
            debug: matches.is_on("debug"),
            namespace,
            repository_config: path("repository-config"),
            repository_cache: path("repository-cache"),
            content_cache: path("content-cache"),
            registry_config: path("registry-config"),
            registry_access: remote::of_flags(matches),
            registry_tokens: Tokens::default(),
            plain_http: matches.is_on("plain-http"),
            environment: BTreeMap::new(),
            http: Http::new(format!("Helm/{}", level.rules().helm_version.trim_start_matches('v'))),
        };
        settings.environment = env::variables(&settings, matches);
        settings
    }
}

impl Settings {
    /// Says on standard error what Helm logs there under `severity` (`WARN`); older ones have plain lines.
    pub(crate) fn log(&self, severity: &str, text: &str) {
        match self.level.rules().major {
            3 => say(text),
            _ => self.log_with(severity, text, &[]),
        }
    }

    /// The same with what newer ones say beside the text.
    pub(crate) fn log_with(&self, severity: &str, text: &str, beside: &[(&str, &str)]) {
        say(&line(&format!("level={severity} msg="), &logged(text), beside));
    }

    /// Says with `--debug` what Helm logs then: `text` with what is beside it, or at 3.x `older`, behind the line of its
    /// source and the time.
    pub(super) fn debug(&self, text: &str, beside: &[(&str, &str)], (source, older): (&str, &str)) {
        if !self.debug {
            return;
        }
        if self.level.rules().major > 3 {
            return self.log_with("DEBUG", text, beside);
        }
        let now = jiff::Zoned::now().strftime("%Y-%m-%d %H:%M:%S%.f %z %Z").to_string();
        say(&format!("{source}: {now} [debug] {older}"));
    }

    /// Says with `--debug` which version of a chart was asked for.
    pub(super) fn debug_version(&self, matches: &Matches, text: &str, source: &str, lines: [u32; 2]) {
        let version = matches.text("version");
        let older = format!("Original chart version: {}", quoted(version));
        self.debug(text, &[("version", version)], (&format!("{source}:{}", lines[0]), &older));
        if version.is_empty() && matches.is_on("devel") {
            let text = "setting version to >0.0.0-0";
            self.debug(text, &[], (&format!("{source}:{}", lines[1]), text));
        }
    }
}

/// Says on standard error what Helm logs about a chart.
pub(super) fn tell_all<'l>(logs: impl IntoIterator<Item = &'l Log>, level: Level) {
    for log in logs {
        let beside: Vec<(&str, &str)> = log.fields.iter().map(|(name, value)| (*name, &**value)).collect();
        match level.rules().major {
            3 => say(&log.text),
            _ => say(&line(&format!("level={} msg=", log.severity), &logged(&log.text), &beside)),
        }
    }
}

/// Which Helm to be. Its flags depend on it, so that it must be known before they are read.
///
/// # Errors
/// There is no such level.
pub(super) fn level(words: &[String]) -> anyhow::Result<Level> {
    const FLAG: &str = "--helm-compat";
    let typed = words.iter().enumerate().rev().find_map(|(i, word)| match word.strip_prefix(FLAG)? {
        "" => words.get(i + 1).map(String::as_str),
        rest => rest.strip_prefix('='),
    });
    let name = match typed {
        Some(name) => name.to_owned(),
        None => std::env::var("LONGSHORE_HELM_COMPAT").unwrap_or_default(),
    };
    if name.is_empty() { Ok(Level::default()) } else { name.parse().map_err(anyhow::Error::msg) }
}

/// The kubeconfig files of a list, most important first; without one, that of the home folder.
fn kubeconfigs(listed: &str) -> Vec<PathBuf> {
    let listed: Vec<PathBuf> =
        std::env::split_paths(listed).filter(|path| !path.as_os_str().is_empty()).collect();
    match std::env::home_dir() {
        Some(home) if listed.is_empty() => vec![home.join(".kube").join("config")],
        _ => listed,
    }
}

/// The namespace that a context names. A kubeconfig that cannot be read has none: rendering needs no cluster.
fn namespace_of_context(files: &[PathBuf], context: &str) -> Option<String> {
    let configs: Vec<Value> = files.iter().filter_map(|file| read(file)).collect();
    let current = match context {
        "" => configs.iter().find_map(|config| text(&field(config, "current-context")?))?,
        name => name.to_owned(),
    };
    configs.iter().find_map(|config| {
        let contexts = field(config, "contexts")?;
        let is_current =
            |entry: &Value| field(entry, "name").and_then(|name| text(&name)).as_ref() == Some(&current);
        let entry = contexts.as_list()?.iter().find(|entry| is_current(entry))?;
        text(&field(&field(entry, "context")?, "namespace")?)
    })
}

/// The contexts of the kubeconfig files, each with its cluster behind a tab.
pub(super) fn contexts(listed: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for config in kubeconfigs(listed).iter().filter_map(|file| read(file)) {
        let contexts = field(&config, "contexts");
        for entry in contexts.as_ref().and_then(Value::as_list).iter().flat_map(|entries| entries.iter()) {
            let Some(name) = field(entry, "name").and_then(|name| text(&name)) else { continue };
            let cluster = field(entry, "context").and_then(|context| field(&context, "cluster"));
            let cluster = cluster.and_then(|cluster| text(&cluster)).unwrap_or_default();
            // Of contexts with one name, the first counts.
            if !found.iter().any(|other| other.split('\t').next() == Some(name.as_str())) {
                found.push(format!("{name}\t{cluster}"));
            }
        }
    }
    found.sort_unstable();
    found
}

fn read(file: &Path) -> Option<Value> {
    sigs::to_value(&std::fs::read(file).ok()?).ok()
}

fn field(value: &Value, key: &str) -> Option<Value> {
    value.as_map()?.get(key.as_bytes())
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(ToString::to_string).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::namespace_of_context;

    #[test]
    fn the_namespace_of_the_current_context_is_taken() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("config");
        std::fs::write(
            &file,
            "current-context: b\ncontexts: [{name: a, context: {namespace: one}}, {name: b, context: {namespace: two}}]\n",
        )?;
        let files = [folder.path().join("missing"), file];
        assert_eq!(namespace_of_context(&files, "").as_deref(), Some("two"));
        assert_eq!(namespace_of_context(&files, "a").as_deref(), Some("one"));
        assert_eq!(namespace_of_context(&files, "c"), None);
        Ok(())
    }
}
