//! `longshore.lock` of what kustomizations name elsewhere: repositories by their commit, files by their digest, charts by
//! their archive; updated, vendored, and refused if they are not what was locked.

use std::fs;
use std::sync::{Arc, Mutex};

use longshore_source::oci::sha256;
use longshore_testkit::{Answer, Asked, Outcome, Program, Project, TestServer};

use crate::{git, repositories};

/// A config map of this name.
fn map(name: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{a: b}}\n")
}

/// A project with a release of the folder `app`, and a repository whose base builds on that of another one.
struct Stage {
    project: Project,
    /// Addresses of the repositories.
    outer: String,
    inner: String,
}

impl Stage {
    fn new() -> Self {
        let project = Project::new(
            "
            //- longshore.yaml
            apiVersion: longshore.dev/v1alpha1
            kind: Project
            name: shop
            environments: {dev: {namespace: shop}}
            defaultEnvironment: dev
            releases: {web: {kustomize: app}}
            //- inner/part/kustomization.yaml
            resources: [map.yaml]
            //- outer/base/kustomization.yaml
            resources: []
            ",
        )
        .unwrap();
        let address = |name: &str| format!("file://{}", project.file(name).display());
        let (outer, inner) = (address("outer"), address("inner"));
        let stage = Self { project, outer, inner };
        for folder in ["inner", "outer"] {
            git(&stage.project, folder, &["init", "--quiet", "--initial-branch", "main"]);
        }
        stage.inner("inner-one");
        stage.outer("outer-one");
        stage
    }

    /// Makes a map of this name the only object of the inner repository: the commit.
    fn inner(&self, name: &str) -> String {
        self.project.write("inner/part/map.yaml", &map(name)).unwrap();
        self.commit("inner", name)
    }

    /// The same of the outer one, beside what it takes from the inner one.
    fn outer(&self, name: &str) -> String {
        let text = format!("resources: [map.yaml, '{}//part?ref=main']\n", self.inner);
        self.project.write("outer/base/kustomization.yaml", &text).unwrap();
        self.project.write("outer/base/map.yaml", &map(name)).unwrap();
        self.commit("outer", name)
    }

    fn commit(&self, folder: &str, message: &str) -> String {
        git(&self.project, folder, &["add", "--all"]);
        git(&self.project, folder, &["commit", "--quiet", "--message", message]);
        git(&self.project, folder, &["rev-parse", "HEAD"])
    }

    fn app(&self, text: &str) {
        self.project.write("app/kustomization.yaml", text).unwrap();
    }

    /// With the outer base as a branch.
    fn on_outer(self) -> Self {
        self.app(&format!("resources: ['{}//base?ref=main']\n", self.outer));
        self
    }

    fn program(&self, arguments: &str) -> Program {
        let folder = |name: &str| self.project.file(name);
        Program::new(env!("CARGO_BIN_EXE_longshore"))
            .unwrap()
            .args(arguments.split_whitespace())
            .env("LONGSHORE_CACHE", folder("cache"))
            .env("HELM_CACHE_HOME", folder("home/cache"))
            .env("HELM_CONFIG_HOME", folder("home/config"))
            .env("KUBECONFIG", "none")
            .folder(self.project.path())
    }

    #[track_caller]
    fn ends(&self, arguments: &str, code: i32, parts: &[&str]) -> Outcome {
        let outcome = self.program(arguments).run().unwrap();
        assert_eq!(outcome.code, Some(code), "longshore {arguments}\n{outcome}");
        for part in parts {
            let has = outcome.stdout.contains(part) || outcome.stderr.contains(part);
            assert!(has, "longshore {arguments}: no {part:?} in\n{outcome}");
        }
        outcome
    }

    fn lock(&self) -> String {
        self.project.read("longshore.lock").unwrap()
    }

    fn forget(&self) {
        let _ = fs::remove_dir_all(self.project.file("cache"));
        let _ = fs::remove_dir_all(self.project.file("home/cache"));
    }

