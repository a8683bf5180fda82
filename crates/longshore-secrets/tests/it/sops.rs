//! Files that the real SOPS wrote (`compat/sops`): read to the same values, and refused after any change.

use std::path::{Path, PathBuf};

use longshore_secrets::sops::{SopsError, SopsFormat, decrypt, examine};
use longshore_secrets::{Identity, Source, sops_identities};
use proptest::prelude::*;
use proptest::sample::Index;
use secrecy::ExposeSecret;
use serde_json::Value as Json;

/// By its comments, which are not read.
const REFUSED: &str = "comment-regex.yaml";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../compat/sops")
}

fn content(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap()
}

/// The three identities that the files are sealed to.
fn identities() -> Vec<Identity> {
    sops_identities(&content("keys.txt")).unwrap()
}

/// A file with the values that `sops decrypt --extract` printed of it, each with its path.
type Recorded = (String, Vec<(Option<String>, String)>);

fn recorded() -> Vec<Recorded> {
    let all: Vec<Json> = serde_json::from_str(&content("values.json")).unwrap();
    let key = |value: &Json| {
        let steps = value["key"].as_array()?.iter().map(|step| step.as_str().unwrap().replace('.', "\\."));
        Some(steps.collect::<Vec<_>>().join("."))
    };
    let of = |file: &Json| {
        let values = file["values"].as_array().unwrap().iter();
        let values = values.map(|value| (key(value), value["value"].as_str().unwrap().to_owned())).collect();
        (file["file"].as_str().unwrap().to_owned(), values)
    };
    all.iter().map(of).collect()
}

fn open(
    name: &str,
    text: &str,
    identities: &[Identity],
) -> Result<longshore_secrets::sops::Decrypted, SopsError> {
    decrypt(text.as_bytes(), SopsFormat::of(name.as_ref()), identities)
}

fn refused(name: &str, text: &str) -> SopsError {
    open(name, text, &identities()).unwrap_err()
}

/// The text with one part of it replaced, which must be there.
fn changed(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "no `{from}`");
    text.replacen(from, to, 1)
}

/// The first encrypted value behind `key`.
fn sealed<'t>(text: &'t str, key: &str) -> &'t str {
    let rest = &text[text.find(key).unwrap()..];
    let rest = &rest[rest.find("ENC[").unwrap()..];
    &rest[..=rest.find(']').unwrap()]
}

#[test]
fn values_are_those_of_sops() {
    let (identities, mut compared) = (identities(), 0);
    for (name, values) in recorded().into_iter().filter(|(name, _)| name != REFUSED) {
        let text = content(&name);
        let opened = open(&name, &text, &identities).unwrap_or_else(|error| panic!("{name}: {error}"));
        for (key, expected) in values {
            // What has a value has it also for those who have no key.
            let seen = examine(text.as_bytes(), SopsFormat::of(name.as_ref()), key.as_deref()).is_ok();
            let found = opened.value(key.as_deref());
            assert_eq!(seen, found.is_ok(), "{name}: {key:?}");
            match found {
                // SOPS ends what it writes as YAML or JSON with a line break.
                Ok(found) => {
                    let found = String::from_utf8(found.to_vec()).unwrap();
                    assert!(
                        found == expected || format!("{found}\n") == expected,
                        "{name}: {key:?}: {found:?} for {expected:?}"
                    );
                }
                Err(error) => assert_eq!(expected.trim_end(), "null", "{name}: {key:?}: {error}"),
            }
            compared += 1;
        }
    }
    assert!(compared > 200, "{compared}");
}

#[test]
fn each_recipient_opens_a_file_and_others_do_not() {
    let [ann, bob, eve] = <[Identity; 3]>::try_from(identities()).unwrap();
    for name in ["two-recipients.yaml", "two-recipients.env", "two-recipients.ini"] {
        for identity in [&ann, &bob] {
            open(name, &content(name), std::slice::from_ref(identity)).unwrap();
        }
        let error = open(name, &content(name), std::slice::from_ref(&eve)).unwrap_err();
        let told = error.to_string();
        assert!(
            told.contains(&ann.recipient().to_string())
                && told.contains("the one age identity that was found is of another"),
            "{told}"
        );
        assert!(error.hint().unwrap().contains("SOPS_AGE_KEY_FILE"));
        let told = open(name, &content(name), &[]).unwrap_err().to_string();
        assert!(told.ends_with("no age identity was found"), "{told}");
    }
    // Any two of three groups, and no one alone.
    for pair in [[&ann, &bob], [&bob, &eve], [&eve, &ann]] {
        let opened = open("shamir3.yaml", &content("shamir3.yaml"), &pair.map(Clone::clone)).unwrap();
        assert_eq!(&**opened.value(Some("b.1")).unwrap(), b"two");
    }
    let alone = open("shamir3.yaml", &content("shamir3.yaml"), std::slice::from_ref(&eve)).unwrap_err();
    assert_eq!(alone.to_string(), "1 of its 3 key groups can be opened, and it takes 2");
    assert!(open("shamir2.json", &content("shamir2.json"), &[ann, eve]).is_err());
}

