//! Repositories of charts: `helm repo`, `search`, `pull`, and charts from elsewhere, against a server on loopback. What is
//! expected here came out of the real binaries of both levels.

use longshore_testkit::{Answer, Asked, Outcome, Program, Project, TestAuthority, TestServer};

const BINARY: &str = env!("CARGO_BIN_EXE_longshore");

/// A folder with archives of a chart and their index, to be served, and a home for Helm.
pub(crate) fn project() -> Project {
    let project = Project::new("//- README\nCharts.\n").unwrap();
    let chart = "apiVersion: v2\nname: c\nversion: 1.0.0\ndescription: A chart\nkeywords: [web]\n";
    project.write("src/c/Chart.yaml", chart).unwrap();
    project.write("src/c/values.yaml", "a: 1\n").unwrap();
    project.write("src/c/templates/x.yaml", "kind: ConfigMap\na: {{ .Values.a }}\n").unwrap();
    for version in ["1.0.0", "1.2.0", "2.0.0", "2.1.0-rc.1"] {
        ok(&project, &format!("package src/c -d web --version {version}"));
    }
    ok(&project, "repo index web");
    project.write("web/v.yaml", "a: 7\n").unwrap();
    project.write("web/c-2.0.0.tgz.prov", "signed").unwrap();
    project
}

/// Serves the folder `web`; paths below `/auth` to `u` with the password `p`, those below `/cut` in part.
pub(crate) fn serve(project: &Project) -> TestServer {
    TestServer::start(answer(project)).unwrap()
}

fn answer(project: &Project) -> impl Fn(&Asked) -> Answer + Send + Sync + 'static {
    let root = project.file("web");
    move |asked| {
        let path = asked.target.trim_start_matches('/');
        let path = match path.strip_prefix("auth/") {
            Some(_) if asked.header("authorization") != Some("Basic dTpw") => {
                return Answer::status("401 Unauthorized");
            }
            below => below.unwrap_or(path),
        };
        let (path, is_cut) = path.strip_prefix("cut/").map_or((path, false), |path| (path, true));
        match std::fs::read(root.join(path)) {
            Ok(bytes) if is_cut && path != "index.yaml" => Answer::file(bytes).breaking_after(100),
            Ok(bytes) => Answer::file(bytes),
            Err(_) => Answer::status("404 Not Found"),
        }
    }
}

pub(crate) fn helm(project: &Project, level: &str, arguments: &str) -> Outcome {
    let home = |below: &str| project.file(below);
    let program = Program::new(BINARY)
        .unwrap()
        .env("LONGSHORE_HELM_COMPAT", level)
        .env("KUBECONFIG", "none")
        .env("HELM_CACHE_HOME", home("home/cache"))
        .env("HELM_CONFIG_HOME", home("home/config"));
    program.args(["helm"]).args(arguments.split_whitespace()).folder(project.path()).run().unwrap()
}

/// What a command that goes well prints, saying nothing else.
pub(crate) fn ok(project: &Project, arguments: &str) -> String {
    let outcome = helm(project, "4.3", arguments);
    assert_eq!((outcome.stderr.as_str(), outcome.code), ("", Some(0)), "{arguments}");
    outcome.stdout
}

/// What a command that fails says, behind `Error: `.
pub(crate) fn problem(project: &Project, level: &str, arguments: &str) -> String {
    let outcome = helm(project, level, arguments);
    assert_eq!(outcome.code, Some(1), "{arguments}");
    let problem = outcome.stderr.strip_prefix("Error: ").unwrap_or_else(|| panic!("{}", outcome.stderr));
    problem.trim_end().to_owned()
}

/// The names of all files below a folder.
fn names(project: &Project, below: &str) -> Vec<String> {
    let all = project.contents().unwrap();
    all.keys().filter_map(|name| name.strip_prefix(below)).map(str::to_owned).collect()
}

