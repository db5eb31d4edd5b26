//! A loaded LungNodule-SSM: a slice in, what the forest and the detection head make of its class token out.

use std::time::Instant;

use burn::tensor::{Device, Tensor, TensorData};

use crate::forest::Forest;
use crate::inference::Mode;
use crate::inference::error::InferenceError;
use crate::inference::numbers::read;
use crate::inference::opened::{Known, Opened};
use crate::jobs::JobContext;
use crate::networks::ssm::{Dino, DinoDetector, HEAD, SsmConfig, detector_layout, dino_layout, is_dead};
use crate::networks::weights::{Import, WeightsError};
use crate::networks::{Tapped, Taps};

/// LungNodule-SSM with its weights on a device.
#[derive(Debug)]
pub struct SsmNetwork {
    vit: Dino,
    head: Option<DinoDetector>,
    forest: Option<Forest>,
    /// What is known of it.
    pub known: Known,
    device: Device,
}

/// What is said of a slice.
#[derive(Debug)]
pub struct SsmForward {
    /// That the slice shows a nodule, calibrated where the weights say how: the forest's, or the head's where there is
    /// no forest.
    pub probability: f64,
    /// Of the head: no nodule, nodule.
    pub logits: Option<[f64; 2]>,
    /// Of the head: left and upper edge, width and height, as shares of columns and rows.
    pub shares: Option<[f32; 4]>,
    /// Features of the whole slice.
    pub features: Vec<f32>,
    /// What the class token of the last block attends to: mean over heads, row by row; `None` where
    /// nobody asked.
    pub attention: Option<Patches>,
    /// Slice handed to the device, arrived there.
    pub upload_ms: f64,
    /// Wall clock of the pass after that, result read back.
    pub forward_ms: f64,
}

/// A value for every patch of a slice.
#[derive(Clone, Debug, PartialEq)]
pub struct Patches {
    /// Rows and columns of patches.
    pub grid: [usize; 2],
    /// Row by row.
    pub values: Vec<f32>,
}

impl SsmNetwork {
    /// Under which a weights file carries the forest, as JSON text (`forest`).
    pub const FOREST_KEY: &str = "triscope.forest";

    pub(in crate::inference) fn build(
        opened: Opened,
        config: &SsmConfig,
        device: &Device,
    ) -> Result<Self, InferenceError> {
        let Opened { mut state, known, metadata, .. } = opened;
        let name = known.spec.name;
        let head = state.under(HEAD);
        state.tensors.retain(|key, _| !key.starts_with(HEAD));
        let mut vit = Dino::new(&config.vit, device);
        Import::load(&mut vit, name, &dino_layout(&config.vit), state, str::to_owned, is_dead)?;
        let head = if head.tensors.is_empty() {
            None
        } else {
            let mut net = DinoDetector::new(config.vit.dim, device);
            let layout = detector_layout(config.vit.dim);
            Import::load(&mut net, name, &layout, head, str::to_owned, |_| false)?;
            Some(net)
        };
        let damaged = |why: String| WeightsError::Damaged { name: known.weights.clone(), why };
        let forest = match metadata.get(Self::FOREST_KEY) {
            Some(text) => Some(
                Forest::from_json(text.as_bytes())
                    .map_err(|error| damaged(format!("its forest cannot be read: {error}")))?,
            ),
            None => None,
        };
        if let Some(forest) = &forest
            && (forest.features(), forest.classes().len()) != (config.vit.dim, 2)
        {
            let why = format!(
                "its forest reads {} features and tells {} classes apart, not {} and 2",
                forest.features(),
                forest.classes().len(),
                config.vit.dim
            );
            return Err(damaged(why).into());
        }
        if head.is_none() && forest.is_none() {
            return Err(InferenceError::NothingAnswers(name.to_owned()));
        }
        Ok(Self { vit, head, forest, known, device: device.clone() })
    }

    /// The transformer.
    pub fn vit(&self) -> &Dino {
        &self.vit
    }

