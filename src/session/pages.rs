//! Turning over the pictures of a series that is no volume.

use super::case::Thumbnail;

/// Which picture of the chosen series is wanted, and which is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pages {
    /// How many there are.
    pub(super) total: usize,
    /// The one that was turned to.
    pub(super) wanted: usize,
    /// The last one that came; why there is none, where it cannot be read.
    pub(super) shown: Option<(usize, Result<Thumbnail, String>)>,
}

impl Pages {
    /// - `total`: how many there are; the middle one comes first, as in the list
    pub(super) fn new(total: usize) -> Self {
        Self { total, wanted: total / 2, shown: None }
    }

    /// How many there are.
    pub fn total(&self) -> usize {
        self.total
    }

    /// The one that was turned to, counted from 0.
    pub fn wanted(&self) -> usize {
        self.wanted
    }

    /// The last one that came, which may not be the wanted one yet.
    pub fn shown(&self) -> Option<&(usize, Result<Thumbnail, String>)> {
        self.shown.as_ref()
    }

    /// Whether the wanted one is still to come.
    pub fn is_behind(&self) -> bool {
        self.shown.as_ref().is_none_or(|(page, _)| *page != self.wanted)
    }
}
