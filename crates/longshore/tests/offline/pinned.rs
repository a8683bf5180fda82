//! `lock: {images: true}`: images by the digests that registries give, put into what is rendered, kept where a registry is
//! not reached, and refused where the lock does not have one.

use longshore_source::oci::sha256;
use longshore_testkit::{Answer, Asked, Outcome, Program, Project, TestServer};

use crate::registries::Registry;

const INDEX: &str = "{\"index\": 1}";
const MOVED: &str = "{\"moved\": 1}";
const SIDE: &str = "{\"side\": 1}";

fn digest(text: &str) -> String {
    sha256(text.as_bytes())
}

/// A registry on loopback; the tag of `a/app` moves when the file is there.
fn registry(moved: std::path::PathBuf) -> TestServer {
    let of = |text: &str| {
        let kind = "application/vnd.oci.image.index.v1+json".to_owned();
        let headers = vec![("Content-Type".to_owned(), kind)];
        Answer { headers, ..Answer::file(text.as_bytes().to_vec()) }
    };
    TestServer::start(move |asked: &Asked| match asked.target.as_str() {
        "/v2/a/app/manifests/1" if moved.exists() => of(MOVED),
        "/v2/a/app/manifests/1" => of(INDEX),
        "/v2/a/side/manifests/latest" => of(SIDE),
        "/v2/a/liar/manifests/1" => {
            let mut answer = of(SIDE);
            answer.headers.push(("Docker-Content-Digest".to_owned(), digest(INDEX)));
            answer
        }
        _ => Answer::status("404 Not Found"),
    })
    .unwrap()
}

/// A project with a release of each method; `HOST` is the registry.
fn project(host: &str) -> Project {
    let files = "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        lock: {images: true}
        environments: {dev: {namespace: shop}}
        defaultEnvironment: dev
        releases:
          web: {chart: chart}
          jobs: {manifests: jobs.yaml}
          over: {kustomize: over}
        //- chart/Chart.yaml
        {apiVersion: v2, name: web, version: 1.0.0}
        //- chart/templates/web.yaml
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers:
                - name: app
                  image: HOST/a/app:1   # the app
                - {name: side, image: HOST/a/side}
                - {name: by-digest, image: 'HOST/a/other:2@sha256:0000000000000000000000000000000000000000000000000000000000000000'}
        //- chart/templates/hook.yaml
        apiVersion: batch/v1
        kind: Job
        metadata: {name: hook, annotations: {helm.sh/hook: pre-install}}
        spec: {template: {spec: {containers: [{name: hook, image: HOST/a/app:1}]}}}
        //- jobs.yaml
        apiVersion: batch/v1
        kind: CronJob
        metadata: {name: jobs}
        spec: {schedule: '@daily', jobTemplate: {spec: {template: {spec: {containers: [{name: job, image: HOST/a/app:1}]}}}}}
        //- over/kustomization.yaml
        resources: [pod.yaml]
        //- over/pod.yaml
        apiVersion: v1
        kind: Pod
        metadata: {name: over}
        spec: {containers: [{name: over, image: HOST/a/side}]}
        ";
    Project::new(&files.replace("HOST", host)).unwrap()
}

fn program(project: &Project, arguments: &str) -> Program {
    Program::new(env!("CARGO_BIN_EXE_longshore"))
        .unwrap()
        .args(arguments.split_whitespace())
        .env("HELM_CACHE_HOME", project.file("home/cache"))
        .env("HELM_CONFIG_HOME", project.file("home/config"))
        .env("DOCKER_CONFIG", project.file("home/docker"))
        .folder(project.path())
}

#[track_caller]
fn ends(project: &Project, arguments: &str, code: i32, parts: &[&str]) -> Outcome {
    let outcome = program(project, arguments).run().unwrap();
    assert_eq!(outcome.code, Some(code), "longshore {arguments}\n{outcome}");
    for part in parts {
        let has = outcome.stdout.contains(part) || outcome.stderr.contains(part);
        assert!(has, "longshore {arguments}: no {part:?} in\n{outcome}");
    }
    outcome
}

/// Where a registry is spoken to.
fn host(server: &TestServer) -> String {
    server.url().trim_start_matches("http://").to_owned()
}

