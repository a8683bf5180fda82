//! The Access Layer in the hands of its operators: the lines of its document's troubleshooting and backup, by the real kubectl
//! and as they stand there but for the namespace, and what Longshore has for the same questions (AL11, AL14).

use std::path::{Path, PathBuf};

use longshore_testkit::cluster::real;
use longshore_testkit::tools::Tool;
use longshore_testkit::{Outcome, Program, Started, eventually};

use super::{API, PODS, STREAM, json};
use crate::Stage;
use crate::platforms::{PATIENCE, stand_in};

const GATEWAY: &str = "services/deployment/gateway-deployment";
const POSTGRES: &str = "infrastructure/deployment/postgres-deployment";

/// What rows may hold, and dumps have to write otherwise.
const ODD: &str = "Zürich\tund \\N 'so' \"weiter\"\r\nzweite Zeile \\.\n";

/// A shell of somebody at a cluster's node, with the document's tools.
struct Shell<'a> {
    stage: &'a Stage,
    kubectl: PathBuf,
}

impl Shell<'_> {
    /// A line of the document, in the namespace of this test.
    fn line(&self, line: &str) -> Program {
        let line = line.replace("254carbon-access", self.stage.namespace.name());
        let tools = self.kubectl.parent().unwrap().display().to_string();
        let path = std::env::var("PATH").unwrap();
        // Its fixed ports are the node's own, and nobody's on this machine.
        inside(self.stage, Path::new("/bin/sh"))
            .args(["-c", &line])
            .env("PATH", format!("{tools}:{path}"))
            .env("KUBECONFIG", self.stage.namespace.kubeconfig())
            .folder(self.stage.project.path())
    }

    fn run(&self, line: &str) -> Outcome {
        let outcome = self.line(line).run().unwrap();
        assert_eq!(outcome.code, Some(0), "{line}\n{outcome}");
        outcome
    }

    fn start(&self, line: &str) -> Started {
        self.line(&format!("exec {line}")).start().unwrap()
    }
}

/// A program in the network of the node.
fn inside(stage: &Stage, program: &Path) -> Program {
    let words = real::inside(stage.cluster.record()).unwrap();
    let words = words.into_iter().filter(|word| !["--pid", "--mount"].contains(&&**word));
    let words: Vec<String> = words.collect();
    Program::new(Path::new(&words[0])).unwrap().args(&words[1..]).args([program])
}

/// The kubectl that is pinned, if it is built.
fn shell(stage: &Stage) -> Option<Shell<'_>> {
    match Tool::named("kubectl").unwrap().built() {
        Ok(kubectl) => Some(Shell { stage, kubectl }),
        #[expect(clippy::print_stderr, reason = "a skipped part says so")]
        Err(reason) => {
            eprintln!("SKIPPED the document's lines of kubectl: {reason:#}");
            None
        }
    }
}

/// AL14: every line of the document's "Troubleshooting" and "Monitoring" answers, and so does Longshore by itself.
pub(super) async fn answers_its_operators(stage: &Stage) {
    let node = stage.cluster.node_address().unwrap().to_string();
    // All, pods, endpoints and ingress in one answer, with the reason of what is not ready.
    eventually("everything ready by our own word", PATIENCE, async || {
        let status = stage.ok("status -e dev").stdout;
        let of =
            |name: &str| status.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
        let all = [
            of("infrastructure").contains("8/8"),
            of("services").contains("10/10"),
            of("monitoring").contains("9/9"),
        ];
        anyhow::ensure!(all == [true; 3] && of("gateway-service").ends_with("1 ready"), "{status}");
        anyhow::ensure!(
            [API, STREAM].iter().all(|host| status.contains(&format!("{node}  {host}"))),
            "{status}"
        );
        Ok(Some(()))
    })
    .await
    .unwrap();
    if let Some(shell) = shell(stage) {
        let all = shell.run("kubectl get all -n 254carbon-access").stdout;
        for name in ["pod/gateway-deployment-", "service/gateway-service", "deployment.apps/kafka-deployment"]
        {
            assert!(all.contains(name), "{name}\n{all}");
        }
        let pods = shell.run("kubectl get pods -n 254carbon-access").stdout;
        assert_eq!(pods.lines().filter(|line| line.contains("Running")).count(), PODS, "{pods}");
        let one = shell.run("kubectl get pods -n 254carbon-access | grep postgres").stdout;
        assert!(one.starts_with("postgres-deployment-") && one.contains("1/1"), "{one}");
        let endpoints = shell.run("kubectl get endpoints -n 254carbon-access").stdout;
        let of_gateway = endpoints.lines().find(|line| line.starts_with("gateway-service ")).unwrap();
        assert!(of_gateway.contains(":8000"), "{endpoints}");
        let ingress = shell.run("kubectl get ingress -n 254carbon-access").stdout;
        assert!([API, STREAM, &node].iter().all(|word| ingress.contains(word)), "{ingress}");
        let pod = pods.lines().find(|line| line.starts_with("gateway-deployment-")).unwrap();
        let pod = pod.split_whitespace().next().unwrap();
        let described = shell.run(&format!("kubectl describe pod {pod} -n 254carbon-access")).stdout;
        assert!(
            ["ghcr.io/254carbon/gateway:", "/health"].iter().all(|word| described.contains(word)),
            "{described}"
        );
        follows(shell.start("kubectl logs -f deployment/gateway-deployment -n 254carbon-access"));
        for (service, port, path) in [
            ("gateway-service", 8000, "/orders"),
            ("prometheus-service", 9090, "/-/ready"),
            ("grafana-service", 3000, "/"),
        ] {
            let line = format!("kubectl port-forward svc/{service} {port}:{port} -n 254carbon-access");
            let mut forward = shell.start(&line);
            forward.wait_for(&format!("Forwarding from 127.0.0.1:{port}")).unwrap();
            let url = format!("http://127.0.0.1:{port}{path}");
            let asked =
                inside(stage, &stand_in()).args(["load", "--url", &url, "--workers", "1", "--requests", "1"]);
            let report = json(&asked.run().unwrap());
            assert_eq!(
                (&report["answered"], &report["failed"]),
                (&1.into(), &0.into()),
                "{line}: {report:#}"
            );
            forward.terminate().unwrap();
            forward.finish().unwrap();
        }
    }
    // Logs and a port by the one tool.
    let start = |words: &[&str]| {
        let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap().args(words);
        let program = program.args(["-e", "dev", "-n", stage.namespace.name()]);
        let program = program.env("KUBECONFIG", stage.namespace.kubeconfig());
        program.folder(stage.project.path()).start().unwrap()
    };
    follows(start(&["logs", "-f", GATEWAY]));
    let mut forward = start(&["port-forward", "services/service/gateway-service", ":8000"]);
    forward.wait_for(" -> ").unwrap();
    forward.terminate().unwrap();
    forward.finish().unwrap();
}

