//! Services of all kinds, and what is told.

use crate::{Draft, Memory, Origin, compose};

const SHOP: &str = "
name: shop
x-common: &common
  restart: always
  environment: &env {LOG: info}
services:
  web:
    <<: *common
    image: shop/web:${TAG:-1.2}
    command: serve --port 8080 '--name=a b'
    user: '1000:1000'
    environment:
      <<: *env
      DATABASE_URL: postgres://shop:hunter2@my_db:5432/shop
      API_KEY: ${API_KEY}
      RETRIES: 3
    ports: ['80:8080', '127.0.0.1:9000:9000']
    depends_on:
      my_db: {condition: service_healthy}
      migrate: {condition: service_completed_successfully}
    healthcheck:
      test: curl -f http://localhost:8080/health || exit 1
      interval: 10s
      start_period: 1m
    deploy:
      replicas: 3
      resources:
        limits: {cpus: '0.5', memory: 128M}
        reservations: {memory: 64M}
    volumes: ['./nginx.conf:/etc/nginx/nginx.conf:ro', '/var/run/docker.sock:/var/run/docker.sock', 'uploads:/up']
    secrets: [cert]
    privileged: true
  worker:
    build: ./worker
    env_file: worker.env
    entrypoint: ['/run', '--token', '${QUEUE_TOKEN}']
    volumes: ['uploads:/up']
    profiles: [extra]
    wombat: 1
  migrate:
    image: shop/web:1.2
    command: [migrate]
    depends_on: [my_db]
  my_db:
    image: postgres:17
    environment: [POSTGRES_USER=shop, POSTGRES_PASSWORD=hunter2]
    volumes: ['data:/var/lib/postgresql/data']
    healthcheck: {test: [CMD, pg_isready, -U, shop]}
volumes: {data: {}, uploads: {}}
secrets: {cert: {file: ./cert.txt}}
";

/// The platform above.
fn shop() -> Draft {
    let files = Memory::from([
        ("a/compose.yaml", SHOP),
        ("a/nginx.conf", "worker_processes 1;\n"),
        ("a/worker.env", "MODE=fast\nSMTP_PASSWORD=abc\n"),
    ]);
    compose(&files, "a/compose.yaml", &Origin::new("x")).unwrap()
}

fn file<'a>(draft: &'a Draft, path: &str) -> &'a str {
    &draft.files.iter().find(|file| file.path == path).unwrap().text
}

#[test]
fn the_project_file() {
    insta::assert_snapshot!(shop().project("v1", "s.json"));
}

#[test]
fn objects_of_a_service() {
    insta::assert_snapshot!(file(&shop(), "manifests/web.yaml"));
}

#[test]
fn a_database_keeps_its_volume() {
    insta::assert_snapshot!(file(&shop(), "manifests/my-db.yaml"));
}

#[test]
fn a_job_and_a_worker() {
    let draft = shop();
    insta::assert_snapshot!(format!(
        "{}---\n{}---\n{}",
        file(&draft, "manifests/migrate.yaml"),
        file(&draft, "manifests/worker.yaml"),
        file(&draft, "manifests/volumes.yaml")
    ));
}

#[test]
fn what_is_left_is_told_with_its_line() {
    let left: Vec<String> =
        shop().left.iter().map(|left| format!("{}: {}: {}\n", left.place, left.what, left.advice)).collect();
    insta::assert_snapshot!(left.concat());
}

#[test]
fn no_password_is_written_anywhere() {
    let draft = shop();
    let all: String = draft.files.iter().map(|file| file.text.clone()).collect();
    let left: String = draft.left.iter().map(|left| left.advice.clone()).collect();
    let all = format!("{all}{left}{}", draft.project("v1", "s.json"));
    assert!(!all.contains("hunter2") && !all.contains("abc"), "{all}");
    // Both know one password by one name.
    assert_eq!(draft.project("v1", "s.json").matches("${secret.postgres-password}").count(), 2);
}

#[test]
fn mistakes_have_a_line_and_say_what_was_expected() {
    let cases = [
        ("services: [a]", "c.yaml:1:11: `services` must be a mapping, not a list (is it a Compose file?)"),
        ("services:\n  a: 1", "c.yaml:2:6: service `a` must be a mapping, not a text or number"),
        ("a: [", "c.yaml:2:1: this is no YAML: did not find expected node content"),
        ("x: 1", "c.yaml: `services` must be a mapping, not nothing (is it a Compose file?)"),
        (
            "services: {a: {image: '${X'}}",
            "c.yaml:1:23: `${` is not closed in `${X` (close it with `}`, or write `$$` for a `$`)",
        ),
        (
            "services: {a: {extends: b}, b: {extends: a}}",
            "c.yaml:1:25: service `a` extends others in a circle, or more than 20 of them",
        ),
        (
            "services: {a: {extends: {file: no.yaml}}}",
            "c.yaml:1:25: there is no file `no.yaml` (name a file or a folder that is there)",
        ),
        ("services: {a: {extends: c}}", "c.yaml:1:25: there is no service `c` in `c.yaml` to extend"),
    ];
    for (text, expected) in cases {
        let files = Memory::from([("c.yaml", text)]);
        assert_eq!(compose(&files, "c.yaml", &Origin::new("x")).unwrap_err().to_string(), expected, "{text}");
    }
    let many: String = (0..501).map(|number| format!("  s{number}: {{image: a}}\n")).collect();
    let text = format!("services:\n{many}");
    let files: Memory = [("c.yaml", &*text)].into_iter().collect();
    let error = compose(&files, "c.yaml", &Origin::new("x")).unwrap_err();
    assert!(error.to_string().contains("may have 500 services, not 501"), "{error}");
}