    fn vendored(&self) -> Vec<String> {
        let entries = fs::read_dir(self.project.file("vendor/bases")).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[test]
fn a_branch_that_moved_is_taken_as_it_is_locked_until_it_is_updated() {
    let stage = Stage::new().on_outer();
    let (outer, inner) = (
        git(&stage.project, "outer", &["rev-parse", "HEAD"]),
        git(&stage.project, "inner", &["rev-parse", "HEAD"]),
    );
    stage.ends("check", 0, &["warning[kustomize/unpinned]"]);
    let added = format!("{}?ref=main + {}, for web", stage.outer, &outer[..12]);
    stage.ends("update --dry-run --detailed-exitcode", 2, &[&added, "nothing was written"]);
    assert!(stage.project.read("longshore.lock").is_err());
    stage.ends("update", 0, &[&added, &format!("{}?ref=main + {}", stage.inner, &inner[..12])]);
    let lock = stage.lock();
    for commit in [&outer, &inner] {
        assert!(lock.contains(&format!("    commit: \"{commit}\"\n    digest: \"sha256:")), "{lock}");
    }
    stage.ends("update --detailed-exitcode", 0, &[]);
    assert_eq!(stage.lock(), lock);

    let (new_inner, new_outer) = (stage.inner("inner-two"), stage.outer("outer-two"));
    for forgets in [false, true] {
        if forgets {
            stage.forget();
        }
        stage.ends("render", 0, &["name: outer-one", "name: inner-one"]);
    }
    let told = stage.ends("check --strict", 0, &[]);
    assert!(!told.stdout.contains("kustomize/unpinned"), "{told}");
    // A build is Kustomize's, which knows no lock.
    stage.ends("kustomize build app", 0, &["name: outer-two", "name: inner-two"]);

    let moved = format!("~ {} → {}", &outer[..12], &new_outer[..12]);
    let diff =
        ["web in dev", "+ ConfigMap/inner-two", "- ConfigMap/inner-one", "+ ConfigMap/outer-two", &moved];
    stage.ends("update --dry-run --diff", 0, &diff);
    let json = stage.ends("update --dry-run -o json", 0, &[]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["bases"][0]["new"]["commit"], *new_inner);
    assert_eq!(json["bases"][1]["old"]["commit"], *outer);
    assert_eq!(stage.lock(), lock);
    stage.ends("update web", 0, &[&moved, "wrote longshore.lock"]);
    stage.ends("render", 0, &["name: outer-two", "name: inner-two"]);
}

#[test]
fn only_releases_that_are_named_are_updated() {
    let stage = Stage::new().on_outer();
    let file = stage.project.read("longshore.yaml").unwrap();
    let both = file.replace("{web: {kustomize: app}}", "{web: {kustomize: app}, db: {kustomize: 'INNER'}}");
    let both = both.replace("INNER", &format!("{}//part?ref=v1", stage.inner));
    stage.project.write("longshore.yaml", &both).unwrap();
    git(&stage.project, "inner", &["tag", "v1"]);
    stage.ends("update", 0, &[]);
    let (inner, _) = (stage.inner("inner-two"), stage.outer("outer-two"));
    git(&stage.project, "inner", &["tag", "--force", "v1"]);
    stage.ends("update db", 0, &["?ref=v1 ~ ", &format!("→ {}, for db", &inner[..12])]);
    stage.ends("render", 0, &["name: outer-one", "name: inner-one", "name: inner-two"]);
    stage.inner("inner-three");
    stage.ends("update", 0, &[]);
    stage.ends("render", 0, &["name: outer-two", "name: inner-three", "name: inner-two"]);
}

/// What a server gives for `/map.yaml`, and how often it was asked.
fn served(name: &Arc<Mutex<String>>) -> TestServer {
    let name = Arc::clone(name);
    TestServer::start(move |asked: &Asked| match asked.target.split('?').next().unwrap_or_default() {
        "/a/b/map.yaml" => Answer::file(map(&name.lock().unwrap())),
        "/a/b/patch.yaml" => Answer::file("- {op: add, path: /data/patched, value: 'yes'}\n"),
        _ => Answer::status("404 Not Found"),
    })
    .unwrap()
}

#[test]
fn a_file_that_was_changed_is_refused_with_both_digests() {
    let stage = Stage::new();
    let name = Arc::new(Mutex::new(String::from("one")));
    let server = served(&name);
    let url = format!("{}/a/b/map.yaml", server.url());
    let patch = format!("{}/a/b/patch.yaml", server.url());
    stage.app(&format!(
        "resources: ['{url}?token=hunter2']\npatches: [{{path: '{patch}', target: {{kind: ConfigMap}}}}]\n"
    ));
    let told = stage.ends("check", 0, &[]);
    for address in [&url, &patch] {
        let expected = format!("`{address}` may be another file tomorrow");
        assert_eq!(told.stdout.matches(&expected).count(), 1, "{told}");
    }
    stage.ends("update", 0, &[&format!("{url} + sha256:"), &format!("{patch} + sha256:")]);
    let lock = stage.lock();
    assert!(!lock.contains("hunter2"), "{lock}");
    let (one, two) = (sha256(map("one").as_bytes()), sha256(map("two").as_bytes()));
    assert!(lock.contains(&format!("digest: \"{one}\"")), "{lock}");
    let quiet = stage.ends("check --strict", 0, &[]);
    assert!(!quiet.stdout.contains("kustomize/unpinned"), "{quiet}");

    // What is in the cache by its digest is not asked for; without it the server's file is compared.
    "two".clone_into(&mut name.lock().unwrap());
    let asked = server.asked().len();
    stage.ends("render", 0, &["name: one", "patched: \"yes\""]);
    assert_eq!(server.asked().len(), asked);
    let shown = stage.ends("update --diff --dry-run", 0, &["- ConfigMap/one", "+ ConfigMap/two"]);
    assert!(shown.stdout.contains(&format!("~ {} → {}", &one[..19], &two[..19])), "{shown}");
    stage.forget();
    let refused = format!(
        "error[lock/digest]: `{url}` is not the file that was locked: its SHA-256 is {two}, and longshore.lock says {one}"
    );
    let parts = [
        &*refused,
        "app/kustomization.yaml:1:13",
        "longshore.yaml:6:",
        "find out why; then `longshore update web` locks it",
    ];
    for command in ["render", "check"] {
        stage.ends(command, 1, &parts);
    }
    stage.ends("update", 0, &["wrote longshore.lock"]);
    stage.ends("render", 0, &["name: two"]);

    // A file that is gone is not looked for as a repository.
    stage.app(&format!("resources: ['{url}?token=hunter2']\n"));
    stage.ends("update", 0, &[&format!("{patch} - sha256:"), "no release has it any more"]);
    drop(server);
    stage.forget();
    let gone = stage.ends(
        "render",
        1,
        &["error[lock/unreachable]", "which is locked, cannot be got", "`longshore vendor`"],
    );
    // Only the line of the kustomization itself has the token.
    let told = gone.stderr.lines().filter(|line| !line.contains("| resources:"));
    assert!(!told.collect::<String>().contains("hunter2"), "{gone}");
}

#[test]
fn what_is_vendored_needs_no_network() {
    let stage = Stage::new();
    let name = Arc::new(Mutex::new(String::from("one")));
    let server = served(&name);
    // The same repository is wanted at a branch and at a commit.
    stage
        .project
        .write(
            "inner/more/kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: my-\n",
        )
        .unwrap();
    let pinned = stage.commit("inner", "component");
    stage.app(&format!(
        "resources: ['{}//base?ref=main', '{}/a/b/map.yaml']\ncomponents: ['{}//more?ref={pinned}']\n",
        stage.outer,
        server.url(),
        stage.inner
    ));
    stage.ends("vendor", 1, &["there is no longshore.lock", "`longshore update` makes it"]);
    stage.ends("update", 0, &[]);
    let written = stage.ends("vendor", 0, &["+ ./vendor/bases/outer-", "+ ./vendor/bases/map-"]);
    // The branch and the commit of the inner repository are the same: one archive.
    assert_eq!(stage.vendored().len(), 3, "{written}");
    stage.ends("vendor", 0, &["  ./vendor/bases/outer-"]);
    drop(server);
    stage.forget();
    for folder in ["outer", "inner"] {
        fs::rename(stage.project.file(folder), stage.project.file(&format!("{folder}-away"))).unwrap();
    }
    let parts = ["name: my-outer-one", "name: my-inner-one", "name: my-one"];
    stage.ends("render", 0, &parts);
    let offline = stage.program("render").env("LONGSHORE_OFFLINE", "1").run().unwrap();
    assert_eq!(offline.code, Some(0), "{offline}");
    stage.ends("check --strict", 0, &[]);

    // One that was changed is refused; what nothing in the lock stands for is not there for ever.
    let archives = stage.vendored();
    let of = |start: &str| archives.iter().find(|name| name.starts_with(start)).unwrap();
    for (start, how) in [
        ("map-", "is not what was locked: its SHA-256 is sha256:"),
        ("outer-", "is no archive of a repository"),
    ] {
        let path = stage.project.file("vendor/bases").join(of(start));
        let right = fs::read(&path).unwrap();
        fs::write(&path, "other").unwrap();
        let again = "the vendored file was changed: `longshore vendor` gets the locked one again";
        stage.ends("render", 1, &["error[lock/digest]", how, again]);
        fs::write(&path, right).unwrap();
    }
    let (outer, inner) = (stage.project.file("vendor/bases").join(of("outer-")), of("inner-"));
    let right = fs::read(&outer).unwrap();
    fs::copy(stage.project.file("vendor/bases").join(inner), &outer).unwrap();
    stage.ends("render", 1, &["error[lock/digest]", "is not what was locked: its SHA-256 is sha256:"]);
    for folder in ["outer", "inner"] {
        fs::rename(stage.project.file(&format!("{folder}-away")), stage.project.file(folder)).unwrap();
    }
    stage.app(&format!("resources: ['{}//base?ref=main']\n", stage.outer));
    stage.project.write("vendor/bases/README.md", "Ours.\n").unwrap();
    stage.ends("vendor", 0, &["+ ./vendor/bases/outer-", "- ./vendor/bases/map-"]);
    assert_eq!(fs::read(&outer).unwrap(), right);
    assert_eq!(stage.vendored().len(), 3, "outer, inner and README.md");
    // What the project does not build on any more leaves the lock with the next update.
    stage.ends("update", 0, &["map.yaml - sha256:", &format!("?ref={pinned} - ")]);
    assert!(!stage.lock().contains("files:"), "{}", stage.lock());
}

#[test]
fn what_the_lock_does_not_have_is_told_beside_what_it_has() {
    let stage = Stage::new().on_outer();
    stage.ends("update", 0, &[]);
    git(&stage.project, "inner", &["checkout", "--quiet", "-b", "next"]);
    stage.inner("next");
    git(&stage.project, "inner", &["checkout", "--quiet", "main"]);
    let both = format!(
        "resources:\n- {}//base?ref=main\n- {}//part?ref=next\nnamePrefix: a-\n",
        stage.outer, stage.inner
    );
    stage.app(&both);
    let told = stage.ends(
        "check",
        0,
        &["is taken at `next`", "app/kustomization.yaml:3:3", "`longshore update` locks it"],
    );
    assert_eq!(told.stdout.matches("warning[kustomize/unpinned]").count(), 1, "{told}");
    stage.ends("update web", 0, &["?ref=next + "]);
    stage.ends("check --strict", 0, &[]);
    // A lock of charts alone, as it was written before, goes on working.
    stage
        .project
        .write("longshore.lock", "apiVersion: longshore.dev/v1alpha1\nkind: Lock\ncharts: []\n")
        .unwrap();
    let told = stage.ends("check", 0, &[]);
    assert_eq!(told.stdout.matches("warning[kustomize/unpinned]").count(), 3, "{told}");
}

#[test]
fn a_release_that_is_a_repository_is_locked_too() {
    let stage = Stage::new();
    let file = stage.project.read("longshore.yaml").unwrap();
    let named = file.replace("kustomize: app", &format!("kustomize: '{}//base'", stage.outer));
    stage.project.write("longshore.yaml", &named).unwrap();
    stage.ends("update", 0, &[&format!("{} + ", stage.outer)]);
    stage.outer("outer-two");
    stage.ends("render", 0, &["name: outer-one"]);
    stage.ends("check --strict", 0, &[]);
    // A commit that is nowhere any more.
    let lock = stage.lock();
    let commit = lock.lines().find_map(|line| line.strip_prefix("    commit: ")).unwrap().trim_matches('"');
    stage.project.write("longshore.lock", &lock.replace(commit, &"a1".repeat(20))).unwrap();
    stage.ends(
        "render",
        1,
        &["error[lock/unreachable]: commit a1a1", "`longshore update web` locks what is there now"],
    );
}

/// Kustomize reads a URL as a file first. A server that has a page for a repository gives one.
#[test]
fn the_page_of_a_repository_is_no_file_of_the_lock() {
    let stage = Stage::new();
    let server = TestServer::start(|_: &Asked| Answer::file("<html>outer</html>")).unwrap();
    let address = format!("{}/o/outer", server.url());
    stage.app(&format!("resources: ['{address}//base?ref=main']\n"));
    let updated = stage
        .program("update")
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", format!("url.{}.insteadOf", stage.outer))
        .env("GIT_CONFIG_VALUE_0", &address)
        .run()
        .unwrap();
    assert_eq!(updated.code, Some(0), "{updated}");
    let lock = stage.lock();
    assert!(lock.contains(&format!("repository: \"{address}\"")), "{lock}");
    assert!(!lock.contains("files:"), "{lock}");
}

#[test]
fn entries_that_are_none_are_told_with_their_lines() {
    let stage = Stage::new().on_outer();
    stage.ends("update", 0, &[]);
    let lock = stage.lock();
    let commit = git(&stage.project, "outer", &["rev-parse", "HEAD"]);
    for (from, to, place) in [
        (&*commit, "main", "longshore.lock:12:13: `commit` of base 2"),
        ("  - repository: ", "  - repo: ", "longshore.lock:6:5: unknown key `repo` in base 1"),
        ("sha256:", "sha1:", "longshore.lock:9:13: `digest` of base 1"),
    ] {
        stage.project.write("longshore.lock", &lock.replacen(from, to, 1)).unwrap();
        let outcome = stage.ends("render -o json", 1, &["longshore.lock"]);
        let error: serde_json::Value = serde_json::from_str(outcome.stderr.lines().next().unwrap()).unwrap();
        let at = &error["place"];
        let told = format!(
            "{}:{}:{}: {}",
            at["file"].as_str().unwrap(),
            at["line"],
            at["column"],
            error["message"].as_str().unwrap()
        );
        assert!(told.starts_with(place), "{told}");
    }
    stage.ends("update", 0, &["wrote longshore.lock"]);
    assert_eq!(stage.lock(), lock);
}

#[test]
fn charts_of_kustomizations_are_locked_and_vendored() {
    let stage = Stage::new();
    let charts = repositories::project();
    charts.write("new/c/Chart.yaml", "{apiVersion: v2, name: c, version: 1.3.0}\n").unwrap();
    charts.write("new/c/values.yaml", "name: from-the-chart\n").unwrap();
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{.Values.name}}'}\n";
    charts.write("new/c/templates/x.yaml", template).unwrap();
    let to = charts.file("web").display().to_string();
    repositories::ok(&charts, &format!("package new/c -d {to}"));
    repositories::ok(&charts, &format!("repo index {to}"));
    let server = repositories::serve(&charts);
    let file = stage.project.read("longshore.yaml").unwrap();
    let named = file.replace("kustomize: app", "kustomize: {path: app, enableHelm: true}");
    stage.project.write("longshore.yaml", &named).unwrap();
    stage.app(&format!("helmCharts: [{{name: c, repo: '{}', version: ^1.0}}]\n", server.url()));
    stage.ends("update", 0, &["c + 1.3.0 ^1.0 of", "for web"]);
    stage.ends("render", 0, &["name: from-the-chart"]);
    assert!(!stage.project.file("app/charts").exists(), "a locked chart leaves nothing in the project");
    let quiet = stage.ends("check", 0, &[]);
    assert!(!quiet.stdout.contains("kustomize/unpinned"), "{quiet}");
    stage.ends("vendor", 0, &["+ ./vendor/charts/c-1.3.0.tgz"]);
    let url = server.url();
    drop(server);
    stage.forget();
    stage.ends("render", 0, &["name: from-the-chart"]);

    // A folder beside the kustomization counts only if it is the same.
    let folder = "app/charts/c-^1.0/c";
    fs::create_dir_all(stage.project.file(folder)).unwrap();
    stage
        .project
        .write(&format!("{folder}/Chart.yaml"), "{apiVersion: v2, name: c, version: 1.1.0}")
        .unwrap();
    stage.ends(
        "render",
        1,
        &["error[lock/digest]", "is not the chart `c` that was locked", "delete the folder"],
    );
    fs::remove_dir_all(stage.project.file("app/charts")).unwrap();
    // Without an entry a range is told.
    fs::remove_file(stage.project.file("longshore.lock")).unwrap();
    let server = repositories::serve(&charts);
    stage.app(&format!("helmCharts: [{{name: c, repo: '{}', version: ^1.0}}]\n", server.url()));
    assert_ne!(url, server.url());
    stage.ends("check", 0, &["chart `c` ^1.0 of http", "may be another version tomorrow"]);
    assert!(stage.project.file(folder).exists(), "as Kustomize does it");
}
