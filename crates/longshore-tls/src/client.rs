//! The TLS of clients: whom they trust, and who they say they are.
//!
//! Trust is Go's (<https://pkg.go.dev/crypto/x509#Certificate.Verify>), because Helm's users have set their files up for
//! it. The difference that shows: a certificate which is itself among the trusted ones is accepted as a server's, be
//! it marked as an authority or not. `openssl req -x509` makes such certificates.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, InconsistentKeys, RootCertStore,
    SignatureScheme,
};

use crate::provider;

/// Whom a client trusts, and who it is.
#[derive(Clone, Default)]
pub struct ClientOptions {
    /// Certificates in PEM that are trusted in place of the system's.
    pub authorities: Option<Vec<u8>>,
    /// The client's certificates and its private key, both in PEM.
    pub identity: Option<(Vec<u8>, Vec<u8>)>,
    /// Take any certificate of the server.
    pub insecure: bool,
}

impl fmt::Debug for ClientOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let identity = self.identity.as_ref().map(|_| "…");
        let authorities = self.authorities.as_ref().map(Vec::len);
        f.debug_struct("ClientOptions")
            .field("authorities", &authorities)
            .field("identity", &identity)
            .field("insecure", &self.insecure)
            .finish()
    }
}

/// Why a client's TLS cannot be set up, in Go's words.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ClientError {
    /// None of the authorities is a certificate.
    #[error("failed to append certificates from pem block")]
    NoAuthority,
    /// Certificate and key cannot be used.
    #[error("unable to load cert from key pair: {0}")]
    Identity(String),
}

/// The configuration for connections of a client.
///
/// The system's certificates are read when the first server shows its own, from the file `SSL_CERT_FILE` and the folders
/// `SSL_CERT_DIR` if these are set.
///
/// # Errors
/// The authorities or the identity are none.
///
/// ```
/// use longshore_tls::{ClientOptions, client_config};
/// let config = client_config(&ClientOptions::default())?;
/// assert!(config.alpn_protocols.is_empty());
/// let nobody = ClientOptions { authorities: Some(Vec::new()), ..ClientOptions::default() };
/// assert!(client_config(&nobody).is_err());
/// # Ok::<(), longshore_tls::ClientError>(())
/// ```
pub fn client_config(options: &ClientOptions) -> Result<ClientConfig, ClientError> {
    let provider = provider();
    let verifier: Arc<dyn ServerCertVerifier> = if options.insecure {
        // What is given must be right all the same.
        options.authorities.as_deref().map(trusted).transpose()?;
        Arc::new(Anyone(Arc::clone(&provider)))
    } else {
        let known = OnceLock::new();
        if let Some(pem) = &options.authorities {
            let _ = known.set(Known::new(trusted(pem)?, &provider));
        }
        Arc::new(Trust { known, provider: Arc::clone(&provider) })
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has suites for both versions of TLS")
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    match &options.identity {
        None => Ok(builder.with_no_client_auth()),
        Some((certificates, key)) => {
            let (certificates, key) = identity(certificates, key).map_err(ClientError::Identity)?;
            builder.with_client_auth_cert(certificates, key).map_err(|error| {
                ClientError::Identity(match error {
                    Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                        String::from("tls: private key does not match public key")
                    }
                    _ => String::from("tls: failed to parse private key"),
                })
            })
        }
    }
}

/// The certificates of a PEM text; what else is in it is passed over.
fn trusted(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, ClientError> {
    let is_certificate = |der: &CertificateDer<'_>| x509_parser::parse_x509_certificate(der).is_ok();
    let all: Vec<_> = CertificateDer::pem_slice_iter(pem).flatten().filter(is_certificate).collect();
    if all.is_empty() { Err(ClientError::NoAuthority) } else { Ok(all) }
}

fn identity(
    certificates: &[u8],
    key: &[u8],
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), String> {
    let missing = |what| format!("tls: failed to find any PEM data in {what} input");
    let all: Vec<_> = CertificateDer::pem_slice_iter(certificates).flatten().collect();
    if all.is_empty() {
        return Err(missing("certificate"));
    }
    let is_certificate = CertificateDer::from_pem_slice(key).is_ok();
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| {
        if is_certificate {
            String::from("tls: found a certificate rather than a key in the PEM for the private key")
        } else {
            missing("key")
        }
    })?;
    Ok((all, key))
}

