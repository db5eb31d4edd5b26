//! What is known of the values of some voxels without looking at them again: sums that can be added.

/// Number, sums and ends of values. Of whole numbers the sums are exact up to some 10^15.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// How many voxels.
    pub voxels: u64,
    /// Those of them whose value is known: no padding.
    pub known: u64,
    sum: f64,
    squares: f64,
    /// Lowest value; above `max` where none is known.
    pub min: f32,
    /// Highest value.
    pub max: f32,
}

impl Default for Figures {
    fn default() -> Self {
        Self { voxels: 0, known: 0, sum: 0.0, squares: 0.0, min: f32::INFINITY, max: f32::NEG_INFINITY }
    }
}

impl Figures {
    /// One voxel more.
    /// - `value`: in the unit of the volume; `None` where it is not known
    pub(super) fn add(&mut self, value: Option<f64>) {
        self.voxels += 1;
        let Some(value) = value else { return };
        self.known += 1;
        self.sum += value;
        self.squares += value * value;
        self.min = self.min.min(value as f32);
        self.max = self.max.max(value as f32);
    }

    /// Both together.
    pub(super) fn and(self, other: &Self) -> Self {
        Self {
            voxels: self.voxels + other.voxels,
            known: self.known + other.known,
            sum: self.sum + other.sum,
            squares: self.squares + other.squares,
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }

    /// Mean and standard deviation (divided by the number) of the known values; `None` of none.
    pub fn mean_and_sd(&self) -> Option<[f64; 2]> {
        if self.known == 0 {
            return None;
        }
        let n = self.known as f64;
        let mean = self.sum / n;
        // Rounding must not make a variance of nothing negative.
        Some([mean, (self.squares / n - mean * mean).max(0.0).sqrt()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_plain_values_in_one_or_two_parts() {
        let of = |values: &[f64]| {
            let mut figures = Figures::default();
            values.iter().for_each(|v| figures.add(Some(*v)));
            figures
        };
        let mut both = of(&[2.0, 4.0, 4.0]).and(&of(&[4.0, 5.0, 5.0, 7.0, 9.0]));
        // The textbook example of a standard deviation of 2.
        assert_eq!(both.mean_and_sd(), Some([5.0, 2.0]));
        assert_eq!((both.min, both.max, both.voxels, both.known), (2.0, 9.0, 8, 8));
        both.add(None);
        assert_eq!((both.voxels, both.known, both.mean_and_sd()), (9, 8, Some([5.0, 2.0])));
        assert_eq!(Figures::default().mean_and_sd(), None);
    }
}
