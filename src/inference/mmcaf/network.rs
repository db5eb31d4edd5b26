//! A loaded MMCAF-Net: windows and a row of the table in, one logit for each window out.

use std::time::Instant;

use burn::tensor::{Device, Tensor, TensorData};

use crate::inference::error::InferenceError;
use crate::inference::numbers::read;
use crate::inference::opened::{Known, Opened};
use crate::jobs::JobContext;
use crate::networks::layers::Drop;
use crate::networks::mmcaf::{Field, Mmcaf, MmcafConfig, is_without_effect, path_of, published_layout};
use crate::networks::weights::Import;
use crate::networks::{Tapped, Taps};

/// MMCAF-Net with its weights on a device.
#[derive(Debug)]
pub struct MmcafNetwork {
    net: Mmcaf,
    /// What is known of it.
    pub known: Known,
    field: Field,
    device: Device,
}

/// The forward pass of one window, kept for explanations.
#[derive(Debug)]
pub struct MmcafForward {
    /// For adenocarcinoma.
    pub logit: f64,
    /// The three levels in one, `[1, channel, d, h, w]`.
    pub united: Tensor<5>,
    /// The gate of every cell of the finest level, `[1, 1, d, h, w]`, 0 to 1.
    pub gate: Tensor<5>,
    /// Features of the image, `[1, 24]`.
    pub image: Tensor<2>,
    /// The row of the table, `[1, 7]`.
    pub table: Tensor<2>,
    /// Slices, rows and columns that were read.
    pub read: [usize; 3],
    /// Window and table handed to the device, arrived there.
    pub upload_ms: f64,
    /// Wall clock of the pass after that, result read back.
    pub forward_ms: f64,
}

impl MmcafNetwork {
    pub(in crate::inference) fn build(
        opened: Opened,
        config: &MmcafConfig,
        device: &Device,
    ) -> Result<Self, InferenceError> {
        let Opened { state, known, .. } = opened;
        let mut net = Mmcaf::new(config, device);
        let layout = published_layout(config);
        Import::load(&mut net, known.spec.name, &layout, state, path_of, is_without_effect)?;
        Ok(Self { net: net.fold(), known, field: config.field, device: device.clone() })
    }

    /// Where it lies.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The layers.
    pub fn net(&self) -> &Mmcaf {
        &self.net
    }

    /// How much of every slice it reads.
    pub fn field(&self) -> Field {
        self.field
    }

    /// - `window`: 12 x 192 x 192, or as many as its field has, [slice][row][column]
    /// - `table`: seven columns, -1 to 1
    /// - errors: cancelled, a window of another field, a device that failed, or an answer that is no number
    pub fn forward(
        &self,
        window: &[f32],
        table: [f32; MmcafConfig::TABLE],
        ctx: &JobContext,
    ) -> Result<MmcafForward, InferenceError> {
        ctx.check()?;
        let start = Instant::now();
        let [slices, rows, columns] = self.field.window();
        // Weights that were replaced meanwhile may read another field.
        if window.len() != slices * rows * columns {
            return Err(InferenceError::OtherInput);
        }
        let window: Tensor<4> =
            Tensor::from_data(TensorData::new(window.to_vec(), [1, slices, rows, columns]), &self.device);
        let table: Tensor<2> =
            Tensor::from_data(TensorData::new(table.to_vec(), [1, MmcafConfig::TABLE]), &self.device);
        self.device.sync().map_err(|error| InferenceError::Device(error.to_string()))?;
        let upload_ms = start.elapsed().as_secs_f64() * 1e3;
        let start = Instant::now();
        let [gate, united] = ["image_encoder.sab1", "image_encoder.bfpu2"];
        let mut taps = Taps::of(&[gate, united]);
        let image = self.net.image_features(window, &mut taps, Drop::Nothing);
        let (Some(Tapped::D5(gate)), Some(Tapped::D5(united))) = (taps.take(gate), taps.take(united)) else {
            unreachable!("the image's encoder offers what it documents")
        };
        ctx.check()?;
        let logits = read(self.net.fuse(image.clone(), table.clone(), &mut Taps::off(), Drop::Nothing))?;
        let logit = logits.first().copied().ok_or(InferenceError::NoAnswer)?;
        let forward_ms = start.elapsed().as_secs_f64() * 1e3;
        let read = [slices, rows, columns];
        Ok(MmcafForward { logit, united, gate, image, table, read, upload_ms, forward_ms })
    }
}
