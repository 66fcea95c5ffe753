//! The licences of everything that is compiled into the program.
//!
//! `cargo metadata` says which packages those are; their texts are the files in the registry's sources,
//! those of bundled C code among them. Nothing is fetched. A package without a text gets that of another
//! package of the same repository, or ours where it is under the same licence; otherwise there is no
//! archive.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{output, read, rustc};
use crate::cargo;

/// What the archive says of licences.
pub(super) struct Licences {
    /// The version of phiscan.
    pub version: String,
    /// How many packages of others the program holds.
    pub packages: usize,
    /// The packages and all their texts.
    pub text: String,
    /// The page of the Rust project about its standard library, in HTML.
    pub standard_library: Vec<u8>,
}

/// A package that the program holds.
#[derive(Clone)]
struct Package {
    name: String,
    version: String,
    licence: String,
    repository: String,
    /// Its folder in the registry's sources.
    folder: PathBuf,
    /// Names of its licence files below the folder, and what they say.
    texts: Vec<(String, String)>,
}

/// Collects the licences of what the program holds when compiled for `target`.
pub(super) fn collect(root: &Path, target: &str) -> Result<Licences, String> {
    let metadata = output(&mut cargo(&[
        "metadata",
        "--format-version=1",
        "--locked",
        "--offline",
        "--filter-platform",
        target,
    ]))?;
    let metadata: Value =
        serde_json::from_str(&metadata).map_err(|error| format!("cargo metadata: {error}"))?;
    let (version, mut packages) = packages(&metadata)?;
    for package in &mut packages {
        let folder = package.folder.clone();
        texts_below(&folder, &folder, &mut package.texts)?;
        package.texts.sort();
    }
    lend(&mut packages, &read(&root.join("LICENSE"))?)?;
    let sysroot = output(rustc().args(["--print", "sysroot"]))?;
    let page = Path::new(sysroot.trim()).join("share/doc/rust/COPYRIGHT-library.html");
    Ok(Licences {
        text: written(&version, target, &packages),
        version,
        packages: packages.len(),
        standard_library: read(&page)?,
    })
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The version of `pipelines`, and the packages of others that are compiled into it or into its code by
/// macros; not what only builds and tests need.
fn packages(metadata: &Value) -> Result<(String, Vec<Package>), String> {
    let all: BTreeMap<&str, &Value> = list(&metadata["packages"])
        .iter()
        .filter_map(|package| Some((package["id"].as_str()?, package)))
        .collect();
    let nodes: BTreeMap<&str, &Value> = list(&metadata["resolve"]["nodes"])
        .iter()
        .filter_map(|node| Some((node["id"].as_str()?, node)))
        .collect();
    let program = all
        .iter()
        .find(|(_, package)| package["name"] == "pipelines");
    let (&program, about) = program.ok_or("cargo metadata names no `pipelines`")?;

    let mut reached = BTreeSet::from([program]);
    let mut open = vec![program];
    while let Some(id) = open.pop() {
        for dependency in list(&nodes.get(id).unwrap_or(&&Value::Null)["deps"]) {
            let kinds = list(&dependency["dep_kinds"]);
            let compiled_in = kinds.iter().any(|kind| kind["kind"].is_null());
            if let Some(id) = dependency["pkg"].as_str().filter(|_| compiled_in)
                && reached.insert(id)
            {
                open.push(id);
            }
        }
    }
    let mut packages: Vec<Package> = reached
        .iter()
        .filter_map(|id| all.get(id))
        .filter(|package| !package["source"].is_null())
        .map(|package| Package {
            name: text_of(&package["name"]),
            version: text_of(&package["version"]),
            licence: text_of(&package["license"]),
            repository: text_of(&package["repository"]),
            folder: PathBuf::from(text_of(&package["manifest_path"]))
                .parent()
                .map_or_else(PathBuf::new, Path::to_owned),
            texts: Vec::new(),
        })
        .collect();
    packages.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    Ok((text_of(&about["version"]), packages))
}

/// Whether a file's name is that of a licence, a notice or a list of copyrights.
fn is_licence(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let begins = [
        "license",
        "licence",
        "unlicense",
        "copying",
        "copyright",
        "notice",
    ];
    let code = [".rs", ".c", ".h", ".py", ".toml", ".json"];
    begins.iter().any(|word| lower.starts_with(word))
        && !code.iter().any(|end| lower.ends_with(end))
}

/// Adds the licence files of a folder and of all below it.
fn texts_below(
    package: &Path,
    folder: &Path,
    texts: &mut Vec<(String, String)>,
) -> Result<(), String> {
    let fail = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(fail)?);
        let name = entry.file_name().to_string_lossy().into_owned();
        if kind.is_dir() {
            texts_below(package, &path, texts)?;
        } else if kind.is_file() && is_licence(&name) {
            let below = path.strip_prefix(package).unwrap_or(&path);
            let text = String::from_utf8_lossy(&read(&path)?).into_owned();
            texts.push((below.display().to_string(), tidy(&text)));
        }
    }
    Ok(())
}

/// The text without differences that mean nothing.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// Gives a text to packages that ship none.
fn lend(packages: &mut [Package], ours: &[u8]) -> Result<(), String> {
    let donors: Vec<Package> = packages
        .iter()
        .filter(|package| !package.texts.is_empty())
        .cloned()
        .collect();
    for package in packages
        .iter_mut()
        .filter(|package| package.texts.is_empty())
    {
        let donor = donors.iter().find(|donor| {
            !donor.repository.is_empty()
                && donor.repository == package.repository
                && donor.licence == package.licence
        });
        if let Some(donor) = donor {
            let named = |(file, text): &(String, String)| {
                (format!("{file} of {}", donor.name), text.clone())
            };
            package.texts = donor.texts.iter().map(named).collect();
        } else if package
            .licence
            .split(" OR ")
            .any(|licence| licence == "Apache-2.0")
        {
            let text = tidy(&String::from_utf8_lossy(ours));
            package.texts = vec![("the standard text".to_owned(), text)];
        } else {
            return Err(format!(
                "{} {} ({}) ships no licence text, nor does its repository's other packages: {}",
                package.name, package.version, package.licence, package.repository
            ));
        }
    }
    Ok(())
}

/// The page: a list of packages, then each text once with those it is for.
fn written(version: &str, target: &str, packages: &[Package]) -> String {
    let mut page = format!(
        "Licences of what phiscan {version} for {target} is built from\n\n\
         phiscan itself is under the Apache License 2.0. The program holds code of the {} packages below,\n\
         whose texts follow, and of Rust's standard library (rust-standard-library.html). Stack unwinding\n\
         comes from GCC's libgcc, whose Runtime Library Exception 3.1 allows it in any program.\n\n",
        packages.len()
    );
    for package in packages {
        page.push_str(&format!(
            "{} {}, {}, {}\n",
            package.name, package.version, package.licence, package.repository
        ));
    }
    let mut texts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for package in packages {
        for (file, text) in &package.texts {
            let whose = format!("{} {}: {file}", package.name, package.version);
            texts.entry(text).or_default().push(whose);
        }
    }
    let mut texts: Vec<(&str, Vec<String>)> = texts.into_iter().collect();
    texts.sort_by(|a, b| a.1.cmp(&b.1));
    for (text, whose) in texts {
        page.push_str(&format!(
            "\n{}\n{}\n\n{text}\n",
            "=".repeat(100),
            whose.join("\n")
        ));
    }
    page
}
