//! The command line as people see it: the types of `cli`, with examples for each command, in the language that is asked for; and what
//! is made of it, manual pages and completions.

use std::ffi::OsString;

use clap::{Arg, ArgAction, Command, CommandFactory};

use super::{Failure, Outcome, output};
use crate::cli::{Cli, CompletionsArgs, ManArgs};
use crate::model::{Lang, Text};
use crate::text::help as words;

/// The command line in a language.
pub(super) fn command(lang: Lang) -> Command {
    let whole = Cli::command().after_help(after("capdo", lang, Some(&words::exit_codes())));
    let whole = grouped(with_examples(whole, "", lang), lang);
    match lang {
        Lang::En => whole,
        Lang::Vi => vietnamese_help_flag(vietnamese(whole)),
    }
}

/// The language of help and errors: what `--lang` says before or behind the command, else that of the locale. Only what stands in a
/// terminal follows the locale; reports do not, so that one command gives one report on every machine.
pub(super) fn language(args: &[OsString], locale: &dyn Fn(&str) -> Option<String>) -> Lang {
    let words: Vec<&str> = args.iter().filter_map(|a| a.to_str()).collect();
    let after = |at: usize| words.get(at + 1).copied();
    let mut written = words
        .iter()
        .enumerate()
        .filter_map(|(at, word)| match *word {
            "--lang" => after(at),
            other => other.strip_prefix("--lang="),
        });
    match written.next_back() {
        Some("vi") => return Lang::Vi,
        Some(_) => return Lang::En,
        None => {}
    }
    // As POSIX reads them: the first that says something.
    let said = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| locale(name).filter(|value| !value.is_empty()));
    let language = said.unwrap_or_default();
    let language = language
        .split(['_', '.', '@', '-'])
        .next()
        .unwrap_or_default();
    if language.eq_ignore_ascii_case("vi") {
        Lang::Vi
    } else {
        Lang::En
    }
}

/// Runs `capdo completions`.
pub(super) fn completions(args: &CompletionsArgs) -> Outcome {
    let mut bytes = Vec::new();
    clap_complete::generate(args.shell, &mut command(Lang::En), "capdo", &mut bytes);
    output::bytes(&bytes).map(|()| 0)
}

/// Runs `capdo man`.
pub(super) fn man(args: &ManArgs) -> Outcome {
    let mut whole = command(Lang::En);
    whole.build();
    let Some(folder) = &args.out else {
        return output::bytes(&page(&whole, "capdo")?).map(|()| 0);
    };
    output::folder(folder)?;
    let mut staged = output::Staged::new(folder);
    pages(&whole, "capdo", &mut staged)?;
    staged.keep().map(|()| 0)
}

fn pages(command: &Command, name: &str, staged: &mut output::Staged<'_>) -> Result<(), Failure> {
    staged.put(&format!("{name}.1"), &page(command, name)?)?;
    for sub in command.get_subcommands() {
        if sub.get_name() != "help" {
            pages(sub, &format!("{name}-{}", sub.get_name()), staged)?;
        }
    }
    Ok(())
}

fn page(command: &Command, name: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let title = name.to_owned();
    clap_mangen::Man::new(command.clone().display_name(title.clone()))
        .title(title)
        .render(&mut bytes)
        .map_err(|e| Failure::Internal(e.to_string()))?;
    Ok(bytes)
}

/// Examples, and what else stands at the end of a help.
fn after(name: &str, lang: Lang, more: Option<&Text>) -> String {
    let examples = words::examples(name);
    let mut text = String::new();
    if !examples.is_empty() {
        text = format!("{}:", words::heading("examples").get(lang));
        for (line, vi, en) in examples {
            let what = match lang {
                Lang::Vi => vi,
                Lang::En => en,
            };
            text.push_str(&format!("\n  # {what}\n  {line}"));
        }
    }
    if let Some(more) = more {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(more.get(lang));
    }
    text
}

fn names(command: &Command) -> Vec<String> {
    command
        .get_subcommands()
        .map(|c| c.get_name().to_owned())
        .collect()
}

fn with_examples(command: Command, above: &str, lang: Lang) -> Command {
    names(&command).into_iter().fold(command, |command, name| {
        let path = format!("{above} {name}").trim().to_owned();
        let end = after(&path, lang, None);
        command.mut_subcommand(name, |sub| {
            let sub = if end.is_empty() {
                sub
            } else {
                sub.after_help(end)
            };
            with_examples(sub, &path, lang)
        })
    })
}

