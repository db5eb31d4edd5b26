//! One person's build: size, asymmetry, and the outlines of skin and chest cavity by height.
//!
//! Anatomy is written once, in "model" millimetres: LPS axes, z = 0 at the carina, y = 0 a little
//! in front of the middle of the chest. A seed turns it into a person by a scale and a gentle
//! warp. Every organ's file takes model positions.

use glam::Vec3;

use super::field::{Ellipsoid, Profile, length, ramp, smooth_min, wave};
use super::noise::{Purpose, between, generator};

const CAVITY_WIDTH: Profile = Profile(&[
    (-230.0, 132.0),
    (-190.0, 134.0),
    (-150.0, 138.0),
    (-100.0, 138.0),
    (-50.0, 133.0),
    (-10.0, 124.0),
    (25.0, 109.0),
    (50.0, 94.0),
    (68.0, 81.0),
    (80.0, 70.0),
    (89.0, 60.0),
    (101.0, 44.0),
]);
const CAVITY_FRONT: Profile = Profile(&[
    (-230.0, 104.0),
    (-190.0, 102.0),
    (-150.0, 98.0),
    (-100.0, 93.0),
    (-50.0, 90.0),
    (-10.0, 82.0),
    (25.0, 68.0),
    (50.0, 54.0),
    (68.0, 44.0),
    (80.0, 37.0),
    (89.0, 31.0),
    (101.0, 22.0),
]);
const CAVITY_BACK: Profile = Profile(&[
    (-230.0, 79.0),
    (-190.0, 87.0),
    (-150.0, 95.0),
    (-100.0, 99.0),
    (-50.0, 99.0),
    (-10.0, 93.0),
    (25.0, 82.0),
    (50.0, 69.0),
    (68.0, 53.0),
    (80.0, 44.0),
    (89.0, 37.0),
    (101.0, 28.0),
]);
const CAVITY_CENTRE: Profile = Profile(&[
    (-200.0, 0.0),
    (-100.0, 2.0),
    (-50.0, 4.0),
    (0.0, 8.0),
    (50.0, 14.0),
    (90.0, 20.0),
    (101.0, 22.0),
]);

const BODY_WIDTH: Profile = Profile(&[
    (-230.0, 154.0),
    (-180.0, 158.0),
    (-120.0, 163.0),
    (-60.0, 166.0),
    (0.0, 168.0),
    (40.0, 166.0),
    (70.0, 154.0),
    (90.0, 128.0),
    (105.0, 102.0),
    (125.0, 78.0),
    (150.0, 64.0),
]);
const BODY_FRONT: Profile = Profile(&[
    (-230.0, 126.0),
    (-180.0, 122.0),
    (-120.0, 118.0),
    (-60.0, 119.0),
    (-10.0, 117.0),
    (30.0, 102.0),
    (60.0, 84.0),
    (90.0, 68.0),
    (120.0, 60.0),
    (150.0, 60.0),
]);
const BODY_BACK: Profile = Profile(&[
    (-230.0, 112.0),
    (-150.0, 122.0),
    (-60.0, 130.0),
    (10.0, 130.0),
    (60.0, 116.0),
    (95.0, 96.0),
    (125.0, 76.0),
    (150.0, 66.0),
]);

/// Height along which the front of the spine bends: its y by height.
const SPINE_Y: Profile = Profile(&[
    (-230.0, 42.0),
    (-160.0, 46.0),
    (-90.0, 56.0),
    (-30.0, 61.0),
    (20.0, 59.0),
    (70.0, 47.0),
    (110.0, 33.0),
    (140.0, 24.0),
]);

/// Height above which the cavity closes, and by how much it rises above that.
const SHOULDER_MM: f32 = 78.0;
const CAP_MM: f32 = 20.0;

