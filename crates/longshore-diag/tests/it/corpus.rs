//! What fuzzing found, replayed: every input that is committed under `fuzz/corpus` for this crate.

#[expect(unreachable_pub, reason = "the fuzzers use it from outside")]
#[path = "../../../../fuzz/src/diag.rs"]
mod diag;
#[expect(unreachable_pub, reason = "the same in all crates")]
#[path = "../../../../fuzz/src/replay.rs"]
mod replay;

#[test]
fn committed_inputs_keep_every_promise() {
    replay::corpora(diag::TARGETS);
}
