//! Where the network runs, decided at run time, and the networks loaded there.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use burn::tensor::Device;

use super::adapter::{self, GpuDevice};
use super::answer::DeviceInfo;
use super::csf::MaskedCt;
use super::error::InferenceError;
use super::loaded::Loaded;
use super::m3net::{Crop, Forward, M3NetNetwork};
use super::opened::{Opened, WeightsChoice};
use super::status::DeviceStatus;
use super::warm_up::{self, LOGIT_TOLERANCE, WarmUp};
use crate::jobs::JobContext;
#[cfg(test)]
use crate::networks::weights::StateDict;
use crate::networks::{Architecture, UnknownNetwork};
use crate::volume::Volume;

/// What the user asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceChoice {
    /// A real GPU where there is one, else the processor. A software adapter counts as none: burn
    /// on it is several times slower than burn's own processor backend.
    #[default]
    Auto,
    /// A graphics adapter, a software one too.
    Gpu,
    /// The processor.
    Cpu,
}

/// Networks that stay loaded at most, one of each family and one more: so that several points asked of all
/// of them, or a person who goes back and forth between them, read each file once.
const KEPT: usize = 6;

/// Values that stay loaded at most, of the largest network that is asked for always its own: three
/// gigabytes. The full-size networks have 43 to 305 million.
const KEPT_VALUES: usize = 750_000_000;

/// The devices and the networks on them. Lives on the inference thread.
#[derive(Debug)]
pub struct Runtime {
    /// First, so that it is over before the devices go.
    _warm_up: Option<WarmUp>,
    cpu: (Device, DeviceInfo),
    gpu: Option<GpuDevice>,
    status: DeviceStatus,
    /// Whether the work in hand runs on the adapter: it does not change under it.
    on_gpu: bool,
    /// Least recently used first.
    networks: Vec<Kept>,
    /// CTs whose lungs are known, the last ones asked about.
    masked: Vec<Arc<MaskedCt>>,
    /// Weights whose logits on the adapter were compared with the processor's.
    compared: BTreeSet<(String, String)>,
}

/// A network that stays loaded.
#[derive(Debug)]
struct Kept {
    key: Key,
    network: Loaded,
    values: usize,
}

/// What makes a loaded network the one that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    model: String,
    weights: WeightsChoice,
    /// Of the file, where there is one.
    stamp: Option<Stamp>,
    on_gpu: bool,
}

/// What tells a file from another that took its place, without reading it again.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    changed: Option<SystemTime>,
    /// A file that is replaced whole is a new one, even with the time of the old.
    made: Option<SystemTime>,
}

impl Stamp {
    /// `None` where there is no such file: reading it says so in words.
    fn of(file: &Path) -> Option<Self> {
        let known = std::fs::metadata(file).ok()?;
        Some(Self { bytes: known.len(), changed: known.modified().ok(), made: known.created().ok() })
    }
}

impl Runtime {
    /// Finds the devices; nothing runs yet.
    /// - `adapter`: part of the name of the graphics adapter to take; `None` takes the best
    /// - `threads`: of the processor backend, for its name
    /// - errors: a GPU was demanded and there is none
    pub(super) fn new(
        choice: DeviceChoice,
        adapter: Option<&str>,
        threads: usize,
    ) -> Result<Self, InferenceError> {
        let gpu = match choice {
            DeviceChoice::Cpu => None,
            DeviceChoice::Auto => adapter::open(adapter, false)
                .inspect_err(|error| tracing::info!(%error, "the network runs on the processor"))
                .ok(),
            DeviceChoice::Gpu => Some(adapter::open(adapter, true)?),
        };
        // Whoever demands the GPU waits for its kernels; otherwise the warm-up says when it is ready.
        let mut runtime = Self::with(gpu, choice == DeviceChoice::Gpu, threads);
        if let (DeviceChoice::Auto, Some(gpu)) = (choice, &runtime.gpu) {
            let warm_up = warm_up::start(gpu.device.clone(), gpu.info.clone(), runtime.status.clone());
            runtime._warm_up = Some(warm_up);
        }
        Ok(runtime)
    }

    fn with(gpu: Option<GpuDevice>, ready: bool, threads: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let cpu = DeviceInfo { backend: "flex".to_owned(), name: format!("CPU, {threads} of {cores} cores") };
        let mut runtime = Self {
            _warm_up: None,
            status: DeviceStatus::new(cpu.clone(), gpu.as_ref().map(|g| g.info.clone()), ready),
            cpu: (Device::flex(), cpu),
            gpu,
            on_gpu: false,
            networks: Vec::new(),
            masked: Vec::new(),
            compared: BTreeSet::new(),
        };
        runtime.begin(true);
        runtime
    }

