//! `phiscan query`: SQL over an output folder, by DataFusion.
//!
//! The four tables are the Parquet files below the folder, partitioned by
//! `event_day`, so that a filter on the day reads only that day's files; the
//! views of [`crate::views`] stand over them. Statements that would change
//! anything are refused.

pub mod export;
pub mod recorded;
pub mod render;
pub mod saved;

use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema};
use datafusion::datasource::MemTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{
    ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl,
};
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::commit::is_output;
use crate::schema::{PARTITION, Table};
use crate::views::{self, Dialect};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The folder is not one that a scan has written.
    #[error(
        "there are no findings here: the folder has no .phiscan-output marker; name the folder of a scan with --from"
    )]
    NoOutput,
    /// The folder or the runtime cannot be used.
    #[error("findings cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// The SQL is wrong, or its execution failed.
    #[error("{0}")]
    Sql(#[from] DataFusionError),
    /// The result cannot be written.
    #[error("the result cannot be written: {0}")]
    Write(#[from] arrow::error::ArrowError),
}

impl QueryError {
    /// Whether the result could not be written because its reader has gone.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        use std::io::ErrorKind::BrokenPipe;
        match self {
            Self::Io(error) | Self::Write(arrow::error::ArrowError::IoError(_, error)) => {
                error.kind() == BrokenPipe
            }
            _ => false,
        }
    }
}

/// An output folder, open for questions.
pub struct Session {
    context: SessionContext,
    runtime: Runtime,
}

/// Threads that answer a question.
const WORKERS: usize = 2;
/// Stack of each of them.
const STACK: usize = 16 << 20;
/// The view that nearly all others stand on, several times over. It is small, a row for each file,
/// and worked out once.
const KEPT: &str = "files_committed";
/// Memory in which an export sorts.
const EXPORT_MEMORY: usize = 128 << 20;
/// Rows that go through an export together; rows are wide.
const EXPORT_BATCH_ROWS: usize = 1024;

fn config() -> SessionConfig {
    let mut config = SessionConfig::new().with_collect_statistics(false);
    // Columns come as the schema says, not as views of strings.
    config
        .options_mut()
        .execution
        .parquet
        .schema_force_view_types = false;
    config
}

/// Answers one question: all rows of `sql` over the output folder `from`.
pub fn run(from: &Path, sql: &str) -> Result<Vec<RecordBatch>, QueryError> {
    Session::open(from)?.run(sql)
}

impl Session {
    /// Opens an output folder for questions: what they need of memory they get.
    ///
    /// # Errors
    /// [`QueryError`] when it is no output folder, or cannot be read.
    pub fn open(from: &Path) -> Result<Self, QueryError> {
        Self::with(from, config(), Arc::default())
    }

