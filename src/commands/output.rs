//! What is written: stdout and stderr that do not mind a closed pipe, and result files that only their owner reads.

use std::fs;
use std::io::{BufWriter, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::Failure;

/// Writes to stdout, colours as the terminal takes them. A closed pipe is no error.
///
/// # Errors
/// Where stdout cannot be written for another reason.
pub(super) fn stdout(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(unsaid(&error)),
    }
}

/// The columns of the terminal; nothing where stdout is a file or a pipe.
pub(super) fn columns() -> Option<usize> {
    let (terminal_size::Width(columns), _) = terminal_size::terminal_size_of(std::io::stdout())?;
    Some(usize::from(columns))
}

/// Writes text for people to stdout. On a terminal lines break between words, where a pipe gets them whole.
///
/// # Errors
/// Where stdout cannot be written.
pub(super) fn said(text: &str) -> Result<(), Failure> {
    match columns().filter(|columns| *columns >= NARROWEST) {
        None => stdout(text),
        Some(columns) => {
            let lines = text.split_inclusive('\n');
            stdout(&lines.map(|line| wrapped(line, columns)).collect::<String>())
        }
    }
}

/// A line broken between words; what follows stands under its last column that leaves room, or a little in.
fn wrapped(line: &str, columns: usize) -> String {
    let bare = line.trim_end();
    if bare.chars().count() <= columns {
        return line.to_owned();
    }
    let chars: Vec<char> = bare.chars().collect();
    let margin = chars.iter().take_while(|c| **c == ' ').count();
    let column = (1..columns / 2).rev().find(|at| {
        chars.get(*at - 1) == Some(&' ') && chars.get(*at) != Some(&' ') && double(&chars, *at)
    });
    // A paragraph stays a paragraph; what follows a label stands a little in.
    let labelled = margin > 0 || chars.iter().take(24).any(|c| *c == ':');
    let hang = column
        .filter(|at| *at > margin)
        .unwrap_or(if labelled { margin + 2 } else { 0 });
    let mut out = String::new();
    let mut rest = bare;
    let mut room = columns;
    let mut lead = 0;
    while rest.chars().count() > room {
        let limit = rest
            .char_indices()
            .nth(room)
            .map_or(rest.len(), |(at, _)| at);
        // A blank right behind the last column ends the line, too.
        let head = rest.get(..limit).unwrap_or(rest);
        let begin = rest.len() - rest.trim_start().len();
        let cut = match rest
            .get(limit..)
            .is_some_and(|after| after.starts_with(' '))
        {
            true => limit,
            false => head.rfind(' ').filter(|at| *at > begin).unwrap_or(limit),
        };
        let (line, after) = rest.split_at(cut);
        out.push_str(&" ".repeat(lead));
        out.push_str(line.trim_end());
        out.push('\n');
        rest = after.trim_start();
        lead = hang;
        room = columns - hang;
    }
    out.push_str(&" ".repeat(lead));
    out.push_str(rest);
    out.push('\n');
    out
}

/// Do two blanks stand before this place?
fn double(chars: &[char], at: usize) -> bool {
    at >= 2 && chars.get(at - 2) == Some(&' ')
}

/// A terminal narrower than this breaks lines as it likes.
const NARROWEST: usize = 40;

/// Writes the bytes of a machine format to stdout, as they are. A closed pipe is no error.
///
/// # Errors
/// Where stdout cannot be written for another reason.
pub(super) fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(unsaid(&error)),
    }
}

/// Stdout is a file that took no more.
fn unsaid(error: &std::io::Error) -> Failure {
    Failure::File(format!(
        "the output cannot be written: {error}\n  help: make room where it goes, or write files with --out"
    ))
}

