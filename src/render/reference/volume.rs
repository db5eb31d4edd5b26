//! Twin of `shaders/shared/volume.wgsl`.

use super::mix;

/// What lies at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A value.
    Value,
    /// Nothing was measured here.
    Padding,
    /// Outside every voxel's cell.
    Outside,
    /// In a slice that has not arrived.
    NotLoaded,
}

/// A sample: its value means something where the kind is [`Kind::Value`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Stored value, interpolated.
    pub value: f64,
    /// What lies here.
    pub kind: Kind,
}

/// The textures: stored values and which slices have arrived.
pub struct Voxels<'a> {
    /// Columns, rows, slices.
    pub size: [usize; 3],
    /// Values, columns fastest, then rows, then slices.
    pub values: &'a [i16],
    /// One for each slice.
    pub arrived: &'a [bool],
}

impl Voxels<'_> {
    /// The stored value of a voxel inside the volume.
    pub fn texel(&self, at: [usize; 3]) -> i32 {
        i32::from(self.values[(at[2] * self.size[1] + at[1]) * self.size[0] + at[0]])
    }

    fn any_padding(&self, corners: &[[usize; 3]], padding: [i32; 2]) -> bool {
        corners.iter().any(|at| is_padding(self.texel(*at), padding))
    }
}

/// Whether the stored value is padding.
pub fn is_padding(stored: i32, padding: [i32; 2]) -> bool {
    stored >= padding[0] && stored <= padding[1]
}

/// Whether the position lies outside every voxel's cell.
pub fn is_outside(p: [f64; 3], last: [f64; 3]) -> bool {
    (0..3).any(|a| p[a] < -0.5 || p[a] > last[a] + 0.5)
}

/// Whether the slices of both corners have arrived.
pub fn has_arrived(voxels: &Voxels<'_>, low: [usize; 3], high: [usize; 3]) -> bool {
    voxels.arrived[low[2]] && voxels.arrived[high[2]]
}

/// Lower and upper corner of the cell of a position, and the place between them.
pub fn cell(p: [f64; 3], last: [f64; 3]) -> ([usize; 3], [usize; 3], [f64; 3]) {
    let inside: [f64; 3] = std::array::from_fn(|a| p[a].clamp(0.0, last[a]));
    (inside.map(|x| x.floor() as usize), inside.map(|x| x.ceil() as usize), inside.map(|x| x - x.floor()))
}

/// Bilinear within a native slice: `across` is 1 for the first axis of the slice.
pub fn sample_native(
    voxels: &Voxels<'_>,
    p: [f64; 3],
    last: [f64; 3],
    across: [f64; 3],
    padding: [i32; 2],
) -> Sample {
    let (low, high, fraction) = cell(p, last);
    let first: f64 = (0..3).map(|a| fraction[a] * across[a]).sum();
    let second: f64 = (0..3).map(|a| fraction[a] * (1.0 - across[a])).sum();
    let pick = |is_first: bool| -> [usize; 3] {
        std::array::from_fn(|a| if (across[a] > 0.5) == is_first { high[a] } else { low[a] })
    };
    let corners = [low, pick(true), pick(false), high];
    let [a, b, c, d] = corners.map(|at| f64::from(voxels.texel(at)));
    let value = mix(mix(a, b, first), mix(c, d, first), second);
    let padded = voxels.any_padding(&corners, padding);
    Sample { value, kind: if padded { Kind::Padding } else { Kind::Value } }
}

/// Trilinear between eight voxels.
pub fn sample_trilinear(voxels: &Voxels<'_>, p: [f64; 3], last: [f64; 3], padding: [i32; 2]) -> Sample {
    let (low, high, f) = cell(p, last);
    let corners: [[usize; 3]; 8] =
        std::array::from_fn(|n| std::array::from_fn(|a| if n >> a & 1 == 1 { high[a] } else { low[a] }));
    let v = corners.map(|at| f64::from(voxels.texel(at)));
    let front = mix(mix(v[0], v[1], f[0]), mix(v[2], v[3], f[0]), f[1]);
    let back = mix(mix(v[4], v[5], f[0]), mix(v[6], v[7], f[0]), f[1]);
    let padded = voxels.any_padding(&corners, padding);
    Sample { value: mix(front, back, f[2]), kind: if padded { Kind::Padding } else { Kind::Value } }
}
