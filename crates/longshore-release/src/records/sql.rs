//! Records in a PostgreSQL database, in the tables that Helm makes there.
//!
//! Rules: <https://github.com/helm/helm/blob/v4.3.1/pkg/storage/driver/sql.go>. Tables and indexes are made by
//! migrations that are recorded as <https://github.com/rubenv/sql-migrate> does it, so that Helm finds them made.

mod options;

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::postgres::{PgConnection, PgPool, PgPoolOptions, PgRow};
use sqlx::{Connection as _, Postgres, Row as _, Transaction};

use super::{RecordsError, in_go_words};
use crate::record::{self, Release, Status};
use crate::store::SYSTEM_LABELS;

/// Where a release without a namespace lies.
const DEFAULT_NAMESPACE: &str = "default";

/// What is done to an empty database, in the order of the names.
const MIGRATIONS: [(&str, &str); 2] = [
    (
        "custom_labels",
        "CREATE TABLE custom_labels_v1 (
            releaseKey VARCHAR(64),
            releaseNamespace VARCHAR(67),
            key VARCHAR(317),
            value VARCHAR(63)
        );
        CREATE INDEX ON custom_labels_v1 (releaseKey, releaseNamespace);
        GRANT ALL ON custom_labels_v1 TO PUBLIC;
        ALTER TABLE custom_labels_v1 ENABLE ROW LEVEL SECURITY;",
    ),
    (
        "init",
        "CREATE TABLE releases_v1 (
            key VARCHAR(90),
            type VARCHAR(64) NOT NULL,
            body TEXT NOT NULL,
            name VARCHAR(64) NOT NULL,
            namespace VARCHAR(64) NOT NULL,
            version INTEGER NOT NULL,
            status TEXT NOT NULL,
            owner TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            modifiedAt INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY(key, namespace)
        );
        CREATE INDEX ON releases_v1 (key, namespace);
        CREATE INDEX ON releases_v1 (version);
        CREATE INDEX ON releases_v1 (status);
        CREATE INDEX ON releases_v1 (owner);
        CREATE INDEX ON releases_v1 (createdAt);
        CREATE INDEX ON releases_v1 (modifiedAt);
        GRANT ALL ON releases_v1 TO PUBLIC;
        ALTER TABLE releases_v1 ENABLE ROW LEVEL SECURITY;",
    ),
];

/// The driver.
#[derive(Debug, Clone)]
pub struct Sql {
    pool: PgPool,
}

impl Sql {
    /// Connects to the database of a connection string (a URL or `key=value` pairs, with libpq's variables of the
    /// environment for what it leaves out) and makes the tables that are not there.
    ///
    /// # Errors
    /// The string is none, or the database cannot be reached or refuses. The password is in no error.
    pub async fn connect(connection: &str) -> Result<Self, RecordsError> {
        let options = options::read(connection)?;
        let address = options::address(&options);
        // A pool would try again and again.
        let first = PgConnection::connect_with(&options).await;
        let first = first.map_err(|error| RecordsError::Other(told(&error, &address)))?;
        first.close().await.map_err(failed)?;
        let sql = Self { pool: PgPoolOptions::new().max_connections(1).connect_lazy_with(options) };
        sql.migrate().await.map_err(failed)?;
        Ok(sql)
    }

    /// Makes what is not there yet.
    async fn migrate(&self) -> Result<(), sqlx::Error> {
        let known = sqlx::query("SELECT id FROM gorp_migrations").fetch_all(&self.pool).await;
        let known: Vec<String> = known
            .map(|rows| rows.iter().filter_map(|row| row.try_get("id").ok()).collect())
            .unwrap_or_default();
        if MIGRATIONS.iter().all(|(id, _)| known.iter().any(|one| one == id)) {
            return Ok(());
        }
        sqlx::raw_sql(
            "CREATE TABLE IF NOT EXISTS \"gorp_migrations\" (\"id\" text NOT NULL PRIMARY KEY, \"applied_at\" timestamp with time zone)",
        )
        .execute(&self.pool)
        .await?;
        for (id, statements) in MIGRATIONS.iter().filter(|(id, _)| !known.iter().any(|one| one == id)) {
            let mut transaction = self.pool.begin().await?;
            sqlx::raw_sql(*statements).execute(&mut *transaction).await?;
            sqlx::query("INSERT INTO gorp_migrations (id, applied_at) VALUES ($1, now())")
                .bind(*id)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
        }
        Ok(())
    }

