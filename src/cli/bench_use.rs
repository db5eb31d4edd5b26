//! Whether memory stays flat over rounds of use: what each left, and what eight hours of them would.

use serde::Serialize;

use crate::app::RoundMemory;

/// A day of reading, in commands: one a second for eight hours.
const DAY: f64 = 8.0 * 3600.0;
/// The share of rounds that count as warming up: caches fill, kernels are compiled.
const WARM_UP: f64 = 0.25;
/// As much more at the end counts as flat.
const FLAT: f64 = 0.05;

/// Memory over the rounds; megabytes of a million bytes.
#[derive(Debug, Serialize, PartialEq)]
pub(super) struct Use {
    rounds: usize,
    commands: u64,
    seconds: f64,
    /// Of the process before each case was closed, and after.
    open_mb: Vec<f64>,
    closed_mb: Vec<f64>,
    /// Of textures likewise.
    texture_mb: Vec<f64>,
    closed_texture_mb: Vec<f64>,
    /// From the first third of the rounds after the warm-up to the last third, by their medians, per cent.
    growth_percent: f64,
    closed_growth_percent: f64,
    /// By the slope of all rounds after the warm-up.
    mb_in_1000_commands: f64,
    mb_in_8_hours: f64,
    flat: bool,
}

impl Use {
    /// `None` without rounds.
    pub(super) fn of(rounds: &[RoundMemory]) -> Option<Self> {
        let last = rounds.last()?;
        let all = |pick: fn(&RoundMemory) -> u64| -> Vec<f64> {
            rounds.iter().map(|round| pick(round) as f64 / 1e6).collect()
        };
        let (open_mb, closed_mb) = (all(|r| r.open_bytes), all(|r| r.closed_bytes));
        let (texture_mb, closed_texture_mb) = (all(|r| r.texture_bytes), all(|r| r.closed_texture_bytes));
        let (growth, closed_growth) = (growth(&open_mb), growth(&closed_mb));
        let slope = slope(rounds);
        let textures_flat = growth_of(&texture_mb).abs() <= FLAT;
        Some(Self {
            rounds: rounds.len(),
            commands: last.commands,
            seconds: last.seconds,
            growth_percent: growth * 100.0,
            closed_growth_percent: closed_growth * 100.0,
            mb_in_1000_commands: slope * 1000.0,
            mb_in_8_hours: slope * DAY,
            flat: growth <= FLAT && closed_growth <= FLAT && textures_flat,
            open_mb,
            closed_mb,
            texture_mb,
            closed_texture_mb,
        })
    }

    /// For a person.
    pub(super) fn text(&self) -> String {
        let ends = |values: &[f64]| {
            let [first, last] = [values.first(), values.last()].map(|v| v.copied().unwrap_or(0.0));
            format!("{first:.0} MB after the first, {last:.0} MB after the last")
        };
        format!(
            "rounds of use             {} ({} commands, {:.0} s)\nmemory, case open         {}, {:+.1} % after the warm-up\n\
             memory, case closed       {}, {:+.1} %\ntextures, case open       {}\n\
             in 8 hours, extrapolated  {:+.0} MB at a command a second\nflat within 5 %           {}\n",
            self.rounds,
            self.commands,
            self.seconds,
            ends(&self.open_mb),
            self.growth_percent,
            ends(&self.closed_mb),
            self.closed_growth_percent,
            ends(&self.texture_mb),
            self.mb_in_8_hours,
            if self.flat { "yes" } else { "no" },
        )
    }
}

/// Those after the warm-up; all of a few.
fn warm<T>(values: &[T]) -> &[T] {
    let skipped = (values.len() as f64 * WARM_UP).floor() as usize;
    values.get(skipped..).unwrap_or_default()
}

/// From the median of the first third after the warm-up to that of the last, as a share of the first.
fn growth(values: &[f64]) -> f64 {
    growth_of(warm(values))
}

fn growth_of(values: &[f64]) -> f64 {
    let third = values.len().div_ceil(3);
    let median = |part: &[f64]| {
        let mut part = part.to_vec();
        part.sort_by(f64::total_cmp);
        part.get(part.len() / 2).copied().unwrap_or(0.0)
    };
    let first = median(values.get(..third).unwrap_or_default());
    let last = median(values.get(values.len() - third..).unwrap_or_default());
    if first > 0.0 { last / first - 1.0 } else { 0.0 }
}

/// Least squares: megabytes of the open case for each command.
fn slope(rounds: &[RoundMemory]) -> f64 {
    let points: Vec<[f64; 2]> =
        warm(rounds).iter().map(|r| [r.commands as f64, r.open_bytes as f64 / 1e6]).collect();
    let n = points.len().max(1) as f64;
    let mean = |axis: usize| points.iter().map(|p| p[axis]).sum::<f64>() / n;
    let [x, y] = [mean(0), mean(1)];
    let over: f64 = points.iter().map(|p| (p[0] - x) * (p[1] - y)).sum();
    let under: f64 = points.iter().map(|p| (p[0] - x).powi(2)).sum();
    if under > 0.0 { over / under } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds(open: impl Fn(usize) -> u64) -> Vec<RoundMemory> {
        let round = |n: usize| RoundMemory {
            seconds: n as f64,
            commands: 100 * (n as u64 + 1),
            open_bytes: open(n),
            closed_bytes: 200_000_000,
            texture_bytes: 150_000_000,
            closed_texture_bytes: 0,
        };
        (0..16).map(round).collect()
    }

    #[test]
    fn what_is_flat_after_the_warm_up_is_flat_and_what_leaks_is_not() {
        let flat = Use::of(&rounds(|n| if n < 4 { 300_000_000 } else { 400_000_000 })).expect("rounds");
        assert!(flat.flat && flat.growth_percent == 0.0 && flat.mb_in_8_hours == 0.0, "{flat:?}");
        // Five megabytes a round of a hundred commands: 1440 MB in 28800 of them.
        let leaks = Use::of(&rounds(|n| 400_000_000 + 5_000_000 * n as u64)).expect("rounds");
        assert!(!leaks.flat && (leaks.mb_in_8_hours - 1440.0).abs() < 1e-6, "{leaks:?}");
        assert!(leaks.text().contains("flat within 5 %           no"), "{}", leaks.text());
        assert_eq!(Use::of(&[]), None);
    }
}
