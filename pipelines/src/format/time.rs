//! Times as records write them.

/// Milliseconds since 1970 of an ISO 8601 time with zone, as AWS writes it.
pub(crate) fn iso_ms(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>()
        .ok()
        .map(jiff::Timestamp::as_millisecond)
}

/// Milliseconds since 1970 from a number of milliseconds, or of seconds where it is too small
/// for that (before 1973 in milliseconds).
pub(crate) fn epoch_ms(text: &str) -> Option<i64> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let number: i64 = whole.parse().ok()?;
    if number.abs() < 100_000_000_000 {
        number.checked_mul(1000)
    } else {
        Some(number)
    }
}

/// Length of `2026-01-31T12:00:00.000Z `: an export's time with its space.
pub(crate) const EXPORT_BYTES: usize = 25;

/// Whether a line starts as CloudWatch Logs writes exported events.
pub(crate) fn starts_with_export_time(line: &[u8]) -> bool {
    const SHAPE: &[u8; 24] = b"0000-00-00T00:00:00.000Z";
    line.len() >= SHAPE.len()
        && SHAPE.iter().zip(line).all(|(shape, byte)| {
            if *shape == b'0' {
                byte.is_ascii_digit()
            } else {
                shape == byte
            }
        })
        && line
            .get(SHAPE.len())
            .is_none_or(|byte| matches!(byte, b' ' | b'\r' | b'\n'))
}

/// Milliseconds since 1970 of a time as web servers log it: `31/Jan/2026:12:00:00 +0000`.
pub(crate) fn clf_ms(text: &str) -> Option<i64> {
    // The longest is 26 characters; anything longer is something else.
    let text = text.get(..32).map_or(Some(text), |_| None)?;
    jiff::Timestamp::strptime("%d/%b/%Y:%H:%M:%S %z", text)
        .ok()
        .map(jiff::Timestamp::as_millisecond)
}
