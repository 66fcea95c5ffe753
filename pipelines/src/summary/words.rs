//! The summary's words in the languages that it speaks.

use super::{Answering, Counting, NotCounted};
use crate::cli::Language;
use detectors::place::Verdict;

/// The words of one language.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) columns: [&'static str; 5],
    pub(super) no_section: &'static str,
    pub(super) none: &'static str,
    pub(super) none_but_incomplete: &'static str,
    pub(super) not_counted_head: &'static str,
    pub(super) comma: &'static str,
    pub(super) no_key: &'static str,
    pub(super) own_policy: &'static str,
    pub(super) not_applied: &'static str,
    pub(super) files: &'static str,
    pub(super) next: &'static str,
    language: Language,
}

static ENGLISH: Words = Words {
    columns: [
        "PLACE",
        "FOUND",
        "WORST",
        "CLASSES",
        "WHITEPAPER SECTION (BASIS)",
    ],
    no_section: "none speaks of it",
    none: "No finding that counts, and everything was read.",
    none_but_incomplete: "No finding that counts, but not everything was read.",
    not_counted_head: "Written but not counted: ",
    comma: ", ",
    no_key: "No token key: ids hold for this run only and values have no tokens (see --token-key).",
    own_policy: "Your own policy (basis: organisation) decided:",
    not_applied: "Not applied any more:",
    files: "Files: ",
    next: "Next:",
    language: Language::En,
};

static CHINESE: Words = Words {
    columns: ["位置", "發現", "最嚴重", "類別", "白皮書章節（依據）"],
    no_section: "無章節論及",
    none: "沒有計入的發現，且全部已讀取。",
    none_but_incomplete: "沒有計入的發現，但並未全部讀取。",
    not_counted_head: "已寫入但不計入：",
    comma: "、",
    no_key: "沒有權杖金鑰：識別碼僅適用於本次執行，值沒有權杖（見 --token-key）。",
    own_policy: "由貴機構自訂政策判定（依據：機構）：",
    not_applied: "已到期而不再套用：",
    files: "檔案：",
    next: "下一步：",
    language: Language::ZhTw,
};

