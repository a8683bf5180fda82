//! `status --watch` and the live view of a deploy: pictures on a terminal, lines elsewhere.

use std::collections::BTreeSet;
use std::time::Duration;

use longshore_testkit::eventually;
use serde_json::Value;

use crate::Stage;

const SHOP: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    environments: {dev: {namespace: shop}}
    defaultEnvironment: dev
    releases:
      web: {manifests: web.yaml}
    //- web.yaml
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: front}
    spec:
      replicas: 2
      selector: {matchLabels: {app: front}}
      template:
        metadata: {labels: {app: front}}
        spec: {containers: [{name: app, image: example.com/app}]}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings}
    data: {a: b}
    ";

/// Changes are told as they happen, by watches.
#[tokio::test(flavor = "multi_thread")]
async fn changes_are_lines_where_there_is_no_terminal() {
    let stage = Stage::new("watched", SHOP).await;
    stage.ok("deploy");
    let mut text = stage.start("status --watch");
    let mut json = stage.start("status -w -o json");
    text.wait_for("web Deployment/front: ready").unwrap();
    json.wait_for("Deployment/front").unwrap();
    let scaled = serde_json::json!({"spec": {"replicas": 3}});
    stage.patch("apis/apps/v1/namespaces/{ns}/deployments/front", "test", &scaled).await;
    text.wait_for("3 of 3 ready").unwrap();
    // What is told of the pods may come after what is told of their ReplicaSet.
    eventually("three pods that are ready", Duration::from_mins(1), async || {
        Ok((ready_pods(&json.stdout_so_far()).len() == 3).then_some(()))
    })
    .await
    .unwrap();
    for started in [&mut text, &mut json] {
        started.interrupt().unwrap();
    }
    let text = text.finish().unwrap();
    assert_eq!((text.code, text.stderr.as_str()), (Some(130), ""), "{text}");
    let lines: Vec<&str> = text.stdout.lines().collect();
    assert_eq!(lines[..2], ["web: ready", "web Deployment/front: ready"]);
    assert!(!text.stdout.contains('\u{1b}'), "{text}");
    let json = json.finish().unwrap();
    assert_eq!(ready_pods(&json.stdout).len(), 3, "{json}");
}

/// The pods that lines of JSON say are ready.
fn ready_pods(output: &str) -> BTreeSet<String> {
    // The last line may not be whole yet.
    let lines = output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let ready = lines.filter(|line| line["state"] == "ready");
    let names = ready.filter_map(|line| line["object"].as_str().map(str::to_owned));
    names.filter(|object| object.starts_with("Pod/")).collect()
}

/// What a deploy tells a program is JSON line by line, in the shape of `status --watch`, warnings and errors too.
#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_tells_programs_its_progress_as_lines_of_json() {
    let stage = Stage::new("told", SHOP).await;
    let lines = |stderr: &str| -> Vec<Value> {
        stderr.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
    };
    for (output, last) in [("json", "deployed revision 1"), ("yaml", "deployed revision 2")] {
        let deployed = stage.ok(&format!("deploy -o {output}"));
        let told = lines(&deployed.stderr);
        let of = |object: &str| {
            let of_object = told.iter().filter(|line| line["object"] == object);
            of_object.map(|line| line["state"].as_str().unwrap()).collect::<Vec<_>>()
        };
        assert!(told.iter().all(|line| line["release"] == "web" && line["time"].is_string()), "{deployed}");
        assert_eq!(of("Deployment/front").last(), Some(&"ready"), "{deployed}");
        assert_eq!(of("Deployment/front").first(), Some(&"progressing"), "{deployed}");
        assert_eq!(of("ConfigMap/settings"), ["ready"], "{deployed}");
        let end = told.last().unwrap();
        assert_eq!((&end["state"], &end["message"]), (&"ready".into(), &last.into()), "{deployed}");
        assert!(end.get("object").is_none(), "{deployed}");
        let files = stage.project.read("web.yaml").unwrap();
        stage
            .project
            .write(
                "web.yaml",
                &files.replace("a: b", "a: c").replace("image: example.com/app", "image: example.com/app:2"),
            )
            .unwrap();
    }
    let refused = stage.longshore("destroy -o json");
    assert_eq!(lines(&refused.stderr)[0]["code"], "cli/needs-yes", "{refused}");
    let gone = stage.ok("destroy --yes -o json");
    let told = lines(&gone.stderr);
    let went = told.iter().filter(|line| line["state"] == "gone").count();
    assert_eq!(went, 2, "{gone}");
    assert_eq!(stage.ok("deploy -q -o json").stderr, "");
}

/// On a terminal there is one picture, which stays, and the terminal is as it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_shows_a_tree_that_stays() {
    let stage = Stage::new("pictured", SHOP).await;
    // `script` may lose what is written right before the end, so that the shell stays for a key.
    let mut deploying = stage.on_terminal("longshore deploy -n {ns}; stty -a; read key");
    deploying.wait_for("icanon").unwrap();
    deploying.type_keys("\n").unwrap();
    let outcome = deploying.finish().unwrap();
    let shown = screen(&outcome.stdout);
    assert!(shown.contains("✓ web  ready"), "{shown}");
    assert!(shown.contains("└─ ✓ Deployment/front  ready"), "{shown}");
    assert_eq!(shown.matches("Pod/front-").count(), 2, "the last picture stays, and only that: {shown}");
    assert!(outcome.stdout.contains(" echo "), "{outcome}");

    let mut watching =
        stage.on_terminal("trap : INT; longshore status -w -n {ns}; echo ended with $?; read key");
    watching.wait_for("Pod/front-").unwrap();
    watching.type_keys("\u{3}").unwrap();
    watching.wait_for("ended with 130").unwrap();
    watching.type_keys("\n").unwrap();
    let outcome = watching.finish().unwrap();
    let shown = screen(&outcome.stdout);
    assert!(shown.contains("   └─ ✓ ReplicaSet/front-"), "{shown}");
    assert!(shown.contains("revision 1, 2 of 2 ready"), "{shown}");
    assert!(!outcome.stdout.contains("\u{1b}[?25l"), "the cursor was never hidden");
}

/// What a terminal shows of these bytes.
fn screen(bytes: &str) -> String {
    let [rows, columns] = [60, 80].map(|number| std::num::NonZero::new(number).unwrap());
    let mut terminal = vt100::Parser::new(rows, columns, 0);
    terminal.process(bytes.as_bytes());
    terminal.screen().contents()
}
