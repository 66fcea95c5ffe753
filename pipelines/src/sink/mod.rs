//! Where rows go. So far: Parquet files for the output folder.

pub mod parquet;