/// Writes a machine format to stdout while it is drawn. A closed pipe is no error.
///
/// # Errors
/// Where stdout cannot be written for another reason, and those of what draws.
pub(super) fn drawn(
    draw: impl FnOnce(&mut dyn Write) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut out = Remembering {
        inner: BufWriter::with_capacity(1 << 16, std::io::stdout().lock()),
        refused: None,
    };
    let done = draw(&mut out).and_then(|()| {
        let flushed = out.flush();
        flushed.map_err(|e| unsaid(&e))
    });
    match (done, &out.refused) {
        (Err(_), Some(refused)) if refused.kind() == ErrorKind::BrokenPipe => Ok(()),
        (done, _) => done,
    }
}

/// Writes to stderr; where that fails there is nobody to tell.
pub(super) fn stderr(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

/// Makes a folder for results, for its owner only, where it is not there; and tries whether it takes files, before anything is collected.
///
/// # Errors
/// Where something else stands there, or it cannot be made or written.
pub(super) fn folder(path: &Path) -> Result<(), Failure> {
    let failed = |why: String| {
        Failure::File(format!(
            "{}: {why}\n  help: name another folder with --out",
            path.display()
        ))
    };
    if path.symlink_metadata().is_ok() && !path.is_dir() {
        return Err(failed("this is no folder, and reports go into one".into()));
    }
    if !path.is_dir() {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(|e| failed(format!("the folder cannot be made: {e}")))?;
    }
    tempfile::tempfile_in(path)
        .map(drop)
        .map_err(|e| failed(format!("the folder cannot be written: {e}")))
}

/// Files that appear together: each is written whole under a temporary name, and only when all are there are they renamed.
pub(super) struct Staged<'a> {
    folder: &'a Path,
    files: Vec<(tempfile::NamedTempFile, String)>,
    /// Folders that were made for them.
    made: Vec<PathBuf>,
}

/// What was not kept leaves nothing behind, not even the folders that were made for it.
impl Drop for Staged<'_> {
    fn drop(&mut self) {
        self.files.clear();
        for folder in &self.made {
            // One with files in it stays.
            let _ = fs::remove_dir(folder);
        }
    }
}

impl<'a> Staged<'a> {
    /// Files of this folder.
    pub(super) fn new(folder: &'a Path) -> Self {
        Self {
            folder,
            files: Vec::new(),
            made: Vec::new(),
        }
    }

    /// Writes one of them under its temporary name.
    ///
    /// # Errors
    /// Where the folder is full or cannot be written; nothing that stood there is touched.
    pub(super) fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let failed = self.failed(name);
        self.write(name, |file| file.write_all(bytes).map_err(failed))
    }

    /// The same, for what is written while it is made.
    ///
    /// # Errors
    /// Those of `put`, and of what makes it.
    pub(super) fn write(
        &mut self,
        name: &str,
        make: impl FnOnce(&mut dyn Write) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let path = self.folder.join(name);
        let failed = self.failed(name);
        let beside = path.parent().unwrap_or(self.folder);
        if !beside.is_dir() {
            fs::DirBuilder::new()
                .mode(0o700)
                .create(beside)
                .map_err(&failed)?;
            self.made.push(beside.to_owned());
        }
        let mut temporary = tempfile::NamedTempFile::new_in(beside).map_err(&failed)?;
        let mut file = Remembering {
            inner: BufWriter::with_capacity(1 << 16, temporary.as_file_mut()),
            refused: None,
        };
        // Formats tell of a full disk in words of their own; here it is known that the file refused.
        if let Err(failure) = make(&mut file) {
            return Err(file.refused.map_or(failure, &failed));
        }
        file.flush().map_err(&failed)?;
        drop(file);
        temporary.as_file().sync_data().map_err(&failed)?;
        self.files.push((temporary, name.to_owned()));
        Ok(())
    }

    fn failed(&self, name: &str) -> impl Fn(std::io::Error) -> Failure + use<> {
        let path = self.folder.join(name);
        move |e| {
            Failure::File(format!(
                "{}: cannot be written: {e}\n  help: nothing there was changed; make room, or name another folder with --out",
                path.display()
            ))
        }
    }

    /// Gives all of them their names, in the order in which they were put.
    ///
    /// # Errors
    /// Where a name is taken by a folder.
    pub(super) fn keep(mut self) -> Result<(), Failure> {
        // A rename onto a folder would fail half-way.
        if let Some(path) = self
            .files
            .iter()
            .map(|(_, name)| self.folder.join(name))
            .find(|path| path.is_dir())
        {
            return Err(Failure::File(format!(
                "{}: a folder of this name stands there\n  help: nothing was changed; name another folder with --out",
                path.display()
            )));
        }
        for (temporary, name) in std::mem::take(&mut self.files) {
            let path = self.folder.join(name);
            temporary.persist(&path).map_err(|e| {
                Failure::File(format!(
                    "{}: cannot be replaced: {}\n  help: name another folder with --out",
                    path.display(),
                    e.error
                ))
            })?;
        }
        Ok(())
    }
}

