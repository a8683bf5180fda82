//! Variables: `$(NAME)` in fields of resources, replaced by a value of another resource.

use crate::accumulator::Accumulator;
use crate::build::Context;
use crate::error::Error;

/// Replaces the variables that have been gathered in the fields that the configuration names.
///
/// # Errors
/// There are variables.
pub fn resolve(gathered: &mut Accumulator, _: &mut Context) -> Result<(), Error> {
    match gathered.vars.keys().next() {
        None => Ok(()),
        Some(name) => Err(Error::new(format!("variables are not supported yet: {name}"))),
    }
}
