//! The release archive: made by `cargo xtask dist` from the binary at hand, unpacked with the tools of
//! its users, and started where there is nothing but glibc. Needs root or user namespaces.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tests::{Bench, KEY, Run, binary, root};

const SECONDS: &str = "1700000000";

/// `cargo xtask dist` under a file mode mask of its own.
fn dist(binary: &Path, out: &Path, mask: &str) -> Run {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new("sh")
        .args(["-c", &format!("umask {mask}; exec \"$@\""), "sh"])
        .arg(cargo)
        .args(["run", "--quiet", "--offline", "--package", "xtask"])
        .args(["--", "dist", "--binary"])
        .arg(binary)
        .arg("--out")
        .arg(out)
        .env("SOURCE_DATE_EPOCH", SECONDS)
        .current_dir(root())
        .output();
    output.unwrap().into()
}

/// A program of the system, which must end well.
fn tool(folder: &Path, command: &[&str]) -> String {
    let output = Command::new(command[0])
        .args(&command[1..])
        .env("LC_ALL", "C")
        .current_dir(folder)
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}", command[0]));
    let run = Run::from(output);
    assert_eq!(run.status, 0, "{command:?}: {}{}", run.stdout, run.stderr);
    run.stdout
}

/// The archive that all tests look at, and the folder that it unpacks to.
struct Made {
    bench: Bench,
    file: String,
    unpacked: PathBuf,
}

fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let bench = Bench::new();
        let run = dist(&binary(), &bench.at("dist"), "022");
        assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
        let sums = fs::read_to_string(bench.at("dist/SHA256SUMS")).unwrap();
        let file = sums.split_whitespace().nth(1).unwrap().to_owned();
        tool(&bench.at("dist"), &["tar", "-xzf", &file]);
        let unpacked = bench.at("dist").join(file.strip_suffix(".tar.gz").unwrap());
        Made {
            bench,
            file,
            unpacked,
        }
    })
}

/// Names of all files below a folder.
fn names(folder: &Path) -> BTreeSet<String> {
    fn walk(base: &Path, folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(base, &path, found);
            } else {
                let below = path.strip_prefix(base).unwrap();
                found.insert(below.to_str().unwrap().to_owned());
            }
        }
    }
    let mut found = BTreeSet::new();
    walk(folder, folder, &mut found);
    found
}

#[test]
fn the_archive_unpacks_and_its_sums_hold() {
    let Made {
        bench,
        file,
        unpacked,
    } = made();
    tool(
        &bench.at("dist"),
        &["sha256sum", "--check", "--strict", "SHA256SUMS"],
    );
    tool(
        unpacked,
        &["sha256sum", "--check", "--strict", "SHA256SUMS"],
    );
    let sums = fs::read_to_string(unpacked.join("SHA256SUMS")).unwrap();
    let mut listed: BTreeSet<String> = sums
        .lines()
        .map(|line| line.split("  ").nth(1).unwrap().to_owned())
        .collect();
    listed.insert("SHA256SUMS".to_owned());
    assert_eq!(listed, names(unpacked));
    for name in [
        "phiscan",
        "LICENSE",
        "README.md",
        "licences/third-party.txt",
        "licences/rust-standard-library.html",
        "completions/phiscan.bash",
        "completions/_phiscan",
        "completions/phiscan.fish",
        "man/man1/phiscan.1",
        "man/man1/phiscan-scan.1",
        "man/man1/phiscan-places-show.1",
    ] {
        assert!(listed.contains(name), "{name} is missing: {listed:#?}");
    }
    assert!(file.starts_with(&format!("phiscan-{}-", env!("CARGO_PKG_VERSION"))));
}

/// The archive's own page says how to install it.
#[test]
fn the_page_in_the_archive_installs_it() {
    let home = Bench::new();
    let page = fs::read_to_string(made().unpacked.join("README.md")).unwrap();
    let commands = page.split("```sh\n").nth(1).unwrap();
    let commands = commands.split("```").next().unwrap();
    let output = Command::new("sh")
        .args(["-e", "-c", commands])
        .env("HOME", home.path())
        .current_dir(&made().unpacked)
        .output();
    let run = Run::from(output.unwrap());
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    let said = tool(
        home.path(),
        &[home.at(".local/bin/phiscan").to_str().unwrap(), "--version"],
    );
    assert_eq!(
        said.trim(),
        format!("phiscan {}", env!("CARGO_PKG_VERSION"))
    );
    assert!(home.at(".local/share/man/man1/phiscan-scan.1").exists());
    assert!(
        home.at(".local/share/bash-completion/completions/phiscan")
            .exists()
    );
}

