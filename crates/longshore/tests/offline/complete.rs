//! `longshore helm __complete` and the scripts that ask it: candidates and directives as real Helm's of both levels.

use longshore_testkit::{Outcome, Program, Project};

fn helm(project: &Project, level: &str, words: &[&str]) -> Outcome {
    let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
    let program = program.env("LONGSHORE_HELM_COMPAT", level).env("KUBECONFIG", "kubeconfig");
    let program = program.env("HELM_CONFIG_HOME", project.file("config").to_str().unwrap());
    let program = program.env("HELM_CACHE_HOME", project.file("cache").to_str().unwrap());
    program.args(["helm"]).args(words.iter().copied()).folder(project.path()).run().unwrap()
}

fn project() -> Project {
    Project::new(
        "//- kubeconfig
contexts: [{name: b, context: {cluster: c1}}, {name: a, context: {cluster: c2}}]
//- config/repositories.yaml
repositories:
- {name: one, url: 'http://one'}
- {name: two, url: 'http://two'}
//- cache/repository/one-charts.txt
web
db
//- cache/repository/two-index.yaml
apiVersion: v1
entries:
  q:
  - {name: q, version: 1.0.0, appVersion: '3', created: '2020-03-04T05:06:07Z'}
  - {name: q, version: 1.2.0, created: '2021-10-04T05:06:07.123+02:00', deprecated: true}
",
    )
    .unwrap()
}

/// The candidates are those of `helm __complete` of 4.3.1 and 3.22.0.
#[test]
fn candidates_and_directives_are_helms() {
    let project = project();
    let more = "_activeHelp_ This command does not take any more arguments (but may accept flags).";
    let schemes = "oci://\tChart OCI prefix\nhttps://\tChart URL prefix\nhttp://\tChart URL prefix\nfile://\tChart local URL prefix";
    let forms = "./\tRelative path prefix to local chart\n/\tAbsolute path prefix to local chart";
    let charts = format!("one/\thttp://one\ntwo/\thttp://two\n{schemes}\n{forms}\n:2\n");
    for (words, expected) in [
        (&["template", ""][..], ":4\n".to_owned()),
        (&["template", "a", ""], charts.clone()),
        (&["template", "-g", ""], charts.clone()),
        (&["show", "chart", ""], charts),
        (&["show", "chart", "one/"], "one/web\none/db\n:0\n".to_owned()),
        (&["show", "chart", "two/"], "two/q\n:0\n".to_owned()),
        (&["show", "chart", "a", ""], format!("{more}\n:4\n")),
        (
            &["show", "chart", "two/q", "--version", ""],
            "1.2.0\tCreated: October 4, 2021 (deprecated)\n1.0.0\tApp: 3, Created: March 4, 2020\n:4\n"
                .to_owned(),
        ),
        (&["template", "--kube-context", ""], "a\tc2\nb\tc1\n:4\n".to_owned()),
        (&["template", "--kube-version", ""], ":0\n".to_owned()),
        (
            &["template", "--set", "a=b", "--set"],
            "--set\n--set-file\n--set-json\n--set-literal\n--set-string\n:4\n".to_owned(),
        ),
        (&["template", "--debug", "--deb"], ":4\n".to_owned()),
        (&["template", "--", "--"], ":4\n".to_owned()),
        (&["template", "-h", ""], ":4\n".to_owned()),
        (&["repo", "update", "o"], "one\thttp://one\ntwo\thttp://two\n:4\n".to_owned()),
        (&["repo", "remove", "one", ""], "two\thttp://two\n:4\n".to_owned()),
        (&["push", "a", ""], "oci://\n:6\n".to_owned()),
        (&["create", ""], ":0\n".to_owned()),
        (&["create", "a", ""], format!("{more}\n:4\n")),
        (&["lint", ""], ":0\n".to_owned()),
        (&["completion", ""], "bash\nfish\npowershell\nzsh\n:4\n".to_owned()),
        (&["completion", "bash", ""], format!("{more}\n:4\n")),
        (&["help", "temp"], "template\n:4\n".to_owned()),
        (&["nope", ""], ":0\n".to_owned()),
    ] {
        for level in ["4.3", "3.22"] {
            let mut words = words.to_vec();
            // What commands and flags mean is told in words of our own.
            let is_ours = expected.lines().all(|line| !line.contains('\t'));
            words.insert(0, if is_ours { "__completeNoDesc" } else { "__complete" });
            let outcome = helm(&project, level, &words);
            assert_eq!(
                (outcome.code, outcome.stdout.as_str()),
                (Some(0), expected.as_str()),
                "{level} {words:?}"
            );
        }
    }
    let outcome = helm(&project, "4.3", &["__complete", "nope", ""]);
    assert_eq!(
        outcome.stderr,
        "[Debug] [Error] unable to find a command for arguments: [nope]\nCompletion ended with directive: ShellCompDirectiveDefault\n"
    );
    // Flags before the request are those of what is asked about.
    let words = ["--kubeconfig", "none", "__completeNoDesc", "template", "--kube-context", ""];
    assert_eq!(helm(&project, "4.3", &words).stdout, ":4\n");
    let words = ["--debug", "__completeNoDesc", "repo", "remove", ""];
    assert_eq!(helm(&project, "3.22", &words).stdout, "one\ntwo\n:4\n");
    let outcome = helm(&project, "4.3", &["__complete"]);
    assert_eq!(outcome.stderr, "Error: requires at least 1 arg(s), only received 0\n");
    let outcome = helm(&project, "4.3", &["__complete", "lin"]);
    assert_eq!(outcome.stdout, "lint\tlook for mistakes in a chart\n:4\n");
}