/// The options of commands that have many, under the headings that they belong to.
fn grouped(mut command: Command, lang: Lang) -> Command {
    let ids: Vec<String> = command
        .get_arguments()
        .map(|a| a.get_id().to_string())
        .collect();
    // Those of every command stand with the program itself, and reach the others from there.
    if ids
        .iter()
        .any(|id| ["sarif_profile", "as_of"].contains(&id.as_str()))
    {
        // Under a heading of ours clap orders by name: options keep the order in which they are written.
        for (at, id) in ids.iter().enumerate() {
            let heading = group(id).map(|key| words::heading(key).get(lang));
            command = command.mut_arg(id, |arg| {
                let arg = arg.display_order(at);
                match heading {
                    Some(heading) => arg.help_heading(heading),
                    None => arg,
                }
            });
        }
    }
    names(&command).into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, |sub| grouped(sub, lang))
    })
}

/// The heading of an option; none where it belongs to its command alone.
fn group(id: &str) -> Option<&'static str> {
    Some(match id {
        "fail_on" | "min_coverage" | "max_undetermined" | "baseline" | "fail_on_new" | "strict"
        | "allow_transition" => "gate",
        "format" | "out" | "sign" | "plan" | "redact" | "redact_key" | "history"
        | "sarif_profile" => "reports",
        "jobs" | "timeout" | "offline" | "ssh_config" => "collecting",
        "as_of" | "lang" | "rules" | "allow_weaker" | "color" | "quiet" | "verbose" => "common",
        _ => return None,
    })
}

/// Every text of a help in Vietnamese.
fn vietnamese(command: Command) -> Command {
    let say = |key: &'static str| words::heading(key).vi;
    let about = command.get_about().map(ToString::to_string);
    let args: Vec<(String, bool, Option<String>)> = command
        .get_arguments()
        .map(|a| {
            let help = a.get_help().map(ToString::to_string);
            let translated = help.and_then(|h| words::vietnamese(&h));
            let whole = translated.map(|words| format!("{words}{}", values(a)));
            (a.get_id().to_string(), a.is_positional(), whole)
        })
        .collect();
    let has_commands = command.has_subcommands();
    let mut command = command
        .subcommand_help_heading(say("commands"))
        .help_template(format!(
            "{{about-with-newline}}\n{}: {{usage}}\n\n{{all-args}}{{after-help}}",
            say("usage")
        ));
    if has_commands {
        command = command.disable_help_subcommand(true);
    }
    if let Some(about) = about.and_then(|a| words::vietnamese(&a)) {
        command = command.about(about);
    }
    // Under a heading of ours clap orders by name: words that stand in a row keep their order.
    for (at, (id, positional, help)) in args.into_iter().enumerate() {
        let heading = say(if positional { "arguments" } else { "options" });
        command = command.mut_arg(id, |arg| {
            let valued = arg.get_action().takes_values();
            let under = arg.get_help_heading().map_or(heading, |_| {
                // What belongs together has its heading already.
                group(arg.get_id().as_str()).map_or(heading, say)
            });
            let arg = arg
                .display_order(at)
                .help_heading(under)
                .hide_default_value(valued)
                .hide_possible_values(valued);
            match help {
                Some(help) => arg.help(help),
                None => arg,
            }
        });
    }
    names(&command).into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, vietnamese)
    })
}

/// What an option is where it is not written, and what it may be: clap says it in English only.
fn values(arg: &Arg) -> String {
    let mut text = String::new();
    if !arg.get_action().takes_values() {
        return text;
    }
    let usual: Vec<&str> = arg
        .get_default_values()
        .iter()
        .filter_map(|v| v.to_str())
        .collect();
    if !usual.is_empty() {
        let word = words::heading("default").vi;
        text.push_str(&format!(" [{word}: {}]", usual.join(", ")));
    }
    let possible: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|v| !v.is_hide_set())
        .map(|value| {
            let help = value.get_help().map(ToString::to_string);
            match help.and_then(|h| words::vietnamese(&h)) {
                Some(help) => format!("{} ({help})", value.get_name()),
                None => value.get_name().to_owned(),
            }
        })
        .collect();
    if !possible.is_empty() {
        let word = words::heading("values").vi;
        text.push_str(&format!(" [{word}: {}]", possible.join(", ")));
    }
    text
}

