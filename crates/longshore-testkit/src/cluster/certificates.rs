//! The certificates of a cluster: one throw-away authority, the API server's certificate, and one per client.
//!
//! They are valid for a century, because nothing that they protect lives longer than the cluster's folder.

use std::net::{IpAddr, Ipv4Addr};

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
};

/// The authority of one cluster.
#[derive(Debug)]
pub(super) struct Authority {
    certificate: String,
    key: String,
}

/// A certificate and its key, both as PEM.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) certificate: String,
    pub(super) key: String,
}

/// How long a client certificate is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// Longer than any test.
    Long,
    /// It ended years ago: what a person sees who has not logged in again.
    Expired,
}

impl Authority {
    pub(super) fn new() -> Result<Self> {
        let key = KeyPair::generate().context("cannot make the key of the authority")?;
        let mut params = parameters("longshore-test-ca", None, Validity::Long);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let certificate = params.self_signed(&key).context("cannot make the authority's certificate")?;
        Ok(Self { certificate: certificate.pem(), key: key.serialize_pem() })
    }

    pub(super) fn from_pem(certificate: String, key: String) -> Self {
        Self { certificate, key }
    }

    pub(super) fn certificate(&self) -> &str {
        &self.certificate
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// The certificate of the servers, under every name by which somebody may call them. `more` is the address of a node.
    pub(super) fn server(&self, more: Option<Ipv4Addr>) -> Result<Pair> {
        let mut params = parameters("kube-apiserver", None, Validity::Long);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        for name in ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"] {
            params.subject_alt_names.push(SanType::DnsName(name.try_into().context("a plain name")?));
        }
        for address in [Ipv4Addr::LOCALHOST, Ipv4Addr::new(10, 96, 0, 1)].into_iter().chain(more) {
            params.subject_alt_names.push(SanType::IpAddress(IpAddr::V4(address)));
        }
        self.sign(params)
    }

    /// The certificate of a client: its common name is the user, its organisation is the group.
    pub(super) fn client(&self, user: &str, group: Option<&str>, validity: Validity) -> Result<Pair> {
        let mut params = parameters(user, group, validity);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(params)
    }

    fn sign(&self, mut params: CertificateParams) -> Result<Pair> {
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let authority = KeyPair::from_pem(&self.key).context("the authority's key is damaged")?;
        let issuer = Issuer::from_ca_cert_pem(&self.certificate, authority)
            .context("the authority's certificate is damaged")?;
        let key = KeyPair::generate().context("cannot make a key")?;
        let certificate = params.signed_by(&key, &issuer).context("cannot sign a certificate")?;
        Ok(Pair { certificate: certificate.pem(), key: key.serialize_pem() })
    }
}

/// The key that signs the tokens of service accounts.
pub(super) fn service_account_key() -> Result<KeyPair> {
    KeyPair::generate().context("cannot make the service account key")
}

fn parameters(name: &str, group: Option<&str>, validity: Validity) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    if let Some(group) = group {
        params.distinguished_name.push(DnType::OrganizationName, group);
    }
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = match validity {
        Validity::Long => date_time_ymd(2120, 1, 1),
        Validity::Expired => date_time_ymd(2021, 1, 1),
    };
    params
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_read_from_its_files_signs_as_the_first_one() {
        let first = Authority::new().unwrap();
        let again = Authority::from_pem(first.certificate().to_owned(), first.key().to_owned());
        let pair = again.client("jane", Some("developers"), Validity::Expired).unwrap();
        assert!(pair.certificate.starts_with("-----BEGIN CERTIFICATE-----"));
        assert!(pair.key.contains("PRIVATE KEY"));
        assert_ne!(pair.certificate, first.server(None).unwrap().certificate);
    }
}
