//! Keys of each kind, made and given.

use crate::fixture::{der, print, sections, verify};

/// An authority and a server's certificate with keys of a kind; then the keys that were given.
fn with_keys(kind: &str) -> Vec<(String, String)> {
    let template = r#"
{{- $a := genPrivateKey "KIND" }}{{ $b := genPrivateKey "KIND" }}
{{- $ca := genCAWithKey "my ca & co" 10 $a }}
{{- $cert := genSignedCertWithKey "svc" nil (list "svc.ns") 10 $ca $b }}
{{- $ca.Cert }}{{ $ca.Key }}{{ $cert.Cert }}{{ $cert.Key }}{{ $a }}{{ $b }}"#;
    sections(&print(&template.replace("KIND", kind)).expect("keys of that kind are made"))
}

#[test]
fn keys_that_are_given_sign_and_come_back_as_they_were() {
    for (kind, label) in [("ecdsa", "EC PRIVATE KEY"), ("ed25519", "PRIVATE KEY")] {
        let parts = with_keys(kind);
        let labels: Vec<&str> = parts.iter().map(|(label, _)| label.as_str()).collect();
        assert_eq!(labels, ["CERTIFICATE", label, "CERTIFICATE", label, label, label]);
        verify(&der(&parts[0]), &der(&parts[2]), "svc.ns", 5).unwrap();
        assert_eq!((&parts[1], &parts[3]), (&parts[4], &parts[5]), "{kind}");
    }
}

#[test]
fn keys_in_pkcs8_are_written_in_their_own_form() {
    let key = longshore_tls::PrivateKey::generate(longshore_tls::KeyKind::Rsa2048).unwrap();
    let pkcs8 = pem(&key.to_pkcs8().unwrap());
    let template = format!(
        "{{{{ $c := genSelfSignedCertWithKey \"x\" nil nil 1 {pkcs8:?} }}}}{{{{ $c.Cert }}}}{{{{ $c.Key }}}}"
    );
    let parts = sections(&print(&template).unwrap());
    assert_eq!(parts[1].0, "RSA PRIVATE KEY");
    // The same key again, from its own form.
    let template = format!("{{{{ (genSelfSignedCertWithKey \"x\" nil nil 1 {:?}).Key }}}}", parts[1].1);
    assert_eq!(sections(&print(&template).unwrap())[0], parts[1]);
}

/// PKCS#8 as PEM.
fn pem(der: &[u8]) -> String {
    use std::fmt::Write as _;
    let encoded = longshore_go::encoding::encode_base64(der);
    let mut text = "-----BEGIN PRIVATE KEY-----\n".to_owned();
    for line in encoded.as_bytes().chunks(64) {
        let _ = writeln!(text, "{}", String::from_utf8_lossy(line));
    }
    text + "-----END PRIVATE KEY-----\n"
}

#[test]
fn rsa_keys_are_in_pkcs1() {
    let text = print(r#"{{ genPrivateKey "rsa" }}"#).unwrap();
    let parts = sections(&text);
    assert_eq!((parts.len(), parts[0].0.as_str()), (1, "RSA PRIVATE KEY"));
    // 4,096 bits: between 3,100 and 3,300 characters.
    assert!((3_100..3_300).contains(&text.len()), "{}", text.len());
}

#[test]
fn dsa_keys_are_refused_with_advice() {
    let error = print(r#"{{ genPrivateKey "dsa" }}"#).unwrap_err();
    assert!(error.contains("DSA keys are not made any more"), "{error}");
}
