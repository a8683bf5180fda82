//! Charts from a registry that lets only some in, lies, or breaks off. The words are those of real Helm 4.3.1.

use std::collections::BTreeMap;

use longshore_source::oci::{Credential, Login, Options, Part, Registry, Tokens, sha256};
use longshore_source::{Http, TlsFiles};
use longshore_testkit::{Answer, Asked, TestServer};

const CONFIG: &str = "{\"name\":\"c\"}";
const ARCHIVE: &str = "the archive";

/// The manifest of a chart, after `change` was made to it.
fn manifest(change: impl Fn(String) -> String) -> String {
    let part = |kind: &str, text: &str| {
        let (digest, size) = (sha256(text.as_bytes()), text.len());
        format!("{{\"mediaType\":\"{kind}\",\"digest\":\"{digest}\",\"size\":{size}}}")
    };
    let config = part("application/vnd.cncf.helm.config.v1+json", CONFIG);
    let chart = part("application/vnd.cncf.helm.chart.content.v1.tar+gzip", ARCHIVE);
    change(format!("{{\"schemaVersion\":2,\"config\":{config},\"layers\":[{chart}]}}"))
}

/// What a registry with one chart answers.
fn honest(asked: &Asked) -> Answer {
    let kind = (String::from("content-type"), String::from("application/vnd.oci.image.manifest.v1+json"));
    match asked.target.as_str() {
        "/v2/" => Answer::file("{}"),
        "/v2/c/manifests/1.0.0" => Answer { headers: vec![kind], ..Answer::file(manifest(|text| text)) },
        "/v2/c/tags/list" => Answer {
            headers: vec![(String::from("link"), String::from("</v2/c/tags/list?last=1>; rel=\"next\""))],
            ..Answer::file("{\"tags\":[\"1.0.0\",\"latest\"]}")
        },
        "/v2/c/tags/list?last=1" => Answer::file("{\"tags\":[\"1.2.0_b\"]}"),
        target if target == format!("/v2/c/blobs/{}", sha256(CONFIG.as_bytes())) => Answer::file(CONFIG),
        target if target == format!("/v2/c/blobs/{}", sha256(ARCHIVE.as_bytes())) => Answer::file(ARCHIVE),
        _ => Answer::status("404 Not Found"),
    }
}

fn options() -> Options {
    Options { plain_http: true, ..Options::default() }
}

fn bob() -> Credential {
    Credential::new("bob", String::from("hunter2").into())
}

/// Pulls the chart, as somebody.
fn pull(server: &TestServer, who: Credential) -> Result<Vec<u8>, String> {
    let http = Http::new("Helm/4.3.1");
    let registry = Registry::new(&http, options(), Login::Always(who), Tokens::default());
    let name = format!("oci://{}/c:1.0.0", host(server));
    registry.pull(&name, Part::Archive).map(|pulled| pulled.bytes).map_err(|error| error.to_string())
}

fn host(server: &TestServer) -> String {
    server.url().trim_start_matches("http://").to_owned()
}

#[test]
fn a_chart_comes_and_its_versions_are_read_page_by_page() {
    let server = TestServer::start(honest).unwrap();
    assert_eq!(pull(&server, Credential::default()).unwrap(), ARCHIVE.as_bytes());
    let http = Http::new("Helm/4.3.1");
    let registry = Registry::new(&http, options(), Login::Always(Credential::default()), Tokens::default());
    assert_eq!(registry.versions(&format!("{}/c", host(&server))).unwrap(), ["1.2.0+b", "1.0.0"]);
    let located = registry.locate(&format!("oci://{}/c", host(&server)), "^1").unwrap();
    assert_eq!(located.url, format!("oci://{}/c:1.2.0+b", host(&server)));
}

#[test]
fn a_password_is_given_where_it_is_asked_for() {
    let asks = (String::from("www-authenticate"), String::from("Basic realm=\"r\""));
    let server = TestServer::start(move |asked| match asked.header("authorization") {
        Some("Basic Ym9iOmh1bnRlcjI=") => honest(asked),
        _ => Answer { headers: vec![asks.clone()], ..Answer::status("401 Unauthorized") },
    })
    .unwrap();
    assert!(pull(&server, bob()).is_ok());
    let before = "failed to perform \"FetchReference\" on source: GET \"";
    let told = pull(&server, Credential::default()).unwrap_err();
    assert_eq!(told, format!("{before}{}/v2/c/manifests/1.0.0\": basic credential not found", server.url()));
    // It is not given before it is asked for, and asked for once.
    let asked = server.asked();
    assert_eq!(asked.iter().filter(|asked| asked.header("authorization").is_none()).count(), 2);
}

