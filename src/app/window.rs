//! Opens the window, and opens it again where its graphics device was lost.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::core::{Core, Reopen, Start};
use super::error::AppError;
use super::graphics::setup;
use super::shell::Shell;
use crate::gpu;
use crate::session::WindowPlace;

/// Losses in a row, each within [`SOON`], after which we stop trying.
const LOSSES: usize = 4;
/// A device that lives this long has recovered.
const SOON: Duration = Duration::from_secs(20);
/// The design size, in points.
const SIZE: [f32; 2] = [1440.0, 900.0];
/// Smaller than this the bars have no room for their words.
const MIN_SIZE: [f32; 2] = [1280.0, 720.0];

/// Opens the window; returns when the user has closed it.
/// - errors: no display, no adapter that can draw, or a device that is lost again and again
pub fn run(start: Start) -> Result<(), AppError> {
    let core = Rc::new(RefCell::new(Core::new(start)));
    let ended = run_core(&core);
    core.borrow_mut().finish_prefs();
    core.borrow_mut().finish_session();
    ended
}

pub(super) fn run_core(core: &Rc<RefCell<Core>>) -> Result<(), AppError> {
    let mut losses = 0;
    loop {
        let opened = Instant::now();
        match catch_unwind(AssertUnwindSafe(|| once(core))) {
            Ok(ended) => ended?,
            // A loss within a frame ends in a panic of the drawing side, after which this process can
            // open no window any more: another one goes on.
            Err(fault) => {
                let taken_over = core.try_borrow().is_ok_and(|c| c.device_is_gone() && c.start_anew());
                return if taken_over { Ok(()) } else { resume_unwind(fault) };
            }
        }
        let Some(why) = core.borrow().reopen else { return Ok(()) };
        losses = losses_in_a_row(losses, why, opened.elapsed());
        if losses > LOSSES {
            return Err(AppError::DeviceKeepsFailing(losses));
        }
    }
}

/// How often the device was lost, each time soon after it was opened; choosing another is no loss.
/// - `lived`: how long the last window was open
fn losses_in_a_row(before: usize, why: Reopen, lived: Duration) -> usize {
    match why {
        Reopen::Chosen => 0,
        Reopen::Lost if lived < SOON => before + 1,
        Reopen::Lost => 1,
    }
}

/// One window, on the adapter that the user chose or, where that one opens none, on any other.
fn once(core: &Rc<RefCell<Core>>) -> Result<(), AppError> {
    let wanted = Some(core.borrow().prefs.adapter.clone()).filter(|name| !name.is_empty());
    match (with_adapter(core, wanted.clone()), wanted) {
        (Err(AppError::NoAdapter(why)), Some(name)) => {
            // Kept, it would keep the program from starting ever again.
            {
                let mut core = core.borrow_mut();
                core.prefs.adapter.clear();
                core.save_prefs();
                core.warn(format!("{name} could not be used ({why}), so another adapter draws"));
            }
            with_adapter(core, None)
        }
        (opened, _) => opened,
    }
}

/// One window, with the first set of backends that can draw into it.
fn with_adapter(core: &Rc<RefCell<Core>>, wanted: Option<String>) -> Result<(), AppError> {
    let mut why = String::from("none found");
    for backends in gpu::backend_attempts() {
        let wgpu_setup = setup(backends, wanted.clone()).into();
        let options = eframe::NativeOptions {
            viewport: viewport(core.borrow().prefs.window),
            wgpu_options: egui_wgpu::WgpuConfiguration { wgpu_setup, ..Default::default() }
                .with_surface_config(egui_wgpu::SurfaceConfig::LOW_LATENCY),
            // Noise against banding has no place over a CT, and costs time in every pixel.
            dithering: false,
            ..Default::default()
        };
        let inside = Rc::clone(core);
        let create: eframe::AppCreator<'_> = Box::new(move |cc| Ok(Box::new(Shell::new(cc, inside))));
        match eframe::run_native("triscope", options, create) {
            Ok(()) => return Ok(()),
            // Perhaps another backend can.
            Err(eframe::Error::Wgpu(error)) => why = error.to_string(),
            Err(eframe::Error::WinitEventLoop(error)) => {
                tracing::info!(%error, "no display");
                return Err(AppError::NoDisplay(error.to_string()));
            }
            Err(eframe::Error::Winit(error)) => return Err(AppError::Window(error.to_string())),
            Err(error) => return Err(AppError::Window(error.to_string())),
        }
    }
    Err(AppError::NoAdapter(why))
}

/// The window to open: where it was when it was closed, or in the design size.
fn viewport(was: Option<WindowPlace>) -> egui::ViewportBuilder {
    let new = egui::ViewportBuilder::default()
        .with_title("Triscope")
        .with_app_id("triscope")
        .with_min_inner_size(MIN_SIZE)
        .with_drag_and_drop(true);
    let Some(was) = was.and_then(|was| was.believed(MIN_SIZE)) else { return new.with_inner_size(SIZE) };
    let new = new.with_inner_size(was.size).with_maximized(was.maximised);
    match was.corner {
        Some(corner) => new.with_position(corner),
        None => new,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_in_a_row_end_the_program_and_choosing_adapters_never_does() {
        let at_once = Duration::from_millis(300);
        let count = |whys: &[Reopen]| whys.iter().fold(0, |n, why| losses_in_a_row(n, *why, at_once));
        assert!(count(&[Reopen::Lost; LOSSES + 1]) > LOSSES);
        assert_eq!(count(&[Reopen::Chosen; 9]), 0);
        assert_eq!(count(&[Reopen::Lost, Reopen::Lost, Reopen::Chosen, Reopen::Lost]), 1);
        assert_eq!(losses_in_a_row(LOSSES, Reopen::Lost, SOON), 1, "it had recovered");
    }
}