#[test]
fn repositories_are_added_listed_updated_and_removed() {
    let project = project();
    let server = serve(&project);
    let url = server.url();
    assert_eq!(helm(&project, "4.3", "repo list").stderr, "no repositories to show\n");
    assert_eq!(problem(&project, "3.22", "repo list"), "no repositories to show");
    assert_eq!(ok(&project, "repo list -o json"), "[]\n");
    assert_eq!(ok(&project, &format!("repo add a {url}")), "\"a\" has been added to your repositories\n");
    assert_eq!(names(&project, "home/cache/repository/"), ["a-charts.txt", "a-index.yaml"]);
    assert_eq!(project.read("home/cache/repository/a-charts.txt").unwrap(), "c\n");
    assert_eq!(
        project.read("home/config/repositories.yaml").unwrap(),
        format!(
            "apiVersion: \"\"\ngenerated: \"0001-01-01T00:00:00Z\"\nrepositories:\n- caFile: \"\"\n  certFile: \"\"\n  \
             insecure_skip_tls_verify: false\n  keyFile: \"\"\n  name: a\n  pass_credentials_all: false\n  \
             password: \"\"\n  url: {url}\n  username: \"\"\n"
        )
    );
    let again = "\"a\" already exists with the same configuration, skipping\n";
    assert_eq!(ok(&project, &format!("repo add a {url}")), again);
    let taken = "repository name (a) already exists, please specify a different name";
    assert_eq!(problem(&project, "4.3", &format!("repo add a {url}/x")), taken);
    assert_eq!(ok(&project, "repo ls"), format!("NAME\tURL{:1$}\na   \t{url}\n", "", url.len() - 3));
    assert_eq!(ok(&project, "repo ls --no-headers"), format!("a\t{url}\n"));
    assert_eq!(ok(&project, "repo ls -o yaml"), format!("- name: a\n  url: {url}\n"));
    let hang = "Hang tight while we grab the latest from your chart repositories...\n";
    let done = "Update Complete. ⎈Happy Helming!⎈\n";
    let updated = "...Successfully got an update from the \"a\" chart repository\n";
    assert_eq!(ok(&project, "repo update"), format!("{hang}{updated}{done}"));
    drop(server);
    let gone = helm(&project, "4.3", "repo update");
    assert!(
        gone.stdout
            .contains(&format!("...Unable to get an update from the \"a\" chart repository ({url}):\n\t"))
    );
    assert_eq!(gone.stderr, format!("Error: failed to update the following repositories: [{url}]\n"));
    assert!(helm(&project, "3.22", "repo update").stdout.ends_with(done), "3.22 does not mind");
    assert_eq!(ok(&project, "repo rm a"), "\"a\" has been removed from your repositories\n");
    assert_eq!(names(&project, "home/cache/repository/"), [""; 0]);
    assert_eq!(problem(&project, "4.3", "repo rm a"), "no repositories configured");
}

#[test]
fn what_is_no_repository_is_not_added() {
    let project = project();
    project.write("web/junk/index.yaml", "<html>\n").unwrap();
    project.write("web/old/index.yaml", "entries: {}\n").unwrap();
    let server = serve(&project);
    let url = server.url();
    let unreadable = "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type repo.IndexFile";
    for (address, why) in [
        (format!("{url}/none"), format!("failed to fetch {url}/none/index.yaml : 404 Not Found")),
        (format!("{url}/junk"), unreadable.to_owned()),
        (format!("{url}/old"), String::from("no API version specified")),
    ] {
        let expected =
            format!("looks like \"{address}\" is not a valid chart repository or cannot be reached: {why}");
        assert_eq!(problem(&project, "4.3", &format!("repo add x {address}")), expected);
    }
    let scheme = "could not find protocol handler for: ftp";
    assert_eq!(problem(&project, "4.3", "repo add x ftp://a"), scheme);
    assert_eq!(names(&project, "home/config/"), ["repositories.lock"]);
    assert_eq!(names(&project, "home/cache/"), [""; 0]);
}

