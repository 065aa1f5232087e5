//! The report for people: clause by clause, then what was not assessed and why, then one tally.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use super::{
    Style,
    layout::{self, BAD, DOUBTFUL, FAINT, GOOD, STRONG, pad, paint, shorten, width, wrap},
    sanitize::line,
};
use crate::{
    judge::{Finding, Severity, Verdict},
    run::summary::{Clause, ClauseStatus, Conclusion, Summary},
};

/// Findings of a clause, rows of a section, reasons: how many are shown unless everything is asked for.
const FINDINGS: usize = 3;
const ROWS: usize = 10;
const REASONS: usize = 20;

/// Every verdict's name, best first.
const VERDICTS: [&str; 7] = [
    "conforms",
    "warning",
    "violates",
    "not assessed",
    "inconclusive",
    "interrupted",
    "harness error",
];

const STATUSES: [ClauseStatus; 9] = [
    ClauseStatus::Holds,
    ClauseStatus::Noted,
    ClauseStatus::Warned,
    ClauseStatus::Violated,
    ClauseStatus::Inconclusive,
    ClauseStatus::NotAssessed,
    ClauseStatus::NotApplicable,
    ClauseStatus::Excluded,
    ClauseStatus::NotSelected,
];

/// The whole report.
pub fn render(run: &Summary, style: Style) -> String {
    let mut page = HumanPage {
        run,
        style,
        out: String::new(),
    };
    page.whose();
    page.contradicted();
    page.clauses();
    page.unassessed();
    page.trouble();
    page.tally();
    page.whose();
    page.out
}

struct HumanPage<'r> {
    run: &'r Summary,
    style: Style,
    out: String,
}

