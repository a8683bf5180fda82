//! Real servers behind it: PostgreSQL and Redis, where they are installed.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use http::Method;
use longshore_testkit::{TestPostgres, eventually};

use crate::{Running, ask};

/// A Redis with a password, which ends with its test.
struct Redis(Child, String);

impl Redis {
    fn start() -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("redis-server");
        command.args([
            "--port",
            &port.to_string(),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--requirepass",
            "hunter2",
        ]);
        let child = command.stdout(Stdio::null()).spawn().ok()?;
        Some(Self(child, format!("127.0.0.1:{port}")))
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn up(running: &Running) {
    eventually("all are up", Duration::from_secs(20), async || {
        let (status, body) = running.get("/dependencies?now").await;
        anyhow::ensure!(status == 200, "{body}");
        Ok(Some(()))
    })
    .await
    .unwrap();
}

/// Values are kept, and another instance has them.
async fn keeps(store: &str, variables: &[(&str, &str)]) {
    let (one, other) = (Running::start(variables).await, Running::start(variables).await);
    let path = format!("/data/{store}/colour");
    assert_eq!(one.get(&path).await.0, 404);
    for value in ["red", "blue"] {
        assert_eq!(ask(Method::PUT, &one.url(&path), value).await.unwrap(), (204, String::new()));
        assert_eq!(other.get(&path).await, (200, value.to_owned()));
    }
}

#[tokio::test]
async fn postgres_tells_who_we_are_and_keeps_values() {
    let Some(server) = TestPostgres::start().unwrap() else {
        eprintln!("skipped: PostgreSQL is not installed");
        return;
    };
    let url = server.url();
    let variables =
        [("STANDIN_POSTGRES_DSN_FROM", "DSN"), ("DSN", url.as_str()), ("STANDIN_READY_NEEDS", "postgres")];
    let running = Running::start(&variables).await;
    up(&running).await;
    let (_, body) = running.get("/dependencies").await;
    assert!(body.contains("user helm, database postgres"), "{body}");
    assert_eq!(running.get("/readyz").await.0, 200);
    keeps("postgres", &variables).await;

    drop(server);
    let (status, body) = running.get("/dependencies?now").await;
    assert_eq!(status, 503, "{body}");
    assert!(running.get("/readyz").await.1.contains("postgres is not there"));
    assert_eq!(running.get("/livez").await.0, 200);
    assert!(running.get("/metrics").await.1.contains(r#"dependency_up{name="postgres"} 0"#));
}

#[tokio::test]
async fn redis_wants_the_password_and_keeps_values() {
    let Some(server) = Redis::start() else {
        eprintln!("skipped: Redis is not installed");
        return;
    };
    let (good, bad) = (format!("redis://:hunter2@{}", server.1), format!("redis://:wrong@{}", server.1));
    let running = Running::start(&[("STANDIN_REDIS_URL", &good)]).await;
    up(&running).await;
    let (_, body) = running.get("/dependencies").await;
    assert!(body.contains("Redis ") && body.contains("redis://:***@"), "{body}");
    keeps("redis", &[("STANDIN_REDIS_URL", &good)]).await;
    // The password beside the URL goes before the one in it.
    up(&Running::start(&[("STANDIN_REDIS_URL", &bad), ("STANDIN_REDIS_PASSWORD", "hunter2")]).await).await;

    let refused = Running::start(&[("STANDIN_REDIS_URL", &bad)]).await;
    let (status, body) = refused.get("/dependencies?now").await;
    assert_eq!(status, 503, "{body}");
    assert!(!body.contains("wrong@"), "{body}");
}