#[test]
fn entries_have_one_order_time_and_owner() {
    let Made { bench, file, .. } = made();
    let listing = tool(
        &bench.at("dist"),
        &[
            "tar",
            "--utc",
            "--numeric-owner",
            "--full-time",
            "-tvzf",
            file,
        ],
    );
    let mut order = Vec::new();
    for line in listing.lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let mode = if fields[5].ends_with("/phiscan") {
            "-rwxr-xr-x"
        } else {
            "-rw-r--r--"
        };
        assert_eq!(fields[..2], [mode, "0/0"], "{line}");
        assert_eq!(fields[3..5], ["2023-11-14", "22:13:20"], "{line}");
        order.push(fields[5].to_owned());
    }
    assert!(order.len() > 20 && order.is_sorted(), "{order:#?}");
}

#[test]
fn two_runs_give_the_same_bytes() {
    let made = made();
    let again = Bench::new();
    let run = dist(&binary(), &again.at("dist"), "077");
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    let bytes = |bench: &Bench| fs::read(bench.at("dist").join(&made.file)).unwrap();
    assert!(bytes(&made.bench) == bytes(&again), "the archives differ");
}

/// A program that needs a library of anybody else makes no archive.
#[test]
fn a_binary_that_needs_more_than_glibc_is_refused() {
    let bench = Bench::new();
    // This test itself: only programs of `pipelines` are linked without libgcc_s.
    let other = std::env::current_exe().unwrap();
    let run = dist(&other, &bench.at("dist"), "022");
    assert_eq!(run.status, 1, "{}", run.stdout);
    assert!(run.stderr.contains("libgcc_s.so.1"), "{}", run.stderr);
    assert!(!bench.at("dist/SHA256SUMS").exists());
}

/// Packages that cargo compiles into the program, and their licences, by another way than xtask's.
fn packages() -> BTreeMap<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["tree", "--offline", "--locked", "--prefix", "none"])
        .args(["--package", "pipelines", "--edges", "normal"])
        .args(["--format", "{p}|{l}|"])
        .current_dir(root())
        .output();
    let run = Run::from(output.unwrap());
    assert_eq!(run.status, 0, "{}", run.stderr);
    let others = run.stdout.lines().filter(|line| !line.contains(" (/"));
    others
        .map(|line| {
            // Behind it stands ` (*)` where a package was listed before.
            let (package, rest) = line.split_once('|').unwrap();
            let licence = rest.split('|').next().unwrap();
            let package = package.replacen(" v", " ", 1).replace(" (proc-macro)", "");
            (package, licence.to_owned())
        })
        .collect()
}

#[test]
fn every_package_has_its_licence_and_a_text() {
    let page = fs::read_to_string(made().unpacked.join("licences/third-party.txt")).unwrap();
    let (list, texts) = page.split_once("\n=====").unwrap();
    let packages = packages();
    assert!(packages.len() > 100, "{} packages", packages.len());
    let missing: Vec<&String> = packages
        .iter()
        .filter(|(package, licence)| {
            !list.contains(&format!("\n{package}, {licence}, "))
                || !texts.contains(&format!("\n{package}: "))
        })
        .map(|(package, _)| package)
        .collect();
    assert_eq!(missing, Vec::<&String>::new());
    // C code that a crate bundles, and the longest and the shortest of the usual texts.
    for text in [
        "zstd/LICENSE",
        "END OF TERMS AND CONDITIONS",
        "Permission is hereby granted, free of charge",
    ] {
        assert!(texts.contains(text), "{text}");
    }
}

#[test]
fn manual_pages_and_completions_name_every_command_and_option() {
    let made = made();
    let bench = Bench::new();
    let help = bench.run(&["--help"]).stdout;
    let commands = help.split("Commands:\n").nth(1).unwrap();
    let commands = commands.lines().take_while(|line| !line.is_empty());
    let commands: Vec<&str> = commands
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .collect();
    assert!(commands.contains(&"scan"), "{commands:?}");
    for command in commands {
        let page = made.unpacked.join(format!("man/man1/phiscan-{command}.1"));
        let page = fs::read_to_string(&page).unwrap_or_else(|error| panic!("{command}: {error}"));
        let page = page.replace("\\-", "-");
        let help = bench.run(&[command, "--help"]).stdout;
        let options = help.lines().filter_map(|line| {
            let flag = line.trim_start();
            let flag = flag.split_once(", ").map_or(flag, |(_, long)| long);
            flag.starts_with("--")
                .then(|| flag.split([' ', '[']).next().unwrap())
        });
        for option in options {
            assert!(page.contains(option), "{command}: {option}");
            for script in ["phiscan.bash", "_phiscan", "phiscan.fish"] {
                let script = made.unpacked.join("completions").join(script);
                let text = fs::read_to_string(&script).unwrap();
                let option = option.trim_start_matches('-');
                assert!(text.contains(option), "{}: {option}", script.display());
            }
        }
    }
    let page = fs::read_to_string(made.unpacked.join("man/man1/phiscan.1")).unwrap();
    assert!(page.contains(".TH phiscan 1"), "{page}");
}

