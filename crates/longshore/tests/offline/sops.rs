//! `secrets:` from files that SOPS encrypted: where the key is looked for, what is seen without one, what goes wrong.

use longshore_testkit::{Outcome, Program, Project};

const SHOP: &str = "
    //- longshore.yaml
    apiVersion: longshore.dev/v1alpha1
    kind: Project
    name: shop
    secrets:
      db: {sops: {file: 'secrets/${env.name}.yaml', key: db.password}}
      tls: {sops: secrets/tls.pem}
    environments: {dev: {namespace: shop}}
    defaultEnvironment: dev
    releases:
      web: {manifests: web.yaml, generate: {web: {stringData: {password: '${secret.db}', tls.pem: '${secret.tls}'}}}}
    //- web.yaml
    {apiVersion: v1, kind: ConfigMap, metadata: {name: web}}
    ";

/// The files that the real SOPS wrote, in a project.
fn shop() -> Project {
    let project = Project::new(SHOP).unwrap();
    let compat = concat!(env!("CARGO_MANIFEST_DIR"), "/../../compat/sops");
    std::fs::create_dir(project.file("secrets")).unwrap();
    for (from, to) in
        [("default.yaml", "secrets/dev.yaml"), ("default.pem", "secrets/tls.pem"), ("keys.txt", "keys.txt")]
    {
        std::fs::copy(format!("{compat}/{from}"), project.file(to)).unwrap();
    }
    project
}

fn run(project: &Project, arguments: &str, variables: &[(&str, &str)]) -> Outcome {
    let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap().args(arguments.split_whitespace());
    let program = variables.iter().fold(program, |program, (name, value)| program.env(name, *value));
    program.folder(project.path()).run().unwrap()
}

#[test]
fn the_key_is_where_sops_looks_for_it() {
    let project = shop();
    let file = project.file("keys.txt").display().to_string();
    let text = project.read("keys.txt").unwrap();
    let keys = text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join(" ");
    std::fs::create_dir_all(project.file("config/sops/age")).unwrap();
    std::fs::copy(project.file("keys.txt"), project.file("config/sops/age/keys.txt")).unwrap();
    let config = project.file("config").display().to_string();
    for variable in [
        ("LONGSHORE_IDENTITY", &*file),
        ("SOPS_AGE_KEY_FILE", &*file),
        ("SOPS_AGE_KEY", &*keys),
        ("XDG_CONFIG_HOME", &*config),
    ] {
        let opened = run(&project, "render", &[variable]);
        // `hunter2`, and the file with the line break at its end.
        assert!(opened.stdout.contains("password: aHVudGVyMg=="), "{}: {opened}", variable.0);
        assert!(
            opened.stdout.contains("tls.pem: LS0tLS1CRUdJTiBYLS0tLS0KYWJjCi0tLS0tRU5EIFgtLS0tLQ=="),
            "{opened}"
        );
    }
    let without = run(&project, "render", &[]);
    assert_eq!(without.code, Some(1), "{without}");
    for words in [
        "secret `db` cannot be had: `./secrets/dev.yaml`: its data key is sealed to age1",
        "no age identity was found",
        "SOPS_AGE_KEY_FILE",
        "longshore.yaml:5:3",
    ] {
        assert!(without.stderr.contains(words), "no `{words}` in {without}");
    }
    let broken = run(&project, "render", &[("SOPS_AGE_KEY", "AGE-SECRET-KEY-1BROKEN")]);
    assert!(
        broken.stderr.contains("line 1 is no age identity") && broken.stderr.contains("--> SOPS_AGE_KEY"),
        "{broken}"
    );
    assert!(!broken.stderr.contains("1BROKEN"), "{broken}");
    let missing = run(&project, "render", &[("SOPS_AGE_KEY_FILE", "no.txt")]);
    assert!(missing.stderr.contains("cannot be read") && missing.stderr.contains("--> no.txt"), "{missing}");
}

/// `check` runs where nobody has the key; what can be seen without it is wrong all the same.
#[test]
fn a_check_needs_no_key_and_sees_what_is_not_there() {
    let project = shop();
    let good = run(&project, "check", &[]);
    assert_eq!(good.code, Some(0), "{good}");
    let wrong = |from: &str, to: &str, expected: &[&str]| {
        let project = shop();
        let text = project.read("longshore.yaml").unwrap();
        assert!(text.contains(from), "no `{from}`");
        project.write("longshore.yaml", &text.replace(from, to)).unwrap();
        for command in ["check", "render"] {
            let outcome = run(&project, command, &[("LONGSHORE_IDENTITY", "keys.txt")]);
            assert_eq!(outcome.code, Some(1), "{command}: {outcome}");
            for words in expected {
                assert!(
                    outcome.stderr.contains(words) || outcome.stdout.contains(words),
                    "{command}: no `{words}` in {outcome}"
                );
            }
            assert!(!outcome.stderr.contains("hunter2"), "{outcome}");
        }
    };
    let place = "longshore.yaml:5:3";
    wrong("db.password", "db.pasword", &["it has no `db.pasword`; did you mean `db.password`?", place]);
    wrong(
        "key: db.password",
        "key: db",
        &["`db` is a mapping with `password`", "write the whole path", place],
    );
    wrong("secrets/${env.name}.yaml", "secrets/no.yaml", &["`./secrets/no.yaml` cannot be read", place]);
    wrong(
        "secrets/${env.name}.yaml",
        "web.yaml",
        &["it is not encrypted", "sops encrypt --in-place FILE", place],
    );
    wrong(
        ", key: db.password",
        "",
        &["which value of it is wanted is not said", "key: db.password}`", place],
    );
    wrong(
        "{sops: secrets/tls.pem}",
        "{sops: {file: secrets/tls.pem, key: a}}",
        &["a binary file is one value and has no `a`"],
    );
}

/// A chart would otherwise be given what is encrypted.
#[test]
fn values_files_that_are_encrypted_are_refused() {
    let project = shop();
    let text = project.read("longshore.yaml").unwrap();
    let of = text.find("releases:").unwrap();
    project
        .write(
            "longshore.yaml",
            &format!("{}releases: {{web: {{chart: chart, values: [secrets/dev.yaml]}}}}\n", &text[..of]),
        )
        .unwrap();
    std::fs::create_dir_all(project.file("chart/templates")).unwrap();
    project.write("chart/Chart.yaml", "{apiVersion: v2, name: web, version: 1.0.0}\n").unwrap();
    let refused = run(&project, "render", &[]);
    assert_eq!(refused.code, Some(1), "{refused}");
    for words in [
        "`secrets/dev.yaml` is encrypted with SOPS, and values files are not decrypted",
        "longshore.yaml:",
        "`${secret.db}` in `set`",
    ] {
        assert!(refused.stderr.contains(words), "no `{words}` in {refused}");
    }
}