/// bash loads the script and offers what the program answers.
#[test]
fn bash_completes() {
    let project = project();
    for (line, expected) in [
        ("helm li", "<lint><list>"),
        ("helm template --output-", "<--output-dir>"),
        ("helm show chart one/", "<one/web><one/db>"),
        ("helm completion ", "<bash><fish><powershell><zsh>"),
        ("helm template --color=al", "<always>"),
        ("helm show chart http:", "<//>"),
        ("helm lint ", ""),
    ] {
        let script = format!(
            "helm() {{ \"{}\" helm \"$@\"; }}; source <(helm completion bash); COMP_LINE={line:?}; COMP_POINT=${{#COMP_LINE}}; COMP_TYPE=9; compopt() {{ :; }}; _helm_complete; for word in \"${{COMPREPLY[@]}}\"; do echo -n \"<$word>\"; done",
            env!("CARGO_BIN_EXE_longshore")
        );
        let program = Program::new("bash").unwrap();
        let program = program.env("HELM_CONFIG_HOME", project.file("config").to_str().unwrap());
        let program = program.env("HELM_CACHE_HOME", project.file("cache").to_str().unwrap());
        let outcome = program.args(["-c", script.as_str()]).folder(project.path()).run().unwrap();
        assert_eq!(outcome.stdout, expected, "{line}: {}", outcome.stderr);
    }
}

/// What a shell offers below `longshore`, our own commands and those of Helm and Kustomize.
const LINES: [(&str, &[&str]); 12] = [
    ("longshore he", &["helm", "help"]),
    ("longshore helm temp", &["template"]),
    ("longshore helm template --output-", &["--output-dir"]),
    ("longshore helm show chart one/", &["one/web", "one/db"]),
    ("longshore helm template --color=al", &["always"]),
    ("longshore helm completion ", &["bash", "fish", "powershell", "zsh"]),
    ("longshore helm repo remove ", &["one", "two"]),
    ("longshore kustomize edit set name", &["nameprefix", "namespace", "namesuffix"]),
    ("longshore kustomize build --load-restrictor=LoadRestrictionsN", &["LoadRestrictionsNone"]),
    ("longshore kustomize expl", &["explain"]),
    ("longshore plan --onl", &["--only"]),
    ("longshore render -o js", &["json"]),
];

