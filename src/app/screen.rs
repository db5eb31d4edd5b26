//! How fine the screen is: as the user has measured it, as the screen itself tells the system, or as usual.

use super::core::Core;
use crate::view::{Screen, ScreenSource};

/// Pixels in an inch that systems take for usual, at 100 %.
const USUAL_DPI: f64 = 96.0;
/// Millimetres in an inch.
const INCH_MM: f64 = 25.4;

/// What a screen tells of itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Told {
    /// Pixels of its own mode.
    size_px: [u32; 2],
    /// Of the picture, mm.
    size_mm: [f64; 2],
}

/// What the connected screens tell. Read once, before the window opens.
#[cfg(target_os = "linux")]
pub(super) fn connected() -> Vec<Told> {
    let Ok(outputs) = std::fs::read_dir("/sys/class/drm") else { return Vec::new() };
    let edid = |output: std::fs::DirEntry| std::fs::read(output.path().join("edid")).ok();
    outputs.flatten().filter_map(edid).filter_map(|bytes| told(&bytes)).collect()
}

/// Other systems keep it to themselves, as far as windows are told: the user's own figure counts there.
#[cfg(not(target_os = "linux"))]
pub(super) fn connected() -> Vec<Told> {
    Vec::new()
}

/// Reads the description that a screen sends. Source: VESA Enhanced EDID Standard 1.4, 3.6 and 3.10.2.
fn told(edid: &[u8]) -> Option<Told> {
    const HEADER: [u8; 8] = [0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0];
    if edid.get(..8)? != HEADER {
        return None;
    }
    // The first detailed timing is the screen's own mode; without a pixel clock it is none.
    let timing = edid.get(54..72)?;
    let at = |place: usize| u32::from(timing.get(place).copied().unwrap_or(0));
    if at(0) == 0 && at(1) == 0 {
        return None;
    }
    let size_px = [at(2) | (at(4) & 0xF0) << 4, at(5) | (at(7) & 0xF0) << 4];
    let fine = [at(12) | (at(14) & 0xF0) << 4, at(13) | (at(14) & 0x0F) << 8];
    let coarse = [edid.get(21)?, edid.get(22)?].map(|cm| u32::from(*cm) * 10);
    let size_mm = if fine.contains(&0) { coarse } else { fine };
    // Some screens and projectors tell the ratio of their sides in place of their size.
    const RATIOS: [[u32; 2]; 5] = [[160, 90], [160, 100], [1600, 900], [1600, 1000], [16, 9]];
    let believed = !size_mm.contains(&0) && !size_px.contains(&0) && !RATIOS.contains(&size_mm);
    believed.then(|| Told { size_px, size_mm: size_mm.map(f64::from) })
}

/// How fine the screen is that the window is on.
/// - `calibrated`: what the user says; 0 for nothing
/// - `monitor_px`: size of that screen now, physical pixels
/// - `scale`: pixels in a point, for what is usual
fn screen(calibrated: f64, told: &[Told], monitor_px: Option<[f64; 2]>, scale: f64) -> Screen {
    let [least, most] = Screen::RANGE_DPI;
    let believed = |dpi: &f64| (least..=most).contains(dpi);
    if believed(&calibrated) {
        return Screen { dpi: calibrated, source: ScreenSource::Calibrated };
    }
    let dpi_of = |told: &Told, monitor: [f64; 2]| {
        // A screen on its side keeps its own order of sides.
        let upright = (monitor[0] < monitor[1]) == (told.size_mm[0] < told.size_mm[1]);
        let across = if upright { monitor[0] } else { monitor[1] };
        across / told.size_mm[0] * INCH_MM
    };
    let from_system = monitor_px.and_then(|monitor| {
        let same = |told: &&Told| {
            let [x, y] = told.size_px.map(f64::from);
            monitor == [x, y] || monitor == [y, x]
        };
        let fitting: Vec<f64> = match told {
            [one] => vec![dpi_of(one, monitor)],
            several => several.iter().filter(same).map(|told| dpi_of(told, monitor)).collect(),
        };
        // Two screens of as many pixels and of different size: which one it is nobody says.
        let (first, rest) = fitting.split_first()?;
        rest.iter().all(|dpi| (dpi / first - 1.0).abs() < 0.01).then_some(*first).filter(believed)
    });
    match from_system {
        Some(dpi) => Screen { dpi, source: ScreenSource::System },
        None => Screen { dpi: USUAL_DPI * scale, source: ScreenSource::Assumed },
    }
}

impl Core {
    /// Looks how fine the screen is that the window is on now.
    pub(super) fn look_at_screen(&mut self, ctx: &egui::Context) {
        let scale = f64::from(ctx.pixels_per_point());
        let monitor = ctx.input(|i| i.viewport().monitor_size);
        let monitor_px = monitor.map(|size| [size.x, size.y].map(|n| (f64::from(n) * scale).round()));
        let usual = ctx.native_pixels_per_point().map_or(scale, f64::from);
        self.ui.screen = Some(screen(self.prefs.screen_dpi, &self.screens, monitor_px, usual));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a screen of 1920 x 1080 pixels and 509 x 286 mm.
    fn edid() -> Vec<u8> {
        let mut bytes = vec![0u8; 128];
        bytes[..8].copy_from_slice(&[0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0]);
        (bytes[21], bytes[22]) = (51, 29);
        let timing = [0x02, 0x3A, 0x80, 0x18, 0x71, 0x38, 0x2D, 0x40, 0x58, 0x2C, 0x45, 0, 0xFD, 0x1E, 0x11];
        bytes[54..54 + timing.len()].copy_from_slice(&timing);
        bytes
    }

    const MONITOR: Option<[f64; 2]> = Some([1920.0, 1080.0]);

    #[test]
    fn a_screen_tells_its_pixels_and_millimetres() {
        let one = told(&edid()).expect("a screen");
        assert_eq!((one.size_px, one.size_mm), ([1920, 1080], [509.0, 286.0]));
        let found = screen(0.0, &[one], MONITOR, 1.0);
        assert_eq!(found.source, ScreenSource::System);
        assert!((found.dpi - 95.8).abs() < 0.1, "{found:?}");
        // On its side.
        assert_eq!(screen(0.0, &[one], Some([1080.0, 1920.0]), 1.0).dpi, found.dpi);
    }

    #[test]
    fn what_is_no_description_or_no_size_is_not_believed() {
        for cut in [0, 7, 8, 54, 60, 71] {
            assert_eq!(told(&edid()[..cut]), None, "{cut}");
        }
        let mut ratio = edid();
        (ratio[66], ratio[67], ratio[68]) = (160, 90, 0);
        assert_eq!(told(&ratio), None);
        let mut no_timing = edid();
        (no_timing[54], no_timing[55]) = (0, 0);
        assert_eq!(told(&no_timing), None);
    }

    #[test]
    fn the_users_figure_counts_first_and_guesses_are_called_so() {
        let one = told(&edid()).expect("a screen");
        let other = Told { size_mm: [300.0, 170.0], ..one };
        let of = |calibrated, told: &[Told]| screen(calibrated, told, MONITOR, 1.5);
        assert_eq!(of(110.0, &[one]), Screen { dpi: 110.0, source: ScreenSource::Calibrated });
        let assumed = Screen { dpi: 144.0, source: ScreenSource::Assumed };
        assert_eq!(of(0.0, &[]), assumed);
        assert_eq!(of(f64::NAN, &[one, other]), assumed, "which of the two nobody says");
        let third = Told { size_px: [2560, 1440], ..other };
        assert_eq!(of(0.0, &[one, third]).source, ScreenSource::System);
    }
}
