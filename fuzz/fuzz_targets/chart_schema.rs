//! A schema, and values that it is held against: the first line is the values.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::chart::schema);
