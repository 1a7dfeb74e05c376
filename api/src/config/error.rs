//! What is said when the settings cannot be used.

use std::{io, path::PathBuf};

/// Why the settings cannot be used. The message names the setting and its source, never a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file was named, but cannot be read.
    #[error("cannot read the settings file {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The file is not TOML.
    #[error("line {line} of the settings file {} is not valid TOML: {problem}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Counted from one.
        line: usize,
        /// What is wrong there; not the line itself, which may hold a password.
        problem: String,
    },
    /// There is no setting of this name.
    #[error("`{key}` ({origin}) is not a setting, accepted here: {accepted}")]
    Unknown {
        /// As it was given, `section.name`.
        key: String,
        /// The file, variable or flag it was given by.
        origin: String,
        /// The names that would have been accepted in its place.
        accepted: String,
    },
    /// The setting does not take this value.
    #[error("setting `{key}` ({origin}): {problem}")]
    Invalid {
        /// `section.name`.
        key: String,
        /// The file, variable or flag it was given by.
        origin: String,
        /// What is wrong, and what is accepted.
        problem: String,
    },
}

impl Error {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => {
                "name a readable file with --config or SAMSYN_CONFIG, or leave both out to use the defaults"
            }
            Self::Malformed { .. } => {
                "a setting is a line `name = value` under its `[section]`; text stands in double quotes"
            }
            Self::Unknown { .. } | Self::Invalid { .. } => {
                "deploy/samsyn.example.toml shows every setting with its meaning and default"
            }
        }
    }
}
