//! Kubeconfigs as users have them, and as they should not be.

use std::path::{Path, PathBuf};

use longshore_diag::Diagnostic;
use tempfile::TempDir;

use super::{Target, in_cluster, load, select::token_expiry};
use crate::endpoint::Credential;
use crate::options::{ClusterOptions, Environment, Impersonation};

/// A kubeconfig with one context `NAME`, cluster `NAME-cluster`, user `NAME-user`.
fn config(name: &str, server: &str, user: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: {name}\ncontexts:\n- name: {name}\n  context: {{cluster: {name}-cluster, user: {name}-user, namespace: {name}-ns}}\nclusters:\n- name: {name}-cluster\n  cluster: {{server: '{server}'}}\nusers:\n- name: {name}-user\n  user: {user}\n"
    )
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    /// `$KUBECONFIG` with these files of the folder.
    fn environment(&self, names: &[&str]) -> Environment {
        let list = std::env::join_paths(names.iter().map(|name| self.path(name))).unwrap();
        Environment::new([("KUBECONFIG", list.to_str().unwrap())], None)
    }
}

fn chosen(options: &ClusterOptions) -> Result<Target, Diagnostic> {
    load(options).map_err(|error| error.diagnostic())
}

fn refused(options: &ClusterOptions) -> Diagnostic {
    match chosen(options) {
        Ok(target) => panic!("it must be refused: {:?}", target.endpoint),
        Err(told) => told,
    }
}

#[test]
fn files_are_merged_and_the_first_word_counts() {
    let folder = Folder::new();
    folder.write("one", &config("one", "https://one:6443", "{token: t1}"));
    let two = config("two", "https://two:6443", "{token: t2}");
    folder.write("two", &format!("{two}- name: one-user\n  user: {{username: u, password: p}}\n"));
    let environment = folder.environment(&["missing", "one", "two"]);
    let options = ClusterOptions { environment, ..ClusterOptions::default() };
    let target = chosen(&options).unwrap();
    assert_eq!(target.endpoint.context.as_deref(), Some("one"));
    assert_eq!(target.endpoint.credential, Credential::Token { expires: None });
    assert_eq!(target.config.default_namespace, "one-ns");
    assert_eq!(target.endpoint.file, Some(folder.path("one")));
    let other = ClusterOptions { context: Some("two".into()), namespace: Some("n".into()), ..options };
    let target = chosen(&other).unwrap();
    assert_eq!(target.endpoint.server, "https://two:6443");
    assert_eq!(target.endpoint.user_file, Some(folder.path("two")));
    assert_eq!(target.config.default_namespace, "n");
}

#[test]
fn the_home_folder_is_the_last_resort() {
    let folder = Folder::new();
    folder.write(".kube/config", &config("home", "https://home", "{}"));
    let environment = Environment::new([("KUBECONFIG", "")], Some(folder.0.path().to_path_buf()));
    let target = chosen(&ClusterOptions { environment, ..ClusterOptions::default() }).unwrap();
    assert_eq!((target.endpoint.name(), &target.endpoint.credential), ("home", &Credential::None));
}

#[test]
fn nothing_found_is_told_with_where_it_was_looked_for() {
    let folder = Folder::new();
    let environment = folder.environment(&["one", "two"]);
    let told = refused(&ClusterOptions { environment, ..ClusterOptions::default() });
    assert_eq!((told.code, told.message.as_str()), ("cluster/no-kubeconfig", "no kubeconfig found"));
    assert_eq!(told.notes[1], format!("not there: {}", folder.path("two").display()));
    let kubeconfig = Some(folder.path("x"));
    let told = refused(&ClusterOptions { kubeconfig, ..ClusterOptions::default() });
    assert!(told.hint.as_ref().unwrap().contains("--kubeconfig"));
}

