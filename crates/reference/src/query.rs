//! Query strings (RFC 3986 §3.4, as HTML forms write them) and the encoding in them. It must never fail: what can't be decoded matches nothing.

/// The decoded value of the first `name` in `query`; a bare name has an empty value.
pub fn first(query: &str, name: &str) -> Option<String> {
    pairs(query)
        .find(|(key, _)| decode(key) == name)
        .map(|(_, value)| decode(value))
}

/// Names and values, still encoded.
pub fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// Decoding of a form: a `+` is a space.
fn decode(text: &str) -> String {
    percent_decode(&text.replace('+', " "))
}

/// Percent-decoding (RFC 3986 §2.1). A `%` without two hex digits stands for itself.
pub fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match escaped(byte, bytes.get(at + 1..at + 3)) {
            Some(decoded) => {
                out.push(decoded);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn escaped(byte: u8, digits: Option<&[u8]>) -> Option<u8> {
    let (b'%', Some(&[high, low])) = (byte, digits) else {
        return None;
    };
    let (high, low) = (char::from(high).to_digit(16)?, char::from(low).to_digit(16)?);
    u8::try_from(high * 16 + low).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_a_name_is_taken_and_decoded() {
        let query = "x=1&Dev-Token=%61b%2&Dev-Token=c&y";
        assert_eq!(first(query, "Dev-Token").as_deref(), Some("ab%2"));
        assert_eq!(first(query, "y").as_deref(), Some(""));
        assert_eq!(first(query, "dev-token"), None);
    }
}
