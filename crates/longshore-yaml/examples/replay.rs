//! Replays the cases on standard input and prints those that differ from what Go made of them.
//!
//! `oracle-yaml fuzz yaml-read-v2 -seed 1 -n 10000 | replay`. The cases name their operations, so that every area is
//! replayed alike.

use std::io;

#[path = "../tests/it/replay.rs"]
mod replay;
#[path = "../../longshore-go/tests/it/stream.rs"]
mod stream;

fn main() -> io::Result<()> {
    stream::replay(2, |case| match replay::cases(case).pop()?.difference()? {
        Ok(output) => Some(format!("= {output}")),
        Err(error) => Some(format!("! {error}")),
    })
}