#[test]
fn an_error_in_a_file_is_placed_and_quotes_no_secret() {
    let folder = Folder::new();
    for (text, line) in [
        ("apiVersion: v1\nusers:\n- name: a\n  user: {token: hunter2\ncontexts: []\n", 4..=6),
        ("apiVersion: v1\nusers:\n- name: a\n  user:\n    token: [hunter2]\n", 3..=5),
        ("clusters: hunter2\n", 1..=1),
    ] {
        let file = folder.write("bad", text);
        let told = refused(&ClusterOptions { kubeconfig: Some(file.clone()), ..ClusterOptions::default() });
        assert_eq!(told.code, "cluster/kubeconfig-syntax");
        let place = told.place.as_ref().unwrap();
        assert_eq!(Path::new(&place.file), file);
        assert!(line.contains(&place.line), "{told}");
        assert!(!format!("{told:?}").contains("hunter2"), "{told:?}");
    }
    let folder_itself = Some(folder.0.path().to_path_buf());
    let told = refused(&ClusterOptions { kubeconfig: folder_itself, ..ClusterOptions::default() });
    assert_eq!(told.code, "cluster/kubeconfig-unreadable");
}

#[test]
fn a_name_that_leads_nowhere_is_told_with_the_nearest() {
    let folder = Folder::new();
    let good = config("staging", "https://a", "{}");
    let check = |text: &str, context: Option<&str>, message: &str, hint: &str| {
        let kubeconfig = Some(folder.write("config", text));
        let context = context.map(str::to_owned);
        let told = refused(&ClusterOptions { kubeconfig, context, ..ClusterOptions::default() });
        assert_eq!((told.message.as_str(), told.hint.as_deref()), (message, Some(hint)));
    };
    check(&good, Some("stagin"), "context `stagin` is not in the kubeconfig", "did you mean `staging`?");
    check(
        &good.replace("current-context: staging", "current-context: production"),
        None,
        "context `production` is not in the kubeconfig, but current-context names it",
        "use one of the contexts above, or add it to the file",
    );
    check(
        &good.replace("name: staging-cluster", "name: staging-clusters"),
        None,
        "cluster `staging-cluster` is not in the kubeconfig, but context staging names it",
        "did you mean `staging-clusters`?",
    );
    check(
        &good.replace("name: staging-user", "name: somebody"),
        None,
        "user `staging-user` is not in the kubeconfig, but context staging names it",
        "use one of the users above, or add it to the file",
    );
    check(
        &good.replace("current-context: staging\n", ""),
        None,
        "the kubeconfig names no current context",
        "name one with --context, or run `kubectl config use-context NAME`",
    );
}

#[test]
fn entries_that_cannot_be_used_are_told_without_their_secrets() {
    let folder = Folder::new();
    let check = |server: &str, user: &str, message: &str| {
        let kubeconfig = Some(folder.write("config", &config("a", server, user)));
        let told = refused(&ClusterOptions { kubeconfig, ..ClusterOptions::default() });
        assert!(told.message.contains(message), "{told}");
        assert!(!format!("{told:?}").contains("hunter2"), "{told:?}");
    };
    check("", "{}", "cluster `a-cluster` of the kubeconfig: no `server` address");
    check("ftp://x", "{}", "`server: ftp://x` is not an http or https address");
    check("https://x", "{client-certificate-data: '%hunter2'}", "`client-certificate-data` is not base64");
    check(
        "https://x",
        "{client-certificate: /nonexistent/c}",
        "client certificate /nonexistent/c cannot be read",
    );
    check("https://x", "{exec: {apiVersion: v1}}", "`exec` without a `command`");
    let proxied =
        config("a", "https://x", "{}").replace("'https://x'", "'https://x', proxy-url: 'ftp://u:hunter2@p'");
    let kubeconfig = Some(folder.write("config", &proxied));
    let told = refused(&ClusterOptions { kubeconfig, ..ClusterOptions::default() });
    assert!(told.message.contains("the proxy cannot be used: scheme `ftp`"), "{told}");
    assert!(!format!("{told:?}").contains("hunter2"), "{told:?}");
}

