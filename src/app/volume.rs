//! Commands about the 3D view.

use super::core::Core;
use crate::geometry::{Patient, Plane, Point};
use crate::session::{Arrangement, CropBox, Edit, Layout, VolumeView};
use crate::ui::viewport;
use crate::view;
use crate::volume::{Part, VolumePreset};

impl Core {
    /// In the fourth viewport, or what else that shows.
    pub(super) fn toggle_volume(&mut self) {
        let look = self.session.look();
        let on = !(look.shows_volume() && look.layout == Layout::Grid);
        let edits = if on { self.showing() } else { vec![Edit::In3d(false)] };
        self.session.apply(Edit::Many(edits));
    }

    /// What brings it on the screen, as one of all viewports. A row of three planes has no room for it.
    fn showing(&self) -> Vec<Edit> {
        let mut edits = vec![Edit::In3d(true), Edit::Layout(Layout::Grid)];
        if self.session.look().arrangement == Arrangement::Row {
            edits.push(Edit::Arrange(Arrangement::Quarters));
        }
        edits
    }

    /// Over the whole centre, or as one of all viewports.
    pub(super) fn maximise_volume(&mut self) {
        let edits = match self.session.look().layout {
            Layout::Volume => self.showing(),
            _ => vec![Edit::In3d(true), Edit::Layout(Layout::Volume)],
        };
        self.session.apply(Edit::Many(edits));
    }

    /// Who asks for colours wants to see them.
    pub(super) fn volume_preset(&mut self, preset: VolumePreset) {
        let look = self.session.look();
        let mut view = look.volume_view.with_preset(preset);
        let mut edits = if look.shows_volume() { Vec::new() } else { self.showing() };
        if let Some(grid) = self.session.grid().filter(|_| preset.around_cursor_mm().is_some()) {
            // The nodule that one has in hand, or else what one points at.
            edits.extend(self.session.selected().map(|nodule| Edit::Cursor(nodule.at)));
            view = view::brought_to_cursor(grid, view);
        }
        edits.push(Edit::VolumeView(view));
        self.session.apply(Edit::Many(edits));
    }

    /// What the body lies on; said where the colours leave it out in any case.
    pub(super) fn toggle_table(&mut self) {
        self.change_volume_view(|view| VolumeView { table: !view.table, ..view });
        let view = self.session.look().volume_view;
        if view.table && view.preset.part() == Part::ByAir {
            self.confirm("Lung shows what lies by air alone; bone, vessels, surface and MIP show the table");
        }
    }

    /// Before the plane's slice, behind it, not at all, in turn.
    pub(super) fn cut_volume(&mut self, plane: Plane) {
        let Some(grid) = self.session.grid() else { return };
        let normals = view::normals(grid, self.session.look());
        let normal = Plane::ALL.into_iter().zip(normals).find(|(other, _)| *other == plane);
        if let Some((_, normal)) = normal {
            self.change_volume_view(|view| view.with_next_cut(plane, normal));
        }
    }

    pub(super) fn toggle_crop_box(&mut self) {
        if let Some(grid) = self.session.grid().copied() {
            self.change_volume_view(|view| view.with_or_without_box(&grid));
        }
    }

    pub(super) fn reset_crop_box(&mut self) {
        if let Some(grid) = self.session.grid().copied() {
            self.change_volume_view(|view| VolumeView { crop_box: Some(CropBox::whole(&grid)), ..view });
        }
    }

    /// What lies under the pointer in 3D, LPS mm; `None` where the pointer is elsewhere, and where nothing is
    /// seen there, which is said.
    pub(super) fn met_in_3d(&mut self) -> Option<Point<Patient>> {
        let (at, size_px) = self.ui.volume_pointer?;
        let met = viewport::met_in_volume(&self.session, at, size_px);
        if met.is_none() {
            self.warn("Nothing is seen there in 3D: point at what is shown");
        }
        met
    }

    pub(super) fn change_volume_view(&mut self, to: impl FnOnce(VolumeView) -> VolumeView) {
        let view = to(self.session.look().volume_view);
        self.session.apply(Edit::VolumeView(view));
    }
}
