//! The arguments as typed: every command and option with its help text. Help, man page, completions
//! and `docs/cli.md` are made from here. Each command's own file turns them into checked options.

mod bench;
mod data;
mod device;
mod learn;
mod read;

use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};

pub(super) use bench::*;
pub(super) use data::*;
pub(super) use device::*;
pub(super) use learn::*;
pub(super) use read::*;

/// A chest-CT viewer that shows what a lung-nodule network sees, says and why
///
/// Research use; not a medical device. Without a command the window opens, on PATH where one is
/// given. Positions are DICOM patient coordinates (LPS, millimetres) unless an option says index.
/// Exit codes: 0 done, 1 the work failed, 2 wrong arguments, 130 stopped by Ctrl+C.
#[derive(Parser, Debug)]
#[command(name = "triscope", version, args_conflicts_with_subcommands = true)]
pub(super) struct Cli {
    /// What to do; without it the window opens
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    /// Folders or files to open in the window
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// For a room of people: large type, nothing of a patient on the screen, the built-in case where no PATH
    /// is given, and begun anew when nobody has touched the window for a while
    #[arg(long)]
    pub(super) conference: bool,
    /// Seconds without a hand after which --conference begins anew
    #[arg(long, value_name = "SECONDS", default_value_t = 120, requires = "conference",
        value_parser = clap::value_parser!(u64).range(5..=86_400))]
    pub(super) idle: u64,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// The built-in case: in the window, or without a display as pictures and a result.json
    Demo(Demo),
    /// Series found at a path, their geometry, and everything odd about them
    Info(Info),
    /// One view as a PNG, exactly as the window draws it
    Render(Render),
    /// Asks a network about points of a series
    Classify(Classify),
    /// Networks and weights
    Models(Models),
    /// Writes a phantom chest CT as a DICOM series, with its truth
    Synth(Synth),
    /// Manifests for training: built from data sets, checked, counted
    Dataset(Datasets),
    /// Times one stage on this machine
    Bench(Bench),
    /// Writes the parts of the documentation that come from the program
    #[command(hide = true)]
    Generate(Generate),
    /// Explains what a network says about one or more points: every method that it has, with its parameters
    Explain(Explain),
    /// Candidates in a whole volume: what LungNodule-SSM says of each slice, its boxes joined
    Scan(Scan),
    /// Trains a network on the cases of a manifest, fold by fold
    Train(Train),
    /// Figures with intervals of the folds that a run has finished, on cases that they have not seen
    Evaluate(Evaluate),
    /// Features that a network's encoders find in each case, as a NumPy array
    Embed(Embed),
}

/// The whole command line, with hyphens allowed at the start of every value and path.
pub(super) fn command_line() -> clap::Command {
    fn hyphens(command: clap::Command) -> clap::Command {
        command
            .mut_args(|arg| {
                if arg.get_action().takes_values() && !arg.is_trailing_var_arg_set() {
                    arg.allow_hyphen_values(true)
                } else {
                    arg
                }
            })
            .mut_subcommands(hyphens)
    }
    hyphens(Cli::command())
}
