//! Features of cases in a file: safetensors, with what is known of each case as JSON in its header.
//!
//! | tensor | type | shape |
//! |---|---|---|
//! | `features` | F32 | cases, features: pooled, of the scales from micro to macro |
//! | `pictures` | U8 | cases, rows, columns: the axial slice through the point, 36 mm wide, -1350 HU black, 150 HU white |

use std::collections::HashMap;
use std::sync::Arc;

use safetensors::{Dtype, SafeTensors, serialize, tensor::TensorView};
use serde::{Deserialize, Serialize};

use super::map::Near;

/// Name of the JSON in the header.
const ABOUT: &str = "triscope.cases";
/// Pixels along each side of a picture, and what they show, mm.
pub const PICTURE_SIDE: usize = 48;
/// See [`PICTURE_SIDE`].
pub const PICTURE_MM: f32 = 36.0;
/// More is no list of cases but a mistake.
const MOST_CASES: usize = 20_000;

/// What is known of one case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KnownCase {
    /// As in its manifest.
    pub name: String,
    /// Whether it counts as malignant; `None` where its readers are undecided.
    pub label: Option<bool>,
    /// Mean of its readers' malignancy ratings, 1 to 5.
    pub rating: Option<f32>,
    /// Of the nodule, mm.
    pub diameter_mm: Option<f32>,
    /// What the first network answered, calibrated where its weights are: of malignancy, 0 to 1.
    pub probability: f32,
}

#[derive(Serialize, Deserialize)]
struct About {
    version: u32,
    model: String,
    weights_sha256: String,
    sources: Vec<String>,
    simulated: usize,
    cases: Vec<KnownCase>,
}

/// Cases, and what one network saw of each.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownCases {
    /// Name of the network.
    pub model: String,
    /// SHA-256 of its weights file, hex: features of other weights cannot be compared with these.
    pub weights_sha256: String,
    /// Where the cases come from, with licence and citation; a sentence each.
    pub sources: Vec<String>,
    /// How many of them are cut-out nodules in simulated surroundings.
    pub simulated: usize,
    /// The cases.
    pub cases: Vec<KnownCase>,
    width: usize,
    features: Arc<[f32]>,
    pictures: Arc<[u8]>,
}

/// Why a file of cases was not taken. Each is one sentence for the user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KnownCasesError {
    /// Another kind of file, or a damaged one.
    #[error(
        "the file {name} holds no cases of a network ({why}); `triscope embed --out cases.safetensors` writes such a file"
    )]
    NoCases {
        /// File name.
        name: String,
        /// What was looked for.
        why: String,
    },
    /// Of a later version of the program.
    #[error("the file {name} was written by a later version of Triscope; open it with that one")]
    Later {
        /// File name.
        name: String,
    },
}

impl KnownCases {
    /// - `features`: of each case, all of one length
    /// - `pictures`: of each case, [`PICTURE_SIDE`] squared grey values, rows from the top
    /// - returns: `None` where their numbers do not fit
    pub fn new(
        (model, weights_sha256): (String, String),
        (sources, simulated): (Vec<String>, usize),
        cases: Vec<KnownCase>,
        (features, pictures): (Vec<f32>, Vec<u8>),
    ) -> Option<Self> {
        let width = features.len().checked_div(cases.len())?;
        let fits = features.len() == width * cases.len()
            && width > 0
            && pictures.len() == cases.len() * PICTURE_SIDE * PICTURE_SIDE
            && features.iter().all(|v| v.is_finite());
        let (features, pictures) = (features.into(), pictures.into());
        fits.then_some(Self { model, weights_sha256, sources, simulated, cases, width, features, pictures })
    }

    /// Number of cases.
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// Numbers that are known of each case.
    pub fn width(&self) -> usize {
        self.width
    }

    /// What the network saw of a case; nothing where there is none of this number.
    pub fn features(&self, case: usize) -> &[f32] {
        self.features.get(case * self.width..(case + 1) * self.width).unwrap_or(&[])
    }

    /// Its picture, [`PICTURE_SIDE`] rows from the top; nothing where there is none of this number.
    pub fn picture(&self, case: usize) -> &[u8] {
        const SIZE: usize = PICTURE_SIDE * PICTURE_SIDE;
        self.pictures.get(case * SIZE..(case + 1) * SIZE).unwrap_or(&[])
    }

    /// The cases whose features are nearest by Euclidean distance, nearest first.
    /// - `features`: of the same weights; none are near to features of another length
    /// - `count`: at most so many
    pub fn nearest(&self, features: &[f32], count: usize) -> Vec<Near> {
        if features.len() != self.width {
            return Vec::new();
        }
        let rows = self.features.chunks_exact(self.width).enumerate();
        let mut all: Vec<Near> =
            rows.map(|(case, row)| Near { case, distance: distance(row, features) }).collect();
        all.sort_by(|a, b| a.distance.total_cmp(&b.distance).then(a.case.cmp(&b.case)));
        all.truncate(count);
        all
    }

