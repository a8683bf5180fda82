//! What `longshore render` says of a chart and values that render, and look like a mistake all the same.

use longshore_testkit::Project;

use crate::longshore;

/// A project with a chart `web`, whose values files and project file are the test's.
fn project(releases: &str, files: &str) -> Project {
    Project::new(&format!(
        "
        //- longshore.yaml
        apiVersion: longshore.dev/v1alpha1
        kind: Project
        name: shop
        environments: {{dev: {{namespace: shop}}}}
        defaultEnvironment: dev
        releases: {releases}
        //- chart/Chart.yaml
        {{apiVersion: v2, name: web, version: 1.0.0}}
        //- chart/values.yaml
        replicaCount: 1
        image:
          repository: nginx
          tag: '1'
        podAnnotations: {{}}
        //- chart/templates/config.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: web
          annotations: {{{{- toYaml .Values.podAnnotations | nindent 4 }}}}
        data:
          image: {{{{ .Values.image.repository }}}}_{{{{ .Values.image.tag }}}}
          replicas: {{{{ .Values.replicaCount | quote }}}}
          bytes: {{{{ .Values.maxBytes | quote }}}}
          {{{{- with .Values.limits }}}}
          limit: \"{{{{ .upper }}}}\"
          {{{{- end }}}}
        //- db/Chart.yaml
        {{apiVersion: v2, name: db, version: 1.0.0}}
        //- db/templates/config.yaml
        {{apiVersion: v1, kind: ConfigMap, metadata: {{name: db}}, data: {{port: {{{{ .Values.port | quote }}}}}}}}
        {files}"
    ))
    .unwrap()
}

/// What is said on standard error of a render that succeeds.
fn told(releases: &str, files: &str, arguments: &str) -> String {
    let outcome = longshore(&project(releases, files), &format!("render {arguments}"));
    assert_eq!(outcome.code, Some(0), "{outcome}");
    outcome.stderr
}

const WEB: &str = "{web: {chart: chart, values: [values.yaml]}}";

#[test]
fn keys_that_nothing_reads_are_told_with_their_place_and_the_nearest_known_one() {
    let told = told(
        "{web: {chart: chart, values: [values.yaml], set: {imag: {tag: x}}}}",
        "//- values.yaml
        replicaCuont: 3
        image:
          tagg: x
          tag: x
        tag: x
        nothing: like it
        maxBytes: 5
        podAnnotations: {a: b}
        limits: {set: for the sake of being set}
        ",
        "",
    );
    for (message, place, hint) in [
        (
            "nothing in chart `web` reads `replicaCuont`",
            "values.yaml:1:1",
            "hint: did you mean `replicaCount`?",
        ),
        ("nothing in chart `web` reads `image.tagg`", "values.yaml:3:3", "hint: did you mean `image.tag`?"),
        ("nothing in chart `web` reads `tag`", "values.yaml:5:1", "hint: did you mean `image.tag`?"),
        ("nothing in chart `web` reads `nothing`", "values.yaml:6:1", ""),
        ("nothing in chart `web` reads `imag`", "longshore.yaml:6:61", "hint: did you mean `image`?"),
    ] {
        let at = told.find(message).unwrap_or_else(|| panic!("no {message} in\n{told}"));
        let rest = &told[at..];
        let one = &rest[..rest[1..].find("warning[").map_or(rest.len(), |end| end + 1)];
        assert!(one.contains(&format!("--> {place}\n")) && one.contains(hint), "{one}");
    }
    assert_eq!(told.matches("warning[values/unread]").count(), 5, "{told}");
}

#[test]
fn keys_that_are_read_somewhere_are_no_warning() {
    let quiet = "//- values.yaml
        replicaCount: 2
        maxBytes: 5
        limits: {upper: 1}
        x-shared: &shared {a: b}
        podAnnotations: *shared
        ";
    assert_eq!(told(WEB, quiet, ""), "");
    // A file that two releases share: each reads its part.
    let both = "{web: {chart: chart, values: [shared.yaml]}, db: {chart: db, values: [shared.yaml]}}";
    let shared = "//- shared.yaml
        maxBytes: 5
        port: 80
        prot: 81
        ";
    let all = told(both, shared, "");
    assert!(all.contains("nothing in charts `db`, `web` reads `prot`"), "{all}");
    assert_eq!(all.matches("warning").count(), 1, "{all}");
    assert_eq!(told(both, shared, "--only web"), "", "the other release was not asked");
}

#[test]
fn keys_that_a_file_has_twice_are_told_with_both_places() {
    let told = told(
        WEB,
        "//- values.yaml
        image:
          tag: a
          repository: b
          tag: c
        //- chart/Chart.yaml
        apiVersion: v2
        name: web
        version: 1.0.0
        version: 1.0.1
        ",
        "",
    );
    let expected = "warning[values/repeated-key]: `image.tag` is there twice, and what stands here counts
  --> values.yaml:4:3
   |
 4 |   tag: c
   |   ^^^
  the first one is here, and counts for nothing
  --> values.yaml:2:3
   |
 2 |   tag: a
   |   ---
  in release `web`
";
    assert!(told.contains(expected), "{told}");
    assert!(told.contains("`version` is there twice") && told.contains("--> chart/Chart.yaml:4:1"), "{told}");
}

#[test]
fn whole_numbers_that_come_out_with_an_exponent_are_told() {
    let files = "//- values.yaml
        maxBytes: 10485760
        limits: {upper: 2000000}
        podAnnotations: {a: 1e+06 is text}
        ";
    let told = told(WEB, files, "");
    let expected = "warning[values/coerced-number]: `maxBytes` is 10485760, and comes out as `1.048576e+07`
  --> values.yaml:1:1
   |
 1 | maxBytes: 10485760
   | ^^^^^^^^
  it became the line `bytes: \"1.048576e+07\"`
  --> chart/templates/config.yaml:9:13
";
    assert!(told.contains(expected), "{told}");
    assert!(told.contains("`limits.upper` is 2000000, and comes out as `2e+06`"), "{told}");
    let hint = "quote it in the values, `maxBytes: \"10485760\"`, or write `{{ .Values.maxBytes | int64 }}` in the template";
    assert!(
        told.contains(hint) && told.contains("line 10 of what web/templates/config.yaml renders to"),
        "{told}"
    );
    assert_eq!(told.matches("warning").count(), 2, "{told}");
    // What the hint says helps.
    let quoted = files.replace("10485760", "'10485760'").replace("2000000", "'2000000'");
    assert_eq!(self::told(WEB, &quoted, ""), "");
}

#[test]
fn warnings_are_no_part_of_the_result_and_can_be_left_out() {
    let files = "//- values.yaml
        replicaCuont: 3
        image: text
        ";
    let project = project(WEB, &files.replace("image: text", "replicaCount: {a: 1}"));
    let outcome = longshore(&project, "render");
    assert!(!outcome.stdout.contains("warning") && outcome.stderr.contains("replicaCuont"), "{outcome}");
    // What Helm logs of the values is said too.
    assert!(
        outcome.stderr.contains("warning[chart/values]: skipped value for web.replicaCount: Not a table"),
        "{outcome}"
    );
    assert_eq!(longshore(&project, "render -q").stderr, "");
    let machine = longshore(&project, "render -o json").stderr;
    assert!(machine.lines().all(|line| line.starts_with(r#"{"severity":"warning","code":""#)), "{machine}");
    // Nothing of this on Helm's own command line.
    let helm = longshore(&project, "helm template web chart -f values.yaml");
    assert!(helm.code == Some(0) && !helm.stderr.contains("replicaCuont"), "{helm}");
}
