//! A network with its weights on a device, or several of one kind: crops in, logits and features out.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use burn::tensor::{Device, Tensor, TensorData};

use super::answer::DeviceInfo;
use super::error::InferenceError;
use super::members::{Readers, ReadersHead, Said};
use super::prepare::Crop;
use crate::guard::TrainingRange;
use crate::jobs::JobContext;
use crate::networks::m3net::{M3Net, path_of, published_layout, readers_layout};
use crate::networks::weights::{
    BUILT_IN_SEED, Card, Import, StateDict, WeightsError, WeightsFile, load_into, non_finite, random,
};
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

/// A loaded network, ready to answer: one, or the members of an ensemble, which answer one after the
/// other.
#[derive(Debug)]
pub struct Network {
    /// At least one.
    members: Vec<Member>,
    spec: &'static NetworkSpec,
    /// What is known of its weights.
    pub card: Card,
    /// File name, or `built-in`.
    pub weights: String,
    /// SHA-256 of the file, or of the values where there is no file.
    pub weights_sha256: String,
    /// Where it runs.
    pub info: DeviceInfo,
    /// What its training pictures were like, where the weights tell.
    range: Option<TrainingRange>,
    device: Device,
}

#[derive(Debug)]
struct Member {
    net: M3Net,
    readers: Option<ReadersHead>,
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
    /// Pooled features of the encoders, micro to macro one after the other.
    pub pooled: Vec<f64>,
    /// What it says of the readers, if it can.
    pub readers: Option<Readers>,
    /// Crops handed to the device, arrived there.
    pub upload_ms: f64,
    /// Wall clock of the pass after that, results read back.
    pub forward_ms: f64,
}

/// What weights are called and what is known of them.
struct Named {
    card: Card,
    weights: String,
    weights_sha256: String,
}

impl Network {
    /// Builds the network and loads its weights, every member of an ensemble.
    /// - errors: unknown name, no weights, weights that do not fit
    pub fn load(
        model: &str,
        weights: &WeightsChoice,
        device: &Device,
        info: DeviceInfo,
    ) -> Result<Self, InferenceError> {
        Self::load_some(model, weights, usize::MAX, device, info)
    }

