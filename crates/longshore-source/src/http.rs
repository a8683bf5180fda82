//! Getting files over HTTP and HTTPS, as Helm's getter does.
//!
//! Rules: <https://github.com/helm/helm/blob/v4.3.1/pkg/getter/httpgetter.go>. HTTP/1.1, no compression, at most ten
//! redirects, two minutes for the whole of a request, proxies by Go's rules ([`Proxies`]), and credentials only for
//! the host that they were given for.
//!
//! An [`Http`] costs nothing until it is asked for something: then there is a runtime, and TLS when a server wants it.

mod error;
mod proxy;
mod tls;

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use longshore_go::url::Url;
use reqwest::{Client, Response, header, redirect};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::runtime::{Builder, Runtime};

pub use error::{HttpError, TlsFileError};
pub use proxy::Proxies;
pub use tls::TlsFiles;

/// Time for a request from its first byte to the last of the answer.
pub const TIMEOUT: Duration = Duration::from_mins(2);

/// Redirects that are followed.
const REDIRECTS: usize = 10;

/// Bytes of an answer that are taken, unless a request says otherwise: several times the largest index there is.
pub const MAX_BODY: u64 = 512 << 20;

/// How to be let in.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// The user's name.
    pub username: String,
    /// The user's password. Without both there are no credentials.
    pub password: SecretString,
    /// Give them to every host, and not only to the one that they are for.
    pub pass_credentials: bool,
    /// Certificates.
    pub tls: TlsFiles,
}

/// What to get.
#[derive(Debug, Clone)]
pub struct Get {
    /// The address.
    pub url: String,
    /// The address that the credentials are for: they are given if scheme, host and port are the same.
    pub owner: String,
    /// How to be let in.
    pub access: Access,
    /// The media types that are wanted.
    pub accept: Option<&'static str>,
    /// Bytes that are taken at most.
    pub max_bytes: u64,
    /// Time for the whole of it.
    pub timeout: Duration,
}

impl Get {
    /// A plain request for an address.
    pub fn new(url: impl Into<String>) -> Self {
        let url = url.into();
        Self {
            owner: url.clone(),
            url,
            access: Access::default(),
            accept: None,
            max_bytes: MAX_BODY,
            timeout: TIMEOUT,
        }
    }

    /// With credentials for `owner`.
    pub fn with_access(self, owner: impl Into<String>, access: Access) -> Self {
        Self { owner: owner.into(), access, ..self }
    }

    /// Asking for media types.
    pub fn accepting(self, accept: &'static str) -> Self {
        Self { accept: Some(accept), ..self }
    }

    /// The credentials, if they are for this address.
    fn credentials(&self) -> Option<(&str, &str)> {
        let (name, password) = (self.access.username.as_str(), self.access.password.expose_secret());
        if name.is_empty() || password.is_empty() {
            return None;
        }
        let place = |url: &str| Url::parse(url.as_bytes()).map(|url| (url.scheme, url.host));
        let is_owners = || place(&self.url).is_ok_and(|here| place(&self.owner) == Ok(here));
        (self.access.pass_credentials || is_owners()).then_some((name, password))
    }
}

/// A client for any number of requests.
///
/// ```no_run
/// use longshore_source::{Get, Http};
/// let http = Http::new("Helm/4.3.1");
/// let index = http.get(&Get::new("https://charts.example.com/index.yaml"))?;
/// # Ok::<(), longshore_source::HttpError>(())
/// ```
#[derive(Debug)]
pub struct Http {
    user_agent: String,
    runtime: OnceCell<Runtime>,
    /// One for each set of certificates.
    clients: RefCell<BTreeMap<TlsFiles, Client>>,
}

impl Http {
    /// A client that calls itself `user_agent`. Nothing is set up.
    pub fn new(user_agent: impl Into<String>) -> Self {
        Self { user_agent: user_agent.into(), runtime: OnceCell::new(), clients: RefCell::default() }
    }

    /// Gets one file.
    ///
    /// # Errors
    /// There is no answer, none that says "200 OK", one that breaks off, or one that is too large; in Go's words.
    pub fn get(&self, get: &Get) -> Result<Vec<u8>, HttpError> {
        let client = self.client(&get.access.tls)?;
        self.block_on(fetch(&client, get))?
    }

    /// Gets one file, if it is another one than that which the server called `tag`. Any status that means success is one.
    ///
    /// # Errors
    /// As [`Http::get`].
    pub fn get_tagged(&self, get: &Get, tag: Option<&str>) -> Result<Tagged, HttpError> {
        let client = self.client(&get.access.tls)?;
        self.block_on(fetch_tagged(&client, get, tag))?
    }

    /// Gets several files at once: the answers in the order of the requests.
    pub fn get_all(&self, all: &[Get]) -> Vec<Result<Vec<u8>, HttpError>> {
        let one = async |get: &Get| {
            let client = self.client(&get.access.tls)?;
            fetch(&client, get).await
        };
        match self.block_on(futures::future::join_all(all.iter().map(one))) {
            Ok(answers) => answers,
            Err(error) => all.iter().map(|_| Err(error.clone())).collect(),
        }
    }

