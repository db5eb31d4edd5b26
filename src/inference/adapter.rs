//! The network's own device on a graphics adapter: which one, and opening it once.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use burn::tensor::{Device, DeviceKind};
use burn_wgpu::WgpuBackend;

use super::answer::DeviceInfo;
use super::error::InferenceError;
use crate::gpu::{self, AdapterChoice, AdapterKind, GraphicsApi};

/// A graphics adapter of the network's own: it shares nothing with the device that draws.
#[derive(Clone, Debug)]
pub(super) struct GpuDevice {
    pub(super) device: Device,
    pub(super) info: DeviceInfo,
    key: Key,
}

/// What burn knows an adapter by.
type Key = (GraphicsApi, AdapterKind, usize);

/// Devices of this process. burn opens each adapter once and keeps it to the end; `None` is one that
/// failed and is not used again.
static OPENED: Mutex<BTreeMap<Key, Option<GpuDevice>>> = Mutex::new(BTreeMap::new());

impl GpuDevice {
    /// It failed: nothing in this process uses it any more.
    pub(super) fn give_up(&self) {
        OPENED.lock().unwrap_or_else(PoisonError::into_inner).insert(self.key, None);
    }

    /// The processor under an adapter's name.
    #[cfg(test)]
    pub(super) fn pretended() -> Self {
        let info = DeviceInfo { backend: "wgpu".to_owned(), name: "pretended adapter".to_owned() };
        let key = (GraphicsApi::Other, AdapterKind::Other, usize::MAX);
        Self { device: Device::flex(), info, key }
    }
}

/// The adapter that the network runs on.
/// - `adapters`: of this machine, best first
/// - `wanted`: part of a name; an adapter that has it goes before all others
/// - `software_too`: take a software adapter where there is no other, or where it is the wanted one
/// - errors: there is none, or only a software adapter
pub(super) fn choose<'a>(
    adapters: &'a [AdapterChoice],
    wanted: Option<&str>,
    software_too: bool,
) -> Result<&'a AdapterChoice, InferenceError> {
    // burn's kernels need more than OpenGL offers.
    let able: Vec<&AdapterChoice> = adapters.iter().filter(|a| backend(a.api).is_some()).collect();
    let none = |why: &str| Err(InferenceError::NoGpu(why.to_owned()));
    match able.iter().find(|a| wanted.is_some_and(|name| a.is_named(name))) {
        Some(named) if !named.software() || software_too => return Ok(named),
        // Who draws by software does not want the network on the hardware beside it.
        Some(_) => return none("the chosen adapter is a software one"),
        None => {}
    }
    match able.iter().find(|a| !a.software()).or(able.first().filter(|_| software_too)) {
        Some(best) => Ok(best),
        None if able.is_empty() => none("no driver was found"),
        None => none("only a software adapter was found"),
    }
}

/// Opens a device of burn's own on the adapter that [`choose`] takes; the same one again where it is
/// open already.
/// - returns: with the name of the adapter that burn really took
/// - errors: as [`choose`]; the adapter opens no device, or it failed before
pub(super) fn open(wanted: Option<&str>, software_too: bool) -> Result<GpuDevice, InferenceError> {
    let adapters = gpu::adapters();
    let wanted = gpu::wanted(wanted);
    let choice = choose(&adapters, wanted.as_deref(), software_too)?;
    let key = (choice.api, choice.kind, choice.place);
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    match opened.get(&key) {
        Some(Some(known)) => return Ok(known.clone()),
        Some(None) => {
            let why = format!("{} failed before; restart the program to try it again", choice.name);
            return Err(InferenceError::NoGpu(why));
        }
        None => {}
    }
    let mut options = Device::wgpu_options().device_kind(kind(choice));
    if let Some(backend) = backend(choice.api) {
        options = options.graphics_api(backend);
    }
    let (device, setup) = options
        .init_with_setup()
        .map_err(|error| InferenceError::NoGpu(format!("{}: {error}", choice.name)))?;
    // burn counts adapters itself: what it took is what is shown.
    let taken = setup.adapter.get_info().name;
    if taken != choice.name {
        tracing::warn!(wanted = choice.name, taken, "the network runs on another adapter");
    }
    tracing::info!(adapter = taken, "adapter of the network chosen");
    let info = DeviceInfo { backend: "wgpu".to_owned(), name: taken };
    let gpu = GpuDevice { device, info, key };
    opened.insert(key, Some(gpu.clone()));
    Ok(gpu)
}

