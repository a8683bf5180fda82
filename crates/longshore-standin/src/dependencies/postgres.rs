//! PostgreSQL: who we are there, and values that are kept in a table of our own.

use std::str::FromStr as _;

use anyhow::{Context as _, Result};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use super::PATIENCE;

/// Connects anew and asks for version, user and database.
pub(super) async fn ask(dsn: Option<&str>, parts: &[Option<String>; 5]) -> Result<String> {
    let mut connection = connect(dsn, parts).await?;
    let asked = "SELECT current_setting('server_version'), current_user::text, current_database()::text";
    let (version, user, database): (String, String, String) =
        sqlx::query_as(asked).fetch_one(&mut connection).await?;
    let _ = connection.close().await;
    Ok(format!("PostgreSQL {version}, user {user}, database {database}"))
}

/// The value that is kept under a key.
pub async fn get(dsn: Option<&str>, parts: &[Option<String>; 5], key: &str) -> Result<Option<String>> {
    let mut connection = connect(dsn, parts).await?;
    create(&mut connection).await?;
    let value = sqlx::query_scalar("SELECT value FROM standin WHERE key = $1").bind(key);
    Ok(value.fetch_optional(&mut connection).await?)
}

/// Keeps a value under a key.
pub async fn put(dsn: Option<&str>, parts: &[Option<String>; 5], key: &str, value: &str) -> Result<()> {
    let mut connection = connect(dsn, parts).await?;
    create(&mut connection).await?;
    let text = "INSERT INTO standin (key, value) VALUES ($1, $2) \
                ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    sqlx::query(text).bind(key).bind(value).execute(&mut connection).await?;
    Ok(())
}

async fn create(connection: &mut PgConnection) -> Result<()> {
    // Two at once may both find that it is not there; the second is then told so, and the table is there.
    let text = "CREATE TABLE IF NOT EXISTS standin (key text PRIMARY KEY, value text NOT NULL)";
    match sqlx::query(text).execute(connection).await {
        Ok(_) => Ok(()),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn connect(dsn: Option<&str>, parts: &[Option<String>; 5]) -> Result<PgConnection> {
    let options = options(dsn, parts)?.disable_statement_logging();
    tokio::time::timeout(PATIENCE, options.connect())
        .await
        .context("no connection in time")?
        .map_err(Into::into)
}

fn options(dsn: Option<&str>, parts: &[Option<String>; 5]) -> Result<PgConnectOptions> {
    let mut options = match dsn {
        // What is wrong with a DSN may quote it.
        Some(dsn) => PgConnectOptions::from_str(dsn).ok().context("the DSN is not a URL of PostgreSQL")?,
        None => PgConnectOptions::new_without_pgpass(),
    };
    let [host, port, user, password, database] = parts;
    if let Some(host) = host {
        options = options.host(host);
    }
    if let Some(port) = port {
        options = options.port(port.parse().ok().context("the port is not a number")?);
    }
    if let Some(user) = user {
        options = options.username(user);
    }
    if let Some(password) = password {
        options = options.password(password);
    }
    if let Some(database) = database {
        options = options.database(database);
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_go_before_the_dsn() {
        let dsn = "postgresql://access:one@postgres-service:5433/access";
        let plain = options(Some(dsn), &[const { None }; 5]).unwrap();
        assert_eq!(
            (plain.get_host(), plain.get_port(), plain.get_username()),
            ("postgres-service", 5433, "access")
        );
        let own = |text: &str| Some(text.to_owned());
        let parts = [own("other"), own("1"), own("root"), own("two"), own("orders")];
        let mixed = options(Some(dsn), &parts).unwrap();
        assert_eq!((mixed.get_host(), mixed.get_port(), mixed.get_username()), ("other", 1, "root"));
        assert_eq!(mixed.get_database(), Some("orders"));
    }

    #[test]
    fn a_dsn_that_cannot_be_read_is_not_told() {
        let error = options(Some("hunter2"), &[const { None }; 5]).unwrap_err();
        assert_eq!(format!("{error:#}"), "the DSN is not a URL of PostgreSQL");
    }
}
