//! Columns, wrapped lines and colours of reports for people.

use anstyle::{AnsiColor, Style};

/// Where lines are wrapped: what a log of a job shows without scrolling.
pub const WIDTH: usize = 110;

pub const GOOD: Style = AnsiColor::Green.on_default();
pub const BAD: Style = AnsiColor::Red.on_default().bold();
pub const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
pub const FAINT: Style = Style::new().dimmed();
pub const STRONG: Style = Style::new().bold();

/// Colours a text, if colours are wanted.
pub fn paint(text: &str, style: Style, colour: bool) -> String {
    if colour {
        format!("{}{text}{}", style.render(), style.render_reset())
    } else {
        text.to_owned()
    }
}

/// How many columns a text takes.
pub fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// A text filled up to a width.
pub fn pad(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

/// As much of a text as fits.
pub fn shorten(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let mut taken = 1;
    let fits = text.chars().take_while(|c| {
        taken += columns(*c);
        taken <= most
    });
    let fits: String = fits.collect();
    format!("{}…", fits.trim_end())
}

/// A text in lines of at most [`WIDTH`], the first after `first`, the others indented as far.
pub fn wrap(first: &str, text: &str) -> String {
    let indent = width(first);
    let mut out = first.to_owned();
    let mut column = indent;
    for (i, word) in text.split_inclusive(' ').flat_map(breakable).enumerate() {
        if i > 0 && column + width(word.trim_end()) > WIDTH {
            out.truncate(out.trim_end().len());
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            column = indent;
        }
        out.push_str(word);
        column += width(word);
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// Chinese text may be broken anywhere but before a mark that ends something.
fn breakable(word: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut last = ' ';
    for (at, c) in word.char_indices() {
        let closes = matches!(
            c,
            '，' | '。' | '；' | '：' | '、' | '）' | '”' | '》' | '」' | '？' | '！' | ' '
        );
        if at > start && !closes && (columns(last) == 2 || columns(c) == 2) && !matches!(last, '（' | '“' | '《' | '「')
        {
            parts.push(&word[start..at]);
            start = at;
        }
        last = c;
    }
    parts.push(&word[start..]);
    parts
}

/// East Asian characters take two columns.
fn columns(c: char) -> usize {
    match c {
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_in_both_languages() {
        assert_eq!(pad("违反", 6), "违反  ");
        assert_eq!(pad("violated", 6), "violated");
        assert_eq!(shorten("one two three", 8), "one two…");
        assert_eq!(shorten("一二三四", 7), "一二三…");
        assert_eq!(shorten("一二三四", 8), "一二三四");
    }

    #[test]
    fn no_line_is_wider_than_the_width_and_nothing_is_lost() {
        for text in ["word ".repeat(100), "查询参数中没有，从请求头读取 X-Token。".repeat(20)] {
            let wrapped = wrap("  mend  ", &text);
            assert!(wrapped.lines().count() > 3);
            for line in wrapped.lines() {
                assert!(width(line) <= WIDTH, "{line}");
                assert!(!line.trim_start().starts_with(['，', '。']), "{line}");
            }
            let squeeze = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(squeeze(&wrapped), squeeze(&format!("mend{text}")));
        }
        let long = "x".repeat(200);
        assert_eq!(wrap("  ", &long), format!("  {long}\n"));
    }
}
