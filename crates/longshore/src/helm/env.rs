//! `helm env`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use longshore_go::strconv;

use super::locate::quoted;
use super::{Settings, paths, print};
use crate::cobra::{Arguments, Command, Matches};

pub(super) fn command() -> Command<Settings> {
    Command {
        usage: "env",
        aliases: &[],
        short: "print the environment that commands work in",
        long: "Prints the variables that stand for flags and places of files, as they are; with a name, the value of one.",
        flags: Vec::new(),
        arguments: Arguments::AtMost(1),
        exclusive: &[],
        children: Vec::new(),
        run: Some(run),
    }
}

fn run(settings: &Settings, matches: &Matches) -> anyhow::Result<()> {
    let all = &settings.environment;
    let mut text = String::new();
    match matches.arguments.first() {
        Some(name) => {
            let _ = writeln!(text, "{}", all.get(name.as_str()).map_or("", String::as_str));
        }
        None => {
            for (name, value) in all {
                let _ = writeln!(text, "{name}={}", quoted(value));
            }
        }
    }
    print(&text)
}

/// The variables and their values.
pub(super) fn variables(settings: &Settings, matches: &Matches) -> BTreeMap<&'static str, String> {
    let text = |flag| matches.text(flag).to_owned();
    let switch = |flag| matches.is_on(flag).to_string();
    let program = std::env::args().next().unwrap_or_default();
    let qps = strconv::parse_float(matches.text("qps").as_bytes()).unwrap_or_default();
    let variable = |name, fallback: String| match std::env::var(name) {
        Ok(value) if !value.is_empty() => value,
        _ => fallback,
    };
    let mut all = BTreeMap::from([
        ("HELM_BIN", program),
        ("HELM_BURST_LIMIT", text("burst-limit")),
        ("HELM_CACHE_HOME", paths::cache("")),
        ("HELM_CONFIG_HOME", paths::config("")),
        ("HELM_DATA_HOME", paths::data("")),
        ("HELM_DEBUG", settings.debug.to_string()),
        ("HELM_KUBEAPISERVER", text("kube-apiserver")),
        ("HELM_KUBEASGROUPS", matches.all("kube-as-group").join(",")),
        ("HELM_KUBEASUSER", text("kube-as-user")),
        ("HELM_KUBECAFILE", text("kube-ca-file")),
        ("HELM_KUBECONTEXT", text("kube-context")),
        ("HELM_KUBEINSECURE_SKIP_TLS_VERIFY", switch("kube-insecure-skip-tls-verify")),
        ("HELM_KUBETLS_SERVER_NAME", text("kube-tls-server-name")),
        ("HELM_KUBETOKEN", text("kube-token")),
        ("HELM_MAX_HISTORY", variable("HELM_MAX_HISTORY", String::from("10"))),
        ("HELM_NAMESPACE", settings.namespace.clone()),
        ("HELM_PLUGINS", variable("HELM_PLUGINS", paths::data("plugins"))),
        ("HELM_QPS", strconv::format_float(qps, b'f', Some(2))),
        ("HELM_REGISTRY_CONFIG", text("registry-config")),
        ("HELM_REPOSITORY_CACHE", text("repository-cache")),
        ("HELM_REPOSITORY_CONFIG", text("repository-config")),
    ]);
    if settings.level.rules().major > 3 {
        all.insert("HELM_CONTENT_CACHE", text("content-cache"));
    }
    if !matches.text("kubeconfig").is_empty() {
        all.insert("KUBECONFIG", text("kubeconfig"));
    }
    all
}
