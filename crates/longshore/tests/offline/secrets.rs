//! `secrets:` of the project file: where values come from, where they may stand, and that nobody is told them.

use longshore_secrets::{Identity, seal};
use longshore_testkit::{Outcome, Program, Project};
use secrecy::ExposeSecret;

const SHOP: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    secrets:
      db: {env: SHOP_DB}
      key: {file: 'keys/${env.name}.txt'}
      token: {command: [cat, keys/token]}
      sealed: {age: keys/sealed.age}
    environments:
      dev: {namespace: shop}
      prod: {extends: dev, secrets: {db: {file: keys/db}}}
    defaultEnvironment: dev
    releases:
      web:
        chart: chart
        set: {db: {password: '${secret.db}', url: none}, apiToken: 'x-${secret.token}'}
      base:
        manifests: base.yaml
        generate: {base: {stringData: {key: '${secret.key}', user: admin}}}
    //- base.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: base}}
    //- keys/dev.txt
    the-dev-key
    //- keys/prod.txt
    the-prod-key
    //- keys/db
    the-prod-password
    //- keys/token
    the-token
    //- chart/Chart.yaml
    {apiVersion: v2, name: web, version: 1.0.0}
    //- chart/templates/web.yaml
    apiVersion: v1
    kind: Secret
    metadata: {name: web}
    stringData: {password: {{ .Values.db.password }}, token: {{ .Values.apiToken }}}
    ";

fn run(project: &Project, arguments: &str, variables: &[(&str, &str)]) -> Outcome {
    let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap().args(arguments.split_whitespace());
    let program = variables.iter().fold(program, |program, (name, value)| program.env(name, *value));
    program.folder(project.path()).run().unwrap()
}

fn edit(project: &Project, from: &str, to: &str) {
    let text = project.read("longshore.yaml").unwrap();
    assert!(text.contains(from), "no `{from}`");
    project.write("longshore.yaml", &text.replace(from, to)).unwrap();
}

#[test]
fn values_come_from_where_the_file_says() {
    let project = Project::new(SHOP).unwrap();
    let dev = run(&project, "render", &[("SHOP_DB", "the-dev-password")]);
    assert!(dev.stdout.contains("stringData: {password: the-dev-password, token: x-the-token}"), "{dev}");
    assert!(dev.stdout.contains("key: dGhlLWRldi1rZXk="), "{dev}");
    let prod = run(&project, "render -e prod", &[]);
    assert!(prod.stdout.contains("password: the-prod-password"), "{prod}");
    assert!(prod.stdout.contains("key: dGhlLXByb2Qta2V5"), "{prod}");
    let values = run(&project, "values -e prod", &[]);
    assert!(values.stdout.contains("password: (hidden)"), "{values}");
    assert!(!values.stdout.contains("the-"), "{values}");
}

/// A program may ask somebody, or count how often it was asked.
#[test]
fn a_program_is_run_once_for_all_who_want_its_secret() {
    let project = Project::new(SHOP).unwrap();
    edit(&project, "[cat, keys/token]", "[sh, -c, 'echo once >>ran; cat keys/token']");
    edit(&project, "password: '${secret.db}'", "password: '${secret.token}'");
    let rendered = run(&project, "render --only web", &[]);
    assert!(rendered.stdout.contains("{password: the-token, token: x-the-token}"), "{rendered}");
    assert_eq!(project.read("ran").unwrap(), "once\n");
}

#[test]
fn a_sealed_file_is_opened_with_the_key() {
    let project = Project::new(SHOP).unwrap();
    let identity = Identity::generate();
    let sealed = seal(b"from-the-vault\n", &[identity.recipient()]).unwrap();
    std::fs::write(project.file("keys/sealed.age"), sealed).unwrap();
    edit(&project, "${secret.db}", "${secret.sealed}");
    let identity = identity.secret();
    let opened = run(&project, "render --only web", &[("LONGSHORE_IDENTITY", identity.expose_secret())]);
    assert!(opened.stdout.contains("password: from-the-vault,"), "{opened}");
    let other = Identity::generate().secret();
    let refused = run(&project, "render --only web", &[("LONGSHORE_IDENTITY", other.expose_secret())]);
    assert_eq!(refused.code, Some(1), "{refused}");
    assert!(refused.stderr.contains("secret `sealed` cannot be had"), "{refused}");
    assert!(!refused.stderr.contains(other.expose_secret()), "{refused}");
}

#[test]
fn mistakes_are_told_at_their_line() {
    let check = |from: &str, to: &str, expected: &[&str]| {
        let project = Project::new(SHOP).unwrap();
        edit(&project, from, to);
        let outcome = run(&project, "render", &[("SHOP_DB", "the-dev-password")]);
        assert_eq!(outcome.code, Some(1), "{outcome}");
        for words in expected {
            assert!(outcome.stderr.contains(words), "no `{words}` in {outcome}");
        }
        assert!(!outcome.stderr.contains("the-"), "{outcome}");
    };
    check(
        "env: SHOP_DB",
        "env: SHOP_DB2",
        &[
            "secret `db` cannot be had: the variable `SHOP_DB2` is not set",
            "longshore.yaml:5:3",
            "longshore.yaml:16",
            "export SHOP_DB2=…",
        ],
    );
    check(
        "[cat, keys/token]",
        "['false']",
        &["secret `token` cannot be had: `false` failed (exit status: 1)"],
    );
    check("keys/${env.name}.txt", "keys/no.txt", &["`./keys/no.txt` cannot be read"]);
    check(
        "${secret.db}",
        "${secret.bd}",
        &["there is no secret `bd` in environment `dev`", "did you mean `db`?"],
    );
    check(
        "url: none",
        "url: 'a:${secret.db}'",
        &["secret `db` would not be hidden here", "longshore.yaml:16:"],
    );
    check("manifests: base.yaml", "manifests: '${secret.key}'", &["secret `key` would not be hidden here"]);
    check(
        "{env: SHOP_DB}",
        "{env: A, file: b}",
        &["secret `db` must have one source of `env`, `file`, `command`, `age`, `sops`"],
    );
    check(
        "{env: SHOP_DB}",
        "SHOP_DB",
        &["secret `db` must be a mapping with its source", "{env: DB_PASSWORD}"],
    );
    check("[cat, keys/token]", "cat keys/token", &["no shell takes it apart"]);
}
