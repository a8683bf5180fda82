//! A diagnostic about a text that lies at hand; three bytes say where.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::diag::render);
