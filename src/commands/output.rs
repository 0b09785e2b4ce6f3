//! What is written: stdout and stderr that do not mind a closed pipe, and result files that only their owner reads.

use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

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
        Err(error) => Err(Failure::Internal(format!("stdout: {error}"))),
    }
}

/// Writes the bytes of a machine format to stdout, as they are. A closed pipe is no error.
///
/// # Errors
/// Where stdout cannot be written for another reason.
pub(super) fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::Internal(format!("stdout: {error}"))),
    }
}

/// Writes to stderr; where that fails there is nobody to tell.
pub(super) fn stderr(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

/// Makes a folder for results, for its owner only, where it is not there.
///
/// # Errors
/// Where something else stands there, or it cannot be made.
pub(super) fn folder(path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        return Ok(());
    }
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|e| {
            Failure::File(format!(
                "{}: cannot make the folder: {e}; name another with --out",
                path.display()
            ))
        })
}

/// Writes a result file: to a temporary name, readable by its owner only, then renamed; never through a link.
///
/// # Errors
/// Where the folder cannot be written.
pub(super) fn file(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    files(folder, &[(name, bytes)])
}

/// Writes several result files: all of them whole under temporary names before the first old one is replaced. A full disk leaves
/// the old reports as they are.
///
/// # Errors
/// Where the folder cannot be written.
pub(super) fn files<B: AsRef<[u8]>>(folder: &Path, files: &[(&str, B)]) -> Result<(), Failure> {
    let failed = |name: &str, e: &dyn std::fmt::Display| {
        Failure::File(format!(
            "{}: cannot be written: {e}\n  help: what stood there is unchanged; make room or name another folder with --out",
            folder.join(name).display()
        ))
    };
    let mut written = Vec::with_capacity(files.len());
    for (name, bytes) in files {
        // A rename onto a folder would fail half-way.
        if folder.join(name).is_dir() {
            return Err(failed(name, &"a folder of this name stands there"));
        }
        let mut temporary =
            tempfile::NamedTempFile::new_in(folder).map_err(|e| failed(name, &e))?;
        temporary
            .write_all(bytes.as_ref())
            .and_then(|()| temporary.as_file().sync_all())
            .map_err(|e| failed(name, &e))?;
        written.push((name, temporary));
    }
    for (name, temporary) in written {
        temporary
            .persist(folder.join(name))
            .map_err(|e| failed(name, &e))?;
    }
    Ok(())
}
