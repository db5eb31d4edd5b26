//! A volume: its grid, the kind of its values, and what of it is padding.

use super::inside::{Inside, Part};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::slices::Slices;
use crate::geometry::{VoxelBox, VoxelGrid};

/// What one unit of a value means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Hounsfield units.
    Hu,
    /// Stored values whose meaning the file does not tell (no rescale, not a CT).
    Stored,
    /// Another unit, by its name: `SUV`, `logit` ...
    Named(String),
}

/// Name of the unit of standardized uptake.
const SUV: &str = "SUV";

impl Unit {
    /// Standardized uptake value by body weight, g/ml.
    pub fn suv() -> Self {
        Unit::Named(SUV.to_owned())
    }

    /// Whether it is that.
    pub fn is_suv(&self) -> bool {
        matches!(self, Unit::Named(name) if name == SUV)
    }

    /// Short name for the interface and for files.
    pub fn name(&self) -> &str {
        match self {
            Unit::Hu => "HU",
            Unit::Stored => "stored value",
            Unit::Named(name) => name,
        }
    }
}

/// The values themselves.
#[derive(Debug)]
pub enum Values {
    /// Whole numbers: CT.
    Int16(Slices<i16>),
    /// Real numbers: maps, calibrated PET.
    Float32(Slices<f32>),
}

/// Range of values, both ends included, that mark "nothing was measured here".
///
/// The values stay in the volume, because the published networks read them as they are; display
/// and statistics leave them out. Source: DICOM PS3.3 C.7.5.1.1.2, after rescale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Padding {
    /// Lowest padding value.
    pub low: i16,
    /// Highest padding value.
    pub high: i16,
}

impl Padding {
    /// Whether the value is padding.
    pub fn contains(self, value: i16) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

/// Which end of the values is meant to be bright on a screen. It never changes a value: Hounsfield
/// units stay Hounsfield units. Source: DICOM PS3.3 C.7.6.3.1.2 (MONOCHROME1, MONOCHROME2), applied
/// behind the window (C.11.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Polarity {
    /// As in CT: bone white, air black.
    #[default]
    HighIsBright,
    /// As in some radiographs (MONOCHROME1).
    LowIsBright,
}

impl Polarity {
    /// Whether the grey scale is drawn upside down.
    /// - `by_user`: the user has turned it round
    pub fn inverted(self, by_user: bool) -> bool {
        by_user != (self == Self::LowIsBright)
    }
}

/// Voxel values on a grid. Shared as `Arc<Volume>`; slices may still be arriving.
#[derive(Debug)]
pub struct Volume {
    grid: VoxelGrid,
    unit: Unit,
    values: Values,
    padding: Option<Padding>,
    polarity: Polarity,
    range: OnceLock<[f32; 2]>,
    inside: OnceLock<Option<Inside>>,
    body: OnceLock<Option<Inside>>,
    looked_at: AtomicUsize,
}

impl Volume {
    /// A volume of whole numbers without any slice yet.
    pub fn loading(grid: VoxelGrid, unit: Unit, padding: Option<Padding>) -> Self {
        Self::of(grid, unit, Values::Int16(Slices::empty(grid.size())), padding)
    }

    /// The same of real numbers. What a screen shows of them begins with their range, which is known when all
    /// slices are there.
    pub fn loading_real(grid: VoxelGrid, unit: Unit) -> Self {
        Self::of(grid, unit, Values::Float32(Slices::empty(grid.size())), None)
    }

    fn of(grid: VoxelGrid, unit: Unit, values: Values, padding: Option<Padding>) -> Self {
        Self {
            grid,
            unit,
            values,
            padding,
            polarity: Polarity::default(),
            range: OnceLock::new(),
            inside: OnceLock::new(),
            body: OnceLock::new(),
            looked_at: AtomicUsize::new(grid.size()[2] / 2),
        }
    }

    /// A complete volume of real numbers, one boxed slice after the other.
    /// - errors: number or length of the slices does not fit the grid
    pub fn real(grid: VoxelGrid, unit: Unit, slices: Vec<Box<[f32]>>) -> Result<Self, super::SliceError> {
        let store = Slices::empty(grid.size());
        for (k, slice) in slices.into_iter().enumerate() {
            store.fill(k, slice)?;
        }
        Ok(Self::of(grid, unit, Values::Float32(store), None))
    }

