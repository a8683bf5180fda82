//! `push`, `pull`, `registry login` and `oci://…` against a real registry on loopback: Debian's `docker-registry`, with
//! and without TLS and a password. Where real Helm is in the cache, charts go from ours to it and back.
//!
//! Without the registry (`apt-get install docker-registry`) these tests say so and pass.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;

use longshore_testkit::tools::Tool;
use longshore_testkit::{Answer, Outcome, Program, Project, Started, TestAuthority, TestServer};

/// `bob` with the password `hunter2`, as `htpasswd -nbB` writes it.
const USERS: &str = "bob:$2a$10$rMMddLZsQ7Wg3LBlKFp2wOATLWwDKDFOdm/VMcb4Em1g7tL2SPm6W\n";

/// Says why a test was not made.
#[expect(clippy::print_stderr, reason = "who runs the tests shall know what was not tested")]
fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

/// A running registry in a project's folder; it ends when it is dropped.
pub(crate) struct Registry {
    project: Project,
    pub(crate) host: String,
    _program: Started,
}

/// Where the registry's program is.
fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found =
        std::env::split_paths(&path).map(|folder| folder.join("docker-registry")).find(|file| file.is_file());
    if found.is_none() {
        skipped("there is no docker-registry (apt-get install docker-registry)");
    }
    found
}

impl Registry {
    /// Starts one, with TLS and a password or without both; nothing if the program is not installed.
    pub(crate) fn start(is_closed: bool) -> Option<Self> {
        let program = program()?;
        let project = Project::new("//- README\nCharts.\n").unwrap();
        // Nobody else takes the port in the moment in which it is free.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = project.path().display().to_string();
        let mut config = format!(
            "version: 0.1\nlog: {{level: info}}\nstorage: {{filesystem: {{rootdirectory: {folder}/store}}}}\nhttp:\n  addr: 127.0.0.1:{port}\n"
        );
        if is_closed {
            let authority = TestAuthority::new().unwrap();
            let (certificate, key) = authority.server_files().unwrap();
            project.write("ca.pem", &authority.pem()).unwrap();
            project.write("server.pem", &certificate).unwrap();
            project.write("server.key", &key).unwrap();
            project.write("users", USERS).unwrap();
            config.extend([format!("  tls: {{certificate: {folder}/server.pem, key: {folder}/server.key}}\nauth: {{htpasswd: {{realm: r, path: {folder}/users}}}}\n")]);
        }
        project.write("config.yml", &config).unwrap();
        project.write("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0+b.5\ndescription: <a> & b\nmaintainers: [{name: A, email: a@example.com}]\n").unwrap();
        project.write("c/templates/cm.yaml", "kind: ConfigMap\n").unwrap();
        let program = Program::new(program).unwrap().args(["serve", "config.yml"]).folder(project.path());
        let mut started = program.start().unwrap();
        started.wait_for("listening on").unwrap();
        let registry = Self { project, host: format!("127.0.0.1:{port}"), _program: started };
        assert_eq!(registry.helm("package c").code, Some(0));
        Some(registry)
    }

    /// Runs ours; `HOST` stands for the registry.
    pub(crate) fn helm(&self, arguments: &str) -> Outcome {
        self.run(&PathBuf::from(env!("CARGO_BIN_EXE_longshore")), &["helm"], arguments)
    }

    fn run(&self, program: &std::path::Path, before: &[&str], arguments: &str) -> Outcome {
        let arguments = arguments.replace("HOST", &self.host);
        let home = |name: &str| self.project.path().join(name);
        let program = Program::new(program).unwrap().env("HELM_CACHE_HOME", home("cache"));
        let program = program.env("HELM_CONFIG_HOME", home("config")).env("DOCKER_CONFIG", home("docker"));
        let program = program.args(before).args(arguments.split_whitespace()).folder(self.project.path());
        program.input("hunter2").run().unwrap()
    }

    /// What is said, with `HOST` and `DIGEST` for what differs from run to run.
    fn said(&self, outcome: &Outcome) -> String {
        let text = format!("{}{}", outcome.stdout, outcome.stderr).replace(&self.host, "HOST");
        match text.split("sha256:").nth(1).map(|rest| rest[..64].to_owned()) {
            Some(digest) => text.replace(&digest, "DIGEST"),
            None => text,
        }
    }

    fn pulled(&self, folder: &str) -> Vec<u8> {
        fs::read(self.project.file(&format!("{folder}/c-1.0.0+b.5.tgz"))).unwrap()
    }
}

