//! Patterns of names, as in the policies of IAM: `*` stands for any number of characters, slashes
//! too, `?` for one; all else stands for itself, and the whole name has to fit.

/// Longest pattern, in bytes.
pub const LONGEST_GLOB: usize = 1024;

/// A pattern of names.
///
/// It is raw text out of a file of the user's, which may hold a name: there is no `Display`.
pub struct Glob(Box<str>);

impl Glob {
    /// A pattern. Every text is one, but for an empty one and those above [`LONGEST_GLOB`].
    ///
    /// # Errors
    /// What is wrong, in words that do not repeat the text.
    pub fn new(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("an empty pattern fits no name".to_owned());
        }
        if text.len() > LONGEST_GLOB {
            return Err(format!("longer than {LONGEST_GLOB} bytes"));
        }
        Ok(Self(text.into()))
    }

    /// Whether the whole name fits.
    ///
    /// Only the last `*` is ever tried again, so the work is at most the product of both lengths.
    pub fn fits(&self, name: &str) -> bool {
        let (pattern, name) = (self.0.as_bytes(), name.as_bytes());
        let (mut p, mut n) = (0, 0);
        // Behind the last star, and where in the name that part was tried last.
        let mut again: Option<(usize, usize)> = None;
        while n < name.len() {
            match pattern.get(p) {
                Some(b'*') => {
                    p += 1;
                    again = Some((p, n));
                }
                Some(b'?') => {
                    p += 1;
                    n += character(name, n);
                }
                Some(byte) if *byte == name[n] => {
                    p += 1;
                    n += 1;
                }
                _ => {
                    let Some((behind, tried)) = again else {
                        return false;
                    };
                    let next = tried + character(name, tried);
                    again = Some((behind, next));
                    (p, n) = (behind, next);
                }
            }
        }
        pattern[p..].iter().all(|byte| *byte == b'*')
    }

    /// How many bytes of the pattern stand for themselves: of two patterns that fit a name, the one
    /// with more says more of it.
    pub fn literal(&self) -> usize {
        let wild = |byte: &u8| matches!(byte, b'*' | b'?');
        self.0.bytes().filter(|byte| !wild(byte)).count()
    }

    /// The text, to be masked.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Bytes of the character at `at`.
fn character(name: &[u8], at: usize) -> usize {
    let behind = name.get(at + 1..).unwrap_or_default();
    1 + behind
        .iter()
        .take_while(|byte| **byte & 0xc0 == 0x80)
        .count()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn patterns_fit_as_those_of_iam() {
        for (pattern, fits, not) in [
            (
                "s3://b/*",
                vec!["s3://b/", "s3://b/a/c"],
                vec!["s3://b", "x s3://b/"],
            ),
            ("*", vec!["", "a/b\nc"], vec![]),
            (
                "*.log",
                vec![".log", "a/b.log", "a.log.log"],
                vec!["a.log2", "log"],
            ),
            ("a?c", vec!["abc", "aéc", "a/c", "a💉c"], vec!["ac", "abbc"]),
            ("a*b*c", vec!["abc", "axbxbxc", "abcbc"], vec!["acb", "ab"]),
            ("**a", vec!["a", "bba"], vec!["ab", ""]),
            ("[a]{b}(c|d)\\", vec!["[a]{b}(c|d)\\"], vec!["a"]),
            ("é*", vec!["é", "éa"], vec!["e"]),
        ] {
            let glob = Glob::new(pattern).unwrap();
            for name in fits {
                assert!(glob.fits(name), "{pattern} {name}");
            }
            for name in not {
                assert!(!glob.fits(name), "{pattern} {name}");
            }
        }
        assert_eq!(Glob::new("s3://b/?*").unwrap().literal(), 7);
        assert!(Glob::new("").is_err() && Glob::new(&"a".repeat(1025)).is_err());
    }

    #[test]
    fn hostile_patterns_take_little_time() {
        let glob = Glob::new(&"*a".repeat(512)).unwrap();
        let start = std::time::Instant::now();
        assert!(!glob.fits(&("a".repeat(100_000) + "b")));
        assert!(start.elapsed().as_secs() < 10);
    }
}
