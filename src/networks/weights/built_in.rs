//! The weights that come with the program: files of `assets/weights`, compiled in.

use std::sync::LazyLock;

use super::error::WeightsError;
use super::file::WeightsFile;
use super::glance::of_header;
use crate::networks::Architecture;

/// What the window and files call them.
pub const BUILT_IN: &str = "built-in";

/// Weights of one network, and the card that `triscope evaluate` wrote of them.
struct BuiltIn {
    model: &'static str,
    weights: &'static [u8],
    card: &'static str,
}

const ALL: [BuiltIn; 5] = [
    BuiltIn {
        model: "m3net-compact",
        weights: include_bytes!("../../../assets/weights/m3net-compact.safetensors"),
        card: include_str!("../../../docs/models/m3net-compact.md"),
    },
    BuiltIn {
        model: "mmcaf-net-compact",
        weights: include_bytes!("../../../assets/weights/mmcaf-net-compact.safetensors"),
        card: include_str!("../../../docs/models/mmcaf-net-compact.md"),
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

/// The layers that they decide, from their header alone, as [`super::glance`] has them.
/// - returns: `None` where there are none
pub fn built_in_architecture(model: &str) -> Option<Architecture> {
    // What is compiled in is read once: lists ask often, and a forest makes a header of megabytes.
    static DECIDED: LazyLock<Vec<(&str, Option<Architecture>)>> = LazyLock::new(|| {
        let decided = |one: &BuiltIn| Some(of_header(one.weights, BUILT_IN, one.model).ok()?.0);
        ALL.iter().map(|one| (one.model, decided(one))).collect()
    });
    DECIDED.iter().find(|(name, _)| *name == model)?.1
}

/// Whether a network has any.
pub fn has_built_in(model: &str) -> bool {
    find(model).is_some()
}

/// Their model card, as Markdown.
pub fn built_in_card(model: &str) -> Option<&'static str> {
    Some(find(model)?.card)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headers_decide_the_options_that_the_files_decide() {
        for one in &ALL {
            let file = built_in(one.model).expect("there").expect("sound");
            let whole = Architecture::of_file(one.model, &file).expect("sound");
            // How many categories a field has is told by values.
            let decided = built_in_architecture(one.model).map(|layers| layers.options());
            assert_eq!(decided, Some(whole.options()), "{}", one.model);
        }
        assert_eq!(built_in_architecture("m3net-r18x3"), None);
    }
}