    /// Opens an output folder for answers as large as all of it, which are taken row by row: sorts
    /// put what does not fit into a fixed amount of memory into temporary files, for the owner only,
    /// which go with the session.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub fn open_for_export(from: &Path) -> Result<Self, QueryError> {
        let mut config = config()
            .with_target_partitions(WORKERS)
            .with_batch_size(EXPORT_BATCH_ROWS);
        let options = config.options_mut();
        options.execution.sort_spill_reservation_bytes = EXPORT_MEMORY / 64;
        let pool = Arc::new(FairSpillPool::new(EXPORT_MEMORY));
        let environment = RuntimeEnvBuilder::new()
            .with_memory_pool(pool)
            .build_arc()?;
        Self::with(from, config, environment)
    }

    fn with(
        from: &Path,
        config: SessionConfig,
        environment: Arc<RuntimeEnv>,
    ) -> Result<Self, QueryError> {
        if !is_output(from) {
            return Err(QueryError::NoOutput);
        }
        let from = from.canonicalize()?;
        let context = SessionContext::new_with_config_rt(config, environment);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .thread_stack_size(STACK)
            .build()?;
        for table in Table::ALL {
            register(&context, &from, table)?;
        }
        let session = Self { context, runtime };
        for view in views::all(Dialect::DataFusion) {
            if view.name == KEPT {
                let batches = session.run(&view.query)?;
                let schema = batches
                    .first()
                    .map(RecordBatch::schema)
                    .unwrap_or_else(|| Arc::new(Schema::empty()));
                let table = MemTable::try_new(schema, vec![batches])?;
                session.context.register_table(view.name, Arc::new(table))?;
            } else {
                let create = format!("CREATE VIEW {} AS {}", view.name, view.query);
                session.plan(create, SQLOptions::new())?;
            }
        }
        Ok(session)
    }

    /// A plan for `sql`, made by a worker: plans of views over views are deep, and a worker has the
    /// stack for it.
    fn plan(&self, sql: String, allowed: SQLOptions) -> Result<DataFrame, QueryError> {
        let context = self.context.clone();
        let planned = self
            .runtime
            .spawn(async move { context.sql_with_options(&sql, allowed).await });
        Ok(self.finish(planned)??)
    }

    fn finish<T>(&self, task: JoinHandle<T>) -> Result<T, QueryError> {
        self.runtime
            .block_on(task)
            .map_err(|error| QueryError::Io(std::io::Error::other(error)))
    }

    /// All rows of `sql`.
    pub fn run(&self, sql: &str) -> Result<Vec<RecordBatch>, QueryError> {
        let mut batches = Vec::new();
        self.each(sql, &mut |batch| {
            batches.push(batch);
            Ok(())
        })?;
        Ok(batches)
    }

    /// Gives the rows of `sql` to `each`, batch by batch; always at least one
    /// batch, so that the columns are known.
    pub fn each(
        &self,
        sql: &str,
        each: &mut dyn FnMut(RecordBatch) -> Result<(), QueryError>,
    ) -> Result<(), QueryError> {
        let read_only = SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false);
        let planned = self.plan(sql.to_owned(), read_only)?;
        let opened = self.runtime.spawn(planned.execute_stream());
        let mut stream: SendableRecordBatchStream = self.finish(opened)??;
        let mut empty = true;
        while let Some(batch) = self
            .runtime
            .block_on(std::future::poll_fn(|task| stream.as_mut().poll_next(task)))
        {
            let batch = batch?;
            if batch.num_rows() > 0 {
                empty = false;
                each(batch)?;
            }
        }
        if empty {
            each(RecordBatch::new_empty(stream.schema()))?;
        }
        Ok(())
    }
}

fn register(context: &SessionContext, from: &Path, table: Table) -> Result<(), QueryError> {
    let folder = from.join(table.name());
    let schema = table.arrow();
    if !folder.is_dir() {
        let mut fields = schema.fields().to_vec();
        fields.push(Arc::new(arrow::datatypes::Field::new(
            PARTITION,
            DataType::Utf8,
            false,
        )));
        let empty = MemTable::try_new(Arc::new(Schema::new(fields)), vec![vec![]])?;
        context.register_table(table.name(), Arc::new(empty))?;
        return Ok(());
    }
    let options = ListingOptions::new(Arc::new(ParquetFormat::default()))
        .with_file_extension(".parquet")
        .with_table_partition_cols(vec![(PARTITION.to_owned(), DataType::Utf8)]);
    let config = ListingTableConfig::new(ListingTableUrl::parse(folder_url(&folder))?)
        .with_listing_options(options)
        .with_schema(schema);
    context.register_table(table.name(), Arc::new(ListingTable::try_new(config)?))?;
    Ok(())
}

/// A folder as a URL: no byte of its name is taken for a pattern.
fn folder_url(folder: &Path) -> String {
    use std::fmt::Write as _;
    use std::os::unix::ffi::OsStrExt;
    let mut url = String::from("file://");
    for byte in folder.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(byte) {
            url.push(char::from(*byte));
        } else {
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url.push('/');
    url
}

#[cfg(test)]
mod tests;
