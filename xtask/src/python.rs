//! The Python environment of the tests: other people's readers and validators, pinned in
//! `tests/requirements.txt` and installed below `target/`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run;

/// The environment's interpreter; made on first use, and again when the pinned list changes.
pub(crate) fn environment(root: &Path) -> Result<PathBuf, String> {
    let requirements = root.join("tests/requirements.txt");
    let folder = root.join("target/venv");
    let python = folder.join("bin/python");
    let installed = folder.join("requirements.installed");
    let wanted = read(&requirements)?;
    if python.exists() && read(&installed).is_ok_and(|have| have == wanted) {
        return Ok(python);
    }
    let system = ["python3.11", "python3.12", "python3.13", "python3"]
        .into_iter()
        .find(|name| version_is_enough(name))
        .ok_or("the tests need Python 3.11 or later with its venv module (Debian: apt-get install python3-venv)")?;
    run(Command::new(system)
        .args(["-m", "venv", "--clear"])
        .arg(&folder))?;
    run(Command::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--disable-pip-version-check",
            "--requirement",
        ])
        .arg(&requirements))?;
    std::fs::write(&installed, wanted)
        .map_err(|error| format!("{}: {error}", installed.display()))?;
    Ok(python)
}

fn version_is_enough(name: &str) -> bool {
    let check = "import sys, venv; sys.exit(sys.version_info < (3, 11))";
    Command::new(name)
        .args(["-c", check])
        .output()
        .is_ok_and(|output| output.status.success())
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}
