//! What augmentation does to one picture, drawn from the seed: the same for all three scales.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// How strongly pictures are varied. The scales of one picture share one draw: the published code
/// draws for each scale by itself, which shows the network contexts that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Augmentation {
    /// Largest distance of the crop's centre from the nodule's, mm, in any direction, every distance as
    /// likely: a person's click is no centroid, but nearer to it than far.
    pub jitter_mm: f32,
    /// Largest rotation about the slice axis, degrees.
    pub rotation_degrees: f32,
    /// Largest relative change of size in-plane.
    pub scale: f32,
    /// Share of pictures that are rotated and scaled; the others keep their native voxels, because
    /// interpolation smooths noise and what is asked later is not smoothed.
    pub resampled: f32,
    /// Largest standard deviation of white noise added, HU.
    pub noise_hu: f32,
    /// Largest shift of the nodule's HU against its surroundings.
    pub shift_hu: f32,
}

impl Default for Augmentation {
    fn default() -> Self {
        Self {
            jitter_mm: 5.0,
            rotation_degrees: 20.0,
            scale: 0.05,
            resampled: 0.25,
            noise_hu: 15.0,
            shift_hu: 15.0,
        }
    }
}

/// One symmetry of the voxel grid: in-plane quarter turns and mirrors, slices reversed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Symmetry {
    /// Columns and rows change places.
    pub transposed: bool,
    /// Mirrored along columns, rows, slices.
    pub mirrored: [bool; 3],
}

impl Symmetry {
    fn draw(random: &mut ChaCha8Rng) -> Self {
        let bits: u8 = random.random();
        Self { transposed: bits & 1 != 0, mirrored: [bits & 2 != 0, bits & 4 != 0, bits & 8 != 0] }
    }

    /// Where an offset from the centre comes from.
    pub fn apply<T: Copy + std::ops::Neg<Output = T>>(self, [i, j, k]: [T; 3]) -> [T; 3] {
        let [i, j] = if self.transposed { [j, i] } else { [i, j] };
        let sign = |mirrored: bool, v: T| if mirrored { -v } else { v };
        [sign(self.mirrored[0], i), sign(self.mirrored[1], j), sign(self.mirrored[2], k)]
    }
}

/// Everything that is decided by chance about one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Draw {
    /// Which of the candidate surroundings, as a share of their number, 0 to 1.
    pub surroundings: f32,
    /// Shift of the crop against the nodule's centre, mm along columns, rows, slices.
    pub jitter_mm: [f32; 3],
    /// Rotation about the slice axis, radians, and relative size; `None` keeps native voxels.
    pub resampled: Option<(f32, f32)>,
    /// Of the nodule.
    pub nodule: Symmetry,
    /// Of its surroundings.
    pub chest: Symmetry,
    /// Standard deviation of added noise, HU, and the seed of its values.
    pub noise: (f32, u64),
    /// Shift of the nodule's HU.
    pub shift_hu: f32,
}

impl Draw {
    /// The picture as it is: centred, native, nothing added.
    /// - `surroundings`: which of the candidates, 0 to 1
    pub fn plain(surroundings: f32) -> Self {
        Self {
            surroundings,
            jitter_mm: [0.0; 3],
            resampled: None,
            nodule: Symmetry::default(),
            chest: Symmetry::default(),
            noise: (0.0, 0),
            shift_hu: 0.0,
        }
    }

    /// One draw; depends on the generator alone.
    pub fn random(augmentation: &Augmentation, random: &mut ChaCha8Rng) -> Self {
        let mut within = |limit: f32| (2.0 * random.random::<f32>() - 1.0) * limit;
        let (height, turn) = (within(1.0), within(std::f32::consts::PI));
        let (distance, level) = (within(augmentation.jitter_mm).abs(), (1.0 - height * height).sqrt());
        let jitter_mm = [level * turn.cos(), level * turn.sin(), height].map(|v| distance * v);
        let angle = within(augmentation.rotation_degrees).to_radians();
        let scale = 1.0 + within(augmentation.scale);
        let shift_hu = within(augmentation.shift_hu);
        let resampled = random.random::<f32>() < augmentation.resampled;
        Self {
            surroundings: random.random(),
            jitter_mm,
            resampled: resampled.then_some((angle, scale)),
            nodule: Symmetry::draw(random),
            chest: Symmetry::draw(random),
            noise: (random.random::<f32>() * augmentation.noise_hu, random.random()),
            shift_hu,
        }
    }
}

/// A generator for one purpose: independent of every other purpose and of the order of work.
pub fn generator(seed: u64, purpose: &str, indices: &[u64]) -> ChaCha8Rng {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update(purpose.as_bytes());
    for index in indices {
        hash.update(index.to_le_bytes());
    }
    ChaCha8Rng::from_seed(hash.finalize().into())
}
