//! Every network of the program by its name. Options, files and the list in the window read this.

use super::m3net::{Encoder2dConfig, EncoderConfig, M3NetConfig, ResNet3dConfig};
use super::spec::{Family, NetworkSpec, Scale, ScaleSpec};

/// The network that answers where none is named.
pub const DEFAULT_MODEL: &str = "m3net-compact";

/// No network has this name, or none of those that are meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownNetwork {
    /// Nobody's.
    #[error("there is no network named '{0}'; the networks are {list}", list = names().join(", "))]
    Nobody(String),
    /// Another family's.
    #[error("this can be done with M3Net alone, not with {0} yet; its networks are {list}", list = of_m3net().join(", "))]
    NotM3Net(String),
}

/// M3Net's three crops: columns, rows, slices. Source: M3-Net, ClfDatasetPrepare32/64/96.py.
pub const M3NET_SCALES: [ScaleSpec; 3] = [
    ScaleSpec { scale: Scale::Micro, crop: [32, 32, 56] },
    ScaleSpec { scale: Scale::Meso, crop: [64, 64, 56] },
    ScaleSpec { scale: Scale::Macro, crop: [96, 96, 56] },
];

/// Columns, rows, slices of the widest crop, which holds the others.
pub const M3NET_WIDEST: [usize; 3] = M3NET_SCALES[2].crop;

/// Whether a network has its published width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Size {
    /// As published.
    Full,
    /// The same topology, narrow: for laptops without a GPU.
    Compact,
}

const fn of(name: &'static str, family: Family, size: Size) -> NetworkSpec {
    let (question, classes) = match family {
        Family::M3Net | Family::Csf => ("malignancy", ["benign", "malignant"]),
        Family::Mmcaf => ("adenocarcinoma_vs_squamous", ["squamous cell carcinoma", "adenocarcinoma"]),
        Family::Maemc => ("adenocarcinoma_vs_granuloma", ["granuloma", "adenocarcinoma"]),
        Family::Ssm => ("slice_contains_nodule", ["no nodule", "nodule"]),
    };
    NetworkSpec { name, family, size, question, classes }
}

static SPECS: [NetworkSpec; 11] = [
    of("m3net-compact", Family::M3Net, Size::Compact),
    of("m3net-r18x3", Family::M3Net, Size::Full),
    of("m3net-cnb-r34-r18", Family::M3Net, Size::Full),
    of("mmcaf-net", Family::Mmcaf, Size::Full),
    of("mmcaf-net-compact", Family::Mmcaf, Size::Compact),
    of("maemc-net", Family::Maemc, Size::Full),
    of("maemc-net-compact", Family::Maemc, Size::Compact),
    of("csf-net", Family::Csf, Size::Full),
    of("csf-net-compact", Family::Csf, Size::Compact),
    of("lungnodule-ssm", Family::Ssm, Size::Full),
    of("lungnodule-ssm-compact", Family::Ssm, Size::Compact),
];

/// Names of all networks, the default one first.
pub fn names() -> Vec<&'static str> {
    SPECS.iter().map(|s| s.name).collect()
}

fn of_m3net() -> Vec<&'static str> {
    SPECS.iter().filter(|s| s.family == Family::M3Net).map(|s| s.name).collect()
}

/// Facts of the network of this name.
/// - errors: [`UnknownNetwork`], whose sentence lists the names
pub fn spec(name: &str) -> Result<&'static NetworkSpec, UnknownNetwork> {
    SPECS.iter().find(|s| s.name == name).ok_or_else(|| UnknownNetwork::Nobody(name.to_owned()))
}

/// Layers of the M3Net of this name.
/// - errors: [`UnknownNetwork`], whose sentence lists the names
pub fn m3net_config(name: &str) -> Result<M3NetConfig, UnknownNetwork> {
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
        _ => {
            Err(spec(name)
                .map_or_else(|unknown| unknown, |spec| UnknownNetwork::NotM3Net(spec.name.to_owned())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_m3net_can_be_built_and_the_default_is_listed() {
        for name in of_m3net() {
            assert!(m3net_config(name).is_ok(), "{name}");
        }
        assert_eq!(spec(DEFAULT_MODEL).map(|spec| spec.family), Ok(Family::M3Net));
        let text = spec("m4net").expect_err("unknown").to_string();
        assert!(text.contains("'m4net'") && text.contains("m3net-r18x3"), "{text}");
        let other = m3net_config("csf-net").expect_err("another family").to_string();
        assert!(other.contains("not with csf-net") && !other.contains("mmcaf"), "{other}");
    }
}
