//! The window comes back where it was, unless no screen is there any more.

use super::core::Core;
use crate::session::WindowPlace;

/// So much of the upper edge must be on a screen, for the window to be taken hold of, physical pixels.
const GRIP_PX: [i64; 2] = [120, 30];

/// A rectangle among the screens: left, top, width, height, physical pixels.
type Place = [i64; 4];

/// Whether enough of a window's upper edge lies on one of the screens.
fn can_be_reached([left, top, width, _]: Place, screens: &[Place]) -> bool {
    screens.iter().any(|&[x, y, w, h]| {
        let across = (left + width).min(x + w) - left.max(x);
        across >= GRIP_PX[0].min(width) && top >= y && top + GRIP_PX[1] <= y + h
    })
}

/// Brings a window that lies on no screen to the corner of one: its screen was taken away since.
pub(super) fn bring_back(cc: &eframe::CreationContext<'_>) {
    let Some(window) = cc.winit_window() else { return };
    let Ok(corner) = window.outer_position() else { return };
    let size = window.outer_size();
    let [left, top] = [corner.x, corner.y].map(i64::from);
    let place = [left, top, i64::from(size.width), i64::from(size.height)];
    let screens: Vec<Place> = window
        .available_monitors()
        .map(|monitor| {
            let (at, size) = (monitor.position(), monitor.size());
            [i64::from(at.x), i64::from(at.y), i64::from(size.width), i64::from(size.height)]
        })
        .collect();
    if !screens.is_empty()
        && !can_be_reached(place, &screens)
        && let Some(monitor) = window.primary_monitor().or_else(|| window.available_monitors().next())
    {
        window.set_outer_position(monitor.position());
    }
}

impl Core {
    /// Notices where the window is; it is written when the window is closed.
    pub(super) fn watch_window(&mut self, ctx: &egui::Context) {
        if self.conference.is_some() {
            return;
        }
        let zoom = ctx.zoom_factor();
        let (full, maximised, minimised, corner) = ctx.input(|i| {
            let v = i.viewport();
            let corner = v.outer_rect.map(|rect| [rect.left() * zoom, rect.top() * zoom]);
            let is = |state: Option<bool>| state.unwrap_or(false);
            (is(v.fullscreen), is(v.maximized), is(v.minimized), corner)
        });
        if full || minimised {
            return;
        }
        let size = ctx.content_rect().size() * zoom;
        let usual = self.prefs.window.filter(|_| maximised);
        self.prefs.window = Some(WindowPlace {
            size: usual.map_or([size.x, size.y], |usual| usual.size),
            corner: usual.map_or(corner, |usual| usual.corner),
            maximised,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_reached_by_its_upper_edge() {
        let screens = [[0, 0, 1920, 1080], [1920, 200, 1280, 1024]];
        assert!(can_be_reached([100, 50, 1440, 900], &screens));
        assert!(can_be_reached([-1300, 0, 1440, 900], &screens), "140 pixels are left of it");
        assert!(can_be_reached([1900, 300, 1440, 900], &screens), "on the second");
        assert!(!can_be_reached([-1400, 0, 1440, 900], &screens));
        assert!(!can_be_reached([3300, 300, 1440, 900], &screens), "the screen at the right is gone");
        assert!(!can_be_reached([100, -40, 1440, 900], &screens), "its upper edge is above");
        assert!(!can_be_reached([100, 1070, 1440, 900], &screens));
    }
}
