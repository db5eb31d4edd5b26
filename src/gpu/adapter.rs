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

/// What does an adapter's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AdapterKind {
    /// A card with memory of its own.
    Discrete,
    /// A part of the processor's chip.
    Integrated,
    /// Lent by a host.
    Virtual,
    /// Its driver does not say.
    Other,
    /// The processor.
    Software,
}

/// The interface through which an adapter is reached: the same card may be listed under several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GraphicsApi {
    /// Vulkan.
    Vulkan,
    /// Metal.
    Metal,
    /// DirectX 12.
    Dx12,
    /// OpenGL.
    OpenGl,
    /// Any other.
    Other,
}

/// An adapter as it stands in a list to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterChoice {
    /// What the driver calls it; what a choice is remembered by.
    pub name: String,
    /// How it is reached.
    pub api: GraphicsApi,
    /// What does its work.
    pub kind: AdapterKind,
    /// Its place among the adapters of the same interface and kind, from 0, in the driver's order.
    pub place: usize,
}

impl AdapterChoice {
    /// Whether the processor does the work.
    pub fn software(&self) -> bool {
        self.kind == AdapterKind::Software
    }

    /// Whether this is part of its name, in any case.
    pub fn is_named(&self, wanted: &str) -> bool {
        named(&self.name, wanted)
    }
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
    listed(found)
}

fn listed(found: Vec<wgpu::AdapterInfo>) -> Vec<AdapterChoice> {
    let mut all: Vec<((bool, bool, u8), AdapterChoice)> = Vec::with_capacity(found.len());
    for info in found {
        let (api, kind) = (api(info.backend), kind(info.device_type));
        let place = all.iter().filter(|(_, a)| (a.api, a.kind) == (api, kind)).count();
        all.push((rank(&info), AdapterChoice { name: info.name, api, kind, place }));
    }
    all.sort_by_key(|(rank, _)| *rank);
    all.into_iter().map(|(_, adapter)| adapter).collect()
}

fn kind(device_type: wgpu::DeviceType) -> AdapterKind {
    match device_type {
        wgpu::DeviceType::DiscreteGpu => AdapterKind::Discrete,
        wgpu::DeviceType::IntegratedGpu => AdapterKind::Integrated,
        wgpu::DeviceType::VirtualGpu => AdapterKind::Virtual,
        wgpu::DeviceType::Other => AdapterKind::Other,
        wgpu::DeviceType::Cpu => AdapterKind::Software,
    }
}

fn api(backend: wgpu::Backend) -> GraphicsApi {
    match backend {
        wgpu::Backend::Vulkan => GraphicsApi::Vulkan,
        wgpu::Backend::Metal => GraphicsApi::Metal,
        wgpu::Backend::Dx12 => GraphicsApi::Dx12,
        wgpu::Backend::Gl => GraphicsApi::OpenGl,
        wgpu::Backend::BrowserWebGpu | wgpu::Backend::Noop => GraphicsApi::Other,
    }
}

/// The name that an adapter is looked for by: the user's choice or, without one,
/// `WGPU_ADAPTER_NAME`; `None` where neither says anything.
pub fn wanted(chosen: Option<&str>) -> Option<String> {
    let said = |name: &str| Some(name.trim().to_owned()).filter(|name| !name.is_empty());
    chosen.and_then(said).or_else(|| std::env::var("WGPU_ADAPTER_NAME").ok().as_deref().and_then(said))
}

fn named(name: &str, wanted: &str) -> bool {
    name.to_lowercase().contains(&wanted.to_lowercase())
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

/// The adapter to use: one named `chosen` or, without it, `WGPU_ADAPTER_NAME`; else discrete,
/// integrated, virtual, software, primary backends before OpenGL.
///
/// - `chosen`: part of a name, case-insensitive; where no adapter has it the choice is automatic,
///   because a remembered adapter may be unplugged: compare the result if it must be said
/// - returns: index into `adapters`, or `None` where there are none
pub fn select(adapters: &[wgpu::AdapterInfo], chosen: Option<&str>) -> Option<usize> {
    select_named(adapters, wanted(chosen).as_deref())
}

fn select_named(adapters: &[wgpu::AdapterInfo], wanted: Option<&str>) -> Option<usize> {
    let has_name = |info: &wgpu::AdapterInfo| wanted.is_some_and(|wanted| named(&info.name, wanted));
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
        assert_eq!(wanted(Some("  ")), wanted(None), "blanks are no choice");
        assert_eq!(wanted(Some(" Arc ")).as_deref(), Some("Arc"));
    }

    #[test]
    fn adapters_are_counted_by_interface_and_kind_in_the_order_of_the_driver() {
        let mut found = machine();
        found.push(info("Radeon", DeviceType::DiscreteGpu, Backend::Vulkan));
        let all = listed(found);
        let places: Vec<_> = all.iter().map(|a| (a.name.as_str(), a.api, a.place)).collect();
        assert_eq!(
            places,
            [
                ("GeForce", GraphicsApi::Vulkan, 0),
                ("Radeon", GraphicsApi::Vulkan, 1),
                ("Iris", GraphicsApi::Vulkan, 0),
                ("Radeon", GraphicsApi::OpenGl, 0),
                ("GeForce", GraphicsApi::OpenGl, 1),
                ("llvmpipe", GraphicsApi::Vulkan, 0),
            ]
        );
        assert!(all[5].software() && !all[0].software());
    }

    #[test]
    fn the_words_name_adapter_and_backend() {
        assert_eq!(describe(&machine()[0]), "llvmpipe · Vulkan · software");
        assert_eq!(describe(&machine()[1]), "Radeon · OpenGL");
    }
}
