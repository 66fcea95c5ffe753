//! Ids of findings and tokens of values, units and scopes.
//!
//! All of them are keyed texts of [`Key::token`] over these parts:
//!
//! | what | label | parts |
//! |---|---|---|
//! | `finding_id` | `phiscan/finding/1` | the record's, then locator, class, normalised value |
//! | `token` | `phiscan/value/1` | class, normalised value |
//! | `unit_token` | `phiscan/unit/1` | unit identity |
//! | `scope_token` | `phiscan/scope/1` | container identity |
//! | a log event's message | `phiscan/message/1` | the message |
//!
//! and a record's parts are
//!
//! | [`Record`] | parts |
//! |---|---|
//! | `TrailEvent` | `eventID` |
//! | `LogEvent` | account, group name, stream name, timestamp in milliseconds, the message's token |
//! | `Object` | `s3://bucket/key`; behind it the version id where one is told (metadata, tags, body) |
//! | `Resource` | ARN, or what a listed key or tag names |
//! | `InUnit` | unit identity, record number counted from 0 |
//! | `InMebibyte` | unit identity, number of the MiB of decoded bytes (folded client IPs) |
//! | `InHour` | container identity, hours since 1970 in UTC (client IPs of API sources) |
//!
//! Numbers are decimal ASCII, text is UTF-8. Place, verdict, span, encoding and
//! schema version are in none of them, so a corrected catalogue renames nothing.
//! `testdata/identity.toml` holds vectors; they can never change.

use detectors::{Class, Secret};

use crate::key::{Key, Token};

const VALUE: &str = "phiscan/value/1";

/// What a finding's id hangs on, besides locator, class and value.
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "the module's table says what each holds")]
pub enum Record<'a> {
    TrailEvent {
        event_id: &'a str,
    },
    LogEvent {
        account: &'a str,
        group: &'a str,
        stream: &'a str,
        timestamp_ms: i64,
        message: Message<'a>,
    },
    Object {
        bucket: &'a str,
        key: &'a str,
        version: Option<&'a str>,
    },
    Resource {
        name: &'a str,
    },
    InUnit {
        unit: &'a str,
        record: u64,
    },
    InMebibyte {
        unit: &'a str,
        mebibyte: u64,
    },
    InHour {
        container: &'a str,
        hour: i64,
    },
}