/// burn's word for the adapter: its type, and its place among those of the same type.
fn kind(choice: &AdapterChoice) -> DeviceKind {
    match choice.kind {
        AdapterKind::Discrete => DeviceKind::DiscreteGpu(choice.place),
        AdapterKind::Integrated => DeviceKind::IntegratedGpu(choice.place),
        AdapterKind::Virtual => DeviceKind::VirtualGpu(choice.place),
        // burn has no places among software adapters: it takes the first.
        AdapterKind::Software => DeviceKind::Cpu,
        AdapterKind::Other => DeviceKind::DefaultDevice,
    }
}

/// burn's word for the interface; `None` where burn's kernels do not run on it.
fn backend(api: GraphicsApi) -> Option<WgpuBackend> {
    match api {
        GraphicsApi::Vulkan => Some(WgpuBackend::Vulkan),
        GraphicsApi::Metal => Some(WgpuBackend::Metal),
        GraphicsApi::Dx12 => Some(WgpuBackend::Dx12),
        GraphicsApi::OpenGl | GraphicsApi::Other => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapter(name: &str, api: GraphicsApi, kind: AdapterKind, place: usize) -> AdapterChoice {
        AdapterChoice { name: name.to_owned(), api, kind, place }
    }

    /// Best first, as [`gpu::adapters`] lists them.
    fn machine() -> Vec<AdapterChoice> {
        use GraphicsApi::{OpenGl, Vulkan};
        vec![
            adapter("GeForce", Vulkan, AdapterKind::Discrete, 0),
            adapter("Radeon", Vulkan, AdapterKind::Discrete, 1),
            adapter("Iris", Vulkan, AdapterKind::Integrated, 0),
            adapter("Arc", OpenGl, AdapterKind::Discrete, 0),
            adapter("llvmpipe", Vulkan, AdapterKind::Software, 0),
        ]
    }

    fn chosen(
        adapters: &[AdapterChoice],
        wanted: Option<&str>,
        software_too: bool,
    ) -> Result<String, String> {
        choose(adapters, wanted, software_too).map(|a| a.name.clone()).map_err(|e| e.to_string())
    }

    #[test]
    fn the_network_runs_on_the_adapter_that_the_user_named() {
        let all = machine();
        assert_eq!(chosen(&all, None, false).as_deref(), Ok("GeForce"));
        assert_eq!(chosen(&all, Some("radeon"), false).as_deref(), Ok("Radeon"));
        assert_eq!(chosen(&all, Some("Iris"), false).as_deref(), Ok("Iris"));
        assert_eq!(chosen(&all, Some("unplugged"), false).as_deref(), Ok("GeForce"));
        assert_eq!(chosen(&all, Some("Arc"), false).as_deref(), Ok("GeForce"), "OpenGL is not enough");
        let radeon = choose(&all, Some("Radeon"), false).expect("listed");
        assert_eq!(kind(radeon), DeviceKind::DiscreteGpu(1));
    }

    #[test]
    fn a_software_adapter_is_taken_only_where_one_is_demanded() {
        let all = machine();
        assert!(chosen(&all, Some("llvmpipe"), false).is_err_and(|e| e.contains("software")));
        assert_eq!(chosen(&all, Some("llvmpipe"), true).as_deref(), Ok("llvmpipe"));
        assert_eq!(chosen(&all, None, true).as_deref(), Ok("GeForce"));
        assert!(chosen(&all[3..], None, false).is_err_and(|e| e.contains("only a software adapter")));
        assert_eq!(chosen(&all[3..], None, true).as_deref(), Ok("llvmpipe"));
        assert!(chosen(&all[3..4], None, true).is_err_and(|e| e.contains("no driver")));
    }

    #[test]
    fn an_adapter_is_opened_once_and_bears_the_name_that_is_listed() {
        let Ok(first) = open(None, true) else { return eprintln!("not tested here: no adapter") };
        assert!(gpu::adapters().iter().any(|a| a.name == first.info.name), "{:?}", first.info);
        let again = open(Some(&first.info.name), true).expect("open already");
        assert_eq!((again.info, again.key), (first.info, first.key));
    }
}
