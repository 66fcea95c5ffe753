//! Names in Chinese characters, kana and Hangul: `陳美玲`, `山田太郎`, `김민준`.
//!
//! Such names have no blanks and no case, but a narrow form: a surname out of few, then one or two
//! characters (three syllables in all in Korean) that are mostly of those which names are made of.
//! A run of characters that has the form as a whole is weighed; words of the language that begin
//! alike (`高血壓`) are listed. The lists are `data/cjk.txt`.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::OnceLock;

use super::score::logistic;
use super::{Health, NameEvidence};

/// The most characters of a name, blanks counted.
const CHARS_MAX: usize = 8;

/// The longest label that is told from the name behind it, in characters.
const LABEL_MAX: usize = 7;

/// The scripts of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    Han,
    Kana,
    Hangul,
}

/// The script of a character; `None` for all others.
fn script(c: char) -> Option<Script> {
    match c {
        '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '々' => Some(Script::Han),
        '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | 'ー' => Some(Script::Kana),
        '\u{AC00}'..='\u{D7A3}' => Some(Script::Hangul),
        _ => None,
    }
}

/// Whether a byte begins a character of these scripts, or of marks beside them.
pub(crate) fn may_begin(byte: u8) -> bool {
    matches!(byte, 0xE3..=0xED)
}

/// The character at the start of `text`, if it is one of three bytes.
fn next(text: &[u8]) -> Option<char> {
    let bytes = text.get(..3)?;
    std::str::from_utf8(bytes).ok()?.chars().next()
}

/// The lists.
#[derive(Default)]
struct Lists {
    /// Surnames of one Chinese character, and whether they begin many ordinary words.
    surnames: HashMap<char, bool>,
    two_surnames: HashSet<&'static str>,
    given: HashSet<char>,
    japanese: HashSet<&'static str>,
    japanese_given: HashSet<char>,
    korean: HashSet<char>,
    korean_given: HashSet<char>,
    words: HashSet<&'static str>,
    labels: HashSet<&'static str>,
    health: Vec<&'static str>,
}

impl Lists {
    fn get() -> &'static Self {
        static LISTS: OnceLock<Lists> = OnceLock::new();
        LISTS.get_or_init(Self::read)
    }

    fn read() -> Self {
        let mut lists = Self::default();
        for line in include_str!("../../data/cjk.txt").lines() {
            let Some((kind, entries)) = line.split_once(':') else {
                continue;
            };
            let words = entries.split_whitespace();
            let chars = entries.chars().filter(|&c| script(c).is_some());
            match kind {
                "surname" => lists.surnames.extend(chars.map(|c| (c, false))),
                "common_surname" => lists.surnames.extend(chars.map(|c| (c, true))),
                "two_surname" => lists.two_surnames.extend(words),
                "given" => lists.given.extend(chars),
                "japanese_surname" => lists.japanese.extend(words),
                "japanese_given" => lists.japanese_given.extend(chars),
                "korean_surname" => lists.korean.extend(chars),
                "korean_given" => lists.korean_given.extend(chars),
                "word" => lists.words.extend(words),
                "label" => lists.labels.extend(words),
                "health" => lists.health.extend(words),
                _ => {}
            }
        }
        lists
    }

    /// Whether an ordinary word, or one of its beginnings, stands at the start of `text`.
    fn is_word(&self, text: &str) -> bool {
        let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
        ends.take(4).any(|end| {
            text.get(..end)
                .is_some_and(|start| self.words.contains(start))
        })
    }

    /// What speaks for `text` (characters of these scripts, and at most one blank) as a name, in
    /// log odds; `None` if it has not the form of one.
    fn weigh(&self, text: &str) -> Option<f64> {
        let all = || text.chars().filter(|&c| script(c).is_some());
        let count = all().count();
        if self.is_word(text) || count < 2 {
            return None;
        }
        // A blank can only stand behind the surname.
        let blank = text.chars().position(|c| script(c).is_none());
        let share = |of: &HashSet<char>, skip: usize| {
            let rest = all().skip(skip);
            let (mut known, mut total) = (0.0, 0.0);
            for c in rest {
                known += f64::from(u8::from(of.contains(&c)));
                total += 1.0;
            }
            known / f64::max(total, 1.0)
        };
        let first = text.chars().next()?;
        if script(first)? == Script::Hangul {
            let only = all().all(|c| script(c) == Some(Script::Hangul));
            let fits = only
                && (2..=4).contains(&count)
                && self.korean.contains(&first)
                && blank.is_none_or(|at| at == 1);
            let length = if count == 3 { 0.0 } else { -1.0 };
            return fits.then(|| -1.9 + 2.6 * share(&self.korean_given, 1) + length);
        }
        let starts = |list: &HashSet<&'static str>, wanted: usize| {
            let end = text.char_indices().nth(wanted).map(|(at, _)| at);
            end.and_then(|end| text.get(..end))
                .is_some_and(|start| list.contains(start))
        };
        let japanese = (2..=3)
            .find(|&length| starts(&self.japanese, length))
            .filter(|&length| (1..=3).contains(&count.saturating_sub(length)))
            .filter(|&length| blank.is_none_or(|at| at == length))
            .map(|length| {
                let kana = all().skip(length).all(|c| script(c) == Some(Script::Kana));
                -0.9 + if kana {
                    1.4
                } else {
                    2.2 * share(&self.japanese_given, length)
                }
            });
        let han = all().all(|c| script(c) == Some(Script::Han)) && blank.is_none_or(|at| at == 1);
        let chinese = if !han {
            None
        } else if starts(&self.two_surnames, 2) && (3..=4).contains(&count) {
            Some(-0.6 + 2.0 * share(&self.given, 2))
        } else {
            self.surnames
                .get(&first)
                .filter(|_| count <= 3)
                .map(|common| {
                    let surname = if *common { 0.2 } else { 0.9 };
                    let length = if count == 2 { -1.2 } else { 0.0 };
                    -2.0 + surname + 2.0 * share(&self.given, 1) + length
                })
        };
        match (japanese, chinese) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        }
    }
}

