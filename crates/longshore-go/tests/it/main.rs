//! What Go printed, replayed: every line of the files in `compat/go`.

mod cases;
mod fmt;
mod strconv;
