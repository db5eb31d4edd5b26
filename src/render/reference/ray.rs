//! Twin of `shaders/ray.wgsl`: every sample of every ray, no block left out.

use super::colormap::colour;
use super::saliency::map_value;
use super::screen::full_screen;
use super::volume::{Kind, Voxels, sample_trilinear};
use super::window::grey;
use super::{along, xyz};
use crate::render::ray::gpu::Ray;

/// What the pipeline is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Variant {
    /// The brightest value in place of the transfer function.
    pub maximum: bool,
    /// Surfaces are lit.
    pub lit: bool,
    /// Slopes over two voxels.
    pub fine: bool,
}

/// A saliency map: columns fastest.
pub type Map<'a> = &'a [f32];

/// Level at a voxel index, mm, below which nothing is shown; `None`: everything is.
pub type Only<'a> = Option<&'a dyn Fn([f64; 3]) -> f64>;

const DIVERGING: u32 = 1;
const FAINT: f64 = 0.01;
const HAZE: f64 = 0.004;
const HALVINGS: usize = 4;
const MUCH: f64 = 0.1;
const STEEP: usize = 48;
const THIN: f64 = 0.05;
const FADE_MM: f64 = 1.5;
const FAR: f64 = 1e9;

/// Clip position of a corner.
pub fn ray_vertex(vertex: u32) -> [f64; 2] {
    full_screen(vertex)
}

/// Lowest and highest sample, as real numbers, between two indices of one axis.
pub fn between(start: f64, step: f64, low: f64, high: f64) -> [f64; 2] {
    if step.abs() < 1e-12 {
        return if start >= low && start <= high { [-FAR, FAR] } else { [FAR, -FAR] };
    }
    let (a, b) = ((low - start) / step, (high - start) / step);
    [a.min(b), a.max(b)]
}

/// Where a ray enters and leaves what is shown, in samples, not rounded to whole ones.
pub fn span(ray: &Ray, start: [f64; 3]) -> [f64; 2] {
    let step = xyz(ray.into);
    let (low, high) = (xyz(ray.low), xyz(ray.high));
    let [mut near, mut far] = [-f64::MAX, f64::MAX];
    for a in 0..3 {
        let axis = between(start[a], step[a], low[a], high[a]);
        (near, far) = (near.max(axis[0]), far.min(axis[1]));
    }
    for kept in ray.kept {
        let along_normal = |v: [f64; 3]| (0..3).map(|a| f64::from(kept[a]) * v[a]).sum::<f64>();
        let kept = between(along_normal(start), along_normal(step), -FAR, f64::from(kept[3]));
        (near, far) = (near.max(kept[0]), far.min(kept[1]));
    }
    [near, far]
}

/// First and last sample that are shown.
pub fn shown(ray: &Ray, start: [f64; 3]) -> [f64; 2] {
    let [near, far] = span(ray, start);
    [near.ceil(), far.floor()]
}

/// Stored steps for one voxel along each axis.
pub fn slope(ray: &Ray, voxels: &Voxels<'_>, variant: Variant, p: [f64; 3]) -> [f64; 3] {
    let last = xyz(ray.last);
    let inside: [f64; 3] = std::array::from_fn(|a| p[a].clamp(0.0, last[a]));
    let value = |p: [f64; 3]| sample_trilinear(voxels, p, last, [1, 0]).value;
    std::array::from_fn(|a| {
        let at = |offset: f64| {
            let mut beside = inside;
            beside[a] = offset;
            value(beside)
        };
        if variant.fine {
            (at(inside[a] + 1.0) - at(inside[a] - 1.0)) / 2.0
        } else {
            at(inside[a].floor() + 1.0) - at(inside[a].floor())
        }
    })
}

