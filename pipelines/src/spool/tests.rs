#![allow(clippy::unwrap_used, clippy::panic)]
use proptest::prelude::*;

use super::*;
use crate::row::Millis;
use crate::sample;

/// A finding out of a small world, so that ids, units and spans coincide.
fn finding() -> impl Strategy<Value = Finding> {
    (
        0..6u64,
        0..3u64,
        proptest::option::of(0..3i64),
        0..3i64,
        0..3usize,
        0..2usize,
    )
        .prop_map(|(id, unit, start, day, account, encoding)| {
            let mut row = sample::finding(id, unit);
            row.byte_start = start;
            row.event_time = Millis(sample::NOON.0 + day * 43_200_001);
            row.account_id = sample::text(["", "1", "12"][account]);
            row.encoding = sample::text(["", "percent"][encoding]);
            row
        })
}

/// What the spool must give, the slow way.
fn reference(mut rows: Vec<Finding>) -> Vec<Finding> {
    rows.sort_by_key(|row| {
        (
            row.event_time.day(),
            row.account_id.clone(),
            row.region.clone(),
            row.event_time,
            row.finding_id.clone(),
            row.unit_token.clone(),
            row.byte_start.unwrap_or(i64::MAX),
            postcard::to_allocvec(row).unwrap(),
        )
    });
    let mut folded: Vec<Finding> = Vec::new();
    for row in rows {
        let id = |row: &Finding| {
            (
                row.finding_id.clone(),
                row.unit_token.clone(),
                row.event_time,
                row.account_id.clone(),
            )
        };
        match folded.iter_mut().find(|known| id(known) == id(&row)) {
            Some(known) => known.occurrences += row.occurrences,
            None => folded.push(row),
        }
    }
    folded
}

fn spooled(rows: &[Finding], memory: usize, sorters: usize) -> Vec<Finding> {
    let out = tempfile::tempdir().unwrap();
    let workplace = Workplace::create(out.path(), "run").unwrap();
    let spool = Spool::new(&workplace, memory, sorters);
    let mut all: Vec<_> = (0..sorters).map(|_| spool.sorter()).collect();
    for (number, row) in rows.iter().enumerate() {
        all[number % sorters].push(row).unwrap();
    }
    all.into_iter().for_each(Sorter::finish);
    let merged = spool
        .merge()
        .unwrap()
        .collect::<Result<Vec<_>, _>>()
        .unwrap();
    let left = fs::read_dir(workplace.folder()).unwrap().count();
    assert_eq!(left, 1, "only the lock is left after the merge");
    merged
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_of_pushes_threads_and_budget_change_nothing(
        rows in proptest::collection::vec(finding(), 0..80),
        memory in prop_oneof![Just(0), 0..4000usize, Just(1 << 20)],
        sorters in 1..5usize,
        rotation in 0..80usize,
    ) {
        let expected = reference(rows.clone());
        let mut rotated = rows;
        let by = rotation % rotated.len().max(1);
        rotated.rotate_left(by);
        prop_assert_eq!(spooled(&rotated, memory, sorters), expected);
    }

    #[test]
    fn keys_sort_as_their_columns(a in any::<(i64, String, i64)>(), b in any::<(i64, String, i64)>()) {
        let key = |(x, text, y): &(i64, String, i64)| {
            let mut key = SortKey::default();
            key.long(*x);
            key.text(text);
            key.long(*y);
            key.0
        };
        prop_assert_eq!(key(&a).cmp(&key(&b)), (a.0, a.1.as_bytes(), a.2).cmp(&(b.0, b.1.as_bytes(), b.2)));
    }
}

#[test]
fn text_with_zero_bytes_sorts_as_text() {
    let key = |text: &str| {
        let mut key = SortKey::default();
        key.text(text);
        key.text("x");
        key.0
    };
    let mut texts = [
        "", "\0", "\0\0", "\0a", "a", "a\0", "a\0\0", "a\0b", "a\u{1}", "ab",
    ];
    let sorted = texts;
    texts.reverse();
    texts.sort_by_key(|text| key(text));
    assert_eq!(texts, sorted);
}

#[test]
fn more_runs_than_can_be_merged_at_once() {
    // A budget of nothing makes each row a run of its own.
    let rows: Vec<Finding> = (0..FAN_IN as u64 * 3 + 7)
        .map(|n| sample::finding(n * 7919 % 1009, 1))
        .collect();
    assert_eq!(spooled(&rows, 0, 1), reference(rows));
}

#[test]
fn a_value_seen_often_in_one_record_is_one_row() {
    let mut rows = vec![
        sample::finding(1, 1),
        sample::finding(1, 1),
        sample::finding(1, 2),
    ];
    rows[0].byte_start = Some(50);
    rows[1].byte_start = Some(20);
    rows[1].occurrences = 3;
    let merged = spooled(&rows, 1 << 20, 1);
    assert_eq!(merged.len(), 2);
    assert_eq!((merged[0].byte_start, merged[0].occurrences), (Some(20), 4));
}
