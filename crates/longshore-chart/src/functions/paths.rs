//! Paths. The functions with `os` in their names are the same on Linux, which is what ours imitate
//! everywhere.

use longshore_go::{Value, path};
use longshore_template::FuncDef;

use super::Function;
use super::args::{BOOL, STRING, text};

macro_rules! of_path {
    ($name:literal, $result:expr, |$path:ident| $body:expr) => {
        Function::pure(FuncDef::new($name, &[STRING]).returning($result), |args| {
            let $path = text(args, 0);
            Ok($body)
        })
    };
}

pub(super) static FUNCTIONS: &[Function] = &[
    of_path!("base", STRING, |given| Value::str(path::base(given))),
    of_path!("dir", STRING, |given| Value::str(path::dir(given))),
    of_path!("clean", STRING, |given| Value::str(path::clean(given))),
    of_path!("ext", STRING, |given| Value::str(path::ext(given))),
    of_path!("isAbs", BOOL, |given| path::is_abs(given).into()),
    of_path!("osBase", STRING, |given| Value::str(path::base(given))),
    of_path!("osDir", STRING, |given| Value::str(path::dir(given))),
    of_path!("osClean", STRING, |given| Value::str(path::clean(given))),
    of_path!("osExt", STRING, |given| Value::str(path::ext(given))),
    of_path!("osIsAbs", BOOL, |given| path::is_abs(given).into()),
];
