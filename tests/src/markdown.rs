//! Pages of documentation: their code blocks, headings and links.
//!
//! What a code block's info string may say, for the pages whose commands are run:
//!
//! ````text
//! ```sh                  commands, also without the word; a line that ends with another status than usual says `# status N`
//! ```sh needs-docker     commands that are not run, for one of the reasons in NOT_RUN
//! ```text output         what the command before prints
//! ```toml policy.toml    a file that the commands behind it use
//! ```text                anything else
//! ````

use std::fs;
use std::path::Path;

use crate::root;

/// Reasons why commands of a page are not run. Those that need a repository are, by `tests/ci.rs`.
pub const NOT_RUN: [&str; 6] = [
    "builds",
    "needs-account",
    "needs-aws",
    "needs-docker",
    "needs-network",
    "needs-repository",
];

/// A code block.
#[derive(Debug)]
pub struct Block {
    /// The page and the line of the fence, for messages.
    pub at: String,
    /// The first word of the info string.
    pub language: String,
    /// The other words.
    pub words: Vec<String>,
    /// What stands between the fences.
    pub text: String,
}

/// The text of a page of the repository.
#[must_use]
pub fn read(page: &str) -> String {
    fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

/// The book's pages in the order of its summary.
#[must_use]
pub fn book() -> Vec<String> {
    links("docs/src/SUMMARY.md")
        .into_iter()
        .map(|(_, target)| format!("docs/src/{target}"))
        .collect()
}

/// All pages that people write and read: the book and those beside the code.
#[must_use]
pub fn pages() -> Vec<String> {
    let mut found = Vec::new();
    below(&root(), &mut found);
    found.sort();
    found
}

fn below(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // Hidden folders, what is built, and synthetic data are no pages.
        if name.starts_with('.') || ["target", "hospital", "testdata"].contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            below(&path, found);
        } else if name.ends_with(".md") {
            let page = path.strip_prefix(root()).unwrap();
            found.push(page.display().to_string());
        }
    }
}

/// Lines of a page with their numbers, each with the fence it is inside of.
fn fenced(text: &str) -> Vec<(usize, &str, Option<&str>)> {
    let mut fence: Option<&str> = None;
    let mut lines = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let start = line.trim_start();
        let length = start.len() - start.trim_start_matches('`').len();
        let closes = fence.is_some_and(|open| length >= open.len() && start.len() == length);
        let before = fence;
        if closes {
            fence = None;
        } else if fence.is_none() && length >= 3 {
            fence = Some(&start[..length]);
        }
        lines.push((number + 1, line, before.or(fence)));
    }
    lines
}

/// The code blocks of a page.
#[must_use]
pub fn blocks(page: &str) -> Vec<Block> {
    let text = read(page);
    let mut found: Vec<Block> = Vec::new();
    let mut inside = false;
    for (number, line, fence) in fenced(&text) {
        let Some(fence) = fence else { continue };
        let start = line.trim_start();
        if !inside {
            let mut words = start[fence.len()..].split_whitespace().map(str::to_owned);
            found.push(Block {
                at: format!("{page}:{number}"),
                language: words.next().unwrap_or_default(),
                words: words.collect(),
                text: String::new(),
            });
            inside = true;
        } else if start.len() >= fence.len() && start.trim_matches('`').is_empty() {
            inside = false;
        } else {
            let block = found.last_mut().unwrap();
            block.text.push_str(line);
            block.text.push('\n');
        }
    }
    assert!(!inside, "{page}: a code block has no end");
    found
}

/// The anchors of a page's headings, as GitHub and mdBook make them.
#[must_use]
pub fn anchors(page: &str) -> Vec<String> {
    let text = read(page);
    let mut found: Vec<String> = Vec::new();
    for (_, line, fence) in fenced(&text) {
        let heading = line.trim_start_matches('#');
        if fence.is_some() || heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let anchor: String = heading
            .trim()
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect();
        let same = |old: &&String| {
            old.strip_prefix(&anchor)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        let number = found.iter().filter(same).count();
        let taken = found.contains(&anchor);
        found.push(if taken {
            format!("{anchor}-{number}")
        } else {
            anchor
        });
    }
    found
}

/// The targets of a page's links and pictures, each with its line.
#[must_use]
pub fn links(page: &str) -> Vec<(usize, String)> {
    let text = read(page);
    let mut found = Vec::new();
    for (number, line, fence) in fenced(&text) {
        if fence.is_some() {
            continue;
        }
        // Between backticks stands code.
        let prose: Vec<&str> = line.split('`').step_by(2).collect();
        let prose = prose.join("`");
        for rest in prose.split("](").skip(1) {
            let target = rest.split(')').next().unwrap();
            found.push((number, target.to_owned()));
        }
    }
    found
}
