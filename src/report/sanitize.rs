//! Text that nobody vouches for, made harmless: one function a kind of output. Each first makes what is hidden visible
//! and breaks up what a runner of jobs would obey, then cuts at a character's boundary and says how long it was.

use std::fmt::Write as _;

/// The most characters of a text on one line.
const LONGEST_LINE: usize = 600;
/// The most characters of a text of several lines.
const LONGEST: usize = 4000;

/// Text for one line: line breaks and tabs become `\n`, `\r` and `\t`.
pub fn line(text: &str) -> String {
    sanitize(text, LONGEST_LINE, |c| match c {
        '\n' => Some("\\n"),
        '\r' => Some("\\r"),
        '\t' => Some("\\t"),
        _ => None,
    })
}

/// Text of several lines that XML 1.0 can hold. Whoever writes the XML escapes `<`, `>`, `&` and quotes.
pub fn xml(text: &str) -> String {
    sanitize(text, LONGEST, keep_lines)
}

/// Text for one line of Markdown, or one cell of a table: nothing in it is markup, a link or a mention.
pub fn markdown(text: &str) -> String {
    let mut out = String::new();
    for c in line(text).chars() {
        match c {
            // As entities, because a backslash does not help inside a table or against HTML.
            '<' | '>' | '&' | '|' | '`' | '@' | '"' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            '\\' | '*' | '_' | '[' | ']' | '(' | ')' | '#' | '~' | '!' | '+' | '-' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// JSON text on one line that means the same: what is hidden, and what a runner would obey, is written as `\u....`.
pub fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut last = '\0';
    for c in text.chars() {
        // Outside of strings JSON has neither hidden characters nor `::` nor `##`.
        if is_hidden(c) || is_doubled(last, c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
        last = c;
    }
    out
}

/// As it is, but cut: only for what is escaped afterwards.
pub fn cut(text: &str) -> String {
    let mut out: String = text.chars().take(LONGEST).collect();
    tell_length(text, LONGEST, &mut out);
    out
}

fn tell_length(text: &str, longest: usize, out: &mut String) {
    // As many bytes are at least as many characters.
    if text.len() > longest {
        let length = text.chars().count();
        if length > longest {
            let _ = write!(out, "… ({length} characters)");
        }
    }
}

fn keep_lines(c: char) -> Option<&'static str> {
    match c {
        '\n' => Some("\n"),
        '\t' => Some("\t"),
        _ => None,
    }
}

fn sanitize(text: &str, longest: usize, special: fn(char) -> Option<&'static str>) -> String {
    let mut out = String::with_capacity(text.len().min(longest));
    let mut last = '\0';
    for c in text.chars().take(longest) {
        if is_doubled(last, c) {
            out.push(' ');
        }
        match special(c) {
            Some(text) => out.push_str(text),
            None if is_hidden(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            None => out.push(c),
        }
        last = c;
    }
    tell_length(text, longest, &mut out);
    out
}

/// The second half of `::` or of `##`, which begin what GitHub, Azure and TeamCity obey wherever it stands in a line.
fn is_doubled(last: char, c: char) -> bool {
    last == c && matches!(c, ':' | '#')
}

/// Whether a character moves the cursor, turns the text around, breaks a line, or can't be seen.
fn is_hidden(c: char) -> bool {
    let code = u32::from(c);
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fdd0}'..='\u{fdef}'
            | '\u{e0000}'..='\u{e007f}')
        // The last two of every plane are no characters, and XML forbids the first two of them.
        || code & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What peers send to fool a terminal, a parser or a runner of jobs.
    fn nasty() -> Vec<String> {
        let mut all: Vec<String> = [
            "\u{1b}[31mred\u{1b}]0;title\u{7}",
            "nul\0end",
            "del\u{7f}",
            "c1 \u{85}\u{9b}31m\u{9d}",
            "\u{200e}\u{200f}\u{61c}",
            "line\u{2028}and\u{2029}paragraph",
            "\u{fffe}\u{ffff}\u{1fffe}\u{10ffff}",
            "over\rwritten",
            "two\r\nlines",
            "::error::x",
            "  ::add-mask::secret",
            ":::::",
            "a ##[error]x",
            "###[group]x",
            "##vso[task.setvariable variable=x]y",
            "##teamcity[testFailed]",
            "a|b",
            "`x` ```",
            "<script>alert(1)</script>",
            "]]>&lt;\"'",
            "![a](http://b) @all #1 **b** _c_ ~d~ - e",
            "tab\tand \u{feff}mark",
            "\u{fdd0}\u{e0041}\u{200b}",
        ]
        .map(str::to_owned)
        .to_vec();
        all.extend(
            ('\u{202a}'..='\u{202e}')
                .chain('\u{2066}'..='\u{2069}')
                .map(|c| format!("a{c}b")),
        );
        all.extend(
            (0..0x20)
                .chain(0x7f..0xa0)
                .filter_map(char::from_u32)
                .map(|c| format!("a{c}b")),
        );
        all.push("é文".repeat(100_000));
        all.push("\u{1b}".repeat(100_000));
        all
    }

    fn is_obeyed(text: &str) -> bool {
        ["::", "##[", "##vso[", "##teamcity["]
            .iter()
            .any(|order| text.contains(order))
    }

    #[test]
    fn one_line_stays_one_and_shows_everything() {
        for text in nasty() {
            let out = line(&text);
            assert!(!out.chars().any(is_hidden), "{out:?}");
            assert!(!is_obeyed(&out), "{out:?}");
            assert!(out.chars().count() < LONGEST_LINE * 10, "{}", out.len());
        }
        assert_eq!(line("a\nb\u{1b}\r\t"), "a\\nb\\u{1b}\\r\\t");
        assert_eq!(line("::error::x"), ": :error: :x");
        assert_eq!(line("###[x] ##vso[y]"), "# # #[x] # #vso[y]");
    }

    #[test]
    fn xml_gets_only_characters_that_it_can_hold() {
        for text in nasty() {
            let out = xml(&text);
            let legal = |c: char| matches!(c, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
            assert!(out.chars().all(legal), "{out:?}");
            assert!(
                !out.chars().any(|c| is_hidden(c) && !matches!(c, '\n' | '\t')),
                "{out:?}"
            );
            assert!(!is_obeyed(&out), "{out:?}");
        }
        assert_eq!(xml("a\u{ffff}b\0"), "a\\u{ffff}b\\u{0}");
        assert_eq!(xml("two\r\nlines"), "two\\u{d}\nlines");
    }

    #[test]
    fn markdown_is_no_markup() {
        for text in nasty() {
            let out = markdown(&text);
            assert!(!out.contains(['<', '>', '`', '|', '@', '\n', '\r']), "{out:?}");
            assert!(!is_obeyed(&out), "{out:?}");
            assert!(!out.chars().any(is_hidden), "{out:?}");
            let mut before = ' ';
            for c in out.chars() {
                assert!(!matches!(c, '*' | '[' | '_') || before == '\\', "{out:?}");
                before = c;
            }
        }
        assert_eq!(markdown("<b> a|b [c](d)"), "&#60;b&#62; a&#124;b \\[c\\]\\(d\\)");
    }

    #[test]
    fn json_keeps_its_meaning_on_one_visible_line() {
        for text in nasty() {
            let written = serde_json::to_string(&text).unwrap();
            let out = json(&written);
            assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
            assert!(!out.chars().any(is_hidden), "{out:?}");
            assert!(!is_obeyed(&out), "{out:?}");
        }
    }

    #[test]
    fn a_cut_says_how_long_the_text_was() {
        let text = "文".repeat(700);
        assert_eq!(line(&text), format!("{}… (700 characters)", "文".repeat(600)));
        assert_eq!(line(&text[..600 * 3]), text[..600 * 3]);
        assert!(xml(&"x".repeat(5000)).ends_with("… (5000 characters)"));
    }
}
