//! Which colours stand for the values of a window.

/// From black to white, or in colours: for modalities that are read so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Colours {
    /// Black to white: CT and radiographs.
    #[default]
    Grey,
    /// Black, red, yellow, white: PET and other emission. Source: DICOM PS3.6 B.1.1 ("Hot Iron").
    HotIron,
    /// Black, violet, orange, yellow, equal steps equally visible: maps of quantities.
    Inferno,
    /// Blue over dark grey to orange: quantities with a sign, zero at the centre of the window.
    Diverging,
}

impl Colours {
    /// In the order of the menu.
    pub const ALL: [Colours; 4] = [Colours::Grey, Colours::HotIron, Colours::Inferno, Colours::Diverging];

    /// Name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Colours::Grey => "grey",
            Colours::HotIron => "hot_iron",
            Colours::Inferno => "inferno",
            Colours::Diverging => "diverging",
        }
    }

    /// Words in the interface.
    pub const fn label(self) -> &'static str {
        match self {
            Colours::Grey => "Grey",
            Colours::HotIron => "Hot iron",
            Colours::Inferno => "Inferno",
            Colours::Diverging => "Diverging",
        }
    }

    /// The colours of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|colours| colours.name() == name)
    }
}
