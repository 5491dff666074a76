//! The text of an Agreement: TOML files by name, their hash, and the folder they live in.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

/// At most so many files make up a text.
const FILES_MAX: usize = 64;
/// At most so many bytes make up a text: 1 MiB.
const BYTES_MAX: usize = 1 << 20;

/// The whole text of an Agreement, as it is signed.
///
/// Line ends are LF only and a byte order mark is taken off, so that the hash is the same whether
/// the folder was checked out on Windows or on Linux. Nothing else is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementText {
    files: BTreeMap<String, String>,
}

/// Why a text could not be taken in or written out.
#[derive(Debug, thiserror::Error)]
pub enum TextFailure {
    /// The folder or a file in it.
    #[error("could not {doing} {}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which path.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// No file at all.
    #[error("there are no .toml files in it: an Agreement is a folder of them")]
    Empty,
    /// Too many files.
    #[error("there are more than {FILES_MAX} files; put several sections into one file")]
    TooMany,
    /// Too many bytes.
    #[error("the files are larger than 1 MiB together; an Agreement is words and numbers only")]
    TooLarge,
    /// Not text.
    #[error("{0} is not UTF-8 text; save it as UTF-8")]
    NotUtf8(String),
    /// A name that is not allowed.
    #[error(
        "{0:?} cannot be the name of a file here: use letters, digits, '-', '_' and '.', \
         ending in .toml, in the folder itself or one folder below"
    )]
    Name(String),
    /// Folders in folders, or a link.
    #[error("{} is a link, or a folder in a folder; put the files at most one folder deep", .0.display())]
    TooDeep(PathBuf),
    /// A file that the text does not have lies where the text is to be written.
    #[error(
        "{0} lies in the folder and is not in the text; take it away first, or choose an empty folder"
    )]
    InTheWay(String),
}

impl AgreementText {
    /// A text from its files by name, such as those of a proposal in the ledger.
    ///
    /// # Errors
    /// A name that is not allowed, no file, too many files, or more than 1 MiB.
    pub fn new(files: BTreeMap<String, String>) -> Result<AgreementText, TextFailure> {
        if files.is_empty() {
            return Err(TextFailure::Empty);
        }
        if files.len() > FILES_MAX {
            return Err(TextFailure::TooMany);
        }
        if let Some(name) = files.keys().find(|name| !is_allowed(name)) {
            return Err(TextFailure::Name(name.clone()));
        }
        let files: BTreeMap<String, String> =
            files.into_iter().map(|(name, content)| (name, normal(&content))).collect();
        if files.values().map(String::len).sum::<usize>() > BYTES_MAX {
            return Err(TextFailure::TooLarge);
        }
        Ok(AgreementText { files })
    }

    /// The files, by name.
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// SHA-256, in hex, over each file in the order of the names: the length of the name (eight
    /// bytes, little end first), the name, the length of the content, the content.
    pub fn hash(&self) -> String {
        let mut hash = Sha256::new();
        for (name, content) in &self.files {
            for part in [name, content] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part.as_bytes());
            }
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Reads a folder: every `*.toml` in it and one folder below. Hidden files and files of other
    /// kinds are passed over.
    ///
    /// # Errors
    /// What the system says, and what [`AgreementText::new`] refuses.
    pub fn read_dir(dir: &Path) -> Result<AgreementText, TextFailure> {
        let mut files = BTreeMap::new();
        let mut room = BYTES_MAX;
        for (name, path) in toml_files(dir)? {
            let size = fs::metadata(&path).map_err(failed("read", &path))?.len();
            room = usize::try_from(size)
                .ok()
                .and_then(|size| room.checked_sub(size))
                .ok_or(TextFailure::TooLarge)?;
            let bytes = fs::read(&path).map_err(failed("read", &path))?;
            let content =
                String::from_utf8(bytes).map_err(|_| TextFailure::NotUtf8(name.clone()))?;
            files.insert(name, content);
        }
        AgreementText::new(files)
    }

    /// Writes the files into a folder, which is made if need be. Files of the same names are
    /// replaced; reading the folder again gives the same text.
    ///
    /// # Errors
    /// What the system says, or a `*.toml` in the folder that the text does not have.
    pub fn write_dir(&self, dir: &Path) -> Result<(), TextFailure> {
        fs::create_dir_all(dir).map_err(failed("make the folder", dir))?;
        let there: BTreeSet<String> = toml_files(dir)?.into_keys().collect();
        if let Some(name) = there.into_iter().find(|name| !self.files.contains_key(name)) {
            return Err(TextFailure::InTheWay(name));
        }
        for (name, content) in &self.files {
            let path = dir.join(name);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(failed("make the folder", folder))?;
            }
            fs::write(&path, content).map_err(failed("write", &path))?;
        }
        Ok(())
    }
}

fn failed<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> TextFailure + 'a {
    move |source| TextFailure::Io { doing, path: path.to_owned(), source }
}

/// LF only, and no byte order mark.
fn normal(content: &str) -> String {
    content.strip_prefix('\u{feff}').unwrap_or(content).replace("\r\n", "\n")
}

fn is_allowed(name: &str) -> bool {
    let part_is_allowed = |part: &str| {
        !part.starts_with('.')
            && !part.is_empty()
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    name.ends_with(".toml")
        && name.len() <= 120
        && name.split('/').count() <= 2
        && name.split('/').all(part_is_allowed)
}

/// Every `*.toml` in the folder and one folder below, by its name in the text.
fn toml_files(dir: &Path) -> Result<BTreeMap<String, PathBuf>, TextFailure> {
    let mut found = BTreeMap::new();
    for (name, path, is_folder) in entries(dir)? {
        if !is_folder {
            found.insert(name, path);
            continue;
        }
        for (below, path, is_folder) in entries(&path)? {
            if is_folder {
                return Err(TextFailure::TooDeep(path));
            }
            found.insert(format!("{name}/{below}"), path);
        }
        if found.len() > FILES_MAX {
            return Err(TextFailure::TooMany);
        }
    }
    Ok(found)
}

/// The `*.toml` files and the folders in a folder; whether each is a folder.
fn entries(dir: &Path) -> Result<Vec<(String, PathBuf, bool)>, TextFailure> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed("read", dir))? {
        let entry = entry.map_err(failed("read", dir))?;
        let path = entry.path();
        let Ok(name) = entry.file_name().into_string() else { continue };
        let kind = entry.file_type().map_err(failed("read", &path))?;
        let is_toml = name.ends_with(".toml");
        if name.starts_with('.') || !(is_toml || kind.is_dir()) {
            continue;
        }
        if kind.is_symlink() {
            return Err(TextFailure::TooDeep(path));
        }
        found.push((name, path, kind.is_dir()));
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