/// What is said of a chart with a `+` in its version.
fn moved(what: &str) -> String {
    format!(
        "{what}: HOST/charts/c:1.0.0_b.5\nDigest: sha256:DIGEST\nHOST/charts/c:1.0.0_b.5 contains an underscore.

OCI artifact references (e.g. tags) do not support the plus sign (+). To support
storing semantic versions, Helm adopts the convention of changing plus (+) to
an underscore (_) in chart version tags when pushing to a registry and back to
a plus (+) when pulling from a registry.\n"
    )
}

#[test]
fn a_chart_goes_there_and_back() {
    let Some(registry) = Registry::start(false) else { return };
    let pushed = registry.helm("push c-1.0.0+b.5.tgz oci://HOST/charts --plain-http");
    assert_eq!((pushed.code, registry.said(&pushed)), (Some(0), moved("Pushed")));
    fs::create_dir(registry.project.file("out")).unwrap();
    for version in ["", "--version 1.0.0+b.5", "--version ^1"] {
        let pulled = registry.helm(&format!("pull oci://HOST/charts/c --plain-http -d out {version}"));
        assert_eq!((pulled.code, registry.said(&pulled)), (Some(0), moved("Pulled")), "{version}");
        assert_eq!(registry.pulled("out"), fs::read(registry.project.file("c-1.0.0+b.5.tgz")).unwrap());
    }
    assert_eq!(fs::read_dir(registry.project.file("out")).unwrap().count(), 1);
    let rendered = registry.helm("template oci://HOST/charts/c --plain-http");
    assert_eq!(rendered.stdout, "---\n# Source: c/templates/cm.yaml\nkind: ConfigMap\n");
    assert!(rendered.stderr.starts_with("Pulled: "), "{}", rendered.stderr);
    let missing = registry.helm("pull oci://HOST/charts/c --plain-http --version 2.0.0");
    assert_eq!(
        registry.said(&missing),
        "Error: failed to perform \"FetchReference\" on source: HOST/charts/c:2.0.0: not found\n"
    );
    let secure = registry.helm("pull oci://HOST/charts/c:1.0.0");
    assert!(secure.stderr.contains("http: server gave HTTP response to HTTPS client"), "{}", secure.stderr);
}

#[test]
fn dependencies_come_from_a_registry() {
    let Some(registry) = Registry::start(false) else { return };
    assert_eq!(registry.helm("push c-1.0.0+b.5.tgz oci://HOST/charts --plain-http").code, Some(0));
    let host = &registry.host;
    let chart = format!(
        "apiVersion: v2\nname: u\nversion: 1.0.0\ndependencies: [{{name: c, version: ^1, repository: \"oci://{host}/charts\"}}]\n"
    );
    registry.project.write("u/Chart.yaml", &chart).unwrap();
    let updated = registry.helm("dependency update u --plain-http");
    assert_eq!(updated.code, Some(0), "{}", updated.stderr);
    let lock = registry.project.read("u/Chart.lock").unwrap();
    assert!(lock.contains("version: 1.0.0+b.5"), "{lock}");
    fs::remove_dir_all(registry.project.file("u/charts")).unwrap();
    assert_eq!(registry.helm("dependency build u --plain-http").code, Some(0));
    assert!(!registry.pulled("u/charts").is_empty());
}

#[test]
fn who_has_logged_in_is_let_in() {
    let Some(registry) = Registry::start(true) else { return };
    let push = "push c-1.0.0+b.5.tgz oci://HOST/charts --ca-file ca.pem";
    assert!(registry.helm(push).stderr.ends_with("basic credential not found\n"));
    let wrong = registry.helm(&format!("{push} --username bob --password guess"));
    assert!(wrong.stderr.ends_with("response status code 401: Unauthorized\n"), "{}", wrong.stderr);
    let stranger = registry.helm("push c-1.0.0+b.5.tgz oci://HOST/charts");
    assert!(
        stranger.stderr.ends_with("x509: certificate signed by unknown authority\n"),
        "{}",
        stranger.stderr
    );
    let login = registry.helm("registry login HOST -u bob --password-stdin --ca-file ca.pem");
    assert_eq!((login.code, login.stdout.as_str()), (Some(0), "Login Succeeded\n"), "{}", login.stderr);
    let kept = registry.project.read("config/registry/config.json").unwrap().replace(&registry.host, "HOST");
    assert_eq!(
        kept,
        "{\n\t\"auths\": {\n\t\t\"HOST\": {\n\t\t\t\"auth\": \"Ym9iOmh1bnRlcjI=\"\n\t\t}\n\t}\n}"
    );
    assert_eq!(registry.helm(push).code, Some(0));
    assert_eq!(registry.helm("show chart oci://HOST/charts/c --insecure-skip-tls-verify").code, Some(0));
    // Flags do not count for values, and an archive is none.
    let before = [
        &format!("SSL_CERT_FILE={}", registry.project.file("ca.pem").display()),
        env!("CARGO_BIN_EXE_longshore"),
        "helm",
    ];
    let values = |name: &str| {
        registry.run(std::path::Path::new("/usr/bin/env"), &before, &format!("template c {name}"))
    };
    assert_eq!(
        registry.said(&values("-f oci://HOST/charts/c:1.0.0_b.5")),
        "Error: failed to parse oci://HOST/charts/c:1.0.0_b.5: cannot unmarshal yaml document: error converting YAML to JSON: yaml: control characters are not allowed\n"
    );
    let archive = values("--set-file a=oci://HOST/charts/c:1.0.0+b.5 --username eve --password x");
    assert_eq!((archive.code, archive.stderr.as_str()), (Some(0), ""));
    let logout = registry.helm("registry logout HOST");
    assert_eq!(registry.said(&logout), "Removing login credentials for HOST\n");
    let shown = registry.helm("show chart oci://HOST/charts/c:1.0.0 --ca-file ca.pem");
    assert!(shown.stderr.ends_with("basic credential not found\n"), "{}", shown.stderr);
    let wrong = registry.helm("registry login HOST -u eve --password-stdin --ca-file ca.pem");
    assert_eq!(
        registry.said(&wrong),
        "Error: authenticating to \"HOST\": GET \"https://HOST/v2/\": response status code 401: unauthorized: authentication required\n"
    );
}

