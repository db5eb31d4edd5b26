//! The graphics device: which adapter, with which features and limits, what to do when it fails,
//! and the shader sources.
//!
//! Knows nothing of medicine. Window, terminal and tests choose their adapter here.

mod adapter;
mod device;
mod drivers;
mod error;
mod fault;
mod shader;

pub use adapter::{
    AdapterChoice, AdapterKind, GraphicsApi, adapters, backend_attempts, describe, is_software, select,
    wanted,
};
pub use device::{Gpu, device_descriptor, headless};
pub use drivers::quiet_drivers;
pub use error::GpuError;
pub use fault::{Fault, FaultFlag};
pub use shader::{ENTRY_FILES, ShaderError, ShaderLibrary};
