//! Names of local units: URIs of roots, and paths below them.

use std::path::Path;

/// A path as text. Bytes that are no UTF-8 are written as `%XX`, so different names stay
/// different.
pub(crate) fn text(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// `file://` and the absolute path, without looking at links.
pub(crate) fn uri(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut clean = std::path::PathBuf::new();
    for part in absolute.components() {
        match part {
            std::path::Component::ParentDir => {
                clean.pop();
            }
            part => clean.push(part),
        }
    }
    format!("file://{}", text(&clean))
}

/// A name without the suffix of the outer compression.
pub(crate) fn without_compression(name: &str) -> &str {
    const SUFFIXES: [&str; 4] = [".gz", ".gzip", ".zst", ".zstd"];
    let stripped = SUFFIXES.iter().find_map(|suffix| {
        let at = name.len().checked_sub(suffix.len())?;
        name.is_char_boundary(at).then_some(())?;
        name[at..].eq_ignore_ascii_case(suffix).then(|| &name[..at])
    });
    stripped
        .filter(|stripped| !stripped.is_empty() && !stripped.ends_with('/'))
        .unwrap_or(name)
}
