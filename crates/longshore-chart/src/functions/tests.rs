//! What sprig and Helm gave, replayed: every line of the files in `compat/sprig`.

use std::path::PathBuf;
use std::sync::Arc;

use longshore_go::Value;
use longshore_go::time::Time;
use longshore_template::{Budget, MissingKey, Set};
use serde_json::Value as Json;

use super::{KeyKind, Keys, Library, Services};

#[path = "../../../longshore-go/tests/it/areas/value.rs"]
mod cases;

/// Services that always give the same.
struct Fixed;

impl Services for Fixed {
    fn random(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }

    fn keys(&self) -> Option<&dyn Keys> {
        Some(&NoKeys)
    }

    fn now(&self) -> Option<Time> {
        Some(Time::unix(1_800_000_000, 0))
    }
}

/// Keys that look like some: what is recorded here ends before anybody verifies a signature.
struct NoKeys;

impl Keys for NoKeys {
    fn generate(&self, _: KeyKind) -> Result<Vec<u8>, String> {
        // PKCS#8 of an RSA key whose nine numbers are all 1, but for the version.
        let mut der =
            vec![0x30, 49, 2, 1, 0, 0x30, 13, 6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1, 5, 0];
        der.extend([4, 29, 0x30, 27, 2, 1, 0]);
        der.extend([2, 1, 1].repeat(8));
        Ok(der)
    }

    fn public_key(&self, _: &[u8]) -> Result<Vec<u8>, String> {
        Ok(vec![7; 32])
    }

    fn sign(&self, _: &[u8], _: &[u8]) -> Result<Vec<u8>, String> {
        Ok(vec![7; 64])
    }
}

/// What a template prints with all functions, or how it fails.
fn render(library: &Library, template: &str, data: Value) -> Result<Vec<u8>, String> {
    let table = Arc::new(library.table().clone());
    let mut set = Set::new("t", table).with_missing_key(MissingKey::Zero);
    set.parse("t", template).map_err(|error| error.to_string())?;
    let mut out = Vec::new();
    set.execute(b"t", data, &library.with(&Fixed), &Budget::default(), &mut out)
        .map_err(|error| error.to_string())?;
    Ok(out)
}

/// Where the cases are: `compat/sprig`, or a folder of others that the environment names.
fn folder() -> PathBuf {
    std::env::var_os("LONGSHORE_SPRIG_CASES")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../compat/sprig"), PathBuf::from)
}

fn replay(file: &str, at_least: usize) {
    let path = folder().join(file);
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
    let library = Library::new(|_| true);
    let mut count = 0;
    let mut differences = Vec::new();
    for line in text.lines() {
        let case: Json = serde_json::from_str(line).expect("every line is a JSON object");
        let template = case["template"].as_str().expect("every case has a template");
        let ours = match render(&library, template, cases::value(&case["data"])) {
            Ok(text) => text,
            Err(error) => format!("error: {error}").into_bytes(),
        };
        // Helm prints errors in a form of its own; what the function said is in it.
        let ours = match case["error"].as_str() {
            Some(error) if error.starts_with("error calling ") => {
                let text = String::from_utf8_lossy(&ours).into_owned();
                text.as_bytes()[text.find("error calling ").unwrap_or(0)..].to_vec()
            }
            _ => ours,
        };
        let theirs = match case["error"].as_str() {
            Some(error) if error.starts_with("error calling ") => error.as_bytes().to_vec(),
            Some(error) => format!("error: {error}").into_bytes(),
            None => cases::bytes(&case["want"]),
        };
        count += 1;
        if ours != theirs {
            differences.push(format!(
                "{line}\n  ours {:?}\n  Go's {:?}",
                String::from_utf8_lossy(&ours),
                String::from_utf8_lossy(&theirs)
            ));
        }
    }
    assert!(count >= at_least, "{file} has only {count} cases");
    let shown = &differences[..differences.len().min(30)];
    assert!(differences.is_empty(), "{} of {count} cases differ:\n{}", differences.len(), shown.join("\n"));
}

#[test]
fn calls_chosen_by_hand_give_what_sprig_gives() {
    replay("chosen.jsonl", 110);
}

#[test]
fn random_calls_give_what_sprig_gives() {
    replay("random.jsonl", 500);
}

#[test]
fn functions_of_helm_give_what_helm_gives() {
    replay("helm.jsonl", 78);
}