/// `f` to the power of 0.4 for `f` from 1e-6, to half a thousandth of it: the root of g^5 = f^2 by Newton's method from
/// a guess that divides the exponent. Four times as fast as the exact one, which every voxel asks for.
#[inline]
fn power_04(f: f32) -> f32 {
    let guess = (f.to_bits() as f32 * 0.4) as u32 + 0x2620_0000;
    let (mut g, f2) = (f32::from_bits(guess), f * f);
    for _ in 0..2 {
        let g2 = g * g;
        g = 0.2 * (4.0 * g + f2 / (g2 * g2));
    }
    g
}

/// A closed outline in one axial plane: two half-ovals that meet at `centre_y`, and how it changes
/// with height.
#[derive(Clone, Copy, Debug)]
pub(super) struct Section {
    centre_y: f32,
    width: (f32, f32),
    front: (f32, f32),
    back: (f32, f32),
}

impl Section {
    /// Signed distance in mm; of first order, good for some 40 mm around the surface.
    #[inline]
    pub(super) fn distance(&self, x: f32, y: f32) -> f32 {
        let dy = y - self.centre_y;
        let depth = if dy < 0.0 { self.front } else { self.back };
        let (u, v) = (x.abs() / self.width.0, dy.abs() / depth.0);
        // The gauge of a superellipse of exponent 2.5: rounder than a box, fuller than an ellipse.
        let (u15, v15) = (u * u.sqrt(), v * v.sqrt());
        let f = u15 * u + v15 * v;
        if f < 1e-6 {
            return -self.width.0.min(depth.0);
        }
        let g = power_04(f);
        let k = g / f;
        let (gx, gy) = (k * u15 / self.width.0, k * v15 / depth.0);
        // How fast the gauge changes with height: the surface leans there.
        let gz = -k * (u15 * u * self.width.1 / self.width.0 + v15 * v * depth.1 / depth.0);
        let level = (g - 1.0) / length(gx, gy);
        // It leans near the surface only: far away the first-order distance would shrink too much.
        let lean = gz * gz / (gx * gx + gy * gy) / (1.0 + (level / 14.0) * (level / 14.0));
        level / (1.0 + lean).sqrt()
    }

    /// Where around the chest a place lies: 0 at the spine, 0.5 at the side, 1 at the sternum.
    #[inline]
    pub(super) fn turn(&self, x: f32, y: f32) -> f32 {
        let dy = y - self.centre_y;
        let depth = if dy < 0.0 { self.front.0 } else { self.back.0 };
        (x.abs() / self.width.0).atan2(dy / depth) / std::f32::consts::PI
    }

    /// y of the foremost place.
    pub(super) fn front_y(&self) -> f32 {
        self.centre_y - self.front.0
    }
}

/// Outlines and landmarks at one height.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level {
    /// Model height, mm.
    pub z: f32,
    pub cavity: Section,
    body: Section,
    breast: Ellipsoid,
    /// Depth of the furrow over the sternum, mm.
    furrow_mm: f32,
    /// Whether the breasts hold glands, and how much of them, 0 to 1.
    pub glands: f32,
    /// y of the middle of the vertebral bodies.
    pub spine_y: f32,
}

impl Level {
    /// Distance to the cavity of the chest and the abdomen. Above the tips of the lungs there is none.
    #[inline]
    pub(super) fn out(&self, p: Vec3) -> f32 {
        // No chest is an exact oval.
        let ripple = 1.5 * wave(p.x * 0.052 + p.z * 0.043) * wave(p.y * 0.047 - p.z * 0.031)
            + 0.7 * wave(p.y * 0.11 + p.z * 0.09);
        // The spine stands into the chest; beside it the lungs reach further back.
        let x = p.x * (1.0 / 27.0);
        let beside = 1.0 / (1.0 + x * x);
        let ridge = 15.0 * beside * beside * ramp(0.0, 60.0, p.y - self.cavity.centre_y);
        let flat = self.cavity.distance(p.x, p.y) + ripple + ridge;
        let above = p.z - SHOULDER_MM;
        if above <= 0.0 {
            return flat;
        }
        // A round cap over the upper opening of the chest.
        (flat + CAP_MM).max(0.0).hypot(above) - CAP_MM
    }

