//! Rows as a Parquet file that Athena, DuckDB and PyArrow read alike.
//!
//! ZSTD at level 3; dictionaries for columns of few values, none for ids,
//! tokens and hashes; statistics on all columns, which is safe because no
//! column holds a raw value. Row groups are closed by size, so that what a
//! writer keeps in memory has a bound.

use std::io::Write;
use std::marker::PhantomData;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Float64Builder, Int32Builder, Int64Builder, ListArray, RecordBatch,
    StringBuilder, StructArray, TimestampMillisecondBuilder,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, SchemaRef};
use arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::WriterProperties;

use parquet::schema::types::ColumnPath;

use crate::row::{Cell, Getter, Row};
use crate::schema::{Column, Kind, SCHEMA_VERSION, Table};

/// Rows that are turned into columns at once.
const BATCH_ROWS: usize = 2048;
/// A row group is closed when it takes this much memory.
const ROW_GROUP_BYTES: usize = 24 << 20;
/// Pages of data, and dictionaries, are at most about this large.
const PAGE_BYTES: usize = 256 << 10;

/// Writes rows of one type to one file.
pub struct RowWriter<R, W: Write + Send> {
    writer: ArrowWriter<W>,
    schema: SchemaRef,
    columns: Vec<(&'static Column, Option<Getter<R>>)>,
    path: String,
    pending: Vec<R>,
    rows: u64,
    row: PhantomData<R>,
}

impl<R: Row, W: Write + Send> RowWriter<R, W> {
    /// A writer to `to`. `path` is the file's path below OUT, which stands in
    /// its column `file`.
    pub fn new(to: W, path: &str) -> Result<Self, ParquetError> {
        let schema = R::TABLE.arrow();
        let writer = ArrowWriter::try_new(to, Arc::clone(&schema), Some(properties(R::TABLE)?))?;
        Ok(Self {
            writer,
            schema,
            columns: R::TABLE
                .columns()
                .map(|column| (column, R::getter(column.name)))
                .collect(),
            path: path.to_owned(),
            pending: Vec::with_capacity(BATCH_ROWS),
            rows: 0,
            row: PhantomData,
        })
    }

