//! Which releases are where, and which values they get there.

use std::path::PathBuf;
use std::sync::Arc;

use longshore_diag::Diagnostic;
use serde_json::{Map, Value, json};

use super::{Choice, Platform, Selection};
use crate::kustomize::ChartsAs;
use crate::project::parse;

const FILE: &str = "apiVersion: longshore.dev/v1alpha1
kind: Project
name: shop
clusters:
  eu: {context: kind-eu, vars: {zone: eu-1}, releases: {web: {set: {replicas: 5}}}}
  us: {context: kind-us, vars: {zone: us-1}, releases: {mail: {enabled: false}}}
environments:
  base: {namespace: shop, vars: {monitoring: false, size: small}, releases: {web: {set: {size: base, from: base}}}}
  dev: {extends: base, context: minikube}
  prod:
    extends: base
    namespace: shop-${cluster.name}
    clusters: [eu, us]
    vars: {monitoring: true}
    releases: {web: {set: {size: '${env.vars.size}-${cluster.vars.zone}'}}, db: {clusters: [us]}}
releases:
  db: {manifests: m}
  web: {needs: [db], chart: c, set: {replicas: 1, size: none, own: true}}
  mail: {chart: c, clusters: [us, eu]}
  monitoring: {chart: c, enabled: '${env.vars.monitoring}'}
  logs: {chart: c, disabled: '${env.vars.monitoring}'}
";

#[derive(Debug)]
struct Nothing;

impl crate::Kustomizations for Nothing {
    fn files(&self, _: Option<ChartsAs>) -> Result<Box<dyn longshore_kustomize::Files>, Diagnostic> {
        unreachable!("no kustomization is built here")
    }

    fn archive(&self, _: &crate::project::WantedChart, _: Option<&str>) -> Result<Vec<u8>, Diagnostic> {
        unreachable!("no chart is fetched here")
    }

    fn digest(&self, _: &str) -> Result<String, Diagnostic> {
        unreachable!("no registry is asked here")
    }
}

fn all(choice: &Choice) -> Result<Vec<Selection>, Diagnostic> {
    let project = parse(FILE, "longshore.yaml")?;
    let nothing: Arc<dyn crate::Kustomizations> = Arc::new(Nothing);
    Selection::all(&Platform { project, root: PathBuf::from("."), lock: None }, choice, &nothing)
}

fn choice(environment: &str) -> Choice {
    Choice { environment: Some(environment.to_owned()), ..Choice::default() }
}

fn names(selection: &Selection) -> Vec<Vec<&str>> {
    selection.waves.iter().map(|wave| wave.iter().map(|release| release.name.as_str()).collect()).collect()
}

fn set(selection: &Selection, release: &str) -> Value {
    let release = selection.releases().find(|spec| spec.name == release).unwrap();
    let mut all = Map::new();
    for layer in &release.layers {
        all.extend(selection.set_of(layer).unwrap());
    }
    all.into()
}

#[test]
fn each_cluster_has_what_is_placed_there_with_its_own_values() {
    let prod = all(&choice("prod")).unwrap();
    let [eu, us] = &prod[..] else { panic!("two clusters") };
    assert_eq!((eu.namespace.as_str(), eu.context.as_deref()), ("shop-eu", Some("kind-eu")));
    assert_eq!((us.namespace.as_str(), us.cluster_name()), ("shop-us", Some("us")));
    // What `web` needs is on the other cluster, which leaves the order here as it is.
    assert_eq!(names(eu), [vec!["mail", "monitoring"], vec!["web"]]);
    assert_eq!(names(us), [vec!["db", "monitoring"], vec!["web"]]);
    let eu_1 = json!({"replicas": 5, "size": "small-eu-1", "own": true, "from": "base"});
    assert_eq!(set(eu, "web"), eu_1);
    let us_1 = json!({"replicas": 1, "size": "small-us-1", "own": true, "from": "base"});
    assert_eq!(set(us, "web"), us_1);
}

