//! The program: hands over to the terminal's front and returns its exit code.

fn main() -> std::process::ExitCode {
    triscope::gpu::quiet_drivers();
    triscope::cli::main()
}