#[test]
fn credentials_and_certificates_of_a_repository_are_used() {
    let project = project();
    let server = serve(&project);
    let url = format!("{}/auth", server.url());
    let refused = problem(&project, "4.3", &format!("repo add p {url}"));
    assert!(refused.ends_with(&format!("failed to fetch {url}/index.yaml : 401 Unauthorized")), "{refused}");
    ok(&project, &format!("repo add p {url} --username u --password p"));
    assert!(ok(&project, "show chart p/c").contains("version: 2.0.0\n"));
    ok(&project, "pull p/c -d web/../src");
    assert!(project.file("src/c-2.0.0.tgz").exists());
    let authority = TestAuthority::new().unwrap();
    project.write("ca.pem", &authority.pem()).unwrap();
    let safe = TestServer::start_tls(&authority, answer(&project)).unwrap();
    let url = safe.url();
    let unknown = problem(&project, "4.3", &format!("repo add s {url}"));
    assert!(unknown.ends_with("x509: certificate signed by unknown authority"), "{unknown}");
    ok(&project, &format!("repo add s {url} --ca-file ca.pem"));
    assert!(ok(&project, "show chart s/c --version ^1").contains("version: 1.2.0\n"));
    assert!(ok(&project, &format!("show chart c --repo {url} --insecure-skip-tls-verify")).contains("2.0.0"));
}

#[test]
fn credentials_stay_with_the_repository() {
    let project = project();
    let elsewhere = serve(&project);
    let index = format!(
        "apiVersion: v1\nentries:\n  c:\n  - {{name: c, version: 1.0.0, urls: [\"{}/auth/c-1.0.0.tgz\"]}}\n",
        elsewhere.url()
    );
    project.write("web/index.yaml", &index).unwrap();
    let server = serve(&project);
    let show = format!("show chart c --repo {} --username u --password p", server.url());
    for level in ["4.3", "3.22"] {
        let refused = problem(&project, level, &show);
        assert!(refused.ends_with("401 Unauthorized"), "{level} {refused}");
        assert_eq!(elsewhere.asked().pop().unwrap().header("authorization"), None);
    }
    assert!(ok(&project, &format!("{show} --pass-credentials")).contains("version: 1.0.0\n"));
}

#[test]
fn charts_are_found_by_words() {
    let project = project();
    let server = serve(&project);
    ok(&project, &format!("repo add a {}", server.url()));
    let header = "NAME\tCHART VERSION\tAPP VERSION\tDESCRIPTION\n";
    let row = |version: &str| format!("a/c \t{version:13}\t           \tA chart    \n");
    for (arguments, expected) in [
        ("search repo", format!("{header}{}", row("2.0.0"))),
        ("search repo WEB", format!("{header}{}", row("2.0.0"))),
        ("search repo -r ^c.*ch", format!("{header}{}", row("2.0.0"))),
        ("search repo --devel", format!("{header}{}", row("2.1.0-rc.1"))),
        ("search repo --version <2", format!("{header}{}", row("1.2.0"))),
        ("search repo -l", format!("{header}{}{}{}", row("2.0.0"), row("1.2.0"), row("1.0.0"))),
        ("search repo nothing", String::from("No results found\n")),
        ("search repo nothing -o json", String::from("[]\n")),
        (
            "search repo c -o json",
            String::from(
                "[{\"name\":\"a/c\",\"version\":\"2.0.0\",\"app_version\":\"\",\"description\":\"A chart\"}]\n",
            ),
        ),
    ] {
        assert_eq!(ok(&project, arguments), expected, "{arguments}");
    }
    assert_eq!(problem(&project, "4.3", "search repo nothing --fail-on-no-result"), "no results found");
    assert_eq!(
        problem(&project, "4.3", "search repo -o foo"),
        "invalid argument \"foo\" for \"-o, --output\" flag: invalid format type"
    );
}

#[test]
fn a_hub_is_asked() {
    let answer = r#"{"data": [{"id": "x/y", "attributes": {"description": "<y>", "repo": {"name": "x", "url": "http://x"}},
        "relationships": {"latestChartVersion": {"data": {"version": "1.0.0", "app_version": "2"}}}}]}"#;
    let server = TestServer::start(move |_| Answer::file(answer)).unwrap();
    let project = project();
    let url = server.url();
    let json = ok(&project, &format!("search hub a b --endpoint {url} -o json"));
    assert_eq!(
        json,
        format!(
            "[{{\"url\":\"{url}/charts/x/y\",\"version\":\"1.0.0\",\"app_version\":\"2\",\
             \"description\":\"\\u003cy\\u003e\",\"repository\":{{\"url\":\"http://x\",\"name\":\"x\"}}}}]\n"
        )
    );
    assert_eq!(server.asked()[0].target, "/api/chartsvc/v1/charts/search?q=a+b");
    drop(server);
    let refused = format!("unable to perform search against \"{url}\"");
    assert_eq!(problem(&project, "4.3", &format!("search hub --endpoint {url}")), refused);
}

