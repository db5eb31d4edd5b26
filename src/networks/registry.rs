//! Every network of the program by its name. Options, files and the list in the window read this.

use super::m3net::{Encoder2dConfig, EncoderConfig, M3NetConfig, ResNet3dConfig};
use super::spec::{Family, NetworkSpec, Scale, ScaleSpec};

/// The network that answers where none is named.
pub const DEFAULT_MODEL: &str = "m3net-compact";

/// No network has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no network named '{name}'; the networks are {}", names().join(", "))]
pub struct UnknownNetwork {
    /// The name that was asked for.
    pub name: String,
}

/// M3Net's three crops: columns, rows, slices. Source: M3-Net, ClfDatasetPrepare32/64/96.py.
pub const M3NET_SCALES: [ScaleSpec; 3] = [
    ScaleSpec { scale: Scale::Micro, crop: [32, 32, 56] },
    ScaleSpec { scale: Scale::Meso, crop: [64, 64, 56] },
    ScaleSpec { scale: Scale::Macro, crop: [96, 96, 56] },
];

/// Columns, rows, slices of the widest crop, which holds the others.
pub const M3NET_WIDEST: [usize; 3] = M3NET_SCALES[2].crop;

const fn m3net(name: &'static str) -> NetworkSpec {
    NetworkSpec { name, family: Family::M3Net, question: "malignancy", classes: ["benign", "malignant"] }
}

static SPECS: [NetworkSpec; 3] = [m3net("m3net-compact"), m3net("m3net-r18x3"), m3net("m3net-cnb-r34-r18")];

/// Names of all networks, the default one first.
pub fn names() -> Vec<&'static str> {
    SPECS.iter().map(|s| s.name).collect()
}

/// Facts of the network of this name.
/// - errors: [`UnknownNetwork`], whose sentence lists the names
pub fn spec(name: &str) -> Result<&'static NetworkSpec, UnknownNetwork> {
    SPECS.iter().find(|s| s.name == name).ok_or_else(|| UnknownNetwork { name: name.to_owned() })
}

/// Layers of the network of this name.
/// - errors: [`UnknownNetwork`], whose sentence lists the names
pub fn config(name: &str) -> Result<M3NetConfig, UnknownNetwork> {
    let r18 = |width| EncoderConfig::ResNet3d(ResNet3dConfig { width, blocks: [2, 2, 2, 2] });
    match name {
        "m3net-compact" => Ok(M3NetConfig { encoders: [r18(8), r18(8), r18(8)] }),
        "m3net-r18x3" => Ok(M3NetConfig { encoders: [r18(64), r18(64), r18(64)] }),
        "m3net-cnb-r34-r18" => Ok(M3NetConfig {
            encoders: [
                EncoderConfig::ConvNext(Encoder2dConfig::base()),
                EncoderConfig::ResNet3d(ResNet3dConfig { width: 64, blocks: [3, 4, 6, 3] }),
                r18(64),
            ],
        }),
        _ => Err(UnknownNetwork { name: name.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_network_can_be_built_and_the_default_is_listed() {
        for name in names() {
            assert!(config(name).is_ok(), "{name}");
        }
        assert!(spec(DEFAULT_MODEL).is_ok());
        let text = spec("m4net").expect_err("unknown").to_string();
        assert!(text.contains("'m4net'") && text.contains("m3net-r18x3"), "{text}");
    }
}
