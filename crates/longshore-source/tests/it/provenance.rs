//! Keyrings and statements that are damaged anywhere: never believed, and never more than an error.
//!
//! The keys and the archive, which real Helm signed, are those of the command line's tests.

use longshore_source::provenance::{Formats, Keyring, Signer, verify};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../longshore/tests/offline/provenance");
const NAME: &str = "c-1.0.0.tgz";
/// A day in 2027, in seconds since 1970.
const NOW: u64 = 1_800_000_000;

fn read(name: &str) -> Vec<u8> {
    std::fs::read(format!("{FOLDER}/{name}")).unwrap()
}

#[test]
fn a_changed_statement_is_never_believed() {
    let (archive, statement) = (read(NAME), read("c-1.0.0.tgz.prov"));
    let keyring = Keyring::parse(&read("maker.gpg"), "maker.gpg", Formats::Packets).unwrap();
    assert!(verify(&archive, &statement, NAME, &keyring, NOW).is_ok());
    let text = statement.windows(12).position(|part| part == b"apiVersion: ").unwrap();
    let end = statement.windows(20).position(|part| part == b"-----BEGIN PGP SIGNA").unwrap();
    for at in (text..end - 2).step_by(5) {
        let mut changed = statement.clone();
        changed[at] ^= 0x01;
        assert!(verify(&archive, &changed, NAME, &keyring, NOW).is_err(), "byte {at}");
    }
    for at in (0..statement.len()).step_by(9) {
        let mut changed = statement.clone();
        changed[at] ^= 0x84;
        let _ = verify(&archive, &changed, NAME, &keyring, NOW);
        // All that may be missing is a line end behind everything.
        assert!(verify(&archive, &statement[..at], NAME, &keyring, NOW).is_err(), "{at} bytes");
    }
}

#[test]
fn damaged_keyrings_are_an_error_at_most() {
    let (archive, statement) = (read(NAME), read("c-1.0.0.tgz.prov"));
    for name in ["maker.gpg", "maker.asc", "maker.kbx", "locked.sec", "gone.gpg"] {
        let whole = read(name);
        for at in (0..whole.len()).step_by(7) {
            let mut changed = whole.clone();
            changed[at] ^= 1 << (at % 8);
            for data in [&changed, &whole[..at]] {
                let Ok(keyring) = Keyring::parse(data, name, Formats::All) else { continue };
                let _ = verify(&archive, &statement, NAME, &keyring, NOW);
            }
        }
    }
}

#[test]
fn a_damaged_secret_key_does_not_sign() {
    let whole = read("locked.sec");
    let passphrase = || b"secret".to_vec().into();
    let sign = |data: &[u8]| {
        let keyring = Keyring::parse(data, "locked.sec", Formats::Packets).ok()?;
        let signer = Signer::unlock(keyring.find("locked").ok()?, |_| Ok(passphrase())).ok()?;
        signer.clear_sign("text\n", NOW).ok()
    };
    assert!(sign(&whole).is_some());
    // The protected key lies behind its public half, its salt and a count: no other byte opens it.
    for at in [120, 200] {
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        assert!(sign(&changed).is_none(), "byte {at}");
    }
}
