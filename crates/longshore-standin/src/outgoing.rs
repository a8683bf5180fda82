//! How others are reached over HTTP: names that no DNS knows, authorities that are trusted, a certificate of our own.
//!
//! Certificates of servers are always verified: there is no way to say otherwise.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll};
use std::vec;

use anyhow::{Context as _, Result};
use bytes::Bytes;
use clap::Args;
use http::Uri;
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A client that keeps its connections and asks nothing twice.
pub type HttpClient = Client<HttpsConnector<HttpConnector<Names>>, Full<Bytes>>;

/// What is needed to reach a server.
#[derive(Debug, Clone, Default)]
pub struct Way {
    /// Addresses of names, before DNS is asked.
    pub hosts: BTreeMap<String, IpAddr>,
    /// Where every name leads, if they all lead to one place.
    pub everything_to: Option<IpAddr>,
    /// Files with trusted certificates in PEM, and folders of such files, whatever they are called.
    pub trusted: Vec<PathBuf>,
    /// Our own certificate and its key.
    pub shown: Option<(PathBuf, PathBuf)>,
}

/// The same on the command line.
#[derive(Debug, Clone, Default, Args)]
pub struct Reach {
    /// Where the name of the URL leads, instead of what DNS says
    #[arg(long)]
    pub address: Option<IpAddr>,
    /// A file with certificates that are trusted, or a folder of them; may be said several times
    #[arg(long)]
    pub ca: Vec<PathBuf>,
    /// A certificate to show, in PEM
    #[arg(long, requires = "key")]
    pub certificate: Option<PathBuf>,
    /// Its key
    #[arg(long, requires = "certificate")]
    pub key: Option<PathBuf>,
}

impl Reach {
    /// The way that they say.
    pub fn way(&self) -> Way {
        Way {
            everything_to: self.address,
            trusted: self.ca.clone(),
            shown: self.certificate.clone().zip(self.key.clone()),
            ..Way::default()
        }
    }
}

impl Way {
    /// A client that goes this way.
    pub fn client(&self) -> Result<HttpClient> {
        let names = Names { hosts: self.hosts.clone(), everything_to: self.everything_to };
        let mut tcp = HttpConnector::new_with_resolver(names);
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        let builder = HttpsConnectorBuilder::new().with_tls_config(self.tls()?);
        let connector = builder.https_or_http().enable_http1().wrap_connector(tcp);
        Ok(Client::builder(TokioExecutor::new()).retry_canceled_requests(false).build(connector))
    }

    /// A connection to the server of a URL, with TLS where its scheme says so.
    pub async fn connect(&self, uri: &Uri) -> Result<Box<dyn Connection>> {
        let host = uri.host().context("a URL has a host")?;
        let secure = ["https", "wss"].contains(&uri.scheme_str().unwrap_or_default());
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let known = self.everything_to.or_else(|| self.hosts.get(host).copied());
        let stream = match known {
            Some(address) => TcpStream::connect((address, port)).await,
            None => TcpStream::connect((host, port)).await,
        };
        let stream = stream.with_context(|| format!("cannot connect to {host}"))?;
        if !secure {
            return Ok(Box::new(stream));
        }
        let name = ServerName::try_from(host.to_owned()).context("no certificate can be for that name")?;
        let connector = TlsConnector::from(Arc::new(self.tls()?));
        Ok(Box::new(connector.connect(name, stream).await.context("no TLS")?))
    }

    /// Its side of TLS.
    pub fn tls(&self) -> Result<ClientConfig> {
        let mut roots = RootCertStore::empty();
        for path in &self.trusted {
            for certificate in certificates_below(path) {
                // One that is none of ours to judge must not keep the others out.
                let _ = roots.add(certificate);
            }
        }
        let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()));
        let builder = builder.with_safe_default_protocol_versions()?.with_root_certificates(roots);
        let Some((certificate, key)) = &self.shown else { return Ok(builder.with_no_client_auth()) };
        let chain: Result<Vec<_>, _> =
            CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let chain = chain.with_context(|| format!("cannot read {}", certificate.display()))?;
        let key =
            PrivateKeyDer::from_pem_file(key).with_context(|| format!("cannot read {}", key.display()))?;
        builder.with_client_auth_cert(chain, key).context("the certificate cannot be shown")
    }
}

/// A connection, with or without TLS.
pub trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}

/// The certificates of a file, or of all files of a folder: names do not matter, as OpenSSL's hashed ones would.
fn certificates_below(path: &Path) -> Vec<CertificateDer<'static>> {
    let files: Vec<PathBuf> = match fs::read_dir(path) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect(),
        Err(_) => vec![path.to_owned()],
    };
    let mut found = Vec::new();
    for file in files {
        let Ok(text) = fs::read(&file) else { continue };
        found.extend(CertificateDer::pem_slice_iter(&text).flatten());
    }
    found
}

/// Looks names up: those that are known here, else by DNS.
#[derive(Debug, Clone)]
pub struct Names {
    hosts: BTreeMap<String, IpAddr>,
    everything_to: Option<IpAddr>,
}

impl tower::Service<Name> for Names {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Task<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let known = self.everything_to.or_else(|| self.hosts.get(name.as_str()).copied());
        Box::pin(async move {
            let found: Vec<SocketAddr> = match known {
                Some(address) => vec![(address, 0).into()],
                None => tokio::net::lookup_host((name.as_str(), 0)).await?.collect(),
            };
            Ok(found.into_iter())
        })
    }
}
