//! Flags that several commands share, each told in our words.

use std::path::PathBuf;
use std::sync::OnceLock;

use longshore_chart::Level;
use longshore_release::helm::wait::Strategy;

mod changing;

pub(super) use changing::{number, pairs, rollback, upgrade};

use super::locate::{line, quoted};
use super::{paths, post_render};
use crate::cobra::{Flag, Kind, Matches, say};

/// Flags about notes, which `helm template` never prints.
const NO_NOTES: &str = "this flag has no effect for 'helm template' and will be removed in Helm 5";

/// The keys of old versions of GnuPG, and of new ones.
const OLD_KEYRING: &str = "pubring.gpg";
const NEW_KEYRING: &str = "pubring.kbx";

/// Those of every command; variables of the environment stand for what is not typed.
pub(super) fn global(level: Level) -> Vec<Flag> {
    let colour = "when to use colour: never, auto or always";
    let variable = |name, fallback: String| match std::env::var(name) {
        Ok(value) if !value.is_empty() => value,
        _ => fallback,
    };
    let text = |flag, name, usage| Flag::new(flag, Kind::Text, usage).default(variable(name, String::new()));
    let path =
        |flag, name, fallback, usage| Flag::new(flag, Kind::Text, usage).default(variable(name, fallback));
    let mut all = vec![
        Flag::new("burst-limit", Kind::Int, "requests at once before the client slows down")
            .default(variable("HELM_BURST_LIMIT", String::from("100"))),
        Flag::new("debug", Kind::Bool, "say more").default(variable("HELM_DEBUG", String::new())),
        Flag::new("helm-compat", Kind::Text, "which Helm to be: 4.3 or 3.22 (LONGSHORE_HELM_COMPAT)"),
        text("kube-apiserver", "HELM_KUBEAPISERVER", "address and port of the API server"),
        Flag::new("kube-as-group", Kind::Texts, "group to act as; may be repeated"),
        text("kube-as-user", "HELM_KUBEASUSER", "user to act as"),
        text("kube-ca-file", "HELM_KUBECAFILE", "certificate authority of the API server"),
        text("kube-context", "HELM_KUBECONTEXT", "context of the kubeconfig"),
        Flag::new("kube-insecure-skip-tls-verify", Kind::Bool, "take any certificate of the API server")
            .default(variable("HELM_KUBEINSECURE_SKIP_TLS_VERIFY", String::new())),
        text("kube-tls-server-name", "HELM_KUBETLS_SERVER_NAME", "name in the API server's certificate"),
        text("kube-token", "HELM_KUBETOKEN", "bearer token"),
        text("kubeconfig", "KUBECONFIG", "kubeconfig file"),
        text("namespace", "HELM_NAMESPACE", "namespace of the release").short('n'),
        Flag::new("qps", Kind::Float, "requests per second to the API server, bursts apart")
            .default(variable("HELM_QPS", String::from("0"))),
        path(
            "registry-config",
            "HELM_REGISTRY_CONFIG",
            paths::config("registry/config.json"),
            "file with the credentials of registries",
        ),
        path(
            "repository-cache",
            "HELM_REPOSITORY_CACHE",
            paths::cache("repository"),
            "folder where indexes of repositories are kept",
        ),
        path(
            "repository-config",
            "HELM_REPOSITORY_CONFIG",
            paths::config("repositories.yaml"),
            "file with names and addresses of repositories",
        ),
    ];
    if level.rules().major > 3 {
        all.extend(
            ["color", "colour"]
                .map(|name| Flag::new(name, Kind::Text, colour).default(super::colour::mode())),
        );
        let fallback = paths::cache("content");
        all.push(path(
            "content-cache",
            "HELM_CONTENT_CACHE",
            fallback,
            "folder where downloaded charts are kept",
        ));
    }
    all
}

/// How values are given.
pub(super) fn values() -> Vec<Flag> {
    vec![
        Flag::new("values", Kind::List, "values in a YAML file, or `-` for standard input; may be repeated")
            .short('f'),
        Flag::new("set", Kind::Texts, "values as key1=val1,key2=val2; may be repeated"),
        Flag::new("set-file", Kind::Texts, "values from files, as key1=path1,key2=path2; may be repeated"),
        Flag::new(
            "set-json",
            Kind::Texts,
            "JSON values as key1=json1,key2=json2, or as one object; may be repeated",
        ),
        Flag::new("set-literal", Kind::Texts, "one value that is a text as it stands"),
        Flag::new(
            "set-string",
            Kind::Texts,
            "values that are texts, as key1=val1,key2=val2; may be repeated",
        ),
    ]
}

/// Which chart.
pub(super) fn chart(level: Level) -> Vec<Flag> {
    vec![
        Flag::new("ca-file", Kind::Text, "certificate authority of the chart repository"),
        Flag::new("cert-file", Kind::Text, "client certificate for the chart repository"),
        Flag::new("insecure-skip-tls-verify", Kind::Bool, "take any certificate of the chart repository"),
        Flag::new("key-file", Kind::Text, "key of the client certificate"),
        keyring(level),
        Flag::new("pass-credentials", Kind::Bool, "give the credentials to every host"),
        Flag::new("password", Kind::Text, "password for the chart repository"),
        Flag::new("plain-http", Kind::Bool, "use HTTP without TLS for the chart"),
        Flag::new("repo", Kind::Text, "address of the chart repository"),
        Flag::new("username", Kind::Text, "user of the chart repository"),
        Flag::new("verify", Kind::Bool, "verify the package before it is used"),
        Flag::new(
            "version",
            Kind::Text,
            "version of the chart, or a constraint for it [default: the latest]",
        ),
    ]
}

