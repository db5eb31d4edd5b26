//! Which graphics adapter: the list for the user, and the choice where the user made none.
//!
//! The window gives [`select`] to its selector, the terminal and the tests go through
//! [`super::headless`]; both obey `WGPU_BACKEND` and `WGPU_ADAPTER_NAME`.

use std::cmp::Reverse;

/// The backends to try, one set after the other, until one has an adapter.
///
/// Primary backends come alone first: merely asking OpenGL starts a driver that writes to stderr
/// on machines without a display. `WGPU_BACKEND` replaces the whole list.
pub fn backend_attempts() -> Vec<wgpu::Backends> {
    wgpu::Backends::from_env()
        .map_or_else(|| vec![wgpu::Backends::PRIMARY, wgpu::Backends::GL], |chosen| vec![chosen])
}

/// An adapter as it stands in a list to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterChoice {
    /// What the driver calls it; what a choice is remembered by.
    pub name: String,
    /// `Vulkan`, `Metal`, `Dx12`, `Gl`.
    pub backend: String,
    /// Whether the processor does the work.
    pub software: bool,
}

/// Every adapter of this machine, best first. Starts drivers: some 100 ms, not for each frame.
pub fn adapters() -> Vec<AdapterChoice> {
    let mut found: Vec<wgpu::AdapterInfo> = Vec::new();
    for backends in backend_attempts() {
        let instance = instance(backends);
        found.extend(
            pollster::block_on(instance.enumerate_adapters(backends)).iter().map(wgpu::Adapter::get_info),
        );
    }
    found.sort_by_key(rank);
    found
        .into_iter()
        .map(|info| AdapterChoice {
            software: is_software(&info),
            backend: info.backend.to_string(),
            name: info.name,
        })
        .collect()
}

/// An instance for these backends, other settings from the environment.
pub(super) fn instance(backends: wgpu::Backends) -> wgpu::Instance {
    wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends,
        ..wgpu::InstanceDescriptor::new_without_display_handle_from_env()
    })
}

/// Whether the processor does the adapter's work: drawing is slower, networks stay on the CPU backend.
pub fn is_software(info: &wgpu::AdapterInfo) -> bool {
    info.device_type == wgpu::DeviceType::Cpu
}

/// Adapter and backend in a few words, as shown to the user: `llvmpipe (LLVM 15) · Vulkan · software`.
pub fn describe(info: &wgpu::AdapterInfo) -> String {
    let software = if is_software(info) { " · software" } else { "" };
    format!("{} · {}{software}", info.name, backend_words(info.backend))
}

fn backend_words(backend: wgpu::Backend) -> &'static str {
    match backend {
        wgpu::Backend::Vulkan => "Vulkan",
        wgpu::Backend::Metal => "Metal",
        wgpu::Backend::Dx12 => "DirectX 12",
        wgpu::Backend::Gl => "OpenGL",
        wgpu::Backend::BrowserWebGpu => "WebGPU",
        wgpu::Backend::Noop => "no drawing",
    }
}

/// Smaller is better. Real hardware through OpenGL is still better than a processor through Vulkan.
fn rank(info: &wgpu::AdapterInfo) -> (bool, bool, u8) {
    let kind = match info.device_type {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::IntegratedGpu => 1,
        wgpu::DeviceType::VirtualGpu => 2,
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    };
    (is_software(info), info.backend == wgpu::Backend::Gl, kind)
}

/// The adapter to use: one named `wanted` or, without it, `WGPU_ADAPTER_NAME`; else discrete,
/// integrated, virtual, software, primary backends before OpenGL.
///
/// - `wanted`: part of a name, case-insensitive; where no adapter has it the choice is automatic,
///   because a remembered adapter may be unplugged: compare the result if it must be said
/// - returns: index into `adapters`, or `None` where there are none
pub fn select(adapters: &[wgpu::AdapterInfo], wanted: Option<&str>) -> Option<usize> {
    let from_environment = std::env::var("WGPU_ADAPTER_NAME").ok();
    select_named(adapters, wanted.or(from_environment.as_deref()))
}

fn select_named(adapters: &[wgpu::AdapterInfo], wanted: Option<&str>) -> Option<usize> {
    let wanted = wanted.map(str::trim).filter(|name| !name.is_empty()).map(str::to_lowercase);
    let has_name = |info: &wgpu::AdapterInfo| {
        wanted.as_ref().is_some_and(|name| info.name.to_lowercase().contains(name.as_str()))
    };
    adapters
        .iter()
        .enumerate()
        .min_by_key(|(at, info)| (Reverse(has_name(info)), rank(info), *at))
        .map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wgpu::{Backend, DeviceType};

    fn info(name: &str, device_type: DeviceType, backend: Backend) -> wgpu::AdapterInfo {
        wgpu::AdapterInfo { name: name.to_owned(), ..wgpu::AdapterInfo::new(device_type, backend) }
    }

    fn machine() -> Vec<wgpu::AdapterInfo> {
        vec![
            info("llvmpipe", DeviceType::Cpu, Backend::Vulkan),
            info("Radeon", DeviceType::DiscreteGpu, Backend::Gl),
            info("Iris", DeviceType::IntegratedGpu, Backend::Vulkan),
            info("GeForce", DeviceType::DiscreteGpu, Backend::Vulkan),
            info("GeForce", DeviceType::DiscreteGpu, Backend::Gl),
        ]
    }

    #[test]
    fn a_discrete_adapter_on_a_primary_backend_comes_first() {
        assert_eq!(select_named(&machine(), None), Some(3));
        assert_eq!(select_named(&machine()[..3], None), Some(2));
        assert_eq!(select_named(&machine()[..2], None), Some(1), "hardware on OpenGL before software");
        assert_eq!(select_named(&machine()[..1], None), Some(0));
        assert_eq!(select_named(&[], None), None);
    }

    #[test]
    fn a_wanted_name_wins_and_a_missing_one_does_no_harm() {
        assert_eq!(select_named(&machine(), Some("LLVM")), Some(0));
        assert_eq!(select_named(&machine(), Some("geforce")), Some(3), "its better backend");
        assert_eq!(select_named(&machine(), Some("Arc")), Some(3));
        assert_eq!(select_named(&machine(), Some("  ")), Some(3));
    }

    #[test]
    fn the_words_name_adapter_and_backend() {
        assert_eq!(describe(&machine()[0]), "llvmpipe · Vulkan · software");
        assert_eq!(describe(&machine()[1]), "Radeon · OpenGL");
    }
}
