//! An M3Net with its weights on a device, or several of one kind: crops in, logits and features out.

use std::sync::Arc;
use std::time::Instant;

use burn::tensor::{Device, Tensor, TensorData};

use super::members::{Readers, ReadersHead, Said};
use super::prepare::Crop;
use crate::guard::TrainingRange;
use crate::inference::answer::DeviceInfo;
use crate::inference::error::InferenceError;
use crate::inference::numbers::read;
use crate::inference::opened::{Known, Opened, WeightsChoice};
use crate::jobs::JobContext;
use crate::networks::m3net::{M3Net, path_of, published_layout};
use crate::networks::weights::{Metadata, StateDict, WeightsError, load_into};
use crate::networks::{Architecture, Scale, Tapped, Taps, UnknownNetwork};

/// A loaded M3Net, ready to answer: one, or the members of an ensemble, which answer one after the other.
#[derive(Debug)]
pub struct M3NetNetwork {
    /// At least one.
    members: Vec<Member>,
    /// What is known of it.
    pub known: Known,
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

impl M3NetNetwork {
    /// Builds the network and loads its weights, every member of an ensemble.
    /// - errors: unknown name, no weights, weights that do not fit
    pub fn load(
        model: &str,
        weights: &WeightsChoice,
        device: &Device,
        info: DeviceInfo,
    ) -> Result<Self, InferenceError> {
        Self::build(Opened::read(model, weights, info)?, usize::MAX, device)
    }

    /// A network with values made by hand: for tests of what is built on it.
    /// - errors: keys or shapes that do not fit
    pub fn from_state(
        model: &str,
        state: StateDict,
        device: &Device,
        info: DeviceInfo,
    ) -> Result<Self, InferenceError> {
        Self::build(Opened::from_state(model, state, info)?, usize::MAX, device)
    }

    /// The same layers with other values, on the same device.
    /// - errors: keys or shapes that do not fit
    pub fn with_state(&self, state: StateDict) -> Result<Self, InferenceError> {
        Self::from_state(self.known.spec.name, state, &self.device, self.known.info.clone())
    }

    /// - `most`: no more members than this
    /// - errors: weights of another family
    pub(in crate::inference) fn build(
        opened: Opened,
        most: usize,
        device: &Device,
    ) -> Result<Self, InferenceError> {
        let Opened { architecture, state, members: count, metadata, known } = opened;
        let Architecture::M3Net(config) = architecture else {
            return Err(UnknownNetwork::NotM3Net(known.spec.name.to_owned()).into());
        };
        let range = training_range(&known.weights, &metadata)?;
        let layout = published_layout(&config);
        let mut members = Vec::with_capacity(count.min(most));
        for mut state in state.into_members().into_iter().take(most) {
            let readers = ReadersHead::taken_from(&mut state);
            let mut net = M3Net::new(&config, device);
            load_into(&mut net, known.spec.name, &layout, state, path_of)?;
            members.push(Member { net: net.fold(), readers });
        }
        Ok(Self { members, known, range, device: device.clone() })
    }

    /// What its training pictures were like; `None` where the weights do not tell.
    pub fn training_range(&self) -> Option<&TrainingRange> {
        self.range.as_ref()
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
    /// - `member`: from 0; below [`M3NetNetwork::members`]
    /// - errors: as [`M3NetNetwork::forward`]
    pub fn ask_member(
        &self,
        member: usize,
        crops: &[Crop; 3],
        ctx: &JobContext,
    ) -> Result<Said, InferenceError> {
        Ok(self.pass(self.members.get(member).unwrap_or(self.first()), crops, ctx)?.said())
    }

    /// What one member says of several places at once: malignant less benign logit, not calibrated.
    /// - `member`: from 0; below [`M3NetNetwork::members`]
    /// - `places`: crops of each, micro to macro
    /// - errors: as [`M3NetNetwork::forward`]
    pub fn margins(
        &self,
        member: usize,
        places: &[[Crop; 3]],
        ctx: &JobContext,
    ) -> Result<Vec<f64>, InferenceError> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let net = &self.members.get(member).unwrap_or(self.first()).net;
        let mut logits = Vec::with_capacity(3);
        for scale in Scale::ALL {
            ctx.check()?;
            let crops = places.iter().map(|crops| self.tensor(&crops[scale as usize])).collect();
            logits.push(net.encode(scale, Tensor::cat(crops, 0), &mut Taps::off()));
        }
        let Ok(logits) = <[Tensor<2>; 3]>::try_from(logits) else { unreachable!("one for each scale") };
        let answers = read(net.fuse(logits, &mut Taps::off()))?;
        Ok(answers.chunks_exact(2).map(|pair| pair[1] - pair[0]).collect())
    }

    /// What one member says with the published dropout of the fusion left on: malignant less benign logit of each
    /// pass, not calibrated. The encoders have none and run once.
    /// - `member`: from 0; below [`M3NetNetwork::members`]
    /// - `passes`: how many; `seed`: of what is left out
    /// - errors: as [`M3NetNetwork::forward`]
    pub fn margins_with_dropout(
        &self,
        member: usize,
        crops: &[Crop; 3],
        (passes, seed): (usize, u64),
        ctx: &JobContext,
    ) -> Result<Vec<f64>, InferenceError> {
        let net = &self.members.get(member).unwrap_or(self.first()).net;
        let mut logits = Vec::with_capacity(3);
        for scale in Scale::ALL {
            ctx.check()?;
            let one = net.encode(scale, self.tensor(&crops[scale as usize]), &mut Taps::off());
            logits.push(one.repeat_dim(0, passes.max(1)));
        }
        let Ok(logits) = <[Tensor<2>; 3]>::try_from(logits) else { unreachable!("one for each scale") };
        self.device.seed(seed);
        let answers = read(net.fuse_sampled(logits))?;
        Ok(answers.chunks_exact(2).map(|pair| pair[1] - pair[0]).collect())
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

    /// A crop as a tensor on the network's device.
    fn tensor(&self, crop: &Crop) -> Tensor<4> {
        let values: &Arc<[f32]> = &crop.values;
        self.input(crop, values.to_vec())
    }

    /// Other values in the place of a crop's own, `[1, slice, column, row]`, on the network's device.
    /// - `values`: as many as the crop has, in its order
    pub fn input(&self, crop: &Crop, values: Vec<f32>) -> Tensor<4> {
        let [columns, rows, slices] = crop.context.bounds.size;
        Tensor::from_data(TensorData::new(values, [1, slices, columns, rows]), &self.device)
    }
}

impl Forward {
    /// What is left of it when nothing is to be explained.
    pub fn said(&self) -> Said {
        Said { logits: self.logits, readers: self.readers, forward_ms: self.upload_ms + self.forward_ms }
    }
}

/// What a file says of its training pictures.
/// - errors: it says so in a way that cannot be read
fn training_range(name: &str, metadata: &Metadata) -> Result<Option<TrainingRange>, InferenceError> {
    let Some(text) = metadata.get(TrainingRange::METADATA_KEY) else { return Ok(None) };
    let range = TrainingRange::parse(text).map_err(|error| {
        let why = format!("the range of its training cannot be read: {error}");
        WeightsError::Damaged { name: name.to_owned(), why }
    })?;
    Ok(Some(range))
}
