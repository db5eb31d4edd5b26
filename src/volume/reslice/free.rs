//! Planes turned anyhow: eight voxels a sample.
//!
//! Most of a row lies between voxel centres. There positions run in fixed point (32 bits of
//! fraction: over 4096 samples they drift by a millionth of a voxel), so that neither a test for
//! the edge nor a conversion from floating point is needed for each sample.

use super::run::Reslice;
use super::{cell, lerp};

/// One voxel in fixed point.
const ONE: f64 = 4_294_967_296.0;

/// Fills one row of one plane.
pub(super) fn row<T>(
    slices: &[&[T]],
    size: [usize; 3],
    what: &Reslice,
    step: u32,
    row: usize,
    out: &mut [f32],
) where
    T: Copy,
    f32: From<T>,
{
    let (right, down, slab) = (what.right.to_array(), what.down.to_array(), what.slab_step.to_array());
    let origin = what.origin.to_array();
    let start: [f64; 3] =
        std::array::from_fn(|a| origin[a] + down[a] * row as f64 + slab[a] * f64::from(step));
    let all = [0, out.len()];
    let inside = stretch(start, right, size.map(|n| [-0.5, n as f64 - 0.5]), all);
    let between = stretch(start, right, size.map(|n| [0.0, n as f64 - 1.0]), inside);
    let (between, fixed) = fixed_point(start, right, size, between);
    let at = |x: usize| std::array::from_fn(|a| start[a] + right[a] * x as f64);
    out[..inside[0]].fill(what.outside);
    out[inside[1]..].fill(what.outside);
    for x in (inside[0]..between[0]).chain(between[1]..inside[1]) {
        out[x] = sample(slices, size, at(x)).unwrap_or(what.outside);
    }
    fast(slices, size[0], fixed, what.outside, &mut out[between[0]..between[1]]);
}

/// The samples of `within` that lie in a box, first and one past the last.
fn stretch(start: [f64; 3], step: [f64; 3], bounds: [[f64; 2]; 3], within: [usize; 2]) -> [usize; 2] {
    let (mut low, mut high) = (within[0] as f64, within[1] as f64 - 1.0);
    for a in 0..3 {
        let [from, to] = bounds[a];
        if step[a] == 0.0 {
            if !(start[a] >= from && start[a] <= to) {
                return [within[0]; 2];
            }
            continue;
        }
        let (s, t) = ((from - start[a]) / step[a], (to - start[a]) / step[a]);
        low = low.max(s.min(t).ceil());
        high = high.min(s.max(t).floor());
    }
    if low > high { [within[0]; 2] } else { [low as usize, high as usize + 1] }
}

/// Position and step of the first sample in fixed point, and the stretch for which every sample has
/// all eight neighbours; rounding may take a sample from its ends.
fn fixed_point(
    start: [f64; 3],
    step: [f64; 3],
    size: [usize; 3],
    mut between: [usize; 2],
) -> ([usize; 2], [[i64; 2]; 3]) {
    let at = |x: usize, a: usize| ((start[a] + step[a] * x as f64) * ONE) as i64;
    let fixed_step: [i64; 3] = std::array::from_fn(|a| (step[a] * ONE).round() as i64);
    let has_neighbours = |x: usize, first: usize| {
        (0..3).all(|a| {
            let position = at(first, a).saturating_add(fixed_step[a].saturating_mul((x - first) as i64));
            position >= 0 && ((position >> 32) as usize) + 1 < size[a]
        })
    };
    while between[0] < between[1] && !has_neighbours(between[0], between[0]) {
        between[0] += 1;
    }
    while between[0] < between[1] && !has_neighbours(between[1] - 1, between[0]) {
        between[1] -= 1;
    }
    (between, std::array::from_fn(|a| [at(between[0], a), fixed_step[a]]))
}

/// Samples that all have eight neighbours.
#[inline]
fn fast<T>(slices: &[&[T]], nx: usize, [x, y, z]: [[i64; 2]; 3], outside: f32, out: &mut [f32])
where
    T: Copy,
    f32: From<T>,
{
    const SHARE: f32 = 1.0 / 16_777_216.0;
    // The upper 24 of the 32 bits of fraction: as many as f32 holds.
    let share = |p: i64| ((p as u32) >> 8) as i32 as f32 * SHARE;
    let ([mut px, dx], [mut py, dy], [mut pz, dz]) = (x, y, z);
    for value in out {
        let at = ((py >> 32) as usize).wrapping_mul(nx).wrapping_add((px >> 32) as usize);
        let k = (pz >> 32) as usize;
        let end = at.wrapping_add(nx).wrapping_add(2);
        // A slice that has not arrived is empty.
        *value = match slices.get(k..k.wrapping_add(2)) {
            Some([low, high]) => match (low.get(at..end), high.get(at..end)) {
                (Some(a), Some(b)) => {
                    let (fx, fy, fz) = (share(px), share(py), share(pz));
                    let v = |s: &[T], n: usize| f32::from(s[n]);
                    let a0 = lerp(v(a, 0), v(a, 1), fx);
                    let a1 = lerp(v(a, nx), v(a, nx.wrapping_add(1)), fx);
                    let b0 = lerp(v(b, 0), v(b, 1), fx);
                    let b1 = lerp(v(b, nx), v(b, nx.wrapping_add(1)), fx);
                    lerp(lerp(a0, a1, fy), lerp(b0, b1, fy), fz)
                }
                _ => outside,
            },
            _ => outside,
        };
        px = px.wrapping_add(dx);
        py = py.wrapping_add(dy);
        pz = pz.wrapping_add(dz);
    }
}

/// One sample anywhere: `None` outside and in slices that have not arrived.
fn sample<T>(slices: &[&[T]], size: [usize; 3], p: [f64; 3]) -> Option<f32>
where
    T: Copy,
    f32: From<T>,
{
    let (i, fx) = cell(p[0], size[0])?;
    let (j, fy) = cell(p[1], size[1])?;
    let (k, fz) = cell(p[2], size[2])?;
    let value = |i: usize, j: usize, k: usize| -> Option<f32> {
        slices.get(k)?.get(j * size[0] + i).map(|v| f32::from(*v))
    };
    // A neighbour without a share is not looked at, and may not exist.
    let next = |n: usize, share: f32| if share > 0.0 { n + 1 } else { n };
    let row = |j: usize, k: usize| Some(lerp(value(i, j, k)?, value(next(i, fx), j, k)?, fx));
    let plane = |k: usize| Some(lerp(row(j, k)?, row(next(j, fy), k)?, fy));
    Some(lerp(plane(k)?, plane(next(k, fz))?, fz))
}
