//! The note in `runs`: who looked for which finding, when, and whether the value was to be shown.
//!
//! It is a commit without files, under the command `locate`. So it changes no view of findings or
//! coverage; whoever asks for the newest scan asks for the command `scan`.

use std::path::Path;

use crate::commit::{Output, RunId};
use crate::error::Error;
use crate::exit::ExitStatus;
use crate::row::{Millis, RunRow, Text};
use crate::run::again::Again;

/// The word in the column `command`.
pub const COMMAND: &str = "locate";

/// Writes the note into the output folder that holds the finding.
///
/// `finding_id` is the whole id; `sources` are those that the user named, raw.
///
/// # Errors
/// [`Error::Failed`] when it cannot be written: then nothing may be shown.
pub(crate) fn write(
    from: &Path,
    again: &mut Again,
    finding_id: &str,
    reveal: bool,
    sources: &[String],
    status: ExitStatus,
) -> Result<(), Error> {
    let run = RunId::new()?;
    let started = run.start();
    let mut output = Output::open(from, run)?;
    let mut arguments = vec![Text::word(COMMAND), Text::configured(finding_id)];
    if reveal {
        arguments.push(Text::word("--reveal"));
    }
    arguments.extend(sources.iter().map(|source| Text::from(again.mask(source))));
    let row = RunRow {
        run_id: output.run().text(),
        scope_token: None,
        account_id: Text::word("none"),
        region: Text::word("none"),
        token_key_id: again.key().id().map(|id| Text::configured(&id)),
        bytes_read: 0,
        bytes_decoded: 0,
        records: 0,
        findings: 0,
        started_at: started,
        commit_number: 0,
        committed_at: Millis::now(),
        command: Text::word(COMMAND),
        arguments,
        actor: output.actor(),
        phiscan_version: Text::word(env!("CARGO_PKG_VERSION")),
        detector_set_hash: Text::configured(&again.detectors().hash()),
        catalogue_hash: Text::configured(again.catalogue().hash()),
        policy_hash: None,
        score_model: Text::word(detectors::score::MODEL),
        score_model_hash: None,
        whitepaper_edition: Text::word(detectors::place::edition::EDITION),
        units: 0,
        units_incomplete: 0,
        findings_counting: 0,
        exit_status: Some(i32::from(status.code())),
        files: Vec::new(),
        replaced: Vec::new(),
        allow_hash: None,
        own_classes: Vec::new(),
    };
    output.commit().finish(row)?;
    Ok(())
}
