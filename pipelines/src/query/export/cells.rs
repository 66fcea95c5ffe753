//! Cells of a batch of rows, by column and row. A column that a batch does not have is one without
//! values: the canonical form lacks some.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type, TimestampMillisecondType};
use serde_json::{Map, Number, Value};

/// A column of a batch.
#[derive(Clone, Copy)]
pub(super) struct Cells<'b>(Option<&'b ArrayRef>);

impl<'b> Cells<'b> {
    /// The column of that name.
    pub(super) fn of(batch: &'b RecordBatch, name: &str) -> Self {
        Self(batch.column_by_name(name))
    }

    fn array(self, row: usize) -> Option<&'b ArrayRef> {
        self.0.filter(|array| array.is_valid(row))
    }

    /// The text of a row.
    pub(super) fn text(self, row: usize) -> Option<&'b str> {
        Some(self.array(row)?.as_string_opt::<i32>()?.value(row))
    }

    /// The number of a row.
    pub(super) fn long(self, row: usize) -> Option<i64> {
        let array = self.array(row)?;
        match array.data_type() {
            DataType::Int32 => Some(array.as_primitive_opt::<Int32Type>()?.value(row).into()),
            _ => Some(array.as_primitive_opt::<Int64Type>()?.value(row)),
        }
    }

    /// The number of a row, where it has a fraction.
    pub(super) fn double(self, row: usize) -> Option<f64> {
        Some(
            self.array(row)?
                .as_primitive_opt::<Float64Type>()?
                .value(row),
        )
    }

    /// Whether the row says `true`.
    pub(super) fn is_true(self, row: usize) -> bool {
        let array = self.array(row).and_then(|array| array.as_boolean_opt());
        array.is_some_and(|flags| flags.value(row))
    }

    /// The moment of a row, as `2026-11-24T12:00:00.000Z`.
    pub(super) fn time(self, row: usize) -> Option<String> {
        let millis = self
            .array(row)?
            .as_primitive_opt::<TimestampMillisecondType>()?
            .value(row);
        let moment = jiff::Timestamp::from_millisecond(millis).ok()?;
        Some(moment.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string())
    }

    /// The cell of a row as JSON, lists and structs included.
    pub(super) fn json(self, row: usize) -> Value {
        let Some(array) = self.array(row) else {
            return Value::Null;
        };
        match array.data_type() {
            DataType::Utf8 => self.text(row).into(),
            DataType::Boolean => self.is_true(row).into(),
            DataType::Int32 | DataType::Int64 => self.long(row).into(),
            DataType::Float64 => self
                .double(row)
                .and_then(Number::from_f64)
                .map_or(Value::Null, Value::Number),
            DataType::Timestamp(..) => self.time(row).into(),
            DataType::List(_) => {
                let members = array.as_list::<i32>().value(row);
                (0..members.len())
                    .map(|member| Cells(Some(&members)).json(member))
                    .collect()
            }
            DataType::Struct(fields) => {
                let columns = array.as_struct().columns().iter();
                let members = fields.iter().zip(columns);
                let members = members
                    .map(|(field, column)| (field.name().clone(), Cells(Some(column)).json(row)));
                Value::Object(members.collect::<Map<_, _>>())
            }
            _ => Value::Null,
        }
    }
}