/// A writer that keeps why it could not write.
struct Remembering<W> {
    inner: W,
    refused: Option<std::io::Error>,
}

impl<W> Remembering<W> {
    fn kept<T>(&mut self, result: std::io::Result<T>) -> std::io::Result<T> {
        if let Err(error) = &result
            && error.kind() != ErrorKind::Interrupted
        {
            self.refused = Some(match error.raw_os_error() {
                Some(code) => std::io::Error::from_raw_os_error(code),
                None => error.kind().into(),
            });
        }
        result
    }
}

impl<W: Write> Write for Remembering<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let result = self.inner.write(bytes);
        self.kept(result)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let result = self.inner.flush();
        self.kept(result)
    }
}

/// Writes a result file: to a temporary name, readable by its owner only, then renamed; never through a link.
///
/// # Errors
/// Where the folder cannot be written.
pub(super) fn file(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |e: &dyn std::fmt::Display| {
        Failure::File(format!(
            "{}: cannot be written: {e}\n  help: check the rights and the space of the folder, or name another file",
            folder.join(name).display()
        ))
    };
    if !folder.is_dir() {
        return Err(failed(&"there is no such folder"));
    }
    let mut temporary = tempfile::NamedTempFile::new_in(folder).map_err(|e| failed(&e))?;
    temporary.write_all(bytes).map_err(|e| failed(&e))?;
    temporary
        .persist(folder.join(name))
        .map_err(|e| failed(&e))?;
    Ok(())
}

/// Gives a file of our users a new content, all at once; rights stay as they were, and a link leads where it led.
///
/// # Errors
/// Where the folder cannot be written.
pub(super) fn rewrite(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |e: &dyn std::fmt::Display| {
        Failure::File(format!(
            "{}: cannot be written: {e}\n  help: nothing was changed; check the rights and the space of the folder",
            path.display()
        ))
    };
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = real.parent().filter(|p| !p.as_os_str().is_empty());
    let mut temporary = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))
        .map_err(|e| failed(&e))?;
    temporary.write_all(bytes).map_err(|e| failed(&e))?;
    let rights = fs::metadata(&real).map(|m| m.permissions());
    let rights = rights.unwrap_or_else(|_| fs::Permissions::from_mode(0o644));
    temporary
        .as_file()
        .set_permissions(rights)
        .map_err(|e| failed(&e))?;
    temporary.persist(&real).map_err(|e| failed(&e))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_under_their_column() {
        let line = "  a-1       hai từ rồi ba từ nữa và thêm vài từ cho dài\n";
        assert_eq!(
            wrapped(line, 40),
            "  a-1       hai từ rồi ba từ nữa và thêm\n            vài từ cho dài\n"
        );
        assert_eq!(wrapped("ngắn\n", 40), "ngắn\n");
        // A word that is longer than the line is cut.
        let long = "x".repeat(90);
        for out in wrapped(&format!("  {long}\n"), 40).lines() {
            assert!(out.chars().count() <= 40, "{out}");
        }
        let text = "một hai ba bốn năm sáu bảy tám chín mười mười-một mười-hai";
        assert_eq!(wrapped(text, 40).replace('\n', " ").trim_end(), text);
        // What follows a label stands a little in.
        let labelled = format!("Khắc phục: {text}");
        assert!(wrapped(&labelled, 40).contains("\n  "), "{labelled}");
    }
}
