//! The graphics device: which adapter, with which features and limits, and the shader sources.
//!
//! Knows nothing of medicine. Window, terminal and tests choose their adapter here.

use std::sync::Arc;

/// A device to draw with when there is no window.
#[derive(Clone)]
pub struct Gpu {
    /// The device.
    pub device: wgpu::Device,
    /// Its queue.
    pub queue: wgpu::Queue,
    /// What it is.
    pub info: Arc<wgpu::AdapterInfo>,
}

/// Why there is no device.
#[derive(Clone, Debug, thiserror::Error)]
pub enum GpuError {
    /// No adapter at all.
    #[error("no graphics adapter was found. Install a Vulkan driver (on Debian: mesa-vulkan-drivers)")]
    NoAdapter,
    /// The adapter refused.
    #[error("the graphics adapter {name} could not be opened: {detail}")]
    Refused {
        /// Adapter name.
        name: String,
        /// What the driver said.
        detail: String,
    },
}

/// Features and limits that we use where the adapter has them; the same for window, terminal and tests.
pub fn device_descriptor(adapter: &wgpu::Adapter) -> wgpu::DeviceDescriptor<'static> {
    let _ = adapter;
    unimplemented!()
}

/// The adapter to use: `wanted` (part of a name, case-insensitive) or `WGPU_ADAPTER_NAME` if there,
/// else discrete, integrated, virtual, software, primary backends before GL.
pub fn select(adapters: &[wgpu::AdapterInfo], wanted: Option<&str>) -> Option<usize> {
    let _ = (adapters, wanted);
    unimplemented!()
}

/// Opens a device without a window.
pub fn headless(wanted: Option<&str>) -> Result<Gpu, GpuError> {
    let _ = wanted;
    unimplemented!()
}