#[test]
fn archives_are_pulled_whole_or_not_at_all() {
    let project = project();
    let server = serve(&project);
    let url = server.url();
    ok(&project, &format!("repo add a {url}"));
    ok(&project, &format!("repo add cut {url}/cut"));
    std::fs::create_dir_all(project.file("out")).unwrap();
    for level in ["4.3", "3.22"] {
        assert_eq!(problem(&project, level, "pull cut/c -d out"), "unexpected EOF");
        assert_eq!(
            problem(&project, level, &format!("pull {url}/none.tgz -d out")),
            format!("failed to fetch {url}/none.tgz : 404 Not Found")
        );
        assert_eq!(names(&project, "out/"), [""; 0], "{level}");
    }
    assert_eq!(ok(&project, "pull a/c --version ^1 -d out"), "");
    assert_eq!(ok(&project, &format!("pull c --repo {url} --prov -d out")), "");
    assert_eq!(names(&project, "out/"), ["c-1.2.0.tgz", "c-2.0.0.tgz", "c-2.0.0.tgz.prov"]);
    let whole = std::fs::read(project.file("web/c-1.2.0.tgz")).unwrap();
    assert_eq!(std::fs::read(project.file("out/c-1.2.0.tgz")).unwrap(), whole);
    ok(&project, "pull a/c --untar --untardir x -d out");
    assert_eq!(project.read("out/x/c/values.yaml").unwrap(), "a: 1\n");
    let there = "failed to untar: a file or directory with the name out/x/c already exists";
    assert_eq!(problem(&project, "4.3", "pull a/c --untar --untardir x -d out"), there);
    for (arguments, why) in [
        (
            "pull a/nope",
            "chart \"nope\" matching  not found in a index. (try 'helm repo update'): no chart name found",
        ),
        ("pull nope/c", "repo nope not found"),
        ("pull c", "non-absolute URLs should be in form of repo_name/path_to_chart, got: c"),
        ("pull ftp://x/c.tgz", "scheme \"ftp\" not supported"),
        (&format!("pull {url}/.. -d out"), "\"..\" is the name of no file"),
    ] {
        let shown = problem(&project, "3.22", arguments);
        assert_eq!(shown, why);
    }
}

#[test]
fn charts_and_values_from_elsewhere_are_rendered() {
    let project = project();
    let server = serve(&project);
    let url = server.url();
    ok(&project, &format!("repo add a {url}"));
    for level in ["4.3", "3.22"] {
        for (arguments, a) in [
            (String::from("template a/c"), 1),
            (format!("template c --repo {url}"), 1),
            (format!("template {url}/c-1.0.0.tgz"), 1),
            (format!("template a/c -f {url}/v.yaml"), 7),
        ] {
            let outcome = helm(&project, level, &arguments);
            let expected = format!("---\n# Source: c/templates/x.yaml\nkind: ConfigMap\na: {a}\n");
            assert_eq!(
                (outcome.stdout.trim_end(), outcome.stderr.as_str()),
                (expected.trim_end(), ""),
                "{arguments}"
            );
        }
        let missing = format!("failed to fetch {url}/no.yaml : 404 Not Found");
        assert_eq!(problem(&project, level, &format!("template a/c -f {url}/no.yaml")), missing);
        assert_eq!(
            problem(&project, level, &format!("show chart d --repo {url} --version 7")),
            format!("chart \"d\" version \"7\" not found in {url} repository")
        );
    }
    let asked = server.asked().len();
    drop(server);
    assert!(ok(&project, "template a/c").contains("kind: ConfigMap"), "what is cached is not fetched again");
    assert!(asked > 0 && project.file("home/cache/content").is_dir());
    let substitute = helm(&project, "4.3", "show chart a/c --version 1").stderr;
    assert!(substitute.starts_with("level=WARN msg=\"unable to find exact version requested; falling back to closest available version\" chart=c requested=1 selected=1.2.0\n"), "{substitute}");
}

