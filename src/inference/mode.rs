//! How a network's input is prepared.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::networks::Family;

/// Never mixed within an answer, and shown with it by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Exactly as published.
    #[default]
    Paper,
    /// With the published preparation's known faults mended; each network's adapter says which. A network
    /// has this mode where its weights could be taught with it.
    Clinical,
}

impl Mode {
    /// Those that a family's adapter has; the first is what is taken where none is named.
    ///
    /// M3Net's specification has a `clinical` one (1 mm, lung window, cubes) for weights that nobody has taught
    /// yet: it is not built.
    pub const fn of(family: Family) -> &'static [Self] {
        match family {
            Family::Mmcaf | Family::Csf => &[Self::Paper, Self::Clinical],
            Family::M3Net | Family::Maemc | Family::Ssm => &[Self::Paper],
        }
    }

    /// Lower-case word, as in options and files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Clinical => "clinical",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Paper, Self::Clinical]
            .into_iter()
            .find(|mode| mode.name() == text)
            .ok_or_else(|| format!("`{text}` is no mode; there are paper and clinical"))
    }
}
