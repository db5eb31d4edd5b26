//! Why there is no device, in the words that the user reads.

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
