//! What odd charts are made of, by area.

mod archive;
mod chart;
mod expression;
mod functions;
mod metadata;
mod schema;
mod set;
mod text;
mod values;

use crate::odd::case::Case;
use crate::random::Random;

/// An area's name, and what makes its cases.
type Area = (&'static str, fn(&mut Random) -> Case);

const AREAS: &[Area] = &[
    ("set", set::case),
    ("values", values::case),
    ("functions", functions::case),
    ("archive", archive::case),
    ("metadata", metadata::case),
    ("schema", schema::case),
    ("chart", chart::case),
];

/// What makes cases of the area.
pub(crate) fn named(name: &str) -> Option<fn(&mut Random) -> Case> {
    AREAS.iter().find(|(known, _)| *known == name).map(|(_, make)| *make)
}

/// All of them.
pub(crate) fn names() -> Vec<&'static str> {
    AREAS.iter().map(|(name, _)| *name).collect()
}
