//! `docs/src/scan.svg`: the verdict table of a real run, as a terminal shows it.

use std::path::Path;
use std::process::Command;

use crate::cargo;

/// Scans the sample estate with colours on and renders what the terminal would show.
pub(crate) fn draw(root: &Path) -> Result<(), String> {
    let out = root.join("target/picture-out");
    if out.exists() {
        std::fs::remove_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    }
    let mut command: Command = cargo(&[
        "run",
        "--quiet",
        "--",
        "scan",
        "corpora/hospital",
        "--progress",
        "never",
        "--out",
    ]);
    // `phiscan-out` is what a reader sees when he runs the command of the README himself.
    let output = command
        .arg(&out)
        .env("CLICOLOR_FORCE", "1")
        .env("COLUMNS", "118")
        .env("CI", "true")
        .env_remove("NO_COLOR")
        .output()
        .map_err(|error| format!("cannot start phiscan: {error}"))?;
    if !matches!(output.status.code(), Some(0 | 1 | 3 | 5)) {
        return Err(format!("phiscan ended with {}", output.status));
    }
    let shown =
        String::from_utf8_lossy(&output.stdout).replace(&out.display().to_string(), "phiscan-out");
    let shown = shown.replace(" --from phiscan-out", "");
    let text = format!("$ cargo run -- scan corpora/hospital\n{}", ends(&shown));
    let svg = anstyle_svg::Term::new().render_svg(&text);
    let path = root.join("docs/src/scan.svg");
    std::fs::create_dir_all(root.join("docs/src")).map_err(|error| error.to_string())?;
    std::fs::write(&path, svg).map_err(|error| format!("{}: {error}", path.display()))?;
    println!("wrote {}", path.display());
    Ok(())
}

/// The beginning and the end of what a scan prints; the middle of the table is left out.
fn ends(text: &str) -> String {
    const HEAD: usize = 34;
    const TAIL: usize = 15;
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() <= HEAD + TAIL {
        return text.to_owned();
    }
    let left_out = lines.len() - HEAD - TAIL;
    let middle = format!("  … {left_out} lines more …");
    let tail = &lines[lines.len() - TAIL..];
    [&lines[..HEAD], &[middle.as_str()], tail]
        .concat()
        .join("\n")
}
