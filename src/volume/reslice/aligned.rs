//! Planes along the volume's own axes: separable, so most of the work is on whole lines of voxels.
//!
//! Along the viewing axis and along the rows' axis two lines at a time are mixed in one sweep that
//! the compiler vectorises; only the last step, along the row, picks single values.

use super::run::Reslice;
use super::{cell, lerp};

/// A plane whose rows and columns follow two of the volume's axes.
pub(super) struct Aligned {
    size: [usize; 3],
    /// Axis along a row, from row to row, and across the plane.
    axes: [usize; 3],
    /// Base voxel and share for each column that lies inside.
    columns: Vec<(u32, f32)>,
    /// First column that lies inside.
    first: usize,
    /// Voxels along the row that are needed: first, and one past the last.
    needed: [usize; 2],
    row_start: f64,
    row_step: f64,
    plane_start: f64,
    plane_step: f64,
    outside: f32,
}

/// Two neighbouring lines of voxels, mixed across the plane, with what they are lines of.
pub(super) struct Lines {
    held: [Option<(u32, usize)>; 2],
    lines: [Vec<f32>; 2],
    mixed: Vec<f32>,
}

impl Aligned {
    /// `None` where the plane is turned against the axes.
    pub(super) fn new(size: [usize; 3], what: &Reslice) -> Option<Self> {
        let (right, down) = (what.right.to_array(), what.down.to_array());
        let only = |v: [f64; 3]| {
            let mut axes = (0..3).filter(|&a| v[a] != 0.0);
            axes.next().filter(|_| axes.next().is_none())
        };
        let (along, rows) = (only(right)?, only(down)?);
        let across = (0..3).find(|a| *a != along && *a != rows)?;
        let step = what.slab_step.to_array();
        if along == rows || step[along] != 0.0 || step[rows] != 0.0 {
            return None;
        }
        let origin = what.origin.to_array();
        let cells: Vec<_> =
            (0..what.size[0]).map(|x| cell(origin[along] + right[along] * x as f64, size[along])).collect();
        let first = cells.iter().position(Option::is_some).unwrap_or(0);
        // Inside is one stretch: positions run one way.
        let inside: Vec<(usize, f32)> = cells.into_iter().flatten().collect();
        let low = inside.iter().map(|c| c.0).min().unwrap_or(0);
        let high = inside.iter().map(|c| c.0).max().map_or(0, |b| (b + 2).min(size[along]));
        let columns = inside.into_iter().map(|(base, share)| ((base - low) as u32, share)).collect();
        Some(Self {
            size,
            axes: [along, rows, across],
            columns,
            first,
            needed: [low, high],
            row_start: origin[rows],
            row_step: down[rows],
            plane_start: origin[across],
            plane_step: step[across],
            outside: what.outside,
        })
    }

    /// Room to work in.
    pub(super) fn lines(&self) -> Lines {
        // One value more than there are voxels: the upper neighbour of the last one is itself.
        let line = vec![0.0; self.needed[1] - self.needed[0] + 1];
        Lines { held: [None; 2], lines: [line.clone(), line.clone()], mixed: line }
    }

    /// Fills one row of one plane.
    pub(super) fn row<T>(&self, slices: &[&[T]], lines: &mut Lines, step: u32, row: usize, out: &mut [f32])
    where
        T: Copy,
        f32: From<T>,
    {
        let [_, rows, across] = self.axes;
        let place = cell(self.plane_start + self.plane_step * f64::from(step), self.size[across])
            .zip(cell(self.row_start + self.row_step * row as f64, self.size[rows]));
        let Some((plane, (base, share))) = place else {
            out.fill(self.outside);
            return;
        };
        // Going down, the lower line of one row is the upper line of the next.
        if lines.held[0] != Some((step, base)) && lines.held[1] == Some((step, base)) {
            lines.held.swap(0, 1);
            lines.lines.swap(0, 1);
        }
        self.hold(slices, lines, 0, (step, base), plane);
        if share > 0.0 {
            self.hold(slices, lines, 1, (step, base + 1), plane);
            let [low, high] = &lines.lines;
            for ((mixed, a), b) in lines.mixed.iter_mut().zip(low).zip(high) {
                *mixed = lerp(*a, *b, share);
            }
        }
        let source = if share > 0.0 { &lines.mixed } else { &lines.lines[0] };
        let (before, rest) = out.split_at_mut(self.first);
        let (inside, after) = rest.split_at_mut(self.columns.len());
        before.fill(self.outside);
        after.fill(self.outside);
        for (value, (base, share)) in inside.iter_mut().zip(&self.columns) {
            let base = *base as usize;
            if let Some([a, b]) = source.get(base..base.wrapping_add(2)) {
                *value = lerp(*a, *b, *share);
            }
        }
    }

    fn hold<T>(&self, slices: &[&[T]], lines: &mut Lines, at: usize, which: (u32, usize), plane: (usize, f32))
    where
        T: Copy,
        f32: From<T>,
    {
        if lines.held[at] == Some(which) {
            return;
        }
        lines.held[at] = Some(which);
        let line = &mut lines.lines[at];
        let count = self.needed[1] - self.needed[0];
        self.line(slices, which.1, plane, &mut line[..count]);
        if count > 0 {
            line[count] = line[count - 1];
        }
    }

    /// Mixes, across the plane, the line of voxels with index `b` from row to row.
    fn line<T>(&self, slices: &[&[T]], b: usize, (c, share): (usize, f32), out: &mut [f32])
    where
        T: Copy,
        f32: From<T>,
    {
        let [along, rows, across] = self.axes;
        let nx = self.size[0];
        let stride = [1, nx, 0];
        // Without a share the upper neighbour is not looked at, and may not exist.
        let upper = if share > 0.0 { c + 1 } else { c };
        let start = |c: usize| self.needed[0] * stride[along] + b * stride[rows] + c * stride[across];
        if along == 2 {
            for (k, out) in (self.needed[0]..).zip(out) {
                let pair = slices.get(k).and_then(|s| Some((*s.get(start(c))?, *s.get(start(upper))?)));
                *out = pair.map_or(self.outside, |(a, b)| lerp(f32::from(a), f32::from(b), share));
            }
            return;
        }
        let slice = |c: usize| slices.get(if across == 2 { c } else { b }).copied().unwrap_or(&[]);
        let (low, high) = (slice(c), slice(upper));
        // A slice that has not arrived is empty.
        let (Some(low), Some(high)) = (
            low.get(start(c)..).filter(|line| !line.is_empty()),
            high.get(start(upper)..).filter(|line| !line.is_empty()),
        ) else {
            out.fill(self.outside);
            return;
        };
        if along == 0 {
            for ((out, a), b) in out.iter_mut().zip(low).zip(high) {
                *out = lerp(f32::from(*a), f32::from(*b), share);
            }
        } else {
            for ((out, a), b) in out.iter_mut().zip(low.iter().step_by(nx)).zip(high.iter().step_by(nx)) {
                *out = lerp(f32::from(*a), f32::from(*b), share);
            }
        }
    }
}