/// What a shell's program prints, with ours on its path; nothing if the shell is not there.
fn shell(project: &Project, name: &str, script: &str) -> Option<Outcome> {
    let own = std::path::Path::new(env!("CARGO_BIN_EXE_longshore")).parent().unwrap();
    let path = format!("{}:{}", own.display(), std::env::var("PATH").unwrap_or_default());
    let Some(program) =
        std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
    else {
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            format!("skipped: {name} is not installed\n").as_bytes(),
        );
        return None;
    };
    let program = Program::new(program.to_str().unwrap()).unwrap().env("PATH", &path);
    let program = program.env("HELM_CONFIG_HOME", project.file("config").to_str().unwrap());
    let program = program.env("HELM_CACHE_HOME", project.file("cache").to_str().unwrap());
    let program = program.env("HOME", project.path().to_str().unwrap());
    Some(program.args(["-c", script]).folder(project.path()).run().unwrap())
}

#[test]
fn bash_completes_below_longshore() {
    let project = project();
    for (line, expected) in LINES {
        let script = format!(
            "source <(longshore completion bash); line={line:?}; read -ra COMP_WORDS <<<\"$line\"; [[ $line == *' ' ]] && COMP_WORDS+=(''); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); COMP_LINE=$line; COMP_POINT=${{#line}}; COMP_TYPE=9; compopt() {{ :; }}; _longshore_or_below longshore \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; printf '%s\n' \"${{COMPREPLY[@]}}\""
        );
        let outcome = shell(&project, "bash", &script).expect("every developer has bash");
        let offered: Vec<&str> = outcome.stdout.lines().collect();
        assert_eq!(offered, expected, "{line}: {}", outcome.stderr);
    }
}

#[test]
fn fish_completes_below_longshore() {
    let project = project();
    for (line, expected) in LINES {
        let script = format!("longshore completion fish | source; complete -C '{line}'");
        let Some(outcome) = shell(&project, "fish", &script) else { return };
        let offered = outcome.stdout.lines().map(|line| line.split('\t').next().unwrap_or_default());
        // fish offers the whole word, and sorts.
        let offered: Vec<&str> =
            offered.map(|word| word.split_once('=').map_or(word, |(_, value)| value)).collect();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(offered, expected, "{line}: {}", outcome.stderr);
        assert_eq!(outcome.stderr, "", "{line}");
    }
}

#[test]
fn zsh_completes_below_longshore() {
    let project = project();
    // What `_describe` and the like are asked to offer is printed instead.
    let script = "compdef() { :; }; _describe() { print -rl -- ${${(P)2}%%:*}; }; source <(longshore completion zsh); words=(longshore helm repo remove ''); CURRENT=5; _longshore; words=(longshore helm temp); CURRENT=3; _longshore";
    let Some(outcome) = shell(&project, "zsh", script) else { return };
    assert_eq!(outcome.stdout, "one\ntwo\ntemplate\n", "{}", outcome.stderr);
}

#[test]
fn flags_before_a_drop_in_command_are_refused() {
    let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap();
    let outcome = program.args(["-q", "helm", "version"]).run().unwrap();
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (Some(64), "error[usage/drop-in]: `helm` takes no flags before it\nhint: write `longshore helm …`\n")
    );
}

#[test]
fn every_shell_has_a_script() {
    let project = project();
    for shell in ["bash", "fish", "powershell", "zsh"] {
        let outcome = helm(&project, "4.3", &["completion", shell]);
        assert!(outcome.stdout.contains(" __complete "), "{shell}");
        let outcome = helm(&project, "4.3", &["completion", shell, "--no-descriptions"]);
        assert!(outcome.stdout.contains(" __completeNoDesc "), "{shell}");
        assert!(!outcome.stdout.contains("__complete "), "{shell}");
    }
}
