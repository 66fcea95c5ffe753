//! What the figures were measured on.

use std::fs;

/// Processor, their number, widest vector instructions, operating system.
pub(crate) fn describe() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let mut lines = info.lines().filter_map(|line| line.split_once(':'));
        lines.find_map(|(key, value)| (key.trim() == name).then(|| value.trim().to_owned()))
    };
    let model = field("model name").unwrap_or_else(|| "an unnamed processor".to_owned());
    let flags = field("flags")
        .or_else(|| field("Features"))
        .unwrap_or_default();
    let has = |flag: &str| flags.split(' ').any(|word| word == flag);
    let vectors = [("avx512f", "AVX-512"), ("avx2", "AVX2"), ("asimd", "NEON")]
        .into_iter()
        .find_map(|(flag, name)| has(flag).then_some(name))
        .unwrap_or("no wide vectors");
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!(
        "{model}, {processors} processors, {vectors}, {} {}",
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}

/// How many threads were running or waiting to run during the last minute.
pub(crate) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let minute = text.split(' ').next().filter(|minute| !minute.is_empty());
    minute.unwrap_or("unknown").to_owned()
}
