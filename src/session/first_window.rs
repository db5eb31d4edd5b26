//! The window that a series of values without Hounsfield units begins with.

use crate::ingest::Series;
use crate::volume::{Preset, Volume, Window};

/// Standardised uptake that is shown as the brightest at first, g/ml: what tells lesions from their surroundings
/// lies below it, and brain and bladder, which reach far higher, are not what a chest is looked at for.
const BRIGHTEST_SUV: f64 = 7.0;

/// What the files recommend; of a PET, uptake from 0 to [`BRIGHTEST_SUV`]; else everything.
/// - returns: the window, in the volume's own unit, and the preset that it is
pub fn first_window(series: &Series, volume: &Volume) -> (Window, Option<Preset>) {
    if let Some(recommended) = series.windows.first() {
        return (recommended.window, None);
    }
    if let Some(Ok(suv)) = &series.suv
        && suv.per_value > 0.0
    {
        let brightest = BRIGHTEST_SUV / suv.per_value;
        return (Window::new(brightest, brightest / 2.0), None);
    }
    (Preset::Full.window(volume.range_at_hand()), Some(Preset::Full))
}
