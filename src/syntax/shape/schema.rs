//! What a JSON Schema for editors is made from.

use serde_json::{Map, Value as Json, json};

use super::{Field, Shape, Shapes};

impl Shapes {
    /// The JSON Schema (2020-12) for editors.
    pub fn schema(&self) -> Json {
        let definitions: Map<String, Json> = self
            .definitions
            .iter()
            .map(|(name, shape)| ((*name).to_owned(), schema(shape)))
            .collect();
        let mut root = schema(&self.root);
        if let Some(root) = root.as_object_mut() {
            root.shift_insert(
                0,
                "$schema".into(),
                "https://json-schema.org/draft/2020-12/schema".into(),
            );
            root.shift_insert(1, "title".into(), self.title.into());
            if !definitions.is_empty() {
                root.insert("$defs".into(), Json::Object(definitions));
            }
        }
        root
    }
}

fn schema(shape: &Shape) -> Json {
    match shape {
        Shape::Any => json!({}),
        Shape::Bool => json!({"type": "boolean"}),
        Shape::Text => json!({"type": "string"}),
        Shape::Literal => json!({"type": "string", "not": {"pattern": "\\$\\{"}}),
        Shape::Integer => json!({"type": "integer"}),
        Shape::Duration => json!({"type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$"}),
        Shape::Span => json!({"type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$|\\$\\{"}),
        Shape::Pointer => json!({"type": "string", "pattern": "^(/.*)?$"}),
        Shape::OneOf(words) => json!({"enum": words}),
        Shape::List(item) => json!({"type": "array", "items": schema(item)}),
        Shape::Map(item) => json!({"type": "object", "additionalProperties": schema(item)}),
        Shape::Record(fields) => record_schema(fields),
        Shape::Tagged(variants) => {
            // A chain of conditions, not `oneOf`: an editor then complains about the one key that is wrong.
            variants.iter().rev().fold(
                json!({"required": variants.first().map(|v| [v.key])}),
                |otherwise, variant| {
                    let mut then = record_schema(&variant.fields);
                    if let Some(then) = then.as_object_mut() {
                        then.insert("description".into(), variant.text.into());
                    }
                    json!({"if": {"required": [variant.key]}, "then": then, "else": otherwise})
                },
            )
        }
        Shape::Either(shapes) => json!({"anyOf": shapes.iter().map(schema).collect::<Vec<_>>()}),
        Shape::Named(name) => json!({"$ref": format!("#/$defs/{name}")}),
    }
}

fn record_schema(fields: &[Field]) -> Json {
    let mut properties = Map::new();
    for field in fields {
        let mut value = schema(&field.shape);
        if let Some(value) = value.as_object_mut() {
            value.insert("description".into(), field.text.clone().into());
        }
        properties.insert(field.key.clone(), value);
    }
    let needed: Vec<&str> = fields.iter().filter(|f| f.required).map(|f| f.key.as_str()).collect();
    json!({"type": "object", "properties": properties, "required": needed, "additionalProperties": false})
}
