//! The shape and the tissue of a nodule, from its ratings, and the truth measured on the shape.
//!
//! A nodule keeps its place in the lung (model mm, before breathing) and its shape around it
//! (patient mm); a picture puts the two together, so that the same nodule is found again when the
//! chest lies and breathes differently, and can grow. Used by `phantom` and `region`.

use glam::Vec3;
use rand_chacha::ChaCha8Rng;

use super::build::Build;
use super::field::{Ellipsoid, Tube, coverage, mix, ramp, smooth_min, wave};
use super::lung::{self, Lobe, Surroundings};
use super::noise::{Texture, between};
use super::places::Attachment;
use super::ratings::Ratings;

/// What the nodule is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Tissue {
    Solid,
    /// A solid core of this share of the radius in ground glass.
    PartSolid(f32),
    NonSolid,
    /// Calcium: in the middle, everywhere, or in popcorn-like lumps.
    Calcified(Calcium),
    /// Fat and soft tissue side by side, as in a hamartoma.
    Fat,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Calcium {
    Central,
    Diffuse,
    Popcorn,
}

/// A nodule of the lung.
#[derive(Clone, Debug)]
pub(super) struct Nodule {
    /// Its place, model mm before breathing.
    pub at: Vec3,
    /// Radius of the sphere of the volume that the shape was drawn for, mm, before growth.
    radius_mm: f32,
    /// By which every length of the shape is multiplied.
    pub growth: f32,
    pub ratings: Ratings,
    /// The label: drawn with the readers' suspicion as its probability.
    pub malignant: bool,
    pub attachment: Attachment,
    pub lobe: Lobe,
    body: Body,
    spicules: Vec<Tube>,
    tissue: Tissue,
    hu: f32,
    glass_hu: f32,
    /// By which its edge is softer than the scanner makes it, mm.
    soft_mm: f32,
    /// Thickness of the wall around a cavity, as a share of the radius; 1 where there is none.
    wall: f32,
}

/// Around the origin.
#[derive(Clone, Debug)]
struct Body {
    core: Ellipsoid,
    bulges: Vec<(Vec3, f32)>,
    seam_mm: f32,
    /// Waves over the surface (per mm, with phase), and how high they are, mm.
    waves: [(Vec3, f32); 4],
    rough_mm: f32,
}

/// What was measured on a shape.
pub(super) struct Measured {
    /// Patient mm.
    pub centroid: Vec3,
    pub volume_mm3: f64,
    /// Of the whole body, what lies outside the lung as well.
    pub whole_mm3: f64,
    /// Lowest and highest z, patient mm.
    pub heights: [f32; 2],
}

fn any_direction(rng: &mut ChaCha8Rng) -> Vec3 {
    let z = between(rng, -1.0, 1.0);
    let turn = between(rng, 0.0, std::f32::consts::TAU);
    let flat = (1.0 - z * z).max(0.0).sqrt();
    Vec3::new(flat * turn.cos(), flat * turn.sin(), z)
}

