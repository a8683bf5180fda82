//! `longshore helm verify`, `package --sign` and `--verify`, with keys made by GnuPG and an archive that real Helm
//! signed; what is said was compared with the real binaries of both levels.

use std::fs;

use longshore_testkit::{Outcome, Program, Project};

const KEYS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/offline/provenance");
const OK: &str =
    "Chart Hash Verified: sha256:6eef0ddebce1dcfb9f3f240b7affec51fd529448786fd73211ff80b250dc5103\n";

/// A project with a chart, the archive of real Helm, and the keys below `keys`.
fn project() -> Project {
    let project = Project::new("//- README\nA chart.\n").unwrap();
    project.write("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n").unwrap();
    project.write("pass", "secret\n").unwrap();
    project.write("wrong", "guess\n").unwrap();
    for entry in fs::read_dir(KEYS).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), project.file(entry.file_name().to_str().unwrap())).unwrap();
    }
    project
}

fn helm(project: &Project, level: &str, arguments: &str) -> Outcome {
    let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
    let program =
        program.env("LONGSHORE_HELM_COMPAT", level).env("KUBECONFIG", "none").env("GNUPGHOME", "none");
    program.args(["helm"]).args(arguments.split_whitespace()).folder(project.path()).run().unwrap()
}

/// What a command says is wrong; nothing if it likes everything.
fn problem(project: &Project, level: &str, arguments: &str) -> String {
    let outcome = helm(project, level, arguments);
    let text = outcome.stderr.strip_prefix("Error: ").unwrap_or(&outcome.stderr).trim_end().to_owned();
    assert_eq!(outcome.code, Some(i32::from(!text.is_empty())), "{level} {arguments}: {}", outcome.stderr);
    text
}

#[test]
fn what_real_helm_signed_is_verified_with_each_form_of_keyring() {
    let project = project();
    for (level, rings) in
        [("4.3", ["maker.gpg", "maker.sec", "maker.asc", "maker.kbx"].as_slice()), ("3.22", &["maker.gpg"])]
    {
        for ring in rings {
            let outcome = helm(&project, level, &format!("verify c-1.0.0.tgz --keyring {ring}"));
            assert_eq!(outcome.stderr, "", "{level} {ring}");
            let who = "Signed by: maker <maker@example.com>\nUsing Key With Fingerprint: ";
            assert!(outcome.stdout.starts_with(who) && outcome.stdout.ends_with(OK), "{}", outcome.stdout);
        }
    }
    // GnuPG's own keyring counts if none is named.
    fs::create_dir(project.file("none")).unwrap();
    fs::copy(project.file("maker.kbx"), project.file("none/pubring.kbx")).unwrap();
    assert_eq!(problem(&project, "4.3", "verify c-1.0.0.tgz"), "");
    assert_eq!(
        problem(&project, "3.22", "verify c-1.0.0.tgz"),
        "failed to load keyring: open none/pubring.gpg: no such file or directory"
    );
}

#[test]
fn what_is_not_as_it_was_signed_is_refused() {
    let project = project();
    let statement = fs::read_to_string(project.file("c-1.0.0.tgz.prov")).unwrap();
    let mut archive = fs::read(project.file("c-1.0.0.tgz")).unwrap();
    for name in ["d-1.0.0.tgz", "none.tgz", "c.tar"] {
        fs::write(project.file(name), &archive).unwrap();
    }
    for (name, text) in [
        ("d-1.0.0.tgz", statement.clone()),
        ("text-1.0.0.tgz", statement.replace("name: c", "name: d")),
        ("plain-1.0.0.tgz", String::from("hello")),
    ] {
        fs::write(project.file(name), &archive).unwrap();
        project.write(&format!("{name}.prov"), &text).unwrap();
    }
    archive.push(0);
    fs::create_dir(project.file("more")).unwrap();
    fs::write(project.file("more/c-1.0.0.tgz"), &archive).unwrap();
    project.write("more/c-1.0.0.tgz.prov", &statement).unwrap();
    let sum = OK.trim_end().rsplit(' ').next().unwrap();
    let changed = format!("sha256 sum does not match for c-1.0.0.tgz: {sum:?} != ");
    for (arguments, expected) in [
        ("nope.tgz", "stat nope.tgz: no such file or directory"),
        ("c", "unpacked charts cannot be verified"),
        ("c.tar", "chart must be a tgz file"),
        (
            "none.tgz",
            "could not load provenance file none.tgz.prov: stat none.tgz.prov: no such file or directory",
        ),
        ("d-1.0.0.tgz", "provenance does not contain a SHA for a file named \"d-1.0.0.tgz\""),
        ("text-1.0.0.tgz", "openpgp: invalid signature: EdDSA verification failure"),
        ("plain-1.0.0.tgz", "signature block not found"),
        ("more/c-1.0.0.tgz", changed.as_str()),
    ] {
        let told = problem(&project, "4.3", &format!("verify {arguments} --keyring maker.gpg"));
        assert!(told.starts_with(expected), "{arguments}: {told}");
    }
    assert_eq!(
        problem(&project, "3.22", "verify plain-1.0.0.tgz --keyring maker.gpg"),
        "failed to decode signature: signature block not found"
    );
}

