//! Commands about the 3D view.

use super::core::Core;
use crate::session::{Arrangement, Edit, Layout, VolumeView};
use crate::volume::VolumePreset;

impl Core {
    /// In the fourth viewport, or what else that shows. A row of three planes has no fourth.
    pub(super) fn toggle_volume(&mut self) {
        let look = self.session.look();
        let on = !(look.in_3d && look.layout == Layout::Grid && look.arrangement != Arrangement::Row);
        let mut edits = vec![Edit::In3d(on), Edit::Layout(Layout::Grid)];
        if on && look.arrangement == Arrangement::Row {
            edits.push(Edit::Arrange(Arrangement::Quarters));
        }
        self.session.apply(Edit::Many(edits));
    }

    /// Over the whole centre, or as one of all viewports.
    pub(super) fn maximise_volume(&mut self) {
        let layout = match self.session.look().layout {
            Layout::Volume => Layout::Grid,
            _ => Layout::Volume,
        };
        self.session.apply(Edit::Many(vec![Edit::In3d(true), Edit::Layout(layout)]));
    }

    /// Who asks for colours wants to see them.
    pub(super) fn volume_preset(&mut self, preset: VolumePreset) {
        let look = self.session.look();
        let view = look.volume_view.with_preset(preset);
        let seen = look.layout == Layout::Volume || (look.in_3d && look.layout == Layout::Grid);
        if !seen {
            self.toggle_volume();
        }
        self.session.apply(Edit::VolumeView(view));
    }

    pub(super) fn change_volume_view(&mut self, to: impl FnOnce(VolumeView) -> VolumeView) {
        let view = to(self.session.look().volume_view);
        self.session.apply(Edit::VolumeView(view));
    }
}
