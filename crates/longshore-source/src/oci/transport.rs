//! One request to a registry: sent, answered with a password or a token where the registry asks for one, sent again
//! where it has trouble.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use longshore_go::url::Url;
use reqwest::{Method, Response, StatusCode, header};
use secrecy::ExposeSecret as _;

use super::challenge::{Challenge, check_realm};
use super::credentials::Credential;
use super::error::{quoted, said};
use super::reference::Reference;
use super::registry::{Login, Registry};
use super::{MAX_ERROR, OciError};
use crate::HttpError;

/// Time for one request: an archive of 100 MiB over a slow line.
const TIMEOUT: Duration = Duration::from_hours(1);

/// How often a request is sent again, and how long is waited before the first time; then twice as long each time.
const RETRIES: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) url: String,
    headers: Vec<(header::HeaderName, String)>,
    body: Bytes,
    /// What a token must allow, as `repository:charts/web:pull`.
    scope: String,
}

impl Call {
    pub(super) fn new(method: Method, url: String) -> Self {
        Self { method, url, headers: Vec::new(), body: Bytes::new(), scope: String::new() }
    }

    /// Something that only those may do who have been allowed `actions`.
    pub(super) fn allowed(self, reference: &Reference, actions: &str) -> Self {
        Self { scope: format!("repository:{}:{actions}", reference.repository), ..self }
    }

    pub(super) fn accepting(self, kinds: &str) -> Self {
        self.with(header::ACCEPT, kinds)
    }

    /// With a body of a kind.
    pub(super) fn sending(self, kind: &str, body: Bytes) -> Self {
        Self { body, ..self.with(header::CONTENT_TYPE, kind) }
    }

    fn with(mut self, name: header::HeaderName, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    method: &'static str,
    url: String,
    response: Response,
}

impl Answer {
    pub(super) fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    /// The request's method.
    pub(super) fn method(&self) -> &'static str {
        self.method
    }

    /// Where it came from, behind all redirects.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// So many bytes are announced.
    pub(super) fn length(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// The body, of which no more than `most` bytes are taken.
    pub(super) async fn body(self, most: u64) -> Result<Vec<u8>, OciError> {
        match self.some_body(most).await {
            (body, None) => Ok(body),
            (_, Some(error)) => Err(error.into()),
        }
    }

    /// What comes of the body, and why there is no more if it breaks off or is larger than `most` bytes.
    pub(super) async fn some_body(mut self, most: u64) -> (Vec<u8>, Option<HttpError>) {
        let mut body = Vec::new();
        loop {
            match self.response.chunk().await {
                Ok(None) => return (body, None),
                Ok(Some(part)) if (body.len() + part.len()) as u64 > most => {
                    return (body, Some(HttpError::TooLarge { url: self.url, max_bytes: most }));
                }
                Ok(Some(part)) => body.extend_from_slice(&part),
                Err(error) => return (body, Some(HttpError::of_body(&error))),
            }
        }
    }

    /// Why this is not what was asked for.
    pub(super) async fn refused(mut self) -> OciError {
        let status = self.response.status();
        let mut body = Vec::new();
        while let Ok(Some(part)) = self.response.chunk().await {
            body.extend_from_slice(&part);
            if body.len() as u64 >= MAX_ERROR {
                break;
            }
        }
        let text = said(&body).unwrap_or_else(|| status.canonical_reason().unwrap_or_default().to_owned());
        OciError::Status { method: self.method, url: self.url, code: status.as_u16(), text }
    }

    /// Something that went wrong on the way to an answer.
    fn wrong(&self, why: impl std::fmt::Display) -> OciError {
        OciError::Other(format!("{} {}: {why}", self.method, quoted(&self.url)))
    }
}

impl Registry<'_> {
    /// Sends a request, as whoever the registry wants to see.
    pub(super) async fn send(&self, call: &Call) -> Result<Answer, OciError> {
        let asked = parse(&call.url)?;
        let host = String::from_utf8_lossy(&asked.host).into_owned();
        let known = |scope: &str| {
            let tokens = self.tokens.0.borrow();
            let token = tokens
                .get(&(host.clone(), String::new()))
                .or_else(|| tokens.get(&(host.clone(), scope.to_owned())));
            token.map(|token| token.expose_secret().to_owned())
        };
        let answer = self.with_retries(call, known(&call.scope).as_deref()).await?;
        if answer.status() != StatusCode::UNAUTHORIZED || origin(&parse(&answer.url)?) != origin(&asked) {
            return Ok(answer);
        }
        let (key, token) = match Challenge::parse(answer.header("www-authenticate").unwrap_or_default()) {
            Challenge::Unknown => return Ok(answer),
            Challenge::Basic => {
                let basic = self.basic(&host).map_err(|why| answer.wrong(why))?;
                (String::new(), basic)
            }
            Challenge::Bearer { realm, service, scopes } => {
                let all = joined(std::iter::once(call.scope.clone()).chain(scopes));
                check_realm(&realm, &asked).map_err(|why| answer.wrong(why))?;
                let credential = self.credential(&host)?;
                let token = self.token(&realm, &service, &all, &credential).await;
                (call.scope.clone(), format!("Bearer {}", token.map_err(|why| answer.wrong(why))?))
            }
        };
        let answer = self.with_retries(call, Some(&token)).await?;
        if answer.status() != StatusCode::UNAUTHORIZED {
            self.tokens.0.borrow_mut().insert((host, key), token.into());
        }
        Ok(answer)
    }

