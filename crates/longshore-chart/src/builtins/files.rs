//! `.Files`: the chart's files by path, with the methods that make ConfigMaps and Secrets of them.

#![expect(clippy::unnecessary_wraps, reason = "methods of templates share one signature")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use longshore_go::{Bytes, Kind, List, Map, Method, MethodError, Str, TypeInfo, Value, types};
use longshore_yaml::sigs;

use super::glob::Glob;
use crate::File;

/// `engine.files`, a `map[string][]byte`.
static FILES: TypeInfo = TypeInfo {
    name: "engine.files",
    kind: Kind::Map,
    elem: Some(&types::BYTES),
    methods: &[
        Method { name: "AsConfig", params: &[], variadic: false, call: as_config },
        Method { name: "AsSecrets", params: &[], variadic: false, call: as_secrets },
        Method { name: "Get", params: &[&types::STRING], variadic: false, call: get },
        Method { name: "GetBytes", params: &[&types::STRING], variadic: false, call: get_bytes },
        Method { name: "Glob", params: &[&types::STRING], variadic: false, call: glob },
        Method { name: "Lines", params: &[&types::STRING], variadic: false, call: lines },
    ],
};

/// `.Files` of a chart.
pub(super) fn of(files: &[File]) -> Value {
    let map: Map = files.iter().map(|file| (file.name.as_str(), Value::Bytes(file.data.clone()))).collect();
    Value::Map(map.retyped(&FILES))
}

/// The receiver and the only argument.
fn parts<'a>(receiver: &'a Value, args: &'a [Value]) -> (Option<&'a Map>, &'a [u8]) {
    let name = match args.first() {
        Some(Value::Str(name)) => name.as_bytes(),
        _ => b"",
    };
    (receiver.as_map(), name)
}

/// The content of a file; nothing for one that is not there.
fn content(receiver: &Value, args: &[Value]) -> Bytes {
    let (files, name) = parts(receiver, args);
    match files.and_then(|files| files.get(name)) {
        Some(Value::Bytes(data)) => data,
        _ => Bytes::default(),
    }
}

fn get(receiver: &Value, args: &[Value]) -> Result<Value, MethodError> {
    Ok(Value::Str(content(receiver, args).shared().clone()))
}

fn get_bytes(receiver: &Value, args: &[Value]) -> Result<Value, MethodError> {
    Ok(Value::Bytes(content(receiver, args)))
}

/// A pattern that cannot be read matches every file, as in Helm.
fn glob(receiver: &Value, args: &[Value]) -> Result<Value, MethodError> {
    let (files, pattern) = parts(receiver, args);
    let glob = Glob::parse(&String::from_utf8_lossy(pattern));
    let matches = |name: &Str| glob.as_ref().is_none_or(|glob| glob.matches(&name.to_str_lossy()));
    let found: Map =
        files.map(Map::snapshot).unwrap_or_default().into_iter().filter(|(name, _)| matches(name)).collect();
    Ok(Value::Map(found.retyped(&FILES)))
}

fn lines(receiver: &Value, args: &[Value]) -> Result<Value, MethodError> {
    let content = content(receiver, args);
    if content.is_empty() {
        return Ok(Value::List(List::strings(Vec::<Str>::new())));
    }
    let text = content.strip_suffix(b"\n").unwrap_or(&content);
    Ok(Value::List(List::strings(text.split(|byte| *byte == b'\n').map(Str::from))))
}

fn as_config(receiver: &Value, _: &[Value]) -> Result<Value, MethodError> {
    as_yaml(receiver, |data| Value::Str(data.clone()))
}

fn as_secrets(receiver: &Value, _: &[Value]) -> Result<Value, MethodError> {
    as_yaml(receiver, |data| Value::from(STANDARD.encode(data.as_bytes())))
}

/// The files by the last part of their paths, as YAML without the line end; of two with one name the
/// later path counts (in Helm either, at random).
fn as_yaml(receiver: &Value, convert: fn(&Str) -> Value) -> Result<Value, MethodError> {
    let Some(files) = receiver.as_map() else {
        return Ok(Value::from(""));
    };
    let map: Map = files
        .snapshot()
        .into_iter()
        .filter_map(|(path, data)| match data {
            Value::Bytes(data) => {
                let base = path.rsplit(|byte| *byte == b'/').next().unwrap_or(&path).to_vec();
                Some((Str::from(base), convert(data.shared())))
            }
            _ => None,
        })
        .collect();
    // Marshal errors give the empty string, as everywhere in Helm.
    let mut text = sigs::marshal(&Value::Map(map)).unwrap_or_default();
    if text.last() == Some(&b'\n') {
        text.pop();
    }
    Ok(Value::str(text))
}
