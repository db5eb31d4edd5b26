//! Networks and what they learn: `models`, `train`, `evaluate`, `embed`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::super::values;
use super::Device;
use crate::workflow::evaluate::Effort;

/// `models`
#[derive(Args, Debug)]
pub(in crate::cli) struct Models {
    #[command(subcommand)]
    pub(in crate::cli) action: Option<ModelsAction>,
    /// One JSON document on stdout
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// What to do with models.
#[derive(Subcommand, Debug)]
pub(in crate::cli) enum ModelsAction {
    /// One network in detail
    Info {
        /// Its name
        name: String,
        /// One JSON document on stdout
        #[arg(long)]
        json: bool,
    },
    /// Converts a published checkpoint, after comparing every key and shape
    Import {
        /// Checkpoint: .pt, .pth or .safetensors; nothing in it is executed
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The network that it belongs to
        #[arg(long = "as", value_name = "NAME")]
        network: String,
        /// The safetensors file to write
        #[arg(long, value_name = "F")]
        out: PathBuf,
        /// Of LungNodule-SSM: the forest that answers from the transformer's features, as JSON or ONNX
        #[arg(long, value_name = "F.json")]
        forest: Option<PathBuf>,
        /// Of LungNodule-SSM: the checkpoint of its detection head
        #[arg(long, value_name = "FILE")]
        detector: Option<PathBuf>,
        /// One JSON document on stdout
        #[arg(long)]
        json: bool,
    },
}

/// `train`
#[derive(Args, Debug)]
pub(in crate::cli) struct Train {
    /// Network (triscope models)
    #[arg(long, value_name = "NAME", default_value = "m3net-compact")]
    pub(in crate::cli) model: String,
    /// Manifest of the cases (triscope dataset build)
    #[arg(long, value_name = "MANIFEST.csv")]
    pub(in crate::cli) data: PathBuf,
    /// Choices that differ from the defaults; OUT/config.toml has them all
    #[arg(long, value_name = "F.toml")]
    pub(in crate::cli) config: Option<PathBuf>,
    /// Where checkpoints and weights go; a run that was stopped goes on there
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) out: PathBuf,
    /// Weights to begin with in place of random values: lungnodule-ssm (a transformer) and maemc-net (an
    /// encoder)
    #[arg(long, value_name = "FILE", conflicts_with = "guard")]
    pub(in crate::cli) from: Option<PathBuf>,
    /// Fit the guard in place of a network: OUT/guard.json
    #[arg(long, conflicts_with_all = ["fold", "stop_after"])]
    pub(in crate::cli) guard: bool,
    /// Folds to train, each held out of its own training [default: all of M3Net, the lowest of others]
    #[arg(long, value_name = "N", value_delimiter = ',')]
    pub(in crate::cli) fold: Vec<u32>,
    /// Stop after this long, at the end of an epoch; the same command goes on
    #[arg(long, value_name = "MINUTES", value_parser = values::minutes)]
    pub(in crate::cli) stop_after: Option<f64>,
    /// Where it is computed; auto never takes a software adapter
    #[arg(long, value_enum, default_value = "auto")]
    pub(in crate::cli) device: Device,
    /// One JSON document on stdout
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// `evaluate`
#[derive(Args, Debug)]
pub(in crate::cli) struct Evaluate {
    /// Network (triscope models)
    #[arg(long, value_name = "NAME", default_value = "m3net-compact")]
    pub(in crate::cli) model: String,
    /// Manifest of the cases, with the folds that the run was trained on
    #[arg(long, value_name = "MANIFEST.csv")]
    pub(in crate::cli) data: PathBuf,
    /// Folder of the training run: each finished fold answers its held-out cases [default: none, and
    /// baselines alone]
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) run: Option<PathBuf>,
    /// Folder of a run on the same pictures without the nodules: whether they tell the label
    #[arg(long, value_name = "DIR", requires = "run")]
    pub(in crate::cli) control: Option<PathBuf>,
    /// Folder for predictions.csv, evaluation.json, tables, plots, card.md and the weights
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) out: PathBuf,
    /// Of M3Net: small changes of the pictures: clicks beside the centre, noise, kernel, thicker slices
    /// [default: quick]
    #[arg(long, value_enum)]
    pub(in crate::cli) robustness: Option<Robustness>,
    /// Of M3Net: other simulated surroundings that each cut-out nodule is seen in besides [default: 0]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=64))]
    pub(in crate::cli) surroundings: Option<u8>,
    /// Where it is computed; auto never takes a software adapter
    #[arg(long, value_enum, default_value = "auto")]
    pub(in crate::cli) device: Device,
    /// One JSON document on stdout: evaluation.json
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// `embed`
#[derive(Args, Debug)]
pub(in crate::cli) struct Embed {
    /// Network: m3net-compact, m3net-r18x3 or m3net-cnb-r34-r18
    #[arg(long, value_name = "NAME", default_value = "m3net-compact")]
    pub(in crate::cli) model: String,
    /// Weights for it (.safetensors, .pt, .pth); of several networks in one file the first [default:
    /// installed or built-in]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) weights: Option<PathBuf>,
    /// Manifest of the cases
    #[arg(long, value_name = "MANIFEST.csv")]
    pub(in crate::cli) data: PathBuf,
    /// The array to write, a row for each case, 32-bit floats: micro, meso, macro; F.csv says which row is
    /// which case. F.safetensors: the same with what is known of each case and a small picture, for the
    /// window's sheet of cases that are alike
    #[arg(long, value_name = "F.npy")]
    pub(in crate::cli) out: PathBuf,
    /// Simulated surroundings of cut-out nodules are kept here: RUN/surroundings of a training run
    /// spares making them again [default: F.surroundings]
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) surroundings: Option<PathBuf>,
    /// Where it is computed; auto never takes a software adapter
    #[arg(long, value_enum, default_value = "auto")]
    pub(in crate::cli) device: Device,
    /// One JSON document on stdout
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// `--robustness`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Robustness {
    /// Not looked at
    None,
    /// Ten cases of each fold, by a seed
    Quick,
    /// Every case
    Full,
}

impl From<Robustness> for Effort {
    fn from(robustness: Robustness) -> Self {
        match robustness {
            Robustness::None => Self::None,
            Robustness::Quick => Self::Quick,
            Robustness::Full => Self::Full,
        }
    }
}
