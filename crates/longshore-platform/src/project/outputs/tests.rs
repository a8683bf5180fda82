//! What outputs may be, who may ask for them, and the needs that follow.

use crate::project::{Asked, Project, parse};

fn read(text: &str) -> Result<Project, String> {
    let head = "apiVersion: longshore.dev/v1alpha1\nkind: Project\nname: shop\n";
    parse(&format!("{head}{text}"), "longshore.yaml").map_err(|error| error.to_string())
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(read(text).map_or_else(|error| error, |_| "ok".to_owned()), expected);
}

#[test]
fn mistakes_in_outputs_are_told_where_they_stand() {
    let db = |outputs: &str, expected: &str| {
        check(&format!("releases: {{db: {{manifests: m, outputs: {outputs}}}}}\n"), expected);
    };
    db("{a: 1, b: 'x${env.name}', c: {object: Service/db, path: '{.spec.clusterIP}'}}", "ok");
    db(
        "{a: {object: Secret/db, key: password}, b: {object: Certificate.cert-manager.io/web, path: .status.x}}",
        "ok",
    );
    db("[a]", "longshore.yaml:4:40: `outputs` of release `db` must be a mapping, not a list");
    db(
        "{a.b: 1}",
        "longshore.yaml:4:41: `a.b` cannot name an output: use at most 253 letters, digits, `-` and `_`, a letter first",
    );
    db(
        "{a: [b]}",
        "longshore.yaml:4:44: `a` of `outputs` of release `db` must be a value, or what it is read from, not a list (as in `{object: Service/db, path: .status.loadBalancer.ingress[0].ip}` or `{object: Secret/db, key: password}`)",
    );
    db(
        "{a: {objekt: Service/db}}",
        "longshore.yaml:4:45: unknown key `objekt` in `a` of `outputs` of release `db` (did you mean `object`?)",
    );
    db("{a: {path: .x}}", "longshore.yaml:4:44: `a` of `outputs` of release `db` has no `object`");
    db(
        "{a: {object: service/db, path: .x}}",
        "longshore.yaml:4:53: `object` of `a` of `outputs` of release `db` names no object: `service/db` (write `Kind/name` or `Kind.group/name`, as in `Service/db` or `Certificate.cert-manager.io/web`)",
    );
    db(
        "{a: {object: Service/db, path: '.x['}}",
        "longshore.yaml:4:71: `path` of `a` of `outputs` of release `db`: `.x[` is no JSON path: a number, `*`, `'name'` or `?(…)` expected at character 4",
    );
    db(
        "{a: {object: Service/db, key: x}}",
        "longshore.yaml:4:70: `key` of `a` of `outputs` of release `db` is for a Secret or a ConfigMap, and not for a Service (`path` names a value of any object, as in `.status.phase`)",
    );
    let hint =
        "`path` names a value of the object, as in `.status.phase`, `key` one of a Secret or ConfigMap";
    db(
        "{a: {object: Secret/db}}",
        &format!(
            "longshore.yaml:4:44: `a` of `outputs` of release `db` has neither `path` nor `key` ({hint})"
        ),
    );
    db(
        "{a: {object: Secret/db, path: .x, key: z}}",
        &format!("longshore.yaml:4:44: `a` of `outputs` of release `db` has both `path` and `key` ({hint})"),
    );
    db(
        "{a: '${release.db.b}', b: 'x ${release.db.a}'}",
        "longshore.yaml:4:41: outputs of release `db` ask for one another in a circle: a → b → a",
    );
}

#[test]
fn who_asks_for_an_output_needs_the_release() {
    let project = read(
        "environments: {prod: {releases: {late: {set: {x: '${release.db.a}'}}}}}
releases:
  web: {chart: c, set: {list: [{deep: 'http://${release.db.a}/'}], literal: '$${release.no.no}'}}
  api: {manifests: m, generate: {s: {stringData: {u: '${release.db.a}'}}}}
  job: {manifests: m, hooks: {preDeploy: [{command: [a, '${release.db.a}'], env: {A: '${release.web.b}'}}]}, needs: [web]}
  late: {chart: c}
  db: {manifests: m, outputs: {a: 1}}
",
    );
    let unknown = project.unwrap_err();
    assert_eq!(
        unknown,
        "longshore.yaml:8:86: release `web` has no output `b` (it has none; name what it is below `outputs` of release `web`)"
    );
    let project = read(
        "releases:
  web: {chart: c, set: {list: [{deep: 'http://${release.db.a}/'}], literal: '$${release.no.no}'}}
  api: {manifests: m, generate: {s: {stringData: {u: '${ release.db.a }'}}}}
  job: {manifests: m, hooks: {postDeploy: [{command: [a, '${release.job.c}']}]}, outputs: {c: '${release.web.d}'}}
  db: {manifests: m, outputs: {a: 1}}
",
    );
    assert_eq!(
        project.unwrap_err(),
        "longshore.yaml:7:95: release `web` has no output `d` (it has none; name what it is below `outputs` of release `web`)"
    );
    let project = read(
        "releases:
  web: {chart: c, set: {list: [{deep: 'http://${release.db.a}/'}], literal: '$${release.no.no}'}, outputs: {d: 1}}
  api: {manifests: m, generate: {s: {stringData: {u: '${ release.db.a }'}}}, needs: [db]}
  job: {manifests: m, hooks: {postDeploy: [{command: [a, '${release.job.c}']}]}, outputs: {c: '${release.web.d}'}}
  db: {manifests: m, outputs: {a: 1}}
",
    )
    .unwrap();
    let needs = |name: &str| -> Vec<String> {
        let release = project.release(name).unwrap();
        release.needs.iter().map(|need| format!("{} {}", need.value, need.place.line)).collect()
    };
    assert_eq!(
        (needs("web"), needs("api"), needs("job")),
        (vec!["db 5".into()], vec!["db 6".into()], vec!["web 7".into()])
    );
}