    /// Distance to the breast (or the pectoral bulge) of that side.
    #[inline]
    pub(super) fn breast(&self, p: Vec3) -> f32 {
        self.breast.distance(Vec3::new(p.x.abs(), p.y, p.z))
    }

    /// Distance to the skin.
    #[inline]
    pub(super) fn skin(&self, p: Vec3) -> f32 {
        // Furrows over the spine and over the sternum.
        let x = p.x * if p.y > 0.0 { 1.0 / 15.0 } else { 1.0 / 24.0 };
        let middle = 1.0 / (1.0 + x * x);
        let furrow = if p.y > 0.0 { 6.0 } else { self.furrow_mm } * middle * middle;
        let ripple = 1.6 * wave(p.x * 0.041 + p.z * 0.02 + 1.0) * wave(p.y * 0.05 + p.z * 0.03);
        let trunk = self.body.distance(p.x, p.y) + furrow + ripple;
        let trunk = smooth_min(trunk, self.breast(p), 26.0);
        if self.z < 15.0 {
            return trunk;
        }
        // Raised arms join the trunk at the shoulders.
        let arm = arm(p) - mix_arm(self.z);
        smooth_min(trunk, arm, 30.0)
    }
}

/// Distance to the bone line of the raised arm of that side.
#[inline]
pub(super) fn arm(p: Vec3) -> f32 {
    let p = Vec3::new(p.x.abs(), p.y, p.z);
    let (a, b) = (Vec3::new(128.0, 30.0, 72.0), Vec3::new(176.0, -2.0, 190.0));
    let ab = b - a;
    let t = ((p - a).dot(ab) / ab.length_squared()).clamp(0.0, 1.0);
    (p - a - ab * t).length()
}

fn mix_arm(z: f32) -> f32 {
    46.0 - 4.0 * ramp(80.0, 150.0, z)
}

/// How a chest lies and breathes in one picture, against the seed's own position.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pose {
    /// Patient mm, LPS.
    pub shift_mm: [f32; 3],
    /// About the patient's long axis.
    pub turn_deg: f32,
    /// Towards the left, and backwards, as the head is approached.
    pub lean_deg: [f32; 2],
    /// By which the diaphragm is lower (a deeper breath) or higher.
    pub breath_mm: f32,
}

/// What a seed makes of the model.
#[derive(Clone, Debug)]
pub(super) struct Build {
    scale: Vec3,
    waves: [[f32; 4]; 4],
    /// Sine and cosine of the turn, tangents of the leaning, shift.
    turn: (f32, f32),
    lean: [f32; 2],
    shift: Vec3,
    /// By which the diaphragm and what it moves are lower, mm.
    pub breath: f32,
    /// Millimetres of fat more (or less) under the skin.
    fat: f32,
    /// Size of the breasts, 0 to 1; the muscle alone below a half.
    breast: f32,
    glands: f32,
    /// Blood, and muscle of the heart, HU: with or without contrast medium.
    pub blood_hu: f32,
    pub heart_hu: f32,
    /// Of the lung's tissue, above or below the usual.
    pub lung_hu: f32,
    /// Millimetres by which the right and the left dome of the diaphragm are lower.
    pub domes: [f32; 2],
    /// Millimetres by which the heart is larger.
    pub heart: f32,
}

