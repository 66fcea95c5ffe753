//! `docs/src/performance.md`: each bench has its place between two comments, and only that is replaced.

use crate::root;

/// Bytes as MiB.
pub(crate) fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// Puts a bench's figures into the page.
pub(crate) fn write(bench: &str, figures: &str) -> Result<(), String> {
    let path = root().join("docs/src/performance.md");
    let fail = |error: std::io::Error| format!("{}: {error}", path.display());
    let page = std::fs::read_to_string(&path).map_err(fail)?;
    let page = replaced(&page, bench, figures)
        .ok_or_else(|| format!("{} has no place for {bench}", path.display()))?;
    std::fs::write(&path, page).map_err(fail)?;
    println!("wrote {}", path.display());
    Ok(())
}

/// The page with what stands between `<!-- BENCH -->` and `<!-- end of BENCH -->` replaced.
fn replaced(page: &str, bench: &str, figures: &str) -> Option<String> {
    let (before, rest) = page.split_once(&format!("<!-- {bench} -->\n"))?;
    let (_, after) = rest.split_once(&format!("<!-- end of {bench} -->"))?;
    Some(format!(
        "{before}<!-- {bench} -->\n{}\n<!-- end of {bench} -->{after}",
        figures.trim_end()
    ))
}

#[cfg(test)]
mod tests {
    use super::{replaced, root};

    #[test]
    fn only_the_benchs_own_part_changes() {
        let page =
            "A\n<!-- scan -->\nold\n<!-- end of scan -->\nB\n<!-- keys -->\n<!-- end of keys -->\n";
        let new = replaced(page, "scan", "new\n").unwrap_or_default();
        assert_eq!(new, page.replace("old", "new"));
        assert_eq!(replaced(page, "other", "new"), None);
    }

    #[test]
    fn the_page_has_a_place_for_every_bench() {
        let page =
            std::fs::read_to_string(root().join("docs/src/performance.md")).unwrap_or_default();
        for bench in ["scan", "scan-keys", "leaky"] {
            assert!(replaced(&page, bench, "").is_some(), "{bench}");
        }
    }
}