    /// The same, to be shown in this polarity.
    #[must_use]
    pub fn shown(self, polarity: Polarity) -> Self {
        Self { polarity, ..self }
    }

    /// A copy with other values in some voxels; whole numbers are rounded. Slices beyond the box are shared.
    /// - `bounds`: no voxel outside of it changes
    /// - `value`: of a voxel (column, row, slice); `None` leaves it as it is
    /// - returns: `None` while slices are missing
    pub fn edited(&self, bounds: &VoxelBox, value: impl Fn([usize; 3]) -> Option<f32>) -> Option<Self> {
        let values = match &self.values {
            Values::Int16(slices) => {
                let whole = |v: f32| v.round().clamp(f32::from(i16::MIN), f32::from(i16::MAX)) as i16;
                Values::Int16(copied(slices, &self.grid, bounds, |at| value(at).map(whole))?)
            }
            Values::Float32(slices) => Values::Float32(copied(slices, &self.grid, bounds, value)?),
        };
        let copy = Self::of(self.grid, self.unit.clone(), values, self.padding);
        Some(copy.shown(self.polarity))
    }

    /// Size and place.
    pub fn grid(&self) -> &VoxelGrid {
        &self.grid
    }

    /// What a value means.
    pub fn unit(&self) -> &Unit {
        &self.unit
    }

    /// The values, by kind.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// The whole-number slices, or `None` for a volume of real numbers.
    pub fn int16(&self) -> Option<&Slices<i16>> {
        match &self.values {
            Values::Int16(slices) => Some(slices),
            Values::Float32(_) => None,
        }
    }

    /// The slices of real numbers, or `None` for a volume of whole ones.
    pub fn float32(&self) -> Option<&Slices<f32>> {
        match &self.values {
            Values::Int16(_) => None,
            Values::Float32(slices) => Some(slices),
        }
    }

    /// Somebody looks at slice `k`: while slices arrive, those near it are wanted first.
    pub fn look_at(&self, k: usize) {
        self.looked_at.store(k, Ordering::Relaxed);
    }

    /// The slice that somebody looks at; at first the middle one.
    pub fn looked_at(&self) -> usize {
        self.looked_at.load(Ordering::Relaxed)
    }

    /// What of the values is padding.
    pub fn padding(&self) -> Option<Padding> {
        self.padding
    }

    /// Which end of the values is meant to be bright.
    pub fn polarity(&self) -> Polarity {
        self.polarity
    }

    /// How many slices have arrived.
    pub fn slices_filled(&self) -> usize {
        match &self.values {
            Values::Int16(s) => s.filled(),
            Values::Float32(s) => s.filled(),
        }
    }

    /// Whether every slice is there.
    pub fn is_complete(&self) -> bool {
        self.slices_filled() == self.grid.size()[2]
    }

    /// The value of a voxel, or `None` outside the grid and in a slice that has not arrived.
    pub fn value(&self, [i, j, k]: [usize; 3]) -> Option<f32> {
        let [nx, ny, _] = self.grid.size();
        if i >= nx || j >= ny {
            return None;
        }
        match &self.values {
            Values::Int16(s) => s.slice(k)?.get(j * nx + i).map(|&v| f32::from(v)),
            Values::Float32(s) => s.slice(k)?.get(j * nx + i).copied(),
        }
    }

    /// Where there is air inside the body; found once, in some 20 ms, when all slices are there.
    pub fn inside(&self) -> Option<&Inside> {
        if !self.is_complete() {
            return None;
        }
        self.inside.get_or_init(|| Inside::of(self)).as_ref()
    }

    /// Where the body is, without what it lies on; found once, in some 50 ms, when all slices are there.
    pub fn body(&self) -> Option<&Inside> {
        if !self.is_complete() {
            return None;
        }
        self.body.get_or_init(|| Inside::body(self)).as_ref()
    }

    /// Where a part of it is; `None` where that is all of it, or is not found.
    pub fn part(&self, part: Part) -> Option<&Inside> {
        match part {
            Part::All => None,
            Part::ByAir => self.inside().or_else(|| self.body()),
            Part::Body => self.body(),
        }
    }

    /// Lowest and highest value without padding, over the slices that are there. Counted once,
    /// when the volume is complete.
    pub fn range(&self) -> [f32; 2] {
        if let Some(range) = self.range.get() {
            return *range;
        }
        let range = self.count_range();
        if self.is_complete() {
            return *self.range.get_or_init(|| range);
        }
        range
    }

