//! What one input may cost: a second of processor time and 100 MiB, whatever else the machine does.
//!
//! libFuzzer's own limits look at the clock on the wall and at the memory of the whole process. Here an
//! allocator counts, and the thread's own clock tells the time, so that what is found can be found again.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use rustix::time::{ClockId, clock_gettime};

/// Most bytes that may be in use at once on behalf of one input.
const MEMORY: usize = 100 << 20;
/// Most seconds of processor time for one input. Coverage makes code several times slower than it is.
const SECONDS: f64 = 1.0;
/// The input's length to which these are promised.
const LENGTH: usize = 64 << 10;
/// What nothing gets, so that a runaway does not take the machine with it.
const END: usize = 2 << 30;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: all is passed on to the system's allocator; only sizes are counted.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(live, Relaxed);
        if live > END {
            return std::ptr::null_mut();
        }
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }

    // What is large is moved by its pages, and never there twice.
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let before = LIVE.fetch_sub(layout.size(), Relaxed) - layout.size();
        LIVE.fetch_add(size, Relaxed);
        PEAK.fetch_max(before + size, Relaxed);
        if before + size > END {
            return std::ptr::null_mut();
        }
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Gives signal handlers a stack of their own, so that an overflow of the stack leaves a reproducer too.
pub fn prepare() {
    let size = 64 << 10;
    let memory: &'static mut [u8] = Box::leak(vec![0; size].into_boxed_slice());
    let stack = libc::stack_t { ss_sp: memory.as_mut_ptr().cast(), ss_flags: 0, ss_size: size };
    // SAFETY: the memory is never freed, and its size is told.
    unsafe { libc::sigaltstack(&raw const stack, std::ptr::null_mut()) };
}

/// Runs `check`, and panics if it cost too much.
pub fn within(check: fn(&[u8]), input: &[u8]) {
    if input.len() > LENGTH {
        return;
    }
    let before = LIVE.load(Relaxed);
    PEAK.store(before, Relaxed);
    let start = processor_time();
    check(input);
    let took = processor_time() - start;
    let used = PEAK.load(Relaxed).saturating_sub(before);
    assert!(used <= MEMORY, "{} MiB used for {} bytes", used >> 20, input.len());
    assert!(took <= SECONDS, "{took:.1} s taken for {} bytes", input.len());
}

fn processor_time() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
