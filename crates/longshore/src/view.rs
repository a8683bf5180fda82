//! Results as text for people: plans, outcomes, states, histories.

pub(crate) mod check;
mod comparison;
mod drift;
mod history;
mod live;
mod logs;
pub(crate) mod markdown;
mod outcome;
mod plan;
mod status;
mod table;
pub(crate) mod trace;
pub(crate) mod update;

pub(crate) use comparison::comparison;
pub(crate) use drift::drift;
pub(crate) use history::history;
pub(crate) use live::{Changed, Changes, lines as live_lines, rows as live_rows};
pub(crate) use logs::LogView;
pub(crate) use outcome::{deployed, removal, removed};
pub(crate) use plan::{plan, summary};
pub(crate) use status::status;
