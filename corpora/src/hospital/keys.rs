//! Object keys: plain lists, and S3 Inventory with its manifest.

use super::{Estate, Scene};
use crate::Error;
use crate::encode::{self, Charset, Compression};
use crate::look_alike;
use crate::mark::{Sheet, plain};
use crate::noise;
use crate::random::Random;
use crate::{list, obj};

const KEY: &str = "s3:object-key";

/// A key about a patient.
type KeyMaker = fn(&mut Scene<'_>) -> String;

const KEYS: &[KeyMaker] = &[
    |s| {
        let name = s.leak("NAME", KEY, &s.patient.joined("_"));
        let mrn = s.leak("MRN", KEY, &s.patient.mrn.clone());
        format!("patients/{name}_mrn{mrn}.pdf")
    },
    |s| {
        let name = s.leak("NAME", KEY, &s.patient.shouted());
        let born = s.leak("DOB", KEY, &s.patient.born_iso());
        format!("intake/2026/{name}/dob={born}/consent.pdf")
    },
    |s| {
        let name = s.leak(
            "NAME",
            KEY,
            &format!("{} {}", s.patient.last_first(), s.patient.middle),
        );
        format!("discharge/{name}.pdf")
    },
    |s| {
        let ssn = s.leak("SSN", KEY, &s.patient.ssn.clone());
        format!("w2/ssn_{ssn}.pdf")
    },
    |s| {
        let mbi = s.leak("MBI", KEY, &s.patient.mbi_printed());
        format!("eligibility/mbi-{mbi}.271")
    },
    |s| {
        let phone = s.leak("PHONE", KEY, &s.patient.phone.clone());
        format!("callbacks/phone/{phone}.wav")
    },
    |s| {
        let name = s.leak("NAME", KEY, &s.patient.full());
        format!("patient letters/{name}.docx")
    },
    |s| {
        let email = s.leak("EMAIL", KEY, &s.patient.email.clone());
        format!("portal/uploads/{email}/photo.jpg")
    },
    |s| {
        let member = s.leak("MEMBER_ID", KEY, &s.patient.member.clone());
        format!("cards/member-id-{member}-front.png")
    },
    |s| {
        let name = s.leak("NAME", KEY, &s.patient.carets());
        let born = s.leak("DOB", KEY, &s.patient.born_compact());
        format!("hl7/adt/patient {name} DOB {born}.hl7")
    },
    |s| {
        let name = s.leak("NAME", KEY, &s.patient.joined("-"));
        let admitted = s.leak("DATE", KEY, "2026-03-02");
        format!("admissions/patient-{name}/admit-date-{admitted}/chart.pdf")
    },
    // Nothing but the shape: upper case, a date beside it, no word of health in the path.
    |s| {
        let name = s.leak("NAME", KEY, &s.patient.shouted());
        let born = s.sheet.may(
            "DOB",
            KEY,
            &s.patient.born_iso(),
            "a date beside a name: of birth or of a visit",
        );
        format!("scans/batch-07/{name}_{born}.tif")
    },
    |s| {
        let medicaid = s.leak("MEDICAID_ID", KEY, &s.patient.medicaid.clone());
        format!("medicaid/{medicaid}/enrolment.pdf")
    },
];

/// A key without PHI.
pub(crate) fn clean_key(random: &mut Random) -> String {
    let day = noise::iso(noise::moment(random))[..10].to_owned();
    let word = noise::word(random);
    match random.below(9) {
        0 => format!(
            "{word}/{}/{}.parquet",
            day.replace('-', "/"),
            noise::uuid(random)
        ),
        1 => format!(
            "{word}/dt={day}/part-{}-{}.c000.snappy.parquet",
            random.digits(5),
            noise::uuid(random)
        ),
        2 => format!(
            "builds/{word}/v{}.{}.{}/{}.tar.gz",
            random.below(9),
            random.below(40),
            random.below(60),
            random.hex(40)
        ),
        3 => format!(
            "dicom/{}/{}/{}.dcm",
            random.hex(32),
            random.hex(32),
            random.hex(32)
        ),
        4 => format!(
            "logs/{word}/{}.log.gz",
            1_773_000_000 + random.below(900_000)
        ),
        5 => format!(
            "site/assets/{word}_{}.{}.js",
            noise::word(random),
            random.hex(8)
        ),
        6 => format!(
            "backup/{word}/full-{}.dump.zst",
            1_773_014_400_000 + random.below(600_000_000)
        ),
        7 => format!("reports/{word} summary {day}.xlsx"),
        _ => format!("{word}/{}/", noise::word(random)),
    }
}

/// A key with a look-alike.
fn near_key(scene: &mut Scene<'_>, kind: u64) -> String {
    // Of the kinds of look-alike, those that fit into a name.
    const FIT: [u64; 12] = [0, 1, 2, 3, 4, 11, 12, 13, 15, 21, 26, 24];
    let made = look_alike::make(scene.random, FIT[(kind % 12) as usize]);
    let text = scene.sheet.near(made.resembles, &made.text, made.why);
    format!("{}/{text}.bin", noise::word(scene.random))
}

pub(super) fn add(estate: &mut Estate, seed: u64) -> Result<(), Error> {
    for (number, (path, compression)) in [
        ("keys/quenbrook-records.txt", Compression::None),
        ("keys/quenbrook-archive.txt.gz", Compression::Gzip),
    ]
    .into_iter()
    .enumerate()
    {
        let mut random = Random::part(seed, path);
        let mut sheet = Sheet::new(path, KEY);
        let bucket = ["quenbrook-records", "quenbrook-archive"][number];
        let mut text = String::new();
        for line in 0..1_200_usize {
            let key = one_key(&mut sheet, &mut random, line, 300, number * 4);
            text.push_str(&format!("s3://{bucket}/{key}\n"));
        }
        estate.add(sheet.finish(&text, Charset::Utf8, compression)?);
    }
    inventory(estate, seed)
}

fn one_key(
    sheet: &mut Sheet,
    random: &mut Random,
    line: usize,
    every: usize,
    from: usize,
) -> String {
    if line % every == 61 {
        KEYS[(from + line / every) % KEYS.len()](&mut Scene::new(sheet, random))
    } else if line % 100 == 33 {
        near_key(&mut Scene::new(sheet, random), (line / 100 + from) as u64)
    } else {
        clean_key(random)
    }
}

/// `<destination>/<source>/<configuration>/…`: a manifest and a CSV without header whose keys
/// are URL-encoded.
fn inventory(estate: &mut Estate, seed: u64) -> Result<(), Error> {
    let mut random = Random::part(seed, "inventory");
    let bucket = "quenbrook-claims";
    let folder = format!("inventory/{bucket}/weekly");
    let data = format!("{folder}/data/{}.csv.gz", noise::uuid(&mut random));
    let mut sheet = Sheet::new(&data, KEY);
    let mut text = String::new();
    for line in 0..1_500_usize {
        let key = one_key(&mut sheet, &mut random, line, 180, 5);
        let careless = line % 360 == 61 && !plain(&key).contains(' ');
        let key = if careless {
            encode::percent_all(&key).replace("%2F", "/")
        } else {
            encode::form(&key)
        };
        text.push_str(&format!(
            "\"{bucket}\",\"{key}\",\"{}\",\"true\",\"false\",\"{}\",\"{}\",\"{}\",\"STANDARD\"\n",
            random.characters(
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._",
                32
            ),
            random.below(90_000_000),
            noise::iso_ms(noise::moment(&mut random)),
            noise::etag(&mut random),
        ));
    }
    let file = sheet.finish(&text, Charset::Utf8, Compression::Gzip)?;
    let size = file.bytes.len() as u64;
    estate.add(file);
    let manifest = obj! {
        "sourceBucket" => bucket,
        "destinationBucket" => "arn:aws:s3:::quenbrook-inventory",
        "version" => "2016-11-30",
        "creationTimestamp" => "1773187200000",
        "fileFormat" => "CSV",
        "fileSchema" => "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass",
        "files" => list![obj! { "key" => data, "size" => size, "MD5checksum" => random.hex(32) }],
    };
    let sheet = Sheet::new(
        &format!("{folder}/2026-03-11T00-00Z/manifest.json"),
        "local:file-content",
    );
    estate.add(sheet.finish(&manifest.to_pretty(), Charset::Utf8, Compression::None)?);
    let sheet = Sheet::new(
        &format!("{folder}/2026-03-11T00-00Z/manifest.checksum"),
        "local:file-content",
    );
    estate.add(sheet.finish(&random.hex(32), Charset::Utf8, Compression::None)?);
    Ok(())
}
