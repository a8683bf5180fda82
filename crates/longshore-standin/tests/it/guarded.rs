//! Who is let in, over what way, and how kept connections come to their end.

use std::collections::BTreeMap;
use std::time::Duration;

use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use longshore_standin::ask::{listen, load};
use longshore_standin::outgoing::{self, Way};
use longshore_testkit::{Answer, Project, TestAuthority, TestServer, eventually};
use serde_json::Value;

use crate::Running;

/// `sha256:` and the digest of `abc`, as `printf abc | sha256sum` says it.
const ABC: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// Status and body of what is asked with a token.
async fn with(token: Option<&str>, url: &str) -> (u16, String) {
    let mut request = Request::get(url);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let client = Way::default().client().unwrap();
    let answer = client.request(request.body(Full::default()).unwrap()).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// KB13: health alone is told to everybody; KB9: a token counts while its digest is there.
#[tokio::test]
async fn only_who_shows_a_known_token_is_let_in() {
    let tokens = Project::new("").unwrap();
    tokens.write("token.eu", ABC).unwrap();
    let folder = tokens.path().display().to_string();
    let running = Running::start(&[("STANDIN_TOKENS_DIR", &folder), ("STANDIN_API_KEYS", "one,two")]).await;
    for path in ["/health", "/livez", "/readyz"] {
        assert_eq!(running.get(path).await.0, 200, "{path}");
    }
    for path in ["/", "/metrics", "/settings", "/dependencies", "/behaviour", "/data/redis/x", "/ws/"] {
        assert_eq!(running.get(path).await, (401, "a token is needed\n".to_owned()), "{path}");
    }
    let url = running.url("/clusters");
    assert_eq!(with(Some("abd"), &url).await, (401, "the token is not known\n".to_owned()));
    for (token, visitor) in [("abc", "eu"), ("two", "client")] {
        let (status, body) = with(Some(token), &url).await;
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((status, &body["visitor"]), (200, &visitor.into()));
    }
    std::fs::remove_file(tokens.file("token.eu")).unwrap();
    assert_eq!(with(Some("abc"), &url).await.0, 401);
}

/// What a service says of the one that it depends on.
async fn peer(running: &Running) -> Value {
    let (_, body) = running.get("/dependencies?now").await;
    serde_json::from_str::<Value>(&body).unwrap()[0].clone()
}

/// KB6: a private authority is trusted when its certificate lies in a folder of `SSL_CERT_DIR`, whatever its file is called.
#[tokio::test]
async fn another_service_is_asked_over_tls_with_a_token() {
    let authority = TestAuthority::new().unwrap().for_names(&["api.example.com"]);
    let server = TestServer::start_tls(&authority, |asked| {
        if asked.header("authorization") != Some("Bearer abc") {
            return Answer::status("401 Unauthorized");
        }
        let mut answer = Answer::file(asked.target.clone());
        answer.headers.push(("x-standin-visitor".to_owned(), "eu".to_owned()));
        answer
    })
    .unwrap();
    let folders = Project::new("").unwrap();
    folders.write("ours/corporate ca.txt", &authority.pem()).unwrap();
    folders.write("theirs/ca.pem", &TestAuthority::new().unwrap().pem()).unwrap();
    let [ours, theirs] = ["ours", "theirs"].map(|folder| folders.file(folder).display().to_string());
    let port = server.url().rsplit_once(':').unwrap().1.to_owned();
    let start = async |folders: &str, name: &str, token: &str| {
        Running::start(&[
            ("STANDIN_HTTP_PEERS", "API_URL"),
            ("API_URL", &format!("https://{name}:{port}/")),
            ("STANDIN_HOSTS", "api.example.com=127.0.0.1, other.example.com=127.0.0.1"),
            ("STANDIN_PEER_PATH", "/executor"),
            ("STANDIN_PEER_TOKEN", token),
            ("SSL_CERT_DIR", folders),
        ])
        .await
    };
    let known = peer(&start(&format!("{theirs}:{ours}"), "api.example.com", "abc").await).await;
    assert_eq!(known["detail"], "HTTP 200, known there as eu", "{known}");
    assert!(server.asked().iter().all(|asked| asked.target == "/executor"));
    for (folders, name, token, told) in [
        (&ours, "api.example.com", "abd", "it answers 401"),
        (&theirs, "api.example.com", "abc", "invalid peer certificate"),
        (&ours, "other.example.com", "abc", "invalid peer certificate: certificate not valid for name"),
    ] {
        let refused = peer(&start(folders, name, token).await).await;
        assert_eq!(refused["up"], false, "{refused}");
        assert!(refused["error"].as_str().unwrap().contains(told), "{told}: {refused}");
    }
}

/// A server may ask for a certificate; `load` shows one, and goes where it is told.
#[tokio::test]
async fn load_shows_a_certificate() {
    let authority = TestAuthority::new().unwrap().for_names(&["mesh.example.com"]).asking_clients();
    let server = TestServer::start_tls(&authority, |_| Answer::file("in")).unwrap();
    let (certificate, key) = authority.client().unwrap();
    let files = Project::new("").unwrap();
    for (name, text) in [("ca.pem", &authority.pem()), ("client.pem", &certificate), ("client.key", &key)] {
        files.write(name, text).unwrap();
    }
    let port = server.url().rsplit_once(':').unwrap().1.to_owned();
    let options = |shown: bool| load::Options {
        url: format!("https://mesh.example.com:{port}/mesh"),
        host: None,
        method: Method::GET,
        workers: 1,
        rate: None,
        reconnect: true,
        headers: Vec::new(),
        token: None,
        way: outgoing::Reach {
            address: Some([127, 0, 0, 1].into()),
            ca: vec![files.file("ca.pem")],
            certificate: shown.then(|| files.file("client.pem")),
            key: shown.then(|| files.file("client.key")),
        },
        requests: Some(2),
        seconds: 600.0,
    };
    let with = load::run(&options(true), std::future::pending()).await.unwrap();
    assert_eq!((with.answered, with.failed), (2, 0), "{with:?}");
    let without = load::run(&options(false), std::future::pending()).await.unwrap();
    assert_eq!((without.answered, without.failed), (0, 2), "{without:?}");
    assert_eq!(without.by_status, BTreeMap::from([("none".to_owned(), 2)]));
}

/// While it drains it is not ready, and answers all the same, each answer the last of its connection.
#[tokio::test]
async fn kept_connections_end_with_an_answer() {
    let mut running = Running::start(&[("STANDIN_DRAIN", "600")]).await;
    let stop = running.stop.take().unwrap();
    let client = Way::default().client().unwrap();
    let ask = async |path: &str| {
        let request = Request::get(running.url(path)).body(Full::default()).unwrap();
        let answer = client.request(request).await.unwrap();
        let close = answer.headers().get("connection").is_some_and(|value| value == "close");
        let status = answer.status().as_u16();
        answer.into_body().collect().await.unwrap();
        (status, close)
    };
    assert_eq!(ask("/clusters").await, (200, false));
    stop.send(()).unwrap();
    eventually("it is not ready any more", Duration::from_secs(20), async || {
        Ok((ask("/health").await == (503, true)).then_some(()))
    })
    .await
    .unwrap();
    assert_eq!(ask("/clusters").await, (200, true));
    assert!(!running.life.is_finished());
}

/// WebSockets at the platform's own paths, where a plain request is answered, too.
#[tokio::test]
async fn sockets_are_taken_at_paths_of_the_platform() {
    let running =
        Running::start(&[("STANDIN_SOCKET_PATHS", "/tunnel"), ("STANDIN_STREAM_INTERVAL", "0.01")]).await;
    assert_eq!(running.get("/tunnel").await.0, 200);
    let options = listen::Options {
        url: format!("ws://{}/tunnel", running.address),
        host: None,
        way: outgoing::Reach::default(),
        streams: 1,
        events: None,
        seconds: 1.0,
    };
    let reports = listen::run(&options, std::future::pending()).await.unwrap();
    assert!(reports[0].is_whole(), "{reports:?}");
}

/// NC2: where no ingress ends the mesh's TLS, or one hands the certificate on, the service itself insists on it.
#[tokio::test]
async fn a_certificate_is_demanded_where_it_is_said() {
    let (mesh, stranger) = (TestAuthority::new().unwrap(), TestAuthority::new().unwrap());
    let mesh = mesh.for_names(&["mesh.example.com"]);
    let files = Project::new("").unwrap();
    let named = |name: &str| files.file(name).display().to_string();
    let write = |name: &str, (certificate, key): (String, String)| {
        files.write(&format!("{name}.pem"), &certificate).unwrap();
        files.write(&format!("{name}.key"), &key).unwrap();
    };
    let running = Running::start(&[
        ("STANDIN_SOCKET_PATHS", "/mesh,/tunnel"),
        ("STANDIN_CERTIFICATE_PATHS", "/mesh"),
        ("STANDIN_STREAM_INTERVAL", "0.01"),
        ("STANDIN_TLS_LISTEN", "127.0.0.1:0"),
        ("STANDIN_TLS_CERTIFICATE", &named("server.pem")),
        ("STANDIN_TLS_KEY", &named("server.key")),
        ("STANDIN_TLS_CLIENT_CA", &named("ca.pem")),
    ])
    .await;
    let port = running.tls_address.unwrap().port();
    let over_tls = async |path: &str, who: Option<&str>| {
        let reach = outgoing::Reach {
            address: Some([127, 0, 0, 1].into()),
            ca: vec![files.file("ca.pem")],
            certificate: who.map(|who| files.file(&format!("{who}.pem"))),
            key: who.map(|who| files.file(&format!("{who}.key"))),
        };
        let request = Request::get(format!("https://mesh.example.com:{port}{path}")).body(Full::default());
        let answer = reach.way().client()?.request(request?).await?;
        let body = answer.into_body().collect().await?.to_bytes();
        anyhow::Ok(serde_json::from_slice::<Value>(&body)?)
    };
    // The files come later, as those of a Secret may.
    write("hub", mesh.client().unwrap());
    over_tls("/mesh", Some("hub")).await.unwrap_err();
    files.write("ca.pem", &mesh.pem()).unwrap();
    write("server", mesh.server_files().unwrap());
    write("stranger", stranger.client().unwrap());
    write("expired", mesh.expired_client().unwrap());
    assert_eq!(over_tls("/mesh", Some("hub")).await.unwrap()["certificate"], true);
    for who in [None, Some("stranger"), Some("expired")] {
        let refused = format!("{:#}", over_tls("/mesh", who).await.unwrap_err());
        assert!(!refused.contains("invalid peer certificate"), "{who:?}: {refused}");
    }
    // Without TLS an ingress may have asked.
    assert_eq!(running.get("/mesh").await, (403, "a certificate is needed\n".to_owned()));
    assert_eq!(running.get("/tunnel").await.0, 200);
    let load = async |headers: &[&str]| {
        let options = load::Options {
            url: running.url("/mesh"),
            host: None,
            method: Method::GET,
            workers: 1,
            rate: None,
            reconnect: true,
            headers: headers.iter().map(|header| load::header(header).unwrap()).collect(),
            token: None,
            way: outgoing::Reach::default(),
            requests: Some(1),
            seconds: 600.0,
        };
        load::run(&options, std::future::pending()).await.unwrap().by_status
    };
    assert_eq!(load(&[]).await, BTreeMap::from([("403".to_owned(), 1)]));
    assert_eq!(load(&["X-Forwarded-Tls-Client-Cert: one"]).await, BTreeMap::from([("200".to_owned(), 1)]));
    let options = listen::Options {
        url: format!("wss://mesh.example.com:{port}/mesh"),
        host: None,
        way: outgoing::Reach {
            address: Some([127, 0, 0, 1].into()),
            ca: vec![files.file("ca.pem")],
            certificate: Some(files.file("hub.pem")),
            key: Some(files.file("hub.key")),
        },
        streams: 1,
        events: Some(3),
        seconds: 600.0,
    };
    let reports = listen::run(&options, std::future::pending()).await.unwrap();
    assert_eq!((reports[0].events, reports[0].is_whole()), (3, true), "{reports:?}");
}
