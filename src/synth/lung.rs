//! The lungs: their surface between ribs, mediastinum and diaphragm, their lobes, their tissue.
//!
//! Used by `phantom` (paint), `tree` (where vessels may grow) and `nodule` (where nodules lie).

use glam::Vec3;

use super::build::Build;
use super::field::{ramp, smooth_max, smooth_min, wave};
use super::mediastinum::{MIDLINE_MM, Piece};
use super::noise::Texture;
use super::spine;

/// The five lobes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lobe {
    RightUpper,
    RightMiddle,
    RightLower,
    LeftUpper,
    LeftLower,
}

impl Lobe {
    pub(super) const ALL: [Lobe; 5] =
        [Lobe::RightUpper, Lobe::RightMiddle, Lobe::RightLower, Lobe::LeftUpper, Lobe::LeftLower];

    /// Words for the truth file.
    pub(super) fn name(self) -> &'static str {
        match self {
            Lobe::RightUpper => "right upper lobe",
            Lobe::RightMiddle => "right middle lobe",
            Lobe::RightLower => "right lower lobe",
            Lobe::LeftUpper => "left upper lobe",
            Lobe::LeftLower => "left lower lobe",
        }
    }

    /// 0 right, 1 left.
    pub(super) fn side(self) -> usize {
        usize::from(matches!(self, Lobe::LeftUpper | Lobe::LeftLower))
    }
}

/// No dome is higher than this before breathing, with room for its neighbourhood, model mm.
pub(super) const DOME_TOP_MM: f32 = -70.0;

/// Height of the diaphragm over a place, by side (domes that fall away to the wall), model mm.
pub(super) fn dome(build: &Build, p: Vec3) -> f32 {
    let half = |centre: Vec3, peak: f32, rx: f32, front: f32, back: f32| {
        let (dx, dy) = ((p.x - centre.x) / rx, p.y - centre.y);
        let dy = if dy < 0.0 { dy / front } else { dy / back };
        let r2 = dx * dx + dy * dy;
        // Flat on top, steep at the wall.
        peak - 26.0 * r2 - 26.0 * r2 * r2
    };
    let ripple = 2.2 * wave(p.x * 0.071 + 0.6) * wave(p.y * 0.058);
    let right = half(Vec3::new(-64.0, -8.0, 0.0), -104.0 - build.domes[0] - build.breath, 78.0, 100.0, 92.0);
    let left = half(Vec3::new(66.0, -4.0, 0.0), -118.0 - build.domes[1] - build.breath, 74.0, 100.0, 90.0);
    // The heart lies on the tendon in the middle.
    let middle = half(Vec3::new(14.0, -26.0, 0.0), -107.0 - 0.5 * build.breath, 60.0, 60.0, 46.0);
    ripple - smooth_min(smooth_min(-right, -left, 22.0), -middle, 16.0)
}

/// Distance to the oblique fissure (positive above and in front of it) and, on the right, to the
/// horizontal one (positive above).
#[inline]
pub(super) fn fissures(p: Vec3) -> (f32, f32) {
    let left = p.x > MIDLINE_MM;
    let bow = 5.0 * wave(p.x * 0.035 + if left { 1.0 } else { 2.2 }) + 4.0 * wave(p.y * 0.03);
    let plane = p.z - (if left { 34.0 } else { 24.0 } + 1.06 * (p.y - 78.0)) + bow;
    let horizontal = p.z + 30.0 + 0.12 * (p.y + 30.0) - 3.0 * wave(p.x * 0.04);
    (plane / 1.457, if left { f32::MAX } else { horizontal })
}

/// The lobe of a place inside a lung.
pub(super) fn lobe(p: Vec3) -> Lobe {
    let (oblique, horizontal) = fissures(p);
    match (p.x > MIDLINE_MM, oblique > 0.0, horizontal > 0.0) {
        (true, true, _) => Lobe::LeftUpper,
        (true, false, _) => Lobe::LeftLower,
        (false, false, _) => Lobe::RightLower,
        (false, true, true) => Lobe::RightUpper,
        (false, true, false) => Lobe::RightMiddle,
    }
}

/// Distance to the sheet between both lungs and to the spine, which also push the lungs aside.
#[inline]
pub(super) fn midline(p: Vec3, spine_y: f32) -> f32 {
    let sheet = (p.x - MIDLINE_MM).abs() - 1.6;
    let dy = p.y - spine_y;
    let behind = super::field::oval(p.x, dy - 25.0, 19.0, 22.0);
    smooth_min(smooth_min(sheet, spine::column(p.x, dy, p.z) - 1.5, 6.0), behind, 6.0)
}

/// Distance to the lung's surface from those of its three neighbours.
/// - `out`: distance from the chest's cavity; `between`: from the mediastinum; `dome`: see [`dome`]
#[inline]
pub(super) fn surface(p: Vec3, out: f32, between: f32, dome: f32) -> f32 {
    let sides = smooth_max(out + 1.2, -between, 3.0);
    smooth_max(sides, (dome - p.z) * 0.8, 2.5)
}

/// The pieces of the mediastinum that push the lungs aside, ready to be asked for single places.
#[derive(Debug)]
pub(super) struct Surroundings(Vec<(Vec3, Vec3, Piece, f32)>);

/// Further than this from a piece's margin, [`push`] leaves the outline alone.
const SEAM_MM: f32 = 7.0;
/// How far into a lung distances are right; deeper, they are at least this.
const DEEP_MM: f32 = 30.0;

impl Surroundings {
    pub(super) fn new(pieces: &[Piece]) -> Self {
        let list = pieces.iter().filter_map(|piece| {
            let margin = piece.margin?;
            let (low, high) = piece.bounds(margin + DEEP_MM);
            Some((low, high, *piece, margin))
        });
        Self(list.collect())
    }
}

/// Distance to the lungs' surface anywhere (slow; slices keep their own buffers).
/// - `p`: model position
pub(super) fn distance(build: &Build, around: &Surroundings, p: Vec3) -> f32 {
    let level = build.level(p.z);
    let out = level.out(p);
    if out > 15.0 {
        return out;
    }
    let mut between = midline(p, level.spine_y);
    for (low, high, piece, margin) in &around.0 {
        if p.cmpge(*low).all() && p.cmple(*high).all() {
            between = push(between, piece.distance(p) - margin);
        }
    }
    surface(p, out, between, dome(build, p))
}

/// Joins one more piece to the mediastinum's outline.
#[inline]
pub(super) fn push(between: f32, piece: f32) -> f32 {
    smooth_min(between, piece, SEAM_MM)
}

/// HU of lung tissue: lighter in front, denser behind where the blood settles, patchy.
pub(super) fn tissue_hu(p: Vec3, texture: &Texture, usual_hu: f32) -> f32 {
    let settle = 46.0 * ramp(-90.0, 95.0, p.y) * (1.0 + 0.2 * ramp(0.0, -120.0, p.z));
    let coarse = texture.at([p.x / 17.0, p.y / 17.0, p.z / 17.0]);
    let middle = texture.at([p.x / 5.3 + 9.1, p.y / 5.3, p.z / 5.3]);
    let fine = texture.at([p.x / 2.1, p.y / 2.1 + 5.7, p.z / 2.1]);
    usual_hu + settle + 12.0 * coarse + 20.0 * middle + 30.0 * fine
}
