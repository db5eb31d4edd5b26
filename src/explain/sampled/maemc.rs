//! MAEMC-NET's axial slices, one behind the other in place of the montage.

use burn::tensor::Tensor;

use super::attended::{raising, shares};
use super::{Attended, Counted, Layer, Sampled, Slope, back, block, difference, number};
use crate::explain::error::ExplainError;
use crate::explain::maemc::slice_cells;
use crate::inference::Region;
use crate::inference::maemc::{MaemcNetwork, Montage, of_hu};
use crate::networks::Taps;
use crate::networks::maemc::{GRID, PATCH, SLICES};

/// What MAEMC-NET read of the axial slices.
#[derive(Debug)]
pub struct MaemcSampled<'a> {
    network: &'a MaemcNetwork,
    region: &'a Region,
    values: Vec<f32>,
}

impl<'a> MaemcSampled<'a> {
    /// - `axial`: the montage
    pub fn new(network: &'a MaemcNetwork, axial: &'a Montage) -> Self {
        let side = GRID * PATCH;
        let pixel = |n: usize| {
            let (slice, row, column) = (n / (PATCH * PATCH), n / PATCH % PATCH, n % PATCH);
            let (down, right) = (slice / GRID * PATCH + row, slice % GRID * PATCH + column);
            axial.values.get(down * side + right).copied().unwrap_or(0.0)
        };
        let values = (0..SLICES * PATCH * PATCH).map(pixel).collect();
        Self { network, region: &axial.region, values }
    }

    /// Slices one behind the other as the montage that they make, in as many channels as the network reads.
    fn montage(&self, slices: Tensor<4>) -> Tensor<4> {
        let rows: Tensor<4> = slices.reshape([GRID, GRID, PATCH, PATCH]).swap_dims(1, 2);
        rows.reshape([1, 1, GRID * PATCH, GRID * PATCH]).repeat_dim(1, self.network.channels())
    }

    /// The margin of what was read, on a device that follows derivatives.
    fn margin_with(&self, taps: &mut Taps) -> Tensor<1> {
        let slices = block(&self.values, self.shape(), self.network.device()).autodiff();
        difference(self.network.net().forward_tapped(self.montage(slices), taps))
    }
}

impl Sampled for MaemcSampled<'_> {
    fn values(&self) -> &[f32] {
        &self.values
    }

    fn shape(&self) -> [usize; 3] {
        [SLICES, PATCH, PATCH]
    }

    fn region(&self) -> &Region {
        self.region
    }

    fn of_hu(&self, hu: f32) -> f32 {
        of_hu(hu)
    }

    fn slope(&self, values: &[f32]) -> Result<Slope, ExplainError> {
        let leaf = block(values, self.shape(), self.network.device()).autodiff().require_grad();
        let logits = self.network.net().forward_tapped(self.montage(leaf.clone()), &mut Taps::off());
        back(difference(logits), &leaf)
    }

    fn margin(&self, values: &[f32]) -> Result<f64, ExplainError> {
        let slices = block(values, self.shape(), self.network.device());
        number(difference(self.network.net().forward_tapped(self.montage(slices), &mut Taps::off())))
    }

    fn layer(&self) -> Result<Layer, ExplainError> {
        let name = self.network.net().encoder().last_read();
        let mut taps = Taps::probing(&[&name]);
        let mut gradients = self.margin_with(&mut taps).backward();
        Layer::of_tokens(&mut taps, &name, &mut gradients, [SLICES, 1, 1], slice_cells())
    }

    fn attended(&self, counted: Counted) -> Result<Attended, ExplainError> {
        let names = self.network.net().encoder().attention_taps();
        let wanted: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut taps = Taps::probing(&wanted);
        let margin = self.margin_with(&mut taps);
        let blocks = match counted {
            Counted::Shares => shares(&mut taps, &names)?,
            Counted::Raising => raising(&mut taps, &names, &mut margin.backward())?,
        };
        let reads = self.network.net().reads();
        Ok(Attended { blocks, reads, shape: [SLICES, 1, 1], cells: slice_cells() })
    }
}