#[test]
fn what_cannot_be_had_is_told_where_it_is_asked_for() {
    let web = |text: &str, expected: &str| {
        let releases = format!(
            "releases: {{db: {{manifests: m, outputs: {{address: 1}}}}, web: {{chart: c, {text}}}}}\n"
        );
        check(&releases, expected);
    };
    web("set: {a: '${release.db.address}'}", "ok");
    web(
        "set: {a: '${release.db.adress}'}",
        "longshore.yaml:4:80: release `db` has no output `adress` (did you mean `address`?)",
    );
    web(
        "set: {a: '${release.bd.address}'}",
        "longshore.yaml:4:80: there is no release `bd` in the project (did you mean `db`?)",
    );
    web(
        "outputs: {b: 1}, set: {a: '${release.web.b}'}",
        "longshore.yaml:4:97: release `web` asks for its own output, which comes only when it is deployed (only its hooks that run afterwards, like `postDeploy`, may use it)",
    );
    web(
        "outputs: {b: 1}, hooks: {preDeploy: [{command: [a, '${release.web.b}']}]}",
        "longshore.yaml:4:122: release `web` asks for its own output, which comes only when it is deployed (only its hooks that run afterwards, like `postDeploy`, may use it)",
    );
    check(
        "releases:\n  db: {chart: c, outputs: {a: 1}, set: {x: '${release.web.b}'}}\n  web: {chart: c, outputs: {b: 1}, set: {x: '${release.db.a}'}}\n",
        "longshore.yaml:5:44: releases need one another in a circle: db → web → db (take one of these needs out)",
    );
    check(
        "environments: {dev: {releases: {db: {set: {x: '${release.db.a}'}}}}}\nreleases: {db: {chart: c, outputs: {a: 1}}}\n",
        "longshore.yaml:4:47: release `db` asks for its own output, which comes only when it is deployed (only its hooks that run afterwards, like `postDeploy`, may use it)",
    );
}

#[test]
fn texts_ask_for_outputs() {
    let all = |text: &str| -> Vec<(String, String)> {
        Asked::all(text).map(|one| (one.release, one.output)).collect()
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(all("${release.db.a}:${ release.web-1.b_c }"), [pair("db", "a"), pair("web-1", "b_c")]);
    assert_eq!(all("$${release.db.a} ${env.name} ${release.db} ${"), []);
}

/// A few lines, each of which names the one before twice, would be walked, and become text, without end.
#[test]
fn outputs_that_are_made_of_others_have_a_budget() {
    let chain = |count: usize, times: usize| {
        let line = |at: usize| format!("o{at}: '{}'", format!("${{release.a.o{}}}", at - 1).repeat(times));
        let lines: Vec<String> = (1..=count).map(line).collect();
        format!("releases: {{a: {{manifests: m, outputs: {{o0: x, {}}}}}}}\n", lines.join(", "))
    };
    check(&chain(32, 1), "ok");
    check(&chain(12, 2), "ok");
    let told = |text: &str| read(text).unwrap_err();
    assert!(told(&chain(30, 2)).contains("`o13` of release `a` is made of more than 10000 others"));
    assert!(told(&chain(33, 1)).contains("outputs stand in one another more than 32 deep"));
    // The other way round, so that the deepest is looked at first.
    let text = chain(5_000, 1);
    let (head, lines) = text.split_once("o0: x, ").unwrap();
    let mut lines: Vec<&str> = lines.trim_end_matches(['}', '\n']).split(", ").collect();
    lines.reverse();
    assert!(told(&format!("{head}{}, o0: x}}}}}}\n", lines.join(", "))).contains("more than 32 deep"));
}
