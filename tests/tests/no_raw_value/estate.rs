//! The planted values in every source format, every encoding and every kind of name.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use tests::Bench;

use crate::values::Planted;

const ACCOUNT: &str = "418273950617";

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    let mark = [0xfeff];
    let units = mark.into_iter().chain(text.encode_utf16());
    units
        .flat_map(|unit| {
            if big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        })
        .collect()
}

fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'=' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A sentence of a log.
fn sentence(value: &Planted) -> String {
    format!(
        "WARN intake rejected, {}: {} (retry)",
        value.label(),
        value.text
    )
}

/// An object key.
fn key(value: &Planted) -> String {
    format!("intake/{}={}/scan.pdf", value.label(), value.name)
}

fn lines(values: &[Planted], line: impl Fn(&Planted) -> String) -> String {
    values.iter().map(|value| line(value) + "\n").collect()
}

/// Writes it all below `estate/`.
pub(crate) fn write(bench: &Bench, values: &[Planted]) {
    let numbered = || values.iter().enumerate();
    let file = |name: &str, bytes: &[u8]| {
        bench.file(&format!("estate/{name}"), bytes);
    };

    let records: Vec<_> = numbered().map(|(n, v)| json!({
        "eventVersion": "1.11",
        "userIdentity": {"type": "AssumedRole", "arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/Intake/{}={}", v.label(), v.name), "accountId": ACCOUNT},
        "eventTime": "2026-03-11T15:00:50Z", "eventSource": "s3.amazonaws.com", "eventName": if n % 2 == 0 { "PutObject" } else { "PutObjectTagging" },
        "awsRegion": "us-east-2", "sourceIPAddress": "cloudtrail.amazonaws.com",
        "requestParameters": {"bucketName": "quenbrook-intake", "key": key(v), "tagging": format!("{}={}", v.label(), percent(&v.text)),
            "Tagging": {"TagSet": {"Tag": [{"Key": v.label(), "Value": v.text}]}},
            "policy": json!({"Statement": [{"Sid": sentence(v), "Condition": {v.label(): v.text}}]}).to_string()},
        "errorMessage": sentence(v),
        "resources": [{"ARN": format!("arn:aws:s3:::quenbrook-intake/{}", key(v)), "type": "AWS::S3::Object"}],
        "eventID": format!("c008456a-a990-4ac4-a9a2-3efff{n:07x}"), "recipientAccountId": ACCOUNT,
    })).collect();
    let trail = json!({"Records": records}).to_string();
    file(
        "AWSLogs/418273950617/CloudTrail/us-east-2/2026/03/11/418273950617_CloudTrail_us-east-2_20260311T1505Z_stmzKUo9yCd7lgoR.json.gz",
        &gzip(trail.as_bytes()),
    );

    let export = lines(values, |v| {
        format!("2026-03-11T15:00:50.123Z {}", sentence(v))
    });
    let export = export
        + &lines(values, |v| {
            format!(
                "2026-03-11T15:00:51.123Z {}",
                json!({"level": "info", v.label(): v.text})
            )
        });
    file(
        "exportedlogs/a7ba2f8f-9436-4868-a9f4-857a2c16a667/portal/000000.gz",
        &gzip(export.as_bytes()),
    );

    let mut subscription = String::new();
    for (n, v) in numbered() {
        subscription.push_str(&json!({
            "messageType": "DATA_MESSAGE", "owner": ACCOUNT, "logGroup": format!("/intake/{}={}", v.label(), v.name),
            "logStream": format!("{}={}", v.label(), v.name), "subscriptionFilters": ["all"],
            "logEvents": [
                {"id": format!("3988701183137430156471594365{n:08}"), "timestamp": 1_773_273_600_634_u64, "message": sentence(v)},
                {"id": format!("3988701183137430156471594366{n:08}"), "timestamp": 1_773_273_600_635_u64, "message": json!({v.label(): v.text, v.text.as_str(): sentence(v)}).to_string()},
            ]}).to_string());
    }
    file(
        "subscriptions/intake/2026/03/11/15/delivery",
        subscription.as_bytes(),
    );

    let events: Vec<_> = numbered().map(|(n, v)| json!({
        "logStreamName": format!("{}={}", v.label(), v.name), "timestamp": 1_773_273_600_634_u64,
        "message": sentence(v), "ingestionTime": 1_773_273_601_046_u64, "eventId": format!("398870118313743015647159{n:08}"),
    })).collect();
    file(
        "cli/filter-log-events.json",
        json!({"events": events, "searchedLogStreams": []})
            .to_string()
            .as_bytes(),
    );

    file(
        "keys/keys.txt",
        lines(values, |v| format!("s3://quenbrook-intake/{}", key(v))).as_bytes(),
    );
    file("inventory/quenbrook-intake/all/2026-03-11T00-00Z/manifest.json", json!({
        "sourceBucket": "quenbrook-intake", "destinationBucket": "arn:aws:s3:::quenbrook-inventory", "fileFormat": "CSV",
        "fileSchema": "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass",
        "files": [{"key": "inventory/quenbrook-intake/all/data/one.csv.gz"}]}).to_string().as_bytes());
    let inventory = lines(values, |v| {
        format!(
            "\"quenbrook-intake\",\"{}\",\"\",\"true\",\"false\",\"10\",\"2026-03-11T01:00:00.000Z\",\"d41d8cd98f00b204e9800998ecf8427e\",\"STANDARD\"",
            percent(&key(v))
        )
    });
    file(
        "inventory/quenbrook-intake/all/data/one.csv.gz",
        &gzip(inventory.as_bytes()),
    );

    let mappings: Vec<_> = values.iter().map(|v| json!({
        "ResourceARN": format!("arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/intake/{}={}", v.label(), v.name),
        "Tags": [{"Key": v.label(), "Value": v.text}, {"Value": v.text, "Key": v.label()}, {"Key": format!("{}:{}", v.label(), v.text), "Value": sentence(v)}],
    })).collect();
    file(
        "cli/get-resources.json",
        json!({"PaginationToken": "", "ResourceTagMappingList": mappings})
            .to_string()
            .as_bytes(),
    );

    let items: Vec<_> = values.iter().map(|v| json!({
        "configuration": {"name": format!("{}={}", v.label(), v.name), "description": sentence(v), "userData": {v.label(): v.text}},
        "supplementaryConfiguration": {}, "tags": {v.label(): v.text, format!("{}={}", v.label(), v.text): "x"},
        "configurationItemVersion": "1.3", "configurationItemCaptureTime": "2026-03-11T07:22:07.512Z", "awsAccountId": ACCOUNT,
        "configurationItemStatus": "OK", "resourceType": "AWS::S3::Bucket", "resourceId": format!("{}={}", v.label(), v.name),
        "ARN": format!("arn:aws:s3:::intake/{}={}", v.label(), v.name), "awsRegion": "us-east-1",
    })).collect();
    file(
        "Config/ConfigSnapshot.json",
        json!({"fileVersion": "1.0", "configSnapshotId": "cf317191", "configurationItems": items})
            .to_string()
            .as_bytes(),
    );

    let resources: serde_json::Map<_, _> = numbered().map(|(n, v)| (format!("Queue{n}"), json!({
        "Type": "AWS::SQS::Queue",
        "Properties": {"QueueName": format!("{}={}", v.label(), v.name), "Tags": [{"Key": v.label(), "Value": v.text}]},
        "Metadata": {v.text.as_str(): sentence(v)},
    }))).collect();
    file(
        "templates/intake.template.json",
        json!({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources})
            .to_string()
            .as_bytes(),
    );
    let mut yaml = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n".to_owned();
    for (n, v) in numbered() {
        yaml.push_str(&format!(
            "  Queue{n}:\n    Type: AWS::SQS::Queue\n    Metadata:\n      \"{}={}\": '{}'\n    Properties:\n      Tags:\n        - Key: {}\n          Value: '{}'\n",
            v.label(), v.name, sentence(v), v.label(), v.text
        ));
    }
    file("templates/intake.template.yaml", yaml.as_bytes());

    // Values as values, and as the keys that lead to others.
    let jsonl = lines(values, |v| {
        json!({"time": "2026-03-11T15:00:50Z", "detail": {v.label(): v.text, "note": sentence(v)}, v.text.as_str(): {"note": sentence(v)}}).to_string()
    });
    file("app/portal.jsonl", jsonl.as_bytes());
    file(
        "app/portal-2.jsonl.zst",
        &zstd::encode_all(jsonl.as_bytes(), 1).unwrap(),
    );
    let by_value: serde_json::Map<_, _> = values
        .iter()
        .map(|v| {
            (
                format!("{} {}", v.label(), v.text),
                json!([sentence(v), {v.label(): v.text}]),
            )
        })
        .collect();
    file(
        "app/by-value.json",
        serde_json::to_string_pretty(&by_value).unwrap().as_bytes(),
    );
    file(
        "text/utf-16.json",
        &utf16(
            &json!({"rows": values.iter().map(|v| json!({v.label(): v.text})).collect::<Vec<_>>()})
                .to_string(),
            true,
        ),
    );
    let text = lines(values, sentence);
    file("text/utf-16.log", &utf16(&text, false));
    file("text/app.log", text.as_bytes());
    let mut latin = text.clone().into_bytes();
    latin.extend(b"caf\xe9 closed\n");
    file("text/latin.log", &latin);
    let urls = lines(values, |v| {
        format!(
            "10.0.0.7 - - [11/Mar/2026:15:00:50 +0000] \"GET /find?{}={}&x=1 HTTP/1.1\" 200 17",
            v.label(),
            percent(&v.text).replace('+', "%20")
        )
    });
    file("text/access.log", urls.as_bytes());
    let logfmt = lines(values, |v| {
        format!(
            "level=info msg=\"{}\" {}=\"{}\" {}.{}=1",
            sentence(v).replace('"', ""),
            v.label(),
            v.text,
            v.label(),
            v.name.replace([' ', ','], "-")
        )
    });
    file("app/worker.log", logfmt.as_bytes());

    // One table with a column for each class, and one whose header holds values.
    let mut labels: Vec<_> = values.iter().map(Planted::label).collect();
    labels.dedup();
    let rows = values.len() / labels.len();
    for (name, delimiter) in [("exports/table.csv", ","), ("exports/table.tsv", "\t")] {
        let mut table = labels.join(delimiter) + "\n";
        for row in 0..rows {
            let cells =
                (0..labels.len()).map(|column| format!("\"{}\"", values[column * rows + row].text));
            table.push_str(&(cells.collect::<Vec<_>>().join(delimiter) + "\n"));
        }
        file(name, table.as_bytes());
    }
    let header: Vec<_> = values
        .iter()
        .step_by(20)
        .map(|v| format!("{} {}", v.label(), v.text.replace(',', " ")))
        .collect();
    let row = vec!["ssn 219-47-3612"; header.len()].join(",");
    file(
        "exports/headed.csv",
        format!("{}\n{row}\n{row}\n", header.join(",")).as_bytes(),
    );

    aws_logs(values, &file);
    archives(values, &file);

    // Names of folders and files, both as units and for names:.
    for (n, v) in numbered() {
        let name = format!("{}={}", v.label(), v.name);
        let folder = if n % 10 == 0 {
            format!("share/{name}")
        } else {
            "share".to_owned()
        };
        file(
            &format!("{folder}/{name}.txt"),
            format!("{}\n", sentence(v)).as_bytes(),
        );
    }
}

