//! Figures and generated documents: `bench` and `generate`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::super::values;
use super::Device;
use crate::explain::Wanted;

/// `bench`
#[derive(Args, Debug)]
pub(in crate::cli) struct Bench {
    #[command(subcommand)]
    pub(in crate::cli) stage: Stage,
}

/// Stages that can be timed.
#[derive(Subcommand, Debug)]
pub(in crate::cli) enum Stage {
    /// Folder to HU volume in memory
    Load(BenchOne),
    /// One slice on the CPU: five planes at 512 x 512 and 1024 x 1024
    Reslice(BenchOne),
    /// One frame through the window's shaders
    Render(BenchOne),
    /// The 3D view, turned: whole pictures, and those that are shown meanwhile
    Rays(BenchRays),
    /// The network's forward pass
    Classify(BenchClassify),
    /// Explanations, method by method
    Explain(BenchExplain),
    /// Learning: each encoder forwards, backwards, and the optimiser's step
    Train(BenchTrain),
    /// A weights file to a network that can answer
    Weights(BenchWeights),
    /// The real window: start, first picture, slice steps, steps while the network runs. Needs a display
    Window(BenchWindow),
}

/// `bench load`, `bench reslice`, `bench render`, `bench rays`
#[derive(Args, Debug)]
pub(in crate::cli) struct BenchOne {
    /// Folder of a series; for reslice, render and rays also an int16 `.npy` (slices, rows, columns) of HU
    #[arg(value_name = "PATH")]
    pub(in crate::cli) path: PathBuf,
    /// Distances between voxels of an `.npy`, millimetres
    #[arg(long, value_name = "X,Y,Z", value_parser = values::spacing_mm, default_value = "0.703125,0.703125,1")]
    pub(in crate::cli) spacing: [f64; 3],
    /// One JSON document on stdout
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// `bench rays`
#[derive(Args, Debug)]
pub(in crate::cli) struct BenchRays {
    #[command(flatten)]
    pub(in crate::cli) one: BenchOne,
    /// The brightest value along each ray in place of colours and opacities
    #[arg(long)]
    pub(in crate::cli) mip: bool,
    /// Sides of the picture in pixels
    #[arg(long, value_name = "WxH", value_parser = values::size_px, default_value = "512x512")]
    pub(in crate::cli) size: [u32; 2],
    /// The first picture, to look at
    #[arg(long, value_name = "F.png")]
    pub(in crate::cli) png: Option<PathBuf>,
}

/// `bench window`
#[derive(Args, Debug)]
pub(in crate::cli) struct BenchWindow {
    /// Folder of a series [default: the built-in case]
    #[arg(value_name = "PATH")]
    pub(in crate::cli) path: Option<PathBuf>,
    /// Slice steps to time
    #[arg(long, value_name = "N", default_value = "200")]
    pub(in crate::cli) steps: u32,
    /// Questions to the network, with slice steps meanwhile
    #[arg(long, value_name = "N", default_value = "5")]
    pub(in crate::cli) questions: u32,
    /// Rounds of use after that, each of everything that a reader does: whether memory stays flat
    #[arg(long, value_name = "N", default_value = "0")]
    pub(in crate::cli) rounds: u32,
    /// One JSON document on stdout
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// `bench classify`
#[derive(Args, Debug)]
pub(in crate::cli) struct BenchClassify {
    /// Folder of a series; the middle of its volume is asked about [default: noise]
    #[arg(value_name = "PATH")]
    pub(in crate::cli) path: Option<PathBuf>,
    /// Network
    #[arg(long, value_name = "NAME", default_value = "m3net-compact")]
    pub(in crate::cli) model: String,
    /// Seed of the random weights, where none are installed
    #[arg(long, value_name = "N", default_value = "0")]
    pub(in crate::cli) seed: u64,
    /// Where the network runs
    #[arg(long, value_enum, default_value = "auto")]
    pub(in crate::cli) device: Device,
    /// Threads of the CPU [default: all cores; the window leaves one free]
    #[arg(long, value_name = "N", value_parser = values::threads)]
    pub(in crate::cli) threads: Option<usize>,
    /// One JSON document on stdout
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// `bench weights`
#[derive(Args, Debug)]
pub(in crate::cli) struct BenchWeights {
    /// The file (.safetensors, .pt, .pth)
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: PathBuf,
    /// Network
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) model: String,
    /// Where the network is to run
    #[arg(long, value_enum, default_value = "auto")]
    pub(in crate::cli) device: Device,
    /// Timed runs
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..), default_value = "3")]
    pub(in crate::cli) runs: u8,
    /// One JSON document on stdout
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// `bench explain`
#[derive(Args, Debug)]
pub(in crate::cli) struct BenchExplain {
    #[command(flatten)]
    pub(in crate::cli) of: BenchClassify,
    /// Methods, as `classify --explain` takes them [default: all that the network has]
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = values::explain)]
    pub(in crate::cli) methods: Vec<Wanted>,
    /// Timed runs of each, after one that is not
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..), default_value = "3")]
    pub(in crate::cli) runs: u8,
}

/// `bench train`
#[derive(Args, Debug)]
pub(in crate::cli) struct BenchTrain {
    /// Network
    #[arg(long, value_name = "NAME", default_value = "m3net-compact")]
    pub(in crate::cli) model: String,
    /// Pictures of one step
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(2..), default_value = "4")]
    pub(in crate::cli) batch: u8,
    /// Where it is computed
    #[arg(long, value_enum, default_value = "auto")]
    pub(in crate::cli) device: Device,
    /// One JSON document on stdout
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// `generate`
#[derive(Args, Debug)]
pub(in crate::cli) struct Generate {
    /// What to write to stdout
    #[arg(value_enum)]
    pub(in crate::cli) what: Generated,
    /// Shell of the completions
    #[arg(long, value_enum, default_value = "bash")]
    pub(in crate::cli) shell: clap_complete::Shell,
}

/// What `generate` can write.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Generated {
    /// docs/keys.md
    Keys,
    /// docs/cli.md
    Cli,
    /// The man page
    Man,
    /// Shell completions
    Completions,
}
