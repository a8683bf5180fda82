//! Helm's own functions that touch the render around them: `include`, `tpl`, `required`, `fail`,
//! `lookup`, `getHostByName`.

use longshore_go::{Str, Value, strconv, strings};
use longshore_template::{FuncDef, FuncError, Return, SourceError};

use super::args::{ANY, MAP, STRING, string, take, text};
use super::{Function, GaveUp, Scope};

/// Helm puts the texts of `required` and `fail` between these two words, and takes out what stands
/// between them when it shows the error.
pub const WARN_START: &str = "HELM_ERR_START";
/// The end of what [`WARN_START`] begins.
pub const WARN_END: &str = "HELM_ERR_END";

/// How often a named template may be included from within itself.
const MAX_INCLUDES: usize = 1000;

/// The name under which `tpl` parses its text: that of the set of templates.
const TPL_NAME: &str = "gotpl";

pub(super) static FUNCTIONS: &[Function] = &[
    Function::scoped(FuncDef::new("include", &[STRING, ANY]).returning(STRING), include),
    Function::scoped(FuncDef::new("tpl", &[STRING, ANY]).returning(STRING), tpl),
    Function::scoped(FuncDef::new("required", &[STRING, ANY]), required),
    Function::scoped(FuncDef::new("fail", &[STRING]).returning(STRING), fail),
    Function::scoped(FuncDef::new("lookup", &[STRING, STRING, STRING, STRING]).returning(MAP), lookup),
    Function::scoped(FuncDef::new("getHostByName", &[STRING]).returning(STRING), |scope, args| {
        Ok(Value::from(scope.services.host_by_name(&string(args, 0).to_str_lossy())).into())
    }),
];

fn include(scope: &mut Scope<'_>, args: &mut [Value]) -> Result<Return, FuncError> {
    let name = string(args, 0);
    if scope.exec.active(&name) > MAX_INCLUDES {
        return Err(FuncError::new(format!(
            "rendering template has a nested reference name: {name}: unable to execute template"
        )));
    }
    Ok(Return::Template { name, data: take(args, 1) })
}

/// Renders a text as a template. Its output loses every `<no value>`, as that of a file does.
fn tpl(scope: &mut Scope<'_>, args: &mut [Value]) -> Result<Return, FuncError> {
    let source = string(args, 0);
    let printed = if strings::contains(&source, b"{{") {
        let data = take(args, 1);
        scope
            .exec
            .execute_source(&Str::from(TPL_NAME), &source, data)
            .map_err(|error| wrap(&source, error))?
            .into()
    } else {
        // Without an action a template prints itself.
        source
    };
    if !strings::contains(&printed, b"<no value>") {
        return Ok(Value::Str(printed).into());
    }
    Ok(Value::str(strings::replace_all(&printed, b"<no value>", b"")).into())
}

fn wrap(source: &[u8], error: SourceError) -> FuncError {
    let quoted = strconv::quote(source);
    let quoted = String::from_utf8_lossy(&quoted);
    match error {
        SourceError::Parse(inner) => {
            FuncError::Parse { before: format!("cannot parse template {quoted}: "), source: Box::new(inner) }
        }
        SourceError::Exec(inner) => FuncError::Exec {
            before: format!("error during tpl function execution for {quoted}: "),
            source: Box::new(inner),
        },
    }
}

/// The value, unless it is nil or an empty string.
fn required(scope: &mut Scope<'_>, args: &mut [Value]) -> Result<Return, FuncError> {
    let is_empty = match &args[1] {
        Value::Nil | Value::Missing => false,
        Value::Str(text) if text.is_empty() => true,
        _ => return Ok(take(args, 1).into()),
    };
    let message = String::from_utf8_lossy(text(args, 0));
    give_up(scope, if is_empty { GaveUp::Empty(&message) } else { GaveUp::Missing(&message) })
}

fn fail(scope: &mut Scope<'_>, args: &mut [Value]) -> Result<Return, FuncError> {
    give_up(scope, GaveUp::Failed(&String::from_utf8_lossy(text(args, 0))))
}

fn give_up(scope: &Scope<'_>, reason: GaveUp<'_>) -> Result<Return, FuncError> {
    let (GaveUp::Missing(message) | GaveUp::Empty(message) | GaveUp::Failed(message)) = reason;
    if !scope.services.stops(reason) {
        return Ok(Value::from("").into());
    }
    Err(FuncError::new(format!("{WARN_START}{message}{WARN_END}")))
}

fn lookup(scope: &mut Scope<'_>, args: &mut [Value]) -> Result<Return, FuncError> {
    let at = |index| string(args, index).to_str_lossy().into_owned();
    let found = scope.services.lookup(&at(0), &at(1), &at(2), &at(3));
    found.map(Return::Value).map_err(FuncError::new)
}
