#![allow(clippy::unwrap_used, clippy::panic)]
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{Int64Type, TimestampMillisecondType};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ConvertedType, LogicalType, Type};

use super::*;
use crate::sample;

fn read(path: &Path) -> Vec<RecordBatch> {
    let file = File::open(path).unwrap();
    ParquetRecordBatchReaderBuilder::try_new(file)
        .unwrap()
        .build()
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

/// All files below `folder`, relative, without the marker.
fn files(folder: &Path) -> BTreeSet<String> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file() && entry.file_name() != MARKER)
        .map(|entry| {
            entry
                .path()
                .strip_prefix(folder)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect()
}

fn commit_all(out: &Path) -> (Vec<CommittedFile>, String) {
    let mut output = Output::open(out, RunId::new().unwrap()).unwrap();
    let mut commit = output.commit();
    let mut late = sample::finding(2, 1);
    late.event_time = Millis(sample::NOON.0 + 86_400_000);
    let mut seen = 0;
    let rows = [sample::finding(1, 1), late].map(Ok);
    assert_eq!(
        commit
            .findings(rows.into_iter(), &mut |_| seen += 1)
            .unwrap(),
        2
    );
    assert_eq!(seen, 2);
    commit
        .coverage(
            [Ok(sample::coverage(1, "file", "scanned"))].into_iter(),
            &mut |_| {},
        )
        .unwrap();
    commit
        .attestations([Ok(sample::attestation())].into_iter(), &mut |_| {})
        .unwrap();
    commit.finish(sample::run()).unwrap()
}

#[test]
fn a_commit_lists_its_files_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let (committed, commit) = commit_all(&out);
    assert_eq!(committed.len(), 4);
    for file in &committed {
        let bytes = fs::read(out.join(&file.path)).unwrap();
        assert_eq!(file.bytes, bytes.len() as i64);
        assert_eq!(file.sha256, hex(&Sha256::digest(&bytes)));
        let batches = read(&out.join(&file.path));
        assert_eq!(
            file.row_count,
            batches
                .iter()
                .map(|batch| batch.num_rows() as i64)
                .sum::<i64>()
        );
        for batch in &batches {
            let path = batch.column_by_name("file").unwrap().as_string::<i32>();
            assert!(path.iter().all(|path| path == Some(file.path.as_str())));
        }
    }
    let mut expected: BTreeSet<String> = committed.iter().map(|file| file.path.clone()).collect();
    expected.insert(commit.clone());
    assert_eq!(files(&out), expected, "nothing else is left");

    let runs = read(&out.join(&commit));
    let listed = runs[0]
        .column_by_name("files")
        .unwrap()
        .as_list::<i32>()
        .value(0);
    let listed = listed.as_struct();
    let paths = listed.column_by_name("path").unwrap().as_string::<i32>();
    let sizes = listed
        .column_by_name("bytes")
        .unwrap()
        .as_primitive::<Int64Type>();
    for (number, file) in committed.iter().enumerate() {
        assert_eq!(
            (paths.value(number), sizes.value(number)),
            (file.path.as_str(), file.bytes)
        );
    }
}

#[test]
fn everything_is_for_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("deep/out");
    commit_all(&out);
    for entry in walkdir::WalkDir::new(&out) {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(
            mode,
            if entry.file_type().is_dir() {
                0o700
            } else {
                0o600
            },
            "{}",
            entry.path().display()
        );
    }
}

#[test]
fn files_have_the_types_that_athena_reads() {
    let folder = tempfile::tempdir().unwrap();
    commit_all(folder.path());
    for path in files(folder.path()) {
        let reader = ParquetRecordBatchReaderBuilder::try_new(
            File::open(folder.path().join(&path)).unwrap(),
        )
        .unwrap();
        let table = Table::ALL
            .into_iter()
            .find(|table| path.starts_with(table.name()))
            .unwrap();
        assert_eq!(reader.schema().fields(), table.arrow().fields(), "{path}");
        let parquet = reader.parquet_schema();
        for column in parquet.columns() {
            let name = column.path().string();
            assert_ne!(column.physical_type(), Type::INT96, "{name}");
            let unsigned = matches!(
                column.converted_type(),
                ConvertedType::UINT_8
                    | ConvertedType::UINT_16
                    | ConvertedType::UINT_32
                    | ConvertedType::UINT_64
            );
            assert!(!unsigned, "{name}");
            match column.logical_type_ref() {
                Some(LogicalType::Timestamp(time)) => {
                    assert!(
                        format!("{time:?}").contains("MILLIS") && time.is_adjusted_to_u_t_c,
                        "{name}"
                    );
                }
                Some(LogicalType::String) => assert_eq!(column.physical_type(), Type::BYTE_ARRAY),
                None => assert_ne!(column.physical_type(), Type::BYTE_ARRAY, "{name}"),
                Some(other) => panic!("{name} is {other:?}"),
            }
        }
        assert!(
            !parquet
                .columns()
                .iter()
                .any(|column| column.name() == PARTITION)
        );
        for group in reader.metadata().row_groups() {
            for column in group.columns() {
                assert!(
                    matches!(column.compression(), Compression::ZSTD(_)),
                    "{:?}",
                    column.compression()
                );
            }
        }
    }
}