    /// Appends a row.
    pub fn write(&mut self, row: R) -> Result<(), ParquetError> {
        self.pending.push(row);
        if self.pending.len() == BATCH_ROWS {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes what is pending and the footer. Gives the writer back, and the
    /// number of rows.
    pub fn finish(mut self) -> Result<(W, u64), ParquetError> {
        self.flush()?;
        Ok((self.writer.into_inner()?, self.rows))
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let arrays = self
            .columns
            .iter()
            .map(|(column, getter)| array(column, *getter, &self.pending, &self.path))
            .collect::<Result<Vec<_>, _>>()?;
        self.writer
            .write(&RecordBatch::try_new(Arc::clone(&self.schema), arrays)?)?;
        self.rows += self.pending.len() as u64;
        self.pending.clear();
        if self.writer.memory_size() >= ROW_GROUP_BYTES {
            self.writer.flush()?;
        }
        Ok(())
    }
}

fn properties(table: Table) -> Result<WriterProperties, ParquetError> {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_created_by(concat!("phiscan ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_data_page_size_limit(PAGE_BYTES)
        .set_dictionary_page_size_limit(PAGE_BYTES);
    let mut sorting = Vec::new();
    for (number, column) in table.columns().enumerate() {
        if column.kind == Kind::Token {
            properties =
                properties.set_column_dictionary_enabled(ColumnPath::from(column.name), false);
        }
        // The first columns of every table's order; schema order and leaf order
        // agree up to the first list, which is behind them.
        if ["account_id", "region"].contains(&column.name) {
            sorting.push(SortingColumn {
                column_idx: number as i32,
                descending: false,
                nulls_first: false,
            });
        }
    }
    Ok(properties.set_sorting_columns(Some(sorting)).build())
}

/// One column of `rows`. Without a getter the column is one that the writer
/// knows: the schema's version or the file's own path.
fn array<R>(
    column: &Column,
    getter: Option<Getter<R>>,
    rows: &[R],
    path: &str,
) -> Result<ArrayRef, ArrowError> {
    let cells = rows.iter().map(|row| match (getter, column.kind) {
        (Some(get), _) => get(row),
        (None, Kind::Int) => Cell::Int(SCHEMA_VERSION),
        (None, _) => Cell::Text(path),
    });
    build(column.kind, cells)
}

fn build<'a>(kind: Kind, cells: impl Iterator<Item = Cell<'a>>) -> Result<ArrayRef, ArrowError> {
    // A cell of another kind than its column's cannot come from a row that
    // passes the test below; it would be written as null and refused by columns
    // that must have a value.
    macro_rules! primitive {
        ($builder:expr, $cell:pat => $value:expr) => {{
            let mut builder = $builder;
            for cell in cells {
                builder.append_option(match cell {
                    $cell => Some($value),
                    _ => None,
                });
            }
            Arc::new(builder.finish()) as ArrayRef
        }};
    }
    Ok(match kind {
        Kind::Int => primitive!(Int32Builder::new(), Cell::Int(v) => v),
        Kind::Long => primitive!(Int64Builder::new(), Cell::Long(v) => v),
        Kind::Double => primitive!(Float64Builder::new(), Cell::Double(v) => v),
        Kind::Flag => primitive!(BooleanBuilder::new(), Cell::Flag(v) => v),
        Kind::Time => {
            primitive!(TimestampMillisecondBuilder::new().with_timezone("UTC"), Cell::Time(v) => v.0)
        }
        Kind::Text | Kind::Token => primitive!(StringBuilder::new(), Cell::Text(v) => v),
        Kind::Texts => {
            let mut values = StringBuilder::new();
            let mut lengths = Vec::new();
            for cell in cells {
                let texts = if let Cell::Texts(texts) = cell {
                    texts
                } else {
                    &[]
                };
                lengths.push(texts.len());
                texts
                    .iter()
                    .for_each(|text| values.append_value(text.as_str()));
            }
            list(kind, lengths, Arc::new(values.finish()))?
        }
        Kind::Also => {
            let mut lengths = Vec::new();
            let mut members: [StringBuilder; 5] = Default::default();
            for cell in cells {
                let also = if let Cell::Also(also) = cell {
                    also
                } else {
                    &[]
                };
                lengths.push(also.len());
                for a in also {
                    let values = [
                        &a.service,
                        &a.element,
                        &a.verdict,
                        &a.policy_id,
                        &a.condition_state,
                    ];
                    members
                        .iter_mut()
                        .zip(values)
                        .for_each(|(member, value)| member.append_value(value.as_str()));
                }
            }
            let members = members
                .into_iter()
                .map(|mut m| Arc::new(m.finish()) as ArrayRef)
                .collect();
            list(
                kind,
                lengths,
                Arc::new(StructArray::try_new(kind.members_arrow(), members, None)?),
            )?
        }
        Kind::Files => {
            let mut lengths = Vec::new();
            let (mut path, mut bytes) = (StringBuilder::new(), Int64Builder::new());
            let (mut rows, mut sha256) = (Int64Builder::new(), StringBuilder::new());
            for cell in cells {
                let files = if let Cell::Files(files) = cell {
                    files
                } else {
                    &[]
                };
                lengths.push(files.len());
                for file in files {
                    path.append_value(&file.path);
                    bytes.append_value(file.bytes);
                    rows.append_value(file.row_count);
                    sha256.append_value(&file.sha256);
                }
            }
            let members: Vec<ArrayRef> = vec![
                Arc::new(path.finish()),
                Arc::new(bytes.finish()),
                Arc::new(rows.finish()),
                Arc::new(sha256.finish()),
            ];
            list(
                kind,
                lengths,
                Arc::new(StructArray::try_new(kind.members_arrow(), members, None)?),
            )?
        }
    })
}

fn list(kind: Kind, lengths: Vec<usize>, values: ArrayRef) -> Result<ArrayRef, ArrowError> {
    let element = match kind.arrow() {
        DataType::List(element) => element,
        other => Arc::new(Field::new("element", other, false)),
    };
    Ok(Arc::new(ListArray::try_new(
        element,
        OffsetBuffer::from_lengths(lengths),
        values,
        None,
    )?))
}
