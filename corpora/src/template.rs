//! Records that are repeated with fresh digits.

use crate::random::Random;

/// A record with the positions of the characters that change from one use to the next.
pub(crate) struct Template {
    text: Vec<u8>,
    digits: Vec<u32>,
    hex: Vec<u32>,
}

impl Template {
    /// Characters of letters-and-digits runs of six and more change: in a run of digits
    /// those behind the fourth, so that times stay times; in a run of hexadecimal digits all.
    pub(crate) fn new(text: String) -> Self {
        let text = text.into_bytes();
        let (mut digits, mut hex) = (Vec::new(), Vec::new());
        let mut start = 0;
        while start < text.len() {
            let length = text[start..]
                .iter()
                .take_while(|byte| byte.is_ascii_alphanumeric())
                .count();
            let run = &text[start..start + length];
            if length >= 6 && run.iter().all(u8::is_ascii_digit) {
                digits.extend((start + 4..start + length).map(|at| at as u32));
            } else if length >= 8
                && run
                    .iter()
                    .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte))
            {
                hex.extend((start..start + length).map(|at| at as u32));
            }
            start += length.max(1);
        }
        Self { text, digits, hex }
    }

    /// A template of which only the event's id changes: planted values must stay as they are.
    pub(crate) fn fixed(text: String) -> Self {
        let mark = "\"eventID\":\"";
        let hex = text.find(mark).map_or_else(Vec::new, |at| {
            let start = at + mark.len();
            (start..start + 8)
                .chain(start + 24..start + 36)
                .map(|at| at as u32)
                .collect()
        });
        Self {
            text: text.into_bytes(),
            digits: Vec::new(),
            hex,
        }
    }

    pub(crate) fn append(&self, random: &mut Random, out: &mut Vec<u8>) {
        let base = out.len();
        out.extend_from_slice(&self.text);
        let fresh = &mut out[base..];
        fill(fresh, &self.digits, random, |nibble| {
            b'0' + ((nibble * 10) >> 4)
        });
        fill(fresh, &self.hex, random, |nibble| {
            if nibble < 10 {
                b'0' + nibble
            } else {
                b'a' + nibble - 10
            }
        });
    }
}

fn fill(text: &mut [u8], positions: &[u32], random: &mut Random, letter: impl Fn(u8) -> u8) {
    for sixteen in positions.chunks(16) {
        let mut bits = random.bits();
        for &at in sixteen {
            text[at as usize] = letter((bits & 15) as u8);
            bits >>= 4;
        }
    }
}
