//! What several subjects need: real series where the shared folder is there, volumes made by hand.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use triscope::geometry::VoxelGrid;
use triscope::gpu::{Gpu, device_descriptor};
use triscope::ingest::{self, DefectCode, Scan};
use triscope::jobs::JobContext;
use triscope::render::SliceFrame;
use triscope::view::ResolvedView;
use triscope::volume::{Colours, Sampling, Unit, Volume, Window};
use triscope::workflow::open::{Opened, open};

/// Random numbers that are the same every time.
pub struct Dice(ChaCha8Rng);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// From 0 to 1.
    pub fn share(&mut self) -> f64 {
        use rand_chacha::rand_core::Rng;
        f64::from(self.0.next_u32()) / f64::from(u32::MAX)
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }
}

/// The real CT that the golden crops are of, or `None` with a reason.
pub fn lidc_0314() -> Option<Arc<Volume>> {
    let folder = PathBuf::from("../shared/data/ct/lidc-0314/dicom");
    if !folder.exists() {
        eprintln!("skipped: {} is not here", folder.display());
        return None;
    }
    let ctx = JobContext::unobserved();
    let scan = ingest::scan(&[folder], &ctx).expect("a readable folder");
    let series = scan.series.first().expect("a series");
    let volume = ingest::begin(series).expect("a volume");
    Some(ingest::load(series, &volume, &ctx).expect("decodes").volume)
}

/// A real CT by the name of its folder, opened as the window opens it, or `None` with a reason.
pub fn real_ct(folder: &str) -> Option<Arc<Volume>> {
    let path = PathBuf::from("../shared/data/ct").join(folder);
    if !path.exists() {
        eprintln!("skipped: {} is not here", path.display());
        return None;
    }
    Some(open(&[path], None, &JobContext::unobserved(), |_| {}).expect("a real CT opens").volume)
}

/// A file or folder of the odd collection, or `None` with a reason.
pub fn odd(path: &str) -> Option<PathBuf> {
    let path = Path::new("../shared/data/odd").join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not here", path.display());
    None
}

/// What lies there.
pub fn scanned(path: &Path) -> Scan {
    ingest::scan(&[path.to_path_buf()], &JobContext::unobserved()).expect("a path that is there")
}

/// Its largest CT, opened as the window opens it.
pub fn opened(path: &Path) -> Opened {
    open(&[path.to_path_buf()], None, &JobContext::unobserved(), |_| {}).expect("opens")
}

/// What was found to be odd about it, in order.
pub fn codes(opened: &Opened) -> Vec<DefectCode> {
    opened.defects.iter().map(|d| d.code).collect()
}

/// A volume of whole numbers, voxel by voxel.
pub fn volume(grid: VoxelGrid, value: impl Fn([usize; 3]) -> i16) -> Arc<Volume> {
    let [nx, ny, nz] = grid.size();
    let volume = Volume::loading(grid, Unit::Hu, None);
    for k in 0..nz {
        let slice = (0..nx * ny).map(|n| value([n % nx, n / nx, k])).collect();
        volume.int16().expect("whole numbers").fill(k, slice).expect("fits");
    }
    Arc::new(volume)
}

/// A slice in grey, with nothing over it.
pub fn plain_frame(volume: &Arc<Volume>, view: ResolvedView, window: Window) -> SliceFrame {
    SliceFrame {
        volume: Arc::clone(volume),
        view,
        window,
        invert: false,
        layer: None,
        sampling: Sampling::default(),
        colours: Colours::default(),
        heatmap: None,
    }
}

/// An adapter opened as if its 3D textures ended at `side` voxels.
pub fn with_volumes_up_to(side: u32) -> Gpu {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle_from_env());
    let adapters = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::PRIMARY));
    let adapter = adapters.first().expect("an adapter");
    let mut descriptor = device_descriptor(adapter);
    descriptor.required_limits.max_texture_dimension_3d = side;
    let (device, queue) = pollster::block_on(adapter.request_device(&descriptor)).expect("a device");
    Gpu::adopt(device, queue, adapter.get_info(), || {})
}
