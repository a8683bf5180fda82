//! TLS that the service ends by itself, for those who show a certificate of its authority: where no ingress does it.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::serve::Listener;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// A handshake that takes longer is given up.
const PATIENCE: Duration = Duration::from_mins(1);

/// Came over a connection whose client has shown a certificate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Certified;

/// Where TLS is ended, by files in PEM.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The address.
    pub listen: SocketAddr,
    /// What is shown.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
    /// Whose certificates clients must show.
    pub clients: PathBuf,
}

impl Tls {
    /// How a handshake is to be made. The files are read anew for each: Secrets come and change while they are mounted.
    fn config(&self) -> Result<ServerConfig> {
        let provider = Arc::new(default_provider());
        let mut roots = RootCertStore::empty();
        for certificate in certificates(&self.clients)? {
            roots.add(certificate).with_context(|| format!("{} is no authority", self.clients.display()))?;
        }
        let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let key = PrivateKeyDer::from_pem_file(&self.key);
        let key = key.with_context(|| format!("cannot read {}", self.key.display()))?;
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let builder = builder.with_client_cert_verifier(clients.build()?);
        builder.with_single_cert(certificates(&self.certificate)?, key).context("the key is another's")
    }

    /// Takes its port.
    pub(crate) async fn bind(&self) -> Result<Connections> {
        let at = self.listen;
        let listener = TcpListener::bind(at).await.with_context(|| format!("cannot listen on {at}"))?;
        let address = listener.local_addr().context("a listener has an address")?;
        let (sender, accepted) = mpsc::channel(16);
        let accepting = tokio::spawn(accept(self.clone(), listener, sender)).abort_handle();
        Ok(Connections { address, accepted, accepting })
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    read.with_context(|| format!("cannot read {}", path.display()))
}

type Stream = TlsStream<TcpStream>;

/// Handshakes go on side by side: one that hangs keeps nobody waiting.
async fn accept(tls: Tls, listener: TcpListener, sender: mpsc::Sender<(Stream, SocketAddr)>) {
    let mut handshakes = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, from)) = accepted else { continue };
                let (tls, sender) = (tls.clone(), sender.clone());
                handshakes.spawn(async move {
                    match tokio::time::timeout(PATIENCE, shake_hands(&tls, stream)).await {
                        Ok(Ok(stream)) => _ = sender.send((stream, from)).await,
                        Ok(Err(error)) => _ = writeln!(io::stderr(), "no TLS with {from}: {error:#}"),
                        Err(_) => {}
                    }
                });
            }
            Some(_) = handshakes.join_next() => {}
        }
    }
}

async fn shake_hands(tls: &Tls, stream: TcpStream) -> Result<Stream> {
    stream.set_nodelay(true)?;
    Ok(TlsAcceptor::from(Arc::new(tls.config()?)).accept(stream).await?)
}

/// Connections of clients that have shown a certificate; none is taken any more once this is dropped.
#[derive(Debug)]
pub(crate) struct Connections {
    /// Where they come to.
    pub(crate) address: SocketAddr,
    accepted: mpsc::Receiver<(Stream, SocketAddr)>,
    accepting: AbortHandle,
}

impl Listener for Connections {
    type Io = Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Stream, SocketAddr) {
        match self.accepted.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

impl Drop for Connections {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}
