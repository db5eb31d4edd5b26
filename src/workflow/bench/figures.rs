//! How every benchmark here times a call: many times, median and best.

use std::time::{Duration, Instant};

use crate::jobs::{Cancelled, JobContext};

/// Times of one repeated call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Figures {
    /// Median, ms.
    pub(super) median_ms: f64,
    /// Shortest, ms.
    pub(super) best_ms: f64,
    /// Calls counted.
    pub(super) count: usize,
}

/// Calls `work` with a running number, once uncounted and then at least `least` times and for at
/// least `at_least`.
pub(super) fn time<E: From<Cancelled>>(
    ctx: &JobContext,
    least: usize,
    at_least: Duration,
    mut work: impl FnMut(usize) -> Result<(), E>,
) -> Result<Figures, E> {
    work(0)?;
    let mut times_ms = Vec::new();
    let begun = Instant::now();
    while times_ms.len() < least || begun.elapsed() < at_least {
        ctx.check()?;
        let start = Instant::now();
        work(times_ms.len() + 1)?;
        times_ms.push(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(figures(times_ms))
}

/// Median and best of some times.
pub(super) fn figures(mut times_ms: Vec<f64>) -> Figures {
    times_ms.sort_by(f64::total_cmp);
    let count = times_ms.len();
    let at = |n: usize| times_ms.get(n).copied().unwrap_or(0.0);
    let median = f64::midpoint(at(count.saturating_sub(1) / 2), at(count / 2));
    Figures { median_ms: round(median), best_ms: round(at(0)), count }
}

/// To a tenth of a microsecond.
pub(super) fn round(ms: f64) -> f64 {
    (ms * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_count_lies_between() {
        let f = figures(vec![4.0, 1.0, 3.0, 2.0]);
        assert_eq!((f.median_ms, f.best_ms, f.count), (2.5, 1.0, 4));
    }
}
