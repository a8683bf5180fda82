//! Connection strings: URLs, or `key=value` pairs as libpq has them, and libpq's variables of the environment.
//!
//! Defaults and errors are those of Go's driver (<https://github.com/lib/pq/blob/v1.12.3/connector.go>), which is
//! stricter than libpq about TLS: without a word about it, it is required.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::str::FromStr as _;

use sqlx::postgres::PgConnectOptions;

use super::super::RecordsError;

/// Settings by libpq's names.
type Settings = BTreeMap<String, String>;

/// What each variable stands for.
const VARIABLES: [(&str, &str); 13] = [
    ("PGHOST", "host"),
    ("PGPORT", "port"),
    ("PGDATABASE", "dbname"),
    ("PGUSER", "user"),
    ("PGPASSWORD", "password"),
    ("PGSSLMODE", "sslmode"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLKEY", "sslkey"),
    ("PGAPPNAME", "application_name"),
    ("PGOPTIONS", "options"),
    ("PGCONNECT_TIMEOUT", "connect_timeout"),
    ("PGHOSTADDR", "hostaddr"),
];

const MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-full", "verify-ca"];

/// The way to the database.
///
/// # Errors
/// The string is none.
pub(super) fn read(connection: &str) -> Result<PgConnectOptions, RecordsError> {
    let mut settings = Settings::from([
        ("host".to_owned(), "localhost".to_owned()),
        ("port".to_owned(), "5432".to_owned()),
        ("sslmode".to_owned(), "require".to_owned()),
    ]);
    for (variable, name) in VARIABLES {
        if let Ok(value) = std::env::var(variable) {
            settings.insert(name.to_owned(), value);
        }
    }
    let given =
        match ["postgres://", "postgresql://"].iter().find_map(|scheme| connection.strip_prefix(scheme)) {
            Some(rest) => of_url(rest),
            None => of_pairs(connection).map_err(RecordsError::Other)?,
        };
    settings.extend(given);
    let mode = &settings["sslmode"];
    if !MODES.contains(&mode.as_str()) {
        let text = format!(
            "pq: wrong value for \"sslmode\": {mode:?} is not supported; supported values are {}, or {}",
            MODES[..5].join(", "),
            MODES[5]
        );
        return Err(RecordsError::Other(text));
    }
    if settings["port"].parse::<u16>().is_err() {
        let text = format!(
            "pq: wrong value for \"port\": strconv.ParseUint: parsing {:?}: invalid syntax",
            settings["port"]
        );
        return Err(RecordsError::Other(text));
    }
    let host = match settings.remove("hostaddr") {
        Some(address) if !address.is_empty() => address,
        _ => settings.remove("host").unwrap_or_default(),
    };
    // Between programs of one machine there is nothing to encrypt.
    if host.starts_with(['/', '@']) {
        settings.insert("sslmode".to_owned(), "disable".to_owned());
    }
    // The library reads nothing but URLs.
    PgConnectOptions::from_str(&to_url(settings))
        .map(|options| options.host(&host))
        .map_err(|_| RecordsError::Other(String::from("pq: the connection string cannot be understood")))
}

/// Host and port, for errors.
pub(super) fn address(options: &PgConnectOptions) -> String {
    match options.get_host() {
        "localhost" => format!("127.0.0.1:{}", options.get_port()),
        host if host.contains(':') => format!("[{host}]:{}", options.get_port()),
        host => format!("{host}:{}", options.get_port()),
    }
}

/// `user:password@host:port/database?setting=value`.
fn of_url(rest: &str) -> Settings {
    let mut settings = Settings::new();
    let mut put = |name: &str, value: &str| {
        if !value.is_empty() {
            settings.insert(name.to_owned(), unescaped(value));
        }
    };
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = user.split_once(':').unwrap_or((user, ""));
    put("user", user);
    put("password", password);
    let port_at = host.rfind(':').filter(|at| !host[*at..].contains(']'));
    let (host, port) = port_at.map_or((host, ""), |at| (&host[..at], &host[at + 1..]));
    put("host", host.trim_start_matches('[').trim_end_matches(']'));
    put("port", port);
    put("dbname", database);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        put(&unescaped(name), value);
    }
    settings
}