#[test]
fn charts_go_between_real_helm_and_ours() {
    let Some(registry) = Registry::start(false) else { return };
    let mut compared = 0;
    for (name, level) in [("helm4", "4.3"), ("helm3", "3.22")] {
        let Ok(real) = Tool::named(name).and_then(Tool::built) else { continue };
        compared += 1;
        let file = fs::read(registry.project.file("c-1.0.0+b.5.tgz")).unwrap();
        let ours = registry
            .helm(&format!("push c-1.0.0+b.5.tgz oci://HOST/o{name} --plain-http --helm-compat {level}"));
        let theirs =
            registry.run(&real, &[], &format!("push c-1.0.0+b.5.tgz oci://HOST/t{name} --plain-http"));
        let text = |outcome: &Outcome, place: &str| {
            format!("{}|{}", outcome.stdout, outcome.stderr).replace(place, "charts")
        };
        // The same manifest, byte for byte: the digest is in what they say.
        assert_eq!(text(&ours, &format!("o{name}")), text(&theirs, &format!("t{name}")));
        for folder in ["a", "b"] {
            let _ = fs::create_dir(registry.project.file(&format!("{name}{folder}")));
        }
        let theirs = registry.run(&real, &[], &format!("pull oci://HOST/o{name}/c --plain-http -d {name}a"));
        let ours = registry
            .helm(&format!("pull oci://HOST/t{name}/c --plain-http -d {name}b --helm-compat {level}"));
        assert_eq!((theirs.code, ours.code), (Some(0), Some(0)), "{}{}", theirs.stderr, ours.stderr);
        assert_eq!(
            (registry.pulled(&format!("{name}a")), registry.pulled(&format!("{name}b"))),
            (file.clone(), file)
        );
    }
    if compared == 0 {
        skipped("there is no real Helm (cargo xtask oracle tools)");
    }
}

#[test]
fn a_transfer_that_breaks_off_leaves_nothing() {
    let server = TestServer::start(|asked| {
        let digest = format!("sha256:{}", "a".repeat(64));
        let kind = (String::from("content-type"), String::from("application/vnd.oci.image.manifest.v1+json"));
        if asked.target.contains("/manifests/") {
            let part = format!("{{\"mediaType\":\"application/vnd.cncf.helm.chart.content.v1.tar+gzip\",\"digest\":\"{digest}\",\"size\":100000}}");
            let manifest = format!("{{\"schemaVersion\":2,\"config\":{{}},\"layers\":[{part}]}}");
            return Answer { headers: vec![kind], ..Answer::file(manifest) };
        }
        Answer::file(vec![b'x'; 100_000]).breaking_after(50_000)
    })
    .unwrap();
    let project = Project::new("//- out/README\nNothing else.\n").unwrap();
    let host = server.url().replace("http://", "");
    for command in ["pull -d out", "template"] {
        let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
        let program = program.env("HELM_CACHE_HOME", project.file("cache")).folder(project.path());
        let arguments = format!("helm {command} oci://{host}/c --version 1.0.0 --plain-http");
        let outcome = program.args(arguments.split_whitespace()).run().unwrap();
        assert!(outcome.stderr.ends_with("unexpected EOF\n"), "{}", outcome.stderr);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), ""));
    }
    let files: Vec<String> = project.contents().unwrap().into_keys().collect();
    assert_eq!(files, ["out/README"]);
}
