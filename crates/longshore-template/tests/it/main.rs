//! Tests of the template engine against what Go printed and said.

mod budgets;
mod corpus;
mod recorded;
mod support;
mod table;
mod trace;
