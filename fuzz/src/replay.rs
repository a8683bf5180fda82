//! Replays the committed inputs of targets as a plain test.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// What a target does with an input: it panics where a promise is broken.
pub type Check = fn(&[u8]);

/// Most that an input may take in a debug build on a busy machine; a fuzzer allows a second.
const LONGEST: Duration = Duration::from_mins(1);

/// Runs every file of each target's folder; a target without any is a mistake.
pub fn corpora(targets: &[(&str, Check)]) {
    for (name, check) in targets {
        let folder = format!("{}/../../fuzz/corpus/{name}", env!("CARGO_MANIFEST_DIR"));
        let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder}: {error}"));
        let mut count = 0;
        for entry in entries {
            let path = entry.expect("a readable folder").path();
            let input = std::fs::read(&path).expect("a readable file");
            let start = Instant::now();
            let passed = catch_unwind(AssertUnwindSafe(|| check(&input)));
            assert!(passed.is_ok(), "{} breaks a promise", path.display());
            assert!(start.elapsed() < LONGEST, "{} took {:?}", path.display(), start.elapsed());
            count += 1;
        }
        assert!(count > 0, "{folder} is empty");
    }
}
