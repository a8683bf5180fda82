//! Connection strings as programs of .NET take them, for platforms that have them in their settings.

use crate::settings::Target;

/// PostgreSQL's (Npgsql): `Host=postgres;Port=5432;Database=shop;Username=shop;Password=…`. Nothing if it is none.
pub(crate) fn postgres(text: &str) -> Option<Target> {
    let mut parts = [const { None }; 5];
    for pair in text.split(';').filter(|pair| !pair.trim().is_empty()) {
        let (key, value) = pair.split_once('=')?;
        let index = match key.trim().to_ascii_lowercase().as_str() {
            "host" | "server" => 0,
            "port" => 1,
            "username" | "user id" => 2,
            "password" => 3,
            "database" => 4,
            // Pools and the like: we have none.
            _ => continue,
        };
        parts[index] = Some(value.to_owned());
    }
    parts[0].is_some().then_some(Target::Postgres { dsn: None, parts })
}

/// Redis's (StackExchange.Redis): `redis:6379,password=…`, as a URL and the password. Nothing if it is none.
pub(crate) fn redis(text: &str) -> Option<(String, Option<String>)> {
    let mut parts = text.split(',');
    let address = parts.next()?.trim();
    if address.is_empty() || address.contains(['/', '=', '@']) {
        return None;
    }
    let password = parts.find_map(|part| part.trim().strip_prefix("password=").map(str::to_owned));
    Some((format!("redis://{address}"), password))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_taken_out_of_the_address() {
        let own = |text: &str| Some(text.to_owned());
        let text = "Host=postgres;Port=5433;Database=shop;Username=me;Password=hunter2==;Pooling=true";
        let target = postgres(text).unwrap();
        let parts = [own("postgres"), own("5433"), own("me"), own("hunter2=="), own("shop")];
        assert_eq!(target, Target::Postgres { dsn: None, parts });
        assert_eq!(target.address(), "postgres:5433");
        let text = "redis:6379,password=hunter2,abortConnect=false";
        assert_eq!(redis(text), Some(("redis://redis:6379".to_owned(), own("hunter2"))));
    }

    #[test]
    fn urls_are_none_of_them() {
        assert_eq!(postgres("postgresql://me:hunter2@postgres/shop?sslmode=disable"), None);
        assert_eq!(postgres("hunter2"), None);
        assert_eq!(redis("redis://:hunter2@redis:6379/0"), None);
        assert_eq!(redis(""), None);
    }
}
