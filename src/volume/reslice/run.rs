//! What to resample, and the loop over rows and slab planes.

use rayon::prelude::*;

use super::aligned::{Aligned, Lines};
use super::free;
use crate::geometry::{Point, Vector, Voxel};
use crate::volume::{Projection, Values, Volume, Window};

/// Rows that one core works on at a time: enough to share work between neighbouring rows, few
/// enough to keep all cores busy.
const ROWS: usize = 16;

/// A plane of samples, or a slab of planes, in a volume's own indices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reslice {
    /// Centre of the first sample of the first row, in the first plane of the slab.
    pub origin: Point<Voxel>,
    /// From a sample to the next in its row.
    pub right: Vector<Voxel>,
    /// From a row to the next.
    pub down: Vector<Voxel>,
    /// Samples in a row, rows.
    pub size: [usize; 2],
    /// From a plane of the slab to the next.
    pub slab_step: Vector<Voxel>,
    /// Planes of the slab; 0 counts as 1.
    pub steps: u32,
    /// What becomes of the planes.
    pub projection: Projection,
    /// Value outside the volume.
    pub outside: f32,
}

impl Reslice {
    /// One plane, air outside.
    pub fn plane(origin: Point<Voxel>, right: Vector<Voxel>, down: Vector<Voxel>, size: [usize; 2]) -> Self {
        Self {
            origin,
            right,
            down,
            size,
            slab_step: Vector::new(0.0, 0.0, 0.0),
            steps: 1,
            projection: Projection::Max,
            outside: -1024.0,
        }
    }
}

/// The values, row by row (index `row * size[0] + column`), trilinear, projected through the slab.
///
/// Outside counts like a value: a mean through the edge of the volume mixes it in.
pub fn reslice(volume: &Volume, what: &Reslice) -> Vec<f32> {
    resample(volume, what, 0.0, |values, out| out.copy_from_slice(values))
}

/// The planes of a slab each by itself, as [`reslice`] would give them: a block of samples.
///
/// Of an array that lies nowhere in a patient, such as a network's map. Whoever asks shares the
/// planes out among the cores.
pub struct Block<'a> {
    slices: Vec<&'a [f32]>,
    size: [usize; 3],
    what: Reslice,
    aligned: Option<Aligned>,
}

impl<'a> Block<'a> {
    /// - `values`: columns fastest, then rows, then slices, `size` of them along each
    /// - `what`: its projection and the number of its planes do not matter
    pub fn new(values: &'a [f32], size: [usize; 3], what: Reslice) -> Self {
        let slices = values.chunks_exact((size[0] * size[1]).max(1)).collect();
        Self { slices, size, aligned: Aligned::new(size, &what), what }
    }

    /// Fills one plane of the slab, row by row; `out` has as many values as the plane has samples.
    pub fn plane(&self, step: u32, out: &mut [f32]) {
        let mut lines = self.aligned.as_ref().map(Aligned::lines);
        for (at, row) in out.chunks_exact_mut(self.what.size[0].max(1)).enumerate() {
            let aligned = self.aligned.as_ref().zip(lines.as_mut());
            one_row(aligned, &self.slices, self.size, &self.what, step, at, row);
        }
    }
}

/// The same in 8-bit grey, 0 black to 255 white.
pub fn reslice_grey(volume: &Volume, what: &Reslice, window: Window) -> Vec<u8> {
    let scale = (255.0 / window.width()) as f32;
    // Half a level for rounding; the cast cuts off and stays between 0 and 255.
    let offset = (127.5 - window.centre() * 255.0 / window.width() + 0.5) as f32;
    resample(volume, what, 0u8, move |values, out| {
        for (grey, value) in out.iter_mut().zip(values) {
            *grey = (value * scale + offset).clamp(0.0, 255.0) as u8;
        }
    })
}

fn resample<U: Copy + Send + Sync>(
    volume: &Volume,
    what: &Reslice,
    blank: U,
    finish: impl Fn(&[f32], &mut [U]) + Sync,
) -> Vec<U> {
    let size = volume.grid().size();
    match volume.values() {
        Values::Int16(slices) => rows(&slices.all(), size, what, blank, finish),
        Values::Float32(slices) => rows(&slices.all(), size, what, blank, finish),
    }
}

fn rows<T, U: Copy + Send + Sync>(
    slices: &[&[T]],
    size: [usize; 3],
    what: &Reslice,
    blank: U,
    finish: impl Fn(&[f32], &mut [U]) + Sync,
) -> Vec<U>
where
    T: Copy + Sync,
    f32: From<T>,
{
    let [width, height] = what.size;
    let mut out = vec![blank; width * height];
    if width == 0 || height == 0 {
        return out;
    }
    let aligned = Aligned::new(size, what);
    let steps = what.steps.max(1);
    out.par_chunks_mut(width * ROWS).enumerate().for_each(|(chunk, out)| {
        let mut joined = vec![0.0f32; out.len()];
        let mut plane = vec![0.0f32; out.len()];
        let mut lines = aligned.as_ref().map(Aligned::lines);
        for step in 0..steps {
            // The first plane goes where the others are joined to.
            let target = if step == 0 { &mut joined } else { &mut plane };
            for (n, row) in target.chunks_exact_mut(width).enumerate() {
                let at = chunk * ROWS + n;
                one_row(aligned.as_ref().zip(lines.as_mut()), slices, size, what, step, at, row);
            }
            if step > 0 {
                join(what.projection, &mut joined, &plane);
            }
        }
        if what.projection == Projection::Mean && steps > 1 {
            let share = 1.0 / steps as f32;
            joined.iter_mut().for_each(|v| *v *= share);
        }
        finish(&joined, out);
    });
    out
}

/// One row of one plane, by whichever way there is.
fn one_row<T>(
    aligned: Option<(&Aligned, &mut Lines)>,
    slices: &[&[T]],
    size: [usize; 3],
    what: &Reslice,
    step: u32,
    at: usize,
    row: &mut [f32],
) where
    T: Copy,
    f32: From<T>,
{
    match aligned {
        Some((aligned, lines)) => aligned.row(slices, lines, step, at, row),
        None => free::row(slices, size, what, step, at, row),
    }
}

fn join(projection: Projection, joined: &mut [f32], plane: &[f32]) {
    let pairs = joined.iter_mut().zip(plane);
    match projection {
        Projection::Max => pairs.for_each(|(a, b)| *a = if *b > *a { *b } else { *a }),
        Projection::Min => pairs.for_each(|(a, b)| *a = if *b < *a { *b } else { *a }),
        Projection::Mean => pairs.for_each(|(a, b)| *a += b),
    }
}
