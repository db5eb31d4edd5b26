//! Clicks to teach the guard with: on nodules, and on everything else in a chest.
//!
//! Nodules of real scans are looked at twice: in their own small block, where all beyond it is unknown,
//! and in a simulated chest. Everything else comes from the same blocks, the same chests, phantoms and
//! whole scans, so that neither a kind of picture nor how much of it is known tells the answer.

use std::collections::BTreeMap;
use std::f64::consts::PI;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::config::TrainConfig;
use super::draw::generator;
use super::patch::Nodule;
use super::pictures::{Look as Seen, Pictures};
use crate::geometry::{Patient, Point, Voxel, VoxelGrid};
use crate::guard::{Look, Place, REACH_MM, Tissue, is_deep};
use crate::volume::{Unit, Volume};

/// A click, measured.
#[derive(Clone, Debug)]
pub struct Click {
    /// Kind of picture.
    pub source: String,
    /// Whose.
    pub patient: String,
    /// `nodule`, `mass`, or the name of a place.
    pub class: String,
    /// Features of each candidate, and what it teaches: a nodule, something else, nothing.
    pub candidates: Vec<(Option<bool>, Vec<f32>)>,
    /// Features of the far surroundings where the click is deep in something dense, and whether that
    /// is a mass; only in pictures that show enough.
    pub far: Option<(bool, Vec<f32>)>,
}

/// A nodule's place and radius, patient mm.
pub type Known = ([f64; 3], f64);

/// Furthest click from a nodule's centre, mm.
const JITTER_MM: f64 = 4.5;
/// Room that clicks on other things keep from a known nodule's surface, mm.
const APART_MM: f64 = REACH_MM + 7.0;

/// Name of each kind of picture.
pub const NODULE_VOLUMES: &str = "nodule volumes";
/// See [`NODULE_VOLUMES`].
pub const SIMULATED: &str = "simulated chests";
/// See [`NODULE_VOLUMES`].
pub const PHANTOMS: &str = "phantoms";

fn moved(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|n| a[n] + b[n])
}

fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    (0..3).map(|n| (a[n] - b[n]).powi(2)).sum::<f64>().sqrt()
}

/// Evenly in a ball.
fn within(random: &mut ChaCha8Rng, radius: f64) -> [f64; 3] {
    loop {
        let p = [0; 3].map(|_| (2.0 * random.random::<f64>() - 1.0) * radius);
        if p.iter().map(|v| v * v).sum::<f64>() <= radius * radius {
            return p;
        }
    }
}

fn anywhere(random: &mut ChaCha8Rng, grid: &VoxelGrid) -> [f64; 3] {
    let voxel = grid.size().map(|n| random.random::<f64>() * (n - 1) as f64);
    (grid.patient_from_voxel() * Point::<Voxel>::from_array(voxel)).to_array()
}

/// A volume whose voxel (0, 0, 0) lies at the origin; `None` where the values do not fill it.
fn volume(size: [usize; 3], spacing_mm: [f32; 3], values: &[i16]) -> Option<Volume> {
    let grid = VoxelGrid::axis_aligned(size, spacing_mm.map(f64::from), Point::new(0.0, 0.0, 0.0)).ok()?;
    let volume = Volume::loading(grid, Unit::Hu, None);
    for (k, slice) in values.chunks_exact(size[0] * size[1]).enumerate() {
        volume.int16()?.fill(k, slice.into()).ok()?;
    }
    volume.is_complete().then_some(volume)
}

/// Where the mask lies in its block, and how large it is; `None` for an empty mask.
fn known(nodule: &Nodule) -> Option<Known> {
    let ([nx, ny, _], spacing) = (nodule.block.size, nodule.block.spacing_mm.map(f64::from));
    let (mut sum, mut count) = ([0.0; 3], 0.0);
    for (n, _) in nodule.opacity.iter().enumerate().filter(|(_, o)| **o == u8::MAX) {
        let at = [n % nx, n / nx % ny, n / (nx * ny)];
        sum = std::array::from_fn(|a| sum[a] + at[a] as f64 * spacing[a]);
        count += 1.0;
    }
    let ml = count * spacing.iter().product::<f64>();
    (count > 0.0).then(|| (sum.map(|v| v / count), (0.75 * ml / PI).cbrt()))
}

/// What a candidate near a nodule teaches.
fn lesson(inside: bool, at: [f64; 3], (centre, radius): Known) -> Option<bool> {
    (inside && distance(at, centre) < (0.6 * radius).max(3.0)).then_some(true)
}

