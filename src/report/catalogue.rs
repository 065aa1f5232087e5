//! What a suite demands, as a list: every clause with its level and how many checks judge it.

use std::{fmt::Write as _, sync::Arc};

use super::{
    Style,
    layout::{DOUBTFUL, FAINT, STRONG, pad, paint, width, wrap},
    sanitize::line,
};
use crate::{run::summary::checks_by_clause, suite::Suite};

/// Every clause of some suites.
pub fn requirements(suites: &[Arc<Suite>], style: Style) -> String {
    let language = style.language;
    let mut out = String::new();
    for (i, suite) in suites.iter().enumerate() {
        let counts = checks_by_clause(suite);
        let clauses = &suite.catalogue.requirements;
        let widest = clauses.iter().map(|clause| width(&clause.id)).max().unwrap_or(0);
        if i > 0 {
            out.push('\n');
        }
        let title = format!(
            "{}: {}, {}",
            line(&suite.name),
            line(language.of(&suite.manifest.title)),
            line(&suite.manifest.document)
        );
        let _ = writeln!(out, "{}", paint(&title, STRONG, style.colour));
        for clause in clauses {
            let checks = counts.get(&clause.id).copied().unwrap_or(0);
            let checks = match (&clause.excluded, checks) {
                (Some(_), _) => paint(&pad(language.pick("excluded", "已排除"), 10), FAINT, style.colour),
                (None, 0) => paint(&pad(language.pick("no checks", "没有检查"), 10), DOUBTFUL, style.colour),
                (None, 1) => pad(language.pick("1 check", "1 项检查"), 10),
                (None, checks) => pad(&format!("{checks} {}", language.pick("checks", "项检查")), 10),
            };
            let level = pad(language.level(clause.level), 6);
            let head = format!("  {}  {level} {checks}  ", pad(&line(&clause.id), widest));
            let text = line(language.of(&clause.text));
            let indent = " ".repeat(2 + widest + 2 + 6 + 1 + 10 + 2);
            // Wrapped as if the head had no colours, which take no columns.
            let wrapped = wrap(&indent, &text);
            out.push_str(&head);
            out.push_str(wrapped.get(indent.len()..).unwrap_or_default());
            if let Some(why) = &clause.excluded {
                let first = format!("{indent}{}", language.pick("because ", "原因："));
                out.push_str(&wrap(&first, &line(language.of(why))));
            }
        }
    }
    out
}
