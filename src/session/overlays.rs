//! What lies over the open series besides findings: what others drew, and a PET.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::ingest::{Link, Object, Suv};
use crate::structures::StructureSet;
use crate::volume::Volume;

/// One structure: the place of its file among the scan's objects, and its own place in that file.
pub type StructureKey = (usize, usize);

/// Which structures are drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StructuresLook {
    /// Any at all.
    pub on: bool,
    /// Those that are not, while the others are.
    pub hidden: BTreeSet<StructureKey>,
}

impl Default for StructuresLook {
    fn default() -> Self {
        Self { on: true, hidden: BTreeSet::new() }
    }
}

impl StructuresLook {
    /// Whether this one is drawn.
    pub fn shows(&self, key: StructureKey) -> bool {
        self.on && !self.hidden.contains(&key)
    }

    /// The same with these hidden or shown; who shows one wants to see it.
    #[must_use]
    pub fn with(&self, keys: impl IntoIterator<Item = StructureKey>, shown: bool) -> Self {
        let mut hidden = self.hidden.clone();
        for key in keys {
            if shown {
                hidden.remove(&key);
            } else {
                hidden.insert(key);
            }
        }
        Self { on: self.on || shown, hidden }
    }
}

/// A file with structures that belongs to the series on the screen.
#[derive(Clone, Copy, Debug)]
pub struct DrawnFile<'a> {
    /// Its place among the scan's objects.
    pub place: usize,
    /// What it says of itself.
    pub object: &'a Object,
    /// How it belongs to the series.
    pub link: Link,
    /// What was read of it, or the sentence that says why nothing was; `None` while it is read.
    pub set: Option<&'a Result<Arc<StructureSet>, String>>,
}

/// A PET that lies over the series on the screen.
#[derive(Clone, Debug)]
pub struct PetSeries {
    /// Its place in the scan's list.
    pub index: usize,
    /// Its values as real numbers on its own grid, in SUV or in the files' own units; complete.
    pub volume: Arc<Volume>,
    /// How they became SUV, or the sentence that says why they did not.
    pub suv: Result<Suv, String>,
    /// Whether it lies in the same frame of reference as the series; otherwise positions are not known to agree.
    pub same_frame: bool,
}

impl PetSeries {
    /// The range of colours that one begins with: of SUV what is usual for the trunk, else most of what is
    /// there.
    pub fn usual_range(&self) -> [f32; 2] {
        let [_, most] = self.volume.range_at_hand();
        match self.suv {
            Ok(_) => [1.5, 8.0],
            Err(_) => [0.1 * most.max(0.0), most.max(f32::MIN_POSITIVE)],
        }
    }

    /// Where the upper end of a range may lie at most, in the unit of its values.
    pub fn most(&self) -> f32 {
        let [_, most] = self.volume.range_at_hand();
        match self.suv {
            Ok(_) => most.clamp(10.0, 40.0),
            Err(_) => most.max(f32::MIN_POSITIVE),
        }
    }
}

/// How a PET lies over the CT. Plain values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PetLook {
    /// Whether it is drawn.
    pub on: bool,
    /// 0 (invisible) to 1.
    pub opacity: f32,
    /// Nothing is drawn under the first value; the brightest colour begins at the second. In the unit of its
    /// values.
    pub range: [f32; 2],
}

impl Default for PetLook {
    fn default() -> Self {
        Self { on: true, opacity: 0.5, range: [1.5, 8.0] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_shows_a_structure_sees_it_and_who_hides_one_keeps_the_others() {
        let look = StructuresLook::default().with([(0, 1)], false);
        assert!(look.shows((0, 0)) && !look.shows((0, 1)));
        let off = StructuresLook { on: false, ..look };
        assert!(!off.shows((0, 0)));
        let shown = off.with([(0, 1)], true);
        assert!(shown.shows((0, 1)) && shown.on);
    }
}
