//! The `phiscan` command.
fn main() {}
