//! Carries out what is changed on the sheet of preferences, at once.

use super::core::Core;
use crate::command::{Keymap, Preference};
use crate::jobs::{Job, Outcome, spawn};
use crate::language::Language;
use crate::session::Edit;
use crate::workflow::preferences;

/// Keys that are being read again.
pub(super) type ReadingKeys = Job<(Keymap, Vec<String>)>;

impl Core {
    /// Changes one preference; it holds from now on.
    pub(super) fn prefer(&mut self, preference: Preference, ctx: &egui::Context) {
        match preference {
            Preference::TextSize(size) => {
                self.prefs.text_size = size;
                ctx.set_zoom_factor(self.prefs.zoom_factor());
            }
            Preference::PatientText(text) => {
                self.prefs.patient_text = text;
                let text = self.text_before_people(text);
                self.session.apply(Edit::CornerText(text));
            }
            Preference::Language(code) => self.prefs.language = code.to_owned(),
            Preference::CheckMaps(check) => self.prefs.check_maps = check,
            Preference::ReducedMotion(reduced) => self.prefs.reduced_motion = reduced,
            Preference::ScreenDpi(dpi) => self.prefs.screen_dpi = dpi,
            Preference::NetworkDevice(device) => {
                self.prefs.network_device = device.to_owned();
                let options = super::network::options(&self.prefs, self.session.graphics());
                self.asker.move_to(options, &mut self.session, &self.waker);
            }
        }
        self.save_prefs();
    }

    /// What the window speaks.
    pub(super) fn language(&self) -> Language {
        Language::of_code(&self.prefs.language).unwrap_or(self.system_language)
    }

    /// The size of text is one preference, however it is changed: on the sheet, or by Ctrl and plus or minus.
    pub(super) fn watch_text_size(&mut self, ctx: &egui::Context) {
        if self.conference.is_some() {
            return;
        }
        let now = ctx.zoom_factor();
        match self.zoom_seen.replace(now) {
            None => ctx.set_zoom_factor(self.prefs.zoom_factor()),
            Some(before) if before != now && now != self.prefs.zoom_factor() => {
                self.prefs.text_size = f64::from(now) * 100.0;
                self.save_prefs();
            }
            Some(_) => {}
        }
    }

    /// Reads the key file again, away from the window's thread.
    pub(super) fn read_keys(&mut self) {
        let Some(file) = self.keeper.file().map(ToOwned::to_owned) else { return };
        self.reading_keys = Some(spawn("keys", self.waker.now(), move |_| {
            let (keymap, faults) = preferences::read_keymap(&file);
            Ok((keymap, faults.iter().map(ToString::to_string).collect()))
        }));
    }

    pub(super) fn poll_keys(&mut self) {
        let Some(outcome) = self.reading_keys.as_ref().and_then(Job::poll) else { return };
        self.reading_keys = None;
        match outcome {
            Outcome::Done((keymap, faults)) => (self.keymap, self.ui.key_faults) = (keymap, faults),
            Outcome::Failed(failure) => self.fail(failure.to_string()),
            Outcome::Cancelled => {}
        }
    }
}