#[test]
fn keyrings_that_are_none_are_told() {
    let project = project();
    project.write("text", "This is no keyring.\n").unwrap();
    project.write("empty", "").unwrap();
    fs::write(project.file("cut.kbx"), &fs::read(project.file("maker.kbx")).unwrap()[..100]).unwrap();
    let none = "openpgp: invalid data: tag byte does not have MSB set";
    for (level, ring, expected) in [
        ("4.3", "other.sec", String::from("openpgp: signature made by unknown entity")),
        ("4.3", "empty", String::from("openpgp: signature made by unknown entity")),
        ("4.3", "text", format!("failed to load keyring: {none}")),
        ("3.22", "maker.asc", format!("failed to load keyring: {none}")),
        ("3.22", "maker.kbx", format!("failed to load keyring: {none}")),
        (
            "4.3",
            "cut.kbx",
            String::from(
                "failed to load keyring: reading keybox cut.kbx: blob at offset 32 has length 376 exceeding the 68 remaining bytes",
            ),
        ),
        (
            "4.3",
            "c-1.0.0.tgz.prov",
            String::from(
                "failed to load keyring: reading armored keyring c-1.0.0.tgz.prov: expected a public or private key block, got \"PGP SIGNED MESSAGE\"",
            ),
        ),
    ] {
        let told = problem(&project, level, &format!("verify c-1.0.0.tgz --keyring {ring}"));
        assert_eq!(told, expected, "{level} {ring}");
    }
}

#[test]
fn what_we_sign_is_verified() {
    let project = project();
    let sign =
        |level, arguments: &str| problem(&project, level, &format!("package c -d out --sign {arguments}"));
    let verify = |ring: &str| problem(&project, "4.3", &format!("verify out/c-1.0.0.tgz --keyring {ring}"));
    for level in ["4.3", "3.22"] {
        assert_eq!(sign(level, "--key maker --keyring maker.sec"), "");
        assert_eq!(verify("maker.gpg"), "");
        assert_eq!(sign(level, "--key locked --keyring locked.sec --passphrase-file pass"), "");
        assert_eq!(verify("locked.sec"), "");
        assert_eq!(verify("maker.gpg"), "openpgp: signature made by unknown entity");
    }
    let statement = project.read("out/c-1.0.0.tgz.prov").unwrap();
    assert!(
        statement.starts_with(
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\napiVersion: v2\nname: c\nversion: 1.0.0\n\n...\nfiles:\n  c-1.0.0.tgz: sha256:"
        ),
        "{statement}"
    );
    // Whoever signs is not asked whether he still may; whoever verifies asks.
    assert_eq!(sign("4.3", "--key old --keyring old.sec"), "");
    assert_eq!(verify("old.sec"), "openpgp: key expired");
    assert_eq!(sign("4.3", "--key gone --keyring gone.sec"), "");
    assert_eq!(verify("gone.gpg"), "openpgp: signature made by revoked key");
    // Nothing else is left beside archive and statement.
    let names = fs::read_dir(project.file("out")).unwrap().count();
    assert_eq!(names, 2);
}

#[test]
fn keys_that_cannot_sign_are_told() {
    let project = project();
    for (arguments, expected) in [
        ("", "--key is required for signing a package"),
        ("--key maker --keyring=", "--keyring is required for signing a package"),
        ("--key nobody --keyring maker.sec", "private key not found"),
        (
            "--key maker --keyring maker.gpg",
            "provided key is not a private key. Try providing a keyring with secret keys",
        ),
        (
            "--key locked --keyring locked.sec --passphrase-file wrong",
            "openpgp: invalid data: private key checksum failure",
        ),
        (
            "--key locked --keyring locked.sec --passphrase-file README",
            "openpgp: invalid data: private key checksum failure",
        ),
        ("--key locked --keyring locked.sec --passphrase-file nope", "open nope: no such file or directory"),
        ("--key locked --keyring locked.sec", "inappropriate ioctl for device"),
    ] {
        assert_eq!(
            problem(&project, "4.3", &format!("package c --sign {arguments}")),
            expected,
            "{arguments}"
        );
    }
}

#[test]
fn charts_are_verified_before_they_are_used() {
    let project = project();
    for command in ["template", "show chart", "show values"] {
        for level in ["4.3", "3.22"] {
            let told =
                |ring| problem(&project, level, &format!("{command} c-1.0.0.tgz --verify --keyring {ring}"));
            assert_eq!(told("maker.gpg"), "");
            assert_eq!(told("other.sec"), "openpgp: signature made by unknown entity");
        }
        let told = problem(&project, "4.3", &format!("{command} c --verify --keyring maker.gpg"));
        assert_eq!(told, "unpacked charts cannot be verified");
    }
}
