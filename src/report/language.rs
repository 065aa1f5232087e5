//! What a run comes to, in the two languages of the product.
//!
//! The words of a report stand here and nowhere else; texts that a suite brings never do.

use super::sanitize::line;
pub use crate::syntax::text::Language;
use crate::{
    run::summary::{ClauseStatus, Conclusion, Summary},
    suite::catalogue::{Level, ReadingVerdict},
};

impl Language {
    /// How a clause stands.
    pub fn status(self, status: ClauseStatus) -> &'static str {
        let zh = match status {
            ClauseStatus::Holds => "符合",
            ClauseStatus::Noted => "已记录",
            ClauseStatus::Warned => "警告",
            ClauseStatus::Violated => "违反",
            ClauseStatus::Inconclusive => "无法判定",
            ClauseStatus::NotAssessed => "未评估",
            ClauseStatus::NotApplicable => "不适用",
            ClauseStatus::Excluded => "已排除",
            ClauseStatus::NotSelected => "未选中",
        };
        self.pick(status.name(), zh)
    }

    /// A row's verdict, by its English name.
    pub fn verdict(self, name: &'static str) -> &'static str {
        let zh = match name {
            "conforms" => "符合",
            "warning" => "警告",
            "violates" => "违反",
            "not assessed" => "未评估",
            "not applicable" => "不适用",
            "inconclusive" => "无法判定",
            "interrupted" => "已中断",
            "harness error" => "测试工具出错",
            other => other,
        };
        self.pick(name, zh)
    }

    /// How much a clause demands.
    pub fn level(self, level: Level) -> &'static str {
        let zh = match level {
            Level::Must => "必须",
            Level::Should => "应当",
            Level::May => "可以",
        };
        self.pick(level.name(), zh)
    }

    /// What it means to choose a reading.
    pub fn reading(self, verdict: ReadingVerdict) -> &'static str {
        let zh = match verdict {
            ReadingVerdict::Met => "符合",
            ReadingVerdict::Info => "记录",
            ReadingVerdict::Warning => "警告",
        };
        self.pick(verdict.name(), zh)
    }

    /// What a run comes to, with how much of it was assessed if that is not all.
    pub fn sentence(self, run: &Summary) -> String {
        let conclusion = run.conclusion();
        let plain = self.conclusion(conclusion).to_owned();
        let (clauses, rows) = (run.clauses_assessed(), run.rows_assessed());
        if conclusion != Conclusion::Conformant {
            return match conclusion {
                Conclusion::Inconclusive if !run.whole => {
                    let text = self.pick(
                        "inconclusive: the recording is not whole, or not of these cases",
                        "无法定论：录制不完整，或与当前用例不符",
                    );
                    text.to_owned()
                }
                Conclusion::TooLittleAssessed => format!("{plain} ({} % < {} %)", clauses.percent(), run.min_assessed),
                _ => plain,
            };
        }
        if run.interrupted {
            let text = self.pick(
                "interrupted: this run is not complete; nothing that was assessed is violated",
                "已中断：本次运行不完整；已评估部分均无违反",
            );
            return text.to_owned();
        }
        if clauses.is_whole() && rows.is_whole() {
            return plain;
        }
        let why = run.obstacle().map(|(why, clauses)| match self {
            Self::En => format!("; {clauses} not: {}", line(why)),
            Self::Zh => format!("；其中 {clauses} 条未评估：{}", line(why)),
        });
        let share = match self {
            Self::En => format!(
                "conformant as far as assessed: {} of {} clauses, {} of {} rows",
                clauses.assessed, clauses.of, rows.assessed, rows.of
            ),
            Self::Zh => format!(
                "就已评估部分而言符合：条款 {}/{}，用例行 {}/{}",
                clauses.assessed, clauses.of, rows.assessed, rows.of
            ),
        };
        share + &why.unwrap_or_default()
    }

    /// What a run comes to, and no more.
    fn conclusion(self, conclusion: Conclusion) -> &'static str {
        let zh = match conclusion {
            Conclusion::Conformant => "符合：已评估的必须条款均无违反",
            Conclusion::Violated => "不符合：违反了必须条款",
            Conclusion::Inconclusive => "无法判定：部分内容未能查明",
            Conclusion::Contradicted => "自相矛盾：配置文件所述与目标的表现不符",
            Conclusion::TooLittleAssessed => "评估不足：已评估部分均无违反",
            Conclusion::NothingAssessed => "未评估任何条款",
            Conclusion::HarnessError => "测试工具自身出错",
        };
        self.pick(conclusion.sentence(), zh)
    }
}
