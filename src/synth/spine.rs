//! The spine: vertebral bodies, discs, canal, arches and processes.
//!
//! Vertebrae repeat every 23 mm; a position is measured against the nearest one. Called for voxels
//! near the midline only.

use glam::Vec3;

use super::field::{Tube, coverage, mix, oval, smooth_max, smooth_min};
use super::noise::Texture;

/// Height of one vertebra and its disc, mm.
pub(super) const STEP_MM: f32 = 23.0;
/// Height of the middle of the body of the first thoracic vertebra.
const FIRST_MM: f32 = 93.0;

/// Height of the middle of thoracic vertebra `number` (1 to 12, others continue the row).
pub(super) fn vertebra_z(number: i32) -> f32 {
    FIRST_MM - (number - 1) as f32 * STEP_MM
}

/// How wide the spine is compared with its middle: it widens towards the feet.
fn girth(z: f32) -> f32 {
    (1.0 - z * 0.0009).clamp(0.86, 1.2)
}

/// Distance to the outside of the vertebral column (bodies and discs alone), for the lungs that
/// lie against it.
pub(super) fn column(x: f32, dy: f32, z: f32) -> f32 {
    let g = girth(z);
    oval(x, dy, 16.5 * g, 14.0 * g)
}

/// Paints the spine over what is there.
/// - `p`: model position; `dy`: its y behind the middle of the vertebral bodies
pub(super) fn paint(hu: &mut f32, p: Vec3, dy: f32, edge_mm: f32, texture: &Texture) {
    let g = girth(p.z);
    let number = ((FIRST_MM - p.z) / STEP_MM).round();
    let dz = p.z - (FIRST_MM - number * STEP_MM);
    let x = p.x.abs();
    // Disc between two bodies, a little wider than they are at their waist.
    let tall = STEP_MM * 0.5 - 2.6;
    let column = oval(p.x, dy, 15.5 * g, 12.5 * g);
    *hu = mix(*hu, 82.0, coverage(column, edge_mm));
    let waist = 1.8 * (1.0 - (dz / tall) * (dz / tall)).max(0.0);
    let body = smooth_max(column - 0.6 + waist, dz.abs() - tall, 3.0);
    let grain = 60.0 * texture.at([p.x * 0.5, p.y * 0.5, p.z * 0.25])
        + 40.0 * texture.at([p.x * 1.1, p.y * 1.1, p.z * 0.5]);
    let spongy = 150.0 + grain;
    let bone = |hu: &mut f32, d: f32, cortex_mm: f32, inside: f32| {
        *hu = mix(*hu, 560.0, coverage(d, edge_mm));
        *hu = mix(*hu, inside, coverage(d + cortex_mm, edge_mm));
    };
    bone(hu, body, 1.5, spongy);

    // Canal behind the body: fat around the sac, cord inside.
    let canal_y = 12.5 * g + 8.5;
    let canal = oval(p.x, dy - canal_y, 10.5, 8.8);
    // The arch closes around the canal over the upper two thirds of each level.
    let arch_z = dz.abs() - 8.5;
    let arch = smooth_max(smooth_max(canal - 5.0, -canal, 2.0), arch_z, 3.0);
    let arch = smooth_max(arch, -(dy - canal_y + 9.0), 2.0);
    bone(hu, arch, 1.4, 240.0);

    let side = |q: Vec3| Vec3::new(q.x.abs(), q.y, q.z);
    let q = side(Vec3::new(p.x, dy, dz));
    let pedicle =
        Tube::new(Vec3::new(10.0, 9.0 * g, 3.5), 4.2, Vec3::new(13.5, canal_y + 2.0, 3.0), 4.6).distance(q);
    let transverse =
        Tube::new(Vec3::new(13.0, canal_y + 4.0, 2.0), 5.0, Vec3::new(30.0, canal_y + 15.0, 4.0), 4.6)
            .distance(q);
    bone(hu, smooth_min(pedicle, transverse, 4.0), 1.5, 230.0);
    // The spinous process slants over the next level: look at this one and the one above.
    let blade = |q: Vec3| {
        let tube =
            Tube::new(Vec3::new(0.0, canal_y + 9.0, -2.0), 3.6, Vec3::new(0.0, canal_y + 36.0, -19.0), 4.2);
        let flat = Vec3::new(q.x * 1.35, q.y, q.z * 0.8 - 0.2);
        tube.distance(flat)
    };
    let blade = blade(q).min(blade(q - Vec3::new(0.0, 0.0, STEP_MM)));
    bone(hu, blade, 1.4, 260.0);

    if x < 14.0 {
        *hu = mix(*hu, -60.0, coverage(canal + 0.4, edge_mm));
        *hu = mix(*hu, 18.0, coverage(oval(p.x, dy - canal_y, 8.2, 7.0), edge_mm));
        *hu = mix(*hu, 42.0, coverage(oval(p.x, dy - canal_y, 5.0, 3.9), edge_mm * 1.3));
    }
}
