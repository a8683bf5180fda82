//! What certificates say, and that they verify.

use x509_parser::prelude::*;

use crate::fixture::{DAY, NOW, der, print, sections, verify};

const SIGNED: &str = r#"
{{- $ca := genCA "my-ca" 365 }}
{{- $cert := genSignedCert "svc" (list "10.0.0.1" "fd00::1" "::ffff:10.0.0.2") (list "svc.ns.svc" "*.ns.svc") 30 $ca }}
{{- $ca.Cert }}{{ $ca.Key }}{{ $cert.Cert }}{{ $cert.Key }}"#;

#[test]
fn a_signed_certificate_verifies_for_its_names_and_days_alone() {
    let parts = sections(&print(SIGNED).unwrap());
    let labels: Vec<&str> = parts.iter().map(|(label, _)| label.as_str()).collect();
    assert_eq!(labels, ["CERTIFICATE", "RSA PRIVATE KEY", "CERTIFICATE", "RSA PRIVATE KEY"]);
    let (authority, certificate) = (der(&parts[0]), der(&parts[2]));
    for name in ["svc.ns.svc", "other.ns.svc", "10.0.0.1", "fd00::1", "10.0.0.2"] {
        verify(&authority, &certificate, name, 29).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    for name in ["svc", "svc.other.svc", "10.0.0.3"] {
        assert!(verify(&authority, &certificate, name, 29).is_err(), "{name}");
    }
    assert!(verify(&authority, &certificate, "svc.ns.svc", 31).is_err());
    let other = der(&sections(&print(r#"{{ (genCA "my-ca" 365).Cert }}"#).unwrap())[0]);
    assert!(verify(&other, &certificate, "svc.ns.svc", 1).is_err());
}

#[test]
fn certificates_say_what_those_of_go_say() {
    let parts = sections(&print(SIGNED).unwrap());
    let (first, second) = (der(&parts[0]), der(&parts[2]));
    let (_, authority) = X509Certificate::from_der(&first).unwrap();
    let (_, certificate) = X509Certificate::from_der(&second).unwrap();
    for (certificate, subject, days) in [(&authority, "CN=my-ca", 365), (&certificate, "CN=svc", 30)] {
        assert_eq!(certificate.subject().to_string(), subject);
        assert_eq!(certificate.issuer().to_string(), "CN=my-ca");
        assert_eq!(certificate.version(), X509Version::V3);
        assert_eq!(certificate.validity().not_before.timestamp(), NOW as i64);
        assert_eq!(certificate.validity().not_after.timestamp(), (NOW + days * DAY) as i64);
        // Sixteen random bytes, here of the highest bit: a zero keeps them from being negative.
        assert_eq!(certificate.raw_serial()[..3], [0, 0xF0, 0xF1]);
        let purposes = certificate.extended_key_usage().unwrap().unwrap();
        assert!(purposes.value.server_auth && purposes.value.client_auth && !purposes.critical);
    }
    let shown = |certificate: &X509Certificate<'_>| -> Vec<String> {
        let extensions = certificate.extensions().iter();
        extensions.map(|extension| format!("{} {}", extension.oid, extension.critical)).collect()
    };
    assert_eq!(shown(&authority), ["2.5.29.15 true", "2.5.29.37 false", "2.5.29.19 true", "2.5.29.14 false"]);
    assert_eq!(
        shown(&certificate),
        ["2.5.29.15 true", "2.5.29.37 false", "2.5.29.19 true", "2.5.29.35 false", "2.5.29.17 false"]
    );
    let usage = |certificate: &X509Certificate<'_>| certificate.key_usage().unwrap().unwrap().value.flags;
    assert_eq!((usage(&authority), usage(&certificate)), (0b10_0101, 0b101));
    let is_authority =
        |certificate: &X509Certificate<'_>| certificate.basic_constraints().unwrap().unwrap().value.ca;
    assert!(is_authority(&authority) && !is_authority(&certificate));
    let own = authority.iter_extensions().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
        _ => None,
    });
    let of_authority =
        certificate.iter_extensions().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(id) => id.key_identifier.as_ref().map(|id| id.0.to_vec()),
            _ => None,
        });
    assert!(own.is_some() && own == of_authority);
    let names = &certificate.subject_alternative_name().unwrap().unwrap().value.general_names;
    assert_eq!(
        names[..],
        [
            GeneralName::DNSName("svc.ns.svc"),
            GeneralName::DNSName("*.ns.svc"),
            GeneralName::IPAddress(&[10, 0, 0, 1]),
            GeneralName::IPAddress(&[0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
            GeneralName::IPAddress(&[10, 0, 0, 2]),
        ]
    );
}

#[test]
fn without_a_subject_the_names_are_critical_and_far_dates_are_long() {
    let text = print(r#"{{ (genSelfSignedCert "" nil (list "a") 9000).Cert }}"#).unwrap();
    let der = der(&sections(&text)[0]);
    let (_, certificate) = X509Certificate::from_der(&der).unwrap();
    assert_eq!(certificate.subject().to_string(), "");
    assert!(certificate.subject_alternative_name().unwrap().unwrap().critical);
    assert_eq!(certificate.validity().not_after.timestamp(), (NOW + 9000 * DAY) as i64);
    assert!(certificate.validity().not_after.is_generalizedtime());
    assert!(certificate.validity().not_before.is_utctime());
}

#[test]
fn what_is_built_is_what_was_given() {
    let text = print(
        r#"{{- $a := genCA "a" 1 }}{{ $b := buildCustomCert (b64enc $a.Cert) (b64enc $a.Key) }}
        {{- eq $a.Cert $b.Cert }} {{ eq $a.Key $b.Key }} {{ typeOf $b }} {{ hasPrefix "{-----BEGIN CERT" (toString $b) }}"#,
    );
    assert_eq!(text.unwrap(), "true true sprig.certificate true");
}

#[test]
fn an_authority_signs_only_with_its_own_key() {
    let error = print(
        r#"{{ $a := genCA "a" 1 }}{{ $b := genPrivateKey "ecdsa" }}
        {{- $c := buildCustomCert (b64enc $a.Cert) (b64enc $b) }}{{ genSignedCert "x" nil nil 1 $c }}"#,
    )
    .unwrap_err();
    let expected = "error calling genSignedCert: error creating certificate: x509: provided PrivateKey doesn't match \
                    parent's PublicKey";
    assert!(error.contains(expected), "{error}");
}
