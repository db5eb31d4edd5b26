//! Measurements: going to one, and taking all of them out of the program.

use super::core::Core;
use super::saving::Target;
use crate::export::{SegmentValues, measurement_text, write_measurements};
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

    /// Puts all measurements of the series on the clipboard as text.
    pub(super) fn copy_measurements(&self, ctx: &egui::Context) {
        let findings = self.session.findings();
        ctx.copy_text(measurement_text(findings.measurements(), &self.segment_values()));
    }

    /// What segments of the series say.
    fn segment_values(&self) -> Vec<SegmentValues> {
        let segments = self.session.findings().segments();
        self.session.volume().map(|volume| SegmentValues::of(segments, volume)).unwrap_or_default()
    }

    /// Writes all measurements of the series, away from the window.
    pub(super) fn export_measurements(&mut self, target: Target) {
        let (Some(series), Some(volume)) = (self.session.series(), self.session.volume()) else { return };
        let (uid, unit) = (series.uid.clone(), volume.unit().clone());
        let measurements = self.session.findings().measurements().to_vec();
        let segments = self.segment_values();
        let job = spawn("measurements", self.waker.now(), move |ctx| {
            ctx.step("Writing the measurements", 0.0)?;
            let path = target.path();
            let written = write_measurements(&path, &uid, &unit, &measurements, &segments);
            Ok(written.map(|()| path).map_err(|error| error.to_string()))
        });
        self.follow_saving("Measurements", job);
    }
}
