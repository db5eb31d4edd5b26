//! The window's graphics: which adapter, faults of the device, slices on their way to the GPU,
//! memory.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::words::sentence;
use crate::gpu::{self, Fault, Gpu};
use crate::render::{PriorRenderer, SliceRenderer, Upload};
use crate::session::{Adapter, GpuUse, GraphicsDevice, Memory, News, Session, Severity};

/// Bytes of slices sent in one frame: a software adapter takes about 12 ms for them.
const UPLOAD_PER_FRAME: usize = 32 << 20;
/// How often memory is looked at, while frames are drawn anyway.
const MEMORY_EVERY: Duration = Duration::from_millis(500);

/// What egui needs to open our device: the window and its tests use the same.
/// - `backends`: those of one attempt, see [`gpu::backend_attempts`]
/// - `wanted`: part of an adapter's name
pub fn setup(backends: wgpu::Backends, wanted: Option<String>) -> egui_wgpu::WgpuSetupCreateNew {
    let mut setup = egui_wgpu::WgpuSetupCreateNew::without_display_handle();
    setup.instance_descriptor.backends = backends;
    setup.device_descriptor = Arc::new(gpu::device_descriptor);
    setup.native_adapter_selector = Some(Arc::new(move |adapters, surface| {
        let fits = |a: &&wgpu::Adapter| surface.is_none_or(|s| a.is_surface_supported(s));
        let usable: Vec<&wgpu::Adapter> = adapters.iter().filter(fits).collect();
        let infos: Vec<wgpu::AdapterInfo> = usable.iter().map(|a| a.get_info()).collect();
        gpu::select(&infos, wanted.as_deref())
            .and_then(|i| usable.get(i))
            .map(|a| (*a).clone())
            .ok_or_else(|| "no adapter fits".to_owned())
    }));
    setup
}

/// The device of one window.
pub(super) struct Graphics {
    pub(super) gpu: Gpu,
    state: egui_wgpu::RenderState,
    memory_at: Option<Instant>,
}

impl Graphics {
    /// Takes the window's device over and puts the slice renderer where viewports find it.
    pub(super) fn adopt(state: &egui_wgpu::RenderState, wake: crate::jobs::Wake) -> Self {
        let info = state.adapter.get_info();
        let gpu = Gpu::adopt(state.device.clone(), state.queue.clone(), info, move || wake());
        let renderer = SliceRenderer::new(&state.device, state.target_format);
        state.renderer.write().callback_resources.insert(renderer);
        Self { gpu, state: state.clone(), memory_at: None }
    }

    /// What the device chip says.
    pub(super) fn describe(&self, wanted: &str) -> GraphicsDevice {
        let adapters = self.state.available_adapters.iter().map(|a| adapter(&a.get_info())).collect();
        let wanted = (!wanted.is_empty()).then(|| wanted.to_owned());
        GraphicsDevice { current: Some(adapter(&self.gpu.info)), adapters, wanted }
    }

    /// Whether the device is gone: nothing may be drawn any more.
    pub(super) fn lost(&self) -> bool {
        // Losses are reported while polling; its outcome says nothing more.
        let _ = self.gpu.device.poll(wgpu::PollType::Poll);
        self.gpu.fault.is_lost()
    }

    /// Milder faults, slices that have arrived, memory. True where another frame is needed.
    pub(super) fn frame(&mut self, session: &mut Session) -> bool {
        match self.gpu.fault.take() {
            Some(fault @ Fault::Refused { .. }) => {
                session.receive(News::Notice(Severity::Warning, sentence(&fault)));
            }
            Some(fault) => session.receive(News::Notice(Severity::Error, sentence(&fault))),
            None => {}
        }
        let more = self.upload(session) | self.upload_prior(session);
        if self.memory_at.is_none_or(|at| at.elapsed() >= MEMORY_EVERY) {
            self.memory_at = Some(Instant::now());
            let process_bytes = memory_stats::memory_stats().map_or(0, |m| m.physical_mem as u64);
            let gpu_bytes = session.gpu().bytes + session.prior().map_or(0, |prior| prior.gpu.bytes);
            session.receive(News::Memory(Memory { process_bytes, gpu_bytes }));
        }
        more
    }

    fn upload(&self, session: &mut Session) -> bool {
        let mut renderer = self.state.renderer.write();
        let Some(slices) = renderer.callback_resources.get_mut::<SliceRenderer>() else { return false };
        let Some(volume) = session.volume().map(Arc::clone) else {
            // A closed case gives its memory back.
            slices.clear();
            return false;
        };
        if let Some(error) = slices.error() {
            session.receive(News::Notice(Severity::Error, sentence(error)));
        }
        let arrived = volume.slices_filled();
        let upload = slices.upload(&self.state.device, &self.state.queue, &volume, UPLOAD_PER_FRAME);
        let now = in_use(upload);
        let moved = session.gpu() != now;
        if moved {
            session.receive(News::Gpu(now));
        }
        // Reading goes on when the next frame begins: the first slice has been drawn then.
        let first = moved && arrived == 1;
        // What sent nothing will send nothing in the next frame either: a volume that does not fit at
        // all, or a reduced one that waits for the slices of a whole step. New slices wake the window.
        first || (moved && now.slices < arrived)
    }

    /// As [`Self::upload`], of the prior, whose renderer is there for as long as it is.
    fn upload_prior(&self, session: &mut Session) -> bool {
        let mut renderer = self.state.renderer.write();
        let resources = &mut renderer.callback_resources;
        let Some(prior) = session.prior() else {
            resources.remove::<PriorRenderer>();
            return false;
        };
        let (device, volume, before) = (&self.state.device, Arc::clone(&prior.volume), prior.gpu);
        let slices = resources.entry::<PriorRenderer>();
        let slices =
            slices.or_insert_with(|| PriorRenderer(SliceRenderer::new(device, self.state.target_format)));
        let arrived = volume.slices_filled();
        let now = in_use(slices.0.upload(device, &self.state.queue, &volume, UPLOAD_PER_FRAME));
        if before != now {
            session.receive(News::PriorGpu(now));
        }
        before != now && now.slices < arrived
    }
}

fn in_use(upload: Upload) -> GpuUse {
    let Upload { slices, total, reduced, bytes } = upload;
    GpuUse { slices, total, reduced, bytes }
}

/// As it is listed for the user.
fn adapter(info: &wgpu::AdapterInfo) -> Adapter {
    Adapter { name: info.name.clone(), backend: info.backend.to_string(), software: gpu::is_software(info) }
}