impl Build {
    pub(super) fn new(seed: u64, pose: &Pose) -> Self {
        let mut rng = generator(seed, Purpose::Build, 0);
        let mut pick = |low, high| between(&mut rng, low, high);
        let size = pick(0.95, 1.06);
        let scale = Vec3::new(size * pick(0.96, 1.04), size * pick(0.95, 1.06), size * pick(0.96, 1.04));
        let mut wave = |amplitude: f32, length: f32| {
            let turn = std::f32::consts::TAU;
            [
                amplitude * pick(0.6, 1.0),
                turn / (length * pick(0.85, 1.15)),
                turn / pick(380.0, 620.0),
                pick(0.0, turn),
            ]
        };
        let waves = [wave(2.2, 240.0), wave(2.4, 170.0), wave(2.8, 210.0), wave(1.8, 190.0)];
        // Two chests of three are scanned with contrast medium.
        let contrast = pick(0.0, 1.0) < 0.66;
        let blood_hu = if contrast { pick(120.0, 190.0) } else { pick(38.0, 48.0) };
        Self {
            scale,
            waves,
            turn: pose.turn_deg.to_radians().sin_cos(),
            lean: pose.lean_deg.map(|d| d.to_radians().tan()),
            shift: Vec3::from_array(pose.shift_mm),
            breath: pose.breath_mm,
            fat: pick(-4.0, 9.0),
            breast: pick(0.0, 1.0),
            glands: pick(0.0, 1.0),
            blood_hu,
            heart_hu: if contrast { pick(80.0, 105.0) } else { blood_hu + 5.0 },
            lung_hu: pick(-22.0, 28.0),
            domes: [pick(-8.0, 8.0), pick(-8.0, 8.0)],
            heart: pick(-2.5, 2.5),
        }
    }

    /// Part of the model position that a column of the image fixes, at patient height `z`.
    pub(super) fn column(&self, x: f32, z: f32) -> [f32; 2] {
        let [a, _, c, _] = &self.waves;
        let wave = |w: &[f32; 4]| w[0] * (w[1] * x + w[2] * z + w[3]).sin();
        let across = self.turn.1 * x + self.lean[0] * z - self.shift.x;
        [across * self.scale.x + wave(a), self.turn.0 * x * self.scale.y + wave(c)]
    }

    /// Part of the model position that a row of the image fixes, at patient height `z`.
    pub(super) fn row(&self, y: f32, z: f32) -> [f32; 2] {
        let [_, b, _, d] = &self.waves;
        let wave = |w: &[f32; 4]| w[0] * (w[1] * y + w[2] * z + w[3]).sin();
        let back = self.turn.1 * y + self.lean[1] * z - self.shift.y;
        [wave(b) - self.turn.0 * y * self.scale.x, back * self.scale.y + wave(d)]
    }

    /// Model height of a patient height.
    pub(super) fn height(&self, z: f32) -> f32 {
        (z - self.shift.z) * self.scale.z
    }

    /// Model position of a patient position.
    pub(super) fn model(&self, p: Vec3) -> Vec3 {
        let (c, r) = (self.column(p.x, p.z), self.row(p.y, p.z));
        Vec3::new(c[0] + r[0], c[1] + r[1], self.height(p.z))
    }

    /// Patient position of a model position, to about a hundredth of a millimetre.
    pub(super) fn patient(&self, q: Vec3) -> Vec3 {
        let mut p = q / self.scale + self.shift;
        for _ in 0..5 {
            p += (q - self.model(p)) / self.scale;
        }
        p
    }

    /// Patient box around a model box.
    pub(super) fn patient_bounds(&self, (low, high): (Vec3, Vec3)) -> (Vec3, Vec3) {
        let (centre, half) = (self.patient(0.5 * (low + high)), 0.5 * (high - low) / self.scale);
        // Turn and leaning mix the axes a little; the warp stretches by a tenth at most.
        let mixed = 0.1 * Vec3::new(half.y + half.z, half.x + half.z, 0.0);
        let half = 1.15 * half + mixed + Vec3::splat(0.5);
        (centre - half, centre + half)
    }

    /// By how much more than the model positions of two opposite corners a box of this extent may
    /// reach, mm, breathing included.
    pub(super) fn slack(&self, extent: Vec3) -> Vec3 {
        let [a, b, c, d] = self.waves.map(|w| 2.0 * w[0]);
        let mixed = (self.turn.0.abs() + self.lean[0].abs() + self.lean[1].abs()) * extent.element_sum();
        Vec3::new(a + b + 1.1 * mixed, c + d + 1.1 * mixed, self.breath.abs()) + Vec3::splat(0.5)
    }