    pub(super) async fn list(&self, namespace: &str) -> Result<Vec<Release>, RecordsError> {
        let rows = sqlx::query(
            "SELECT key, namespace, body FROM releases_v1 WHERE owner = 'helm' AND ($1 = '' OR namespace = $1)",
        )
        .bind(namespace)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        let mut found = self.read(&rows, namespace).await?;
        for release in &mut found {
            let system = [
                ("name", release.name.clone()),
                ("owner", "helm".to_owned()),
                ("status", release.info.status.to_string()),
                ("version", release.revision.to_string()),
            ];
            release.labels.extend(system.map(|(label, value)| (label.to_owned(), value)));
        }
        Ok(found)
    }

    pub(super) async fn query(
        &self,
        namespace: &str,
        name: &str,
        status: Option<Status>,
    ) -> Result<Vec<Release>, RecordsError> {
        let rows = sqlx::query(
            "SELECT key, namespace, body FROM releases_v1 WHERE name = $1 AND owner = 'helm' AND ($2 = '' OR status = $2) AND ($3 = '' OR namespace = $3)",
        )
        .bind(name)
        .bind(status.map(Status::as_str).unwrap_or_default())
        .bind(namespace)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        let found = self.read(&rows, namespace).await?;
        if found.is_empty() { Err(RecordsError::NotFound) } else { Ok(found) }
    }

    pub(super) async fn get(
        &self,
        namespace: &str,
        name: &str,
        revision: u32,
    ) -> Result<Release, RecordsError> {
        let key = record::key(name, revision);
        let row = sqlx::query("SELECT body FROM releases_v1 WHERE key = $1 AND namespace = $2")
            .bind(&key)
            .bind(namespace)
            .fetch_one(&self.pool)
            .await;
        // Whatever goes wrong, Helm has not found it.
        let row = row.map_err(|_| RecordsError::NotFound)?;
        let mut release = body(&row).map_err(|error| RecordsError::Other(in_go_words(&error)))?;
        release.labels = self.labels(&key, namespace).await?;
        Ok(release)
    }

