//! A loaded CSF-Net: regions of two dates and six codes in, two logits out.

use std::time::Instant;

use burn::tensor::{Device, Tensor, TensorData};

use crate::inference::error::InferenceError;
use crate::inference::numbers::read;
use crate::inference::opened::{Known, Opened};
use crate::jobs::JobContext;
use crate::networks::csf::{
    CsfConfig, CsfNet, Trunk, UnknownCategory, is_without_effect, path_of, published_layout,
};
use crate::networks::weights::{Import, Metadata};
use crate::networks::{Tapped, Taps};

/// CSF-Net with its weights on a device.
#[derive(Debug)]
pub struct CsfNetwork {
    net: CsfNet,
    /// How many categories each clinical field has.
    pub categories: [usize; 6],
    /// What else a file of ours tells: the words of the categories, where it knows them.
    pub metadata: Metadata,
    /// What is known of it.
    pub known: Known,
    device: Device,
}

/// One forward pass, kept for explanations.
#[derive(Debug)]
pub struct CsfForward {
    /// Benign, malignant.
    pub logits: [f64; 2],
    /// Features of the explained layer, earlier date first: `[1, channel, d, h, w]`.
    pub features: [Tensor<5>; 2],
    /// The finest spatial gate that is not the stem's, earlier date first: `[1, 1, 8, 32, 32]`.
    pub gates: [Tensor<5>; 2],
    /// The embedded fields, `[1, 6, width]`.
    pub embedded: Tensor<3>,
    /// Both regions handed to the device, arrived there.
    pub upload_ms: f64,
    /// Wall clock of the pass after that, result read back.
    pub forward_ms: f64,
}

impl CsfNetwork {
    /// The gates that an explanation shows: of the first stage, cells of 2 mm.
    pub const GATE: usize = 1;

    pub(in crate::inference) fn build(
        opened: Opened,
        config: &CsfConfig,
        device: &Device,
    ) -> Result<Self, InferenceError> {
        let Opened { state, known, metadata, .. } = opened;
        let mut net = CsfNet::new(config, device);
        let layout = published_layout(config);
        Import::load(&mut net, known.spec.name, &layout, state, path_of, is_without_effect)?;
        let categories = config.categories;
        Ok(Self { net: net.fold(), categories, metadata, known, device: device.clone() })
    }

    /// Where it lies.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The layers.
    pub fn net(&self) -> &CsfNet {
        &self.net
    }

    /// What one date's region holds, `[1, slice, row, column]`, on the network's device.
    /// - `values`: 16 x 64 x 64, [slice][row][column]
    pub fn region(&self, values: &[f32]) -> Tensor<4> {
        let [columns, rows, slices] = CsfNet::REGION;
        Tensor::from_data(TensorData::new(values.to_vec(), [1, slices, rows, columns]), &self.device)
    }

    /// - `regions`: earlier, later; 16 x 64 x 64 each, [slice][row][column]
    /// - `codes`: of the six fields, below [`CsfNetwork::categories`]
    /// - errors: cancelled, an unknown category, a device that failed, or an answer that is no number
    pub fn forward(
        &self,
        regions: [&[f32]; 2],
        codes: [usize; 6],
        ctx: &JobContext,
    ) -> Result<CsfForward, InferenceError> {
        ctx.check()?;
        let start = Instant::now();
        let regions = regions.map(|values| self.region(values));
        let clinical = self.net.clinical(&[codes]).map_err(|UnknownCategory { field, code, known }| {
            InferenceError::Category { field, code, known }
        })?;
        self.device.sync().map_err(|error| InferenceError::Device(error.to_string()))?;
        let upload_ms = start.elapsed().as_secs_f64() * 1e3;
        let start = Instant::now();
        let (explained, gate) = (Trunk::EXPLAINED.0, Trunk::GATES[Self::GATE].0);
        let names = CsfNet::DATES.map(|date| [format!("{date}.{explained}"), format!("{date}.{gate}")]);
        let mut taps = Taps::of(&names.as_flattened().iter().map(String::as_str).collect::<Vec<_>>());
        let embedded = self.net.embed(&clinical);
        let ([earlier, later], [t0, t1]) = (regions, CsfNet::DATES);
        let earlier = taps.within(t0, |taps| self.net.encode(earlier, taps));
        ctx.check()?;
        let later = taps.within(t1, |taps| self.net.encode(later, taps));
        ctx.check()?;
        let logits = self.net.join([earlier, later], embedded.clone(), &mut Taps::off());
        let values = read(logits)?;
        let &[benign, malignant] = values.as_slice() else { return Err(InferenceError::NoAnswer) };
        let forward_ms = start.elapsed().as_secs_f64() * 1e3;
        let mut kept = |name: &str| match taps.take(name) {
            Some(Tapped::D5(tensor)) => tensor,
            _ => unreachable!("the trunk offers what it documents"),
        };
        let features = [kept(&names[0][0]), kept(&names[1][0])];
        let gates = [kept(&names[0][1]), kept(&names[1][1])];
        Ok(CsfForward { logits: [benign, malignant], features, gates, embedded, upload_ms, forward_ms })
    }
}
