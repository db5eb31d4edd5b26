//! A volume as a 3D texture of whole numbers, filled slice by slice while the series loads.
//!
//! int16 goes to the GPU as it is (R16Sint); real numbers are spread over the int16 range. A volume
//! larger than the adapter takes is averaged over whole cubes of voxels, and says so.

use std::sync::{Arc, Weak};

use super::frame::Upload;
use super::slice::StoredVoxels;
use crate::volume::{Padding, Values, Volume};

/// Coarsest reduction that is tried: 8 x 8 x 8 voxels to one.
const MAX_REDUCTION: usize = 8;

/// Times that averaging a value takes as long as sending it: a frame's budget of 32 MB is then 4
/// million values, some 4 ms.
const REDUCING: usize = 4;

/// The volume on the GPU.
pub(super) struct VolumeTexture {
    /// Weak: the renderer must not keep a closed volume in memory; the address stays taken.
    volume: Weak<Volume>,
    stored: StoredVoxels,
    texture: Option<wgpu::Texture>,
    arrived: Option<wgpu::Texture>,
    /// Slices of the texture that are not on the GPU, middle first.
    pending: Vec<usize>,
    /// Slices of the texture that are.
    present: Vec<bool>,
}

impl VolumeTexture {
    /// Empty textures of the right size; without memory even for a reduced volume there are none.
    pub(super) fn new(device: &wgpu::Device, volume: &Arc<Volume>) -> Self {
        let native = volume.grid().size();
        let limits = device.limits();
        let limit = limits.max_texture_dimension_3d.min(limits.max_texture_dimension_2d) as usize;
        let mut reduced = native.map(|n| n.div_ceil(limit)).into_iter().max().unwrap_or(1).max(1);
        let mut made = None;
        while reduced <= MAX_REDUCTION.max(native.into_iter().max().unwrap_or(1).div_ceil(limit)) {
            made = create(device, native.map(|n| n.div_ceil(reduced)));
            if made.is_some() {
                break;
            }
            tracing::warn!(reduced, "the volume texture does not fit; trying a coarser one");
            reduced += 1;
        }
        let size = native.map(|n| n.div_ceil(reduced));
        let (texture, arrived) = made.unzip();
        let mut pending: Vec<usize> = (0..size[2]).collect();
        let middle = size[2] / 2;
        pending.sort_by_key(|k| k.abs_diff(middle));
        let (value, padding) = encoding(volume);
        Self {
            volume: Arc::downgrade(volume),
            stored: StoredVoxels { size, reduced, value, padding },
            texture,
            arrived,
            pending,
            present: vec![false; size[2]],
        }
    }

    /// Whether this is that volume.
    pub(super) fn holds(&self, volume: &Arc<Volume>) -> bool {
        self.volume.as_ptr() == Arc::as_ptr(volume)
    }

    pub(super) fn stored(&self) -> &StoredVoxels {
        &self.stored
    }

    /// Views of the voxels and of the list of slices that have arrived.
    pub(super) fn views(&self) -> Option<[wgpu::TextureView; 2]> {
        let view = |t: &wgpu::Texture| t.create_view(&wgpu::TextureViewDescriptor::default());
        Some([view(self.texture.as_ref()?), view(self.arrived.as_ref()?)])
    }

