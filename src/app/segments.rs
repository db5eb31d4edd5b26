//! Segments that the reader draws: carries [`Segmenting`] out.

use std::sync::Arc;

use super::core::Core;
use super::dialogs::Ask;
use super::saving::{Saved, Target};
use crate::command::Segmenting;
use crate::export::{SegmentsFile, write_segments};
use crate::jobs::spawn;
use crate::segments::{SegmentId, range_of_tissue};
use crate::session::{Edit, Hover, SegmentBrush, SegmentEdit, SegmentsLook, Tool};
use crate::workflow::dicom::apart;

impl Core {
    /// Carries one out.
    pub(super) fn segment_as_asked(&mut self, asked: Segmenting) {
        let brush = self.session.look().segment_brush;
        let look = self.session.look().segments;
        match asked {
            Segmenting::Begin if self.ui.prior_has_focus => self.begin_prior_segment(),
            Segmenting::Begin => {
                let findings = self.session.findings();
                let new = findings.new_segment(self.session.volume().map(AsRef::as_ref));
                let place = findings.segments().len();
                if let Some(new) = new {
                    self.segments(SegmentEdit::Add(place, new));
                    self.session.apply(Edit::Tool(Tool::Segment));
                }
            }
            Segmenting::Remove => {
                if let Some(id) = self.session.findings().chosen_segment().map(|s| s.id) {
                    self.segments(SegmentEdit::Remove(id));
                }
            }
            Segmenting::Larger => self.segments(SegmentEdit::Brush(brush.stepped(1))),
            Segmenting::Smaller => self.segments(SegmentEdit::Brush(brush.stepped(-1))),
            Segmenting::ToggleFlat => {
                self.segments(SegmentEdit::Brush(SegmentBrush { flat: !brush.flat, ..brush }));
            }
            Segmenting::ToggleRange => {
                self.segments(SegmentEdit::Brush(SegmentBrush { limited: !brush.limited, ..brush }));
            }
            Segmenting::RangeHere => {
                let at = self.session.hover().map_or(self.session.look().cursor, |hover: &Hover| hover.at);
                match self.session.volume().and_then(|volume| range_of_tissue(volume, at)) {
                    Some(range) => {
                        self.segments(SegmentEdit::Brush(SegmentBrush { range, limited: true, ..brush }));
                    }
                    None => self.warn("Nothing is known of the tissue there: point at a place in the volume"),
                }
            }
            Segmenting::ToggleShown => {
                self.segments(SegmentEdit::Look(SegmentsLook { on: !look.on, ..look }));
            }
            Segmenting::Export { with_patient: true } | Segmenting::ExportTo { with_patient: true, .. }
                if self.conference.is_some() =>
            {
                self.warn("Before people nothing of a patient leaves the program");
            }
            Segmenting::Export { with_patient } => self.ask(Ask::Segments { with_patient }),
            Segmenting::ExportTo { path, with_patient } => {
                self.export_segments(Target::File(path), with_patient);
            }
            Segmenting::GoTo(id) => self.go_to_segment(id),
        }
    }

    fn segments(&mut self, edit: SegmentEdit) {
        self.session.apply(Edit::Segments(edit));
    }

    /// Draws in it from now on; the cursor goes to its middle.
    fn go_to_segment(&mut self, id: SegmentId) {
        let mut edits = vec![Edit::Segments(SegmentEdit::Choose(Some(id)))];
        if let (Some(segment), Some(grid)) = (self.session.findings().segment(id), self.session.grid()) {
            edits.extend(segment.voxels.middle(grid).map(Edit::Cursor));
        }
        self.session.apply(Edit::Many(edits));
    }

    /// Writes all segments, away from the window.
    pub(super) fn export_segments(&mut self, target: Target, with_patient: bool) {
        let (Some(series), Some(volume)) = (self.session.series(), self.session.volume()) else { return };
        let file = SegmentsFile {
            series: series.clone(),
            volume: Arc::clone(volume),
            segments: self.session.findings().segments().to_vec(),
            with_patient,
        };
        let opened = self.opened_paths();
        let job = spawn("segments", self.waker.now(), move |ctx| {
            ctx.step("Writing the segments", 0.0)?;
            let path = target.path();
            if let Err(error) = apart(&path, &opened) {
                return Ok(Err(error.to_string()));
            }
            let written = write_segments(ctx, &path, &file)?;
            Ok(written.map(|remarks| Saved { path, remarks }).map_err(|error| error.to_string()))
        });
        self.follow_saving("Segments", job);
    }
}
