//! Another series of the case beside the one on the screen.

use super::core::Core;
use crate::ingest::Series;
use crate::session::{Edit, Layout, Pane};

impl Core {
    /// Shows a series of the list beside the one on the screen.
    pub(super) fn show_beside(&mut self, index: usize) {
        self.choose_prior(index);
        self.beside_wanted = true;
    }

    /// The next one of the list that has voxels, after the one that stands there.
    pub(super) fn next_beside(&mut self) {
        let scan = std::sync::Arc::clone(self.session.scan());
        let now = self.session.series().map(|series| series.uid.clone());
        let there = self.session.prior().map(|prior| prior.uid().to_owned());
        let count = scan.series.len();
        let of = |uid: &Option<String>| scan.series.iter().position(|s| Some(&s.uid) == uid.as_ref());
        let from = of(&there).or_else(|| of(&now)).unwrap_or(0);
        let fits = |n: &usize| {
            scan.series.get(*n).is_some_and(|s| can_lie_beside(s) && Some(&s.uid) != now.as_ref())
        };
        match (1..=count).map(|by| (from + by) % count.max(1)).find(fits) {
            Some(index) => self.show_beside(index),
            None => self.warn("No other series of the list has voxels that could lie beside this one"),
        }
    }

    /// Side by side, as soon as there is something to see.
    pub(super) fn lay_beside(&mut self) {
        if !self.beside_wanted || self.session.prior().is_none() {
            // What was stopped or failed is wanted no longer.
            self.beside_wanted &= self.priors.is_opening();
            return;
        }
        self.beside_wanted = false;
        if self.session.look().layout != Layout::Dates {
            self.session.apply(Edit::Many(vec![Edit::Focus(Pane::Axial), Edit::Layout(Layout::Dates)]));
        }
    }
}

/// Whether a series is a volume.
fn can_lie_beside(series: &Series) -> bool {
    series.usable()
}