/// What was written before is told, and it goes on.
fn follows(mut logs: Started) {
    logs.wait_for("listens on").unwrap();
    logs.interrupt().unwrap();
    logs.finish().unwrap();
}

/// AL11: what is lost from the database is there again out of a dump, by Longshore's `exec` and by the document's lines.
pub(super) async fn is_saved_and_restored(stage: &Stage) {
    eventually("a row", PATIENCE, async || {
        let (status, answer) = stage.ask("PUT", API, "/data/postgres/odd", ODD)?;
        anyhow::ensure!(status == 204, "{answer}");
        Ok(Some(()))
    })
    .await
    .unwrap();
    let exec = |flags: &[&str], command: &[&str], input: &str| {
        let mut words = vec!["exec", POSTGRES, "-e", "dev", "-n", stage.namespace.name()];
        words.extend(flags);
        words.push("--");
        words.extend(command);
        let program = Program::new(env!("CARGO_BIN_EXE_longshore")).unwrap().args(words);
        let program = program.env("KUBECONFIG", stage.namespace.kubeconfig()).folder(stage.project.path());
        let outcome = program.input(input).run().unwrap();
        assert_eq!(outcome.code, Some(0), "{command:?}\n{outcome}");
        outcome.stdout
    };
    let loses = async |how: &str| {
        exec(&[], &["psql", "-U", "access", "access", "-v", "ON_ERROR_STOP=1", "-c", how], "");
        eventually("the loss", PATIENCE, async || {
            Ok((stage.ask("GET", API, "/data/postgres/odd", "")?.0 == 404).then_some(()))
        })
        .await
        .unwrap();
    };
    let has_all = async || {
        for (key, value) in [("odd", ODD), ("kept", "as it was")] {
            let answered = eventually(key, PATIENCE, async || {
                let (status, answer) = stage.ask("GET", API, &format!("/data/postgres/{key}"), "")?;
                // Whether it is there or not: a database that was busy says neither.
                Ok([200, 404].contains(&status).then_some(answer))
            });
            assert_eq!(answered.await.unwrap(), value, "{key}");
        }
    };

    let dump = exec(&[], &["pg_dump", "-U", "access", "access"], "");
    assert!(dump.contains("PostgreSQL database dump complete"), "{dump}");
    loses("DELETE FROM standin").await;
    exec(&["-i"], &["psql", "-U", "access", "access"], &dump);
    has_all().await;

    let Some(shell) = shell(stage) else { return };
    shell.run("kubectl exec -it deployment/postgres-deployment -n 254carbon-access -- \\\n  pg_dump -U access access > backup.sql");
    // The stand-in makes the table anew, without rows, when it is asked.
    loses("DROP TABLE standin").await;
    exec(&[], &["psql", "-U", "access", "access", "-c", "DROP TABLE standin"], "");
    shell.run("kubectl exec -i deployment/postgres-deployment -n 254carbon-access -- \\\n  psql -U access access < backup.sql");
    has_all().await;
}