/// Which keys are known: those of GnuPG, if nothing else is said.
pub(super) fn keyring(level: Level) -> Flag {
    // Several commands have the flag, and the files do not change meanwhile.
    static FILES: OnceLock<(PathBuf, bool)> = OnceLock::new();
    let (folder, is_new) = FILES.get_or_init(|| {
        let folder = match std::env::var_os("GNUPGHOME") {
            Some(folder) => PathBuf::from(folder),
            None => std::env::home_dir().unwrap_or_default().join(".gnupg"),
        };
        let is_missing = |name: &str| {
            let about = std::fs::metadata(folder.join(name));
            about.is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
        };
        let is_new = is_missing(OLD_KEYRING) && !is_missing(NEW_KEYRING);
        (folder, is_new)
    });
    let file = if level.rules().major > 3 && *is_new { NEW_KEYRING } else { OLD_KEYRING };
    Flag::new("keyring", Kind::Text, "keys to sign with and to verify charts with")
        .default(folder.join(file).to_string_lossy().into_owned())
}

/// What becomes of notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notes {
    /// They are printed.
    Shown,
    /// They never are; newer ones say so where somebody asks for it.
    Never,
}

/// How a release is installed. `template` takes them all, though most change nothing without a cluster.
pub(super) fn install(level: Level, notes: Notes) -> Vec<Flag> {
    let mut all = vec![
        Flag::new("create-namespace", Kind::Bool, "create the namespace if it is missing"),
        Flag::new("dependency-update", Kind::Bool, "update missing dependencies first"),
        Flag::new("description", Kind::Text, "description of the release"),
        Flag::new("devel", Kind::Bool, "development versions too; the same as --version '>0.0.0-0'"),
        Flag::new(
            "disable-openapi-validation",
            Kind::Bool,
            "do not check objects against the server's schema",
        ),
        Flag::new("enable-dns", Kind::Bool, "let templates ask for addresses of hosts"),
        Flag::new("generate-name", Kind::Bool, "make up the name of the release").short('g'),
        Flag::new("labels", Kind::Pairs, "labels of the release's record, with commas between them")
            .short('l'),
        Flag::new("name-template", Kind::Text, "template that gives the name of the release"),
        Flag::new("no-hooks", Kind::Bool, "no hooks"),
        Flag::new("post-renderer", Kind::Named("postRendererString"), "plugin that all objects go through")
            .check(move |name, before| post_render::check(name, before, level)),
        Flag::new(
            "post-renderer-args",
            Kind::Named("postRendererArgsSlice"),
            "argument of it; may be repeated",
        ),
        Flag::new("replace", Kind::Bool, "use the name of a deleted release again"),
        Flag::new("skip-crds", Kind::Bool, "do not install custom resource definitions"),
        Flag::new("skip-schema-validation", Kind::Bool, "do not hold values against the schemas"),
        Flag::new("take-ownership", Kind::Bool, "take over objects of other releases"),
        Flag::new("timeout", Kind::Duration, "time for each operation of the cluster").default("5m0s"),
        Flag::new("wait-for-jobs", Kind::Bool, "wait for jobs too"),
    ];
    all.extend(match level.rules().major {
        3 => vec![
            Flag::new("atomic", Kind::Bool, "take a failed installation back"),
            Flag::new("force", Kind::Bool, "replace objects in place of changing them"),
        ],
        _ => vec![
            Flag::new("atomic", Kind::Bool, "").deprecated("use --rollback-on-failure instead"),
            Flag::new("force", Kind::Bool, "").deprecated("use --force-replace instead"),
            Flag::new("force-conflicts", Kind::Bool, "take over fields that others own"),
            Flag::new("force-replace", Kind::Bool, "replace objects in place of changing them"),
            Flag::new("rollback-on-failure", Kind::Bool, "take a failed installation back"),
            Flag::new("server-side", Kind::Bool, "let the server change objects").default("true"),
        ],
    });
    let unused = ["hide-notes", "render-subchart-notes"].map(|name| Flag::new(name, Kind::Bool, ""));
    match notes {
        Notes::Never if level.rules().major > 3 => all.extend(unused.map(|flag| flag.deprecated(NO_NOTES))),
        _ => all.extend(changing::notes()),
    }
    all.push(wait(level));
    all
}

/// Whether objects are waited for, and how.
pub(super) fn wait(level: Level) -> Flag {
    if level.rules().major == 3 {
        return Flag::new("wait", Kind::Bool, "wait for objects");
    }
    let usage = "wait for objects: watcher, hookOnly or legacy";
    let flag = Flag::new("wait", Kind::Named("WaitStrategy"), usage).default("hookOnly").bare("watcher");
    flag.check(|value, _| {
        let instead = match value {
            "true" => "watcher",
            "false" => "hookOnly",
            _ => return value.parse::<Strategy>().map(drop),
        };
        let text =
            format!("--wait={value} is deprecated (boolean value) and can be replaced with --wait={instead}");
        say(&line("level=WARN msg=", &quoted(&text), &[]));
        Ok(())
    })
}

/// How objects are waited for.
pub(super) fn strategy(matches: &Matches, level: Level) -> Strategy {
    match level.rules().major {
        3 if matches.is_on("wait") => Strategy::Legacy,
        3 => Strategy::HookOnly,
        // It was looked at when it was read.
        _ => matches.text("wait").parse().unwrap_or_default(),
    }
}
