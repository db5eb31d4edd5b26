//! What has to be told to graphics drivers before the first of them starts.

/// Keeps Mesa's device-select layer from complaining on stderr where there is no display server.
///
/// The layer asks a Wayland compositor which GPU is the default one; without `XDG_RUNTIME_DIR`
/// (a container, a batch job) libwayland writes an error line for every instance. We choose the
/// adapter ourselves ([`super::select`]), so nothing is lost without the layer. Call this first in
/// `main`, while the program has one thread.
pub fn quiet_drivers() {
    if std::env::var_os("XDG_RUNTIME_DIR").is_none() && std::env::var_os("NODEVICE_SELECT").is_none() {
        #[expect(unsafe_code, reason = "the environment is changed before any other thread exists")]
        // SAFETY: called first in `main`; no other thread can read the environment meanwhile.
        unsafe {
            std::env::set_var("NODEVICE_SELECT", "1");
        }
    }
}
