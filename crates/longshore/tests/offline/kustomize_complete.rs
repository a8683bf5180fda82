//! `kustomize __complete` and `kustomize completion`: candidates and directives as real Kustomize 5.8.1 answers them, but
//! for commands that are not there, and for descriptions, which are our own.

use std::os::unix::fs::symlink;
use std::path::PathBuf;

use longshore_testkit::{Outcome, Program};
use tempfile::TempDir;

/// `longshore` under the name `kustomize`, in a folder of its own.
fn kustomize() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kustomize");
    symlink(env!("CARGO_BIN_EXE_longshore"), &path).unwrap();
    (folder, path)
}

fn run(words: &[&str]) -> Outcome {
    let (_folder, path) = kustomize();
    Program::new(path).unwrap().args(words).run().unwrap()
}

#[test]
fn candidates_and_directives_are_kustomizes() {
    for (words, expected) in [
        (&["build", ""][..], ":0\n"),
        (&["build", "--o"], "--output\n:4\n"),
        (&["build", "-o", ""], ":0\n"),
        (&["build", "--network"], "--network\n--network-name\n:4\n"),
        (&["build", "--load-restrictor", ""], "LoadRestrictionsNone\nLoadRestrictionsRootOnly\n:4\n"),
        (&["build", "--load-restrictor=x"], "LoadRestrictionsNone\nLoadRestrictionsRootOnly\n:4\n"),
        (&["build", "--nope", ""], ":0\n"),
        (&["edit", ""], "add\nalpha-list-builtin-plugin\nfix\nremove\nset\n:4\n"),
        (&["edit", "remove", "se"], "secret\n:4\n"),
        (&["edit", "set", "-"], "--stack-trace\n--help\n-h\n:4\n"),
        (&["edit", "add", "resource", ""], ":0\n"),
        (&["edit", "fix", "--v"], "--vars\n:4\n"),
        (&["localize", "--"], "--stack-trace\n--help\n--no-verify\n--scope\n:4\n"),
        (&["completion", ""], "bash\nzsh\nfish\npowershell\n:4\n"),
        (&["completion", "z"], "zsh\n:4\n"),
        (&["completion", "bash", ""], ":0\n"),
        (&["help", "edit", ""], "add\nalpha-list-builtin-plugin\nfix\nremove\nset\n:4\n"),
        (&["--=b"], "build\n:4\n"),
    ] {
        let words: Vec<&str> = std::iter::once("__completeNoDesc").chain(words.iter().copied()).collect();
        let outcome = run(&words);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), expected), "{words:?}");
    }
    let outcome = run(&["__complete", "nope", ""]);
    assert_eq!(
        outcome.stderr,
        "[Debug] [Error] unable to find a command for arguments: [nope]\nCompletion ended with directive: ShellCompDirectiveDefault\n"
    );
    assert!(run(&["__complete", "buil"]).stdout.starts_with("build\t"));
}

#[test]
fn scripts_are_printed_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let outcome = run(&["completion", shell]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        assert!(outcome.stdout.contains("__complete "), "{shell}");
    }
    for (words, problem) in [
        (&["completion"][..], "Error: accepts 1 arg(s), received 0\n"),
        (&["completion", "tcsh"], "Error: invalid argument \"tcsh\" for \"kustomize completion\"\n"),
    ] {
        let outcome = run(words);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(1), problem));
    }
}

#[test]
fn bash_completes() {
    let (folder, _) = kustomize();
    for (line, expected) in [
        ("kustomize loc", "<localize>"),
        ("kustomize edit add con", "<configmap>"),
        ("kustomize build --load-restrictor=LoadRestrictionsR", "<LoadRestrictionsRootOnly>"),
        ("kustomize build ", ""),
    ] {
        let script = format!(
            "source <(kustomize completion bash); COMP_LINE={line:?}; COMP_POINT=${{#COMP_LINE}}; COMP_TYPE=9; compopt() {{ :; }}; _kustomize_complete; for word in \"${{COMPREPLY[@]}}\"; do echo -n \"<$word>\"; done"
        );
        let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
        let program = Program::new("bash").unwrap().env("PATH", path);
        let outcome = program.args(["-c", script.as_str()]).run().unwrap();
        assert_eq!(outcome.stdout, expected, "{line}: {}", outcome.stderr);
    }
}