/// A value in an URL, without `+` for a space.
fn in_url(text: &str) -> String {
    percent(text).replace('+', "%20")
}

/// A line for every fourth value: of each class there are enough.
fn some_lines(values: &[Planted], line: impl Fn(&Planted) -> String) -> String {
    let some = values.iter().step_by(4);
    some.map(|value| line(value) + "\n").collect()
}

/// The logs that AWS writes to S3, with values in every field that clients fill.
fn aws_logs(values: &[Planted], file: &dyn Fn(&str, &[u8])) {
    let query = |v: &Planted| format!("{}={}&x=1", v.label(), in_url(&v.text));
    let s3 = some_lines(values, |v| {
        format!(
            "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be quenbrook-intake [11/Mar/2026:15:00:50 +0000] - \
             arn:aws:sts::{ACCOUNT}:assumed-role/Intake/{label}={name} 3E57427F33A59F07 REST.PUT.OBJECT {twice} \
             \"PUT /{once}?{query} HTTP/1.1\" 200 - 1 2 3 4 \"https://a.example/?{query}\" \"agent {text}\" - h= SigV4 T \
             AuthHeader quenbrook-intake.s3.amazonaws.com TLSv1.3 - -",
            label = v.label(),
            name = in_url(&v.name),
            twice = in_url(&in_url(&key(v))),
            once = in_url(&key(v)),
            query = query(v),
            text = sentence(v).replace('"', ""),
        )
    });
    file("AWSLogs/access/2026-03-11-15-00-50-9C0FA1B2", s3.as_bytes());
    let alb = some_lines(values, |v| {
        format!(
            "https 2026-03-11T15:00:50.186641Z app/{}={}/50dc6c495c0c9188 10.0.0.39:2817 10.0.0.1:80 0.0 0.0 0.0 200 200 3 4 \
             \"GET https://a.example:443/{}?{} HTTP/1.1\" \"{}\" T TLSv1.2 \
             arn:aws:elasticloadbalancing:us-east-2:{ACCOUNT}:targetgroup/{}={}/73e2d6bc24d8a067 \"Root=1-5\" \"-\" \"-\" 1 \
             2026-03-11T15:00:50.364000Z \"redirect\" \"https://a.example/?{}\" \"-\" \"-\" \"-\" \"-\" \"-\" TID_1",
            v.label(),
            in_url(&v.name),
            in_url(&v.name),
            query(v),
            sentence(v).replace('"', ""),
            v.label(),
            in_url(&v.name),
            query(v),
        )
    });
    file("AWSLogs/alb.log.gz", &gzip(alb.as_bytes()));
    let cloudfront = "#Version: 1.0\n#Fields: date time c-ip cs(Host) cs-uri-stem cs(Referer) cs-uri-query cs(Cookie)\n"
        .to_owned()
        + &some_lines(values, |v| {
            format!(
                "2026-03-11\t15:00:50\t10.0.0.4\t{}={}.example\t/{}\thttps://a.example/?{}\t{}\t{}={}",
                v.label(),
                in_url(&v.name),
                in_url(&in_url(&key(v))),
                in_url(&query(v)),
                query(v),
                v.label(),
                in_url(&in_url(&v.text)),
            )
        });
    file(
        "cdn/E2QWRUHAPOMQZL.2026-03-11-15.a1b2",
        cloudfront.as_bytes(),
    );
    let waf = some_lines(values, |v| {
        json!({"timestamp": 1_773_273_600_634_u64, "webaclId": format!("arn:aws:wafv2:us-east-1:{ACCOUNT}:regional/webacl/{}={}/1", v.label(), v.name),
            "terminatingRuleMatchDetails": [{"matchedData": [v.label(), v.text]}], "httpSourceId": sentence(v),
            "httpRequest": {"headers": [{"name": v.label(), "value": v.text}], "uri": format!("/{}", in_url(&key(v))), "args": query(v)}})
        .to_string()
    });
    file("AWSLogs/waf.log", waf.as_bytes());
    let resolver = some_lines(values, |v| {
        json!({"version": "1.1", "account_id": ACCOUNT, "region": "us-east-1", "vpc_id": format!("{}={}", v.label(), v.name),
            "query_timestamp": "2026-03-11T15:00:50Z", "query_name": format!("{}={}.example.", v.label(), v.name), "query_type": "TXT",
            "answers": [{"Rdata": sentence(v)}], "srcaddr": "10.0.0.7"})
        .to_string()
    });
    file("AWSLogs/dns.log", resolver.as_bytes());
    let gateway = some_lines(values, |v| {
        json!({"requestId": "1", "requestTime": "11/Mar/2026:15:00:50 +0000", "httpMethod": "GET", "resourcePath": "/Patient",
            "apiId": format!("{}={}", v.label(), v.name), "user": sentence(v), "path": format!("/Patient?{}", query(v)), v.label(): v.text})
        .to_string()
    });
    file("AWSLogs/gateway.json", gateway.as_bytes());
    let clf = some_lines(values, |v| {
        format!(
            "10.0.0.7 - {}={} [11/Mar/2026:15:00:50 +0000]\"GET /{}?{} HTTP/1.1\" 200 70 8a1b2c3d-0000-4000-8000-000000000001",
            v.label(),
            in_url(&v.name),
            in_url(&key(v)),
            query(v)
        )
    });
    file("AWSLogs/gateway.clf", clf.as_bytes());
    let execution = some_lines(values, |v| {
        format!(
            "(8a1b2c3d-0000-4000-8000-000000000001) Method request headers: {{{}={}, {}=x}}",
            v.label(),
            v.text,
            in_url(&v.text)
        )
    });
    file("AWSLogs/execution.log", execution.as_bytes());
}

/// Archives whose members are named by values and hold them.
fn archives(values: &[Planted], file: &dyn Fn(&str, &[u8])) {
    let mut zip = tests::archives::Zip::default();
    let mut tar = Vec::new();
    for (number, v) in values
        .iter()
        .enumerate()
        .filter(|(number, _)| number % 4 == 0)
    {
        let name = format!("intake/{}={}/{number}.txt", v.label(), v.name);
        let text = format!("{}\n", sentence(v));
        zip.member(
            name.as_bytes(),
            text.as_bytes(),
            tests::archives::Packing::Deflated,
        );
        tar.extend(tests::archives::tar_member(
            name.as_bytes(),
            text.as_bytes(),
        ));
    }
    let zip = zip.finish();
    tar.extend(tests::archives::tar_member(b"inner.zip", &zip));
    file("archives/intake.zip", &zip);
    file("archives/intake.tar.gz", &gzip(&tar));
    // Cut: what is said of them must not say more.
    file("archives/cut.zip", &zip[..zip.len() / 3]);
    file("archives/cut.tar", &tar[..tar.len() / 3]);
}
