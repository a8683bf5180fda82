//! Work over many texts, on several threads where there is enough of it.

use std::num::NonZero;
use std::sync::OnceLock;
use std::thread;

/// The text that is worth a thread, in bytes: about a millisecond of parsing.
pub(crate) const WORTH_A_THREAD: usize = 48 << 10;

/// More threads than this are not started; the rest of a render has one.
const MOST_THREADS: usize = 4;

/// How many threads are worth starting for this much text, in bytes, beside the one that asks.
pub(crate) fn threads_for(bytes: usize) -> usize {
    static OTHERS: OnceLock<usize> = OnceLock::new();
    match bytes / WORTH_A_THREAD {
        none_or_one @ 0..2 => none_or_one,
        // To ask how many there may be takes longer than starting one.
        2..12 => 1,
        many => {
            let others = || thread::available_parallelism().map_or(1, NonZero::get) - 1;
            many.min(*OTHERS.get_or_init(others)).min(MOST_THREADS - 1)
        }
    }
}

/// Lets `work` do runs of the items, of about the same size each, at the same time; gives what they gave, in order.
///
/// Items of less than about 100 KB together are one run, on this thread.
///
/// ```
/// let texts = ["a".repeat(90_000), "b".repeat(90_000), "c".to_owned()];
/// let first = |run: &[String]| run.iter().map(|text| text.as_bytes()[0]).collect();
/// assert_eq!(longshore_template::in_shares(&texts, String::len, first), b"abc");
/// ```
pub fn in_shares<T: Sync, R: Send>(
    items: &[T],
    bytes: impl Fn(&T) -> usize,
    work: impl Fn(&[T]) -> Vec<R> + Sync,
) -> Vec<R> {
    let total = items.iter().map(&bytes).sum::<usize>();
    let threads = 1 + threads_for(total.saturating_sub(WORTH_A_THREAD));
    if threads < 2 {
        return work(items);
    }
    let mut shares = shares(items, bytes, total.div_ceil(threads)).into_iter();
    let mine = shares.next().unwrap_or_default();
    let work = &work;
    thread::scope(|scope| {
        let others: Vec<_> = shares.map(|share| scope.spawn(move || work(share))).collect();
        let mut all = work(mine);
        for other in others {
            match other.join() {
                Ok(done) => all.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    })
}

/// Cuts the items into runs of at least `least` bytes each, but for the last.
fn shares<T>(mut items: &[T], bytes: impl Fn(&T) -> usize, least: usize) -> Vec<&[T]> {
    let mut all = Vec::new();
    while !items.is_empty() {
        let mut sum = 0;
        let mut count = 0;
        while count < items.len() && sum < least {
            sum += bytes(&items[count]);
            count += 1;
        }
        let (share, rest) = items.split_at(count.max(1));
        all.push(share);
        items = rest;
    }
    all
}
