//! One pass over the facts of every lead, some leads at a time and on several threads.

use std::{
    num::NonZero,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use domain::{fact::Entry, ids::LeadId};

use crate::{Engine, Error, lead::together::Together};

/// So many leads are read at a time, so that no question to the database lasts long.
const AT_ONCE: usize = 256;
/// More threads than this only wait for the database.
const THREADS_MAX: usize = 4;

/// Looks at all leads with what is known of each; what each thread found, in no order.
///
/// # Errors
/// When the database cannot be read.
pub(crate) fn over_leads<F: Send>(
    engine: &Engine,
    leads: &[LeadId],
    nothing: impl Fn() -> F + Sync,
    look_at: impl Fn(&mut F, &LeadId, Vec<Arc<Entry>>) + Sync,
) -> Result<Vec<F>, Error> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut found = nothing();
        loop {
            let from = next.fetch_add(AT_ONCE, Ordering::Relaxed);
            let Some(some) = leads.get(from..leads.len().min(from + AT_ONCE)) else { break };
            if some.is_empty() {
                break;
            }
            engine.read(|reader| {
                let together = Together::of(reader, some)?;
                some.iter().try_for_each(|lead| {
                    look_at(&mut found, lead, together.about(lead)?);
                    Ok::<_, Error>(())
                })
            })?;
        }
        Ok(found)
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX);
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, Result<F, Error>>| {
            thread.join().expect("the leads are looked at without a panic")
        };
        running.into_iter().map(join).collect()
    })
}
