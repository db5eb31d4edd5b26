//! What can be odd about a series without ending the work, and what each oddity forbids.

/// Kinds of oddity; the names are part of the JSON contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DefectCode {
    /// Lossy compression somewhere in the image's history.
    Lossy,
    /// The same slice more than once, with the same pixels.
    DuplicateSlices,
    /// A file that does not say what its values are; they are taken as Hounsfield units.
    AssumedHu,
    /// Several convolution kernels.
    MixedKernel,
    /// Pixel Padding Value in use.
    Padding,
    /// No window in the file.
    NoWindow,
    /// Distances between slices differ.
    UnevenSpacing,
    /// Gaps of whole slices.
    MissingSlices,
    /// Slices are shifted against their normal.
    GantryTilt,
    /// Two different pictures at one position.
    DuplicateConflict,
    /// Slices of another size.
    MixedSize,
    /// Pixel data shorter than the header says.
    Truncated,
    /// Several orientations, split into series.
    MixedOrientation,
    /// Several pictures at every position, split into series.
    MultiPhase,
    /// Only one slice.
    SingleSlice,
    /// No Image Position or Orientation.
    NoPosition,
    /// Not a CT.
    NotCt,
    /// A CT whose values are no Hounsfield units, or were clamped to 16 bits.
    NotHu,
    /// A CT without Rescale Slope and Intercept.
    NoRescale,
    /// Pixel data in a transfer syntax that cannot be decoded.
    UnsupportedSyntax,
    /// No pixel data.
    NoPixelData,
}

impl DefectCode {
    /// Name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lossy => "lossy",
            Self::DuplicateSlices => "duplicate_slices",
            Self::AssumedHu => "assumed_hu",
            Self::MixedKernel => "mixed_kernel",
            Self::Padding => "padding",
            Self::NoWindow => "no_window",
            Self::UnevenSpacing => "uneven_spacing",
            Self::MissingSlices => "missing_slices",
            Self::GantryTilt => "gantry_tilt",
            Self::DuplicateConflict => "duplicate_conflict",
            Self::MixedSize => "mixed_size",
            Self::Truncated => "truncated",
            Self::MixedOrientation => "mixed_orientation",
            Self::MultiPhase => "multi_phase",
            Self::SingleSlice => "single_slice",
            Self::NoPosition => "no_position",
            Self::NotCt => "not_ct",
            Self::NotHu => "not_hu",
            Self::NoRescale => "no_rescale",
            Self::UnsupportedSyntax => "unsupported_syntax",
            Self::NoPixelData => "no_pixel_data",
        }
    }

    /// Whether a series with it can still be shown.
    pub const fn viewable(self) -> bool {
        !matches!(self, Self::UnsupportedSyntax | Self::NoPixelData | Self::NoPosition | Self::SingleSlice)
    }

    /// Whether a network may be run on a series with it as it is stored.
    pub const fn classifiable(self) -> bool {
        matches!(
            self,
            Self::Lossy
                | Self::DuplicateSlices
                | Self::AssumedHu
                | Self::MixedKernel
                | Self::Padding
                | Self::NoWindow
                | Self::MixedOrientation
                | Self::MultiPhase
        )
    }
}

/// One oddity of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    /// Which kind.
    pub code: DefectCode,
    /// One sentence: what, where, what follows.
    pub text: String,
    /// Slices concerned (k, zero-based), where it is about slices.
    pub slices: Vec<usize>,
    /// Whether the volume was made straight by the slices' true places, so that it lies in it no more.
    pub mended: bool,
}

impl Defect {
    /// Whether a network may be run on a series with it.
    pub const fn classifiable(&self) -> bool {
        self.mended || self.code.classifiable()
    }
}
