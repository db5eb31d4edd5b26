//! A network with its weights on a device: crops in, logits and features out.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use burn::tensor::{Device, Tensor, TensorData};

use super::answer::DeviceInfo;
use super::error::InferenceError;
use super::prepare::Crop;
use crate::jobs::JobContext;
use crate::networks::m3net::{M3Net, path_of, published_layout};
use crate::networks::weights::{BUILT_IN_SEED, Card, StateDict, WeightsFile, load_into, random};
use crate::networks::{DEFAULT_MODEL, NetworkSpec, Scale, Tapped, Taps, config, spec};

/// Which weights a network gets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WeightsChoice {
    /// What comes with the program; only the default network has any.
    BuiltIn,
    /// Random values of a seed, for timing: any network.
    Random(u64),
    /// A safetensors or PyTorch file.
    File(PathBuf),
}

/// A loaded network, ready to answer.
#[derive(Debug)]
pub struct Network {
    net: M3Net,
    spec: &'static NetworkSpec,
    /// What is known of its weights.
    pub card: Card,
    /// File name, or `built-in`.
    pub weights: String,
    /// SHA-256 of the file, or of the values where there is no file.
    pub weights_sha256: String,
    /// Where it runs.
    pub info: DeviceInfo,
    device: Device,
}

/// One forward pass, kept so that explanations need not repeat it.
#[derive(Debug)]
pub struct Forward {
    /// Features of each scale's explained layer, micro to macro.
    pub features: [Tapped; 3],
    /// Each scale's logits `[1, 2]`, micro to macro.
    pub scale_logits: [Tensor<2>; 3],
    /// The answer's logits: benign, malignant.
    pub logits: [f64; 2],
    /// Crops handed to the device, arrived there.
    pub upload_ms: f64,
    /// Wall clock of the pass after that, results read back.
    pub forward_ms: f64,
}

impl Network {
    /// Builds the network and loads its weights.
    /// - errors: unknown name, no weights, weights that do not fit
    pub fn load(
        model: &str,
        weights: &WeightsChoice,
        device: &Device,
        info: DeviceInfo,
    ) -> Result<Self, InferenceError> {
        let layout = published_layout(&config(model)?);
        let (state, card, name, sha256) = match weights {
            WeightsChoice::BuiltIn if model != DEFAULT_MODEL => {
                return Err(InferenceError::NoWeights(model.to_owned()));
            }
            WeightsChoice::BuiltIn | WeightsChoice::Random(_) => {
                let (seed, name) = match weights {
                    WeightsChoice::Random(seed) => (*seed, format!("random, seed {seed}")),
                    _ => (BUILT_IN_SEED, "built-in".to_owned()),
                };
                let state = random(&layout, seed);
                let sha256 = state.sha256();
                (state, Card::random(model, seed), name, sha256)
            }
            WeightsChoice::File(path) => {
                let file = WeightsFile::read(path)?;
                let card = file.card_for(model)?;
                (file.state, card, file.name, file.sha256)
            }
        };
        Self::build(model, state, card, name, sha256, device, info)
    }

    /// A network with values made by hand: for tests of what is built on it.
    /// - errors: keys or shapes that do not fit
    pub fn from_state(
        model: &str,
        state: StateDict,
        device: &Device,
        info: DeviceInfo,
    ) -> Result<Self, InferenceError> {
        let sha256 = state.sha256();
        let card = Card::unknown(model, "memory");
        Self::build(model, state, card, "memory".to_owned(), sha256, device, info)
    }

    fn build(
        model: &str,
        state: StateDict,
        card: Card,
        weights: String,
        weights_sha256: String,
        device: &Device,
        info: DeviceInfo,
    ) -> Result<Self, InferenceError> {
        let (spec, config) = (spec(model)?, config(model)?);
        let mut net = M3Net::new(&config, device);
        load_into(&mut net, model, &published_layout(&config), state, path_of)?;
        Ok(Self { net: net.fold(), spec, card, weights, weights_sha256, info, device: device.clone() })
    }

    /// Its plain facts.
    pub fn spec(&self) -> &'static NetworkSpec {
        self.spec
    }

    /// The layers themselves.
    pub fn net(&self) -> &M3Net {
        &self.net
    }

    /// Crops, micro to macro, to logits; stops between the scales.
    /// - errors: cancelled, a device that failed, or an answer that is no number
    pub fn forward(&self, crops: &[Crop; 3], ctx: &JobContext) -> Result<Forward, InferenceError> {
        let start = Instant::now();
        let inputs = crops.each_ref().map(|crop| self.tensor(crop));
        // An adapter takes them in its own time: without this the pass would seem to take it.
        self.device.sync().map_err(|error| InferenceError::Device(error.to_string()))?;
        let upload_ms = start.elapsed().as_secs_f64() * 1e3;
        let start = Instant::now();
        let mut features = Vec::with_capacity(3);
        let mut scale_logits = Vec::with_capacity(3);
        for (input, scale) in inputs.into_iter().zip(Scale::ALL) {
            ctx.check()?;
            let layer = format!("{}.{}", M3Net::scope(scale), self.net.encoder(scale).explained_layer(scale));
            let mut taps = Taps::of(&[&layer]);
            scale_logits.push(self.net.encode(scale, input, &mut taps));
            features.extend(taps.take(&layer));
        }
        let (Ok(features), Ok(scale_logits)) =
            (<[Tapped; 3]>::try_from(features), <[Tensor<2>; 3]>::try_from(scale_logits))
        else {
            unreachable!("every encoder offers the layer that it names")
        };
        ctx.check()?;
        let logits = self.net.fuse(scale_logits.clone(), &mut Taps::off());
        let logits = read(logits)?;
        let logits: [f64; 2] = logits.try_into().map_err(|_| InferenceError::NoAnswer)?;
        let forward_ms = start.elapsed().as_secs_f64() * 1e3;
        Ok(Forward { features, scale_logits, logits, upload_ms, forward_ms })
    }

    /// A crop as a tensor `[1, slice, column, row]` on the network's device.
    fn tensor(&self, crop: &Crop) -> Tensor<4> {
        let [columns, rows, slices] = crop.context.bounds.size;
        let values: &Arc<[f32]> = &crop.values;
        Tensor::from_data(TensorData::new(values.to_vec(), [1, slices, columns, rows]), &self.device)
    }
}

/// Values of a tensor, all of which must be numbers.
/// - errors: the device failed in any operation that led to them, or one of them is no number
pub(crate) fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f64>, InferenceError> {
    let data = tensor.try_into_data().map_err(|error| InferenceError::Device(error.to_string()))?;
    let values = data.try_to_vec::<f32>().map_err(|_| InferenceError::NoAnswer)?;
    if values.iter().any(|v| !v.is_finite()) {
        return Err(InferenceError::NoAnswer);
    }
    Ok(values.into_iter().map(f64::from).collect())
}