#[test]
fn what_was_changed_beside_sops_is_refused() {
    let text = content("default.yaml");
    let (password, user) = (sealed(&text, "password:"), sealed(&text, "user:"));
    let told = |text: &str| refused("default.yaml", text).to_string();
    let moved = "`db.password` was changed, moved or renamed after it was encrypted";
    assert_eq!(told(&changed(&text, password, user)), moved);
    assert_eq!(told(&changed(&text, "password:", "passwort:")), moved.replace("password", "passwort"));
    assert_eq!(told(&changed(&text, password, "hunter3")), "`db.password` ought to be encrypted and is not");
    assert_eq!(
        told(&changed(&text, "note_unencrypted: plain text", "note_unencrypted: other text")),
        SopsError::Mac.to_string()
    );
    let line = text.lines().find(|line| line.contains("user:")).unwrap();
    assert_eq!(told(&changed(&text, &format!("{line}\n"), "")), SopsError::Mac.to_string());
    let stamp = text.lines().find(|line| line.trim_start().starts_with("lastmodified:")).unwrap();
    assert_eq!(
        told(&changed(&text, stamp, "    lastmodified: \"2020-01-01T00:00:00Z\"")),
        SopsError::Mac.to_string()
    );
    assert_eq!(told(&changed(&text, sealed(&text, "mac:"), password)), SopsError::Mac.to_string());
    // Of two values of one list each opens in the place of the other; the MAC knows their order.
    let documents = content("default.json");
    let (first, second) =
        (sealed(&documents, "hosts"), sealed(&documents[documents.find("hosts").unwrap()..], "b\""));
    assert_ne!(first, second);
    let list = content("shamir3.yaml");
    let one = sealed(&list, "b:").to_owned();
    let two = sealed(&list[list.find(&one).unwrap() + one.len()..], "").to_owned();
    let swapped = list.replacen(&one, "@", 1).replacen(&two, &one, 1).replacen('@', &two, 1);
    assert_eq!(refused("shamir3.yaml", &swapped), SopsError::Mac);
    // A MAC of encrypted values alone is not taken for one of all, nor the other way round.
    let alone = content("mac-only.yaml");
    assert_eq!(
        refused("mac-only.yaml", &changed(&alone, "mac_only_encrypted: true", "mac_only_encrypted: false")),
        SopsError::Mac
    );
    let free = changed(&alone, "user: shop", "user: other");
    assert_eq!(
        &**open("mac-only.yaml", &free, &identities()).unwrap().value(Some("db.user")).unwrap(),
        b"other"
    );
}

#[test]
fn what_cannot_be_read_says_why() {
    let text = content("default.yaml");
    let told = |name: &str, text: &str| {
        let error = refused(name, text);
        format!("{error} ({})", error.hint().unwrap_or_default())
    };
    let of = text.split_once("sops:").unwrap().0;
    let pgp = format!(
        "{of}sops:\n  lastmodified: \"2020-01-01T00:00:00Z\"\n  mac: ENC[]\n  pgp: [{{fp: ABCD, enc: x}}]\n  kms: [{{arn: 'arn:aws:kms:x', enc: y}}]\n"
    );
    let pgp = told("a.yaml", &pgp);
    assert!(
        pgp.starts_with(
            "its data key is sealed to AWS KMS (arn:aws:kms:x), PGP (ABCD), and to no age recipient"
        ),
        "{pgp}"
    );
    assert!(pgp.contains("sops updatekeys") && pgp.contains("{command: [sops, decrypt, --extract"), "{pgp}");
    assert!(told("a.yaml", of).starts_with("it is not encrypted"), "{}", told("a.yaml", of));
    assert!(told("a.yaml", "a: &x {b: 1}\nc: *x\nsops: {}\n").contains("line 2: SOPS writes no aliases"));
    assert!(told("a.yaml", "a: 1\na: 2\nsops: {}\n").contains("`a` stands in it twice"));
    assert!(told("a.yaml", "- a\n").contains("a document must be a mapping"));
    assert!(told("a.yaml", "a: [").starts_with("it is no YAML file: "));
    assert!(told("a.json", "{\"a\": 1, \"a\": 2}").contains("a key stands twice in an object"));
    assert!(told("a.json", "[1]").contains("it must be an object"));
    assert!(told("a.env", "nonsense").contains("line 1: there is no `=`"));
    assert!(told("a.ini", "[db\n").contains("line 1: a section must end with `]`"));
    assert!(told("a.key", "-----BEGIN").starts_with("it is no JSON file"));
    assert!(
        told(REFUSED, &content(REFUSED))
            .contains("`encrypted_comment_regex` says by comments what is encrypted")
    );
    let two =
        changed(&content("regex.yaml"), "encrypted_regex:", "unencrypted_regex: x\n    encrypted_regex:");
    assert!(told("regex.yaml", &two).contains("stands beside another rule"), "{}", told("regex.yaml", &two));
    let opened = open("default.yaml", &text, &identities()).unwrap();
    let asked = |key: Option<&str>| opened.value(key).unwrap_err().to_string();
    assert_eq!(asked(Some("db.pasword")), "it has no `db.pasword`; did you mean `db.password`?");
    assert!(asked(Some("db")).starts_with("`db` is a mapping with `password`, `user`"));
    assert_eq!(asked(Some("db.none")), "`db.none` is null, not a single value");
    assert_eq!(asked(Some("hosts.9")), "it has no `hosts.9`");
    assert_eq!(asked(None), "which value of it is wanted is not said");
    let binary = open("default.pem", &content("default.pem"), &identities()).unwrap();
    assert_eq!(
        binary.value(Some("data")).unwrap_err().to_string(),
        "a binary file is one value and has no `data`"
    );
}

