//! Sources of apps for telephones: the file that begins one says in which folder it stands, and often what it is called.

use std::path::{Path, PathBuf};

/// The folder of the app that this file begins, and the words that name it.
pub(super) fn of(path: &Path, name: &str, text: &str) -> Option<(PathBuf, String)> {
    let folder = path.parent()?;
    let said = |key: &str| {
        let line = text.lines().find(|l| l.trim_start().starts_with(key));
        line.unwrap_or_default().to_owned()
    };
    match name {
        "pubspec.yaml" if text.contains("flutter:") => Some((folder.into(), said("name:"))),
        "package.json" if PACKAGES.iter().any(|p| text.contains(p)) => {
            Some((folder.into(), said("\"name\"")))
        }
        // …/app/src/main/AndroidManifest.xml: the module is `app`.
        "AndroidManifest.xml" => {
            let module = folder
                .ancestors()
                .nth(2)
                .filter(|_| folder.ends_with("src/main"));
            Some((module.unwrap_or(folder).into(), said("package")))
        }
        _ if name.ends_with(".csproj") && text.contains("<UseMaui>true") => {
            Some((folder.into(), name.to_owned()))
        }
        _ => None,
    }
}

/// The folder of the app that a project of Xcode begins.
pub(super) fn ios(folder: &Path) -> Option<PathBuf> {
    let name = folder.file_name()?.to_str()?;
    name.ends_with(".xcodeproj")
        .then(|| folder.parent().map(Path::to_owned))
        .flatten()
}

/// Packages that only apps for telephones have.
const PACKAGES: [&str; 6] = [
    "\"react-native\"",
    "\"expo\"",
    "\"@capacitor/core\"",
    "\"cordova",
    "\"nativescript\"",
    "\"@nativescript/core\"",
];
