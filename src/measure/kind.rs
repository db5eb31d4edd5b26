//! What can be measured.

/// What a measurement measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// From one point to another.
    Length,
    /// At the second of three points.
    Angle,
    /// Between two lines, as in the Cobb angle of the spine: 0 to 90 degrees.
    Cobb,
    /// The longest diameter of a lesion and the longest one perpendicular to it (RECIST 1.1, section 3).
    Bidirectional,
    /// Values in an ellipse.
    Ellipse,
    /// Values in a rectangle.
    Rectangle,
    /// Values in a polygon.
    Polygon,
    /// The value of the voxel at a point.
    Probe,
    /// An arrow with a text.
    Arrow,
    /// A text at a point.
    Note,
}

impl Kind {
    /// In the order of the menu.
    pub const ALL: [Kind; 10] = [
        Kind::Length,
        Kind::Bidirectional,
        Kind::Angle,
        Kind::Cobb,
        Kind::Ellipse,
        Kind::Rectangle,
        Kind::Polygon,
        Kind::Probe,
        Kind::Arrow,
        Kind::Note,
    ];

    /// Word in the interface.
    pub const fn label(self) -> &'static str {
        match self {
            Kind::Length => "Length",
            Kind::Angle => "Angle",
            Kind::Cobb => "Cobb angle",
            Kind::Bidirectional => "Bidirectional",
            Kind::Ellipse => "Ellipse",
            Kind::Rectangle => "Rectangle",
            Kind::Polygon => "Polygon",
            Kind::Probe => "Probe",
            Kind::Arrow => "Arrow",
            Kind::Note => "Note",
        }
    }

    /// Word in files.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Length => "length",
            Kind::Angle => "angle",
            Kind::Cobb => "cobb",
            Kind::Bidirectional => "bidirectional",
            Kind::Ellipse => "ellipse",
            Kind::Rectangle => "rectangle",
            Kind::Polygon => "polygon",
            Kind::Probe => "probe",
            Kind::Arrow => "arrow",
            Kind::Note => "note",
        }
    }

    /// The kind of this name in files.
    pub fn named(name: &str) -> Option<Self> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// How many points a hand gives; `None`: as many as it likes, three at least.
    pub const fn given(self) -> Option<usize> {
        match self {
            Kind::Probe | Kind::Note => Some(1),
            Kind::Length | Kind::Bidirectional | Kind::Ellipse | Kind::Rectangle | Kind::Arrow => Some(2),
            Kind::Angle => Some(3),
            Kind::Cobb => Some(4),
            Kind::Polygon => None,
        }
    }

    /// How many points a whole one has: at least, and at most.
    pub const fn points(self) -> [usize; 2] {
        match self {
            Kind::Probe | Kind::Note => [1, 1],
            Kind::Length | Kind::Ellipse | Kind::Rectangle | Kind::Arrow => [2, 2],
            Kind::Angle => [3, 3],
            Kind::Cobb | Kind::Bidirectional => [4, 4],
            Kind::Polygon => [3, 1000],
        }
    }

    /// Whether it encloses a part of its plane.
    pub const fn is_region(self) -> bool {
        matches!(self, Kind::Ellipse | Kind::Rectangle | Kind::Polygon)
    }

    /// Whether its name is what it says, to be written by hand.
    pub const fn is_text(self) -> bool {
        matches!(self, Kind::Arrow | Kind::Note)
    }

    /// As many characters as a name takes that is one.
    pub const LONGEST_NAME: usize = 80;

    /// As many characters as the field for its name takes: what is said takes more than what is called.
    pub const fn longest_name(self) -> usize {
        if self.is_text() { 300 } else { Self::LONGEST_NAME }
    }

    /// Whether all its points lie in the plane that it was drawn in; the points of others may lie on
    /// different slices.
    pub const fn is_flat(self) -> bool {
        self.is_region() || matches!(self, Kind::Bidirectional)
    }
}