/// Depth, size and the number of keys are held before anything is opened.
#[test]
fn hostile_files_are_refused() {
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(5000), "]".repeat(5000));
    assert!(matches!(refused("a.json", &deep), SopsError::Syntax { .. }));
    let deep = format!("a: {}{}", "[".repeat(5000), "]".repeat(5000));
    assert!(matches!(refused("a.yaml", &deep), SopsError::Syntax { .. }));
    let large = format!("a: {}", "x".repeat(9 << 20));
    assert_eq!(refused("a.yaml", &large), SopsError::TooLarge);
    let keys = "{recipient: age1, enc: x},".repeat(1000);
    let many = format!("a: x\nsops: {{mac: m, lastmodified: l, age: [{keys}]}}\n");
    assert!(refused("a.yaml", &many).to_string().contains("more than 256 keys"));
    let long = format!(
        "a: x\nsops: {{mac: m, lastmodified: l, age: [{{recipient: age1, enc: {}}}]}}\n",
        "x".repeat(100_000)
    );
    assert!(refused("a.yaml", &long).to_string().contains("too long"));
    let gap = "a=x\nsops_mac=m\nsops_age__list_7__map_enc=x\n";
    assert!(refused("a.env", gap).to_string().contains("has gaps"));
    let steps = format!("sops_{}=x\n", "a__map_".repeat(40));
    assert!(refused("a.env", &steps).to_string().contains("has no place in it"));
    let regex = format!(
        "a: x\nsops: {{mac: m, lastmodified: l, encrypted_regex: '{}', age: [{{recipient: a, enc: x}}]}}\n",
        "(a{1000}){1000}"
    );
    assert!(matches!(refused("a.yaml", &regex), SopsError::Metadata(_)));
}

#[test]
fn a_source_reads_a_value_or_a_whole_file() {
    let read = |name: &str, key: Option<&str>| {
        let source = Source::Sops { file: folder().join(name), key: key.map(str::to_owned) };
        match source.read(&identities()) {
            Ok(value) => value.expose_secret().to_owned(),
            Err(error) => format!("error: {error}"),
        }
    };
    assert_eq!(read("default.yaml", Some("db.password")), "hunter2");
    assert_eq!(read("default.yaml", Some("db.multi")), "two\nlines\n");
    assert_eq!(read("default.env", Some("DB_PASSWORD")), "hunter2");
    assert_eq!(read("default.ini", Some("db.password")), "hunter2");
    assert_eq!(read("default.pem", None), "-----BEGIN X-----\nabc\n-----END X-----");
    assert_eq!(read("default.yaml", Some("db.empty")), "error: it is empty");
    assert!(read("no.yaml", Some("a")).contains("cannot be read"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Whatever single byte of a file is changed: it is refused, or every value is what it was.
    #[test]
    fn no_changed_byte_gives_another_value(which: Index, at: Index, byte in 32u8..127) {
        let files: Vec<Recorded> = recorded()
            .into_iter()
            .filter(|(name, values)| name != REFUSED && !name.starts_with("mac-only") && values.len() < 12)
            .collect();
        let (name, values) = which.get(&files);
        let mut text = content(name).into_bytes();
        let at = at.index(text.len());
        text[at] = byte;
        if let Ok(opened) = decrypt(&text, SopsFormat::of(name.as_ref()), &identities()) {
            for (key, expected) in values {
                // A key of a value that is not encrypted may have another name.
                if let Ok(found) = opened.value(key.as_deref()) {
                    let found = String::from_utf8(found.to_vec()).unwrap();
                    prop_assert!(found == *expected || format!("{found}\n") == *expected, "{} at {}", name, at);
                }
            }
        }
    }

    #[test]
    fn no_input_breaks_the_readers(text in "(a|b|sops|_|__map_|__list_|[0-9]|: |=|\\[|\\]|\\{|\\}|\"|`|,|;|#|-|\n| |mac|age|enc|recipient|ENC){0,60}") {
        for name in ["a.yaml", "a.json", "a.env", "a.ini", "a"] {
            let _ = decrypt(text.as_bytes(), SopsFormat::of(name.as_ref()), &[]);
            let _ = examine(text.as_bytes(), SopsFormat::of(name.as_ref()), Some("a.b"));
        }
    }
}