    /// The detection head, if the weights have one.
    pub fn head(&self) -> Option<&DinoDetector> {
        self.head.as_ref()
    }

    /// Where it lies.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Whether the forest answers, and not the head.
    pub fn has_forest(&self) -> bool {
        self.forest.is_some()
    }

    /// - `image`: 3 x side x side, channel by channel, normalised
    /// - `side`: a multiple of the patch
    /// - `explain`: keep what the class token attends to
    /// - errors: cancelled, a device that failed, or an answer that is no number
    pub fn forward(
        &self,
        image: &[f32],
        side: usize,
        explain: bool,
        ctx: &JobContext,
    ) -> Result<SsmForward, InferenceError> {
        ctx.check()?;
        let start = Instant::now();
        let image: Tensor<4> =
            Tensor::from_data(TensorData::new(image.to_vec(), [1, 3, side, side]), &self.device);
        self.device.sync().map_err(|error| InferenceError::Device(error.to_string()))?;
        let upload_ms = start.elapsed().as_secs_f64() * 1e3;
        let start = Instant::now();
        let attended = self.vit.last_attention();
        let mut taps = if explain { Taps::of(&[&attended]) } else { Taps::off() };
        let tokens = self.vit.forward_tapped(image, &mut taps);
        let features: Vec<f32> = read(tokens.class.clone())?.into_iter().map(|v| v as f32).collect();
        let (mut logits, mut shares) = (None, None);
        if let Some(head) = &self.head {
            let found = head.forward(tokens.class);
            let values = read(Tensor::cat(vec![found.logits, found.boxes], 1))?;
            let &[none, nodule, left, top, width, height] = values.as_slice() else {
                return Err(InferenceError::NoAnswer);
            };
            logits = Some([none, nodule]);
            shares = Some([left, top, width, height].map(|v| v as f32));
        }
        let temperature = self.known.temperature(Mode::Paper);
        let probability = match (&self.forest, logits) {
            (Some(forest), _) => {
                let classes = forest.predict(&features).map_err(|_| InferenceError::NoAnswer)?;
                let share = classes.get(1).copied().ok_or(InferenceError::NoAnswer)?;
                temperature.map_or(share, |t| cooled(share, forest.trees(), t))
            }
            (None, Some([none, nodule])) => {
                1.0 / (1.0 + ((none - nodule) / temperature.unwrap_or(1.0)).exp())
            }
            (None, None) => return Err(InferenceError::NoAnswer),
        };
        let forward_ms = start.elapsed().as_secs_f64() * 1e3;
        let attention = match taps.take(&attended) {
            Some(Tapped::D3(weights)) => {
                let mean = Dino::of_patches(weights, tokens.grid).mean_dim(1);
                let values = read(mean.flatten::<2>(0, 2))?.into_iter().map(|v| v as f32).collect();
                Some(Patches { grid: tokens.grid, values })
            }
            _ => None,
        };
        Ok(SsmForward { probability, logits, shares, features, attention, upload_ms, forward_ms })
    }
}

/// The share of trees with its log odds divided by a temperature. Half a tree is taken to be of another opinion where
/// all agree, as when the temperature was fitted.
fn cooled(share: f64, trees: usize, temperature: f64) -> f64 {
    let least = 0.5 / trees.max(1) as f64;
    let share = share.clamp(least, 1.0 - least);
    1.0 / (1.0 + (-(share / (1.0 - share)).ln() / temperature).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temperature_draws_shares_towards_a_half_and_none_to_certainty() {
        assert!((cooled(0.32, 100, 1.247) - 0.3533).abs() < 1e-4);
        assert_eq!(cooled(0.5, 100, 3.0), 0.5);
        assert!((cooled(0.2, 100, 1.0) - 0.2).abs() < 1e-12);
        assert!(
            (cooled(1.0, 100, 1.0) - 0.995).abs() < 1e-12 && (cooled(0.0, 100, 1.0) - 0.005).abs() < 1e-12
        );
    }
}