/// The certificates that are trusted.
#[derive(Debug)]
struct Known {
    all: Vec<CertificateDer<'static>>,
    /// Absent if there is not one.
    verifier: Option<Arc<WebPkiServerVerifier>>,
}

impl Known {
    fn new(all: Vec<CertificateDer<'static>>, provider: &Arc<CryptoProvider>) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(all.iter().cloned());
        let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
        Self { all, verifier: builder.build().ok() }
    }
}

/// Trusts what is known; until something is, what the system knows.
#[derive(Debug)]
struct Trust {
    known: OnceLock<Known>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let known = self
            .known
            .get_or_init(|| Known::new(rustls_native_certs::load_native_certs().certs, &self.provider));
        if known.all.iter().any(|one| one == end_entity) {
            check_dates(end_entity, now)?;
            rustls::client::verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
            return Ok(ServerCertVerified::assertion());
        }
        match &known.verifier {
            Some(verifier) => {
                verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
            None => Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        signed_12(&self.provider, message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        signed_13(&self.provider, message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Whether a certificate is valid at a time.
fn check_dates(der: &CertificateDer<'_>, now: UnixTime) -> Result<(), Error> {
    let refuse = |why| Err(Error::InvalidCertificate(why));
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(der) else {
        return refuse(CertificateError::BadEncoding);
    };
    let now = now.as_secs().cast_signed();
    let validity = certificate.validity();
    if now < validity.not_before.timestamp() {
        refuse(CertificateError::NotValidYet)
    } else if now > validity.not_after.timestamp() {
        refuse(CertificateError::Expired)
    } else {
        Ok(())
    }
}

/// Trusts every certificate, if its owner is on the other side.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        signed_12(&self.0, message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        signed_13(&self.0, message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

fn signed_12(
    provider: &CryptoProvider,
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signature: &DigitallySignedStruct,
) -> Result<HandshakeSignatureValid, Error> {
    verify_tls12_signature(message, certificate, signature, &provider.signature_verification_algorithms)
}

fn signed_13(
    provider: &CryptoProvider,
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signature: &DigitallySignedStruct,
) -> Result<HandshakeSignatureValid, Error> {
    verify_tls13_signature(message, certificate, signature, &provider.signature_verification_algorithms)
}

#[cfg(test)]
mod tests {
    use super::{ClientError, ClientOptions, client_config};

    fn pair() -> (Vec<u8>, Vec<u8>) {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::new(Vec::new()).unwrap().self_signed(&key).unwrap();
        (certificate.pem().into_bytes(), key.serialize_pem().into_bytes())
    }

    #[test]
    fn what_is_no_certificate_is_refused_in_gos_words() {
        let (certificate, key) = pair();
        let (_, other) = pair();
        let with = |certificate: &[u8], key: &[u8]| {
            let identity = Some((certificate.to_vec(), key.to_vec()));
            client_config(&ClientOptions { identity, ..ClientOptions::default() })
                .map(|_| ())
                .map_err(|error| error.to_string())
        };
        assert_eq!(with(&certificate, &key), Ok(()));
        for (certificate, key, problem) in [
            (&certificate, &other, "private key does not match public key"),
            (&key, &key, "failed to find any PEM data in certificate input"),
            (
                &certificate,
                &certificate,
                "found a certificate rather than a key in the PEM for the private key",
            ),
            (&certificate, &Vec::new(), "failed to find any PEM data in key input"),
        ] {
            let expected = format!("unable to load cert from key pair: tls: {problem}");
            assert_eq!(with(certificate, key), Err(expected));
        }
        let authorities = Some(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec());
        for insecure in [false, true] {
            let options = ClientOptions { authorities: authorities.clone(), insecure, ..Default::default() };
            assert_eq!(client_config(&options).unwrap_err(), ClientError::NoAuthority);
        }
    }

    #[test]
    fn the_key_is_not_printed() {
        let options = ClientOptions { identity: Some(pair()), ..ClientOptions::default() };
        assert!(!format!("{options:?}").contains("PRIVATE"), "{options:?}");
    }
}
