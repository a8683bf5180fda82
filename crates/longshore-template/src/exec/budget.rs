//! What an execution may use up.

/// Limits of one execution, so that no template can run for ever or fill the memory.
///
/// What a function executes in turn counts towards the same limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Operations: a field, a call, a piece of text and a round of a loop are one or a few each.
    pub steps: u64,
    /// Bytes of output, captured output of called templates included while they run.
    pub output: usize,
    /// Bytes of the strings over 64 KiB that functions make, all together: what is printed to itself again and again
    /// doubles each time.
    pub text: usize,
    /// Templates within templates. Go's own limit, and so its text, has 100000.
    pub depth: usize,
    /// How deep functions may nest that execute templates natively ([`crate::Executor::execute`]);
    /// each level costs a few kilobytes of stack.
    pub reentry: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { steps: 50_000_000, output: 64 << 20, text: 32 << 20, depth: 100_000, reentry: 100 }
    }
}