    /// The range where it has been counted; until then that of one slice that is there. Takes no
    /// time and waits for nobody: for a window while the series loads.
    pub fn range_at_hand(&self) -> [f32; 2] {
        if let Some(range) = self.range.get() {
            return *range;
        }
        let range = match &self.values {
            Values::Int16(s) => s.all().into_iter().find(|s| !s.is_empty()).map(|s| self.slice_range(s)),
            Values::Float32(s) => s.all().into_iter().find(|s| !s.is_empty()).map(real_range),
        };
        range.filter(|[low, high]| low <= high).unwrap_or([0.0, 0.0])
    }

    /// Lowest and highest value of one slice without padding; upside down where all is padding.
    fn slice_range(&self, slice: &[i16]) -> [f32; 2] {
        let (mut low, mut high) = (i16::MAX, i16::MIN);
        for &v in slice.iter().filter(|v| self.padding.is_none_or(|p| !p.contains(**v))) {
            low = low.min(v);
            high = high.max(v);
        }
        if low > high { NO_RANGE } else { [f32::from(low), f32::from(high)] }
    }

    fn count_range(&self) -> [f32; 2] {
        use rayon::prelude::*;
        let none = || NO_RANGE;
        let range = match &self.values {
            Values::Int16(s) => {
                s.all().into_par_iter().map(|slice| self.slice_range(slice)).reduce(none, join)
            }
            Values::Float32(s) => s.all().into_par_iter().map(real_range).reduce(none, join),
        };
        if range[0] <= range[1] { range } else { [0.0, 0.0] }
    }
}

/// Of no values at all.
const NO_RANGE: [f32; 2] = [f32::INFINITY, f32::NEG_INFINITY];

fn join(a: [f32; 2], b: [f32; 2]) -> [f32; 2] {
    [a[0].min(b[0]), a[1].max(b[1])]
}

fn real_range(slice: &[f32]) -> [f32; 2] {
    slice.iter().fold(NO_RANGE, |r, &v| join(r, [v, v]))
}
/// Slices with other values in some voxels of a box.
fn copied<T: Copy>(
    slices: &Slices<T>,
    grid: &VoxelGrid,
    bounds: &VoxelBox,
    value: impl Fn([usize; 3]) -> Option<T>,
) -> Option<Slices<T>> {
    let size = grid.size();
    // The part of the box that lies in the volume.
    let along = |axis: usize| {
        let inside = |n: i64| n.clamp(0, size[axis] as i64) as usize;
        inside(bounds.min[axis])..inside(bounds.min[axis].saturating_add(bounds.size[axis] as i64))
    };
    slices.with(|k, old| {
        let inside = along(2).contains(&k);
        inside.then(|| {
            let mut slice: Box<[T]> = old.into();
            for j in along(1) {
                for i in along(0) {
                    if let (Some(new), Some(old)) = (value([i, j, k]), slice.get_mut(j * size[0] + i)) {
                        *old = new;
                    }
                }
            }
            slice
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Point;

    #[test]
    fn an_edited_copy_has_other_values_in_its_box_alone_and_the_volume_is_as_it_was() {
        let grid = VoxelGrid::axis_aligned([3, 2, 2], [1.0; 3], Point::new(0.0, 0.0, 0.0)).expect("a grid");
        let volume = Volume::loading(grid, Unit::Hu, None);
        let slices = volume.int16().expect("whole numbers");
        slices.fill(0, vec![0, 1, 2, 3, 4, 5].into()).expect("fits");
        let bounds = VoxelBox { min: [1, -3, 1], size: [9, 9, 1] };
        assert!(volume.edited(&bounds, |_| Some(0.0)).is_none(), "a slice is missing");
        slices.fill(1, vec![6, 7, 8, 9, 10, 11].into()).expect("fits");
        let edited = volume.edited(&bounds, |[i, _, _]| (i < 2).then_some(-850.4)).expect("whole");
        let values = |volume: &Volume| volume.int16().expect("whole numbers").all().concat();
        assert_eq!(values(&edited), [0, 1, 2, 3, 4, 5, 6, -850, 8, 9, -850, 11]);
        assert_eq!(values(&volume), (0..12).collect::<Vec<i16>>());
        assert_eq!(edited.grid(), volume.grid());
    }
}