/// `host=db user='my user'`.
fn of_pairs(text: &str) -> Result<Settings, String> {
    let mut settings = Settings::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        let Some(behind) = behind.trim_start().strip_prefix('=') else {
            return Err(format!("missing \"=\" after {name:?} in connection info string"));
        };
        let (value, behind) = pair_value(behind.trim_start())?;
        settings.insert(name.to_owned(), value);
        rest = behind.trim_start();
    }
    Ok(settings)
}

/// A value, which may be quoted, and what follows it.
fn pair_value(text: &str) -> Result<(String, &str), String> {
    let quoted = text.strip_prefix('\'');
    let text = quoted.unwrap_or(text);
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((_, c)) => value.push(c),
                None => return Err(String::from("missing character after backslash")),
            },
            '\'' if quoted.is_some() => return Ok((value, &text[at + 1..])),
            c if quoted.is_none() && c.is_whitespace() => return Ok((value, &text[at..])),
            c => value.push(c),
        }
    }
    match quoted {
        Some(_) => Err(String::from("unterminated quoted string literal in connection string")),
        None => Ok((value, "")),
    }
}

fn to_url(mut settings: Settings) -> String {
    let mut take = |name: &str| settings.remove(name).map(|value| escaped(&value)).unwrap_or_default();
    let (user, password) = (take("user"), take("password"));
    let mut url = String::from("postgres://");
    if !user.is_empty() || !password.is_empty() {
        let _ = write!(url, "{user}:{password}@");
    }
    let _ = write!(url, "localhost:{}/{}?", take("port"), take("dbname"));
    // Those that only say how long to wait, or that the library does not know, are left out.
    for name in ["connect_timeout", "fallback_application_name", "client_encoding", "datestyle", "passfile"] {
        take(name);
    }
    for (name, value) in settings {
        let name = match name.as_str() {
            "sslmode" | "sslrootcert" | "sslcert" | "sslkey" | "application_name" | "options" => name,
            // Whatever else is a parameter of the session.
            other => format!("options[{other}]"),
        };
        let _ = write!(url, "{}={}&", escaped(&name), escaped(&value));
    }
    url
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(byte as char);
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        let hex = behind.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        if let (b'%', Some(value)) = (byte, hex) {
            bytes.push(value);
            rest = &behind[2..];
        } else {
            bytes.push(byte);
            rest = behind;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{of_pairs, of_url, read};

    #[test]
    fn both_forms_say_the_same() {
        let url = of_url("bob:a%40b@db.example.com:6432/helm?sslmode=disable&sslcert=%2Fx");
        let pairs = of_pairs(
            "user=bob password = 'a@b' host=db.example.com port=6432 dbname=helm sslmode=disable sslcert=/x",
        );
        assert_eq!(pairs, Ok(url));
        let options = read("postgres://bob@[::1]:6432/helm?sslmode=disable").unwrap();
        assert_eq!((options.get_host(), options.get_port()), ("::1", 6432));
        let options = read("host=/run/postgresql user='a b' sslmode=disable").unwrap();
        assert_eq!((options.get_username(), options.get_port()), ("a b", 5432));
    }

    #[test]
    fn what_is_wrong_is_told_without_the_password() {
        let told = |text| read(text).unwrap_err().to_string();
        assert_eq!(told("host"), "missing \"=\" after \"host\" in connection info string");
        assert_eq!(told("password='hunter2"), "unterminated quoted string literal in connection string");
        assert!(told("postgres://a:hunter2@h/d?sslmode=odd").starts_with("pq: wrong value for \"sslmode\""));
    }
}