/// A colour under a light beside the eye.
pub fn lit(ray: &Ray, voxels: &Voxels<'_>, variant: Variant, colour: [f64; 3], p: [f64; 3]) -> [f64; 3] {
    let g = slope(ray, voxels, variant, p);
    let seen: [f64; 3] = std::array::from_fn(|c| {
        g[0] * f64::from(ray.slope_i[c]) + g[1] * f64::from(ray.slope_j[c]) + g[2] * f64::from(ray.slope_k[c])
    });
    let length = seen.iter().map(|c| c * c).sum::<f64>().sqrt();
    let facing = seen[2].abs() / length.max(1e-6);
    let [ambient, diffuse, specular, power] = ray.shading.map(f64::from);
    colour.map(|c| c * (ambient + diffuse * facing) + specular * facing.powf(power))
}

/// The map at a voxel index, as a share of its largest magnitude; zero where it is not drawn.
pub fn share_at(ray: &Ray, map: Map<'_>, p: [f64; 3]) -> f64 {
    let place: [f64; 3] =
        std::array::from_fn(|a| p[a] * f64::from(ray.map_place[3]) + f64::from(ray.map_place[a]));
    let share = map_value(map, place, xyz(ray.map_last)) * f64::from(ray.per_max);
    let strength = if ray.map == DIVERGING { share.abs() } else { share };
    if strength > 0.0 && strength >= f64::from(ray.threshold) { share } else { 0.0 }
}

fn map_colour(ray: &Ray, share: f64) -> [f64; 3] {
    colour(ray.map, if ray.map == DIVERGING { share * 0.5 + 0.5 } else { share })
}

/// Where between two samples half of what they take of the light is taken: 0 at the first one, 1 at the second.
/// - `steps`: places of both in the table
pub fn face_between(table: &[[f32; 4]], [a, b]: [usize; 2]) -> f64 {
    let sum = |n: usize| f64::from(table[n][3]);
    let (lowest, highest) = (a.min(b), a.max(b) + 1);
    let (count, depth) = ((highest - lowest) as f64, sum(highest) - sum(lowest));
    let mean = depth / count;
    let half_taken = -(0.5 + 0.5 * (-mean).exp()).ln() / mean.max(1e-12);
    let share = if a <= b { half_taken } else { 1.0 - half_taken };
    let sought = sum(lowest) + share * depth;
    let (mut low, mut high) = (lowest, highest);
    for _ in 0..HALVINGS {
        if high - low <= 1 {
            break;
        }
        let middle = (low + high) / 2;
        if sum(middle) < sought { low = middle } else { high = middle }
    }
    let within = ((sought - sum(low)) / (sum(high) - sum(low)).max(1e-12)).clamp(0.0, 1.0);
    let place = (low as f64 + (high - low) as f64 * within - lowest as f64) / count;
    if a <= b { place } else { 1.0 - place }
}

