//! `exec`: a command in a pod, its input, output and exit code.

use crate::logs::Field;

/// BC18: what goes in comes out, and the exit code is the command's.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_run_with_its_input_and_its_exit_code() {
    let field = Field::new("exec").await;
    let run = |arguments: &str, command: &[&str], input: &str| {
        field.stage.program(arguments).args(["--"]).args(command).input(input).run().unwrap()
    };
    let none = run("exec web", &["true"], "");
    assert!(none.stderr.contains("release `web` has no pods"), "{none}");
    field.pod("web-0").await;

    let echo = run("exec web", &["echo", "a b"], "");
    assert_eq!((echo.code, echo.stdout.as_str(), echo.stderr.as_str()), (Some(0), "a b\n", ""));
    let failed = run("exec web/svc/front -c app", &["sh", "-c", "echo out; echo err >&2; exit 7"], "");
    assert_eq!((failed.code, failed.stdout.as_str(), failed.stderr.as_str()), (Some(7), "out\n", "err\n"));

    // More than any buffer on the way, and its end is seen.
    let much = "0123456789abcdef".repeat(100_000);
    let counted = run("exec web -i", &["cat"], &much);
    assert_eq!(counted.code, Some(0), "{}", counted.stderr);
    assert!(counted.stdout == much, "{} of {} bytes came back", counted.stdout.len(), much.len());
    let without = run("exec web", &["cat"], "ignored");
    assert_eq!((without.code, without.stdout.as_str()), (Some(0), ""));

    let missing = run("exec web", &["no-such-program"], "");
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("the command in pod web-0 failed: error executing command"), "{missing}");
    // A command that ends before it has seen the end of its input may take the connection with it.
    let no_terminal = run("exec web -it", &["cat"], "");
    assert_eq!(no_terminal.stderr, "standard input is no terminal: the command gets none\n");
    let usage = field.stage.longshore("exec web");
    assert_eq!(usage.code, Some(64), "{usage}");
}

/// The command has the terminal, keys and size included, and the shell gets it back as it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_is_passed_on_and_given_back() {
    let field = Field::new("exec-terminal").await;
    field.pod("web-0").await;
    let command = "read line; echo got $line | tr a-z A-Z; exit 5";
    let line = format!("longshore exec web -it -n {{ns}} -- sh -c '{command}'; echo code $?; stty -a; exit");
    // Ctrl-C is a key like any other in raw mode; it goes to the command, which has no terminal here and reads it.
    let mut started = field.stage.on_terminal(&line);
    started.wait_for("size {\"Width\":80,\"Height\":24}").unwrap();
    started.type_keys("ab\u{3}c\n").unwrap();
    started.wait_for("GOT AB").unwrap();
    let outcome = started.finish().unwrap();
    assert!(outcome.stdout.contains("code 5"), "{outcome}");
    for mode in ["icanon", "echo", "isig", "opost"] {
        assert!(outcome.stdout.split_whitespace().any(|word| word == mode), "{mode} is on again: {outcome}");
    }
}
