//! Templates that print certificates, and a verifier of them.

use std::sync::Arc;
use std::time::Duration;

use longshore_chart::{
    Capabilities, Chart, File, Keys, Level, Options, Release, RenderInput, Services, render,
};
use longshore_go::time::Time;
use longshore_tls::{KeyError, KeyKind, PrivateKey};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

/// When all certificates are made, in Unix time.
pub(crate) const NOW: u64 = 1_800_000_000;
/// Seconds of a day.
pub(crate) const DAY: u64 = 86_400;

struct World;

impl Services for World {
    fn random(&self, buffer: &mut [u8]) {
        for (byte, value) in buffer.iter_mut().zip(0xF0..=0xFF) {
            *byte = value;
        }
    }

    fn keys(&self) -> Option<&dyn Keys> {
        Some(&Provider)
    }

    fn now(&self) -> Option<Time> {
        Some(Time::unix(NOW as i64, 123_456_789))
    }
}

struct Provider;

impl Keys for Provider {
    fn generate(&self, kind: longshore_chart::KeyKind) -> Result<Vec<u8>, String> {
        let kind = match kind {
            longshore_chart::KeyKind::Rsa2048 => KeyKind::Rsa2048,
            longshore_chart::KeyKind::Rsa4096 => KeyKind::Rsa4096,
            longshore_chart::KeyKind::EcdsaP256 => KeyKind::EcdsaP256,
            longshore_chart::KeyKind::Ed25519 => KeyKind::Ed25519,
        };
        PrivateKey::generate(kind).and_then(|key| key.to_pkcs8()).map_err(|error| error.to_string())
    }

    fn public_key(&self, pkcs8: &[u8]) -> Result<Vec<u8>, String> {
        PrivateKey::from_pkcs8(pkcs8)
            .map(|key| key.public_key().to_vec())
            .map_err(|error: KeyError| error.to_string())
    }

    fn sign(&self, pkcs8: &[u8], message: &[u8]) -> Result<Vec<u8>, String> {
        PrivateKey::from_pkcs8(pkcs8).and_then(|key| key.sign(message)).map_err(|error| error.to_string())
    }
}

/// What a template prints, or its error.
pub(crate) fn print(template: &str) -> Result<String, String> {
    let level = Level::default();
    let chart = Chart::load(
        [
            File::new("Chart.yaml", "{apiVersion: v2, name: c, version: 1.0.0}"),
            File::new("templates/NOTES.txt", template),
        ],
        level,
    )
    .map_err(|error| error.to_string())?;
    let input = RenderInput {
        values: longshore_go::Map::new(),
        release: Release { name: "r", namespace: "n", revision: 1, is_upgrade: false },
        capabilities: Capabilities::assumed(level.rules()),
        services: &World,
        options: Options::default(),
    };
    render(&chart, &input, level).map(|rendered| rendered.notes).map_err(|error| error.to_string())
}

/// The sections of a PEM text, each with its label.
pub(crate) fn sections(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for part in text.split("-----BEGIN ").skip(1) {
        let (label, rest) = part.split_once("-----\n").expect("a first line ends");
        let (body, _) = rest.split_once(&format!("-----END {label}-----\n")).expect("a section ends");
        assert!(body.lines().all(|line| line.len() <= 64), "lines are 64 characters long: {body}");
        found.push((label.to_owned(), format!("-----BEGIN {label}-----\n{body}-----END {label}-----\n")));
    }
    found
}

/// The certificate of a section.
pub(crate) fn der(section: &(String, String)) -> CertificateDer<'static> {
    assert_eq!(section.0, "CERTIFICATE");
    CertificateDer::from_pem_slice(section.1.as_bytes()).expect("it is PEM")
}

/// Whether a client that trusts `authority` trusts a server with `certificate`, so many days from now.
pub(crate) fn verify(
    authority: &CertificateDer<'static>,
    certificate: &CertificateDer<'static>,
    name: &str,
    days: u64,
) -> Result<(), rustls::Error> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(authority.clone()).expect("it can be trusted");
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), longshore_tls::provider())
        .build()
        .expect("there is an authority");
    let name = ServerName::try_from(name.to_owned()).expect("it is a name");
    let at = UnixTime::since_unix_epoch(Duration::from_secs(NOW + days * DAY));
    verifier.verify_server_cert(certificate, &[], &name, &[], at).map(|_| ())
}
