//! Which rows are meant.

use clap::Args;

use crate::plan::Row;

/// The choice of rows.
#[derive(Clone, Debug, Default, Args)]
pub struct Selection {
    /// Rows whose id contains one of these; all if none is given
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
    /// The filters are whole ids, of rows or of cases
    #[arg(long)]
    exact: bool,
    /// Leave out rows whose id contains this; may be repeated
    #[arg(long, value_name = "FILTER")]
    skip: Vec<String>,
}

impl Selection {
    /// Whether a row of this case may be meant. A row's id is its case's, or goes on behind it with `#` and no slash.
    pub fn may_choose(&self, case: &str) -> bool {
        let within = |filter: &str| {
            let starts = |at: usize| case.get(at..).and_then(|rest| filter.strip_prefix(rest));
            case.contains(filter) || (0..case.len()).filter_map(starts).any(|rest| rest.starts_with('#'))
        };
        let may = |filter: &String| {
            if self.exact {
                filter.split('#').next() == Some(case)
            } else {
                !filter.contains('/') || within(filter)
            }
        };
        self.filters.is_empty() || self.filters.iter().any(may)
    }

    /// Whether a row is meant.
    pub fn chooses(&self, row: &Row) -> bool {
        let meets = |filter: &String| {
            if self.exact {
                *filter == row.id || *filter == row.case.id
            } else {
                row.id.contains(filter.as_str())
            }
        };
        (self.filters.is_empty() || self.filters.iter().any(meets))
            && !self.skip.iter().any(|skip| row.id.contains(skip.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{plan::rows, tests::fixture::suite};

    /// Every row that is chosen is of a case that may be chosen, whatever the filters are.
    #[test]
    fn no_case_is_passed_over_that_has_a_chosen_row() {
        let text = r#"{"title": {"en": "t"}, "each": {"x": {"one": 1, "two": 2}}, "given": [{"let": {"v": "${x}"}}], "steps": []}"#;
        let suite = suite(&[("a/b", text), ("a/bc", text), ("d/b", text)]);
        let all: Vec<Row> = suite.cases.iter().flat_map(rows).collect();
        let ids = all
            .iter()
            .map(|row| row.id.as_str())
            .chain(["t/a/b", "x/y", "#", "/", "b#", "a/b#t"]);
        let filters: Vec<String> = ids
            .flat_map(|id| {
                (0..id.len()).flat_map(move |from| (from + 1..=id.len()).map(move |to| id[from..to].to_owned()))
            })
            .collect();
        for exact in [false, true] {
            for filter in &filters {
                let selection = Selection {
                    filters: vec![filter.clone()],
                    exact,
                    skip: Vec::new(),
                };
                for row in all.iter().filter(|row| selection.chooses(row)) {
                    assert!(selection.may_choose(&row.case.id), "{filter} chooses {}", row.id);
                }
            }
        }
    }

    #[test]
    fn what_no_filter_can_mean_is_passed_over() {
        let may = |filter: &str, case: &str| {
            let selection = Selection {
                filters: vec![filter.to_owned()],
                ..Selection::default()
            };
            selection.may_choose(case)
        };
        assert!(may("one", "t/a/b") && may("a/b", "t/a/b") && may("a/b#one", "t/a/b"));
        assert!(!may("a/c", "t/a/b") && !may("a/b#one", "t/a/bc") && !may("a/b/c", "t/a/b"));
    }
}
