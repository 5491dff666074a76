//! Work that several threads do side by side.

use std::thread;

/// How many threads work side by side.
pub(crate) fn workers() -> usize {
    thread::available_parallelism().map_or(1, |count| count.get().min(16))
}

/// Hands items to several threads, a stretch to each.
pub(crate) fn in_stretches<T: Send>(items: &mut [T], work: impl Fn(&mut [T]) + Sync) {
    let length = items.len().div_ceil(workers()).max(1);
    thread::scope(|scope| {
        for stretch in items.chunks_mut(length) {
            scope.spawn(|| work(stretch));
        }
    });
}

/// What each of so many threads did.
pub(crate) fn side_by_side<T: Send>(threads: usize, work: impl Fn() -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        let done = threads.into_iter().map(|thread| match thread.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        done.collect()
    })
}