    /// The credentials for a host.
    fn credential(&self, host: &str) -> Result<Credential, OciError> {
        match &self.login {
            Login::Always(credential) => Ok(credential.clone()),
            Login::Host(own, credential) => {
                let own = if own == "docker.io" { "registry-1.docker.io" } else { own };
                Ok(if own == host { credential.clone() } else { Credential::default() })
            }
            Login::Stored(store) => store.get(host),
        }
    }

    /// Name and password as a header has them.
    fn basic(&self, host: &str) -> Result<String, String> {
        let credential =
            self.credential(host).map_err(|error| format!("failed to resolve credential: {error}"))?;
        let (name, password) = (&credential.username, credential.password.expose_secret());
        if credential.is_empty() {
            return Err(String::from("basic credential not found"));
        }
        if name.is_empty() || password.is_empty() {
            return Err(String::from("missing username or password for basic auth"));
        }
        Ok(format!("Basic {}", STANDARD.encode(format!("{name}:{password}"))))
    }

    /// Sends a request, again and again while the registry has trouble.
    pub(super) async fn with_retries(
        &self,
        call: &Call,
        authorization: Option<&str>,
    ) -> Result<Answer, OciError> {
        let mut wait = FIRST_WAIT;
        let mut left = if self.options.retries { RETRIES } else { 0 };
        loop {
            let answer = self.once(call, authorization).await?;
            let status = answer.status();
            let has_trouble = status.is_server_error()
                || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
            if !has_trouble || left == 0 {
                return Ok(answer);
            }
            let wanted = answer.header("retry-after").and_then(|seconds| seconds.parse().ok());
            let wanted = wanted.filter(|_| status == StatusCode::TOO_MANY_REQUESTS).map(Duration::from_secs);
            tokio::time::sleep(wanted.unwrap_or(wait).min(LONGEST_WAIT)).await;
            wait *= 2;
            left -= 1;
        }
    }

    async fn once(&self, call: &Call, authorization: Option<&str>) -> Result<Answer, OciError> {
        let method = match call.method {
            Method::HEAD => "HEAD",
            Method::PUT => "PUT",
            Method::POST => "POST",
            _ => "GET",
        };
        let mut url = call.url.clone();
        if self.fell_back.get() {
            url = plain(&url);
        }
        loop {
            let client = self.http.client(&self.options.tls)?;
            let mut request = client.request(call.method.clone(), &url).timeout(TIMEOUT);
            for (name, value) in &call.headers {
                request = request.header(name, value);
            }
            if let Some(authorization) = authorization {
                request = request.header(header::AUTHORIZATION, authorization);
            }
            if matches!(call.method, Method::PUT | Method::POST) {
                request = request.body(call.body.clone());
            }
            let error = match request.send().await {
                Ok(response) => {
                    return Ok(Answer { method, url: response.url().to_string(), response });
                }
                Err(error) => HttpError::of_request(&error, &parse(&url)?),
            };
            let HttpError::NoAnswer { url: asked, problem } = error else { return Err(error.into()) };
            let speaks_http = problem == "http: server gave HTTP response to HTTPS client";
            if !(speaks_http && self.options.falls_back && url.starts_with("https:")) {
                return Err(OciError::NoAnswer { method, url: asked, problem });
            }
            self.fell_back.set(true);
            url = plain(&url);
        }
    }
}

/// Scopes with the actions of each repository in one.
fn joined(scopes: impl Iterator<Item = String>) -> Vec<String> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for scope in scopes.filter(|scope| !scope.is_empty()) {
        match scope.rsplit_once(':').filter(|(what, _)| what.contains(':')) {
            Some((what, actions)) => {
                all.entry(what.to_owned()).or_default().extend(actions.split(',').map(str::to_owned));
            }
            None => drop(all.entry(scope).or_default()),
        }
    }
    let with = |(what, actions): (String, BTreeSet<String>)| {
        let actions: Vec<String> = actions.into_iter().collect();
        if actions.is_empty() { what } else { format!("{what}:{}", actions.join(",")) }
    };
    all.into_iter().map(with).collect()
}

/// The same address without TLS.
fn plain(url: &str) -> String {
    match url.strip_prefix("https:") {
        Some(rest) => format!("http:{rest}"),
        None => url.to_owned(),
    }
}

pub(super) fn parse(url: &str) -> Result<Url, OciError> {
    Url::parse(url.as_bytes()).map_err(|error| OciError::Other(error.to_string()))
}

/// Scheme, host and port.
pub(super) fn origin(url: &Url) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let port = match url.port() {
        Some(port) if !port.is_empty() => port.to_vec(),
        _ if url.scheme == b"https" => b"443".to_vec(),
        _ => b"80".to_vec(),
    };
    (url.scheme.to_ascii_lowercase(), url.hostname().to_ascii_lowercase(), port)
}
