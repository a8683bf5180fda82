//! Tests of the template engine against what Go printed and said.

mod budgets;
mod recorded;
mod support;
mod table;
mod trace;
