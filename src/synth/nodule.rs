//! Solid nodules: shape by margin, place by attachment, and the truth measured on the shape itself.
//!
//! Used by `phantom`. Everything is in patient millimetres.

use glam::Vec3;
use rand_chacha::ChaCha8Rng;

use super::build::Build;
use super::field::{Ellipsoid, Tube, coverage, mix, ramp, smooth_min};
use super::lung::{self, Lobe};
use super::mediastinum::Piece;
use super::noise::{Purpose, Texture, between, generator};
use super::tree::{Branch, Kind};

/// How the border looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Margin {
    /// Round and even.
    Smooth,
    /// Several bulges.
    Lobulated,
    /// Strands into the lung around it.
    Spiculated,
}

/// What the nodule touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attachment {
    /// Lung all around.
    Isolated,
    /// A vessel runs into it or along it.
    JuxtaVascular,
    /// It sits on the pleura of the chest wall.
    JuxtaPleural,
}

/// A nodule in its place.
pub(super) struct Nodule {
    pub centre: Vec3,
    /// Radius that the shape was drawn with.
    pub radius_mm: f32,
    pub margin: Margin,
    pub attachment: Attachment,
    pub lobe: Lobe,
    body: Body,
    spicules: Vec<Tube>,
    hu: f32,
}

struct Body {
    core: Ellipsoid,
    bulges: Vec<(Vec3, f32)>,
    seam_mm: f32,
}

/// What was measured on a shape.
pub(super) struct Measured {
    pub centroid: Vec3,
    pub volume_mm3: f64,
}

/// Space in which nodules may lie: box in patient mm.
pub(super) type Room = (Vec3, Vec3);

const MARGINS: [Margin; 3] = [Margin::Spiculated, Margin::Smooth, Margin::Lobulated];
const ATTACHMENTS: [Attachment; 4] =
    [Attachment::Isolated, Attachment::JuxtaPleural, Attachment::Isolated, Attachment::JuxtaVascular];

/// Finds a place for `count` nodules of 4 to 30 mm, the largest first.
/// - returns: fewer than `count` where the lungs inside `room` have no place for more
pub(super) fn place(
    build: &Build,
    pieces: &[Piece],
    branches: &[Branch],
    room: Room,
    count: usize,
    seed: u64,
) -> Vec<Nodule> {
    let mut placed: Vec<Nodule> = Vec::new();
    for n in 0..count {
        let mut rng = generator(seed, Purpose::Nodule, n as u64);
        // Evenly spread over the logarithm of the size, the largest first.
        let share = 1.0 - (n as f32 + 0.5 + between(&mut rng, -0.3, 0.3)) / count as f32;
        let diameter = 4.6 * (27.0f32 / 4.6).powf(share);
        let margin = MARGINS[n % MARGINS.len()];
        // Strands need a body to come from.
        let margin = if diameter < 8.0 && margin == Margin::Spiculated { Margin::Smooth } else { margin };
        let attachment = ATTACHMENTS[n % ATTACHMENTS.len()];
        let radius = diameter * 0.5;
        let place = (0..4000).find_map(|attempt| {
            // Ever less demanding about the distance to vessels and to other nodules.
            let patience = 1.0 - attempt as f32 / 4000.0;
            let p = propose(build, pieces, branches, room, attachment, radius, patience, &mut rng)?;
            let apart = |o: &Nodule| o.centre.distance(p) > o.radius_mm + radius + 6.0 + 34.0 * patience;
            placed.iter().all(apart).then_some(p)
        });
        let Some(centre) = place else { continue };
        let lobe = lung::lobe(build.model(centre));
        placed.push(Nodule::new(centre, radius, margin, attachment, lobe, &mut rng));
    }
    placed
}

/// One random place that suits the attachment, or `None`.
#[expect(clippy::too_many_arguments, reason = "one call; a struct would only repeat these names")]
fn propose(
    build: &Build,
    pieces: &[Piece],
    branches: &[Branch],
    (low, high): Room,
    attachment: Attachment,
    radius: f32,
    patience: f32,
    rng: &mut ChaCha8Rng,
) -> Option<Vec3> {
    let mut p = Vec3::new(
        between(rng, low.x.max(-145.0), high.x.min(145.0)),
        between(rng, low.y.max(-100.0), high.y.min(110.0)),
        between(rng, low.z.max(-180.0), high.z.min(100.0)),
    );
    if attachment == Attachment::JuxtaVascular {
        let branch = branches[(between(rng, 0.0, 1.0) * (branches.len() - 1) as f32) as usize];
        if branch.kind != Kind::Vessel || !(0.9..3.2).contains(&branch.tube.rb) {
            return None;
        }
        let out = (p - branch.tube.b).cross(branch.tube.b - branch.tube.a).normalize_or(Vec3::X);
        p = branch.tube.b + out * (radius * 0.8);
    }
    let inside = Vec3::splat(radius + 4.0);
    if p.cmplt(low + inside).any() || p.cmpgt(high - inside).any() {
        return None;
    }
    let q = build.model(p);
    let depth = -lung::distance(build, pieces, q);
    let level = build.level(q.z);
    let wall = -level.out(q);
    let fits = match attachment {
        Attachment::Isolated => depth > radius * 1.15 + 4.0 + 8.0 * patience,
        Attachment::JuxtaVascular => depth > radius + 3.0,
        // On the chest wall, not on heart or diaphragm, and not in a narrow corner.
        Attachment::JuxtaPleural => {
            let toward_spine =
                lung::distance(build, pieces, q + Vec3::new(-q.x.signum() * radius * 1.8, 0.0, 0.0));
            (0.4 * radius..0.65 * radius).contains(&depth)
                && wall < depth + 3.0
                && toward_spine < -radius * 0.8
        }
    };
    if !fits {
        return None;
    }
    if attachment == Attachment::Isolated {
        let free = radius + 3.0 * patience;
        let near = |b: &Branch| b.tube.rb > 1.1 && b.tube.distance(p) < free;
        if branches.iter().any(near) {
            return None;
        }
    }
    Some(p)
}

