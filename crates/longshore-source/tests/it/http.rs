//! Getting files over HTTP: who is let in, whom we trust, and what is said when there is no file. The words are those of
//! real Helm 4.3.1, which is Go's `net/http`.

use longshore_source::{Access, Get, Http, HttpError, TlsFiles};
use longshore_testkit::{Answer, Asked, TestAuthority, TestServer};
use tempfile::TempDir;

fn user(name: &str, password: &str) -> Access {
    Access { username: name.to_owned(), password: password.to_owned().into(), ..Access::default() }
}

fn get(get: &Get) -> Result<Vec<u8>, HttpError> {
    Http::new("Helm/4.3.1").get(get)
}

fn problem(url: &str) -> String {
    get(&Get::new(url)).unwrap_err().to_string()
}

#[test]
fn a_file_comes_whole_and_the_server_sees_who_asks() {
    let server = TestServer::start(|_| Answer::file("content")).unwrap();
    let request = Get::new(format!("{}/a%20b/c?d=e", server.url())).accepting("application/gzip");
    assert_eq!(get(&request).unwrap(), b"content");
    let asked = &server.asked()[0];
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("GET", "/a%20b/c?d=e"));
    assert_eq!(asked.header("user-agent"), Some("Helm/4.3.1"));
    assert_eq!(asked.header("accept"), Some("application/gzip"));
    assert_eq!((asked.header("accept-encoding"), asked.header("authorization")), (None, None));
}

#[test]
fn credentials_are_for_the_host_they_were_given_for() {
    let server = TestServer::start(|_| Answer::file("")).unwrap();
    let url = server.url();
    let elsewhere = "http://127.0.0.1:1";
    let everywhere = Access { pass_credentials: true, ..user("u", "p") };
    for (owner, access, given) in [
        (url.as_str(), user("u", "p"), true),
        (&format!("{url}/below"), user("u", "p"), true),
        (elsewhere, user("u", "p"), false),
        (elsewhere, everywhere, true),
        (&url, user("u", ""), false),
        (&url, user("", "p"), false),
    ] {
        get(&Get::new(format!("{url}/x")).with_access(owner, access)).unwrap();
        let last = server.asked().pop().unwrap();
        assert_eq!(last.header("authorization"), given.then_some("Basic dTpw"), "{owner}");
    }
}

#[test]
fn credentials_do_not_follow_to_another_host() {
    let other = TestServer::start(|_| Answer::file("there")).unwrap();
    let to = format!("{}/x", other.url());
    let server = TestServer::start(move |asked: &Asked| match asked.target.as_str() {
        "/away" => Answer::redirect(&to),
        "/round" => Answer::redirect("/round"),
        "/here" => Answer::redirect("/file"),
        _ => Answer::file("here"),
    })
    .unwrap();
    let url = server.url();
    let with = |path: &str| get(&Get::new(format!("{url}{path}")).with_access(&url, user("u", "p")));
    assert_eq!(with("/away").unwrap(), b"there");
    assert_eq!(other.asked()[0].header("authorization"), None);
    assert_eq!(with("/here").unwrap(), b"here");
    assert_eq!(server.asked().pop().unwrap().header("authorization"), Some("Basic dTpw"));
    let expected = format!("Get \"{url}/round\": stopped after 10 redirects");
    assert_eq!(with("/round").unwrap_err().to_string(), expected);
}

#[test]
fn what_is_no_file_is_said_in_gos_words() {
    let server = TestServer::start(|asked: &Asked| match asked.target.as_str() {
        "/own" => Answer::status("404 File not found"),
        "/broken" => Answer::file(vec![b'x'; 1000]).breaking_after(10),
        "/large" => Answer::file(vec![b'x'; 1000]),
        _ => Answer::status("500 Internal Server Error"),
    })
    .unwrap();
    let url = server.url();
    assert_eq!(problem(&format!("{url}/own")), format!("failed to fetch {url}/own : 404 File not found"));
    assert_eq!(problem(&format!("{url}/x")), format!("failed to fetch {url}/x : 500 Internal Server Error"));
    assert_eq!(problem(&format!("{url}/broken")), "unexpected EOF");
    let small = Get { max_bytes: 999, ..Get::new(format!("{url}/large")) };
    let too_large = format!("the answer from {url}/large is larger than 999 bytes");
    assert_eq!(get(&small).unwrap_err().to_string(), too_large);
    let address = url.trim_start_matches("http://").to_owned();
    drop(server);
    let refused = format!("Get \"{url}/x\": dial tcp {address}: connect: connection refused");
    assert_eq!(problem(&format!("{url}/x")), refused);
    let with_password = url.replace("http://", "http://user:secret@");
    let expected = refused.replace("http://", "http://user:***@");
    assert_eq!(problem(&format!("{with_password}/x")), expected);
    assert_eq!(problem("ftp://x/y"), "Get \"ftp://x/y\": unsupported protocol scheme \"ftp\"");
    assert_eq!(problem("http:///y"), "Get \"http:///y\": http: no Host in request URL");
    assert_eq!(problem("http://a b/"), "parse \"http://a b/\": invalid character \" \" in host name");
    let hidden = "parse \"http://u:***@a b/\": invalid character \" \" in host name";
    assert_eq!(problem("http://u:secret@a b/"), hidden);
}

