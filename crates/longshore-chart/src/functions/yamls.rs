//! YAML in and out, by `sigs.k8s.io/yaml` as Helm does it.
//!
//! `fromYaml` and `fromYamlArray` do not fail: the error becomes the value under the key `Error`, or the
//! only item. `toYaml` gives nothing for what cannot be expressed.

use longshore_go::Value;
use longshore_template::{FuncDef, FuncError};
use longshore_yaml::{EmitOptions, sigs};

use super::args::{ANY, LIST, MAP, STRING, check_value, text};
use super::jsons::error_map;
use super::{Function, Outcome};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::pure(FuncDef::new("toYaml", &[ANY]).returning(STRING), |args| {
        Ok(to_yaml(args).unwrap_or_else(|_| "".into()))
    }),
    Function::pure(FuncDef::new("mustToYaml", &[ANY]).returning(STRING), to_yaml),
    Function::pure(FuncDef::new("toYamlPretty", &[ANY]).returning(STRING), |args| {
        match pretty(&args[0]) {
            // Go's library panics over what cannot be YAML at all.
            Err(error) if error.to_string().starts_with("cannot marshal type") => Err(error),
            written => Ok(written.unwrap_or_else(|_| "".into())),
        }
    }),
    Function::pure(FuncDef::new("fromYaml", &[STRING]).returning(MAP), |args| Ok(from_yaml(text(args, 0)))),
    Function::pure(FuncDef::new("fromYamlArray", &[STRING]).returning(LIST), |args| {
        Ok(from_yaml_array(text(args, 0)))
    }),
];

/// The YAML without its last newline.
fn to_yaml(args: &mut [Value]) -> Outcome {
    check_value(&args[0])?;
    without_newline(sigs::marshal(&args[0]))
}

fn without_newline(written: Result<Vec<u8>, longshore_yaml::Error>) -> Outcome {
    let mut text = written.map_err(|error| FuncError::new(error.to_string()))?;
    if text.last() == Some(&b'\n') {
        text.pop();
    }
    Ok(Value::str(text))
}

/// As go-yaml v3 writes it, lists indented by two, nothing folded.
fn pretty(value: &Value) -> Outcome {
    check_value(value)?;
    let written = longshore_yaml::marshal(value, &EmitOptions::v3().indent(2));
    without_newline(written)
}

fn from_yaml(text: &[u8]) -> Value {
    sigs::to_map(text).map_or_else(|error| error_map(error.to_string()), Value::Map)
}

fn from_yaml_array(text: &[u8]) -> Value {
    sigs::to_list(text).map_or_else(|error| Value::list(vec![error.to_string().into()]), Value::List)
}