impl HumanPage<'_> {
    fn say(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn paint(&self, text: &str, style: anstyle::Style) -> String {
        paint(text, style, self.style.colour)
    }

    fn word<'t>(&self, en: &'t str, zh: &'t str) -> &'t str {
        self.style.language.pick(en, zh)
    }

    fn most(&self, most: usize) -> usize {
        if self.style.verbose { usize::MAX } else { most }
    }

    fn more(&self, hidden: usize, what: (&str, &str)) -> String {
        let text = match self.style.language {
            super::Language::En => format!("… and {} more (--verbose shows all)", plural(hidden, what.0)),
            super::Language::Zh => format!("… 另有 {hidden} {}（--verbose 显示全部）", what.1),
        };
        self.paint(&text, FAINT)
    }

    /// Says first and last that a verdict is about nobody's server.
    fn whose(&mut self) {
        if self.run.nobodys {
            let text = self.word(
                "no target was named: this run examines the embedded reference, and nobody's server (--target FILE, --url URL)",
                "未指定目标：本次只检查内置参考服务器，没有检查任何人的服务器（--target FILE 或 --url URL）",
            );
            let text = self.paint(text, DOUBTFUL);
            self.say(&text);
        }
    }

    /// What the operator has to mend comes before everything that depends on it.
    fn contradicted(&mut self) {
        for why in &self.run.contradicted {
            let text = self.paint(&line(why), DOUBTFUL);
            self.say(&text);
        }
    }

    fn clauses(&mut self) {
        let run = self.run;
        let suites: BTreeSet<&str> = run.clauses.iter().map(|clause| clause.suite.as_str()).collect();
        for suite in suites {
            let all: Vec<&Clause> = run.clauses.iter().filter(|clause| clause.suite == suite).collect();
            let title = self.paint(&line(suite), STRONG);
            self.say(&title);
            let widest = all
                .iter()
                .map(|clause| width(&clause.requirement.id))
                .max()
                .unwrap_or(0);
            for clause in &all {
                if self.style.verbose || !matches!(clause.status, ClauseStatus::NotSelected | ClauseStatus::Excluded) {
                    self.clause(clause, widest);
                }
            }
            if !self.style.verbose {
                self.left_out(&all);
            }
            self.say("");
        }
    }

    /// Clauses that the run is not about, in a line each kind.
    fn left_out(&mut self, all: &[&Clause]) {
        let of = |status| all.iter().filter(move |clause| clause.status == status);
        let excluded: Vec<String> = of(ClauseStatus::Excluded)
            .map(|clause| line(&clause.requirement.id))
            .collect();
        if !excluded.is_empty() {
            let first = self.word("  – excluded, nobody can observe them: ", "  – 已排除，无法观察：");
            let text = wrap(first, &excluded.join(", "));
            self.out.push_str(&text);
        }
        let count = of(ClauseStatus::NotSelected).count();
        if count > 0 {
            let text = match self.style.language {
                super::Language::En if count == 1 => "  – 1 clause was not selected".to_owned(),
                super::Language::En => format!("  – {count} clauses were not selected"),
                super::Language::Zh => format!("  – {count} 个条款未选中"),
            };
            self.say(&text);
        }
    }

    fn clause(&mut self, clause: &Clause, widest: usize) {
        let requirement = &clause.requirement;
        let (mark, style) = mark(clause.status);
        let language = self.style.language;
        let (levels, statuses) = (6, 12);
        let head = format!(
            "  {} {}  {} {}",
            self.paint(mark, style),
            self.paint(&pad(&line(&requirement.id), widest), STRONG),
            pad(language.level(requirement.level), levels),
            self.paint(&pad(language.status(clause.status), statuses), style),
        );
        let counts = pad(&self.counts(clause), 23);
        let before = 4 + widest + 2 + levels + 1 + statuses + 2 + width(&counts) + 2;
        let bad = matches!(clause.status, ClauseStatus::Violated | ClauseStatus::Warned);
        let text = line(language.of(&requirement.text));
        // A clause that needs mending is told in full below.
        let short = if bad {
            String::new()
        } else {
            shorten(&text, (layout::WIDTH + 30).saturating_sub(before))
        };
        self.say(format!("{head}  {counts}  {short}").trim_end());
        if bad {
            self.out.push_str(&wrap("      ", &text));
        }
        self.readings(clause);
        if clause.status == ClauseStatus::Excluded
            && let Some(why) = &requirement.excluded
        {
            let first = self.word("      excluded: ", "      排除原因：");
            self.out.push_str(&wrap(first, &line(language.of(why))));
        }
        if bad || (self.style.verbose && clause.status == ClauseStatus::Noted) {
            self.findings(clause);
        }
        if bad {
            if let Some(mend) = &requirement.mend {
                let first = self.word("      mend      ", "      修正      ");
                self.out.push_str(&wrap(first, &line(language.of(mend))));
            }
            let first = self.word("      source    ", "      出处      ");
            self.out.push_str(&wrap(first, &line(&requirement.source)));
        }
    }

    fn counts(&self, clause: &Clause) -> String {
        let (checks, rows) = (clause.exercised, clause.rows);
        match self.style.language {
            _ if checks == 0 => String::new(),
            super::Language::En => format!("{} in {}", plural(checks, "check"), plural(rows, "row")),
            super::Language::Zh => format!("{rows} 行 {checks} 项检查"),
        }
    }

    fn readings(&mut self, clause: &Clause) {
        for name in &clause.readings {
            let reading = clause.requirement.reading(name);
            let verdict = reading.map(|reading| self.style.language.reading(reading.verdict));
            let text = reading.map(|reading| self.style.language.of(&reading.text));
            let first = format!("      {}", self.word("reading   ", "解读      "));
            let text = match (verdict, text) {
                (Some(verdict), Some(text)) => format!("{} ({verdict}): {}", line(name), line(text)),
                _ => line(name),
            };
            self.out.push_str(&wrap(&first, &text));
        }
    }

    fn findings(&mut self, clause: &Clause) {
        let mut all: Vec<&(String, Finding)> = clause.findings.iter().collect();
        all.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.severity));
        let shown = self.most(FINDINGS).min(all.len());
        for (row, finding) in &all[..shown] {
            self.finding(row, finding);
        }
        if shown < all.len() {
            let more = self.more(all.len() - shown, ("finding", "项发现"));
            self.say(&format!("      {more}"));
        }
    }

    fn finding(&mut self, row: &str, finding: &Finding) {
        let (mark, style) = match finding.severity {
            Severity::Violation => ("✗", BAD),
            Severity::Warning => ("!", DOUBTFUL),
            Severity::Note => ("·", FAINT),
        };
        let head = format!("      {} {}", self.paint(mark, style), line(row));
        self.say(&head);
        let mut place = line(&finding.line);
        if !finding.at.is_empty() {
            let _ = write!(place, ", {} {}", self.word("at", "位置"), line(&finding.at));
        }
        if let Some(entry) = finding.entry {
            let _ = write!(place, ", {} {entry}", self.word("transcript entry", "记录条目"));
        }
        let expected = self.word("        expected  ", "        期望      ");
        let seen = self.word("        seen      ", "        实际      ");
        let asked = self.word("        case      ", "        用例      ");
        self.out.push_str(&wrap(expected, &line(&finding.expected)));
        // Evidence is not wrapped: it may be copied.
        self.say(&format!("{seen}{}", line(&finding.seen)));
        self.out.push_str(&wrap(asked, &place));
    }

    /// What was not assessed, by reason: a profile that lacks something, a precondition that failed.
    fn unassessed(&mut self) {
        let run = self.run;
        let mut reasons: BTreeMap<&str, (usize, Vec<String>)> = BTreeMap::new();
        for row in &run.rows {
            if let Verdict::NotAssessed(why) = &row.verdict {
                reasons.entry(why).or_default().0 += 1;
            }
        }
        for clause in run
            .clauses
            .iter()
            .filter(|clause| clause.status == ClauseStatus::NotAssessed)
        {
            for why in clause.unassessed.keys() {
                reasons.entry(why).or_default().1.push(line(&clause.requirement.id));
            }
        }
        if reasons.is_empty() {
            return;
        }
        let title = self.paint(self.word("not assessed", "未评估"), STRONG);
        self.say(&title);
        let mut all: Vec<_> = reasons.into_iter().collect();
        // What leaves whole clauses unassessed first.
        all.sort_by_key(|(_, (rows, clauses))| std::cmp::Reverse((clauses.len(), *rows)));
        let shown = self.most(REASONS).min(all.len());
        for (why, (rows, clauses)) in &all[..shown] {
            let count = match self.style.language {
                super::Language::En => plural(*rows, "row"),
                super::Language::Zh => format!("{rows} 行"),
            };
            self.out.push_str(&wrap("  – ", &format!("{}: {count}", line(why))));
            if !clauses.is_empty() {
                let first = self.word("      no check of ", "      完全未检查的条款：");
                self.out.push_str(&wrap(first, &clauses.join(", ")));
            }
        }
        if shown < all.len() {
            let more = self.more(all.len() - shown, ("reason", "个原因"));
            self.say(&format!("  {more}"));
        }
        self.say("");
    }

    /// Rows about which nothing can be said, which is never the same as good.
    fn trouble(&mut self) {
        for name in ["inconclusive", "interrupted", "harness error"] {
            let run = self.run;
            let rows: Vec<_> = run.rows.iter().filter(|row| row.verdict.name() == name).collect();
            if rows.is_empty() {
                continue;
            }
            let title = self.paint(self.style.language.verdict(name), STRONG);
            self.say(&title);
            let shown = self.most(ROWS).min(rows.len());
            for row in &rows[..shown] {
                let why = row.verdict.because().map(|why| format!(": {}", line(why)));
                self.out
                    .push_str(&wrap("  … ", &format!("{}{}", line(&row.row), why.unwrap_or_default())));
            }
            if shown < rows.len() {
                let more = self.more(rows.len() - shown, ("row", "行"));
                self.say(&format!("  {more}"));
            }
            self.say("");
        }
    }

    fn tally(&mut self) {
        let (run, language) = (self.run, self.style.language);
        let count = |counts: &BTreeMap<&'static str, usize>, names: &mut dyn Iterator<Item = (&'static str, &str)>| {
            let parts = names.filter_map(|(name, word)| Some(format!("{} {word}", counts.get(name)?)));
            let parts: Vec<String> = parts.collect();
            let total: usize = counts.values().sum();
            format!("{total}: {}", parts.join(", "))
        };
        let rows = count(
            &run.tally.rows,
            &mut VERDICTS.iter().map(|name| (*name, language.verdict(name))),
        );
        let statuses = &mut STATUSES.iter().map(|status| (status.name(), language.status(*status)));
        let clauses = count(&run.tally.clauses, statuses);
        let target = line(&run.target);
        self.out.push_str(&wrap(self.word("target    ", "目标      "), &target));
        self.out.push_str(&wrap(self.word("rows      ", "行        "), &rows));
        self.out
            .push_str(&wrap(self.word("clauses   ", "条款      "), &clauses));
        let refusals = run.refusals_controlled();
        if refusals.of > 0 {
            let (controlled, of) = (refusals.assessed, refusals.of);
            let told = match language {
                super::Language::En => {
                    format!("{controlled} of {of} have a control: the like was served, in the same row or beside it")
                }
                super::Language::Zh => {
                    format!("{of} 行中有 {controlled} 行带对照：同一行或同一用例中，没有缺陷的请求得到了服务")
                }
            };
            self.out.push_str(&wrap(self.word("refusals  ", "拒绝      "), &told));
        }
        let mut time = format!("{} {}", self.word("wall", "总计"), milliseconds(run.wall.as_micros()));
        if let Some(slowest) = run.slowest() {
            let took = milliseconds(u128::from(slowest.duration));
            let _ = write!(
                time,
                ", {} {} {took}",
                self.word("slowest row", "最慢的行"),
                line(&slowest.row)
            );
        }
        self.out.push_str(&wrap(self.word("time      ", "用时      "), &time));
        self.say("");
        // A run that was interrupted and found nothing says so in its conclusion.
        if run.interrupted && run.conclusion() != Conclusion::Conformant {
            let text = self.word("interrupted: this run is not complete", "已中断：本次运行不完整");
            let text = self.paint(text, DOUBTFUL);
            self.say(&text);
        }
        let conclusion = run.conclusion();
        let style = match conclusion {
            Conclusion::Conformant if run.interrupted => DOUBTFUL,
            Conclusion::Conformant => GOOD,
            Conclusion::Violated | Conclusion::HarnessError => BAD,
            Conclusion::Contradicted
            | Conclusion::Inconclusive
            | Conclusion::TooLittleAssessed
            | Conclusion::NothingAssessed => DOUBTFUL,
        };
        let sentence = self.paint(&language.sentence(run), style);
        self.say(&sentence);
    }
}

fn mark(status: ClauseStatus) -> (&'static str, anstyle::Style) {
    match status {
        ClauseStatus::Holds => ("✓", GOOD),
        ClauseStatus::Noted => ("·", GOOD),
        ClauseStatus::Warned => ("!", DOUBTFUL),
        ClauseStatus::Violated => ("✗", BAD),
        ClauseStatus::Inconclusive => ("?", DOUBTFUL),
        ClauseStatus::NotAssessed => ("…", DOUBTFUL),
        ClauseStatus::Excluded | ClauseStatus::NotApplicable | ClauseStatus::NotSelected => ("–", FAINT),
    }
}

fn plural(count: usize, what: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {what}{s}")
}

/// Microseconds as milliseconds, or as microseconds below one.
fn milliseconds(micros: u128) -> String {
    if micros < 1000 {
        format!("{micros} µs")
    } else {
        format!("{} ms", micros / 1000)
    }
}