    /// The client for a set of certificates, for requests of another kind.
    ///
    /// # Errors
    /// A file of certificates cannot be used.
    pub fn client(&self, tls: &TlsFiles) -> Result<Client, HttpError> {
        if let Some(client) = self.clients.borrow().get(tls) {
            return Ok(client.clone());
        }
        let ten = redirect::Policy::custom(|attempt| match attempt.previous().len() {
            REDIRECTS.. => attempt.error("stopped after 10 redirects"),
            _ => attempt.follow(),
        });
        let client = Client::builder()
            .user_agent(&self.user_agent)
            .http1_only()
            .timeout(TIMEOUT)
            .redirect(ten)
            .proxy(Proxies::from_environment().rule())
            .tls_backend_preconfigured(tls.config()?)
            .build()
            .map_err(|error| HttpError::of_client(&error))?;
        self.clients.borrow_mut().insert(tls.clone(), client.clone());
        Ok(client)
    }

    /// Waits for what happens on the network.
    ///
    /// # Errors
    /// The system gives no means to wait with.
    pub fn block_on<F: Future>(&self, future: F) -> Result<F::Output, HttpError> {
        if self.runtime.get().is_none() {
            let runtime = Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|error| HttpError::Other(error.to_string()))?;
            // Nobody else can have set it: this is one thread.
            let _ = self.runtime.set(runtime);
        }
        let runtime = self.runtime.get().expect("it was just set");
        Ok(runtime.block_on(future))
    }
}

/// What a server has of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tagged {
    /// The one that was named.
    Same,
    /// Another one.
    File {
        /// Its bytes.
        body: Vec<u8>,
        /// What the server calls exactly these bytes (a strong `ETag`), if it calls them anything.
        tag: Option<String>,
        /// Whether the server allows to keep them.
        may_be_kept: bool,
    },
}

async fn fetch(client: &Client, get: &Get) -> Result<Vec<u8>, HttpError> {
    let url = error::check_url(&get.url)?;
    let response = send(client, get, None, &url).await?;
    if response.status() != reqwest::StatusCode::OK {
        return Err(refusal(&response, &url));
    }
    body(response, get, &url).await
}

async fn fetch_tagged(client: &Client, get: &Get, tag: Option<&str>) -> Result<Tagged, HttpError> {
    let url = error::check_url(&get.url)?;
    let response = send(client, get, tag, &url).await?;
    if tag.is_some() && response.status() == reqwest::StatusCode::NOT_MODIFIED {
        return Ok(Tagged::Same);
    }
    if !response.status().is_success() {
        return Err(refusal(&response, &url));
    }
    let text = |name: header::HeaderName| {
        response.headers().get(name).and_then(|value| value.to_str().ok()).map(ToOwned::to_owned)
    };
    // A weak one stands for several contents that mean the same.
    let tag = text(header::ETAG).filter(|tag| tag.starts_with('"'));
    let may_be_kept =
        text(header::CACHE_CONTROL).is_none_or(|control| !control.to_ascii_lowercase().contains("no-store"));
    Ok(Tagged::File { body: body(response, get, &url).await?, tag, may_be_kept })
}

async fn send(client: &Client, get: &Get, tag: Option<&str>, url: &Url) -> Result<Response, HttpError> {
    let mut request = client.get(&get.url);
    if let Some(accept) = get.accept {
        request = request.header(header::ACCEPT, accept);
    }
    if let Some(tag) = tag {
        request = request.header(header::IF_NONE_MATCH, tag);
    }
    request = request.timeout(get.timeout);
    if let Some((name, password)) = get.credentials() {
        request = request.basic_auth(name, Some(password));
    }
    request.send().await.map_err(|error| HttpError::of_request(&error, url))
}

fn refusal(response: &Response, url: &Url) -> HttpError {
    HttpError::Status { url: error::shown(url), code: response.status().as_u16(), text: status(response) }
}

async fn body(mut response: Response, get: &Get, url: &Url) -> Result<Vec<u8>, HttpError> {
    let too_large = || HttpError::TooLarge { url: error::shown(url), max_bytes: get.max_bytes };
    if response.content_length().is_some_and(|length| length > get.max_bytes) {
        return Err(too_large());
    }
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|error| HttpError::of_body(&error))? {
        if (body.len() + part.len()) as u64 > get.max_bytes {
            return Err(too_large());
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

/// The status in the server's own words: `404 File not found`.
fn status(response: &Response) -> String {
    let status = response.status();
    let own = response.extensions().get::<hyper::ext::ReasonPhrase>();
    let words = own.map_or(status.canonical_reason().unwrap_or_default().into(), |own| {
        String::from_utf8_lossy(own.as_bytes())
    });
    format!("{} {words}", status.as_str())
}
