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
