//! The chest wall: ribs and their cartilage, sternum, collar bones, shoulder blades, muscles, fat.
//!
//! Ribs and muscles are bands on the cage: a place is given by its distance from the cavity, its
//! turn around the chest (0 spine, 1 sternum) and its height. Called for voxels inside the skin
//! and outside the cavity.

use glam::Vec3;

use super::build::{Level, arm};
use super::field::{Tube, coverage, length, mix, oval, plateau, ramp, smooth_max, smooth_min};
use super::noise::Texture;
use super::spine::vertebra_z;

const MUSCLE_HU: f32 = 56.0;
const FAT_HU: f32 = -102.0;

/// One pair of ribs: how far it falls on its way forward, how far its cartilage climbs again, and
/// where bone and cartilage end.
struct Rib {
    fall_mm: f32,
    rise_mm: f32,
    bone_end: f32,
    end: f32,
}

const fn rib(fall_mm: f32, rise_mm: f32, bone_end: f32, end: f32) -> Rib {
    Rib { fall_mm, rise_mm, bone_end, end }
}

const RIBS: [Rib; 12] = [
    rib(40.0, -4.0, 0.80, 0.96),
    rib(62.0, 2.0, 0.79, 0.96),
    rib(82.0, 23.0, 0.78, 0.96),
    rib(98.0, 41.0, 0.77, 0.96),
    rib(110.0, 57.0, 0.76, 0.96),
    rib(118.0, 71.0, 0.75, 0.96),
    rib(124.0, 84.0, 0.74, 0.96),
    rib(126.0, 78.0, 0.72, 0.92),
    rib(122.0, 66.0, 0.69, 0.88),
    rib(114.0, 54.0, 0.66, 0.82),
    rib(104.0, 0.0, 0.50, 0.52),
    rib(90.0, 0.0, 0.33, 0.35),
];

/// Distance of the middle of a rib from the cavity, mm.
const RIB_DEPTH_MM: f32 = 5.2;

/// Everything that is needed of one place in the wall.
struct Place {
    /// Model position.
    p: Vec3,
    /// Distance from the cavity, from the skin.
    out: f32,
    skin: f32,
    /// 0 at the spine, 1 at the sternum.
    turn: f32,
    edge_mm: f32,
}

/// Skin, fat and everything between skin and cavity.
/// - `p`: model position; `skin` and `out`: its distances from skin and cavity
pub(super) fn paint(
    hu: &mut f32,
    level: &Level,
    p: Vec3,
    skin: f32,
    out: f32,
    edge_mm: f32,
    texture: &Texture,
) {
    *hu = mix(*hu, 18.0, coverage(skin, edge_mm));
    // Fat is parted by thin septa.
    let lobules = texture.at([p.x / 11.0, p.y / 11.0, p.z / 16.0]);
    let septum = 1.0 - ramp(0.0, 0.05, lobules.abs());
    let mut fat = FAT_HU + 6.0 * lobules + 26.0 * septum;
    let breast = level.breast(p);
    if level.glands > 0.0 && breast < -9.0 {
        let strands =
            texture.at([p.x / 7.0 + 3.0, p.y / 9.0, p.z / 9.0]) + 0.5 * texture.at((p / 3.1).to_array());
        let dense = ramp(0.6 - level.glands, 1.0 - level.glands, strands + 0.012 * (-9.0 - breast));
        fat = mix(fat, 22.0, 0.9 * dense * ramp(-9.0, -15.0, breast));
    }
    *hu = mix(*hu, fat, coverage(skin + 1.6, edge_mm));
    let place = Place { p, out, skin, turn: level.cavity.turn(p.x, p.y), edge_mm };
    let muscle = muscles(level, &place);
    // Muscles end under the skin's fat.
    let muscle = smooth_max(muscle, skin + 4.5, 3.0);
    if muscle < edge_mm {
        // Bundles of fibres with fat between them.
        let bundles = texture.at([p.x / 4.3, p.y / 3.3, p.z / 21.0]);
        let tissue = MUSCLE_HU + 7.0 * bundles - 75.0 * ramp(0.48, 0.8, bundles);
        *hu = mix(*hu, tissue, coverage(muscle, edge_mm));
    }
    if (-3.0..60.0).contains(&out) || p.z > 85.0 {
        bones(hu, level, &place);
    }
}