#[test]
fn an_index_is_made_of_archives() {
    let project = project();
    project.write("web/none.tgz", "no chart").unwrap();
    project.write("old.yaml", "apiVersion: v1\nentries: {c: [{name: c, version: 0.9.0, urls: [x]}, {name: c, version: 1.0.0}]}\n").unwrap();
    ok(&project, "repo index web --url http://h/x/ --merge old.yaml");
    let index = project.read("web/index.yaml").unwrap();
    let lines = |start: &str| -> Vec<String> {
        index.lines().filter_map(|line| line.strip_prefix(start)).map(str::to_owned).collect()
    };
    assert_eq!(lines("    version: "), ["2.1.0-rc.1", "2.0.0", "1.2.0", "1.0.0", "0.9.0"]);
    let urls: Vec<String> = ["2.1.0-rc.1", "2.0.0", "1.2.0", "1.0.0"]
        .iter()
        .map(|version| format!("http://h/x/c-{version}.tgz"))
        .collect();
    assert_eq!(
        lines("    - ")[1..].iter().filter(|line| line.contains("http")).collect::<Vec<_>>(),
        urls.iter().collect::<Vec<_>>()
    );
    ok(&project, "repo index web --json");
    assert!(
        project
            .read("web/index.yaml")
            .unwrap()
            .starts_with("{\n  \"apiVersion\": \"v1\",\n  \"generated\": \"")
    );
}

#[test]
fn what_comes_from_elsewhere_is_verified() {
    let project = project();
    let signed = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/offline/provenance/");
    for file in ["c-1.0.0.tgz", "c-1.0.0.tgz.prov"] {
        std::fs::copy(format!("{signed}{file}"), project.file(&format!("web/{file}"))).unwrap();
    }
    ok(&project, "repo index web");
    let server = serve(&project);
    let url = server.url();
    ok(&project, &format!("repo add a {url}"));
    let with = |arguments: &str, key: &str| format!("{arguments} --verify --keyring {signed}{key}");
    for level in ["4.3", "3.22"] {
        for arguments in ["pull a/c --version 1.0.0 -d out", "show chart a/c --version 1.0.0"] {
            std::fs::create_dir_all(project.file("out")).unwrap();
            let outcome = helm(&project, level, &with(arguments, "maker.gpg"));
            assert_eq!((outcome.stderr.as_str(), outcome.code), ("", Some(0)), "{level} {arguments}");
            assert_eq!(
                outcome.stdout.contains("Chart Hash Verified: sha256:"),
                arguments.starts_with("pull")
            );
            let refused = problem(&project, level, &with(arguments, "other.sec"));
            assert!(refused.contains("signature made by unknown entity"), "{refused}");
        }
        let missing = format!("failed to fetch provenance \"{url}/c-1.2.0.tgz.prov\"");
        assert_eq!(problem(&project, level, &with("show chart a/c --version 1.2.0", "maker.gpg")), missing);
    }
}

#[test]
fn a_proxy_is_asked_where_the_environment_names_one() {
    let project = project();
    let server = serve(&project);
    let url = server.url();
    let with = |variables: &[(&str, &str)], address: &str| {
        let program = Program::new(BINARY).unwrap().args(["helm", "repo", "add", "x", address]);
        let program = variables.iter().fold(program, |program, (name, value)| program.env(name, *value));
        let program =
            program.env("HELM_CACHE_HOME", project.file("c")).env("HELM_CONFIG_HOME", project.file("d"));
        program.folder(project.path()).run().unwrap().stderr
    };
    let there = "http://charts.example.invalid:81";
    let refused = with(&[("HTTP_PROXY", &url)], there);
    assert!(refused.contains("404 Not Found"), "{refused}");
    assert_eq!(server.asked().pop().unwrap().target, format!("{there}/index.yaml"));
    drop(server);
    let address = url.trim_start_matches("http://");
    let socks = format!("socks5://{address}");
    for (name, proxy, why) in [("http_proxy", &url, "connection refused"), ("HTTP_PROXY", &socks, "failed")] {
        let refused = with(&[(name, proxy)], there);
        let why = format!("proxyconnect tcp: dial tcp {address}: connect: {why}\n");
        assert!(refused.ends_with(&why), "{refused}");
    }
    let direct = with(&[("HTTP_PROXY", &url), ("NO_PROXY", "10.0.0.0/8,*.example.invalid")], there);
    assert!(direct.contains("lookup charts.example.invalid"), "{direct}");
}
