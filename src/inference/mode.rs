//! How a network's input is prepared.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::networks::{Architecture, Family, NetworkSpec};

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
    /// Those that a network's adapter has; the first is what is taken where none is named.
    ///
    /// M3Net with a ConvNeXt has none besides `paper`: it takes the 56 slices of the published crop as
    /// channels, and the cubes of mode `clinical` have other numbers.
    pub fn of(spec: &NetworkSpec) -> &'static [Self] {
        let has_both = match spec.family {
            Family::Mmcaf | Family::Csf => true,
            Family::M3Net => Architecture::named(spec.name).is_ok_and(|a| a.reads_any_depth()),
            Family::Maemc | Family::Ssm => false,
        };
        if has_both { &[Self::Paper, Self::Clinical] } else { &[Self::Paper] }
    }

    /// This mode where the network has it, else the first of those that it has.
    pub fn for_network(self, spec: &NetworkSpec) -> Self {
        if Self::of(spec).contains(&self) { self } else { Self::default() }
    }

    /// The one after this, of those that the network has; after the last the first.
    pub fn next_of(self, spec: &NetworkSpec) -> Self {
        let all = Self::of(spec);
        let next = all.iter().skip_while(|mode| **mode != self).nth(1).or(all.first());
        next.copied().unwrap_or_default()
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