/// The flags that clap adds itself.
fn vietnamese_help_flag(command: Command) -> Command {
    let of = |english: &str| words::vietnamese(english).unwrap_or_default();
    let heading = words::heading("options").vi;
    command
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .global(true)
                .action(ArgAction::Help)
                .help_heading(heading)
                .help(of("Print help")),
        )
        .arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .action(ArgAction::Version)
                .help_heading(heading)
                .help(of("Print version")),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(command: &Command, above: &str, each: &mut impl FnMut(&str, &Command)) {
        for sub in command.get_subcommands().filter(|c| c.get_name() != "help") {
            let path = format!("{above} {}", sub.get_name()).trim().to_owned();
            each(&path, sub);
            all(sub, &path, each);
        }
    }

    #[test]
    fn every_text_has_its_vietnamese() {
        let whole = Cli::command();
        let mut missing = Vec::new();
        let mut look = |path: &str, command: &Command| {
            let about = command.get_about().map(ToString::to_string);
            let helps = command
                .get_arguments()
                .filter_map(|a| a.get_help().map(ToString::to_string));
            let meanings = command
                .get_arguments()
                .flat_map(Arg::get_possible_values)
                .filter_map(|v| v.get_help().map(ToString::to_string));
            for text in about.into_iter().chain(helps).chain(meanings) {
                if words::vietnamese(&text).is_none() {
                    missing.push(format!("{path}: {text}"));
                }
            }
        };
        look("capdo", &whole);
        all(&whole, "", &mut look);
        assert!(missing.is_empty(), "{missing:#?}");
    }

    #[test]
    fn every_command_that_does_something_has_an_example_that_can_be_read() {
        let mut count = 0;
        let whole = command(Lang::En);
        let mut look = |path: &str, command: &Command| {
            if command.has_subcommands() {
                return;
            }
            let examples = words::examples(path);
            assert!(!examples.is_empty(), "{path} has none");
            for (line, _, _) in examples {
                let line = line.split(" > ").next().unwrap();
                let mut args: Vec<String> = Vec::new();
                for (at, part) in line.split('\'').enumerate() {
                    if at % 2 == 1 {
                        args.push(part.to_owned());
                    } else {
                        args.extend(part.split_whitespace().map(str::to_owned));
                    }
                }
                let read = super::command(Lang::En).try_get_matches_from(&args);
                assert!(read.is_ok(), "{line}: {}", read.unwrap_err());
                count += 1;
            }
        };
        all(&whole, "", &mut look);
        assert!(count > 30);
    }

    #[test]
    fn the_vietnamese_command_line_is_the_same_one() {
        command(Lang::Vi).debug_assert();
        command(Lang::En).debug_assert();
        let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        let of = |line: &[&str]| language(&words(line), &|_| None);
        assert_eq!(of(&["capdo", "--lang", "vi", "audit"]), Lang::Vi);
        assert_eq!(of(&["capdo", "audit", "--lang=vi", "--help"]), Lang::Vi);
        assert_eq!(of(&["capdo", "audit", "--help"]), Lang::En);
        // The locale speaks where nothing is written; the last word that is written counts.
        let of = |line: &[&str], said: &'static [(&str, &str)]| {
            let locale = |name: &str| {
                let found = said.iter().find(|(n, _)| *n == name)?;
                Some(found.1.to_owned())
            };
            language(&words(line), &locale)
        };
        let vi: &[_] = &[("LANG", "vi_VN.UTF-8")];
        assert_eq!(of(&["capdo", "audit"], vi), Lang::Vi);
        assert_eq!(of(&["capdo", "audit", "--lang", "en"], vi), Lang::En);
        assert_eq!(
            of(&["capdo"], &[("LC_ALL", "C"), ("LANG", "vi_VN")]),
            Lang::En
        );
        assert_eq!(
            of(
                &["capdo"],
                &[("LC_ALL", ""), ("LC_MESSAGES", "vi"), ("LANG", "C")]
            ),
            Lang::Vi
        );
        assert_eq!(of(&["capdo"], &[("LANG", "vim")]), Lang::En);
        let help = command(Lang::Vi).render_help().to_string();
        for word in ["Cách dùng:", "Lệnh:", "Tùy chọn:", "Ví dụ:", "Mã thoát"] {
            assert!(help.contains(word), "{word}: {help}");
        }
        for path in [
            &["capdo", "waive"][..],
            &["capdo", "audit"],
            &["capdo", "law"],
        ] {
            let mut words: Vec<&str> = path.to_vec();
            words.extend(["--lang", "vi", "--help"]);
            let help = command(Lang::Vi).try_get_matches_from(words).unwrap_err();
            let help = help.to_string();
            assert!(help.contains("[mặc định: vi]"), "{help}");
            for english in ["Options:", "default:", "possible", "Print"] {
                assert!(!help.contains(english), "{english}: {help}");
            }
        }
        assert!(!help.contains("Options:"), "{help}");
    }
}
