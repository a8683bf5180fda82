//! Bad input for every key of `secrets:`: told with file and line and what was expected, before anything is done.

use longshore_testkit::{Program, Project};

/// A project whose file has these secrets, of which one is asked for.
fn refused(secrets: &str, expected: &[&str]) {
    let text = format!(
        "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        environments: {{dev: {{namespace: shop}}}}
        defaultEnvironment: dev
        releases: {{web: {{manifests: web.yaml, generate: {{web: {{stringData: {{a: '${{secret.a}}'}}}}}}}}}}
        secrets: {secrets}
        //- web.yaml
        {{apiVersion: v1, kind: ConfigMap, metadata: {{name: web}}}}
        //- empty
        //- folder/file
        x
        "
    );
    let project = Project::new(&text).unwrap();
    std::fs::write(project.file("binary"), [0xff, 0xfe, 0x00]).unwrap();
    std::fs::write(project.file("large"), vec![b'x'; (1 << 20) + 1]).unwrap();
    // A deploy, too, is over before a cluster is asked: there is none.
    for command in ["render", "deploy"] {
        let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap().args([command]);
        let outcome = program.folder(project.path()).run().unwrap();
        assert_eq!(outcome.code, Some(1), "{secrets}: {outcome}");
        assert_eq!(outcome.stdout, "", "{secrets}: {outcome}");
        if command == "deploy" && !outcome.stderr.contains("longshore.yaml:7") {
            // What is only known when it is read comes after the connection.
            continue;
        }
        for words in expected {
            assert!(outcome.stderr.contains(words), "{secrets}: {command}: no `{words}` in {outcome}");
        }
    }
}

#[test]
fn what_is_written_wrong_is_told_at_its_line() {
    let at = "longshore.yaml:7:";
    refused("[a]", &["`secrets` of", "must be a mapping, not a list", at]);
    refused("{a: 5}", &["secret `a` must be a mapping with its source, not `5`", at]);
    refused("{a: {}}", &["secret `a` must have one source of `env`, `file`, `command`, `age`, `sops`", at]);
    refused("{a: {env: A, age: b}}", &["secret `a` must have one source of", at]);
    refused("{a: {envv: A}}", &["unknown key `envv` in secret `a`", "did you mean `env`?", at]);
    refused("{a: {env: 5}}", &["`env` of secret `a` must be a string, not `5`", "put it in quotes", at]);
    refused("{a: {file: [x]}}", &["`file` of secret `a` must be a string, not a list", at]);
    refused("{a: {age: {x: y}}}", &["`age` of secret `a` must be a string, not a mapping", at]);
    refused(
        "{a: {command: pass show a}}",
        &["`command` of secret `a` must be a list", "no shell takes it apart", at],
    );
    refused("{a: {command: []}}", &["`command` of secret `a` must be a list", at]);
    refused("{a: {command: [[x]]}}", &["`command` of secret `a` must be a string, not a list", at]);
    refused("{a: {command: [x], timeout: soon}}", &["`soon` is no duration; write `90s`", at]);
    refused("{a: {command: [x], timeout: 0s}}", &["`0s` must be longer than nothing", at]);
    refused(
        "{a: {env: A, timeout: 3s}}",
        &["`timeout` of secret `a` is for a `command`, and it has none", at],
    );
    refused("{a: {sops: [x]}}", &["`sops` of secret `a` must be a string, not a list", at]);
    refused("{a: {sops: {key: b}}}", &["`sops` of secret `a` has no `file`", at]);
    refused(
        "{a: {sops: {file: x, kee: b}}}",
        &["unknown key `kee` in `sops` of secret `a`", "did you mean `key`?", at],
    );
    refused("{a: {env: A}, a: {env: B}}", &["`a`", at]);
    refused("{b: {env: A}}", &["there is no secret `a` in environment `dev`"]);
    refused("{a: {file: '${env.nam}'}}", &["`${env.nam}` is not known in environment `dev`", at]);
    refused("{a: {file: '${secret.a}'}}", &["secret `a` would not be hidden here", at]);
}

#[test]
fn what_cannot_be_had_is_told_with_where_it_was_to_come_from() {
    let of = |secret: &str, words: &str| {
        refused(secret, &[&format!("secret `a` cannot be had: {words}"), "longshore.yaml:7:", "hint: "]);
    };
    of("{a: {env: LONGSHORE_NOT_SET}}", "the variable `LONGSHORE_NOT_SET` is not set");
    of("{a: {file: gone}}", "`./gone` cannot be read: No such file");
    of("{a: {file: folder}}", "`./folder` cannot be read: Is a directory");
    of("{a: {file: empty}}", "it is empty");
    of("{a: {file: binary}}", "it is not UTF-8 text");
    of("{a: {file: large}}", "it is longer than 1 MiB");
    of("{a: {age: gone}}", "`./gone` cannot be read");
    of("{a: {age: web.yaml}}", "`./web.yaml` cannot be opened: it is no age file");
    of("{a: {command: [no-such-program]}}", "`no-such-program` cannot be run");
    of("{a: {command: ['false']}}", "`false` failed (exit status: 1)");
    of("{a: {command: ['true']}}", "it is empty");
    of("{a: {command: [sleep, '600'], timeout: 50ms}}", "`sleep` is not done within 50ms and was killed");
    of("{a: {sops: gone}}", "`./gone` cannot be read");
    of("{a: {sops: {file: web.yaml, key: a}}}", "`./web.yaml`: it is not encrypted");
}
