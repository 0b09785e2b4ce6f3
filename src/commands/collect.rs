//! `capdo collect`: an evidence bundle of a host, from its folder or from the answer that its administrator brought; or
//! the script that gives that answer.

use std::io::Read;
use std::path::Path;

use super::{Failure, Outcome, now, output, scan, work};
use crate::cli::{CollectArgs, Common};
use crate::collect::{Asking, Context, RootFolder, bundle, live, server};
use crate::evidence::{Bundle, Fault, MAX_ANSWER_BYTES};
use crate::model::Source;
use crate::text::{lists, reasons};

/// Runs the command.
pub(super) fn run(args: &CollectArgs, common: &Common) -> Outcome {
    if args.script {
        let options = server::script::Options {
            sudo: args.sudo,
            ..server::script::Options::default()
        };
        let script = server::script::script(&options);
        output::bytes(script.text.as_bytes())?;
        if !common.quiet {
            output::stderr(&format!("sha256 {}\n", script.sha256));
        }
        return Ok(0);
    }
    let Some(out) = &args.output else {
        return Err(Failure::Usage("name the bundle with -o FILE".into()));
    };
    let bundle = match (&args.from, &args.target) {
        (Some(answer), _) => answered(answer)?,
        (None, Some(target)) if scan::is_live(target) => of_host(target, args)?,
        (None, Some(target)) => of_folder(target)?,
        (None, None) => return Err(Failure::Usage("name what to collect".into())),
    };
    let code = write(&bundle, out, common.quiet)?;
    Ok(if work::interrupted() { 130 } else { code })
}

/// Writes the bundle and says what is in it; exit 3 where it was cut.
pub(super) fn write(bundle: &Bundle, out: &Path, quiet: bool) -> Outcome {
    let tool = format!("capdo {}", env!("CARGO_PKG_VERSION"));
    let bytes = bundle
        .to_bytes(&tool)
        .map_err(|e| Failure::Internal(e.to_string()))?;
    let (Some(name), parent) = (out.file_name().and_then(|n| n.to_str()), out.parent()) else {
        return Err(Failure::Usage(format!("{}: no file name", out.display())));
    };
    let folder = parent.filter(|p| !p.as_os_str().is_empty());
    output::file(folder.unwrap_or(Path::new(".")), name, &bytes)?;
    let mut told = String::new();
    for (what, fault) in bundle.faults() {
        let why = match fault {
            Fault::Missing => "missing".to_owned(),
            Fault::Unreadable(why) | Fault::Refused(why) => why,
            Fault::WrongKind => "wrong kind".to_owned(),
            Fault::TooLarge(cap) => format!("larger than {cap} bytes"),
            Fault::Links => "links lead round".to_owned(),
            Fault::TimedOut => "timed out".to_owned(),
            Fault::Lost => "cut".to_owned(),
        };
        told.push_str(&format!(
            "  {}: {}\n",
            what.escape_debug(),
            why.escape_debug()
        ));
    }
    let state = if bundle.complete { "complete" } else { "CUT" };
    if !quiet {
        output::stderr(&format!(
            "{}: {state}, {} bytes\n{told}",
            out.display(),
            bytes.len()
        ));
    }
    Ok(if bundle.complete { 0 } else { 3 })
}

fn answered(path: &Path) -> Result<Bundle, Failure> {
    let shown = path.display();
    let failed = |e: &dyn std::fmt::Display| Failure::File(format!("{shown}: {e}"));
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin()
            .take(MAX_ANSWER_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(|e| failed(&e))?;
        return Bundle::of_answer(&bytes, now()).map_err(|e| failed(&e));
    }
    bundle::open(path, now()).map_err(|e| failed(&e))
}

/// A host that runs: the whole plan, so that other rules can judge it later.
fn of_host(target: &str, args: &CollectArgs) -> Result<Bundle, Failure> {
    let asking = Asking {
        needs: None,
        ssh_config: args.ssh_config.clone(),
    };
    let cx = Context {
        now: now(),
        timeout: std::time::Duration::from_secs(args.timeout),
        offline: false,
    };
    work::watch_interrupts();
    let host = scan::live(target, args.sudo, args.restricted)?;
    match live::open(&host, &asking, &cx) {
        Ok(opened) => {
            if opened.restricted == Some(false) {
                let note = lists::note_unrestricted(target);
                output::stderr(&format!("{}\n", note.en));
            }
            Ok(opened.bundle)
        }
        Err(reason) => {
            let words = reasons::reason(&reason);
            Err(Failure::Collect(format!("{target}: {}", words.en)))
        }
    }
}

fn of_folder(target: &str) -> Result<Bundle, Failure> {
    let help = "name the folder that is the root of a host, `local`, or ssh:[user@]host";
    let root = RootFolder::open(Path::new(target))
        .map_err(|e| Failure::File(format!("{e}\n  help: {help}")))?;
    if root.stat("/etc").is_err_and(|e| e.is_missing()) {
        return Err(Failure::File(format!(
            "{target}: no root of a host: it has no /etc\n  help: {help}"
        )));
    }
    Ok(server::gather(&root, now()))
}
