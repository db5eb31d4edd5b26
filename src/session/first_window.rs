//! The window that a series of values without Hounsfield units begins with.

use crate::ingest::Series;
use crate::volume::{Preset, Volume, Window};

/// Of standardized uptake 0 to 6: what tells lesions from their surroundings lies there, and brain and bladder, which
/// reach far higher, are not what a chest is looked at for. Else what the files recommend, else everything.
/// - returns: the window, in the volume's own unit, and the preset that it is
pub fn first_window(series: &Series, volume: &Volume) -> (Window, Option<Preset>) {
    if volume.unit().is_suv() {
        return (Preset::Uptake6.window([0.0, 0.0]), Some(Preset::Uptake6));
    }
    if let Some(recommended) = series.windows.first() {
        return (recommended.window, None);
    }
    (Preset::Full.window(volume.range_at_hand()), Some(Preset::Full))
}