impl Words {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::ZhTw => &CHINESE,
        }
    }

    /// What was judged against, and what a verdict is not.
    pub(super) fn edition(&self) -> String {
        use detectors::place::edition::{
            EDITION, EDITION_ZH, NO_DETERMINATION, NO_DETERMINATION_ZH,
        };
        match self.language {
            Language::En => format!("Judged against: {EDITION}. {NO_DETERMINATION}"),
            Language::ZhTw => format!("判定依據：{EDITION_ZH}。{NO_DETERMINATION_ZH}"),
        }
    }

    pub(super) fn found(&self, count: u64) -> String {
        match self.language {
            Language::En if count == 1 => "1 finding counts: PHI where it must not be, or where nothing proves that it may be.".to_owned(),
            Language::En => format!("{count} findings count: PHI where it must not be, or where nothing proves that it may be."),
            Language::ZhTw => format!("{count} 項發現計入：PHI 位於不得存放之處，或無法證明可存放之處。"),
        }
    }

    /// Nothing counts, and some units are of kinds that are not read.
    pub(super) fn none_but_unread(&self, unread: u64) -> String {
        match self.language {
            Language::En if unread == 1 => {
                "No finding that counts, but 1 unit was not read: it is of no kind that phiscan reads.".to_owned()
            }
            Language::En => format!("No finding that counts, but {unread} units were not read: they are of no kind that phiscan reads."),
            Language::ZhTw => format!("沒有計入的發現，但有 {unread} 個單位屬於不支援的類型，未讀取。"),
        }
    }

    /// What a verdict says.
    pub(super) fn meaning(&self, verdict: Verdict) -> &'static str {
        let (english, chinese) = match verdict {
            Verdict::Forbidden => ("PHI must not be in this element", "此元素不得存放 PHI"),
            Verdict::NotForPhi => (
                "the service does not, or cannot, hold PHI",
                "此服務不存放、或不能存放 PHI",
            ),
            Verdict::Unexpected => (
                "this place is said to hold no PHI",
                "依章節所述此處不含 PHI",
            ),
            Verdict::ConditionUnmet => (
                "allowed on a condition that does not hold",
                "須符合條件方可存放，而條件未符合",
            ),
            Verdict::ConditionUnknown => (
                "allowed on a condition that could not be read",
                "須符合條件方可存放，而條件無從得知",
            ),
            Verdict::NoStatement => (
                "the whitepaper is silent, or the place is not AWS",
                "白皮書未論及，或不在 AWS",
            ),
            Verdict::ConditionMet => (
                "allowed on a condition, and it holds",
                "須符合條件，且已符合",
            ),
            Verdict::Permitted => ("allowed without condition", "可無條件存放"),
        };
        match self.language {
            Language::En => english,
            Language::ZhTw => chinese,
        }
    }

    /// Findings of a place under the user's own policy, and how many count.
    pub(super) fn own_count(&self, findings: u64, counting: u64) -> String {
        match self.language {
            Language::En if counting == findings => format!("{findings} found"),
            Language::En => format!("{findings} found, {counting} of them counted"),
            Language::ZhTw if counting == findings => format!("{findings} 項"),
            Language::ZhTw => format!("{findings} 項，其中 {counting} 項計入"),
        }
    }

    /// The heading of what an allow list suppresses.
    pub(super) fn suppressed(&self, findings: u64) -> String {
        match self.language {
            Language::En if findings == 1 => "Your allow list suppresses 1 finding:".to_owned(),
            Language::En => format!("Your allow list suppresses {findings} findings:"),
            Language::ZhTw => format!("允許清單略過 {findings} 項發現："),
        }
    }

    /// Who answers for how many of them.
    pub(super) fn answering(&self, findings: u64, by: &Answering) -> String {
        let Answering {
            until,
            owner,
            reason,
        } = by;
        match self.language {
            Language::En => format!("{findings}  {owner}, until {until}: {reason}"),
            Language::ZhTw => format!("{findings}  {owner}，至 {until} 止：{reason}"),
        }
    }

    /// Entries that there is no room for.
    pub(super) fn more_entries(&self, entries: usize) -> String {
        match self.language {
            Language::En => format!("and by {entries} more entries"),
            Language::ZhTw => format!("另有 {entries} 個條目"),
        }
    }

    /// The places of a verdict in which nothing counts.
    pub(super) fn silent(&self, findings: u64, places: &[(String, u64)]) -> String {
        let places: Vec<String> = places
            .iter()
            .map(|(place, findings)| format!("{place}\u{a0}{findings}"))
            .collect();
        let places = places.join(self.comma).replace('\u{a0}', " ");
        match self.language {
            Language::En if findings == 1 => format!("1 finding that does not count: {places}"),
            Language::En => format!("{findings} findings that do not count: {places}"),
            Language::ZhTw => format!("{findings} 項不計入的發現：{places}"),
        }
    }

    pub(super) fn basis(&self, basis: &str) -> &'static str {
        match (self.language, basis) {
            (Language::En, "stated") => "stated",
            (Language::En, "advised") => "advised",
            (Language::En, "read-as") => "read as",
            (Language::En, "organisation") => "organisation",
            (Language::ZhTw, "organisation") => "機構",
            (Language::ZhTw, "stated") => "明載",
            (Language::ZhTw, "advised") => "建議",
            (Language::ZhTw, "read-as") => "解讀",
            _ => "–",
        }
    }

    pub(super) fn not_counted(&self, reason: NotCounted, counting: &Counting) -> String {
        let confidence = counting.min_confidence;
        match (self.language, reason) {
            (Language::En, NotCounted::Suppressed) => "on the allow list".to_owned(),
            (Language::En, NotCounted::OtherSubject) => {
                "of provider, product, clinical code or client".to_owned()
            }
            (Language::En, NotCounted::Reserved) => "published sample values".to_owned(),
            (Language::En, NotCounted::LowConfidence) => format!("below confidence {confidence}"),
            (Language::En, NotCounted::MilderVerdict) => {
                format!("milder than {}", counting.fail_on.as_str())
            }
            (Language::ZhTw, NotCounted::Suppressed) => "項在允許清單上".to_owned(),
            (Language::ZhTw, NotCounted::OtherSubject) => {
                "項屬於提供者、產品、臨床代碼或用戶端".to_owned()
            }
            (Language::ZhTw, NotCounted::Reserved) => "項為公開的範例值".to_owned(),
            (Language::ZhTw, NotCounted::LowConfidence) => format!("項信賴度低於 {confidence}"),
            (Language::ZhTw, NotCounted::MilderVerdict) => {
                format!("項輕於 {}", counting.fail_on.as_str())
            }
        }
    }

    pub(super) fn read(
        &self,
        read: u64,
        units: u64,
        records: u64,
        mib: f64,
        seconds: f64,
    ) -> String {
        match self.language {
            Language::En => {
                let whole = match (read == units, units) {
                    (_, 0) => "nothing to read".to_owned(),
                    (true, 1) => "the one unit read whole".to_owned(),
                    (true, _) => format!("all {units} units read whole"),
                    (false, 1) => "the one unit not read whole".to_owned(),
                    (false, _) => format!("{read} of {units} units read whole"),
                };
                let records = if records == 1 {
                    "1 record".to_owned()
                } else {
                    format!("{records} records")
                };
                format!("Coverage: {whole}, {records}, {mib:.1} MiB in {seconds:.1} s.")
            }
            Language::ZhTw => format!(
                "涵蓋範圍：{units} 個單位中完整讀取 {read} 個，{records} 筆紀錄，{mib:.1} MiB，{seconds:.1} 秒。"
            ),
        }
    }
}
