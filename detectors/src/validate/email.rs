//! E-mail addresses: the dot-atom form of RFC 5322 with a domain name of RFC 1035, as people and
//! systems write it (no quoted local parts, no address literals).
//!
//! A domain must end in a label that can be a top-level domain; a file ending such as `png` or
//! `js` cannot (`icon@2x.png`, `left-pad@1.3.0.js`).

use super::Validity;

/// What an address tells about its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `first.last@…`: two words of letters in the local part.
    Person,
    /// Any other mailbox.
    Mailbox,
    /// A machine or a desk: `noreply@`, `support@`, hosts of AWS, internal names.
    Service,
    /// Names set aside for examples (RFC 2606, RFC 6761).
    Example,
}

/// Endings of file names that look like a domain's last label.
const FILE_ENDINGS: [&[u8]; 24] = [
    b"bmp", b"conf", b"css", b"csv", b"gif", b"gz", b"html", b"ini", b"jar", b"jpeg", b"jpg",
    b"js", b"json", b"log", b"pdf", b"png", b"svg", b"tar", b"tgz", b"ts", b"txt", b"webp", b"xml",
    b"yaml",
];

/// Local parts of desks, teams and machines, before any `+tag`; and the words of longer ones
/// (`data-platform-team`).
const SERVICE_BOXES: [&[u8]; 76] = [
    b"abuse",
    b"accounts",
    b"admin",
    b"administrator",
    b"alert",
    b"alerts",
    b"analytics",
    b"api",
    b"automation",
    b"billing",
    b"bot",
    b"bounce",
    b"bounces",
    b"ci",
    b"cloud",
    b"compliance",
    b"contact",
    b"daemon",
    b"data",
    b"dba",
    b"dev",
    b"devops",
    b"do-not-reply",
    b"donotreply",
    b"eng",
    b"engineering",
    b"finance",
    b"frontdesk",
    b"git",
    b"hello",
    b"help",
    b"helpdesk",
    b"hostmaster",
    b"hr",
    b"info",
    b"infra",
    b"infrastructure",
    b"it",
    b"itsupport",
    b"jobs",
    b"legal",
    b"mailer-daemon",
    b"marketing",
    b"monitoring",
    b"newsletter",
    b"no-reply",
    b"noc",
    b"noreply",
    b"notification",
    b"notifications",
    b"oncall",
    b"on-call",
    b"ops",
    b"orders",
    b"postmaster",
    b"platform",
    b"press",
    b"privacy",
    b"reception",
    b"records",
    b"root",
    b"sales",
    b"scheduling",
    b"sec",
    b"secops",
    b"security",
    b"service",
    b"servicedesk",
    b"service-desk",
    b"sre",
    b"support",
    b"sysadmin",
    b"system",
    b"team",
    b"web",
    b"webmaster",
];

fn atom(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

/// Splits an address into local part and domain; `None` if it is no address.
pub fn parse(raw: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = raw.iter().position(|&byte| byte == b'@')?;
    let (local, domain) = (raw.get(..at)?, raw.get(at + 1..)?);
    let local_fits = (1..=64).contains(&local.len())
        && local
            .split(|&byte| byte == b'.')
            .all(|part| !part.is_empty() && part.iter().all(|&byte| atom(byte)));
    (local_fits && is_domain(domain)).then_some((local, domain))
}

fn is_domain(domain: &[u8]) -> bool {
    let labels_fit = domain.len() <= 253
        && domain.split(|&byte| byte == b'.').all(|label| {
            (1..=63).contains(&label.len())
                && label
                    .iter()
                    .all(|&byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && label.first() != Some(&b'-')
                && label.last() != Some(&b'-')
        });
    let Some(dot) = domain.iter().rposition(|&byte| byte == b'.') else {
        return false;
    };
    let top = domain.get(dot + 1..).unwrap_or(&[]);
    let international = top
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case(b"xn--"));
    let lettered = (2..=24).contains(&top.len()) && top.iter().all(u8::is_ascii_alphabetic);
    labels_fit
        && (international || lettered)
        && !FILE_ENDINGS
            .iter()
            .any(|ending| top.eq_ignore_ascii_case(ending))
}

fn ends_with(domain: &[u8], suffix: &[u8]) -> bool {
    match domain.len().checked_sub(suffix.len()) {
        None => false,
        Some(0) => domain.eq_ignore_ascii_case(suffix),
        Some(at) => {
            domain
                .get(at..)
                .is_some_and(|end| end.eq_ignore_ascii_case(suffix))
                && domain.get(at - 1) == Some(&b'.')
        }
    }
}

fn is_service_box(name: &[u8]) -> bool {
    SERVICE_BOXES
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}

/// The kind of an address that [`parse`] has split.
pub fn kind(local: &[u8], domain: &[u8]) -> Kind {
    let example = [
        &b"example"[..],
        b"example.com",
        b"example.net",
        b"example.org",
        b"test",
        b"invalid",
        b"localhost",
    ];
    if example.iter().any(|suffix| ends_with(domain, suffix)) {
        return Kind::Example;
    }
    let base = local.split(|&byte| byte == b'+').next().unwrap_or(local);
    let hosts = [
        &b"amazonaws.com"[..],
        b"internal",
        b"local",
        b"lan",
        b"amazonses.com",
    ];
    if hosts.iter().any(|suffix| ends_with(domain, suffix))
        || is_service_box(base)
        || base
            .split(|byte| matches!(byte, b'.' | b'_' | b'-'))
            .all(is_service_box)
        || domain.eq_ignore_ascii_case(b"noreply.github.com")
    {
        return Kind::Service;
    }
    let mut words = base.split(|byte| matches!(byte, b'.' | b'_' | b'-'));
    let worded = |word: &[u8]| {
        word.iter()
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count()
            >= 1
            && word
                .iter()
                .skip_while(|byte| byte.is_ascii_alphabetic())
                .all(u8::is_ascii_digit)
    };
    match (words.next(), words.next(), words.next().is_none_or(worded)) {
        (Some(first), Some(last), true) if worded(first) && worded(last) && last.len() >= 2 => {
            Kind::Person
        }
        _ => Kind::Mailbox,
    }
}

/// Validator `email`: an address of a person or a mailbox. Addresses of services are none.
pub fn validate(raw: &[u8]) -> Validity {
    Validity::of(parse(raw).is_some_and(|(local, domain)| kind(local, domain) != Kind::Service))
}

/// Validator `email-syntax`: anything that is written as an address.
pub fn syntax(raw: &[u8]) -> Validity {
    Validity::of(parse(raw).is_some())
}

/// Whether the domain is set aside for examples.
pub fn reserved(raw: &[u8]) -> bool {
    parse(raw).is_some_and(|(local, domain)| kind(local, domain) == Kind::Example)
}
