//! Which rows are meant.

use clap::Args;

use crate::plan::Row;

/// The choice of rows.
#[derive(Clone, Debug, Default, Args)]
pub struct Selection {
    /// Rows whose id contains one of these, or that stand in these files; all if none is given
    #[arg(value_name = "FILTER")]
    filters: Vec<Filter>,
    /// The filters are whole ids, of rows or of cases, or files
    #[arg(long)]
    exact: bool,
    /// Leave out rows whose id contains this, or that stand in this file; may be repeated
    #[arg(long, value_name = "FILTER")]
    skip: Vec<Filter>,
}

impl Selection {
    /// Whether a row of this case may be meant. A row's id is its case's, or goes on behind it with `#` and no slash.
    pub fn may_choose(&self, case: &str) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| filter.may_mean(case, self.exact))
    }

    /// Whether a row is meant.
    pub fn chooses(&self, row: &Row) -> bool {
        self.is_asked_for(row) && !self.skip.iter().any(|skip| skip.means(row, false))
    }

    fn is_asked_for(&self, row: &Row) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| filter.means(row, self.exact))
    }

    /// What was asked for and makes no difference among these rows, as it was given: whoever misspells a filter would take
    /// what is left for all that was meant.
    pub fn idle(&self, rows: impl Iterator<Item = Row>) -> Vec<String> {
        if self.filters.is_empty() && self.skip.is_empty() {
            return Vec::new();
        }
        let rows: Vec<Row> = rows.collect();
        let none = |filter: &Filter| !rows.iter().any(|row| filter.means(row, self.exact));
        let chosen = |skip: &Filter| rows.iter().any(|row| self.is_asked_for(row) && skip.means(row, false));
        let filters = self.filters.iter().filter(|filter| none(filter));
        let skips = self.skip.iter().filter(|skip| !chosen(skip));
        let filters = filters.map(|filter| format!("the filter `{}` chooses no row", filter.given));
        filters
            .chain(skips.map(|skip| format!("`--skip {}` leaves out no row", skip.given)))
            .collect()
    }
}

/// A part of an id, or the path of a case's file as reports and shells write it: `cases/SUITE/AREA/NAME.json:29`.
#[derive(Clone, Debug)]
struct Filter {
    given: String,
    /// With `/` alone, and without `./` before it, `.json` and what stands behind that.
    text: String,
    is_file: bool,
}

impl From<String> for Filter {
    fn from(given: String) -> Self {
        let slashed = given.replace('\\', "/");
        let text = slashed.trim_start_matches("./");
        // No id has a name like that: a row's name comes after `#`.
        let file = text
            .rsplit_once(".json")
            .filter(|(path, line)| !path.contains('#') && line.chars().all(|c| c == ':' || c.is_ascii_digit()));
        Self {
            text: file.map_or(text, |(path, _)| path).to_owned(),
            is_file: file.is_some(),
            given,
        }
    }
}

impl Filter {
    fn may_mean(&self, case: &str, exact: bool) -> bool {
        if self.is_file {
            return self.is_file_of(case);
        }
        let text = self.within_suite(case);
        if exact {
            return text.split('#').next() == Some(case);
        }
        let goes_on = |at: usize| case.get(at..).and_then(|rest| text.strip_prefix(rest));
        !text.contains('/')
            || case.contains(text)
            || (0..case.len()).filter_map(goes_on).any(|rest| rest.starts_with('#'))
    }

    fn means(&self, row: &Row, exact: bool) -> bool {
        let case = &row.case.id;
        if self.is_file {
            return self.is_file_of(case);
        }
        let text = self.within_suite(case);
        if exact {
            text == row.id || text == case
        } else {
            row.id.contains(text)
        }
    }

    /// Whether the path and the id end alike, folder by folder.
    fn is_file_of(&self, case: &str) -> bool {
        let (path, id) = (self.text.split('/').rev(), case.split('/').rev());
        path.zip(id).all(|(folder, part)| folder == part)
    }

