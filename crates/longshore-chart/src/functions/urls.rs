//! URLs as maps: `urlParse` and `urlJoin`.

use longshore_go::url::{Url, UserInfo};
use longshore_go::{Map, Value};
use longshore_template::{FuncDef, FuncError};

use super::args::{MAP, NIL_DEREFERENCE, STRING, map, text};
use super::{Function, Outcome};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::pure(FuncDef::new("urlParse", &[STRING]).returning(MAP), parse),
    Function::pure(FuncDef::new("urlJoin", &[MAP]).returning(STRING), join),
];

fn parse(args: &mut [Value]) -> Outcome {
    let url =
        Url::parse(text(args, 0)).map_err(|error| FuncError::new(format!("unable to parse url: {error}")))?;
    let user = url.user.as_ref().map(UserInfo::to_bytes).unwrap_or_default();
    let parts: [(&str, Vec<u8>); 8] = [
        ("hostname", url.hostname().to_vec()),
        ("scheme", url.scheme),
        ("host", url.host),
        ("path", url.path),
        ("query", url.raw_query),
        ("opaque", url.opaque),
        ("fragment", url.fragment),
        ("userinfo", user),
    ];
    Ok(parts.into_iter().map(|(key, part)| (key, Value::str(part))).collect::<Map>().into())
}

fn join(args: &mut [Value]) -> Outcome {
    let part = |key: &str| match map(args, 0).and_then(|map| map.get(key.as_bytes())) {
        None => Ok(Vec::new()),
        Some(Value::Str(text)) => Ok(text.to_vec()),
        Some(Value::Nil | Value::Missing) => Err(FuncError::new(NIL_DEREFERENCE)),
        Some(other) => {
            let kind = other.kind().name();
            Err(FuncError::new(format!(
                "unable to parse {key} key, must be of type string, but {kind} found"
            )))
        }
    };
    let mut url = Url {
        scheme: part("scheme")?,
        host: part("host")?,
        path: part("path")?,
        raw_query: part("query")?,
        opaque: part("opaque")?,
        fragment: part("fragment")?,
        ..Url::default()
    };
    let user = part("userinfo")?;
    if !user.is_empty() {
        let whole = [b"proto://", &user[..], b"@host"].concat();
        let read = Url::parse(&whole)
            .map_err(|error| FuncError::new(format!("unable to parse userinfo in dict: {error}")))?;
        url.user = read.user;
    }
    Ok(Value::str(url.to_bytes()))
}