    /// Slice `k` of the texture, in stored values; `None` where it has not arrived.
    pub(super) fn slice<'a>(&self, volume: &'a Volume, k: usize) -> Option<std::borrow::Cow<'a, [i16]>> {
        stored_slice(volume, &self.stored, k)
    }

    /// How many of the texture's slices `low..=high` (native indices) have arrived.
    pub(super) fn present_between(&self, low: f64, high: f64) -> usize {
        let factor = self.stored.reduced as f64;
        let last = self.present.len().saturating_sub(1) as f64;
        let clamp = |at: f64| (at / factor).clamp(0.0, last);
        let (low, high) = (clamp(low).floor() as usize, clamp(high).ceil() as usize);
        self.present.iter().take(high + 1).skip(low).filter(|p| **p).count()
    }

    pub(super) fn is_complete(&self) -> bool {
        self.pending.is_empty()
    }

    pub(super) fn state(&self) -> Upload {
        let total = self.volume.upgrade().map_or(0, |v| v.grid().size()[2]);
        let here = self.present.iter().filter(|p| **p).count();
        let bytes = self.stored.size.iter().map(|n| *n as u64).product::<u64>() * 2;
        Upload {
            slices: (here * self.stored.reduced).min(total),
            total,
            reduced: if self.texture.is_some() { self.stored.reduced } else { 0 },
            bytes: if self.texture.is_some() { bytes } else { 0 },
        }
    }

    /// Sends slices that are in memory and not yet on the GPU, nearest to `focus` first, until
    /// `budget_bytes` are used up; at least one.
    /// - `focus`: native slice that somebody looks at
    pub(super) fn upload(
        &mut self,
        queue: &wgpu::Queue,
        volume: &Volume,
        focus: Option<usize>,
        budget_bytes: usize,
    ) {
        let (Some(texture), Some(arrived)) = (&self.texture, &self.arrived) else { return };
        if self.pending.is_empty() {
            return;
        }
        if let Some(focus) = focus {
            let focus = focus / self.stored.reduced;
            self.pending.sort_by_key(|k| k.abs_diff(focus));
        }
        let [width, height, _] = volume.grid().size();
        let slice_bytes = match self.stored.reduced {
            1 => width * height * 2,
            // Every native value of a cube is read, and costs more than one that is only sent.
            reduced => (width * height * 2).saturating_mul(reduced).saturating_mul(REDUCING),
        };
        let room = (budget_bytes / slice_bytes.max(1)).max(1);
        let mut sent = 0;
        self.pending.retain(|&k| {
            if sent == room {
                return true;
            }
            let Some(values) = stored_slice(volume, &self.stored, k) else { return true };
            write(queue, texture, self.stored.size, k, &values);
            mark(queue, arrived, k);
            if let Some(present) = self.present.get_mut(k) {
                *present = true;
            }
            sent += 1;
            false
        });
    }
}

/// Value = stored * x + y, and padding in stored values.
fn encoding(volume: &Volume) -> ([f32; 2], Option<Padding>) {
    match volume.values() {
        Values::Int16(_) => ([1.0, 0.0], volume.padding()),
        Values::Float32(_) => {
            let [low, high] = volume.range();
            (encoding_of(low, high), None)
        }
    }
}

/// Real numbers from `low` to `high` as -32767 to 32767.
fn encoding_of(low: f32, high: f32) -> [f32; 2] {
    let step = (high - low) / 65534.0;
    [if step > 0.0 { step } else { 1.0 }, f32::midpoint(low, high)]
}

/// Slice `k` of the texture, or `None` while a slice that it needs has not arrived.
fn stored_slice<'a>(
    volume: &'a Volume,
    stored: &StoredVoxels,
    k: usize,
) -> Option<std::borrow::Cow<'a, [i16]>> {
    let depth = volume.grid().size()[2];
    let needed = k * stored.reduced..((k + 1) * stored.reduced).min(depth);
    let [step, offset] = stored.value;
    let native = |k: usize| -> Option<std::borrow::Cow<'a, [i16]>> {
        match volume.values() {
            Values::Int16(slices) => slices.slice(k).map(std::borrow::Cow::Borrowed),
            Values::Float32(slices) => slices.slice(k).map(|values| {
                values.iter().map(|v| ((v - offset) / step).round().clamp(-32767.0, 32767.0) as i16).collect()
            }),
        }
    };
    if stored.reduced == 1 {
        return native(k);
    }
    let slices: Vec<_> = needed.map(native).collect::<Option<_>>()?;
    Some(reduce(&slices, volume.grid().size(), stored).into())
}

