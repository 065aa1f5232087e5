//! What one clause demands and how it is checked; what one case or row does and what it judges.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    Language, Style,
    layout::{STRONG, pad, paint, width, wrap},
    sanitize::line,
    steps::StepWriter,
};
use crate::{
    plan::{self, Need, Plan, Row},
    suite::Suite,
    suite::case::{Case, Step},
    suite::catalogue::Requirement,
    suite::manifest::fixed_clause,
    target::TargetSuite,
};

/// Explains a clause, a case or a row; `None` if nothing has this id.
pub fn explain(id: &str, suites: &[Arc<Suite>], style: Style) -> Option<String> {
    let page = |suite| ExplainPage {
        suite,
        style,
        out: String::new(),
    };
    for suite in suites {
        if let Some(requirement) = suite.catalogue.find(id) {
            return Some(page(suite).clause(requirement));
        }
        let (case_id, row) = id.split_once('#').map_or((id, None), |(case, _)| (case, Some(id)));
        if let Some(case) = suite.cases.iter().find(|case| case.id == case_id) {
            let rows = plan::rows(case);
            return match row {
                None => Some(page(suite).case(case, &rows, None)),
                Some(id) => {
                    let row = rows.iter().find(|row| row.id == id)?;
                    Some(page(suite).case(case, std::slice::from_ref(row), Some(row)))
                }
            };
        }
    }
    None
}

/// Every id that can be explained: clauses, cases and rows.
pub fn ids(suites: &[Arc<Suite>]) -> Vec<String> {
    let mut all = Vec::new();
    for suite in suites {
        all.extend(
            suite
                .catalogue
                .requirements
                .iter()
                .map(|requirement| requirement.id.clone()),
        );
        for case in &suite.cases {
            all.push(case.id.clone());
            all.extend(
                plan::rows(case)
                    .into_iter()
                    .map(|row| row.id)
                    .filter(|id| *id != case.id),
            );
        }
    }
    all
}

struct ExplainPage<'s> {
    suite: &'s Arc<Suite>,
    style: Style,
    out: String,
}

