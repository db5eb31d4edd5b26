//! Why there is no window.

/// Each is the sentence that the terminal prints.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// No X11 and no Wayland display, or it refuses us; with the window system's own words, which name
    /// lines of its source and are for the log.
    #[error(
        "no display can be opened. Start Triscope from a desktop session, or use `triscope demo`, \
         `render` and `classify`, which need none"
    )]
    NoDisplay(String),
    /// No adapter can draw into the window.
    #[error(
        "no graphics adapter can draw into a window here ({0}). Install a Vulkan driver (on Debian: \
         mesa-vulkan-drivers)"
    )]
    NoAdapter(String),
    /// The device failed again and again.
    #[error(
        "the graphics device was lost {0} times in a row. Update its driver, or choose another adapter with WGPU_ADAPTER_NAME"
    )]
    DeviceKeepsFailing(usize),
    /// The window system failed.
    #[error("the window could not be opened: {0}")]
    Window(String),
}
