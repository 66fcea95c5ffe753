//! The book in `docs/` hangs together: its summary names every page, and every link leads somewhere.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use tests::markdown::{anchors, book, links, pages, read};
use tests::root;

const BOOK: &str = "docs/src/";

#[test]
fn the_summary_names_every_page_once() {
    let named = book();
    let once: BTreeSet<&String> = named.iter().collect();
    assert_eq!(named.len(), once.len(), "{named:?}");
    let all: Vec<String> = pages()
        .into_iter()
        .filter(|page| page.starts_with(BOOK) && page != "docs/src/SUMMARY.md")
        .collect();
    assert!(all.len() > 3, "{all:?}");
    assert_eq!(once, all.iter().collect());
}

/// A page's title in the summary is its own, so that a reader knows where he is.
#[test]
fn pages_are_called_as_the_summary_calls_them() {
    let summary = read("docs/src/SUMMARY.md");
    for line in summary.lines().filter(|line| line.contains("](")) {
        let (title, target) = line
            .split_once('[')
            .and_then(|(_, rest)| rest.split_once("]("))
            .unwrap();
        let page = format!("{BOOK}{}", target.trim_end_matches(')'));
        let first = read(&page).lines().next().unwrap().to_owned();
        assert_eq!(first, format!("# {title}"), "{page}");
    }
}

/// A path with `..` taken out.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                assert!(plain.pop(), "{} leaves the repository", path.display())
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

/// What is wrong with a link of a page, if anything.
fn fault(page: &str, target: &str) -> Option<String> {
    if target.starts_with("https://") {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let to = if path.is_empty() {
        PathBuf::from(page)
    } else {
        plain(&Path::new(page).parent().unwrap().join(path))
    };
    let to = to.to_str().unwrap();
    if !root().join(to).exists() {
        return Some("leads nowhere".to_owned());
    }
    if page.starts_with(BOOK) && !to.starts_with(BOOK) {
        return Some("leaves the book, which as HTML has no such file".to_owned());
    }
    let known = anchor.is_empty() || anchors(to).iter().any(|known| known == anchor);
    (!known).then(|| format!("{to} has no heading #{anchor}"))
}

#[test]
fn links_lead_to_pages_and_headings_that_exist() {
    let mut faults = Vec::new();
    let mut count = 0;
    for page in pages() {
        for (line, target) in links(&page) {
            count += 1;
            if let Some(fault) = fault(&page, &target) {
                faults.push(format!("{page}:{line}: {target} {fault}"));
            }
        }
    }
    assert!(count > 20, "{count} links");
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn a_link_that_leads_nowhere_is_seen() {
    for (page, target) in [
        ("README.md", "docs/src/nothing.md"),
        ("README.md", "docs/src/verdicts.md#nothing"),
        ("docs/src/verdicts.md", "../../README.md"),
        ("docs/src/verdicts.md", "#nothing"),
    ] {
        assert!(fault(page, target).is_some(), "{page}: {target}");
    }
    assert_eq!(fault("README.md", "docs/src/verdicts.md#what-counts"), None);
    assert_eq!(fault("docs/src/verdicts.md", "output.md#columns"), None);
}