#[test]
fn images_are_locked_rendered_by_digest_and_updated() {
    let flag = Project::new("//- README\nMoved when `moved` is there.\n").unwrap();
    let server = registry(flag.file("moved"));
    let host = &host(&server);
    let project = project(host);
    ends(&project, "render", 1, &["there is no longshore.lock", "`longshore update` asks the registries"]);
    let (app, side) = (digest(INDEX), digest(SIDE));
    let told = format!("{host}/a/app:1 + {}, for jobs, web", &app[..19]);
    ends(&project, "update --dry-run --detailed-exitcode", 2, &[&told, "nothing was written"]);
    ends(&project, "update", 0, &[&told, &format!("{host}/a/side + {}, for over, web", &side[..19])]);
    let lock = project.read("longshore.lock").unwrap();
    let expected = format!(
        "images:\n  - image: \"{host}/a/app:1\"\n    digest: \"{app}\"\n  - image: \"{host}/a/side\"\n    digest: \"{side}\"\n"
    );
    assert!(lock.ends_with(&expected), "{lock}");
    let rendered = ends(&project, "render", 0, &[]).stdout;
    let pinned = format!("image: \"{host}/a/app:1@{app}\"");
    assert_eq!(rendered.matches(&pinned).count(), 3, "the chart's container, its hook, the job\n{rendered}");
    assert_eq!(rendered.matches(&format!("{host}/a/side@{side}")).count(), 2, "{rendered}");
    assert!(rendered.contains(&format!("{pinned}   # the app")), "nothing else is changed\n{rendered}");
    assert!(rendered.contains("a/other:2@sha256:0000"), "{rendered}");

    // The tag moves: what is rendered does not.
    flag.write("moved", "").unwrap();
    assert_eq!(ends(&project, "render", 0, &[]).stdout, rendered);
    let moved = digest(MOVED);
    let told = format!("{host}/a/app:1 ~ {} → {}, for jobs, web", &app[..19], &moved[..19]);
    // Only the images of one release are asked for.
    ends(&project, "update --dry-run over", 0, &[&format!("{host}/a/app:1   {}", &app[..19])]);
    ends(&project, "update web", 0, &[&told, "wrote longshore.lock"]);
    ends(&project, "render", 0, &[&format!("{host}/a/app:1@{moved}")]);

    // What no release has any more goes; what the lock does not have is refused at its release.
    let file = project.read("jobs.yaml").unwrap();
    project.write("jobs.yaml", &file.replace("a/app:1", "a/none:1")).unwrap();
    ends(
        &project,
        "render",
        1,
        &["image `", "a/none:1` is not in longshore.lock", "longshore.yaml:9:", "`longshore update jobs`"],
    );
    ends(&project, "check", 1, &["a/none:1` is not in longshore.lock"]);
    ends(&project, "update", 1, &["a/none:1 ! not locked, for jobs", "error[image/missing]", "not found"]);
    project.write("jobs.yaml", &file.replace("a/app:1", "a/liar:1")).unwrap();
    ends(&project, "update", 1, &["a/liar:1 ! not locked", "is not what its digest says"]);
    project
        .write(
            "longshore.yaml",
            &project.read("longshore.yaml").unwrap().replace("images: true", "images: false"),
        )
        .unwrap();
    ends(&project, "render", 0, &["image: 127.0.0.1", "/a/app:1   # the app"]);
}

#[test]
fn a_registry_that_is_not_reached_leaves_the_lock_as_it_is() {
    let flag = Project::new("//- README\nNothing.\n").unwrap();
    let server = registry(flag.file("moved"));
    let project = project(&host(&server));
    ends(&project, "update", 0, &["wrote longshore.lock"]);
    let lock = project.read("longshore.lock").unwrap();
    drop(server);
    let told = ends(&project, "update", 0, &["warning[image/unreachable]", "it stays locked as it was"]);
    assert_eq!(told.stderr.matches("image/unreachable").count(), 2, "{told}");
    assert_eq!(told.stderr.matches("its registry does not answer").count(), 1, "it is asked once\n{told}");
    assert_eq!(project.read("longshore.lock").unwrap(), lock);
    let offline = program(&project, "update").env("LONGSHORE_OFFLINE", "1").run().unwrap();
    assert!(offline.stderr.contains("no server is asked (offline)"), "{offline}");
    assert_eq!(project.read("longshore.lock").unwrap(), lock);
    ends(&project, "render", 0, &["/a/app:1@sha256:"]);
}

/// What Debian's registry says of the manifest that a chart was pushed with.
#[test]
fn a_real_registry_is_asked() {
    let Some(registry) = Registry::start(false) else { return };
    let pushed = registry.helm("push c-1.0.0+b.5.tgz oci://HOST/a --plain-http");
    let stated = pushed.stderr.split("Digest: ").nth(1).or(pushed.stdout.split("Digest: ").nth(1)).unwrap();
    let stated = stated.lines().next().unwrap().to_owned();
    let project = project(&registry.host);
    for file in ["chart/templates/web.yaml", "chart/templates/hook.yaml", "jobs.yaml", "over/pod.yaml"] {
        let text = project.read(file).unwrap();
        project
            .write(file, &text.replace("/a/app:1", "/a/c:1.0.0_b.5").replace("/a/side", "/a/c:1.0.0_b.5"))
            .unwrap();
    }
    ends(&project, "update", 0, &["/a/c:1.0.0_b.5 + "]);
    ends(&project, "render", 0, &[&format!("/a/c:1.0.0_b.5@{stated}")]);
}
