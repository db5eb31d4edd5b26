//! Devices: one description of what we ask for, and a device without a window.

use std::sync::Arc;

use super::adapter::{backend_attempts, instance, select};
use super::error::GpuError;
use super::fault::FaultFlag;

/// A device to draw with, from a window or without one.
#[derive(Clone)]
pub struct Gpu {
    /// The device.
    pub device: wgpu::Device,
    /// Its queue.
    pub queue: wgpu::Queue,
    /// What it is.
    pub info: Arc<wgpu::AdapterInfo>,
    /// Set when the device is lost, out of memory, or refused something.
    pub fault: FaultFlag,
}

impl Gpu {
    /// Takes over a device that somebody else opened (the window), and watches it.
    /// - `wake`: called when a fault happens; a window asks for a repaint
    pub fn adopt(
        device: wgpu::Device,
        queue: wgpu::Queue,
        info: wgpu::AdapterInfo,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        let fault = FaultFlag::watch(&device, wake);
        Self { device, queue, info: Arc::new(info), fault }
    }
}

/// Features and limits that we use where the adapter has them; the same for window, terminal and tests.
///
/// The limits are the adapter's own: WebGPU's defaults end at 2048 voxels along an axis and 256 MiB
/// a buffer. Memory is taken in small blocks, because one volume texture is most of what we need.
pub fn device_descriptor(adapter: &wgpu::Adapter) -> wgpu::DeviceDescriptor<'static> {
    // Time stamps: the views' own time on the GPU. Inside encoders they are not needed.
    let useful = wgpu::Features::TIMESTAMP_QUERY;
    wgpu::DeviceDescriptor {
        label: Some("triscope"),
        required_features: adapter.features() & useful,
        required_limits: adapter.limits(),
        memory_hints: wgpu::MemoryHints::MemoryUsage,
        ..Default::default()
    }
}

/// Opens a device without a window.
/// - `wanted`: part of the adapter's name, see [`select`]
/// - errors: no adapter, or none that opens
pub fn headless(wanted: Option<&str>) -> Result<Gpu, GpuError> {
    let mut refused = None;
    for backends in backend_attempts() {
        let instance = instance(backends);
        let mut adapters = pollster::block_on(instance.enumerate_adapters(backends));
        while !adapters.is_empty() {
            let infos: Vec<_> = adapters.iter().map(wgpu::Adapter::get_info).collect();
            let Some(at) = select(&infos, wanted) else { break };
            let adapter = adapters.swap_remove(at);
            let info = adapter.get_info();
            match pollster::block_on(adapter.request_device(&device_descriptor(&adapter))) {
                Ok((device, queue)) => {
                    tracing::info!(adapter = info.name, backend = %info.backend, "graphics adapter chosen");
                    return Ok(Gpu::adopt(device, queue, info, || {}));
                }
                Err(error) => {
                    tracing::debug!(adapter = info.name, %error, "graphics adapter refused");
                    refused = Some(GpuError::Refused { name: info.name, detail: error.to_string() });
                }
            }
        }
    }
    Err(refused.unwrap_or(GpuError::NoAdapter))
}
