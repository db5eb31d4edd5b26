//! Window width and centre, and the presets.

use super::volume::Unit;

/// A linear grey-scale window, in the unit of the volume. Width first, then centre, everywhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    width: f64,
    centre: f64,
}

impl Window {
    /// Narrowest width: a window of no width has no grey.
    pub const MIN_WIDTH: f64 = 1.0;

    /// - `width`: values from black to white; at least 1, a smaller or non-finite one is taken as 1
    /// - `centre`: value of middle grey; a non-finite one is taken as 0
    pub fn new(width: f64, centre: f64) -> Self {
        let width = if width.is_finite() { width.max(Self::MIN_WIDTH) } else { Self::MIN_WIDTH };
        Self { width, centre: if centre.is_finite() { centre } else { 0.0 } }
    }

    /// From black to white, in values of the volume.
    pub const fn width(self) -> f64 {
        self.width
    }

    /// Value of middle grey.
    pub const fn centre(self) -> f64 {
        self.centre
    }

    /// The window that shows values `low` to `high`.
    pub fn spanning(low: f64, high: f64) -> Self {
        Self::new(high - low, f64::midpoint(low, high))
    }

    /// Grey of a value, 0 (black) to 1 (white).
    ///
    /// Source: DICOM PS3.3 C.11.2.1.3.2 (LINEAR_EXACT): no half-unit shift, so that width and
    /// centre mean the same for whole and for real numbers.
    pub fn grey(self, value: f64) -> f64 {
        ((value - self.centre) / self.width + 0.5).clamp(0.0, 1.0)
    }
}

/// A named window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Preset {
    /// 400 / 40.
    SoftTissue,
    /// 1500 / -600.
    Lung,
    /// 2500 / 480.
    Bone,
    /// 350 / 50.
    Mediastinum,
    /// 600 / 300: vessels with contrast medium, calcium apart.
    Vessel,
    /// Standardized uptake from 0 to 6.
    Uptake6,
    /// Standardized uptake from 0 to 10.
    Uptake10,
    /// From the lowest to the highest value of the volume.
    Full,
}

impl Preset {
    /// In the order of the keys 1, 2, 3, 4, 8, 0; those of uptake before the last.
    pub const ALL: [Preset; 8] = [
        Preset::SoftTissue,
        Preset::Lung,
        Preset::Bone,
        Preset::Mediastinum,
        Preset::Vessel,
        Preset::Uptake6,
        Preset::Uptake10,
        Preset::Full,
    ];

    /// Whether it is of standardized uptake, and says nothing of other values.
    pub const fn is_of_uptake(self) -> bool {
        matches!(self, Preset::Uptake6 | Preset::Uptake10)
    }

    /// Whether its numbers mean something of values of this unit.
    pub fn fits(self, unit: &Unit) -> bool {
        match self {
            Preset::Full => true,
            preset => preset.is_of_uptake() == unit.is_suv(),
        }
    }

    /// Name in options and files.
    pub const fn name(self) -> &'static str {
        match self {
            Preset::SoftTissue => "soft_tissue",
            Preset::Lung => "lung",
            Preset::Bone => "bone",
            Preset::Mediastinum => "mediastinum",
            Preset::Vessel => "vessel",
            Preset::Uptake6 => "suv_6",
            Preset::Uptake10 => "suv_10",
            Preset::Full => "full",
        }
    }

    /// Words in the interface.
    pub const fn label(self) -> &'static str {
        match self {
            Preset::SoftTissue => "Soft tissue",
            Preset::Lung => "Lung",
            Preset::Bone => "Bone",
            Preset::Mediastinum => "Mediastinum",
            Preset::Vessel => "Vessel",
            Preset::Uptake6 => "SUV 0 to 6",
            Preset::Uptake10 => "SUV 0 to 10",
            Preset::Full => "Full range",
        }
    }

    /// The preset of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.name() == name)
    }

    /// Width and centre; `range` is the lowest and highest value of the volume, for `Full`.
    pub fn window(self, range: [f32; 2]) -> Window {
        match self {
            Preset::SoftTissue => Window::new(400.0, 40.0),
            Preset::Lung => Window::new(1500.0, -600.0),
            Preset::Bone => Window::new(2500.0, 480.0),
            Preset::Mediastinum => Window::new(350.0, 50.0),
            Preset::Vessel => Window::new(600.0, 300.0),
            Preset::Uptake6 => Window::new(6.0, 3.0),
            Preset::Uptake10 => Window::new(10.0, 5.0),
            Preset::Full => Window::spanning(f64::from(range[0]), f64::from(range[1])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_runs_from_black_to_white_around_its_centre() {
        let lung = Preset::Lung.window([0.0, 0.0]);
        assert_eq!([lung.grey(-1350.0), lung.grey(-600.0), lung.grey(150.0)], [0.0, 0.5, 1.0]);
        assert_eq!([lung.grey(-3000.0), lung.grey(3000.0)], [0.0, 1.0]);
    }

    #[test]
    fn a_window_without_width_or_number_is_still_a_window() {
        assert_eq!(Window::new(0.0, 5.0).width(), 1.0);
        assert_eq!(Window::new(f64::NAN, f64::INFINITY), Window::new(1.0, 0.0));
    }
}
