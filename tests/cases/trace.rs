//! The assertion trace: for each row, in order, every check that is exercised against the honest reference. A change that
//! silently stops asserting changes it.
//!
//! ```text
//! ws-service/mark-echo/absent
//!   WS-CALL-6 expect
//!   WS-MARK-6 absent | null
//!   3 times
//!     WS-RES-1 schema
//!     WS-RES-4 schema
//! ```

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::PathBuf,
};

use conformist::{CheckOutcome, Judgement};

/// The most checks in a group that is looked for: those of one message.
const GROUP: usize = 6;

/// The traces as they should be, by row.
pub struct Golden(HashMap<String, String>);

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/traces")
}

/// `SUITE.AREA.txt` of a row `SUITE/AREA/NAME#ROW`.
fn file(row: &str) -> String {
    let mut parts = row.split('/');
    let (suite, area) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("{suite}.{area}.txt")
}

/// What was exercised in a row, a line for each check.
pub fn of(judgement: &Judgement) -> String {
    let exercised = judgement
        .check_results
        .iter()
        .filter(|check| !matches!(check.result, CheckOutcome::NotExercised(_)));
    let lines: Vec<String> = exercised
        .map(|check| format!("{} {}", check.clause, check.what))
        .collect();
    fold(&lines)
}

/// Lines, with what is repeated in a row written once.
fn fold(lines: &[String]) -> String {
    let mut text = String::new();
    let mut at = 0;
    while let Some(rest) = lines.get(at..).filter(|rest| !rest.is_empty()) {
        let repeated = |size: &usize| {
            let mut groups = rest.chunks_exact(*size);
            let first = groups.next();
            1 + groups.take_while(|group| Some(*group) == first).count()
        };
        let best = (1..=GROUP.min(rest.len())).map(|size| (size, repeated(&size)));
        let best = best.filter(|(_, times)| *times > 1);
        // The most that can be left out, in the smallest group.
        let (size, times) = best
            .max_by_key(|(size, times)| (size * (times - 1), std::cmp::Reverse(*size)))
            .unwrap_or((1, 1));
        let group = &rest[..size];
        match (size, times) {
            (_, 1) => text.push_str(&format!("  {}\n", group[0])),
            (1, _) => text.push_str(&format!("  {} x{times}\n", group[0])),
            _ => {
                text.push_str(&format!("  {times} times\n"));
                group.iter().for_each(|line| text.push_str(&format!("    {line}\n")));
            }
        }
        at += size * times;
    }
    text
}

impl Golden {
    /// Reads all of them.
    pub fn read() -> Self {
        let mut rows: HashMap<String, String> = HashMap::new();
        for file in fs::read_dir(folder()).into_iter().flatten().flatten() {
            let text = fs::read_to_string(file.path()).expect("a trace");
            let mut row = String::new();
            for line in text.lines() {
                if line.starts_with("  ") {
                    let trace = rows.get_mut(&row).expect("a row before its checks");
                    trace.push_str(line);
                    trace.push('\n');
                } else {
                    row = line.to_owned();
                    rows.insert(row.clone(), String::new());
                }
            }
        }
        Self(rows)
    }

    /// How a row's trace differs from what it should be.
    pub fn difference(&self, judgement: &Judgement) -> Option<String> {
        let (now, then) = (of(judgement), self.0.get(&judgement.row));
        if then == Some(&now) {
            return None;
        }
        let then = then.map_or("no trace is kept of this row\n", String::as_str);
        Some(format!(
            "the checks exercised are not those of {}:\n--- kept\n{then}--- now\n{now}CONFORMIST_UPDATE=1 cargo test --test \
             cases keeps them\n",
            folder().join(file(&judgement.row)).display()
        ))
    }

    /// Rows that are kept and are there no more.
    pub fn stale<'g>(&'g self, known: &dyn Fn(&str) -> bool) -> Vec<&'g str> {
        self.0.keys().map(String::as_str).filter(|row| !known(row)).collect()
    }
}

/// Keeps the traces of a whole run.
pub fn write(rows: &BTreeMap<String, String>) {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for (row, trace) in rows {
        let text = files.entry(file(row)).or_default();
        text.push_str(&format!("{row}\n{trace}"));
    }
    // Nothing but traces lies there.
    let _ = fs::remove_dir_all(folder());
    fs::create_dir_all(folder()).expect("a folder");
    for (name, text) in files {
        fs::write(folder().join(name), text).expect("written");
    }
}
