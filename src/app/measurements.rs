//! Measurements: going to one, and taking all of them out of the program.

use super::core::Core;
use super::saving::Target;
use crate::export::{measurement_text, write_measurements};
use crate::jobs::spawn;
use crate::measure::MeasureId;
use crate::session::Edit;

impl Core {
    /// Picks a measurement and shows it: the cursor goes to its middle.
    pub(super) fn go_to_measurement(&mut self, id: MeasureId) {
        let findings = self.session.findings();
        let Some(at) = findings.measurement(id).and_then(|m| m.measurement.middle()) else { return };
        self.session.apply(Edit::Many(vec![Edit::Pick(Some(id)), Edit::Cursor(at)]));
    }

    /// Puts all measurements of the series on the clipboard as text; those of the prior under a line of their own.
    pub(super) fn copy_measurements(&mut self, ctx: &egui::Context) {
        let all = self.measured_series();
        let texts = all.iter().map(|series| measurement_text(&series.measurements, &series.segments));
        ctx.copy_text(texts.collect::<Vec<_>>().join("Prior\n"));
        self.confirm("Measurements copied");
    }

    /// Writes all measurements of the series and of the prior, away from the window.
    pub(super) fn export_measurements(&mut self, target: Target) {
        let all = self.measured_series();
        if all.is_empty() {
            return;
        }
        let job = spawn("measurements", self.waker.now(), move |ctx| {
            ctx.step("Writing the measurements", 0.0)?;
            let path = target.path();
            let written = write_measurements(&path, &all);
            Ok(written.map(|()| path).map_err(|error| error.to_string()))
        });
        self.follow_saving("Measurements", job);
    }
}
