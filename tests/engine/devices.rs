//! The same numbers on burn's wgpu backend over a software adapter.
//!
//! The tests run in a process of their own: a driver that crashes cannot be caught, and the
//! autotuning must be set to its shortest by the environment before the device is opened.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use burn::tensor::{Device, DeviceKind};

/// Most of it is compiling kernels: 129 s on two cores with twice as much other work.
const LIMIT: Duration = Duration::from_secs(600);

/// Runs an ignored test of this program by itself; panics with its words if it fails.
fn alone(test: &str) {
    if triscope::gpu::adapters().iter().all(|a| a.api == triscope::gpu::GraphicsApi::OpenGl) {
        eprintln!("skipped: no adapter that burn could use");
        return;
    }
    let program = std::env::current_exe().expect("this program");
    let mut child = Command::new(program)
        .args(["--exact", test, "--ignored", "--nocapture"])
        .env("CUBECL_AUTOTUNE_LEVEL", "minimal")
        .stdout(Stdio::null())
        .spawn()
        .expect("it starts");
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        if start.elapsed() > LIMIT {
            let _ = child.kill();
            panic!("{test} took longer than {LIMIT:?}");
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    eprintln!("{test}: {:.1} s", start.elapsed().as_secs_f64());
    assert!(status.success(), "{test}: {status}");
}

fn software() -> Device {
    Device::wgpu_options().device_kind(DeviceKind::Cpu).init().expect("a software adapter")
}

#[test]
fn the_golden_tensors_are_reproduced_on_wgpu_over_software_vulkan() {
    alone("devices::golden_on_wgpu");
}

#[test]
#[ignore = "runs in a process of its own, started by the test above"]
fn golden_on_wgpu() {
    let device = software();
    crate::golden::basic_block(&device);
    crate::golden::fusion(&device);
    crate::golden::resnet(&device);
    crate::golden::dino(&device);
}

#[test]
fn the_golden_tensors_of_csf_net_and_maemc_net_are_reproduced_on_wgpu_over_software_vulkan() {
    alone("devices::golden_csf_and_maemc_on_wgpu");
}

/// One reading each: the others differ in a few small layers, and a kernel takes long to compile.
#[test]
#[ignore = "runs in a process of its own, started by the test above"]
fn golden_csf_and_maemc_on_wgpu() {
    let device = software();
    crate::csf::parts(&device);
    crate::csf::whole(&device, &crate::csf::READINGS[3..]);
    crate::maemc::whole(&device, &crate::maemc::KINDS[..1]);
}

#[test]
fn the_golden_tensors_of_mmcaf_net_are_reproduced_on_wgpu_over_software_vulkan() {
    alone("devices::golden_mmcaf_on_wgpu");
}

#[test]
#[ignore = "runs in a process of its own, started by the test above"]
fn golden_mmcaf_on_wgpu() {
    crate::golden_mmcaf::quick_parts(&software());
}
