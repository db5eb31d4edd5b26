//! What is seen below the diaphragm: liver, spleen, stomach with its gas, fat.
//!
//! Called for voxels inside the cavity and under the domes.

use glam::Vec3;

use super::build::Build;
use super::field::{Ellipsoid, Tube, coverage, mix, smooth_max, smooth_min};

/// The organs of one person.
#[derive(Debug)]
pub(super) struct Abdomen {
    liver: Ellipsoid,
    liver_left: Ellipsoid,
    spleen: Ellipsoid,
    stomach: Ellipsoid,
    stomach_low: Ellipsoid,
    veins: Vec<Tube>,
    vein_hu: f32,
}

impl Abdomen {
    pub(super) fn new(build: &Build) -> Self {
        let v = Vec3::new;
        let hepatic = v(-22.0, 6.0, -128.0);
        let tube = |a: Vec3, ra: f32, b: Vec3, rb: f32| Tube::new(a, ra, b, rb);
        Self {
            liver: Ellipsoid::upright(v(-70.0, -2.0, -185.0), v(92.0, 92.0, 100.0)),
            liver_left: Ellipsoid::along(v(-4.0, -46.0, -158.0), v(1.0, -0.1, 0.1), v(62.0, 36.0, 32.0)),
            spleen: Ellipsoid::along(v(92.0, 46.0, -172.0), v(0.25, -0.5, -0.5), v(50.0, 24.0, 34.0)),
            stomach: Ellipsoid::along(v(66.0, -22.0, -160.0), v(0.2, -0.3, -0.8), v(48.0, 40.0, 40.0)),
            stomach_low: Ellipsoid::upright(v(40.0, -50.0, -205.0), v(44.0, 30.0, 34.0)),
            veins: vec![
                tube(hepatic, 5.0, v(-62.0, 22.0, -142.0), 4.0),
                tube(v(-62.0, 22.0, -142.0), 4.0, v(-104.0, 26.0, -168.0), 2.0),
                tube(v(-62.0, 22.0, -142.0), 3.2, v(-88.0, 50.0, -160.0), 1.6),
                tube(hepatic, 4.6, v(-48.0, -24.0, -146.0), 3.4),
                tube(v(-48.0, -24.0, -146.0), 3.4, v(-74.0, -52.0, -172.0), 1.8),
                tube(v(-48.0, -24.0, -146.0), 3.0, v(-84.0, -20.0, -164.0), 1.6),
                tube(hepatic, 4.0, v(-12.0, -36.0, -150.0), 2.8),
                tube(v(-44.0, -4.0, -190.0), 6.0, v(-78.0, -2.0, -180.0), 4.0),
                tube(v(-78.0, -2.0, -180.0), 4.0, v(-112.0, -18.0, -188.0), 2.0),
                tube(v(-78.0, -2.0, -180.0), 3.6, v(-108.0, 30.0, -196.0), 1.8),
            ],
            vein_hu: build.blood_hu,
        }
    }

    /// Paints the organs over fat.
    /// - `under`: how deep the place lies under the diaphragm and inside the wall, mm (positive)
    pub(super) fn paint(&self, hu: &mut f32, p: Vec3, under: f32, edge_mm: f32) {
        // The diaphragm itself.
        *hu = mix(*hu, 62.0, coverage(-under, edge_mm));
        let inside = 3.2 - under;
        *hu = mix(*hu, -98.0, coverage(inside, edge_mm));
        let within = |d: f32| smooth_max(d, inside + 0.4, 4.0);
        let stomach = within(smooth_min(self.stomach.distance(p), self.stomach_low.distance(p), 18.0));
        let spleen = smooth_max(within(self.spleen.distance(p)), 3.0 - stomach, 3.0);
        let liver = smooth_min(self.liver.distance(p), self.liver_left.distance(p), 24.0);
        let liver = smooth_max(within(liver), 3.0 - stomach, 4.0);
        *hu = mix(*hu, 118.0, coverage(spleen, edge_mm));
        *hu = mix(*hu, 106.0, coverage(liver, edge_mm));
        if liver < -3.0 {
            let vein = self.veins.iter().map(|t| t.distance(p)).fold(f32::MAX, f32::min);
            *hu = mix(*hu, self.vein_hu, 0.8 * coverage(vein, 2.0 * edge_mm));
        }
        if stomach < 3.0 {
            let folds = 1.3 * (p.x * 0.24 + p.z * 0.1).sin() * (p.z * 0.21).sin();
            *hu = mix(*hu, 78.0, coverage(stomach, edge_mm));
            // Lying on the back the gas is in front, the rest behind, with a level between.
            let filled = mix(28.0, -960.0, coverage(p.y + 34.0, edge_mm));
            *hu = mix(*hu, filled, coverage(stomach + 4.6 + folds, edge_mm));
        }
    }
}
