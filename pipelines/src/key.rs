//! The token key: what ids and tokens are made under.
//!
//! A kept key lives in a file and makes ids and tokens that join over runs. It
//! is what `--token-key FILE` names, else `phiscan/token.key` in the user's
//! configuration folder, made on first use. Where none may or can be kept
//! (`CI=true`, a folder that cannot be written), a key of this run only takes
//! its place: ids say so (`run-…`), values get no tokens.
//!
//! Every keyed text is the HMAC-SHA-256 over a label and parts, each preceded
//! by its length as eight bytes, big-endian; its first 128 bits in hex. A plain
//! digest would give the value away: all social security numbers can be tried
//! in minutes.

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Where the kept key lies below the configuration folder.
const KEPT: &str = "phiscan/token.key";

/// A keyed id or token: 32 hex digits, or `run-` and 28 hex digits under a key
/// of one run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Token(String);

impl Token {
    /// The token as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A key, wiped from memory when dropped.
pub struct Key {
    bytes: Zeroizing<[u8; 32]>,
    kept: bool,
}

/// Why there is no usable key. All of these are wrong usage (exit status 2).
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file named by `--token-key` cannot be read.
    #[error("the token key file cannot be read ({0}); name a readable file with --token-key")]
    Unreadable(#[source] io::Error),
    /// It can be read and is no key.
    #[error(
        "the token key file does not hold 32 bytes or 64 hex digits; make one with: head -c 32 /dev/urandom > token.key"
    )]
    Malformed,
    /// The system gives no random bytes.
    #[error("no random bytes for a key ({0})")]
    Random(getrandom::Error),
}

/// What to tell the user, once, about where the key came from.
#[derive(Debug, PartialEq, Eq)]
pub enum Note {
    /// A key was made and kept in this file.
    Made(PathBuf),
    /// No key is kept: ids and tokens of this run join with nothing.
    RunOnly(&'static str),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Made(path) => write!(
                f,
                "made a token key in {}: keep it, ids and tokens of later runs join only under the same key",
                path.display()
            ),
            Note::RunOnly(why) => write!(
                f,
                "no token key is kept ({why}): ids start with run- and hold for this run only, and values get no tokens; --token-key FILE gives lasting ones"
            ),
        }
    }
}

/// What the environment says about keeping a key.
#[derive(Debug, Default)]
pub struct Surroundings {
    /// `CI=true`.
    pub ci: bool,
    /// The user's configuration folder.
    pub config_folder: Option<PathBuf>,
}

impl Surroundings {
    /// Reads `CI`, `XDG_CONFIG_HOME` and `HOME`.
    pub fn from_env() -> Self {
        let folder = |name: &str| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        Self {
            ci: std::env::var_os("CI").is_some_and(|value| value == "true"),
            config_folder: folder("XDG_CONFIG_HOME")
                .or_else(|| Some(folder("HOME")?.join(".config"))),
        }
    }
}

