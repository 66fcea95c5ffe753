//! The table of columns.

use super::Column;
use super::Kind::{self, Double, Flag, Int, Long, Text, Texts, Time, Token};
use super::Table::{self, Attestations as A, Coverage as C, Findings as F, Runs as R};

const fn always(
    name: &'static str,
    kind: Kind,
    tables: &'static [Table],
    meaning: &'static str,
) -> Column {
    Column {
        name,
        kind,
        nullable: false,
        tables,
        meaning,
    }
}

const fn maybe(
    name: &'static str,
    kind: Kind,
    tables: &'static [Table],
    meaning: &'static str,
) -> Column {
    Column {
        name,
        kind,
        nullable: true,
        tables,
        meaning,
    }
}

/// Every column of every table, in file order.
#[rustfmt::skip]
pub const COLUMNS: &[Column] = &[
    always("schema_version", Int, &[F, C, A, R], "version of this schema, 1"),
    always("finding_id", Token, &[F], "keyed, stable id of the value in its record: 32 hex digits, or run- and 28 of them without a kept key"),
    always("run_id", Text, &[F, C, A, R], "the run that wrote the row; later runs sort behind earlier ones"),
    always("file", Text, &[F, C, A, R], "path of this file below OUT"),
    maybe("scope_token", Token, &[F, C, A, R], "token of the container as scanned: SOURCE root, bucket and prefix, log group, trail and Region, service and Region; null for a run over several"),
    always("account_id", Text, &[F, C, A, R], "owner of the data, else the scanning identity; external or none"),
    always("region", Text, &[F, C, A, R], "Region of the data; none where there is none"),
    maybe("unit_token", Token, &[F, C, A], "token of the thing read"),
    maybe("unit", Text, &[F, C, A], "the thing read (object, stream, file), masked"),

    // findings: when
    always("event_time", Time, &[F], "own time of the record; the start of the run for state (names, keys, tags, files)"),
    always("time_suspect", Flag, &[F], "the time of the record was more than ten years before or one day after the run, and is clamped"),
    maybe("last_modified", Time, &[F], "when the thing was last changed, where it says so"),
    always("detected_at", Time, &[F], "when the value was found"),
    // findings: where
    always("source", Text, &[F, C, A], "what was read from: files, s3, logs, cloudtrail, resources and so on"),
    always("service", Text, &[F, C], "service of the place"),
    maybe("element", Text, &[F], "element of the place"),
    maybe("resource", Text, &[F], "ARN or URI of the thing the value belongs to, masked"),
    always("locator", Text, &[F], "where inside the record: JSON path, HL7, X12 or FHIR field, column, tag key position; masked; empty for plain text"),
    maybe("byte_start", Long, &[F], "first byte of the value in the decoded unit"),
    maybe("byte_end", Long, &[F], "byte behind the value in the decoded unit"),
    always("encoding", Text, &[F], "layers removed to see the value, outermost first, as gzip>json-string>percent; empty for none"),
    // findings: what
    always("class", Text, &[F], "class of the value"),
    always("subject", Text, &[F], "whom or what it identifies: patient, provider, product, clinical-code, credential, client"),
    always("other_classes", Texts, &[F], "what the same span could also be"),
    always("contains", Texts, &[F], "what the value embeds"),
    always("safe_harbor", Int, &[F], "Safe Harbor identifier, 1 to 18, or 0"),
    always("detector", Text, &[F], "id of the detector"),
    always("detector_version", Text, &[F], "version of the detector"),
    always("confidence", Double, &[F], "0 to 1; calibrated once score_model of the run says so"),
    always("checksum", Text, &[F], "check digit: none, passed, failed, not-applicable"),
    always("cue_kind", Text, &[F], "what pointed at the value: none, slot, before, label-line, container, structure"),
    always("reserved", Flag, &[F], "a published sample or test value"),
    always("suppressed", Flag, &[F], "on the allow list"),
    always("evidence", Text, &[F], "shape of the value, never the value; the class word for names and free text"),
    maybe("token", Token, &[F], "keyed token of the value by class; null without a kept key"),
    maybe("token_key_id", Text, &[F, R], "which key made the tokens; null without a kept key"),
    // findings: why it matters
    always("verdict", Text, &[F], "what the place says of PHI in it, from forbidden to permitted"),
    maybe("policy_id", Text, &[F], "entry of the place catalogue or of the policy of the user"),
    maybe("basis", Text, &[F], "stated, advised, read-as, organisation"),
    maybe("citation", Text, &[F], "English title of the section"),
    always("condition", Text, &[F], "facts of the condition as read, as encrypted=yes;validation=no; empty without condition"),
    always("condition_state", Text, &[F], "not-applicable, met, unmet, unknown"),
    always("also", Kind::Also, &[F], "what else applies to the same value at the same locator"),
    always("severity", Text, &[F], "critical, high, medium, low, info"),
    maybe("producer", Text, &[F], "principal or component that wrote it, masked"),
    maybe("remedy", Text, &[F], "what to do, for this place, in one line"),
    always("occurrences", Long, &[F], "hits folded into this row; span and encoding are those of the first"),
    // findings: who suppressed it
    maybe("suppressed_by", Text, &[F], "owner of the entry of the allow list that suppressed it, masked; null where suppressed is false"),
    maybe("suppressed_reason", Text, &[F], "reason that the entry gives, masked; null where suppressed is false"),
    maybe("suppressed_until", Text, &[F], "last UTC day of the entry as YYYY-MM-DD; null where suppressed is false"),

    // coverage
    always("unit_kind", Text, &[C], "file, archive-member, trail-file, log-stream, key-range, object, resource-page, names, folder, container"),
    always("units_in_row", Long, &[C], "things that the row stands for"),
    always("elements_read", Texts, &[C], "elements of places that were read in the unit"),
    always("elements_missed", Texts, &[C], "elements of places that were not read in the unit"),
    always("outcome", Text, &[C], "scanned, partial, unchanged, empty, skipped, denied, unreadable, unsupported"),
    maybe("reason", Text, &[C], "why it is not scanned whole"),
    always("bytes_read", Long, &[C, R], "bytes as stored"),
    always("bytes_decoded", Long, &[C, R], "bytes after decompression"),
    always("records", Long, &[C, R], "records looked at"),
    always("findings", Long, &[C, R], "rows written to findings"),
    always("started_at", Time, &[C, R], "start of the unit; start of the run"),
    maybe("ended_at", Time, &[C], "end of the unit"),
    maybe("etag", Text, &[C], "ETag of the object"),
    maybe("version", Text, &[C], "version id of the object"),

    // attestations
    always("trail", Text, &[A], "the trail, masked"),
    always("kind", Text, &[A], "digest, backfill-digest, log"),
    always("object", Text, &[A], "the object judged, masked"),
    maybe("object_token", Token, &[A], "token of the object"),
    maybe("period_start", Time, &[A], "start of the time that it covers"),
    maybe("period_end", Time, &[A], "end of the time that it covers"),
    always("state", Text, &[A], "valid, altered, missing, moved, bad-signature, broken-link, key-unknown, orphan, gap, unproven, pending"),
    maybe("signature_state", Text, &[A], "what the signature says"),
    maybe("hash_state", Text, &[A], "what the hash says"),
    maybe("chain_state", Text, &[A], "what the link to the digest before says"),
    maybe("aws_verdict", Text, &[A], "what validation by the AWS CLI would say"),
    maybe("aws_message", Text, &[A], "its message, masked"),
    always("stricter", Texts, &[A], "what validation by the AWS CLI would miss"),

    // runs
    always("commit_number", Int, &[R], "0 for the first commit of a run"),
    always("committed_at", Time, &[R], "when the commit was written; its UTC day is the event_day of its coverage, attestations and runs rows"),
    always("command", Text, &[R], "the subcommand"),
    always("arguments", Texts, &[R], "its arguments, masked, without secrets"),
    always("phiscan_version", Text, &[R], "version of phiscan"),
    always("detector_set_hash", Token, &[R], "SHA-256 of the detector files"),
    always("catalogue_hash", Token, &[R], "SHA-256 of the place catalogue"),
    maybe("policy_hash", Token, &[R], "SHA-256 of the policy of the user; null without one"),
    always("score_model", Text, &[R], "how confidence is made; uncalibrated-1 until measured"),
    maybe("score_model_hash", Token, &[R], "SHA-256 of the table of the score model; null for the built-in one"),
    always("whitepaper_edition", Text, &[R], "edition of the whitepaper judged against"),
    always("units", Long, &[R], "things considered"),
    always("units_incomplete", Long, &[R], "things that are partial, denied, unreadable, or skipped for another reason than the own wish of the user"),
    always("findings_counting", Long, &[R], "findings that decide the exit status"),
    maybe("exit_status", Int, &[R], "exit status of the run; null where more commits follow"),
    always("files", Kind::Files, &[R], "the files that this commit adds"),
    always("replaced", Texts, &[R], "paths below OUT of the files that this commit replaces"),
    maybe("allow_hash", Token, &[R], "SHA-256 of the allow list; null without one"),
    always("own_classes", Texts, &[R], "classes of the detectors of the user that are in no closed list, as ORG_SPECIMEN"),
    maybe("actor", Text, &[R], "the user of the system who ran it, with the login where that is another; null where the system does not say"),
];
