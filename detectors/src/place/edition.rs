//! Which text places are judged against, and what a verdict is not.
//!
//! Summary, report and manifest print these, so that a verdict can be checked against its source
//! and is not taken for more than it is.

/// The edition in one phrase, for summary, report and manifest.
pub const EDITION: &str =
    "AWS whitepaper on HIPAA, text of 12 May 2023, Traditional Chinese edition";
/// The edition in one phrase, in Traditional Chinese.
pub const EDITION_ZH: &str = "AWS HIPAA 白皮書，2023 年 5 月 12 日版本，繁體中文版";
/// What a verdict is not.
pub const NO_DETERMINATION: &str = "phiscan compares what it finds with this text. It makes no \
    determination under HIPAA, and its verdicts are no legal advice.";
/// What a verdict is not, in Traditional Chinese.
pub const NO_DETERMINATION_ZH: &str =
    "phiscan 將掃描結果與上述文件比對，並不構成 HIPAA 合規認定，其判定也不是法律意見。";
