//! TNM stages of lung cancer, by the words of the eighth edition (Goldstraw et al. 2016, J Thorac Oncol
//! 11:39), whose main numbers are those of the seventh as well.

use serde::{Deserialize, Serialize};

/// A list of stages with their words.
macro_rules! stages {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$each])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// In rising order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As it is written.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }
    };
}

stages! {
    /// The tumour itself.
    TStage {
        /// In situ.
        Is = "Tis",
        /// At most 3 cm, no more said.
        T1 = "T1",
        /// At most 1 cm.
        T1a = "T1a",
        /// At most 2 cm.
        T1b = "T1b",
        /// At most 3 cm.
        T1c = "T1c",
        /// More than 3 cm, no more said.
        T2 = "T2",
        /// At most 4 cm.
        T2a = "T2a",
        /// At most 5 cm.
        T2b = "T2b",
        /// At most 7 cm, or into the chest wall.
        T3 = "T3",
        /// Larger, or into mediastinum or heart.
        T4 = "T4",
    }
}

stages! {
    /// Lymph nodes.
    NStage {
        /// None.
        N0 = "N0",
        /// Of the same lung.
        N1 = "N1",
        /// Of the same side of the mediastinum.
        N2 = "N2",
        /// Of the other side, or above the clavicle.
        N3 = "N3",
    }
}

stages! {
    /// Distant metastases.
    MStage {
        /// None.
        M0 = "M0",
        /// Some, no more said.
        M1 = "M1",
        /// In the chest.
        M1a = "M1a",
        /// One outside it.
        M1b = "M1b",
        /// Several outside it.
        M1c = "M1c",
    }
}

impl TStage {
    /// The number alone, 0 for in situ.
    pub const fn number(self) -> u8 {
        match self {
            Self::Is => 0,
            Self::T1 | Self::T1a | Self::T1b | Self::T1c => 1,
            Self::T2 | Self::T2a | Self::T2b => 2,
            Self::T3 => 3,
            Self::T4 => 4,
        }
    }
}

impl NStage {
    /// The number alone.
    pub const fn number(self) -> u8 {
        match self {
            Self::N0 => 0,
            Self::N1 => 1,
            Self::N2 => 2,
            Self::N3 => 3,
        }
    }
}

impl MStage {
    /// The number alone.
    pub const fn number(self) -> u8 {
        match self {
            Self::M0 => 0,
            Self::M1 | Self::M1a | Self::M1b | Self::M1c => 1,
        }
    }
}