    pub(super) async fn create(&self, release: &Release, now: Timestamp) -> Result<(), RecordsError> {
        let (key, namespace) = (release.key(), namespace_of(release));
        let body = record::encode(release).map_err(|error| RecordsError::Other(error.to_string()))?;
        let begun = self.pool.begin().await;
        let mut transaction = begun.map_err(|error| {
            RecordsError::Other(format!("error beginning transaction: {}", told(&error, "")))
        })?;
        let inserted = sqlx::query(
            "INSERT INTO releases_v1 (key, type, body, name, namespace, version, status, owner, createdAt) VALUES ($1, 'helm.sh/release.v1', $2, $3, $4, $5, $6, 'helm', $7)",
        )
        .bind(&key)
        .bind(&body)
        .bind(&release.name)
        .bind(namespace)
        .bind(number(release.revision))
        .bind(release.info.status.as_str())
        .bind(seconds(now))
        .execute(&mut *transaction)
        .await;
        match inserted {
            Ok(_) => {}
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                return Err(RecordsError::Exists);
            }
            Err(error) => return Err(failed(error)),
        }
        insert_labels(&mut transaction, release, &key, namespace).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)
    }

    pub(super) async fn update(&self, release: &Release, now: Timestamp) -> Result<(), RecordsError> {
        let body = record::encode(release).map_err(|error| RecordsError::Other(error.to_string()))?;
        sqlx::query(
            "UPDATE releases_v1 SET body = $1, name = $2, version = $3, status = $4, owner = 'helm', modifiedAt = $5 WHERE key = $6 AND namespace = $7",
        )
        .bind(&body)
        .bind(&release.name)
        .bind(number(release.revision))
        .bind(release.info.status.as_str())
        .bind(seconds(now))
        .bind(release.key())
        .bind(namespace_of(release))
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(failed)
    }

    pub(super) async fn delete(
        &self,
        namespace: &str,
        name: &str,
        revision: u32,
    ) -> Result<Release, RecordsError> {
        let release = self.get(namespace, name, revision).await?;
        let key = record::key(name, revision);
        let begun = self.pool.begin().await;
        let mut transaction = begun.map_err(|error| {
            RecordsError::Other(format!("error beginning transaction: {}", told(&error, "")))
        })?;
        for statement in [
            "DELETE FROM releases_v1 WHERE key = $1 AND namespace = $2",
            "DELETE FROM custom_labels_v1 WHERE releaseKey = $1 AND releaseNamespace = $2",
        ] {
            let deleted = sqlx::query(statement).bind(&key).bind(namespace).execute(&mut *transaction).await;
            deleted.map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)?;
        Ok(release)
    }

    /// The records in these rows with the user's labels; those that cannot be read are left out.
    async fn read(&self, rows: &[PgRow], namespace: &str) -> Result<Vec<Release>, RecordsError> {
        let mut found = Vec::new();
        for row in rows {
            let Ok(mut release) = body(row) else { continue };
            let key: String = row.try_get("key").map_err(failed)?;
            // Asked for all namespaces, Helm looks for labels in none.
            release.labels = self.labels(&key, namespace).await?;
            found.push(release);
        }
        Ok(found)
    }

    async fn labels(&self, key: &str, namespace: &str) -> Result<BTreeMap<String, String>, RecordsError> {
        let rows = sqlx::query(
            "SELECT key, value FROM custom_labels_v1 WHERE releaseKey = $1 AND releaseNamespace = $2",
        )
        .bind(key)
        .bind(namespace)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        let pair = |row: &PgRow| Some((row.try_get("key").ok()?, row.try_get("value").ok()?));
        let mut labels: BTreeMap<String, String> = rows.iter().filter_map(pair).collect();
        labels.retain(|label, _| !SYSTEM_LABELS.contains(&label.as_str()));
        Ok(labels)
    }
}

/// Writes the labels of the user's.
async fn insert_labels(
    transaction: &mut Transaction<'_, Postgres>,
    release: &Release,
    key: &str,
    namespace: &str,
) -> Result<(), sqlx::Error> {
    for (label, value) in release.labels.iter().filter(|(label, _)| !SYSTEM_LABELS.contains(&label.as_str()))
    {
        sqlx::query(
            "INSERT INTO custom_labels_v1 (releaseKey, releaseNamespace, key, value) VALUES ($1, $2, $3, $4)",
        )
        .bind(key)
        .bind(namespace)
        .bind(label)
        .bind(value)
        .execute(&mut **transaction)
        .await?;
    }
    Ok(())
}

fn body(row: &PgRow) -> Result<Release, record::CodecError> {
    let text: String = row.try_get("body").unwrap_or_default();
    record::decode(&text)
}

fn number(revision: u32) -> i32 {
    i32::try_from(revision).unwrap_or(i32::MAX)
}

fn seconds(now: Timestamp) -> i32 {
    i32::try_from(now.as_second()).unwrap_or(i32::MAX)
}

fn namespace_of(release: &Release) -> &str {
    if release.namespace.is_empty() { DEFAULT_NAMESPACE } else { &release.namespace }
}

#[expect(clippy::needless_pass_by_value, reason = "it ends a chain of results")]
fn failed(error: sqlx::Error) -> RecordsError {
    RecordsError::Other(told(&error, ""))
}

/// What went wrong, in the words of Go's driver where it is the server that speaks.
fn told(error: &sqlx::Error, address: &str) -> String {
    match error {
        sqlx::Error::Database(error) => {
            let code = error.code().map(|code| format!(" ({code})")).unwrap_or_default();
            format!("pq: {}{code}", error.message())
        }
        sqlx::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            format!("dial tcp {address}: connect: connection refused")
        }
        sqlx::Error::Io(error) if error.to_string().contains("lookup") => {
            let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
            format!("dial tcp: lookup {host}: no such host")
        }
        sqlx::Error::Tls(error) if error.to_string().contains("does not support TLS") => {
            String::from("pq: SSL is not enabled on the server")
        }
        other => other.to_string(),
    }
}