/// What the words of these scripts say about patients.
pub(crate) fn health_of(text: &[u8]) -> Health {
    let Some(start) = text.iter().position(|&byte| may_begin(byte)) else {
        return Health::None;
    };
    let rest = text.get(start..).unwrap_or(&[]);
    let holds = |word: &&str| memchr::memmem::find(rest, word.as_bytes()).is_some();
    if Lists::get().health.iter().any(holds) {
        Health::Sure
    } else {
        Health::None
    }
}

/// A run of characters that may be one name: its span, and the text.
fn run(text: &[u8], start: usize) -> Option<(Range<usize>, &str)> {
    let mut end = start;
    let mut at = start;
    let mut count = 0;
    let mut blanks = 0;
    while let Some(rest) = text.get(at..) {
        match next(rest) {
            Some(c) if script(c).is_some() => {
                at += 3;
                end = at;
                count += 1;
            }
            // Between surname and given name.
            Some('\u{3000}' | '・') if count > 0 => {
                blanks += 1;
                at += 3;
            }
            _ if count > 0 && rest.first() == Some(&b' ') => {
                blanks += 1;
                at += 1;
            }
            _ => break,
        }
        if count > CHARS_MAX * 2 || blanks > 1 {
            break;
        }
    }
    let piece = std::str::from_utf8(text.get(start..end)?).ok()?;
    (count > 0).then_some((start..end, piece))
}

/// Goes through a key and hands over every run of these scripts that may be a name. `number` says
/// whether a date or a record number stands in the same part.
pub(crate) fn find(key: &[u8], health: Health, each: &mut dyn FnMut(NameEvidence)) {
    let mut at = 0;
    while let Some(step) = key
        .get(at..)
        .and_then(|rest| rest.iter().position(|&byte| may_begin(byte)))
    {
        let start = at + step;
        let Some((span, piece)) = run(key, start) else {
            at = start + 1;
            continue;
        };
        at = span.end.max(start + 1);
        let lists = Lists::get();
        // `張偉 報告`: a blank parts a name from a word too.
        let head = piece.split([' ', '\u{3000}']).next().unwrap_or(piece);
        let label_stands_before = label_before(lists, piece);
        if let Some((length, score)) = [piece, head]
            .into_iter()
            .find_map(|text| Some((text.len(), lists.weigh(text)?)))
            .filter(|_| label_stands_before == 0)
        {
            let number = digits_beside(key, &span);
            let health_says = match health {
                Health::None => 0.0,
                Health::Weak => 0.7,
                Health::Sure => 1.4,
            };
            let confidence = logistic(score + health_says + if number { 0.8 } else { 0.0 });
            if confidence >= 0.2 {
                each(NameEvidence {
                    confidence,
                    span: span.start..span.start + length,
                    wide: span,
                    listed: 1,
                    health,
                    numbered: number,
                });
            }
        }
    }
}

/// Whether four digits and more stand beside the span in its part of the key.
fn digits_beside(key: &[u8], span: &Range<usize>) -> bool {
    let near = |bytes: &mut dyn Iterator<Item = &u8>| {
        let mut digits = 0;
        for &byte in bytes.take(16).take_while(|&&byte| byte != b'/') {
            digits += u32::from(byte.is_ascii_digit());
        }
        digits >= 4
    };
    near(&mut key.get(span.end..).unwrap_or(&[]).iter())
        || near(&mut key.get(..span.start).unwrap_or(&[]).iter().rev())
}

/// The length of a label of a name with which `text` begins; 0 if it begins with none.
fn label_before(lists: &Lists, text: &str) -> usize {
    let ends: Vec<usize> = text
        .char_indices()
        .map(|(at, c)| at + c.len_utf8())
        .take(LABEL_MAX)
        .collect();
    let known = |end: &&usize| {
        text.get(..**end)
            .is_some_and(|start| lists.labels.contains(start))
    };
    ends.iter().rev().find(known).copied().unwrap_or(0)
}

