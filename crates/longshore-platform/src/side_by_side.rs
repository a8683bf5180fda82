//! The same done with many things, on as many threads as the machine has.
//!
//! Releases are rendered apart from one another, and a platform of thirty of them should not take thirty times as long
//! as one.

use std::num::NonZero;
use std::sync::Mutex;
use std::thread;

/// Room for templates and values that are nested as deep as they may be: what a program's first thread has.
const STACK: usize = 8 << 20;

/// What `act` makes of each item, in the order of the items.
///
/// A thread that cannot be had is done without.
pub(crate) fn each<T: Sync, R: Send>(items: &[T], act: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(items.len());
    if threads < 2 {
        return items.iter().map(act).collect();
    }
    let next = Mutex::new(items.iter().enumerate());
    let work = || {
        let mut done = Vec::new();
        // The lock is let go before the work begins.
        while let Some((at, item)) = next.lock().ok().and_then(|mut next| next.next()) {
            done.push((at, act(item)));
        }
        done
    };
    let mut done = thread::scope(|scope| {
        let spawn = |_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok();
        let others: Vec<_> = (1..threads).filter_map(spawn).collect();
        let mut done = work();
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, made)| made).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_done_once_and_told_in_order() {
        for count in [0, 1, 2, 3, 1000] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(each(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    #[should_panic(expected = "the seventh")]
    fn a_panic_is_passed_on() {
        each(&[0; 20].iter().enumerate().collect::<Vec<_>>(), |(at, _)| assert_ne!(*at, 7, "the seventh"));
    }
}