    /// The same with the first members alone.
    /// - `most`: no more members than this
    pub(super) fn load_some(
        model: &str,
        weights: &WeightsChoice,
        most: usize,
        device: &Device,
        info: DeviceInfo,
    ) -> Result<Self, InferenceError> {
        let layout = published_layout(&config(model)?);
        let mut range = None;
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
                range = training_range(&file)?;
                (file.state, card, file.name, file.sha256)
            }
        };
        let named = Named { card, weights: name, weights_sha256: sha256 };
        let network = Self::build(model, state, most, named, device, info)?;
        Ok(Self { range, ..network })
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
        let named = Named { card, weights: "memory".to_owned(), weights_sha256: sha256 };
        Self::build(model, state, usize::MAX, named, device, info)
    }

    fn build(
        model: &str,
        state: StateDict,
        most: usize,
        named: Named,
        device: &Device,
        info: DeviceInfo,
    ) -> Result<Self, InferenceError> {
        let Named { card, weights, weights_sha256 } = named;
        let (spec, config) = (spec(model)?, config(model)?);
        let layout = published_layout(&config);
        // All of the file before any of its networks: an ensemble is loaded whole or not at all.
        let report = Import::compare(&layout, &readers_layout(&config), &state);
        if !report.fits() {
            let (model, report) = (model.to_owned(), Box::new(report));
            return Err(WeightsError::DoNotFit { model, report }.into());
        }
        if let Some(key) = non_finite(&state) {
            return Err(WeightsError::NotFinite { key }.into());
        }
        let mut members = Vec::with_capacity(report.members.min(most));
        for mut state in state.into_members().into_iter().take(most) {
            let readers = ReadersHead::taken_from(&mut state);
            let mut net = M3Net::new(&config, device);
            load_into(&mut net, model, &layout, state, path_of)?;
            members.push(Member { net: net.fold(), readers });
        }
        Ok(Self { members, spec, card, weights, weights_sha256, info, range: None, device: device.clone() })
    }

    /// What its training pictures were like; `None` where the weights do not tell.
    pub fn training_range(&self) -> Option<&TrainingRange> {
        self.range.as_ref()
    }

    /// Its plain facts.
    pub fn spec(&self) -> &'static NetworkSpec {
        self.spec
    }

    /// The layers of the first member: the one that explanations look at.
    pub fn net(&self) -> &M3Net {
        &self.first().net
    }

    /// Number of members: more than one is an ensemble.
    pub fn members(&self) -> usize {
        self.members.len()
    }

    fn first(&self) -> &Member {
        match self.members.first() {
            Some(first) => first,
            None => unreachable!("a network is loaded with at least one member"),
        }
    }

    /// Crops, micro to macro, to the first member's logits; stops between the scales.
    /// - errors: cancelled, a device that failed, or an answer that is no number
    pub fn forward(&self, crops: &[Crop; 3], ctx: &JobContext) -> Result<Forward, InferenceError> {
        self.pass(self.first(), crops, ctx)
    }

    /// Asks one member, whose answer is not to be explained; stops between the scales.
    /// - `member`: from 0; below [`Network::members`]
    /// - errors: as [`Network::forward`]
    pub fn ask_member(
        &self,
        member: usize,
        crops: &[Crop; 3],
        ctx: &JobContext,
    ) -> Result<Said, InferenceError> {
        Ok(self.pass(self.members.get(member).unwrap_or(self.first()), crops, ctx)?.said())
    }

    fn pass(&self, member: &Member, crops: &[Crop; 3], ctx: &JobContext) -> Result<Forward, InferenceError> {
        let start = Instant::now();
        let inputs = crops.each_ref().map(|crop| self.tensor(crop));
        // An adapter takes them in its own time: without this the pass would seem to take it.
        self.device.sync().map_err(|error| InferenceError::Device(error.to_string()))?;
        let upload_ms = start.elapsed().as_secs_f64() * 1e3;
        let start = Instant::now();
        let mut features = Vec::with_capacity(3);
        let mut scale_logits = Vec::with_capacity(3);
        let mut pooled = Vec::with_capacity(4);
        for (input, scale) in inputs.into_iter().zip(Scale::ALL) {
            ctx.check()?;
            let layer =
                format!("{}.{}", M3Net::scope(scale), member.net.encoder(scale).explained_layer(scale));
            let pool = format!("{}.avgpool", M3Net::scope(scale));
            let mut taps = Taps::of(&[&layer, &pool]);
            scale_logits.push(member.net.encode(scale, input, &mut taps));
            features.extend(taps.take(&layer));
            if let Some(Tapped::D2(x)) = taps.take(&pool) {
                pooled.push(x);
            }
        }
        let (Ok(features), Ok(scale_logits)) =
            (<[Tapped; 3]>::try_from(features), <[Tensor<2>; 3]>::try_from(scale_logits))
        else {
            unreachable!("every encoder offers the layer that it names")
        };
        ctx.check()?;
        let logits = member.net.fuse(scale_logits.clone(), &mut Taps::off());
        // In one piece: a device is waited for once.
        pooled.insert(0, logits);
        let values = read(Tensor::cat(pooled, 1))?;
        let (&logits, pooled) = values.split_first_chunk::<2>().ok_or(InferenceError::NoAnswer)?;
        let pooled = pooled.to_vec();
        let readers = member.readers.as_ref().map(|head| head.read(&pooled));
        let forward_ms = start.elapsed().as_secs_f64() * 1e3;
        Ok(Forward { features, scale_logits, logits, pooled, readers, upload_ms, forward_ms })
    }

    /// A crop as a tensor `[1, slice, column, row]` on the network's device.
    fn tensor(&self, crop: &Crop) -> Tensor<4> {
        let [columns, rows, slices] = crop.context.bounds.size;
        let values: &Arc<[f32]> = &crop.values;
        Tensor::from_data(TensorData::new(values.to_vec(), [1, slices, columns, rows]), &self.device)
    }
}

impl Forward {
    /// What is left of it when nothing is to be explained.
    pub fn said(&self) -> Said {
        Said { logits: self.logits, readers: self.readers, forward_ms: self.upload_ms + self.forward_ms }
    }
}

/// What the file says of its training pictures.
/// - errors: it says so in a way that cannot be read
fn training_range(file: &WeightsFile) -> Result<Option<TrainingRange>, InferenceError> {
    let Some(text) = file.metadata.get(TrainingRange::METADATA_KEY) else { return Ok(None) };
    let range = TrainingRange::parse(text).map_err(|error| {
        let why = format!("the range of its training cannot be read: {error}");
        WeightsError::Damaged { name: file.name.clone(), why }
    })?;
    Ok(Some(range))
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