#[test]
fn a_token_is_had_and_shown() {
    let server = TestServer::start(|asked| {
        let target = asked.target.as_str();
        let host = asked.header("host").unwrap_or_default();
        if let Some(query) = target.strip_prefix("/token?") {
            assert_eq!(query, "scope=repository%3Ac%3Apull&service=s");
            assert_eq!(asked.header("authorization"), Some("Basic Ym9iOmh1bnRlcjI="));
            return Answer::file("{\"token\":\"T\"}");
        }
        match asked.header("authorization") {
            Some("Bearer T") => honest(asked),
            _ => Answer {
                headers: vec![(
                    String::from("www-authenticate"),
                    format!("Bearer realm=\"http://{host}/token\",service=\"s\",scope=\"repository:c:pull\""),
                )],
                ..Answer::status("401 Unauthorized")
            },
        }
    })
    .unwrap();
    assert_eq!(pull(&server, bob()).unwrap(), ARCHIVE.as_bytes());
    let tokens = server.asked().iter().filter(|asked| asked.target.starts_with("/token")).count();
    assert_eq!(tokens, 1);
}

#[test]
fn what_does_not_come_as_described_is_refused() {
    type Change = fn(&Asked, Answer) -> Answer;
    let digest = sha256(ARCHIVE.as_bytes());
    let cases: [(Change, String); 5] = [
        (
            |asked, answer| if asked.target.contains("/blobs/") { answer.breaking_after(4) } else { answer },
            format!(
                "failed to perform \"Push\" on destination: read failed: expected content size of {}, got 4, for digest {}: unexpected EOF",
                CONFIG.len(),
                sha256(CONFIG.as_bytes())
            ),
        ),
        (
            |asked, answer| {
                let is_archive = asked.target.ends_with(&sha256(ARCHIVE.as_bytes()));
                if is_archive { Answer::file("another one") } else { answer }
            },
            String::from("failed to perform \"Push\" on destination: mismatched digest"),
        ),
        (
            |asked, answer| {
                let is_archive = asked.target.ends_with(&sha256(ARCHIVE.as_bytes()));
                if is_archive { Answer::status("404 Not Found") } else { answer }
            },
            format!("failed to perform \"Fetch\" on source: {digest}: not found"),
        ),
        (
            |asked, answer| {
                let other = manifest(|text| text.replace("helm.chart", "other"));
                if asked.target.contains("/manifests/") {
                    Answer { body: other.into(), ..answer }
                } else {
                    answer
                }
            },
            String::from(
                "manifest does not contain a layer with mediatype application/vnd.cncf.helm.chart.content.v1.tar+gzip",
            ),
        ),
        (
            |asked, answer| {
                let is_manifest = asked.target.contains("/manifests/");
                if is_manifest { Answer { body: b"<html>".into(), ..answer } } else { answer }
            },
            String::from(
                "failed to perform \"Successors\" on source: invalid character '<' looking for beginning of value",
            ),
        ),
    ];
    for (change, expected) in cases {
        let server = TestServer::start(move |asked| change(asked, honest(asked))).unwrap();
        assert_eq!(pull(&server, Credential::default()).unwrap_err(), expected);
    }
}

#[test]
fn what_is_not_there_is_told() {
    let server = TestServer::start(|_| {
        let body = "{\"errors\":[{\"code\":\"NAME_UNKNOWN\",\"message\":\"not known\",\"detail\":{\"name\":\"c\"}}]}";
        Answer { body: body.into(), ..Answer::status("404 Not Found") }
    })
    .unwrap();
    let name = host(&server);
    assert_eq!(
        pull(&server, Credential::default()).unwrap_err(),
        format!("failed to perform \"FetchReference\" on source: {name}/c:1.0.0: not found")
    );
    let http = Http::new("Helm/4.3.1");
    let registry = Registry::new(&http, options(), Login::Always(Credential::default()), Tokens::default());
    assert_eq!(
        registry.locate(&format!("oci://{name}/c"), "").unwrap_err().to_string(),
        format!(
            "GET \"http://{name}/v2/c/tags/list\": response status code 404: name unknown: not known: map[name:c]"
        )
    );
    let tls = Options { tls: TlsFiles::default(), ..Options::default() };
    let registry = Registry::new(&http, tls, Login::Always(Credential::default()), Tokens::default());
    let chart = longshore_source::oci::Chart {
        archive: b"a".to_vec(),
        config: b"{}".to_vec(),
        provenance: None,
        annotations: BTreeMap::new(),
    };
    let told = registry.push("localhost:1/charts/c:1.0.0", &chart).unwrap_err().to_string();
    assert!(told.starts_with("failed to perform \"Exists\" on destination: Head \"https://localhost:1/v2/charts/c/manifests/sha256:"), "{told}");
    assert!(told.ends_with(":1: connect: connection refused"), "{told}");
}
