//! A profile as a mistake in it is shown: with its secrets covered, whatever the mistake is. So it must not be understood as
//! TOML first; what is not known to be harmless is covered.

/// Sections that hold no secrets, but for the URLs in them.
const HARMLESS: [&str; 8] = [
    "endpoints",
    "calls",
    "values",
    "pins",
    "not_applicable",
    "limits",
    "timeouts",
    "tls",
];

/// The same text, byte for byte as long, with `*` where a secret may stand.
pub fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut harmless = false;
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with('[') && !line.contains(['=', ',']) {
            harmless = is_harmless(line);
            // What stands in quotes may also be a list that lost its key.
            if !line.contains(['"', '\'']) {
                out.push_str(line);
                continue;
            }
        }
        match line.split_once('=') {
            _ if line.trim_start().starts_with('#') => cover(&mut out, line, harmless),
            Some((key, rest)) => {
                out.push_str(key);
                out.push('=');
                cover(&mut out, rest, harmless || is_harmless(key));
            }
            None => cover(&mut out, line, harmless),
        }
    }
    out
}

/// Whether a header or a key leads to where no secrets are.
fn is_harmless(path: &str) -> bool {
    let mut parts = path.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
    let secret = ["credential", "header", "secret", "token", "password"];
    !secret.iter().any(|word| path.to_ascii_lowercase().contains(word)) && parts.any(|part| HARMLESS.contains(&part))
}

fn cover(out: &mut String, text: &str, harmless: bool) {
    if harmless {
        cover_urls(out, text);
        return;
    }
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        // A reference is shown: it says where the secret is.
        let shown = ["\"env:", "\"file:", "'env:", "'file:"]
            .iter()
            .find(|start| rest.starts_with(**start));
        let reference = shown.and_then(|_| Some(rest[1..].find(c)? + 2));
        // So is a key of an inline table: a mistake is told of it.
        let word = rest
            .find(|c: char| !(c.is_ascii_lowercase() || c == '_'))
            .unwrap_or(rest.len());
        let is_key = out.trim_end().ends_with(['{', ',']) && rest[word..].trim_start().starts_with('=');
        let length = match reference {
            Some(length) => length,
            None if is_key && word > 0 => word,
            None => {
                if c.is_whitespace() || "\"'[]{},=#".contains(c) {
                    out.push(c);
                } else {
                    out.extend(std::iter::repeat_n('*', c.len_utf8()));
                }
                rest = &rest[c.len_utf8()..];
                continue;
            }
        };
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
}

/// Covers the user and the query of every URL.
fn cover_urls(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after.find(['"', '\'', '\n']).unwrap_or(after.len());
        let (url, behind) = after.split_at(end);
        let user = url
            .find(['/', '?'])
            .map_or(url, |end| &url[..end])
            .rfind('@')
            .unwrap_or(0);
        let query = url.find('?').map_or(url.len(), |at| at + 1);
        for (at, c) in url.char_indices() {
            if at < user || at >= query {
                out.extend(std::iter::repeat_n('*', c.len_utf8()));
            } else {
                out.push(c);
            }
        }
        rest = behind;
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_covered_whatever_is_wrong_on_its_line() {
        let lines = [
            r#""token.valid" = "s3cretXY""#,
            r#""token.valid" = "s3cretXY"#,
            "token = s3cretXY",
            r#""token.valid" "s3cretXY""#,
            r#"token = ["env:A", {valeu = "s3cretXY", account = "b"}]"#,
            r#"token = {value = 's3cretXY', acount = "x"}"#,
            "    's3cretXY',",
            "['s3cretXY']",
            r#"# token = "s3cretXY""#,
            r#"token = """s3cretXY"#,
            "ключ = \"s3cretXY\"",
        ];
        for section in [
            "",
            "[t.credentials]\n",
            "[headers]\n",
            "[t.credentails]\n",
            "[\"t\".credentials]\n",
            "[t.credentials\n",
        ] {
            for line in lines {
                let text = format!("{section}{line}\n");
                let shown = masked(&text);
                assert_eq!(shown.len(), text.len(), "{text}");
                assert!(!shown.contains("s3cret") && !shown.contains("XY"), "{text}{shown}");
            }
        }
        let inline = "t.credentials.token = \"s3cretXY\"\nt = {credentials = {token = \"s3cretXY\"}}\n";
        assert!(!masked(inline).contains("s3cret"));
    }

    #[test]
    fn a_url_shows_its_place_and_neither_its_user_nor_its_query() {
        let text = "[t.endpoints]\nws = \"ws://me:s3cret@host:1/ws?key=s3cret\"\n";
        assert_eq!(
            masked(text),
            "[t.endpoints]\nws = \"ws://*********@host:1/ws?**********\"\n"
        );
    }

    #[test]
    fn what_is_no_secret_is_shown() {
        let text = "[t.endpoints]\nws = \"ws://host/@x\"\n[t.calls.login]\nroute = \"a\"\n[limits]\nconnections = 3\n";
        assert_eq!(masked(text), text);
        let text = "[t.credentials]\ntoken = [\"env:A\", {value = \"file:b\"}]\n";
        assert_eq!(masked(text), text);
    }
}