#[test]
fn without_clusters_everything_is_on_the_one_there_is() {
    let dev = all(&choice("dev")).unwrap();
    let [dev] = &dev[..] else { panic!("one cluster") };
    assert_eq!((dev.context.as_deref(), dev.cluster_name()), (Some("minikube"), None));
    assert_eq!(names(dev), [vec!["db", "mail", "logs"], vec!["web"]]);
    assert_eq!(set(dev, "web")["size"], "base");
}

#[test]
fn a_namespace_that_the_command_line_chooses_is_one_of_many() {
    let file = FILE.replace("namespace: shop-${cluster.name}", "namespace: 'shop-${env.vars.size}'");
    let project = parse(&file, "longshore.yaml").unwrap();
    let platform = Platform { project, root: PathBuf::from("."), lock: None };
    let nothing: Arc<dyn crate::Kustomizations> = Arc::new(Nothing);
    let chosen = |namespace: Option<&str>, vars: &[&str]| {
        let vars = vars.iter().map(|text| text.parse().unwrap()).collect();
        let choice = Choice { namespace: namespace.map(str::to_owned), vars, ..choice("prod") };
        let all = Selection::all(&platform, &choice, &nothing).unwrap();
        (all[0].namespace.clone(), all[0].namespace_chosen)
    };
    assert_eq!(chosen(None, &[]), ("shop-small".into(), false));
    assert_eq!(chosen(Some("other"), &[]), ("other".into(), true));
    assert_eq!(chosen(Some("shop-small"), &[]), ("shop-small".into(), false), "it is the file's");
    assert_eq!(chosen(None, &["size=large"]), ("shop-large".into(), true));
    assert_eq!(chosen(None, &["monitoring=false"]), ("shop-small".into(), false), "no part of it");
}

#[test]
fn one_cluster_is_chosen_where_a_command_is_about_one() {
    let project = parse(FILE, "longshore.yaml").unwrap();
    let platform = Platform { project, root: PathBuf::from("."), lock: None };
    let nothing: Arc<dyn crate::Kustomizations> = Arc::new(Nothing);
    let error = Selection::new(&platform, &choice("prod"), &nothing).unwrap_err();
    assert_eq!(
        error.to_string(),
        "longshore.yaml:10:3: environment `prod` is on 2 clusters, and this is about one (choose one with `--cluster eu|us`)"
    );
    let us = Choice { clusters: vec!["us".into()], ..choice("prod") };
    let us = Selection::new(&platform, &us, &nothing).unwrap();
    assert_eq!(us.cluster_name(), Some("us"));
    let ue = Choice { clusters: vec!["ue".into()], ..choice("prod") };
    assert_eq!(
        all(&ue).unwrap_err().to_string(),
        "longshore.yaml:10:3: environment `prod` has no cluster `ue` (did you mean `eu`?)"
    );
    let context = Choice { context: Some("x".into()), ..choice("prod") };
    assert!(all(&context).unwrap_err().to_string().contains("is on several clusters"));
}

#[test]
fn variables_of_the_command_line_are_over_the_environment_s() {
    let given = |texts: &[&str]| {
        let vars = texts.iter().map(|text| text.parse().unwrap()).collect();
        all(&Choice { vars, ..choice("dev") })
    };
    let dev = &given(&["monitoring=true", "size=huge"]).unwrap()[0];
    assert_eq!(names(dev), [vec!["db", "mail", "monitoring"], vec!["web"]]);
    assert_eq!(json!(dev.given), json!({"monitoring": true, "size": "huge"}));
    assert_eq!(
        given(&["monitoring=maybe"]).unwrap_err().to_string(),
        "longshore.yaml:20:35: `enabled` must be true or false, not `maybe`"
    );
    assert_eq!(given(&["monitorin=true"]).unwrap_err().hint.as_deref(), Some("did you mean `monitoring`?"));
}

const SPACES: &str = "apiVersion: longshore.dev/v1alpha1
kind: Project
name: shop
clusters:
  eu: {vars: {logs: logs-eu}}
  us: {vars: {logs: shop}}