#[test]
fn paths_are_relative_to_their_file() {
    let folder = Folder::new();
    folder.write("sub/token", "secret");
    let text = config("a", "https://x", "{tokenFile: token, token: older}");
    let kubeconfig = Some(folder.write("sub/config", &text));
    let target = chosen(&ClusterOptions { kubeconfig, ..ClusterOptions::default() }).unwrap();
    assert_eq!(target.endpoint.credential, Credential::TokenFile { path: folder.path("sub/token") });
    assert!(target.config.auth_info.token.is_none(), "the file is fresher");
    let text = config(
        "a",
        "https://x",
        "{exec: {apiVersion: client.authentication.k8s.io/v1, command: ./login, interactiveMode: Never, provideClusterInfo: true, installHint: ask Jane}}",
    );
    let kubeconfig = Some(folder.write("sub/config", &text));
    let target = chosen(&ClusterOptions { kubeconfig, ..ClusterOptions::default() }).unwrap();
    let Credential::Exec { command, install_hint } = &target.endpoint.credential else { panic!() };
    assert!(command.ends_with("sub/./login"), "{command}");
    assert_eq!(install_hint.as_deref(), Some("ask Jane"));
    let told = target.config.auth_info.exec.unwrap().cluster.unwrap();
    assert_eq!(told.server.as_deref(), Some("https://x"));
}

#[test]
fn what_is_said_replaces_what_is_written() {
    let folder = Folder::new();
    let kubeconfig = Some(folder.write("config", &config("a", "https://x", "{token: t}")));
    let options = ClusterOptions {
        kubeconfig,
        server: Some("https://user:hunter2@y:1/base/".to_owned()),
        tls_server_name: Some("z".to_owned()),
        insecure_skip_tls_verify: true,
        impersonate: Some(Impersonation { user: "jane".into(), groups: vec!["g".into()], uid: None }),
        ..ClusterOptions::default()
    };
    let target = chosen(&options).unwrap();
    assert_eq!(target.endpoint.server, "https://y:1/base");
    assert_eq!(target.endpoint.acting_as.as_deref(), Some("jane"));
    assert_eq!(target.config.tls_server_name.as_deref(), Some("z"));
    assert!(target.config.accept_invalid_certs && !target.config.default_retry);
    assert_eq!(target.config.auth_info.impersonate_groups, Some(vec!["g".to_owned()]));
    assert!(!format!("{:?}", target.endpoint).contains("hunter2"));
}

#[test]
fn a_pod_uses_its_service_account() {
    let folder = Folder::new();
    let options = |environment| ClusterOptions { environment, ..ClusterOptions::default() };
    let pod =
        Environment::new([("KUBERNETES_SERVICE_HOST", "fd00::1"), ("KUBERNETES_SERVICE_PORT", "443")], None);
    assert!(in_cluster(&options(pod.clone()), folder.0.path()).unwrap().is_none(), "no token");
    folder.write("token", "t");
    assert!(in_cluster(&options(Environment::default()), folder.0.path()).unwrap().is_none());
    let without_authority = in_cluster(&options(pod.clone()), folder.0.path()).err().unwrap();
    assert!(without_authority.diagnostic().message.contains("ca.crt"));
    let key = rcgen::KeyPair::generate().unwrap();
    let authority = rcgen::CertificateParams::new(Vec::new()).unwrap().self_signed(&key).unwrap();
    folder.write("ca.crt", &authority.pem());
    folder.write("namespace", "staging\n");
    let target = in_cluster(&options(pod), folder.0.path()).unwrap().unwrap();
    assert_eq!(target.endpoint.server, "https://[fd00::1]:443");
    assert_eq!(target.config.default_namespace, "staging");
    assert!(target.endpoint.context.is_none());
}

#[test]
fn a_jwt_tells_when_it_runs_out_and_other_tokens_do_not() {
    // {"alg":"none"} . {"exp":1577836800} . nothing
    let token = "eyJhbGciOiJub25lIn0.eyJleHAiOjE1Nzc4MzY4MDB9.";
    assert_eq!(token_expiry(token).unwrap().to_string(), "2020-01-01T00:00:00Z");
    for other in ["", "abc", "a.b.c", "a.e30.c", "a.eyJleHAiOiJ4In0.c"] {
        assert!(token_expiry(other).is_none(), "{other}");
    }
}
