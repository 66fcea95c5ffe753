//! `cargo xtask dist`: a release archive that needs nothing but glibc.
//!
//! ```text
//! release binary ─► strip ─► bare root (loader, glibc, phiscan) ─► start it there: completions, manual pages
//!                                                                        │
//! cargo metadata, registry sources ─► licences ──────────────────────────┴─► sorted tar.gz ─► SHA256SUMS
//! ```
//!
//! Whatever goes into the archive is made by the stripped program inside the bare root, so an archive
//! exists only if the program runs there. The same binary and the same commit give the same bytes.

mod archive;
mod bare;
mod licences;

use std::path::{Path, PathBuf};
use std::process::Command;

use archive::Archive;
use bare::BareRoot;

use crate::{cargo, run};

/// Builds the archive below `out`, from `binary` or from a release build.
///
/// Leaves `phiscan-VERSION-TARGET.tar.gz`, `SHA256SUMS` and `bare-root/`, which a container image can
/// take over as it is.
pub(crate) fn make(root: &Path, binary: Option<&Path>, out: Option<&Path>) -> Result<(), String> {
    let time = time(root)?;
    let target = target()?;
    let binary = match binary {
        Some(binary) => binary.to_owned(),
        None => release_build(root)?,
    };
    let out = out.map_or_else(|| root.join("target/dist"), Path::to_owned);
    std::fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;

    let licences = licences::collect(root, &target)?;
    let bare = BareRoot::make(&out.join("bare-root"), &binary)?;
    let said = bare.run(&["--version"])?;
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    if said != format!("phiscan {}", licences.version) {
        return Err(format!(
            "{} says that it is {said}, and the workspace is {}",
            binary.display(),
            licences.version
        ));
    }
    bare.run(&["detectors", "test"])?;
    println!(
        "{said} runs its detectors' examples in a root that holds only {}",
        bare.libraries().join(", ")
    );

    let name = format!("phiscan-{}-{target}", licences.version);
    let mut archive = Archive::new(&name, time);
    archive.add_program("phiscan", bare.program()?);
    archive.add(
        "README.md",
        readme(&licences.version, &target, bare.glibc()).into_bytes(),
    );
    archive.add("LICENSE", read(&root.join("LICENSE"))?);
    archive.add("CHANGELOG.md", read(&root.join("CHANGELOG.md"))?);
    archive.add(
        "licences/third-party.txt",
        licences.text.clone().into_bytes(),
    );
    archive.add(
        "licences/rust-standard-library.html",
        licences.standard_library.clone(),
    );
    for (shell, file) in [
        ("bash", "phiscan.bash"),
        ("zsh", "_phiscan"),
        ("fish", "phiscan.fish"),
    ] {
        archive.add(
            &format!("completions/{file}"),
            bare.run(&["completions", shell])?,
        );
    }
    for (page, text) in manual(&bare)? {
        archive.add(&format!("man/man1/{page}.1"), text);
    }
    bare.add_documents(&archive)?;

    let bytes = archive.finish()?;
    let file = format!("{name}.tar.gz");
    write(&out.join(&file), &bytes)?;
    let sums = format!("{}  {file}\n", archive::sha256(&bytes));
    write(&out.join("SHA256SUMS"), sums.as_bytes())?;
    println!(
        "wrote {} ({} MiB, glibc {} or later, licences of {} packages)",
        out.join(&file).display(),
        bytes.len() >> 20,
        bare.glibc(),
        licences.packages
    );
    Ok(())
}

fn release_build(root: &Path) -> Result<PathBuf, String> {
    run(cargo(&[
        "build",
        "--release",
        "--locked",
        "--package",
        "pipelines",
    ]))?;
    let target = std::env::var_os("CARGO_TARGET_DIR");
    let target = target.map_or_else(|| root.join("target"), PathBuf::from);
    Ok(target.join("release/phiscan"))
}

/// The time that all entries get: `SOURCE_DATE_EPOCH`, else that of the commit.
fn time(root: &Path) -> Result<u64, String> {
    let seconds = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(seconds) => seconds,
        Err(_) => output(
            Command::new("git")
                .args(["log", "-1", "--format=%ct"])
                .current_dir(root),
        )
        .map_err(|error| format!("{error}; outside of a clone, set SOURCE_DATE_EPOCH"))?,
    };
    seconds
        .trim()
        .parse()
        .map_err(|_| format!("SOURCE_DATE_EPOCH is {seconds:?}, and should be seconds since 1970"))
}

/// What this machine compiles for.
fn target() -> Result<String, String> {
    let version = output(rustc().arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| "`rustc -vV` names no host".to_owned())
}

fn rustc() -> Command {
    Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
}

/// All manual pages by name, found from each other: a page lists those below it.
fn manual(bare: &BareRoot) -> Result<Vec<(String, Vec<u8>)>, String> {
    let mut pages = Vec::new();
    let mut wanted: Vec<Vec<String>> = vec![Vec::new()];
    while let Some(command) = wanted.pop() {
        let mut arguments = vec!["man"];
        arguments.extend(command.iter().map(String::as_str));
        let page = bare.run(&arguments)?;
        let name = [vec!["phiscan".to_owned()], command.clone()]
            .concat()
            .join("-");
        for line in String::from_utf8_lossy(&page).lines() {
            let below = line.replace("\\-", "-");
            let below = below
                .strip_prefix(&format!("{name}-"))
                .and_then(|rest| rest.strip_suffix("(1)"));
            if let Some(below) = below {
                wanted.push([command.clone(), vec![below.to_owned()]].concat());
            }
        }
        pages.push((name, page));
    }
    Ok(pages)
}

/// The archive's own page.
fn readme(version: &str, target: &str, glibc: &str) -> String {
    format!(
        "\
# phiscan {version} for {target}

Finds protected health information in AWS, in the places where it must not be. One program that needs Linux with glibc
{glibc} or later, and nothing else.

```sh
sha256sum --check SHA256SUMS
install -D phiscan ~/.local/bin/phiscan
install -D -m 644 -t ~/.local/share/man/man1 man/man1/*
install -D -m 644 completions/phiscan.bash ~/.local/share/bash-completion/completions/phiscan
```

Then `phiscan scan FOLDER`, `phiscan --help` and `man phiscan`. For zsh, put `completions/_phiscan` into a folder of `$fpath`; for fish, `completions/phiscan.fish` into
`~/.config/fish/completions`.

Findings go to `phiscan-out`. They say who leaked where, though not what: treat them as PHI.

phiscan is under the Apache License 2.0 (`LICENSE`); `licences` has the licences of what it is built from.
"
    )
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    std::fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}

/// What a program prints; it must end well.
fn output(command: &mut Command) -> Result<String, String> {
    let output = command
        .env("LC_ALL", "C")
        .output()
        .map_err(|error| format!("cannot start {command:?}: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!(
            "failed ({}): {command:?}: {}",
            output.status,
            said.trim()
        ))
    }
}
