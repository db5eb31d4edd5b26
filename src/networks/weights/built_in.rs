//! The weights that come with the program: files of `assets/weights`, compiled in.

use super::error::WeightsError;
use super::file::{WeightsFile, words};
use crate::networks::Architecture;

/// What the window and files call them.
pub const BUILT_IN: &str = "built-in";

/// Weights of one network, and the card that `triscope evaluate` wrote of them.
struct BuiltIn {
    model: &'static str,
    weights: &'static [u8],
    card: &'static str,
}

const ALL: [BuiltIn; 4] = [
    BuiltIn {
        model: "m3net-compact",
        weights: include_bytes!("../../../assets/weights/m3net-compact.safetensors"),
        card: include_str!("../../../docs/models/m3net-compact.md"),
    },
    BuiltIn {
        model: "maemc-net-compact",
        weights: include_bytes!("../../../assets/weights/maemc-net-compact.safetensors"),
        card: include_str!("../../../docs/models/maemc-net-compact.md"),
    },
    BuiltIn {
        model: "csf-net-compact",
        weights: include_bytes!("../../../assets/weights/csf-net-compact.safetensors"),
        card: include_str!("../../../docs/models/csf-net-compact.md"),
    },
    BuiltIn {
        model: "lungnodule-ssm-compact",
        weights: include_bytes!("../../../assets/weights/lungnodule-ssm-compact.safetensors"),
        card: include_str!("../../../docs/models/lungnodule-ssm-compact.md"),
    },
];

fn find(model: &str) -> Option<&'static BuiltIn> {
    ALL.iter().find(|built_in| built_in.model == model)
}

/// The weights of a network that come with the program, checked as a file of the user's would be.
/// - returns: `None` where there are none
pub fn built_in(model: &str) -> Option<Result<WeightsFile, WeightsError>> {
    Some(WeightsFile::from_safetensors(BUILT_IN, find(model)?.weights))
}

/// The layers that they decide, from their header alone.
/// - returns: `None` where there are none
pub fn built_in_architecture(model: &str) -> Option<Architecture> {
    let (_, metadata) = words(find(model)?.weights, BUILT_IN).ok()?;
    Architecture::named(model).ok()?.chosen_in(&metadata, BUILT_IN).ok()
}

/// Whether a network has any.
pub fn has_built_in(model: &str) -> bool {
    find(model).is_some()
}

/// Their model card, as Markdown.
pub fn built_in_card(model: &str) -> Option<&'static str> {
    Some(find(model)?.card)
}
