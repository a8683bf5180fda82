//! What a certificate says about itself: whose it is and how long it is valid.
//!
//! For explaining, not for trusting: nothing here checks a signature. A client whose certificate has
//! run out gets a bare `401 Unauthorized` from the API server, and the date in the certificate is what
//! turns that into an explanation.

use jiff::Timestamp;
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;

/// Who a certificate was issued to, and when it is valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFacts {
    /// The subject's distinguished name, such as `O=system:masters, CN=admin`.
    pub subject: String,
    /// The issuer's distinguished name.
    pub issuer: String,
    /// Not valid before this moment.
    pub not_before: Timestamp,
    /// Not valid after this moment.
    pub not_after: Timestamp,
    /// The names of hosts that it is for: its alternative names, wildcards as they are.
    pub hosts: Vec<String>,
}

impl CertificateFacts {
    /// Whether the certificate has run out at `now`.
    pub fn expired(&self, now: Timestamp) -> bool {
        now > self.not_after
    }

    /// Whether the certificate is not valid yet at `now`.
    pub fn early(&self, now: Timestamp) -> bool {
        now < self.not_before
    }
}

/// Why certificates could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The text is not PEM, or a section is broken.
    #[error("certificate is not valid PEM: {0}")]
    Pem(String),
    /// There is no `CERTIFICATE` section in the text.
    #[error("no CERTIFICATE section in the PEM text")]
    Missing,
    /// A section does not hold an X.509 certificate.
    #[error("certificate {index} is not valid X.509: {message}")]
    X509 {
        /// Which certificate of the text, from 1.
        index: usize,
        /// What the parser says.
        message: String,
    },
}

/// Reads the certificates of a PEM text, the first one being the holder's own by convention.
///
/// # Errors
/// If the text is not PEM, holds no certificate, or one that does not parse.
///
/// ```
/// let error = longshore_tls::certificates(b"not a certificate").unwrap_err();
/// assert_eq!(error.to_string(), "no CERTIFICATE section in the PEM text");
/// ```
pub fn certificates(pem: &[u8]) -> Result<Vec<CertificateFacts>, CertificateError> {
    let mut found = Vec::new();
    for (index, section) in CertificateDer::pem_slice_iter(pem).enumerate() {
        let der = section.map_err(|error| CertificateError::Pem(error.to_string()))?;
        found.push(facts(&der, index + 1)?);
    }
    if found.is_empty() {
        return Err(CertificateError::Missing);
    }
    Ok(found)
}

fn facts(der: &[u8], index: usize) -> Result<CertificateFacts, CertificateError> {
    let broken = |message: String| CertificateError::X509 { index, message };
    let (_, certificate) =
        x509_parser::parse_x509_certificate(der).map_err(|error| broken(error.to_string()))?;
    let moment =
        |seconds: i64| Timestamp::from_second(seconds).map_err(|error| broken(format!("validity: {error}")));
    let validity = certificate.validity();
    Ok(CertificateFacts {
        subject: certificate.subject().to_string(),
        issuer: certificate.issuer().to_string(),
        not_before: moment(validity.not_before.timestamp())?,
        not_after: moment(validity.not_after.timestamp())?,
        hosts: hosts(&certificate),
    })
}

/// Its alternative names; none if the extension is not there, or broken.
fn hosts(certificate: &X509Certificate<'_>) -> Vec<String> {
    let names = certificate.subject_alternative_name().ok().flatten();
    let names = names.into_iter().flat_map(|extension| &extension.value.general_names);
    let of_host = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        _ => None,
    };
    names.filter_map(of_host).collect()
}

#[cfg(test)]
mod tests {
    use super::{CertificateError, certificates};
    use jiff::Timestamp;

    fn issue(years: std::ops::Range<i32>, name: &str) -> String {
        let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        params.not_before = rcgen::date_time_ymd(years.start, 1, 2);
        params.not_after = rcgen::date_time_ymd(years.end, 3, 4);
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        let key = rcgen::KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().pem()
    }

    #[test]
    fn an_expired_certificate_is_recognised() {
        let now: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
        let found = certificates(issue(2019..2020, "admin").as_bytes()).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "CN=admin");
        assert_eq!(found[0].not_after.to_string(), "2020-03-04T00:00:00Z");
        assert!(found[0].expired(now));
        assert!(!found[0].early(now));
    }

    #[test]
    fn a_chain_is_read_in_order_and_other_sections_are_passed_over() {
        let now: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
        let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
        let text = format!("{key}{}{}", issue(2025..2030, "leaf"), issue(2027..2031, "ca"));
        let found = certificates(text.as_bytes()).unwrap();
        let names: Vec<_> = found.iter().map(|c| c.subject.as_str()).collect();
        assert_eq!(names, ["CN=leaf", "CN=ca"]);
        assert!(!found[0].expired(now) && found[1].early(now));
    }

    #[test]
    fn broken_text_is_an_error() {
        let cut = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(matches!(certificates(cut.as_bytes()), Err(CertificateError::X509 { index: 1, .. })));
        assert!(matches!(certificates(b""), Err(CertificateError::Missing)));
    }
}
