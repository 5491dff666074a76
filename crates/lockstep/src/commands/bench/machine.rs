//! What this machine can do, and what a process took of it. Source: proc(5).

use std::{
    fs,
    hint::black_box,
    thread,
    time::{Duration, Instant},
};

/// How many bytes a second two threads read from memory, in the best of five passes.
pub(super) fn bytes_a_second() -> f64 {
    let words = vec![1_u64; 64 << 20];
    let halves = words.split_at(words.len() / 2);
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let began = Instant::now();
        thread::scope(|scope| {
            for half in [halves.0, halves.1] {
                scope.spawn(move || {
                    black_box(half.iter().fold(0_u64, |sum, n| sum.wrapping_add(*n)))
                });
            }
        });
        best = best.min(began.elapsed());
    }
    (words.len() * 8) as f64 / best.as_secs_f64()
}

/// Whose processor time.
#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    /// This process's.
    Itself,
    /// Its children's, of those that have ended.
    Children,
}

/// The processor time that was spent, in the system's ticks of ten milliseconds.
pub(super) fn spent(of: Of) -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let skipped = match of {
        Of::Itself => 11,
        Of::Children => 13,
    };
    let ticks = fields.skip(skipped).take(2).filter_map(|field| field.parse::<u64>().ok());
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

/// The most memory that a process ever had, in KiB; `self`, or its number.
pub(super) fn peak_kib(process: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

pub(super) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