    /// The file. The same cases give the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let about = About {
            version: 1,
            model: self.model.clone(),
            weights_sha256: self.weights_sha256.clone(),
            sources: self.sources.clone(),
            simulated: self.simulated,
            cases: self.cases.clone(),
        };
        let words = HashMap::from([(ABOUT.to_owned(), serde_json::to_string(&about).unwrap_or_default())]);
        let features: Vec<u8> = self.features.iter().flat_map(|v| v.to_le_bytes()).collect();
        let shape = vec![self.len(), self.width];
        let square = vec![self.len(), PICTURE_SIDE, PICTURE_SIDE];
        let tensors = [
            ("features", TensorView::new(Dtype::F32, shape, &features)),
            ("pictures", TensorView::new(Dtype::U8, square, &self.pictures)),
        ];
        let tensors = tensors.into_iter().filter_map(|(name, view)| Some((name, view.ok()?)));
        // Sizes were checked when it was made.
        serialize(tensors, Some(words)).unwrap_or_default()
    }

    /// Reads a file.
    /// - `name`: in messages
    /// - errors: another kind of file, damaged, of a later version
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, KnownCasesError> {
        let refused = |why: &str| KnownCasesError::NoCases { name: name.to_owned(), why: why.to_owned() };
        let file = SafeTensors::deserialize(bytes).map_err(|_| refused("it is no whole safetensors file"))?;
        let (_, header) =
            SafeTensors::read_metadata(bytes).map_err(|_| refused("it is no whole safetensors file"))?;
        let words = header.metadata().as_ref().and_then(|words| words.get(ABOUT));
        let words = words.ok_or_else(|| refused("its header tells of none"))?;
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let version: Version =
            serde_json::from_str(words).map_err(|_| refused("its header cannot be read"))?;
        if version.version > 1 {
            return Err(KnownCasesError::Later { name: name.to_owned() });
        }
        let about: About = serde_json::from_str(words).map_err(|_| refused("its header cannot be read"))?;
        if about.cases.is_empty() || about.cases.len() > MOST_CASES {
            return Err(refused("it lists none, or too many"));
        }
        let tensor = |name: &str, dtype: Dtype| file.tensor(name).ok().filter(|t| t.dtype() == dtype);
        let (Some(features), Some(pictures)) =
            (tensor("features", Dtype::F32), tensor("pictures", Dtype::U8))
        else {
            return Err(refused("features or pictures are missing"));
        };
        let values =
            features.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        let of = (about.model, about.weights_sha256);
        let sources = (about.sources, about.simulated);
        Self::new(of, sources, about.cases, (values, pictures.data().to_vec()))
            .ok_or_else(|| refused("its features or pictures are not one for each case, or are no numbers"))
    }
}

/// Euclidean distance of what a network saw of two cases.
/// - `a`, `b`: of the same weights
pub fn distance(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Three cases with two features: at (0, 0), (3, 4) and (6, 0).
    pub(in crate::cases) fn three() -> KnownCases {
        let case = |name: &str, label| KnownCase {
            name: name.to_owned(),
            label,
            rating: Some(3.5),
            diameter_mm: None,
            probability: 0.25,
        };
        let cases = vec![case("a", Some(true)), case("b", Some(false)), case("c", None)];
        let pictures = (0..3 * PICTURE_SIDE * PICTURE_SIDE).map(|n| (n % 251) as u8).collect();
        let of = ("m3net-compact".to_owned(), "00ff".to_owned());
        let sources = (vec!["Somewhere. Licence: CC BY 3.0.".to_owned()], 2);
        KnownCases::new(of, sources, cases, (vec![0.0, 0.0, 3.0, 4.0, 6.0, 0.0], pictures)).expect("they fit")
    }

    #[test]
    fn a_file_brings_back_what_was_written_and_the_same_bytes() {
        let known = three();
        let bytes = known.to_bytes();
        let back = KnownCases::from_bytes("x", &bytes).expect("whole");
        assert_eq!((&back, back.to_bytes()), (&known, bytes));
        assert_eq!(
            (back.features(1), back.features(3), back.picture(0).len()),
            (&[3.0, 4.0][..], &[][..], 2304)
        );
    }

    #[test]
    fn nearest_come_first_and_features_of_another_network_have_none() {
        let near = three().nearest(&[6.0, 1.0], 2);
        assert_eq!(near[0], Near { case: 2, distance: 1.0 });
        assert_eq!((near[1].case, near.len()), (1, 2));
        assert!(three().nearest(&[1.0], 2).is_empty());
    }

    #[test]
    fn other_files_damaged_ones_and_later_versions_are_refused_in_words() {
        let bytes = three().to_bytes();
        for bytes in [&b""[..], b"PK\x03\x04", &bytes[..bytes.len() - 1]] {
            let error = KnownCases::from_bytes("mine.safetensors", bytes).expect_err("refused");
            assert!(
                error
                    .to_string()
                    .starts_with("the file mine.safetensors holds no cases of a network (it is no whole")
            );
        }
        let changed = |from: &str, to: &str| {
            let text: Vec<u8> = bytes.clone();
            let at = text.windows(from.len()).position(|w| w == from.as_bytes()).expect("in the header");
            let mut text = text;
            text[at..at + to.len()].copy_from_slice(to.as_bytes());
            KnownCases::from_bytes("x", &text).expect_err("refused")
        };
        let later = changed(r#"version\":1"#, r#"version\":2"#);
        assert!(matches!(later, KnownCasesError::Later { .. }), "{later}");
        assert!(changed("features", "featured").to_string().contains("missing"));
        let mut odd = three();
        odd.features = vec![f32::NAN; 6].into();
        let error = KnownCases::from_bytes("x", &odd.to_bytes()).expect_err("no numbers");
        assert!(error.to_string().contains("no numbers"), "{error}");
    }
}
