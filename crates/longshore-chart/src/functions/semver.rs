//! Versions: `semver` and `semverCompare`.

use longshore_go::semver::{Constraint, Version};
use longshore_template::{FuncDef, FuncError};

use super::Function;
use super::args::{ANY, BOOL, STRING, text};

pub(super) static FUNCTIONS: &[Function] = &[
    Function::pure(FuncDef::new("semver", &[STRING]).returning(ANY), |args| {
        Ok(parse(text(args, 0))?.into_value())
    }),
    Function::pure(FuncDef::new("semverCompare", &[STRING, STRING]).returning(BOOL), |args| {
        let constraint =
            Constraint::parse(text(args, 0)).map_err(|error| FuncError::new(error.to_string()))?;
        Ok(constraint.check(&parse(text(args, 1))?).into())
    }),
];

fn parse(text: &[u8]) -> Result<Version, FuncError> {
    Version::parse(text).map_err(|error| FuncError::new(error.to_string()))
}