    /// How far what fills the lungs has sunk at a model height, mm: nothing above the hila, all
    /// the way at the diaphragm.
    fn sunk(&self, z: f32) -> f32 {
        self.breath * ramp(-25.0, -115.0, z)
    }

    /// Model position in this breath of a place inside the lungs.
    pub(super) fn breathe(&self, u: Vec3) -> Vec3 {
        u - Vec3::Z * self.sunk(u.z)
    }

    /// The inverse of [`Build::breathe`].
    pub(super) fn unbreathe(&self, q: Vec3) -> Vec3 {
        let mut z = q.z;
        if self.breath != 0.0 {
            for _ in 0..4 {
                z = q.z + self.sunk(z);
            }
        }
        Vec3::new(q.x, q.y, z)
    }

    /// Lying on the back, a breast spreads to the side; without one there is the muscle.
    fn breast_shape(&self) -> Ellipsoid {
        let v = Vec3::new;
        if self.breast > 0.5 {
            let s = 0.75 + 0.5 * self.breast;
            Ellipsoid::upright(v(86.0, -84.0 - self.fat, -34.0), v(62.0, 34.0, 58.0) * s)
        } else {
            Ellipsoid::upright(v(80.0, -72.0 - self.fat, 0.0), v(58.0, 36.0, 50.0))
        }
    }

    /// Outlines at a model height.
    pub(super) fn level(&self, z: f32) -> Level {
        let centre_y = CAVITY_CENTRE.at(z).0;
        let grow = |(value, slope): (f32, f32)| (value + self.fat, slope);
        Level {
            z,
            cavity: Section {
                centre_y,
                width: CAVITY_WIDTH.at(z),
                front: CAVITY_FRONT.at(z),
                back: CAVITY_BACK.at(z),
            },
            body: Section {
                centre_y: centre_y * 0.5,
                width: grow(BODY_WIDTH.at(z)),
                front: grow(BODY_FRONT.at(z)),
                back: grow(BODY_BACK.at(z)),
            },
            breast: self.breast_shape(),
            furrow_mm: 4.0 + 5.0 * self.breast,
            glands: if self.breast > 0.5 { self.glands } else { 0.0 },
            spine_y: SPINE_Y.at(z).0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_and_the_model_map_to_each_other() {
        let build = Build::new(
            11,
            &Pose { shift_mm: [4.0, -3.0, 6.0], turn_deg: 3.0, lean_deg: [1.0, -2.0], breath_mm: 8.0 },
        );
        for p in [Vec3::new(100.0, -50.0, 60.0), Vec3::new(-80.0, 70.0, -150.0)] {
            // Five steps of a contraction of less than a fifth, in single precision.
            assert!((build.patient(build.model(p)) - p).length() < 0.01);
        }
    }

    #[test]
    fn the_fast_power_is_one() {
        for n in 1..400 {
            let f = (n as f32 * 0.05 - 13.8).exp();
            assert!((power_04(f) / f.powf(0.4) - 1.0).abs() < 1e-3, "{f}: {}", power_04(f));
        }
    }

    #[test]
    fn the_cavity_lies_inside_the_skin_at_every_height() {
        let build = Build::new(3, &Pose::default());
        for z in (-220..100).step_by(10) {
            let level = build.level(z as f32);
            for n in 0..64 {
                let angle = n as f32 * 0.098_174_77;
                let (x, y) = (200.0 * angle.sin(), level.cavity.centre_y + 200.0 * angle.cos());
                // Walk inwards to the cavity's surface, then ask for the skin.
                let mut t = 1.0f32;
                let at = |t: f32| (x * t, level.cavity.centre_y + (y - level.cavity.centre_y) * t);
                while t > 0.02 && level.cavity.distance(at(t).0, at(t).1) > 0.0 {
                    t -= 0.01;
                }
                let skin = level.skin(Vec3::new(at(t).0, at(t).1, z as f32));
                assert!(skin < -9.0, "height {z}, direction {n}: {skin} mm");
            }
        }
    }
}