/// The bare root holds the program, its licences, the loader and glibc; a user without rights scans in
/// it, and can write to one folder only. It is what the image of the Dockerfile holds.
#[test]
fn a_user_without_rights_scans_where_there_is_only_glibc() {
    let made = made();
    let bare = made.bench.at("dist/bare-root");
    for name in names(&bare) {
        let file = name.rsplit('/').next().unwrap();
        let glibc = [
            "libc.so.6",
            "libm.so.6",
            "ld-linux-x86-64.so.2",
            "ld-linux-aarch64.so.1",
        ];
        let ours = name == "usr/bin/phiscan" || name.starts_with("usr/share/doc/phiscan/");
        assert!(ours || glibc.contains(&file), "{name}");
    }

    let place = Bench::new();
    let below = place.at("root");
    tool(
        place.path(),
        &["cp", "-a", bare.to_str().unwrap(), below.to_str().unwrap()],
    );
    place.file("root/in/app.log", b"patient ssn 219-47-3612\n");
    place.file("root/in/token.key", KEY.as_bytes());
    fs::create_dir(place.at("root/out")).unwrap();
    let scan = [
        "/usr/bin/phiscan",
        "scan",
        "/in/app.log",
        "--out",
        "/out/phiscan",
        "--token-key",
        "/in/token.key",
    ];
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let starter = if is_root {
        std::os::unix::fs::chown(place.at("root/out"), Some(65532), Some(65532)).unwrap();
        vec!["chroot", "--userspec=65532:65532"]
    } else {
        vec!["unshare", "--user", "--map-root-user", "chroot"]
    };
    let output = Command::new(starter[0])
        .args(&starter[1..])
        .arg(&below)
        .args(scan)
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .output();
    let run = Run::from(output.unwrap());
    assert_eq!(
        run.status, 1,
        "phiscan did not scan in a root of its own. Changing the root needs root or unprivileged user \
         namespaces.\n{}{}",
        run.stdout, run.stderr
    );
    let top: BTreeSet<String> = fs::read_dir(&below)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let expected = ["in", "lib", "lib64", "out", "usr"].map(str::to_owned);
    assert!(top.is_subset(&BTreeSet::from(expected)), "{top:?}");
    for file in names(&place.at("root/out/phiscan")) {
        let mode = fs::metadata(place.at("root/out/phiscan").join(&file)).unwrap();
        assert_eq!(mode.permissions().mode() & 0o777, 0o600, "{file}");
    }
    let rows = place.query_from("root/out/phiscan", "SELECT class FROM findings_current");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["class"], "SSN");
}

/// What can be said of the image without building it: it is the bare root, its user is a number and
/// not root, and nothing in it is run by a shell.
#[test]
fn the_image_is_the_bare_root_for_a_user_without_rights() {
    let file = fs::read_to_string(root().join("Dockerfile")).unwrap();
    let instructions: Vec<&str> = file
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    let last = instructions
        .iter()
        .rposition(|line| line.starts_with("FROM "));
    let image = &instructions[last.unwrap()..];
    assert_eq!(image[0], "FROM scratch");
    let of = |word: &str| {
        let lines = image.iter().filter_map(|line| line.strip_prefix(word));
        lines.map(str::trim).collect::<Vec<_>>()
    };
    assert_eq!(of("RUN"), [""; 0]);
    assert_eq!(of("COPY"), ["--from=build /src/target/dist/bare-root/ /"]);
    assert_eq!(of("USER"), ["65532:65532"]);
    assert_eq!(of("ENTRYPOINT"), ["[\"/usr/bin/phiscan\"]"]);
    assert!(made().bench.at("dist/bare-root/usr/bin/phiscan").exists());

    let ignored = fs::read_to_string(root().join(".dockerignore")).unwrap();
    for name in ["target", "phiscan-out", "**/*.key", ".git"] {
        assert!(ignored.lines().any(|line| line == name), "{name}");
    }
}