    /// With the processor in the place of an adapter, to be lost in a test.
    /// - `weights`: those that it answers with in place of the built-in ones
    #[cfg(test)]
    pub(super) fn with_pretended_gpu(weights: Option<StateDict>) -> Self {
        let gpu = GpuDevice::pretended();
        let (device, info) = (gpu.device.clone(), gpu.info.clone());
        let mut runtime = Self::with(Some(gpu), true, 1);
        if let Some(state) = weights {
            let model = crate::networks::DEFAULT_MODEL;
            let network = M3NetNetwork::from_state(model, state, &device, info).expect("they fit");
            let (model, weights) = (model.to_owned(), WeightsChoice::BuiltIn);
            let key = Key { model, weights, stamp: None, on_gpu: true };
            runtime.networks.push(Kept { key, network: Loaded::M3Net(Arc::new(network)), values: 0 });
        }
        runtime
    }

    /// Decides where the next piece of work runs, from its beginning to its end.
    /// - `adapter_too`: false keeps it on the processor
    pub(super) fn begin(&mut self, adapter_too: bool) {
        self.on_gpu = adapter_too && self.gpu.is_some() && self.status.is_ready();
    }

    /// Whether the work in hand runs on the graphics adapter.
    pub fn on_gpu(&self) -> bool {
        self.on_gpu
    }

    /// Where the work in hand runs.
    pub fn info(&self) -> &DeviceInfo {
        match &self.gpu {
            Some(gpu) if self.on_gpu => &gpu.info,
            _ => &self.cpu.1,
        }
    }

    /// What answers now, for other threads.
    pub(super) fn status(&self) -> &DeviceStatus {
        &self.status
    }

    /// The network with these weights on the device in use. It is loaded once, and again where its
    /// file has changed; the last [`KEPT`] stay, as far as [`KEPT_VALUES`] allow.
    pub fn network(&mut self, model: &str, weights: &WeightsChoice) -> Result<Loaded, InferenceError> {
        let stamp = match weights {
            WeightsChoice::File(path) => Stamp::of(path),
            WeightsChoice::BuiltIn | WeightsChoice::Random(_) => None,
        };
        let key = Key { model: model.to_owned(), weights: weights.clone(), stamp, on_gpu: self.on_gpu };
        if let Some(at) = self.networks.iter().position(|kept| kept.key == key) {
            let kept = self.networks.remove(at);
            let network = kept.network.clone();
            self.networks.push(kept);
            return Ok(network);
        }
        // Room first, so that no more than the kept ones are in memory at a time; what is out of date
        // goes in any case, and what was loaded for the other device will not be asked again.
        self.networks.retain(|kept| (&kept.key.model, &kept.key.weights) != (&key.model, &key.weights));
        let values =
            Architecture::named(model)?.keys().needed.values().map(|s| s.iter().product::<usize>()).sum();
        let held = |networks: &[Kept]| networks.iter().map(|kept| kept.values).sum::<usize>() + values;
        while !self.networks.is_empty() && (self.networks.len() >= KEPT || held(&self.networks) > KEPT_VALUES)
        {
            self.networks.remove(0);
        }
        let (device, info) = match &self.gpu {
            Some(gpu) if self.on_gpu => (&gpu.device, gpu.info.clone()),
            _ => (&self.cpu.0, self.cpu.1.clone()),
        };
        let network = Loaded::load(model, weights, device, info)?;
        self.networks.push(Kept { key, network: network.clone(), values });
        Ok(network)
    }

    /// [`Runtime::network`] of a name that is an M3Net's.
    /// - errors: as there; another family's name
    pub fn m3net(
        &mut self,
        model: &str,
        weights: &WeightsChoice,
    ) -> Result<Arc<M3NetNetwork>, InferenceError> {
        match self.network(model, weights)? {
            Loaded::M3Net(network) => Ok(network),
            _ => Err(UnknownNetwork::NotM3Net(model.to_owned()).into()),
        }
    }

    /// The CT with its lungs found: once, as long as it is asked about.
    /// - errors: slices that have not arrived; asked to stop
    pub fn masked(
        &mut self,
        volume: &Arc<Volume>,
        ctx: &JobContext,
    ) -> Result<Arc<MaskedCt>, InferenceError> {
        if let Some(known) = self.masked.iter().find(|known| Arc::ptr_eq(known.volume(), volume)) {
            return Ok(Arc::clone(known));
        }
        let masked = Arc::new(MaskedCt::new(Arc::clone(volume), ctx)?);
        // One pair of dates.
        self.masked.drain(..(self.masked.len() + 1).saturating_sub(2));
        self.masked.push(Arc::clone(&masked));
        Ok(masked)
    }