fn any_direction(rng: &mut ChaCha8Rng) -> Vec3 {
    let z = between(rng, -1.0, 1.0);
    let turn = between(rng, 0.0, std::f32::consts::TAU);
    let flat = (1.0 - z * z).max(0.0).sqrt();
    Vec3::new(flat * turn.cos(), flat * turn.sin(), z)
}

impl Nodule {
    fn new(
        centre: Vec3,
        radius: f32,
        margin: Margin,
        attachment: Attachment,
        lobe: Lobe,
        rng: &mut ChaCha8Rng,
    ) -> Self {
        let mut around = |low: f32, high: f32| radius * between(rng, low, high);
        let body = match margin {
            Margin::Smooth => {
                let semi = Vec3::new(around(0.96, 1.1), around(0.92, 1.02), around(0.88, 1.02));
                Body {
                    core: Ellipsoid::along(centre, any_direction(rng), semi),
                    bulges: Vec::new(),
                    seam_mm: 1.0,
                }
            }
            Margin::Lobulated | Margin::Spiculated => {
                let (core, reach, count) =
                    if margin == Margin::Lobulated { (0.74, 0.56, 8) } else { (0.7, 0.62, 13) };
                let semi = Vec3::new(
                    around(core, core + 0.08),
                    around(core - 0.08, core),
                    around(core - 0.06, core + 0.02),
                );
                let bulges = (0..count)
                    .map(|_| {
                        let at = centre + any_direction(rng) * (radius * reach);
                        (at, radius * between(rng, 0.26, 0.5))
                    })
                    .collect();
                let core = Ellipsoid::along(centre, any_direction(rng), semi);
                Body { core, bulges, seam_mm: 0.22 * radius }
            }
        };
        let spicules = if margin == Margin::Spiculated {
            (0..(46.0 + radius * 3.2) as usize)
                .map(|_| {
                    let out = any_direction(rng);
                    let tip = radius * between(rng, 1.2, 1.7) + between(rng, 0.5, 4.5);
                    let sway = any_direction(rng) * (0.18 * tip);
                    let thick = (0.07 * radius * between(rng, 0.6, 1.3)).clamp(0.45, 0.95);
                    Tube::new(centre + out * (0.7 * radius), thick * 1.9, centre + out * tip + sway, 0.4)
                })
                .collect()
        } else {
            Vec::new()
        };
        let hu = between(rng, 28.0, 62.0);
        Self { centre, radius_mm: radius, margin, attachment, lobe, body, spicules, hu }
    }

    /// How strongly the border is spiculated, 1 (none) to 5 (marked), as readers rate it.
    pub(super) fn spiculation(&self) -> u8 {
        match self.margin {
            Margin::Smooth => 1,
            Margin::Lobulated => 2,
            Margin::Spiculated => 5,
        }
    }

    /// Nothing of the nodule is further than this from its centre, mm.
    pub(super) fn reach_mm(&self) -> f32 {
        self.radius_mm * 2.0 + 7.0
    }

    fn body(&self, p: Vec3) -> f32 {
        let core = self.body.core.distance(p);
        self.body.bulges.iter().fold(core, |d, &(at, r)| smooth_min(d, p.distance(at) - r, self.body.seam_mm))
    }

    /// Paints the nodule at one place.
    /// - `lung`: distance of the place from the lung's surface; the nodule stays inside
    pub(super) fn paint(&self, hu: &mut f32, p: Vec3, lung: f32, edge_mm: f32, texture: &Texture) {
        let inside = 1.0 - ramp(0.0, 2.5, lung);
        let value = self.hu + 9.0 * texture.at((p * 0.55).to_array());
        let strand =
            self.spicules.iter().fold(0.0f32, |most, s| most.max(0.8 * coverage(s.distance(p), edge_mm)));
        let covered = coverage(self.body(p), edge_mm);
        // Strands never darken what is there already.
        *hu = hu.max(mix(*hu, value - 25.0, strand * inside * 0.9));
        *hu = mix(*hu, value, covered * inside);
    }

    /// Volume and centroid of the body inside the lung, strands not counted.
    pub(super) fn measure(&self, build: &Build, pieces: &[Piece]) -> Measured {
        // 56 steps over the box: the volume of a sphere comes out within half a percent.
        const STEPS: i32 = 56;
        let reach = self.radius_mm * 1.25;
        let step = 2.0 * reach / STEPS as f32;
        let clipped = self.attachment == Attachment::JuxtaPleural;
        let (mut count, mut sum) = (0u32, glam::DVec3::ZERO);
        for k in 0..STEPS {
            for j in 0..STEPS {
                for i in 0..STEPS {
                    let offset = Vec3::new(i as f32, j as f32, k as f32) + Vec3::splat(0.5);
                    let p = self.centre + offset * step - Vec3::splat(reach);
                    if self.body(p) < 0.0 && (!clipped || lung::distance(build, pieces, build.model(p)) < 0.0)
                    {
                        count += 1;
                        sum += p.as_dvec3();
                    }
                }
            }
        }
        let cell = f64::from(step).powi(3);
        let centroid = if count == 0 { self.centre } else { (sum / f64::from(count)).as_vec3() };
        Measured { centroid, volume_mm3: f64::from(count) * cell }
    }
}