/// A band of muscle: thickest in the middle of its region, gone at its borders.
fn band(place: &Place, inner_mm: f32, thick_mm: f32, region: f32) -> f32 {
    let half = 0.5 * thick_mm * region - 1.2 * (1.0 - region);
    (place.out - inner_mm + 2.0 - 0.5 * thick_mm).abs() - half
}

fn muscles(level: &Level, place: &Place) -> f32 {
    let Place { p, out, skin, turn, .. } = *place;
    let z = p.z;
    let region = |t0: f32, t1: f32, z0: f32, z1: f32| plateau(t0, t1, 0.09, turn) * plateau(z0, z1, 22.0, z);
    // Between the ribs; a film of fat towards the lung.
    let mut d = (out - 4.4).abs() - 3.5;
    if out < 60.0 && z < 120.0 {
        let bands = [
            band(place, 12.5, 15.0, region(0.66, 0.90, -12.0, 62.0)), // pectoralis major
            band(place, 12.0, 6.0, region(0.40, 0.62, -95.0, 30.0)),  // serratus
            band(place, 18.5, 9.0, region(0.27, 0.46, -170.0, 5.0)),  // latissimus
            band(place, 12.5, 11.0, region(0.24, 0.44, 8.0, 72.0)),   // subscapularis
            band(place, 28.5, 13.0, region(0.24, 0.40, 0.0, 66.0)),   // infraspinatus
            band(place, 12.5, 9.0, plateau(0.74, 0.86, 0.05, turn) * plateau(-230.0, -120.0, 30.0, z)), // rectus
            band(place, 10.0, 10.0, plateau(0.4, 0.74, 0.08, turn) * plateau(-230.0, -150.0, 30.0, z)), // obliques
        ];
        for b in bands {
            d = smooth_min(d, b, 2.0);
        }
    }
    // The long muscles of the back, and trapezius over them.
    let dy = p.y - level.spine_y;
    let swell = 1.0 - 0.0012 * (z + 60.0);
    let long = oval(p.x.abs() - 27.0 * swell, dy - 43.0, 22.0 * swell, 15.0 * swell.max(0.8));
    d = smooth_min(d, long, 2.0);
    let trapezius =
        (skin + 13.0).abs() - 4.0 * plateau(-0.2, 0.22, 0.1, turn) * plateau(-60.0, 200.0, 40.0, z) + 0.8;
    d = smooth_min(d, trapezius, 2.0);
    if z > 40.0 {
        d = smooth_min(d, neck_and_shoulder(p, level), 4.0);
    }
    d
}

fn neck_and_shoulder(p: Vec3, level: &Level) -> f32 {
    let q = Vec3::new(p.x.abs(), p.y, p.z);
    let dy = p.y - level.spine_y;
    // Deltoid and upper arm around the bone; thin fat planes part it into heads.
    let heads = 1.6 * (q.y * 0.19 + q.z * 0.05).sin() - 0.8;
    let arm = arm(p) - 34.0 - heads;
    let scalene =
        Tube::new(Vec3::new(24.0, 22.0, 150.0), 10.0, Vec3::new(46.0, 12.0, 88.0), 10.0).distance(q);
    let mastoid = Tube::new(Vec3::new(44.0, 0.0, 160.0), 9.0, Vec3::new(18.0, -30.0, 66.0), 7.0).distance(q);
    let back = oval(q.x - 30.0, dy - 38.0, 34.0, 24.0).max(78.0 - p.z);
    let supraspinatus =
        Tube::new(Vec3::new(60.0, 62.0, 80.0), 13.0, Vec3::new(116.0, 34.0, 96.0), 13.0).distance(q);
    let axilla = Tube::new(Vec3::new(96.0, -28.0, 40.0), 9.0, Vec3::new(132.0, 4.0, 74.0), 15.0).distance(q);
    [scalene, mastoid, back, supraspinatus, axilla].into_iter().fold(arm, |d, m| smooth_min(d, m, 2.5))
}

