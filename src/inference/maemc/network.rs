//! A loaded MAEMC-NET: the axial montage in, two logits out.

use std::time::Instant;

use burn::tensor::{Device, Tensor, TensorData};

use crate::inference::error::InferenceError;
use crate::inference::numbers::read;
use crate::inference::opened::{Known, Opened};
use crate::jobs::JobContext;
use crate::networks::maemc::{
    Classifier, GRID, MaemcConfig, PATCH, classifier_layout, classifier_path_of, is_of_pretraining,
};
use crate::networks::weights::Import;
use crate::networks::{Tapped, Taps};

/// MAEMC-NET with its weights on a device.
#[derive(Debug)]
pub struct MaemcNetwork {
    net: Classifier,
    channels: usize,
    /// What is known of it.
    pub known: Known,
    device: Device,
}

/// One forward pass, kept for explanations.
#[derive(Debug)]
pub struct MaemcForward {
    /// Granuloma, adenocarcinoma.
    pub logits: [f64; 2],
    /// What every token attends to in each block, first to last: `[1, head, query, key]`, the class token
    /// first.
    pub attention: Vec<Tensor<4>>,
    /// Montage handed to the device, arrived there.
    pub upload_ms: f64,
    /// Wall clock of the pass after that, result read back.
    pub forward_ms: f64,
}

impl MaemcNetwork {
    pub(in crate::inference) fn build(
        opened: Opened,
        config: &MaemcConfig,
        device: &Device,
    ) -> Result<Self, InferenceError> {
        let Opened { state, known, .. } = opened;
        let mut net = Classifier::new(config, device);
        let layout = classifier_layout(config);
        Import::load(&mut net, known.spec.name, &layout, state, classifier_path_of, is_of_pretraining)?;
        Ok(Self { net, channels: config.channels, known, device: device.clone() })
    }

    /// The layers.
    pub fn net(&self) -> &Classifier {
        &self.net
    }

    /// Channels that it reads; all show the same.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Where it lies.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// - `montage`: 250 x 250, row by row, 0 to 1
    /// - errors: cancelled, a device that failed, or an answer that is no number
    pub fn forward(&self, montage: &[f32], ctx: &JobContext) -> Result<MaemcForward, InferenceError> {
        const SIDE: usize = GRID * PATCH;
        ctx.check()?;
        let start = Instant::now();
        let grey: Tensor<4> =
            Tensor::from_data(TensorData::new(montage.to_vec(), [1, 1, SIDE, SIDE]), &self.device);
        let montage = grey.repeat_dim(1, self.channels);
        self.device.sync().map_err(|error| InferenceError::Device(error.to_string()))?;
        let upload_ms = start.elapsed().as_secs_f64() * 1e3;
        let start = Instant::now();
        let names = self.net.encoder().attention_taps();
        let mut taps = Taps::of(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let values = read(self.net.forward_tapped(montage, &mut taps))?;
        let &[granuloma, adenocarcinoma] = values.as_slice() else { return Err(InferenceError::NoAnswer) };
        let forward_ms = start.elapsed().as_secs_f64() * 1e3;
        let attention = names.iter().filter_map(|name| match taps.take(name) {
            Some(Tapped::D4(weights)) => Some(weights),
            _ => None,
        });
        let attention = attention.collect();
        Ok(MaemcForward { logits: [granuloma, adenocarcinoma], attention, upload_ms, forward_ms })
    }
}
