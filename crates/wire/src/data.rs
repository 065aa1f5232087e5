//! Bytes on disk: a string where they are UTF-8, `{"base64": ".."}` where they are not.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

#[derive(Serialize, Deserialize)]
struct Encoded {
    base64: String,
}

/// For `#[serde(with)]`.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    match std::str::from_utf8(bytes) {
        Ok(text) => serializer.serialize_str(text),
        Err(_) => Encoded {
            base64: STANDARD.encode(bytes),
        }
        .serialize(serializer),
    }
}

/// For `#[serde(with)]`.
///
/// # Errors
/// When there is neither a string nor base64.
pub fn deserialize<'de, D: Deserializer<'de>, B: From<Vec<u8>>>(deserializer: D) -> Result<B, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    let bytes = match value {
        serde_json::Value::String(text) => Some(text.into_bytes()),
        other => other
            .get("base64")
            .and_then(serde_json::Value::as_str)
            .and_then(|text| STANDARD.decode(text).ok()),
    };
    bytes
        .map(B::from)
        .ok_or_else(|| D::Error::custom("expected a string or {\"base64\": ..}"))
}