impl Key {
    /// Loads the key for a run: the file that `explicit` names, else the kept
    /// one, else a new one. The note, if any, is to be said once.
    pub fn load(
        explicit: Option<&Path>,
        surroundings: &Surroundings,
    ) -> Result<(Self, Option<Note>), KeyError> {
        if let Some(path) = explicit {
            return Ok((Self::read(path)?, None));
        }
        let Some(path) = surroundings
            .config_folder
            .as_ref()
            .map(|folder| folder.join(KEPT))
        else {
            return Self::run_only("there is no configuration folder");
        };
        match File::open(&path) {
            Ok(file) => return Ok((Self::parse(file)?, None)),
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Self::run_only("the one in the configuration folder cannot be read");
            }
            Err(_) => {}
        }
        if surroundings.ci {
            return Self::run_only("CI=true");
        }
        let key = Self::random(true)?;
        match key.keep(&path) {
            Ok(()) => Ok((key, Some(Note::Made(path)))),
            // Another run made one in the meantime: that one it is.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Ok((Self::read(&path)?, None))
            }
            Err(_) => Self::run_only("the configuration folder cannot be written"),
        }
    }

    /// Reads a key file.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        Self::parse(File::open(path).map_err(KeyError::Unreadable)?)
    }

    fn parse(file: File) -> Result<Self, KeyError> {
        let mut text = Zeroizing::new(Vec::with_capacity(128));
        file.take(66)
            .read_to_end(&mut text)
            .map_err(KeyError::Unreadable)?;
        let mut bytes = Zeroizing::new([0; 32]);
        if text.len() == 32 {
            bytes.copy_from_slice(&text);
            return Ok(Self { bytes, kept: true });
        }
        let digits = text.strip_suffix(b"\n").unwrap_or(&text);
        if digits.len() != 64 {
            return Err(KeyError::Malformed);
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |at: usize| char::from(pair[at]).to_digit(16).ok_or(KeyError::Malformed);
            *byte = (digit(0)? * 16 + digit(1)?) as u8;
        }
        Ok(Self { bytes, kept: true })
    }

    fn random(kept: bool) -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut()).map_err(KeyError::Random)?;
        Ok(Self { bytes, kept })
    }

    fn run_only(why: &'static str) -> Result<(Self, Option<Note>), KeyError> {
        Ok((Self::random(false)?, Some(Note::RunOnly(why))))
    }

    /// Writes the key under a name of its own and links it to `path`, so that
    /// nobody reads half a key and of two runs only one makes it.
    fn keep(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        let draft = folder.join(format!(".token.key.{}", std::process::id()));
        let mut digits = Zeroizing::new(hex(self.bytes.as_ref()));
        digits.push('\n');
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&draft)
            .and_then(|mut file| {
                file.write_all(digits.as_bytes())
                    .and_then(|()| file.sync_all())
            })
            .and_then(|()| fs::hard_link(&draft, path));
        let removed = fs::remove_file(&draft);
        written.and(removed)
    }

    /// Whether the key lasts beyond this run.
    pub fn is_kept(&self) -> bool {
        self.kept
    }

    /// What tells keys apart without telling the key: eight hex digits; `None`
    /// for a key of this run only.
    pub fn id(&self) -> Option<String> {
        self.kept
            .then(|| hex(&self.digest("phiscan/key-id/1", &[])[..4]))
    }

    /// The token of `parts` under `label`.
    pub fn token(&self, label: &str, parts: &[&[u8]]) -> Token {
        let bits = self.bits(label, parts);
        Token(if self.kept {
            hex(&bits)
        } else {
            format!("run-{}", hex(&bits[..14]))
        })
    }

    /// The first 128 bits of the HMAC.
    pub(crate) fn bits(&self, label: &str, parts: &[&[u8]]) -> [u8; 16] {
        let [bits @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = self.digest(label, parts);
        bits
    }

    fn digest(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        // HMAC takes a key of any length, so this cannot fail.
        let mut mac = Hmac::<Sha256>::new_from_slice(self.bytes.as_ref())
            .expect("HMAC takes keys of any length");
        for part in std::iter::once(label.as_bytes()).chain(parts.iter().copied()) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// Bytes as lower-case hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn write(folder: &Path, content: &[u8]) -> PathBuf {
        let path = folder.join("key");
        fs::write(&path, content).unwrap();
        path
    }

    #[test]
    fn raw_and_hex_files_give_the_same_key() {
        let folder = tempfile::tempdir().unwrap();
        let raw: Vec<u8> = (0..32).collect();
        let ids: Vec<_> = [
            raw.clone(),
            hex(&raw).into_bytes(),
            (hex(&raw).to_uppercase() + "\n").into_bytes(),
        ]
        .iter()
        .map(|content| Key::read(&write(folder.path(), content)).unwrap().id())
        .collect();
        assert!(ids[0].is_some());
        assert_eq!(ids[0], ids[1]);
        assert_eq!(ids[0], ids[2]);
    }

    #[test]
    fn anything_else_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let digits = "0".repeat(64);
        for content in [
            String::new(),
            "0".repeat(31),
            "0".repeat(33),
            "0".repeat(63),
            digits.clone() + "\r\n",
            digits.clone() + "\n\n",
            digits.clone() + "0",
            "g".repeat(64),
            "é".repeat(32),
        ] {
            let path = write(folder.path(), content.as_bytes());
            assert!(
                matches!(Key::read(&path), Err(KeyError::Malformed)),
                "{content:?}"
            );
        }
        assert!(matches!(
            Key::read(&folder.path().join("none")),
            Err(KeyError::Unreadable(_))
        ));
    }

    #[test]
    fn the_key_is_made_once_and_kept_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config");
        let surroundings = Surroundings {
            ci: false,
            config_folder: Some(config.clone()),
        };
        let (first, note) = Key::load(None, &surroundings).unwrap();
        let kept = config.join(KEPT);
        assert_eq!(note, Some(Note::Made(kept.clone())));
        let (second, note) = Key::load(None, &surroundings).unwrap();
        assert_eq!(note, None);
        assert_eq!(first.id(), second.id());
        assert_eq!(
            fs::metadata(&kept).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            fs::metadata(kept.parent().unwrap())
                .unwrap()
                .permissions()
                .mode()
                & 0o777,
            0o700
        );
        assert_eq!(
            fs::read_dir(kept.parent().unwrap()).unwrap().count(),
            1,
            "the draft is gone"
        );
    }

    #[test]
    fn without_a_kept_key_ids_say_so() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        for surroundings in [
            Surroundings {
                ci: true,
                config_folder: Some(folder.path().to_owned()),
            },
            Surroundings {
                ci: false,
                config_folder: Some(folder.path().join("file")),
            },
            Surroundings {
                ci: false,
                config_folder: None,
            },
        ] {
            let (key, note) = Key::load(None, &surroundings).unwrap();
            assert!(matches!(note, Some(Note::RunOnly(_))), "{surroundings:?}");
            assert_eq!(key.id(), None);
            let token = key.token("phiscan/unit/1", &[b"x"]);
            assert_eq!(token.as_str().len(), 32);
            assert!(token.as_str().starts_with("run-"));
            let (other, _) = Key::load(None, &surroundings).unwrap();
            assert_ne!(token, other.token("phiscan/unit/1", &[b"x"]));
        }
    }
}