/// The name at the start of `text`, which a label announced.
pub(crate) fn labelled(text: &[u8]) -> Option<NameEvidence> {
    let lists = Lists::get();
    let (span, piece) = run(text, 0)?;
    let head = piece.split([' ', '\u{3000}']).next().unwrap_or(piece);
    let (length, score) = [piece, head].into_iter().find_map(|text| {
        let few = text.chars().count() <= 4;
        let plain = (few && !lists.is_word(text)).then_some(-1.2);
        Some((text.len(), lists.weigh(text).or(plain)?))
    })?;
    Some(NameEvidence {
        confidence: logistic(score.max(-1.2)),
        span: span.start..span.start + length,
        wide: span,
        listed: usize::from(score > -1.2),
        health: Health::None,
        numbered: false,
    })
}

/// The name behind a label in these scripts (`患者姓名：陳美玲`) with which `text` begins, and what
/// stands between them.
pub(crate) fn announced(text: &[u8]) -> Option<NameEvidence> {
    let lists = Lists::get();
    let (label, piece) = run(text, 0)?;
    let mut at = match label_before(lists, piece) {
        0 => return None,
        length if length == piece.len() => label.end,
        // `姓名王小明` has nothing between; a longer word does neither.
        _ => return None,
    };
    let mut separated = false;
    for _ in 0..6 {
        let rest = text.get(at..)?;
        match rest.first()? {
            b':' | b'=' | b'|' | b'>' => separated = true,
            b' ' | b'"' | b'\'' | b']' | b'[' | b'*' => {}
            _ => match next(rest) {
                Some('：' | '＝' | '｜') => {
                    separated = true;
                    at += 3;
                    continue;
                }
                Some('\u{3000}' | '」' | '】') => {
                    at += 3;
                    continue;
                }
                _ => break,
            },
        }
        at += 1;
    }
    if !separated {
        return None;
    }
    let mut evidence = labelled(text.get(at..)?)?;
    evidence.span = evidence.span.start + at..evidence.span.end + at;
    evidence.wide = evidence.span.clone();
    Some(evidence)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn best(key: &str, health: Health) -> Option<(String, f64)> {
        let mut all = Vec::new();
        find(key.as_bytes(), health, &mut |e| {
            all.push((key[e.span.clone()].to_owned(), e.confidence));
        });
        all.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))
    }

    #[test]
    fn names_are_found_below_patients() {
        for name in [
            "陳美玲",
            "王小明",
            "김민준",
            "山田太郎",
            "佐藤さくら",
            "林志玲",
            "欧阳娜娜",
            "박서연",
            "鈴木一郎",
            "山田 太郎",
            "李伟",
            "黄晓明",
        ] {
            let (found, confidence) =
                best(&format!("patients/{name}/x.pdf"), Health::Sure).unwrap();
            assert_eq!(found, name);
            assert!(confidence >= 0.5, "{name} {confidence}");
        }
    }

    #[test]
    fn words_are_none() {
        for key in [
            "docs/高血壓.pdf",
            "docs/使用說明書.txt",
            "img/이미지.png",
            "報告/成績單.xlsx",
            "常見問題.md",
            "docs/安全手册.docx",
            "データ/売上.csv",
            "안내문.hwp",
            "設定/時間表.json",
            "高清视频.mp4",
            "田中町.csv",
        ] {
            let found = best(key, Health::None);
            assert!(
                found.as_ref().is_none_or(|(_, c)| *c < 0.5),
                "{key} {found:?}"
            );
        }
    }

    #[test]
    fn labels_of_their_language_announce_names() {
        for text in [
            "姓名：⟨王小明⟩，男",
            "患者氏名: ⟨山田 太郎⟩",
            "\u{b0}\n성명: ⟨김민준⟩ 남",
            "\"姓名\":\"⟨陳美玲⟩\"",
            "환자명=⟨박서연⟩",
            "病人姓名：⟨茶川龍⟩",
        ] {
            let (before, rest) = text.split_once('⟨').unwrap();
            let (name, after) = rest.split_once('⟩').unwrap();
            let plain = format!("{before}{name}{after}");
            let at = plain.char_indices().map(|(at, _)| at);
            let found = at.into_iter().find_map(|at| {
                let evidence = announced(&plain.as_bytes()[at..])?;
                Some(evidence.span.start + at..evidence.span.end + at)
            });
            assert_eq!(
                found.map(|span| plain[span].to_owned()).as_deref(),
                Some(name),
                "{plain}"
            );
        }
        for text in ["姓名：未知", "姓名欄位設定", "姓名：", "성명: 입력"] {
            assert_eq!(announced(text.as_bytes()), None, "{text}");
        }
    }
}