/// A real nodule in its own block: two clicks on it, and up to two on what else lies in the block.
pub fn in_block(nodule: &Nodule, seed: u64) -> Vec<Click> {
    let block = &nodule.block;
    let Some((centre, radius)) = known(nodule) else { return Vec::new() };
    let Some(volume) = volume(block.size, block.spacing_mm, &block.values) else { return Vec::new() };
    let (tissue, grid) = (Tissue::of(&volume), volume.grid());
    let opacity = |at: [f64; 3]| {
        let [i, j, k] = grid.voxel_at(grid.voxel_from_patient() * Point::from_array(at))?;
        nodule.opacity.get((k * block.size[1] + j) * block.size[0] + i).copied()
    };
    let mut random = generator(seed, &format!("guard block {}", nodule.id), &[]);
    let click = |class: &str, candidates| Click {
        source: NODULE_VOLUMES.to_owned(),
        patient: nodule.patient.clone(),
        class: class.to_owned(),
        candidates,
        far: None,
    };
    let mut clicks = Vec::new();
    for _ in 0..2 {
        let look = Look::at(&tissue, moved(centre, within(&mut random, JITTER_MM)));
        let taught = look.candidates.into_iter().map(|(at, features)| {
            let teaches = match opacity(at) {
                Some(u8::MAX) => lesson(true, at, (centre, radius)),
                Some(0) => Some(false),
                _ => None,
            };
            (teaches, features)
        });
        clicks.push(click("nodule", taught.collect()));
    }
    let places: Vec<[f64; 3]> =
        (0..6).map(|_| anywhere(&mut random, grid)).filter(|at| opacity(*at) == Some(0)).take(2).collect();
    for at in places {
        let look = Look::at(&tissue, at);
        // What belongs to the nodule after all is left out, not called something else.
        let free = look.candidates.into_iter().filter(|(at, _)| opacity(*at) == Some(0));
        clicks.push(click("beside the nodule", free.map(|(_, f)| (Some(false), f)).collect()));
    }
    clicks
}

/// A real nodule in a simulated chest, and what else lies there.
/// - `size`: columns, rows, slices of the picture
pub fn in_chest(
    pictures: &Pictures,
    case: usize,
    config: &TrainConfig,
    size: [usize; 3],
    seed: u64,
) -> Vec<Click> {
    let nodule = &pictures.nodules[case];
    let Some((_, radius)) = known(nodule) else { return Vec::new() };
    let mut config = config.clone();
    config.augmentation.jitter_mm = 0.0;
    let hu = pictures.hu(case, Seen::Varied(0), &config, size);
    // From [slice][column][row] to rows of columns.
    let [nx, ny, _] = size;
    let values: Vec<i16> = (0..hu.len())
        .map(|n| {
            let [i, j, k] = [n % nx, n / nx % ny, n / (nx * ny)];
            hu[(k * nx + i) * ny + j].round() as i16
        })
        .collect();
    let spacing_mm = nodule.block.spacing_mm;
    let Some(volume) = volume(size, spacing_mm, &values) else { return Vec::new() };
    let centre = std::array::from_fn(|a| (size[a] / 2) as f64 * f64::from(spacing_mm[a]));
    let mut random = generator(seed, &format!("guard chest {}", nodule.id), &[]);
    let tissue = Tissue::of(&volume);
    let mut clicks = vec![on_nodule(&tissue, SIMULATED, &nodule.patient, (centre, radius), &mut random)];
    let limits = Limits { each: 1, tries: 30, deep: 0 };
    clicks.extend(elsewhere(
        &volume,
        SIMULATED,
        &nodule.patient,
        &[(centre, radius.max(5.0))],
        limits,
        &mut random,
    ));
    clicks
}

/// A click on a nodule whose place and size are known.
pub fn on_nodule(
    tissue: &Tissue<'_>,
    source: &str,
    patient: &str,
    (centre, radius): Known,
    random: &mut ChaCha8Rng,
) -> Click {
    let look = Look::at(tissue, moved(centre, within(random, JITTER_MM)));
    let taught = look.candidates.into_iter().map(|(at, features)| {
        let inside = distance(at, centre) < (0.8 * radius).max(1.5);
        (lesson(inside, at, (centre, radius)), features)
    });
    let (source, patient) = (source.to_owned(), patient.to_owned());
    Click { source, patient, class: "nodule".to_owned(), candidates: taught.collect(), far: None }
}

/// How many clicks to look for.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Of each kind of place.
    pub each: usize,
    /// Random points looked at.
    pub tries: usize,
    /// Clicks deep in something dense, measured far around.
    pub deep: usize,
}

