//! Charts: load, values, dependencies, template functions, render.
