//! A graphics adapter made ready in the background: its kernels are compiled and tuned on a dummy
//! question while the processor answers, so that the first click is not the slow one.
//!
//! It works beside the inference thread, on a network and tensors of its own that are made, used and
//! dropped here. burn keeps a queue of operations for each thread and hands each to the one thread
//! that serves the device; only compiled kernels and their timings are shared, which is what the
//! warm-up is for.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;

use burn::tensor::Device;

use super::answer::DeviceInfo;
use super::error::InferenceError;
use super::m3net::{Crop, M3NetNetwork, context_boxes};
use super::opened::WeightsChoice;
use super::status::DeviceStatus;
use crate::geometry::{Point, VoxelGrid};
use crate::jobs::{JobContext, panic_text};
use crate::networks::{DEFAULT_MODEL, Scale, Tapped};

/// Logits may differ by this much between the adapter and the processor: tensor cores may compute in
/// lower precision than 32 bits.
pub(super) const LOGIT_TOLERANCE: f64 = 1e-3;

/// The warm-up's thread. Dropping it asks the thread to stop and waits for it: a thread that still
/// uses a driver when the program ends brings it down.
pub(super) struct WarmUp {
    ctx: JobContext,
    thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for WarmUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WarmUp").field("thread", &self.thread).finish_non_exhaustive()
    }
}

impl Drop for WarmUp {
    fn drop(&mut self) {
        self.ctx.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Starts the warm-up on a thread of its own; `status` learns how it ends.
pub(super) fn start(device: Device, info: DeviceInfo, status: DeviceStatus) -> WarmUp {
    let ctx = JobContext::unobserved();
    let inner = ctx.clone();
    let at_failure = status.clone();
    let name = info.name.clone();
    let started = std::thread::Builder::new().name("warm-up".to_owned()).spawn(move || {
        let outcome = catch_unwind(AssertUnwindSafe(|| warm(&device, &info, &inner)));
        let why = match outcome {
            Ok(Ok(difference)) => {
                if difference > LOGIT_TOLERANCE {
                    status.notice(differs(&info.name, difference));
                }
                return status.ready();
            }
            // Nobody is left to be told.
            Ok(Err(InferenceError::Cancelled(_))) => return,
            Ok(Err(error)) => error.blames_device().unwrap_or_else(|| error.to_string()),
            Err(panic) => panic_text(&*panic),
        };
        status.lost(format!("{} cannot run the network ({why}); the processor does", info.name));
    });
    let thread = started
        .map_err(|error| {
            at_failure.lost(format!("{name} is not used: no thread to prepare it ({error})"));
        })
        .ok();
    WarmUp { ctx, thread }
}

/// The sentence for logits that are not the processor's.
pub(super) fn differs(adapter: &str, difference: f64) -> String {
    format!("on {adapter} the network's logits differ from the processor's by {difference:.1e}")
}

/// One question and its gradients on the adapter, in the exact shapes of the default network.
/// - returns: the largest difference of its logits from the processor's
fn warm(device: &Device, info: &DeviceInfo, ctx: &JobContext) -> Result<f64, InferenceError> {
    let network = M3NetNetwork::load(DEFAULT_MODEL, &WeightsChoice::BuiltIn, device, info.clone())?;
    let crops = dummy()?;
    let forward = network.forward(&crops, ctx)?;
    for (scale, features) in Scale::ALL.into_iter().zip(forward.features.clone()) {
        let leaf = match features {
            Tapped::D5(x) => Tapped::D5(x.autodiff().require_grad()),
            Tapped::D4(x) => Tapped::D4(x.autodiff().require_grad()),
            other => other,
        };
        ctx.check()?;
        if let Some(logits) = network.net().encoder(scale).after_explained(scale, leaf) {
            logits.sum().backward();
        }
    }
    device.sync().map_err(|error| InferenceError::Device(error.to_string()))?;
    // One thread: the window and the answers that the processor gives meanwhile come first.
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .map_err(|error| InferenceError::NoThread(error.to_string()))?;
    let expected = pool.install(|| {
        let cpu = DeviceInfo { backend: "flex".to_owned(), name: "CPU".to_owned() };
        M3NetNetwork::load(DEFAULT_MODEL, &WeightsChoice::BuiltIn, &Device::flex(), cpu)?.forward(&crops, ctx)
    })?;
    Ok(difference(forward.logits, expected.logits))
}

/// Largest difference between two answers.
pub(super) fn difference(a: [f64; 2], b: [f64; 2]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// Crops with some structure in them.
fn dummy() -> Result<[Crop; 3], InferenceError> {
    let grid = VoxelGrid::axis_aligned([128, 128, 64], [0.7, 0.7, 1.25], Point::new(0.0, 0.0, 0.0))
        .map_err(|error| InferenceError::NoThread(error.to_string()))?;
    Ok(context_boxes(&grid, grid.centre_voxel()).map(|context| {
        let count = context.bounds.size.iter().product::<usize>();
        let values = (0..count).map(|n| (n * 7919 % 1009) as f32 / 1009.0).collect();
        Crop { context, values, range_hu: [-1000.0, 400.0] }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_warm_up_passes_and_equals_the_processor_on_the_processor() {
        let info = DeviceInfo { backend: "flex".to_owned(), name: "CPU".to_owned() };
        let ctx = JobContext::unobserved();
        assert_eq!(warm(&Device::flex(), &info, &ctx).expect("it runs"), 0.0);
    }

    #[test]
    fn the_adapter_answers_when_the_warm_up_has_ended_and_not_before() {
        let [cpu, gpu] =
            ["CPU", "adapter"].map(|name| DeviceInfo { backend: "flex".to_owned(), name: name.to_owned() });
        let status = DeviceStatus::new(cpu, Some(gpu.clone()), false);
        assert!(!status.is_ready() && !status.has_failed());
        let _warm_up = start(Device::flex(), gpu, status.clone());
        while !status.is_ready() {
            assert!(!status.has_failed(), "{:?}", status.take_notices());
            std::thread::yield_now();
        }
        assert!(status.take_notices().is_empty());
    }
}
