//! Where the network runs, decided at run time, and the networks loaded there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use burn::tensor::{Device, DeviceKind};

use super::answer::DeviceInfo;
use super::error::InferenceError;
use super::network::{Forward, Network, WeightsChoice};
use super::prepare::Crop;
use super::warm_up::{self, LOGIT_TOLERANCE, Readiness, WarmUp};
use crate::gpu;
use crate::jobs::JobContext;

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

/// A graphics adapter of the network's own: it shares nothing with the device that draws.
#[derive(Clone, Debug)]
pub(super) struct GpuDevice {
    pub(super) device: Device,
    pub(super) info: DeviceInfo,
}

/// The devices and the networks on them. Lives on the inference thread.
#[derive(Debug)]
pub struct Runtime {
    /// First, so that it is over before the devices go.
    _warm_up: Option<WarmUp>,
    cpu: (Device, DeviceInfo),
    gpu: Option<GpuDevice>,
    readiness: Readiness,
    networks: BTreeMap<(String, WeightsChoice, bool), Arc<Network>>,
    /// Networks whose logits on the adapter were compared with the processor's.
    compared: BTreeSet<String>,
}

impl Runtime {
    /// Finds the devices; nothing runs yet.
    /// - `threads`: of the processor backend, for its name
    /// - errors: a GPU was demanded and there is none
    pub(super) fn new(choice: DeviceChoice, threads: usize) -> Result<Self, InferenceError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let cpu = DeviceInfo { backend: "flex".to_owned(), name: format!("CPU, {threads} of {cores} cores") };
        let gpu = match choice {
            DeviceChoice::Cpu => None,
            DeviceChoice::Auto => open_gpu(false).ok(),
            DeviceChoice::Gpu => Some(open_gpu(true)?),
        };
        // Whoever demands the GPU waits for its kernels; otherwise the warm-up says when it is ready.
        let readiness = Readiness::new(choice == DeviceChoice::Gpu);
        let warm_up = match (choice, &gpu) {
            (DeviceChoice::Auto, Some(gpu)) => {
                Some(warm_up::start(gpu.device.clone(), gpu.info.clone(), readiness.clone()))
            }
            _ => None,
        };
        Ok(Self {
            _warm_up: warm_up,
            cpu: (Device::flex(), cpu),
            gpu,
            readiness,
            networks: BTreeMap::new(),
            compared: BTreeSet::new(),
        })
    }

    /// With the processor in the place of an adapter, to be lost in a test.
    #[cfg(test)]
    pub(super) fn with_pretended_gpu() -> Self {
        let info = DeviceInfo { backend: "wgpu".to_owned(), name: "pretended adapter".to_owned() };
        let cpu = DeviceInfo { backend: "flex".to_owned(), name: "CPU".to_owned() };
        Self {
            _warm_up: None,
            cpu: (Device::flex(), cpu),
            gpu: Some(GpuDevice { device: Device::flex(), info }),
            readiness: Readiness::new(true),
            networks: BTreeMap::new(),
            compared: BTreeSet::new(),
        }
    }

    /// Whether the next work runs on the graphics adapter.
    pub fn on_gpu(&self) -> bool {
        self.gpu.is_some() && self.readiness.is_ready()
    }

    /// Where the next work runs.
    pub fn info(&self) -> &DeviceInfo {
        match &self.gpu {
            Some(gpu) if self.on_gpu() => &gpu.info,
            _ => &self.cpu.1,
        }
    }

    /// The network with these weights on the device in use, loaded once.
    pub fn network(&mut self, model: &str, weights: &WeightsChoice) -> Result<Arc<Network>, InferenceError> {
        let on_gpu = self.on_gpu();
        let key = (model.to_owned(), weights.clone(), on_gpu);
        if let Some(network) = self.networks.get(&key) {
            return Ok(Arc::clone(network));
        }
        let (device, info) = match &self.gpu {
            Some(gpu) if on_gpu => (&gpu.device, gpu.info.clone()),
            _ => (&self.cpu.0, self.cpu.1.clone()),
        };
        let network = Arc::new(Network::load(model, weights, device, info)?);
        // One network at a time: a full-size one takes 400 MB, and users seldom alternate.
        self.networks.retain(|(name, ..), _| name == model);
        self.networks.insert(key, Arc::clone(&network));
        Ok(network)
    }

    /// The graphics adapter is not used any more; the processor takes over.
    pub(super) fn lose_gpu(&mut self, why: &str) {
        if let Some(gpu) = self.gpu.take() {
            self.networks.retain(|(_, _, on_gpu), _| !on_gpu);
            let text =
                format!("{} failed ({why}); the network runs on the processor from now on", gpu.info.name);
            self.readiness.notice(text);
        }
    }

    /// Compares an answer of the adapter with the processor's on the same crops, once per network; a
    /// difference is said. Costs a forward pass on the processor, so ask after the answer is sent.
    pub fn compare_once(
        &mut self,
        model: &str,
        weights: &WeightsChoice,
        crops: &[Crop; 3],
        forward: &Forward,
        ctx: &JobContext,
    ) -> Result<(), InferenceError> {
        let Some(gpu) = self.gpu.as_ref().filter(|_| self.on_gpu()) else { return Ok(()) };
        if !self.compared.insert(model.to_owned()) {
            return Ok(());
        }
        let (device, info) = &self.cpu;
        let expected = Network::load(model, weights, device, info.clone())?.forward(crops, ctx)?;
        let difference = warm_up::difference(forward.logits, expected.logits);
        if difference > LOGIT_TOLERANCE {
            self.readiness.notice(warm_up::differs(&gpu.info.name, difference));
        }
        Ok(())
    }

    /// What the user should be told of the devices, once.
    pub fn take_notices(&self) -> Vec<String> {
        self.readiness.take_notices()
    }
}

/// A device of burn's own on the best adapter.
fn open_gpu(software_too: bool) -> Result<GpuDevice, InferenceError> {
    let adapters = gpu::adapters();
    // burn's kernels need more than OpenGL offers.
    let able = || adapters.iter().filter(|a| a.backend != "Gl" && a.backend != "OpenGL");
    let kind = match able().find(|a| !a.software) {
        Some(_) => DeviceKind::DefaultDevice,
        None if software_too => match able().next() {
            Some(_) => DeviceKind::Cpu,
            None => return Err(InferenceError::NoGpu("no driver was found".to_owned())),
        },
        None => return Err(InferenceError::NoGpu("only a software adapter was found".to_owned())),
    };
    let (device, setup) = Device::wgpu_options()
        .device_kind(kind)
        .init_with_setup()
        .map_err(|error| InferenceError::NoGpu(error.to_string()))?;
    let info = DeviceInfo { backend: "wgpu".to_owned(), name: adapter_name(&setup) };
    Ok(GpuDevice { device, info })
}

/// The adapter that burn really took: where there are several it chooses for itself.
fn adapter_name(setup: &burn_wgpu::WgpuSetup) -> String {
    setup.adapter.get_info().name
}