fn bones(hu: &mut f32, level: &Level, place: &Place) {
    let Place { p, out, turn, edge_mm, .. } = *place;
    let mut bone = |d: f32, cortex_mm: f32, shell: f32, inside: f32| {
        *hu = mix(*hu, shell, coverage(d, edge_mm));
        *hu = mix(*hu, inside, coverage(d + cortex_mm, edge_mm));
    };
    if out < 14.0 {
        let (d, cartilage) = ribs(place);
        if d < 3.0 {
            bone(d, 1.5, mix(820.0, 105.0, cartilage), mix(230.0, 85.0, cartilage));
        }
    }
    let q = Vec3::new(p.x.abs(), p.y, p.z);
    // Sternum: the handle is wider than the body.
    if q.x < 36.0 && p.y < level.cavity.front_y() + 25.0 {
        let front = level.cavity.front_y() - 7.0;
        let wide = mix(15.0, 25.0, ramp(12.0, 36.0, p.z)) - 6.0 * ramp(-60.0, -95.0, p.z);
        let slab = oval(q.x, p.y - front, wide, 6.2);
        let ends = (p.z - 57.0).max(-96.0 - p.z);
        let joint = 1.5 - (p.z - 17.0).abs();
        bone(smooth_max(smooth_max(slab, ends, 6.0), joint, 2.0), 1.2, 460.0, 130.0);
    }
    if p.z > 40.0 {
        let inner =
            Tube::new(Vec3::new(24.0, -42.0, 63.0), 9.5, Vec3::new(70.0, -32.0, 88.0), 6.0).distance(q);
        let outer =
            Tube::new(Vec3::new(70.0, -32.0, 88.0), 6.0, Vec3::new(120.0, 14.0, 112.0), 6.8).distance(q);
        bone(smooth_min(inner, outer, 8.0), 1.8, 900.0, 220.0);
        let head = (q - Vec3::new(136.0, 24.0, 92.0)).length() - 23.0;
        let shaft =
            Tube::new(Vec3::new(136.0, 24.0, 92.0), 13.0, Vec3::new(176.0, -2.0, 190.0), 11.0).distance(q);
        bone(smooth_min(head, shaft, 6.0), 2.0, 780.0, 190.0);
        let socket =
            Tube::new(Vec3::new(104.0, 40.0, 84.0), 11.0, Vec3::new(112.0, 36.0, 88.0), 13.0).distance(q);
        let acromion =
            Tube::new(Vec3::new(84.0, 70.0, 98.0), 5.0, Vec3::new(128.0, 34.0, 124.0), 7.0).distance(q);
        bone(smooth_min(socket, acromion, 5.0), 1.6, 780.0, 210.0);
    }
    // Shoulder blade: a thin plate over the ribs, thick at its outer border.
    if (14.0..40.0).contains(&out) && (-45.0..100.0).contains(&p.z) {
        let low = mix(0.36, 0.22, ramp(-38.0, 60.0, p.z));
        let high = mix(0.40, 0.47, ramp(-38.0, 70.0, p.z));
        let inside =
            (turn - low).min(high - turn).min((p.z + 36.0) * 0.004).min((88.0 - p.z) * 0.006) * 380.0;
        let border = 3.4 * (1.0 - ramp(0.0, 0.055, high - turn)) + 1.2 * (1.0 - ramp(0.0, 0.03, turn - low));
        let plate = (out - 26.0).abs() - (1.5 + border);
        bone(smooth_max(plate, -inside, 3.0), 1.3, 760.0, 260.0);
    }
}

/// Distance to the nearest rib, and how far it is cartilage there (0 bone, 1 cartilage).
fn ribs(place: &Place) -> (f32, f32) {
    let Place { p, out, turn, .. } = *place;
    let across = (out - RIB_DEPTH_MM) / 3.7;
    let mut best = (f32::MAX, 0.0);
    // A rib first keeps its height, falls along the side, and flattens again in front.
    let fall = turn + 0.07 * (std::f32::consts::TAU * (turn - 0.1)).sin();
    for (n, rib) in RIBS.iter().enumerate() {
        let head = vertebra_z(n as i32 + 1) + 7.0;
        let climb = ramp(rib.bone_end - 0.04, rib.end + 0.08, turn);
        let z = head - rib.fall_mm * (fall - 0.05).min(0.85) / 0.8 + rib.rise_mm * climb;
        let along = (p.z - z) * 0.92 / 6.6;
        if along.abs() > 2.0 {
            continue;
        }
        let (k0, k1) = (length(across, along), length(across / 3.7, along / 6.6));
        let section = if k1 < 1e-9 { -3.7 } else { k0 * (k0 - 1.0) / k1 };
        // About 380 mm of arc from spine to sternum.
        let d = smooth_max(section, (turn - rib.end) * 380.0, 3.0);
        if d < best.0 {
            best = (d, ramp(rib.bone_end - 0.008, rib.bone_end + 0.008, turn));
        }
    }
    best
}
