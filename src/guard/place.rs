//! What kind of place a point is, by density and by how much lung lies around: for words, and to draw
//! examples of everything that is no nodule.

use serde::{Deserialize, Serialize};

use super::directions::directions;
use super::tissue::Tissue;

/// A kind of place in the chest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Aerated lung.
    Lung,
    /// Dense, with lung nearly all around: vessels, airway walls, fissures (and nodules).
    Vessel,
    /// Inside an airway.
    Airway,
    /// Dense, beside lung: chest wall, diaphragm, mediastinum, heart.
    Surface,
    /// Bone.
    Bone,
    /// Soft tissue with hardly any lung near: heart, liver, muscle, spine.
    Soft,
}

/// Air in a room; lung is denser, even where it is destroyed.
const EMPTY_HU: f32 = -975.0;

impl Place {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Lung, Self::Vessel, Self::Airway, Self::Surface, Self::Bone, Self::Soft];

    /// As in the fitted file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lung => "lung",
            Self::Vessel => "vessel",
            Self::Airway => "airway",
            Self::Surface => "surface",
            Self::Bone => "bone",
            Self::Soft => "soft",
        }
    }

    /// The kind of a place; `None` where it is none of these or unknown.
    /// - `at`: LPS mm
    pub fn of(tissue: &Tissue<'_>, at: [f64; 3]) -> Option<Self> {
        let hu = tissue.hu(at)?;
        let around = directions(32);
        // The share of a range of HU on spheres around it; `None` where little is known.
        let share = |radii: &[f64], range: std::ops::Range<f32>| {
            let (mut known, mut within) = (0usize, 0usize);
            for r in radii {
                for d in &around {
                    if let Some(hu) = tissue.hu(std::array::from_fn(|a| at[a] + r * d[a])) {
                        known += 1;
                        within += usize::from(range.contains(&hu));
                    }
                }
            }
            (known >= 16).then(|| within as f32 / known as f32)
        };
        if share(&[1.0], 200.0..4000.0)? > 0.6 {
            return Some(Self::Bone);
        }
        let lung = share(&[6.0, 10.0, 15.0], -985.0..-600.0)?;
        match hu {
            hu if (-100.0..250.0).contains(&hu) && lung < 0.05 => Some(Self::Soft),
            hu if hu > -350.0 && (0.05..0.55).contains(&lung) => Some(Self::Surface),
            hu if hu > -500.0 && lung >= 0.55 => Some(Self::Vessel),
            hu if hu < -965.0 => {
                let walled = share(&[4.0, 7.0, 10.0], -500.0..3000.0)? > 0.15;
                (walled && share(&[2.0], -1500.0..-800.0)? > 0.6).then_some(Self::Airway)
            }
            hu if hu < -750.0 && lung > 0.5 => Some(Self::Lung),
            _ => None,
        }
    }

    /// Whether it lies inside of a body and not on the table or in the air around: hardly any air as
    /// empty as a room's near, and tissue in nearly every direction that is known.
    /// - `at`: LPS mm
    pub fn in_body(tissue: &Tissue<'_>, at: [f64; 3]) -> bool {
        let around = directions(32);
        let read = |r: f64, d: &[f64; 3]| tissue.hu(std::array::from_fn(|a| at[a] + r * d[a]));
        let shells = [15.0, 25.0, 35.0];
        let near: Vec<f32> = shells.iter().flat_map(|r| around.iter().filter_map(|d| read(*r, d))).collect();
        let empty = near.iter().filter(|hu| **hu < EMPTY_HU).count();
        // Along each direction tissue, nothing but air, or the end of what is known.
        let (mut met, mut missed) = (0usize, 0usize);
        for d in &around {
            let mut way = (1..15).map(|n| read(6.0 * f64::from(n), d));
            match way.find(|hu| hu.is_none_or(|hu| hu > -200.0)) {
                Some(Some(_)) => met += 1,
                Some(None) => {}
                None => missed += 1,
            }
        }
        3 * empty < near.len() && met > 9 * missed
    }

    /// What it is, to be read after "This does not look like a nodule: ".
    pub const fn words(self) -> &'static str {
        match self {
            Self::Lung => "it is lung, with nothing round and denser within 5 mm",
            Self::Vessel => "what lies here runs on as vessels and airway walls do",
            Self::Airway => "it is the inside of an airway",
            Self::Surface => "it is where lung meets chest wall, diaphragm, mediastinum or heart",
            Self::Bone => "it is bone",
            Self::Soft => "it is tissue outside of the lungs, such as heart, liver or muscle",
        }
    }
}

/// Whether the place lies inside something dense that reaches at least some millimetres in nearly
/// every direction.
/// - `at`: LPS mm
pub fn is_deep(tissue: &Tissue<'_>, at: [f64; 3]) -> bool {
    let around = directions(40);
    let dense = |r: f64| {
        let dense =
            |d: &&[f64; 3]| tissue.hu(std::array::from_fn(|a| at[a] + r * d[a])).is_some_and(|v| v > -300.0);
        around.iter().filter(dense).count()
    };
    tissue.hu(at).is_some_and(|hu| hu > -200.0) && dense(4.0) > 36 && dense(8.0) > 34
}
