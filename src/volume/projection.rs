//! How the samples through a slab become one value.

/// How the slices of a slab become one picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Projection {
    /// Maximum intensity.
    Max,
    /// Minimum intensity.
    Min,
    /// Mean.
    Mean,
}

impl Projection {
    /// In the order in which a key steps through them.
    pub const ALL: [Projection; 3] = [Projection::Max, Projection::Min, Projection::Mean];

    /// Name in options.
    pub const fn name(self) -> &'static str {
        match self {
            Projection::Max => "max",
            Projection::Min => "min",
            Projection::Mean => "mean",
        }
    }
}