/// Clicks on everything that is no nodule, at random points away from those that are known.
pub fn elsewhere(
    volume: &Volume,
    source: &str,
    patient: &str,
    nodules: &[Known],
    limits: Limits,
    random: &mut ChaCha8Rng,
) -> Vec<Click> {
    let (tissue, grid) = (Tissue::of(volume), volume.grid());
    let mut found: BTreeMap<Place, usize> = BTreeMap::new();
    let (mut clicks, mut deep) = (Vec::new(), 0);
    for _ in 0..limits.tries {
        let at = anywhere(random, grid);
        if nodules.iter().any(|(centre, radius)| distance(*centre, at) < radius + APART_MM) {
            continue;
        }
        let Some(place) = Place::of(&tissue, at) else { continue };
        let count = found.entry(place).or_default();
        let wants_deep = deep < limits.deep && is_deep(&tissue, at);
        if (*count >= limits.each && !wants_deep) || !Place::in_body(&tissue, at) {
            continue;
        }
        let look = Look::at(&tissue, at);
        let far = look.far.filter(|_| limits.deep > 0).map(|far| (false, far));
        deep += usize::from(far.is_some());
        // Beyond the number asked for it counts for what is far alone.
        let taught = *count < limits.each;
        *count += 1;
        clicks.push(Click {
            source: source.to_owned(),
            patient: patient.to_owned(),
            class: place.name().to_owned(),
            candidates: look.candidates.into_iter().map(|(_, f)| (taught.then_some(false), f)).collect(),
            far,
        });
    }
    clicks
}

/// Clicks in masses of 30 to 100 mm that are painted into the lungs: real ones are too few to learn
/// from, and what is learned is where lung and organs lie around them, not how they look.
/// - `count`: how many masses, one at a time
pub fn masses(
    volume: &Volume,
    source: &str,
    patient: &str,
    count: usize,
    random: &mut ChaCha8Rng,
) -> Vec<Click> {
    let mut clicks = Vec::new();
    let mut painted = 0;
    for _ in 0..20_000 {
        if painted == count {
            break;
        }
        let centre = anywhere(random, volume.grid());
        {
            let tissue = Tissue::of(volume);
            if Place::of(&tissue, centre) != Some(Place::Lung) || !Place::in_body(&tissue, centre) {
                continue;
            }
        }
        painted += 1;
        let base = 15.0 + 33.0 * random.random::<f64>();
        let radii = [0; 3].map(|_| base * (0.75 + 0.5 * random.random::<f64>()));
        let Some(with_mass) = with_mass(volume, centre, radii, random) else { continue };
        let tissue = Tissue::of(&with_mass);
        for _ in 0..12 {
            let offset = within(random, 0.8);
            let look = Look::at(&tissue, std::array::from_fn(|a| centre[a] + offset[a] * radii[a]));
            let Some(far) = look.far else { continue };
            clicks.push(Click {
                source: source.to_owned(),
                patient: patient.to_owned(),
                class: "mass".to_owned(),
                candidates: look.candidates.into_iter().map(|(_, f)| (None, f)).collect(),
                far: Some((true, far)),
            });
        }
    }
    clicks
}

/// A lumpy ellipsoid of soft tissue in place of lung and fat; denser tissue stays.
fn with_mass(volume: &Volume, centre: [f64; 3], radii: [f64; 3], random: &mut ChaCha8Rng) -> Option<Volume> {
    let grid = *volume.grid();
    let [nx, _, nz] = grid.size();
    let out = Volume::loading(grid, Unit::Hu, volume.padding());
    let hu = 15.0 + 40.0 * random.random::<f64>();
    let phases = [0; 3].map(|_| random.random::<f64>() * 2.0 * PI);
    // The box of voxels that it may reach.
    let at = grid.voxel_from_patient() * Point::<Patient>::from_array(centre);
    let widest = 1.3 * radii.iter().copied().fold(0.0, f64::max);
    let reach: [std::ops::Range<usize>; 3] = std::array::from_fn(|a| {
        let (middle, half, size) = (at.to_array()[a], widest / grid.spacing_mm()[a], grid.size()[a]);
        let end = ((middle + half).ceil().max(0.0) as usize).min(size);
        ((middle - half).floor().max(0.0) as usize).min(end)..end
    });
    for k in 0..nz {
        let mut slice = volume.int16()?.slice(k)?.to_vec();
        let rows = if reach[2].contains(&k) { reach[1].clone() } else { 0..0 };
        for j in rows {
            for i in reach[0].clone() {
                let p = grid.patient_from_voxel() * Point::<Voxel>::new(i as f64, j as f64, k as f64);
                let p = p.to_array();
                let d: [f64; 3] = std::array::from_fn(|a| (p[a] - centre[a]) / radii[a]);
                let length = d.iter().map(|v| v * v).sum::<f64>().sqrt();
                let unit = length.max(1e-6);
                let lumps: f64 = (0..3).map(|a| (5.0 * d[a] / unit + phases[a]).sin()).sum();
                let value = &mut slice[j * nx + i];
                if length < 1.0 + 0.1 * lumps && *value < 20 {
                    let noise = random.random::<f64>() + random.random::<f64>() - 1.0;
                    *value = (hu + 36.0 * noise) as i16;
                }
            }
        }
        out.int16()?.fill(k, slice.into()).ok()?;
    }
    Some(out)
}