    /// The graphics adapter is not used any more; the processor takes over.
    pub(super) fn lose_gpu(&mut self, why: &str) {
        if let Some(gpu) = self.gpu.take() {
            gpu.give_up();
            self.on_gpu = false;
            self.networks.retain(|kept| !kept.key.on_gpu);
            self.status.lost(format!(
                "{} failed ({why}); the network runs on the processor from now on",
                gpu.info.name
            ));
        }
    }

    /// Compares an answer of the adapter with the processor's on the same crops, once for each network
    /// and its weights; a difference is said. Costs a forward pass on the processor, so ask after the answer is sent.
    pub fn compare_once(
        &mut self,
        network: &M3NetNetwork,
        weights: &WeightsChoice,
        crops: &[Crop; 3],
        forward: &Forward,
        ctx: &JobContext,
    ) -> Result<(), InferenceError> {
        let Some(gpu) = self.gpu.as_ref().filter(|_| self.on_gpu) else { return Ok(()) };
        let model = network.known.spec.name;
        if !self.compared.insert((model.to_owned(), network.known.weights_sha256.clone())) {
            return Ok(());
        }
        let (device, info) = &self.cpu;
        // The members of an ensemble run through the same kernels: the first speaks for all.
        let opened = Opened::read(model, weights, info.clone())?;
        let first = M3NetNetwork::build(opened, 1, device)?;
        let difference = match first.forward(crops, ctx) {
            Ok(expected) => warm_up::difference(forward.logits, expected.logits),
            // The adapter's numbers are then no better than none.
            Err(InferenceError::NoAnswer) => f64::INFINITY,
            Err(error) => return Err(error),
        };
        if difference > LOGIT_TOLERANCE {
            self.status.notice(warm_up::differs(&gpu.info.name, difference));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::networks::DEFAULT_MODEL;
    use crate::networks::m3net::published_layout;
    use crate::networks::weights::{Card, random};

    fn processor() -> Runtime {
        Runtime::new(DeviceChoice::Cpu, None, 1).expect("a processor")
    }

    fn hash(runtime: &mut Runtime, weights: &WeightsChoice) -> String {
        runtime.network(DEFAULT_MODEL, weights).expect("loads").known().weights_sha256.clone()
    }

    #[test]
    fn a_weights_file_that_was_replaced_is_read_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("net.safetensors");
        let layout = published_layout(&crate::networks::m3net_config(DEFAULT_MODEL).expect("listed"));
        let write = |seed| {
            let bytes = random(&layout, seed).to_safetensors(&Card::random(DEFAULT_MODEL, seed));
            // As an import does: beside it, then in its place.
            let beside = folder.path().join("beside");
            std::fs::write(&beside, bytes).expect("written");
            std::fs::rename(&beside, &file).expect("renamed");
        };
        let mut runtime = processor();
        let weights = WeightsChoice::File(file.clone());
        write(3);
        let first = hash(&mut runtime, &weights);
        let again = runtime.m3net(DEFAULT_MODEL, &weights).expect("loads");
        assert!(Arc::ptr_eq(&again, &runtime.m3net(DEFAULT_MODEL, &weights).expect("loads")), "read once");
        write(4);
        assert_ne!(hash(&mut runtime, &weights), first, "the new file answers");
        assert_eq!(runtime.networks.len(), 1, "the old one is gone");
        std::fs::remove_file(&file).expect("removed");
        let error = runtime.network(DEFAULT_MODEL, &weights).expect_err("gone").to_string();
        assert!(error.contains("net.safetensors cannot be read"), "{error}");
    }

    #[test]
    fn only_the_last_few_networks_stay_in_memory() {
        let mut runtime = processor();
        let weights = |seed| WeightsChoice::Random(seed);
        let first = runtime.m3net(DEFAULT_MODEL, &weights(1)).expect("made");
        for seed in [2, 3, 4, 5, 1, 6, 7] {
            runtime.network(DEFAULT_MODEL, &weights(seed)).expect("made");
            assert!(runtime.networks.len() <= KEPT);
        }
        let kept = runtime.m3net(DEFAULT_MODEL, &weights(1)).expect("kept");
        assert!(Arc::ptr_eq(&first, &kept), "what was asked for lately stays");
        assert!(runtime.networks.iter().all(|kept| kept.key.weights != weights(2)), "the oldest went");
    }
}
