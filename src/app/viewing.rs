//! How the viewports show what they show: carries [`Viewing`] out.

use super::core::Core;
use crate::command::Viewing;
use crate::session::{Edit, PriorLook, SeriesLink};
use crate::tools;
use crate::ui::Sheet;
use crate::view::{self, NamedScale};
use crate::volume::{Interpolation, Sharpening};

impl Core {
    /// Carries one out.
    pub(super) fn view_as_asked(&mut self, asked: Viewing, ctx: &egui::Context) {
        match asked {
            Viewing::SlabThicker => self.slab_thicker(1),
            Viewing::SlabThinner => self.slab_thicker(-1),
            Viewing::AutoWindow => {
                if let Some(histogram) = self.session.histogram() {
                    let window = histogram.auto_window();
                    self.session.apply(Edit::Window(window, None));
                }
            }
            Viewing::FileWindow => {
                let windows = self.session.series().map_or(&[][..], |series| &series.windows);
                let shown = windows.iter().position(|w| w.window == self.session.look().window);
                let next = shown.map_or(0, |shown| (shown + 1) % windows.len().max(1));
                if let Some(window) = windows.get(next).map(|w| w.window) {
                    self.session.apply(Edit::Window(window, None));
                }
            }
            Viewing::ToggleLink => self.toggle_link(),
            Viewing::Link(link) => self.link_series(link),
            Viewing::KeepWindow(name) => {
                let window = self.session.look().window;
                if self.prefs.keep_window(&name, window) {
                    self.save_prefs();
                } else {
                    self.warn("No more windows can be kept. Forget one of the list first");
                }
            }
            Viewing::ForgetWindow(name) => {
                self.prefs.windows.retain(|window| window.name != name);
                self.save_prefs();
            }
            Viewing::PlayFaster => self.change_pace(true),
            Viewing::PlaySlower => self.change_pace(false),
            Viewing::PlayAt(per_second) => self.play_at(per_second),
            Viewing::TogglePreferences => self.ui.toggle(Sheet::Preferences),
            Viewing::Prefer(preference) => self.prefer(preference, ctx),
            Viewing::ReadKeys => self.read_keys(),
            Viewing::Beside(index) => self.show_beside(index),
            Viewing::NextBeside => self.next_beside(),
            Viewing::Keys(asked) => self.rebind(asked),
            Viewing::OneToOne => self.scale(NamedScale::OneToOne),
            Viewing::TrueSize => self.scale(NamedScale::TrueSize),
            Viewing::CycleInterpolation => self.interpolate(self.prefs.interpolation.next()),
            Viewing::Interpolate(interpolation) => self.interpolate(interpolation),
            Viewing::CycleSharpening => self.sharpen(self.prefs.sharpening.next()),
            Viewing::Sharpen(sharpening) => self.sharpen(sharpening),
        }
    }

    /// Brings the focused viewport, or the prior where that has the keyboard, to a scale.
    fn scale(&mut self, scale: NamedScale) {
        let look = self.session.look();
        let prior = self.session.prior().filter(|_| self.ui.prior_has_focus);
        let here = match prior {
            Some(prior) => {
                let seen = view::prior_look(&self.session, self.ui.prior_px);
                Some((prior.volume.grid(), seen.viewport, seen.cursor, self.ui.prior_px))
            }
            None => self.session.grid().map(|grid| {
                let size = self.ui.viewport_px.get(look.focus.index()).copied().unwrap_or_default();
                (grid, *look.viewport(look.focus), look.cursor, size)
            }),
        };
        let Some((grid, state, cursor, size)) = here.filter(|(.., size)| !size.contains(&0)) else { return };
        let mm_per_px = match (scale, self.ui.screen) {
            (NamedScale::OneToOne, _) => view::voxel_mm(grid, &view::resolve(grid, &state, cursor, size)),
            (NamedScale::TrueSize, Some(screen)) => screen.mm_per_px(),
            (NamedScale::TrueSize, None) => return,
        };
        let viewport = view::at_scale(grid, &state, size, mm_per_px);
        let edit = match prior {
            Some(_) => {
                let seen = view::prior_look(&self.session, size);
                view::prior_edit(&self.session, PriorLook { viewport, ..seen }, size)
            }
            None => Edit::Viewport(look.focus, viewport),
        };
        self.session.apply(edit);
    }

    /// Not linked any more; or linked as the files allow, else as both lie now.
    fn toggle_link(&mut self) {
        let look = self.session.look();
        let same = self.session.prior().and_then(|prior| prior.series()).zip(self.session.series());
        let link = match look.prior.link {
            SeriesLink::None if same.is_some_and(|(then, now)| now.same_frame(then)) => SeriesLink::Frame,
            SeriesLink::None => SeriesLink::Offset(view::offset_here(&self.session, self.ui.prior_px)),
            SeriesLink::Frame | SeriesLink::Offset(_) => SeriesLink::None,
        };
        self.link_series(link);
    }

    fn link_series(&mut self, link: SeriesLink) {
        if self.session.prior().is_some() {
            self.session.apply(view::relinked(&self.session, link, self.ui.prior_px));
        }
    }

    fn interpolate(&mut self, interpolation: Interpolation) {
        self.prefs.interpolation = interpolation;
        self.save_prefs();
    }

    fn sharpen(&mut self, sharpening: Sharpening) {
        self.prefs.sharpening = sharpening;
        self.save_prefs();
    }

    fn slab_thicker(&mut self, by_mm: i64) {
        if let Some(edit) = tools::thicker(self.session.look(), by_mm) {
            self.session.apply(edit);
        }
    }
}