    /// The text without the folders that a case's suite lies in.
    fn within_suite<'f>(&'f self, case: &'f str) -> &'f str {
        let suite = case.split('/').next().unwrap_or_default();
        let inside = self.text.rmatch_indices(&format!("/{suite}/")).next();
        match inside {
            Some((at, _)) => &self.text[at + 1..],
            None if self.text.ends_with(&format!("/{suite}")) => suite,
            None => &self.text,
        }
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
        let ids =
            all.iter()
                .map(|row| row.id.as_str())
                .chain(["t/a/b", "x/y", "#", "/", "b#", "a/b#t", "./t/t/a/b.json:1"]);
        let filters: Vec<String> = ids
            .flat_map(|id| {
                (0..id.len()).flat_map(move |from| (from + 1..=id.len()).map(move |to| id[from..to].to_owned()))
            })
            .collect();
        for exact in [false, true] {
            for filter in &filters {
                let selection = Selection {
                    filters: vec![filter.clone().into()],
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
                filters: vec![filter.to_owned().into()],
                ..Selection::default()
            };
            selection.may_choose(case)
        };
        assert!(may("one", "t/a/b") && may("a/b", "t/a/b") && may("a/b#one", "t/a/b"));
        assert!(!may("a/c", "t/a/b") && !may("a/b#one", "t/a/bc") && !may("a/b/c", "t/a/b"));
    }

    #[test]
    fn what_is_printed_of_a_case_means_it() {
        let text =
            r#"{"title": {"en": "t"}, "each": {"x": {"one": 1}}, "given": [{"let": {"v": "${x}"}}], "steps": []}"#;
        let suite = suite(&[("a/b", text), ("a/bc", text), ("d/b", text)]);
        let all: Vec<Row> = suite.cases.iter().flat_map(rows).collect();
        let chosen = |filter: &str, exact: bool| {
            let selection = Selection {
                filters: vec![filter.to_owned().into()],
                exact,
                skip: Vec::new(),
            };
            let rows = all.iter().filter(|row| selection.chooses(row));
            let ids: Vec<String> = rows.map(|row| row.id.clone()).collect();
            let passed_over = all.iter().filter(|row| !selection.may_choose(&row.case.id));
            assert!(passed_over.into_iter().all(|row| !ids.contains(&row.id)), "{filter}");
            ids.join(" ")
        };
        for file in [
            "cases/t/a/b.json",
            "cases/t/a/b.json:29",
            "cases/t/a/b.json:29:5",
            "./cases/t/a/b.json",
            "/home/t/cases/t/a/b.json",
            "a/b.json",
            "../t/a/b.json",
            "cases\\t\\a\\b.json",
        ] {
            assert_eq!(chosen(file, false), "t/a/b#one", "{file}");
            assert_eq!(chosen(file, true), "t/a/b#one", "{file}");
        }
        assert_eq!(chosen("b.json", false), "t/a/b#one t/d/b#one");
        assert_eq!(chosen("x/b.json", false), "");
        for part in ["cases/t/a/b", "./a/b", "/home/t/cases/t/a/", "./cases/t/a"] {
            assert_eq!(chosen(part, false), "t/a/b#one t/a/bc#one", "{part}");
        }
        assert_eq!(chosen("cases/t", false), "t/a/b#one t/a/bc#one t/d/b#one");
        assert_eq!(chosen("cases/t/a/b", true), "t/a/b#one");
        assert_eq!(chosen("cases/t/a/b#one", true), "t/a/b#one");
        assert_eq!(chosen("cases/t/a", true), "");
    }

    #[test]
    fn a_filter_that_makes_no_difference_is_told() {
        let text = r#"{"title": {"en": "t"}, "steps": []}"#;
        let suite = suite(&[("a/b", text), ("d/b", text)]);
        let all: Vec<Row> = suite.cases.iter().flat_map(rows).collect();
        let read = |all: &[&str]| all.iter().map(|text| Filter::from((*text).to_owned())).collect();
        let idle = |filters: &[&str], skip: &[&str]| {
            let selection = Selection {
                filters: read(filters),
                exact: false,
                skip: read(skip),
            };
            selection.idle(all.iter().cloned())
        };
        assert!(idle(&["a/"], &["/b"]).is_empty() && idle(&[], &["d/b.json"]).is_empty());
        assert_eq!(
            idle(&["a/", "./no.json"], &["d/", "such"]),
            [
                "the filter `./no.json` chooses no row",
                "`--skip d/` leaves out no row",
                "`--skip such` leaves out no row"
            ]
        );
    }
}
