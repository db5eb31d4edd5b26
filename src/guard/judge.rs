//! The verdict, with its reasons in plain words.

use serde::{Deserialize, Serialize};

use super::blobs::Blobs;
use super::far::{far_features, far_reach, middle_reach};
use super::features::features;
use super::model::GuardModel;
use super::place::{Place, is_deep};
use super::tissue::Tissue;

/// Whether an answer can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing speaks against it.
    #[default]
    Ok,
    /// There is no nodule at the point.
    NotANodule,
    /// The picture is of a kind that training did not show.
    OutsideTraining,
    /// The lesion is larger than what the network sees.
    LesionExceedsContext,
}

impl Verdict {
    /// As in `result.json`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::NotANodule => "not_a_nodule",
            Self::OutsideTraining => "outside_training",
            Self::LesionExceedsContext => "lesion_exceeds_context",
        }
    }

    /// The sentence that comes before the reasons; `None` where nothing speaks against the answer.
    pub const fn headline(self) -> Option<&'static str> {
        match self {
            Self::Ok => None,
            Self::NotANodule => Some("This does not look like a nodule"),
            Self::OutsideTraining => Some("The network was not taught on pictures like this"),
            Self::LesionExceedsContext => Some("This is a mass larger than the network can judge"),
        }
    }
}

/// A verdict and why.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guard {
    /// The verdict.
    pub verdict: Verdict,
    /// One sentence each, the gravest first; also doubts that leave the verdict as it is.
    pub reasons: Vec<String>,
}

impl Guard {
    /// Adds a reason to doubt that the picture is like those of training. A verdict about what lies at
    /// the point stays: it says more.
    pub fn doubt(&mut self, reason: String) {
        if self.verdict == Verdict::Ok {
            self.verdict = Verdict::OutsideTraining;
        }
        self.reasons.push(reason);
    }
}

/// Larger lesions are masses and no nodules; what is smaller is taught as a whole, also where it is larger
/// than the smallest crop. The definition's 30 mm, and what measuring along rays adds at a rough edge.
/// Source: Fleischner Society glossary, Hansell et al., Radiology 246 (2008) 697-722.
const NODULE_MM: f64 = 35.0;

/// Something that lung follows within this distance in three of four directions lies in a lung, whatever
/// else it is: organs are part of a body that goes on.
const SURROUNDED_MM: f32 = 60.0;

/// What lies at a place, measured.
#[derive(Clone, Debug)]
pub struct Look {
    /// Features of each candidate near the place, the place itself first.
    pub candidates: Vec<([f64; 3], Vec<f32>)>,
    /// Features of the far surroundings; `None` where the place is not deep inside something dense.
    pub far: Option<Vec<f32>>,
    /// How far tissue reaches up to lung in the middle of all directions, mm; 100 where further.
    pub reach_mm: f32,
    /// What kind of place it is.
    pub place: Option<Place>,
}

impl Look {
    /// Takes some milliseconds.
    /// - `at`: LPS mm
    pub fn at(tissue: &Tissue<'_>, at: [f64; 3]) -> Self {
        let blobs = Blobs::around(tissue, at);
        let candidates = blobs.candidates().into_iter().map(|c| (c, features(tissue, &blobs, c))).collect();
        let far = is_deep(tissue, at).then(|| far_features(tissue, at));
        let reach_mm = far.as_deref().map_or(0.0, middle_reach);
        Self { candidates, far, reach_mm, place: Place::of(tissue, at) }
    }

    /// Highest margin of a nodule over the candidates.
    pub fn nodule_margin(&self, model: &GuardModel) -> f32 {
        let margins = self.candidates.iter().map(|(_, f)| model.nodule.trees.margin(f));
        margins.fold(f32::NEG_INFINITY, f32::max)
    }

    /// What follows from it.
    /// - `context_mm`: side of the smallest and of the middle context in the plane, mm
    pub fn judge(&self, model: &GuardModel, [narrow, wide]: [f64; 2]) -> Guard {
        let nodule = self.nodule_margin(model) >= model.nodule.least;
        let mass = self
            .far
            .as_deref()
            .is_some_and(|f| far_reach(f) <= SURROUNDED_MM || model.mass.trees.margin(f) >= model.mass.least);
        let across = 2.0 * f64::from(self.reach_mm);
        if mass && across > narrow.max(NODULE_MM) {
            let reason = format!(
                "it is about {across:.0} mm across, and the two smaller crops are {narrow:.0} and {wide:.0} mm wide"
            );
            return Guard { verdict: Verdict::LesionExceedsContext, reasons: vec![reason] };
        }
        if nodule {
            return Guard::default();
        }
        let what =
            self.place.map_or("nothing within 5 mm has the shape and the surroundings of one", Place::words);
        Guard { verdict: Verdict::NotANodule, reasons: vec![what.to_owned()] }
    }
}
