//! Whether a certificate and its key are good to serve hosts with, as a `kubernetes.io/tls` Secret holds them.
//!
//! What is found names no part of what was given: neither text of broken PEM nor names out of the certificate.

use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use crate::certificate::{CertificateFacts, certificates};
use crate::provider;

/// How long before its end a certificate should have been replaced.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What is wrong with a certificate and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// There is no certificate in the text, or it does not parse.
    NoCertificate,
    /// There is no private key in the text.
    NoKey,
    /// The key is another certificate's.
    OtherKey,
    /// It has run out.
    Expired(Timestamp),
    /// It runs out within two weeks.
    Ends(Timestamp),
    /// It is not valid yet.
    Early(Timestamp),
    /// It is not for these hosts.
    OtherHosts(Vec<String>),
}

/// What is wrong with a certificate (PEM, the holder's own first) and its key, to serve `hosts` with at `now`.
///
/// ```
/// use longshore_tls::{Flaw, flaws};
/// assert_eq!(flaws(b"nothing", b"nothing", &["a.example"], "2026-01-01T00:00:00Z".parse()?), [Flaw::NoCertificate]);
/// # Ok::<(), jiff::Error>(())
/// ```
pub fn flaws(certificate: &[u8], key: &[u8], hosts: &[&str], now: Timestamp) -> Vec<Flaw> {
    let Ok(chain) = certificates(certificate) else { return vec![Flaw::NoCertificate] };
    let Some(own) = chain.first() else { return vec![Flaw::NoCertificate] };
    let mut found = Vec::new();
    if own.expired(now) {
        found.push(Flaw::Expired(own.not_after));
    } else if own.early(now) {
        found.push(Flaw::Early(own.not_before));
    } else if own.expired(now.checked_add(SOON).unwrap_or(now)) {
        found.push(Flaw::Ends(own.not_after));
    }
    match PrivateKeyDer::from_pem_slice(key) {
        Err(_) => found.push(Flaw::NoKey),
        Ok(key) if is_of_another(certificate, &key) => found.push(Flaw::OtherKey),
        Ok(_) => {}
    }
    let others: Vec<String> =
        hosts.iter().filter(|host| !own.covers(host)).map(|host| (*host).to_owned()).collect();
    if !others.is_empty() {
        found.push(Flaw::OtherHosts(others));
    }
    found
}

/// Whether a key certainly is not the certificate's. Of kinds that the provider does not know nothing is said.
fn is_of_another(certificate: &[u8], key: &PrivateKeyDer<'static>) -> bool {
    let Ok(chain) = CertificateDer::pem_slice_iter(certificate).collect::<Result<Vec<_>, _>>() else {
        return false;
    };
    let Ok(key) = provider().key_provider.load_private_key(key.clone_key()) else { return false };
    let mismatch = rustls::Error::InconsistentKeys(rustls::InconsistentKeys::KeyMismatch);
    CertifiedKey::new(chain, key).keys_match() == Err(mismatch)
}

impl CertificateFacts {
    /// Whether it is for a host (also one with a wildcard, `*.example.com`), by its alternative names; its common name
    /// has not counted since RFC 6125 became what clients do.
    pub fn covers(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.hosts.iter().any(|name| {
            let name = name.to_ascii_lowercase();
            // A wildcard stands for one label, and one of a host is covered by the same one.
            name == host
                || name.strip_prefix("*.").is_some_and(|parent| {
                    host.split_once('.')
                        .is_some_and(|(label, rest)| rest == parent && label != "*" && !label.is_empty())
                })
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{Flaw, flaws};

    fn issue(names: &[&str]) -> (String, String) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = rcgen::CertificateParams::new(names).unwrap();
        params.not_before = rcgen::date_time_ymd(2026, 1, 1);
        params.not_after = rcgen::date_time_ymd(2026, 6, 1);
        params.distinguished_name.push(rcgen::DnType::CommonName, "common.example");
        let key = rcgen::KeyPair::generate().unwrap();
        (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
    }

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    #[test]
    fn hosts_are_covered_by_alternative_names() {
        let (certificate, key) = issue(&["web.example.com", "*.shop.example"]);
        let now = at("2026-02-01T00:00:00Z");
        for (host, covered) in [
            ("web.example.com", true),
            ("WEB.Example.com.", true),
            ("a.shop.example", true),
            ("*.shop.example", true),
            ("shop.example", false),
            ("a.b.shop.example", false),
            (".shop.example", false),
            ("example.com", false),
            ("*.example.com", false),
            ("common.example", false),
        ] {
            let found = flaws(certificate.as_bytes(), key.as_bytes(), &[host], now);
            let expected = if covered { vec![] } else { vec![Flaw::OtherHosts(vec![host.to_owned()])] };
            assert_eq!(found, expected, "{host}");
        }
        assert!(flaws(certificate.as_bytes(), key.as_bytes(), &[], now).is_empty());
    }

    #[test]
    fn its_time_is_told() {
        let (certificate, key) = issue(&["a.example"]);
        let (from, until) = (at("2026-01-01T00:00:00Z"), at("2026-06-01T00:00:00Z"));
        for (now, expected) in [
            ("2025-12-31T23:59:59Z", vec![Flaw::Early(from)]),
            ("2026-01-01T00:00:00Z", vec![]),
            ("2026-05-17T23:59:59Z", vec![]),
            ("2026-05-18T00:00:01Z", vec![Flaw::Ends(until)]),
            ("2026-06-01T00:00:00Z", vec![Flaw::Ends(until)]),
            ("2026-06-01T00:00:01Z", vec![Flaw::Expired(until)]),
        ] {
            assert_eq!(
                flaws(certificate.as_bytes(), key.as_bytes(), &["a.example"], at(now)),
                expected,
                "{now}"
            );
        }
    }

    #[test]
    fn a_key_has_to_be_its_own() {
        let now = at("2026-02-01T00:00:00Z");
        let ((certificate, key), (other, of_other)) = (issue(&["a.example"]), issue(&["a.example"]));
        let found = |certificate: &str, key: &str| flaws(certificate.as_bytes(), key.as_bytes(), &[], now);
        assert_eq!(found(&certificate, &key), []);
        assert_eq!(found(&certificate, &of_other), [Flaw::OtherKey]);
        // The first certificate is the holder's own.
        assert_eq!(found(&format!("{other}{certificate}"), &key), [Flaw::OtherKey]);
        assert_eq!(found(&format!("{certificate}{other}"), &key), []);
        assert_eq!(found(&certificate, "nothing"), [Flaw::NoKey]);
        assert_eq!(found(&certificate, &certificate), [Flaw::NoKey]);
        assert_eq!(found(&key, &key), [Flaw::NoCertificate]);
        // A key that is cut off is of no kind that can be told.
        let cut = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        assert_eq!(found(&certificate, cut), []);
    }
}