/// A folder with files of certificates.
fn files(files: &[(&str, &str)]) -> (TempDir, impl Fn(&str) -> String + use<>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let path = folder.path().to_owned();
    (folder, move |name: &str| path.join(name).display().to_string())
}

#[test]
fn servers_are_trusted_by_the_authority_that_is_given() {
    let authority = TestAuthority::new().unwrap();
    let server = TestServer::start_tls(&authority, |_| Answer::file("safe")).unwrap();
    let url = server.url();
    let pem = authority.pem();
    let (_folder, path) = files(&[("ca.pem", &pem), ("bad.pem", "none")]);
    let with = |tls: TlsFiles| {
        let request = Get::new(format!("{url}/x")).with_access(&url, Access { tls, ..Access::default() });
        get(&request).map_err(|error| error.to_string())
    };
    let ca = |name: &str| TlsFiles { ca: path(name), ..TlsFiles::default() };
    assert_eq!(with(ca("ca.pem")).unwrap(), b"safe");
    assert_eq!(with(TlsFiles { insecure: true, ..TlsFiles::default() }).unwrap(), b"safe");
    let unknown = "tls: failed to verify certificate: x509: certificate signed by unknown authority";
    assert_eq!(with(TlsFiles::default()).unwrap_err(), format!("Get \"{url}/x\": {unknown}"));
    let set_up = "can't create TLS config for client";
    assert_eq!(
        with(ca("bad.pem")).unwrap_err(),
        format!("{set_up}: failed to append certificates from pem block")
    );
    let missing = path("none.pem");
    assert_eq!(
        with(ca("none.pem")).unwrap_err(),
        format!("{set_up}: can't read CA file: {missing:?}: open {missing}: no such file or directory")
    );
    let plain = url.replace("https", "http");
    assert!(problem(&plain).starts_with(&format!("Get {plain:?}: ")));
    let http = TestServer::start(|_| Answer::file("")).unwrap().url().replace("http", "https");
    assert!(problem(&http).starts_with(&format!("Get {http:?}: ")), "{}", problem(&http));
}

#[test]
fn a_server_of_another_name_is_not_trusted() {
    let authority = TestAuthority::new().unwrap().for_names(&["a.example.org", "b.example.org"]);
    let server = TestServer::start_tls(&authority, |_| Answer::file("")).unwrap();
    let (_folder, path) = files(&[("ca.pem", &authority.pem())]);
    let tls = TlsFiles { ca: path("ca.pem"), ..TlsFiles::default() };
    for (host, why) in [
        ("127.0.0.1", "cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs"),
        ("localhost", "certificate is valid for a.example.org, b.example.org, not localhost"),
    ] {
        let url = server.url().replace("127.0.0.1", host);
        let request = Get::new(&url).with_access("", Access { tls: tls.clone(), ..Access::default() });
        let expected = format!("Get {url:?}: tls: failed to verify certificate: x509: {why}");
        assert_eq!(get(&request).unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_client_shows_its_certificate() {
    let authority = TestAuthority::new().unwrap().asking_clients();
    let server = TestServer::start_tls(&authority, |_| Answer::file("known")).unwrap();
    let (certificate, key) = authority.client().unwrap();
    let (_folder, path) = files(&[("ca.pem", &authority.pem()), ("c.pem", &certificate), ("k.pem", &key)]);
    let with = |cert: &str, key: &str| {
        let tls =
            TlsFiles { ca: path("ca.pem"), cert: cert.to_owned(), key: key.to_owned(), insecure: false };
        get(&Get::new(server.url()).with_access("", Access { tls, ..Access::default() }))
            .map_err(|error| error.to_string())
    };
    assert_eq!(with(&path("c.pem"), &path("k.pem")).unwrap(), b"known");
    let refused = with("", "").unwrap_err();
    assert!(refused.ends_with(": remote error: tls: certificate required"), "{refused}");
    let half = with(&path("c.pem"), "").unwrap_err();
    assert!(half.ends_with("unable to read key file: \"\": open : no such file or directory"), "{half}");
}
