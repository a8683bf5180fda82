//! Records in a PostgreSQL database: the driver, and the commands that read through it. What they say was compared with the
//! real binaries of both levels on one database, and so were the tables that each of them makes.
//!
//! Without PostgreSQL (`apt-get install postgresql`) these tests say so and pass.

use std::sync::Arc;

use longshore_release::record::{Release, Status};
use longshore_release::{Records, RecordsError, Sql, SystemClock};
use longshore_testkit::{TestAuthority, TestPostgres};
use serde_json::json;

use crate::Stage;

/// A server, if it is installed.
#[expect(clippy::print_stderr, reason = "who runs the tests shall know what was not tested")]
fn server() -> Option<TestPostgres> {
    let server = TestPostgres::start().unwrap();
    if server.is_none() {
        eprintln!("skipped: there is no PostgreSQL (apt-get install postgresql)");
    }
    server
}

async fn records(server: &TestPostgres, namespace: &str) -> Records {
    Records::sql(Sql::connect(&server.url()).await.unwrap(), namespace, Arc::new(SystemClock))
}

fn release(namespace: &str, revision: u32, status: Status) -> Release {
    let mut release: Release = serde_json::from_value(json!({
        "name": "web", "version": revision, "namespace": namespace, "info": {},
        "chart": {"metadata": {"name": "web", "version": "1.2.3"}},
    }))
    .unwrap();
    release.info.status = status;
    release.labels = [("team", "a"), ("owner", "mine")].map(|(key, value)| (key.into(), value.into())).into();
    release
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_holds_records() {
    let Some(server) = server() else { return };
    let records = records(&server, "shop").await;
    assert_eq!(records.history("web").await, Err(RecordsError::NotFound));
    let mut first = release("shop", 1, Status::Deployed);
    records.create(&first).await.unwrap();
    assert_eq!(records.create(&first).await, Err(RecordsError::Exists));
    records.create(&release("shop", 2, Status::PendingUpgrade)).await.unwrap();
    records.create(&release("other", 1, Status::Failed)).await.unwrap();
    assert_eq!(records.deployed("web").await.unwrap().revision, 1);
    first.info.status = Status::Superseded;
    records.update(&first).await.unwrap();
    assert_eq!(records.deployed("web").await, Err(RecordsError::NoDeployed("web".into())));

    let last = records.last("web").await.unwrap();
    assert_eq!((last.revision, last.labels), (2, [("team".into(), "a".into())].into()));
    let listed = records.list().await.unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0].labels["owner"], "helm");

    // The tables are there now; all namespaces are seen by who asks for none.
    let everywhere = self::records(&server, "").await;
    assert_eq!(everywhere.list().await.unwrap().len(), 3);
    let few = self::records(&server, "shop").await.keeping(1);
    few.create(&release("shop", 3, Status::Deployed)).await.unwrap();
    assert_eq!(few.history("web").await.unwrap().len(), 1);
    assert_eq!(few.delete("web", 3).await.unwrap().labels["team"], "a");
    assert_eq!(few.get("web", 3).await, Err(RecordsError::NotFound));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_read_a_database() {
    let Some(server) = server() else { return };
    let stage = Stage::new("recordssql", "//- README\nNothing.\n").await;
    let records = records(&server, stage.namespace.name()).await;
    records.create(&release(stage.namespace.name(), 7, Status::Deployed)).await.unwrap();
    let run = |arguments: &str, url: &str| {
        let program = stage.program(arguments).env("HELM_DRIVER", "sql");
        program.env("HELM_DRIVER_SQL_CONNECTION_STRING", url).run().unwrap()
    };
    assert_eq!(run("helm list -q -l team=a", &server.url()).stdout, "web\n");
    assert!(run("helm history web", &server.url()).stdout.contains("web-1.2.3"));
    assert_eq!(run("helm status nope", &server.url()).stderr, "Error: release: not found\n");
    let refused = run("helm list", "host=127.0.0.1 port=1 password=hunter2 sslmode=disable");
    let said = "unable to instantiate SQL driver: dial tcp 127.0.0.1:1: connect: connection refused";
    assert_eq!((refused.code, refused.stderr), (Some(1), format!("level=INFO msg=\"{said}\"\n")));
}

/// Each of libpq's words for TLS asks for what it says, against a server that takes nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_reached_through_tls() {
    let authority = TestAuthority::new().unwrap();
    let other = TestAuthority::new().unwrap();
    let elsewhere = TestAuthority::new().unwrap().for_names(&["db.example.com"]);
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, authority: &TestAuthority| {
        let path = folder.path().join(name);
        std::fs::write(&path, authority.pem()).unwrap();
        path.display().to_string()
    };
    let (ours, foreign, misnamed) =
        (file("ours.pem", &authority), file("other.pem", &other), file("elsewhere.pem", &elsewhere));
    let Ok(Some(server)) = TestPostgres::start_with_tls(&authority) else {
        drop(self::server());
        return;
    };
    let named_otherwise = TestPostgres::start_with_tls(&elsewhere).unwrap().unwrap();
    let connect =
        async |server: &TestPostgres, query: String| Sql::connect(&server.url_with(&query)).await.map(drop);
    for query in [
        "sslmode=require".to_owned(),
        String::new(),
        format!("sslmode=require&sslrootcert={ours}"),
        format!("sslmode=verify-ca&sslrootcert={ours}"),
        format!("sslmode=verify-full&sslrootcert={ours}"),
    ] {
        connect(&server, query.clone()).await.unwrap_or_else(|error| panic!("{query}: {error:?}"));
    }
    connect(&named_otherwise, format!("sslmode=verify-ca&sslrootcert={misnamed}")).await.unwrap();
    for (server, query) in [
        (&server, "sslmode=disable".to_owned()),
        (&server, format!("sslmode=verify-ca&sslrootcert={foreign}")),
        (&server, format!("sslmode=verify-full&sslrootcert={foreign}")),
        (&named_otherwise, format!("sslmode=verify-full&sslrootcert={misnamed}")),
    ] {
        assert!(connect(server, query.clone()).await.is_err(), "{query}");
    }
    let url = server.url_with(&format!("sslmode=verify-full&sslrootcert={ours}"));
    let records = Records::sql(Sql::connect(&url).await.unwrap(), "shop", Arc::new(SystemClock));
    records.create(&release("shop", 1, Status::Deployed)).await.unwrap();
    assert_eq!(records.deployed("web").await.unwrap().revision, 1);
}
