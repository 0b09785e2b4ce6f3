//! One file for each subcommand: the only place where our users' files are read and results are written.

mod attest;
mod attest_write;
mod audit;
mod bundles;
mod changed;
mod classify;
mod collect;
mod coverage;
mod deliver;
mod diff;
mod draft;
mod entry;
mod explain;
mod failure;
mod hand;
mod help;
mod init;
mod keygen;
mod law;
mod law_docs;
mod law_oscal;
mod notes;
mod output;
mod outward;
mod pack;
mod plan;
mod progress;
mod report;
mod rules;
mod rules_check;
mod rules_test;
mod runs;
mod scan;
mod sealing;
mod survivors;
mod usage;
mod verify;
mod waive;
mod work;

use std::process::ExitCode;

use clap::FromArgMatches;

use crate::cli::{Cli, ColorArg, Command};
pub use failure::Failure;
use law::now;
pub use pack::{Pack, embedded};

/// What a command ends with: its exit code.
type Outcome = Result<u8, Failure>;

/// Runs the program.
pub fn run() -> ExitCode {
    let args: Vec<std::ffi::OsString> = std::env::args_os().collect();
    let lang = help::language(&args, &|name| std::env::var(name).ok());
    let read = help::command(lang)
        .try_get_matches_from(&args)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match read {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no error; a closed pipe is none either.
            match usage::words(&error, lang) {
                Some(words) => output::stderr(&words),
                None => drop(error.print()),
            }
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    logs(&cli);
    std::panic::set_hook(Box::new(|info| {
        // The place only: a message could hold a value of a target.
        let place = info
            .location()
            .map_or_else(String::new, |l| format!(" ({}:{})", l.file(), l.line()));
        output::stderr(&format!("capdo: internal error{place}; please report it\n"));
    }));
    let outcome = std::panic::catch_unwind(|| dispatch(&cli))
        .unwrap_or(Err(Failure::Internal(String::new())));
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            output::stderr(&failure.render(lang));
            ExitCode::from(failure.code())
        }
    }
}

fn dispatch(cli: &Cli) -> Outcome {
    match &cli.command {
        Command::Init(args) => init::run(args, &cli.common),
        Command::Completions(args) => help::completions(args),
        Command::Man(args) => help::man(args),
        Command::Explain(args) => explain::run(args, &cli.common),
        Command::Classify(args) => classify::run(args, &cli.common),
        Command::Verify(args) => verify::run(args, &cli.common),
        Command::Keygen(args) => keygen::run(args, &cli.common),
        Command::Waive(args) => waive::run(args, &cli.common),
        Command::Attest(args) if args.missing => attest::run(args, &cli.common),
        Command::Attest(args) => attest_write::run(args, &cli.common),
        Command::Law(command) => law::run(command, &cli.common),
        Command::Rules(command) => rules::run(command, &cli.common),
        Command::Audit(args) => audit::run(args, &cli.common),
        Command::Scan(args) => scan::run(args, &cli.common),
        Command::Facts(args) => scan::facts(args, &cli.common),
        Command::Collect(args) => collect::run(args, &cli.common),
        Command::Plan(args) => plan::run(args, &cli.common),
        Command::Judge(args) => scan::judge(args, &cli.common),
        Command::Report(args) => report::run(args, &cli.common),
        Command::Diff(args) => diff::run(args, &cli.common),
    }
}

fn logs(cli: &Cli) {
    let level = match (cli.common.quiet, cli.common.verbose) {
        (true, _) => tracing::Level::ERROR,
        (false, 0) => tracing::Level::WARN,
        (false, 1) => tracing::Level::INFO,
        (false, _) => tracing::Level::DEBUG,
    };
    match cli.common.color {
        ColorArg::Auto => {}
        ColorArg::Always => anstream::ColorChoice::Always.write_global(),
        ColorArg::Never => anstream::ColorChoice::Never.write_global(),
    }
    let colour = anstream::stderr().current_choice() != anstream::ColorChoice::Never;
    // A second call in one process (tests) keeps the first.
    let _ = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_ansi(colour)
        .with_target(false)
        .without_time()
        .try_init();
}