impl Nodule {
    /// - `at`: model mm before breathing
    pub(super) fn new(
        at: Vec3,
        ratings: Ratings,
        attachment: Attachment,
        lobe: Lobe,
        rng: &mut ChaCha8Rng,
    ) -> Self {
        // Readers measure the longest diameter; the sphere of the same volume is smaller the less
        // round the nodule is.
        let long = 1.0 + 0.26 * (5.0 - ratings.sphericity);
        let radius = 0.5 * ratings.diameter_mm / long.powf(0.6);
        let lobed = (ratings.lobulation - 1.0) / 4.0;
        let spiky = (ratings.spiculation - 1.0) / 4.0;
        let mut around = |middle: f32| radius * middle * between(rng, 0.95, 1.05);
        // What bulges add, the core lacks.
        let core = 1.0 - 0.26 * lobed.max(0.6 * spiky);
        let semi = Vec3::new(
            around(core * long.powf(0.55)),
            around(core * long.powf(-0.2)),
            around(core * long.powf(-0.35)),
        );
        let axis = any_direction(rng);
        let count = 3.0 + 9.0 * lobed + 6.0 * spiky;
        let bulges = (0..count as usize)
            .map(|_| {
                let toward = any_direction(rng);
                let far = radius * (0.45 + 0.2 * lobed) * between(rng, 0.8, 1.2);
                let size = radius * (0.34 + 0.1 * lobed) * between(rng, 0.7, 1.25);
                (toward * far, size)
            })
            .collect();
        let body = Body {
            core: Ellipsoid::along(Vec3::ZERO, axis, semi),
            bulges,
            seam_mm: radius * (0.34 - 0.22 * lobed),
            waves: std::array::from_fn(|n| {
                let per_mm = (1.6 + 0.9 * n as f32) * between(rng, 0.85, 1.15) / radius;
                (any_direction(rng) * per_mm, between(rng, 0.0, std::f32::consts::TAU))
            }),
            rough_mm: radius * (0.03 + 0.03 * (5.0 - ratings.sphericity) + 0.06 * lobed),
        };
        let strands = if spiky < 0.08 { 0 } else { (spiky * (34.0 + 3.6 * radius)) as usize };
        let spicules = (0..strands)
            .map(|_| {
                let out = any_direction(rng);
                let tip =
                    radius * between(rng, 1.1, 1.25 + 0.5 * spiky) + between(rng, 0.5, 1.0 + 4.0 * spiky);
                let sway = any_direction(rng) * (0.18 * tip);
                let thick = (0.07 * radius * between(rng, 0.6, 1.3)).clamp(0.42, 0.95);
                Tube::new(out * (0.7 * radius), thick * 1.8, out * tip + sway, 0.25)
            })
            .collect();
        let malignant = between(rng, 0.0, 1.0) < ratings.suspicion();
        let tissue = if ratings.calcified {
            Tissue::Calcified(match between(rng, 0.0, 3.0) as u8 {
                0 => Calcium::Central,
                1 => Calcium::Popcorn,
                _ => Calcium::Diffuse,
            })
        } else if ratings.texture < 2.2 {
            Tissue::NonSolid
        } else if ratings.texture < 4.0 {
            Tissue::PartSolid(0.3 + 0.5 * (ratings.texture - 2.2) / 1.8)
        } else if ratings.diameter_mm > 8.0 && !malignant && between(rng, 0.0, 1.0) < 0.15 {
            // Fat that CT shows is the mark of a hamartoma, and it settles the question.
            // Source: Siegelman et al., Radiology 160 (1986) 313-317.
            Tissue::Fat
        } else {
            Tissue::Solid
        };
        Self {
            at,
            radius_mm: radius,
            growth: 1.0,
            ratings,
            malignant,
            attachment,
            lobe,
            body,
            spicules,
            tissue,
            hu: between(rng, 18.0, 58.0),
            glass_hu: between(rng, -680.0, -430.0),
            soft_mm: 0.9 * (5.0 - ratings.margin).max(0.0) * (0.45 + 0.05 * radius),
            wall: 1.0,
        }
    }

    /// The same of soft tissue where it held fat: for cohorts in which no tissue may settle a question.
    pub(super) fn without_fat(mut self) -> Self {
        if self.tissue == Tissue::Fat {
            self.tissue = Tissue::Solid;
        }
        self
    }

    /// The same with air in its middle.
    /// - `wall`: thickness of what remains, as a share of the radius
    pub(super) fn with_cavity(mut self, wall: f32) -> Self {
        self.wall = wall;
        self
    }

    /// The same with a strand to the pleura, as far as a strand reaches.
    /// - `toward`: of length 1, patient axes; `length_mm`: from the centre
    pub(super) fn with_strand(mut self, toward: Vec3, length_mm: f32) -> Self {
        let length = length_mm.min(1.9 * self.radius_mm + 5.0);
        self.spicules.push(Tube::new(toward * (0.6 * self.radius_mm), 1.3, toward * length, 0.6));
        self
    }

