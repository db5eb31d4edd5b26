//! From the arguments to the exit code: a table of commands, and one line on stderr where one fails.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::Duration;

use clap::{ArgMatches, FromArgMatches};
use tracing_subscriber::EnvFilter;

use super::args::{self, Cli, Command, Stage};
use super::exit::Failure;
use super::progress::Terminal;
use super::{
    bench, classify, dataset, demo, embed, evaluate, explain, generate, info, models, output, render, scan,
    synth, train, window,
};

/// Runs the program with the process's arguments.
/// - returns: 0 done, 1 the work failed, 2 wrong arguments, 130 stopped by Ctrl+C
pub fn main() -> ExitCode {
    start_log();
    let matches = match args::command_line().try_get_matches() {
        Ok(matches) => matches,
        // Help and version come this way too, with exit code 0 and stdout.
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(2);
        }
    };
    // A fault in the program becomes a sentence too; with RUST_BACKTRACE its trace is shown.
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        std::panic::set_hook(Box::new(|_| {}));
    }
    let terminal = Terminal::new();
    let ended = catch_unwind(AssertUnwindSafe(|| run(&cli, &matches, &terminal))).unwrap_or_else(|_| {
        Err(Failure::work(
            "a fault in Triscope ended this command; nothing of yours was changed. Run it again with \
             RUST_BACKTRACE=1 and report what it says",
        ))
    });
    terminal.clear();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::note(&format!("triscope: {}", failure.sentence()));
            failure.code()
        }
    }
}

fn run(cli: &Cli, matches: &ArgMatches, terminal: &Terminal) -> Result<(), Failure> {
    let conference = cli.conference.then(|| Duration::from_secs(cli.idle));
    let Some(command) = &cli.command else { return window::run(&cli.paths, conference) };
    if !opens_window(command) {
        terminal.catch_interrupts();
    }
    match command {
        Command::Demo(options) => demo::run(options, terminal),
        Command::Info(options) => info::run(options, terminal),
        Command::Render(options) => render::run(options, terminal),
        Command::Classify(options) => {
            let own = matches.subcommand().map_or(matches, |(_, own)| own);
            classify::run(options, own, terminal)
        }
        Command::Generate(options) => generate::run(options),
        Command::Explain(options) => {
            let own = matches.subcommand().map_or(matches, |(_, own)| own);
            explain::run(options, own, terminal)
        }
        Command::Scan(options) => scan::run(options, terminal),
        Command::Dataset(dataset) => dataset::run(&dataset.action, terminal),
        Command::Train(options) => train::run(options, terminal),
        Command::Evaluate(options) => evaluate::run(options, terminal),
        Command::Embed(options) => embed::run(options, terminal),
        Command::Synth(options) => synth::run(options, terminal),
        Command::Bench(options) => bench::run(&options.stage, terminal),
        Command::Models(options) => models::run(options, terminal),
    }
}

/// A window is closed by Ctrl+C as any program is.
fn opens_window(command: &Command) -> bool {
    match command {
        Command::Demo(_) => true,
        Command::Bench(bench) => matches!(bench.stage, Stage::Window(_)),
        _ => false,
    }
}

/// Diagnostics on stderr: only what `TRISCOPE_LOG` asks for (`TRISCOPE_LOG=triscope=debug`).
fn start_log() {
    let filter = EnvFilter::try_from_env("TRISCOPE_LOG").unwrap_or_else(|_| EnvFilter::new("off"));
    // A second logger in one process (tests) is refused, and the first stays.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        args::command_line().debug_assert();
    }

    #[test]
    fn values_and_paths_may_begin_with_a_hyphen() {
        let parse = |line: &str| {
            let matches = args::command_line().try_get_matches_from(line.split(' '))?;
            Cli::from_arg_matches(&matches)
        };
        let cli = parse("triscope classify -100.000000.dcm --at -57.2,131,-520 --json").expect("parses");
        let Some(Command::Classify(options)) = cli.command else { panic!("classify") };
        assert_eq!(options.path.to_str(), Some("-100.000000.dcm"));
        assert_eq!(options.at, [[-57.2, 131.0, -520.0]]);
        assert!(options.json);
        let cli = parse("triscope -a -b.dcm").expect("parses");
        assert_eq!(cli.paths.len(), 2);
        for wrong in [
            "triscope info",
            "triscope classify x",
            "triscope classify x --at nan,0,0",
            "triscope render x --plane axial --out a.png --projection min",
            "triscope render x --plane axial --out a.png --size 0x0",
            "triscope render x --out a.png",
            "triscope synth --out x --nodules -1",
            "triscope info a b",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
