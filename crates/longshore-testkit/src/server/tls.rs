//! An authority for tests, with certificates for servers on loopback and for clients.

use std::sync::Arc;

use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

/// A certificate authority.
#[derive(Debug)]
pub struct TestAuthority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    /// Names and addresses of the servers.
    names: Vec<String>,
    asks_clients: bool,
}

impl TestAuthority {
    /// An authority whose servers are called 127.0.0.1 and localhost.
    ///
    /// # Errors
    /// There is no key.
    pub fn new() -> Result<Self> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let names = ["127.0.0.1", "localhost"].map(str::to_owned).to_vec();
        Ok(Self { issuer, names, asks_clients: false })
    }

    /// The same for servers of other names.
    pub fn for_names(self, names: &[&str]) -> Self {
        Self { names: names.iter().map(|name| (*name).to_owned()).collect(), ..self }
    }

    /// The same, whose servers want to see a client's certificate.
    pub fn asking_clients(self) -> Self {
        Self { asks_clients: true, ..self }
    }

    /// The authority's certificate in PEM.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A client's certificate and key in PEM.
    ///
    /// # Errors
    /// There is no key.
    pub fn client(&self) -> Result<(String, String)> {
        self.issue(&CertificateParams::new(vec!["client".to_owned()])?)
    }

    /// The same, of a certificate that has run out.
    ///
    /// # Errors
    /// There is no key.
    pub fn expired_client(&self) -> Result<(String, String)> {
        let mut params = CertificateParams::new(vec!["client".to_owned()])?;
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
        self.issue(&params)
    }

    /// A server's certificate and key in PEM.
    ///
    /// # Errors
    /// There is no key.
    pub fn server_files(&self) -> Result<(String, String)> {
        self.issue(&CertificateParams::new(self.names.clone())?)
    }

    fn issue(&self, params: &CertificateParams) -> Result<(String, String)> {
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok((certificate.pem(), key.serialize_pem()))
    }

    /// The configuration of a server.
    pub(crate) fn server(&self) -> Result<Arc<ServerConfig>> {
        let provider = Arc::new(default_provider());
        let (certificate, key) = self.server_files()?;
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions()?;
        let builder = if self.asks_clients {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from_pem_slice(self.pem().as_bytes())?)?;
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build()?;
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes())?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes())?;
        Ok(Arc::new(builder.with_single_cert(vec![certificate], key)?))
    }
}