/// Means over cubes of voxels. Padding is left out, unless a cube holds nothing else.
///
/// On the calling thread alone: the window calls it while all cores decode, and would wait for them.
fn reduce(
    slices: &[std::borrow::Cow<'_, [i16]>],
    [width, height, _]: [usize; 3],
    stored: &StoredVoxels,
) -> Vec<i16> {
    let [out_width, out_height, _] = stored.size;
    let factor = stored.reduced;
    let mut out = Vec::with_capacity(out_width * out_height);
    let mut cubes = vec![Cube::default(); out_width];
    for row in 0..out_height {
        cubes.fill(Cube::default());
        let lines = row * factor..((row + 1) * factor).min(height);
        for line in slices.iter().flat_map(|s| lines.clone().map(|j| s.get(j * width..(j + 1) * width))) {
            for (cube, values) in cubes.iter_mut().zip(line.unwrap_or(&[]).chunks(factor)) {
                cube.add(values, stored.padding);
            }
        }
        out.extend(cubes.iter().map(|cube| cube.mean()));
    }
    out
}

/// What becomes one voxel of a reduced volume.
#[derive(Clone, Copy, Default)]
struct Cube {
    sum: i64,
    count: i64,
    padding: i16,
}

impl Cube {
    fn add(&mut self, values: &[i16], padding: Option<Padding>) {
        let Some(padding) = padding else {
            // A line of a cube is far too short for its sum to leave 32 bits.
            self.sum += i64::from(values.iter().map(|v| i32::from(*v)).sum::<i32>());
            self.count += values.len() as i64;
            return;
        };
        for &value in values {
            if padding.contains(value) {
                self.padding = value;
            } else {
                self.sum += i64::from(value);
                self.count += 1;
            }
        }
    }

    fn mean(self) -> i16 {
        if self.count == 0 {
            return self.padding;
        }
        (self.sum as f64 / self.count as f64).round() as i16
    }
}

/// The voxel texture and the list of slices that have arrived, or `None` without memory for them.
fn create(device: &wgpu::Device, size: [usize; 3]) -> Option<(wgpu::Texture, wgpu::Texture)> {
    let memory = device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
    let refusal = device.push_error_scope(wgpu::ErrorFilter::Validation);
    let [width, height, depth] = size.map(|n| n as u32);
    let texture = |label, width, height, depth, dimension, format| {
        device.create_texture(&wgpu::TextureDescriptor {
            label: Some(label),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: depth },
            mip_level_count: 1,
            sample_count: 1,
            dimension,
            format,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        })
    };
    let (d3, d2) = (wgpu::TextureDimension::D3, wgpu::TextureDimension::D2);
    let voxels = texture("volume", width, height, depth, d3, wgpu::TextureFormat::R16Sint);
    let arrived = texture("arrived slices", depth, 1, 1, d2, wgpu::TextureFormat::R8Uint);
    let refused = pollster::block_on(refusal.pop());
    let no_memory = pollster::block_on(memory.pop());
    (refused.is_none() && no_memory.is_none()).then_some((voxels, arrived))
}

fn write(queue: &wgpu::Queue, texture: &wgpu::Texture, size: [usize; 3], k: usize, values: &[i16]) {
    let [width, height, _] = size.map(|n| n as u32);
    queue.write_texture(
        wgpu::TexelCopyTextureInfo {
            origin: wgpu::Origin3d { x: 0, y: 0, z: k as u32 },
            ..texture.as_image_copy()
        },
        bytemuck::cast_slice(values),
        wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(2 * width),
            rows_per_image: Some(height),
        },
        wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
    );
}

fn mark(queue: &wgpu::Queue, arrived: &wgpu::Texture, k: usize) {
    queue.write_texture(
        wgpu::TexelCopyTextureInfo {
            origin: wgpu::Origin3d { x: k as u32, y: 0, z: 0 },
            ..arrived.as_image_copy()
        },
        &[1],
        wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(1), rows_per_image: Some(1) },
        wgpu::Extent3d { width: 1, height: 1, depth_or_array_layers: 1 },
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    #[test]
    fn reducing_takes_the_mean_of_what_is_not_padding() {
        let stored = StoredVoxels {
            size: [2, 1, 1],
            reduced: 2,
            value: [1.0, 0.0],
            padding: Some(Padding { low: -2000, high: -2000 }),
        };
        // 3 x 2 x 2 voxels: the last column stands alone.
        let a: Cow<'_, [i16]> = vec![0, 10, -2000, 20, -2000, -2000].into();
        let b: Cow<'_, [i16]> = vec![0, 10, -2000, 20, 30, -2000].into();
        // Mean of 0, 10, 20, 0, 10, 20, 30 = 12.86.
        assert_eq!(reduce(&[a, b], [3, 2, 2], &stored), vec![13, -2000]);
    }

    #[test]
    fn real_numbers_keep_their_range() {
        let [step, offset] = encoding_of(-1.0, 3.0);
        assert_eq!(32767.0f32.mul_add(step, offset), 3.0);
        assert_eq!((-32767.0f32).mul_add(step, offset), -1.0);
        assert_eq!(encoding_of(5.0, 5.0), [1.0, 5.0]);
    }
}