environments:
  dev: {namespace: 'shop-${env.name}', createNamespace: {labels: {tier: '${env.vars.tier}'}}, vars: {tier: low}}
  own: {}
  both: {namespace: shop, clusters: [eu, us]}
  bad: {namespace: shop, createNamespace: {labels: {tier: '${env.vars.tier}'}}, vars: {tier: a b}}
defaultEnvironment: dev
releases:
  db: {manifests: m, needs: [logs]}
  logs: {manifests: m, namespace: '${env.namespace}-logs'}
  far: {manifests: m, namespace: FAR, enabled: false}
";

/// The selections of an environment of `SPACES`, with `FAR` and the namespace of the logs replaced.
fn spaces(environment: &str, far: &str, logs: &str) -> Result<Vec<Selection>, Diagnostic> {
    let text = SPACES.replace("FAR", far).replace("'${env.namespace}-logs'", logs);
    let platform =
        Platform { project: parse(&text, "longshore.yaml")?, root: PathBuf::from("."), lock: None };
    let nothing: Arc<dyn crate::Kustomizations> = Arc::new(Nothing);
    Selection::all(&platform, &choice(environment), &nothing)
}

#[test]
fn a_release_may_have_a_namespace_of_its_own() {
    let dev = spaces("dev", "far", "'${env.namespace}-logs'").unwrap().remove(0);
    assert_eq!(dev.namespaces(), ["shop-dev", "shop-dev-logs"], "the environment's first");
    assert_eq!((dev.namespace_of("db"), dev.namespace_of("logs")), ("shop-dev", "shop-dev-logs"));
    assert_eq!(dev.shown("logs"), "shop-dev-logs/logs");
    assert_eq!(dev.marks.labels["tier"], "low");
    // The order is that of needs, whatever the namespaces.
    assert_eq!(names(&dev), [vec!["logs"], vec!["db"]]);

    let both = spaces("both", "far", "'${cluster.vars.logs}'").unwrap();
    assert_eq!(both[0].namespaces(), ["shop", "logs-eu"]);
    // One namespace is not told.
    assert_eq!((both[1].namespaces(), both[1].shown("logs")), (vec!["shop".to_owned()], "logs".to_owned()));
}

#[test]
fn an_environment_needs_no_namespace_if_all_of_its_releases_have_one() {
    let none = "longshore.yaml:9:3: environment `own` has no namespace (add `namespace:` to it, or choose one with -n)";
    assert_eq!(spaces("own", "far", "logs").unwrap_err().to_string(), none);
    let text = SPACES
        .replace("FAR", "far")
        .replace("db: {manifests: m,", "db: {manifests: m, namespace: data,")
        .replace("'${env.namespace}-logs'", "logs");
    let project = parse(&text, "longshore.yaml").unwrap();
    let platform = Platform { project, root: PathBuf::from("."), lock: None };
    let nothing: Arc<dyn crate::Kustomizations> = Arc::new(Nothing);
    let own = Selection::all(&platform, &choice("own"), &nothing).unwrap().remove(0);
    assert_eq!(
        (own.namespaces(), own.namespace.as_str()),
        (vec!["data".to_owned(), "logs".to_owned()], "data")
    );
    let unknown = spaces("own", "far", "'${env.namespace}-logs'").unwrap_err().to_string();
    assert!(
        unknown.contains("has no namespace") || unknown.contains("`${env.namespace}` is not known"),
        "{unknown}"
    );
}

#[test]
fn what_makes_no_name_is_told_where_it_stands() {
    let error = spaces("dev", "far", "'Logs_${env.name}'").unwrap_err().to_string();
    assert!(error.starts_with("longshore.yaml:15:35: `Logs_dev` cannot name a namespace"), "{error}");
    let error = spaces("bad", "far", "logs").unwrap_err().to_string();
    assert!(error.starts_with("longshore.yaml:11:59: `a b` cannot be the value of label `tier`"), "{error}");
    // What is not wanted here has no namespace that could be wrong.
    assert!(spaces("dev", "'${env.vars.nothing}'", "logs").is_ok());
}