#[test]
fn rows_are_in_the_partition_of_their_day() {
    let folder = tempfile::tempdir().unwrap();
    let (committed, _) = commit_all(folder.path());
    let findings: Vec<&str> = committed
        .iter()
        .map(|f| f.path.as_str())
        .filter(|path| path.starts_with("findings/"))
        .collect();
    assert!(findings[0].starts_with("findings/event_day=20261124/"));
    assert!(findings[1].starts_with("findings/event_day=20261125/"));
    for path in findings {
        for batch in read(&folder.path().join(path)) {
            let times = batch
                .column_by_name("event_time")
                .unwrap()
                .as_primitive::<TimestampMillisecondType>();
            for time in times.values() {
                assert!(path.contains(&format!("event_day={}/", Millis(*time).event_day())));
            }
        }
    }
}

#[test]
fn a_commit_that_is_given_up_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut output = Output::open(folder.path(), RunId::new().unwrap()).unwrap();
    let mut commit = output.commit();
    let failing = [
        Ok(sample::finding(1, 1)),
        Err(SpoolError::Io(io::Error::from(io::ErrorKind::StorageFull))),
    ];
    let error = commit
        .findings(failing.into_iter(), &mut |_| {})
        .unwrap_err();
    assert!(error.is_disk_full());
    drop(commit);
    drop(output);
    assert_eq!(files(folder.path()), BTreeSet::new());
}

#[test]
fn a_commit_that_cannot_be_published_takes_its_files_back() {
    let folder = tempfile::tempdir().unwrap();
    // A file where the folder of the coverage must be.
    fs::write(folder.path().join("coverage"), "").unwrap();
    let mut output = Output::open(folder.path(), RunId::new().unwrap()).unwrap();
    let mut commit = output.commit();
    commit
        .findings([Ok(sample::finding(1, 1))].into_iter(), &mut |_| {})
        .unwrap();
    commit
        .coverage(
            [Ok(sample::coverage(1, "file", "scanned"))].into_iter(),
            &mut |_| {},
        )
        .unwrap();
    assert!(matches!(
        commit.finish(sample::run()),
        Err(CommitError::Write { .. })
    ));
    drop(output);
    assert_eq!(
        files(folder.path()),
        BTreeSet::from(["coverage".to_owned()])
    );
}

#[test]
fn runs_are_named_in_their_order() {
    let names: Vec<RunId> = (0..200).map(|_| RunId::new().unwrap()).collect();
    assert!(names.is_sorted());
    assert!(
        names
            .windows(2)
            .all(|pair| pair[0].start() < pair[1].start())
    );
    assert!(names.iter().all(|name| is_run_name(name.as_str())));
    assert_eq!(
        RunId::from_parts(Millis(sample::NOON.0 + 7), [0, 1, 2, 255]).as_str(),
        "20261124T120000007Z-000102ff"
    );
}

#[test]
fn only_a_marker_that_names_a_run_marks_an_output_folder() {
    let folder = tempfile::tempdir().unwrap();
    assert!(!is_output(folder.path()));
    for text in [
        "",
        "phiscan output, made by run x\n",
        "20261124T120000007Z-000102ff\n",
    ] {
        fs::write(folder.path().join(MARKER), text).unwrap();
        assert!(!is_output(folder.path()), "{text:?}");
    }
    Output::open(folder.path(), RunId::new().unwrap()).unwrap();
    assert!(is_output(folder.path()));
}

#[test]
fn files_end_at_a_change_of_id_once_they_are_full() {
    let folder = tempfile::tempdir().unwrap();
    let mut output = Output::open(folder.path(), RunId::new().unwrap()).unwrap();
    output.file_rows = 3;
    let mut commit = output.commit();
    let ids = [1, 1, 2, 2, 2, 3, 4, 4, 4, 4, 4, 5];
    let rows = ids
        .iter()
        .enumerate()
        .map(|(unit, id)| Ok(sample::finding(*id, unit as u64)));
    commit.findings(rows, &mut |_| {}).unwrap();
    let (files, _) = commit.finish(sample::run()).unwrap();
    let rows: Vec<i64> = files.iter().map(|file| file.row_count).collect();
    assert_eq!(rows, [5, 6, 1]);
    assert!(files.is_sorted_by_key(|file| &file.path));
}

#[test]
fn a_full_disk_is_told_from_other_failures() {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let hashed = Hashed {
        file: BufWriter::with_capacity(16, full),
        digest: Sha256::new(),
        bytes: 0,
    };
    let written = RowWriter::new(hashed, "x").and_then(|mut writer| {
        writer.write(sample::finding(1, 1))?;
        writer.finish()
    });
    let error = CommitError::Parquet {
        path: "findings/x".into(),
        source: written.err().unwrap(),
    };
    assert!(error.is_disk_full());
    assert!(
        error
            .to_string()
            .contains("findings/x below the output folder"),
        "{error}"
    );
    let other = CommitError::Folder(io::Error::from(io::ErrorKind::PermissionDenied));
    assert!(!other.is_disk_full());
}