impl ExplainPage<'_> {
    fn word<'t>(&self, en: &'t str, zh: &'t str) -> &'t str {
        self.style.language.pick(en, zh)
    }

    fn title(&mut self, text: &str) {
        let text = paint(text, STRONG, self.style.colour);
        self.out.push_str(&text);
        self.out.push('\n');
    }

    fn heading(&mut self, en: &str, zh: &str) {
        self.out.push('\n');
        let text = self.word(en, zh).to_owned();
        self.title(&text);
    }

    fn put(&mut self, first: &str, text: &str) {
        self.out.push_str(&wrap(first, text));
    }

    fn clause(mut self, requirement: &Requirement) -> String {
        let language = self.style.language;
        self.title(&line(&requirement.id));
        self.put("  ", &line(language.of(&requirement.text)));
        self.heading("demand", "要求");
        self.put(self.word("  level   ", "  级别  "), language.level(requirement.level));
        self.put(self.word("  source  ", "  出处  "), &line(&requirement.source));
        if let Some(why) = &requirement.excluded {
            self.put(
                self.word("  excluded, because ", "  已排除，原因："),
                &line(language.of(why)),
            );
        }
        if !requirement.readings.is_empty() {
            self.heading("readings: where the document is ambiguous", "解读：文档含义不明确之处");
            for reading in &requirement.readings {
                let verdict = language.reading(reading.verdict);
                let text = format!(
                    "{} ({verdict}): {}",
                    line(&reading.name),
                    line(language.of(&reading.text))
                );
                self.put("  - ", &text);
            }
        }
        self.heading("how it is checked", "如何检查");
        self.checked(&requirement.id);
        if let Some(mend) = &requirement.mend {
            self.heading("how to mend a server that violates it", "如何修正违反此条款的服务器");
            self.put("  ", &line(language.of(mend)));
        }
        self.out
    }

    /// The cases that judge a clause, and what does so in all of them.
    fn checked(&mut self, id: &str) {
        let manifest = &self.suite.manifest;
        let mut always = manifest.always.iter().flat_map(|always| &always.checks);
        let mut any = false;
        if always.any(|check| check.requirement.as_ref().and_then(fixed_clause) == Some(id)) {
            any = true;
            self.put(
                "  - ",
                self.word("on every message of every row", "检查每一行的每条消息"),
            );
        }
        if manifest.leftover.as_deref() == Some(id) {
            any = true;
            let text = self.word(
                "no row ends with a message that nobody expected",
                "每一行结束时不得有多余的消息",
            );
            self.put("  - ", text);
        }
        for case in &self.suite.cases {
            let all = plan::rows(case);
            let judging: Vec<&Row> = all.iter().filter(|row| judged(row).contains(id)).collect();
            if judging.is_empty() {
                continue;
            }
            any = true;
            let whole = judging.len() == all.len();
            let count = match self.style.language {
                _ if all.len() == 1 => String::new(),
                Language::En if whole => format!(" (all {} rows)", all.len()),
                Language::En => format!(" ({} of {} rows)", judging.len(), all.len()),
                Language::Zh if whole => format!("（全部 {} 行）", all.len()),
                Language::Zh => format!("（{} 行中的 {} 行）", all.len(), judging.len()),
            };
            let title = line(self.style.language.of(&case.title));
            self.put("  - ", &format!("{}: {title}{count}", line(&case.id)));
            if all.len() > 1 && (self.style.verbose || !whole) {
                let names: Vec<String> = judging.iter().map(|row| line(&row.name)).collect();
                self.put("      ", &names.join(", "));
            }
        }
        if !any {
            self.put("  - ", self.word("no case judges it", "没有用例评判此条款"));
        }
    }

    fn case(mut self, case: &Arc<Case>, rows: &[Row], row: Option<&Row>) -> String {
        let language = self.style.language;
        self.title(&line(row.map_or(&case.id, |row| &row.id)));
        self.put("  ", &line(language.of(&case.title)));
        if !case.about.is_empty() {
            self.put("  ", &line(&case.about));
        }
        self.out.push('\n');
        self.put(self.word("  file     ", "  文件  "), &line(case.source.name()));
        self.put(self.word("  effects  ", "  影响  "), case.effects.name());
        if !case.tags.is_empty() {
            self.put(self.word("  tags     ", "  标签  "), &line(&case.tags.join(", ")));
        }
        let needs = self.needs(rows);
        let needs = if needs.is_empty() {
            self.word("nothing", "无").to_owned()
        } else {
            needs.join(", ")
        };
        self.put(self.word("  needs    ", "  需要  "), &needs);
        match row {
            Some(row) if !row.name.is_empty() => self.values(row),
            None if rows.len() > 1 => {
                let names: Vec<String> = rows.iter().map(|row| line(&row.name)).collect();
                self.put(self.word("  rows     ", "  行    "), &names.join(", "));
            }
            _ => {}
        }
        self.told(
            &case.given,
            row,
            (
                "preconditions: if one fails, nothing is judged",
                "前置条件：任一不成立则不作评判",
            ),
        );
        self.told(&case.steps, row, ("steps", "步骤"));
        if let Some(survives) = &case.survives {
            let clause = self.writer(row).clause(survives);
            let text = self.word(
                "afterwards the server still serves a new connection",
                "之后服务器仍能为新连接提供服务",
            );
            self.put("    + ", &format!("{text} [{clause}]"));
        }
        self.judges(rows);
        self.out
    }

    /// What of a profile any of the rows can't do without.
    fn needs(&self, rows: &[Row]) -> Vec<String> {
        let target = Arc::new(TargetSuite::default());
        let plans = rows.iter().map(|row| Plan::new(row.clone(), self.suite, &target));
        let needs: BTreeSet<Need> = plans.flat_map(|plan| plan.needs).collect();
        needs.iter().map(|need| line(&need.describe())).collect()
    }

    /// The row's values as the case has them.
    fn values(&mut self, row: &Row) {
        let names: Vec<&str> = row.name.split('.').collect();
        for (table, name) in row.case.tables.iter().zip(names) {
            let value = table.rows.iter().find(|row| row.name == name);
            let value = value.map(|row| format!(": {}", line(&row.written.to_string())));
            let first = self.word("  row      ", "  行    ");
            let text = format!("{} = {}{}", line(&table.name), line(name), value.unwrap_or_default());
            self.put(first, &text);
        }
    }

    fn told(&mut self, steps: &[Arc<Step>], row: Option<&Row>, (en, zh): (&str, &str)) {
        if steps.is_empty() {
            return;
        }
        self.heading(en, zh);
        let mut writer = self.writer(row);
        writer.steps(steps, 1);
        self.out.push_str(&writer.out);
    }

    fn writer<'t>(&self, row: Option<&'t Row>) -> StepWriter<'t> {
        StepWriter {
            language: self.style.language,
            row,
            out: String::new(),
        }
    }

    fn judges(&mut self, rows: &[Row]) {
        let all: BTreeSet<String> = rows.iter().flat_map(judged).collect();
        if all.is_empty() {
            return;
        }
        self.heading("judges", "评判");
        let widest = all.iter().map(|id| width(id)).max().unwrap_or(0);
        for id in all {
            let text = self
                .suite
                .catalogue
                .find(&id)
                .map(|clause| self.style.language.of(&clause.text));
            let text = line(text.unwrap_or_default());
            self.put(&format!("  {}  ", pad(&line(&id), widest)), &text);
        }
    }
}

/// The clauses that a row judges.
fn judged(row: &Row) -> BTreeSet<String> {
    let mut steps = Vec::new();
    row.case.walk(&mut |step| {
        if !step.given {
            steps.push(step);
        }
    });
    plan::clauses(row, steps.into_iter())
}
