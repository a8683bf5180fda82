//! What the project file names must be there: files, releases, environments, clusters, variables, rules; nothing goes
//! round in a circle, and nothing is there twice. Each is told at its line with what was expected, by exit code 1, before
//! anything is done.

use longshore_testkit::{Program, Project};
use serde_json::Value;

const HEAD: &str = "apiVersion: longshore.dev/v1alpha1\nkind: Project\nname: shop\n";

/// What is wrong with how mistakes are told. In their texts `«` stands before what the mistake is told at.
#[derive(Default)]
struct Flaws(Vec<String>);

impl Flaws {
    /// Runs a command on a project file: exit code 1, nothing on standard output, and an error that says `words`.
    fn check(&mut self, command: &str, text: &str, words: &str) {
        let whole = format!("{HEAD}{text}");
        let (before, _) = whole.split_once('«').unwrap();
        let line = before.split('\n').count();
        let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
        self.check_at(command, &whole.replace('«', ""), &format!("longshore.yaml:{line}:{column}"), words);
    }

    fn check_at(&mut self, command: &str, text: &str, place: &str, words: &str) {
        let project = Project::new(
            "
            //- m.yaml
            {apiVersion: v1, kind: ConfigMap, metadata: {name: m}}
            //- c/Chart.yaml
            {apiVersion: v2, name: c, version: 1.0.0}
            //- empty/readme.txt
            nothing
            //- broken.json
            {\"type\": 7
            ",
        )
        .unwrap();
        project.write("longshore.yaml", text).unwrap();
        let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
        let program = program.args(command.split_whitespace()).args(["-o", "json"]).env("KUBECONFIG", "none");
        let outcome = program.folder(project.path()).run().unwrap();
        let told = outcome.stderr.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let Some(told) = told.into_iter().find(|told| told["severity"] == "error") else {
            return self.0.push(format!("{text}: no error: {outcome}"));
        };
        let at = &told["place"];
        let at = format!("{}:{}:{}", at["file"].as_str().unwrap_or_default(), at["line"], at["column"]);
        let hint = told["hint"].as_str().unwrap_or_default();
        let said = format!("{} ({hint})", told["message"].as_str().unwrap());
        if (outcome.code, &*outcome.stdout) != (Some(1), "") || at != place || !said.contains(words) {
            self.0.push(format!("{text}: not {place} and {words:?}, but {at}: {said}: {outcome}"));
        }
    }

    /// The same of releases, with an environment `dev`.
    fn release(&mut self, releases: &str, words: &str) {
        let text = format!(
            "environments: {{dev: {{namespace: shop}}}}\ndefaultEnvironment: dev\nreleases: {releases}\n"
        );
        self.check("render", &text, words);
    }

    /// The same of what stands before two releases.
    fn whole(&mut self, text: &str, words: &str) {
        let releases = "releases: {web: {chart: c}, db: {manifests: m.yaml}}\n";
        self.check("render -e dev", &format!("{text}{releases}"), words);
    }

    fn end(self) {
        assert!(self.0.is_empty(), "{}", self.0.join("\n"));
    }
}

#[test]
fn files_that_are_not_there() {
    let mut flaws = Flaws::default();
    flaws.release("{web: {chart: «gone}}", "`gone` should be a folder and does not exist");
    flaws.release("{web: {chart: «m.yaml}}", "m.yaml");
    flaws.release("{web: {chart: «empty}}", "`empty` must be a chart's folder, with a Chart.yaml");
    flaws.release("{web: {chart: c, values: «gone.yaml}}", "gone.yaml");
    flaws.release("{web: {chart: c, values: «empty}}", "empty");
    flaws.release("{web: {manifests: «gone.yaml}}", "gone.yaml");
    flaws.release("{web: {manifests: [m.yaml, «empty]}}", "empty");
    flaws.release("{web: {kustomize: «gone}}", "gone");
    flaws.release("{web: {kustomize: {path: «empty}}}", "empty");
    let schema = |file: &str| {
        format!(
            "environments: {{dev: {{namespace: shop}}}}\nvarsSchema: {file}\nreleases: {{web: {{manifests: m.yaml}}}}\n"
        )
    };
    flaws.check("render -e dev", &schema("«gone.json"), "gone.json` cannot be read");
    let broken = format!("{HEAD}{}", schema("broken.json"));
    flaws.check_at("render -e dev", &broken, "./broken.json:2:1", "this is no YAML");
    flaws.check("render -e dev", &schema("«{type: 7}"), "is no JSON Schema");
    let cluster = "environments: {dev: {namespace: shop, clusters: [eu]}}\nreleases: {web: {manifests: m.yaml}}\nclusters: {eu: {kubeconfig: «gone}}\n";
    flaws.check("deploy --yes -e dev", cluster, "no kubeconfig found");
    let context =
        "environments: {dev: {namespace: shop, context: «nowhere}}\nreleases: {web: {manifests: m.yaml}}\n";
    flaws.check("deploy --yes -e dev", context, "no kubeconfig found");
    flaws.end();
}

#[test]
fn circles() {
    let mut flaws = Flaws::default();
    flaws.release("{web: {manifests: m, needs: «web}}", "a circle: web → web");
    flaws.release(
        "{a: {manifests: m, needs: «b}, b: {manifests: m, needs: c}, c: {manifests: m, needs: a}}",
        "a circle: a → b → c → a",
    );
    flaws.whole(
        "environments: {dev: {extends: b}, b: {extends: c}, c: {extends: «b}}\n",
        "a circle: dev → b → c → b",
    );
    flaws.whole("environments: {dev: {extends: «dev}}\n", "a circle: dev → dev");
    flaws.whole(
        "environments: {dev: {namespace: s}}\nmoved: [{from: «web, to: web}]\n",
        "release `web` was moved to `web`, and is still there",
    );
    flaws.end();
}

#[test]
fn names_that_nothing_has() {
    let mut flaws = Flaws::default();
    flaws.release("{web: {manifests: m, needs: «wbe}}", "which is not in the project");
    flaws.release("{web: {manifests: m, clusters: «eu}}", "name it under `clusters:`");
    flaws.release("{web: {manifests: m, requires: «Deployment}}", "write `group/version`");
    flaws.release("{web: {manifests: «'${env.vars.x}'}}", "is not known in environment `dev`");
    flaws.release("{web: {manifests: «'${env.nam}'}}", "did you mean `env.name`?");
    flaws.release("{web: {manifests: «'${cluster.name}'}}", "the environment names no `clusters`");
    flaws.release("{web: {manifests: «'${secret.a}'}}", "there is no secret `a`");
    flaws.release("{web: {manifests: «'${env.name'}}", "is not closed");
    flaws.release("{web: {chart: c, set: {a: {b: «'${env.vars.x}'}}}}", "is not known");
    flaws.release("{web: {chart: c, enabled: «'${env.name}'}}", "must be true or false, not `dev`");
    flaws.whole("environments: {dev: {extends: «bas}, base: {}}\n", "did you mean `base`?");
    flaws.whole("environments: {dev: }\ndefaultEnvironment: «dv\n", "did you mean `dev`?");
    flaws.whole("environments: {dev: {clusters: [«ue]}}\nclusters: {eu: }\n", "did you mean `eu`?");
    flaws.whole(
        "environments: {dev: {clusters: [eu], clusterWaves: [[«ue]]}}\nclusters: {eu: }\n",
        "is in a wave and not in `clusters`",
    );
    flaws.whole("environments: {dev: {releases: {«wb: {}}}}\n", "did you mean `web`?");
    flaws.whole("clusters: {eu: {releases: {«wb: {}}}}\n", "did you mean `web`?");
    flaws.whole("drift: {ignore: [«{kind: A, release: wb}]}\n", "did you mean `web`?");
    flaws.whole("moved: [{from: a, to: «wb}]\n", "did you mean `web`?");
    flaws.whole("check: {disable: «secrets/plan}\n", "did you mean `secrets/plain`?");
    flaws.whole("wait: {grace: {«pul: 1s}}\n", "did you mean `pull`?");
    flaws.end();
}

#[test]
fn the_same_twice() {
    let mut flaws = Flaws::default();
    flaws.release("{web: {manifests: m}, «web: {manifests: m}}", "key `web` is there twice");
    flaws.release("{db: {manifests: m}, web: {manifests: m, needs: [db, «db]}}", "names `db` twice");
    flaws.release("{web: {chart: c, set: {a: 1, «a: 2}}}", "key `a` is there twice");
    flaws.release("{web: {chart: c, set: {a: 1, «\"a\": 2}}}", "key `a` is there twice");
    flaws.release(
        "{web: {manifests: m, generate: {s: {keys: {k: {length: 8}}, stringData: {«k: v}}}}}",
        "drawn by `keys`, and given by `stringData`",
    );
    flaws.whole("clusters: {eu: }\nenvironments: {dev: {clusters: [eu, «eu]}}\n", "is named twice");
    flaws.whole("moved: [{from: a, to: web}, {from: «a, to: web}]\n", "is moved twice");
    flaws.check(
        "render -e dev",
        "clusters: {eu: }\nenvironments: {dev: {namespace: s, clusters: eu}}\nreleases: {web: {manifests: m.yaml, clusters: [eu, «eu]}}\n",
        "is named twice",
    );
    flaws.end();
}

/// Keys that are no texts, and YAML that a project file does not have.
#[test]
fn yaml_that_is_none_of_a_project_file() {
    let mut flaws = Flaws::default();
    flaws.release("{«[a, b]: {manifests: m}}", "a key of `releases` must be a string, not a list");
    flaws.release("{«~: {manifests: m}}", "a key of `releases` must be a string, not nothing");
    flaws.release("{«<<: {web: {manifests: m}}}", "`<<` in `releases` has nothing to merge");
    flaws.release("{web: {manifests: &one m, needs: «*one}}", "the alias `*one` (a project file has none)");
    flaws.release("{web: {manifests: «!mine m}}", "must be a string");
    flaws.check("render", "releases: {}\n«---\nreleases: {}\n", "one YAML document, not several");
    flaws.end();
}