/// Front to back, until hardly any light is left. From one sample to the next a ray passes every value between theirs.
/// - `table`: sums of colours and optical depths ([`crate::render::ray::sums`])
pub fn composite(
    ray: &Ray,
    voxels: &Voxels<'_>,
    (table, map, only): (&[[f32; 4]], Map<'_>, Only<'_>),
    variant: Variant,
    start: [f64; 3],
) -> [f64; 3] {
    let [first, end] = shown(ray, start);
    let mut n = first;
    let place_at = |p: [f64; 3]| {
        let found = sample_trilinear(voxels, p, xyz(ray.last), ray.padding);
        let [scale, offset] = ray.entry.map(f64::from);
        let place = (found.value * scale + offset).round().clamp(0.0, table.len() as f64 - 2.0);
        (found.kind == Kind::Value).then_some(place as usize)
    };
    let mut gathered = [0.0; 3];
    let mut left = 1.0;
    // A ray that begins in tissue begins at a face where it was cut: that is no surface, and no light falls on it.
    let mut cut = true;
    let mut add = |left: &mut f64, taken: f64, colour: [f64; 3]| {
        gathered = std::array::from_fn(|c| gathered[c] + *left * taken * colour[c]);
        *left *= 1.0 - taken;
    };
    while n <= end && left > FAINT {
        let p = along(start, xyz(ray.into), n);
        if ray.per_max > 0.0 {
            let share = share_at(ray, map, p);
            let taken = if share == 0.0 { 0.0 } else { f64::from(ray.opacity) };
            add(&mut left, taken, map_colour(ray, share));
        }
        let share = only.map_or(1.0, |only| (only(p) / FADE_MM).clamp(0.0, 1.0));
        let here = place_at(p);
        let before = if n > first { place_at(along(start, xyz(ray.into), n - 1.0)) } else { None };
        let mut taken = 0.0;
        let mut colour = [0.0; 3];
        let mut steps = [0; 2];
        if let Some(here) = here {
            let other = before.unwrap_or(here);
            steps = [other, here];
            let (low, high) = (here.min(other), here.max(other) + 1);
            let [r, g, b, depth] =
                std::array::from_fn(|c| f64::from(table[high][c]) - f64::from(table[low][c]));
            if depth > 0.0 {
                taken = (1.0 - (-depth / (high - low) as f64).exp()) * share;
                colour = [r, g, b].map(|c| c / depth);
            }
        }
        cut &= taken > THIN;
        if taken > 0.0 {
            if variant.lit && !cut && left * taken > HAZE {
                let [a, b] = steps;
                let met = a.abs_diff(b) + 1 > STEEP && left * taken > MUCH;
                let part = if met { face_between(table, steps) } else { 1.0 };
                let face = along(start, xyz(ray.into), n - 1.0 + part);
                colour = lit(ray, voxels, variant, colour, face);
            }
            add(&mut left, taken, colour);
        }
        n += 1.0;
    }
    gathered
}

/// The highest value, in grey; the strongest place of the map laid over it.
pub fn brightest(
    ray: &Ray,
    voxels: &Voxels<'_>,
    (map, only): (Map<'_>, Only<'_>),
    start: [f64; 3],
) -> [f64; 3] {
    let [first, end] = shown(ray, start);
    let mut best: Option<f64> = None;
    let mut strongest = 0.0f64;
    let mut n = first;
    while n <= end {
        let p = along(start, xyz(ray.into), n);
        let found = sample_trilinear(voxels, p, xyz(ray.last), ray.padding);
        if found.kind == Kind::Value && only.is_none_or(|only| only(p) > 0.0) {
            best = Some(best.map_or(found.value, |best| best.max(found.value)));
        }
        if ray.per_max > 0.0 {
            let share = share_at(ray, map, p);
            if share.abs() > strongest.abs() {
                strongest = share;
            }
        }
        n += 1.0;
    }
    let Some(best) = best else { return [0.0; 3] };
    let [scale, offset] = ray.value.map(f64::from);
    let [centre, per_width] = ray.window.map(f64::from);
    let level = grey(best * scale + offset, centre, per_width);
    let level = if ray.invert == 0 { level } else { 1.0 - level };
    let over = if strongest == 0.0 { 0.0 } else { f64::from(ray.opacity) };
    map_colour(ray, strongest).map(|c| level * (1.0 - over) + c * over)
}

/// Voxel index of a pixel at sample 0.
/// - `position`: pixel centre, px
pub fn ray_start(ray: &Ray, position: [f64; 2]) -> [f64; 3] {
    along(along(xyz(ray.origin), xyz(ray.right), position[0]), xyz(ray.down), position[1])
}

/// Red, green, blue, alpha of a pixel, 0 to 1.
/// - `position`: pixel centre, px
pub fn ray_fragment(
    ray: &Ray,
    voxels: &Voxels<'_>,
    (table, map, only): (&[[f32; 4]], Map<'_>, Only<'_>),
    variant: Variant,
    position: [f64; 2],
) -> [f64; 4] {
    let start = ray_start(ray, position);
    let [r, g, b] = if variant.maximum {
        brightest(ray, voxels, (map, only), start)
    } else {
        composite(ray, voxels, (table, map, only), variant, start)
    };
    [r, g, b, 1.0]
}