/// A log event's message, or its token, which serves all findings in one event.
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "said above")]
pub enum Message<'a> {
    Text(&'a [u8]),
    Token(&'a Token),
}

/// The token of a log event's message.
pub fn message_token(key: &Key, message: &[u8]) -> Token {
    key.token("phiscan/message/1", &[message])
}

/// The id of a finding.
///
/// `locator` is the unmasked one, empty for plain text; `value` is the
/// normalised value. Neither is kept.
pub fn finding_id(
    key: &Key,
    record: Record<'_>,
    locator: &str,
    class: Class,
    value: &Secret,
) -> Token {
    let id = |record: &[&[u8]]| {
        let mut parts = record.to_vec();
        parts.extend([
            locator.as_bytes(),
            class.as_str().as_bytes(),
            value.expose(),
        ]);
        key.token("phiscan/finding/1", &parts)
    };
    match record {
        Record::TrailEvent { event_id } => id(&[event_id.as_bytes()]),
        Record::LogEvent {
            account,
            group,
            stream,
            timestamp_ms,
            message,
        } => {
            let message = match message {
                Message::Text(text) => message_token(key, text),
                Message::Token(token) => token.clone(),
            };
            let timestamp = timestamp_ms.to_string();
            id(&[
                account.as_bytes(),
                group.as_bytes(),
                stream.as_bytes(),
                timestamp.as_bytes(),
                message.as_str().as_bytes(),
            ])
        }
        Record::Object {
            bucket,
            key,
            version,
        } => {
            let name = format!("s3://{bucket}/{key}");
            match version {
                Some(version) => id(&[name.as_bytes(), version.as_bytes()]),
                None => id(&[name.as_bytes()]),
            }
        }
        Record::Resource { name } => id(&[name.as_bytes()]),
        Record::InUnit {
            unit,
            record: number,
        }
        | Record::InMebibyte {
            unit,
            mebibyte: number,
        } => id(&[unit.as_bytes(), number.to_string().as_bytes()]),
        Record::InHour { container, hour } => {
            id(&[container.as_bytes(), hour.to_string().as_bytes()])
        }
    }
}

/// The token of a normalised value; `None` under a key of one run only.
pub fn value_token(key: &Key, class: Class, value: &Secret) -> Option<Token> {
    key.is_kept()
        .then(|| key.token(VALUE, &[class.as_str().as_bytes(), value.expose()]))
}

/// The same token as [`detectors::Masker`] wants it.
pub fn mask_token(key: &Key, class: Class, value: &Secret) -> Option<detectors::Token> {
    let bits = || key.bits(VALUE, &[class.as_str().as_bytes(), value.expose()]);
    key.is_kept().then(|| detectors::Token(bits()))
}

/// The token of a unit.
pub fn unit_token(key: &Key, unit: &str) -> Token {
    key.token("phiscan/unit/1", &[unit.as_bytes()])
}

/// The token of a container as scanned.
pub fn scope_token(key: &Key, container: &str) -> Token {
    key.token("phiscan/scope/1", &[container.as_bytes()])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Vectors {
        key: String,
        key_id: String,
        keyed: Vec<Keyed>,
        finding: Vec<Case>,
        token: Vec<TokenCase>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Keyed {
        label: String,
        parts: Vec<String>,
        result: String,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct TokenCase {
        of: String,
        class: Option<String>,
        value: String,
        token: String,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        record: RecordCase,
        locator: String,
        class: String,
        value: String,
        finding_id: String,
    }

    #[derive(Deserialize)]
    #[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
    enum RecordCase {
        TrailEvent {
            event_id: String,
        },
        LogEvent {
            account: String,
            group: String,
            stream: String,
            timestamp_ms: i64,
            message: String,
        },
        Object {
            bucket: String,
            key: String,
            version: Option<String>,
        },
        Resource {
            name: String,
        },
        InUnit {
            unit: String,
            record: u64,
        },
        InMebibyte {
            unit: String,
            mebibyte: u64,
        },
        InHour {
            container: String,
            hour: i64,
        },
    }

    impl RecordCase {
        fn record(&self) -> Record<'_> {
            match self {
                Self::TrailEvent { event_id } => Record::TrailEvent { event_id },
                Self::LogEvent {
                    account,
                    group,
                    stream,
                    timestamp_ms,
                    message,
                } => Record::LogEvent {
                    account,
                    group,
                    stream,
                    timestamp_ms: *timestamp_ms,
                    message: Message::Text(message.as_bytes()),
                },
                Self::Object {
                    bucket,
                    key,
                    version,
                } => Record::Object {
                    bucket,
                    key,
                    version: version.as_deref(),
                },
                Self::Resource { name } => Record::Resource { name },
                Self::InUnit { unit, record } => Record::InUnit {
                    unit,
                    record: *record,
                },
                Self::InMebibyte { unit, mebibyte } => Record::InMebibyte {
                    unit,
                    mebibyte: *mebibyte,
                },
                Self::InHour { container, hour } => Record::InHour {
                    container,
                    hour: *hour,
                },
            }
        }
    }

    fn vectors() -> (Vectors, Key) {
        let vectors: Vectors = toml::from_str(include_str!("../testdata/identity.toml")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, &vectors.key).unwrap();
        let key = Key::read(&path).unwrap();
        (vectors, key)
    }

    fn secret(value: &str) -> Secret {
        Secret::new(value.as_bytes().to_vec())
    }

    #[test]
    fn vectors_hold() {
        let (vectors, key) = vectors();
        assert_eq!(key.id().as_deref(), Some(vectors.key_id.as_str()));
        for case in &vectors.keyed {
            let parts: Vec<&[u8]> = case.parts.iter().map(|part| part.as_bytes()).collect();
            assert_eq!(
                key.token(&case.label, &parts).as_str(),
                case.result,
                "{} {:?}",
                case.label,
                case.parts
            );
        }
        for case in &vectors.finding {
            let id = finding_id(
                &key,
                case.record.record(),
                &case.locator,
                case.class.parse().unwrap(),
                &secret(&case.value),
            );
            assert_eq!(
                id.as_str(),
                case.finding_id,
                "{} at {}",
                case.class,
                case.locator
            );
        }
        for case in &vectors.token {
            let token = match case.of.as_str() {
                "value" => {
                    let (class, value) = (
                        case.class.as_deref().unwrap().parse().unwrap(),
                        secret(&case.value),
                    );
                    let token = value_token(&key, class, &value).unwrap();
                    assert_eq!(
                        mask_token(&key, class, &value).unwrap().to_string(),
                        token.as_str()
                    );
                    token
                }
                "unit" => unit_token(&key, &case.value),
                "scope" => scope_token(&key, &case.value),
                other => panic!("no token of {other}"),
            };
            assert_eq!(token.as_str(), case.token, "{}", case.value);
        }
    }

    #[test]
    fn all_vectors_differ() {
        let (vectors, _) = vectors();
        let mut all: Vec<&str> = vectors
            .finding
            .iter()
            .map(|case| case.finding_id.as_str())
            .collect();
        all.extend(vectors.token.iter().map(|case| case.token.as_str()));
        all.extend(vectors.keyed.iter().map(|case| case.result.as_str()));
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