    /// Radius as it is now, mm.
    pub(super) fn radius_mm(&self) -> f32 {
        self.radius_mm * self.growth
    }

    /// `solid`, `part_solid`, `non_solid`, `calcified` or `fat`.
    pub(super) fn texture_name(&self) -> &'static str {
        match self.tissue {
            Tissue::Solid => "solid",
            Tissue::PartSolid(_) => "part_solid",
            Tissue::NonSolid => "non_solid",
            Tissue::Calcified(_) => "calcified",
            Tissue::Fat => "fat",
        }
    }

    /// `smooth`, `lobulated`, `spiculated` or `ill_defined`.
    pub(super) fn margin_name(&self) -> &'static str {
        let Ratings { spiculation, lobulation, margin, .. } = self.ratings;
        if spiculation >= 2.5 {
            "spiculated"
        } else if lobulation >= 2.25 {
            "lobulated"
        } else if margin < 3.0 {
            "ill_defined"
        } else {
            "smooth"
        }
    }

    /// Patient position of its place.
    pub(super) fn centre(&self, build: &Build) -> Vec3 {
        build.patient(build.breathe(self.at))
    }

    /// Nothing of the nodule is further than this from its centre, mm.
    pub(super) fn reach_mm(&self) -> f32 {
        (self.radius_mm * 2.2 + 6.5) * self.growth + self.soft_mm
    }

    /// Distance to the body; `q` is around the centre, patient mm.
    fn body(&self, q: Vec3) -> f32 {
        let q = q / self.growth;
        let core = self.body.core.distance(q);
        let d = self
            .body
            .bulges
            .iter()
            .fold(core, |d, &(at, r)| smooth_min(d, q.distance(at) - r, self.body.seam_mm));
        let waves = self.body.waves.iter().map(|(k, phase)| wave(q.dot(*k) + phase)).sum::<f32>();
        (d + self.body.rough_mm * waves) * self.growth
    }

    /// Paints the nodule at one place.
    /// - `q`: around the nodule's centre, patient mm
    /// - `lung`: distance of the place from the lung's surface; the nodule stays inside
    pub(super) fn paint(&self, hu: &mut f32, q: Vec3, lung: f32, edge_mm: f32, texture: &Texture) {
        let inside = 1.0 - ramp(0.0, 2.0, lung);
        let d = self.body(q);
        let grain = texture.at((q * 0.55 + self.at).to_array());
        let soft = edge_mm + self.soft_mm;
        if !self.spicules.is_empty() && d < self.radius_mm() * 1.4 + 6.0 {
            let s = q / self.growth;
            let strand = self
                .spicules
                .iter()
                .fold(0.0f32, |most, t| most.max(coverage(t.distance(s) * self.growth, edge_mm)));
            // Strands never darken what is there already.
            *hu = hu.max(mix(*hu, self.hu - 60.0, 0.85 * strand * inside));
        }
        if d > soft {
            return;
        }
        let covered = coverage(d, soft) * inside;
        let radius = self.radius_mm();
        let solid = self.hu + 8.0 * grain;
        let value = match self.tissue {
            Tissue::Solid => solid,
            Tissue::NonSolid => (self.glass_hu + 70.0 * grain).max(*hu),
            Tissue::PartSolid(core) => {
                let glass = (self.glass_hu + 70.0 * grain).max(*hu);
                let inner = d + radius * (1.0 - core) + 1.2 * grain;
                mix(glass, solid - 10.0, coverage(inner, edge_mm + 1.0))
            }
            Tissue::Calcified(kind) => {
                let share = match kind {
                    Calcium::Central => coverage(d + 0.5 * radius, 0.5 * radius + edge_mm),
                    Calcium::Diffuse => 0.75 + 0.25 * grain,
                    Calcium::Popcorn => {
                        ramp(0.0, 0.35, texture.at((q * (2.2 / radius) + self.at).to_array()))
                    }
                };
                mix(solid, 520.0 + 5.0 * self.hu, share)
            }
            Tissue::Fat => {
                let lumps = texture.at((q * (2.6 / radius) + self.at).to_array());
                mix(solid, -85.0, ramp(0.0, 0.25, lumps))
            }
        };
        *hu = mix(*hu, value, covered);
        if self.wall < 1.0 {
            // Its inner surface is as uneven as the outer one, and more.
            let inner = d + radius * self.wall + 0.12 * radius * grain;
            *hu = mix(*hu, -960.0, coverage(inner, edge_mm) * inside);
        }
    }

    /// Whether the body, inside the lung, covers a place.
    /// - `q`: around the centre, patient mm
    fn covers(&self, build: &Build, around: &Surroundings, q: Vec3) -> bool {
        self.body(q) < 0.0 && lung::distance(build, around, build.model(self.centre(build) + q)) < 1.0
    }

    /// Smallest and largest x and y of the body inside the lung at a height; `None` where it is not cut.
    /// - `z`: patient mm
    /// - returns: patient mm, to a quarter of a millimetre
    pub(super) fn outline(&self, build: &Build, around: &Surroundings, z: f32) -> Option<[[f64; 2]; 2]> {
        const STEP_MM: f32 = 0.25;
        let centre = self.centre(build);
        let steps = (1.7 * self.radius_mm() / STEP_MM).ceil() as i32;
        let mut found: Option<[Vec3; 2]> = None;
        for j in -steps..=steps {
            for i in -steps..=steps {
                let q = Vec3::new(i as f32 * STEP_MM, j as f32 * STEP_MM, z - centre.z);
                if self.body(q) < 0.0 && self.covers(build, around, q) {
                    let [low, high] = found.unwrap_or([q, q]);
                    found = Some([low.min(q), high.max(q)]);
                }
            }
        }
        let [low, high] = found?.map(|q| (centre + q).as_dvec3());
        let half = f64::from(STEP_MM) / 2.0;
        Some([[low.x - half, low.y - half], [high.x + half, high.y + half]])
    }

    /// Volume and centroid of the body inside the lung, strands not counted.
    pub(super) fn measure(&self, build: &Build, around: &Surroundings) -> Measured {
        // 56 steps over the box: the volume of a sphere comes out within half a percent.
        const STEPS: i32 = 56;
        let reach = self.radius_mm() * 1.7;
        let step = 2.0 * reach / STEPS as f32;
        let centre = self.centre(build);
        // Only what lies near a surface is cut by it.
        let depth = -lung::distance(build, around, build.model(centre));
        let clipped = depth < reach * 1.1 + 1.0;
        let (mut whole, mut count, mut sum) = (0u32, 0u32, glam::DVec3::ZERO);
        let mut heights = [f32::MAX, f32::MIN];
        for k in 0..STEPS {
            for j in 0..STEPS {
                for i in 0..STEPS {
                    let offset = Vec3::new(i as f32, j as f32, k as f32) + Vec3::splat(0.5);
                    let q = offset * step - Vec3::splat(reach);
                    if self.body(q) >= 0.0 {
                        continue;
                    }
                    whole += 1;
                    if !clipped || lung::distance(build, around, build.model(centre + q)) < 1.0 {
                        count += 1;
                        sum += (centre + q).as_dvec3();
                        heights = [heights[0].min(centre.z + q.z), heights[1].max(centre.z + q.z)];
                    }
                }
            }
        }
        let cell = f64::from(step).powi(3);
        let centroid = if count == 0 { centre } else { (sum / f64::from(count)).as_vec3() };
        Measured {
            centroid,
            volume_mm3: f64::from(count) * cell,
            whole_mm3: f64::from(whole) * cell,
            heights: if count == 0 { [centre.z; 2] } else { heights },
        }
    }
}
